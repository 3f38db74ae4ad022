"""OpenAI Chat Completions, and the same wire from compatible vendors; legacy completions and embeddings.

Everything about this wire format lives here. Facts: OpenAI's SDK 3.54 types, captures of nine clients and
recorded streams of compatible vendors (2026-11-23).

Usage rules: a stream carries a usage only with ``stream_options.include_usage``, in a last chunk whose
``choices`` are empty (compatible vendors also put it into the chunk that finishes, or repeat it cumulatively in
every chunk: the last one counts); other chunks say ``usage: null``; the billed ``service_tier`` is the response's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import Raw

from trayapp.dialects import fields, kinds, openai_usage, workspace
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import EMPTY, Opened, effort, own_texts, texts_of, tool_names
from trayapp.dialects.tally import Tally, as_object
from trayapp.values import Call, Kind, Leg

WIRE: Final = "openai-chat"

_PATH = re.compile(r"(?:/.*)?/(?:chat/completions|(?<!/chat/)(?P<legacy>completions)|(?P<embed>embeddings))\Z")
_DEPLOYMENT = re.compile(r"/deployments/([^/]+)/")
_DONE: Final = b"[DONE]"


class _Request(msgspec.Struct):
    model: Any = None
    max_completion_tokens: Any = None
    max_tokens: Any = None
    stream: Any = None
    stream_options: Raw = Raw(b"")
    service_tier: Any = None
    reasoning_effort: Any = None
    reasoning: Raw = Raw(b"")
    response_format: Raw = Raw(b"")
    tools: Raw = Raw(b"")
    functions: Raw = Raw(b"")
    prompt_cache_key: Any = None


class _Full(_Request):
    messages: list[Raw] = []


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (
    msgspec.json.Decoder(_Full),
    msgspec.json.Decoder(_Request),
)


class Chat:
    """The Chat Completions endpoint, or one that answers with the same usage object."""

    wire = WIRE

    def __init__(self, *, side: bool) -> None:
        self._side = side
        """Legacy completions or embeddings: no conversation to classify."""

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        messages: list[Raw] = request.messages if isinstance(request, _Full) else []
        stream = request.stream is True
        options = fields.parse(request.stream_options) if request.stream_options else None
        reasoning = fields.parse(request.reasoning) if request.reasoning else None
        limit = request.max_completion_tokens if request.max_completion_tokens is not None else request.max_tokens
        deployment = _DEPLOYMENT.search(head.path)
        return opened.call(
            WIRE,
            model=request.model if request.model is not None else (unquote(deployment[1]) if deployment else None),
            session=request.prompt_cache_key if opened.tool in ("codex", "opencode") else None,
            workspace=workspace.search(bytes(m) for m in messages[:3]),
            stream=stream,
            kind=Kind.OTHER if self._side else _kind(opened, request, messages, limit),
            effort=effort(request.reasoning_effort, fields.part({"r": reasoning}, "r").get("effort")),
            max_output=limit,
            tier=request.service_tier,
            asks_usage=not stream or (isinstance(options, dict) and options.get("include_usage") is True),
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        return ResponseReader(ChatTally(), content_type=content_type, content_encoding=content_encoding, status=status)


_chat: Final = Chat(side=False)
_side: Final = Chat(side=True)


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it speaks Chat Completions."""
    match = _PATH.match(path)
    if match is None:
        return None
    return _side if match["legacy"] or match["embed"] else _chat


def _kind(opened: Opened, request: _Request, messages: list[Raw], limit: object) -> Kind:
    form = fields.parse(request.response_format) if request.response_format else None
    return kinds.classify(
        kinds.Shape(
            headers=opened.headers,
            tools=bytes(request.tools) not in EMPTY or bytes(request.functions) not in EMPTY,
            max_output=limit if type(limit) is int else None,
            messages=len(messages),
            schema=fields.part(form, "json_schema").get("schema"),
            system=lambda: _system(messages),
            last=lambda: own_texts(fields.parse(messages[-1])) if messages else (),
            offered=lambda: tool_names(request.tools or request.functions),
        )
    )


def _system(messages: list[Raw]) -> tuple[str, ...]:
    first = fields.parse(messages[0]) if messages else None
    if isinstance(first, dict) and first.get("role") in ("system", "developer"):
        return texts_of(first.get("content"))
    return ()


class _Delta(msgspec.Struct):
    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None
    tool_calls: Any = None
    function_call: Any = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None
    text: Any = None
    finish_reason: Any = None


class _Groq(msgspec.Struct):
    usage: Raw = Raw(b"")


class _Loose(msgspec.Struct):
    id: Any = None
    model: Any = None
    service_tier: Any = None
    usage: Raw = Raw(b"")
    error: Any = None
    choices: Raw = Raw(b"")
    copilot_usage: Raw = Raw(b"")


class _Chunk(msgspec.Struct):
    id: Any = None
    model: Any = None
    service_tier: Any = None
    usage: Raw = Raw(b"")
    error: Any = None
    choices: list[_Choice] | None = None
    x_groq: _Groq | None = None
    copilot_usage: Raw = Raw(b"")


_chunk = msgspec.json.Decoder(_Chunk)
_loose = msgspec.json.Decoder(_Loose)
_choices = msgspec.json.Decoder(list[_Choice])


class ChatTally(Tally):
    """Adds up one chat completion."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}
        self._finished = False

    def message(self, data: bytes) -> None:
        """Read one chunk of a stream."""
        try:
            chunk: _Chunk | _Loose = _chunk.decode(data)
        except fields.BAD_JSON:
            if data.strip() == _DONE:
                self.ended = True
                self.final = self._countable()
                return
            try:
                chunk = _loose.decode(data)
            except fields.BAD_JSON:
                self.flags.add("bad_event")
                return
        usage = as_object(chunk.usage) if len(chunk.usage) > len(b"null") else None
        if chunk.error is not None:
            self.failure(data)
            if usage is None:
                return
            self._finished = True  # routers bill what was written before the error (seen with OpenRouter)
        self._names(chunk)
        last = False
        if isinstance(chunk, _Chunk):
            for choice in chunk.choices or ():
                if choice.delta is not None:
                    self._hear(choice.delta)
                elif choice.text is not None:
                    self.say(choice.text)
                if choice.finish_reason is not None:
                    self._finished = True
            if usage is None and chunk.x_groq is not None and not self._usage:
                usage = as_object(chunk.x_groq.usage)
            last = self._finished or chunk.choices == []
        if usage is not None:
            self._take(usage)
        if chunk.copilot_usage:
            self.take_credits(chunk.copilot_usage)
        if last and self._countable():
            self.final = self.ended = True

    def document(self, data: bytes) -> bool:
        """Read a whole completion."""
        try:
            body = _loose.decode(data)
        except fields.BAD_JSON:
            return False
        self.ended = True
        if body.error is not None:
            self.failure(data)
        self._names(body)
        usage = as_object(body.usage)
        if usage is not None:
            self._take(usage)
            self.final = self._countable()
        elif body.error is None:
            self._hear_whole(body.choices)
        if body.copilot_usage:
            self.take_credits(body.copilot_usage)
        return True

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before a usage was read."""
        return (openai_usage.leg(self._usage, self.flags, model=self.model),) if self._usage else ()

    def _names(self, chunk: _Chunk | _Loose) -> None:
        if chunk.model != self.model or chunk.id != self.message_id:
            self.names(chunk.model, chunk.id)
        if chunk.service_tier is not None and chunk.service_tier != self.tier:
            self.tier = fields.name(chunk.service_tier, self.flags) or self.tier

    def _take(self, usage: dict[str, Any]) -> None:
        self._usage = usage
        self.known_input, self.known_output = openai_usage.prompt_and_output(usage, self.flags)
        self.stated_pico = openai_usage.stated(usage, self.flags)

    def _hear(self, delta: _Delta) -> None:
        content = delta.content
        thinking = delta.reasoning_content or delta.reasoning
        if thinking is not None:
            _each(thinking, self.think)
        if type(content) is str:
            self.text_bytes += self.said.add(content)
        elif content is not None:
            _each(content, self.say)
        if delta.refusal is not None:
            self.say(delta.refusal)
        if isinstance(delta.tool_calls, list):
            for call in delta.tool_calls:
                self.say(fields.part(call, "function").get("arguments"))
        elif delta.function_call is not None:
            self.say(fields.part({"f": delta.function_call}, "f").get("arguments"))

    def _hear_whole(self, raw: Raw) -> None:
        """The text of a whole answer, where its vendor did not count it."""
        try:
            choices = _choices.decode(raw)
        except fields.BAD_JSON:
            return
        for choice in choices:
            if choice.message is not None:
                self._hear(choice.message)
            elif choice.text is not None:
                self.say(choice.text)

    def _countable(self) -> bool:
        return self.known_input is not None and self.known_output is not None


def _each(content: object, take: Callable[[object], None]) -> None:
    """Hand over a text, or the texts of a list of blocks."""
    for text in texts_of(content, limit=64):
        take(text)
