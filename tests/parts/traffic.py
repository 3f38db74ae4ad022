"""Calls that are written into a ledger as they happened, each with its exact price, and what of them is waste.

Everything that makes calls for ``wasteful`` lives here; it knows prices, sizes and times, and nothing of what counts as
waste: a scene says that, call by call, in tokens times the list's rates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from trayapp.ledger import Ledger
from trayapp.pricing import Book, price
from trayapp.values import (
    Basis,
    Closing,
    Confidence,
    Cost,
    Kind,
    Leg,
    Metering,
    Opening,
    State,
    Usage,
)

SECOND = 10**6
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_795_000_000 * SECOND
"""2026-11-18, when the prices of the book hold that this file was written against."""
OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
SOL, LUNA = "gpt-6.1-sol", "gpt-6-luna"
PRO, LITE = "gemini-3.1-pro-preview", "gemini-3.5-flash-lite"
NOBODYS = "zebra-9"
"""A model without a price."""


@dataclass
class Asked:
    """One call."""

    at: int
    session: str | None
    model: str
    vendor: str
    tool: str | None
    kind: Kind
    size: int
    legs: tuple[Leg, ...]
    state: State
    lasts: int
    streamed: bool
    again: int | None
    credential: str | None
    project: str | None
    flags: tuple[str, ...]
    searches: int
    exact: bool
    cost: Cost = field(default_factory=lambda: Cost(pico=0, basis=Basis.LIST, book="b"))
    id: int = 0

    @property
    def end(self) -> int:
        return self.at + self.lasts

    @property
    def prompt(self) -> int:
        return sum(leg.prompt for leg in self.legs)


@dataclass
class Planted:
    """What a line has to say."""

    rows: dict[int, Asked] = field(default_factory=dict)
    pico: int = 0
    unpriced: int = 0
    estimated: bool = False

    @property
    def sessions(self) -> int:
        return len({call.session for call in self.rows.values() if call.session is not None})


class Traffic:
    """Calls of one ledger, and what is waste among them."""

    def __init__(self, book: Book, seed: int = 0, *, begins: int = START, days: int = 6) -> None:
        self.book = book
        self.rng = random.Random(seed)
        self.begins = begins
        self.days = days
        self.calls: list[Asked] = []
        self.planted: dict[str, Planted] = {}
        self._sizes = 1_000_000
        self._names = 0

    # -- building

    def name(self) -> str:
        self._names += 1
        return f"s-{self._names}"

    def size(self) -> int:
        """One that no other call has, by more than any tolerance."""
        self._sizes += 1000
        return self._sizes

    def time(self, room: int = 0) -> int:
        return self.begins + self.rng.randrange(0, max(1, self.days * DAY - room))

    def call(self, at: int, session: str | None, legs: Leg | tuple[Leg, ...] | None = None, **more: Any) -> Asked:
        vendor = more.get("vendor", "anthropic")
        if legs is None:
            legs = Leg(input=self.rng.randrange(50, 500), output=self.rng.randrange(20, 800))
        call = Asked(
            at=at,
            session=session,
            model=more.get("model", OPUS),
            vendor=vendor,
            tool=more.get("tool", "claude-code"),
            kind=more.get("kind", Kind.MAIN),
            size=more.get("size") or self.size(),
            legs=(legs,) if isinstance(legs, Leg) else legs,
            state=more.get("state", State.DONE),
            lasts=more.get("lasts", 2 * SECOND),
            streamed=more.get("streamed", True),
            again=None,
            credential=more.get("credential", "c1"),
            project=more.get("project"),
            flags=more.get("flags", ()),
            searches=more.get("searches", 0),
            exact=more.get("exact", True),
        )
        first = more.get("again")
        call.again = None if first is None else self.calls.index(first)
        if more.get("free"):
            call.cost = Cost(pico=0, basis=Basis.LIST, book="b")
        elif more.get("unknown"):
            call.cost = Cost(pico=None, basis=Basis.UNPRICED, book="b")
        else:
            usage = Usage(legs=call.legs, model=call.model, web_searches=call.searches, complete=call.exact)
            call.cost = price(usage, vendor=vendor, model_asked=call.model, at_us=at, book=self.book, kind=call.kind)
        self.calls.append(call)
        return call

    def waste(self, kind: str, call: Asked, pico: int | Fraction | None = -1) -> None:
        """A line has to count this call, with its whole price or with so much of it (``None``: nobody knows)."""
        planted = self.planted.setdefault(kind, Planted())
        planted.rows[self.calls.index(call)] = call
        whole = call.cost.pico if pico == -1 else pico
        if whole is None:
            planted.unpriced += 1
            return
        planted.pico += round(whole)
        planted.estimated |= bool(whole) and not call.exact

    def rate(self, call: Asked, component: str) -> int:
        model = self.book.match(call.vendor, call.model)
        assert model is not None
        quote = model.quote(call.at, call.prompt)
        assert quote is not None
        return quote.rates[component]

    # -- into a ledger

    def write(self, ledger: Ledger) -> None:
        """Write all of it; the calls know their ids then."""
        order = sorted(range(len(self.calls)), key=lambda n: (self.calls[n].at, n))
        for n in order:
            self.calls[n].id = ledger.new_id()
        self._write(ledger, [self.calls[n] for n in order])

    def write_by_and_by(self, ledger: Ledger, steps: int) -> Iterator[int]:
        """The same in the order of their ends; yields the moment that each part is written at."""
        for call in sorted(self.calls, key=lambda call: call.at):
            call.id = ledger.new_id()
        order = sorted(self.calls, key=lambda call: call.end)
        for step in range(steps):
            part = order[step * len(order) // steps : (step + 1) * len(order) // steps]
            self._write(ledger, part)
            yield part[-1].end

    def _write(self, ledger: Ledger, calls: list[Asked]) -> None:
        for start in range(0, len(calls), 500):
            part = calls[start : start + 500]
            openings = [self._opening(call) for call in part]
            ledger.write(openings, [_closing(call) for call in part]).result(60)
        assert ledger.status().refused == ledger.status().unknown == 0

    def _opening(self, call: Asked) -> Opening:
        return Opening(
            id=call.id,
            started_us=call.at,
            vendor=call.vendor,
            wire="anthropic-messages",
            tool=call.tool,
            session=call.session,
            project=call.project,
            project_name=None,
            model_asked=call.model,
            kind=call.kind,
            credential=call.credential,
            streamed=call.streamed,
            context_bytes=call.size,
            upstream="api.example.com:443",
            attempt_of=None if call.again is None else self.calls[call.again].id,
        )


def _closing(call: Asked) -> Closing:
    return Closing(
        id=call.id,
        ended_us=call.end,
        state=call.state,
        metering=Metering.EXACT if call.exact else Metering.ESTIMATED,
        confidence=Confidence.EXACT if call.exact else Confidence.ESTIMATED,
        http_status=200,
        usage=Usage(
            legs=call.legs,
            model=call.model if call.legs else None,
            web_searches=call.searches,
            complete=call.exact,
        ),
        cost=call.cost,
        flags=call.flags,
    )
