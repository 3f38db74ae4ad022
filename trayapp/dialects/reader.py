"""The reader of one response: wire bytes in, usage out.

Everything between the bytes on the wire and a dialect's tally lives here: undoing the content coding, choosing
and running the framing, telling an error's body from an answer.

Rules: bounded memory; never raises on bad input, it stops reading and says so in flags; any prefix of a response
gives what was known by then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from trayapp.dialects import asker, eventstream, framing, ratios
from trayapp.dialects.coding import DENSE_LIMIT, Decoder
from trayapp.dialects.tally import Tally
from trayapp.dialects.windows import Told
from trayapp.values import Usage

_HEAD_LIMIT: Final = 4 << 10
"""White space before a body's first character that is waited for."""
_BOM: Final = b"\xef\xbb\xbf"
_SEVERAL = re.compile(rb"\n\s*[^\s]")
"""A line's end with something behind it."""
_SLICE: Final = 1 << 20
_AT_ONCE: Final = 16 << 20
"""Plain bytes out of one read: reading them makes all other calls wait."""
_DENSE_STREAM: Final = 64 << 20
"""Plain bytes of a stream that expanded more than honest text does; the longest real ones have 40 MiB."""
MAX_CONTAINERS: Final = 200_000
"""Objects and arrays in one document: each takes forty times its bytes once it is decoded. Real ones have some
thousands."""


class ResponseReader:
    """Reads one response. ``feed`` it the body as it came, then ``finish``."""

    def __init__(self, tally: Tally, *, content_type: str, content_encoding: str, status: int) -> None:
        self._tally = tally
        self._content_type = content_type
        self._status = status
        self._decoder = Decoder(content_encoding)
        self._framing: framing.Framing | None = None
        self._head = b""
        self._whole: framing.Document | None = None
        """The framing, when it holds a whole body."""
        self._overflowed = False
        """The document holds too many containers to be decoded, or all is over and there was an overflow."""
        self._direct = False
        """The body is not coded: the decoder can be left out."""
        self._usage: Usage | None = None

    @property
    def wire(self) -> str:
        """The dialect's wire format."""
        return self._tally.wire

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return self._status

    @property
    def overflow(self) -> bool:
        """Something passed a bound and was not read. ``finish().complete`` says if the usage was seen all the same."""
        return self._overflowed or self._decoder.overflow or (self._framing is not None and self._framing.overflow)

    @property
    def text_bytes(self) -> int:
        """Bytes of generated text, thinking and tool arguments seen so far (UTF-8, without JSON escapes)."""
        return self._tally.text_bytes

    @property
    def thought_bytes(self) -> int:
        """The part of ``text_bytes`` that was thinking."""
        return self._tally.thought.size

    @property
    def thinks(self) -> bool:
        """Whether the answer holds thinking, shown or not."""
        return self._tally.thinks

    @property
    def prompt_known(self) -> bool:
        """Whether the vendor has counted the prompt."""
        tally = self._tally
        tally.settle()
        return tally.known_input is not None

    def take_texts(self) -> tuple[bytes, bytes]:
        """The answer's text and the thinking that was shown, as far as they were kept; they are forgotten here."""
        tally = self._tally
        texts = tally.said.kept(), tally.thought.kept()
        tally.hush()
        return texts

    def take_told(self) -> Told | None:
        """What the body has said of the plan's windows since the last time."""
        told = self._tally.told
        if told is not None:
            self._tally.told = None
        return told

    @property
    def ended(self) -> bool:
        """Whether the format's own end was seen. For a body that is one JSON document: known after ``finish``."""
        return self._tally.ended

    @property
    def model(self) -> str | None:
        """The model that serves, once the response has said so."""
        return self._tally.model

    def note(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Take the answer's headers, before its body; Bedrock counts some models' tokens there."""
        if self._tally.reads_headers:
            self._tally.note(asker.index(headers))

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body, content-coded as on the wire. Ignored after ``finish``."""
        if self._usage is not None:
            return
        if self._direct and self._framing is not None:
            self._framing.feed(data)
        elif self._whole is None or not self._whole.overflow:
            self._decode(data)
        if self._tally.final:
            self._tally.hush()

    def _decode(self, data: bytes) -> None:
        decoder = self._decoder
        if decoder.begins_plain(data):
            self._direct = True
            self._plain(data)
            return
        most = decoder.came + _AT_ONCE
        for piece in decoder.decode(data):
            self._plain(piece)
            if not decoder.dense:
                continue
            if self._whole is not None:
                if self._whole.size > DENSE_LIMIT:
                    self._whole.give_up()
                    decoder.stop()
                    break
            elif decoder.came > min(most, _DENSE_STREAM):
                decoder.stop()
                break
        self._direct = decoder.plain

    def finish(self) -> Usage:
        """What is known; ``complete`` is ``False`` when the body ended before the vendor's final usage."""
        if self._usage is None:
            for piece in self._decoder.flush():
                self._plain(piece)
            if self._framing is None and self._head:
                self._start("events")
            if self._framing is not None:
                self._framing.end()
            flags = self._tally.flags
            if self._decoder.failed:
                flags.add("response_unreadable")
            if self._decoder.mismatch:
                flags.add("coding_mismatch")
            if self.overflow:
                flags.add("response_overflow")
            # The framing's sink leads back here: without this, codecs and bodies would wait for the garbage collector.
            self._overflowed = self.overflow
            self._framing = self._whole = None
            if not self._decoder.plain:
                self._decoder = Decoder()
            self._usage = self._tally.usage(self._status)
            if self._usage.complete:
                self._tally.hush()
        return self._usage

    def so_far(self) -> Usage:
        """What the vendor has said by now, without ending the reading."""
        return self._tally.usage(self._status) if self._usage is None else self._usage

    def live(self, per_token: float | None = None) -> tuple[int | None, int]:
        """Prompt tokens known so far or ``None``, and output tokens known or estimated from the text's size.

        Args:
            per_token: bytes a token, where the engine has learned better than the family's figure.
        """
        tally = self._tally
        tally.settle()
        known = tally.known_output or 0
        if tally.final:
            return tally.known_input, known
        guess = ratios.at(tally.text_bytes, per_token or ratios.bytes_per_token(tally.wire, tally.model))
        return tally.known_input, max(known, guess)

    def _plain(self, piece: bytes) -> None:
        if self._framing is not None:
            self._framing.feed(piece)
            return
        self._head += piece
        chosen = framing.choose(self._head, self._content_type)
        if chosen is None and len(self._head) > _HEAD_LIMIT:
            chosen = "events"
        if chosen is not None:
            self._start(chosen)

    def _start(self, chosen: str) -> None:
        failed = self._status >= 400
        message = self._failure if failed else self._tally.message
        if chosen == "document":
            self._framing = self._whole = framing.Document(self._failure if failed else self._document)
        elif chosen == "array":
            self._framing = framing.Array(message)
        elif chosen == "lines":
            self._framing = framing.Lines(message)
        elif chosen == "frames":
            self._framing = eventstream.Frames(message)
        else:
            self._framing = framing.Events(message)
        head, self._head = self._head, b""
        self._framing.feed(head)

    def _failure(self, data: bytes) -> None:
        self._tally.failure(data)

    def _document(self, data: bytes) -> None:
        data = data.removeprefix(_BOM)
        if data.count(b"{") + data.count(b"[") > MAX_CONTAINERS:
            self._overflowed = True
            return
        if self._tally.document(data):
            return
        # Not one document: perhaps several, one a line, under a plain JSON type.
        if _SEVERAL.search(data):
            lines = framing.Lines(self._tally.message)
            for at in range(0, len(data), _SLICE):
                lines.feed(data[at : at + _SLICE])
            lines.end()
