"""Rules at work where things go wrong: a disk that takes nothing, a vendor that refuses, models that do not fit."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from strict.upstream import StrictVendor

from trayapp.control import ControlError
from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import VendorThread

OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
OLD_OPUS, OLD_HAIKU = "claude-opus-4-8", "claude-haiku-4-5"
TOOLS = [{"name": "Bash", "description": "runs", "input_schema": {"type": "object"}}]


@pytest.fixture
def vendor():
    with VendorThread(StrictVendor(keep_headers=True)) as running:
        yield running


def user(text: str) -> dict:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def answered(reply: dict) -> dict:
    return {"role": "assistant", "content": reply["content"]}


def called(reply: dict, name: str = "t1") -> list[dict]:
    """The turn goes on with a tool's result, as if the model had called one."""
    thought = [block for block in reply["content"] if block["type"] == "thinking"]
    return [
        {"role": "assistant", "content": [*thought, {"type": "tool_use", "id": name, "name": "Bash", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": name, "content": "a b"}]},
    ]


@pytest.fixture
def say(engine):
    def ask(messages, *, session="s-1", model=OPUS, expect=200, headers=(), **more):
        url = urlsplit(engine.base("anthropic") + "/v1/messages")
        body = {
            "model": model,
            "max_tokens": 32000,
            "thinking": {"type": "adaptive"},
            "metadata": {"user_id": json.dumps({"session_id": session})},
            "system": [
                {"type": "text", "text": "You are a coding agent. " * 800, "cache_control": {"type": "ephemeral"}}
            ],
            "messages": messages,
            **more,
        }
        data = json.dumps(body).encode()
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        connection.putrequest("POST", url.path)
        for name, value in (
            ("content-type", "application/json"),
            ("content-length", str(len(data))),
            ("anthropic-version", "2023-06-01"),
            ("x-api-key", "sk-ant-api03-test"),
            ("user-agent", "claude-cli/2.1.330 (external, cli)"),
            ("x-claude-code-session-id", session),
            *headers,
        ):
            connection.putheader(name, value)
        connection.endheaders(data)
        reply = connection.getresponse()
        said = reply.read()
        connection.close()
        assert reply.status == expect, said
        return json.loads(said)

    return ask


def test_a_refusal_has_both_rows_although_the_rules_cannot_be_written(engine, vendor, say, settled):
    say([user("first")], session="a")
    with engine.client() as client:
        client.ask("use", model="claude-opus-9", vendor="anthropic")
        engine.paths.rules.unlink()
        engine.paths.rules.mkdir()  # nothing can take its place
        assert say([user("hello")], session="b")["model"] == OPUS
        assert say([user("hello again")], session="c")["model"] == OPUS
        rows = settled(4)
        told = [notice for notice in client.snapshot().notices if notice.code == "rewrite_refused"]
    assert [(row["model_sent"], row["http_status"], row["state"]) for row in rows] == [
        (None, 200, "done"),
        ("claude-opus-9", 404, "vendor_error"),
        (None, 200, "done"),
        (None, 200, "done"),
    ]
    assert rows[2]["attempt_of"] == rows[1]["id"]
    assert len(told) == 1


def test_after_a_refusal_the_vendor_gets_no_thinking_of_another_model(engine, vendor, say, settled):
    with engine.client() as client:
        say([user("warm up")], session="w")
        client.ask("use", model=SONNET)
        first = say([user("one")])
        assert first["model"] == SONNET
        client.ask("use", model="claude-opus-9", vendor="anthropic")
        second = say([user("one"), answered(first), user("two")])
    assert second["model"] == OPUS
    rows = settled(4)
    assert [row["http_status"] for row in rows] == [200, 200, 404, 200]
    assert rows[3]["attempt_of"] == rows[2]["id"]
    assert "rewrote_thinking_blocks" in rows[3]["flags"]
    assert (rows[3]["model_sent"], rows[3]["rule"]) == (None, rows[1]["rule"])


def test_a_loop_that_outgrows_its_model_goes_on_without_that_models_thinking(engine, vendor, say, settled):
    with engine.client() as client:
        say([user("warm up")], session="w", model=OLD_OPUS, tools=TOOLS)
        client.ask("use", model=OLD_HAIKU)
        first = say([user("one")], model=OLD_OPUS, tools=TOOLS)
        assert first["model"] == OLD_HAIKU
    assert any(block["type"] == "thinking" for block in first["content"])
    history = [user("one"), *called(first)]
    history[-1]["content"][0]["content"] = "word " * 180_000  # more than its window
    last = say(history, model=OLD_OPUS, tools=TOOLS)
    assert last["model"] == OLD_OPUS
    assert not vendor.vendor.seen.refusals()
    rows = settled(3)
    assert (rows[2]["model_sent"], rows[2]["http_status"]) == (None, 200)
    assert {"rewrote_thinking_blocks", "after_switch"} <= set(rows[2]["flags"])


def test_a_field_that_stands_twice_leaves_its_conversation_alone(engine, vendor, say):
    twice = (
        ("anthropic-beta", "claude-code-20250219,mid-conversation-tool-changes-2026-07-01"),
        ("anthropic-beta", "context-management-2025-06-27"),
    )
    with engine.client() as client:
        say([user("warm up")], session="w", model=OLD_OPUS, tools=TOOLS)
        client.ask("use", model=OLD_HAIKU)
        first = say([user("one")], model=OLD_OPUS, tools=TOOLS, headers=twice)
        second = say([user("one"), *called(first)], model=OLD_OPUS, tools=TOOLS)
    assert (first["model"], second["model"]) == (OLD_OPUS, OLD_OPUS)
    assert not vendor.vendor.seen.refusals()


@pytest.mark.parametrize("status", [400, 401, 500])
def test_what_is_refused_either_way_is_not_blamed_on_the_rule(engine, vendor, say, settled, status):
    with engine.client() as client:
        say([user("warm up")], session="w")
        rule = client.ask("use", model=HAIKU)["rule"]
        served = vendor.vendor.planner
        vendor.vendor.planner = lambda _ask: Script(status=status)
        say([user("hello")], session="a", expect=status)
        vendor.vendor.planner = served
        assert say([user("hello")], session="b")["model"] == HAIKU
        rows = settled(4)
        snapshot = client.snapshot()
    assert [(row["model_sent"], row["http_status"]) for row in rows] == [
        (None, 200),
        (HAIKU, status),
        (None, status),
        (HAIKU, 200),
    ]
    assert not [notice for notice in snapshot.notices if notice.code == "rewrite_refused"]
    assert [(each.id, each.paused) for each in snapshot.choices.rules] == [(rule["id"], "")]


def test_a_limit_that_is_reached_lets_the_rule_rest_at_once(engine, vendor, say, settled):
    def limited(ask: Ask) -> Script:
        return Script(status=429, retry_after="60") if ask.model == HAIKU else Script()

    with engine.client() as client:
        say([user("warm up")], session="w")
        client.ask("use", model=HAIKU)
        vendor.vendor.planner = limited
        assert say([user("hello")], session="a")["model"] == OPUS
        assert say([user("hello")], session="b")["model"] == OPUS
        rows = settled(4)
        told = [notice for notice in client.snapshot().notices if notice.code == "rewrite_refused"]
    assert [row["http_status"] for row in rows] == [200, 429, 200, 200]
    assert len(told) == 1


def test_a_request_of_countless_parts_is_left_as_it_came(engine, vendor, say, settled):
    with engine.client() as client:
        say([user("warm up")], session="w")
        client.ask("use", model=HAIKU)
        messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}] * 30_000
        assert say([*messages, user("hello")], session="a")["model"] == OPUS
        assert say([user("hello")], session="b")["model"] == HAIKU
    assert [row["rule"] is not None for row in settled(3)] == [False, False, True]


def test_many_who_ask_at_once_are_answered_by_one_look(engine, say):
    say([user("warm up")])
    with ThreadPoolExecutor(8) as many, engine.client() as one:
        asked = [many.submit(lambda: _choices(engine)) for _ in range(8)]
        assert [each.result()["mode"] for each in asked] == ["balanced"] * 8
        assert one.ask("choices")["suggestions"] == []


def _choices(engine):
    with engine.client() as client:
        return client.ask("choices")


def test_a_chain_that_the_vendor_keeps_goes_on_with_the_model_that_began_it(engine, vendor, send, settled):
    url = engine.base("openai") + "/v1/responses"
    headers = {"content-type": "application/json", "authorization": "Bearer sk-test"}

    def ask(text: str, before: str | None = None) -> dict:
        body = {"model": "gpt-5.4", "input": text, **({"previous_response_id": before} if before else {})}
        reply = send(url, body, headers=headers)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    with engine.client() as client:
        asked = ask("warm up")
        rule = client.ask("use", model="gpt-5.4-mini")["rule"]
        first = ask("one")
        second = ask("two", first["id"])
        assert ask("more", asked["id"])["model"] == "gpt-5.4", "what the other one has begun stays with it"
        client.ask("remove_rule", rule=rule["id"])
    settled(4)
    engine.kill()
    engine.start()
    third = ask("three", second["id"])
    assert [each["model"] for each in (first, second, third)] == ["gpt-5.4-mini"] * 3
    assert not vendor.vendor.seen.refusals()
    assert [row["model_sent"] is not None for row in settled(5)] == [False, True, True, False, True]


def test_damaged_rules_lie_aside_and_their_user_is_told(engine, vendor, say):
    with engine.client() as client:
        say([user("warm up")], session="w")
        client.ask("use", model=HAIKU)
    engine.kill()
    engine.paths.rules.write_bytes(engine.paths.rules.read_bytes()[:-9])
    engine.start()
    assert say([user("hello")], session="a")["model"] == OPUS
    with engine.client() as client:
        told = [notice.code for notice in client.snapshot().notices]
    assert told.count("rules_damaged") == 1
    assert engine.paths.rules.with_suffix(".damaged.json").exists()


def test_rules_that_would_not_be_read_again_are_not_taken(engine, say):
    say([user("warm up")])
    with engine.client() as client:
        for each in range(9):
            with suppress(ControlError):
                client.ask("decline_suggestion", suggestion=f"{each}" * 200_000)
        client.ask("add_rule", model=HAIKU, scope="always")
        assert engine.paths.rules.stat().st_size <= 1 << 20


def test_a_choice_that_cannot_be_written_leaves_the_one_before(engine, say):
    with engine.client() as client:
        say([user("warm up")], session="w")
        client.ask("use", model=SONNET)
        engine.paths.rules.unlink()
        engine.paths.rules.mkdir()
        with pytest.raises(ControlError) as refused:
            client.ask("use", model=HAIKU)
        assert refused.value.trouble.code == "rules_unwritable"
        assert say([user("hello")], session="a")["model"] == SONNET
