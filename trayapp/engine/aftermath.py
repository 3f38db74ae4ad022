"""What becomes of a decision: what the next requests say of it, what a vendor makes of it, and what it was worth.

Everything in the engine that happens to a call's way after it was decided lives here; ``router`` decides.

Rules: a rule that a vendor refuses rests, and its user is told once, unless the original is refused just so (an expired
login, a request that no model takes); one that goes wrong twice in ten is withdrawn, and only its user takes it up
again; a row says what was saved on it as soon as it closes, and faces read it only once the row is in the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from trayapp.dialects.ratios import ratio
from trayapp.engine.route import PASSING, Route, Saving
from trayapp.engine.rulebook import Rulebook
from trayapp.engine.running import Running
from trayapp.engine.tariff import Tariff
from trayapp.engine.witness import Witness
from trayapp.engine.worth import Worth
from trayapp.routing import efforts
from trayapp.routing.evidence import Pair, State
from trayapp.routing.savings import Caching
from trayapp.routing.session import Change
from trayapp.routing.steering import Decision
from trayapp.said import say
from trayapp.values import Cost, Kind, Usage

_REST_US: Final = 600 * 10**6
"""How long a rule rests after a refusal that passes by itself and does not say when."""
_FOR_EVER: Final = 2**62


class Aftermath:
    """Follows decisions. Use it on one event loop."""

    def __init__(
        self,
        rulebook: Rulebook,
        witness: Witness,
        tariff: Callable[[], Tariff],
        tell: Callable[[str, str, str], None],
    ) -> None:
        self._rulebook = rulebook
        self._tariff = tariff
        self._tell = tell
        self.witness = witness
        self.worth = Worth()
        self.running = Running()
        self.stale = True
        """What was saved has changed since a face was told."""
        self._unwritten = False
        """A row that says what was saved is on its way to the ledger."""

    def listen(self, route: Route, decision: Decision) -> None:
        """What a request says about the turns before it, and who pays for it."""
        if route.agent:
            outcomes = self.witness.hear(route, changed=decision.changes, upgraded=route.upgraded)
            for one in (*outcomes, *self.witness.idle(route.at_us)):
                if not one.good and one.task is not None and one.switched:
                    self._withdraw(Pair(one.task, one.asked, one.served), route.at_us)
        self.owe(route)

    def owe(self, route: Route) -> None:
        """Say which rule pays for a request that goes out as asked."""
        decision = route.decision
        if decision is not None and not decision.changes and decision.key:
            route.payer = self.worth.payer(
                decision.key, self._shared(route), route.at_us, self._caching(route), begins=route.place.begins
            )

    def refused(self, decision: Decision, status: int, now_us: int, retry_after_us: int | None) -> None:
        """A vendor did not take what was changed. Where that passes by itself, the rule rests so long.

        Everything else may be the request's own fault, or the login's: see ``blame``.
        """
        self.witness.refused(decision.key)
        if status in PASSING:
            self.blame(decision, status, now_us + (retry_after_us or _REST_US))

    def blame(self, decision: Decision, status: int, until: int | None) -> None:
        """What was changed was refused, what was asked for was not: the rule rests, and its user is told once."""
        passes = until is not None
        if self._rest(decision.rule, until):
            self._tell(
                say("{model} was refused", model=decision.model or say("That effort")),
                say(
                    "The vendor answered {status}, so the call went out again as it was asked for. The rule rests for"
                    " some minutes.",
                    status=status,
                )
                if passes
                else say(
                    "The vendor answered {status}, so the call went out again as it was asked for. The rule rests;"
                    " `spendlight rules resume` starts it again.",
                    status=status,
                ),
                "rewrite_refused",
            )

    def settle(self, route: Route, usage: Usage, cost: Cost | None, price: Callable[[Usage], Cost]) -> Saving:
        """What a call's row is told about its task and about what it would have cost as asked."""
        verdict, decision = route.verdict, route.decision
        task = None if verdict is None or not verdict.suggest or route.call.kind is not Kind.MAIN else verdict.type
        if decision is None or not decision.key:
            return Saving(task=task)
        pico = None if cost is None else cost.pico
        self.running.ended(decision.key, usage, pico)
        self.witness.ended(
            route, pico, time.time_ns() // 1000, interrupted=route.interrupted, failed=usage.error is not None
        )
        rule = route.rule
        if rule is not None:
            self._unwritten = True
        changed = route.rewrite is not None and decision.changes
        asked, low, high = self.worth.of(
            decision.key,
            self._shared(route),
            usage,
            cost,
            price,
            at_us=route.at_us,
            kind=route.call.kind,
            caching=self._caching(route),
            change=self._change(route),
            begins=route.place.begins,
            redone=route.redone,
            rule=rule or "",
            changed=changed,
            refused=changed and usage.error is not None,
        )
        return Saving(task=task, pico_asked=asked, low=low, high=high)

    def written(self, *, all_of_them: bool) -> None:
        """Rows have reached the ledger; only then may what was saved be read again."""
        if self._unwritten:
            self.stale = True
            self._unwritten = not all_of_them

    def _withdraw(self, pair: Pair, now_us: int) -> None:
        """Two of the last ten went wrong: the rule for it stops, and the person is told."""
        if self.witness.standing(pair, None, None, now_us).state is not State.WITHDRAWN:
            return
        for rule in self._rulebook.rules:
            if rule.scope in ("task", "kind") and rule.value == pair.what and rule.model == pair.served:
                if rule.rests(now_us):
                    continue
                self._rulebook.pause(rule.id, "evidence", must=False)
                self._tell(
                    say("{model} went wrong too often", model=pair.served),
                    say(
                        "For such work ({what}) two of the last ten turns had to be done again or were complained"
                        " about, so the rule rests. `spendlight rules resume` starts it again.",
                        what=pair.what,
                    ),
                    "rule_withdrawn",
                )

    def _rest(self, rule_id: str, until_us: int | None) -> bool:
        """Let a rule rest because a vendor refused it; whether it did not rest already."""
        now = time.time_ns() // 1000
        if rule_id.startswith(("mode:", "team:")):
            if self._rulebook.resting(rule_id) is not None:
                return False
            self._rulebook.rest(rule_id, "refused", _FOR_EVER if until_us is None else until_us, must=False)
            return True
        rule = next((each for each in self._rulebook.rules if each.id == rule_id), None)
        if rule is None or rule.rests(now):
            return False
        self._rulebook.pause(rule.id, "refused", until_us, must=False)
        return True

    def _shared(self, route: Route) -> str:
        call = route.call
        return "|".join(
            (call.tool or "", call.tool_version or "", route.credential or "", route.asked.model, str(call.kind))
        )

    def _change(self, route: Route) -> Change:
        """How what served differs from what was asked for."""
        call = route.call
        tokens = ratio(call.wire, route.asked.model, route.model_sent) if route.model_sent else Fraction(1)
        output = efforts.share(route.asked.model, call.effort, route.effort) if route.effort else None
        return Change(tokens=tokens, output=output or Fraction(1))

    def _caching(self, route: Route) -> Caching:
        served = route.model_sent or route.asked.model
        return self.worth.caching(self._tariff().book, route.call.vendor, route.asked.model, served, route.at_us)
