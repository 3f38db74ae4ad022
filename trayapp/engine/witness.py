"""How the turns went: the conversations that are listened to, the evidence that comes of it, and what it is worth.

Everything in the engine that learns from outcomes lives here; ``routing.outcomes`` recognises them and
``routing.evidence`` judges. The file is ``evidence.json`` in the state folder: task types, models, weeks and counts,
and for each session of late what it cost and how it ended, without its name.

Rules: every conversation is listened to where a person speaks; what was done in a turn is looked at only where a rule
has changed something or the turn has just ended; no text outlives the call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from trayapp.engine.kept import Kept
from trayapp.platform.resources import resource
from trayapp.routing import advice, evidence, holdback
from trayapp.routing.evidence import Pair, Standing
from trayapp.routing.kinds import EASY, LABELS
from trayapp.routing.lasttext import Turn
from trayapp.values import Kind

if TYPE_CHECKING:
    from trayapp.engine.route import Route
    from trayapp.engine.words import Conversation, Outcome

_MOST: Final = 512
_LOOK_US: Final = 60 * 10**6
OTHER: Final = "other"
"""What a person's word is about where the turn's task was not judged."""
_MOST_SESSIONS: Final = 2000
_MOST_BYTES: Final = 4 << 20
_UNKNOWN_PRECISION: Final = 0.5
_REDONE: Final = frozenset({"resend", "complaint"})
"""Outcomes after which the person says the same again: the turn that follows would not have been."""


class Diary(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One session's course, for the advisor and the hold-back."""

    tool: str
    model: str
    mixed: bool = False
    pico: int | None = 0
    turns: int = 0
    calls: int = 0
    finished: bool | None = None
    held: bool = False
    good: int = 0
    bad: int = 0
    last_us: int = 0


class Answers(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a person made of the suggestions: the honest worth of advice."""

    accepted: int = 0
    taken_back: int = 0
    """Of the accepted ones, later."""
    declined: int = 0


@dataclass(slots=True)
class _Listened:
    """One conversation that is listened to."""

    turns: Conversation
    session: str
    """Its session's name in the file."""
    rule: str = ""
    """The rule that changed it last."""
    redoing: bool = False
    """Its turn repeats what a cheaper model failed at."""


class _File(msgspec.Struct, kw_only=True):
    book: evidence.Book = evidence.Book()
    answers: Answers = msgspec.field(default_factory=Answers)
    sessions: dict[str, Diary] = {}


class Witness:
    """Listens. Use it on one event loop."""

    def __init__(self, path: Path, digest: Callable[[bytes], str]) -> None:
        self._digest = digest
        self._kept = Kept(path, lambda: msgspec.json.encode(self._file), every=30.0)
        self._conversations: OrderedDict[str, _Listened] = OrderedDict()
        self._silence_us = 0
        """When silence was last looked for."""
        self._latest: tuple[int, Pair] | None = None
        """When and what a rule has changed last."""
        self.failed_pico = evidence.FAILED_PICO
        """What a failed attempt costs the person."""
        self._precision: float | None = None
        try:
            self._file = msgspec.json.decode(self._kept.read(_MOST_BYTES) or b"{}", type=_File)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._file = _File()

    @property
    def book(self) -> evidence.Book:
        """All evidence."""
        return self._file.book

    def hear(self, route: Route, *, changed: bool, upgraded: bool) -> list[Outcome]:
        """A main request of a conversation came in; what it says about the turns before."""
        decision, turn, plain = route.decision, route.turn or Turn(), route.plain
        if decision is None or route.call.kind is not Kind.MAIN or plain is None or route.unattended:
            return []
        from trayapp.engine import words

        fresh = turn.fresh
        heard = words.hear(
            turn,
            plain,
            self._digest,
            look=fresh or changed or decision.was_changed,
            at_us=route.at_us,
            model_asked=route.asked.model,
            served=decision.model,
            task=self._work(route),
            held=route.held_back,
            manual_upgrade=upgraded,
        )
        name = self._name(route)
        listened = self._conversations.get(decision.key)
        if listened is None:
            listened = self._conversations[decision.key] = _Listened(words.Conversation(), name)
        listened.session = name
        self._conversations.move_to_end(decision.key)
        found = list(listened.turns.heard(heard))
        if fresh:
            listened.redoing = any(not one.good and one.switched and one.cause in _REDONE for one in found)
        route.redone = listened.redoing
        diary = self._diary(route, name)
        if changed and decision.model is not None:
            listened.rule = decision.rule
            if fresh:
                self._latest = (route.at_us, Pair(heard.task or OTHER, route.asked.model, decision.model))
        if fresh:
            diary.turns += 1
        for one in found:
            self._learn(one, diary)
        return found + self._forget(route.at_us)

    def idle(self, now_us: int) -> list[Outcome]:
        """What silence says of the conversations that are over; looked for once in a minute."""
        found: list[Outcome] = []
        if not 0 <= now_us - self._silence_us < _LOOK_US:
            self._silence_us = now_us
            for listened in self._conversations.values():
                found += self._over(listened, now_us)
        return found

    def ended(self, route: Route, pico: int | None, now_us: int, *, interrupted: bool, failed: bool) -> None:
        """A call of a conversation is over."""
        decision = route.decision
        if decision is None:
            return
        listened = self._conversations.get(decision.key)
        if listened is not None and route.call.kind is Kind.MAIN:
            if interrupted:
                listened.turns.interrupted(now_us)
            elif failed:
                listened.turns.failed()
        diary = self._file.sessions.get(self._name(route))
        if diary is not None:
            diary.pico = None if pico is None or diary.pico is None else diary.pico + pico
            diary.calls += 1
            diary.last_us = route.at_us
            self._kept.changed()

    def refused(self, key: str) -> None:
        """What was changed was refused: the turn says nothing about the model that did not answer."""
        listened = self._conversations.get(key)
        if listened is not None:
            listened.turns.failed()

    def undone(self, rule: str) -> list[Outcome]:
        """A person took back a rule: the newest turns that it had changed are blamed."""
        found: list[Outcome] = []
        for listened in self._conversations.values():
            if listened.rule == rule:
                found += listened.turns.rule_undone()
        for one in found:
            self._learn(one, None)
        return found

    def say(self, good: bool, now_us: int) -> Pair | None:
        """A person's own word on the newest turn that a rule has changed; ``None``: there is none of late."""
        from trayapp.engine import words

        if self._latest is None or now_us - self._latest[0] > words.IDLE_US:
            return None
        pair = self._latest[1]
        self._latest = None
        self.noted(pair, good, now_us)
        return pair

    def noted(self, pair: Pair, good: bool, at_us: int) -> None:
        """A person's own word."""
        self._file.book = self._file.book.noted(pair, good, at_us)
        self._kept.changed()

    @property
    def answers(self) -> Answers:
        """What became of suggestions."""
        return self._file.answers

    def answered(self, *, accepted: int = 0, taken_back: int = 0, declined: int = 0) -> None:
        """A person has answered a suggestion, or taken an answer back."""
        answers = self._file.answers
        answers.accepted += accepted
        answers.taken_back += taken_back
        answers.declined += declined
        self._kept.changed()

    def taken_up(self, pair: Pair) -> None:
        """The person wants a withdrawn pair again."""
        self._file.book = self._file.book.taken_up(pair)
        self._kept.changed()

    def standing(self, pair: Pair, dear: int | None, cheap: int | None, now_us: int) -> Standing:
        """What is known of a pair.

        Args:
            pair: the work and the two models.
            dear: what one costs now, pico-USD; ``None``: not known, then only its outcomes count.
            cheap: what it costs on the other.
            now_us: where the window ends.
        """
        side = pair.what in _KINDS
        needed = (
            Fraction(0) if side or dear is None or cheap is None else evidence.p_star(cheap, dear, self.failed_pico)
        )
        return evidence.standing(self.book, pair, self._measured(pair.what), needed, now_us)

    def advise(self) -> tuple[advice.Advice, ...]:
        """What the models cost for a finished task, from this person's own sessions."""
        return advice.advise(
            advice.Session(
                tool=diary.tool,
                model=diary.model,
                pico=diary.pico,
                turns=diary.turns,
                finished=diary.finished,
                calls=diary.calls,
            )
            for diary in self._file.sessions.values()
            if not diary.mixed and diary.turns
        )

    def compared(self) -> holdback.Comparison:
        """Sessions that were held back beside those that were switched."""
        return holdback.compare(
            holdback.Session(held=diary.held, good=diary.good, bad=diary.bad, pico=diary.pico)
            for diary in self._file.sessions.values()
            if diary.good + diary.bad
        )

    def reset(self) -> None:
        """Forget all evidence."""
        self._file = _File()
        self._kept.changed()

    async def close(self) -> None:
        """The engine ends."""
        await self._kept.close()

    def _learn(self, one: Outcome, diary: Diary | None) -> None:
        self._file.book = self._file.book.learned(one)
        if diary is not None:
            diary.finished = one.good
            if one.task is not None and (one.switched or one.held):
                diary.good += one.good
                diary.bad += not one.good
        self._kept.changed()

    def _diary(self, route: Route, name: str) -> Diary:
        decision = route.decision
        served = route.asked.model if decision is None or decision.model is None else decision.model
        sessions = self._file.sessions
        diary = sessions.get(name)
        if diary is None:
            diary = sessions[name] = Diary(tool=route.call.tool or "", model=served, held=route.held_back)
            while len(sessions) > _MOST_SESSIONS:
                del sessions[next(iter(sessions))]
        diary.mixed = diary.mixed or diary.model != served
        return diary

    def _name(self, route: Route) -> str:
        """A session's name in the file: tells one from another and nothing else."""
        session = route.call.session
        key = route.decision.key if route.decision is not None else ""
        return self._digest(f"session\0{session or key}".encode("utf-8", "surrogatepass"))

    def _forget(self, now_us: int) -> list[Outcome]:
        found: list[Outcome] = []
        while len(self._conversations) > _MOST:
            _, listened = self._conversations.popitem(last=False)
            found += self._over(listened, now_us)
        return found

    def _over(self, listened: _Listened, now_us: int) -> tuple[Outcome, ...]:
        """What silence says of one conversation."""
        said = listened.turns.idle(now_us)
        for one in said:
            self._learn(one, self._file.sessions.get(listened.session))
        return said

    def _work(self, route: Route) -> str | None:
        verdict = route.verdict
        return verdict.type if verdict is not None and verdict.suggest else None

    def _measured(self, what: str) -> float:
        """How often a small model was right, as it was measured."""
        if what in _KINDS:
            return _KINDS[what]
        if self._precision is None:
            document = msgspec.json.decode(resource("routing/evaluation.json").read_bytes())
            found = document.get("measured_on", {}).get("aider_simple", {}).get("precision")
            self._precision = float(found) if isinstance(found, int | float) else _UNKNOWN_PRECISION
        return self._precision


_KINDS: Final = {LABELS[kind]: share for kind, share in EASY.items()}
