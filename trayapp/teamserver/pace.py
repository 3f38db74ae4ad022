"""How often a device may ask: a bucket of permissions for each, and when the next one will be there.

Rules: counted by replica and in memory, since it protects the replica and is no record of anything; only devices that
showed who they are have a bucket, so nobody fills the memory and nobody uses up another's.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from trayapp.teamserver import problems

_MOST: Final = 50_000


class Pace:
    """All devices' buckets."""

    def __init__(self, burst: int = 120, per_second: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, device: str) -> None:
        """Use one permission.

        Raises:
            Refused: there is none left now.
        """
        now = self._clock()
        left, since = self._left.pop(device, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._per_second)
        self._left[device] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST:
            self._left.popitem(last=False)
        if left < 1:
            raise problems.Refused(
                429,
                "too_many",
                "Too many requests",
                "This device asks more often than the server answers.",
                "Wait as long as Retry-After says.",
                retry_after=max(1, math.ceil((1 - left) / self._per_second)),
            )
