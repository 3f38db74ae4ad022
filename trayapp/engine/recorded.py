"""A recorded call as a line of JSON: what it may hold, and what was counted in it.

Everything that reads such a line lives here; the formats themselves are read by ``trayapp.dialects``, what a line is
worth says ``quote``.

A line is an object with

* ``provider`` (``openai``, ``bedrock`` …) and ``model``, the model that served. ``request.model``, or the model in
  ``url``, is the one asked for;
* ``api``: a wire format or one of the names in ``_APIS``. Without it, the path in ``url`` or what was counted says by
  its shape;
* what was counted, at least one of: ``usage`` (the vendor's object), ``events`` (a stream's messages, a socket's
  frames, or the whole stream as one text), ``response`` (a body, or parts of one, also inside a batch's result line).
  ``usage`` stands above the response's own; events that carry a usage stand above both. A stream is one answer; the
  frames of a socket (``api`` says so, or one of them is a ``response.create``) may be several, which are priced one by
  one and summed;
* optional: ``id``; ``ts``, when the call began (ISO, UTC unless it says otherwise, or epoch seconds or
  milliseconds); ``url``, whose
  host may cost more; ``contract`` (``{match: {provider, model}, multiplier or rates, valid_from, valid_to}``);
  ``processing: "batch"``. Other fields are left alone.

Rules: pure; all numbers stay exact from the text to the count; ``LineError`` says what is wrong in words and repeats
nothing of the line but fields' names and a contract's terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw

from trayapp.dialects import WIRES, ResponsesSocket, framing, reader_of, recognise, wire_of
from trayapp.pricing import Book
from trayapp.values import Usage

MAX_LINE: Final = 64 << 20
"""Bytes of one line that are read."""
_APIS: Final[Mapping[str, str]] = {
    "anthropicmessages": "anthropic-messages",
    "messages": "anthropic-messages",
    "anthropic": "anthropic-messages",
    "claude": "anthropic-messages",
    "rawpredict": "anthropic-messages",
    "streamrawpredict": "anthropic-messages",
    "openaichat": "openai-chat",
    "chat": "openai-chat",
    "chatcompletions": "openai-chat",
    "openaicompatchat": "openai-chat",
    "openaicompatible": "openai-chat",
    "completions": "openai-chat",
    "embeddings": "openai-chat",
    "openairesponses": "openai-responses",
    "responses": "openai-responses",
    "responsesws": "openai-responses",
    "responseswebsocket": "openai-responses",
    "websocket": "openai-responses",
    "gemini": "gemini",
    "generatecontent": "gemini",
    "streamgeneratecontent": "gemini",
    "codeassist": "gemini",
    "v1internal": "gemini",
    "bedrockinvoke": "bedrock-invoke",
    "invoke": "bedrock-invoke",
    "invokemodel": "bedrock-invoke",
    "invokewithresponsestream": "bedrock-invoke",
    "bedrockconverse": "bedrock-converse",
    "converse": "bedrock-converse",
    "conversestream": "bedrock-converse",
    "ollama": "ollama",
    "lmstudio": "lmstudio",
    "llamacpp": "llamacpp",
}
"""Names that people write for the wire formats, in small letters without anything between."""
_SOCKETS: Final = frozenset({"responsesws", "responseswebsocket", "websocket"})
BATCH: Final = "batch"
"""An ``api`` that says how and not what: the shape decides."""
_WHERE_USAGE_STANDS: Final = {"gemini": "usageMetadata", "lmstudio": "stats"}
_WHERE_MODEL_STANDS: Final = {"gemini": "modelVersion", "lmstudio": "model_instance_id"}
_AROUND: Final = ("body", "response", "message", "result")
"""What stands around a response in a batch's results and in events."""
_FRAME: Final = frozenset({"event", "data", "id", "retry"})
_COUNTS: Final = ("usage", "usageMetadata", "stats", "choices", "output", "error", "content")
_MESSAGES_WIRES: Final = frozenset({"anthropic", "aws", "google"})
"""Providers whose ``input_tokens`` and ``output_tokens`` alone are Anthropic's."""


class LineError(ValueError):
    """A line cannot be priced because it does not say what is needed. The text is for people."""


class Line(msgspec.Struct):
    """One line, its parts still encoded."""

    id: Any = None
    provider: str | None = None
    api: str | None = None
    model: str | None = None
    ts: Raw = Raw(b"")
    usage: Raw = Raw(b"")
    events: list[Raw] | str | None = None
    response: Raw = Raw(b"")
    request: Raw = Raw(b"")
    url: str | None = None
    contract: Raw = Raw(b"")
    processing: str | None = None


_line: Final = msgspec.json.Decoder(Line)
_parts: Final = msgspec.json.Decoder(dict[str, Raw])
_texts: Final = msgspec.json.Decoder(dict[str, str])
EXACT: Final = msgspec.json.Decoder(float_hook=Decimal)
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)


def read(data: bytes) -> Line:
    """The line's parts.

    Raises:
        LineError: it is no JSON object of the form above.
    """
    if len(data) > MAX_LINE:
        raise LineError(f"it has more than {MAX_LINE >> 20} MB")
    try:
        return _line.decode(data)
    except msgspec.ValidationError as error:
        raise LineError(f"it is not a call: {error}") from None
    except UNREADABLE:
        raise LineError("it is not JSON") from None


def usages(line: Line, book: Book) -> list[Usage]:
    """What was counted, from the best of what the line holds: one usage, or one for each response of a socket."""
    response = _unwrapped(_pieces(line.response, "response"))
    given = _pieces(line.usage, "usage")
    if given is not None and not given.keys().isdisjoint(_COUNTS[:3]):
        response, given = {**(response or {}), **given}, None  # the usage as its answer holds it
    events = line.events
    if response is None and given is None and not events:
        raise LineError("it has neither `usage` nor `events` nor `response`")
    wire = _wire(line, given if given is not None else response, book)
    if events:
        read = _from_events(wire, events, socket=_name(line.api) in _SOCKETS)
        if any(usage.legs or usage.error is not None for usage in read) or (response is None and given is None):
            return read
    document = dict(response or {})
    if given is not None:
        document = _joined(wire, document, given, line.usage)
    asked = as_object(line.request, "request").get("model")
    model = line.model if line.model is not None else asked
    if isinstance(model, str):
        # Some vendors' counts can only be read knowing whose model it was.
        document.setdefault(_WHERE_MODEL_STANDS.get(wire, "model"), Raw(msgspec.json.encode(model)))
    status = next((EXACT.decode(document[k]) for k in ("http_status", "status_code") if k in document), 200)
    reader = reader_of(wire, status=status if type(status) is int and 100 <= status < 600 else 200)
    reader.note(_headers(document))
    reader.feed(msgspec.json.encode(document))
    return [reader.finish()]


def _unwrapped(response: dict[str, Raw] | None) -> dict[str, Raw] | None:
    """A response out of what stands around it, its status kept."""
    status: dict[str, Raw] = {}
    while response is not None and response.keys().isdisjoint(_COUNTS):
        status |= {k: response[k] for k in ("http_status", "status_code") if k in response}
        inner = next((k for k in _AROUND if bytes(response.get(k, Raw(b"")))[:1] == b"{"), None)
        if inner is None:
            break
        response = _pieces(response[inner], "response")
    return response if response is None else {**status, **response}


def _joined(wire: str, document: dict[str, Raw], given: dict[str, Raw], raw: Raw) -> dict[str, Raw]:
    """The response with its usage in the place where the format has it."""
    if wire == "ollama":  # its counts stand in the answer itself
        return document | {"done": Raw(b"true"), **given}
    if wire == "llamacpp":
        return document | {"stop": Raw(b"true"), **given}
    if wire == "bedrock-invoke" and "inputTokenCount" in given:
        return {**document, "amazon-bedrock-invocationMetrics": raw}
    if wire == "bedrock-invoke" and given.keys().isdisjoint(("input_tokens", "inputTokens", "prompt_tokens")):
        return document | given
    return {**document, _WHERE_USAGE_STANDS.get(wire, "usage"): raw}


def _headers(document: Mapping[str, Raw]) -> list[tuple[bytes, bytes]]:
    """The answer's headers, where the line has them as an object of texts."""
    try:
        said = _texts.decode(document["headers"]) if "headers" in document else {}
    except UNREADABLE:
        return []
    return [(name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for name, value in said.items()]


def _from_events(wire: str, events: list[Raw] | str, *, socket: bool) -> list[Usage]:
    if isinstance(events, str):
        reader = reader_of(wire, content_type="text/event-stream")
        reader.feed(events.encode("utf-8", "replace"))
        return [reader.finish()]
    frames = [frame for event in events for frame in _frames(event)]
    if wire == "openai-responses" and (socket or any(_is_request(frame) for frame in frames)):
        connection = ResponsesSocket()
        read = [usage for frame in frames for usage in connection.event(frame)]
        rest = connection.finish()
        if rest is not None:
            read.append(rest)
        if read:
            return read
    # A JSON line holds no line feed, so each event is one line too. An open bracket would begin an array.
    reader = reader_of(wire, content_type="application/x-ndjson")
    for frame in frames:
        reader.feed(frame + b"\n")
    return [reader.finish()]


def _is_request(frame: bytes) -> bool:
    found = _decoded(frame) if b'"response.create"' in frame else None
    return isinstance(found, dict) and found.get("type") == "response.create"


def _name(api: str | None) -> str:
    return "".join(c for c in (api or "").lower() if c.isalnum())


def _frames(event: Raw) -> list[bytes]:
    """The messages of one element of ``events``: an object, or a piece of a stream as a text."""
    raw = bytes(event)
    if raw[:1] != b'"':
        pieces = _decoded_pieces(raw)
        if pieces is not None and pieces.keys() <= _FRAME and bytes(pieces.get("data", Raw(b"")))[:1] == b"{":
            raw = bytes(pieces["data"])  # an event as some readers hand it out
        return [raw.replace(b"\n", b" ")]
    text: bytes = msgspec.json.decode(raw, type=str).encode("utf-8", "replace")
    if text.lstrip()[:1] == b"{":
        return [text.replace(b"\n", b" ")]
    found: list[bytes] = []
    stream = framing.Events(found.append)
    stream.feed(text)
    stream.end()
    return [message.replace(b"\n", b" ") for message in found]


def _decoded_pieces(raw: bytes) -> dict[str, Raw] | None:
    try:
        return _parts.decode(raw)
    except UNREADABLE:
        return None


def _wire(line: Line, counted: Mapping[str, Raw] | None, book: Book) -> str:
    if line.api is not None and line.api.lower() != BATCH:
        wire = _APIS.get(_name(line.api))
        if wire is None:
            raise LineError(f"its `api` is none of {', '.join(sorted(WIRES))}")
        return wire
    if line.url is not None:
        dialect = recognise((line.provider or "").lower(), "POST", split(line.url)[1])
        if dialect is not None:
            return dialect.wire
    theirs = (book.provider(line.provider or "") or "anthropic") in _MESSAGES_WIRES
    ambiguous = "anthropic-messages" if theirs else "openai-responses"
    shape = None if counted is None else wire_of(_plain(counted), ambiguous=ambiguous)
    if shape is None and line.events:
        seen = (wire_of(_decoded(frame), ambiguous=None) for frame in _first_messages(line.events))
        shape = next((wire for wire in seen if wire is not None), None)
    if shape is None and counted is not None and not counted.keys().isdisjoint(("error", "http_status", "status_code")):
        return "openai-chat"  # an error is read alike in all
    if shape is None:
        raise LineError("it names no `api`, and its shape does not say which one it was")
    return shape


def _first_messages(events: list[Raw] | str) -> list[bytes]:
    """Enough of a stream's messages to know their format."""
    if not isinstance(events, str):
        return [frame for event in events[:16] for frame in _frames(event)]
    text = events.lstrip()
    kind = framing.choose(text[:1].encode("utf-8", "replace"), "text/event-stream")
    found: list[bytes] = []
    cutter: framing.Framing = framing.Events(found.append)
    if kind == "array":
        cutter = framing.Array(found.append)
    elif kind == "document":
        cutter = framing.Lines(found.append)
    cutter.feed(text[: 1 << 20].encode("utf-8", "replace"))
    cutter.end()
    return found[:64]


def _decoded(data: bytes) -> object:
    try:
        return EXACT.decode(data)
    except UNREADABLE:
        return None


def _plain(pieces: Mapping[str, Raw]) -> dict[str, object]:
    return {name: _decoded(bytes(raw)) for name, raw in pieces.items()}


def as_object(raw: Raw, name: str) -> dict[str, Any]:
    """A part of the line as plain values, fractions exact; empty when it is null or not there."""
    if not raw:
        return {}
    try:
        value = EXACT.decode(raw)
    except UNREADABLE:
        raise LineError(f"its `{name}` cannot be read") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LineError(f"its `{name}` is not an object")
    return value


def _pieces(raw: Raw, name: str) -> dict[str, Raw] | None:
    """A part of the line, one level decoded; ``None`` when it is null or not there."""
    if not raw or bytes(raw) == b"null":
        return None
    try:
        return _parts.decode(raw)
    except UNREADABLE:
        raise LineError(f"its `{name}` is not an object") from None


def split(url: str) -> tuple[str | None, str]:
    """An address's host and path."""
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.path
    except ValueError:
        raise LineError("its `url` is not one") from None
