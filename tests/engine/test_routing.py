"""Rules at work in a real engine, against a vendor that checks every parameter."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from strict.upstream import StrictVendor

from trayapp.control import ControlError
from trayapp.demo.vendor import VendorThread

OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"


@pytest.fixture
def vendor():
    with VendorThread(StrictVendor(keep_headers=True)) as running:
        yield running


def claude(text: str, *, model: str = OPUS, history: tuple = (), session: str = "s-1", **more) -> dict:
    return {
        "model": model,
        "max_tokens": 32000,
        "thinking": {"type": "adaptive"},
        "metadata": {"user_id": json.dumps({"session_id": session})},
        "system": [{"type": "text", "text": "You are a coding agent. " * 200, "cache_control": {"type": "ephemeral"}}],
        "messages": [*history, {"role": "user", "content": [{"type": "text", "text": text}]}],
        **more,
    }


HEADERS = {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    "x-api-key": "sk-ant-api03-test",
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-claude-code-session-id": "s-1",
}


@pytest.fixture
def say(engine, send):
    def ask(text: str, *, history=(), session="s-1", expect=200, **more):
        headers = {**HEADERS, "x-claude-code-session-id": session}
        reply = send(
            engine.base("anthropic") + "/v1/messages", claude(text, history=history, session=session, **more), headers=headers
        )
        assert reply.status == expect, reply.body
        return json.loads(reply.body)

    return ask


def test_a_model_is_used_from_the_next_turn_on_and_given_back(engine, vendor, say, settled):
    first = say("explain this function")
    history = [
        {"role": "user", "content": [{"type": "text", "text": "explain this function"}]},
        {"role": "assistant", "content": first["content"]},
    ]
    with engine.client() as client:
        made = client.ask("use", model="haiku")
        assert made["rule"]["text"] == "Everything: → claude-haiku-5-5"
        second = say("and this one", history=history)
        assert second["model"] == HAIKU
        history += [
            {"role": "user", "content": [{"type": "text", "text": "and this one"}]},
            {"role": "assistant", "content": second["content"]},
        ]
        client.ask("remove_rule", rule=made["rule"]["id"])
    third = say("thanks, and the last one", history=history)
    assert third["model"] == OPUS
    rows = settled(3)
    assert [(row["model_asked"], row["model_served"], row["model_sent"]) for row in rows] == [
        (OPUS, OPUS, None),
        (OPUS, HAIKU, HAIKU),
        (OPUS, OPUS, None),
    ]
    assert [row["rule"] for row in rows] == [None, made["rule"]["id"], made["rule"]["id"]]
    assert Decimal(rows[1]["usd_saved_low"]) <= Decimal(rows[1]["usd_saved"]) <= Decimal(rows[1]["usd_saved_high"])
    assert vendor.vendor.seen.models() == [OPUS, HAIKU, OPUS]
    assert not vendor.vendor.seen.refusals()
