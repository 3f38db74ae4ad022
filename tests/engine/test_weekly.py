"""The weekly summary of a real engine: told, laid into a folder and mailed through a real server, once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import several_weeks
from mailserver import MailServer

from trayapp.ledger import Ledger
from trayapp.money import dollars
from trayapp.snapshot import Snapshot

TODAY = datetime.now().astimezone().date()
LAST_MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)
REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def reporting(make_engine: Any, server: MailServer, tmp_path: Path) -> Any:
    """An engine with two weeks in its ledger that wants its summaries in a folder and by mail, from midnight on."""
    made = make_engine("http://127.0.0.1:1")
    ledger = Ledger.open(made.paths.ledger)
    try:
        made.rows = several_weeks.write(ledger, LAST_MONDAY - timedelta(days=7), 14, calls=20)
    finally:
        ledger.close()
    made.folder = tmp_path / "reports"
    text = made.paths.settings.read_text()
    made.paths.settings.write_text(
        f'[report]\nat = "00:00"\nfolder = "{made.folder}"\nmail_to = "me@example.com"\n'
        f'smtp = "127.0.0.1:{server.port}"\n' + text
    )
    former = (LAST_MONDAY - timedelta(days=7)).isoformat()
    made.paths.delivered.write_text(json.dumps({"file": former, "mail": former}))
    return made


def seen(engine: Any) -> Snapshot:
    """The first snapshot with the week in it."""
    with engine.client() as feed:
        return next(snapshot for snapshot in feed.snapshots() if snapshot.week is not None)


def delivered(engine: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(engine.paths.delivered.read_bytes())
    return found


def command(engine: Any, *arguments: str, code: int = 0, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp", *arguments],
        cwd=REPO, env={**os.environ, "SPENDLIGHT_HOME": str(engine.home)}, input=stdin, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_it_is_told_laid_down_and_mailed_once(reporting: Any, server: MailServer) -> None:
    reporting.start()
    week = seen(reporting).week
    assert week is not None
    year, number, _ = LAST_MONDAY.isocalendar()
    name = f"{year}-W{number:02}"
    assert (week.name, week.first) == (name, LAST_MONDAY.isoformat())
    assert week.pico > 0
    # Stopping waits for nothing that is on its way, so the next engine may have to say what became of the mail.
    with reporting.client() as client:
        while delivered(reporting).get("mail") != LAST_MONDAY.isoformat():
            client.ask("snapshot")
    path = reporting.folder / f"spendlight-{name}.html"
    assert dollars(week.pico) in path.read_text().replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (raw,) = server.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["To"] == mail["From"] == "me@example.com"
    text = mail.get_body(("plain",)).get_content()
    assert dollars(week.pico) in text
    assert "<html" in mail.get_body(("html",)).get_content()
    path.unlink()
    assert reporting.stop() == 0
    reporting.start()
    assert seen(reporting).week == week  # still told: a tray that starts now has not seen it
    assert reporting.stop() == 0
    assert len(server.mails) == 1
    assert not path.exists()


def test_a_folder_that_cannot_be_written_holds_up_no_mail(reporting: Any, server: MailServer) -> None:
    reporting.folder.write_text("a file, no folder")
    reporting.start()
    with reporting.client() as feed:
        told = next(s for s in feed.snapshots() if any(t.code == "report_file" for t in s.troubles))
        while delivered(reporting).get("mail") != LAST_MONDAY.isoformat():
            with reporting.client() as client:
                client.ask("snapshot")
    (trouble,) = [each for each in told.troubles if each.code == "report_file"]
    assert str(reporting.folder) in trouble.message
    assert "report.folder" in trouble.fix
    assert len(server.mails) == 1


def test_a_mail_by_hand(reporting: Any, server: MailServer) -> None:
    """`mail` says what is set; `mail send` sends; what the server says is told; a password comes from a pipe."""
    reporting.start()
    assert "me@example.com by 127.0.0.1" in command(reporting, "mail")
    with reporting.client() as client:
        while delivered(reporting).get("mail") != LAST_MONDAY.isoformat():
            client.ask("snapshot")
    assert "was mailed to me@example.com" in command(reporting, "mail", "send")
    assert len(server.mails) == 2
    ids = {message_from_bytes(raw)["Message-ID"] for raw in server.mails}
    assert len(ids) == 1
    server.refuse["RCPT"] = "550 no"
    assert "did not accept the recipient" in command(reporting, "mail", "send", code=1)
    command(reporting, "config", "set", "report.smtp_user", "me")
    assert "No password" in command(reporting, "mail", "send", code=1)
    assert "Kept in" in command(reporting, "mail", "password", stdin="s3cret\n")
    status = json.loads(command(reporting, "mail", "--format", "json"))
    assert status["password"]
    assert "s3cret" not in json.dumps(status)
    assert "Forgotten" in command(reporting, "mail", "password", "--forget")
    assert json.loads(command(reporting, "mail", "--format", "json"))["password"] is None
    log = (reporting.paths.log / "spendlight.log").read_text()
    assert "s3cret" not in log
