"""The register of virtual keys: what is known of each, without any secret (``keys.json``, 0600).

A virtual key itself is stored nowhere: the register knows its HMAC, under the install key.

Forms (what clients check, seen in public code 2026-11-26): many take only ``sk-ant-`` for Anthropic and tell a login
from a key by what follows (``sk-ant-api``, ``sk-ant-oat``); for Gemini some want ``AIza``; the rest look for ``sk-`` or
for nothing. The real Gemini key has 39 characters; a client that counts them will not take ours.
Anthropic's Python SDK 2.13 sends an API key as ``Authorization: Bearer``, Claude Code as ``x-api-key``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

PREFIXES: Final = {"anthropic": "sk-ant-api03-spendlight-", "gemini": "AIza-spendlight-"}
OTHERS: Final = "sk-spendlight-"
MARK: Final = "-spendlight-"
"""Stands in every virtual key, and in nothing else that a tool sends as its key."""
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")

FIELDS: Final = ("x-api-key", "authorization", "x-goog-api-key", "api-key")
"""The fields that may carry a key; ``authorization`` only as ``Bearer``."""
QUERY: Final = "query"
"""Gemini's ``?key=``."""
CARRIERS: Final[dict[str, tuple[str, ...]]] = {
    "anthropic": ("x-api-key", "authorization"),
    "openai": ("authorization", "api-key"),
    "gemini": ("x-goog-api-key", "authorization", QUERY),
    "azure": ("api-key", "authorization"),
}
"""Where each vendor's clients put their key; for the others in any of ``FIELDS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualKey:
    """One virtual key."""

    name: str
    """What its owner calls it; one of a kind."""
    vendor: str
    """The route that it was made for."""
    upstream: str
    """Where that route led then, as ``scheme://host:port``; the real key goes nowhere else."""
    carriers: tuple[str, ...]
    """Where in a request it counts."""
    fingerprint: str
    """HMAC of the virtual key, hex."""
    made_us: int
    """UTC epoch microseconds."""
    tool: str = ""
    """In whose files `connect --virtual-key` has put it; empty: its owner gave it to a tool himself."""

    @property
    def secret(self) -> str:
        """The name of its real key in the store of secrets."""
        return f"key-{self.fingerprint[:32]}"


class RegisterError(Exception):
    """The register cannot be read."""


def new_key(vendor: str) -> str:
    """A virtual key in the form that the vendor's clients accept; 256 random bits."""
    return PREFIXES.get(vendor, OTHERS) + secrets.token_urlsafe(32)


def fingerprint(install_key: str, virtual: bytes) -> str:
    """A virtual key's HMAC."""
    return hmac.new(install_key.encode(), b"virtual key\0" + virtual, hashlib.sha256).hexdigest()


def read(path: Path) -> tuple[VirtualKey, ...]:
    """All keys, in the order in which they were made.

    Raises:
        RegisterError: there is a register, and it cannot be read.
    """
    try:
        document = json.loads(path.read_bytes())
        return tuple(from_json(each) for each in document["keys"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegisterError(f"{path}: {type(error).__name__}") from None


def text_of(keys: tuple[VirtualKey, ...]) -> bytes:
    """The register as it is written."""
    return json.dumps({"keys": [asdict(key) for key in keys]}, indent=1).encode()


def from_json(document: dict[str, Any]) -> VirtualKey:
    """One key from its JSON.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    values = {name: document[name] for name in ("name", "vendor", "upstream", "fingerprint")}
    if not all(isinstance(value, str) for value in values.values()):
        raise TypeError("a text is expected")
    values["tool"] = str(document.get("tool", ""))
    carriers = tuple(str(each) for each in document["carriers"])
    return VirtualKey(**values, carriers=carriers, made_us=int(document["made_us"]))
