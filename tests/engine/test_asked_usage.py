"""Chat streams whose tool did not ask for its usage: with the user's consent exact, and the tool sees no difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread

TEXT = "word " * 200
asked: list[dict[str, Any]] = []


def plan(ask: Ask) -> Script:
    asked.append(json.loads(ask.body))
    if b'"strict"' in ask.body and b"include_usage" in ask.body:
        return Script(status=422)
    return Script(text=TEXT)


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    asked.clear()
    with VendorThread(SimulatedVendor(plan)) as running:
        yield running


@pytest.fixture
def consenting(engine: Any) -> Any:
    with engine.paths.settings.open("a") as file:
        file.write("[metering]\nask_usage = true\n")
    with engine.client() as client:
        client.ask("reload")
    return engine


def body(user: str = "u", **more: Any) -> dict[str, Any]:
    return {
        "model": "gpt-6-luna",
        "stream": True,
        "user": user,
        "messages": [{"role": "user", "content": "Hi"}],
        **more,
    }


def chunks(data: bytes) -> list[dict[str, Any]]:
    lines = [line.removeprefix(b"data: ") for line in data.splitlines() if line.startswith(b"data: {")]
    assert data.endswith(b"data: [DONE]\n\n")
    return [json.loads(line) for line in lines]


def test_without_consent_nothing_changes(engine: Any, send: Any, settled: Any) -> None:
    send(engine.base("openai") + "/v1/chat/completions", body())
    (row,) = settled(1)
    assert asked == [body()]
    assert row["metering"] == "estimated"


@pytest.mark.parametrize("options", [{}, {"stream_options": {"include_usage": False}}])
def test_with_consent_the_row_is_exact_and_the_tool_sees_no_extra_chunk(
    consenting: Any, send: Any, settled: Any, options: dict[str, Any]
) -> None:
    headers = {"accept-encoding": "gzip, br"}
    reply = send(consenting.base("openai") + "/v1/chat/completions", body(**options), headers=headers)
    (row,) = settled(1)
    assert asked == [{**body(**options), "stream_options": {"include_usage": True}}]
    assert (row["state"], row["metering"], row["basis"]) == ("done", "exact", "list")
    assert row["output"] > 0
    assert "usage_asked" in row["flags"]
    seen = chunks(reply.body)
    assert all(chunk["choices"] for chunk in seen)
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in seen) == TEXT


def test_a_tool_that_asks_gets_its_chunk(consenting: Any, send: Any, settled: Any) -> None:
    mine = body(stream_options={"include_usage": True})
    reply = send(consenting.base("openai") + "/v1/chat/completions", mine)
    settled(1)
    assert asked == [mine]
    assert chunks(reply.body)[-1]["choices"] == []


def test_what_does_not_stream_is_left_alone(consenting: Any, send: Any, settled: Any) -> None:
    mine = body(stream=False)
    send(consenting.base("openai") + "/v1/chat/completions", mine)
    (row,) = settled(1)
    assert asked == [mine]
    assert row["metering"] == "exact"


def test_a_vendor_that_refuses_the_question_gets_the_original_and_is_not_asked_again(
    consenting: Any, send: Any, settled: Any
) -> None:
    for count in (2, 3):
        reply = send(consenting.base("openai") + "/v1/chat/completions", body("strict"))
        assert reply.status == 200
        rows = settled(count)
    assert [("stream_options" in each) for each in asked] == [True, False, False]
    refused, original, later = rows
    assert (refused["state"], refused["http_status"], refused["usd_list"]) == ("vendor_error", 422, "0")
    assert {"rewrite_refused", "usage_asked", "not_billed"} <= set(refused["flags"])
    assert original["attempt_of"] == refused["id"]
    assert (original["state"], original["metering"]) == ("done", "estimated")
    assert "usage_asked" not in original["flags"]
    assert later["attempt_of"] is None
