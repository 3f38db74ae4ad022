"""Fixtures for the simulated vendor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
