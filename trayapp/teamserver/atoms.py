"""The smallest groups that may be told, and why nothing finer can be learned from them.

A week's records are divided once, into *atoms*: first by team, each part by model, each of these by tool, each of these
by day. A part in which fewer than five people spent is never an atom: such parts of one cut are put together, and when
together they are still fewer than five, the part with the fewest people joins them, until they are five or more; where
that is not possible the cut is not made. Everything that anybody is ever told of the week, in whatever role, is a sum
of atoms, rounded.

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
CUTS: Final = ("team", "model", "tool", "day")
"""In this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one person spent on one thing on one day."""

    member: str
    team: str
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
    parts: list[tuple[dict[str, str | None], list[Record]]] = [({}, list(records))]
    for cut in CUTS:
        parts = [({**labels, cut: value}, part) for labels, whole in parts for value, part in _divided(whole, cut)]
    return [
        Atom(
            labels,
            sum(record.pico_list for record in part),
            sum(record.pico_contract for record in part),
            sum(record.calls for record in part),
        )
        for labels, part in parts
    ]


def _divided(whole: list[Record], cut: str) -> list[tuple[str | None, list[Record]]]:
    groups: dict[str, list[Record]] = {}
    for record in whole:
        groups.setdefault(getattr(record, cut), []).append(record)
    sizes = {name: people(group) for name, group in groups.items()}
    fewest_first = sorted(groups, key=lambda name: (sizes[name], name))
    together: list[Record] = []
    apart: list[str] = []
    for name in fewest_first:
        if sizes[name] < ENOUGH or (together and people(together) < ENOUGH):
            together += groups[name]
        else:
            apart.append(name)
    if together and people(together) < ENOUGH:
        return [(None, whole)]
    done: list[tuple[str | None, list[Record]]] = [(name, groups[name]) for name in sorted(apart)]
    return [*done, (None, together)] if together else done


def table(found: Iterable[Atom], cut: str, amount: Callable[[Atom], int]) -> list[tuple[str | None, int]]:
    """Sums by one label, the greatest first, what is together last."""
    sums: dict[str | None, int] = {}
    for atom in found:
        sums[atom.labels[cut]] = sums.get(atom.labels[cut], 0) + amount(atom)
    return sorted(sums.items(), key=lambda item: (item[0] is None, -item[1], item[0] or ""))
