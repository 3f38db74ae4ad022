"""``spendlight restore`` as a user calls it, with everything else broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set

REPO = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:27410/" + "t0K" * 14 + "/anthropic"
BEFORE = {"one": b'{\n  "a": 1\n}\n', "two": b"# mine\r\nA=1\r\n"}


@pytest.fixture
def user(home: Path) -> Path:
    return home / "user"


@pytest.fixture
def files(home: Path, user: Path) -> dict[str, Path]:
    """Two tools' files with an edit of ours in each."""
    desk = Desk(Journal(home / "state" / "edits"), user)
    paths = {"one": user / ".one" / "settings.json", "two": user / ".env"}
    for tool, path in paths.items():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(BEFORE[tool])
        path.chmod(0o600)
    desk.apply(Edit("one", paths["one"], Format.JSON, (Set(("env", "U"), URL),)))
    desk.apply(Edit("two", paths["two"], Format.ENV, (Set(("U",), URL),)))
    return paths


def restore(*arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "trayapp", "restore", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPO, timeout=60)
    assert "Traceback" not in done.stderr
    return done


def test_with_everything_else_broken(home: Path, files: dict[str, Path]) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("[broken\n")
    (home / "state" / "ledger.sqlite3").write_bytes(b"no database")
    (home / "state" / "port").write_text("none")
    done = restore("--all")
    assert done.returncode == 0, done.stderr
    assert [line.rsplit(": ", 1)[1] for line in done.stdout.splitlines()] == ["as it was, byte for byte."] * 2
    assert {tool: path.read_bytes() for tool, path in files.items()} == BEFORE
    again = restore()
    assert (again.returncode, again.stdout) == (0, "No tool's file is changed.\n")


def test_one_tool_and_a_dry_run(files: dict[str, Path]) -> None:
    now = {tool: path.read_bytes() for tool, path in files.items()}
    done = restore("--dry-run")
    assert done.returncode == 0
    assert {tool: path.read_bytes() for tool, path in files.items()} == now
    assert "-U=http://127.0.0.1:27410/…/anthropic" in done.stdout
    assert "t0Kt0K" not in done.stdout
    assert restore("two").returncode == 0
    assert files["two"].read_bytes() == BEFORE["two"]
    assert files["one"].read_bytes() == now["one"]
    assert "Nothing of goose" in restore("goose").stdout
    unknown = restore("three")
    assert (unknown.returncode, "files of: one, two." in unknown.stderr) == (2, True)
    assert restore("one", "--all").returncode == 2


def test_what_cannot_be_restored_is_said(files: dict[str, Path]) -> None:
    files["one"].write_bytes(b'{"env": {"U": "' + URL.encode() + b'"')
    done = restore("--all")
    assert done.returncode == 1
    assert str(files["one"]) in done.stderr
    assert "as it was" in done.stdout
    assert files["two"].read_bytes() == BEFORE["two"]
    files["one"].unlink()
    assert restore("--all").returncode == 0


def test_a_read_only_file_is_said(files: dict[str, Path]) -> None:
    files["one"].chmod(0o400)
    now = files["one"].read_bytes()
    done = restore()
    assert done.returncode == 1
    assert "read-only" in done.stderr
    assert files["one"].read_bytes() == now
    files["one"].chmod(0o600)
    assert restore().returncode == 0
    assert files["one"].read_bytes() == BEFORE["one"]


def test_with_a_state_folder_that_cannot_be_written(home: Path, files: dict[str, Path]) -> None:
    state = home / "state"
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        # Rights do not bind root: a read-only mount does.
        unshare = shutil.which("unshare")
        before = (unshare or "", "--mount", "sh", "-c", f'mount --bind {state} {state} && mount -o remount,ro,bind {state} && exec "$@"', "sh")  # fmt: skip  # noqa: E501
        probe = subprocess.run([*before, "test", "!", "-w", str(state)], capture_output=True) if unshare else None
        if probe is None or probe.returncode != 0:
            pytest.skip("as root this needs a mount namespace")
    else:
        for folder in (state / "edits", state):
            folder.chmod(0o500)
    try:
        done = restore("--all", before=before)
        assert done.returncode == 0, done.stderr
        assert {tool: path.read_bytes() for tool, path in files.items()} == BEFORE
        assert "could not be marked" in done.stdout
        assert restore("--all", before=before).returncode == 0
    finally:
        for folder in (state, state / "edits"):
            folder.chmod(0o700)
    assert {tool: path.read_bytes() for tool, path in files.items()} == BEFORE
    assert restore("--all").returncode == 0
    assert {tool: path.read_bytes() for tool, path in files.items()} == BEFORE


def test_it_needs_nothing_heavy() -> None:
    code = "import sys; from trayapp.cli import main; main(['restore']); print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO)
    loaded = set(done.stdout.splitlines())
    assert not loaded & {
        "PySide6",
        "httpx",
        "msgspec",
        "asyncio",
        "sqlite3",
        "tomlkit",
        "trayapp.engine",
        "trayapp.ledger",
    }
