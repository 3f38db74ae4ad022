"""A desk over a home folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from trayapp.frontdoor import DEFAULT_UPSTREAMS
from trayapp.tools.connection import Connector
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal
from trayapp.tools.shell import Shell
from trayapp.tools.tool import Links, Machine


@pytest.fixture
def user(home: Path) -> Path:
    """The user's home folder; mode 0700."""
    return home / "user"


@pytest.fixture
def desk(home: Path, user: Path) -> Desk:
    return Desk(Journal(home / "state" / "edits"), user)


@pytest.fixture
def links() -> Links:
    """Addresses of a profile that knows the usual routes and two clouds."""
    more = {"bedrock": "https://bedrock-runtime.us-east-1.amazonaws.com", "vertex": "https://aiplatform.googleapis.com"}
    return Links(27410, "t0K" * 14 + "_", {**DEFAULT_UPSTREAMS, **more})


@pytest.fixture
def connect_on(home: Path, desk: Desk) -> Callable[[Machine], Connector]:
    """A connector for some machine."""
    shell = Shell(home / "config" / "shell", Path(sys.executable))
    return lambda machine: Connector(desk, shell, machine)


@pytest.fixture
def connector(connect_on: Callable[[Machine], Connector], user: Path) -> Connector:
    """A connector for the user's machine, on which no variable is set."""
    return connect_on(Machine(user, {"SHELL": "/bin/bash"}))
