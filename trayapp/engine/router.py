"""Who decides which model serves a call: the rules, the conversations, and what becomes of both.

Everything in the engine that asks ``routing`` lives here. A call's own part is in ``route``; what is suggested to the
user is made in ``choosing``; what frugal does by itself is said in ``frugal``; faces change rules
through ``routing_verbs``.

Rules:

* a request is only looked at before it leaves when a rule could concern it, or its conversation was changed before;
  otherwise it goes out first and is looked at afterwards;
* a request whose bytes may not be changed, that is for a plan's login (unless the user has turned that on), or that
  cannot be adapted to what the other model takes goes out as it came;
* what was decided is written down before the request leaves, so that a killed engine keeps its word;
* whatever fails here leaves the request as it came (law 1); no text outlives the call.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from trayapp.dialects import RequestView
from trayapp.dialects.adapt import (
    Document,
    before,
    chained,
    keeps,
    signatures,
    unchangeable,
)
from trayapp.dialects.coding import decode_whole
from trayapp.engine import copies
from trayapp.engine.aftermath import Aftermath
from trayapp.engine.copies import Copies
from trayapp.engine.estimate import Calibration
from trayapp.engine.frugal import STANDING, Spend, Thrift, standing
from trayapp.engine.kept import Kept
from trayapp.engine.listings import Listings
from trayapp.engine.route import Route, Saving
from trayapp.engine.rulebook import Rulebook
from trayapp.engine.running import Pulse
from trayapp.engine.tariff import Tariff
from trayapp.engine.teamrules import TeamRules
from trayapp.engine.witness import Witness
from trayapp.platform.paths import Paths, write_private
from trayapp.routing import conversation, holdback, lasttext
from trayapp.routing.booked import LIVES
from trayapp.routing.rules import NEVER, Asked, Rule, chosen, seller
from trayapp.routing.steering import Decision, Steering
from trayapp.said import say
from trayapp.settings import FRUGAL, LET_IT_RIP, Settings
from trayapp.values import Call, Cost, Kind, Usage

if TYPE_CHECKING:
    from trayapp.routing.classify import Verdict

log = logging.getLogger(__name__)

LIMIT: Final = 32 << 20
"""Bytes of a plain body that is read for the rules: what the vendors take at the most (Anthropic: 32 MB, 2026-11)."""
_LOOKED: Final = 4 << 20
"""The same of one that is only looked at afterwards: all that a million tokens are."""
_MANY: Final = 1 << 20
"""Bytes of a body from which its objects are counted: below, no number of them takes long."""
_MOST_PARTS: Final = 50_000
"""Objects in a body, whatever they are. A long session has some thousand; each costs the loop microseconds, and the
guard takes a loop of two silent seconds for hung."""
_MINUTE: Final = 60 * 10**6
_MOST_BYTES: Final = 16 << 20
_NOTHING: Final = Document(b"{}", {}, {})
_LONGEST_LIFE: Final = 60 * _MINUTE
"""Where nobody says how long a vendor's cache lives."""


class Router:
    """Decides about calls. Use it on one event loop."""

    def __init__(
        self,
        paths: Paths,
        install_key: str,
        calibration: Calibration,
        tariff: Callable[[], Tariff],
        listings: Listings,
        tell: Callable[[str, str, str], None],
        changed: Callable[[], None],
    ) -> None:
        """Wire it up.

        Args:
            paths: the profile.
            install_key: the key under which texts become names of conversations.
            calibration: knows how long prompts are.
            tariff: the prices in force.
            listings: what vendors have said that their models take.
            tell: title, message and code of a notice.
            changed: called when faces see something else now.
        """
        self.mode = "balanced"
        self.subscriptions = False
        """Whether the user wants requests changed that a plan's login pays for."""
        self.tariff = tariff
        self.changed = changed
        self._tell = tell
        self._begun = False
        self.rulebook = Rulebook(paths.rules)
        self.steering = Steering(self.dearer)
        self.hold_back = 0
        """Percent of sessions that keep to what is asked for, so that the rest can be compared with them."""
        self.thrift: Thrift = Spend()
        """Whether a budget wants calls served as in frugal."""
        self.listings = listings
        self.team: TeamRules | None = None
        """What a team decides about models."""
        self._key = hashlib.sha256(b"routing\0" + install_key.encode()).digest()
        self.after = Aftermath(self.rulebook, Witness(paths.evidence, self._digest), tariff, tell)
        self._copies = Copies(self.steering, self._digest_text, listings, calibration)
        self._path: Path = paths.conversations
        self._twins: Path = paths.twins
        self._loading: asyncio.Task[None] | None = None
        self._kept = Kept(paths.twins, self.after.worth.kept, every=30.0)
        self._restore()

    @property
    def rules_shown(self) -> tuple[Rule, ...]:
        """The rules of the book, in frugal those that come with it, and those of the team."""
        return (*self.standing_rules(), *self.rulebook.rules)

    @property
    def used(self) -> tuple[tuple[str, str, str], ...]:
        """What is in use: seller, model and tool."""
        found = self.after.running.now(time.time_ns() // 1000)
        return tuple(dict.fromkeys((pulse.vendor, pulse.asked, pulse.tool) for pulse in found))

    def _by_team(self, asked: Asked | None) -> tuple[Rule, ...]:
        if self.team is None or not self.team.active:
            return ()
        return self.team.shown(self.used) if asked is None else self.team.rules(asked)

    def _inside(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """The rules that lead where the team allows it."""
        return rules if self.team is None else self.team.inside(rules)

    def standing_rules(self, asked: Asked | None = None, *, frugal: bool = False) -> tuple[Rule, ...]:
        """What frugal and the team do by themselves, for a request or for the models that are in use.

        ``frugal``: a budget wants it for this request, whatever the mode.
        """
        by_team = self._by_team(asked)
        if self.mode != FRUGAL and not frugal and not (asked is None and self.thrift.frugal):
            return by_team
        if asked is None:
            used = {(pulse.vendor, pulse.asked) for pulse in self.after.running.now(time.time_ns() // 1000)}
        else:
            used = {(asked.vendor, asked.model)}
        return (*by_team, *standing(sorted(used), self.rulebook.resting))

    def chosen(self, asked: Asked) -> Rule | None:
        """The rule that has the word on such a request now."""
        rules = self._inside((*self.standing_rules(asked), *self.rulebook.rules))
        return chosen(rules, asked, time.time_ns() // 1000, self.dearer)

    def take(self, chosen: Settings) -> None:
        """Obey the settings."""
        self.mode = chosen.mode
        self.subscriptions = chosen.subscriptions
        self.hold_back = chosen.hold_back
        self.after.witness.failed_pico = chosen.failed_attempt_pico
        self.after.stale = True
        if self._begun:
            self._load()

    def begin(self) -> None:
        """The engine listens: tell what its user has to know."""
        self._begun = True
        self._load()
        if self.rulebook.damaged:
            self._tell(
                say("Your rules could not be read"),
                say("The file rules.json is damaged. It lies aside as rules.damaged.json, and no rule is in force."),
                "rules_damaged",
            )

    def _load(self) -> None:
        """Load what reading a person's words takes, beside the calls."""
        if self.mode != LET_IT_RIP and self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(_load())

    # before a request leaves

    def route(
        self,
        call: Call,
        view: RequestView,
        target: str,
        body: bytes | None,
        coding: str,
        project: tuple[str | None, str | None],
        credential: str | None,
        *,
        paused: bool = False,
    ) -> Route | None:
        """A call's way; ``None`` when nothing is to be decided or learned about it.

        Args:
            call: what its dialect has read.
            view: its head.
            target: the request target at its upstream.
            body: as received; ``None``: it was too large to be held.
            coding: its content coding.
            project: the HMAC of its project's folder, and the name to show.
            credential: short HMAC of its key.
            paused: calls are not read now, but for conversations that were changed: they have to be brought back.
        """
        if body is None or call.model is None or call.kind in NEVER:
            return None
        thrifty = self.thrift.frugal_for(vendor=call.vendor, tool=call.tool, project=project[1], account=call.account)
        if self.mode == LET_IT_RIP and not thrifty and not self._watched:
            return None
        if any(flag.startswith("request_") for flag in call.flags):
            return None  # what its dialect could not read is not unpacked a second time
        asked = Asked(
            vendor=seller(call.vendor, call.wire),
            model=call.model,
            kind=call.kind,
            session=call.session,
            project=project[0],
            tool=call.tool,
        )
        route = Route(self, call, asked, time.time_ns() // 1000)
        route.project_name, route.credential = project[1], credential
        route.paused, route.thrifty = paused, thrifty
        deciding = self._watched or ((thrifty or self.mode == FRUGAL) and call.kind in STANDING)
        plain, trouble = decode_whole(body, coding, limit=LIMIT if deciding else _LOOKED)
        if plain is None or trouble is not None or len(plain) > (LIMIT if deciding else _LOOKED):
            return None
        if len(plain) > _MANY and plain.count(b"{") > _MOST_PARTS:
            return None
        route.plain = plain
        route.unattended = _unattended(view)
        if deciding:
            try:
                self._decide(route, view, target, body)
            except Exception as error:  # noqa: BLE001  law 1: the call goes out as it came, and its conversation goes on so
                log.warning("a call could not be routed: %s", type(error).__name__)
                route.rewrite, route.fields, route.effort = None, (), None
                self._leave(route, "failed")
        return route

    @property
    def _watched(self) -> bool:
        return bool(self.rulebook.rules) or self.steering.active or (self.team is not None and self.team.active)

    def _decide(self, route: Route, view: RequestView, target: str, body: bytes) -> None:
        plain, call = route.plain, route.call
        assert plain is not None  # noqa: S101  just decoded
        self._place(route, deciding=True)
        # Read once for all who look. What cannot be read says nothing, and nothing of it can be changed.
        document = Document.read(plain) or _NOTHING
        thoughts = self._thoughts(call, document) if self.steering.active else ()
        if thoughts and self.steering.hold(self.steering.key(route.asked, route.place)) is None:
            self.steering.adopt(route.asked, route.place, thoughts)
        forbidden = ("paused" if route.paused else "") or self._forbidden(route) or unchangeable(view, document) or ""
        response = before(call.wire, document) if self.steering.active else None
        followed = response is not None and self.steering.follow(
            route.asked, route.place, self._response(response), route.at_us
        )
        decision = self._steer(route, forbidden=forbidden, chain=chained(call.wire, document))
        self._listen(route)
        if not (decision.changes or decision.was_changed):
            return
        if not thoughts:
            thoughts = self._thoughts(call, document)
        self.steering.attribute(decision.key, thoughts, decision.before or call.model or "")
        copy = self._copies.of(route, decision, view, target, body, followed=followed)
        if isinstance(copy, str):
            if decision.changes:
                log.info("a request was left as asked: %s", copy)
                self._leave(route, copy)
                self.return_as_asked(route, decision, view, target, body)
        elif copy.fields:
            route.rewrite, route.fields = copies.rewrite(copy, target, decision.why), copy.fields
            route.effort = copy.effort if decision.effort is not None else None
            if decision.model is not None:
                route.kept = keeps(call.wire, document)
                self.listings.wonder(call.vendor, call.wire, decision.model, view.headers)
        if decision.turned:
            self._write()

    def _thoughts(self, call: Call, document: Document) -> tuple[str, ...]:
        """Digests of the signatures in a conversation."""
        return tuple(map(self._digest_text, signatures(call.wire, document)))

    def _leave(self, route: Route, why: str) -> None:
        """A request goes out as asked although a rule would have changed it, and its conversation goes on so."""
        decision = route.decision
        if decision is not None and decision.changes:
            self.steering.back(decision.key, route.at_us)
            route.unchanged(why)
            self.after.owe(route)

    def return_as_asked(self, route: Route, decision: Decision, view: RequestView, target: str, body: bytes) -> None:
        """The model asked for serves in place of another: take out what the other one has signed before."""
        if not decision.was_changed:
            return
        adapted = self._copies.as_asked(route, view, target, body)
        if adapted is not None:
            route.rewrite, route.fields = copies.rewrite(adapted, target), adapted.fields

    def _place(self, route: Route, *, deciding: bool) -> None:
        plain = route.plain
        if plain is None:
            return
        if deciding:
            route.place = conversation.read(plain, self._digest)
        else:
            route.place = conversation.glimpse(plain, self._digest, listens=route.agent)
        if route.place.spoken and (deciding or route.agent):
            route.turn = lasttext.read(plain)

    def _steer(self, route: Route, *, forbidden: str, chain: bool) -> Decision:
        asked = msgspec.structs.replace(route.asked, task=lambda: self._task(route))
        route.asked = asked
        before = self.steering.hold(self.steering.key(asked, route.place))
        route.upgraded = (
            before is not None
            and before.asked != asked.model
            and self.dearer(asked.vendor, before.asked, asked.model) is True
        )
        rules = self._inside((*self.standing_rules(asked, frugal=route.thrifty), *self.rulebook.rules))
        if self.hold_back and asked.session is not None:
            digest = hashlib.blake2b(asked.session.encode("utf-8", "surrogatepass"), digest_size=8, key=self._key)
            if holdback.held(digest.digest(), self.hold_back):
                left = tuple(rule for rule in rules if rule.now)
                route.held_back = len(left) < len(rules) and chosen(rules, asked, route.at_us, self.dearer) not in (
                    None,
                    *left,
                )
                rules = left
        route.decision = self.steering.decide(
            rules,
            asked,
            route.place,
            at_us=route.at_us,
            opens=route.turn is not None and route.turn.fresh and not route.turn.awaited,
            chained=chain,
            life_us=self._life(route.asked.vendor, route.call),
            forbidden=forbidden,
        )
        self.after.running.asked(route.decision.key, route.call.kind, self._pulse(route))
        return route.decision

    def _pulse(self, route: Route) -> Pulse:
        call, asked = route.call, route.asked
        return Pulse(
            vendor=asked.vendor,
            route=call.vendor,
            wire=call.wire,
            asked=asked.model,
            tool=call.tool or "",
            account=call.account,
            session=call.session,
            project=asked.project,
            project_name=route.project_name,
            last_us=route.at_us,
        )

    def _forbidden(self, route: Route) -> str:
        if self.mode == LET_IT_RIP and not route.thrifty:
            return "let_it_rip"
        if self.rulebook.asis:
            return "asis"
        if route.call.account == "subscription" and not self.subscriptions:
            return "subscription"
        return ""

    def _task(self, route: Route) -> str | None:
        """The task type for which a small model suffices."""
        verdict = self._judge(route)
        return verdict.type if verdict is not None and verdict.suggest else None

    def _judge(self, route: Route) -> Verdict | None:
        if route.verdict is None and route.turn is not None:
            from trayapp.engine import words

            route.verdict = words.judge(route.call, route.turn)
        return route.verdict

    def _life(self, vendor: str, call: Call) -> int:
        # A Claude plan's tool asks for the cache of an hour (measured 2026-11).
        if vendor == "anthropic" and call.account == "subscription":
            return _LONGEST_LIFE
        return LIVES.get(vendor, _LONGEST_LIFE)

    # afterwards

    def look(self, route: Route) -> None:
        """A request has gone out that nobody looked at: where it stands, and what it is for."""
        try:
            if route.decision is None:
                self._place(route, deciding=False)
                self._steer(route, forbidden="not_looked_at", chain=False)
                self._listen(route)
        except Exception as error:  # noqa: BLE001  the call is on its way; this is only about what is learned
            log.warning("a request could not be looked at: %s", type(error).__name__)

    def _listen(self, route: Route) -> None:
        """What this request says about the turns before it, and who pays for it."""
        if route.decision is None or (self.mode == LET_IT_RIP and not route.thrifty):
            return
        try:
            if route.agent and route.turn is not None and route.turn.fresh and route.call.kind is Kind.MAIN:
                self._judge(route)
            self.after.listen(route, route.decision)
        except Exception as error:  # noqa: BLE001  what is learned from a call never decides about it
            log.warning("a request could not be listened to: %s", type(error).__name__)

    def refused(self, route: Route, decision: Decision, status: int, retry_after_us: int | None) -> None:
        """A changed request was refused: its conversation goes on as asked, its rule rests, the user is told once."""
        self.steering.back(decision.key, route.at_us)
        self.after.owe(route)
        self.after.refused(decision, status, route.at_us, retry_after_us)
        self._write()

    def settle(self, route: Route, usage: Usage, cost: Cost | None, price: Callable[[Usage], Cost]) -> Saving:
        """What a call's row is told about its task and about what it would have cost as asked."""
        if route.kept and route.decision is not None and route.model_sent and usage.message_id:
            # A later request may go on from this answer, and only its own model can.
            response = self._response(usage.message_id)
            self.steering.attribute(route.decision.key, (response,), route.model_sent)
            self._write()
        saving = self.after.settle(route, usage, cost, price)
        self._kept.changed()
        return saving

    def dearer(self, vendor: str, asked: str, served: str) -> bool | None:
        """Whether the second model costs more than the first; ``None``: the book does not say."""
        return self.after.worth.dearer(self.tariff().book, vendor, asked, served, time.time_ns() // 1000)

    async def close(self) -> None:
        """The engine ends: write what is new."""
        if self._loading is not None:
            await self._loading
        await self._kept.close()
        await self.after.witness.close()
        await self.listings.close()

    def _response(self, name: str) -> str:
        return self._digest_text(f"response\0{name}")

    def _digest(self, data: bytes) -> str:
        return hashlib.blake2b(data, digest_size=12, key=self._key).hexdigest()

    def _digest_text(self, text: str) -> str:
        return self._digest(text.encode("utf-8", "surrogatepass"))

    def _write(self) -> None:
        try:
            write_private(self._path, self.steering.kept(), sync=False)
        except OSError as error:
            log.warning("what was decided could not be written down: %s", type(error).__name__)
        self.changed()

    def _restore(self) -> None:
        for path, take in ((self._path, self.steering.restore), (self._twins, self.after.worth.restore)):
            try:
                if path.stat().st_size <= _MOST_BYTES:
                    take(msgspec.json.decode(path.read_bytes()))
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass  # what is missing or damaged is as good as never known


async def _load() -> None:
    try:
        await asyncio.to_thread(importlib.import_module, "trayapp.engine.words")
    except Exception as error:  # noqa: BLE001  it is loaded when it is needed, or said then that it cannot be
        log.warning("what reads a person's words could not be loaded: %s", type(error).__name__)


def _unattended(view: RequestView) -> bool:
    """Whether no person sits before the tool: nobody would complain (``claude -p``, ``codex exec``; 2026-11)."""
    return any(
        (name.lower() == b"user-agent" and b"sdk-cli" in value) or (name.lower() == b"originator" and b"exec" in value)
        for name, value in view.headers
    )
