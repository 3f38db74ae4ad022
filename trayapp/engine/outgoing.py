"""What leaves of a request: whether it may at all, and what is changed in it, by the rules or for the meter's sake.

Everything between a call's life (``calls``) and those who want something of its request lives here: budgets stop it,
``router`` changes it, and the meter asks a chat stream for its usage. One object a call.

Rules: whatever fails here leaves the request as it came (law 1); a changed request that the vendor refuses goes out as
it came, and an upstream that cannot be asked for its usage unseen is not asked again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trayapp import frontdoor
from trayapp.dialects import RequestView
from trayapp.engine.rewrites import hides_the_chunk, usage_asked
from trayapp.engine.route import Route, Saving
from trayapp.proxy import Rewrite
from trayapp.refusal import Refusal
from trayapp.values import Call, Cost, Usage

if TYPE_CHECKING:
    from trayapp.engine.gatekeeper import Gatekeeper

log = logging.getLogger(__name__)

Project = tuple[str, str] | tuple[None, None]
"""The HMAC of a project's folder, and the name to show."""


class Outgoing:
    """One call's request on its way out."""

    def __init__(self, keeper: Gatekeeper, view: RequestView, entry: frontdoor.Entry, *, metered: bool) -> None:
        self._keeper = keeper
        self._view = view
        self._entry = entry
        self._metered = metered
        self._route: Route | None = None
        """What the rules say of the call."""
        self._asks = False
        """The request was made to ask for its usage."""
        self._as_asked = False
        """The vendor has refused a request for its usage; what runs now is the original."""

    def stopped(self, call: Call, project: Project) -> Refusal | None:
        """Whether a budget refuses new calls, or the team this one."""
        try:
            return self._keeper.budgets.refusal(
                vendor=call.vendor, tool=call.tool, project=project[1], account=call.account, kind=call.kind
            ) or self._keeper.allowed(call)
        except Exception as error:  # noqa: BLE001  law 1: a fault of ours stops nobody
            log.warning("budgets could not be asked: %s", type(error).__name__)
            return None

    def changed(self, call: Call, body: bytes | None, project: Project, credential: str | None) -> Rewrite | None:
        """What goes out instead: by the user's rules, and asking for the usage.

        Args:
            call: what its dialect has read.
            body: as received; ``None``: it will be streamed.
            project: whose it is.
            credential: short HMAC of its key.
        """
        if not self._metered and not self._keeper.router.steering.active:
            return None
        try:
            self._route = self._keeper.router.route(
                call,
                self._view,
                self._entry.target,
                body,
                coding(self._view.headers),
                project,
                credential,
                paused=not self._metered,
            )
        except Exception as error:  # noqa: BLE001  law 1: the call goes out as it came
            log.warning("a call could not be routed: %s", type(error).__name__)
        routed = None if self._route is None else self._route.rewrite
        if not self._keeper.ask_usage or not self._metered:
            return routed
        asking = self._asking(call, body if routed is None else routed.body)
        if asking is None:
            return routed
        self._asks = True
        if routed is None:
            return asking
        return replace(routed, body=asking.body, headers=(*routed.headers, *asking.headers), sieve=asking.sieve)

    def _asking(self, call: Call, body: bytes | None) -> Rewrite | None:
        """The request of a chat stream whose tool did not ask for its usage."""
        if body is None or call.asks_usage or self._entry.upstream.authority in self._keeper.unasked:
            return None
        try:
            return usage_asked(self._view.headers, body)
        except Exception as error:  # noqa: BLE001  law 1: the call goes out as it came
            log.warning("a request could not be rewritten: %s", type(error).__name__)
            return None

    def sent(self) -> None:
        """The whole request was handed to the vendor's socket."""
        if self._route is not None:
            self._route.looked()

    def refused(self, status: int, headers: Sequence[tuple[bytes, bytes]], original: bytes) -> Rewrite | None:
        """The vendor does not take what was changed: the original goes out, or what is given instead.

        Args:
            status: what the vendor answered.
            headers: the head of its answer.
            original: the body as received.
        """
        instead = None
        if self._route is not None and self._route.rewrite is not None:
            try:
                instead = self._route.refused(status, _retry_after(headers), self._view, self._entry.target, original)
            except Exception as error:  # noqa: BLE001  law 3: the next attempt has its row, whatever becomes of the rule
                log.warning("a refusal could not be taken in: %s", type(error).__name__)
        else:
            self._as_asked = True
        self._asks = False
        return instead

    def answered(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """The vendor answers what the tool will see."""
        if self._route is not None:
            self._route.answered(status)
        shown = self._asks and status == 200 and not hides_the_chunk(status, headers)
        if (shown or (self._as_asked and status < 400)) and self._entry.upstream.authority not in self._keeper.unasked:
            self._keeper.unasked.add(self._entry.upstream.authority)
            log.info("an upstream cannot be asked for its usage unseen; it is not asked again")

    def ended(self, *, interrupted: bool) -> None:
        """The attempt is over; ``interrupted``: the person broke the answer off."""
        if self._route is not None:
            self._route.interrupted = interrupted

    def saving(self, usage: Usage, cost: Cost | None, price: Callable[[Usage], Cost]) -> Saving:
        """What the row is told about its task, and about what it would have cost as asked.

        Args:
            usage: what was counted.
            cost: the row's list price.
            price: the list price of a usage of the model that was asked for.
        """
        if self._route is None:
            return Saving()
        try:
            return self._route.closing(usage, cost, price)
        except Exception as error:  # noqa: BLE001  the row is worth more than what was saved on it
            log.warning("a saving could not be told: %s", type(error).__name__)
            return Saving()

    @property
    def rule(self) -> str | None:
        """The rule that the row names."""
        return None if self._route is None else self._route.rule

    @property
    def model_sent(self) -> str | None:
        """The model that was asked for instead."""
        return None if self._route is None else self._route.model_sent

    @property
    def flags(self) -> tuple[str, ...]:
        """Words for the row."""
        asks = ("usage_asked",) if self._asks else ()
        return asks if self._route is None else (*asks, *self._route.flags)


def coding(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """A request's content coding."""
    return next((v.decode("latin-1") for name, v in headers if name.lower() == b"content-encoding"), "")


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    """How long the vendor asks to wait, in microseconds; a day at most."""
    said = next((value.strip() for name, value in headers if name.lower() == b"retry-after"), b"")
    return min(int(said), 86_400) * 1_000_000 if said.isdigit() and len(said) < 7 else None
