"""What is good to know and calls for nothing: prices that arrived, a new book, a price that is held back.

Rules: kept in memory for a day, newest first, few; a person may put them away; what has to be acted on is a trouble.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from trayapp.engine.bookkeeper_answer import Answer
from trayapp.engine.reprice import Arrived
from trayapp.money import dollars
from trayapp.said import Figure, counted, joined, say
from trayapp.snapshot import Notice

KEEP_US: Final = 24 * 3600 * 1_000_000
MOST: Final = 8
_NAMED: Final = 3


class Notices:
    """The notices of this engine's life."""

    def __init__(self, changed: Callable[[], None], now_us: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._changed = changed
        self._now_us = now_us
        self._kept: list[Notice] = []

    def shown(self) -> tuple[Notice, ...]:
        """Newest first."""
        oldest = self._now_us() - KEEP_US
        self._kept = [notice for notice in self._kept if notice.at_us > oldest]
        return tuple(self._kept)

    def add(self, title: str, message: str, code: str, about: str = "") -> None:
        """Tell something; ``about``: the budget that it is about."""
        latest = self._kept[0].at_us if self._kept else 0
        notice = Notice(title=title, message=message, at_us=max(self._now_us(), latest + 1), code=code, about=about)
        self._kept = [notice, *self._kept[: MOST - 1]]
        self._changed()

    def dismiss(self, at_us: int | None = None) -> None:
        """Put one away, or all."""
        self._kept = [notice for notice in self._kept if at_us is not None and notice.at_us != at_us]
        self._changed()

    def arrived(self, arrived: Sequence[Arrived]) -> None:
        """Calls that had no price have one now."""
        if arrived:
            self.add(say("Prices arrived"), told(arrived), "priced")

    def book(self, answer: Answer, held: Sequence[str] = ()) -> None:
        """A list was fetched or a price accepted."""
        if answer.rewritten and (answer.added or answer.changed):
            parts = []
            if answer.added:
                parts.append(counted("%n model(s) new", len(answer.added)))
            if answer.changed:
                parts.append(say("{models} changed", models=_few([n.partition("/")[2] for n in answer.changed])))
            title = say("A new price book ({version}) is in use", version=answer.version.partition("+")[0])
            self.add(title, say("{what}.", what=joined(", ", parts)), "price_book")
        if held:
            title = (
                say("1 price is held back") if len(held) == 1 else say("{count} prices are held back", count=len(held))
            )
            fix = say("`spendlight prices status` shows all; `spendlight prices accept MODEL` takes one.")
            self.add(title, say("{held}. {fix}", held=joined("; ", held[:_NAMED]), fix=fix), "price_held")


def told(arrived: Sequence[Arrived]) -> str:
    """ "12 calls of kimi-k4 since 3 Nov are now priced: $4.20" — one sentence for each model, few of them."""
    sentences = []
    for each in arrived[:_NAMED]:
        model, since = each.model or say("an unnamed model"), _day(each.since_us)
        amount = _amount(each.pico, estimated=each.estimated)
        sentences.append(
            say("1 call of {model} since {day} is now priced: {amount}", model=model, day=since, amount=amount)
            if each.calls == 1
            else say(
                "{calls} of {model} since {day} are now priced: {amount}",
                calls=counted("%n call(s)", each.calls),
                model=model,
                day=since,
                amount=amount,
            )
        )
    if len(arrived) > _NAMED:
        rest = arrived[_NAMED:]
        sentences.append(
            say(
                "{calls} of {models}: {amount}",
                calls=counted("%n call(s)", sum(each.calls for each in rest)),
                models=counted("%n other model(s)", len(rest)),
                amount=_amount(sum(each.pico for each in rest)),
            )
        )
    return say("{what}.", what=joined("; ", sentences))


def _day(us: int) -> Figure:
    at = datetime.fromtimestamp(us / 1e6).astimezone()
    return Figure(f"{at.day} {at:%b}", "day_us", us)


def _amount(pico: int, *, estimated: bool = False) -> Figure:
    return Figure(dollars(pico, estimated=estimated), "pico", pico, estimated=estimated)


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    few = ", ".join(names[:_NAMED])
    return say("{names} and {count} more", names=few, count=more) if more > 0 else few
