"""The day as the glance reads it: its sessions, those that run now, and reads that do not take all the time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from trayapp.engine.today import MOST, Day, DayReader, with_running
from trayapp.ledger import Ledger
from trayapp.moments import local_midnight
from trayapp.snapshot import SessionSlice, Snapshot, snapshot_from_json, snapshot_to_json
from trayapp.values import Closing, Confidence, Cost, Metering, Opening, State

NOON = local_midnight(datetime.now().astimezone()).replace(hour=12)
NOON_US = int(NOON.timestamp() * 1e6)


def opening(row_id: int, session: str | None = "s", at_us: int = NOON_US) -> Opening:
    return Opening(
        id=row_id,
        started_us=at_us,
        vendor="v",
        wire="w",
        tool="codex",
        session=session,
        project="p",
        project_name="shop",
        upstream="u",
    )


def spend(ledger: Ledger, session: str | None, pico: int) -> None:
    row = ledger.new_id()
    closing = Closing(
        id=row,
        ended_us=NOON_US + 1,
        state=State.DONE,
        metering=Metering.EXACT,
        confidence=Confidence.EXACT,
        cost=Cost(pico=pico, basis="list", book="b"),
    )
    ledger.write([opening(row, session)], [closing]).result(20)


def read(reader: DayReader, before: Day = Day()) -> Day:  # noqa: B008  frozen
    return asyncio.run(reader.read(NOON, before, lambda _v, _m: True, ()))


def test_sessions_carry_no_name_of_their_own(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger")
    try:
        spend(ledger, "a-private-name", 10**12)
        spend(ledger, None, 10**11)
        first, second = read(DayReader(ledger)).by_session
    finally:
        ledger.close()
    assert (first.tool, first.project, first.started_us, first.pico, first.known) == (
        "codex",
        "shop",
        NOON_US,
        10**12,
        True,
    )
    assert (second.tool, second.project, second.known) == ("codex", "", False)
    assert "private" not in str(snapshot_to_json(Snapshot(by_session=(first, second))))
    assert len({first.id, second.id}) == 2


def test_after_a_slow_read_sessions_rest_and_are_read_again(tmp_path: Path) -> None:
    """A clock that says that each read took a second."""
    ledger = Ledger.open(tmp_path / "ledger")
    now = [0.0]

    def clock() -> float:
        now[0] += 1
        return now[0]

    try:
        reader = DayReader(ledger, clock)
        spend(ledger, "a", 1)
        day = read(reader)
        assert reader.wait is None
        spend(ledger, "a", 1)
        day = read(reader, day)
        assert (day.totals and day.totals.calls, day.by_session[0].calls) == (2, 1)
        assert reader.wait is not None
        assert 0 < reader.wait < 50
        now[0] += 50
        assert reader.wait == 0
        day = read(reader, day)
        assert (day.by_session[0].calls, reader.wait) == (2, None)
    finally:
        ledger.close()


def test_a_session_whose_first_call_runs_is_there() -> None:
    (only,) = with_running((), [opening(1), opening(2, at_us=NOON_US + 5)])
    assert (only.tool, only.project, only.running, only.calls) == ("codex", "shop", 2, 0)
    assert (only.started_us, only.last_us) == (NOON_US, NOON_US + 5)
    (again,) = with_running((only,), [opening(3, at_us=NOON_US + 9)])
    assert (again.id, again.running, again.last_us) == (only.id, 1, NOON_US + 9)
    full = tuple(SessionSlice(id=f"{n}", pico=1000 - n) for n in range(MOST))
    assert with_running(full, [])[-1].id == "49"
    kept = with_running(full, [opening(1)])
    assert (len(kept), kept[-1].id, kept[-2].id) == (MOST, only.id, "48")


def test_sessions_cross_the_socket_and_what_is_missing_takes_its_default() -> None:
    told = Snapshot(by_session=(SessionSlice(id="a", tool="codex", pico=5, running=1),))
    assert snapshot_from_json(snapshot_to_json(told)) == told
    assert snapshot_from_json({"by_session": [{"later": 1}]}).by_session == (SessionSlice(id=""),)
    assert snapshot_from_json({"by_session": None}).by_session == ()
