"""One call's way to a model: what is decided for it, what goes out for it, and what that was worth.

Everything between a call's life (``calls``) and the rules (``router``) lives here, one object a call. It is asked in
this order: made with the request, ``refused`` if the vendor did not take what was changed, ``looked`` once the request
has gone out, ``closing`` with the row.

Rules: the body is forgotten as soon as it was looked at; a failure here leaves the request as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from trayapp.dialects import RequestView
from trayapp.proxy import Rewrite
from trayapp.routing.conversation import NOWHERE, Place
from trayapp.routing.lasttext import Turn
from trayapp.routing.rules import Asked
from trayapp.routing.steering import Decision
from trayapp.values import Call, Cost, Usage

if TYPE_CHECKING:
    from trayapp.engine.router import Router
    from trayapp.routing.classify import Verdict

Pairs = Sequence[tuple[bytes, bytes]]

REFUSALS: Final = frozenset({400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 413, 415, 422, 424, 429, 451, 500, 501})
"""Statuses after which the original goes out: every 4xx that a changed request may have caused (a model that the key
may not use is 403, one whose limit is reached 429), and what some gateways say instead."""
IN_A_LOOP: Final = frozenset({400, 404, 413, 422})
"""The same inside a tool loop that the other model has begun: the original holds its thinking, which the model asked
for may not take, so it goes out only where waiting would not help."""
PASSING: Final = frozenset({429})
"""Of these, the ones that pass by themselves."""


_PROGRAMS: Final = ("python-", "js-", "go-", "java-", "ruby-")
"""How SDKs are called (``dialects.asker``). What such a program sends is nobody's turn."""


class Saving(msgspec.Struct, frozen=True, kw_only=True):
    """What the row of a call is told beside its cost."""

    task: str | None = None
    pico_asked: int | None = None
    low: int | None = None
    high: int | None = None


class Route:
    """One call's way."""

    def __init__(self, router: Router, call: Call, asked: Asked, at_us: int) -> None:
        self.router = router
        self.call = call
        self.asked = asked
        self.at_us = at_us
        self.project_name: str | None = None
        self.place: Place = NOWHERE
        self.decision: Decision | None = None
        self.rewrite: Rewrite | None = None
        self.fields: tuple[str, ...] = ()
        self.effort: str | None = None
        """What is asked for instead of the request's own effort."""
        self.turn: Turn | None = None
        self.verdict: Verdict | None = None
        self.upgraded = False
        """The tool itself asks for a dearer model than before."""
        self.held_back = False
        """A rule would have changed it, had its session not been held back to compare."""
        self.unattended = False
        """No person sits before the tool."""
        self.interrupted = False
        """The person broke the answer off."""
        self.thrifty = False
        """A budget wants it served as in frugal."""
        self.credential: str | None = None
        self.paused = False
        """Calls are not read now; this one only for its conversation's sake."""
        self.payer: str | None = None
        """The rule that has changed an earlier request, for which this one pays."""
        self.redone = False
        """It repeats what a cheaper model failed at."""
        self.plain: bytes | None = None
        """The body, until it was looked at."""
        self.kept = False
        """The vendor keeps its answer, so that later requests may go on from it."""
        self._blamed: tuple[Decision, int] | None = None
        """What a vendor has refused, until it has answered what was asked for instead."""

    @property
    def agent(self) -> bool:
        """A person speaks in it: it is an agent's, not a program's that calls an SDK."""
        tool = self.call.tool
        return tool is not None and not tool.startswith(_PROGRAMS)

    @property
    def rule(self) -> str | None:
        """The rule that the row names: the one that changed the request, or an earlier one of the conversation."""
        if self.decision is None:
            return None
        if self.rewrite is not None and self.decision.changes:
            return self.decision.rule or None
        return self.payer or (self.decision.after if self.redone else "") or None

    @property
    def model_sent(self) -> str | None:
        """The model that was asked for instead."""
        return None if self.rewrite is None or self.decision is None else self.decision.model

    @property
    def flags(self) -> tuple[str, ...]:
        """Words for the row."""
        words = [f"rewrote_{field}" for field in self.fields]
        if self.effort is not None:
            words.append(f"effort_sent_{self.effort}")
        if self.rule is not None and self.model_sent is None and self.effort is None:
            words.append("after_switch")
        if self.redone:
            words.append("redone")
        return tuple(words)

    def unchanged(self, why: str) -> None:
        """It goes out as it was asked for after all."""
        if self.decision is not None:
            self.decision = msgspec.structs.replace(self.decision, model=None, effort=None, rule="", why=why)

    def refused(
        self, status: int, retry_after_us: int | None, view: RequestView, target: str, original: bytes
    ) -> Rewrite | None:
        """The vendor does not take what was changed; the original goes out, or what is given instead.

        Args:
            status: what the vendor answered.
            retry_after_us: how long it asks to wait.
            view: the request's head.
            target: the request target at its upstream.
            original: the body as received.
        """
        decision = self.decision
        self.rewrite = None
        self.fields = ()
        self.effort = None
        self.unchanged("refused")
        if decision is not None:
            if status not in PASSING:
                self._blamed = decision, status
            self.router.refused(self, decision, status, retry_after_us)
            self.router.return_as_asked(self, decision, view, target, original)
        return self.rewrite

    def answered(self, status: int) -> None:
        """The vendor answers what the tool will see; only now is it known whether the change was to blame before."""
        blamed, self._blamed = self._blamed, None
        if blamed is not None and status != blamed[1]:
            self.router.after.blame(*blamed, None)

    def looked(self) -> None:
        """The request has gone out: what was put off is done now."""
        self.router.look(self)
        self.plain = None

    def closing(self, usage: Usage, cost: Cost | None, price: Callable[[Usage], Cost]) -> Saving:
        """What the row is told when it closes; ``price`` is the list price of a usage of the model asked for."""
        return self.router.settle(self, usage, cost, price)
