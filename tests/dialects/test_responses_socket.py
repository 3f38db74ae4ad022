"""Responses over a WebSocket: a usage for each response, and nothing else disturbs."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import RequestView, ResponsesSocket
from trayapp.values import Call, Kind, Leg, Usage

HEAD = RequestView("openai", "GET", "/v1/responses", [(b"Originator", b"codex_exec"), (b"session-id", b"0198-s")], None)
LIMITS = {"type": "codex.rate_limits", "plan_type": "pro", "rate_limits": {"primary": {"used_percent": 12}}}
DELTA = {"type": "response.output_text.delta", "item_id": "m", "delta": "Grüße"}


def counted(tokens: int) -> dict[str, Any]:
    return {"input_tokens": tokens, "output_tokens": 5, "total_tokens": tokens + 5}


def response(name: str, tokens: int, **more: Any) -> list[dict[str, Any]]:
    head = {"id": name, "object": "response", "model": "gpt-6.1-sol", "error": None}
    last = {**head, "status": "completed", "service_tier": "default", "output": [], "usage": counted(tokens), **more}
    return [
        {"type": "response.created", "response": {**head, "status": "in_progress", "usage": None}},
        {"type": "response.in_progress", "response": {**head, "status": "in_progress", "usage": None}},
        DELTA,
        {"type": "response.completed", "response": last},
    ]


def frames(*events: dict[str, Any]) -> list[bytes]:
    return [json.dumps(event).encode() for event in events]


def read(*events: dict[str, Any]) -> tuple[list[Usage], Usage | None]:
    socket = ResponsesSocket()
    found = [usage for frame in frames(*events) for usage in socket.event(frame)]
    return found, socket.finish()


def create(**fields: Any) -> Call | None:
    return ResponsesSocket().request(HEAD, json.dumps(fields).encode())


def test_each_response_gives_its_usage_once() -> None:
    found, rest = read(*response("r1", 10), LIMITS, *response("r2", 20, service_tier="priority"), LIMITS)
    assert [usage.legs for usage in found] == [(Leg(input=10, output=5),), (Leg(input=20, output=5),)]
    assert [usage.message_id for usage in found] == ["r1", "r2"]
    assert [usage.tier for usage in found] == ["default", "priority"]
    assert all(usage.complete and not usage.flags for usage in found)
    assert rest is None


@given(st.lists(st.sampled_from([LIMITS, {"type": "ping"}, {"type": 7}, {"x": 1}, DELTA]), max_size=12), st.randoms())
def test_other_frames_do_not_disturb(noise: list[dict[str, Any]], rng: Any) -> None:
    events = [*response("r1", 10), *response("r2", 20)]
    for other in noise:
        events.insert(rng.randint(0, len(events)), other)
    found, rest = read(*events)
    assert [usage.total("input") for usage in found] == [10, 20]
    assert all(usage.complete and not usage.flags for usage in found)
    assert rest is None


def test_a_router_may_rename_a_response_half_way() -> None:
    events = response("r1", 10)
    events[-1]["response"]["id"] = "gen-99"
    found, rest = read(*events)
    assert [usage.legs for usage in found] == [(Leg(input=10, output=5),)]
    assert rest is None


def test_an_unfinished_response_is_known_for_what_it_is() -> None:
    found, rest = read(*response("r1", 10)[:3], *response("r2", 20))
    assert [(usage.message_id, usage.complete) for usage in found] == [("r1", False), ("r2", True)]
    assert rest is None
    found, rest = read(*response("r1", 10)[:3])
    assert found == []
    assert rest is not None
    assert (rest.message_id, rest.complete, rest.legs, rest.model) == ("r1", False, (), "gpt-6.1-sol")


def test_errors_end_a_response() -> None:
    error = {"type": "error", "status": 429, "error": {"type": "usage_limit_reached", "message": "secret text"}}
    found, rest = read(error, *response("r1", 10))
    assert [usage.error for usage in found] == ["usage_limit_reached", None]
    assert rest is None
    found, _ = read(*response("r1", 10)[:2], error)
    assert [(usage.error, usage.message_id) for usage in found] == [("usage_limit_reached", "r1")]
    assert "secret" not in repr(found)


def test_damaged_frames_are_flagged() -> None:
    socket = ResponsesSocket()
    start, _, _, end = frames(*response("r1", 10))
    for frame in (b"", b"{", b"[]", b"\xff", b"null"):
        assert socket.event(frame) == ()
    assert socket.event(start) == ()
    assert socket.event(b"{") == ()
    (usage,) = socket.event(end)
    assert usage.complete
    assert usage.flags == ("bad_event",)


@given(st.binary(max_size=200) | st.sampled_from(frames(*response("r1", 1), LIMITS)))
def test_nothing_raises(frame: bytes) -> None:
    socket = ResponsesSocket()
    socket.request(HEAD, frame)
    socket.event(frame)
    socket.finish()


def test_a_request_is_a_call() -> None:
    call = create(
        type="response.create",
        model="gpt-6.1-sol",
        input=[{"role": "user", "content": "x"}],
        reasoning={"effort": "low"},
        prompt_cache_key="k",
    )
    assert call is not None
    assert (call.model, call.wire, call.stream, call.kind) == ("gpt-6.1-sol", "openai-responses", True, Kind.MAIN)
    assert (call.tool, call.session, call.effort) == ("codex", "0198-s", "low")
    warm = create(type="response.create", model="gpt-6.1-sol", generate=False)
    assert warm is not None
    assert warm.kind is Kind.OTHER
    nested = create(type="response.create", response={"model": "gpt-6-luna", "input": "x", "service_tier": "flex"})
    assert nested is not None
    assert (nested.model, nested.tier) == ("gpt-6-luna", "flex")


def test_other_frames_ask_for_nothing() -> None:
    for fields in ({"type": "response.cancel"}, {"model": "gpt-5"}, {"type": ["response.create"]}):
        assert create(**fields) is None
    assert ResponsesSocket().request(HEAD, b"{") is None
