"""What holds for every request: nothing beside the named fields differs, nothing raises, twice is as good as once."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp import frontdoor
from trayapp.dialects import RequestView, recognise
from trayapp.dialects.adapt import (
    FIELDS,
    REASONS,
    Adapted,
    Document,
    Unadaptable,
    Wanted,
    adapt,
    capability,
    chained,
    signatures,
    unchangeable,
)
from trayapp.dialects.adapt.known_models import names
from trayapp.dialects.coding import decode_whole
from trayapp.values import Call

ALLOWED = {
    "model": {"model"},
    "max_tokens": {"max_tokens", "max_output_tokens", "max_completion_tokens", "generationConfig", "request"},
    "thinking": {"thinking", "generationConfig", "request"},
    "effort": {"output_config", "reasoning", "reasoning_effort", "messages", "generationConfig", "request"},
    "system_messages": {"messages"},
    "thinking_blocks": {"messages", "input", "contents", "request"},
    "context_management": {"context_management"},
    "sampling": {"temperature", "top_p", "top_k"},
    "speed": {"speed"},
    "betas": {"anthropic_beta"},
}
"""The members of a body that each word may stand for."""

PATHS = (
    ("anthropic", "/v1/messages"),
    ("openai", "/v1/responses"),
    ("openai", "/v1/chat/completions"),
    ("gemini", "/v1beta/models/gemini-3.8-flash:generateContent"),
    ("code-assist", "/v1internal:streamGenerateContent"),
    ("vertex", "/v1/publishers/anthropic/models/claude-opus-5-5:rawPredict"),
    ("bedrock", "/model/us.anthropic.claude-opus-5-5/invoke"),
    ("bedrock", "/model/us.anthropic.claude-opus-5-5/converse"),
    ("ollama", "/api/chat"),
)
MODELS = {
    "anthropic-messages": names("anthropic-messages"),
    "bedrock-invoke": names("anthropic-messages"),
    "openai-responses": names("openai-responses"),
    "openai-chat": names("openai-chat"),
    "gemini": names("gemini"),
}


def run(
    vendor: str,
    path: str,
    body: bytes,
    *,
    headers: list[tuple[bytes, bytes]] | None = None,
    target: str = "",
    **want: Any,
) -> Adapted | Unadaptable:
    view = RequestView(vendor, "POST", path, headers or [])
    dialect = recognise(vendor, "POST", path)
    assert dialect is not None
    call = dialect.read_request(view, body)
    return adapt(call, view, target or path, body, Wanted(**{"foreign": lambda _text: False, **want}))


def same_but_for(before: bytes, answer: Adapted) -> None:
    """Every member that no word stands for is the same, to the byte, and in the same order."""
    assert set(answer.fields) <= FIELDS
    old, new = pairs(before), pairs(answer.body)
    touched = set().union(*(ALLOWED.get(word, set()) for word in answer.fields))
    kept = [(name, value) for name, value in old if name not in touched]
    assert kept == [(name, value) for name, value in new if name not in touched]


def pairs(text: bytes) -> list[tuple[str, str]]:
    """The members of an object with their values as one would write them: order counts."""
    return [(name, json.dumps(value)) for name, value in json.loads(text).items()]


TEXTS = st.text(max_size=8)
THOUGHTS = st.sampled_from(["ours", "theirs"])
CLAUDE_BLOCKS = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, TEXTS),
    st.builds(lambda mark: {"type": "thinking", "thinking": "hm", "signature": mark}, THOUGHTS),
    st.builds(lambda mark: {"type": "redacted_thinking", "data": mark}, THOUGHTS),
    st.just({"type": "tool_use", "id": "t", "name": "Bash", "input": {"thinking": 1.50}}),
    st.just({"type": "tool_result", "tool_use_id": "t", "content": "ok"}),
)
CLAUDE_MESSAGES = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant", "system"]),
    st.one_of(TEXTS, st.lists(CLAUDE_BLOCKS, max_size=3)),
)
CLAUDE = st.fixed_dictionaries(
    {"model": st.sampled_from(names("anthropic-messages")), "messages": st.lists(CLAUDE_MESSAGES, max_size=6)},
    optional={
        "max_tokens": st.sampled_from([1, 1024, 1025, 9000, 128_000, 300_000]),
        "thinking": st.sampled_from(
            [
                {"type": "adaptive"},
                {"type": "adaptive", "display": "updates"},
                {"type": "enabled", "budget_tokens": 2000},
                {"type": "disabled"},
                {"type": "between_tools"},
            ]
        ),
        "output_config": st.fixed_dictionaries(
            {}, optional={"effort": st.sampled_from(["low", "high", "xhigh", "max"]), "format": st.just({"a": 1})}
        ),
        "context_management": st.just({"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}),
        "temperature": st.sampled_from([0, 0.5, 1]),
        "top_p": st.sampled_from([0.5, 0.97]),
        "top_k": st.just(5),
        "speed": st.just("fast"),
        "tool_choice": st.sampled_from([{"type": "auto"}, {"type": "any"}]),
        "metadata": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "novel": st.just({"x": [1, 2.5, None]}),
    },
)
RESPONSES = st.fixed_dictionaries(
    {
        "model": st.sampled_from(names("openai-responses")),
        "input": st.lists(
            st.one_of(
                st.builds(lambda mark: {"type": "reasoning", "id": "rs", "encrypted_content": mark}, THOUGHTS),
                st.just({"type": "function_call", "id": "fc", "call_id": "c", "name": "run", "arguments": "{}"}),
                st.builds(lambda text: {"type": "message", "id": "m", "role": "assistant", "content": text}, TEXTS),
                st.builds(lambda text: {"role": "user", "content": text}, TEXTS),
            ),
            max_size=6,
        ),
    },
    optional={
        "reasoning": st.sampled_from([{}, {"effort": "ultra", "summary": "auto"}, {"effort": "none"}, None]),
        "max_output_tokens": st.sampled_from([5, 500_000]),
        "metadata": st.dictionaries(TEXTS, TEXTS, max_size=2),
    },
)
GEMINI = st.fixed_dictionaries(
    {
        "contents": st.lists(
            st.builds(
                lambda role, parts: {"role": role, "parts": parts},
                st.sampled_from(["user", "model"]),
                st.lists(
                    st.one_of(
                        st.builds(lambda text: {"text": text}, TEXTS),
                        st.builds(lambda mark: {"functionCall": {"name": "f"}, "thoughtSignature": mark}, THOUGHTS),
                        st.just({"functionResponse": {"name": "f", "response": {}}}),
                    ),
                    max_size=3,
                ),
            ),
            max_size=5,
        )
    },
    optional={
        "generationConfig": st.fixed_dictionaries(
            {},
            optional={
                "thinkingConfig": st.sampled_from(
                    [
                        {"thinkingLevel": "MINIMAL"},
                        {"thinkingBudget": 100},
                        {"thinkingBudget": -1, "includeThoughts": True},
                    ]
                ),
                "maxOutputTokens": st.sampled_from([5, 500_000]),
                "topP": st.just(0.95),
            },
        ),
        "labels": st.dictionaries(TEXTS, TEXTS, max_size=2),
    },
)
REQUESTS = st.one_of(
    st.tuples(st.just(PATHS[0]), CLAUDE), st.tuples(st.just(PATHS[1]), RESPONSES), st.tuples(st.just(PATHS[3]), GEMINI)
)


def theirs(text: str) -> bool:
    return text == "theirs"


@given(REQUESTS, st.data(), st.sampled_from([None, 1]))
def test_nothing_but_the_named_fields_differs_and_twice_is_as_good_as_once(
    request: tuple[tuple[str, str], Any], data: st.DataObject, indent: int | None
) -> None:
    (vendor, path), body = request
    dialect = recognise(vendor, "POST", path)
    assert dialect is not None
    model = data.draw(st.sampled_from(MODELS[dialect.wire]))
    text = json.dumps(body, indent=indent).encode()
    beta = [(b"Anthropic-Beta", b"effort-2025-11-24, a-2025-01-01")]
    once = run(vendor, path, text, headers=beta, model=model, foreign=theirs)
    if isinstance(once, Unadaptable):
        assert once.why in REASONS
        return
    same_but_for(text, once)
    read = Document.read(once.body)
    assert read is not None
    assert "theirs" not in signatures(dialect.wire, read)
    again_headers = list(once.headers) or beta
    again = run(vendor, once.target, once.body, headers=again_headers, model=model, foreign=theirs)
    assert isinstance(again, Adapted), again
    assert (again.body, again.fields, again.headers) == (once.body, (), ())
    assert (again.target, again.effort) == (once.target, once.effort)


@given(CLAUDE, st.sampled_from(names("anthropic-messages")))
def test_what_comes_out_is_what_the_model_takes(body: dict[str, Any], model: str) -> None:
    answer = run(*PATHS[0], json.dumps(body).encode(), model=model, foreign=theirs)
    target = capability("anthropic-messages", model)
    assert target is not None
    if isinstance(answer, Unadaptable):
        return
    after = json.loads(answer.body)
    thinking = after.get("thinking")
    kind = thinking["type"] if thinking else None
    assert kind is None or kind in (target.thinking or ())
    assert after.get("max_tokens", 0) <= (target.max_output or 0)
    if kind == "enabled":
        assert 1024 <= thinking["budget_tokens"] < after.get("max_tokens", 10**9)
    effort = after.get("output_config", {}).get("effort")
    assert effort is None or effort in (target.efforts or ())
    roles = [message["role"] for message in after["messages"]]
    assert target.system_messages or "system" not in roles
    if kind in ("adaptive", "enabled") or target.sampling is False:
        assert after.get("temperature", 1) == 1
        assert "top_k" not in after
    for message, following in zip_longest(after["messages"], after["messages"][1:]):
        content = message["content"]
        if message["role"] == "assistant" and following is not None and isinstance(content, list):
            assert content or content in [m["content"] for m in body["messages"]]


@given(st.sampled_from(PATHS), st.binary(max_size=200), st.sampled_from(["", "gzip", "zstd", "br", "odd"]))
def test_nothing_raises_on_bytes(place: tuple[str, str], body: bytes, coding: str) -> None:
    headers = [(b"content-encoding", coding.encode())]
    for want in ({"model": "x"}, {"effort": "low"}, {}):
        answer = run(*place, body, headers=headers, **want)
        assert isinstance(answer, Adapted | Unadaptable)


NAMES = (
    "model", "messages", "input", "contents", "request", "role", "content", "type", "system", "thinking", "signature",
    "output_config", "effort", "reasoning", "generationConfig", "thinkingConfig", "thinkingLevel", "parts",
    "context_management", "edits", "max_tokens", "tool_choice", "container", "anthropic_version", "encrypted_content",
)  # fmt: skip
LOOSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*NAMES, "assistant", "user"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


@given(st.sampled_from(PATHS), LOOSE, st.sampled_from(["claude-haiku-4-5", "gpt-6-luna", "gemini-2.5-flash", "x"]))
def test_nothing_raises_on_json(place: tuple[str, str], found: Any, model: str) -> None:
    body = json.dumps(found).encode()
    view = RequestView(*[place[0], "POST", place[1]], [])
    for want in ({"model": model}, {"effort": "high"}):
        answer = run(*place, body, foreign=lambda _text: True, **want)
        assert isinstance(answer, Adapted) or answer.why in REASONS
    dialect = recognise(place[0], "POST", place[1])
    assert dialect is not None
    document = Document.read(body)
    assert unchangeable(view, document) in (None, "hashed")
    if document is not None:
        assert isinstance(signatures(dialect.wire, document), tuple)
        assert chained(dialect.wire, document) in (True, False)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_coded_bodies_come_out_coded_the_same_way(bodies: Any, wires: Any, coding: str) -> None:
    plain = json.dumps(bodies.codex()).encode()
    headers = [(b"Content-Encoding", coding.encode())]
    answer = run("openai", "/v1/responses", wires.encode(plain, coding), headers=headers, model="gpt-6-luna")
    assert isinstance(answer, Adapted)
    assert decode_whole(answer.body, coding, limit=1 << 20) == (plain.replace(b"gpt-6.1-sol", b"gpt-6-luna"), None)


def test_a_name_alone_in_a_long_conversation_takes_no_time(bodies: Any) -> None:
    """400 KB: about a millisecond on the machine that it was written on; the bound is ten times what was promised."""
    body = bodies.claude()
    for turn in range(100):
        body["messages"] += [
            {"role": "assistant", "content": [{"type": "text", "text": f"{turn} " + "Grüße \n" * 250}]},
            {"role": "user", "content": [{"type": "text", "text": "more " * 250}]},
        ]
    text = json.dumps(body, ensure_ascii=False).encode()
    assert len(text) > 300_000
    view = RequestView("anthropic", "POST", "/v1/messages", [(b"anthropic-beta", bodies.betas.encode())])
    call = Call(vendor="anthropic", wire="anthropic-messages", model="claude-opus-5-5", context_bytes=len(text))
    wanted = Wanted(model="claude-haiku-5-5", foreign=lambda _text: False)
    taken = []
    for _ in range(15):
        begun = perf_counter()
        answer = adapt(call, view, "/v1/messages", text, wanted)
        taken.append(perf_counter() - begun)
    assert isinstance(answer, Adapted)
    assert answer.fields == ("model",)
    assert min(taken) < 0.020


def test_every_captured_request_fits_every_model_of_its_vendor(shared: Path) -> None:
    adapted = 0
    for capture in sorted((shared / "data" / "clients").glob("*.json")):
        if capture.stem == "INDEX":
            continue
        request = json.loads(capture.read_text("utf-8"))["request"]
        if request["method"] != "POST" or not isinstance(request.get("body"), dict):
            continue
        path = request["target"].partition("?")[0]
        headers = [(key.encode(), value.encode("latin-1", "replace")) for key, value in request["headers"]]
        # The captures hold the decoded body.
        headers = [(key, value) for key, value in headers if key.lower() != b"content-encoding"]
        vendor = frontdoor.recognise(path, {key.lower(): value for key, value in headers})
        dialect = recognise(vendor, "POST", frontdoor.normalise(vendor, path)) if vendor else None
        if vendor is None or dialect is None:
            continue
        text = json.dumps(request["body"]).encode()
        for model in MODELS.get(dialect.wire, ("another",)):
            answer = run(
                vendor, frontdoor.normalise(vendor, path), text, headers=headers, target=request["target"], model=model
            )
            if isinstance(answer, Unadaptable):
                assert answer.why in REASONS - {"unreadable", "no_model"}, (capture.stem, model, answer)
                continue
            adapted += 1
            same_but_for(text, answer)
            assert model in (json.loads(answer.body).get("model"), *answer.target.replace(":", "/").split("/"))
    assert adapted == 0 or adapted > 300
