"""Undoing with a real keyring as the vault: unlocked, locked, gone, hanging."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trayapp.tools.desk import Desk
from trayapp.tools.files import EditError
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Remove, Set
from trayapp.tools.vault import KeyringVault

Run = Callable[..., subprocess.CompletedProcess[str]]
SECRET = "sk-ant-api03-verysecret123456"
URL = "http://127.0.0.1:27410/" + "t0K" * 14 + "/anthropic"
BEFORE = f'{{\n  // mine\n  "apiKey": "{SECRET}",\n  "token": "hf_oLdToKeN1234567890", "model": "opus"\n}}\n'.encode()
EDIT = """
import sys
from pathlib import Path
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Remove, Set
from trayapp.tools.vault import KeyringVault
path, edits = map(Path, sys.argv[1:3])
operations = (Set(("apiKey",), "none"), Remove(("token",)), Set(("model",), "m"), Set(("env", "URL"), sys.argv[3]))
desk = Desk(Journal(edits, KeyringVault(edits / "vault")), path.parent)
desk.apply(Edit("tool", path, Format.JSON, operations[: int(sys.argv[4])]))
"""
SPENDLIGHT = "import sys; from trayapp.cli import main; raise SystemExit(main(sys.argv[1:]))"


@pytest.fixture
def user(home: Path) -> Path:
    return home / "user"


@pytest.fixture
def path(user: Path) -> Path:
    made = user / "settings.json"
    made.write_bytes(BEFORE)
    made.chmod(0o600)
    return made


@pytest.fixture
def edits(home: Path) -> Path:
    return home / "state" / "edits"


@pytest.fixture
def connect(with_keyring: Run, path: Path, edits: Path) -> Callable[..., None]:
    """An edit of ours, with its secrets in the keyring."""

    def run(count: int = 4, **more: Any) -> None:
        done = with_keyring(EDIT, str(path), str(edits), URL, str(count), **more)
        assert done.returncode == 0, done.stderr

    return run


def anywhere(folder: Path, text: str) -> list[Path]:
    """Where in a folder a text stands."""
    return [p for p in folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def test_the_secrets_of_an_undo_record_are_in_the_keyring(
    connect: Any, with_keyring: Run, path: Path, edits: Path
) -> None:
    connect()
    assert not anywhere(edits, SECRET)
    assert not anywhere(edits, "hf_old")
    assert list(edits.glob("vault/*.ring"))
    done = with_keyring(SPENDLIGHT, "restore")
    assert (done.returncode, done.stdout) == (0, f"{path} (tool): as it was, byte for byte.\n")
    assert path.read_bytes() == BEFORE
    assert [p.name for p in (edits / "vault").iterdir() if not p.name.startswith(".")] == []


@pytest.mark.parametrize("way", ["locked", "no bus", "no package"])
def test_a_shut_vault_takes_out_what_is_ours_and_gives_the_rest_later(
    connect: Any, with_keyring: Run, path: Path, edits: Path, tmp_path: Path, way: str
) -> None:
    connect()
    (tmp_path / "keyring.py").write_text("raise ImportError")
    shut: dict[str, Any] = {
        "locked": {"password": "wrong"},
        "no bus": {"password": None},
        "no package": {"PYTHONPATH": str(tmp_path)},
    }[way]
    why = {
        "locked": "the keyring is locked",
        "no bus": "no keyring answers on this system",
        "no package": "the package `keyring` is not installed",
    }[way]
    tried = with_keyring(SPENDLIGHT, "restore", "--dry-run", **shut)
    assert (tried.returncode, path.read_bytes() == BEFORE) == (1, False)
    for _ in range(2):  # asked again, it is no worse
        done = with_keyring(SPENDLIGHT, "restore", **shut)
        assert (done.returncode, done.stdout) == (1, ""), done
        assert f"`apiKey` is not what it was before: its former value lies in the keyring, and {why}" in done.stderr
        assert "`token` is not what it was before" in done.stderr
        assert done.stderr.endswith("unlock it and restore again.\n")
        assert json.loads(path.read_text().replace("// mine", "")) == {"model": "opus"}
    done = with_keyring(SPENDLIGHT, "restore")
    assert (done.returncode, done.stdout) == (0, f"{path} (tool): as it was, byte for byte.\n"), done
    assert path.read_bytes() == BEFORE
    assert with_keyring(SPENDLIGHT, "restore").stdout == "No tool's file is changed.\n"


def test_what_the_user_did_meanwhile_stays(connect: Any, with_keyring: Run, path: Path) -> None:
    connect()
    with_keyring(SPENDLIGHT, "restore", password="wrong")
    path.write_text(path.read_text().replace('"model": "opus"', '"model": "sonnet", "apiKey": "mine-now"'))
    done = with_keyring(SPENDLIGHT, "restore")
    assert done.returncode == 0, done.stderr
    assert "`apiKey` was left alone: you have set it again" in done.stdout
    after = json.loads(path.read_text().replace("// mine", ""))
    assert after == {"apiKey": "mine-now", "token": "hf_oLdToKeN1234567890", "model": "sonnet"}


def test_a_value_that_is_no_secret_comes_back_without_the_keyring(connect: Any, with_keyring: Run, path: Path) -> None:
    path.write_bytes(b'{"other_key": "' + SECRET.encode() + b'", "model": "opus"}\n')
    before = path.read_bytes()
    # The whole former file is in the keyring, for the secret in it; what changes is none.
    edit = EDIT.replace("operations[:", "operations[2:]and operations[2:][:")
    done = with_keyring(edit, str(path), str(path.parents[1] / "state" / "edits"), URL, "2")
    assert done.returncode == 0, done.stderr
    done = with_keyring(SPENDLIGHT, "restore", password=None)
    assert (done.returncode, path.read_bytes()) == (0, before), done.stderr


def test_no_edit_is_made_on_top_of_one_whose_vault_is_shut(
    connect: Any, with_keyring: Run, path: Path, edits: Path
) -> None:
    connect(1)
    after = path.read_bytes()
    again = with_keyring(EDIT, str(path), str(edits), URL, "4", password="wrong")
    assert again.returncode == 1
    assert "EditError" in again.stderr
    assert SECRET not in again.stderr
    assert path.read_bytes() == after
    connect(4)
    assert with_keyring(SPENDLIGHT, "restore").returncode == 0
    assert path.read_bytes() == BEFORE


def test_without_a_keyring_the_vault_is_files_that_a_keyring_later_reads(
    connect: Any, with_keyring: Run, path: Path, edits: Path
) -> None:
    connect(password=None)
    for kept in anywhere(edits, SECRET):
        assert (kept.parent, kept.stat().st_mode & 0o777) == (edits / "vault", 0o600)
    assert anywhere(edits, SECRET)
    assert with_keyring(SPENDLIGHT, "restore").returncode == 0
    assert path.read_bytes() == BEFORE
    assert not anywhere(edits, SECRET)


def test_a_vault_of_files_from_before_is_read(path: Path, user: Path, edits: Path) -> None:
    old = Desk(Journal(edits), user)
    old.apply(Edit("tool", path, Format.JSON, (Set(("apiKey",), "none"), Remove(("token",)))))
    assert anywhere(edits / "vault", SECRET)
    (outcome,) = Desk(Journal(edits, KeyringVault(edits / "vault")), user).restore()
    assert (outcome.done, path.read_bytes()) == (True, BEFORE)
    assert not anywhere(edits, SECRET)


def test_a_large_former_file_stays_a_file(connect: Any, with_keyring: Run, path: Path, edits: Path) -> None:
    path.write_bytes(BEFORE + b"// " + b"x" * 20_000 + b"\n")
    before = path.read_bytes()
    connect()
    assert [p.parent for p in anywhere(edits, SECRET)] == [edits / "vault"], (
        "the file alone; the value is in the keyring"
    )
    assert with_keyring(SPENDLIGHT, "restore").returncode == 0
    assert path.read_bytes() == before
    assert not anywhere(edits, SECRET)


def test_a_keyring_that_hangs_does_not_hold_an_undoing_for_long(
    connect: Any, path: Path, user: Path, edits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "odd_keyrings.Hangs")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "platform"))
    begun = time.monotonic()
    desk = Desk(Journal(edits, KeyringVault(edits / "vault", patience=2)), user)
    (outcome,) = desk.restore()
    assert time.monotonic() - begun < 5
    assert not outcome.done
    assert "the keyring did not answer in time" in outcome.text
    assert URL not in path.read_text()
    with pytest.raises(EditError):
        desk.apply(Edit("tool", path, Format.JSON, (Set(("apiKey",), "none"),)))
