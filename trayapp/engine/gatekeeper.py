"""Who lets calls in: the first half-line of a call's life (accept → check → route), and what every call needs.

Rules: the door decides (``trayapp.frontdoor``); a path that no dialect claims passes unwatched and makes no row; what
is replaced while calls run (door, tariff) is replaced whole.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable
from typing import Final, Protocol

from msgspec.structs import replace

from trayapp import dialects, frontdoor
from trayapp.engine.afterwards import Afterwards
from trayapp.engine.bookings import Bookings
from trayapp.engine.calls import MeteredCall, Pairs
from trayapp.engine.credentials import Credentials
from trayapp.engine.estimate import Calibration
from trayapp.engine.glance import Glance
from trayapp.engine.keychain import Keychain
from trayapp.engine.listings import ListingWatch, lists_models
from trayapp.engine.projects import Projects
from trayapp.engine.router import Router
from trayapp.engine.tariff import Tariff
from trayapp.engine.windows import Windows
from trayapp.ledger import Ledger
from trayapp.proxy import Ending, Plan, RequestHead, Rewrite, Watch
from trayapp.refusal import Refusal
from trayapp.routing.rules import seller
from trayapp.values import Call, Kind
from trayapp.virtualkeys.swap import Swapped


class Stops(Protocol):
    """Who may refuse a call because a budget is used up (``budgetkeeper``)."""

    def refusal(
        self, *, vendor: str, tool: str | None, project: str | None, account: str | None, kind: Kind
    ) -> Refusal | None:
        """Why a new call may not go out; ``None``: it may."""


class Unlimited:
    """There is no budget."""

    def refusal(
        self, *, vendor: str, tool: str | None, project: str | None, account: str | None, kind: Kind
    ) -> Refusal | None:
        """Nothing is refused."""
        return None


class Gatekeeper:
    """Lets calls in and gives each its watcher."""

    def __init__(
        self,
        door: frontdoor.Door,
        ledger: Ledger,
        tariff: Tariff,
        glance: Glance,
        bookings: Bookings,
        projects: Projects,
        credentials: Credentials,
        calibration: Calibration,
        afterwards: Afterwards,
        windows: Windows,
        keychain: Keychain,
        router: Router,
        budgets: Stops | None = None,
    ) -> None:
        self.door = door
        """Replaced whole when the user changes an upstream."""
        self.ledger = ledger
        self.tariff = tariff
        """Replaced whole when the price book or an agreement changes."""
        self.glance = glance
        self.bookings = bookings
        self.projects = projects
        self.credentials = credentials
        self.calibration = calibration
        self.ask_usage = False
        """Whether the user agreed that chat streams are asked for their usage."""
        self.unasked: set[str] = set()
        """Upstreams that refused to be asked, until the engine ends."""
        self.afterwards = afterwards
        self.windows = windows
        self.keychain = keychain
        self.router = router
        self.budgets: Stops = Unlimited() if budgets is None else budgets
        self.allowed: Callable[[Call], Refusal | None] = lambda _call: None
        """Why a team does not want a call to go out; ``None``: it may."""

    def admit(self, head: RequestHead) -> Plan | Refusal | asyncio.Future[Plan | Refusal]:
        """Check a request at the door and say where it goes and who watches it.

        One with a virtual key may have to wait until the keys are read.
        """
        entry = frontdoor.enter(head.target, head.headers, self.door, stranger=head.stranger)
        if isinstance(entry, Refusal):
            return entry
        # What is answered 426 anyway waits for no keyring.
        swapped = None if head.websocket else self.keychain.swap(entry, head.headers)
        if swapped is None or isinstance(swapped, Swapped | Refusal):
            return self._plan(head, entry, swapped)
        return asyncio.get_running_loop().create_task(self._plan_later(head, entry, swapped))

    async def _plan_later(
        self, head: RequestHead, entry: frontdoor.Entry, swapping: asyncio.Task[Swapped | Refusal | None]
    ) -> Plan | Refusal:
        return self._plan(head, entry, await swapping)

    def _plan(self, head: RequestHead, entry: frontdoor.Entry, swapped: Swapped | Refusal | None) -> Plan | Refusal:
        """Where a request goes and who watches it; from here on it is known by the real key."""
        headers = None
        if isinstance(swapped, Refusal):
            return swapped
        if swapped is not None:
            headers = swapped.headers
            head = replace(head, headers=headers)
            entry = dataclasses.replace(entry, target=swapped.target)
        dialect = dialects.recognise(entry.vendor, head.method, entry.path)
        watch: Watch = UNWATCHED
        metered = False
        if dialect is not None:
            metered = self.glance.facts.paused_until_us <= time.time_ns() // 1000
            watch = MeteredCall(self, head, entry, dialect, metered=metered)
        elif lists_models(head.method, entry.path):
            watch = ListingWatch(self.router.listings, seller(entry.vendor, ""))
        return Plan(
            upstream=entry.upstream,
            target=entry.target,
            vendor=entry.vendor,
            # A conversation that a rule has changed is looked after, also while nothing else is read.
            inspect=metered or (dialect is not None and self.router.steering.active),
            watch=watch,
            headers=headers,
        )


class Unwatched:
    """The watcher of what is no call: model lists, health checks, any other path of a known vendor."""

    async def opening(self, _body: bytes | None, _trailers: Pairs) -> Rewrite | None:
        """Change nothing."""
        return None

    async def refused(self, _status: int, _headers: Pairs, _original: bytes) -> Rewrite | None:
        """No row, nothing to do."""
        return None

    async def retrying(self) -> None:
        """No row, nothing to do."""

    def sent(self, nbytes: int) -> None:
        """No row, nothing to do."""

    def responded(self, status: int, reason: bytes, headers: Pairs) -> None:
        """No row, nothing to do."""

    def received(self, data: bytes) -> None:
        """No row, nothing to do."""

    def ended(self, ending: Ending) -> None:
        """No row, nothing to do."""


UNWATCHED: Final = Unwatched()
