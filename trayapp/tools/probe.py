"""One live call through a tool's own address to its vendor: does the way there and back hold?

It asks for the list of models, carries no key, and costs nothing; an answer of the vendor's own, whichever, is proof.
Spendlight's own answers carry ``X-Spendlight-Error`` and are none. Such a call is no row. It blocks; call it from a
thread.
"""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from trayapp.said import say

_LIMIT_S: Final = 10.0
_PATHS: Final = {"gemini": "/v1beta/models", "any": "/v1/models", "anthropic": "/v1/models"}


@dataclass(frozen=True, slots=True)
class Probed:
    """What became of the call."""

    vendor: str
    status: int
    """HTTP status; 0 when nobody answered."""
    ms: int
    code: str | None
    """Why the vendor was not reached: ``nobody_answers``, or the code of Spendlight's own answer; ``None``: it was."""

    @property
    def text(self) -> str:
        """One sentence's middle: what was seen."""
        if self.code is None:
            return say(
                "{vendor} answered {status} in {ms} ms, asked without a key",
                vendor=self.vendor,
                status=self.status,
                ms=self.ms,
            )
        if self.code == "nobody_answers":
            return say("nobody answers at the address in its settings")
        return say("Spendlight answered in the vendor's place: {code}", code=self.code)


def probe(address: str) -> Probed:
    """Ask once.

    Args:
        address: a base URL of Spendlight's form, as it stands in the tool's settings.
    """
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    vendor = path.split("/")[2].partition(".")[0] if path.count("/") >= 2 else ""
    asked = _PATHS.get(vendor, "/models")
    if path.endswith(("/v1", "/v1beta")):
        asked = "/models"
    started = time.monotonic()
    try:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=_LIMIT_S)
        try:
            connection.request("GET", path + asked, headers={"User-Agent": "spendlight-doctor", "Accept": "*/*"})
            reply = connection.getresponse()
            reply.read(65536)
            code = reply.getheader("X-Spendlight-Error")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return Probed(vendor, 0, 0, "nobody_answers")
    return Probed(vendor, reply.status, round((time.monotonic() - started) * 1000), code)
