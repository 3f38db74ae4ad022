"""Both doors, one after the other, for every test of this folder that asks for ``door``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import doors
import pytest

if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]  # sockets are handed to the doors in another way there


@pytest.fixture(scope="module", params=["engine", "relay"])
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[doors.Door]:
    """A door that stands as long as the module."""
    with doors.opened(request.param, tmp_path_factory.mktemp("door")) as door:
        yield door


@pytest.fixture
def door(standing: doors.Door) -> doors.Door:
    """The door, its vendor as if nothing had happened before."""
    standing.vendor.begin()
    return standing
