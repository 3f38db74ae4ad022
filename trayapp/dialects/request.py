"""Reading a request: the steps that all dialects share.

Everything between a request's bytes and the fields that a dialect asks for lives here: undoing the content
coding within bounds, decoding only the needed fields, and putting the ``Call`` together.

Rules: bounded (64 MiB of body, see ``coding`` for the expansion); never raises; a body that cannot be read still
gives a ``Call`` from the head, flagged ``request_overflow`` or ``request_unreadable``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from trayapp.dialects import asker, fields
from trayapp.dialects.coding import decode_whole
from trayapp.dialects.dialect import RequestView
from trayapp.dialects.fields import Flags
from trayapp.values import Call, Kind

MAX_BODY: Final = 64 << 20
"""Bytes of a decoded request body that are looked at."""

_T = TypeVar("_T")
_EFFORT = re.compile(r"[a-z0-9_:-]{1,32}\Z")

EMPTY: Final = (b"", b"null", b"[]", b"{}", b'""')
"""Encoded values that say nothing."""


class Opened:
    """One request, its headers indexed and its body plain."""

    __slots__ = ("body", "flags", "headers", "tool", "version", "view")

    def __init__(self, view: RequestView, body: bytes | None) -> None:
        self.view = view
        self.flags = Flags()
        self.headers: Mapping[bytes, bytes] = asker.index(view.headers)
        self.tool, self.version = asker.tool(self.headers, view.tool_hint)
        self.body: bytes | None = None
        if body is None:
            self.flags.add("request_overflow")
            return
        plain, trouble = decode_whole(body, asker.text(self.headers, b"content-encoding"), limit=MAX_BODY)
        if trouble is not None:
            self.flags.add(f"request_{trouble}")
        self.body = plain

    def decode(self, decoders: Sequence[msgspec.json.Decoder[_T]], empty: _T) -> _T:
        """The body by the first decoder that takes it; ``empty`` and a flag when none does.

        The first decoder is the strict and quick one; later ones take more types for less detail.
        """
        if self.body is None:
            return empty
        for decoder in decoders:
            try:
                return decoder.decode(self.body)
            except fields.BAD_JSON:
                continue
        self.flags.add("request_unreadable")
        return empty

    def call(
        self,
        wire: str,
        *,
        model: object,
        session: object = None,
        workspace: str | None = None,
        stream: bool = False,
        kind: Kind = Kind.MAIN,
        effort: str | None = None,
        max_output: object = None,
        tier: object = None,
        asks_usage: bool = True,
        holder: object = None,
    ) -> Call:
        """Put the call together; every value from traffic is checked on the way."""
        flags = self.flags
        limit = fields.count({"n": max_output}, "n", flags) if max_output is not None else None
        return Call(
            vendor=self.view.vendor,
            wire=wire,
            model=fields.name(model, flags),
            tool=self.tool,
            tool_version=self.version,
            session=asker.session(self.headers) or fields.name(session, flags),
            workspace=workspace,
            stream=stream,
            kind=kind,
            effort=effort,
            max_output=limit,
            tier=fields.name(tier, flags),
            context_bytes=len(self.body) if self.body is not None else 0,
            asks_usage=asks_usage,
            account=asker.account(self.headers, self.view.vendor, self.view.path),
            holder=fields.name(holder) or asker.holder(self.headers),
            flags=flags.words(),
        )


def effort(*candidates: object) -> str | None:
    """The first plain effort word, in small letters."""
    for value in candidates:
        if isinstance(value, str) and _EFFORT.match(value.lower()):
            return value.lower()
    return None


def budget(value: object) -> str | None:
    """A thinking budget as an effort word: ``budget:16000``; -1 is the vendor's own choice, 0 is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    if value < 0:
        return "dynamic"
    return f"budget:{value}" if value <= fields.MOST else None


def texts_of(content: object, *, limit: int = 4) -> tuple[str, ...]:
    """The first texts of a message's content: a string, or a list of blocks with a ``text``."""
    if isinstance(content, str):
        return (content,)
    if not isinstance(content, list):
        return ()
    found = [b["text"] for b in content if isinstance(b, dict) and isinstance(b.get("text"), str)]
    return tuple(found[:limit])


def tool_names(raw: msgspec.Raw | bytes, *, limit: int = 200) -> tuple[str, ...]:
    """The names of the tools in an encoded list of them, whichever wire's."""
    tools: Any = fields.parse(raw) if raw else None
    found: list[str] = []
    for tool in tools[:limit] if isinstance(tools, list) else ():
        if not isinstance(tool, dict):
            continue
        declared = tool.get("functionDeclarations", tool.get("function_declarations"))
        inner = declared if isinstance(declared, list) else [tool.get("function", tool.get("toolSpec", tool))]
        found += [n for entry in inner if isinstance(entry, dict) and isinstance(n := entry.get("name"), str)]
    return tuple(found)


def own_texts(message: Any) -> tuple[str, ...]:
    """The texts that a decoded last message itself says, if it is a user's and holds no tool result."""
    if not isinstance(message, dict) or message.get("role") not in ("user", None):
        return ()
    content = message.get("content", message.get("parts"))
    if isinstance(content, list) and any(_is_result(block) for block in content):
        return ()
    return texts_of(content)


def _is_result(block: object) -> bool:
    return isinstance(block, dict) and (block.get("type") == "tool_result" or "functionResponse" in block)
