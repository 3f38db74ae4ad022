"""What a policy means here: the team's decisions in the words of this house, each with its source.

Everything that translates a policy lives here. Pure. Rules:

* a policy is understood whole or not at all (``check``): a number that is none, or an unknown period, refuses it, and
  the former one goes on. Fields that nobody knows are ignored; there is none that could carry an address, a key or a
  command;
* what the team decides says so: names of its budgets and agreements begin with the team's name;
* ``stop`` binds only who has agreed to it when he joined; for everybody else it is a suggestion;
* a list price is never changed; rates and commitments are agreements.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from trayapp.budget import Budget
from trayapp.money import PICO
from trayapp.pricing import BookError
from trayapp.pricing.agreements import read
from trayapp.pricing.contracts import names_of
from trayapp.said import Figure, Said, joined, say
from trayapp.team.wire import HOUR_S, Commitment, ModelMap, Policy, Rate, TeamBudget

BLOCK: Final = "block"
"""The consent to have calls refused."""
INTERVAL_S: Final = (60, 24 * HOUR_S)
_NAME: Final = 60
_MOST: Final = 1000
"""Budgets, rates, commitments, models, lines of the map."""


class TermsError(Exception):
    """A policy cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds here because of a policy."""

    team: str = ""
    """The team's name, as people read it; empty: no policy holds."""
    version: int = 0
    expires: int = 0
    mode: str = ""
    override: bool = True
    budgets: tuple[Budget, ...] = ()
    contracts: tuple[dict[str, Any], ...] = ()
    """As in ``[[contracts]]``."""
    pools: tuple[dict[str, Any], ...] = ()
    """As in ``[[pools]]``."""
    allowed: tuple[str, ...] = ()
    """Patterns over models' names; empty: all."""
    model_map: tuple[ModelMap, ...] = ()
    block: bool = False
    """Its member has agreed that calls are refused."""
    interval_s: int = 300
    dimensions: tuple[str, ...] = ()
    lines: tuple[Said, ...] = ()
    """All of it, for people."""

    def allows(self, model: str) -> bool:
        """Whether the team allows a model."""
        if not self.allowed:
            return True
        return any(fnmatchcase(name, pattern) for name in names_of(model) for pattern in self.allowed)


NONE: Final = Terms()


def check(policy: Policy) -> None:
    """See whether a policy can be understood whole.

    Raises:
        TermsError: it cannot.
    """
    for part in (policy.budgets, policy.rates, policy.commitments, policy.model_map, policy.allowed_models):
        if len(part) > _MOST:
            raise TermsError("it says more than can be kept.")
    made = terms(policy, "team", (BLOCK,))
    try:
        read({"contracts": made.contracts, "pools": made.pools})
    except BookError as error:
        raise TermsError(error.message) from None


def terms(policy: Policy, team: str, consents: Collection[str]) -> Terms:
    """What a policy means for a member.

    Args:
        policy: one that holds.
        team: its name, as people read it.
        consents: what its member has agreed to.

    Raises:
        TermsError: it cannot be understood.
    """
    block = BLOCK in consents
    wide = {rate.vendor: rate for rate in policy.rates if not rate.model}
    narrow = {rate.vendor for rate in policy.rates if rate.model}
    low, high = INTERVAL_S
    return Terms(
        team=team,
        version=policy.version,
        expires=policy.expires,
        mode=policy.mode,
        override=policy.override,
        budgets=tuple(_budget(each, team, block=block, fixed=not policy.override) for each in policy.budgets),
        contracts=tuple(_contract(each, _named(team, n, each)) for n, each in enumerate(policy.rates, 1)),
        pools=tuple(
            _commitment(each, _cut(f"{team}: {each.name}"), wide.get(each.vendor))
            for each in policy.commitments
            if each.vendor not in narrow
        ),
        allowed=tuple(name.lower() for name in policy.allowed_models),
        model_map=policy.model_map,
        block=block,
        interval_s=min(max(policy.sync.interval_s, low), high),
        dimensions=policy.sync.dimensions,
        lines=tuple(_lines(policy, block=block)),
    )


def amount(text: str) -> int:
    """A decimal text of pico-USD.

    Raises:
        TermsError: it is none, or absurd.
    """
    if not text.isascii() or not text.isdigit() or len(text) > 30:
        raise TermsError(f"{text[:40]!r} is no amount.")
    return int(text)


def _budget(each: TeamBudget, team: str, *, block: bool, fixed: bool) -> Budget:
    pico = amount(each.pico_limit)
    if not pico or not each.name.strip() or not each.name.isprintable():
        raise TermsError("a budget has no name, or no limit.")
    if not each.at or not all(1 <= percent <= 1000 for percent in each.at):
        raise TermsError(f"the budget {each.name!r} is told at percentages that are none.")
    action = "suggest" if each.action == "stop" and not block else each.action
    shared = each.scope != "me"
    return Budget(
        name=_cut(f"{team}: {each.name}"),
        period=None if shared else each.period,
        pico=0 if shared else pico,
        kind="pool" if shared else "all",
        value=each.name if shared else "",
        counts=each.counts,
        at=tuple(sorted(set(each.at))),
        action=action,
        act_at=100 if action == "stop" else min(80, max(each.at)),
        source=team,
        fixed=fixed,
    )


def _contract(rate: Rate, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "provider": rate.vendor, **_dated(rate.since, rate.until), **_price(rate)}
    if rate.model:
        entry["model"] = rate.model
    return entry


def _commitment(each: Commitment, name: str, rate: Rate | None) -> dict[str, Any]:
    pico = amount(each.pico)
    if not pico:
        raise TermsError(f"the commitment {each.name!r} is of nothing.")
    usd = f"{pico // PICO}.{pico % PICO:012d}"
    price = {} if rate is None else _price(rate)
    return {"name": name, "provider": each.vendor, "amount_usd": usd, **_dated(each.since, each.until), **price}


def _price(rate: Rate) -> dict[str, Any]:
    if not rate.multiplier and not rate.rates:
        raise TermsError(f"the rate for {rate.vendor} says no price.")
    return {"multiplier": rate.multiplier} if rate.multiplier else {"rates": dict(rate.rates)}


def _dated(since: str, until: str) -> dict[str, str]:
    return {name: text for name, text in (("from", since), ("to", until)) if text}


def _named(team: str, number: int, rate: Rate) -> str:
    return _cut(f"{team} {number}: {rate.vendor}{f'/{rate.model}' if rate.model else ''}")


def _cut(name: str) -> str:
    return name[:_NAME]


def _lines(policy: Policy, *, block: bool) -> list[Said]:
    said = []
    if policy.mode:
        mode = {"let-it-rip": say("let-it-rip"), "balanced": say("balanced"), "frugal": say("frugal")}[policy.mode]
        said.append(say("Mode: {mode}", mode=mode) if policy.override else say("Mode: {mode}, for all", mode=mode))
    said += [_budget_line(budget, block=block) for budget in policy.budgets]
    if policy.allowed_models:
        models = ", ".join(policy.allowed_models)
        refused = say("Models: {models}; others are refused", models=models)
        said.append(refused if block else say("Models: {models}; others are told to you", models=models))
    for each in policy.model_map:
        tool = say("in {tool}", tool=each.tool) if each.tool else ""
        what = joined(" ", [part for part in (each.kind, each.asked or say("any model"), tool) if part])
        itself = say("{what} → {model} (by itself)", what=what, model=each.to)
        said.append(itself if each.consent == "auto" else say("{what} → {model} (suggested)", what=what, model=each.to))
    for rate in policy.rates:
        said.append(say("Contract rate: {vendor}", vendor=f"{rate.vendor}{f'/{rate.model}' if rate.model else ''}"))
    said += [say("Commitment {name!r} with {vendor}", name=c.name, vendor=c.vendor) for c in policy.commitments]
    return said


def _budget_line(budget: TeamBudget, *, block: bool) -> Said:
    pico = amount(budget.pico_limit)
    limit = Figure(f"${pico / PICO:,.2f}", "pico", pico)
    period = {"day": say("a day"), "week": say("a week"), "month": say("a month")}[budget.period]
    values = {"name": budget.name, "limit": limit, "period": period}
    if budget.scope == "me":
        line = say("Budget {name!r} for you: {limit} {period}", **values)
    elif budget.scope == "team":
        line = say("Budget {name!r} of the team: {limit} {period}", **values)
    else:
        line = say("Budget {name!r}, shared: {limit} {period}", **values)
    if budget.action == "tell":
        return line
    if budget.action == "stop" and not block:
        return say("{budget}; then: suggest (you have not agreed to refused calls)", budget=line)
    action = {"suggest": say("suggest"), "frugal": say("frugal"), "stop": say("stop")}[budget.action]
    return say("{budget}; then: {action}", budget=line, action=action)
