"""What a call is worth here: the price book and what was agreed on top of it, asked in one place.

Everything in the engine that prices a usage asks a ``Tariff``. It is immutable and replaced whole when the book or
the settings change, so a call that is being priced never sees half a change.

Rules: pure; the list price is the public book's and no agreement changes it; what cannot be known is ``None``.
"""

from __future__ import annotations

import msgspec

from trayapp.pricing import Book, price
from trayapp.values import Cost, Kind, Usage


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the usage that decides a price."""

    vendor: str
    """The route's name."""
    model_asked: str | None
    at_us: int
    """The call's start, UTC epoch microseconds."""
    kind: str = Kind.MAIN
    host: str | None = None
    """The upstream's host name."""
    account: str | None = None
    """``api`` or ``subscription``."""
    credential: str | None = None
    """Short HMAC of the credential."""
    project: str | None = None
    """HMAC of the project's folder."""
    project_name: str | None = None
    """Its display name."""
    flags: tuple[str, ...] = ()
    """What the vendor said beside the usage, e.g. ``overage``: a plan's allowance is used up."""


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """The two numbers beside the list price, and who decided them."""

    contract: int | None
    """What the call is worth by what was agreed, pico-USD."""
    marginal: int | None
    """What it adds to the bill, pico-USD."""
    agreement: str | None = None
    """The contract, plan or pool that decided; ``None``: the list did."""
    flags: tuple[str, ...] = ()


class Tariff:
    """A book and the agreements over it."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def cost(self, usage: Usage, of: Circumstances) -> Cost:
        """The list price (API-equivalent) of a usage."""
        return price(
            usage,
            vendor=of.vendor,
            model_asked=of.model_asked,
            at_us=of.at_us,
            book=self.book,
            kind=of.kind,
            host=of.host,
        )

    def amounts(self, _usage: Usage, cost: Cost | None, of: Circumstances) -> Amounts:
        """The contract and the marginal number of a usage whose list price is ``cost``."""
        pico = None if cost is None else cost.pico
        # Inside a plan the next call costs nothing more.
        return Amounts(contract=pico, marginal=0 if of.account == "subscription" and pico is not None else pico)
