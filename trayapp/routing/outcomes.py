"""How a human turn went, recognised from the requests that follow it in the same conversation.

Everything that turns what a person does next into "good" or "bad" lives here. A turn opens with a person's text and
ends where the next one opens; ``Conversation`` hears each main call's request in its order and says what became of the
turns before. Every turn is judged alike, whoever served it: switched turns are the evidence, held-back ones what it is
compared with, all of them say whether a session ended well.

A turn is bad by the first sign that is found, in this order: the person sends the same text again (``resend``),
complains (``complaint``), puts the files back or takes the turn out of the conversation (``undo``), asks for a dearer
model by hand (``upgrade``), broke the answer off (``interrupted``), or tests that passed before fail after the turn
changed files (``tests_failed``). ``undo`` and ``upgrade`` may come until the end of the next turn. It is good
(``moved_on``) when the turn after the next one opens without any of them, or when nothing more comes for ``IDLE_US``:
no tool tells when a session ends, so silence is its end (and runs without a person, ``-p`` or in CI, are not to be
heard at all: nobody could complain there). A rule that the person undoes meanwhile is a bad sign too
(``rule_undone``).

Rules: pure, no clock, no text: a ``Heard`` holds what the caller made of one. Each turn has at most one outcome, and
none when it is not clear: the answer never came, two models served it, tests fail that nobody saw pass, the
person broke off and wrote the text anew. Nothing is remembered but the last two turns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from trayapp.routing import tasktype
from trayapp.routing.complaints import complains
from trayapp.routing.deeds import Deeds
from trayapp.routing.lasttext import MOST_TEXT, Turn
from trayapp.routing.phrases import ACKNOWLEDGEMENT, ASSENT

IDLE_US: Final = 2 * 3600 * 10**6
"""Silence after which a turn has ended well, if nothing spoke against it."""
RETRY_US: Final = 3 * 10**6
"""The same text again sooner than this is a tool that repeats itself; nobody reads an answer so fast."""
_REPEATED: Final = frozenset({"commit", "command", "format"})
"""Task types that people ask for in the same words again and again."""
_SHORT: Final = 80

CAUSES: Final = (
    "resend", "complaint", "undo", "upgrade", "interrupted", "tests_failed", "moved_on", "rule_undone",
)  # fmt: skip
"""All words for why a turn is good or bad; only ``moved_on`` is good."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one request of a conversation's main calls when it comes in."""

    at_us: int
    fresh: bool
    """It opens a human turn (``lasttext.Turn.fresh``)."""
    model_asked: str
    served: str | None = None
    """The model that serves instead; ``None``: the one asked for."""
    task: str | None = None
    """The task type of a request that opens a turn."""
    held: bool = False
    """A rule would have switched the turn and held back, to compare."""
    fingerprint: str | None = None
    """HMAC of the last human text's ``normalised`` form; ``None`` where that is empty."""
    before: str | None = None
    """The same of the human text before (``deeds.Deeds.before``)."""
    complaint: bool = False
    """``complaints.complains`` of the last human text."""
    undoes: bool = False
    edits: bool | None = None
    tests_failed: bool | None = None
    """As in ``deeds.Deeds``: when ``fresh``, of the turn before."""
    manual_upgrade: bool = False
    """The tool itself asks for a dearer model than before in this conversation."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a turn."""

    good: bool
    cause: str
    """One of ``CAUSES``."""
    at_us: int
    """When the turn opened."""
    asked: str
    served: str
    task: str | None = None
    held: bool = False

    @property
    def switched(self) -> bool:
        """Whether another model served than was asked for."""
        return self.served != self.asked


def normalised(text: str) -> bytes:
    """What two texts have in common that a person would call the same; empty for one that says nothing when repeated.

    Case, width, white space and punctuation at the end make no difference. "continue", "thanks" or "run the tests" are
    said again and again without meaning that the answer was bad.
    """
    text = text[:MOST_TEXT].strip()
    if len(text) <= _SHORT and (ASSENT.fullmatch(text) or ACKNOWLEDGEMENT.fullmatch(text)):
        return b""
    if text.startswith("/") or tasktype.judge(text).type in _REPEATED:
        return b""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    end = len(words)
    while end and unicodedata.category(words[end - 1])[0] in "PZ":
        end -= 1
    return words[:end].encode("utf-8", "replace")


def hear(
    turn: Turn,
    done: Deeds,
    mark: Callable[[bytes], str],
    *,
    at_us: int,
    model_asked: str,
    served: str | None = None,
    task: str | None = None,
    held: bool = False,
    manual_upgrade: bool = False,
) -> Heard:
    """What a request says, without its texts.

    Args:
        turn: ``lasttext.read`` of its body.
        done: ``deeds.read`` of it.
        mark: the HMAC of ``normalised`` bytes under a key that never leaves the machine.
        at_us: this and all that follows: see ``Heard``.
        model_asked: the model in the request.
        served: the one that serves instead.
        task: of a request that opens a turn.
        held: a rule held back.
        manual_upgrade: the tool asks for a dearer model than before.
    """
    return Heard(
        at_us=at_us,
        fresh=turn.fresh,
        model_asked=model_asked,
        served=served,
        task=task,
        held=held,
        fingerprint=_marked(turn.text, mark) if turn.fresh else None,
        before=_marked(done.before, mark) if turn.fresh else None,
        complaint=turn.fresh and complains(turn.text),
        undoes=done.undoes,
        edits=done.edits,
        tests_failed=done.tests_failed,
        manual_upgrade=manual_upgrade,
    )


def _marked(text: str, mark: Callable[[bytes], str]) -> str | None:
    same = normalised(text) if text else b""
    return mark(same) if same else None


@dataclass(slots=True)
class _Turn:
    at_us: int
    last_us: int
    asked: str
    served: str
    task: str | None
    held: bool
    fingerprint: str | None
    before: str | None
    tests_before: bool | None
    tests: bool | None = None
    edits: bool | None = False
    interrupted: bool = False
    failed: bool = False
    mixed: bool = False

    def learn(self, request: Heard) -> None:
        """What a later request tells of what was done in it."""
        self.edits = self.edits or request.edits
        self.tests = self.tests if request.tests_failed is None else request.tests_failed

    @property
    def unclear(self) -> bool:
        """Its end says nothing about the model."""
        return self.failed or self.mixed or (self.tests is True and self.edits is not False)


class Conversation:
    """One conversation's turns. Not thread-safe; holds no text."""

    __slots__ = ("_followed", "_open", "_tests", "last_us")

    def __init__(self) -> None:
        self._open: _Turn | None = None
        """The newest turn, unless its outcome is known or was given up."""
        self._followed: _Turn | None = None
        """The turn before it, without a bad sign so far."""
        self._tests: bool | None = None
        self.last_us = 0
        """When a request was heard last."""

    def heard(self, request: Heard) -> tuple[Outcome, ...]:
        """What a request says about the turns before it."""
        self.last_us = request.at_us
        turn = self._open
        if not request.fresh:
            found = self._within(request)
        elif turn is not None and _again(turn, request):
            if turn.failed:
                turn.asked, turn.served, turn.held = request.model_asked, _served(request), request.held
            turn.mixed = turn.mixed or turn.served != _served(request)
            turn.failed = turn.interrupted = False
            turn.last_us = request.at_us
            found = []
        else:
            found = self._next(request)
        if request.tests_failed is not None:
            self._tests = request.tests_failed
        return tuple(found)

    def interrupted(self, at_us: int | None = None) -> None:
        """The person broke off the answer to the request that was heard last.

        A tool that gives up waiting looks the same, but it asks again at once; then the turn goes on.

        Args:
            at_us: when; ``None``: not known, then a tool that waited long is not told from a person.
        """
        if self._open is not None:
            self._open.interrupted = True
            self._open.last_us = max(self._open.last_us, at_us or 0)

    def failed(self) -> None:
        """No answer came to the request that was heard last: the vendor's error, a cut connection, a refusal."""
        if self._open is not None:
            self._open.failed = True

    def idle(self, now_us: int) -> tuple[Outcome, ...]:
        """What silence until now says; to be asked now and then, and before a conversation is forgotten."""
        if now_us - self.last_us < IDLE_US:
            return ()
        found = []
        if self._followed is not None:
            found.append(_outcome(self._followed, "moved_on"))
        if self._open is not None and not self._open.unclear and not self._open.interrupted:
            found.append(_outcome(self._open, "moved_on"))
        self._open = self._followed = None
        return tuple(found)

    def rule_undone(self) -> tuple[Outcome, ...]:
        """The person undid the rule that switched this conversation: the newest switched turn is blamed for it."""
        for turn in (self._open, self._followed):
            if turn is not None and turn.served != turn.asked:
                if turn is self._open:
                    self._open = None
                self._followed = None
                return (_outcome(turn, "rule_undone"),)
        return ()

    def _within(self, request: Heard) -> list[Outcome]:
        """A request of the turn under way."""
        found: list[Outcome] = []
        followed, turn = self._followed, self._open
        if request.undoes and followed is not None and followed.edits is not False:
            found.append(_outcome(followed, "undo"))
            self._followed = followed = None
        if request.manual_upgrade:
            blamed = turn if turn is not None and turn.served != turn.asked else followed
            if blamed is not None:
                found.append(_outcome(blamed, "upgrade"))
                self._followed = None
                self._open = None if blamed is turn else self._open
        if self._open is not None and turn is not None:
            turn.last_us = request.at_us
            turn.interrupted = turn.failed = False
            turn.mixed = turn.mixed or (request.model_asked, _served(request)) != (turn.asked, turn.served)
            turn.learn(request)
        return found

    def _next(self, request: Heard) -> list[Outcome]:
        """A request that opens a turn."""
        found: list[Outcome] = []
        turn = self._open
        if self._followed is not None:
            found.append(_outcome(self._followed, "moved_on"))
            self._followed = None
        if turn is not None:
            turn.learn(request)
            rewritten = _rewritten(turn, request)
            cause = None if turn.failed or turn.mixed else _sign(turn, request, rewritten)
            if cause is not None:
                found.append(_outcome(turn, cause))
            elif not turn.unclear and not rewritten:
                self._followed = turn
        self._open = _Turn(
            at_us=request.at_us,
            last_us=request.at_us,
            asked=request.model_asked,
            served=_served(request),
            task=request.task,
            held=request.held,
            fingerprint=request.fingerprint,
            before=request.before,
            tests_before=self._tests if request.tests_failed is None else request.tests_failed,
        )
        return found


def _served(request: Heard) -> str:
    return request.model_asked if request.served is None else request.served


def _again(turn: _Turn, request: Heard) -> bool:
    """Whether a tool repeats the request that opened a turn."""
    if request.fingerprint != turn.fingerprint:
        return False
    return (turn.failed and request.fingerprint is not None) or 0 <= request.at_us - turn.last_us < RETRY_US


def _rewritten(turn: _Turn, request: Heard) -> bool:
    """Whether a text stands in the place of the one that opened a turn."""
    if turn.before is None or turn.fingerprint is None or turn.before == turn.fingerprint:
        return False
    return request.before == turn.before and request.fingerprint not in (None, turn.fingerprint)


def _sign(turn: _Turn, request: Heard, rewritten: bool) -> str | None:
    """The first bad sign in the request that opens the next turn."""
    if request.fingerprint is not None and request.fingerprint == turn.fingerprint:
        return "resend"
    if request.complaint:
        return "complaint"
    if (request.undoes and turn.edits is not False) or (rewritten and not turn.interrupted):
        return "undo"
    if request.manual_upgrade:
        return "upgrade"
    if turn.interrupted and not rewritten:
        return "interrupted"
    if turn.tests and turn.edits and turn.tests_before is False:
        return "tests_failed"
    return None


def _outcome(turn: _Turn, cause: str) -> Outcome:
    return Outcome(
        good=cause == "moved_on",
        cause=cause,
        at_us=turn.at_us,
        asked=turn.asked,
        served=turn.served,
        task=turn.task,
        held=turn.held,
    )
