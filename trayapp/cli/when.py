"""Points in time as people type them: ``today``, ``2h``, ``7d``, ``2026-11-24``, ``2026-11-24T15:00`` (local time)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from trayapp.cli.trouble import CommandError
from trayapp.trouble import Trouble

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


def _parse(text: str, present: datetime) -> int:
    value = text.strip().lower()
    if value == "today":
        moment = present.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None).astimezone()
    elif ago := _AGO.match(value):
        moment = present - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    else:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.astimezone()
    return int(moment.timestamp() * 1_000_000)
