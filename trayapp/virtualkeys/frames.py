"""Bytes that arrive whole in a pipe of single ones: how the keys travel from the engine to the guard and to its relay.

The pipe of the beats (child to guard) and the lifeline (guard to child) carry single bytes that say something by
themselves (``R``, ``.``). Between them may stand a frame: ``K``, the length as four bytes (big endian), and a payload
(``trayapp.virtualkeys.handover``). An empty one says that there is nothing to hand over, and that nothing will come.

Rules: imports nothing, since the guard starts before all else and only carries; nothing of a frame is logged, shown or
written to any disk.
"""

from __future__ import annotations

from typing import Final

LIMIT: Final = 4 * 1024 * 1024
"""More than this is no frame of ours."""
_START: Final = ord("K")
_HEAD: Final = 5


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
