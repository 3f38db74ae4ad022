"""Which thresholds of a budget have been told: each once a period, whatever clocks, zones, restarts and limits do.

Everything that decides whether a threshold is news lives here; the memory is small and is kept by the caller.

Rules:

* what was told belongs to a budget and to its period by name ("2026-11-26", ``periods``), so a clock that is set back
  and forth, a flight across zones and a day of 25 hours meet the same memory again;
* for each threshold the *amount* at which it was told is kept. It is news only above that: a lowered limit repeats
  nothing, a limit raised in the middle is told when its own, higher threshold is reached, putting it back is silent;
* a sum that shrinks (a price was corrected) takes nothing back, and rising again is no news;
* a plan's window has no date; it is the one whose reset lies near a known one's, since vendors state it to the second
  and not always the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

PERIODS_KEPT: Final = 40
"""Periods remembered for each budget: a clock may be set back by a month and more."""
BUDGETS_KEPT: Final = 200
WINDOW: Final = 100 * 10**12
"""What a plan's window holds, in the units of ``fire``: a share of 1 is this."""


class Thresholds:
    """The memory of all budgets."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, dict[int, int]]] = {}
        """Budget to period to percent to the greatest amount at which it was told. Used last stands last."""

    def fire(self, budget: str, period: str, spent: int, limit: int, at: Iterable[int]) -> tuple[int, ...]:
        """The thresholds that are news now, ascending; they are remembered as told.

        Args:
            budget: who it is; stays the same through restarts.
            period: the period's name.
            spent: pico-USD in the period.
            limit: pico-USD, above 0; it may have changed since the last time.
            at: percent.
        """
        known = self._told.get(budget, {}).get(period, {})
        news = []
        for percent in sorted(at):
            # Rounded up: the amounts that count as reaching it and the one that is kept are the same.
            level = -(-limit * percent // 100)
            if spent >= level and level > known.get(percent, 0):
                news.append((percent, level))
        if not news:
            return ()
        periods = self._told.pop(budget, {})
        self._told[budget] = periods
        told = periods.pop(period, {})
        periods[period] = {**told, **dict(news)}
        _drop_oldest(periods, PERIODS_KEPT)
        _drop_oldest(self._told, BUDGETS_KEPT)
        return tuple(percent for percent, _ in news)

    def window(self, budget: str, resets_at: int, minutes: int | None) -> str:
        """The name of a plan's window by when it begins anew (epoch seconds).

        One that resets within half a window's length of a known one (ten minutes, when its length is unknown) is that.
        """
        near = 600 if minutes is None else minutes * 30
        for name in reversed(self._told.get(budget, {})):
            if name.isdecimal() and abs(int(name) - resets_at) < near:
                return name
        return str(resets_at)

    def kept(self) -> dict[str, Any]:
        """What to keep, JSON-ready."""
        return {
            budget: {period: {str(percent): level for percent, level in told.items()} for period, told in each.items()}
            for budget, each in self._told.items()
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept.

        Raises:
            msgspec.ValidationError: it is not what ``kept`` gives; nothing was taken.
        """
        self._told = msgspec.convert(kept, dict[str, dict[str, dict[int, int]]], strict=False)


def _drop_oldest(entries: dict[str, Any], most: int) -> None:
    while len(entries) > most:
        del entries[next(iter(entries))]
