"""Growth over months: each month against the one before, and what of the whole way was volume and what was price.

Everything that chains decompositions lives here. Rules: a month is a local one (``insight.periods``); months before the
first call are none; a chain's shares are the plain sums of its links, so they sum to the difference between its ends to
the pico-dollar; a month that is not over counts as far as it has come; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta, tzinfo

from trayapp.insight.change import change
from trayapp.insight.periods import Span, begins, span
from trayapp.mix import MixCell
from trayapp.reports import Change, Month, PriceChange, Sum


@dataclass(frozen=True, slots=True)
class Seen:
    """A month as the ledger knows it."""

    span: Span
    sum: Sum
    cells: Sequence[MixCell]
    prices: tuple[PriceChange, ...] = ()
    """Changes since the start of the month before."""


def months(now_us: int, count: int, zone: tzinfo | None) -> list[Span]:
    """The last months, the present one included, oldest first."""
    found = [span("month", now_us, zone)]
    while len(found) < count:
        middle = begins(found[0].first - timedelta(days=15), zone)
        found.insert(0, span("month", middle, zone))
    return found


def trend(seen: Sequence[Seen]) -> tuple[Month, ...]:
    """The months, oldest first, from the first that had a call."""
    first = next((at for at, each in enumerate(seen) if each.sum.calls), len(seen))
    made = []
    for at in range(first, len(seen)):
        each = seen[at]
        made.append(
            Month(
                name=each.span.name,
                sum=each.sum,
                change=None if at == first else change(seen[at - 1].cells, each.cells),
                prices=() if at == first else each.prices,
            )
        )
    return tuple(made)


def growth(chain: Iterable[Month]) -> Change:
    """From the first to the last of neighbouring months: how much was volume, mix, cache, price and retries."""
    links = [month.change for month in list(chain)[1:] if month.change is not None]
    return Change(**{each.name: sum(getattr(link, each.name) for link in links) for each in fields(Change)})
