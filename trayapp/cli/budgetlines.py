"""Budgets in a terminal's lines: what is used, what lies ahead, what a budget does.

Everything that ``budget`` and ``status`` say alike lives here; the words themselves come from the engine. Rules: pure;
standard library only, because ``status`` uses it.
"""

from __future__ import annotations

from collections.abc import Sequence

from trayapp.budgetviews import Budgets, BudgetView
from trayapp.shares import percent
from trayapp.snapshot import Snapshot


def glance(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Style and text of what a glance says: the tightest budget's words, and what budgets do just now."""
    budgets = snapshot.budgets
    tightest = budgets.named(budgets.tightest)
    lines = []
    if tightest is not None:
        words = tightest.words
        if tightest is budgets.of_today(snapshot.budget_day_pico):
            # The headline has said what of it is used.
            words = " · ".join(filter(None, (tightest.forecast, tightest.crossing)))
        if words:
            lines.append((style(tightest), words))
    lines += [(style(each), f"{each.name}: {each.doing}.") for each in budgets.budgets if each.doing]
    return lines


def style(view: BudgetView) -> str:
    """How alarming it is."""
    share = view.share or 0.0
    return "red" if view.stopped or share >= 1 else "orange" if share >= 0.8 or view.acting else "dim"


def listed(budgets: Budgets) -> list[str]:
    """All budgets, a few lines each."""
    if not budgets.budgets:
        return ["There is no budget. `spendlight budget set 20 --day` makes one."]
    wide = max(len(each.name) for each in budgets.budgets)
    lines = []
    for each in budgets.budgets:
        used = "" if each.share is None else f"{percent(each.share):>4} %  "
        indent = " " * (wide + 2 + len(used))
        first, *rest = each.words.split(" · ")
        lines.append(f"{each.name:<{wide}}  {used}{first}")
        if rest:
            lines.append(indent + " · ".join(rest))
        lines.append(f"{indent}{does(each)}")
        if each.doing:
            lines.append(f"{indent}{each.doing}.")
    return lines


def does(view: BudgetView) -> str:
    """ "tells at 50, 80, 100 %, stops new calls at 100 %"."""
    told = f"tells at {_and(view.at)} %"
    if view.counts != "list":
        told = f"counts what {'was agreed' if view.counts == 'contract' else 'adds to the bill'}, {told}"
    acts = {
        "suggest": "suggests cheaper models",
        "frugal": "goes frugal",
        "stop": "stops new calls",
    }.get(view.action)
    return told if acts is None else f"{told}, {acts} from {view.act_at} %"


def _and(values: Sequence[int]) -> str:
    return ", ".join(str(value) for value in values)
