"""The simulated tools: what each real tool sends, with made-up contents.

Everything that knows the shape of a tool's requests lives here: headers in order, session ids, where the project's
folder stands, how a conversation grows. Shapes were measured with the real tools in 2026-11 (Claude Code 2.1, Codex
0.169, aider 0.86, Gemini CLI 0.61, opencode 1.18); all texts are our own.

Rules: a conversation only ever grows at its end, so that the vendor's prompt cache works as in life; keys are
recognisable fakes; folders are under ``/home/demo``.
"""

from __future__ import annotations

import random
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import msgspec

from trayapp.demo.courier import Headers

_encode = msgspec.json.encode

_WORDS: Final = tuple(
    word
    for line in (
        "handler session invoice retry queue ledger cursor widget parser socket cache token branch schema worker",
        "buffer return await async class import self None value result error index total match field state event",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One request, ready to be sent."""

    vendor: str
    """Whose base URL it goes to."""
    path: str
    headers: Headers
    body: bytes
    key: str
    """The credential as the vendor sees it; scripts are filed under it."""


def prose(rng: random.Random, size: int) -> str:
    """About ``size`` characters that look like code from far away."""
    lines: list[str] = []
    length = 0
    while length < size:
        line = "    " * rng.randrange(3) + " ".join(rng.choices(_WORDS, k=rng.randrange(4, 12)))
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines)[:size]


class Tool(ABC):
    """A tool at work in one project, with one conversation."""

    name: ClassVar[str]
    named_in_url: ClassVar[bool] = False
    """Whether the tool cannot be told by its headers, so that its address has to say its name."""

    def __init__(self, rng: random.Random, project: str, base_size: int) -> None:
        self.rng = rng
        self.folder = f"/home/demo/{project}"
        self.session = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        self.base = prose(rng, base_size)
        self.items: list[dict[str, Any]] = []
        self.calls = 0

    @abstractmethod
    def says(self, text: str) -> None:
        """The user writes, or a tool's result comes in."""

    @abstractmethod
    def heard(self, text: str, *, used_tool: bool) -> None:
        """The model has answered."""

    @abstractmethod
    def main(self, model: str) -> Shot:
        """The conversation's next request."""

    def side(self, model: str) -> Shot:
        """The tool's side call before the first turn (title, routing).

        Raises:
            NotImplementedError: this tool makes none.
        """
        raise NotImplementedError(f"{self.name} makes no side call for {model}")

    def again(self, shot: Shot) -> Shot:
        """The same request as a retry."""
        return shot


class _AnthropicTool(Tool):
    """What the tools on Anthropic Messages share: how a conversation grows, and where it is marked."""

    def says(self, text: str) -> None:
        """The user writes, or a tool's result comes in."""
        if self.items and self.items[-1].get("_call"):
            call = self.items[-1]["content"][-1]["id"]
            content = [{"type": "tool_result", "tool_use_id": call, "content": text}]
        else:
            content = [{"type": "text", "text": text}]
        self.items.append({"role": "user", "content": content})

    def heard(self, text: str, *, used_tool: bool) -> None:
        """The model has answered."""
        content: list[dict[str, Any]] = [{"type": "text", "text": text}]
        if used_tool:
            self.calls += 1
            call = f"toolu_{self.session[:8]}{self.calls:04d}"
            content.append({"type": "tool_use", "id": call, "name": "Bash", "input": {"command": "make test"}})
        self.items.append({"role": "assistant", "content": content, "_call": used_tool})

    def _messages(self) -> list[dict[str, Any]]:
        """The conversation, its last block marked for caching."""
        messages = [{"role": m["role"], "content": m["content"]} for m in self.items]
        last = messages[-1]["content"]
        messages[-1] = {"role": messages[-1]["role"], "content": [*last[:-1], {**last[-1], **_CACHED}]}
        return messages


SYSTEM_SIZE: Final = 8_000
"""Characters of Claude Code's system prompt; most of what it sends before the conversation describes its tools."""

_CACHED: Final = {"cache_control": {"type": "ephemeral"}}
_BASH: Final = {
    "name": "Bash",
    "description": "Runs a command in the project's folder.",
    "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
}


class ClaudeCode(_AnthropicTool):
    """Claude Code with an API key and a base URL."""

    name = "claude-code"
    key = "sk-ant-api03-demo-claude-code"

    def main(self, model: str) -> Shot:
        """The conversation's next request."""
        environment = f"# Environment\n - Primary working directory: {self.folder}\n - Is a git repository: true\n"
        first, *rest = self._messages()
        body = {
            "model": model,
            "messages": [first, {"role": "system", "content": [{"type": "text", "text": environment}]}, *rest],
            "system": [
                {"type": "text", "text": "You are a simulated coding tool in a demo.", **_CACHED},
                {"type": "text", "text": self.base[:SYSTEM_SIZE], **_CACHED},
            ],
            "tools": [_BASH, {**_BASH, "name": "Agent", "description": self.base[SYSTEM_SIZE:]}],
            "metadata": self._metadata(),
            "max_tokens": 128_000,
            "thinking": {"type": "adaptive", "display": "omitted"},
            "output_config": {"effort": "medium"},
            "stream": True,
        }
        return self._shot(body)

    def side(self, model: str) -> Shot:
        """The session's title."""
        title = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
        text = f"<session>\n{prose(self.rng, 240)}\n</session>\n\nWrite a title for this session."
        body = {
            "model": model,
            "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
            "system": [{"type": "text", "text": prose(self.rng, 2400)}],
            "tools": [],
            "metadata": self._metadata(),
            "max_tokens": 128_000,
            "output_config": {"effort": "medium", "format": {"type": "json_schema", "schema": title}},
            "stream": True,
        }
        return self._shot(body)

    def again(self, shot: Shot) -> Shot:
        """The same request as a retry."""
        counted = tuple((n, "1" if n == "X-Stainless-Retry-Count" else v) for n, v in shot.headers)
        return Shot(shot.vendor, shot.path, counted, shot.body, shot.key)

    def _metadata(self) -> dict[str, str]:
        who = {"device_id": "de30" * 16, "account_uuid": "", "session_id": self.session}
        return {"user_id": _encode(who).decode()}

    def _shot(self, body: dict[str, Any]) -> Shot:
        headers = (
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
            ("User-Agent", "claude-cli/2.1.331 (external, cli)"),
            ("X-Claude-Code-Session-Id", self.session),
            ("X-Stainless-Lang", "js"),
            ("X-Stainless-Retry-Count", "0"),
            ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14,effort-2025-11-24"),
            ("anthropic-version", "2023-06-01"),
            ("x-api-key", self.key),
            ("x-app", "cli"),
        )
        return Shot("anthropic", "/v1/messages?beta=true", headers, _encode(body), self.key)


class OpenCode(_AnthropicTool):
    """opencode with an Anthropic key."""

    name = "opencode"
    key = "sk-ant-api03-demo-opencode"

    def main(self, model: str) -> Shot:
        """The conversation's next request."""
        system = f"{self.base}\n<env>\n  Working directory: {self.folder}\n</env>"
        body = {
            "model": model,
            "max_tokens": 32_000,
            "system": [{"type": "text", "text": system, **_CACHED}],
            "messages": self._messages(),
            "tools": [_BASH],
            "tool_choice": {"type": "auto"},
            "stream": True,
        }
        return self._shot(body)

    def side(self, model: str) -> Shot:
        """The session's title."""
        body = {
            "model": model,
            "max_tokens": 48_000,
            "thinking": {"type": "enabled", "budget_tokens": 16_000},
            "system": [{"type": "text", "text": "You are a title generator. " + prose(self.rng, 1800)}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": prose(self.rng, 200)}]}],
            "stream": True,
        }
        return self._shot(body)

    def _shot(self, body: dict[str, Any]) -> Shot:
        headers = (
            ("Content-Type", "application/json"),
            ("User-Agent", "opencode/1.18.33 ai-sdk/provider-utils/4.0.46 runtime/bun/1.3.14"),
            ("anthropic-version", "2023-06-01"),
            ("x-api-key", self.key),
            ("x-session-affinity", f"ses_{self.session[:12]}"),
            ("x-session-id", f"ses_{self.session[:12]}"),
            ("Accept", "*/*"),
        )
        return Shot("anthropic", "/v1/messages", headers, _encode(body), self.key)


class Codex(Tool):
    """Codex with a ChatGPT login, over HTTP."""

    name = "codex"
    key = "sk-demo-codex"

    def says(self, text: str) -> None:
        """The user writes, or a tool's result comes in."""
        if self.items and self.items[-1]["type"] == "function_call":
            call = self.items[-1]["call_id"]
            self.items.append({"type": "function_call_output", "call_id": call, "output": text})
        else:
            self.items.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})

    def heard(self, text: str, *, used_tool: bool) -> None:
        """The model has answered."""
        content = [{"type": "output_text", "text": text}]
        self.items.append({"type": "message", "role": "assistant", "content": content})
        if used_tool:
            self.calls += 1
            arguments = {"name": "exec_command", "arguments": '{"cmd":"npm test"}'}
            self.items.append({"type": "function_call", "call_id": f"call_{self.calls:04d}", **arguments})

    def main(self, model: str) -> Shot:
        """The conversation's next request."""
        environment = (
            f"<environment_context>\n  <cwd>{self.folder}</cwd>\n  <shell>bash</shell>\n</environment_context>"
        )
        begin = [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": self.base}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": environment}]},
        ]
        body = {
            "model": model,
            "stream": True,
            "input": [*begin, *self.items],
            "tools": [{"type": "function", "name": "exec_command", "strict": False, "parameters": {"type": "object"}}],
            "tool_choice": "auto",
            "parallel_tool_calls": True,
            "reasoning": {"effort": "medium", "summary": "auto"},
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": self.session,
        }
        about = {"session_id": self.session, "workspaces": {self.folder: {"has_changes": True}}}
        headers = (
            ("x-codex-turn-metadata", _encode(about).decode()),
            ("x-client-request-id", self.session),
            ("session-id", self.session),
            ("thread-id", self.session),
            ("accept", "text/event-stream"),
            ("content-type", "application/json"),
            ("authorization", f"Bearer {self.key}"),
            ("chatgpt-account-id", "demo-account"),
            ("originator", "codex_cli_rs"),
            ("user-agent", "codex_cli_rs/0.169.0 (Debian 12.0.0; x86_64) xterm-256color"),
        )
        return Shot("openai", "/v1/responses", headers, _encode(body), f"Bearer {self.key}")


class Aider(Tool):
    """aider on an OpenAI model; it does not ask for usage and does not say where it works."""

    name = "aider"
    named_in_url = True
    key = "sk-demo-aider"
    asks_usage: ClassVar[bool] = False

    def says(self, text: str) -> None:
        """The user writes."""
        self.items.append({"role": "user", "content": text})

    def heard(self, text: str, *, used_tool: bool) -> None:
        """The model has answered; aider has no tool calls."""
        self.items.append({"role": "assistant", "content": text})

    def main(self, model: str) -> Shot:
        """The conversation's next request."""
        messages = [{"role": "system", "content": self.base}, *self.items]
        body: dict[str, Any] = {"messages": messages, "model": model, "stream": True}
        if self.asks_usage:
            body["stream_options"] = {"include_usage": True}
        headers = (
            ("Accept-Encoding", "gzip, deflate"),
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
            ("User-Agent", "OpenAI/Python 2.20.0"),
            ("X-Stainless-Lang", "python"),
            ("Authorization", f"Bearer {self.key}"),
            ("x-stainless-retry-count", "0"),
        )
        return Shot("openai", "/v1/chat/completions", headers, _encode(body), f"Bearer {self.key}")


class Notebook(Aider):
    """A script of one's own on the OpenAI SDK, which asks for usage."""

    name = "notebook"
    key = "sk-demo-notebook"
    asks_usage = True


class GeminiCli(Tool):
    """Gemini CLI with an API key."""

    name = "gemini-cli"
    key = "AIza-demo-gemini-cli"

    def says(self, text: str) -> None:
        """The user writes, or a tool's result comes in."""
        self.items.append({"role": "user", "parts": [{"text": text}]})

    def heard(self, text: str, *, used_tool: bool) -> None:
        """The model has answered."""
        parts: list[dict[str, Any]] = [{"text": text}]
        if used_tool:
            parts.append({"functionCall": {"name": "run_shell_command", "args": {"command": "terraform plan"}}})
        self.items.append({"role": "model", "parts": parts})

    def main(self, model: str) -> Shot:
        """The conversation's next request."""
        body = {
            "contents": [self._context(), *self.items],
            "systemInstruction": {"role": "user", "parts": [{"text": self.base}]},
            "generationConfig": {"temperature": 1, "thinkingConfig": {"includeThoughts": True}},
        }
        return self._shot(f"/v1beta/models/{model}:streamGenerateContent?alt=sse", body)

    def side(self, model: str) -> Shot:
        """Gemini CLI's own choice of a model."""
        schema = {
            "type": "OBJECT",
            "properties": {"complexity_reasoning": {"type": "STRING"}, "complexity_score": {"type": "INTEGER"}},
            "required": ["complexity_reasoning", "complexity_score"],
        }
        body = {
            "contents": [self._context(), *self.items[-1:]],
            "systemInstruction": {"role": "user", "parts": [{"text": prose(self.rng, 2600)}]},
            "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema},
        }
        return self._shot(f"/v1beta/models/{model}:generateContent", body)

    def _context(self) -> dict[str, Any]:
        text = f"<session_context>\n- **Workspace Directories:**\n  - {self.folder}\n</session_context>"
        return {"role": "user", "parts": [{"text": text}]}

    def _shot(self, path: str, body: dict[str, Any]) -> Shot:
        headers = (
            ("User-Agent", "GeminiCLI-tui/0.61.0/gemini-3.8-flash (linux; x64; terminal)"),
            ("x-goog-api-client", "google-genai-sdk/1.30.0 gl-node/v24.21.0"),
            ("Content-Type", "application/json"),
            ("x-goog-api-key", self.key),
            ("accept", "*/*"),
            ("accept-encoding", "gzip, deflate"),
        )
        return Shot("gemini", path, headers, _encode(body), self.key)
