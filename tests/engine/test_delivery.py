"""The weekly summary goes out once for each week, whatever sleeps, clocks, failures and kills do."""

from __future__ import annotations

import asyncio
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.engine.delivery import Delivery, UndeliveredError, Wanted
from trayapp.insight.periods import Span
from trayapp.moments import micros
from trayapp.reports import Period, Report, Sum
from trayapp.trouble import Trouble

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000_000
MAILED = Wanted(ways=("mail",))
BOTH = Wanted(ways=("file", "mail"))


class KilledError(BaseException):
    """The engine dies in this moment."""


class World:
    """A clock, a disk, and what arrived."""

    def __init__(self, folder: Path, start: str = "2026-11-18T12:00") -> None:
        self.path = folder / "delivered.json"
        self.now = micros(datetime.fromisoformat(start).replace(tzinfo=BERLIN))
        self.zone = BERLIN
        self.calls = 7
        self.arrived: dict[str, list[str]] = {"mail": [], "file": []}
        self.fails: BaseException | None = None
        self.fails_after = False
        """It arrives, and only then fails."""
        self.troubles: dict[str, Trouble] = {}
        self.changes = 0
        self.state = 0
        self.made = 0
        self.delivery = self.start()

    def start(self, wanted: Wanted | None = MAILED) -> Delivery:
        """An engine's, from what stands on the disk."""

        async def state(_week: Span) -> object:
            return self.state

        async def make(week: Span) -> Report:
            self.made += 1
            return Report(
                period=Period(name=week.name, first=week.first.isoformat(), last="2026-11-22"),
                sum=Sum(calls=self.calls, pico_list=5),
            )

        def way(name: str) -> Any:
            async def go(report: Report) -> None:
                if self.fails is not None and not self.fails_after:
                    raise self.fails
                self.arrived[name].append(report.period.name)
                if self.fails is not None:
                    raise self.fails

            return go

        def changed() -> None:
            self.changes += 1

        self.delivery = Delivery(
            self.path, make, {"file": way("file"), "mail": way("mail")}, self.troubles, changed, state,
            now_us=lambda: self.now, zone=lambda: self.zone,
        )  # fmt: skip
        if wanted is not None:
            self.delivery.take(wanted)
        return self.delivery

    def look(self, at: str | None = None) -> None:
        if at is not None:
            self.now = micros(datetime.fromisoformat(at).replace(tzinfo=self.zone))
        asyncio.run(self.delivery.look())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_once_each_monday_and_not_before(world: World) -> None:
    world.look()
    assert world.arrived["mail"] == []  # set on a Wednesday: it begins with the next Monday
    world.look("2026-11-23T08:59")
    assert world.arrived["mail"] == []
    assert world.delivery.week is not None
    assert world.delivery.week.name == "2026-W46"
    world.look("2026-11-23T09:00")
    world.look("2026-11-23T09:05")
    world.start()
    world.look("2026-11-25T09:05")
    assert world.arrived["mail"] == ["2026-W47"]
    assert world.delivery.week is not None
    assert world.delivery.week.name == "2026-W47"
    assert world.path.stat().st_mode & 0o077 == 0


def test_a_machine_that_slept_gets_it_afterwards(world: World) -> None:
    world.look()
    world.look("2026-11-26T23:00")
    world.look("2026-12-24T12:00")
    assert world.arrived["mail"] == ["2026-W47", "2026-W51"]


def test_a_week_without_a_call_goes_nowhere(world: World) -> None:
    world.look()
    world.calls = 0
    world.look("2026-11-23T09:00")
    assert world.arrived["mail"] == []
    assert world.delivery.week is None


def test_a_way_that_fails_is_told_and_tried_again(world: World) -> None:
    world.start(BOTH)
    world.look()
    world.fails = UndeliveredError("mail.example.com could not be reached.")
    world.look("2026-11-23T09:00")
    assert world.troubles["report_mail"].message == "mail.example.com could not be reached."
    assert world.troubles["report_file"].title == "The weekly summary could not be written"
    world.fails = None
    world.look("2026-11-23T09:01")
    assert world.arrived["mail"] == []  # it rests for a while
    world.start(BOTH)
    world.look("2026-11-23T12:00")
    assert world.arrived == {"mail": ["2026-W47"], "file": ["2026-W47"]}


def test_trouble_goes_when_it_works_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trayapp.engine.delivery._PAUSES_S", (0.0,))
    world.look()
    world.fails = UndeliveredError("No.")
    world.look("2026-11-23T09:00")
    assert "report_mail" in world.troubles
    world.fails = None
    world.look("2026-11-23T09:06")
    assert world.troubles == {}
    assert world.arrived["mail"] == ["2026-W47"]


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_while_it_leaves_never_sends_twice(world: World, after: bool) -> None:
    """Whether it left nobody knows; that is said, and the next week goes as ever."""
    world.look()
    world.fails, world.fails_after = KilledError(), after
    with pytest.raises(KilledError):
        world.look("2026-11-23T09:00")
    world.fails = None
    world.start()
    world.look("2026-11-23T09:10")
    assert world.arrived["mail"] == (["2026-W47"] if after else [])
    assert "not known whether it arrived" in world.troubles["report_mail"].message
    world.look("2026-11-30T09:00")
    assert world.arrived["mail"][-1] == "2026-W48"
    assert world.troubles == {}


def test_nobody_knows_whether_it_arrived_and_it_is_not_sent_again(world: World) -> None:
    world.look()
    world.fails, world.fails_after = UndeliveredError("It did not say.", unknown=True), True
    world.look("2026-11-23T09:00")
    assert "not known whether it arrived" in world.troubles["report_mail"].message
    world.fails = None
    world.start()
    world.look("2026-11-23T15:00")
    assert world.arrived["mail"] == ["2026-W47"]


def test_a_mistake_in_one_way_holds_up_no_other(world: World) -> None:
    world.start(BOTH)
    world.look()
    world.fails = RuntimeError("drawn wrongly")
    world.look("2026-11-23T09:00")
    assert set(world.troubles) == {"report_mail", "report_file"}
    assert "RuntimeError" in world.troubles["report_file"].message
    assert "drawn" not in world.troubles["report_file"].message
    made = world.made
    world.fails = None
    world.look("2026-11-23T09:01")
    assert world.made == made  # while they rest nothing is made in vain
    world.start(BOTH)
    world.look("2026-11-23T12:00")
    assert world.arrived == {"mail": ["2026-W47"], "file": ["2026-W47"]}


def test_what_was_sent_by_hand_does_not_go_once_more(world: World) -> None:
    world.look()
    world.fails = UndeliveredError("No.")
    world.look("2026-11-23T09:00")
    with pytest.raises(UndeliveredError):
        asyncio.run(world.delivery.send("mail"))
    world.fails = None
    assert asyncio.run(world.delivery.send("mail")) == "2026-W47"
    assert world.troubles == {}
    world.look("2026-11-23T15:00")
    world.start()
    world.look("2026-11-24T15:00")
    assert world.arrived["mail"] == ["2026-W47"]
    world.look("2026-11-30T09:00")
    assert world.arrived["mail"] == ["2026-W47", "2026-W48"]


def test_settings_that_cannot_be_read_forget_nothing(world: World) -> None:
    """An engine that starts with a damaged file delivers when it is mended, on the same Monday."""
    world.look()
    world.start(None)
    world.look("2026-11-23T09:00")
    assert world.arrived["mail"] == []
    world.delivery.take(MAILED)
    world.look("2026-11-23T10:00")
    assert world.arrived["mail"] == ["2026-W47"]


def test_the_week_follows_its_amounts(world: World) -> None:
    world.look("2026-11-23T09:00")
    made = world.made
    world.look("2026-11-23T09:05")
    assert world.made == made
    world.state += 1  # late prices
    world.look("2026-11-23T09:10")
    assert world.made == made + 1
    world.delivery.take(Wanted(weekly=False))
    world.look("2026-11-23T09:15")
    assert world.delivery.week is None
    world.delivery.take(Wanted())
    world.look("2026-11-23T09:20")
    assert world.delivery.week is not None


def test_switched_off_and_on_again(world: World) -> None:
    world.look()
    world.delivery.take(Wanted())
    world.look("2026-11-23T10:00")
    assert world.arrived["mail"] == []
    world.delivery.take(MAILED)
    world.look("2026-11-23T11:00")
    assert world.arrived["mail"] == []  # it begins with the next Monday
    world.delivery.take(Wanted(weekly=False, ways=("mail",)))
    world.look("2026-11-30T11:00")
    assert (world.arrived["mail"], world.delivery.week) == ([], None)
    world.delivery.take(Wanted(at=time(20), ways=("mail",)))
    world.look("2026-11-30T19:59")
    assert world.arrived["mail"] == []
    world.look("2026-11-30T20:00")
    assert world.arrived["mail"] == ["2026-W48"]


@pytest.mark.parametrize("text", [b"", b"[]", b'{"mail": 3}', b"\xff"])
def test_a_damaged_memory_sends_nothing_old(world: World, text: bytes) -> None:
    world.path.write_bytes(text)
    world.start()
    world.look("2026-11-24T12:00")
    assert world.arrived["mail"] == []
    world.look("2026-11-30T09:00")
    assert world.arrived["mail"] == ["2026-W48"]


EVENTS = st.lists(
    st.tuples(
        st.integers(-30, 200),
        st.sampled_from(["look", "look", "look", "restart", "fail", "kill", "kill_after"]),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Auckland"]),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS)
def test_never_twice_whatever_happens(tmp_path_factory: pytest.TempPathFactory, events: list[Any]) -> None:
    """Any order of sleeps, clocks set back, flights, failures, kills and restarts."""
    world = World(tmp_path_factory.mktemp("delivered"))
    world.look()
    for hours, what, zone in events:
        world.now += hours * HOUR
        world.zone = ZoneInfo(zone)
        world.fails = {"fail": UndeliveredError("No."), "kill": KilledError(), "kill_after": KilledError()}.get(what)
        world.fails_after = what == "kill_after"
        if what == "restart":
            world.start()
        try:
            world.look()
        except KilledError:
            world.start()
    assert world.arrived["mail"] == sorted(set(world.arrived["mail"]))
    # Two quiet weeks later all is as ever.
    world.fails = None
    before = len(world.arrived["mail"])
    world.zone = BERLIN
    for _ in range(14 * 4):
        world.start()
        world.now += 6 * HOUR
        world.look()
    assert len(world.arrived["mail"]) - before in (1, 2, 3)
