"""Times as people type them.

Points: ``today``, ``2h``, ``7d``, ``2026-11-24``, ``2026-11-24T15:00`` (local time). Durations: ``30m``, ``1h30m``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from trayapp.cli.trouble import CommandError
from trayapp.moments import local_midnight
from trayapp.trouble import Trouble

MOST_SECONDS = 366 * 86_400
_LASTS = re.compile(r"[0-9]{1,8}|(?:[0-9]{1,8}\s*(?:s|min|m|h|d|w)\s*)+")
_PART = re.compile(r"([0-9]+)\s*([a-z]*)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d{1,6})\s*(m|h|d|w)\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse(text: str, now: datetime | None = None) -> int:
    """Epoch microseconds of a point in time.

    Raises:
        CommandError: the text is none of the forms above.
    """
    try:
        return _parse(text, now or datetime.now().astimezone())
    except (ValueError, OverflowError, OSError):  # the last two: the system's clock does not reach that far
        raise CommandError(
            Trouble(
                title="That is no point in time",
                message=f"{text!r} was not understood.",
                fix="Write today, 90m, 2h, 7d, 2026-11-24 or 2026-11-24T15:00.",
                code="bad_time",
            )
        ) from None


def duration(text: str) -> int:
    """Seconds of a duration: "90s", "30m", "1h", "1h30m", "2d", "1w"; a bare number is minutes.

    Raises:
        CommandError: the text is none of these, or not between a second and a year.
    """
    value = text.strip().lower()
    total = 0
    if _LASTS.fullmatch(value):
        total = sum(int(number) * _SECONDS[unit or "m"] for number, unit in _PART.findall(value))
    if not 1 <= total <= MOST_SECONDS:
        raise CommandError(
            Trouble(
                title="That is no duration",
                message=f"{text!r} was not understood.",
                fix="Write 30m, 1h, 1h30m, 2d or 1w; a second at least, a year at most.",
                code="bad_time",
            )
        )
    return total


def _parse(text: str, present: datetime) -> int:
    value = text.strip().lower()
    if value == "today":
        moment = local_midnight(present)
    elif ago := _AGO.match(value):
        moment = present - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    else:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.astimezone()
    return int(moment.timestamp() * 1_000_000)
