"""The copy without anything of ours around it: the system's Python, no packages, the usual folders or odd ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trayapp.platform import zipped
from trayapp.platform.paths import Paths, find
from trayapp.toolbox import Toolbox
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.registry import named
from trayapp.tools.spans import Set
from trayapp.virtualkeys.cabinet import Cabinet

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


def test_virtual_keys_and_the_variables_of_other_tools(
    paths: Paths, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped.write(paths, str(next(zipped.interpreters())), os.environ)
    monkeypatch.setenv("SHELL", "/bin/bash")
    paths.port.write_text("29999")
    paths.token.write_text("t0K" * 14 + "_")
    file = home / "user" / ".claude" / "settings.json"
    file.parent.mkdir(mode=0o700)
    file.write_text('{"env": {"ANTHROPIC_API_KEY": "sk-real-0123456789abcdef"}}')
    file.chmod(0o600)
    before = file.read_bytes()
    box = Toolbox(paths)
    for name in ("claude-code", "sdk", "llm"):
        tool = named(name)
        assert tool is not None
        box.connect(tool, no_autostart=True, virtual_key=name == "claude-code")
    assert file.read_bytes() != before
    written = (paths.config / "shell" / "env.sh").read_text()
    assert f"[ -x {sys.executable} ]" in written
    assert run(paths, "restore", "nonesuch").returncode == 2
    assert run(paths, "restore", "sdk").returncode == 0
    assert f"[ -x {sys.executable} ]" in (paths.config / "shell" / "env.sh").read_text()
    done = run(paths, "restore", "--all")
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_bytes() == before
    assert Cabinet(paths).listed() == ()


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
