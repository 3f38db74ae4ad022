"""List prices that became others, and what that has meant.

Everything that turns a change of rates into an amount lives here; who reads price books says which rates moved.

Rules: the amount is the period's own tokens since that day at the new rate minus at the old one, by the variant in
which they were used, rounded once; a rate that came or went is no change; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trayapp.mix import MixCell
from trayapp.moments import at
from trayapp.reports import PriceChange


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """A rate of one model that changed at a moment."""

    vendor: str
    model: str
    """As the cells name it."""
    component: str
    """One of ``mix.KINDS``."""
    variant: str = ""
    """The variant whose own rate it is (``ultrafast``); empty: the list's standard rate."""
    at_us: int
    before: int
    """Pico-USD for a token."""
    after: int
    deltas: Mapping[str, Fraction]
    """For each variant of the cells that it concerns: the new rate minus the old one, all multiples included."""


def price_changes(
    changes: Iterable[RateChange], cells_since: Mapping[int, Sequence[MixCell]]
) -> tuple[PriceChange, ...]:
    """What changes of rates have meant, the greatest first.

    Args:
        changes: the rates that moved.
        cells_since: the period's cells from each change's moment on (``at_us``), or from the period's start.
    """
    found = []
    for each in changes:
        pico = Fraction(0)
        for cell in cells_since.get(each.at_us, ()):
            delta = each.deltas.get(cell.variant)
            if (cell.vendor, cell.model) == (each.vendor, each.model) and delta is not None:
                pico += delta * cell.tokens.get(each.component, 0)
        found.append(
            PriceChange(
                vendor=each.vendor,
                model=each.model,
                component=f"{each.component} {each.variant}".rstrip(),
                day=at(each.at_us).date().isoformat(),
                before=per_million(each.before),
                after=per_million(each.after),
                pico=round(pico),
            )
        )
    return tuple(sorted(found, key=lambda each: (-abs(each.pico), each.day, each.vendor, each.model, each.component)))


def per_million(rate: int) -> str:
    """Pico-USD for a token as USD for a million tokens, a decimal text."""
    text = f"{Decimal(rate).scaleb(-6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
