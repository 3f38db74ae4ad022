"""What if: a range's calls, priced on another model row by row, with that model's cold starts.

Everything in the engine that answers "last month on Sonnet 5.5" lives here; ``routing.elsewhere`` knows the cache,
``routing.inflation`` the doubt.

Rules: list prices of each row's own moment; rows that cannot be priced on either side are counted as unknown and are in
no amount; what a plan pays for stands apart; calls of other makers' models are not concerned, unless a model was named
whose calls are meant. A chunk of rows at a time on a thread and a connection of its own, in bounded memory.
"""

from __future__ import annotations

from asyncio import wrap_future
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Final

from trayapp.dialects.ratios import ratio
from trayapp.engine.tariff import Circumstances, Tariff
from trayapp.engine.worth import Worth
from trayapp.ledger import Ledger, PastRow
from trayapp.pricing import Book
from trayapp.pricing.prices import pick
from trayapp.routing.booked import LIVES, caching
from trayapp.routing.elsewhere import Elsewhere, Served, Target
from trayapp.routing.inflation import of_kind
from trayapp.routing.rules import NEVER
from trayapp.values import Kind, State, Usage

CHUNK: Final = 500
_BEFORE_US: Final = 12 * 3_600_000_000
"""Who had a call so long before the range may still have a cache of then."""
_LOOPS: Final = (Kind.MAIN, Kind.COMPACTION)


@dataclass(slots=True, kw_only=True)
class Part:
    """What some calls came to, and what they would have come to."""

    rows: int = 0
    """All that are concerned, unknown ones included."""
    unknown: int = 0
    """Rows of which one of the two is not known."""
    pico_was: int = 0
    """List price of the known ones."""
    pico_would: int = 0
    """The same calls on the other model."""
    pico_low: int = 0
    pico_high: int = 0
    """With the turns and answers that a smaller model needs more (a greater one fewer), where that was measured."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The answer."""

    model: str
    asked: str = ""
    """Only calls of this model; empty: all of the same maker."""
    since_us: int = 0
    until_us: int = 0
    book: str = ""
    billed: Part = field(default_factory=Part)
    plan: Part = field(default_factory=Part)
    """What a plan pays for; the amounts are API value."""
    others: int = 0
    """Calls that were not concerned."""
    pico_others: int = 0
    """Their list price."""


async def whatif(
    ledger: Ledger, tariff: Tariff, model: str, since_us: int, until_us: int, asked: str | None = None
) -> Outcome:
    """Price a range on another model.

    Args:
        ledger: where the rows are.
        tariff: the prices.
        model: the other model, by a name that the book knows at the rows' vendors.
        since_us: start of the range.
        until_us: its end.
        asked: only calls that asked for this model, or were served by it.
    """
    met = await wrap_future(ledger.sessions_between(since_us - _BEFORE_US, since_us))
    reckoning = _Reckoning(tariff, model, asked or None, met)
    outcome = reckoning.outcome
    outcome.since_us, outcome.until_us = since_us, until_us
    await wrap_future(ledger.past(reckoning.take, since_us, until_us, CHUNK))
    return outcome


class _Reckoning:
    """One question. Its rows come on a thread of the ledger's."""

    def __init__(self, tariff: Tariff, model: str, asked: str | None, met: frozenset[str]) -> None:
        self._tariff = tariff
        self._book: Book = tariff.book
        self._model = model
        self._asked = asked
        self._met = met
        self._worth = Worth()
        self._caches: dict[str, Elsewhere | None] = {}
        self._served: dict[tuple[str, str, str], Served] = {}
        self._makers: dict[tuple[str, str], str | None] = {}
        self.outcome = Outcome(model=model, asked=asked or "", book=self._book.version)

    def take(self, rows: list[PastRow]) -> None:
        """The next rows."""
        for row in rows:
            self._take(row)

    def _take(self, row: PastRow) -> None:
        if row.state == State.NOT_SENT or (not row.usage.legs and not row.pico_list):
            return  # it has cost nothing, and would not have there
        cache = self._cache(row)
        if cache is None:
            self.outcome.others += 1
            self.outcome.pico_others += row.pico_list or 0
            return
        part = self.outcome.plan if row.account == "subscription" else self.outcome.billed
        part.rows += 1
        served = self._server(row)
        there = self._there(cache, row, served) if row.usage.legs else None
        found = None if there is None else self._price(row, there)
        if found is None or row.pico_list is None:
            part.unknown += 1
            return
        would, output = found
        low, high = (would, would) if served.same else self._between(row, would, output)
        part.pico_was += row.pico_list
        part.pico_would += would
        part.pico_low += low
        part.pico_high += high

    def _cache(self, row: PastRow) -> Elsewhere | None:
        """The other model's cache at a row's vendor; ``None``: the row is not concerned."""
        name = row.model_served or row.model_asked or ""
        if row.kind in NEVER:
            return None
        if self._asked is not None:
            if self._asked not in (row.model_asked, row.model_served):
                return None
        elif self._maker(row.vendor, name) != self._maker(row.vendor, self._model):
            return None
        if row.vendor not in self._caches:
            self._caches[row.vendor] = self._elsewhere(row.vendor, row.started_us)
        return self._caches[row.vendor]

    def _maker(self, vendor: str, name: str) -> str | None:
        key = (vendor, name)
        if key not in self._makers:
            found = self._book.find(vendor, name)
            self._makers[key] = None if found is None else found.model.provider
        return self._makers[key]

    def _elsewhere(self, vendor: str, at_us: int) -> Elsewhere | None:
        found = self._book.find(vendor, self._model)
        if found is None:
            return None
        period = pick(found.model.prices, at_us)
        rates = (None if period is None else period.rates) or {}
        written = "cache_write" in rates and rates["cache_write"] != rates.get("input")
        return Elsewhere(Target(life_us=LIVES.get(found.model.provider), written=written, rates=frozenset(rates)))

    def _server(self, row: PastRow) -> Served:
        name = row.model_served or row.model_asked or ""
        key = (row.vendor, row.wire, name)
        if key not in self._served:
            ours, theirs = self._book.find(row.vendor, name), self._book.find(row.vendor, self._model)
            works = caching(self._book, row.vendor, name, name, row.started_us)
            same = ours is not None and theirs is not None and ours.model is theirs.model
            self._served[key] = Served(
                model=name,
                life_us=works.life_us,
                written=works.written,
                least=works.least,
                same=same,
                ratio=Fraction(1) if same else ratio(row.wire, name, self._model),
            )
        return self._served[key]

    def _there(self, cache: Elsewhere, row: PastRow, served: Served) -> Usage:
        sort = "main" if row.kind in _LOOPS else row.kind
        return cache.usage(
            f"{row.session or ''}|{row.tool or ''}|{sort}|{row.credential or ''}",
            f"{row.tool or ''}|{sort}|{row.credential or ''}",
            row.started_us,
            row.usage,
            served,
            single=row.session is not None and row.kind in _LOOPS,
            met=row.session is None or row.session in self._met,
        )

    def _price(self, row: PastRow, usage: Usage) -> tuple[int, int] | None:
        """The list price on the other model, and the part of it that is output."""
        host, colon, port = row.upstream.rpartition(":")
        cost = self._tariff.cost(
            usage,
            Circumstances(
                vendor=row.vendor,
                model_asked=self._model,
                at_us=row.started_us,
                kind=row.kind,
                host=(host if colon and port.isdecimal() else row.upstream).strip("[]") or None,
                account=row.account,
                credential=row.credential,
                project=row.project,
                project_name=row.project_name,
            ),
        )
        if cost.pico is None:
            return None
        return cost.pico, min(cost.pico, sum(pico for name, pico in cost.components if name.startswith("output")))

    def _between(self, row: PastRow, would: int, output: int) -> tuple[int, int]:
        """Between what and what a row lies, for the work that nobody can see."""
        name = row.model_served or row.model_asked or ""
        dearer = self._worth.dearer(self._book, row.vendor, name, self._model, row.started_us)
        if dearer is None:
            return would, would
        doubt = of_kind(row.kind)
        longer, turns = doubt.output[1], doubt.turns[1]
        if dearer:
            return floor((would - output + output / longer) / turns), would
        return would, ceil((would - output + output * longer) * turns)
