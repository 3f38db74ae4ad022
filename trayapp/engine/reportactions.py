"""What a report proposes to do: three things at most, the best first, each with the verb and the command that does it.

Everything that decides what is worth doing lives here. Pure: what there is to know comes in as ``Known``.

Rules: calls without a price come first, since every other number leaves them out; what loses money comes before what
could save some; a proposal for a budget comes last, and only where a user has none. None at all is fine: nothing is
praised and nothing is made up. ``text`` is English; faces say it in their own words by ``kind`` and ``values``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from shlex import quote
from typing import Final

from trayapp.choices import RuleView, Suggestion
from trayapp.insight.forecast import Moment, forecast
from trayapp.insight.habit import Habit, TooLittle
from trayapp.insight.periods import local
from trayapp.ledger import RuleSaved, UnpricedModel
from trayapp.money import PICO, dollars, plural
from trayapp.reports import Action, Plan

MOST: Final = 3
_WORTH: Final = PICO // 100
"""Below a cent nobody has to do anything."""
_SCOPES_WITH_NAMES: Final = {"project": "project", "session": "session"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What actions are made of."""

    suggestion: Suggestion | None = None
    """The best one that was not taken yet."""
    rules: Sequence[RuleView] = ()
    """Rules in force or paused."""
    by_rule: Sequence[RuleSaved] = ()
    """What each has saved in the period."""
    unpriced: Sequence[UnpricedModel] = ()
    """Models of which the book has no price."""
    plans: Sequence[Plan] = ()
    habit: Callable[[], Habit | TooLittle] | None = None
    """Learns what days cost, if that is wanted; ``None``: there is a budget already."""
    now_us: int = 0
    zone: tzinfo | None = None


def actions(known: Known) -> tuple[Action, ...]:
    """The best of them."""
    gains = [*_losing(known), *_suggested(known.suggestion), *_dearer(known.plans)]
    gains.sort(key=lambda gain: -gain[0])
    found = [*_prices(known.unpriced), *(action for _, action in gains), *_nameless(known.plans)]
    if len(found) < MOST:
        found += _budget(known)  # months of hours are read for it
    return tuple(found[:MOST])


def _prices(unpriced: Sequence[UnpricedModel]) -> list[Action]:
    if not unpriced:
        return []
    first = unpriced[0]
    calls, models = sum(each.calls for each in unpriced), len({(each.vendor, each.model) for each in unpriced})
    more = "" if models == 1 else f" and {plural(models - 1, 'more model')}"
    return [
        Action(
            kind="price",
            text=f"{plural(calls, 'call')} of {first.model}{more} have no price and are in no amount. Set it once.",
            command=f"spendlight prices set {quote(first.model)} --input USD --output USD",
            values={"model": first.model, "vendor": first.vendor, "calls": calls, "models": models},
        )
    ]


def _losing(known: Known) -> Iterable[tuple[int, Action]]:
    saved = {each.rule: each for each in known.by_rule}
    for rule in known.rules:
        its = saved.get(rule.id)
        # What rests loses nothing any more; what came with a mode is paused, since it cannot be removed.
        if its is None or its.saved > -_WORTH or rule.paused:
            continue
        verb, word = ("pause_rule", "pause") if rule.origin == "mode" else ("remove_rule", "remove")
        values = {"rule": rule.text, "pico_lost": str(-its.saved), "rows": its.rows}
        if rule.scope in _SCOPES_WITH_NAMES:
            values[_SCOPES_WITH_NAMES[rule.scope]] = rule.value
        yield (
            -its.saved,
            Action(
                kind="rule_off",
                text=f"The rule “{rule.text}” has lost {dollars(-its.saved, estimated=True)} on"
                f" {plural(its.rows, 'call')}. Switch it off.",
                verb=verb,
                arguments={"rule": rule.id},
                command=f"spendlight rules {word} {rule.id}",
                values=values,
            ),
        )


def _suggested(best: Suggestion | None) -> Iterable[tuple[int, Action]]:
    if best is None:
        return
    saves = "" if best.plan else f" It would save {dollars(best.pico_saved, estimated=True)} a week."
    values = {
        "title": best.title,
        "model": best.model,
        "asked": best.asked,
        "scope": best.scope,
        "value": best.value,
        "calls": best.calls,
        "days": best.days,
        "pico_now": str(best.pico_now),
        "pico_then": str(best.pico_then),
        "pico_week": str(best.pico_saved),
        "trial": best.trial,
        "plan": best.plan,
    }
    yield (
        best.pico_saved,
        Action(
            kind="suggestion",
            text=f"{best.lines[0] if best.lines else best.title}{saves}",
            verb="accept_suggestion",
            arguments={"suggestion": best.id},
            command="spendlight suggest --accept 1",
            values=values,
        ),
    )


def _dearer(plans: Sequence[Plan]) -> Iterable[tuple[int, Action]]:
    for plan in plans:
        if plan.pico_price is None or plan.unpriced:
            continue
        more = plan.pico_price + plan.pico_beside - plan.pico_value
        if more < _WORTH:
            continue
        yield (
            more,
            Action(
                kind="plan",
                text=f"The plan {plan.name} costs {dollars(plan.pico_price)} for these days; by the list its calls"
                f" are worth {dollars(plan.pico_value)}. Whether you will need its windows, you know best.",
                command="spendlight plans",
                values={"plan": plan.name, "pico_price": str(plan.pico_price), "pico_value": str(plan.pico_value)},
            ),
        )


def _nameless(plans: Sequence[Plan]) -> Iterable[Action]:
    for plan in plans:
        if plan.pico_price is None and plan.calls:
            worth = f"Its calls are worth {dollars(plan.pico_value)} by the list"
            without = f"no price is known for {plural(plan.unpriced, 'call')}"
            if plan.unpriced >= plan.calls:
                worth = f"What its calls are worth is not known: {without}"
            elif plan.unpriced:
                worth += f"; {without}"
            yield Action(
                kind="plan",
                text=f"What does the plan {plan.name} cost a month? {worth}.",
                command=f"spendlight plans set {quote(plan.name)} --monthly USD",
                values={
                    "plan": plan.name,
                    "pico_value": str(plan.pico_value),
                    "calls": plan.calls,
                    "unpriced": plan.unpriced,
                },
            )
            return


def _budget(known: Known) -> Iterable[Action]:
    habit = None if known.habit is None else known.habit()
    if not isinstance(habit, Habit):
        return
    today = local(known.now_us, known.zone).date()
    week = forecast(habit, Moment(today, 24.0, today + timedelta(days=8)), 0, 0)
    if isinstance(week, TooLittle) or week.high < PICO:
        return
    usd = _even(week.high)
    yield Action(
        kind="budget",
        text=f"There is no budget yet. A usual week costs {dollars(week.point, estimated=True)}; ${usd:,}"
        " would be passed by about one week in ten.",
        verb="set_budget",
        arguments={"usd": str(usd), "period": "week"},
        command=f"spendlight budget set {usd} --week",
        values={"pico_usual": str(week.point), "pico_limit": str(usd * PICO)},
    )


def _even(pico: int) -> int:
    """Whole dollars with two digits that say something, rounded up."""
    usd = -(-pico // PICO)
    step = int(10 ** max(len(str(usd)) - 2, 0))
    return -(-usd // step) * step
