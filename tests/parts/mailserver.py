"""A mail server that takes mails over a real socket, with or without TLS and a login, and keeps them."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType

PATIENCE = 15.0


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "mail.pem", folder / "mail.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


@dataclass
class MailServer:
    """Serves on this machine until it is left."""

    tls: ssl.SSLContext | None = None
    """Offered by STARTTLS; ``None``: no encryption."""
    login: tuple[str, str] | None = None
    refuse: dict[str, str] = field(default_factory=dict)
    """A verb to the answer that refuses it: ``{"RCPT": "550 no"}``."""
    mails: list[bytes] = field(default_factory=list)
    mute: bool = False
    """Takes a mail and hangs up without a word."""
    heard: list[str] = field(default_factory=list)
    """Every line that came before the encryption."""

    def __enter__(self) -> MailServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)

    def _serve(self) -> None:
        while True:
            try:
                plug, _ = self._listener.accept()
            except OSError:
                return
            plug.settimeout(PATIENCE)
            with contextlib.ExitStack() as held, contextlib.suppress(OSError):
                self._talk(plug, held)

    def _talk(self, plug: socket.socket, held: contextlib.ExitStack) -> None:
        encrypted, named = False, False
        held.enter_context(plug)
        lines = held.enter_context(plug.makefile("rb"))
        plug.sendall(b"220 here\r\n")
        while line := lines.readline().decode().strip():
            if not encrypted:
                self.heard.append(line)
            verb = line.split(" ")[0].upper()
            if verb in self.refuse:
                plug.sendall(f"{self.refuse[verb]}\r\n".encode())
            elif verb == "EHLO":
                offers = ["here"]
                if self.tls is not None and not encrypted:
                    offers.append("STARTTLS")
                if self.login is not None and (encrypted or self.tls is None):
                    offers.append("AUTH PLAIN")
                answer = [f"250{'-' if i < len(offers) - 1 else ' '}{offer}" for i, offer in enumerate(offers)]
                plug.sendall("".join(f"{each}\r\n" for each in answer).encode())
            elif verb == "STARTTLS" and self.tls is not None:
                plug.sendall(b"220 go on\r\n")
                plug = held.enter_context(self.tls.wrap_socket(plug, server_side=True))
                lines, encrypted = held.enter_context(plug.makefile("rb")), True
            elif verb == "AUTH":
                _, user, word = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                named = (user, word) == self.login
                plug.sendall(b"235 welcome\r\n" if named else b"535 no\r\n")
            elif verb == "DATA":
                plug.sendall(b"354 go on\r\n")
                body = b""
                while (piece := lines.readline()) != b".\r\n":
                    body += piece
                self.mails.append(body)
                if self.mute:
                    return
                plug.sendall(b"250 taken\r\n")
            elif verb == "QUIT":
                plug.sendall(b"221 bye\r\n")
                return
            else:
                plug.sendall(b"530 log in first\r\n" if verb == "MAIL" and self.login and not named else b"250 ok\r\n")
