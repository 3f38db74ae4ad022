"""What the doctor says about secrets."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from trayapp.platform.paths import find
from trayapp.platform.secretplace import check_keyring, secret_place
from trayapp.platform.secrets import SecretStore

Run = Callable[..., subprocess.CompletedProcess[str]]
LOOK = """
from trayapp.platform.paths import find
from trayapp.platform.secretplace import secret_place
found = secret_place(find())
print(found.line)
if found.finding: print(found.finding.code, found.finding.title, found.finding.message, found.finding.fix, sep="|")
"""
PUT = """
from trayapp.platform.paths import find
from trayapp.platform.secrets import SecretStore
SecretStore(find().secrets).put("a", b"s3cret")
"""


def test_in_a_keyring_there_is_nothing_to_find(with_keyring: Run) -> None:
    assert (
        with_keyring(LOOK).stdout == "Secrets go to: Secret Service keyring; kept now: 0 in the keyring, 0 in files.\n"
    )
    with_keyring(PUT)
    assert (
        with_keyring(LOOK).stdout == "Secrets go to: Secret Service keyring; kept now: 1 in the keyring, 0 in files.\n"
    )


def test_a_locked_keyring_that_holds_some(with_keyring: Run) -> None:
    with_keyring(PUT)
    line, finding = with_keyring(LOOK, password="wrong").stdout.splitlines()
    assert line.startswith("Secrets go to: file, not in a keyring (the keyring is locked); kept now: 1 in the keyring")
    code, title, message, fix = finding.split("|")
    assert (code, title) == ("keyring", "The keyring with Spendlight's secrets cannot be used now")
    assert message == "1 of them lie there: the keyring is locked."
    assert "unlock the keyring" in fix


def test_secrets_in_files_are_named_with_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    paths = find()
    assert check_keyring(paths) is None
    assert secret_place(paths).line.startswith("Secrets go to: file, not in a keyring (no keyring answers")
    SecretStore(paths.secrets).put("a", b"s3cret")
    found = check_keyring(paths)
    assert found is not None
    assert found.title == "Secrets lie in files, not in a keyring"
    assert str(paths.secrets) in found.message
    assert "no keyring answers on this system" in found.message
    assert "s3cret" not in repr(found)
