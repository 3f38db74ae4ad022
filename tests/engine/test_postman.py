"""Mails are handed in encrypted or not at all, and what goes wrong is a sentence; against a real server."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from mailserver import MailServer, certificate

from trayapp import mailing
from trayapp.mailing import Mail, Server

MAIL = Mail(
    sender="me@example.com",
    to="you@example.com",
    subject="Your week: $84.20 — 18 % less",
    text="Zeile eins\nStraße ≈ 1 €\n",
    html="<p>Straße</p>",
    about="2026-W47",
)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, dict[str, str]]:
    """A server's side of TLS, and the environment of one who trusts it."""
    chain, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context, {**os.environ, "SSL_CERT_FILE": str(chain)}


def hand_in(
    port: int, *, user: str = "", word: str | None = None, host: str = "localhost", env: dict[str, str] | None = None
) -> dict[str, Any]:
    document = json.dumps(mailing.to_json(MAIL, Server(host=host, port=port, user=user), word))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "trayapp.engine.postman"],
        input=document, capture_output=True, text=True, timeout=60, check=False, env=env,
    )  # fmt: skip
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == (answer == {"sent": True})
    assert word is None or word not in done.stdout
    return answer


def test_a_mail_arrives_whole_and_encrypted(tls: Any) -> None:
    context, env = tls
    with MailServer(tls=context, login=("me", "s3cret")) as server:
        assert hand_in(server.port, user="me", word="s3cret", env=env) == {"sent": True}
    (raw,) = server.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["From"], mail["To"], mail["Subject"]) == (MAIL.sender, MAIL.to, MAIL.subject)
    assert mail["Message-ID"] == MAIL.message_id
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == MAIL.text
    assert "Straße" in mail.get_body(("html",)).get_content()
    assert [line.split(" ")[0].upper() for line in server.heard] == ["EHLO", "STARTTLS"]


def test_a_copy_has_the_same_id_and_another_week_another() -> None:
    again = Mail(sender=MAIL.sender, to=MAIL.to, subject="other words", text="", about=MAIL.about)
    assert again.message_id == MAIL.message_id
    assert Mail(sender=MAIL.sender, to=MAIL.to, subject="", text="", about="2026-W48").message_id != MAIL.message_id
    assert MAIL.message_id.endswith("@example.com>")


@pytest.mark.parametrize(
    ("refuse", "word", "says"),
    [
        ({}, "wrong", "did not accept the user name and password (535)"),
        ({"RCPT": "550 nobody here"}, "s3cret", "did not accept the recipient"),
        ({"MAIL": "553 who?"}, "s3cret", "did not accept the sender (553)"),
        ({"DATA": "554 no s3cret for you"}, "s3cret", "refused the mail (554)"),
        ({"STARTTLS": "454 not now"}, "s3cret", "refused the mail (454)"),
    ],
)
def test_what_a_server_refuses_is_said(tls: Any, refuse: dict[str, str], word: str, says: str) -> None:
    context, env = tls
    with MailServer(tls=context, login=("me", "s3cret"), refuse=refuse) as server:
        why = hand_in(server.port, user="me", word=word, env=env)["why"]
    assert says in why
    assert "nobody" not in why
    assert server.mails == []


def test_a_word_that_never_comes_is_no_refusal(tls: Any) -> None:
    """It was taken, and nobody knows: said so, since a second copy would be worse."""
    context, env = tls
    with MailServer(tls=context, mute=True) as server:
        answer = hand_in(server.port, env=env)
    assert answer["unknown"] is True
    assert "did not say whether it took the mail" in answer["why"]
    assert len(server.mails) == 1


def test_what_comes_after_its_word_changes_nothing(tls: Any) -> None:
    context, env = tls
    with MailServer(tls=context, refuse={"QUIT": "421 too many"}) as server:
        assert hand_in(server.port, env=env) == {"sent": True}
    assert len(server.mails) == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_are(tls: Any) -> None:
    context, env = tls
    dotted = Mail(sender=MAIL.sender, to=MAIL.to, subject="Dots", text=".\n..\n.x\nend\n", about="d")
    with MailServer(tls=context) as server:
        document = json.dumps(mailing.to_json(dotted, Server(host="localhost", port=server.port), None))
        done = subprocess.run(
            [sys.executable, "-P", "-m", "trayapp.engine.postman"],
            input=document, capture_output=True, text=True, timeout=60, check=True, env=env,
        )  # fmt: skip
    assert json.loads(done.stdout) == {"sent": True}
    lines = [line.removeprefix(b".") if line.startswith(b".") else line for line in server.mails[0].split(b"\r\n")]
    mail = message_from_bytes(b"\r\n".join(lines), policy=policy.default)
    assert mail.get_content().replace("\r\n", "\n") == dotted.text


def test_a_server_that_nobody_vouches_for_gets_nothing(tls: Any) -> None:
    context, _ = tls
    with MailServer(tls=context, login=("me", "s3cret")) as server:
        assert "certificate is not trusted" in hand_in(server.port, user="me", word="s3cret")["why"]
    assert server.mails == []
    assert not any("AUTH" in line for line in server.heard)


def test_without_encryption_only_this_machine_is_mailed_through() -> None:
    """Another name for this machine counts as another machine: nothing but the greeting is said to it."""
    with MailServer() as server:
        assert hand_in(server.port) == {"sent": True}
        assert len(server.mails) == 1
        server.heard.clear()
        why = hand_in(server.port, host="127.0.0.2")["why"]
    assert "could not be reached" in why or "no encryption" in why
    assert len(server.mails) == 1


def test_nobody_there() -> None:
    assert "could not be reached" in hand_in(1)["why"]


@pytest.mark.parametrize("value", ["smtp.example.com:587", "[::1]:25", "localhost:2525"])
def test_servers_that_can_be_set(value: str) -> None:
    assert mailing.server(value) is not None


@pytest.mark.parametrize("value", ["smtp.example.com", ":25", "host:0", "host:99999", "a b:25", "u@host:25", 3, None])
def test_servers_that_are_none(value: object) -> None:
    with pytest.raises(ValueError, match="587"):
        mailing.server(value)


@pytest.mark.parametrize("value", ["a", "a@", "@b", "a@b,c@d", "a@b\n", "A <a@b>", 7, "ä@b"])
def test_addresses_that_are_none(value: object) -> None:
    with pytest.raises(ValueError, match="address"):
        mailing.address(value)
