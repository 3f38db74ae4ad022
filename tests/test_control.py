"""The control protocol: snapshots survive the wire, versions understand each other."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp import control
from trayapp.control import Address, Client, ControlError
from trayapp.snapshot import (
    LiveCall,
    Notice,
    Slice,
    Snapshot,
    Today,
    Unpriced,
    snapshot_from_json,
    snapshot_to_json,
)
from trayapp.trouble import Trouble

money = st.integers(-(10**15), 10**24)
slices = st.builds(Slice, name=st.text(max_size=8), pico=money, calls=st.integers(0, 9), unpriced=st.integers(0, 9))
snapshots = st.builds(
    Snapshot,
    at_us=st.integers(0, 2**53),
    today=st.builds(Today, pico=money, pico_estimated=money, calls=st.integers(0, 10**6)),
    running_pico=money,
    budget_day_pico=st.none() | money,
    by_tool=st.lists(slices, max_size=2).map(tuple),
    live=st.lists(st.builds(LiveCall, id=st.integers(0, 2**62), pico=st.none() | money), max_size=2).map(tuple),
    notices=st.lists(st.builds(Notice, title=st.text(max_size=5), message=st.text(max_size=5)), max_size=2).map(tuple),
    unpriced=st.lists(st.builds(Unpriced, vendor=st.text(max_size=5), model=st.text(max_size=5)), max_size=2).map(
        tuple
    ),
    troubles=st.lists(st.builds(Trouble, title=st.text(max_size=5), message=st.text(max_size=5)), max_size=1).map(
        tuple
    ),
)


@given(snapshots)
def test_a_snapshot_survives_the_wire(snapshot: Snapshot) -> None:
    line = control.encode({"event": "snapshot", "data": snapshot_to_json(snapshot)})
    assert line.count(b"\n") == 1
    assert snapshot_from_json(json.loads(line)["data"]) == snapshot


@given(snapshots)
def test_money_never_travels_as_a_number(snapshot: Snapshot) -> None:
    def walk(value: object, name: str = "") -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, name)
        elif "pico" in name:
            assert value is None or isinstance(value, str)

    walk(snapshot_to_json(snapshot))


def test_neighbouring_versions_understand_each_other() -> None:
    snapshot = snapshot_from_json({"at_us": 5, "new_field": 1, "today": {"calls": 2, "other": 3}, "live": [{}]})
    assert (snapshot.at_us, snapshot.today.calls, snapshot.live[0].id) == (5, 2, 0)
    assert snapshot_from_json({}) == Snapshot()


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(ControlError) as caught:
        Client(Address(tmp_path / "none.sock"))
    assert caught.value.trouble.code == "not_running"
    assert "spendlight" in caught.value.trouble.fix


def test_a_peer_that_hangs_up_is_a_trouble(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            plug, _ = listener.accept()
            with plug:
                plug.recv(100)

        thread = threading.Thread(target=serve)
        thread.start()
        with Client(Address(path)) as client, pytest.raises(ControlError) as caught:
            client.ask("snapshot")
        thread.join(10)
    assert caught.value.trouble.code == "no_answer"
