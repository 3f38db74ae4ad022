"""The real AI tools from PyPI: each gets an environment of its own, once, and a failure is said."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Import = Callable[[str], ModuleType]


@pytest.fixture
def clients(setup_module_named: Import, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, with one attempt and no way to an index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    module = setup_module_named("clients")
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    return module


@pytest.fixture
def wheel(tmp_path: Path) -> str:
    """A package that pip can install from here."""
    path = tmp_path / "tiny_client-1.0-py3-none-any.whl"
    info = "tiny_client-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_client.py", "WORD = 'xyzzy'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-client\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return str(path)


def test_installed_once(
    clients: ModuleType,
    wheel: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(clients, "CLIENTS", {"tiny": clients.Client((wheel,))})
    assert clients.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("installing tiny")
    python = tmp_path / "py" / "tiny" / "bin" / "python"
    said = subprocess.check_output([python, "-c", "import tiny_client; print(tiny_client.WORD)"], text=True)
    assert said == "xyzzy\n"
    assert clients.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("kept: tiny")
    monkeypatch.setattr(clients, "CLIENTS", {"tiny": clients.Client((wheel, "more==1"))})
    assert clients.main([str(tmp_path)]) == 1, "other versions are not complete"


def test_a_failure_is_said_and_does_not_look_complete(
    clients: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clients, "CLIENTS", {"nobody": clients.Client(("no-such-client==1.0",))})
    assert clients.main([str(tmp_path)]) == 1
    assert "not installed: nobody: ERROR: No matching distribution" in capsys.readouterr().err
    assert not (tmp_path / "py" / "nobody" / ".complete").exists()


def test_a_python_that_it_runs_on_is_needed(
    clients: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clients.python_for(clients.Client(())) == sys.executable
    monkeypatch.setattr(clients, "CLIENTS", {"old": clients.Client(("x",), oldest=(3, 0), newest=(3, 1))})
    assert clients.main([str(tmp_path)]) == 1
    assert "it needs Python 3.0 to 3.1, and none is here" in capsys.readouterr().err


def test_there_is_an_end(clients: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(clients.ClientError, match="no time left"):
        clients.install(tmp_path / "late", clients.Client(("x",)), time.monotonic() - 1)
    assert not (tmp_path / "late").exists()


def test_each_version_is_pinned(clients: ModuleType) -> None:
    packages = [package for client in clients.CLIENTS.values() for package in client.packages]
    assert all("==" in package for package in packages)
    assert {"aider-chat==0.86.2", "llm==0.36"} <= set(packages)
