"""The smallest groups that may be told, and why nothing finer can be learned from them.

A week's records are divided once, into *atoms*: first by team, each part by vendor, each of these by model, by tool, by
day. A part in which fewer than five people spent is never an atom: such parts of one cut are put together and are
divided further as one, and when together they are still fewer than five, they join the smallest atom beside them, which
then has no label of its own for what it is a mixture of. Everything that anybody is ever told of the week, in whatever
role, is a sum of atoms, rounded.

So, for every set of questions and of people who put their answers together:

* what they learn is a function of the atoms' totals, and each atom holds five people or more. Spending may be moved at
  will among the people of an atom without changing one answer: of a group of fewer than five nothing is known but that
  it spent something between nothing and the atom's total;
* the complement of an atom is a union of atoms, so it is empty or five people or more, too; no difference of two
  answers, over filters or tables, is anything but a combination of atoms;
* weeks do not overlap and each is told once (``releases.py``), so there is no difference over time either.

Rules: pure; only *who* spent where decides about the cuts, never how much; a person counts for an atom only with both
amounts above zero, since five of whom four spent nothing are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ENOUGH: Final = 5
CUTS: Final = ("team", "vendor", "model", "tool", "day")
"""In this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one person spent on one thing on one day."""

    member: str
    team: str
    vendor: str
    model: str
    tool: str
    day: str
    pico_list: int
    pico_contract: int
    calls: int


@dataclass(frozen=True, slots=True)
class Atom:
    """Five people or more. A label of ``None``: several together."""

    labels: Mapping[str, str | None]
    pico_list: int
    pico_contract: int
    calls: int


def people(records: Iterable[Record]) -> int:
    """How many spent."""
    return len({record.member for record in records if record.pico_list > 0 and record.pico_contract > 0})


def atoms(records: Sequence[Record]) -> list[Atom]:
    """A week's atoms; none where fewer than five people spent."""
    if people(records) < ENOUGH:
        return []
    return [
        Atom(
            labels,
            sum(record.pico_list for record in part),
            sum(record.pico_contract for record in part),
            sum(record.calls for record in part),
        )
        for labels, part in _divided(list(records), CUTS)
    ]


_Part = tuple[dict[str, str | None], list[Record]]


def _divided(whole: list[Record], cuts: Sequence[str]) -> list[_Part]:
    """Divide five people or more into parts of five or more."""
    if not cuts:
        return [({}, whole)]
    cut, *rest = cuts
    groups: dict[str, list[Record]] = {}
    for record in whole:
        groups.setdefault(getattr(record, cut), []).append(record)
    few: list[Record] = []
    done: list[_Part] = []
    for name in sorted(groups):
        if people(groups[name]) < ENOUGH:
            few += groups[name]
        else:
            done += [({cut: name, **labels}, part) for labels, part in _divided(groups[name], rest)]
    if people(few) >= ENOUGH:
        done += [({cut: None, **labels}, part) for labels, part in _divided(few, rest)]
    elif few:
        smallest = min(range(len(done)), key=lambda n: (people(done[n][1]), n))
        done[smallest] = _mixed(done[smallest], few, cuts)
    return done


def _mixed(one: _Part, few: list[Record], cuts: Sequence[str]) -> _Part:
    """Both in one; a label is left only where all have it."""
    labels, part = one
    kept = {cut: labels[cut] if {getattr(record, cut) for record in few} == {labels[cut]} else None for cut in cuts}
    return kept, [*part, *few]


def table(found: Iterable[Atom], cut: str, amount: Callable[[Atom], int]) -> list[tuple[str | None, int]]:
    """Sums by one label, the greatest first, what is together last."""
    sums: dict[str | None, int] = {}
    for atom in found:
        sums[atom.labels[cut]] = sums.get(atom.labels[cut], 0) + amount(atom)
    return sorted(sums.items(), key=lambda item: (item[0] is None, -item[1], item[0] or ""))
