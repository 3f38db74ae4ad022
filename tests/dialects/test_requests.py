"""Who asks for what, as each tool writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import RequestView, asker, recognise
from trayapp.values import Kind

CLAUDE = {
    "User-Agent": "claude-cli/2.1.330 (external, cli)",
    "x-app": "cli",
    "X-Claude-Code-Session-Id": "84f01858-32b1-487a-b689-b8959d5572a5",
    "X-Stainless-Lang": "js",
}
CODEX = {
    "user-agent": "codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm-256color",
    "originator": "codex_exec",
    "session-id": "01a208e0-cded-78b0-a344-81f544f645a7",
}
TOOL = {"name": "Bash", "input_schema": {"type": "object"}}


def claude_body(**more: Any) -> dict[str, Any]:
    body = {
        "model": "claude-opus-5-5",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "<system-reminder>x</system-reminder>"}]},
            {
                "role": "system",
                "content": [
                    {
                        "type": "text",
                        "text": "# Environment\n - Primary working directory: /home/dev/proj\n - Is a git repository",
                    }
                ],
            },
        ],
        "system": [{"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude."}],
        "tools": [TOOL],
        "metadata": {"user_id": json.dumps({"device_id": "d", "session_id": "s-1"})},
        "max_tokens": 128000,
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "medium"},
        "stream": True,
    }
    return {**body, **more}


def test_claude_code(wires: Any) -> None:
    body = claude_body()
    call = wires.ask("anthropic", body, {**CLAUDE, "Authorization": "Bearer sk-ant-oat01-x"})
    assert (call.vendor, call.wire, call.model) == ("anthropic", "anthropic-messages", "claude-opus-5-5")
    assert (call.tool, call.tool_version) == ("claude-code", "2.1.330")
    assert call.session == "84f01858-32b1-487a-b689-b8959d5572a5"
    assert call.workspace == "/home/dev/proj"
    assert (call.kind, call.effort, call.max_output, call.stream) == (Kind.MAIN, "medium", 128000, True)
    assert call.account == "subscription"
    assert call.context_bytes == len(json.dumps(body))
    assert call.asks_usage
    assert call.flags == ()


@pytest.mark.parametrize(
    ("more", "effort"),
    [
        ({"output_config": {"effort": "XHigh"}}, "xhigh"),
        ({"output_config": None}, "adaptive"),
        ({"output_config": {}, "thinking": {"type": "enabled", "budget_tokens": 31999}}, "budget:31999"),
        ({"output_config": None, "thinking": None}, None),
        ({"output_config": {"effort": "not a word"}, "thinking": None}, None),
    ],
)
def test_anthropic_effort(wires: Any, more: Any, effort: str | None) -> None:
    assert wires.ask("anthropic", claude_body(**more)).effort == effort


def test_anthropic_tier_and_speed(wires: Any) -> None:
    assert wires.ask("anthropic", claude_body(speed="fast")).tier == "fast"
    assert wires.ask("anthropic", claude_body(service_tier="auto")).tier == "auto"


@pytest.mark.parametrize(
    ("user_id", "session"),
    [
        ('{"session_id":"abc"}', "abc"),
        ("user_1_account__session_12345678-1234-1234-1234-123456789abc", "12345678-1234-1234-1234-123456789abc"),
        ("someone", None),
        ("{broken", None),
        ("[1]", None),
        (5, None),
        ('{"session_id":{"a":1}}', None),
    ],
)
def test_claude_session_in_the_body(wires: Any, user_id: Any, session: str | None) -> None:
    assert wires.ask("anthropic", claude_body(metadata={"user_id": user_id})).session == session


def test_codex_with_a_chatgpt_login(wires: Any) -> None:
    turn = json.dumps({"session_id": "s", "agent_name": "/root", "workspaces": {"/home/dev/cx": {"has_changes": True}}})
    body = {
        "model": "gpt-6.1-sol",
        "stream": True,
        "input": [
            {"type": "additional_tools", "tools": [{"name": "exec"}]},
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "You are Codex"}]},
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "<environment_context>\n  <cwd>/home/dev/other</cwd>"}],
            },
        ],
        "reasoning": {"effort": "low"},
        "prompt_cache_key": "pck",
        "client_metadata": {"session_id": "s2", "x-codex-turn-metadata": turn},
    }
    headers = {**CODEX, "chatgpt-account-id": "a", "authorization": "Bearer eyJ", "content-encoding": "zstd"}
    raw = wires.encode(json.dumps(body).encode(), "zstd")
    call = wires.ask("responses", raw, headers, vendor="chatgpt", path="/responses")
    assert (call.vendor, call.wire, call.model) == ("chatgpt", "openai-responses", "gpt-6.1-sol")
    assert (call.tool, call.tool_version) == ("codex", "0.169.0")
    assert call.session == "01a208e0-cded-78b0-a344-81f544f645a7"
    assert call.workspace == "/home/dev/cx"
    assert (call.effort, call.kind, call.account) == ("low", Kind.MAIN, "subscription")
    assert call.context_bytes == len(json.dumps(body))
    without = {k: v for k, v in headers.items() if k != "session-id"}
    assert wires.ask("responses", raw, without).session == "s2"
    del body["client_metadata"]
    plain = wires.ask("responses", body, {k: v for k, v in CODEX.items() if k != "session-id"})
    assert plain.workspace == "/home/dev/other"
    assert plain.session == "pck"
    assert plain.account == "api"


def test_codex_header_metadata_wins(wires: Any) -> None:
    turn = json.dumps({"agent_name": "/home/explorer", "workspaces": {"/w/one": {}, "/w/two": {}}})
    call = wires.ask("responses", {"model": "m", "input": "hi"}, {**CODEX, "x-codex-turn-metadata": turn})
    assert call.workspace == "/w/one"
    assert call.kind == Kind.SUBAGENT


def test_gemini_cli(wires: Any) -> None:
    context = "<session_context>\nThis is the Gemini CLI.\n- **Workspace Directories:**\n  - /home/dev/gm\n"
    body = {
        "contents": [{"role": "user", "parts": [{"text": context}, {"text": "hi"}]}],
        "systemInstruction": {"parts": [{"text": "You are Gemini CLI"}]},
        "tools": [{"functionDeclarations": [{"name": "read_file"}]}],
        "generationConfig": {"maxOutputTokens": 32000, "thinkingConfig": {"thinkingLevel": "HIGH"}},
    }
    agent = {"User-Agent": "GeminiCLI-tui/0.61.0/gemini-3.1-pro-preview (linux; x64; terminal)"}
    call = wires.ask("gemini", body, {**agent, "x-goog-api-key": "AIza"})
    assert (call.model, call.stream, call.kind) == ("gemini-3.8-flash", True, Kind.MAIN)
    assert (call.tool, call.tool_version, call.workspace) == ("gemini-cli", "0.61.0", "/home/dev/gm")
    assert (call.effort, call.max_output, call.account) == ("high", 32000, "api")
    assist = {"model": "gemini-3-flash", "project": "p", "request": {**body, "session_id": "s-9"}}
    wrapped = wires.ask(
        "gemini", assist, {**agent, "authorization": "Bearer ya29.x"}, path="/v1internal:streamGenerateContent"
    )
    assert (wrapped.model, wrapped.session, wrapped.account) == ("gemini-3-flash", "s-9", "subscription")
    assert (wrapped.workspace, wrapped.effort) == ("/home/dev/gm", "high")
    vertex = "/v1beta1/publishers/google/models/gemini-3.8-flash:generateContent"
    once = wires.ask("gemini", body, {"authorization": "Bearer ya29.x"}, path=vertex)
    assert (once.stream, once.account, once.model) == (False, "api", "gemini-3.8-flash")


@pytest.mark.parametrize(("budget", "effort"), [(1024, "budget:1024"), (0, "budget:0"), (-1, "dynamic"), ("x", None)])
def test_gemini_thinking_budget(wires: Any, budget: Any, effort: str | None) -> None:
    body = {"contents": [], "generation_config": {"thinkingConfig": {"thinkingBudget": budget}}}
    assert wires.ask("gemini", body).effort == effort


def test_chat_and_its_usage_option(wires: Any) -> None:
    body: dict[str, Any] = {"model": "gpt-5.5", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    assert not wires.ask("chat", body).asks_usage
    assert wires.ask("chat", {**body, "stream_options": {"include_usage": True}}).asks_usage
    assert not wires.ask("chat", {**body, "stream_options": {"include_usage": "yes"}}).asks_usage
    assert wires.ask("chat", {**body, "stream": False}).asks_usage
    more = wires.ask("chat", {**body, "reasoning_effort": "medium", "max_completion_tokens": 9, "service_tier": "flex"})
    assert (more.effort, more.max_output, more.tier) == ("medium", 9, "flex")
    azure = wires.ask("chat", {"messages": []}, path="/openai/deployments/team-coder/chat/completions")
    assert azure.model == "team-coder"
    assert wires.ask("chat", {"model": "e", "input": "x"}, path="/v1/embeddings").kind == Kind.OTHER


@pytest.mark.parametrize(
    ("agent", "more", "tool", "version"),
    [
        ("claude-code/2.1.330", {}, "claude-code", "2.1.330"),
        ("codex_cli_rs/0.20.0 (Mac OS)", {}, "codex", "0.20.0"),
        ("opencode/1.18.33 ai-sdk/provider-utils/4.0.46 runtime/bun/1.3.14", {}, "opencode", "1.18.33"),
        ("copilot/1.0.102 (linux v24.20.0) term/unknown", {"x-initiator": "user"}, "copilot", "1.0.102"),
        ("OpenAI/JS 5.20.1", {"x-initiator": "user", "x-interaction-type": "conversation-user"}, "copilot", None),
        ("QwenCode/0.24.4 (linux; x64)", {}, "qwen-code", "0.24.4"),
        ("litellm/1.81.10", {}, "litellm", "1.81.10"),
        ("OpenAI/Python 3.54.0", {}, "python-openai", "3.54.0"),
        ("AsyncOpenAI/Python 3.54.0", {}, "python-openai", "3.54.0"),
        ("AsyncAzureOpenAI/Python 3.54.0", {}, "python-openai", "3.54.0"),
        ("Anthropic/Python 2.12.0", {}, "python-anthropic", "2.12.0"),
        ("Anthropic/JS 0.91.1", {}, "js-anthropic", "0.91.1"),
        ("google-genai-sdk/3.4.0 gl-python/3.12.1", {}, "python-genai", "3.4.0"),
        ("google-genai-sdk/1.30.0 gl-node/v24.21.0", {}, "js-genai", "1.30.0"),
        ("ai-sdk/anthropic/4.0.42 runtime/bun", {}, "js-ai-sdk", "4.0.42"),
        ("ollama-python/0.6.3 (x86_64 linux)", {}, "python-ollama", "0.6.3"),
        ("node-fetch", {}, None, None),
        ("python-httpx/0.28.1", {}, None, None),
        ("", {}, None, None),
        ("", {"originator": "codex_vscode", "version": "0.169.0"}, "codex", "0.169.0"),
        ("mything", {"originator": "opencode"}, "opencode", None),
        ("\xff\xfe", {}, None, None),
    ],
)
def test_tools(wires: Any, agent: str, more: dict[str, str], tool: str | None, version: str | None) -> None:
    call = wires.ask("chat", {"messages": []}, {"User-Agent": agent, **more})
    assert (call.tool, call.tool_version) == (tool, version)


def test_the_address_names_the_tool(wires: Any) -> None:
    headers = {"User-Agent": "OpenAI/Python 2.20.0"}
    call = wires.ask("chat", {"messages": []}, headers, tool="aider")
    assert (call.tool, call.tool_version) == ("aider", None)
    same = wires.ask("anthropic", claude_body(), CLAUDE, tool="claude-code")
    assert (same.tool, same.tool_version) == ("claude-code", "2.1.330")


@pytest.mark.parametrize(
    ("authorization", "account"),
    [
        ("Bearer sk-ant-oat01-abc", "subscription"),
        ("bearer sk-ant-oat01-abc", "subscription"),
        ("Bearer sk-ant-api03-abc", "api"),
        ("Bearer github_pat_abc", "subscription"),
        ("Bearer ya29.abc", "api"),
        ("nonsense", "api"),
        ("", "api"),
    ],
)
def test_accounts(wires: Any, authorization: str, account: str) -> None:
    assert wires.ask("chat", {"messages": []}, {"Authorization": authorization}).account == account


@pytest.mark.parametrize(
    ("text", "workspace"),
    [
        ("<cwd>/home/dev/proj</cwd>", "/home/dev/proj"),
        ("<env>\n  Working directory: /home/dev/a b\n  Is", "/home/dev/a b"),
        ("Working Directory: /home/dev/proj\n", "/home/dev/proj"),
        ("Current working directory: C:\\Users\\Ünal\\code\nx", "C:\\Users\\Ünal\\code"),
        ("I'm currently working in the directory: /p/q\nHere", "/p/q"),
        ("Absolute path: /p/q\n", "/p/q"),
        ("# Current Working Directory (/p/q) Files", "/p/q"),
        ("Working directory: \\\\server\\share\\x", "\\\\server\\share\\x"),
        ("Working directory: /", "/"),
        ("Working directory: relative/path\nWorking directory: /abs", "/abs"),
        ("Data directory: /not/this", None),
        ("the directory is a directory. " * 60 + "Working directory: /p/q\n", "/p/q"),
        ("nothing", None),
        ("Working directory: ", None),
    ],
)
def test_workspaces(wires: Any, text: str, workspace: str | None) -> None:
    for ascii_only in (True, False):
        body = json.dumps({"messages": [{"role": "system", "content": text}]}, ensure_ascii=ascii_only).encode()
        assert wires.ask("chat", body).workspace == workspace


def test_a_workspace_far_inside_is_not_looked_for(wires: Any) -> None:
    text = "x" * 70_000 + "<cwd>/home/dev</cwd>"
    assert wires.ask("chat", {"messages": [{"role": "system", "content": text}]}).workspace is None


TITLE = {"type": "json_schema", "schema": {"type": "object", "properties": {"title": {"type": "string"}}}}
ROUTE = {"properties": {"complexity_reasoning": {}, "complexity_score": {}}}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def system(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}


def reply(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


EDIT = {"name": "Edit", "input_schema": {"type": "object"}}
READERS = [{"name": "read_file"}, {"name": "Grep"}, {"name": "list-dir"}]
DECLARED = [{"functionDeclarations": READERS}]
FINDER = "You are the exploration sub-agent of a larger system. You look things up and change nothing."
HANDOFF = "Write a handoff summary of our work so far for the next session."

KINDS: list[tuple[str, dict[str, Any], dict[str, str], Kind]] = [
    ("anthropic", {"tools": [], "output_config": {"effort": "low", "format": TITLE}}, {}, Kind.TITLE),
    ("anthropic", {"output_format": TITLE, "messages": [user("x")]}, {}, Kind.TITLE),
    ("anthropic", {"tools": [TOOL], "output_config": {"format": TITLE}}, {}, Kind.MAIN),
    ("anthropic", {"max_tokens": 1, "messages": [{"role": "user", "content": "quota"}]}, {}, Kind.PROBE),
    ("anthropic", {"max_tokens": 1, "messages": [user("is this spam? " * 9)]}, {}, Kind.MAIN),
    ("anthropic", {"max_tokens": 1, "tools": [TOOL], "messages": [user("quota")]}, {}, Kind.MAIN),
    (
        "anthropic",
        {"system": [{"text": "You are a helpful AI assistant tasked with summarizing conversations."}]},
        {},
        Kind.COMPACTION,
    ),
    (
        "anthropic",
        {
            "tools": [TOOL],
            "messages": [
                user("a"),
                user("Your task is to create a detailed summary of the conversation so far, paying"),
            ],
        },
        {},
        Kind.COMPACTION,
    ),
    (
        "anthropic",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "tool_result", "content": "x"},
                        {
                            "type": "text",
                            "text": "Your task is to create a detailed summary of the conversation so far",
                        },
                    ],
                }
            ]
        },
        {},
        Kind.MAIN,
    ),
    ("anthropic", {"messages": [user("Explain: Your task is to create a detailed summary of the")]}, {}, Kind.MAIN),
    ("anthropic", {"messages": [user("Web page content:\n---\nfoo")]}, {}, Kind.SUMMARY),
    ("anthropic", {"tools": [TOOL], "messages": [user("Web page content:\n---\nfoo")]}, {}, Kind.MAIN),
    ("anthropic", {"system": "You are a file search specialist.", "tools": [TOOL]}, {}, Kind.EXPLORE),
    ("anthropic", {"system": "You are a file search specialist.", "tools": [TOOL, EDIT]}, {}, Kind.SUBAGENT),
    ("anthropic", {"system": "You are an agent for Claude Code, Anthropic's", "tools": [TOOL]}, {}, Kind.SUBAGENT),
    ("anthropic", {"system": FINDER, "tools": READERS}, {}, Kind.EXPLORE),
    ("chat", {"messages": [system(FINDER)], "tools": [{"function": t} for t in READERS]}, {}, Kind.EXPLORE),
    ("gemini", {"systemInstruction": {"parts": [{"text": FINDER}]}, "tools": DECLARED}, {}, Kind.EXPLORE),
    ("anthropic", {"system": FINDER, "tools": [*READERS, TOOL]}, {}, Kind.MAIN),
    ("anthropic", {"system": "You are a coding agent.", "tools": READERS}, {}, Kind.MAIN),
    ("anthropic", {"system": "You are a title generator. You output"}, {}, Kind.TITLE),
    ("chat", {"messages": [system("Write a short name for this chat session."), user("x")]}, {}, Kind.TITLE),
    ("chat", {"messages": [system("Write a short name for this chat session.")], "tools": READERS}, {}, Kind.MAIN),
    ("chat", {"messages": [system("You give titles to blog posts."), user("x")]}, {}, Kind.MAIN),
    ("chat", {"messages": [system("Write SQL for this chat; use table names."), user("x")]}, {}, Kind.MAIN),
    ("chat", {"messages": [system("You are naming a coding session, so that"), user("x")]}, {}, Kind.TITLE),
    ("chat", {"messages": [user("a"), reply("b"), user(HANDOFF)]}, {}, Kind.COMPACTION),
    ("chat", {"messages": [user("a"), reply("b"), user(HANDOFF)], "tools": READERS}, {}, Kind.MAIN),
    ("chat", {"messages": [user(HANDOFF)]}, {}, Kind.MAIN),
    ("responses", {"input": "ping", "max_output_tokens": 16}, {}, Kind.PROBE),
    ("responses", {"input": "name a colour", "max_output_tokens": 16}, {}, Kind.MAIN),
    ("anthropic", {"max_tokens": 4, "messages": [user("are you there")]}, {}, Kind.MAIN),
    ("anthropic", {"messages": [user("x")]}, {"x-claude-code-request-class": "auxiliary"}, Kind.OTHER),
    ("anthropic", {"messages": [user("x")]}, {"x-claude-code-request-class": "main"}, Kind.MAIN),
    ("count", {"messages": [user("x")]}, {}, Kind.COUNT),
    (
        "chat",
        {"messages": [user("x")], "response_format": {"type": "json_schema", "json_schema": TITLE}},
        {},
        Kind.TITLE,
    ),
    (
        "chat",
        {
            "max_completion_tokens": 1,
            "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "quota"}],
        },
        {},
        Kind.PROBE,
    ),
    (
        "chat",
        {
            "tools": [TOOL],
            "messages": [
                {"role": "system", "content": "You are now acting as the managed memory extraction subagent for"}
            ],
        },
        {},
        Kind.MEMORY,
    ),
    ("chat", {"messages": [user("x")]}, {"x-interaction-type": "conversation-subagent"}, Kind.SUBAGENT),
    ("chat", {"messages": [user("x")]}, {"x-initiator": "agent"}, Kind.MAIN),
    ("responses", {"input": "hi", "text": {"format": TITLE}}, {}, Kind.TITLE),
    ("responses", {"input": "quota", "max_output_tokens": 1}, {}, Kind.PROBE),
    (
        "responses",
        {"instructions": "You are a helpful AI assistant tasked with summarizing conversations.", "input": []},
        {},
        Kind.COMPACTION,
    ),
    ("responses", {"input": [user("hi"), {"type": "compaction_trigger"}]}, {}, Kind.COMPACTION),
    ("responses", {"input": [user("hi"), {"type": "function_call_output", "output": "x"}]}, {}, Kind.MAIN),
    ("responses", {"input": "x"}, {"x-openai-subagent": "review"}, Kind.SUBAGENT),
    ("responses", {"input": "x"}, {"x-openai-subagent": "compact"}, Kind.COMPACTION),
    ("responses", {"input": "x"}, {"x-openai-subagent": "memory_consolidation"}, Kind.MEMORY),
    ("gemini", {"contents": [], "generationConfig": {"responseJsonSchema": ROUTE}}, {}, Kind.ROUTER),
    (
        "gemini",
        {"contents": [], "systemInstruction": {"parts": [{"text": "\nYou are a specialized Task Routing AI. Your"}]}},
        {},
        Kind.ROUTER,
    ),
    ("gemini", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}, {}, Kind.MAIN),
]


@pytest.mark.parametrize(("wire", "body", "headers", "kind"), KINDS)
def test_kinds(wires: Any, wire: str, body: dict[str, Any], headers: dict[str, str], kind: Kind) -> None:
    assert wires.ask(wire, {"model": "m", **body}, headers).kind == kind


def test_the_compaction_endpoint(wires: Any) -> None:
    assert wires.ask("responses", {"model": "m", "input": []}, path="/responses/compact").kind == Kind.COMPACTION
    assert wires.ask("responses", {"model": "m"}, path="/v1/responses/input_tokens").kind == Kind.COUNT
    gemini = wires.ask("gemini", {"contents": []}, path="/v1beta/models/m:countTokens")
    assert (gemini.kind, gemini.model, gemini.stream) == (Kind.COUNT, "m", False)


# Bodies that cannot be read


def test_a_body_that_was_not_given(wires: Any) -> None:
    call = wires.ask("gemini", None, {"User-Agent": "GeminiCLI/0.61.0"})
    assert (call.model, call.tool, call.stream) == ("gemini-3.8-flash", "gemini-cli", True)
    assert call.context_bytes == 0
    assert call.flags == ("request_overflow",)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw-deflate", "br", "zstd"])
def test_coded_bodies(wires: Any, coding: str) -> None:
    body = json.dumps(claude_body()).encode()
    coded = wires.encode(body, coding)
    call = wires.ask("anthropic", coded, {"Content-Encoding": wires.header(coding)})
    assert (call.model, call.context_bytes, call.flags) == ("claude-opus-5-5", len(body), ())
    if coding in ("gzip", "zstd"):
        assert wires.ask("anthropic", coded).model == "claude-opus-5-5"
    bomb = wires.encode(b'{"model":"m","x":"' + b" " * (40 << 20) + b'"}', coding)
    overflow = wires.ask("anthropic", bomb, {"Content-Encoding": wires.header(coding)})
    assert (overflow.model, overflow.flags) == (None, ("request_overflow",))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"null"])
@pytest.mark.parametrize("wire", ["anthropic", "chat", "responses", "gemini"])
def test_broken_bodies_leave_the_head(wires: Any, wire: str, body: bytes) -> None:
    call = wires.ask(wire, body, CLAUDE)
    assert call.flags == ("request_unreadable",)
    assert call.tool == "claude-code"


def test_wrong_types_cost_detail_only(wires: Any) -> None:
    call = wires.ask("anthropic", {"model": "m", "messages": "x", "system": 5, "tools": 7, "stream": "yes"})
    assert (call.model, call.stream, call.kind, call.flags) == ("m", False, Kind.MAIN, ())
    odd = wires.ask("anthropic", {"model": {"a": 1}, "messages": [], "max_tokens": "many"})
    assert (odd.model, odd.max_output) == (None, None)
    assert set(odd.flags) == {"bad_name", "bad_number"}
    assert wires.ask("responses", {"model": "m", "input": 5, "reasoning": []}).model == "m"
    assert wires.ask("gemini", {"contents": 5, "request": 7, "generationConfig": "x"}).model == "gemini-3.8-flash"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "model",
    "messages",
    "system",
    "tools",
    "metadata",
    "thinking",
    "output_config",
    "output_format",
    "stream",
    "max_tokens",
    "service_tier",
    "speed",
    "input",
    "instructions",
    "reasoning",
    "text",
    "client_metadata",
    "prompt_cache_key",
    "contents",
    "systemInstruction",
    "generationConfig",
    "request",
    "stream_options",
    "response_format",
    "functions",
    "role",
    "content",
    "parts",
    "type",
    "schema",
    "format",
    "effort",
    "user_id",
]
bodies = st.dictionaries(
    st.sampled_from(KEYS),
    values | st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=3), max_size=3),
    max_size=8,
)


@given(body=bodies, wire=st.sampled_from(["anthropic", "chat", "responses", "gemini"]))
def test_reading_never_raises_on_any_json(wires: Any, body: Any, wire: str) -> None:
    wires.ask(wire, body)


@given(body=st.binary(max_size=200), coding=st.sampled_from(["", "gzip", "br", "zstd", "deflate", "odd"]))
def test_reading_never_raises_on_any_bytes(wires: Any, body: bytes, coding: str) -> None:
    wires.ask("anthropic", body, {"content-encoding": coding})


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), wire=st.sampled_from(["anthropic", "responses"]))
def test_reading_never_raises_on_a_flipped_byte(wires: Any, place: int, byte: int, wire: str) -> None:
    body = bytearray(json.dumps(claude_body(input=[user("x")])).encode())
    body[place % len(body)] = byte
    wires.ask(wire, bytes(body), CLAUDE)


@given(order=st.permutations(sorted(claude_body())))
def test_the_order_of_keys_does_not_matter(wires: Any, order: list[str]) -> None:
    body = claude_body()
    assert wires.ask("anthropic", {key: body[key] for key in order}, CLAUDE) == wires.ask("anthropic", body, CLAUDE)


@given(headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60)), max_size=6))
def test_any_header_bytes(headers: list[tuple[bytes, bytes]]) -> None:
    dialect = recognise("openai", "POST", "/v1/responses")
    assert dialect is not None
    names = [b"user-agent", b"x-codex-turn-metadata", b"session-id", b"authorization", b"originator", b"version"]
    seen = headers + [(name, value) for name, (_, value) in zip(names, headers, strict=False)]
    dialect.read_request(RequestView("openai", "POST", "/v1/responses", seen), b'{"model":"m"}')


# Nothing private comes out


def test_nothing_of_texts_or_keys_is_kept(wires: Any) -> None:
    canary = "CANARY-7f3a"
    body = claude_body(
        messages=[user(f"{canary} prompt"), user(f"Working directory: /home/dev/x\n{canary}")],
        system=f"{canary} system",
        tools=[{"name": canary}],
        input=[user(canary)],
        contents=[{"parts": [{"text": canary}]}],
    )
    headers = {"Authorization": f"Bearer sk-ant-oat01-{canary}", "x-api-key": canary, "Cookie": canary}
    for wire in ("anthropic", "chat", "responses", "gemini"):
        assert canary not in repr(wires.ask(wire, body, headers))
    assert canary not in repr(RequestView("a", "POST", "/", [(b"x-api-key", canary.encode())]))


@pytest.mark.parametrize(
    ("host", "target", "plan"),
    [
        ("api.z.ai", "/api/coding/paas/v4/chat/completions", True),
        ("open.bigmodel.cn", "/api/coding/paas/v4/chat/completions?x=1", True),
        ("api.z.ai", "/api/paas/v4/chat/completions", False),
        ("evil.example", "/api/coding/paas/v4/chat/completions", False),
        ("notz.ai", "/api/coding/x", False),
        ("api.kimi.com", "/coding/v1/chat/completions", True),
        ("api.moonshot.ai", "/v1/chat/completions", False),
    ],
)
def test_coding_plans_by_host_and_path(host: str, target: str, plan: bool) -> None:
    assert asker.coding_plan(host, target) is plan
