"""Whether a policy makes sense, seen before it is signed: devices refuse one as a whole that they cannot use.

Rules: pure; a refusal names the field, and says in a sentence what is wrong with it; nothing is mended silently. What
stood in the policy in force already (a contract that has ended meanwhile) may stay in the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from trayapp.team import wire
from trayapp.teamserver import problems

MOST: Final = 1000
"""Of anything that a policy lists; devices keep no more."""
_LISTS: Final = ("budgets", "allowed_models", "model_map", "rates", "commitments")
_COMPONENTS_MOST: Final = 20


def check(new: wire.Policy, now: int, before: wire.Policy | None = None) -> None:
    """See whether a policy may be published.

    Raises:
        Refused: it contradicts itself, or devices could not use it.
    """
    for found in _found(new, now, before):
        raise problems.Refused(
            422,
            "bad_policy",
            "This policy cannot be published",
            found,
            "`spendlight teamserver policy` prints the one in force as an example.",
        )


def _found(new: wire.Policy, now: int, before: wire.Policy | None) -> Iterator[str]:
    for name in _LISTS:
        if len(getattr(new, name)) > MOST:
            yield f"{name} has more than {MOST} entries."
    unknown = [n for n, each in enumerate(new.sync.dimensions) if each not in wire.DIMENSIONS]
    if unknown:
        yield f"sync.dimensions.{unknown[0]} is no dimension; there are {', '.join(wire.DIMENSIONS)}."
    yield from _budgets(new.budgets)
    yield from _models(new)
    today = datetime.fromtimestamp(now, UTC).date()
    yield from _rates(new.rates, today, () if before is None else before.rates)
    yield from _commitments(new.commitments, today, () if before is None else before.commitments)


def _budgets(budgets: Sequence[wire.TeamBudget]) -> Iterator[str]:
    names: set[str] = set()
    for place, budget in enumerate(budgets):
        field = f"budgets.{place}"
        if not _named(budget.name):
            yield f"{field}.name is empty."
        if budget.name in names:
            yield f"{field}.name is the name of another budget, too."
        names.add(budget.name)
        if int(budget.pico_limit) <= 0:
            yield f"{field}.pico_limit is nothing: such a budget would be used up before the first call."
        if not budget.at:
            yield f"{field}.at names no percentage, so nobody would ever hear of it."


def _models(new: wire.Policy) -> Iterator[str]:
    for place, name in enumerate(new.allowed_models):
        if not _named(name):
            yield f"allowed_models.{place} is empty."
    whither: dict[tuple[str, str], dict[str, str]] = {}
    for place, line in enumerate(new.model_map):
        field = f"model_map.{place}"
        if not _named(line.to):
            yield f"{field}.to is empty."
        if line.to.lower() == line.asked.lower():
            yield f"{field}.to is the model that was asked for: it maps to itself."
        if new.allowed_models and not _allowed(line.to, new.allowed_models):
            mode = f" (mode is {new.mode})" if new.mode else ""
            yield f"{field}.to is not among allowed_models{mode}: what it maps to would be refused."
        lines = whither.setdefault((line.tool, line.kind), {})
        if line.asked.lower() in lines:
            yield f"{field} is about the same calls as an earlier line of model_map."
        lines[line.asked.lower()] = line.to.lower()
        seen, at = set[str](), line.to.lower()
        while at in lines and at not in seen:
            seen.add(at)
            at = lines[at]
            if at == line.to.lower():
                yield f"{field} closes a circle with earlier lines of model_map."


def _rates(rates: Sequence[wire.Rate], today: date, before: Sequence[wire.Rate]) -> Iterator[str]:
    for place, rate in enumerate(rates):
        field = f"rates.{place}"
        if not _named(rate.vendor):
            yield f"{field}.vendor is empty."
        if bool(rate.multiplier) == bool(rate.rates):
            yield f"{field} says {'two prices' if rate.rates else 'no price'}: give either multiplier or rates."
        if len(rate.rates) > _COMPONENTS_MOST or not all(rate.rates.values()):
            yield f"{field}.rates has an empty amount, or too many."
        yield from _span(field, rate, today, known=rate in before)


def _commitments(found: Sequence[wire.Commitment], today: date, before: Sequence[wire.Commitment]) -> Iterator[str]:
    names: set[str] = set()
    for place, each in enumerate(found):
        field = f"commitments.{place}"
        if not _named(each.name) or not _named(each.vendor):
            yield f"{field}.{'name' if not _named(each.name) else 'vendor'} is empty."
        if each.name in names:
            yield f"{field}.name is the name of another commitment, too."
        names.add(each.name)
        if int(each.pico) <= 0:
            yield f"{field}.pico is nothing: there is nothing to draw from."
        yield from _span(field, each, today, known=each in before)


def _span(field: str, entry: Any, today: date, *, known: bool) -> Iterator[str]:
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        text = getattr(entry, name)
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            yield f"{field}.{name} is no day of the calendar."
            return
    since, until = days["since"], days["until"]
    if since is not None and until is not None and until <= since:
        yield f"{field}.until is not after {field}.since: it would end before it begins."
    if until is not None and until <= today and not known:
        yield f"{field}.until is in the past: it would never hold."


def _named(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()


def _allowed(model: str, patterns: Sequence[str]) -> bool:
    names = {model.lower(), model.lower().rpartition("/")[2]}
    return any(fnmatchcase(name, pattern.lower()) for name in names for pattern in patterns)
