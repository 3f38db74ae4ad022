"""When the team is synced next.

Everything that decides the moment lives here. Rules: a little after a change, but never more often than the policy's
interval; without a change now and then; after a failure ever more rarely, by chance a little earlier or later, and
never before the server wants it. The monotonic clock decides, so a clock that is set changes nothing; a sleeping
machine goes on where it was.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

SOON_S: Final = 2.0
"""After a change, when the interval has passed already: what follows goes along."""
FIRST_S: Final = 10.0
"""After a start, so that it is never busy with this."""
IDLE_S: Final = 600.0
"""Without a change."""
LONGEST_S: Final = 3600.0
"""Between two tries."""
UNKNOWN_S: Final = 1800.0
"""After the server has not accepted who we are."""
TURNS_S: Final = 3600.0
TURNS: Final = 3
"""So many new epochs within that time: somebody else sends as this device, and each takes the other's place."""
_FIRST_S: Final = 30.0


def spread(seconds: float) -> float:
    """So that many devices do not all come at once."""
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311  spreads requests, guards nothing


class Pace:
    """The moments of one membership."""

    def __init__(
        self,
        interval: Callable[[], int],
        spread: Callable[[float], float] = spread,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``interval``: the policy's, in seconds."""
        self._interval = interval
        self._spread = spread
        self._clock = clock
        self.dirty = True
        """Something has changed since the last round began."""
        self.at_once = False
        """Do not wait for the interval."""
        self.failures = 0
        self._rest_until = 0.0
        self._done_at = float("-inf")
        self._anew: list[float] = []

    def due(self) -> float:
        """Seconds until the next round."""
        now = self._clock()
        if now < self._rest_until:
            return self._rest_until - now
        if self.at_once or self.failures:
            return 0.0
        wait = self._interval() if self.dirty else max(IDLE_S, self._interval())
        return max(0.0, self._done_at + wait - now)

    def touch(self) -> bool:
        """Something has changed; whether that is news."""
        if self.dirty:
            return False
        self.dirty = True
        self.rest(max(SOON_S, self._rest_until - self._clock()))
        return True

    def begun(self) -> None:
        """A round begins; what changes from here on is for the next one."""
        self.dirty = self.at_once = False

    def done(self) -> None:
        """A round went well."""
        self.failures = 0
        self._done_at = self._clock()

    def failed(self, *, unknown: bool = False, retry_after: int = 0) -> None:
        """A round did not."""
        self.failures += 1
        wait = UNKNOWN_S if unknown else self._backoff()
        self.rest(max(wait, retry_after + self._spread(min(retry_after, 5.0))))

    def anew(self) -> None:
        """Its user has said something: at once."""
        self.failures, self._rest_until, self.at_once = 0, 0.0, True
        self._anew.clear()

    def again(self) -> bool:
        """All is to be told again; whether that has been so too often just now, and nothing is done for a while."""
        now = self._clock()
        self._anew = [*(at for at in self._anew if now - at < TURNS_S), now]
        if len(self._anew) < TURNS:
            return False
        self.failures += 1
        self.rest(self._spread(TURNS_S))
        return True

    def rest(self, seconds: float) -> None:
        """Nothing before then."""
        self._rest_until = self._clock() + seconds

    def _backoff(self) -> float:
        first = min(float(self._interval()), _FIRST_S)
        return min(LONGEST_S, self._spread(first * float(1 << min(self.failures - 1, 8))))
