"""The store of secrets over a real keyring, a locked one, none, and such as lose or hang; each a real process."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trayapp.platform.secrets import Place, SecretStore, UnreachableError
from trayapp.platform.secrets.store import LIMIT

HERE = Path(__file__).parent
Run = Callable[..., subprocess.CompletedProcess[str]]

STEPS = """
import json, sys
from pathlib import Path
from trayapp.platform.secrets import SecretStore, UnreachableError
store = SecretStore(Path(sys.argv[1]), patience=float(sys.argv[2]))
out = []
for verb, *rest in json.loads(sys.argv[3]):
    try:
        done = getattr(store, verb)(*(part.encode() if n else part for n, part in enumerate(rest)))
        if hasattr(done, "badge"):
            done = [done.badge, done.reason]
        elif isinstance(done, bytes):
            done = done.decode()
    except UnreachableError as error:
        done = ["unreachable", error.reason]
    out.append(done)
print(json.dumps(out))
"""
RING = ["Secret Service keyring", ""]


@pytest.fixture
def folder(home: Path) -> Path:
    return home / "state" / "secrets"


@pytest.fixture
def steps(with_keyring: Run, folder: Path) -> Callable[..., list[Any]]:
    """Does things with a store in a process of their own; see ``with_keyring``."""

    def run(*asks: tuple[str, ...], patience: float = 20, **more: Any) -> list[Any]:
        done = with_keyring(STEPS, str(folder), str(patience), json.dumps(asks), **more)
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    return run


def files(folder: Path) -> dict[str, str]:
    """What lies in the folder, but for its lock and name."""
    return {p.name: p.read_text() for p in folder.iterdir() if not p.name.startswith(".")}


def test_a_secret_goes_to_the_keyring_and_nowhere_else(steps: Any, folder: Path) -> None:
    assert steps(("look",), ("put", "key", "s3cret"), ("where", "key"), ("get", "key")) == [RING, RING, RING, "s3cret"]
    assert files(folder) == {"key.ring": "holds Secret Service keyring"}
    assert not any(b"s3cret" in path.read_bytes() for path in folder.iterdir())
    assert steps(("get", "key"), ("names",), ("drop", "key"), ("get", "key"), ("names",)) == [
        "s3cret",
        ["key"],
        None,
        None,
        [],
    ]
    assert files(folder) == {}


def test_two_profiles_do_not_see_each_other(steps: Any, with_keyring: Run, folder: Path) -> None:
    steps(("put", "key", "one"))
    other = with_keyring(STEPS, str(folder) + "2", "20", json.dumps([("put", "key", "two"), ("get", "key")]))
    assert json.loads(other.stdout)[1] == "two"
    assert steps(("get", "key")) == ["one"]


@pytest.mark.parametrize("data", [b"\x00\xff\xfe", "späß\n €".encode(), b"base64:not", b"", b"x" * LIMIT])
def test_any_bytes_come_back(with_keyring: Run, folder: Path, data: bytes) -> None:
    program = (
        "import sys; from pathlib import Path; from trayapp.platform.secrets import SecretStore\n"
        "store, data = SecretStore(Path(sys.argv[1])), bytes.fromhex(sys.argv[2])\n"
        "assert store.put('n', data).keyring, store.look()\n"
        "assert store.get('n') == data"
    )
    done = with_keyring(program, str(folder), data.hex())
    assert done.returncode == 0, done.stderr


def test_what_is_too_large_for_a_keyring_is_a_file_and_says_so(steps: Any, folder: Path) -> None:
    large = "x" * (LIMIT + 1)
    assert steps(("put", "big", "small"), ("put", "big", large), ("where", "big"), ("get", "big")) == [
        RING,
        ["file, not in a keyring", "too_large"],
        ["file, not in a keyring", ""],
        large,
    ]
    # The small one that it replaced is deleted in the keyring with the next change.
    assert files(folder)["big.ring"] == "stale"
    steps(("put", "other", "x"))
    assert "big.ring" not in files(folder)


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"password": None}, "none"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}, "insecure"),
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "none"),
        ({"PYTHON_KEYRING_BACKEND": "no.such.Backend"}, "none"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.Plain"}, "insecure"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.InheritsNull"}, "insecure"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.BadChain"}, "insecure"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.EmptyChain"}, "none"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.Forgets"}, "lost"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.TakesLittle"}, "error"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.Talks"}, "error"),
        ({"PYTHON_KEYRING_BACKEND": "odd_keyrings.Dies"}, "error"),
    ],
)
def test_without_a_keyring_that_keeps_its_word_it_is_a_private_file(
    steps: Any, folder: Path, environment: dict[str, Any], reason: str
) -> None:
    environment = {"PYTHONPATH": str(HERE), **environment}
    place = ["file, not in a keyring", reason]
    asked = steps(("put", "key", "s3cret" * 100), ("where", "key"), ("get", "key"), **environment)
    assert asked == [place, ["file, not in a keyring", ""], "s3cret" * 100]
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    steps(("drop", "key"), **environment)
    assert "key" not in files(folder)


def test_a_locked_keyring(steps: Any, folder: Path) -> None:
    assert steps(("put", "old", "in the keyring"), password="right") == [RING]
    locked = ["file, not in a keyring", "locked"]
    asks = (("look",), ("get", "old"), ("where", "old"), ("put", "new", "meanwhile"), ("get", "new"))
    assert steps(*asks, password="wrong") == [locked, ["unreachable", "locked"], RING, locked, "meanwhile"]
    # Back again: both are there, and the file moves into the keyring at its next write.
    assert steps(("get", "old"), ("get", "new"), ("put", "new", "now"), password="right") == [
        "in the keyring",
        "meanwhile",
        RING,
    ]
    assert "new" not in files(folder)
    assert steps(("get", "new"), ("where", "new"), password="right") == ["now", RING]


def test_the_newer_one_wins_when_the_keyring_was_away(steps: Any, folder: Path) -> None:
    assert steps(("put", "key", "first"), ("put", "gone", "secret")) == [RING, RING]
    assert steps(("put", "key", "second"), ("drop", "gone"), ("get", "gone"), password=None) == [
        ["file, not in a keyring", "none"],
        None,
        None,
    ]
    assert steps(("get", "key"), ("get", "gone"), ("names",)) == ["second", None, ["key"]]
    steps(("drop", "key"))
    # What could not be deleted there then is deleted there now.
    assert files(folder) == {}
    (folder / "gone.ring").write_text("holds by a lie")
    (folder / "key.ring").write_text("holds by a lie")
    assert steps(("get", "key"), ("get", "gone")) == [None, None]


def test_a_keyring_that_hangs_costs_its_patience_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "odd_keyrings.Hangs")
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    store = SecretStore(folder, patience=3)
    begun = time.monotonic()
    assert store.put("key", b"one") == Place(None, "timeout")
    assert store.put("other", b"two") == Place(None, "timeout")
    assert time.monotonic() - begun < 5.5
    assert (store.get("key"), store.get("other")) == (b"one", b"two")
    store.drop("key")
    store.drop("other")
    assert time.monotonic() - begun < 5.5
    # It may have taken the first after all: that is remembered, and nothing of it is ever given.
    assert files(folder) == {"key.ring": "stale", "other.ring": "stale"}
    assert SecretStore(folder, patience=3).get("key") is None


def test_a_chain_is_used_where_it_is_good(steps: Any, folder: Path) -> None:
    chain = {"PYTHON_KEYRING_BACKEND": "odd_keyrings.MixedChain", "PYTHONPATH": str(HERE)}
    chain["ODD_KEYRING"] = str(folder.parent / "odd.json")
    folder.parent.mkdir(mode=0o700)
    assert steps(("put", "key", "v"), ("get", "key"), **chain) == [["Kept Keyring", ""], "v"]
    assert "v" in json.loads((folder.parent / "odd.json").read_text()).values()
    steps(("drop", "key"), **chain)
    assert json.loads((folder.parent / "odd.json").read_text()) == {}


def test_without_the_keyring_package(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keyring.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    store = SecretStore(folder)
    assert store.look() == Place(None, "no_module")
    assert store.put("key", b"s") == Place(None, "no_module")
    assert store.get("key") == b"s"


def test_a_folder_that_cannot_be_written_still_gives_what_it_has(folder: Path, steps: Any) -> None:
    steps(("put", "key", "s3cret"))
    (folder / "plain").write_text("clear")
    folder.chmod(0o500)
    try:
        assert steps(("get", "key"), ("get", "plain")) == ["s3cret", "clear"]
    finally:
        folder.chmod(0o700)


def test_names_are_names(folder: Path) -> None:
    store = SecretStore(folder)
    for bad in ("", "../x", "a/b", ".x", "x.ring", "a b", "x" * 200):
        with pytest.raises(ValueError, match="name"):
            store.put(bad, b"s")
    store.drop("never-kept")
    assert not folder.exists()


def test_nothing_of_the_keyring_is_loaded_here(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from trayapp.platform.secrets import SecretStore\n"
        "store = SecretStore(Path(sys.argv[1])); store.put('a', b'x'); store.get('a')\n"
        "print(sorted({'keyring', 'secretstorage', 'cryptography', 'jeepney', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_secret_in_the_childs_arguments(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = folder.parent.parent / "seen.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "odd_keyrings.Witness")
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.setenv("ODD_KEYRING", str(seen))
    SecretStore(folder).put("key", b"c4nary")
    assert "teller" in seen.read_text()
    assert "c4nary" not in seen.read_text()


def test_an_unreachable_secret_says_why_in_words(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    (folder / "key.ring").write_text("holds Secret Service keyring")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    try:
        with pytest.raises(UnreachableError, match="no keyring answers") as caught:
            SecretStore(folder).get("key")
    finally:
        del os.environ["PYTHON_KEYRING_BACKEND"]
    assert caught.value.name == "key"
