"""Fixtures for the simulated vendor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from strict.refusal import Refused

from trayapp.demo.script import Ask, Script, default_plan
from trayapp.demo.vendor import SimulatedVendor, VendorThread


class Board:
    """A planner that a test fills: scripts are used up in order, then the default applies."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.asks: list[Ask] = []

    def __call__(self, ask: Ask) -> Script:
        self.asks.append(ask)
        return self.scripts.pop(0) if self.scripts else default_plan(ask)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def vendor(board: Board) -> Iterator[VendorThread]:
    server = SimulatedVendor(board, keep_headers=True, counted_endpoint=True)
    with VendorThread(server) as thread:
        yield thread


def refused(found: Refused | None, words: str, status: int = 400, **more: Any) -> None:
    """Assert that a request was refused with these words, and with these of the refusal's fields."""
    assert found is not None
    assert words in found.message
    assert found.status == status
    assert {name: getattr(found, name) for name in more} == more
