"""The guard's own start at login: the one thing that has to stand before a tool is led here by a file.

A tool that points at a port which nobody opens is a broken tool. So ``ensure`` makes sure that somebody will open it
after the next login, or says in words why it cannot, and what to do instead. The files that it writes lie outside of
our folders and go through the desk like every tool's: ``spendlight restore --all`` takes them back byte by byte.

Rules: nothing counts as installed that was not verified (``trayapp.platform.logins``); what was written and does not
verify is taken back at once; what the user took out, or said he does not want, stays out until he asks for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from trayapp.platform import autostart, logins, zipped
from trayapp.platform.autostart import Entry, Job, Kind, NotCarriedError
from trayapp.platform.paths import Paths, write_private
from trayapp.said import begun, joined, say, sentence
from trayapp.tools import files
from trayapp.tools.desk import Desk, OptedOutError
from trayapp.tools.files import EditError
from trayapp.tools.journal import digest
from trayapp.tools.plan import Edit, Format, Plan
from trayapp.tools.pointing import AUTOSTART
from trayapp.tools.spans import Set
from trayapp.tools.wholefile import CONTENT
from trayapp.trouble import Trouble

WITHOUT: Final = say(
    "`spendlight run -- COMMAND` leads one command through Spendlight and touches no file;"
    " `spendlight connect --no-autostart` is for those who start the guard themselves."
)
_FOR_TOOLS: Final = "for tools"
_LINGER: Final = "loginctl enable-linger"


@dataclass(frozen=True, slots=True)
class Ready:
    """The guard will be there after the next login, or the user sees to it."""

    kind: Kind | None
    """``None``: the user starts it himself."""
    text: str
    """One sentence for people."""
    notes: tuple[str, ...] = ()
    """What it does not cover."""
    installed: bool = False
    """It was written just now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What this system would be given."""

    kind: Kind
    why: str
    job: Job
    entries: tuple[Entry, ...]
    edits: tuple[Edit, ...]


def ensure(
    desk: Desk,
    paths: Paths,
    environment: Mapping[str, str] | None = None,
    *,
    opt_out: bool = False,
    again: bool = False,
    for_tools: bool = False,
) -> Ready | Trouble:
    """Have the guard start at login, verified.

    Args:
        desk: where the files are edited.
        paths: the profile.
        environment: this process's own by default.
        opt_out: the user starts the guard by other means (a container, an init of his own); remembered.
        again: the user asks for it now, whatever he took out or declined before.
        for_tools: it is wanted only because a tool is connected; `no_longer_needed` takes it back with the last one.
    """
    environment = os.environ if environment is None else environment
    if opt_out:
        write_private(paths.no_autostart, b"")
    if paths.no_autostart.exists() and not again:
        return _declined()
    wanted = prepare(desk, paths, environment)
    if isinstance(wanted, Trouble):
        return wanted
    there = standing(desk, wanted, environment)
    if there == [] and not again:
        paths.no_autostart.unlink(missing_ok=True)
        return _ready(wanted, environment, installed=False)
    before = {entry.id for entry in desk.journal.entries()}
    try:
        for edit in wanted.edits:
            desk.apply(replace(edit, mode=_FOR_TOOLS if for_tools else ""), again=again)
    except OptedOutError as error:
        return _not_started(
            say("{message} `spendlight autostart on` puts it in again.", message=sentence(error.trouble, "message")),
            "opted_out",
        )
    except EditError as error:
        for entry in desk.journal.open_entries(AUTOSTART):
            if entry.id not in before:
                desk.revert(entry.id)
        told = [sentence(error.trouble, name) for name in ("message", "fix") if getattr(error.trouble, name)]
        return _not_started(joined(" ", told), error.trouble.code)
    logins.take_up(wanted.kind, environment, wanted.entries[0].path)
    if found := logins.problems(wanted.kind, wanted.job, wanted.entries, environment):
        remove(desk, environment)
        return _not_started(say("It was written, looked at and taken back: {found}.", found="; ".join(found)))
    paths.no_autostart.unlink(missing_ok=True)
    return _ready(wanted, environment, installed=there != [])


def prepare(desk: Desk, paths: Paths, environment: Mapping[str, str], *, write: bool = True) -> Wanted | Trouble:
    """See what this system wants, and have ``rescue.pyz`` written, which the files will name."""
    found = logins.detect(environment)
    if found.kind is None:
        return _not_started(say("{what}.", what=begun(found.why)))
    if found.kind is Kind.RUN_KEY:
        return _not_started(say("On Windows the start at login is written, but was never tried."))
    reasons = []
    for interpreter in zipped.interpreters():
        job = autostart.job(paths, interpreter)
        try:
            entries = autostart.entries(found.kind, job, logins.folder(found.kind, desk.home, environment))
            if write:
                paths.make()
                zipped.write(paths, str(interpreter), environment)
        except NotCarriedError as error:
            reasons.append(str(error))
            continue
        except OSError as error:
            return _not_started(
                say("{filename}: {why}.", filename=error.filename, why=error.strerror), "folder_unusable"
            )
        bad = logins.command_problems(job, environment) if write else []
        if not bad:
            return Wanted(found.kind, found.why, job, entries, _edits(desk, entries, environment))
        reasons += bad
    why = "; ".join(reasons) or say(
        "no Python from 3.11 on was found that does not belong to Spendlight's own environment"
    )
    return _not_started(say("{what}.", what=begun(why)))


def plans(desk: Desk, wanted: Wanted) -> tuple[Plan, ...]:
    """What would be written.

    Raises:
        EditError: a file cannot be written.
    """
    return tuple(desk.plan(edit) for edit in wanted.edits)


def standing(desk: Desk, wanted: Wanted, environment: Mapping[str, str]) -> list[str] | None:
    """What is wrong with what is installed: nothing when it is verified, ``None`` when nothing is installed."""
    ours = {entry.path: entry.after for entry in desk.journal.open_entries(AUTOSTART)}
    if not any(str(entry.path) in ours or entry.path.exists() for entry in wanted.entries):
        return None
    for entry in wanted.entries:
        data = files.read(entry.path.resolve())
        # Only what we wrote is brought up to date; what the user made of it has to work, no more.
        if data is not None and data != entry.text.encode() and ours.get(str(entry.path.resolve())) == digest(data):
            return [f"{entry.path} is of another version"]
    return logins.problems(wanted.kind, wanted.job, wanted.entries, environment)


def remove(desk: Desk, environment: Mapping[str, str] | None = None) -> list[str]:
    """Take the start at login back. A guard that runs goes on.

    Returns:
        What could not be taken back, in words.
    """
    environment = os.environ if environment is None else environment
    outcomes = desk.restore(AUTOSTART)
    if outcomes:
        logins.take_up(Kind.SYSTEMD_USER, environment)
    return [f"{outcome.path}: {outcome.text}" for outcome in outcomes if not outcome.done]


def no_longer_needed(desk: Desk, environment: Mapping[str, str] | None = None) -> bool:
    """Take it back if it stands there for the tools' sake alone; whether it was taken back."""
    entries = desk.journal.open_entries(AUTOSTART)
    if not entries or any(entry.tool_mode != _FOR_TOOLS for entry in entries):
        return False
    return not remove(desk, environment)


def decline(desk: Desk, paths: Paths, environment: Mapping[str, str] | None = None) -> list[str]:
    """Take it back and remember that the user does not want it; returns what ``remove`` does."""
    left = remove(desk, environment)
    paths.make()
    write_private(paths.no_autostart, b"")
    return left


def notes(kind: Kind, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What a start at login does not cover."""
    if kind is Kind.SYSTEMD_USER:
        if logins.lingering(environment):
            return (say("It starts at boot, before anybody logs in."),)
        return (
            say(
                "After a reboot it starts with your first login, also one over SSH. What runs without"
                " any login (cron, system services) finds it only after `{command}`, which starts it"
                " at boot.",
                command=_LINGER,
            ),
        )
    if kind is Kind.XDG:
        return (
            say(
                "It starts with a login at the desktop only: after a reboot with a login over SSH"
                " alone, run `spendlight` first."
            ),
            say("Nobody restarts a guard that was killed before the next login, but `spendlight`."),
        )
    return ()


def _edits(desk: Desk, entries: tuple[Entry, ...], environment: Mapping[str, str]) -> tuple[Edit, ...]:
    own = environment.get("XDG_CONFIG_HOME", "")
    named = own.startswith("/") and not Path(own).is_relative_to(desk.home)
    return tuple(
        Edit(
            AUTOSTART,
            entry.path,
            Format.WHOLE,
            (Set(CONTENT, entry.text),),
            anywhere=named and entry.path.is_relative_to(own),
        )
        for entry in entries
    )


def _ready(wanted: Wanted, environment: Mapping[str, str], *, installed: bool) -> Ready:
    text = say("Spendlight starts at login: {why} ({path}).", why=wanted.why, path=wanted.entries[0].path)
    more = list(notes(wanted.kind, environment))
    if Path(wanted.job.command[0]).is_relative_to(_environment()):
        more.append(
            say("No Python was found outside of Spendlight's own environment; if that goes, nobody can say so.")
        )
    return Ready(wanted.kind, text, tuple(more), installed)


def _environment() -> Path:
    return Path(sys.prefix) if sys.prefix != sys.base_prefix else Path("/nowhere")


def _declined() -> Ready:
    return Ready(
        None,
        say("Spendlight does not start at login: you start it yourself."),
        (say("As long as it does not run, connected tools reach nobody. `spendlight autostart on` changes that."),),
    )


def _not_started(why: str, code: str = "no_autostart") -> Trouble:
    return Trouble(
        title=say("Spendlight would not be there after the next login"),
        message=say("{why} A tool that is led here by a file would then reach nobody.", why=why),
        fix=WITHOUT,
        code=code,
    )
