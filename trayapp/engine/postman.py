"""Hands in one mail, in a process of its own: ``python -m trayapp.engine.postman``, the mail as JSON on its input.

The engine stays small (the mail library, TLS and a keyring are not its business) and is never held up: whoever started
this process ends it when it takes too long. The answer is one JSON line: ``{"sent": true}``, ``{"why": sentence}``, or
``{"why": sentence, "unknown": true}`` where nobody knows whether the server has taken it.

Rules: the password comes on standard input and goes to the server over TLS only (or to this very machine); a server
that does not offer TLS gets neither password nor mail; what a server says is not repeated, but for its code. From the
moment on at which the mail's end may have arrived, only the server's own refusal means that it was not taken; what
comes after its word (QUIT) changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import re
import smtplib
import ssl
import sys
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Final

from trayapp.mailing import TLS_PORT
from trayapp.settings import is_loopback

STEP_S: Final = 20.0
"""For each answer of the server."""
END_S: Final = 300.0
"""For its word on the whole mail, which it may want to look through first (RFC 5321, 4.5.3.2.6: ten minutes)."""


class RefusedError(Exception):
    """The mail was not taken; the text says why, as a sentence."""


class UnknownError(RefusedError):
    """Nobody knows whether it was taken."""


def send(mail: dict[str, Any], context: ssl.SSLContext | None = None) -> None:
    """Hand in a mail.

    Args:
        mail: as ``mailing.to_json`` makes it.
        context: what is trusted; by default what the system trusts.

    Raises:
        RefusedError: it was not taken.
    """
    host, port = str(mail["host"]), int(mail["port"])
    trusted = context or ssl.create_default_context()
    try:
        server = _connect(host, port, trusted)
        try:
            if mail["user"]:
                server.login(str(mail["user"]), str(mail["password"] or ""))
            _hand_in(server, mail)
        finally:
            server.close()
    except smtplib.SMTPAuthenticationError as error:
        raise RefusedError(f"{host} did not accept the user name and password ({error.smtp_code}).") from None
    except smtplib.SMTPNotSupportedError:
        raise RefusedError(f"{host} does not offer what is needed (TLS or a login).") from None
    except smtplib.SMTPResponseException as error:
        raise RefusedError(f"{host} refused the mail ({error.smtp_code}).") from None
    except ssl.SSLCertVerificationError:
        raise RefusedError(f"{host}'s certificate is not trusted.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise RefusedError(f"{host} could not be reached ({type(error).__name__}).") from None


def _hand_in(server: smtplib.SMTP, mail: dict[str, Any]) -> None:
    host = str(mail["host"])
    server.ehlo_or_helo_if_needed()
    code, _ = server.mail(str(mail["sender"]))
    if code != 250:
        raise RefusedError(f"{host} did not accept the sender ({code}).")
    code, _ = server.rcpt(str(mail["to"]))
    if code not in (250, 251):
        raise RefusedError(f"{host} did not accept the recipient ({code}).")
    server.putcmd("data")
    code, word = server.getreply()
    if code != 354:
        raise smtplib.SMTPDataError(code, word)
    text = re.sub(rb"(?m)^\.", b"..", _message(mail).as_bytes(policy=policy.SMTP))
    try:
        server.send(text.removesuffix(b"\r\n") + b"\r\n.\r\n")
        if server.sock is not None:
            server.sock.settimeout(END_S)
        code, word = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise UnknownError(f"{host} did not say whether it took the mail ({type(error).__name__}).") from None
    if code != 250:
        raise smtplib.SMTPDataError(code, word)
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()


def _connect(host: str, port: int, trusted: ssl.SSLContext) -> smtplib.SMTP:
    if port == TLS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=STEP_S, context=trusted)
    server = smtplib.SMTP(host, port, timeout=STEP_S)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
            server.ehlo()
        elif not is_loopback(host):
            raise RefusedError(f"{host} offers no encryption; nothing was sent to it.")
    except BaseException:
        server.close()
        raise
    return server


def _message(mail: dict[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail["sender"], mail["to"], mail["subject"]
    message["Date"], message["Message-ID"] = formatdate(localtime=True), mail["message_id"]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail["text"])
    if mail["html"]:
        message.add_alternative(mail["html"], subtype="html")
    return message


def main() -> int:
    """Send what stands on standard input."""
    try:
        send(json.load(sys.stdin))
    except RefusedError as error:
        print(json.dumps({"why": f"{error}", "unknown": isinstance(error, UnknownError)}))
        return 1
    except Exception as error:  # noqa: BLE001  a traceback could show what the mail says
        print(json.dumps({"why": f"The mail could not be made ({type(error).__name__})."}))
        return 1
    print(json.dumps({"sent": True}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
