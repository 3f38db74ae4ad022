"""Calls whose vendor did not say what they used, through a running engine: counted, bounded, labelled, forgotten."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import select
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.dialects import reader_of
from trayapp.engine.afterwards import BODIES, BODY, NOT_COUNTED, Afterwards, Counted
from trayapp.engine.estimate import Calibration
from trayapp.engine.tokens.counter import Counter
from trayapp.engine.tokens.ranks import Encodings
from trayapp.values import Call, Kind, Leg

ANSWER = "CANARYANSWER The quick brown fox jumps over the lazy dog, and 12,345 rows were read.\n" * 12
THOUGHT = "CANARYTHOUGHT First look at the table, then at its index. " * 12
PROMPT = "CANARYPROMPT Which of these functions is never called, and why? " * 30

SCRIPTS = {
    "silent": Script(omit_usage=True, text=ANSWER),
    "stall": Script(text=ANSWER, stall_after=20),
    "thinking": Script(text=ANSWER, thinking=THOUGHT, stall_after=12),
    "cut": Script(text=ANSWER, cut_after=12),
}


def plan(ask: Ask) -> Script:
    return next((s for name, s in SCRIPTS.items() if f'"{name}"'.encode() in ask.body), Script(text=ANSWER))


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(SimulatedVendor(plan)) as running:
        yield running


@pytest.fixture(scope="module")
def encodings() -> Encodings:
    return Encodings()


def chat(how: str, model: str = "gpt-4.1", **more: object) -> dict[str, object]:
    return {"model": model, "stream": True, "user": how, "messages": [{"role": "user", "content": PROMPT}], **more}


def message(how: str, **more: object) -> dict[str, object]:
    return {
        "model": "claude-opus-5-5",
        "max_tokens": 4000,
        "stream": True,
        "metadata": {"user_id": how},
        "messages": [{"role": "user", "content": PROMPT}],
        **more,
    }


def leave_after(url: str, body: object, events: int) -> list[dict[str, Any]]:
    """Read so many events of a stream, then go away; the events that came."""
    parts = urlsplit(url)
    data = json.dumps(body).encode()
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0), 30) as plug:
        plug.sendall(head.encode() + data)
        got = b""
        while got.count(b"data: ") < events or not got.endswith(b"\n\n\r\n"):
            got += plug.recv(65536)
    return [json.loads(line[6:]) for line in got.splitlines() if line.startswith(b"data: ")]


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def rss(pid: int) -> int:
    """MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def texts(events: list[dict[str, Any]], field: str) -> str:
    return "".join(event.get("delta", {}).get(field, "") for event in events)


CALL = Call(vendor="openai", wire="openai-chat", model="gpt-4.1", session="s")
STUCK = (sys.executable, "-c", "import sys; sys.stdin.buffer.read()")


def test_bodies_are_bounded_and_given_back() -> None:
    calibration = Calibration()
    after = Afterwards(calibration, Counter(STUCK))
    assert after.keep(CALL, None, "") is None
    assert after.keep(CALL, b"", "") is None
    assert after.keep(CALL, bytes(BODY + 1), "") is None
    assert after.keep(Call(vendor="openai", wire="openai-responses", kind=Kind.COUNT), b"x", "") is None
    kept = [after.keep(CALL, bytes(BODY), "") for _ in range(BODIES // BODY + 2)]
    assert sum(body is not None for body in kept) == BODIES // BODY
    assert "CANARY" not in repr(after.keep(CALL, b"CANARY", ""))
    for body in kept:
        if body is not None:
            body.drop()
            body.drop()
    assert after.held == 0
    calibration.learn("gpt-4.1", "s", 400, 100)
    assert after.keep(CALL, b"x", "") is None  # the conversation's last prompt is the better estimate


@pytest.mark.parametrize("patience", [0.1, 60.0], ids=["too slow", "the engine ends"])
def test_each_call_is_concluded_once(patience: float) -> None:
    async def work() -> list[Counted]:
        after = Afterwards(Calibration(), Counter(STUCK, patience=patience))
        concluded: list[Counted] = []

        def then(counted: Counted) -> None:
            concluded.append(counted)
            if len(concluded) == 2:
                raise RuntimeError("CANARY")

        for _ in range(3):
            reader = reader_of("openai-chat", content_type="text/event-stream")
            reader.feed(b'data: {"choices":[{"delta":{"content":"hello"}}]}\n\n')
            after.count(CALL, reader, None, then)
        assert concluded == []
        await after.close()
        after.count(CALL, reader, None, then)  # nothing is counted any more: at once
        return concluded

    assert asyncio.run(work()) == [NOT_COUNTED] * 4


@pytest.mark.parametrize(
    ("model", "thinking", "leg", "expected"),
    [
        ("gpt-4.1", False, Leg(output=100), 4.0),
        ("deepseek-v4", True, Leg(output=200), 4.0),
        ("deepseek-v4", True, Leg(output=200, reasoning=100), 4.0),
        ("gpt-6.1-sol", False, Leg(output=1100, reasoning=1000), 4.0),
        ("gpt-6.1-sol", False, Leg(output=1100), None),
        ("claude-opus-4-6", True, Leg(output=200), None),
        ("claude-opus-4-6", False, Leg(output=100), 4.0),
    ],
)
def test_exact_answers_teach_bytes_a_token(model: str, thinking: bool, leg: Leg, expected: float | None) -> None:
    calibration = Calibration()
    after = Afterwards(calibration, Counter(STUCK))
    reader = reader_of("openai-chat", content_type="text/event-stream")
    for field in ("content", "reasoning_content")[: 2 if thinking else 1]:
        reader.feed(b"data: " + json.dumps({"choices": [{"delta": {field: "x" * 400}}]}).encode() + b"\n\n")
    after.learn(Call(vendor="openai", wire="openai-chat", model=model), reader, leg)
    assert calibration.answer_ratio(model) == expected
    if expected is not None:
        assert reader.live(expected)[1] == reader.text_bytes / expected


def test_a_stream_without_usage_is_counted(engine: Any, send: Any, settled: Any, encodings: Encodings) -> None:
    assert send(engine.base("openai") + "/v1/chat/completions", chat("silent")).status == 200
    (row,) = settled(1)
    assert (row["state"], row["metering"], row["basis"]) == ("done", "estimated", "estimated")
    assert row["output"] == encodings.count(ANSWER)
    assert row["input"] == encodings.count(PROMPT) + 4
    assert {"estimated", "input_estimated", "output_estimated"} <= set(row["flags"])
    assert "at_least" not in row["flags"]


def test_a_model_that_may_have_thought_gives_a_lower_bound(engine: Any, send: Any, settled: Any) -> None:
    send(engine.base("openai") + "/v1/chat/completions", chat("silent", "gpt-6-luna", max_completion_tokens=50))
    (row,) = settled(1)
    assert {"at_least", "capped"} <= set(row["flags"])
    assert row["output"] == 50


def test_an_aborted_claude_stream_has_an_exact_and_an_estimated_part(
    engine: Any, settled: Any, vendor: VendorThread, encodings: Encodings
) -> None:
    events = leave_after(engine.base("anthropic") + "/v1/messages", message("stall"), 20)
    said = texts(events, "text")
    assert said
    (row,) = settled(1)
    ended = vendor.counted.wait(1)[0]
    assert (row["state"], row["metering"], row["confidence"]) == ("client_abort", "estimated", "estimated")
    assert row["input"] == ended.leg.input
    assert row["output"] == round(encodings.count(said) * 1.42)
    assert "output_estimated" in row["flags"]
    assert not {"input_estimated", "at_least"} & set(row["flags"])


def test_an_aborted_thinking_phase_is_a_lower_bound(engine: Any, settled: Any, encodings: Encodings) -> None:
    events = leave_after(engine.base("anthropic") + "/v1/messages", message("thinking"), 12)
    thought = texts(events, "thinking")
    assert thought
    assert not texts(events, "text")
    (row,) = settled(1)
    assert row["output"] == round(encodings.count(thought) * 1.42)
    assert {"output_estimated", "at_least"} <= set(row["flags"])


def test_a_known_conversation_is_anchored_not_counted(engine: Any, send: Any, settled: Any) -> None:
    session = {"prompt_cache_key": "conversation-1"}
    headers = {"user-agent": "opencode/1.18.34"}
    url = engine.base("openai") + "/v1/chat/completions"
    body = chat("plainly", stream_options={"include_usage": True}, **session)
    assert send(url, body, headers=headers).status == 200
    assert send(url, chat("silent", **session), headers=headers).status == 200
    first, second = settled(2)
    assert (first["metering"], second["metering"]) == ("exact", "estimated")
    prompt = first["input"] + first["cache_read"] + first["cache_write"]
    assert abs(second["input"] - prompt) <= 20


def test_calls_that_end_well_never_load_the_tokenizer(engine: Any, send: Any, settled: Any) -> None:
    idle = rss(engine.pid)
    for _ in range(3):
        assert send(engine.base("anthropic") + "/v1/messages", message("plainly")).status == 200
        asks = {"include_usage": True}
        assert send(engine.base("openai") + "/v1/chat/completions", chat("plainly", stream_options=asks)).status == 200
    assert {row["metering"] for row in settled(6)} == {"exact"}
    assert children(engine.pid) == []
    assert "tiktoken" not in Path(f"/proc/{engine.pid}/maps").read_text()
    assert send(engine.base("openai") + "/v1/chat/completions", chat("silent")).status == 200
    settled(7)
    (helper,) = children(engine.pid)
    # Counting happens elsewhere: the engine itself stays as it was.
    assert "tiktoken" not in Path(f"/proc/{engine.pid}/maps").read_text()
    assert rss(engine.pid) < idle + 60
    assert rss(engine.pid) + rss(helper) < 400


def test_a_helper_that_dies_costs_a_better_estimate_only(engine: Any, send: Any, settled: Any) -> None:
    url = engine.base("openai") + "/v1/chat/completions"
    for count in (1, 2, 3):
        assert send(url, chat("silent")).status == 200
        rows = settled(count)
        for helper in children(engine.pid):
            os.kill(helper, 9)
    assert all(row["metering"] == "estimated" and row["output"] > 0 and row["input"] > 0 for row in rows)


def test_the_helper_ends_with_a_killed_engine(engine: Any, send: Any, settled: Any) -> None:
    assert send(engine.base("openai") + "/v1/chat/completions", chat("silent")).status == 200
    settled(1)
    (helper,) = children(engine.pid)
    watched = os.pidfd_open(helper)
    try:
        engine.kill()
        assert select.select([watched], [], [], 30)[0] == [watched]
    finally:
        os.close(watched)


def test_many_aborts_at_once_close_every_row_once(engine: Any, settled: Any) -> None:
    url = engine.base("anthropic") + "/v1/messages"
    for _ in range(40):
        leave_after(url, message("stall"), 20)
    rows = settled(40)
    assert {row["state"] for row in rows} == {"client_abort"}
    assert len({row["output"] for row in rows}) == 1


def test_a_stop_closes_what_is_still_being_counted(engine: Any) -> None:
    parts = urlsplit(engine.base("anthropic"))
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    connection.request("POST", f"{parts.path}/v1/messages", json.dumps(message("cut")))
    try:
        connection.getresponse().read()
    except (http.client.HTTPException, OSError):
        pass
    assert engine.stop() == 0
    connection.close()
    engine.start()
    with engine.client() as client:
        (row,) = client.ask("calls")["rows"]
    assert (row["state"], row["metering"]) == ("upstream_cut", "estimated")
    assert row["output"] > 0


def test_what_was_learned_survives_a_restart_and_no_text_does(engine: Any, send: Any, settled: Any) -> None:
    url = engine.base("openai") + "/v1/chat/completions"
    assert send(url, chat("plainly", stream_options={"include_usage": True})).status == 200
    assert send(url, chat("silent")).status == 200
    leave_after(engine.base("anthropic") + "/v1/messages", message("thinking"), 12)
    settled(3)
    assert engine.stop() == 0
    kept: Mapping[str, Mapping[str, float]] = json.loads((engine.paths.cache / "estimate.json").read_bytes())
    assert set(kept) == {"prompt", "answer", "encoding"}
    assert list(kept["prompt"]) == ["gpt-4.1"]
    assert list(kept["answer"]) == ["gpt-4.1"]
    engine.start()
    assert engine.stop() == 0
    files = [path for path in engine.home.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if b"CANARY" in path.read_bytes()] == []
