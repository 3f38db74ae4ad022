"""A desk over a home folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal


@pytest.fixture
def user(home: Path) -> Path:
    """The user's home folder; mode 0700."""
    return home / "user"


@pytest.fixture
def desk(home: Path, user: Path) -> Desk:
    return Desk(Journal(home / "state" / "edits"), user)
