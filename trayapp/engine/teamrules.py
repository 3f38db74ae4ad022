"""What a team decides about models: which may be asked for, which serve in the place of others, and what it suggests.

Everything that applies a team's model map and its allowed models lives here; ``router`` and ``choosing`` ask for it.

Rules:

* what its members are to be asked about is a suggestion, as any other; what is to happen by itself is a rule whose
  origin is the team, in force like those of the mode: always visible, and to be paused where the team allows it;
* a model only serves where its maker's public prices know it, and never where it is not known to be cheaper;
* rules and suggestions stay inside what is allowed. A request for another model is told, once a day for each model; it
  is refused only for who agreed to that when he joined.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from trayapp import choices
from trayapp.engine import teamwords
from trayapp.pricing import Book
from trayapp.refusal import Refusal
from trayapp.routing.kinds import LABELS
from trayapp.routing.rules import NEVER, SUBAGENTS, Asked, Rule, Scope
from trayapp.said import say
from trayapp.team.terms import NONE, Terms
from trayapp.team.wire import ModelMap
from trayapp.values import Call, Kind

PREFIX: Final = "team:"
_DAY_S: Final = 86_400.0
_MOST_TOLD: Final = 200
_SUBAGENTS: Final = "subagent"


class TeamRules:
    """A team's word on models. Use it on one event loop."""

    def __init__(
        self,
        book: Callable[[], Book],
        resting: Callable[[str], tuple[str, int] | None],
        dearer: Callable[[str, str, str], bool | None],
        tell: Callable[[str, str, str], None],
    ) -> None:
        """Wire it up.

        Args:
            book: the public price book.
            resting: why and until when a rule of that name rests; ``None``: it does not.
            dearer: as in ``routing.rules``.
            tell: title, message and code of a notice.
        """
        self.terms: Terms = NONE
        self._book = book
        self._resting = resting
        self._dearer = dearer
        self._tell = tell
        self._told: dict[str, float] = {}

    @property
    def active(self) -> bool:
        """Whether a rule of the team's could concern a request."""
        return any(each.consent == "auto" for each in self.terms.model_map)

    def rules(self, asked: Asked) -> tuple[Rule, ...]:
        """The team's rules for a request."""
        found = []
        for number, each in enumerate(self.terms.model_map):
            if each.consent == "auto" and self._fits(each, asked.vendor, asked.model, asked.tool):
                rule = self._rule(f"{PREFIX}{number}:{asked.model}", each, asked.vendor, asked.model)
                if rule is not None:
                    found.append(rule)
        return tuple(found)

    def shown(self, used: Iterable[tuple[str, str, str]]) -> tuple[Rule, ...]:
        """The team's rules for what is in use: seller, model and tool."""
        found: dict[str, Rule] = {}
        for vendor, model, tool in used:
            asked = Asked(vendor=vendor, model=model, kind=Kind.MAIN, tool=tool or None)
            found |= {rule.id: rule for rule in self.rules(asked)}
        return tuple(found.values())

    def inside(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Those that lead to allowed models only."""
        if not self.terms.allowed:
            return tuple(rules)
        return tuple(rule for rule in rules if rule.model is None or self.terms.allows(rule.model))

    def suggestions(
        self, used: Iterable[tuple[str, str, str]], covered: Callable[[Rule], bool]
    ) -> list[choices.Suggestion]:
        """What the team suggests for what is in use."""
        found = {}
        for vendor, model, tool in used:
            for number, each in enumerate(self.terms.model_map):
                if each.consent != "ask" or not self._fits(each, vendor, model, tool or None):
                    continue
                rule = self._rule(f"{PREFIX}{number}:{model}", each, vendor, model)
                if rule is None or covered(rule) or not self.terms.allows(each.to):
                    continue
                what = "" if not each.kind else f"{each.kind}: "
                found[rule.id] = choices.Suggestion(
                    id=f"{rule.id}:{vendor}",
                    title=f"{self.terms.team} suggests {what}{each.to}",
                    lines=(f"In the place of {model}. Decided by {self.terms.team}; you can take it back.",),
                    model=each.to,
                    scope=rule.scope,
                    value=rule.value,
                    asked=model,
                )
        return list(found.values())

    def accepted(self, suggestion: str) -> Rule | None:
        """The rule that a suggestion of the team's becomes; ``None``: it makes none of that name."""
        number, _, rest = suggestion.removeprefix(PREFIX).partition(":")
        model, _, vendor = rest.rpartition(":")
        if not suggestion.startswith(PREFIX) or not number.isdigit() or int(number) >= len(self.terms.model_map):
            return None
        rule = self._rule("", self.terms.model_map[int(number)], vendor, model)
        return rule if rule is not None and self.terms.allows(rule.model or "") else None

    def refusal(self, call: Call) -> Refusal | None:
        """Why a call may not go out; ``None``: it may. A model that is not allowed is told."""
        model = call.model
        if not self.terms.allowed or model is None or call.kind in NEVER or self.terms.allows(model):
            return None
        if self.terms.block:
            return teamwords.refusal(self.terms, model, call.tool)
        now = time.monotonic()
        if now - self._told.get(model, float("-inf")) > _DAY_S:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            self._told[model] = now
            allowed = ", ".join(self.terms.allowed)
            self._tell(
                say("{team} does not allow {model}", team=self.terms.team, model=model),
                say(
                    "The call went out all the same: you have not agreed to refusals. Allowed is: {allowed}.",
                    allowed=allowed,
                ),
                "team_model",
            )
        return None

    def _fits(self, each: ModelMap, vendor: str, model: str, tool: str | None) -> bool:
        if each.asked and each.asked != model:
            return False
        if each.tool and each.tool != tool:
            return False
        found = self._book().find(vendor, each.to)
        return found is not None and not found.resold and self._dearer(vendor, model, each.to) is False

    def _rule(self, name: str, each: ModelMap, vendor: str, model: str) -> Rule | None:
        where = _where(each.kind)
        if where is None or each.to == model:
            return None
        rule = Rule(id=name, vendor=vendor, model=each.to, asked=model, scope=where[0], value=where[1], origin="team")
        rests = self._resting(name) if name else None
        if rests is not None and rests[0] == "user" and not self.terms.override:
            rests = None
        return rule if rests is None else msgspec.structs.replace(rule, paused=rests[0], paused_until_us=rests[1])


def _where(kind: str) -> tuple[Scope, str] | None:
    """A map's kind as a rule's scope; ``None``: nobody knows such a kind."""
    if not kind:
        return "always", ""
    if kind == _SUBAGENTS:
        return "subagents", ""
    found = next((each for each in Kind if each.value == kind and each not in NEVER | SUBAGENTS | {Kind.MAIN}), None)
    if kind == Kind.EXPLORE.value:
        found = Kind.EXPLORE
    return None if found is None else ("kind", LABELS[found])
