"""What a call is worth here: the price book and what was agreed on top of it, asked in one place.

Everything in the engine that prices a usage asks a ``Tariff``. It is immutable and replaced whole when the book or
the settings change, so a call that is being priced never sees half a change. The state of the pools is the one thing
that it looks at and does not own (``trayapp.engine.drawdown``).

Rules:

* pure but for that look; the list price is the public book's and no agreement changes it; what cannot be known is
  ``None``;
* a call on a plan adds nothing to the bill while its allowance holds, whatever its model costs. What it is worth is
  then the contract's word, else the list's. A plan never draws on a pool;
* beyond the allowance (``overage``) and without a plan the order is: the first pool, else the first contract, else the
  list; that is both what the call is worth and, outside a pool, what it adds;
* when the agreements cannot be read, both numbers are ``None`` and flagged ``agreements_unreadable``: the list is no
  substitute for a contract that nobody understands. What costs a known zero stays zero.

Flags: ``overage`` ``pool_edge`` (divided at a pool's edge) ``pool_over`` (beyond it) ``pool_unknown`` (its state cannot
be read) ``contract_unpriced`` (the agreement has no rate for something that was used) ``agreements_unreadable``.
"""

from __future__ import annotations

import msgspec

from trayapp.dialects.windows import OVERAGE
from trayapp.engine.drawdown import Drawdown
from trayapp.pricing import Agreements, Book, Contract, occasion, price
from trayapp.pricing.contracts import Occasion
from trayapp.pricing.pools import Pool, divide
from trayapp.values import Basis, Cost, Kind, Usage


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
    pool: bool = False
    """Whether ``agreement`` is a pool, which is drawn by ``contract - marginal``."""


class Tariff:
    """A book and the agreements over it."""

    def __init__(self, book: Book, agreements: Agreements | None = None, drawdown: Drawdown | None = None) -> None:
        self.book = book
        self.agreements = agreements or Agreements()
        self.drawdown = drawdown

    def with_book(self, book: Book) -> Tariff:
        """The same agreements over another book."""
        return Tariff(book, self.agreements, self.drawdown)

    def with_agreements(self, agreements: Agreements, drawdown: Drawdown | None) -> Tariff:
        """Other agreements over the same book."""
        return Tariff(self.book, agreements, drawdown)

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

    def amounts(self, usage: Usage, cost: Cost | None, of: Circumstances) -> Amounts:
        """The contract and the marginal number of a usage whose list price is ``cost``. Draws nothing."""
        if cost is None:
            return Amounts(contract=None, marginal=None)
        if cost.pico == 0 and (not usage.legs or "not_billed" in cost.flags or cost.basis is Basis.FREE_TIER):
            return Amounts(contract=0, marginal=0)
        agreements = self.agreements
        if not agreements.readable:
            return Amounts(contract=None, marginal=None, flags=("agreements_unreadable",))
        if agreements.none and of.account != "subscription":
            return Amounts(contract=cost.pico, marginal=cost.pico)
        call = self._occasion(usage.model, of)
        plan = agreements.plan(call, of.account)
        beyond = plan is not None and (OVERAGE in of.flags or OVERAGE in usage.flags)
        flags = (OVERAGE,) if beyond else ()
        pool = agreements.pool(call) if plan is None or beyond else None
        if pool is not None:
            return self._by_pool(pool, usage, cost, of, flags)
        contract = agreements.contract(call)
        worth, more = self._worth(contract, usage, cost, of)
        if plan is not None and not beyond:
            return Amounts(contract=worth, marginal=0, agreement=plan, flags=more)
        agreement = None if contract is None else contract.name
        return Amounts(contract=worth, marginal=worth, agreement=agreement, flags=flags + more)

    async def prepare(self, at_us: int) -> None:
        """Have what pools held at a past moment read from the ledger, before a row of then is priced."""
        if self.drawdown is not None and self.agreements.pools:
            await self.drawdown.learn(self.agreements.pools, at_us)

    def draw(self, amounts: Amounts, of: Circumstances, row_id: int | None = None) -> None:
        """The row is closed with these amounts: a pool is drawn by its inside part. Call it once for each row.

        ``row_id`` is given for a row that was closed before and has got its price now.
        """
        contract, marginal, name = amounts.contract, amounts.marginal, amounts.agreement
        if not amounts.pool or self.drawdown is None or name is None or contract is None or marginal is None:
            return
        self.drawdown.draw(name, of.at_us, contract - marginal, row_id)

    def _by_pool(self, pool: Pool, usage: Usage, cost: Cost, of: Circumstances, flags: tuple[str, ...]) -> Amounts:
        left = None if self.drawdown is None else self.drawdown.left(pool, of.at_us)
        inside, more = self._worth(pool.inside, usage, cost, of)
        parts = None
        if left is None:
            more = ("pool_unknown",)
        elif inside is not None:
            beyond: int | None = None
            if inside > left:
                beyond, more = self._worth(pool.over, usage, cost, of)
                more += ("pool_edge",) if left else ("pool_over",)
            parts = divide(left, inside, beyond)
        return Amounts(
            contract=None if parts is None else parts.whole,
            marginal=None if parts is None else parts.beyond,
            agreement=pool.name,
            flags=flags + more,
            pool=True,
        )

    def _worth(
        self, contract: Contract | None, usage: Usage, cost: Cost, of: Circumstances
    ) -> tuple[int | None, tuple[str, ...]]:
        """A usage by a contract, or by the list; with flags."""

        def others(model: str) -> Contract | None:
            call = self._occasion(model, of)
            return contract if contract is not None and contract.covers(call) else self.agreements.contract(call)

        foreign = usage.stated_pico is None and any(leg.model not in (None, usage.model) for leg in usage.legs)
        if contract is None and not (foreign and self.agreements.contracts):
            return cost.pico, ()
        agreed = price(
            usage,
            vendor=of.vendor,
            model_asked=of.model_asked,
            at_us=of.at_us,
            book=self.book,
            kind=of.kind,
            host=of.host,
            contract=contract,
            others=others,
        )
        if agreed.pico is None and cost.pico is not None:
            return None, ("contract_unpriced",)
        return agreed.pico, ()

    def _occasion(self, served: str | None, of: Circumstances) -> Occasion:
        return occasion(
            self.book,
            vendor=of.vendor,
            served=served,
            asked=of.model_asked,
            at_us=of.at_us,
            credential=of.credential,
            projects=(of.project, of.project_name),
            host=of.host,
        )
