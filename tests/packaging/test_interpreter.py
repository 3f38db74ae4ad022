"""Which Python runs the set-up."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Import = Callable[[str], ModuleType]


@pytest.mark.parametrize(
    ("version", "fits"), [((3, 10), False), ((3, 11), True), ((3, 12, 1), True), ((3, 13), True), ((3, 14), False)]
)
def test_versions(setup_module_named: Import, version: tuple[int, ...], fits: bool) -> None:
    assert setup_module_named("interpreter").fits(version) is fits


@pytest.mark.parametrize("name", ["interpreter.py", "start.py", "check.py"])
def test_an_old_python_can_read_it(repo: Path, name: str) -> None:
    source = (repo / "packaging" / name).read_text("utf-8")
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source, "unknown before Python 3.7"


def test_an_old_python_ends_in_one_line(
    setup_module_named: Import, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    interpreter = setup_module_named("interpreter")
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(SystemExit) as end:
        interpreter.ensure()
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "3.9" in said
    assert "3.11" in said


@pytest.mark.skipif(os.name == "nt", reason="shell scripts")
def test_a_better_python_is_found(setup_module_named: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    interpreter = setup_module_named("interpreter")
    broken, good = tmp_path / "python3.13", tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")
    good.write_text("#!/bin/sh\necho 3 12\n")
    versions = tmp_path / ".pyenv" / "versions" / "3.11.7" / "bin"
    versions.mkdir(parents=True)
    (versions / "python3").write_text("#!/bin/sh\necho 3 11\n")
    for script in (broken, good, versions / "python3"):
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / ".pyenv"))
    found = interpreter.candidates()
    assert found[0] == str(broken)
    assert str(versions / "python3") in found
    assert [interpreter.version_of(path) for path in (broken, good)] == [None, (3, 12)]
    became = []
    monkeypatch.setattr(os, "execv", lambda path, arguments: became.append((path, arguments)) or sys.exit(0))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(sys, "argv", ["packaging/start.py", "--no-start"])
    with pytest.raises(SystemExit):
        interpreter.ensure()
    assert became == [(str(good), [str(good), "packaging/start.py", "--no-start"])]
    monkeypatch.delenv("SPENDLIGHT_SETUP_HOPPED")


@pytest.mark.parametrize("script", ["start.py", "check.py"])
def test_help(repo: Path, script: str) -> None:
    done = subprocess.run(
        [sys.executable, repo / "packaging" / script, "--help"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert script in done.stdout
    assert "--no-system" in done.stdout
