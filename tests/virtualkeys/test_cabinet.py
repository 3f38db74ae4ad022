"""Making, giving back and removing virtual keys."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from trayapp.frontdoor import Upstream
from trayapp.platform.paths import find
from trayapp.virtualkeys.cabinet import Cabinet, VirtualKeyError

Run = Callable[..., subprocess.CompletedProcess[str]]
REAL = "sk-ant-api03-c4naryc4nary"
UPSTREAM = Upstream.parse("https://api.anthropic.com")


def holding(folder: Path, text: str) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes())


def test_a_real_key_goes_in_and_comes_back(home: Path) -> None:
    cabinet = Cabinet(find())
    minted = cabinet.mint("anthropic", f" {REAL}\n", upstream=UPSTREAM, name="claude")
    assert minted.virtual.startswith("sk-ant-api03-spendlight-")
    assert (cabinet.real(minted.virtual), cabinet.reveal("claude")) == (REAL, REAL)
    assert cabinet.listed() == (minted.key,)
    # Only the store holds the real key, and nothing at all holds the virtual one.
    assert holding(home, REAL) == [minted.key.secret]
    assert holding(home, minted.virtual) == []
    assert stat.S_IMODE(find().virtual_keys.stat().st_mode) == 0o600
    assert set(json.loads(find().virtual_keys.read_text())["keys"][0]) == {
        *("name", "vendor", "upstream", "carriers", "fingerprint", "made_us", "tool")
    }
    assert REAL not in repr(minted)
    assert minted.virtual not in repr(minted)
    cabinet.remove("claude")
    assert holding(home, REAL) == []
    assert cabinet.listed() == ()
    with pytest.raises(VirtualKeyError):
        cabinet.real(minted.virtual)


def test_names(home: Path) -> None:
    cabinet = Cabinet(find())
    for name in ("anthropic", "anthropic-2", "anthropic-3"):
        assert cabinet.mint("anthropic", REAL, upstream=UPSTREAM).key.name == name
    for bad in ("anthropic", "Upper", "a b", "", "../x"):
        with pytest.raises(VirtualKeyError) as caught:
            cabinet.mint("anthropic", REAL, upstream=UPSTREAM, name=bad)
        assert caught.value.trouble.code == "bad_key_name"
    with pytest.raises(VirtualKeyError, match="no such key"):
        cabinet.remove("other")


@pytest.mark.parametrize("real", ["", "short", "two words here", "line\nbreaking", "schlüssel-1234", "x" * 5000])
def test_what_is_no_key_is_not_taken(home: Path, real: str) -> None:
    with pytest.raises(VirtualKeyError) as caught:
        Cabinet(find()).mint("anthropic", real, upstream=UPSTREAM)
    assert caught.value.trouble.code == "bad_vendor_key"
    assert not real.strip() or real not in repr(caught.value.trouble)


def test_a_virtual_key_is_no_real_one(home: Path) -> None:
    cabinet = Cabinet(find())
    virtual = cabinet.mint("anthropic", REAL, upstream=UPSTREAM).virtual
    with pytest.raises(VirtualKeyError, match="Spendlight's own"):
        cabinet.mint("anthropic", virtual, upstream=UPSTREAM)
    with pytest.raises(VirtualKeyError):
        cabinet.mint("chatgpt", REAL, upstream=UPSTREAM)


def test_a_secret_that_a_killed_process_left_is_forgotten(home: Path) -> None:
    cabinet = Cabinet(find())
    minted = cabinet.mint("anthropic", REAL, upstream=UPSTREAM)
    find().virtual_keys.write_text('{"keys": []}')  # as if the kill had come before it was written
    cabinet.mint("anthropic", "sk-another-key", upstream=UPSTREAM)
    assert holding(home, REAL) == []
    assert cabinet.where(minted.key) is None


@pytest.mark.parametrize("text", ["", "[]", '{"keys": [{"name": 1}]}', '{"keys": 3}'])
def test_a_damaged_register_is_told_and_not_overwritten(home: Path, text: str) -> None:
    paths = find()
    paths.make()
    paths.virtual_keys.write_text(text)
    for ask in (lambda: Cabinet(paths).listed(), lambda: Cabinet(paths).mint("openai", REAL, upstream=UPSTREAM)):
        with pytest.raises(VirtualKeyError) as caught:
            ask()
        assert caught.value.trouble.code == "keys_damaged"
    assert paths.virtual_keys.read_text() == text
    assert holding(home, REAL) == []


def test_what_became_of_a_key_in_its_file_never_becomes_a_field(home: Path) -> None:
    """Files can be edited: an editor's line end is no part of the key, and what is no key stays out of heads."""
    cabinet = Cabinet(find())
    key = cabinet.mint("anthropic", REAL, upstream=UPSTREAM).key
    file = find().secrets / key.secret
    file.write_text(REAL + "\n")
    (known,) = cabinet.load().known.values()
    assert known.real == REAL
    for text in (f"{REAL}\r\nX-Other: 1", "schlüssel-1234", ""):
        file.write_text(text)
        (known,) = cabinet.load().known.values()
        assert (known.real, known.why) == (None, "what lies in its place is no key")


LOAD = """
import sys
from trayapp.platform.paths import find
from trayapp.virtualkeys.cabinet import Cabinet
(known,) = Cabinet(find()).load(quiet=sys.argv[1] == "quiet").known.values()
print(known.real, known.why, sep="|")
"""
MINT = """
from trayapp.frontdoor import Upstream
from trayapp.platform.paths import find
from trayapp.virtualkeys.cabinet import Cabinet
print(Cabinet(find()).mint("anthropic", "sk-real-c4nary", upstream=Upstream.parse("https://h")).place.badge)
"""


@pytest.mark.parametrize("way", ["quiet", "loud"])
def test_in_a_real_keyring(with_keyring: Run, way: str) -> None:
    assert with_keyring(MINT).stdout == "Secret Service keyring\n"
    assert with_keyring(LOAD, way).stdout == "sk-real-c4nary|\n"
    assert with_keyring(LOAD, way, password="wrong").stdout == "None|the keyring is locked\n"
    assert with_keyring(LOAD, way).stdout == "sk-real-c4nary|\n"
