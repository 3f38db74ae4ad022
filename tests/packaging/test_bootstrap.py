"""The environment's stamp, its repair, and what is never touched."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Import = Callable[[str], ModuleType]


@pytest.fixture
def bootstrap(setup_module_named: Import) -> ModuleType:
    return setup_module_named("bootstrap")


def finished(bootstrap: ModuleType, venv: Path, kind: str = "runtime") -> object:
    """An environment that looks finished."""
    scripts = bootstrap.venv_python(venv).parent
    scripts.mkdir(parents=True)
    bootstrap.venv_python(venv).write_text("")
    (scripts / ("spendlight" + bootstrap._EXE)).write_text("")
    (venv / "pyvenv.cfg").write_text("")
    stamp = bootstrap.Stamp(venv)
    stamp.begin()
    stamp.finish(kind, stamp.wanted(bootstrap.lock_file(kind)))
    return bootstrap.Stamp(venv)


def test_a_finished_environment_holds(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = finished(bootstrap, tmp_path / "v")
    assert stamp.holds("runtime", stamp.wanted(bootstrap.lock_file("runtime")))
    assert not stamp.holds("test", stamp.wanted(bootstrap.lock_file("test")))


def test_the_test_environment_serves_the_runtime_too(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = finished(bootstrap, tmp_path / "v", "test")
    for kind in ("runtime", "test"):
        assert stamp.holds(kind, stamp.wanted(bootstrap.lock_file(kind)))


def test_another_lock_place_or_python_is_another_stamp(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = bootstrap.lock_file("runtime")
    changed = tmp_path / "changed.lock"
    changed.write_bytes(lock.read_bytes() + b"\n")
    here = bootstrap.Stamp(tmp_path / "v")
    stamps = {here.wanted(lock), here.wanted(changed), bootstrap.Stamp(tmp_path / "w").wanted(lock)}
    monkeypatch.setattr(sys, "base_prefix", "/elsewhere")
    stamps.add(here.wanted(lock))
    assert len(stamps) == 4


def test_an_interrupted_installation_is_not_trusted(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = finished(bootstrap, tmp_path / "v")
    stamp.forget()
    stamp.begin()
    again = bootstrap.Stamp(tmp_path / "v")
    assert not again.holds("runtime", again.wanted(bootstrap.lock_file("runtime")))
    assert not again.usable()


def test_a_download_that_failed_leaves_what_was(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = finished(bootstrap, tmp_path / "v")
    stamp.forget()
    stamp.begin()
    stamp.end_untouched()
    again = bootstrap.Stamp(tmp_path / "v")
    assert again.holds("runtime", again.wanted(bootstrap.lock_file("runtime")))


@pytest.mark.parametrize("garbage", [b"", b"[]", b"\xff", b"{"])
def test_a_damaged_stamp_is_no_stamp(bootstrap: ModuleType, tmp_path: Path, garbage: bytes) -> None:
    stamp = finished(bootstrap, tmp_path / "v")
    stamp.file.write_bytes(garbage)
    assert not stamp.holds("runtime", stamp.wanted(bootstrap.lock_file("runtime")))


def test_a_lost_python_is_noticed(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = finished(bootstrap, tmp_path / "v")
    bootstrap.venv_python(tmp_path / "v").unlink()
    assert not stamp.holds("runtime", stamp.wanted(bootstrap.lock_file("runtime")))
    assert not stamp.usable()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_no_environment_is_never_removed(bootstrap: ModuleType, tmp_path: Path, kind: str) -> None:
    place, kept = tmp_path / "v", tmp_path / "kept"
    kept.mkdir()
    (kept / "thesis.txt").write_text("three years")
    if kind == "folder":
        kept = kept.rename(place)
    elif kind == "file":
        place.write_text("x")
    else:
        place.symlink_to(kept)
    with pytest.raises(bootstrap.SetupError, match="in the way"):
        bootstrap._make(place, system=False)
    assert (kept / "thesis.txt").read_text() == "three years"


def test_a_half_made_environment_is_made_anew(bootstrap: ModuleType, tmp_path: Path) -> None:
    venv = tmp_path / "v"
    (venv / "lib").mkdir(parents=True)
    bootstrap.Stamp(venv).begin()
    (venv / "lib" / "half").write_text("")
    bootstrap._make(venv, system=False)
    assert not (venv / "lib" / "half").exists()
    assert bootstrap.Stamp(venv).usable()


def test_errors_end_in_words(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> int:
        raise PermissionError(13, "Permission denied", "/somewhere")

    with pytest.raises(SystemExit) as end:
        bootstrap.run(fails)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "Permission denied (/somewhere)" in said
    assert "Traceback" not in said
