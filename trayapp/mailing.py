"""Mailing through the user's own server: what has to be set, and what one mail is.

Everything that says how a mail of ours is made lives here; the process that sends it is ``trayapp.engine.postman``.
Rules: standard library only; a mail goes to the user's own server and to no other place; its Message-ID is made from
what it is about, so that a copy that is sent again is the same mail to whoever keeps mails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SECRET: Final = "smtp-password"  # noqa: S105  the name under which it is kept
"""The password's name in the store of secrets."""
TLS_PORT: Final = 465
"""Encrypted from the first byte; any other port is asked for STARTTLS (RFC 8314, 3207)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mails are handed in."""

    host: str
    port: int
    user: str = ""
    """Empty: it takes mails without a login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail."""

    sender: str
    to: str
    subject: str
    text: str
    html: str = ""
    about: str = ""
    """What it is about: the same for a copy that is sent again."""

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        digest = hashlib.sha256(f"{self.about}\0{self.sender}\0{self.to}".encode()).hexdigest()[:32]
        return f"<{digest}@{self.sender.rpartition('@')[2].strip('<> ') or 'localhost'}>"


def server(value: Any, user: str = "") -> Server | None:
    """A server as it is set: ``smtp.example.com:587``; ``None`` for an empty text.

    Raises:
        ValueError: it is none; the text says what would be right.
    """
    if value == "":
        return None
    if isinstance(value, str) and len(value) <= 260 and value.isprintable() and " " not in value:
        host, colon, port = value.rpartition(":")
        if colon and port.isdecimal() and 0 < int(port) < 65536 and host and "/" not in host and "@" not in host:
            return Server(host=host.strip("[]"), port=int(port), user=user)
    raise ValueError('a server and its port, such as "smtp.example.com:587", or empty')


def address(value: Any) -> str:
    """One mail address; empty is none.

    Raises:
        ValueError: it is none.
    """
    if value == "":
        return ""
    if isinstance(value, str) and len(value) <= 254 and value.isascii() and value.isprintable():
        name, at, domain = value.rpartition("@")
        if at and name and domain and not set(value) & set(' ,;<>"()\\'):
            return value
    raise ValueError('one mail address, such as "me@example.com", or empty')


def to_json(mail: Mail, where: Server, password: str | None) -> Mapping[str, Any]:
    """What the postman is given."""
    return {
        "host": where.host,
        "port": where.port,
        "user": where.user,
        "password": password,
        "sender": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "message_id": mail.message_id,
    }
