"""Files that are ours as a whole, what leads here, and the promise that the guard will be there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from trayapp import frontdoor
from trayapp.platform import logins
from trayapp.platform.autostart import Kind
from trayapp.platform.paths import Paths, find
from trayapp.tools import autostart, pointing
from trayapp.tools.autostart import Ready
from trayapp.tools.desk import Desk
from trayapp.tools.files import EditError
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set
from trayapp.tools.wholefile import CONTENT
from trayapp.trouble import Trouble

TOKEN = "t0K" * 14
TEXT = "[Unit]\nDescription=ours\n"


def whole(path: Path, text: str = TEXT) -> Edit:
    return Edit("autostart", path, Format.WHOLE, (Set(CONTENT, text),))


# -- a file that is ours as a whole ----------------------------------------------------------------------------


def test_it_is_made_and_taken_back_with_its_folders(desk: Desk, user: Path) -> None:
    path = user / ".config" / "systemd" / "user" / "x.service"
    assert desk.plan(whole(path)).diff().count("\n+") == 3
    desk.apply(whole(path))
    assert path.read_text() == TEXT
    assert path.stat().st_mode & 0o777 == 0o600
    [outcome] = desk.restore("autostart")
    assert (outcome.done, outcome.text) == (True, "removed: it did not exist before")
    assert list(user.iterdir()) == []


def test_a_newer_text_takes_the_older_over(desk: Desk, user: Path) -> None:
    path = user / "x.service"
    first = desk.apply(whole(path))
    assert desk.apply(whole(path)) == first
    desk.apply(whole(path, TEXT + "# newer\n"))
    assert path.read_text() == TEXT + "# newer\n"
    [outcome] = desk.restore()
    assert outcome.done
    assert not path.exists()


def test_a_file_of_somebody_else_is_refused(desk: Desk, user: Path) -> None:
    path = user / "x.service"
    path.write_text("[Unit]\nDescription=mine\n")
    path.chmod(0o600)
    with pytest.raises(EditError) as refused:
        desk.apply(whole(path))
    assert "there already, and it is not Spendlight's" in refused.value.trouble.message
    assert path.read_text() == "[Unit]\nDescription=mine\n"
    path.write_text(TEXT)  # the same text is no other content; then nothing is ours, and nothing is taken back
    assert desk.apply(whole(path)) is None
    assert desk.restore() == []
    assert path.read_text() == TEXT


def test_what_the_user_has_changed_stays_his(desk: Desk, user: Path) -> None:
    path = user / "x.service"
    desk.apply(whole(path))
    path.write_text(TEXT + "Nice=5\n")
    for again in (False, True):
        with pytest.raises(EditError):
            desk.apply(whole(path), again=again)
    [outcome] = desk.restore()
    assert "you have changed it" in outcome.text
    assert path.read_text() == TEXT + "Nice=5\n"


def test_an_empty_file_is_filled_and_is_empty_again(desk: Desk, user: Path) -> None:
    path = user / "x.service"
    path.touch(mode=0o600)
    os.utime(path, (1, 1))
    desk.apply(whole(path))
    assert path.read_text() == TEXT
    desk.restore()
    assert path.read_bytes() == b""


# -- what leads here -------------------------------------------------------------------------------------------


@pytest.fixture
def paths(home: Path) -> Paths:
    paths = find()
    paths.make()
    paths.token.write_text(TOKEN)
    return paths


def lead(desk: Desk, path: Path, value: str, tool: str = "one") -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    desk.apply(Edit(tool, path, Format.JSON, (Set(("env", "U"), value),)))


def test_the_files_say_which_tools_lead_where(desk: Desk, user: Path, paths: Paths) -> None:
    assert pointing.led(paths) == ()
    lead(desk, user / "a.json", frontdoor.base_url(27410, TOKEN, "anthropic", "one"))
    lead(desk, user / "b.json", f"http://spendlight:{TOKEN}@127.0.0.1:27411", "two")
    lead(desk, user / "c.json", "http://127.0.0.1:9999/another", "three")
    desk.apply(whole(user / "x.service"))
    found = pointing.led(paths)
    assert [(each.tool, each.ports) for each in found] == [("one", {27410}), ("two", {27411}), ("three", frozenset())]
    assert pointing.tools(found) == ("one", "two", "three")
    assert pointing.elsewhere(found[:1], 27410) is None
    trouble = pointing.elsewhere(found, 27410)
    assert trouble is not None
    assert "two: led to port 27411, but Spendlight has port 27410" in trouble.message
    assert TOKEN not in trouble.message + trouble.fix
    # The file decides, not the journal.
    (user / "a.json").unlink()
    desk.restore("two")
    assert pointing.tools(pointing.led(paths)) == ("three",)


# -- the promise -----------------------------------------------------------------------------------------------


def test_ensure_installs_once_and_verifies_each_time(desk: Desk, paths: Paths, user: Path, user_manager: Any) -> None:
    first = autostart.ensure(desk, paths)
    assert isinstance(first, Ready)
    assert (first.kind, first.installed) == (Kind.SYSTEMD_USER, True)
    assert "your systemd user manager starts it at login and restarts it" in first.text
    files = sorted(path.name for path in (user / ".config").rglob("*") if path.is_file())
    assert len(files) == 2
    second = autostart.ensure(desk, paths)
    assert isinstance(second, Ready)
    assert not second.installed
    assert len(desk.journal.open_entries("autostart")) == 2
    # An older version's text is replaced, and undoing still leads to nothing.
    wanted = autostart.prepare(desk, paths, os.environ)
    assert not isinstance(wanted, Trouble)
    desk.restore("autostart")
    desk.apply(whole(wanted.entries[0].path, "[Service]\nExecStart=/bin/true\n"))
    third = autostart.ensure(desk, paths)
    assert isinstance(third, Ready)
    assert third.installed
    assert autostart.remove(desk) == []
    assert not (user / ".config").exists()


def test_what_was_taken_out_is_put_in_only_when_asked(desk: Desk, paths: Paths, user: Path, user_manager: Any) -> None:
    autostart.ensure(desk, paths)
    for path in (user / ".config").rglob("*"):
        if path.is_file():
            path.unlink()
    refused = autostart.ensure(desk, paths)
    assert isinstance(refused, Trouble)
    assert refused.code == "opted_out"
    assert "`spendlight autostart on`" in refused.message
    assert isinstance(autostart.ensure(desk, paths, again=True), Ready)


def test_a_unit_that_the_user_tuned_is_left_to_him(desk: Desk, paths: Paths, user: Path, user_manager: Any) -> None:
    autostart.ensure(desk, paths)
    wanted = autostart.prepare(desk, paths, os.environ)
    assert not isinstance(wanted, Trouble)
    unit = wanted.entries[0].path
    unit.write_text(unit.read_text() + "Nice=5\n")
    logins.take_up(Kind.SYSTEMD_USER, os.environ)
    ready = autostart.ensure(desk, paths)
    assert isinstance(ready, Ready)
    assert not ready.installed
    # Made to start something else, it is no promise any more; it is told, and nothing of it is touched.
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    logins.take_up(Kind.SYSTEMD_USER, os.environ)
    refused = autostart.ensure(desk, paths)
    assert isinstance(refused, Trouble)
    assert unit.read_text() == "[Service]\nExecStart=/bin/true\n"
    assert wanted.entries[1].path.exists()


def test_who_starts_it_himself_is_asked_once(desk: Desk, paths: Paths, user: Path, user_manager: Any) -> None:
    mine = autostart.ensure(desk, paths, opt_out=True)
    assert isinstance(mine, Ready)
    assert (mine.kind, mine.installed) == (None, False)
    assert isinstance(autostart.ensure(desk, paths), Ready)
    assert not (user / ".config").exists()
    after = autostart.ensure(desk, paths, again=True)
    assert isinstance(after, Ready)
    assert after.kind is Kind.SYSTEMD_USER
    assert autostart.decline(desk, paths) == []
    declined = autostart.ensure(desk, paths)
    assert isinstance(declined, Ready)
    assert declined.kind is None


def test_nothing_is_left_of_what_does_not_verify(desk: Desk, paths: Paths, user: Path, user_manager: Any) -> None:
    """An administrator has masked the unit: the files are taken back, and the way without files is offered."""
    wanted = autostart.prepare(desk, paths, os.environ)
    assert not isinstance(wanted, Trouble)
    masked = user / ".config/systemd/user.control" / wanted.job.unit
    masked.parent.mkdir(parents=True)
    masked.symlink_to("/dev/null")
    refused = autostart.ensure(desk, paths)
    assert isinstance(refused, Trouble)
    assert "masked" in refused.message
    assert "spendlight run -- COMMAND" in refused.fix
    assert [path for path in (user / ".config").rglob("*") if path.is_file() and not path.is_symlink()] == []
    assert desk.journal.open_entries() == []


def test_without_anything_that_starts_programs_it_refuses(desk: Desk, paths: Paths, user: Path) -> None:
    refused = autostart.ensure(desk, paths)
    assert isinstance(refused, Trouble)
    assert refused.code == "no_autostart"
    assert "spendlight run -- COMMAND" in refused.fix
    assert "--no-autostart" in refused.fix
    assert not (user / ".config").exists()


def test_the_boot_before_the_login_is_told(
    desk: Desk, paths: Paths, user_manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without lingering: from the first login on. The command is named, never run."""
    ready = autostart.ensure(desk, paths)
    assert isinstance(ready, Ready)
    [note] = ready.notes
    if logins.lingering(os.environ):
        assert note == "It starts at boot, before anybody logs in."
    else:
        assert "with your first login, also one over SSH" in note
        assert "`loginctl enable-linger`" in note


def test_lingering_changes_the_words(desk: Desk, paths: Paths, user_manager: Any, tmp_path: Path) -> None:
    """The words follow what loginctl says; here it is one that says yes."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "loginctl").write_text("#!/bin/sh\necho yes\n")
    (folder / "loginctl").chmod(0o700)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    ready = autostart.ensure(desk, paths, environment)
    assert isinstance(ready, Ready)
    assert ready.notes == ("It starts at boot, before anybody logs in.",)
