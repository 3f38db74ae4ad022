"""The files that start the guard at login, read by those who will read them: systemd, GLib, plistlib."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.platform import autostart, logins, zipped
from trayapp.platform.autostart import Entry, Job, Kind, NotCarriedError
from trayapp.platform.paths import Paths, find

UserManager = Any  # the class stands in tests/conftest.py

WRITES_WORDS = (
    "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps(sys.argv[2:])); os.replace(*sys.argv[1:3])"
)
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12) | st.text(
    st.sampled_from(list("\\\"'`$%{}; :#~=@!-+|&<>()[]*?aHd\u00a0ß")), min_size=1, max_size=12
)
HARD = [
    "a b",
    "50%",
    "%h",
    "%%",
    "$HOME",
    "${HOME}",
    "$$",
    'say "x"',
    "it's",
    "back\\slash",
    "\\n",
    "\\x41",
    ";",
    "-",
    "'",
]


@st.composite
def lists(draw: st.DrawFn) -> list[str]:
    return draw(st.lists(WORDS, min_size=1, max_size=40))


def drawn() -> list[str]:
    """Some hundred words, the same each time."""
    out = list(HARD)

    @given(lists())
    def collect(words: list[str]) -> None:
        out.extend(words)

    collect()
    return out[:1500]


def wait_for(path: Path) -> list[str]:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, "the command did not run"
        time.sleep(0.01)
    words = json.loads(path.read_text())
    assert isinstance(words, list)
    return words


def test_systemd_runs_exactly_the_words(user_manager: UserManager, home: Path) -> None:
    """The manager itself reads the unit and starts the program: what arrives there is what was meant."""
    words = drawn()
    odd = home / "user" / "an odd %h (folder) ß;"
    odd.mkdir()
    program = odd / "python 3"
    program.symlink_to(sys.executable)
    done = home / "words"
    job = Job("spendlight-odd", (str(program), "-c", WRITES_WORDS, f"{done}.new", str(done), *words))
    units = home / "user/.config/systemd/user"
    units.mkdir(parents=True)
    for entry in autostart.entries(Kind.SYSTEMD_USER, job, units):
        entry.path.parent.mkdir(exist_ok=True)
        entry.path.write_text(entry.text)
    logins.take_up(Kind.SYSTEMD_USER, os.environ)
    started = subprocess.run(["systemctl", "--user", "start", job.unit], capture_output=True, text=True)
    assert started.returncode == 0, user_manager.log.read_text()[-2000:]
    assert wait_for(done)[1:] == words


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
def test_a_desktop_runs_exactly_the_words(home: Path) -> None:
    """GLib, which GNOME and others read such files with, starts the program."""
    words = drawn()
    odd = home / "user" / 'an odd $x "folder" it\'s \\ ß'
    odd.mkdir()
    program = odd / "python 3"
    program.symlink_to(sys.executable)
    done = home / "words"
    job = Job("spendlight-odd", (str(program), "-c", WRITES_WORDS, f"{done}.new", str(done), *words))
    [entry] = autostart.entries(Kind.XDG, job, home)
    entry.path.write_text(entry.text)
    subprocess.run(["gio", "launch", str(entry.path)], check=True, timeout=20)
    assert wait_for(done)[1:] == words


def test_what_a_file_cannot_carry_is_refused() -> None:
    for bad in ("a\nb", "a\tb", "\x7f", "\udcff", "\uffff", "\ufdd0", ""):
        for kind in (Kind.SYSTEMD_USER, Kind.XDG, Kind.LAUNCHD):
            with pytest.raises(NotCarriedError):
                autostart.entries(kind, Job("spendlight", ("/usr/bin/python3", bad)), Path("/x"))
    for program in ("/opt/$x/python3", "/opt/it's/python3", '/opt/"/python3', "/opt/\\/python3"):
        with pytest.raises(NotCarriedError):
            autostart.unit(Job("spendlight", (program, "guard")))
    for program in ("/opt/50%/python3", "/opt/a=b/python3"):
        with pytest.raises(NotCarriedError):
            autostart.desktop(Job("spendlight", (program, "guard")))


@given(words=lists())
def test_launchd_and_windows_read_the_same_words(words: list[str]) -> None:
    document = plistlib.loads(autostart.plist(Job("spendlight", ("/usr/bin/python3", *words))).encode())
    assert document["ProgramArguments"] == ["/usr/bin/python3", *words]
    assert document["KeepAlive"] == {"SuccessfulExit": False}
    assert document["Label"] == "app.spendlight.guard"


def test_the_run_key_opens_no_console() -> None:
    job = Job("spendlight-1a2b3c4d", ("C:/Program Files/Python/python.exe", "-IS", "C:/my state/rescue.pyz", "guard"))
    name, value = autostart.run_value(job)
    assert name == "Spendlight-1a2b3c4d"
    assert value == '"C:/Program Files/Python/pythonw.exe" -IS "C:/my state/rescue.pyz" guard'


def test_profiles_have_names_of_their_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = autostart.job(find(), Path("/usr/bin/python3"))
    assert mine.command == ("/usr/bin/python3", "-IS", str(home / "state" / "rescue.pyz"), "guard")
    monkeypatch.setenv("SPENDLIGHT_HOME", str(home / "other"))
    other = autostart.job(find(), Path("/usr/bin/python3"))
    assert mine.unit != other.unit
    monkeypatch.delenv("SPENDLIGHT_HOME")
    assert autostart.job(find(), Path("/usr/bin/python3")).unit == "spendlight.service"


def test_without_a_manager_a_desktop_and_then_nothing(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    nothing = logins.detect(bare, "linux", tmp_path)
    assert nothing.kind is None
    assert "user manager does not answer" in nothing.why or "systemctl is not there" in nothing.why
    assert logins.detect({**bare, "PATH": ""}, "linux", tmp_path).why.startswith("systemctl is not there")
    assert logins.detect({**bare, "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}, "linux", tmp_path).kind is Kind.XDG
    tiling = logins.detect({**bare, "XDG_CURRENT_DESKTOP": "i3"}, "linux", tmp_path)
    assert tiling.kind is None
    assert "i3 does not start programs at login by itself" in tiling.why
    sessions = tmp_path / "usr/share/xsessions"
    sessions.mkdir(parents=True)
    (sessions / "i3.desktop").write_text("[Desktop Entry]\nName=i3\n")
    assert logins.detect(bare, "linux", tmp_path).kind is None
    (sessions / "plasma.desktop").write_text("[Desktop Entry]\nName=Plasma\nDesktopNames=KDE;\n")
    assert logins.detect(bare, "linux", tmp_path).kind is Kind.XDG
    assert logins.detect(bare, "darwin").kind is Kind.LAUNCHD
    assert logins.detect(bare, "win32").kind is Kind.RUN_KEY


def test_the_manager_is_found_and_asked_where_it_looks(user_manager: UserManager, home: Path) -> None:
    assert logins.detect(os.environ).kind is Kind.SYSTEMD_USER
    usual = home / "user/.config/systemd/user"
    assert logins.folder(Kind.SYSTEMD_USER, home / "user", os.environ) == usual
    # A shell's own XDG_CONFIG_HOME, which the manager does not know, is not where it looks.
    shell = {**os.environ, "XDG_CONFIG_HOME": str(home / "elsewhere")}
    assert logins.folder(Kind.SYSTEMD_USER, home / "user", shell) == usual
    assert logins.folder(Kind.XDG, home / "user", shell) == home / "elsewhere" / "autostart"


@pytest.fixture
def installed(user_manager: UserManager, home: Path) -> tuple[Job, tuple[Entry, ...]]:
    paths: Paths = find()
    paths.make()
    interpreter = next(zipped.interpreters())
    zipped.write(paths, str(interpreter), os.environ)
    job = autostart.job(paths, interpreter)
    entries = autostart.entries(Kind.SYSTEMD_USER, job, home / "user/.config/systemd/user")
    for entry in entries:
        entry.path.parent.mkdir(parents=True, exist_ok=True)
        entry.path.write_text(entry.text)
    logins.take_up(Kind.SYSTEMD_USER, os.environ)
    return job, entries


def look(installed: tuple[Job, tuple[Entry, ...]]) -> list[str]:
    logins.take_up(Kind.SYSTEMD_USER, os.environ)
    return logins.problems(Kind.SYSTEMD_USER, *installed, os.environ)


def test_a_whole_unit_has_no_problem(installed: tuple[Job, tuple[Entry, ...]]) -> None:
    assert look(installed) == []
    if shutil.which("systemd-analyze"):
        verified = subprocess.run(
            ["systemd-analyze", "--user", "verify", str(installed[1][0].path)], capture_output=True, text=True
        )
        assert "spendlight" not in verified.stderr


def test_each_way_to_be_broken_is_seen(installed: tuple[Job, tuple[Entry, ...]], home: Path) -> None:
    job, (unit, drop_in) = installed
    unit.path.write_text(unit.text.replace("Restart=on-failure", "Restart=always\nNice=5"))
    assert look(installed) == []
    unit.path.write_text(unit.text.replace(' "guard"', ' "status"'))
    assert look(installed) == [f"systemd reads another command in {job.unit} than was written"]
    unit.path.write_text(unit.text)
    drop_in.path.write_text("[Unit]\n")
    assert look(installed) == [f"default.target does not want {job.unit}"]
    drop_in.path.unlink()
    assert look(installed) == [f"{drop_in.path} is missing"]
    drop_in.path.write_text(drop_in.text)
    assert look(installed) == []
    # Another file of that name, which systemd prefers.
    control = home / "user/.config/systemd/user.control"
    control.mkdir()
    (control / job.unit).write_text("[Service]\nExecStart=/bin/true\n")
    said = look(installed)
    assert f"systemd takes {job.unit} from {control / job.unit}" in said
    assert f"systemd reads another command in {job.unit} than was written" in said
    (control / job.unit).unlink()
    (control / job.unit).symlink_to("/dev/null")
    assert look(installed) == [f"systemd has not loaded {job.unit} (masked)"]
    (control / job.unit).unlink()
    find().rescue.unlink()
    [said_last] = look(installed)
    assert "can't open file" in said_last


def test_the_check_looks_into_our_environment(installed: tuple[Job, tuple[Entry, ...]]) -> None:
    paths = find()
    zipped.write(paths, installed[0].command[0], os.environ, python="/nowhere/bin/python")
    assert look(installed) == ["/nowhere/bin/python is missing"]
    zipped.write(paths, installed[0].command[0], os.environ, python=installed[0].command[0])
    assert "has no working Spendlight in it" in look(installed)[0]


def test_a_desktop_that_would_leave_it_out_is_seen(home: Path) -> None:
    paths = find()
    paths.make()
    interpreter = next(zipped.interpreters())
    zipped.write(paths, str(interpreter), os.environ)
    job = autostart.job(paths, interpreter)
    [entry] = autostart.entries(Kind.XDG, job, home)
    entry.path.write_text(entry.text)
    assert logins.problems(Kind.XDG, job, (entry,), os.environ) == []
    gone = Job(job.name, ("/nowhere/python3", *job.command[1:]))
    [other] = autostart.entries(Kind.XDG, gone, home)
    other.path.write_text(other.text)
    [said] = logins.problems(Kind.XDG, gone, (other,), os.environ)
    assert "/nowhere/python3 is not there" in said
    for switched in ("Hidden=true", "X-GNOME-Autostart-enabled=false"):
        name = switched.partition("=")[0]
        kept = [line for line in entry.text.splitlines() if not line.startswith(name)]
        entry.path.write_text("\n".join([*kept, switched, ""]))
        assert logins.problems(Kind.XDG, job, (entry,), os.environ) == [f"{entry.path} is switched off"]
    entry.path.write_text(entry.text.replace("guard", "status"))
    assert logins.problems(Kind.XDG, job, (entry,), os.environ) == [f"{entry.path} starts something else"]


def test_lingering_is_told_also_to_who_is_not_logged_in(tmp_path: Path) -> None:
    without = {"PATH": ""}
    assert logins.lingering(without, tmp_path) is None
    folder = tmp_path / "var/lib/systemd/linger"
    folder.mkdir(parents=True)
    assert logins.lingering(without, tmp_path) is False
    import pwd

    (folder / pwd.getpwuid(os.getuid()).pw_name).touch()
    assert logins.lingering(without, tmp_path) is True


def test_the_copy_is_the_same_each_time_and_private(home: Path) -> None:
    paths = find()
    paths.make()
    assert zipped.write(paths, "/usr/bin/python3", os.environ)
    assert not zipped.write(paths, "/usr/bin/python3", os.environ)
    assert paths.rescue.stat().st_mode & 0o777 == 0o700
    assert zipped.write(paths, "/usr/bin/python3", os.environ, python="/other/python")
    assert zipped.refresh(paths, os.environ)
    assert not zipped.refresh(paths, os.environ)
    assert zipped.build(paths, "/usr/bin/python3", os.environ) == paths.rescue.read_bytes()
