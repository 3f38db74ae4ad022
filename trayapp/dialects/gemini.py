"""Gemini ``generateContent`` and ``streamGenerateContent``: the Gemini API, Vertex and Code Assist.

Everything about Gemini's wire format lives here. Facts: google-genai 3.4 types, captures of Gemini CLI 0.61 (API
key, Vertex, OAuth) and recorded streams (2026-11-23).

Usage rules:

* every chunk's ``usageMetadata`` is cumulative: the last one counts;
* prompt = ``promptTokenCount`` + ``toolUsePromptTokenCount``; cached tokens are a part of the prompt; output =
  candidates + thoughts; zero counts are left out on the wire, so a missing count beside a prompt is 0, unless the
  total shows what is missing;
* audio is taken out of prompt, cache and output by the modality details, images out of the output;
* the tier is ``serviceTier`` (Gemini API) or ``trafficType`` (Vertex: ``ON_DEMAND_FLEX`` is ``flex``);
* Code Assist wraps requests in ``request`` and answers in ``response``;
* grounding: the search queries of an answer are counted, not kept.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import fields, kinds, workspace
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.dialects.request import EMPTY, Opened, budget, effort, own_texts, texts_of, tool_names
from trayapp.dialects.tally import CountTally, Tally, as_object
from trayapp.values import Call, Kind, Leg

WIRE: Final = "gemini"

_PATH = re.compile(
    r"(?:/.*)?(?:/(?P<place>models|tunedModels|endpoints)/(?P<model>[^/:]+)|/v1internal)"
    r":(?P<verb>generateContent|streamGenerateContent|countTokens)\Z"
)


class _Request(msgspec.Struct, rename="camel"):
    model: Any = None
    session_id: Any = msgspec.field(default=None, name="session_id")
    request: Raw = Raw(b"")
    system_instruction: Raw = Raw(b"")
    system_snake: Raw = msgspec.field(default=Raw(b""), name="system_instruction")
    generation_config: Raw = Raw(b"")
    config_snake: Raw = msgspec.field(default=Raw(b""), name="generation_config")
    tools: Raw = Raw(b"")
    service_tier: Any = None


class _Full(_Request, rename="camel"):
    contents: list[Raw] = []


_decoders: Final[tuple[msgspec.json.Decoder[_Request], ...]] = (
    msgspec.json.Decoder(_Full),
    msgspec.json.Decoder(_Request),
)


class Gemini:
    """The generating endpoints, or token counting."""

    wire = WIRE

    def __init__(self, *, counts: bool) -> None:
        self._counts = counts

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        opened = Opened(head, body)
        outer = opened.decode(_decoders, _Request())
        request = outer
        if outer.request:
            for decoder in _decoders:
                try:
                    request = decoder.decode(outer.request)
                    break
                except fields.BAD_JSON:
                    continue
        contents: list[Raw] = request.contents if isinstance(request, _Full) else []
        config: Any = fields.parse(request.generation_config or request.config_snake or b"{}")
        if not isinstance(config, dict):
            config = {}
        system = request.system_instruction or request.system_snake
        match = _PATH.match(head.path)
        in_url = match["model"] if match else None
        thinking = fields.part(config, "thinkingConfig")
        limit = config.get("maxOutputTokens")
        kind = Kind.COUNT if self._counts else _kind(opened, request, contents, config, system)
        return opened.call(
            WIRE,
            model=in_url if in_url is not None else outer.model,
            session=request.session_id if request.session_id is not None else outer.session_id,
            workspace=workspace.search((*(bytes(c) for c in contents[:2]), bytes(system))),
            stream=match is not None and match["verb"] == "streamGenerateContent",
            kind=kind,
            effort=effort(thinking.get("thinkingLevel")) or budget(thinking.get("thinkingBudget")),
            max_output=limit,
            tier=request.service_tier,
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        tally = CountTally(WIRE, "totalTokens") if self._counts else GeminiTally()
        return ResponseReader(tally, content_type=content_type, content_encoding=content_encoding, status=status)


_generate: Final = Gemini(counts=False)
_counting: Final = Gemini(counts=True)


def claim(vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is one of Gemini's."""
    match = _PATH.match(path)
    if match is None or "/publishers/anthropic/" in path:
        return None
    return _counting if match["verb"] == "countTokens" else _generate


def _kind(opened: Opened, request: _Request, contents: list[Raw], config: dict[str, Any], system: Raw) -> Kind:
    limit = config.get("maxOutputTokens")
    return kinds.classify(
        kinds.Shape(
            headers=opened.headers,
            tools=bytes(request.tools) not in EMPTY,
            max_output=limit if type(limit) is int else None,
            messages=len(contents),
            schema=config.get("responseJsonSchema", config.get("responseSchema")),
            system=lambda: texts_of(fields.part({"s": fields.parse(system)}, "s").get("parts")) if system else (),
            last=lambda: own_texts(fields.parse(contents[-1])) if contents else (),
            offered=lambda: tool_names(request.tools),
        )
    )


class _Part(msgspec.Struct):
    text: Any = None
    thought: Any = None
    function_call: Raw = msgspec.field(default=Raw(b""), name="functionCall")


class _Content(msgspec.Struct):
    parts: list[_Part] | None = None


class _Grounding(msgspec.Struct):
    queries: Any = msgspec.field(default=None, name="webSearchQueries")


class _Candidate(msgspec.Struct):
    content: _Content | None = None
    finish: Any = msgspec.field(default=None, name="finishReason")
    grounding: _Grounding | None = msgspec.field(default=None, name="groundingMetadata")


class _Loose(msgspec.Struct):
    response: Raw = Raw(b"")
    usage: Raw = msgspec.field(default=Raw(b""), name="usageMetadata")
    model: Any = msgspec.field(default=None, name="modelVersion")
    id: Any = msgspec.field(default=None, name="responseId")
    feedback: Any = msgspec.field(default=None, name="promptFeedback")
    error: Any = None


class _Chunk(_Loose):
    candidates: list[_Candidate] | None = None


_chunk = msgspec.json.Decoder(_Chunk)
_loose = msgspec.json.Decoder(_Loose)

_TRAFFIC: Final = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_PRIORITY": "priority",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_OFFPEAK": "offpeak",
    "PROVISIONED_THROUGHPUT": "provisioned_throughput",
}


class GeminiTally(Tally):
    """Adds up one answer."""

    wire = WIRE

    def __init__(self) -> None:
        super().__init__()
        self._usage: dict[str, Any] = {}
        self._latest = b""
        """The newest usage, encoded: every chunk has one, and only the last is worth decoding."""
        self._finished = False

    def message(self, data: bytes) -> None:
        """Read one chunk of a stream."""
        if not self._read(data) and data.strip() != b"[DONE]":
            self.flags.add("bad_event")

    def document(self, data: bytes) -> bool:
        """Read a whole answer."""
        if not self._read(data):
            return False
        self.ended = True
        self.final = self._countable()
        return True

    def legs(self) -> tuple[Leg, ...]:
        """One leg, or none before a usage was read."""
        self.settle()
        return (_leg(self._usage, self),) if self._usage else ()

    def _read(self, data: bytes | Raw, *, wrapped: bool = False) -> bool:
        chunk: _Chunk | _Loose
        try:
            chunk = _chunk.decode(data)
        except fields.BAD_JSON:
            try:
                chunk = _loose.decode(data)
            except fields.BAD_JSON:
                return False
            self.flags.add("bad_shape")
        if not wrapped and bytes(chunk.response)[:1] == b"{":
            return self._read(chunk.response, wrapped=True)
        if chunk.error is not None:
            self.failure(bytes(data))
            return True
        self.names(chunk.model, chunk.id)
        if isinstance(chunk, _Chunk):
            for candidate in chunk.candidates or ():
                self._candidate(candidate)
        if isinstance(chunk.feedback, dict) and chunk.feedback.get("blockReason") is not None:
            self._finished = True
        if chunk.usage:
            latest = bytes(chunk.usage)
            if self._latest and b'"promptTokenCount"' not in latest:
                self.settle()  # a smaller object: what it leaves out has not become unknown
            self._latest = latest
        if self._finished:
            self.ended = True
            self.final = self._countable()
        return True

    def _candidate(self, candidate: _Candidate) -> None:
        if candidate.content is not None:
            for part in candidate.content.parts or ():
                if part.thought is True:
                    self.think(part.text)
                else:
                    self.say(part.text)
                if part.function_call:
                    self.say(bytes(part.function_call).decode("utf-8", "replace"))
        if candidate.finish is not None:
            self._finished = True
        if candidate.grounding is not None and isinstance(candidate.grounding.queries, list):
            self.web_searches = max(self.web_searches, len(candidate.grounding.queries))

    def settle(self) -> None:
        """Decode the newest usage."""
        latest, self._latest = self._latest, b""
        usage = as_object(Raw(latest)) if latest else None
        if usage is None:
            return
        self._usage = {**self._usage, **{k: v for k, v in usage.items() if v is not None}}
        leg = _leg(self._usage, self)
        prompt = fields.count(self._usage, "promptTokenCount", self.flags)
        self.known_input = leg.prompt if prompt is not None else None
        self.known_output = leg.output + leg.output_audio + leg.output_image
        tier = usage.get("serviceTier")
        traffic = usage.get("trafficType")
        if isinstance(tier, str):
            self.tier = fields.name(tier.lower().removeprefix("service_tier_"), self.flags)
        elif isinstance(traffic, str):
            self.tier = _TRAFFIC.get(traffic) or fields.name(traffic.lower(), self.flags)

    def _countable(self) -> bool:
        self.settle()
        return self.known_input is not None


def _leg(usage: dict[str, Any], tally: GeminiTally) -> Leg:
    flags = tally.flags
    prompt = fields.count(usage, "promptTokenCount", flags) or 0
    tools = fields.count(usage, "toolUsePromptTokenCount", flags) or 0
    cached = fields.count(usage, "cachedContentTokenCount", flags) or 0
    if cached > prompt:
        flags.add("cached_exceeds_prompt")
        cached = prompt
    thoughts = fields.count(usage, "thoughtsTokenCount", flags) or 0
    candidates = fields.first_count(usage, ("candidatesTokenCount", "responseTokenCount"), flags)
    if candidates is None:
        total = fields.count(usage, "totalTokenCount", flags) or 0
        candidates = max(0, total - prompt - tools - thoughts)
        if candidates:
            flags.add("output_from_total")
    audio = min(_modality(usage, "promptTokensDetails", "AUDIO", tally), prompt)
    cached_audio = min(_modality(usage, "cacheTokensDetails", "AUDIO", tally), cached, audio)
    plain_audio = min(audio - cached_audio, prompt - cached)
    details = "candidatesTokensDetails" if "candidatesTokensDetails" in usage else "responseTokensDetails"
    output_audio = min(_modality(usage, details, "AUDIO", tally), candidates)
    output_image = min(_modality(usage, details, "IMAGE", tally), candidates - output_audio)
    output = candidates + thoughts - output_audio - output_image
    return Leg(
        input=prompt - cached - plain_audio + tools,
        cache_read=cached - cached_audio,
        output=output,
        reasoning=min(thoughts, output),
        input_audio=plain_audio,
        cache_read_audio=cached_audio,
        output_audio=output_audio,
        output_image=output_image,
    )


def _modality(usage: dict[str, Any], key: str, modality: str, tally: GeminiTally) -> int:
    return sum(
        fields.count(entry, "tokenCount", tally.flags) or 0
        for entry in fields.entries(usage, key, tally.flags)
        if isinstance(entry, dict) and entry.get("modality") == modality
    )
