"""Amazon Bedrock's InvokeModel: ``/model/ID/invoke`` and ``/invoke-with-response-stream``, each maker's own bodies.

Everything about this wire format lives here; Anthropic's bodies inside it are read by ``anthropic``. Facts: botocore
1.44's service model and the makers' documented bodies (2026-11-23).

Usage rules:

* a stream's frames carry ``chunk.bytes``, an event of the maker in Base64. The last event also holds Bedrock's own
  ``amazon-bedrock-invocationMetrics``, whose ``inputTokenCount`` excludes the cache. Anthropic's own usage outranks
  it (it knows the life of written tokens); for every other maker, and where the usage is missing, it is the count;
* a whole body has the maker's usage: Anthropic's, Nova's (as Converse), OpenAI's shape (Mistral, DeepSeek, gpt-oss,
  Qwen), Llama's or Titan's counts. Where it has none (older Mistral, Cohere), the headers
  ``x-amzn-bedrock-input-token-count`` and ``-output-token-count`` are the count;
* a header names the service tier; ``…-performanceconfig-latency: optimized`` is a faster service at another price,
  kept as the speed;
* what is sold is the model of the path, not the maker's short name in the answer: region and provider are in it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from trayapp.dialects import anthropic, asker, bedrock_converse, fields, openai_usage
from trayapp.dialects.dialect import Dialect, RequestView
from trayapp.dialects.reader import ResponseReader
from trayapp.values import Call, Leg, Usage

WIRE: Final = "bedrock-invoke"

_PATH = re.compile(r"/model/(?P<model>[^/]+)/invoke(?P<stream>-with-response-stream)?\Z")
_METRICS: Final = "amazon-bedrock-invocationMetrics"
_MARK: Final = _METRICS.encode()
_MESSAGES: Final = anthropic.Messages(counts=False)
_COUNT_HEADERS: Final = {
    b"x-amzn-bedrock-input-token-count": "inputTokenCount",
    b"x-amzn-bedrock-output-token-count": "outputTokenCount",
    b"x-amzn-bedrock-cache-read-input-token-count": "cacheReadInputTokenCount",
    b"x-amzn-bedrock-cache-write-input-token-count": "cacheWriteInputTokenCount",
}


class Invoke:
    """The InvokeModel endpoints."""

    wire = WIRE

    def read_request(self, head: RequestView, body: bytes | None) -> Call:
        """See ``Dialect.read_request``."""
        call = _MESSAGES.read_request(head, body)
        in_path = _PATH.search(head.path)
        if in_path is None:
            return replace(call, wire=WIRE)
        return replace(
            call, wire=WIRE, model=fields.name(unquote(in_path["model"])), stream=in_path["stream"] is not None
        )

    def reader(self, *, content_type: str, content_encoding: str, status: int) -> ResponseReader:
        """See ``Dialect.reader``."""
        return ResponseReader(
            InvokeTally(), content_type=content_type, content_encoding=content_encoding, status=status
        )


_invoke: Final = Invoke()


def claim(_vendor: str, path: str) -> Dialect | None:
    """The dialect for a POST to ``path``, if it is an InvokeModel endpoint."""
    return _invoke if path.endswith(("/invoke", "/invoke-with-response-stream")) and _PATH.search(path) else None


class _Chunk(msgspec.Struct):
    bytes: str = ""


class _Frame(msgspec.Struct):
    chunk: _Chunk | None = None
    error: Any = None


_frame = msgspec.json.Decoder(_Frame)


class InvokeTally(anthropic.MessagesTally):
    """Adds up one answer of whichever maker."""

    wire = WIRE
    reads_headers = True

    def __init__(self) -> None:
        super().__init__()
        self._counted: Leg | None = None
        """What Bedrock, or a maker other than Anthropic, has counted."""
        self._headers: dict[str, Any] = {}
        """The counts in the headers."""
        self._tier: str | None = None
        self._speed: str | None = None

    def note(self, headers: Mapping[bytes, bytes]) -> None:
        """Read Bedrock's own headers, see the rules above."""
        for key, name in _COUNT_HEADERS.items():
            if key in headers:
                self._headers[name] = asker.text(headers, key)[:20]
        tier = asker.text(headers, b"x-amzn-bedrock-service-tier")
        if tier:
            self.tier = self._tier = fields.name(tier, self.flags)
        if asker.text(headers, b"x-amzn-bedrock-performanceconfig-latency") == "optimized":
            self.speed = self._speed = "optimized"

    def usage(self, status: int) -> Usage:
        """What is known now: the headers' tier and speed stand above the maker's words."""
        self.tier = self._tier or self.tier
        self.speed = self._speed or self.speed
        return super().usage(status)

    def names(self, model: object, message_id: object) -> None:
        """Keep the message's id only, see the rules above."""
        super().names(None, message_id)

    def message(self, data: bytes) -> None:
        """Read one frame, or one event of the maker without its frame."""
        try:
            frame = _frame.decode(data)
        except fields.BAD_JSON:
            self.flags.add("bad_event")
            return
        if frame.chunk is None:
            if frame.error is not None:
                self.failure(data)
            else:
                self._event(data)
            return
        try:
            event = binascii.a2b_base64(frame.chunk.bytes.encode("ascii", "replace"), strict_mode=True)
        except ValueError:
            self.flags.add("bad_event")
            return
        self._event(event)

    def document(self, data: bytes) -> bool:
        """Read a whole body."""
        if not super().document(data):
            return False
        if not self.final and self.error is None:
            body = fields.parse_exact(data)
            if isinstance(body, dict):
                self._take(self._metrics(body) or self._foreign(body) or self._told())
        return True

    def legs(self) -> tuple[Leg, ...]:
        """The maker's legs, or what Bedrock has counted."""
        if self._counted is not None:
            return (self._counted,)
        return super().legs() if self.known_input is not None else ()

    def _event(self, event: bytes) -> None:
        if b'"type"' in event:
            super().message(event)
        else:
            self._measure(event)
        if (_MARK in event or b'"metadata"' in event) and not self.final:
            body = fields.parse_exact(event)
            if isinstance(body, dict):
                nova = dict(fields.part(body, "metadata"))
                self._take(self._metrics(body) or (self._foreign(nova) if "usage" in nova else None))

    def _measure(self, event: bytes) -> None:
        """The size of the text in an event of a maker other than Anthropic."""
        body = fields.parse(event)
        if not isinstance(body, dict):
            self.flags.add("bad_event")
            return
        texts = [body.get("generation"), body.get("outputText"), body.get("completion")]
        texts.append(fields.part(fields.part(body, "contentBlockDelta"), "delta").get("text"))
        choices = body.get("choices")
        if isinstance(choices, list):
            texts.extend(fields.part(choice, "delta").get("content") for choice in choices)
        for text in texts:
            self.say(text)

    def _take(self, counted: Leg | None) -> None:
        if counted is not None:
            self._counted = counted
            self.known_input, self.known_output = counted.prompt, counted.output
            self.final = self.ended = True

    def _metrics(self, body: dict[str, Any]) -> Leg | None:
        metrics = body.get(_METRICS)
        if not isinstance(metrics, dict):
            return None
        flags = self.flags
        prompt, output = (
            fields.count(metrics, "inputTokenCount", flags),
            fields.count(metrics, "outputTokenCount", flags),
        )
        if prompt is None or output is None:
            return None
        return Leg(
            input=prompt,
            cache_read=fields.count(metrics, "cacheReadInputTokenCount", flags) or 0,
            cache_write=fields.count(metrics, "cacheWriteInputTokenCount", flags) or 0,
            output=output,
        )

    def _told(self) -> Leg | None:
        """The count in the headers; digits there are the rule."""
        return self._metrics({_METRICS: {name: int(v) if v.isdecimal() else v for name, v in self._headers.items()}})

    def _foreign(self, body: dict[str, Any]) -> Leg | None:
        """The count of a maker other than Anthropic."""
        flags = self.flags
        usage = body.get("usage")
        if isinstance(usage, dict):
            if fields.count(usage, "inputTokens", flags) is not None and "outputTokens" in usage:
                return bedrock_converse.leg(usage, flags)
            prompt, output = openai_usage.prompt_and_output(usage, flags)
            return None if prompt is None or output is None else openai_usage.leg(usage, flags)
        prompt = fields.first_count(body, ("prompt_token_count", "inputTextTokenCount"), flags)
        output = fields.count(body, "generation_token_count", flags)
        results = body.get("results")
        if output is None and isinstance(results, list) and all(isinstance(r, dict) for r in results):
            counts = [fields.count(result, "tokenCount", flags) for result in results]
            output = None if None in counts else sum(count or 0 for count in counts)
        return None if prompt is None or output is None else Leg(input=prompt, output=output)
