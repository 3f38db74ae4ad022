"""Hands in one mail, in a process of its own: ``python -m trayapp.engine.postman``, the mail as JSON on its input.

The engine stays small (the mail library, TLS and a keyring are not its business) and is never held up: whoever started
this process ends it when it takes too long. The answer is one JSON line: ``{"sent": true}`` or ``{"why": sentence}``.

Rules: the password comes on standard input and goes to the server over TLS only (or to this very machine); a server
that does not offer TLS gets neither password nor mail; what a server says is not repeated, but for its code.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Final

from trayapp.mailing import TLS_PORT
from trayapp.settings import is_loopback

STEP_S: Final = 20.0
"""For each answer of the server."""


class RefusedError(Exception):
    """The mail was not taken; the text says why, as a sentence."""


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
        with _connect(host, port, trusted) as server:
            if mail["user"]:
                server.login(str(mail["user"]), str(mail["password"] or ""))
            server.send_message(_message(mail))
    except smtplib.SMTPAuthenticationError as error:
        raise RefusedError(f"{host} did not accept the user name and password ({error.smtp_code}).") from None
    except smtplib.SMTPNotSupportedError:
        raise RefusedError(f"{host} does not offer what is needed (TLS or a login).") from None
    except smtplib.SMTPRecipientsRefused:
        raise RefusedError(f"{host} did not accept the recipient.") from None
    except smtplib.SMTPSenderRefused as error:
        raise RefusedError(f"{host} did not accept the sender ({error.smtp_code}).") from None
    except smtplib.SMTPResponseException as error:
        raise RefusedError(f"{host} refused the mail ({error.smtp_code}).") from None
    except ssl.SSLCertVerificationError:
        raise RefusedError(f"{host}'s certificate is not trusted.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise RefusedError(f"{host} could not be reached ({type(error).__name__}).") from None


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
        print(json.dumps({"why": f"{error}"}))
        return 1
    except Exception as error:  # noqa: BLE001  a traceback could show what the mail says
        print(json.dumps({"why": f"The mail could not be made ({type(error).__name__})."}))
        return 1
    print(json.dumps({"sent": True}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
