"""Quiet hours: from when to when, by the clock on the wall, nobody wants to be told anything.

Everything that reads "22:00-07:00" and decides by it lives here; settings check with it, the desktop obeys it.

Rules: standard library only (the settings are read at every start); pure: moment and zone are handed in. The wall's
clock decides, whatever it does: where it is set back the hours that come twice are quiet twice, where it is set forward
an end that is left out has come with the next minute that there is. The start is quiet, the end no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

MINUTE_US: Final = 60 * 10**6
_LOOK_AHEAD: Final = 3 * 24 * 60
"""Minutes. A day whose clock is set forward may leave out the one hour that was not quiet, or was."""
_WRITTEN: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes after midnight; ``end`` may lie before ``start``: then they last over midnight."""

    start: int
    end: int

    def hold(self, at: datetime) -> bool:
        """Whether a local time is within them."""
        minute = at.hour * 60 + at.minute
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def change_after(self, at_us: int, zone: tzinfo | None = None) -> int:
        """The first minute after ``at_us`` on which they end, or begin; UTC epoch microseconds, ``None`` is local."""
        before, minute = self.hold(local(at_us, zone)), at_us // MINUTE_US
        for later in range(minute + 1, minute + _LOOK_AHEAD):
            if self.hold(local(later * MINUTE_US, zone)) != before:
                return later * MINUTE_US
        return (minute + _LOOK_AHEAD) * MINUTE_US


def read(written: object) -> QuietHours | None:
    """Hours as they are typed; an empty text is none.

    Raises:
        ValueError: they cannot be understood, or begin when they end; the message says what would be right.
    """
    if written == "":
        return None
    found = _WRITTEN.match(written.strip()) if isinstance(written, str) else None
    if found is None:
        raise ValueError('hours such as "22:00-07:00", or empty')
    hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
    hours = QuietHours(hour * 60 + minute, end_hour * 60 + end_minute)
    if hours.start == hours.end:
        raise ValueError('hours that end at another time than they begin, such as "22:00-07:00"')
    return hours


def local(at_us: int, zone: tzinfo | None = None) -> datetime:
    """What the wall's clock shows."""
    at = datetime.fromtimestamp(at_us / 10**6, zone)
    return at if zone is not None else at.astimezone()
