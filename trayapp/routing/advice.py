"""Which model finishes a task for less, from a person's own sessions: the advisor for standing choices.

Everything that compares models by dollars per finished task lives here. A task is a session: one model, from its first
human turn to its last, finished when the last one brought no bad sign. Costs of sessions that were not finished are
paid all the same, so the mean divides the cost of all sessions by the finished ones. The median is taken over finished
sessions, and its interval is that between two of their own costs (order statistics by the binomial distribution, at
least 90 %): it assumes nothing about how costs are spread, and no amount is made up.

A difference is called clear when the two intervals do not overlap, which is stricter than 90 %. Even then nobody
assigned the work at random: people give their hard work to the dearer model. It is said each time.

Who calls this keeps one diary a session (``engine.witness``); sessions that mix models are left out there.

Rules: pure, no clock; money is pico-USD as ``int``; unpriced sessions are counted and left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

from trayapp.money import dollars, half_even, plural

LEAST: Final = 8
"""Finished sessions of a model below which it is not compared."""
_TENTH: Final = 10
"""One chance in ten is left that the median lies outside."""
_OTHER_WORK: Final = 3, 2
"""Human turns a session, by the median: from this ratio on the work itself is different."""
_MOST: Final = 2000
"""Sessions of a model that are looked at, the last ones given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of a tool's main work with one model."""

    tool: str
    model: str
    pico: int | None
    """All it cost; ``None``: not all of it is priced."""
    turns: int
    """Human turns."""
    finished: bool | None
    """Its last human turn brought no bad sign; ``None``: nobody knows."""
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One model's sessions with one tool. Amounts are pico-USD per finished task."""

    model: str
    sessions: int
    """With a price and a known end."""
    finished: int
    left_out: int
    """Sessions without a price or a known end."""
    median: int | None
    low: int | None
    high: int | None
    """The median lies between the two with at least 90 %; ``None``: too few to say."""
    mean: int | None
    """The cost of all sessions, divided by the finished ones."""
    turns: int
    """Human turns of a session, by the median."""
    calls: int
    """Calls of a session, by the median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Two models that one tool used for the same kind of work."""

    tool: str
    cheaper: Record
    """The one whose finished tasks cost less, by the median; of two that cannot be compared, the first by name."""
    dearer: Record
    comparable: bool
    clear: bool
    """The intervals do not overlap."""
    words: str


def advise(sessions: Iterable[Session]) -> tuple[Advice, ...]:
    """Each pair of models that a tool used, clear differences first, then by the larger number of sessions."""
    groups: dict[tuple[str, str], list[Session]] = {}
    for session in sessions:
        groups.setdefault((session.tool, session.model), []).append(session)
    records: dict[str, list[Record]] = {}
    for (tool, model), group in sorted(groups.items()):
        records.setdefault(tool, []).append(_record(model, group[-_MOST:]))
    found = [_pair(tool, a, b) for tool, models in records.items() for a, b in combinations(models, 2)]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.clear,
                not one.comparable,
                -(one.cheaper.sessions + one.dearer.sessions),
                one.tool,
                one.cheaper.model,
                one.dearer.model,
            ),
        )
    )


def middle(costs: list[int]) -> tuple[int, int, int] | None:
    """The median of sorted amounts, and the two of them between which it lies with at least 90 %.

    ``None`` for fewer than five: then not even the smallest and the largest are that sure.
    """
    n = len(costs)
    half = half_even(costs[(n - 1) // 2] + costs[n // 2], 2) if n else 0
    outside, rank = 0, 0
    # The median lies below the (rank + 1)-th amount with the probability that a fair coin falls at most rank times.
    for k in range(n // 2):
        outside += comb(n, k)
        if 2 * outside * _TENTH > 2**n:
            break
        rank = k + 1
    return (half, costs[rank - 1], costs[n - rank]) if rank else None


def _record(model: str, sessions: list[Session]) -> Record:
    priced = [(s.pico, s.finished) for s in sessions if s.pico is not None and s.pico >= 0 and s.finished is not None]
    costs = sorted(pico for pico, finished in priced if finished)
    found = middle(costs)
    return Record(
        model=model,
        sessions=len(priced),
        finished=len(costs),
        left_out=len(sessions) - len(priced),
        median=found[0] if found else None,
        low=found[1] if found else None,
        high=found[2] if found else None,
        mean=half_even(sum(pico for pico, _ in priced), len(costs)) if costs else None,
        turns=_typical(s.turns for s in sessions),
        calls=_typical(s.calls for s in sessions),
    )


def _typical(counts: Iterable[int]) -> int:
    ordered = sorted(max(0, count) for count in counts)
    return ordered[len(ordered) // 2] if ordered else 0


def _pair(tool: str, a: Record, b: Record) -> Advice:
    few = min((a, b), key=lambda record: record.finished)
    if few.finished < LEAST or a.median is None or b.median is None:
        known = f"only {plural(few.finished, 'finished session')} with {few.model}; {LEAST} are needed"
        return Advice(tool=tool, cheaper=a, dearer=b, comparable=False, clear=False, words=f"not comparable: {known}")
    cheaper, dearer = (a, b) if (a.median, a.model) <= (b.median, b.model) else (b, a)
    clear = cheaper.high is not None and dearer.low is not None and cheaper.high < dearer.low
    said = f"{_said(cheaper)} against {_said(dearer)}"
    if not clear:
        verdict = "no clear difference"
    elif _better_mean(cheaper, dearer):
        verdict = f"{cheaper.model} finishes your tasks for less"
    else:
        verdict = f"{cheaper.model} costs less when it finishes, but not once its unfinished sessions are counted"
        clear = False
    return Advice(
        tool=tool,
        cheaper=cheaper,
        dearer=dearer,
        comparable=True,
        clear=clear,
        words=f"{verdict}: {said}; {_caution(cheaper, dearer)}",
    )


def _better_mean(cheaper: Record, dearer: Record) -> bool:
    return cheaper.mean is not None and dearer.mean is not None and cheaper.mean < dearer.mean


def _said(record: Record) -> str:
    return (
        f"{dollars(record.median, fine=True)} per finished task with {record.model} (between "
        f"{dollars(record.low, fine=True)} and {dollars(record.high, fine=True)}, n = {record.finished})"
    )


def _caution(a: Record, b: Record) -> str:
    few, many = sorted((a.turns, b.turns))
    if many * _OTHER_WORK[1] >= few * _OTHER_WORK[0] and many > few:
        return f"different work may explain it: {few} against {many} turns a session"
    return "different work may explain it"
