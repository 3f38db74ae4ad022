"""Whatever comes: no exception, no text in an answer, no suggestion inside a tool loop, no hang."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.routing import kinds, lasttext, tasktype
from trayapp.routing.line import LineError, read_line
from trayapp.routing.phrases import GUARDS

WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")
NAMES = (
    "messages", "input", "contents", "request", "role", "content", "parts", "text", "type", "tools", "system",
    "is_error", "tool_result", "functionResponse", "instructions", "name", "function", "status", "output", "max_tokens",
)  # fmt: skip
KEYS = st.sampled_from(NAMES)
VALUES = st.sampled_from(
    ["user", "assistant", "tool", "tool_result", "message", "function_call_output", "rename a to b"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | VALUES
)
JSON = st.recursive(
    LEAVES,
    lambda c: st.lists(c, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), c, max_size=5),
    max_leaves=30,
)
WORDS = {*tasktype.NAMES, *(name for name, _ in GUARDS), "ambiguous", *kinds.LABELS.values(), None}
WHY = {
    "kind", "agreed", "tool_loop", "pictures", "plan_mode", "effort", "errors", "kind_kept", "no_text", "hard",
    "unknown_task", "unsure",
}  # fmt: skip


def holds_only_our_words(verdict: Any) -> None:
    assert verdict.kind in kinds.LABELS.values()
    assert verdict.type in WORDS
    assert verdict.why in WHY
    assert 0 <= verdict.score <= 1
    assert isinstance(verdict.suggest, bool)


@given(body=JSON, wire=st.sampled_from(WIRES))
def test_any_json(judge: Any, body: Any, wire: str) -> None:
    if isinstance(body, dict):
        holds_only_our_words(judge.request(wire, body))
    else:
        with pytest.raises(LineError):
            judge.request(wire, body)


@given(body=st.dictionaries(KEYS, JSON, max_size=6), wire=st.sampled_from(WIRES))
def test_any_body(judge: Any, body: dict[str, Any], wire: str) -> None:
    verdict = judge.request(wire, body)
    holds_only_our_words(verdict)
    assert not (verdict.suggest and not lasttext.read(json.dumps(body).encode()).fresh)


@given(line=st.binary(max_size=200))
def test_any_line(judge: Any, line: bytes) -> None:
    with pytest.raises(LineError):
        read_line(line, judge.model)


@given(text=st.text(max_size=400))
def test_any_text(judge: Any, text: str) -> None:
    holds_only_our_words(judge.text(text))


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), wire=st.sampled_from(WIRES))
def test_a_flipped_byte(judge: Any, requests: Any, place: int, byte: int, wire: str) -> None:
    body = requests.body(wire, [("user", "sort the imports"), ("call", "Bash"), ("result", "ok"), ("user", "thanks")])
    line = bytearray(json.dumps({"id": 1, "wire": wire, "request": body}).encode())
    line[place % len(line)] = byte
    try:
        holds_only_our_words(read_line(bytes(line), judge.model))
    except LineError:
        pass


EASY_TEXTS = st.sampled_from(
    ["sort the imports", "thanks", "rename `a` to `b`", "fix the typo in the title", "run the tests"]
)
STEPS = st.lists(
    st.sampled_from([[("call", "Bash"), ("result", "ok")], [("model", "next")], [("call", "Read")]]), max_size=5
)


@given(text=EASY_TEXTS, steps=STEPS, wire=st.sampled_from(WIRES))
def test_only_what_opens_a_turn_is_suggested(requests: Any, judge: Any, text: str, steps: Any, wire: str) -> None:
    turns = [("user", text), *(turn for step in steps for turn in step)]
    verdict = judge.request(wire, requests.body(wire, turns))
    assert verdict.suggest is (not steps)


@given(noise=st.text(alphabet="the a to of in add remove-`\"'/.<>_()[]{}:\n#", max_size=3000), times=st.integers(1, 40))
def test_no_text_takes_long(judge: Any, noise: str, times: int) -> None:
    started = time.thread_time()
    judge.text((noise * times)[:60_000])
    assert time.thread_time() - started < 0.5


@pytest.mark.parametrize(
    "text",
    [
        *(piece * 9000 for piece in ("`", "a ", "<a-b>", "```\n", '"', "x_", "\n", "-", "Error", "(", "a/", ".")),
        "remove " + "a" * 170 + "\n",
        "the " * 44,
        "yes " * 20 + "x",
        "great, " * 11 + "x",
        "  at " + "(" * 9000,
        "change " + "x " * 80,
        "<task>" * 5000 + "</task>" * 5000,
        "fehler " * 25,
        "where are " + "a" * 160,
    ],
)
def test_texts_that_could_hang_a_pattern(judge: Any, text: str) -> None:
    started = time.thread_time()
    judge.text(text)
    assert time.thread_time() - started < 0.1
