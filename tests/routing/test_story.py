"""From whole requests to evidence: a person's sessions in each wire format, as the engine would hear them."""

from __future__ import annotations

import hashlib
import json
import time
from fractions import Fraction
from typing import Any

import pytest

from trayapp.routing import deeds, evidence, lasttext
from trayapp.routing.evidence import Book, Pair, State
from trayapp.routing.outcomes import Conversation, Outcome, hear

WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")
MINUTE = 60 * 10**6
ASKED, CHEAP = "claude-opus-5-5", "claude-haiku-5-5"


def mark(same: bytes) -> str:
    return hashlib.sha256(same).hexdigest()[:16]


def told(requests: Any, wire: str, turns: list[tuple[str, str]]) -> list[tuple[str, bool]]:
    """Each outcome's cause and whether it is good; a request goes out wherever the model has to speak."""
    conversation = Conversation()
    found: list[Outcome] = []
    for end in range(1, len(turns) + 1):
        if turns[end - 1][0] in ("model", "call"):
            continue
        if end < len(turns) and turns[end - 1][0] == turns[end][0] == "user":
            continue
        body = json.dumps(requests.body(wire, turns[:end])).encode()
        turn = lasttext.read(body)
        heard = hear(
            turn,
            deeds.read(body),
            mark,
            at_us=end * MINUTE,
            model_asked=ASKED,
            served=CHEAP,
            task="rename" if turn.fresh else None,
        )
        found += conversation.heard(heard)
    found += conversation.idle(10**15)
    assert all(outcome.switched for outcome in found)
    return [(outcome.cause, outcome.good) for outcome in found]


EDIT = [("call", "Edit"), ("result", "ok"), ("model", "Done.")]
GOOD, BAD = ("moved_on", True), False


@pytest.mark.parametrize("wire", WIRES)
def test_a_session_that_goes_well(requests: Any, wire: str) -> None:
    turns = [("user", "rename a to b"), *EDIT, ("user", "thanks! now sort the imports"), *EDIT, ("user", "great")]
    assert told(requests, wire, turns) == [GOOD] * 3


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("then", "cause"),
    [
        ("Rename A to B.", "resend"),
        ("no, that's wrong", "complaint"),
        ("das ist falsch", "complaint"),
        ("undo that", "complaint"),
        ("<bash-input>git checkout .</bash-input>", "undo"),
    ],
)
def test_a_turn_that_was_no_good(requests: Any, wire: str, then: str, cause: str) -> None:
    turns = [("user", "rename a to b"), *EDIT, ("user", then)]
    if then.startswith("<"):
        turns.append(("user", "now sort the imports"))
    assert told(requests, wire, turns)[0] == (cause, BAD)


@pytest.mark.parametrize("wire", WIRES)
def test_tests_break(requests: Any, wire: str) -> None:
    turns = [
        ("user", "run the tests"), ("call", "Bash"), ("result", "3 passed in 0.1s"), ("model", "fine"),
        ("user", "rename a to b"), ("call", "Edit"), ("result", "ok"), ("call", "Bash"),
        ("result", "1 failed, 2 passed in 0.1s"), ("model", "Done."), ("user", "add a docstring to b"),
    ]  # fmt: skip
    assert told(requests, wire, turns) == [GOOD, ("tests_failed", BAD), GOOD]


def test_outcomes_become_a_standing(requests: Any) -> None:
    pair = Pair("rename", ASKED, CHEAP)
    book = Book()
    for said in ["great"] * 30:
        for cause, good in told(requests, "anthropic", [("user", "rename a to b"), *EDIT, ("user", said)])[:1]:
            book = book.learned(Outcome(good=good, cause=cause, at_us=0, asked=ASKED, served=CHEAP, task="rename"))
    found = evidence.standing(book, pair, 0.9, Fraction(9, 10), 0)
    assert (found.state, found.words) == (State.PROVEN, "worked 30 of 30 times for you")
    for _ in range(2):
        book = book.learned(Outcome(good=False, cause="resend", at_us=0, asked=ASKED, served=CHEAP, task="rename"))
    assert evidence.standing(book, pair, 0.9, Fraction(9, 10), 0).state is State.WITHDRAWN


def test_nothing_of_a_text_is_kept(requests: Any) -> None:
    body = json.dumps(
        requests.body("anthropic", [("user", "canary one"), *EDIT, ("user", "canary two is still broken")])
    ).encode()
    conversation = Conversation()
    heard = hear(lasttext.read(body), deeds.read(body), mark, at_us=1, model_asked=ASKED)
    conversation.heard(heard)
    assert "canary" not in repr(heard)
    assert "canary" not in repr([getattr(conversation, name) for name in conversation.__slots__])


def test_a_long_conversation_is_heard_quickly(requests: Any) -> None:
    turns = [("user", "rename a to b"), *[("call", "Bash"), ("result", "x" * 8000)] * 120, ("user", "b")]
    body = json.dumps(requests.body("anthropic", turns)).encode()
    begun = time.perf_counter()
    for _ in range(10):
        deeds.read(body)
    assert time.perf_counter() - begun < 10 * 0.2
