"""The copy without anything of ours around it: the system's Python, no packages, the usual folders or odd ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from trayapp.platform import zipped
from trayapp.platform.paths import Paths, find
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set

BEFORE = b'{"mine": 1}\n'


@pytest.fixture(params=["usual", "xdg", "home"])
def paths(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """The places that a shell gives; whoever runs the copy has none of its variables."""
    if request.param != "home":
        monkeypatch.delenv("SPENDLIGHT_HOME")
    if request.param == "xdg":
        for name in ("CONFIG", "STATE", "CACHE"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(home / f"odd {name.lower()}"))
    paths = find()
    paths.make()
    return paths


def run(paths: Paths, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    bare = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"], **more}
    done = subprocess.run([paths.rescue, *arguments], env=bare, capture_output=True, text=True, timeout=60, cwd="/")
    assert "Traceback" not in done.stderr
    return done


def test_it_finds_its_profile_and_undoes_everything(paths: Paths, home: Path) -> None:
    interpreter = str(next(zipped.interpreters()))
    zipped.write(paths, interpreter, os.environ)
    file = home / "user" / "settings.json"
    file.write_bytes(BEFORE)
    file.chmod(0o600)
    Desk(Journal(paths.edits), home / "user").apply(Edit("tool", file, Format.JSON, (Set(("a",), "b"),)))
    assert "-a" not in run(paths, "restore", "--dry-run").stdout.splitlines()
    assert file.read_bytes() != BEFORE
    done = run(paths, "restore", "--all")
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_bytes() == BEFORE


def test_it_is_whole_with_the_standard_library_alone(paths: Paths) -> None:
    """``check`` imports all that guard, relay and undoing need, in each Python that may run it."""
    for interpreter in zipped.interpreters():
        zipped.write(paths, str(interpreter), os.environ)
        done = run(paths, "check")
        assert (done.returncode, done.stderr) == (0, "")
        assert "is whole" in done.stdout
    assert "works without its environment" in run(paths).stdout
    assert run(paths, "nonsense").returncode == 2


def test_damaged_settings_do_not_cost_the_port(home: Path) -> None:
    from trayapp import rescue

    paths = find()
    paths.make()
    assert rescue.port_of(paths) == 0
    paths.port.write_text("27412\n")
    assert rescue.port_of(paths) == 27412
    paths.settings.write_text("[budget]\nday_usd = 'x'\n[proxy]\n# the port\nport = 27499\n")
    assert rescue.port_of(paths) == 27499
    paths.settings.write_text("[budget\n[proxy]\n# the port\nport = 27499\n")
    assert rescue.port_of(paths) == 27499
    paths.settings.write_text("[proxy]\ninspect_limit_mb = 3\n[other]\nport = 1\n[broken\n")
    assert rescue.port_of(paths) == 27412
