"""Which conversation a request belongs to, and where it stands; the quick look agrees with the whole one."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.routing import conversation, lasttext


def digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


WORDS = st.text(max_size=60) | st.sampled_from(
    ['{"role":"assistant"}', '"type":"tool_result"', 'say "messages":[{', "\\", "naïve ünïcode ☃", ""]
)


def anthropic(steps: list[tuple[str, str]]) -> dict:
    made = []
    for at, (what, text) in enumerate(steps):
        if what == "person":
            made.append({"role": "user", "content": [{"type": "text", "text": text}]})
        elif what == "answer":
            made.append({"role": "assistant", "content": [{"type": "text", "text": text}]})
        elif what == "system":
            made.append({"role": "system", "content": text})
        else:
            made.append({"role": "assistant", "content": [{"type": "tool_use", "id": f"t{at}", "input": {"a": text}}]})
            result = {"type": "tool_result", "tool_use_id": f"t{at}", "content": text}
            made.append({"role": "user", "content": [result]})
    return {"model": "m", "tools": [{"name": "messages", "input_schema": {"input": [1]}}], "messages": made}


def chat(steps: list[tuple[str, str]]) -> dict:
    made = []
    for at, (what, text) in enumerate(steps):
        if what in ("person", "system"):
            made.append({"role": "user" if what == "person" else "system", "content": text})
        elif what == "answer":
            made.append({"role": "assistant", "content": text})
        else:
            made.append({"role": "assistant", "content": None, "tool_calls": [{"id": f"t{at}", "function": {}}]})
            made.append({"role": "tool", "tool_call_id": f"t{at}", "content": text})
    return {"model": "m", "messages": made}


def responses(steps: list[tuple[str, str]]) -> dict:
    made = []
    for at, (what, text) in enumerate(steps):
        if what in ("person", "system"):
            role = "user" if what == "person" else "developer"
            made.append({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
        elif what == "answer":
            made.append({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]})
        else:
            made.append({"type": "function_call", "call_id": f"t{at}", "arguments": "{}"})
            made.append({"type": "function_call_output", "call_id": f"t{at}", "output": text})
    return {"model": "m", "input": made}


def gemini(steps: list[tuple[str, str]]) -> dict:
    made = []
    for what, text in steps:
        if what in ("person", "system"):
            made.append({"role": "user", "parts": [{"text": text}]})
        elif what == "answer":
            made.append({"role": "model", "parts": [{"text": text}]})
        else:
            made.append({"role": "model", "parts": [{"functionCall": {"name": "x", "args": {"a": text}}}]})
            made.append({"role": "user", "parts": [{"functionResponse": {"name": "x", "response": {"a": text}}}]})
    return {"contents": made}


WIRES = {"anthropic": anthropic, "chat": chat, "responses": responses, "gemini": gemini}
STEPS = st.lists(st.tuples(st.sampled_from(["person", "answer", "tool", "system"]), WORDS), max_size=8)


@pytest.mark.parametrize("wire", WIRES)
@given(steps=STEPS, spaced=st.booleans(), listens=st.booleans())
def test_the_quick_look_agrees_with_the_whole_one(wire, steps, spaced, listens):
    document = WIRES[wire](steps)
    document["padding"] = "x" * 40_000  # long enough for the quick look
    body = json.dumps(document, separators=None if spaced else (",", ":")).encode()
    whole, quick = conversation.read(body, digest), conversation.glimpse(body, digest, listens=listens)
    assert (quick.key, quick.begins) == (whole.key, whole.begins)
    if listens:
        assert quick.spoken == whole.spoken


@pytest.mark.parametrize("wire", WIRES)
@given(steps=STEPS)
def test_only_what_is_spoken_can_open_a_turn(wire, steps):
    body = json.dumps(WIRES[wire](steps)).encode()
    place = conversation.read(body, digest)
    if lasttext.read(body).fresh:
        assert place.spoken


@pytest.mark.parametrize("wire", WIRES)
@given(first=WORDS, steps=STEPS, more=STEPS)
def test_a_conversation_keeps_its_name_as_it_grows(wire, first, steps, more):
    made = WIRES[wire]
    begun = [("person", first), *steps]
    one = conversation.read(json.dumps(made(begun)).encode(), digest)
    later = conversation.read(json.dumps(made([*begun, *more])).encode(), digest)
    assert one.key == later.key != ""
    answered = any(what in ("answer", "tool") for what, _ in steps)
    assert one.begins is not answered


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: json.dumps({"messages": t}).encode()))
def test_anything_may_come(body):
    conversation.read(body, digest)
    conversation.glimpse(body + b" " * 40_000, digest, listens=False)


def test_where_the_cache_is_marked_makes_no_other_conversation():
    plain = anthropic([("person", "hello"), ("answer", "yes"), ("person", "more")])
    marked = anthropic([("person", "hello")])
    marked["messages"][0]["content"][0]["cache_control"] = {"type": "ephemeral"}
    a, b = (conversation.read(json.dumps(each).encode(), digest) for each in (plain, marked))
    assert a.key == b.key
    assert (a.begins, b.begins) == (False, True)
