"""What one call's vendor says of the account, on its way to where it is remembered.

Everything that joins what was read (``dialects.windows``) to whose it is lives here. An account is named, first of all,
by its own id, as the answer (Anthropic's organization) or the request (ChatGPT's account, Claude Code's) states it; an
API key by its fingerprint; a plan of which nothing else is known by its login's token, which passes.

Rules: nothing of an id or a token outlives the call but its HMAC; nothing is computed for answers that say nothing; a
failure here costs what was said of the account, never the row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from trayapp.dialects import ResponseReader
from trayapp.dialects.windows import Told, told
from trayapp.engine.credentials import Credentials
from trayapp.engine.windows import Holder, Windows
from trayapp.values import Call

log = logging.getLogger(__name__)

Pairs = Sequence[tuple[bytes, bytes]]


class Hearing:
    """Listens for one call."""

    __slots__ = ("_credential", "_headers", "_names", "_organization", "_target", "_windows")

    def __init__(self, windows: Windows, names: Credentials, headers: Pairs, target: str) -> None:
        self._windows = windows
        self._names = names
        self._headers = headers
        self._target = target
        self._organization: str | None = None
        self._credential: str | None = None

    def head(self, call: Call, credential: str | None, headers: Pairs) -> bool:
        """Hear what an answer's head says; whether it says that a plan does not cover the call."""
        self._credential = credential
        try:
            said = told(headers, time.time_ns() // 1000)
            if said is None:
                return False
            self._organization = said.organization
            self._hear(call, said)
        except Exception as error:  # noqa: BLE001  the rest of the meter goes on
            _say(error)
            return False
        return said.overage and call.account == "subscription"

    def body(self, call: Call, reader: ResponseReader) -> None:
        """Hear what the body has said meanwhile."""
        said = reader.take_told()
        if said is not None:
            try:
                self._hear(call, said)
            except Exception as error:  # noqa: BLE001  as above
                _say(error)

    def _hear(self, call: Call, said: Told) -> None:
        account, passing = self._credential or "", False
        if call.account == "subscription":
            known = self._organization or call.holder
            passing = known is None
            account = self._names.account(known) if known else self._names.login(self._headers, self._target)
        self._windows.hear(Holder(call.vendor, account), said, model=call.model, passing=passing)


def _say(error: Exception) -> None:
    log.warning("what a vendor said of an account was lost: %s", type(error).__name__)
