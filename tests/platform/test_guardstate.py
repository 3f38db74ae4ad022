"""When the guard's state file is believed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from trayapp.platform.guardstate import GuardState, clear_state, read_state, write_state
from trayapp.platform.paths import Paths, find
from trayapp.platform.single import Single
from trayapp.trouble import Trouble, trouble_from_json

STATE = GuardState(
    pid=os.getpid(),
    port=27410,
    v6=True,
    state="relaying",
    engine_pid=7,
    deaths=3,
    since_us=123,
    trouble=Trouble(title="T", message="M.", fix="F.", code="c"),
    version="1",
)


@pytest.fixture
def paths(home: Path) -> Paths:
    found = find()
    found.make()
    return found


@pytest.fixture
def held(paths: Paths) -> Iterator[Paths]:
    lock = Single.take(paths.guard_lock)
    yield paths
    lock.release()


def test_it_is_read_as_it_was_written(held: Paths) -> None:
    write_state(held, STATE)
    assert read_state(held) == STATE
    assert stat.S_IMODE(held.guard_state.stat().st_mode) == 0o600
    write_state(held, replace(STATE, trouble=None, engine_pid=None))
    assert read_state(held) == replace(STATE, trouble=None, engine_pid=None)
    clear_state(held)
    clear_state(held)
    assert [file.name for file in held.run.iterdir()] == ["guard.lock"]


def test_without_the_lock_it_is_not_believed(paths: Paths) -> None:
    write_state(paths, STATE)
    assert read_state(paths) is None


def test_before_the_first_state_it_is_starting(held: Paths) -> None:
    state = read_state(held)
    assert state is not None
    assert (state.pid, state.state, state.port) == (os.getpid(), "starting", 0)


def test_the_file_of_an_earlier_guard_is_not_believed(held: Paths) -> None:
    write_state(held, replace(STATE, pid=STATE.pid + 1))
    state = read_state(held)
    assert state is not None
    assert (state.pid, state.state) == (os.getpid(), "starting")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", '{"pid": "x"}', '{"pid": 1, "state": "flying"}'])
def test_a_damaged_file_is_no_state(held: Paths, text: str) -> None:
    held.guard_state.write_text(text)
    state = read_state(held)
    assert state is not None
    assert state.state == "starting"


def test_fields_of_another_version_are_ignored(held: Paths) -> None:
    held.guard_state.write_text(json.dumps({"pid": os.getpid(), "state": "running", "new": 1, "trouble": {"x": 1}}))
    state = read_state(held)
    assert state == GuardState(pid=os.getpid(), state="running")


def test_troubles() -> None:
    assert Trouble(title="T", message="M.").line == "T: M."
    assert trouble_from_json({"title": "T", "message": "M.", "other": 1, "code": 5}) == Trouble(title="T", message="M.")
    for nothing in (None, 5, [], {}, {"title": 5}):
        assert trouble_from_json(nothing) is None
