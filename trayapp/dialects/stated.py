"""Single values as vendors state them in headers: shares, counts, moments, durations, yes and no.

Everything that decides whether such a value is one lives here. Rules: pure; nothing raises; what is not exactly what it
should be is ``None``; a share keeps the digits that were stated.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeGuard

_NUMBER: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,18})?\Z")
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")
_EPOCH: Final = re.compile(r"[1-9][0-9]{9}\Z")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DURATION: Final = re.compile(
    r"(?=[0-9])(?:([0-9]{1,3})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m(?!s))?"
    r"(?:([0-9]{1,7}(?:\.[0-9]{1,9})?)s)?(?:([0-9]{1,10}(?:\.[0-9]{1,9})?)ms)?\Z"
)
_WORDS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_MOST: Final = 10**15
_FAR_US: Final = 366 * 86_400_000_000
"""No window and no limit lasts longer than a year."""


def share(value: object, whole: int) -> float | None:
    """A part of ``whole`` as 0 to 1."""
    if isinstance(value, str):
        return _share_of(value, whole) if _NUMBER.match(value) else None
    return _share_of(repr(value), whole) if is_number(value) else None


@lru_cache(maxsize=1024)
def _share_of(number: str, whole: int) -> float | None:
    share = Decimal(number) / whole
    return float(min(abs(share), Decimal(1))) if 0 <= share <= 2 else None  # a zero has no sign


def count(value: object) -> int | None:
    """A whole number of at least zero."""
    if isinstance(value, str) and _COUNT.match(value):
        return int(value)
    if is_number(value) and value >= 0 and value == int(value):
        return int(value)
    return None


def epoch(value: object) -> int | None:
    """Epoch seconds between 2001 and 2286; milliseconds or a date are something else."""
    number = count(value)
    return number if number is not None and _EPOCH.match(str(number)) else None


def moment(value: object) -> int | None:
    """An RFC 3339 moment as epoch microseconds."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        seconds = datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return round(seconds * 1_000_000) if _EPOCH.match(str(int(seconds))) else None


def duration(text: str) -> int | None:
    """``12ms``, ``1m30s``, ``6h0m2.5s`` in microseconds, rounded up; a number without a unit says nothing."""
    match = _DURATION.match(text) if text else None
    if match is None:
        return None
    parts = zip(match.groups(), (86_400_000, 3_600_000, 60_000, 1_000, 1), strict=True)
    us = math.ceil(sum(Decimal(part) * ms for part, ms in parts if part) * 1000)
    return us if us <= _FAR_US else None


def truth(value: object) -> bool | None:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.lower()) if isinstance(value, str) else None


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a number of a size that anything here may have."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST < value < _MOST
