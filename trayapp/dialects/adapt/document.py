"""A JSON object whose members are replaced in place: every byte outside them stays as it was.

Everything that changes bytes of a request's body lives here. Rules:

* an object is read as its members, still encoded; what is not touched keeps its bytes, white space and order
  included. A new member is put behind the last one;
* nothing is believed: what comes out is read again, and unless exactly the wanted members differ there is no result;
* an object that names a member twice cannot be changed: two readers may take different ones;
* pure; bad input gives ``None``, nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Raw

from trayapp.dialects import fields

_object: Final = msgspec.json.Decoder(dict[str, Raw])
_list: Final = msgspec.json.Decoder(list[Raw])
_KEY: Final = re.compile(rb'\s*[{,]\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.DOTALL)
_END: Final = re.compile(rb"\s*\}\s*\Z")


class Document:
    """One JSON object."""

    __slots__ = ("_changed", "_members", "_plain", "_raws")

    def __init__(self, plain: bytes, members: dict[str, tuple[int, int, int]], raws: dict[str, Raw]) -> None:
        """See ``read``. ``members``: where each member's key and value begin and where it ends."""
        self._plain = plain
        self._members = members
        self._raws = raws
        self._changed: dict[str, bytes | None] = {}

    @classmethod
    def read(cls, plain: bytes | Raw) -> Document | None:
        """The object in ``plain``, or ``None``."""
        plain = bytes(plain)
        try:
            raws = _object.decode(plain)
        except fields.BAD_JSON:
            return None
        members: dict[str, tuple[int, int, int]] = {}
        place = 0
        for name, raw in raws.items():
            key = _KEY.match(plain, place)
            if key is None or (key[1][1:-1] != name.encode() and fields.unquote(key[1][1:-1]) != name):
                return None
            begin = key.end()
            place = begin + len(raw)
            if plain[begin:place] != bytes(raw):
                return None
            members[name] = (key.start(1), begin, place)
        if raws and _END.match(plain, place) is None:
            return None
        return cls(plain, members, raws)

    def __contains__(self, name: str) -> bool:
        return self.raw(name) is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names as they are now."""
        kept = [name for name in self._members if self._changed.get(name, b"") is not None]
        return (*kept, *(name for name, value in self._changed.items() if value is not None and name not in kept))

    @property
    def touched(self) -> bool:
        """Whether any member differs from what was read."""
        return bool(self._changed)

    def raw(self, name: str) -> bytes | None:
        """A member's value as it is now, encoded; ``None`` when there is none."""
        if name in self._changed:
            return self._changed[name]
        raw = self._raws.get(name)
        return None if raw is None else bytes(raw)

    def value(self, name: str) -> Any:
        """A member's value as it is now, decoded; ``None`` also when it cannot be."""
        raw = self.raw(name)
        return None if raw is None else fields.parse(raw)

    def part(self, name: str) -> Document | None:
        """A member that is an object."""
        raw = self.raw(name)
        return None if raw is None else Document.read(raw)

    def put(self, name: str, value: bytes | None) -> None:
        """Set a member to an encoded value, or take it out with ``None``."""
        own = self._raws.get(name)
        if (None if own is None else bytes(own)) == value:
            self._changed.pop(name, None)
        else:
            self._changed[name] = value

    def set(self, name: str, value: Any) -> None:
        """Set a member to a plain value of our own making."""
        self.put(name, msgspec.json.encode(value))

    def adopt(self, name: str, part: Document) -> None:
        """Set a member to an object that was taken out of it with ``part``; one without members leaves.

        Raises:
            ValueError: the object cannot be written.
        """
        if not part.touched:
            return
        if not part.names:
            self.put(name, None)
            return
        written = part.written()
        if written is None:
            raise ValueError(name)
        self.put(name, written)

    def written(self) -> bytes | None:
        """The object with its changes; ``None`` when that cannot be read back as exactly them."""
        if not self._changed:
            return self._plain
        keys = [key for key, _begin, _end in self._members.values()]
        place = keys[0] if keys else self._plain.index(b"{") + 1
        out = [self._plain[:place]]
        first = True
        for name, (key, begin, end) in self._members.items():
            value = self._changed.get(name, b"")
            if value is not None:
                # The comma before a member goes with it, so one that leaves takes its own.
                out.append(self._plain[key if first else place : begin])
                out.append(value if name in self._changed else self._plain[begin:end])
                first = False
            place = end
        for name, value in self._changed.items():
            if name not in self._members and value is not None:
                out.append((b"" if first else b",") + msgspec.json.encode(name) + b":" + value)
                first = False
        out.append(self._plain[place:])
        altered = b"".join(out)
        return altered if self._differs_so(altered) else None

    def _differs_so(self, altered: bytes) -> bool:
        """Whether an object is this one with exactly the changes that were asked for."""
        after = Document.read(altered)
        if after is None:
            return False
        expected = {name: bytes(raw) for name, raw in self._raws.items()}
        for name, value in self._changed.items():
            if value is None:
                expected.pop(name, None)
            else:
                expected[name] = value
        return {name: after.raw(name) for name in after.names} == expected


def items(raw: bytes | None) -> list[bytes] | None:
    """The elements of an encoded array, encoded; ``None`` when it is none."""
    if raw is None:
        return None
    try:
        return [bytes(item) for item in _list.decode(raw)]
    except fields.BAD_JSON:
        return None


def array(elements: Iterable[bytes]) -> bytes:
    """An array of encoded elements."""
    return b"[" + b",".join(elements) + b"]"
