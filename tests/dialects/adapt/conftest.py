"""What the adaptation's tests share: requests of every wire, and asking for one to be adapted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from trayapp.dialects import RequestView, recognise
from trayapp.dialects.adapt import Adapted, Capability, Unadaptable, Wanted, adapt

PATHS = {
    "claude": ("anthropic", "/v1/messages", "/v1/messages?beta=true"),
    "responses": ("openai", "/v1/responses", "/v1/responses"),
    "chat": ("openai", "/v1/chat/completions", "/v1/chat/completions"),
    "gemini": (
        "gemini",
        "/v1beta/models/gemini-3.1-pro-preview:streamGenerateContent",
        "/v1beta/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse",
    ),
    "assist": ("code-assist", "/v1internal:streamGenerateContent", "/v1internal:streamGenerateContent?alt=sse"),
    "ollama": ("ollama", "/api/chat", "/api/chat"),
}


class Asking:
    """Adapts one request after another."""

    def __call__(
        self,
        kind: str,
        body: Any,
        model: str | None = None,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        path: str | None = None,
        vendor: str | None = None,
        target: str | None = None,
        effort: str | None = None,
        foreign: Callable[[str], bool] = lambda _signature: False,
        known: Capability | None = None,
        tool: str | None = None,
    ) -> Adapted | Unadaptable:
        default_vendor, default_path, default_target = PATHS[kind]
        path, vendor = path or default_path, vendor or default_vendor
        target = target or (default_target if path == default_path else path)
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        view = RequestView(vendor, "POST", path, [(k.encode(), v.encode("latin-1")) for k, v in pairs], tool)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        dialect = recognise(vendor, "POST", path)
        assert dialect is not None
        call = dialect.read_request(view, data)
        wanted = Wanted(model=model, effort=effort, foreign=foreign, known=known)
        return adapt(call, view, target, data, wanted)

    def well(self, *args: Any, **how: Any) -> Adapted:
        answer = self(*args, **how)
        assert isinstance(answer, Adapted), answer
        return answer

    def body(self, *args: Any, **how: Any) -> Any:
        return json.loads(self.well(*args, **how).body)

    def why(self, *args: Any, **how: Any) -> str:
        answer = self(*args, **how)
        assert isinstance(answer, Unadaptable), answer
        return answer.why


@pytest.fixture(scope="session")
def ask() -> Asking:
    return Asking()


class Bodies:
    """Requests as the real clients write them (Claude Code 2.1.330, Codex 0.169, Gemini CLI 0.61), with our words."""

    def claude(self, **more: Any) -> dict[str, Any]:
        return {
            "model": "claude-opus-5-5",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Rename it."}]},
                {
                    "role": "system",
                    "content": [{"type": "text", "text": "# Environment", "cache_control": {"type": "ephemeral"}}],
                    "output_config": {"effort": "medium"},
                },
            ],
            "system": [
                {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.330.73a; cc_entrypoint=cli;"}
            ],
            "tools": [{"name": "Bash", "description": "Runs.", "input_schema": {"type": "object"}}],
            "max_tokens": 128000,
            "thinking": {"type": "adaptive", "display": "omitted"},
            "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
            "output_config": {"effort": "medium"},
            "stream": True,
            **more,
        }

    @property
    def betas(self) -> str:
        return (
            "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,"
            "per-turn-control-2026-07-01,mid-conversation-tool-changes-2026-07-01,effort-2025-11-24"
        )

    def thought(self, signature: str, *more: dict[str, Any]) -> dict[str, Any]:
        return {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "Hm.", "signature": signature}, *more],
        }

    def codex(self, **more: Any) -> dict[str, Any]:
        return {
            "model": "gpt-6.1-sol",
            "stream": True,
            "input": [
                {"type": "additional_tools", "role": "developer", "tools": [{"type": "custom", "name": "exec"}]},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Rename it."}]},
            ],
            "reasoning": {"effort": "low", "context": "all_turns"},
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": "k",
            **more,
        }

    def gemini(self, **more: Any) -> dict[str, Any]:
        return {
            "contents": [{"role": "user", "parts": [{"text": "Rename it."}]}],
            "generationConfig": {
                "temperature": 1,
                "topP": 0.95,
                "thinkingConfig": {"includeThoughts": True, "thinkingLevel": "HIGH"},
            },
            **more,
        }


@pytest.fixture(scope="session")
def bodies() -> Bodies:
    return Bodies()
