"""Who asks: the tool, its version, its session and the kind of account, from a request's headers.

Everything that reads a client's name lives here. Header facts were measured with the real clients in 2026-11
(Claude Code 2.1.330, Codex 0.169, Gemini CLI 0.61, opencode 1.18, Copilot CLI 1.0.102, Qwen Code 0.24, SDKs).

Rules: a tool named by the address wins; an unknown client is ``None``, never a guess; of a credential only its
prefix is looked at and nothing of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from trayapp.dialects import fields

Headers = Mapping[bytes, bytes]
"""Lower-case names to the first value of each."""

_AGENT = re.compile(
    r"(?P<claude>claude-(?:cli|code))/(?P<v1>[\w.-]+)"
    r"|(?P<codex>codex[\w-]*|Codex[\w -]*)/(?P<v2>[\w.-]+)"
    r"|(?P<gemini>GeminiCLI[\w-]*)/(?P<v3>[\w.-]+)"
    r"|(?P<opencode>opencode)/(?P<v4>[\w.-]+)"
    r"|(?P<copilot>copilot|GitHubCopilotCLI)/(?P<v5>[\w.-]+)"
    r"|(?P<qwen>QwenCode)/(?P<v6>[\w.-]+)"
    r"|(?P<litellm>litellm)/(?P<v7>[\w.-]+)"
    r"|(?P<sdk>(?:Async)?(?:Azure)?(?P<maker>OpenAI|Anthropic)\w*/(?P<lang>Python|JS|Go|Java|Ruby)) (?P<v8>[\w.-]+)"
    r"|(?P<genai>google-genai-sdk)/(?P<v9>[\w.-]+) gl-(?P<genai_lang>\w+)"
    r"|(?P<ollama>ollama-python)/(?P<v10>[\w.-]+)"
    r"|(?P<mistral>mistral-client-python)/(?P<v11>[\w.-]+)"
    r"|ai-sdk/(?P<aisdk>[\w-]+)/(?P<v12>[\w.-]+)"
)
_VERSIONS: Final = tuple(name for name in _AGENT.groupindex if name[0] == "v")
_TOOLS: Final = {
    "claude": "claude-code",
    "codex": "codex",
    "gemini": "gemini-cli",
    "opencode": "opencode",
    "copilot": "copilot",
    "qwen": "qwen-code",
    "litellm": "litellm",
    "ollama": "python-ollama",
    "mistral": "python-mistral",
    "aisdk": "js-ai-sdk",
}
_LANGUAGES: Final = {"python": "python", "js": "js", "node": "js", "go": "go", "java": "java", "ruby": "ruby"}
_VERSION = re.compile(r"\d[\w.-]{0,40}\Z", re.ASCII)

_SUBSCRIPTION: Final = (b"sk-ant-oat", b"github_pat_", b"gho_", b"ghu_", b"tid=")
"""How the credentials of Claude and Copilot plans begin."""

_SESSION_FIELDS: Final = (
    b"x-claude-code-session-id",
    b"session-id",
    b"session_id",
    b"x-session-id",
    b"x-client-session-id",
    b"x-session-affinity",
    b"conversation_id",
)


def index(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The first value of each field, by lower-case name."""
    seen: dict[bytes, bytes] = {}
    for key, value in headers:
        seen.setdefault(key.lower(), value)
    return seen


def text(headers: Headers, key: bytes) -> str:
    """A field's value as text, empty when absent. Never raises: the wire is latin-1."""
    value = headers.get(key)
    return value.decode("latin-1").strip() if value else ""


def tool(headers: Headers, hint: str | None = None) -> tuple[str | None, str | None]:
    """The tool's name and version.

    Args:
        headers: see ``index``.
        hint: the tool that the address names. Its version is taken from the headers only if they agree.
    """
    found, version = _from_headers(headers)
    if version is not None and not _VERSION.match(version):
        version = None
    if hint is not None and hint != found:
        return hint, None
    return found, version


def _from_headers(headers: Headers) -> tuple[str | None, str | None]:
    found, version = _from_agent(headers.get(b"user-agent", b"")[:256])
    if found != "copilot" and b"x-interaction-type" in headers and b"x-initiator" in headers:
        return "copilot", None  # with its user's own key Copilot CLI sends its SDK's name
    if found is not None:
        return found, version
    originator = text(headers, b"originator").lower()
    if originator.startswith("codex"):
        return "codex", text(headers, b"version") or None
    if originator == "opencode":
        return "opencode", None
    return None, None


@lru_cache(maxsize=256)
def _from_agent(agent: bytes) -> tuple[str | None, str | None]:
    match = _AGENT.match(agent.decode("latin-1").strip())
    if match is None:
        return None, None
    version = next((match[group] for group in _VERSIONS if match[group]), None)
    for name, result in _TOOLS.items():
        if match[name]:
            return result, version
    if match["sdk"]:
        return f"{_LANGUAGES[match['lang'].lower()]}-{match['maker'].lower()}", version
    language = match["genai_lang"].lower()
    return f"{_LANGUAGES.get(language, language)}-genai", version


def session(headers: Headers) -> str | None:
    """The tool's own session id, where a header carries it."""
    for key in _SESSION_FIELDS:
        if key in headers:
            value = fields.name(text(headers, key))
            if value is not None:
                return value
    return None


def account(headers: Headers, vendor: str, path: str) -> str:
    """``subscription`` when the credential's kind says so, else ``api``."""
    credential = headers.get(b"authorization", b"")[:40]
    scheme, _, secret = credential.partition(b" ")
    if scheme.lower() != b"bearer":
        secret = credential
    if vendor == "chatgpt" or b"chatgpt-account-id" in headers:
        return "subscription"
    if secret.startswith(b"ya29."):  # a Google login: a plan with Code Assist, billed by the token on Vertex
        return "subscription" if "/v1internal:" in path else "api"
    return "subscription" if secret.startswith(_SUBSCRIPTION) else "api"


def holder(headers: Headers) -> str | None:
    """The account's own id, where a header names it (Codex with a ChatGPT login)."""
    return fields.name(text(headers, b"chatgpt-account-id"))


def coding_plan(host: str, target: str) -> bool:
    """Whether an upstream's host and the request target there belong to a coding plan with a flat price.

    Z.ai's and Zhipu's (``/api/coding/…``) and Kimi's (``api.kimi.com/coding``); their keys look like any other's.
    """
    path = target.partition("?")[0]
    if host.endswith((".z.ai", ".bigmodel.cn")):
        return path.startswith("/api/coding/")
    return host.endswith("api.kimi.com") and path.startswith("/coding/")
