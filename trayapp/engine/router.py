"""Who decides which model serves a call: the rules, the conversations, and what becomes of both.

Everything in the engine that asks ``routing`` lives here. A call's own part is in ``route``; what is suggested to the
user is made in ``suggesting``; faces change rules through ``routing_verbs``.

Rules:

* a request is only looked at before it leaves when a rule could concern it, or its conversation was changed before;
  otherwise it goes out first and is looked at afterwards;
* a request whose bytes may not be changed, that is for a plan's login (unless the user has turned that on), or that
  cannot be adapted to what the other model takes goes out as it came;
* what was decided is written down before the request leaves, so that a killed engine keeps its word;
* whatever fails here leaves the request as it came (law 1); no text outlives the call.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from trayapp.dialects import RequestView
from trayapp.dialects.adapt import Adapted, Capability, Unadaptable, Wanted, adapt, chained, signatures, unchangeable
from trayapp.dialects.coding import decode_whole
from trayapp.engine.estimate import Calibration
from trayapp.engine.kept import Kept
from trayapp.engine.route import PASSING, REFUSALS, Route, Saving
from trayapp.engine.rulebook import Rulebook
from trayapp.engine.running import Pulse, Running
from trayapp.engine.tariff import Tariff
from trayapp.engine.worth import Worth
from trayapp.platform.paths import Paths, write_private
from trayapp.platform.resources import resource
from trayapp.proxy import Rewrite
from trayapp.routing import Model, Verdict, classify, conversation, lasttext, load
from trayapp.routing.rules import NEVER, Asked, seller
from trayapp.routing.steering import Decision, Steering
from trayapp.settings import MODES, Settings
from trayapp.values import Call, Cost, Kind, Usage

log = logging.getLogger(__name__)

LIMIT: Final = 64 << 20
_MINUTE: Final = 60 * 10**6
_REST_US: Final = 10 * _MINUTE
"""How long a rule rests after a refusal that passes by itself and does not say when."""
_LIVES: Final = {"anthropic": 5 * _MINUTE, "openai": 30 * _MINUTE}
"""As ``routing.booked`` says; others say nothing, and an hour is taken."""
_LONGEST_LIFE: Final = 60 * _MINUTE


class Router:
    """Decides about calls. Use it on one event loop."""

    def __init__(
        self,
        paths: Paths,
        install_key: str,
        calibration: Calibration,
        tariff: Callable[[], Tariff],
        tell: Callable[[str, str, str], None],
        changed: Callable[[], None],
    ) -> None:
        """Wire it up.

        Args:
            paths: the profile.
            install_key: the key under which texts become names of conversations.
            calibration: knows how long prompts are.
            tariff: the prices in force.
            tell: title, message and code of a notice.
            changed: called when faces see something else now.
        """
        self.mode = "balanced"
        self.subscriptions = False
        """Whether the user wants requests changed that a plan's login pays for."""
        self.tariff = tariff
        self.changed = changed
        self.rulebook = Rulebook(paths.rules)
        self.steering = Steering(self.dearer)
        self.worth = Worth()
        self.running = Running()
        self.stale = True
        """What was saved has changed since a face was told."""
        self.heard: dict[tuple[str, str], Capability] = {}
        """What vendors have said that their models take."""
        self._key = hashlib.sha256(b"routing\0" + install_key.encode()).digest()
        self._calibration = calibration
        self._tell = tell
        self._path: Path = paths.conversations
        self._kept = Kept(paths.conversations, self._contents, every=30.0)
        self._model: Model | None = None
        self._restore()

    def take(self, chosen: Settings) -> None:
        """Obey the settings."""
        self.mode = chosen.mode
        self.subscriptions = chosen.subscriptions

    # before a request leaves

    def route(
        self,
        call: Call,
        view: RequestView,
        target: str,
        body: bytes | None,
        coding: str,
        project: tuple[str | None, str | None],
    ) -> Route | None:
        """A call's way; ``None`` when nothing is to be decided or learned about it.

        Args:
            call: what its dialect has read.
            view: its head.
            target: the request target at its upstream.
            body: as received; ``None``: it was too large to be held.
            coding: its content coding.
            project: the HMAC of its project's folder, and the name to show.
        """
        if body is None or call.model is None or call.kind in NEVER or (self.mode == MODES[0] and not self._watched):
            return None
        asked = Asked(
            vendor=seller(call.vendor, call.wire),
            model=call.model,
            kind=call.kind,
            session=call.session,
            project=project[0],
        )
        route = Route(self, call, asked, time.time_ns() // 1000)
        route.project_name = project[1]
        plain, trouble = decode_whole(body, coding, limit=LIMIT)
        if plain is None or trouble is not None:
            return None
        route.plain = plain
        if self._watched:
            self._decide(route, view, target, body)
        return route

    @property
    def _watched(self) -> bool:
        return bool(self.rulebook.rules) or self.steering.active

    def _decide(self, route: Route, view: RequestView, target: str, body: bytes) -> None:
        plain, call = route.plain, route.call
        assert plain is not None  # noqa: S101  just decoded
        self._place(route)
        thoughts = tuple(map(self._digest_text, signatures(call.wire, plain))) if self.steering.active else ()
        if thoughts and self.steering.hold(self.steering.key(route.asked, route.place)) is None:
            self.steering.adopt(route.asked, route.place, thoughts)
        forbidden = self._forbidden(call) or unchangeable(view, plain) or ""
        decision = self._steer(route, forbidden=forbidden, chain=chained(call.wire, plain))
        if not (decision.changes or decision.after or decision.was_changed):
            return
        if not thoughts:
            thoughts = tuple(map(self._digest_text, signatures(call.wire, plain)))
        self.steering.attribute(decision.key, thoughts, decision.before or call.model or "")
        serving = decision.model or call.model or ""
        wanted = Wanted(
            model=decision.model,
            effort=decision.effort,
            foreign=lambda text: self.steering.signer(self._digest_text(text)) not in (None, serving),
            known=self.heard.get((route.asked.vendor, serving)),
        )
        adapted = adapt(call, view, target, body, wanted)
        why = adapted.why if isinstance(adapted, Unadaptable) else self._too_long(route, decision)
        if why or isinstance(adapted, Unadaptable):
            if decision.changes:
                log.info("a request was left as it came: %s", why)
                self.steering.back(decision.key, route.at_us)
                route.decision = msgspec.structs.replace(decision, model=None, effort=None, rule="", why=why)
        elif adapted.fields:
            route.rewrite = _rewrite(adapted, target)
            route.fields = () if route.rewrite is None else adapted.fields
            route.effort = adapted.effort if decision.effort is not None else None
        if decision.turned:
            self._write()

    def _place(self, route: Route) -> None:
        plain = route.plain
        if plain is None:
            return
        route.place = conversation.read(plain, self._digest)
        if route.place.spoken:
            route.turn = lasttext.read(plain)

    def _steer(self, route: Route, *, forbidden: str, chain: bool) -> Decision:
        asked = msgspec.structs.replace(route.asked, task=lambda: self._task(route))
        route.asked = asked
        route.decision = self.steering.decide(
            self.rulebook.rules,
            asked,
            route.place,
            at_us=route.at_us,
            opens=route.turn is not None and route.turn.fresh,
            chained=chain,
            life_us=self._life(route.asked.vendor, route.call),
            forbidden=forbidden,
        )
        self.running.asked(route.decision.key, route.call.kind, self._pulse(route))
        return route.decision

    def _pulse(self, route: Route) -> Pulse:
        call, asked = route.call, route.asked
        return Pulse(
            vendor=asked.vendor,
            route=call.vendor,
            asked=asked.model,
            tool=call.tool or "",
            account=call.account,
            session=call.session,
            project=asked.project,
            project_name=route.project_name,
            last_us=route.at_us,
        )

    def _forbidden(self, call: Call) -> str:
        if self.mode == MODES[0]:
            return "let_it_rip"
        if self.rulebook.asis:
            return "asis"
        if call.account == "subscription" and not self.subscriptions:
            return "subscription"
        return ""

    def _task(self, route: Route) -> str | None:
        """The task type for which a small model suffices."""
        verdict = self._judge(route)
        return verdict.type if verdict is not None and verdict.suggest else None

    def _judge(self, route: Route) -> Verdict | None:
        if route.verdict is None and route.turn is not None:
            if self._model is None:
                self._model = load(resource("routing/weights.json").read_bytes())
            route.verdict = classify(route.call, route.turn, self._model)
        return route.verdict

    def _too_long(self, route: Route, decision: Decision) -> str:
        """Whether the prompt is longer than the other model's window, by what was counted before."""
        if decision.model is None:
            return ""
        from trayapp.dialects.adapt import capability

        known = self.heard.get((route.asked.vendor, decision.model)) or capability(route.call.wire, decision.model)
        if known is None or known.window is None:
            return ""
        call = route.call
        tokens = self._calibration.prompt_tokens(call.model or "", call.session, call.context_bytes)
        return "window" if tokens > known.window else ""

    def _life(self, vendor: str, call: Call) -> int:
        # A Claude plan's tool asks for the cache of an hour (measured 2026-11).
        if vendor == "anthropic" and call.account == "subscription":
            return _LONGEST_LIFE
        return _LIVES.get(vendor, _LONGEST_LIFE)

    # afterwards

    def look(self, route: Route) -> None:
        """A request has gone out that nobody looked at: where it stands, and what it is for."""
        try:
            if route.decision is None:
                self._place(route)
                self._steer(route, forbidden=self._forbidden(route.call), chain=False)
            if route.turn is not None and route.turn.fresh and route.call.kind is Kind.MAIN and self.mode != MODES[0]:
                self._judge(route)
        except Exception as error:  # noqa: BLE001  the call is on its way; this is only about what is learned
            log.warning("a request could not be looked at: %s", type(error).__name__)

    def refused(self, route: Route, status: int, retry_after_us: int | None) -> None:
        """A changed request was refused: its conversation goes on as asked, its rule rests, the user is told once."""
        decision = route.decision
        if decision is None:
            return
        self.steering.back(decision.key, route.at_us)
        rule = next((each for each in self.rulebook.rules if each.id == decision.rule), None)
        if rule is not None and not rule.rests(route.at_us):
            until = route.at_us + (retry_after_us or _REST_US) if status in PASSING else None
            self.rulebook.pause(rule.id, "refused", until)
            self._tell(
                f"{decision.model or 'That effort'} was refused",
                f"The vendor answered {status}, so the call went out again as it was asked for. The rule rests"
                + (" for some minutes." if until is not None else "; `spendlight rules resume` starts it again."),
                "rewrite_refused",
            )
        self._write()

    def settle(self, route: Route, usage: Usage, cost: Cost | None, price: Callable[[Usage], Cost]) -> Saving:
        """What a call's row is told about its task and about what it would have cost as asked."""
        verdict = route.verdict
        task = None if verdict is None or not verdict.suggest else verdict.type
        if route.decision is None or not route.decision.key:
            return Saving(task=task)
        self.running.ended(route.decision.key, usage, None if cost is None else cost.pico)
        if route.rule is not None:
            self.stale = True
        asked, low, high = self.worth.of(route, usage, cost, price, self._life(route.asked.vendor, route.call))
        self._kept.changed()
        return Saving(task=task, pico_asked=asked, low=low, high=high)

    def dearer(self, vendor: str, asked: str, served: str) -> bool | None:
        """Whether the second model costs more than the first; ``None``: the book does not say."""
        return self.worth.dearer(self.tariff().book, vendor, asked, served, time.time_ns() // 1000)

    async def close(self) -> None:
        """The engine ends: write what is new."""
        await self._kept.close()

    def _digest(self, data: bytes) -> str:
        return hashlib.blake2b(data, digest_size=12, key=self._key).hexdigest()

    def _digest_text(self, text: str) -> str:
        return self._digest(text.encode("utf-8", "surrogatepass"))

    def _contents(self) -> bytes:
        return msgspec.json.encode({"steering": self.steering.kept(), "twins": self.worth.kept()})

    def _write(self) -> None:
        try:
            write_private(self._path, self._contents())
        except OSError as error:
            log.warning("what was decided could not be written down: %s", type(error).__name__)
        self.changed()

    def _restore(self) -> None:
        try:
            data = msgspec.json.decode(self._kept.read(16 << 20) or b"{}")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        if isinstance(data, dict):
            self.steering.restore(data.get("steering"))
            self.worth.restore(data.get("twins"))


def _rewrite(adapted: Adapted, target: str) -> Rewrite | None:
    names = [name for name, _ in adapted.headers]
    if len(set(names)) < len(names):
        return None  # a field that stands twice cannot get two values
    return Rewrite(
        body=adapted.body,
        headers=adapted.headers,
        target=adapted.target if adapted.target != target else None,
        answer=adapted.restore,
        refusals=REFUSALS,
    )
