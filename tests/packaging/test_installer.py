"""What is made of pip's words."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Import = Callable[[str], ModuleType]


@pytest.fixture
def installer(setup_module_named: Import) -> ModuleType:
    return setup_module_named("installer")


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "something else"),
        ("NewConnectionError: [Errno -2] Name or service not known\nERROR: No matching distribution", "online"),
        ("ERROR: No matching distribution found for brotli==9", "lags behind"),
        ("CERTIFICATE_VERIFY_FAILED\nERROR: No matching distribution found", "certificate"),
        ("something\nERROR: a new kind of trouble", "a new kind of trouble"),
        ("", "no reason"),
    ],
)
def test_reasons(installer: ModuleType, output: str, meaning: str) -> None:
    text = installer.explain(output, Path("setup.log"))
    assert meaning in text
    assert "setup.log" in text


def test_qt_can_be_left_out(installer: ModuleType, repo: Path) -> None:
    text = (repo / "packaging" / "requirements-test.lock").read_text("utf-8")
    left = installer.names(installer.without_qt(text))
    assert set(installer.names(text)) - set(left) == {"pyside6-essentials", "shiboken6", "pytest-qt"}


def test_a_lock_that_cannot_be_met_is_told_and_changes_nothing(
    installer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real pip, with no place to look: it ends before it has written anything."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    lock = tmp_path / "x.lock"
    lock.write_text("no-such-package-spendlight==1.0 --hash=sha256:" + "0" * 64 + "\n")
    venv = tmp_path / "v"
    (venv / "bin").mkdir(parents=True)
    # Its log goes beside the interpreter it is given; the interpreter is this one.
    python = venv / "bin" / "python"
    python.symlink_to(sys.executable)
    (venv / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    site = venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site.mkdir(parents=True)
    (site / "site-packages").symlink_to(Path(pytest.__file__).parent.parent)
    with pytest.raises(installer.InstallError) as failure:
        installer.install(python, tmp_path, lock, with_qt=True)
    assert failure.value.code == 3
    assert not failure.value.began_to_write
    assert "No matching distribution" in (venv / "setup.log").read_text("utf-8")
