"""A recorded request, or a text, as one line of JSON: what ``spendlight classify`` is asked.

Everything that reads such a line lives here. It holds ``wire`` and ``request`` (a body, or ``{_path, body}`` where the
address says something too, as Gemini's does), or a ``text`` that a person wrote. The request goes through the same
dialect that opens a call's row.

Rules: pure; ``LineError`` says what is wrong in words and repeats nothing of the line.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import RequestView, fields, recognise
from trayapp.routing import lasttext
from trayapp.routing.classify import Verdict, classify
from trayapp.routing.linear import Model

MOST: Final = 64 << 20
"""Bytes of a line."""
_WIRES: Final = {
    "anthropic": ("anthropic", "/v1/messages"),
    "anthropic-messages": ("anthropic", "/v1/messages"),
    "openai-chat": ("openai", "/v1/chat/completions"),
    "openai-responses": ("openai", "/v1/responses"),
    "gemini": ("gemini", "/v1beta/models/unnamed:generateContent"),
    "bedrock-converse": ("bedrock", "/model/unnamed/converse"),
    "bedrock-invoke": ("bedrock", "/model/unnamed/invoke"),
    "ollama": ("ollama", "/api/chat"),
}


class LineError(Exception):
    """The line does not say what is needed."""


class _Line(msgspec.Struct):
    id: Any = None
    wire: Any = None
    request: Raw = Raw(b"")
    text: Any = None


class _Wrapped(msgspec.Struct):
    path: Any = msgspec.field(default=None, name="_path")
    body: Raw = Raw(b"")


_line: Final = msgspec.json.Decoder(_Line)
_wrapped: Final = msgspec.json.Decoder(_Wrapped)


def identity(data: bytes) -> object:
    """The line's ``id`` when it is a text or a number, else ``None``."""
    try:
        found = _line.decode(data).id
    except fields.BAD_JSON:
        return None
    return found if isinstance(found, str | int | float) else None


def read_line(data: bytes, model: Model) -> Verdict:
    """The verdict on one line.

    Raises:
        LineError: it holds neither a request in a known wire format nor a text.
    """
    if len(data) > MOST:
        raise LineError("it is longer than 64 MiB")
    try:
        line = _line.decode(data)
    except fields.BAD_JSON:
        raise LineError("it is not a JSON object") from None
    if not line.request:
        if not isinstance(line.text, str):
            raise LineError("it holds neither a `request` nor a `text`")
        return classify(None, lasttext.said(line.text), model)
    if not isinstance(line.wire, str) or line.wire not in _WIRES:
        raise LineError(f"its `wire` is none of {', '.join(_WIRES)}")
    vendor, path = _WIRES[line.wire]
    body = bytes(line.request)
    try:
        wrapped = _wrapped.decode(body)
    except fields.BAD_JSON:
        raise LineError("its `request` is not a JSON object") from None
    if wrapped.body:
        body = bytes(wrapped.body)
        path = wrapped.path.partition("?")[0] if isinstance(wrapped.path, str) else path
    dialect = recognise(vendor, "POST", path) or recognise(vendor, "POST", _WIRES[line.wire][1])
    call = dialect.read_request(RequestView(vendor, "POST", path, ()), body) if dialect is not None else None
    return classify(call, lasttext.read(body), model)
