"""Asking the gate: from a request's head to a plan that can be carried out, or to the refusal in its place.

Everything that makes an answer out of what a `Gate` says lives here. Rules:

* there always is one: when the gate raises, or names an upstream or a target that cannot be asked, it is a 500;
* the gate comes first: who may not enter does not learn that a WebSocket would not be relayed.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Final

from trayapp.proxy.framing import target_is_valid
from trayapp.proxy.head import authority
from trayapp.proxy.watch import Gate, Plan, RequestHead, fault
from trayapp.refusal import Refusal


def ask(gate: Gate, head: RequestHead) -> Plan | Refusal | asyncio.Future[Plan | Refusal]:
    """What the gate says; a future of it goes to `waited` when it is done."""
    try:
        plan = gate.admit(head)
    except Exception as error:  # noqa: BLE001  without a route nothing can pass
        fault("admit", error)
        return _INTERNAL
    return plan if isinstance(plan, asyncio.Future) else _sound(plan, head)


def waited(admission: asyncio.Future[Plan | Refusal], head: RequestHead) -> Plan | Refusal:
    """What a future says that is done. Whoever cancels it while its tool still waits has no answer either."""
    error = asyncio.CancelledError() if admission.cancelled() else admission.exception()
    if error is not None:
        fault("admit", error)
        return _INTERNAL
    return _sound(admission.result(), head)


def _sound(plan: Plan | Refusal, head: RequestHead) -> Plan | Refusal:
    if isinstance(plan, Refusal):
        return plan
    if head.websocket:
        return dataclasses.replace(_WEBSOCKET, vendor=plan.vendor)
    try:
        authority(plan.upstream)
        if not target_is_valid(plan.target.encode("latin-1")):
            raise ValueError("target")
    except Exception as error:  # noqa: BLE001  as above
        fault("admit", error)
        return _INTERNAL
    return plan


_INTERNAL: Final = Refusal(
    500, "internal", "the request could not be routed because of a fault here. Please report it."
)
_WEBSOCKET: Final = Refusal(426, "no_websocket", "WebSocket is not relayed here. Use plain HTTP; most tools do so now.")
