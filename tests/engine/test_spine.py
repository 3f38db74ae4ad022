"""The main path: an official client through the engine, one exact row a call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import anthropic
import openai
import pytest

GUARDED = {"max_retries": 0, "timeout": 30.0}


def test_anthropic(engine: Any, vendor: Any, settled: Any) -> None:
    with anthropic.Anthropic(api_key="sk-ant-api03-x", base_url=engine.base("anthropic"), **GUARDED) as client:
        messages = [{"role": "user", "content": "hello"}]
        answer = client.messages.create(model="claude-opus-5-5", max_tokens=64, messages=messages)
        with client.messages.stream(model="claude-haiku-5-5", max_tokens=64, messages=messages) as stream:
            streamed = stream.get_final_message()
    first, second = settled(2)
    assert (first["state"], first["metering"], first["confidence"]) == ("done", "exact", "exact")
    assert (first["tool"], first["model_served"], first["stream"]) == ("python-anthropic", "claude-opus-5-5", False)
    assert first["output"] == answer.usage.output_tokens
    assert second["stream"] is True
    assert second["output"] == streamed.usage.output_tokens
    assert [row["usd_list"] is not None for row in (first, second)] == [True, True]
    counted = vendor.counted.calls()
    assert len(counted) == 2


def test_openai(engine: Any, settled: Any) -> None:
    with openai.OpenAI(api_key="sk-x", base_url=engine.base("openai") + "/v1", **GUARDED) as client:
        chat = client.chat.completions.create(model="gpt-6.1-sol", messages=[{"role": "user", "content": "hello"}])
        chunks = list(
            client.chat.completions.create(
                model="gpt-6-luna",
                messages=[{"role": "user", "content": "hello"}],
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        response = client.responses.create(model="gpt-6.1-sol", input="hello")
    rows = settled(3)
    assert [row["state"] for row in rows] == ["done"] * 3
    assert [row["metering"] for row in rows] == ["exact"] * 3
    assert rows[0]["output"] == chat.usage.completion_tokens
    assert rows[1]["output"] == chunks[-1].usage.completion_tokens
    assert rows[2]["output"] == response.usage.output_tokens


def test_gemini(engine: Any, settled: Any) -> None:
    from google import genai

    options = genai.types.HttpOptions(base_url=engine.base("gemini"))
    client = genai.Client(api_key="AIza-x", http_options=options)
    answer = client.models.generate_content(model="gemini-3.8-flash", contents="hello")
    streamed = list(client.models.generate_content_stream(model="gemini-3.8-flash", contents="hello"))
    client.close()
    rows = settled(2)
    assert [row["state"] for row in rows] == ["done"] * 2
    assert rows[0]["output"] == (answer.usage_metadata.candidates_token_count or 0) + (
        answer.usage_metadata.thoughts_token_count or 0
    )
    assert rows[1]["stream"] is True
    assert streamed


def test_other_paths_pass_and_make_no_row(engine: Any, send: Any) -> None:
    reply = send(engine.base("anthropic") + "/v1/models", method="GET", headers={"x-api-key": "k"})
    missing = send(engine.base("anthropic") + "/no/such/path", method="GET")
    assert reply.status == 200
    assert missing.status == 404
    assert b"Spendlight" not in missing.body
    with engine.client() as client:
        assert client.ask("calls")["rows"] == []


def test_malformed_json_is_the_vendors_to_refuse(engine: Any, vendor: Any, settled: Any, send: Any) -> None:
    reply = send(engine.base("anthropic") + "/v1/messages", b'{"model": "claude-opus-5-5", oops')
    assert reply.status == 400
    assert b"Spendlight" not in reply.body
    (row,) = settled(1)
    assert (row["state"], row["http_status"], row["usd_list"]) == ("vendor_error", 400, "0")
    assert "not_billed" in row["flags"]


def test_unknown_models_are_unpriced_not_free(engine: Any, settled: Any) -> None:
    with anthropic.Anthropic(api_key="sk-ant-api03-x", base_url=engine.base("anthropic"), **GUARDED) as client:
        client.messages.create(model="claude-nebula-99", max_tokens=9, messages=[{"role": "user", "content": "hello"}])
    (row,) = settled(1)
    assert (row["state"], row["basis"], row["usd_list"]) == ("done", "unpriced", None)
    with engine.client() as client:
        assert client.snapshot().today.unpriced == 1


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/wrong-token/anthropic/v1/messages", {}, 401, "bad_token"),
        ("{token}/nobody/v1/messages", {}, 404, "unknown_vendor"),
        ("{token}/any/what", {}, 404, "vendor_not_recognised"),
        ("{token}/anthropic/v1/messages", {"origin": "https://evil.example"}, 403, "from_a_web_page"),
        ("{token}/anthropic/v1/messages", {"host": "evil.example"}, 403, "wrong_host"),
    ],
)
def test_the_door(
    engine: Any, vendor: Any, path: str, headers: dict[str, str], status: int, code: str, send: Any
) -> None:
    url = f"http://127.0.0.1:{engine.port}" + path.replace("{token}", "/" + engine.paths.token.read_text())
    reply = send(url, {}, headers=headers)
    assert (reply.status, reply.headers["x-spendlight-error"]) == (status, code)
    assert vendor.counted.calls() == []


def test_another_user_does_not_come_in_even_with_the_token(engine: Any, vendor: Any) -> None:
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root can become another user, and only Linux tells")
    other = """if True:
        import http.client, os, socket, sys
        socket.getaddrinfo("127.0.0.1", 1)  # what it needs is loaded while it may be read
        os.setgroups([]), os.setgid(65534), os.setuid(65534)
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
        connection.request("POST", sys.argv[2], b"{}", {"anthropic-version": "2023-06-01"})
        reply = connection.getresponse()
        print(reply.status, reply.headers["x-spendlight-error"])
    """
    path = f"/{engine.paths.token.read_text()}/anthropic/v1/messages"
    done = subprocess.run([sys.executable, "-c", other, str(engine.port), path], capture_output=True, timeout=30)
    assert done.stdout.split() == [b"403", b"other_user"], done.stderr
    assert vendor.counted.calls() == []


def test_a_vendor_that_is_not_there_is_named_in_its_own_shape(
    make_engine: Any, free_port: int, send: Any, wait_for_rows: Any
) -> None:
    engine = make_engine(f"http://127.0.0.1:{free_port}")
    engine.start()
    reply = send(engine.base("anthropic") + "/v1/messages", {"model": "claude-opus-5-5"})
    assert reply.status == 502
    document = json.loads(reply.body)
    assert document["type"] == "error"
    assert document["error"]["message"].startswith("Spendlight: ")
    (row,) = wait_for_rows(engine, 1)
    assert (row["state"], row["usd_list"]) == ("not_sent", "0")


def test_pause_passes_calls_unread_and_still_counts_them(engine: Any, settled: Any, send: Any) -> None:
    with engine.client() as control:
        control.ask("pause", seconds=60)
        assert control.snapshot().mode == "paused"
    body = {"model": "claude-opus-5-5", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}
    assert send(engine.base("anthropic") + "/v1/messages", body).status == 200
    (row,) = settled(1)
    assert (row["state"], row["metering"], row["usd_list"], row["output"]) == ("done", "unmetered", None, 0)
    with engine.client() as control:
        control.ask("resume")
        assert control.snapshot().mode == "metering"


def test_a_stream_ticks_in_the_snapshot(engine: Any, vendor: Any) -> None:
    seen = []
    with engine.client() as control:
        feed = control.snapshots()
        next(feed)
        with anthropic.Anthropic(api_key="sk-ant-api03-x", base_url=engine.base("anthropic"), **GUARDED) as client:
            client.messages.create(
                model="claude-opus-5-5", max_tokens=64, messages=[{"role": "user", "content": "hello"}]
            )
        for snapshot in feed:
            seen.append(snapshot)
            if snapshot.today.calls == 1 and snapshot.live and snapshot.live[0].state == "done":
                break
    assert seen[-1].today.pico > 0
    assert seen[-1].by_model[0].name == "claude-opus-5-5"


def test_upstreams_change_at_once_and_survive(engine: Any, free_port: int, send: Any) -> None:
    with engine.client() as control:
        control.ask("set_upstream", vendor="anthropic", url=f"http://127.0.0.1:{free_port}")
        assert control.ask("upstreams")["anthropic"]["url"].endswith(str(free_port))
    assert send(engine.base("anthropic") + "/v1/messages", {}).status == 502
    assert str(free_port) in engine.paths.settings.read_text()
    assert str(free_port) in engine.paths.routes.read_text()
    with engine.client() as control:
        control.ask("reset_upstream", vendor="anthropic")
        assert control.ask("upstreams")["anthropic"]["default"] is True


def test_stop_closes_the_books(engine: Any) -> None:
    assert engine.stop() == 0
    assert not engine.paths.control.exists()
    assert not engine.paths.ledger.with_name("ledger.sqlite3-wal").exists()


def test_a_damaged_settings_file_does_not_stop_the_tools(engine: Any, vendor: Any, send: Any) -> None:
    assert engine.stop() == 0
    engine.paths.settings.write_text("[proxy\n")
    engine.start()
    body = {"model": "claude-opus-5-5", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}
    assert send(engine.base("anthropic") + "/v1/messages", body).status == 200
    assert len(vendor.counted.calls()) == 1
    with engine.client() as control:
        assert [trouble.code for trouble in control.snapshot().troubles] == ["bad_settings"]
