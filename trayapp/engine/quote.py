"""What one recorded call costs: a line of JSON that says what a vendor counted becomes an exact amount.

Everything that reads such a line lives here; the formats themselves are read by ``trayapp.dialects``, the price is
made by ``trayapp.pricing``. It is the meter's own path, offered for calls that did not pass through it.

A line is an object with

* ``provider`` (``openai``, ``bedrock`` …) and ``model``, the model that served. ``request.model`` is the one asked for;
* ``api``: a wire format or one of the names in ``_APIS``. Without it, the path in ``url`` or the usage's shape says;
* what was counted, at least one of: ``usage`` (the vendor's object), ``events`` (a stream's messages, or the whole
  stream as one text), ``response`` (a body, or parts of one). ``usage`` stands above the response's own; events that
  carry a usage stand above both;
* optional: ``id``; ``ts``, when the call began (ISO, UTC unless it says otherwise, or epoch seconds); ``url``, whose
  host may cost more; ``contract`` as in the settings (``trayapp.pricing.agreements``: ``{match: {provider, model,
  credential, project, host}, multiplier, rates or discount_by_component, valid_from, valid_to}``);
  ``processing: "batch"``. Other fields are left alone.

Rules:

* pure; all numbers stay exact from the text to the amount;
* ``LineError`` says what is wrong in words and repeats nothing of the line but fields' names and a contract's terms;
* flags added here: ``incomplete`` (the final usage was not there: the amount is a lower bound), ``priced_now`` (no
  ``ts``), ``contract_not_covering`` (the contract is for other calls; the amount is the list's).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from trayapp.dialects import reader_of, recognise
from trayapp.pricing import Book, BookError, Contract, occasion, price
from trayapp.pricing.agreements import read_contract
from trayapp.values import Cost, Kind, Usage

MAX_LINE: Final = 64 << 20
"""Bytes of one line that are read."""

_APIS: Final[Mapping[str, str]] = {
    "messages": "anthropic-messages",
    "anthropic": "anthropic-messages",
    "chat": "openai-chat",
    "openai-compat-chat": "openai-chat",
    "completions": "openai-chat",
    "embeddings": "openai-chat",
    "responses": "openai-responses",
    "batch": "openai-responses",
    "generateContent": "gemini",
    "streamGenerateContent": "gemini",
    "bedrock-invoke": "bedrock-invoke",
    "bedrock-converse": "bedrock-converse",
    "ollama": "ollama",
}
"""Names that people write for the wire formats."""
_WHERE_USAGE_STANDS: Final = {"gemini": "usageMetadata"}
_WHERE_MODEL_STANDS: Final = {"gemini": "modelVersion"}
_CONTRACT: Final = (
    "name",
    "match",
    "valid_from",
    "valid_to",
    "from",
    "to",
    "zone",
    "multiplier",
    "rates",
    "discount",
    "discount_by_component",
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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


class _Named(msgspec.Struct):
    id: Any = None


_line: Final = msgspec.json.Decoder(Line)
_named: Final = msgspec.json.Decoder(_Named)
_parts: Final = msgspec.json.Decoder(dict[str, Raw])
_exact: Final = msgspec.json.Decoder(float_hook=Decimal)
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)


def identity(data: bytes) -> object:
    """The line's ``id`` when it is a text or a number, else ``None``; for lines that cannot be read otherwise too."""
    try:
        found = _named.decode(data).id
    except _UNREADABLE:
        return None
    return found if isinstance(found, str | int | float) else None


def quote(data: bytes, book: Book, now_us: int) -> Cost:
    """Price one line.

    Args:
        data: the line.
        book: the price book.
        now_us: UTC epoch microseconds, for a line that does not say when its call began.

    Raises:
        LineError: the line does not say what is needed.
    """
    line = _read(data)
    if not line.provider:
        raise LineError("it names no `provider`")
    usage = _usage(line)
    if not usage.complete and not any(leg.prompt or leg.output or leg.output_audio for leg in usage.legs):
        usage = replace(usage, legs=())  # nothing was counted, which is not the same as zero
    request = _object(line.request, "request")
    asked = request.get("model", line.model)
    at_us = _moment(line.ts, "ts")
    flags: list[str] = [] if usage.complete or usage.error is not None or not usage.legs else ["incomplete"]
    if at_us is None:
        at_us = now_us
        flags.append("priced_now")
    contract = agreed = _contract(line)
    vendor, host = line.provider.lower(), _host(line.url)
    asked = asked if isinstance(asked, str) else line.model
    served = usage.model or line.model

    def covered(model: str | None) -> Contract | None:
        call = occasion(book, vendor=vendor, served=model, asked=asked, at_us=at_us or 0, host=host)
        return contract if contract is not None and contract.covers(call) else None

    if agreed is not None:
        agreed = covered(served)
        if agreed is None:
            flags.append("contract_not_covering")
    cost = price(
        usage if usage.model is not None or line.model is None else replace(usage, model=line.model),
        vendor=vendor,
        model_asked=asked,
        at_us=at_us,
        book=book,
        kind=Kind.BATCH if line.processing == "batch" or line.api == "batch" else Kind.MAIN,
        host=host,
        contract=agreed,
        others=None if agreed is None else covered,
    )
    return replace(cost, flags=tuple(dict.fromkeys((*cost.flags, *usage.flags, *flags))))


def _read(data: bytes) -> Line:
    if len(data) > MAX_LINE:
        raise LineError(f"it has more than {MAX_LINE >> 20} MB")
    try:
        return _line.decode(data)
    except msgspec.ValidationError as error:
        raise LineError(f"it is not a call: {error}") from None
    except _UNREADABLE:
        raise LineError("it is not JSON") from None


def _usage(line: Line) -> Usage:
    """What was counted, from the best of what the line holds."""
    response = _pieces(line.response, "response")
    given = _pieces(line.usage, "usage")
    events = line.events
    if response is None and given is None and not events:
        raise LineError("it has neither `usage` nor `events` nor `response`")
    wire = _wire(line, given if given is not None else response or {}, bool(events))
    if events:
        read = _from_events(wire, events)
        if read.legs or read.error is not None or (response is None and given is None):
            return read
    document = dict(response or {})
    if given is not None and wire == "ollama":
        document |= {"done": Raw(b"true"), **given}  # its counts stand in the answer itself
    elif given is not None:
        document[_WHERE_USAGE_STANDS.get(wire, "usage")] = line.usage
    if line.model is not None:
        # Some vendors' counts can only be read knowing whose model it was.
        document.setdefault(_WHERE_MODEL_STANDS.get(wire, "model"), Raw(msgspec.json.encode(line.model)))
    status = _exact.decode(document["http_status"]) if "http_status" in document else 200
    reader = reader_of(wire, status=status if type(status) is int and 100 <= status < 600 else 200)
    reader.feed(msgspec.json.encode(document))
    return reader.finish()


def _from_events(wire: str, events: list[Raw] | str) -> Usage:
    if isinstance(events, str):
        reader = reader_of(wire, content_type="text/event-stream")
        reader.feed(events.encode("utf-8", "replace"))
        return reader.finish()
    # A JSON line holds no line feed, so each event is one line too. An open bracket would begin an array.
    reader = reader_of(wire, content_type="application/x-ndjson")
    for event in events:
        reader.feed(bytes(event) + b"\n")
    return reader.finish()


def _wire(line: Line, counted: Mapping[str, Raw], streamed: bool) -> str:
    if line.api is not None:
        wire = _APIS.get(line.api, line.api)
        try:
            reader_of(wire)
        except KeyError:
            raise LineError(f"its `api` is none of {', '.join(sorted(_APIS))}") from None
        return wire
    if line.url is not None:
        dialect = recognise((line.provider or "").lower(), "POST", _split(line.url)[1])
        if dialect is not None:
            return dialect.wire
    wire_by_shape = None if streamed and not counted else shape(counted)
    if wire_by_shape is None:
        raise LineError("it names no `api`, and its shape does not say which one it was")
    return wire_by_shape


def shape(counted: Mapping[str, Any]) -> str | None:
    """The wire format of a usage object or of a body, by the names of its fields; ``None`` when they do not say."""
    names = counted.keys()
    if "usageMetadata" in names or "promptTokenCount" in names:
        return "gemini"
    if "prompt_eval_count" in names or "eval_count" in names:
        return "ollama"
    if "prompt_tokens" in names or "choices" in names:
        return "openai-chat"
    if "inputTokens" in names:
        return "bedrock-converse"
    if names & {"input_tokens_details", "total_tokens", "output"}:
        return "openai-responses"
    if names & {"input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "stop_reason"}:
        return "anthropic-messages"
    inner = counted.get("usage")
    if isinstance(inner, Raw | bytes):
        try:
            return shape(_parts.decode(inner))
        except _UNREADABLE:
            return None
    return None


def _contract(line: Line) -> Contract | None:
    given = _object(line.contract, "contract")
    if not given:
        return None
    try:
        # What is null is not said; fields that are no part of an agreement belong to whoever wrote the line.
        return read_contract({name: given[name] for name in _CONTRACT if given.get(name) is not None})
    except BookError as error:
        raise LineError(f"its `contract` cannot be used: {error.message.rstrip('.')}") from None


def _object(raw: Raw, name: str) -> dict[str, Any]:
    """A part of the line as plain values, fractions exact; empty when it is null or not there."""
    if not raw:
        return {}
    try:
        value = _exact.decode(raw)
    except _UNREADABLE:
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
    except _UNREADABLE:
        raise LineError(f"its `{name}` is not an object") from None


def _moment(raw: Raw, name: str) -> int | None:
    try:
        return _time(_exact.decode(raw), name) if raw else None
    except _UNREADABLE:
        raise LineError(f"its `{name}` cannot be read") from None


def _time(value: object, name: str) -> int | None:
    """Epoch microseconds of an ISO text or of epoch seconds."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return (moment - _EPOCH) // timedelta(microseconds=1)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value < 10**11:
            return int(value * 10**6)
    except (ValueError, ArithmeticError):
        pass
    raise LineError(f"its `{name}` has a time that is neither ISO nor seconds since 1970")


def _host(url: str | None) -> str | None:
    return None if url is None else _split(url)[0]


def _split(url: str) -> tuple[str | None, str]:
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.path
    except ValueError:
        raise LineError("its `url` is not one") from None
