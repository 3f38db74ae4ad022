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
from trayapp.money import dollars, plural
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
            self.add("Prices arrived", told(arrived), "priced")

    def book(self, answer: Answer, held: Sequence[str] = ()) -> None:
        """A list was fetched or a price accepted."""
        if answer.rewritten and (answer.added or answer.changed):
            parts = []
            if answer.added:
                parts.append(f"{plural(len(answer.added), 'model')} new")
            if answer.changed:
                parts.append(f"{_few([name.partition('/')[2] for name in answer.changed])} changed")
            title = f"A new price book ({answer.version.partition('+')[0]}) is in use"
            self.add(title, f"{', '.join(parts)}.", "price_book")
        if held:
            title = "1 price is held back" if len(held) == 1 else f"{len(held)} prices are held back"
            fix = "`spendlight prices status` shows all; `spendlight prices accept MODEL` takes one."
            self.add(title, f"{'; '.join(held[:_NAMED])}. {fix}", "price_held")


def told(arrived: Sequence[Arrived]) -> str:
    """ "12 calls of kimi-k4 since 3 Nov are now priced: $4.20" — one sentence for each model, few of them."""
    sentences = []
    for each in arrived[:_NAMED]:
        since = datetime.fromtimestamp(each.since_us / 1e6).astimezone()
        verb = "is" if each.calls == 1 else "are"
        amount = dollars(each.pico, estimated=each.estimated)
        who = f"{plural(each.calls, 'call')} of {each.model or 'an unnamed model'}"
        sentences.append(f"{who} since {since.day} {since:%b} {verb} now priced: {amount}")
    if len(arrived) > _NAMED:
        rest = arrived[_NAMED:]
        calls, pico = sum(each.calls for each in rest), sum(each.pico for each in rest)
        sentences.append(f"{plural(calls, 'call')} of {plural(len(rest), 'other model')}: {dollars(pico)}")
    return "; ".join(sentences) + "."


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
