"""``spendlight keys`` as a user calls it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from trayapp.platform.paths import find
from trayapp.virtualkeys.cabinet import Cabinet

REPO = Path(__file__).resolve().parents[2]
REAL = "sk-ant-api03-c4narycanary"
Run = Callable[..., subprocess.CompletedProcess[str]]
SPENDLIGHT = "import sys; from trayapp.cli import main; raise SystemExit(main(sys.argv[1:]))"


def keys(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp", "keys", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        cwd=REPO,
        timeout=60,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in done.stderr
    return done


def test_a_key_comes_goes_and_comes_back() -> None:
    assert keys().stdout == "There are no virtual keys. `spendlight keys add VENDOR` makes one.\n"
    added = keys("add", "anthropic", "--name", "claude", typed=REAL + "\n")
    assert added.returncode == 0, added.stderr
    virtual = added.stdout.strip()
    assert virtual.startswith("sk-ant-api03-spendlight-")
    assert added.stdout.count("\n") == 1
    # What it costs is said where it is made.
    for said in (
        "only this once",
        "this machine only",
        "https://api.anthropic.com",
        "503 (key_not_available)",
        "file, not in a keyring (no keyring answers on this system)",
        "keys remove claude --print",
    ):
        assert said in added.stderr
    assert REAL not in added.stdout + added.stderr
    assert Cabinet(find()).real(virtual) == REAL
    (row,) = json.loads(keys("--format", "json", "list").stdout)
    assert (row["name"], row["vendor"], row["real_key"]) == ("claude", "anthropic", "file, not in a keyring")
    listed = keys("list").stdout
    assert "real key: file, not in a keyring" in listed
    assert REAL not in listed
    assert virtual not in listed
    assert keys("reveal", "claude").stdout == REAL + "\n"
    removed = keys("remove", "claude", "--print")
    assert (removed.returncode, removed.stdout) == (0, REAL + "\n")
    assert "hear 401" in removed.stderr
    assert json.loads(keys("--format", "json").stdout) == []


def test_from_a_variable_and_as_json() -> None:
    added = keys("--format", "json", "add", "openai", "--env", "MY_KEY", MY_KEY="sk-proj-c4nary")
    assert set(json.loads(added.stdout)) == {"name", "vendor", "key", "real_key"}
    assert keys("reveal", "openai").stdout == "sk-proj-c4nary\n"
    assert keys("remove", "openai").stdout == ""
    missing = keys("add", "openai", "--env", "NO_KEY")
    assert missing.returncode == 2
    assert "NO_KEY is not set" in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "nobody"), REAL, "no route called 'nobody'"),
        (("add", "chatgpt"), REAL, "reached with a login"),
        (("add", "anthropic"), "", "not a key"),
        (("add", "anthropic", "--name", "Bad Name"), REAL, "small letters"),
        (("remove", "other"), "", "Known are: none"),
        (("reveal", "other"), "", "Known are: none"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], typed: str, said: str) -> None:
    done = keys(*arguments, typed=typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert REAL not in done.stderr


def test_what_is_typed_is_not_shown() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "trayapp", "keys", "add", "anthropic"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=REPO,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"not shown): " not in shown:
        shown += os.read(ours, 1024)
    assert REAL not in Path(f"/proc/{process.pid}/cmdline").read_text()
    os.write(ours, REAL.encode() + b"\n")
    out, _ = process.communicate(timeout=60)
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass  # the terminal's end
    os.close(ours)
    assert process.returncode == 0
    assert out.startswith(b"sk-ant-api03-spendlight-")
    assert REAL.encode() not in shown
    assert Cabinet(find()).reveal("anthropic") == REAL


def test_in_a_real_keyring(with_keyring: Run, home: Path) -> None:
    done = with_keyring(SPENDLIGHT, "keys", "add", "anthropic", "--env", "MY_KEY", MY_KEY=REAL)
    assert "The real key lies in: Secret Service keyring.\n" in done.stderr
    assert [p for p in home.rglob("*") if p.is_file() and REAL.encode() in p.read_bytes()] == []
    locked = with_keyring(SPENDLIGHT, "keys", "remove", "anthropic", "--print", password="wrong")
    assert (locked.returncode, locked.stdout) == (1, "")
    assert "the keyring is locked. It is not lost." in locked.stderr
    assert with_keyring(SPENDLIGHT, "keys", "remove", "anthropic", "--print").stdout == REAL + "\n"
    assert "no virtual keys" in with_keyring(SPENDLIGHT, "keys").stdout
