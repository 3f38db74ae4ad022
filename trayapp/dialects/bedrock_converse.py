"""Amazon Bedrock's Converse: ``/model/ID/converse`` and ``/converse-stream``, one format for all makers' models.

Everything about this wire format lives here. Facts: botocore 1.44's service model and a recorded body (2026-11-23).

Usage rules:

* ``inputTokens`` excludes the cache, as Anthropic's does, whoever made the model;
* ``cacheDetails`` splits the written tokens by life (5 minutes, 1 hour) and outranks the flat total; what it does
  not name has the default life;
* cache counts come twice, under two names (``cacheReadInputTokens`` and ``…TokenCount``): they count once;
* a stream says its usage in the ``metadata`` event, the last one. Its events have no type inside: the framing
  (``eventstream``) hands each out under its type's name;
* ``performanceConfig.latency: optimized`` is a faster service at another price, kept as the speed. A prompt router
  names the model that it chose in ``trace``;
* otherwise the answer names no model; the path does. ``trayapp.pricing`` reads a region out of that name.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import Raw

from trayapp.dialects import fields
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.fields import Flags
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import EMPTY, Opened, budget, effort
from trayapp.dialects.tally import Tally, as_object
from trayapp.values import Call, Kind, Leg

WIRE: Final = "bedrock-converse"

_PATH = re.compile(r"/model/(?P<model>[^/]+)/converse(?P<stream>-stream)?\Z")


class _Request(msgspec.Struct):
    inferenceConfig: Raw = Raw(b"")  # noqa: N815  the wire's spelling
    toolConfig: Raw = Raw(b"")  # noqa: N815
    additionalModelRequestFields: Raw = Raw(b"")  # noqa: N815
    serviceTier: Raw = Raw(b"")  # noqa: N815


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (msgspec.json.Decoder(_Request),)


class Converse:
    """The Converse endpoints."""

    wire = WIRE

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        request = opened.decode(_decoders, _Request())
        more = fields.parse(request.additionalModelRequestFields) if request.additionalModelRequestFields else None
        thinking = fields.part(more, "thinking")
        in_path = _PATH.search(head.path)
        config = fields.parse(request.inferenceConfig) if request.inferenceConfig else None
        limit = config.get("maxTokens") if isinstance(config, dict) else None
        tools = bytes(request.toolConfig) not in EMPTY
        return opened.call(
            WIRE,
            model=None if in_path is None else unquote(in_path["model"]),
            stream=in_path is not None and in_path["stream"] is not None,
            kind=Kind.PROBE if limit == 1 and not tools else Kind.MAIN,
            effort=effort(fields.part(more, "output_config").get("effort")) or budget(thinking.get("budget_tokens")),
            max_output=limit,
            tier=_tier(request.serviceTier),
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        return ResponseReader(
            ConverseTally(), content_type=content_type, content_encoding=content_encoding, status=status
        )


_converse: Final = Converse()


def claim(_vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is a Converse endpoint."""
    return _converse if path.endswith(("/converse", "/converse-stream")) and _PATH.search(path) else None


def leg(usage: dict[str, Any], flags: Flags) -> Leg:
    """A Converse usage object as disjoint counts."""
    written = fields.first_count(usage, ("cacheWriteInputTokens", "cacheWriteInputTokenCount"), flags) or 0
    hour = other = 0
    for entry in fields.entries(usage, "cacheDetails", flags):
        if not isinstance(entry, dict):
            flags.add("bad_shape")
            continue
        tokens = fields.count(entry, "inputTokens", flags) or 0
        if entry.get("ttl") == "1h":
            hour += tokens
        else:
            other += tokens
            if entry.get("ttl") != "5m":
                flags.add("unknown_cache_life")
    if hour + other > written:
        if written:
            flags.add("cache_split_mismatch")
        written = hour + other
    return Leg(
        input=fields.count(usage, "inputTokens", flags) or 0,
        cache_read=fields.first_count(usage, ("cacheReadInputTokens", "cacheReadInputTokenCount"), flags) or 0,
        cache_write=written - hour,
        cache_write_1h=hour,
        output=fields.count(usage, "outputTokens", flags) or 0,
    )


class _Event(msgspec.Struct):
    contentBlockDelta: Raw = Raw(b"")  # noqa: N815
    metadata: Raw = Raw(b"")
    messageStop: Raw = Raw(b"")  # noqa: N815
    error: Raw = Raw(b"")


class _Body(msgspec.Struct):
    usage: Raw = Raw(b"")
    serviceTier: Raw = Raw(b"")  # noqa: N815
    performanceConfig: Raw = Raw(b"")  # noqa: N815
    trace: Raw = Raw(b"")


_event = msgspec.json.Decoder(_Event)
_body = msgspec.json.Decoder(_Body)


class ConverseTally(Tally):
    """Adds up one Converse answer."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}

    def message(self, data: bytes) -> None:
        """Read one event, under its type's name."""
        try:
            event = _event.decode(data)
        except fields.BAD_JSON:
            self.flags.add("bad_event")
            return
        if event.contentBlockDelta:
            delta = fields.part(fields.parse(event.contentBlockDelta), "delta")
            thinking = fields.part(delta, "reasoningContent").get("text")
            if "reasoningContent" in delta:
                self.think(thinking)
            else:
                self.say(delta["text"] if "text" in delta else fields.part(delta, "toolUse").get("input"))
        elif event.metadata:
            self._take(event.metadata)
        elif event.error:
            self.failure(data)

    def document(self, data: bytes) -> bool:
        """Read a whole answer."""
        if not self._take(Raw(data)):
            return False
        self.ended = True
        return True

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before the usage was read."""
        return (leg(self._usage, self.flags),) if self._usage else ()

    def _take(self, raw: Raw) -> bool:
        try:
            body = _body.decode(raw)
        except fields.BAD_JSON:
            self.flags.add("bad_event")
            return False
        self.ended = True  # in a stream, nothing follows the metadata
        tier = _tier(body.serviceTier)
        if tier is not None:
            self.tier = fields.name(tier, self.flags)
        if body.performanceConfig and (as_object(body.performanceConfig) or {}).get("latency") == "optimized":
            self.speed = "optimized"
        if body.trace:
            self.names(fields.part(as_object(body.trace), "promptRouter").get("invokedModelId"), None)
        usage = as_object(body.usage)
        if usage is not None:
            self._usage = usage
            self.known_output = fields.count(usage, "outputTokens", self.flags)
            said = fields.count(usage, "inputTokens", self.flags)
            self.known_input = None if said is None else leg(usage, self.flags).prompt
            self.final = self.known_input is not None and self.known_output is not None
        return True


def _tier(raw: Raw) -> object:
    """The tier of ``{"type": "flex"}``, or ``None``."""
    return fields.part({"t": fields.parse(raw)}, "t").get("type") if raw else None
