"""The ways of a weekly summary: a folder of the user's, and a mail through the user's own server.

Everything that takes a report out of the engine lives here. Rules: nothing goes anywhere that the user has not set; a
file is replaced whole and is the user's alone; a password is asked of the keyring in a thread, without anybody being
asked to unlock it on a Monday morning, and given to the postman's process alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp import mailing
from trayapp.engine.delivery import UndeliveredError, Wanted, Way
from trayapp.mailing import Mail
from trayapp.platform.paths import Paths, write_private
from trayapp.platform.secrets import SecretStore, UnreachableError
from trayapp.reports import Report, nameless
from trayapp.said import say
from trayapp.settings import Settings

LIMIT_S: Final = 450.0
"""For a mail to be handed in; the server may look through it for minutes."""
_PATIENCE_S: Final = 10.0


@dataclass(slots=True)
class Ways:
    """Ways for reports, as the settings stand at the moment."""

    paths: Paths
    settings: Callable[[], Settings]

    def table(self) -> dict[str, Way]:
        """Name to way."""
        return {"file": self.to_file, "mail": self.to_mail}

    async def to_file(self, report: Report) -> None:
        """Lay it into the folder, as HTML.

        Raises:
            UndeliveredError: it cannot be written.
        """
        folder = self.settings().report_folder
        if folder is None:
            raise UndeliveredError(say("No folder is set."))
        try:
            await asyncio.to_thread(self._write, folder, report)
        except OSError as error:
            raise UndeliveredError(
                say("{filename}: {why}.", filename=error.filename or folder, why=error.strerror)
            ) from None

    def _write(self, folder: Path, report: Report) -> None:
        from trayapp.pages import written

        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / f"spendlight-{report.period.name}.html", written(report, "html").encode())

    async def to_mail(self, report: Report) -> None:
        """Mail it, without names of projects and sessions unless the user wants them in it.

        Raises:
            UndeliveredError: something is not set, the password cannot be had, or the server did not take it.
        """
        chosen = self.settings()
        to = str(chosen.values["report.mail_to"])
        where = chosen.mail_server
        if not to or where is None:
            raise UndeliveredError(say("`report.mail_to` and `report.smtp` have to be set both."))
        from trayapp.pages import words, written

        if not chosen.values["report.mail_names"]:
            report = nameless(report)
        password = await asyncio.to_thread(self._password) if where.user else None
        mail = Mail(
            sender=str(chosen.values["report.mail_from"]) or to,
            to=to,
            subject=f"Spendlight: {words.title(report.period)}",
            text=written(report, "text"),
            html=written(report, "html"),
            about=report.period.name,
        )
        await _hand_in(json.dumps(mailing.to_json(mail, where, password)).encode())

    def _password(self) -> str:
        found = SecretStore(self.paths.secrets, patience=_PATIENCE_S).load([mailing.SECRET], quiet=True)[mailing.SECRET]
        if isinstance(found, UnreachableError):
            raise UndeliveredError(say("The password of the mail server cannot be had: {why}.", why=found))
        if found is None:
            raise UndeliveredError(say("No password of the mail server is kept; `spendlight mail password` keeps one."))
        return found.decode()


def wanted(chosen: Settings) -> Wanted:
    """What the settings want delivered."""
    ways = []
    if chosen.report_folder is not None:
        ways.append("file")
    if chosen.values["report.mail_to"] and chosen.mail_server is not None:
        ways.append("mail")
    return Wanted(weekly=bool(chosen.values["report.weekly"]), at=chosen.report_at, ways=tuple(ways))


async def _hand_in(document: bytes) -> None:
    """Have the postman take a mail.

    Raises:
        UndeliveredError: he did not, or nobody knows.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "trayapp.engine.postman"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise UndeliveredError(say("The mail could not be sent: {why}.", why=error.strerror)) from None
    try:
        output, _ = await asyncio.wait_for(child.communicate(document), LIMIT_S)
        answer = json.loads(output)
        sent, why, unknown = answer.get("sent") is True, str(answer.get("why") or ""), bool(answer.get("unknown"))
    except (TimeoutError, ValueError, AttributeError, OSError):
        sent, why, unknown = False, "The mail server did not answer in time.", True
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if not sent:
        raise UndeliveredError(why or say("The mail could not be sent."), unknown=unknown)
