"""What is said before the tests run, and that nothing is installed without the right to."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

Import = Callable[[str], ModuleType]


def test_a_missing_program_is_named_with_its_package(
    setup_module_named: Import, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    suite = setup_module_named("suite")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(suite, "TOOLS", suite.TOOLS[:2])
    assert [tool.package for tool in suite.missing_tools()] == ["git", "xvfb"]
    program = tmp_path / "Xvfb"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert [tool.package for tool in suite.missing_tools()] == ["git"]


def test_the_line_to_run_holds_each_package_once(setup_module_named: Import) -> None:
    line = setup_module_named("debian").line(["xvfb", "libgl1", "xvfb"])
    assert line.endswith("apt-get install --no-install-recommends libgl1 xvfb")


def test_without_apt_nothing_is_installed(
    setup_module_named: Import, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup_module_named("debian").install(["xvfb"], "a test") is False


def test_nothing_is_installed_without_the_right_to(
    setup_module_named: Import, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    debian = setup_module_named("debian")
    calls = tmp_path / "calls"
    for name, code in (("apt-get", 0), ("sudo", 1)):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {calls}\nexit {code}\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    assert debian.install(["xvfb"], "a test") is False
    assert calls.read_text() == "sudo -n true\n"
    assert debian.line(["xvfb"]).startswith("sudo ")
