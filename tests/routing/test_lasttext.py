"""What a person last wrote, out of each wire and each tool's wrapping."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trayapp.routing import lasttext

WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")


def read(body: Any) -> lasttext.Turn:
    return lasttext.read(json.dumps(body).encode())


@pytest.mark.parametrize("wire", WIRES)
def test_a_turn_begins_with_a_text(requests: Any, wire: str) -> None:
    turn = read(requests.body(wire, [("user", "one"), ("model", "two"), ("user", "three")]))
    assert (turn.text, turn.fresh, turn.errors, turn.pictures, turn.plan) == ("three", True, 0, False, False)


@pytest.mark.parametrize("wire", WIRES)
def test_inside_a_tool_loop(requests: Any, wire: str) -> None:
    loop = [("user", "one"), ("call", "Bash"), ("result", "ok")]
    for more in ([], [("call", "Read"), ("result", "text")], [("model", "so far so good")], [("call", "Read")]):
        turn = read(requests.body(wire, loop + more))
        assert (turn.text, turn.fresh) == ("one", False), more


@pytest.mark.parametrize("wire", WIRES)
def test_failures_of_the_newest_results_are_counted(requests: Any, wire: str) -> None:
    bad = [("call", "Bash"), ("result", "FAILED tests/test_a.py::test_b\n1 failed, 3 passed")]
    good = [("call", "Bash"), ("result", "12 passed in 0.8s")]
    turns = [("user", "a"), *bad, *good, *bad, ("model", "done"), ("user", "b")]
    assert read(requests.body(wire, turns)).errors == 2
    assert read(requests.body(wire, [("user", "a"), *bad, *good * lasttext.RECENT, ("user", "b")])).errors == 0


def test_what_a_result_says_of_itself_outranks_its_words() -> None:
    def errors(**result: Any) -> int:
        block = {"type": "tool_result", "tool_use_id": "1", **result}
        return read({"messages": [{"role": "user", "content": [block]}, {"role": "user", "content": "go"}]}).errors

    assert errors(content="all is well", is_error=True) == 1
    assert errors(content="1 failed", is_error=False) == 0
    assert errors(content=[{"type": "text", "text": "bash: foo: command not found"}]) == 1
    assert errors(content="Process exited with code 0") == 0
    assert errors(content="Process exited with code 2") == 1


def test_a_text_beside_results_opens_no_turn() -> None:
    block = [{"type": "tool_result", "tool_use_id": "1", "content": "x"}, {"type": "text", "text": "fix the typo"}]
    turn = read({"messages": [{"role": "user", "content": "first"}, {"role": "user", "content": block}]})
    assert (turn.text, turn.fresh) == ("first", False)


WRAPPED = [
    "<system-reminder>\nToday is a day.\n</system-reminder>\n{}",
    "{}\n<system-reminder>x</system-reminder>",
    "<current_datetime>2026-11-23</current_datetime>\n\n{}",
    "<environment_details>\n# Files\na.py\n</environment_details>\n{}",
    "<task>\n{}\n</task>\n<environment_details>a</environment_details>",
    '<user_input mode="act">{}</user_input>',
    "<context>\nfile a\n</context>\n<userRequest>\n{}\n</userRequest>",
    "<user_query>\n{}\n</user_query>",
    '"{}"',
    "{}\n\nTo suggest changes to a file you MUST return the entire content of the updated file.\nMore rules",
    "{}\n\n\n# *SEARCH/REPLACE block* Rules:\n\nEvery *SEARCH/REPLACE block* must use this format:",
]


@pytest.mark.parametrize("wire", WIRES)
def test_words_into_a_tool_loop(requests: Any, wire: str) -> None:
    """What a person types while a tool works stands behind its result, which no model has answered yet."""
    turns = [("user", "explain this"), ("call", "Read"), ("result", "text")]
    for more, awaited in (([], False), ([("user", "and mind the tests")], True)):
        turn = lasttext.read(json.dumps(requests.body(wire, [*turns, *more])).encode())
        assert (turn.fresh, turn.awaited) == (bool(more), awaited)
    after = [*turns, ("model", "It adds."), ("user", "thanks, now rename it")]
    turn = lasttext.read(json.dumps(requests.body(wire, after)).encode())
    assert (turn.fresh, turn.awaited) == (True, False)


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_what_tools_put_around_it(requests: Any, wrapping: str) -> None:
    said = "rename a to b in <b>x</b>"
    for wire in WIRES:
        turn = read(requests.body(wire, [("user", wrapping.format(said))]))
        assert (turn.text, turn.fresh) == (said, True)


@pytest.mark.parametrize(
    "context",
    [
        "<environment_context>\n  <cwd>/home/dev</cwd>\n</environment_context>",
        "# AGENTS.md instructions for /home/dev\n\n<INSTRUCTIONS>\nbe nice\n</INSTRUCTIONS>",
        "This session is being continued from a previous conversation that ran out of context.",
        "<command-name>/clear</command-name>\n<local-command-stdout></local-command-stdout>",
        "[Request interrupted by user]",
    ],
)
def test_messages_that_no_person_wrote(requests: Any, context: str) -> None:
    for wire in WIRES:
        turn = read(requests.body(wire, [("user", "sort the imports"), ("user", context)]))
        assert (turn.text, turn.fresh) == ("sort the imports", True)
        assert read(requests.body(wire, [("user", context)])).text == ""


def test_reminders_as_blocks_and_a_system_message_at_the_end() -> None:
    body = {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "<system-reminder>\n# gitStatus\n</system-reminder>"},
                    {"type": "text", "text": "hi"},
                ],
            },
            {"role": "system", "content": [{"type": "text", "text": "# Environment"}]},
        ]
    }
    assert read(body) == lasttext.Turn(text="hi", fresh=True)


def test_pictures_and_documents() -> None:
    picture = {"type": "image", "source": {"type": "base64", "data": "iVBORw0KGgo="}}
    text = {"type": "text", "text": "make it look like this"}
    assert read({"messages": [{"role": "user", "content": [picture, text]}]}).pictures
    assert read({"input": [{"role": "user", "content": [{"type": "input_image"}, {"text": "x"}]}]}).pictures
    assert read({"contents": [{"role": "user", "parts": [{"inlineData": {}}, {"text": "x"}]}]}).pictures
    alone = read({"messages": [{"role": "user", "content": [picture]}]})
    assert (alone.text, alone.pictures) == ("", True)
    earlier = [{"role": "user", "content": [picture]}, {"role": "user", "content": "sort it"}]
    assert not read({"messages": earlier}).pictures


@pytest.mark.parametrize(
    "reminder",
    [
        "<system-reminder>Plan mode is active. You MUST NOT make any edits.</system-reminder>\n{}",
        "<system-reminder>\nPlan mode still active\n</system-reminder>{}",
        "<environment_details>\n# Current Mode\nPLAN MODE\n</environment_details>{}",
        '<user_input mode="plan">{}</user_input>',
    ],
)
def test_a_mode_that_plans(requests: Any, reminder: str) -> None:
    for wire in WIRES:
        turn = read(requests.body(wire, [("user", reminder.format("update the changelog"))]))
        assert (turn.text, turn.plan) == ("update the changelog", True)
    mentioned = "<system-reminder>Plan mode is off now.</system-reminder>what is plan mode?"
    assert not read(requests.body("anthropic", [("user", mentioned)])).plan


def test_shapes_of_bodies() -> None:
    assert read({"input": "hi"}).text == "hi"
    assert read({"prompt": "hi"}).text == "hi"
    assert read({"model": "m", "request": {"contents": [{"parts": [{"text": "hi"}]}]}}).text == "hi"
    assert read({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}).text == "hi"
    converse = {"messages": [{"role": "user", "content": [{"toolResult": {"status": "error", "content": []}}]}]}
    assert read(converse) == lasttext.Turn(errors=1)
    for nothing in ({}, {"messages": []}, {"messages": 7}, {"messages": [7, None, {}]}, {"request": 3}):
        assert read(nothing).text == ""
    assert lasttext.read(b"{") == lasttext.Turn()


def test_long_texts_and_long_conversations_are_bounded(requests: Any) -> None:
    turn = read(requests.body("anthropic", [("user", "head " + "x" * 200_000 + " tail")]))
    assert len(turn.text) <= lasttext.MOST_TEXT + 1
    assert turn.text.startswith("head ")
    assert turn.text.endswith(" tail")
    far = [("user", "far away"), *[("call", "Bash"), ("result", "ok")] * lasttext.MOST_MESSAGES]
    assert read(requests.body("anthropic", far)) == lasttext.Turn(fresh=False)
    assert read(requests.body("anthropic", [("user", "a"), ("result", "x" * (lasttext.MOST_BYTES + 1))])).text == ""


def test_a_turn_shows_no_text() -> None:
    assert "canary" not in repr(lasttext.said("canary"))


SAID = {
    "aider_anthropic": "Say the magic word.",
    "aider_gemini_no_v1beta": "hi there",
    "aider_openai_no_include_usage": "Say the magic word.",
    "claude_apikey_print_opus55": "Say the magic word.",
    "claude_max_stored_oauth_baseurl": "hi",
    "claude_tui_main": "explain this repo please in one line",
    "cline_anthropic": "say hi please",
    "cline_openai_native": "Say the magic word.",
    "codex_http_chatgpt_login_zstd": "hi",
    "codex_http_custom_provider": "hi",
    "continue_anthropic": "hi",
    "continue_openai_responses": "hi",
    "copilot_byok_anthropic": "Say the magic word.",
    "copilot_byok_openai": "Say the magic word.",
    "copilot_github_chat_mitm": "hi",
    "gemini_oauth_stream": "hi",
    "gemini_stream_apikey": "Say the magic word.",
    "gemini_vertex_stream": "hi",
    "llm_anthropic": "hi",
    "opencode_anthropic_main": "Say the magic word.",
    "opencode_google": "Say the magic word.",
    "opencode_openai_main": "Say the magic word.",
    "pi_anthropic": "hi",
    "qwen_main": "Say the magic word.",
    "sdk_genai": "hi",
    "sdk_ollama": "hi",
    "sdk_openai_chat": "hi",
    "vibe_generic": "say hi",
}
"""What was typed when these requests of real tools were recorded."""


@pytest.mark.parametrize("name", SAID)
def test_recorded_requests_of_real_tools(shared: Path, name: str) -> None:
    path = shared / "data" / "clients" / f"{name}.json"
    if not path.exists():
        pytest.skip("this recording is not beside the repository")
    body = json.loads(path.read_bytes())["request"]["body"]
    body = json.loads(body) if isinstance(body, str) else body
    for message in body.get("messages") or body.get("contents") or []:
        content = message.get("content", message.get("parts"))
        if isinstance(content, list):
            content[:] = [part for part in content if isinstance(part, dict)]  # where the recording was shortened
    turn = read(body)
    assert (turn.text, turn.fresh, turn.plan) == (SAID[name], True, False)
