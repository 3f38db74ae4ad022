"""How the keys travel from the engine to the guard and on to its relay: frames in the inherited pipes.

The pipe of the beats (child to guard) and the lifeline (guard to child) carry single bytes that say something by
themselves (``R``, ``.``). Between them may stand a frame: ``K``, the length as four bytes (big endian), and the keys as
JSON. An empty frame says that there are none to hand over, and that none will come.

Rules: standard library only; nothing of a frame is logged, shown or written to any disk.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

from trayapp.virtualkeys.register import from_json
from trayapp.virtualkeys.swap import Known, Table

LIMIT: Final = 4 * 1024 * 1024
"""More than this is no frame of ours."""
_START: Final = ord("K")
_HEAD: Final = 5


def encode(table: Table | None) -> bytes:
    """The keys as bytes."""
    if table is None:
        return b""
    known = [{**asdict(each.key), "real": each.real, "why": each.why} for each in table.known.values()]
    return json.dumps({"install_key": table.install_key, "keys": known}).encode()


def decode(payload: bytes) -> Table | None:
    """The keys again; ``None`` for an empty payload, or one that is none of ours."""
    if not payload:
        return None
    try:
        document = json.loads(payload)
        known = [Known(from_json(each), each["real"], str(each["why"])) for each in document["keys"]]
        return Table(str(document["install_key"]), {each.key.fingerprint: each for each in known})
    except (ValueError, KeyError, TypeError):
        return None


def frame(payload: bytes) -> bytes:
    """A payload as it stands in the pipe; one that nobody would take is left out, since the guard ends who sends it."""
    payload = payload if len(payload) <= LIMIT else b""
    return b"K" + len(payload).to_bytes(4, "big") + payload


class Unframer:
    """Takes the bytes of one pipe and gives the single ones and the newest payload."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._payload: bytes | None = None

    def feed(self, data: bytes) -> bytes:
        """The single bytes in a piece of the stream.

        Raises:
            ValueError: a frame is longer than any of ours; the stream makes no sense any more.
        """
        held = self._held
        held += data
        single = bytearray()
        at = 0
        while at < len(held):
            if held[at] != _START:
                single.append(held[at])
                at += 1
                continue
            if len(held) - at < _HEAD:
                break
            length = int.from_bytes(held[at + 1 : at + _HEAD], "big")
            if length > LIMIT:
                raise ValueError("not a frame of ours")
            if len(held) - at - _HEAD < length:
                break
            self._payload = bytes(held[at + _HEAD : at + _HEAD + length])
            at += _HEAD + length
        del held[:at]
        return bytes(single)

    def take(self) -> bytes | None:
        """The newest payload that nobody has taken yet."""
        payload, self._payload = self._payload, None
        return payload
