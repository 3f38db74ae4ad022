"""A team's terms laid over what the user has set: what holds where both have said something.

Everything that joins the two lives here. Pure. Rules: nothing of the user's file is changed; what the team adds carries
its name; where the team allows a choice of one's own, the user's word comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from trayapp.budget import Budget
from trayapp.settings import Settings
from trayapp.team.terms import NONE, Terms

_MODE = "routing.mode"


def laid_over(chosen: Settings, terms: Terms) -> Settings:
    """The settings as they hold in a team."""
    if terms is NONE:
        return chosen
    values = dict(chosen.values)
    if terms.mode and not (terms.override and _MODE in chosen.given):
        values[_MODE] = terms.mode
    sections = dict(chosen.sections)
    names = {
        str(entry.get("name"))
        for section in ("contracts", "pools", "plans")
        for entry in chosen.sections.get(section) or ()
    }
    for section, team in (("contracts", terms.contracts), ("pools", terms.pools)):
        if team:
            own = tuple(chosen.sections.get(section) or ())
            theirs = tuple(_named_apart(team, names))
            sections[section] = [*own, *theirs] if terms.override else [*theirs, *own]
    taken = {budget.name for budget in chosen.budgets}
    budgets = (*chosen.budgets, *(_apart(budget, taken) for budget in terms.budgets))
    return replace(chosen, values=values, sections=sections, budgets=budgets)


def _named_apart(entries: Iterable[Mapping[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    """Entries whose names are no others': two agreements of one name could not be told apart."""
    found = []
    for entry in entries:
        name = _free(str(entry["name"]), names)
        names.add(name)
        found.append({**entry, "name": name})
    return found


def _apart(budget: Budget, taken: set[str]) -> Budget:
    name = _free(budget.name, taken)
    taken.add(name)
    return replace(budget, name=name)


def _free(name: str, taken: Collection[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[:58]} {number}"
    return found
