"""Which request is what: paths and bodies become an ``Ask``, an ``Ask`` and its ``Script`` become an ``Answer``.

Everything that decides what the simulated vendor does with a request lives here.

Rules: paths are those of the real vendors, exactly; anything else is the vendor-shaped 404 that they give, so that a
proxy which bends a path is found out. Bodies may be compressed (Codex sends zstd). A request that lacks what its
vendor demands is a 400.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import brotli
import msgspec
import zstandard

from trayapp.demo import prefixes, wire_anthropic, wire_copilot, wire_gemini, wire_ollama, wire_openai
from trayapp.demo.script import Answer, Ask, Script
from trayapp.values import Leg

MAX_BODY: Final = 256 * 2**20
"""Bytes of a decoded request body."""

_GEMINI = re.compile(r"/v1(?:beta|alpha)?/models/([^/:]+):(\w+)\Z")
_CODE_ASSIST = re.compile(r"/v1internal:(\w+)\Z")
_VERTEX = re.compile(r"/v1(?:beta1)?/(?:projects/[^/]+/locations/[^/]+/)?publishers/google/models/([^/:]+):(\w+)\Z")
_RESPONSES = ("/v1/responses", "/responses", "/backend-api/codex/responses")
_AZURE = re.compile(r"/openai/deployments/([^/]+)/chat/completions\Z")
_CHATS = ("/v1/chat/completions", "/openai/v1/chat/completions")
"""OpenAI's and Mistral's; Azure's without a deployment and Groq's."""
_OLLAMA = (wire_ollama.CHAT, wire_ollama.GENERATE)
_METHODS = {"generateContent": False, "streamGenerateContent": True, "countTokens": False}
_EMPTY = msgspec.Raw(b"")
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_COPILOT: Final = "copilot-integration-id"
"""The header by which GitHub's host knows its clients; its paths have no version segment."""


class _Body(msgspec.Struct, rename={"system_instruction": "systemInstruction", "generation": "generationConfig"}):
    """The few fields of any vendor's request that matter here."""

    model: str | None = None
    stream: bool | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    max_output_tokens: int | None = None
    tools: msgspec.Raw = _EMPTY
    system: msgspec.Raw = _EMPTY
    messages: msgspec.Raw = _EMPTY
    instructions: msgspec.Raw = _EMPTY
    input: msgspec.Raw = _EMPTY
    prompt: msgspec.Raw = _EMPTY
    contents: msgspec.Raw = _EMPTY
    system_instruction: msgspec.Raw = _EMPTY
    generation: Any = None
    stream_options: Any = None
    output_config: Any = None
    response_format: Any = None
    text: Any = None
    request: msgspec.Raw = _EMPTY


_decode_body = msgspec.json.Decoder(_Body).decode
_decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for tokens and its prompt."""

    ask: Ask
    prompt: prefixes.Prompt
    refused: Answer | None = None
    """The vendor will not serve it, and says this."""


class BodyError(Exception):
    """The request body cannot be used."""


def vendor_of(path: str, headers: Mapping[str, str]) -> str:
    """Whose shape an answer has."""
    if _GEMINI.match(path) or path.startswith(("/v1beta", "/v1internal")) or "x-goog-api-key" in headers:
        return "gemini"
    if path in (*_OLLAMA, "/api/tags"):
        return "ollama"
    if "anthropic-version" in headers or path.startswith(("/v1/messages", "/api/")):
        return "anthropic"
    return "chatgpt" if "chatgpt-account-id" in headers or path.startswith("/backend-api") else "openai"


def is_metered(method: str, path: str, headers: Mapping[str, str] = _NO_HEADERS) -> bool:
    """Whether a request asks for tokens (or counts them)."""
    return method == "POST" and (
        path in ("/v1/messages", "/v1/messages/count_tokens", *_CHATS, *_OLLAMA)
        or _AZURE.match(path) is not None
        or path.removesuffix("/compact") in _RESPONSES
        or (path == "/chat/completions" and _COPILOT in headers)
        or any(
            m is not None and m[m.lastindex or 0] in _METHODS
            for m in (_GEMINI.match(path), _VERTEX.match(path), _CODE_ASSIST.match(path))
        )
    )


def side(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    """The answer to a request that asks for no tokens."""
    vendor = vendor_of(path, headers)
    if method == "POST" and (assist := _CODE_ASSIST.match(path)):
        return wire_gemini.code_assist(assist[1])
    if method in ("HEAD", "GET"):
        if path == "/copilot_internal/user":
            return wire_copilot.user()
        if path == "/models" and _COPILOT in headers:
            return wire_copilot.models()
        if path == "/api/hello":
            return Answer(body=b'{"message":"hello"}')
        if path == "/v1/models":
            return wire_anthropic.models() if vendor == "anthropic" or "x-api-key" in headers else wire_openai.models()
        if path in ("/models", "/backend-api/codex/models"):
            return wire_openai.models()
        if path == "/api/tags":
            return wire_ollama.models()
        if path == "/v1beta/models":
            return wire_gemini.models()
    return error(vendor, 404, "not_found_error" if vendor == "anthropic" else "", "There is no such address.")


def error(vendor: str, status: int, kind: str = "", message: str = "") -> Answer:
    """An error in the vendor's shape."""
    if vendor == "anthropic":
        return wire_anthropic.error(status, kind, message)
    if vendor == "gemini":
        return wire_gemini.error(status, kind, message)
    if vendor == "ollama":
        return wire_ollama.error(status, message)
    return wire_openai.error(status, kind, message)


def read(path: str, query: str, headers: Mapping[str, str], wire_body: bytes) -> Asked:
    """Read a metered request.

    Raises:
        BodyError: the body cannot be decoded, or lacks what the vendor demands.
    """
    raw = decoded(wire_body, headers.get("content-encoding", ""))
    try:
        body = _decode_body(raw)
        vendor = vendor_of(path, headers)
        key = headers.get("x-api-key") or headers.get("x-goog-api-key") or headers.get("authorization") or ""
        if vendor == "gemini":
            return _gemini(path, query, body, raw, key)
        if vendor == "anthropic":
            return _anthropic(path, body, raw, key)
        if vendor == "ollama":
            return _ollama(path, body, raw, key)
        if _AZURE.match(path) and "api-version=" not in query:
            raise BodyError("api-version is required.")
        return _openai(path, vendor, body, raw, key)
    except msgspec.DecodeError as problem:
        raise BodyError("The body is not the JSON that this address expects.") from problem


def answer(ask: Ask, script: Script, leg: Leg) -> Answer:
    """The answer to a metered request."""
    if script.status >= 400:
        return error(ask.vendor, script.status, script.error)
    if ask.wire == wire_anthropic.WIRE:
        return wire_anthropic.count(leg) if ask.op == "count" else wire_anthropic.answer(ask, script, leg)
    if ask.wire == wire_gemini.WIRE:
        return wire_gemini.count(leg) if ask.op == "count" else wire_gemini.answer(ask, script, leg)
    if ask.wire == wire_ollama.WIRE:
        return wire_ollama.answer(ask, script, leg)
    if ask.op == "compact":
        return wire_openai.compact(ask, script, leg)
    return (wire_openai.chat if ask.wire == wire_openai.CHAT else wire_openai.responses)(ask, script, leg)


def decoded(body: bytes, coding: str) -> bytes:
    """A request body without its content coding.

    Raises:
        BodyError: the coding is unknown, the data damaged, or the result larger than ``MAX_BODY``.
    """
    coding = coding.strip().lower()
    try:
        if coding in ("", "identity"):
            return body
        if coding == "zstd":
            with zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True) as reader:
                plain = bytes(reader.read(MAX_BODY + 1))
        elif coding == "gzip":
            plain = gzip.decompress(body)
        elif coding == "deflate":
            plain = zlib.decompress(body)
        elif coding == "br":
            plain = brotli.decompress(body)
        else:
            raise BodyError("The content coding is not supported.")
    except (zstandard.ZstdError, OSError, EOFError, zlib.error, brotli.error) as problem:
        raise BodyError("The compressed body is damaged.") from problem
    if len(plain) > MAX_BODY:
        raise BodyError("The body is too large.")
    return plain


def _anthropic(path: str, body: _Body, raw: bytes, key: str) -> Asked:
    counting = path.endswith("/count_tokens")
    messages = _list(body.messages)
    if not body.model or not messages or (body.max_tokens is None and not counting):
        raise BodyError("model, messages and max_tokens are required.")
    form = body.output_config.get("format") if isinstance(body.output_config, dict) else None
    ask = Ask(
        vendor="anthropic",
        wire=wire_anthropic.WIRE,
        op="count" if counting else "generate",
        path=path,
        model=body.model,
        stream=bool(body.stream) and not counting,
        key=key,
        max_output=body.max_tokens,
        schema=form.get("schema") if isinstance(form, dict) else None,
        body=raw,
    )
    return Asked(ask, prefixes.Prompt([*_list(body.tools), *_list(body.system), *messages], explicit=True))


def _openai(path: str, vendor: str, body: _Body, raw: bytes, key: str) -> Asked:
    is_chat = path.endswith("/chat/completions")
    turns = _list(body.messages if is_chat else body.input)
    if not body.model or not turns:
        raise BodyError("model and messages or input are required.")
    options = body.stream_options if isinstance(body.stream_options, dict) else {}
    form = body.response_format if is_chat else (body.text.get("format") if isinstance(body.text, dict) else None)
    schema = None
    if isinstance(form, dict):
        schema = form.get("schema") or (form.get("json_schema") or {}).get("schema")
    ask = Ask(
        vendor=vendor,
        wire=wire_openai.CHAT if is_chat else wire_openai.RESPONSES,
        op="compact" if path.endswith("/compact") else "generate",
        path=path,
        model=body.model,
        stream=bool(body.stream),
        key=key,
        max_output=body.max_output_tokens or body.max_completion_tokens or body.max_tokens,
        include_usage=bool(options.get("include_usage")) or (is_chat and wire_openai.is_mistral(body.model)),
        schema=schema,
        body=raw,
    )
    segments = [*_list(body.tools), *_list(body.instructions), *turns]
    return Asked(ask, prefixes.Prompt(segments, writes=body.model.startswith("gpt-6"), step=128))


def _ollama(path: str, body: _Body, raw: bytes, key: str) -> Asked:
    turns = _list(body.messages if path == wire_ollama.CHAT else body.prompt)
    if not body.model or not turns:
        raise BodyError("model and messages or prompt are required.")
    ask = Ask(
        vendor="ollama",
        wire=wire_ollama.WIRE,
        path=path,
        model=body.model,
        stream=body.stream is not False,
        key=key,
        body=raw,
    )
    return Asked(ask, prefixes.Prompt([*_list(body.tools), *turns], explicit=True))


def _gemini(path: str, query: str, body: _Body, raw: bytes, key: str) -> Asked:
    named = _GEMINI.match(path) or _VERTEX.match(path)
    method = named[2] if named else path.rsplit(":", 1)[-1]
    model = named[1] if named else body.model
    inner = body
    if not named and bytes(body.request):
        inner = _decode_body(body.request)
    turns = _list(inner.contents)
    if not model or not turns:
        raise BodyError("contents is required.")
    generation = inner.generation if isinstance(inner.generation, dict) else {}
    limit = generation.get("maxOutputTokens")
    ask = Ask(
        vendor="gemini",
        wire=wire_gemini.WIRE,
        op="count" if method == "countTokens" else "generate",
        path=path,
        model=model,
        stream=_METHODS.get(method, False),
        key=key,
        max_output=limit if isinstance(limit, int) else None,
        schema=generation.get("responseJsonSchema") or generation.get("responseSchema"),
        sse="alt=sse" in query.split("&"),
        wrapped=not named,
        body=raw,
    )
    segments = [*_list(inner.system_instruction), *_list(inner.tools), *turns]
    return Asked(ask, prefixes.Prompt(segments, writes=False))


def _list(raw: msgspec.Raw) -> list[bytes]:
    """A JSON list's items, or the value itself as the only one."""
    data = bytes(raw)
    if data.startswith(b"["):
        return [bytes(item) for item in _decode_list(data)]
    return [data] if data and data != b"null" else []
