"""Anthropic Messages: ``/v1/messages``, its token counting, and Claude on Vertex (same bodies).

Everything about Anthropic's wire format lives here. Facts: Anthropic's SDK 2.12 types and captures of Claude Code
2.1.330 (2026-11-23); long-prompt tiers per iteration as Claude Code itself prices them.

Usage rules:

* ``input_tokens`` excludes the cache; ``output_tokens`` includes thinking;
* a stream's ``message_delta.usage`` is cumulative and overwrites what ``message_start`` said, field by field;
* ``cache_creation`` splits the writes by life (5 minutes, 1 hour) and outranks the flat total that came with it;
  without a split all is 5 minutes. A later, larger total without a split adds to the life that is in use;
* ``iterations``: several ``message`` entries are several prompts and become a leg each, if they sum to the
  totals; ``compaction`` and ``advisor_message`` are *not* in the totals and are legs of their own (the advisor's
  under its own model); with a ``fallback_message`` the totals are the serving model's (its earlier turns are
  ``message`` entries under its name), and a declined hop costs nothing unless it wrote output;
* a router that speaks this format states its amount in the usage (OpenRouter's ``cost``), as in OpenAI's;
* a refusal without output is not billed (platform release note): its tokens stand, flagged ``refused``.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from trayapp.dialects import fields, kinds, openai_usage, workspace
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import EMPTY, Opened, budget, effort, own_texts, texts_of, tool_names
from trayapp.dialects.tally import CountTally, Tally, as_object
from trayapp.values import Call, Kind, Leg

WIRE: Final = "anthropic-messages"

_MESSAGES = re.compile(r"(?:/.*)?/messages(?P<count>/count_tokens)?\Z")
_VERTEX = re.compile(r"/publishers/anthropic/models/(?P<model>[^/:]+):(?P<verb>rawPredict|streamRawPredict)\Z")
_OLD_USER_ID = re.compile(r"_session_([0-9a-fA-F-]{36})\Z")


class _Request(msgspec.Struct):
    model: Any = None
    max_tokens: Any = None
    stream: Any = None
    service_tier: Any = None
    speed: Any = None
    system: Raw = Raw(b"")
    tools: Raw = Raw(b"")
    metadata: Raw = Raw(b"")
    thinking: Raw = Raw(b"")
    output_config: Raw = Raw(b"")
    output_format: Raw = Raw(b"")


class _Full(_Request):
    messages: list[Raw] = []


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (
    msgspec.json.Decoder(_Full),
    msgspec.json.Decoder(_Request),
)


class Messages:
    """The Messages endpoint, or its token counting."""

    wire = WIRE

    def __init__(self, *, counts: bool) -> None:
        self._counts = counts

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        messages: list[Raw] = request.messages if isinstance(request, _Full) else []
        thinking = fields.parse(request.thinking) if request.thinking else None
        config = fields.parse(request.output_config) if request.output_config else None
        in_url = _VERTEX.search(head.path)
        kind = Kind.COUNT if self._counts else _kind(opened, request, messages, config)
        session, holder = _user(request.metadata)
        return opened.call(
            WIRE,
            model=request.model if request.model is not None else (in_url["model"] if in_url else None),
            session=session,
            holder=holder,
            workspace=workspace.search((bytes(request.system), *(bytes(m) for m in messages[:3]))),
            stream=request.stream is True or (in_url is not None and in_url["verb"] == "streamRawPredict"),
            kind=kind,
            effort=_effort(config, thinking),
            max_output=request.max_tokens,
            tier=request.speed if request.speed is not None else request.service_tier,
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        tally = CountTally(WIRE, "input_tokens") if self._counts else MessagesTally()
        return ResponseReader(tally, content_type=content_type, content_encoding=content_encoding, status=status)


_messages: Final = Messages(counts=False)
_counting: Final = Messages(counts=True)


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is one of Anthropic's."""
    if "/threads/" in path or vendor == "chatgpt":
        return None  # OpenAI's assistants end so too
    match = _MESSAGES.match(path)
    if match is not None:
        return _counting if match["count"] else _messages
    if _VERTEX.search(path):
        return _counting if "/count-tokens:" in path else _messages
    return None


def _effort(config: Any, thinking: Any) -> str | None:
    word = effort(config.get("effort")) if isinstance(config, dict) else None
    if word is not None or not isinstance(thinking, dict):
        return word
    return budget(thinking.get("budget_tokens")) or effort(thinking.get("type"))


def _user(raw: Raw) -> tuple[str | None, str | None]:
    """Session and account, which Claude Code puts into ``metadata.user_id``: JSON now, ``…_session_<uuid>`` before 2.1.

    With an API key its ``account_uuid`` is empty.
    """
    if not raw:
        return None, None
    user = fields.part({"m": fields.parse(raw)}, "m").get("user_id")
    if not isinstance(user, str) or len(user) > 4096:
        return None, None
    if user.startswith("{"):
        inner = fields.parse(user.encode("utf-8", "replace"))
        if not isinstance(inner, dict):
            return None, None
        return fields.name(inner.get("session_id")), fields.name(inner.get("account_uuid"))
    match = _OLD_USER_ID.search(user)
    return (match[1] if match else None), None


def _kind(opened: Opened, request: _Request, messages: list[Raw], config: Any) -> Kind:
    schema: Any = fields.part(config, "format").get("schema")
    if schema is None and request.output_format:
        schema = fields.part({"f": fields.parse(request.output_format)}, "f").get("schema")
    limit = request.max_tokens
    return kinds.classify(
        kinds.Shape(
            headers=opened.headers,
            tools=bytes(request.tools) not in EMPTY,
            max_output=limit if type(limit) is int else None,
            messages=len(messages),
            schema=schema,
            system=lambda: texts_of(fields.parse(request.system)) if request.system else (),
            last=lambda: own_texts(fields.parse(messages[-1])) if messages else (),
            offered=lambda: tool_names(request.tools),
        )
    )


class _Delta(msgspec.Struct):
    text: Any = None
    thinking: Any = None
    partial_json: Any = None
    stop_reason: Any = None


class _Event(msgspec.Struct):
    type: Any = None
    delta: _Delta | None = None
    content_block: Raw = Raw(b"")
    message: Raw = Raw(b"")
    usage: Raw = Raw(b"")
    copilot_usage: Raw = Raw(b"")


class _Loose(msgspec.Struct):
    type: Any = None
    delta: Raw = Raw(b"")
    content_block: Raw = Raw(b"")
    message: Raw = Raw(b"")
    usage: Raw = Raw(b"")
    copilot_usage: Raw = Raw(b"")


class _Message(msgspec.Struct):
    type: Any = None
    id: Any = None
    model: Any = None
    usage: Raw = Raw(b"")
    stop_reason: Any = None
    copilot_usage: Raw = Raw(b"")


_THINKING: Final = ("thinking", "redacted_thinking")

_event = msgspec.json.Decoder(_Event)
_loose = msgspec.json.Decoder(_Loose)
_message = msgspec.json.Decoder(_Message)


class MessagesTally(Tally):
    """Adds up one Messages response."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}
        """The usage as merged so far."""
        self._split_total: int | None = None
        """The flat total that came with the last split of cache writes."""
        self._stopped = False

    def message(self, data: bytes) -> None:
        """Read one event of a stream."""
        try:
            event: _Event | _Loose = _event.decode(data)
        except fields.BAD_JSON:
            try:
                event = _loose.decode(data)
            except fields.BAD_JSON:
                self.flags.add("bad_event")
                return
        kind = event.type
        if kind == "content_block_delta":
            delta = event.delta
            if isinstance(delta, _Delta):
                if delta.thinking is not None:
                    self.think(delta.thinking)
                else:
                    self.say(delta.text if delta.text is not None else delta.partial_json)
        elif kind == "content_block_start":
            if (
                event.content_block
                and str(fields.part({"b": fields.parse(event.content_block)}, "b").get("type")) in _THINKING
            ):
                self.thinks = True
        elif kind == "message_start":
            if self.ended:
                # One answer is one message. Only the newest counts, and says so.
                self.flags.add("several_messages")
                self._usage, self._split_total = {}, None
                self.ended = self.final = self._stopped = self._refused = False
            self._read_message(event.message)
        elif kind == "message_delta":
            if isinstance(event.delta, _Delta) and event.delta.stop_reason is not None:
                self._stop(event.delta.stop_reason)
            usage = as_object(event.usage)
            if usage is not None:
                self._merge(usage)
                self.final = self._stopped and self._countable()
        elif kind == "message_stop":
            self.ended = True
        elif kind == "error":
            self.failure(data)
        if event.copilot_usage:
            self.take_credits(event.copilot_usage)

    def document(self, data: bytes) -> bool:
        """Read a whole message, or a usage object inside one."""
        try:
            message = _message.decode(data)
        except fields.BAD_JSON:
            return False
        self.ended = True
        if message.type == "error":
            return self.failure(data)
        self._read_message(Raw(data))
        self.final = self._countable()
        return True

    def legs(self) -> tuple[Leg, ...]:
        """The legs so far, see the rules above."""
        if not self._usage:
            return ()
        total = self._leg(self._usage)
        legs = self._iterations(total)
        if self._stopped and self._refused and not sum(leg.output for leg in legs):
            self.flags.add("refused")
        return legs

    _refused = False

    def _stop(self, reason: object) -> None:
        self._stopped = True
        self._refused = reason == "refusal"

    def _countable(self) -> bool:
        return self.known_input is not None and self.known_output is not None

    def _read_message(self, raw: Raw) -> None:
        try:
            message = _message.decode(raw)
        except fields.BAD_JSON:
            self.flags.add("bad_event")
            return
        self.names(message.model, message.id)
        if message.stop_reason is not None:
            self._stop(message.stop_reason)
        if message.copilot_usage:
            self.take_credits(message.copilot_usage)
        usage = as_object(message.usage)
        if usage is not None:
            self._merge(usage)

    def _merge(self, usage: dict[str, Any]) -> None:
        merged = self._usage
        merged.update((key, value) for key, value in usage.items() if value is not None)
        flat = fields.count(usage, "cache_creation_input_tokens", self.flags)
        if isinstance(usage.get("cache_creation"), dict):
            self._split_total = flat
        self.tier = fields.name(merged.get("service_tier"), self.flags)
        self.speed = fields.name(merged.get("speed"), self.flags)
        self.geo = fields.name(merged.get("inference_geo"), self.flags)
        tools = fields.part(merged, "server_tool_use", self.flags)
        self.web_searches = fields.count(tools, "web_search_requests", self.flags) or 0
        self.stated_pico = openai_usage.stated(merged, self.flags)
        self.known_output = fields.count(merged, "output_tokens", self.flags)
        uncached = fields.count(merged, "input_tokens", self.flags)
        self.known_input = None if uncached is None else self._leg(merged).prompt

    def _leg(self, usage: dict[str, Any], *, kind: str = "message", model: str | None = None) -> Leg:
        flags = self.flags
        flat = fields.count(usage, "cache_creation_input_tokens", flags) or 0
        split = fields.part(usage, "cache_creation", flags)
        short, hour = flat, 0
        if split:
            short = fields.count(split, "ephemeral_5m_input_tokens", flags) or 0
            hour = fields.count(split, "ephemeral_1h_input_tokens", flags) or 0
            came_with = self._split_total if usage is self._usage else flat
            grown = flat - (came_with if came_with is not None else short + hour)
            if grown > 0:
                flags.add("cache_split_missing")
                if hour and not short:
                    hour += grown
                else:
                    short += grown
            elif flat and flat != short + hour:
                flags.add("cache_split_mismatch")
                if short + hour == 0:
                    short = flat
        output = fields.count(usage, "output_tokens", flags) or 0
        thinking = fields.count(fields.part(usage, "output_tokens_details", flags), "thinking_tokens", flags) or 0
        return Leg(
            model=model,
            kind=kind,
            input=fields.count(usage, "input_tokens", flags) or 0,
            cache_read=fields.count(usage, "cache_read_input_tokens", flags) or 0,
            cache_write=short,
            cache_write_1h=hour,
            output=output,
            reasoning=min(thinking, output),
        )

    def _iterations(self, total: Leg) -> tuple[Leg, ...]:
        entries = fields.entries(self._usage, "iterations", self.flags)
        if not entries:
            return (total,)
        inside: list[Leg] = []  # what the totals are the sum of
        hops: list[Leg] = []
        extra: list[Leg] = []
        exact = True
        for entry in entries:
            if not isinstance(entry, dict):
                self.flags.add("unknown_iteration")
                continue
            kind = entry.get("type")
            model = fields.name(entry.get("model"), self.flags)
            if kind in ("message", "fallback_message"):
                leg = self._leg(entry, kind="message" if kind == "message" else "fallback", model=model)
                (inside if kind == "message" else hops).append(leg)
                exact = exact and (not leg.cache_write or isinstance(entry.get("cache_creation"), dict))
            elif kind == "compaction":
                extra.append(self._leg(entry, kind="compaction", model=model))
            elif kind == "advisor_message":
                extra.append(self._leg(entry, kind="advisor", model=model))
            else:
                self.flags.add("unknown_iteration")
        declined: list[Leg] = []
        if hops:
            # The serving model's earlier turns are message entries under its name; the others were declined.
            served = hops[-1].model
            declined = [leg for leg in inside if leg.model != served]
            inside = [leg for leg in inside if leg.model == served] + hops
        elif len(inside) < 2:
            return (total, *extra)
        billed = [leg for leg in declined if leg.output]
        if _same(inside, total, lives=not exact):
            return (*billed, *_with_reasoning(inside, total.reasoning), *extra)
        self.flags.add("iterations_mismatch")
        return (*billed, total, *extra)


def _same(legs: list[Leg], total: Leg, *, lives: bool) -> bool:
    """Whether legs sum to the totals in every billed component.

    Args:
        legs: the entries.
        total: the totals.
        lives: whether the lives of cache writes must agree too: they need not where the entries state them.
    """

    def summed(field: str) -> int:
        return sum(getattr(leg, field) for leg in legs)

    parts = ["input", "cache_read", "output", "prompt"]
    if lives:
        parts.append("cache_write_1h")
    return all(summed(field) == getattr(total, field) for field in parts)


def _with_reasoning(legs: list[Leg], reasoning: int) -> list[Leg]:
    """The legs with the totals' reasoning, which entries do not state, put into their outputs in order."""
    out = []
    for leg in legs:
        part = min(leg.output, reasoning)
        reasoning -= part
        out.append(replace(leg, reasoning=part) if part else leg)
    return out
