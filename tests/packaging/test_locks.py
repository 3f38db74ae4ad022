"""The lock files: pinned by hash, free of addresses, and in step with each other."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-test.lock")


def entries(text: str) -> list[str]:
    """The logical lines of a lock file."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


def pins(text: str) -> dict[str, str]:
    found = {}
    for entry in entries(text):
        match = re.match(r"([a-z0-9][a-z0-9-]*)==(\S+)", entry)
        assert match, f"not a pin: {entry[:60]}"
        found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_pinned_by_hash(repo: Path, name: str) -> None:
    for entry in entries((repo / "packaging" / name).read_text("utf-8")):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}(?!\S)", entry), entry[:60]


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_of_a_mirror(repo: Path, name: str) -> None:
    text = (repo / "packaging" / name).read_text("utf-8")
    assert not re.search(r"://|index-url|find-links|trusted-host|file:", text)


def test_the_tests_run_on_the_versions_that_ship(repo: Path) -> None:
    runtime, test = (pins((repo / "packaging" / name).read_text("utf-8")) for name in LOCKS)
    assert runtime.items() <= test.items()


def test_everything_direct_is_locked(repo: Path) -> None:
    project = tomllib.loads((repo / "pyproject.toml").read_text("utf-8"))["project"]
    runtime, test = (pins((repo / "packaging" / name).read_text("utf-8")) for name in LOCKS)

    def name_of(requirement: str) -> str:
        return re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower().replace("_", "-")

    assert {name_of(r) for r in project["dependencies"]} <= runtime.keys()
    assert {name_of(r) for r in project["optional-dependencies"]["test"]} <= test.keys()
    assert {"hatchling", "editables"} <= runtime.keys(), "the checkout is installed in place without a download"


def test_qt_does_not_crash_python_3_11(repo: Path) -> None:
    assert pins((repo / "packaging" / "requirements.lock").read_text("utf-8"))["pyside6-essentials"] != "6.12.0"


def test_packaging_is_no_python_package(repo: Path) -> None:
    """With an ``__init__.py`` the folder would shadow the package of the same name that pytest needs."""
    assert not (repo / "packaging" / "__init__.py").exists()
    shadowed = {path.stem for path in (repo / "packaging").glob("*.py")} & sys.stdlib_module_names
    assert not shadowed, "scripts there have the folder first on their path"
