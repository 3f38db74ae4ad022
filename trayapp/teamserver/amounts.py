"""Pico-dollars in a database: a pair of 64-bit integers, whole dollars and the rest, and sums that stay exact.

Rules:

* an amount is ``usd * 10**12 + pico`` with ``0 <= pico < 10**12``, also below zero: both engines order and add alike;
* the rest is summed in two halves of six digits, because SQLite's ``SUM`` is a 64-bit one and says so with an error;
  so nine million million rows may be added up, to the pico-dollar, and never in floating point.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

PICO: Final = 10**12
_HALF: Final = 10**6


def split(pico: int) -> tuple[int, int]:
    """The pair."""
    return divmod(pico, PICO)


def joined(usd: int, pico: int) -> int:
    """The amount of a pair."""
    return usd * PICO + pico


def sums(usd: sa.ColumnElement[int], pico: sa.ColumnElement[int], name: str) -> list[sa.Label[Any]]:
    """Three columns that ``total`` makes one amount of."""
    # Written out: for both engines ``/`` of two integers is a whole number, and SQLAlchemy would make it a fraction.
    high = pico.op("/")(sa.literal_column(str(_HALF)))
    low = pico.op("%")(sa.literal_column(str(_HALF)))
    return [
        sa.func.coalesce(sa.func.sum(usd), 0).label(f"{name}_usd"),
        sa.func.coalesce(sa.func.sum(high), 0).label(f"{name}_high"),
        sa.func.coalesce(sa.func.sum(low), 0).label(f"{name}_low"),
    ]


def total(row: Mapping[Any, Any], name: str) -> int:
    """The exact sum that ``sums`` asked for."""
    return int(row[f"{name}_usd"]) * PICO + int(row[f"{name}_high"]) * _HALF + int(row[f"{name}_low"])


def rounded(pico: int, digits: int = 2) -> int:
    """To so many significant digits, half to even."""
    size = len(str(abs(pico))) - digits
    if size <= 0:
        return pico
    unit: int = 10**size
    whole, rest = divmod(pico, unit)
    return (whole + (2 * rest > unit or (2 * rest == unit and whole & 1 == 1))) * unit
