"""What of a period is unusual, asked of the ledger's sums; ``insight.unusual`` decides.

Rules: local days; the weeks before the period say what is usual, for parts spans of the period's own length; a cause is
told where the decomposition against the usual has one that makes more than half, and whose model or tool it was where
one makes most of it (no project: a card without names must not name one); nothing is read but sums.
"""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from collections.abc import Mapping, Sequence
from datetime import date, timedelta, tzinfo
from typing import Final

from trayapp.insight.change import change
from trayapp.insight.periods import begins
from trayapp.insight.unusual import (
    WEEKS,
    DaySum,
    Odd,
    Series,
    cause,
    culprit,
    known,
    odd_days,
    odd_parts,
    odd_sessions,
)
from trayapp.ledger import By, Ledger
from trayapp.mix import MixCell
from trayapp.reports import Anomaly

_BEFORE_DAYS: Final = 7 * WEEKS
_PARTS: Final[tuple[By, ...]] = ("model", "tool", "project")
_CULPRITS: Final[tuple[By, ...]] = ("model", "tool")

_Span = tuple[int, int]


async def unusual(ledger: Ledger, first: date, end: date, zone: tzinfo | None) -> tuple[tuple[Anomaly, ...], bool]:
    """What is unusual in ``[first, end)``, days first; and whether enough is known to say that nothing is.

    Args:
        ledger: whose sums are asked for.
        first: the period's first local date.
        end: the local date behind its last.
        zone: the zone of the local days.
    """
    dates = [first + timedelta(days=n) for n in range(-_BEFORE_DAYS, (end - first).days)]
    edges = [begins(each, zone) for each in (*dates, end)]
    amounts = await wrap_future(ledger.day_amounts(edges))
    sums = [DaySum(day, each.pico, each.tokens) for day, each in zip(dates, amounts, strict=True)]
    before, days = sums[:_BEFORE_DAYS], sums[_BEFORE_DAYS:]
    if not known(before):
        return (), False
    whole = sum(each.pico for each in days)
    found: list[Anomaly] = []
    for odd in odd_days(days, before):
        at = dates.index(date.fromisoformat(odd.name))
        like = odd.like or 0
        found.append(await _day(ledger, odd, (edges[at], edges[at + 1]), (edges[like], edges[like + 1])))
    length = (end - first).days
    firsts = [first - timedelta(days=length * n) for n in range(WEEKS, -1, -1)]
    spans = [(begins(each, zone), begins(each + timedelta(days=length), zone)) for each in firsts]
    parts = await wrap_future(ledger.spent_by(_PARTS, spans))
    for by in _PARTS:
        found += await _parts(ledger, by, spans, [each[by] for each in parts], whole)
    past, now = await wrap_future(ledger.spent_by(("session",), [(edges[0], edges[_BEFORE_DAYS]), spans[-1]]))
    named = [(name, pico) for name, pico in now["session"].items() if name]
    sessions = odd_sessions(named, [pico for name, pico in past["session"].items() if name], whole)
    found += [Anomaly(kind=odd.kind, name=odd.name, pico=odd.pico, pico_usual=odd.usual) for odd in sessions]
    return tuple(found), True


async def _day(ledger: Ledger, odd: Odd, span: _Span, usual: _Span) -> Anomaly:
    factor, pico = await _cause(await _mix(ledger, usual), await _mix(ledger, span))
    name, rise = "", 0
    for by in _CULPRITS:
        then, now = await _amounts(ledger, by, usual), await _amounts(ledger, by, span)
        if len({*then, *now}) > 1:  # the only one explains nothing
            who, more = culprit(now, then)
            if more > rise:
                name, rise = who, more
    return Anomaly(
        kind=odd.kind, name=odd.name, pico=odd.pico, pico_usual=odd.usual, cause=factor, cause_name=name,
        pico_cause=rise if name else pico,
    )  # fmt: skip


async def _parts(
    ledger: Ledger, by: By, spans: Sequence[_Span], amounts: Sequence[Mapping[str, int]], whole: int
) -> list[Anomaly]:
    *before, now = amounts
    series = [
        Series(by, key, pico, tuple(past.get(key, 0) for past in before)) for key, pico in now.items() if key and pico
    ]
    odds = odd_parts(series, whole)
    names = await wrap_future(ledger.project_names([odd.name for odd in odds])) if by == "project" and odds else {}
    found = []
    for odd in odds:
        factor, pico = "", 0
        if by == "model" and odd.like is not None:
            cells = [
                [cell for cell in await _mix(ledger, span) if cell.model == odd.name]
                for span in (spans[odd.like], spans[-1])
            ]
            factor, pico = await _cause(*cells)
        name = names.get(odd.name, odd.name)
        found.append(
            Anomaly(kind=odd.kind, name=name, pico=odd.pico, pico_usual=odd.usual, cause=factor, pico_cause=pico)
        )
    return found


async def _mix(ledger: Ledger, span: _Span) -> list[MixCell]:
    return await wrap_future(ledger.mix(*span))


async def _cause(then: Sequence[MixCell], now: Sequence[MixCell]) -> tuple[str, int]:
    return cause(await asyncio.to_thread(change, then, now))


async def _amounts(ledger: Ledger, by: By, span: _Span) -> dict[str, int]:
    (amounts,) = await wrap_future(ledger.spent_by((by,), [span]))
    return amounts[by]
