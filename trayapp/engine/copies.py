"""What goes out instead of a request: the copy for another model, or why there is none.

Everything between a decision and the bytes that the relay is given lives here; ``dialects.adapt`` knows the wires.

Rules: thinking that another model than the one that is to serve has signed is taken out, whoever serves; a copy that
the relay could not send as it is meant is none.
"""

from __future__ import annotations

from collections.abc import Callable

from trayapp.dialects import RequestView
from trayapp.dialects.adapt import Adapted, Unadaptable, Wanted, adapt, capability
from trayapp.engine.estimate import Calibration
from trayapp.engine.listings import Listings
from trayapp.engine.route import IN_A_LOOP, REFUSALS, Route
from trayapp.proxy import Rewrite
from trayapp.routing.steering import Decision, Steering


class Copies:
    """Makes copies. Use it on one event loop."""

    def __init__(
        self, steering: Steering, digest: Callable[[str], str], listings: Listings, calibration: Calibration
    ) -> None:
        self._steering = steering
        self._digest = digest
        self._listings = listings
        self._calibration = calibration

    def of(
        self, route: Route, decision: Decision, view: RequestView, target: str, body: bytes, *, followed: bool
    ) -> Adapted | str:
        """The request as it was decided, or in a word why it cannot be.

        Args:
            route: the call's way.
            decision: what was decided for it.
            view: its head.
            target: its target at the upstream.
            body: as received.
            followed: it goes on from a response of the very model that is to serve.
        """
        call = route.call
        serving = decision.model or call.model or ""
        wanted = Wanted(
            model=decision.model,
            effort=decision.effort,
            foreign=self._foreign_to(serving),
            goes_on=followed,
            known=self._listings.of(route.asked.vendor, call.wire, serving),
        )
        adapted = adapt(call, view, target, body, wanted)
        if isinstance(adapted, Unadaptable):
            return adapted.why
        return self._too_long(route, decision) or _unsendable(adapted) or adapted

    def as_asked(self, route: Route, view: RequestView, target: str, body: bytes) -> Adapted | None:
        """The request for the model that it asks for, without what others have signed; ``None``: as it came."""
        wanted = Wanted(foreign=self._foreign_to(route.call.model))
        adapted = adapt(route.call, view, target, body, wanted)
        return adapted if isinstance(adapted, Adapted) and adapted.fields else None

    def _foreign_to(self, model: str | None) -> Callable[[str], bool]:
        return lambda text: self._steering.signer(self._digest(text)) not in (None, model)

    def _too_long(self, route: Route, decision: Decision) -> str:
        """Whether the prompt is longer than the other model's window, by what was counted before."""
        if decision.model is None:
            return ""
        wire = route.call.wire
        known = self._listings.of(route.asked.vendor, wire, decision.model) or capability(wire, decision.model)
        if known is None or known.window is None:
            return ""
        call = route.call
        tokens = self._calibration.prompt_tokens(call.model or "", call.session, call.context_bytes)
        return "window" if tokens > known.window else ""


def rewrite(adapted: Adapted, target: str, why: str = "") -> Rewrite:
    """A copy as the relay takes it.

    Args:
        adapted: the copy.
        target: the request's target, which the copy may change.
        why: the decision's word; ``holds``: it is a step of a loop that the other model has begun.
    """
    return Rewrite(
        body=adapted.body,
        headers=adapted.headers,
        target=adapted.target if adapted.target != target else None,
        answer=adapted.restore,
        refusals=IN_A_LOOP if why == "holds" else REFUSALS,
    )


def _unsendable(adapted: Adapted) -> str:
    """Why the relay could not send it: a field that stands twice cannot get two values."""
    names = [name for name, _ in adapted.headers]
    return "field_twice" if len(set(names)) < len(names) else ""
