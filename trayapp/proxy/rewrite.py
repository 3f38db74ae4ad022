"""A request that leaves changed, because its user agreed: what goes out instead, and how its answer is tidied.

Everything that the relay does only for a changed request lives here. Without one nothing of this runs.

Rules:

* only the body, the target and the *values* of named header fields change; no field is added, moved or removed;
* the original is kept: when the vendor refuses the changed request (one of ``refusals``) before a byte of its answer
  was passed on, the original goes out once, and the tool never hears of the first attempt. It goes out unchanged
  unless ``Watch.refused`` gives another rewrite, which has no fallback;
* the same holds for the answer: a field of its head may get the value that the tool expects there;
* a ``Sieve`` may take out of the answer what only our change brought into it. It works on what the relay frames anew
  anyway (chunked, or ended by the connection), never on an answer of a stated length; when it fails, everything it
  still holds and everything after it passes as it came.
"""

from __future__ import annotations

from trayapp.proxy.framing import CHUNKED, EOF, ResponseFrame, target_is_valid
from trayapp.proxy.watch import Rewrite, Sieve


class Rewriting:
    """A rewrite under way."""

    __slots__ = ("_sieve", "answer", "headers", "original", "refusals", "what")

    def __init__(self, rewrite: Rewrite, original: bytes) -> None:
        self.what = rewrite
        self.original = original
        self.refusals = rewrite.refusals
        self.headers = dict(rewrite.headers)
        self.answer = dict(rewrite.answer)
        self._sieve: Sieve | None = None

    def target(self, planned: bytes) -> bytes:
        """What goes into the request line; the planned one when the new one is no target."""
        try:
            wanted = planned if self.what.target is None else self.what.target.encode("latin-1")
        except UnicodeEncodeError:
            return planned
        return wanted if target_is_valid(wanted) else planned

    def answered(self, frame: ResponseFrame) -> None:
        """The final head is about to be passed on.

        Raises:
            Exception: whatever the maker of the sieve raised; the answer then passes as it comes.
        """
        if self.what.sieve is not None and frame.framing in (CHUNKED, EOF):
            self._sieve = self.what.sieve(frame.status, frame.headers)

    def strained(self, data: bytes, *, last: bool) -> tuple[bytes, BaseException | None]:
        """What the tool shall see of a piece of the body, and what went wrong, if anything did."""
        sieve = self._sieve
        if sieve is None:
            return data, None
        held = sieve.held
        try:
            return sieve.feed(data, last=last), None
        except Exception as error:  # noqa: BLE001  the bytes go on whatever happens to a sieve
            self._sieve = None
            return held + data, error

    def rest(self) -> bytes:
        """What is held back, when the body will not go on."""
        sieve, self._sieve = self._sieve, None
        return b"" if sieve is None else sieve.held
