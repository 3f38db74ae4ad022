"""Garbage that holds something of Qt goes in Qt's thread, whichever thread makes more of it."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from trayapp.desktop.sweeping import Sweeper


class Ring(QObject):
    """Holds itself, so that only the collector frees it."""

    def __init__(self) -> None:
        super().__init__()
        self.myself = self


@pytest.fixture
def sweeper(qapp) -> Iterator[Sweeper]:
    made = Sweeper()
    yield made
    made.close()


def churn() -> None:
    """More new objects than any threshold of the interpreter's."""
    kept = [[number] for number in range(200_000)]
    assert len(kept) == 200_000


def test_another_thread_frees_nothing_of_qt(sweeper):
    freed_by: list[int] = []
    ring = Ring()
    weakref.finalize(ring, lambda: freed_by.append(threading.get_ident()))
    del ring
    other = threading.Thread(target=churn)
    other.start()
    other.join(60)
    assert freed_by == []
    for _ in range(500):  # what a few minutes of snapshots are
        churned = [[number] for number in range(3_000)]
        sweeper.look()
        del churned
    assert freed_by == [threading.get_ident()]


def test_little_is_not_looked_through(sweeper):
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    sweeper.look()
    assert gc.get_stats()[0]["collections"] == before


def test_afterwards_the_interpreter_does_it_again(qapp):
    made = Sweeper()
    assert not gc.isenabled()
    made.close()
    assert gc.isenabled()
