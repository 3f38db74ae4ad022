"""Ready-made answers for load measurements.

Everything that lets the simulated vendor answer thousands of calls a second lives here: the first call of a kind
(path, model, stream) makes an answer, the others get a copy with fresh ids. Nothing is logged but a total.
"""

from __future__ import annotations

import re
from typing import Final

from trayapp.demo import endpoints
from trayapp.demo.script import Script
from trayapp.values import Leg

_MARK: Final = b"5eed" * 6
"""24 hexadecimal digits that stand for an id."""
_MODEL = re.compile(rb'"model"\s*:\s*"([^"]{1,100})"')
_STREAM = re.compile(rb'"stream"\s*:\s*true')
_USAGE = re.compile(rb'"include_usage"\s*:\s*true')


class QuickAnswers:
    """Answers with the same tokens for every request of a kind."""

    def __init__(self, script: Script, leg: Leg) -> None:
        self._script = script
        self._leg = leg
        self._ready: dict[tuple[str, bytes, bool, bool], bytes] = {}
        self.served = 0

    def answer(self, path: str, body: bytes) -> bytes | None:
        """A whole response, or ``None`` when the request is not one for tokens."""
        model = _MODEL.search(body)
        kind = (path, model[1] if model else b"", _STREAM.search(body) is not None, _USAGE.search(body) is not None)
        ready = self._ready.get(kind)
        if ready is None:
            made = self._make(path, kind[2], body)
            if made is None:
                return None
            ready = self._ready[kind] = made
        self.served += 1
        return ready.replace(_MARK, b"%024x" % self.served)

    def _make(self, path: str, stream: bool, body: bytes) -> bytes | None:
        if not endpoints.is_metered("POST", path):
            return None
        try:
            headers = {"anthropic-version": "2023-06-01"} if path.startswith("/v1/messages") else {}
            asked = endpoints.read(path, "alt=sse", headers, body)
        except endpoints.BodyError:
            return None
        import dataclasses

        ask = dataclasses.replace(asked.ask, message_id=_MARK.decode())
        answer = endpoints.answer(ask, self._script, self._leg)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nrequest-id: req_%s\r\n" % (answer.content_type.encode(), _MARK)
        if answer.events is None:
            return head + b"Content-Length: %d\r\n\r\n" % len(answer.body) + answer.body
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in answer.events)
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
