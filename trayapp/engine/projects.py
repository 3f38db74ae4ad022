"""Project folders become HMACs under the install key, with a display name that stays on this machine.

Everything that turns a folder into something that may be stored lives here. The HMAC lets rows of one project be
added up without the folder's path ever standing in the ledger; another machine's install key gives another HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class Projects:
    """Names projects under one install key."""

    def __init__(self, install_key: str) -> None:
        self._key = install_key.encode()
        self.identify = lru_cache(maxsize=512)(self._identify)

    def _identify(self, workspace: str) -> tuple[str, str]:
        """``(HMAC as 32 hex digits, display name)`` of a folder as a tool wrote it."""
        folder = _plain(workspace)
        digest = self.mark(workspace)
        name = _UNPRINTABLE.sub("", folder.rsplit("/", 1)[-1])[:80]
        return digest, name or "/"

    def mark(self, workspace: str) -> str:
        """The HMAC alone, and not remembered: for folders of which it is only asked whether a row is of them."""
        folder = _plain(workspace).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, folder, hashlib.sha256).hexdigest()[:32]


def _plain(workspace: str) -> str:
    return workspace.strip().replace("\\", "/").rstrip("/") or "/"
