"""Rules at work in a real engine, against a vendor that checks every parameter."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from strict.upstream import StrictVendor

from trayapp.control import ControlError
from trayapp.demo.vendor import VendorThread
from trayapp.snapshot import choices_from_json

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
            engine.base("anthropic") + "/v1/messages",
            claude(text, history=history, session=session, **more),
            headers=headers,
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
        assert made["rule"]["text"] == "Everything → claude-haiku-5-5"
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


def user(text: str) -> dict:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


TITLE = {
    "tools": [],
    "thinking": {"type": "adaptive"},
    "output_config": {
        "effort": "low",
        "format": {
            "type": "json_schema",
            "schema": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
        },
    },
}
"""What Claude Code adds to a request for a session's title."""


def test_what_the_vendor_refuses_goes_out_once_more_as_asked_and_is_told_once(engine, vendor, say, settled):
    say("first", session="a")
    with engine.client() as client:
        rule = client.ask("use", model="claude-opus-9", vendor="anthropic")["rule"]
        assert say("hello", session="b")["model"] == OPUS
        assert say("hello again", session="c")["model"] == OPUS
        rows = settled(4)
        told = [notice for notice in client.snapshot().notices if notice.code == "rewrite_refused"]
        shown = client.snapshot().choices.rules[0]
    assert [(row["model_sent"], row["http_status"], row["state"]) for row in rows] == [
        (None, 200, "done"),
        ("claude-opus-9", 404, "vendor_error"),
        (None, 200, "done"),
        (None, 200, "done"),
    ]
    assert "rewrite_refused" in rows[1]["flags"]
    assert rows[2]["attempt_of"] == rows[1]["id"]
    assert (rows[1]["usd_list"], rows[1]["usd_saved"]) == ("0", "0")
    assert len(told) == 1
    assert "404" in told[0].message
    assert (shown.id, bool(shown.paused)) == (rule["id"], True)
    assert vendor.vendor.seen.models() == [OPUS, "claude-opus-9", OPUS, OPUS]


def test_a_tool_loop_is_not_switched_and_the_next_turn_is(engine, vendor, say):
    tools = [{"name": "Bash", "description": "runs", "input_schema": {"type": "object"}}]
    history = [
        user("run it"),
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"c": "ls"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a b"}]},
    ]
    with engine.client() as client:
        say("run it", tools=tools)
        client.ask("use", model=HAIKU)
        reply = say("", messages=history, tools=tools)
        assert reply["model"] == OPUS
        assert say("and mind the tests", history=history, tools=tools)["model"] == OPUS  # typed while the tool worked
        after = [*history, {"role": "assistant", "content": reply["content"]}]
        assert say("and now", history=after, tools=tools)["model"] == HAIKU


def test_a_loop_goes_on_with_its_model_through_removal_and_a_killed_engine(engine, vendor, say):
    tools = [{"name": "Bash", "description": "runs", "input_schema": {"type": "object"}}]
    with engine.client() as client:
        say("warm up", session="x")
        rule = client.ask("use", model=HAIKU)["rule"]
        first = say("run it", tools=tools)
        assert first["model"] == HAIKU
        client.ask("remove_rule", rule=rule["id"])
    engine.kill()
    engine.start()
    thought = [block for block in first["content"] if block["type"] == "thinking"]
    assert thought
    history = [
        user("run it"),
        {"role": "assistant", "content": [*thought, {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a b"}]},
    ]
    reply = say("", messages=history, tools=tools)
    assert reply["model"] == HAIKU
    after = [*history, {"role": "assistant", "content": reply["content"]}]
    last = say("something else", history=after, tools=tools)
    assert last["model"] == OPUS
    assert not vendor.vendor.seen.refusals()


def test_nothing_is_changed_for_a_plan_unless_its_user_wants_it(engine, vendor, send, settled):
    login = {key: value for key, value in HEADERS.items() if key != "x-api-key"}
    login["authorization"] = "Bearer sk-ant-oat01-test"
    url = engine.base("anthropic") + "/v1/messages"
    assert send(url, claude("hello"), headers=login).status == 200
    with engine.client() as client:
        with pytest.raises(ControlError) as refused:
            client.ask("use", model="haiku")
        assert refused.value.trouble.code == "not_switchable"
        assert "routing.subscriptions" in refused.value.trouble.fix
        text = engine.paths.settings.read_text()
        engine.paths.settings.write_text(text + "[routing]\nsubscriptions = true\n")
        client.ask("reload")
        client.ask("use", model="haiku")
        assert json.loads(send(url, claude("hello again"), headers=login).body)["model"] == HAIKU
        engine.paths.settings.write_text(text)
        client.ask("reload")
        assert json.loads(send(url, claude("and again"), headers=login).body)["model"] == OPUS


def test_as_requested_now_and_the_modes(engine, vendor, say):
    with engine.client() as client:
        say("one", session="a")
        client.ask("add_rule", model=SONNET, scope="always")
        assert say("two", session="b")["model"] == SONNET
        shown = choices_from_json(client.ask("asis"))
        assert shown.asis
        assert say("three", session="c")["model"] == OPUS
        client.ask("asis", on=False)
        assert say("four", session="d")["model"] == SONNET
        client.ask("set_mode", mode="let-it-rip")
        assert say("five", session="e")["model"] == OPUS
        with pytest.raises(ControlError) as refused:
            client.ask("use", model=SONNET)
        assert refused.value.trouble.code in ("meter_only", "not_switchable")
        assert 'mode = "let-it-rip"' in engine.paths.settings.read_text()


def test_frugal_sends_titles_to_the_smallest_and_each_rule_can_be_stopped(engine, vendor, say):
    with engine.client() as client:
        assert say("name this", session="a", **TITLE)["model"] == OPUS
        client.ask("set_mode", mode="frugal")
        assert say("name that", session="b", **TITLE)["model"] == HAIKU
        assert say("the work itself", session="b")["model"] == OPUS
        rules = {rule.id: rule for rule in client.snapshot().choices.rules}
        name = f"mode:side:title:{OPUS}"
        assert rules[name].text == f"Titles: {OPUS} → {HAIKU}"
        assert rules[name].calls == 1
        client.ask("pause_rule", rule=name)
        assert say("name it", session="c", **TITLE)["model"] == OPUS
        client.ask("resume_rule", rule=name)
        assert say("name it so", session="d", **TITLE)["model"] == HAIKU
        client.ask("set_mode", mode="balanced")
        assert say("name it again", session="e", **TITLE)["model"] == OPUS


def test_probes_and_counts_are_never_switched(engine, vendor, say, send, settled):
    with engine.client() as client:
        say("one", session="a")
        client.ask("use", model=HAIKU)
        probe = {"model": OPUS, "max_tokens": 1, "messages": [{"role": "user", "content": "quota"}]}
        url = engine.base("anthropic")
        assert json.loads(send(url + "/v1/messages", probe, headers=HEADERS).body)["model"] == OPUS
        count = {"model": OPUS, "messages": [{"role": "user", "content": "how long"}]}
        assert send(url + "/v1/messages/count_tokens", count, headers=HEADERS).status == 200
    assert vendor.vendor.seen.models()[-2:] == [OPUS, OPUS]


def test_less_effort_is_a_rule_of_its_own(engine, vendor, say, settled):
    with engine.client() as client:
        say("one", session="a", output_config={"effort": "high"})
        made = client.ask("use", effort="low")
        assert "effort low" in made["rule"]["text"]
        say("two", session="b", output_config={"effort": "high"})
    rows = settled(2)
    assert rows[1]["model_served"] == OPUS
    assert {"rewrote_effort", "effort_sent_low"} <= set(rows[1]["flags"])
    assert vendor.vendor.seen.last().parameters["output_config"]["effort"] == "low"


def test_what_is_said_again_is_a_loss(engine, vendor, say, settled):
    with engine.client() as client:
        say("one", session="a")
        client.ask("use", model=HAIKU)
        text = "add a flag for the port to the command"
        first = say(text)
        history = [user(text), {"role": "assistant", "content": first["content"]}]
        say("no, still broken. " + text, history=history)
    rows = settled(3)
    assert "redone" in rows[2]["flags"]
    assert rows[2]["usd_asked"] == "0"
    assert Decimal(rows[2]["usd_saved"]) == -Decimal(rows[2]["usd_list"]) < 0


def test_a_week_of_titles_is_a_suggestion_with_proof(engine, vendor, say, settled):
    for each in range(8):
        say(f"name session {each}. " + "it was long. " * 4000, session=f"s{each}", **TITLE)
    settled(8)
    with engine.client() as client:
        found = client.ask("choices")
        card = found["suggestions"][0]
        assert card["title"] == f"Titles to {HAIKU}?"
        assert card["lines"][0].startswith(f"8 title calls on {OPUS} cost $")
        assert not card["trial"]
        assert client.snapshot().choices.suggestion.id == card["id"]
        rule = client.ask("accept_suggestion", suggestion=card["id"])["rule"]
        assert client.snapshot().choices.undo.rule == rule["id"]
        assert client.snapshot().choices.suggestion is None
        assert say("name one more", session="new", **TITLE)["model"] == HAIKU
        preview = client.ask("preview_rule", model=HAIKU, scope="kind", value="title")
        assert preview["calls"] == 8
        client.ask("remove_rule", rule=rule["id"])
        client.ask("decline_suggestion", suggestion=card["id"])
        assert client.ask("evidence")["suggestions"] == {"accepted": 1, "taken_back": 1, "declined": 1}
        assert client.ask("choices")["suggestions"] == []


def settings(engine, **routing) -> None:
    text = engine.paths.settings.read_text()
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in routing.items())
    engine.paths.settings.write_text(f"{text}[routing]\n{lines}\n")
    with engine.client() as client:
        client.ask("reload")


def test_a_rule_that_goes_wrong_twice_is_withdrawn_and_told(engine, vendor, say):
    with engine.client() as client:
        say("warm up", session="w")
        rule = client.ask("add_rule", model=HAIKU, asked=OPUS, scope="task", value="commit")["rule"]
        asked = "write a commit message for this change"
        for each in ("a", "b"):
            first = say(asked, session=each)
            assert first["model"] == HAIKU
            history = [user(asked), {"role": "assistant", "content": first["content"]}]
            say("no, that's wrong", history=history, session=each)
        snapshot = client.snapshot()
        assert [notice.code for notice in snapshot.notices] == ["rule_withdrawn"]
        assert snapshot.choices.rules[0].paused.startswith("withdrawn")
        assert "0 of 2 times for you" in snapshot.choices.rules[0].evidence
        assert say(asked, session="c")["model"] == OPUS
        counts = client.ask("evidence")["counts"]
        assert [(c["type"], c["from"], c["to"], c["good"], c["bad"]) for c in counts] == [("commit", OPUS, HAIKU, 0, 2)]
        client.ask("resume_rule", rule=rule["id"])
        assert say(asked, session="d")["model"] == HAIKU


def test_some_sessions_are_held_back_if_their_user_wants_it(engine, vendor, say):
    settings(engine, hold_back_percent=50)
    with engine.client() as client:
        say("warm up", session="w")
        client.ask("add_rule", model=HAIKU, scope="always")
        served = {f"s{each}": say("hello", session=f"s{each}")["model"] for each in range(24)}
        assert set(served.values()) == {OPUS, HAIKU}
        again = {name: say("hello again", session=name)["model"] for name in served}
        assert again == served
        client.ask("use", model=SONNET)
        assert say("now", session="s-new")["model"] == SONNET
        assert "not enough" in client.ask("advice")["hold_back"].lower()


def test_what_a_person_says_of_a_turn_counts(engine, vendor, say):
    with engine.client() as client:
        say("warm up", session="w")
        with pytest.raises(ControlError) as nothing:
            client.ask("feedback", good=False)
        assert nothing.value.trouble.code == "nothing_switched"
        client.ask("use", model=HAIKU)
        say("write a commit message for this change", session="a")
        assert "did not work" in client.ask("feedback", good=False)["text"]
        assert client.ask("evidence")["counts"][0]["bad"] == 1
        assert client.ask("evidence", reset=True)["counts"] == []


def test_nothing_of_what_was_said_is_kept(engine, vendor, say, settled):
    secret = "the xylophone quarterly numbers"
    with engine.client() as client:
        say(f"explain {secret}")
        client.ask("use", model=HAIKU)
        first = say(f"rename {secret}", session="other")
        say(
            "no, still wrong",
            session="other",
            history=[user(f"rename {secret}"), {"role": "assistant", "content": first["content"]}],
        )
    settled(3)
    assert engine.stop() == 0
    for path in engine.home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"xylophone" not in data, path
            assert b"sk-ant-api03" not in data, path
    names = {path.name for path in engine.paths.state.iterdir()}
    assert {"rules.json", "conversations.json", "evidence.json"} <= names
    for name in ("rules.json", "conversations.json", "evidence.json"):
        assert (engine.paths.state / name).stat().st_mode & 0o777 == 0o600


def test_a_chat_stream_is_switched_and_asked_for_its_usage_at_once(engine, vendor, send, settled):
    text = engine.paths.settings.read_text()
    engine.paths.settings.write_text(text + "[metering]\nask_usage = true\n")
    body = {"model": "gpt-5.4", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
    headers = {"content-type": "application/json", "authorization": "Bearer sk-test"}
    url = engine.base("openai") + "/v1/chat/completions"
    with engine.client() as client:
        client.ask("reload")
        assert send(url, body, headers=headers).status == 200
        client.ask("use", model="gpt-5.4-mini")
        reply = send(url, body, headers=headers)
    assert reply.status == 200
    assert b'"usage":{' not in reply.body
    rows = settled(2)
    assert (rows[1]["model_sent"], rows[1]["metering"]) == ("gpt-5.4-mini", "exact")
    assert {"usage_asked", "rewrote_model"} <= set(rows[1]["flags"])
    sent = vendor.vendor.seen.last()
    assert (sent.model, sent.parameters["stream_options"]) == ("gpt-5.4-mini", {"include_usage": True})


def test_gemini_is_switched_in_its_address(engine, vendor, send, settled):
    body = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
    headers = {"content-type": "application/json", "x-goog-api-key": "AIza-test"}
    url = engine.base("gemini") + "/v1beta/models/gemini-3.1-pro-preview:generateContent"
    with engine.client() as client:
        assert send(url, body, headers=headers).status == 200
        client.ask("use", model="gemini-3.5-flash-lite")
        assert send(url, body, headers=headers).status == 200
    rows = settled(2)
    assert rows[1]["model_sent"] == "gemini-3.5-flash-lite"
    assert "rewrote_path" in rows[1]["flags"]
    assert vendor.vendor.seen.models() == ["gemini-3.1-pro-preview", "gemini-3.5-flash-lite"]


def test_a_pause_leaves_no_thinking_of_the_other_model_behind(engine, vendor, say, settled):
    with engine.client() as client:
        say("warm up", session="w")
        client.ask("use", model=HAIKU)
        first = say("explain this function")
        assert first["model"] == HAIKU
        client.ask("pause", seconds=60)
        history = [user("explain this function"), {"role": "assistant", "content": first["content"]}]
        assert say("and that one", history=history)["model"] == OPUS
        assert say("somebody else", session="x")["model"] == OPUS
    rows = settled(4)
    assert [row["metering"] for row in rows] == ["exact", "exact", "unmetered", "unmetered"]
    assert "rewrote_thinking_blocks" in rows[2]["flags"]
    assert not vendor.vendor.seen.refusals()
