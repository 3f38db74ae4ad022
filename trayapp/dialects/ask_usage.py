"""A chat stream whose tool did not ask for its usage: asking in its place, and keeping the answer to ourselves.

Everything about ``stream_options.include_usage`` that changes bytes lives here. OpenAI's chat streams carry a usage
only when the request says so, in one extra last chunk whose ``choices`` are empty (OpenAI's SDK 3.54; aider 0.86 does
not ask: captures of 2026-11). With the user's consent the request says so, and that one chunk never reaches the tool.

Rules:

* only ``stream_options`` changes: it is put behind the last field when there was none (every other byte stays), else
  its ``include_usage`` alone; a body that cannot be read back as exactly that is left alone;
* the extra chunk is one with an empty ``choices`` and a usage object. A usage in any other chunk stays in it;
* events go on as they come. Only one that may still turn out to be the extra chunk is held, until its end;
* pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import fields
from trayapp.dialects.coding import decode_whole, encode_whole

HOLD_LIMIT: Final = 64 << 10
"""A usage chunk has some hundred bytes; a longer event is not one."""
_LIMIT: Final = 64 << 20
_FIELD: Final = b'"stream_options":{"include_usage":true}'
_END = re.compile(rb"\r?\n\r?\n")
_HAS_CHOICE = re.compile(rb'"choices"\s*:\s*\[\s*[^\]\s]')
_object = msgspec.json.Decoder(dict[str, Raw])


def asking(body: bytes, content_encoding: str = "") -> bytes | None:
    """The same request, asking for its usage; ``None`` when it had better go out as it is.

    Args:
        body: a chat completion's request as received.
        content_encoding: the header's value; the new body is coded the same way.
    """
    plain, trouble = decode_whole(body, content_encoding, limit=_LIMIT)
    if plain is None or trouble is not None or (not content_encoding and plain != body):
        return None
    try:
        before = _object.decode(plain)
    except fields.BAD_JSON:
        return None
    if "stream_options" in before:
        options = fields.parse(before["stream_options"])
        if options is not None and not isinstance(options, dict):
            return None
        changed = {**before, "stream_options": Raw(msgspec.json.encode({**(options or {}), "include_usage": True}))}
        altered = msgspec.json.encode(changed)
    else:
        end = plain.rstrip()
        if not before or not end.endswith(b"}"):
            return None
        altered = end[:-1] + b"," + _FIELD + b"}" + plain[len(end) :]
    return encode_whole(altered, content_encoding) if _says_so(altered, before) else None


def _says_so(altered: bytes, before: dict[str, Raw]) -> bool:
    """Whether the new body differs in the one field and asks in it."""
    try:
        after = _object.decode(altered)
    except fields.BAD_JSON:
        return False
    options = fields.parse(after.pop("stream_options", Raw(b"null")))
    asked: Any = fields.part({"o": options}, "o").get("include_usage")
    same = {name: bytes(value) for name, value in before.items() if name != "stream_options"}
    return asked is True and {name: bytes(value) for name, value in after.items()} == same


class UsageSieve:
    """Takes the extra chunk out of an event stream."""

    __slots__ = ("_given", "_held", "_passing", "swallowed")

    def __init__(self) -> None:
        self._held = b""
        self._passing = False
        """The event that is under way has begun to pass."""
        self._given = b""
        """The last bytes that passed of it: its end may be cut in two."""
        self.swallowed = 0
        """How many chunks were kept from the tool."""

    @property
    def held(self) -> bytes:
        """The beginning of an event that may be the extra chunk."""
        return self._held

    def feed(self, data: bytes, *, last: bool) -> bytes:
        """See ``trayapp.proxy.rewrite.Sieve``."""
        before = self._given if self._passing else b""
        data = before + self._held + data
        self._held = self._given = b""
        out: list[bytes] = []
        at = 0
        for end in _END.finditer(data):
            event = data[at : end.end()]
            at = end.end()
            if self._passing:
                out.append(event[len(before) :])
            elif not self._is_extra(event):
                out.append(event)
            before, self._passing = b"", False
        rest = data[at:]
        if rest:
            if last:
                if self._passing or not self._is_extra(rest):
                    out.append(rest[len(before) :])
            elif self._passing or len(rest) > HOLD_LIMIT or _HAS_CHOICE.search(rest):
                self._passing = True
                self._given = rest[-3:]
                out.append(rest[len(before) :])
            else:
                self._held = rest
        return out[0] if len(out) == 1 else b"".join(out)

    def _is_extra(self, event: bytes) -> bool:
        if b'"usage"' not in event or _HAS_CHOICE.search(event):
            return False
        chunk = fields.parse(b"\n".join(_data(event.splitlines())))
        extra = isinstance(chunk, dict) and chunk.get("choices") == [] and isinstance(chunk.get("usage"), dict)
        self.swallowed += extra
        return extra


def _data(lines: Iterable[bytes]) -> Iterable[bytes]:
    return (line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))
