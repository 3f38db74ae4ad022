"""The set-up's modules, as the scripts see them: ``packaging/`` first on the path."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

OWN = ("bootstrap", "clients", "debian", "installer", "interpreter", "suite", "lock")


@pytest.fixture
def setup_module_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import a module of ``packaging/``; forgotten after the test."""
    monkeypatch.syspath_prepend(str(repo / "packaging"))
    for name in OWN:
        sys.modules.pop(name, None)
    yield importlib.import_module
    for name in OWN:
        sys.modules.pop(name, None)
