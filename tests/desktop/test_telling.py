"""Which matters are told and when: few, once, never into a silence, and nothing critical is lost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.desktop.announcing import Announcement, Button, Kind, Scene, Urgency
from trayapp.desktop.telling import MOST_A_DAY, MOST_AN_HOUR, Moment, Teller, Turn
from trayapp.desktop.toldbook import HOUR_US, ToldBook
from trayapp.quiethours import MINUTE_US, QuietHours, local

START = 1_795_000_000_000_000
SECOND = 10**6


def matter(key: str, kind: Kind, **more) -> Announcement:
    return Announcement(key=key, kind=kind, title=key, body=f"about {key}", **more)


def stop(name: str) -> Announcement:
    subjects = (f"stop:{name}",)
    return matter(f"stop:{name}", Kind.BUDGET, urgency=Urgency.CRITICAL, important=True, subjects=subjects)


def outage(settle_us: int = 0) -> Announcement:
    subjects = (Kind.TROUBLE,)
    more = {"urgency": Urgency.CRITICAL, "important": True, "subjects": subjects, "settle_us": settle_us}
    return matter("outage:down", Kind.TROUBLE, **more)


def event(number: int, kind: Kind = Kind.NEWS, **more) -> Announcement:
    return matter(f"notice:{number}", kind, event=True, **more)


def suggestion(name: str) -> Announcement:
    return matter(f"suggestion:{name}", Kind.SUGGESTION, urgency=Urgency.LOW)


def window(cycle: int) -> Announcement:
    return matter("window:w", Kind.WINDOW, cycle=cycle, slack=600)


BACK = matter("back", Kind.TROUBLE, urgency=Urgency.LOW, important=True, after=("outage:down", "outage:relaying"))


def live(*matters: Announcement, stops: tuple[str, ...] = ("a", "b")) -> Scene:
    found = {each.key for each in matters}
    over = {"outage:down", "outage:relaying"} | {f"stop:{name}" for name in stops if f"stop:{name}" not in found}
    return Scene(live=True, matters=(BACK, *matters), over=frozenset(over))


def down(settle_us: int = 0) -> Scene:
    return Scene(matters=(outage(settle_us),))


@dataclass
class World:
    """A clock, and one teller after another."""

    path: Path | None = None
    now: int = START
    level: str = "all"
    quiet: QuietHours | None = None
    inhibited: bool = False
    seen: bool = False
    teller: Teller = field(init=False)
    told: list[tuple[int, Announcement]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.teller = Teller(ToldBook(self.path))

    def look(self, scene: Scene, later: int = 0) -> Turn:
        self.now += later
        day = local(self.now).date().isoformat()
        turn = self.teller.look(
            scene,
            Moment(
                now_us=self.now,
                day=day,
                level=self.level,
                quiet=self.quiet,
                inhibited=self.inhibited,
                seen=self.seen,
            ),
        )
        self.teller.book.write()
        self.told += [(self.now, each) for each in turn.show]
        return turn

    def titles(self) -> list[str]:
        told, self.told = [each.title for _, each in self.told], []
        return told


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "told.json")


def test_what_was_there_before_is_old_but_a_stop_is_told(world):
    world.look(live(event(1), stop("a")))
    assert world.titles() == ["stop:a"]
    world.look(live(event(2), event(1), stop("a")), MINUTE_US)
    assert world.titles() == ["notice:2"]
    world.restart()
    world.look(live(event(3), event(2), event(1), stop("a")), MINUTE_US)
    assert world.titles() == []
    world.look(live(event(3)), MINUTE_US)
    world.look(live(event(3), stop("a")), MINUTE_US)
    assert world.titles() == ["stop:a"], "it was over, so it is another one"


def test_an_outage_settles_is_told_once_and_is_over(world):
    world.look(live())
    turn = world.look(down(3 * SECOND))
    assert (turn.show, turn.wake_us) == ((), world.now + 3 * SECOND)
    world.look(down(3 * SECOND), 3 * SECOND)
    world.look(down(3 * SECOND), 3 * SECOND)
    assert world.titles() == ["outage:down"]
    turn = world.look(live(), SECOND)
    assert turn.withdraw == (Kind.TROUBLE,)
    assert world.titles() == []
    world.look(live(), turn.wake_us - world.now)
    assert world.titles() == ["back"]
    world.look(live(), HOUR_US)
    assert world.titles() == []


def test_a_short_outage_is_never_told(world):
    world.look(live())
    world.look(down(3 * SECOND))
    world.look(live(), 2 * SECOND)
    world.look(down(3 * SECOND), 2 * SECOND)
    world.look(live(), 2 * SECOND)
    world.look(live(), HOUR_US)
    assert world.titles() == []


def test_an_outage_at_the_start_is_told_once_across_restarts(world):
    world.look(down())
    assert world.titles() == ["outage:down"]
    world.restart()
    world.look(down(), HOUR_US)
    assert world.titles() == []


def test_an_outage_that_is_snoozed_is_told_again_if_it_lasts(world):
    world.look(down())
    world.teller.snooze(Kind.TROUBLE, (Kind.TROUBLE,), world.now + HOUR_US)
    turn = world.look(down(), MINUTE_US)
    assert turn.wake_us == world.now - MINUTE_US + HOUR_US
    assert world.titles() == ["outage:down"]
    world.look(down(), HOUR_US)
    assert world.titles() == ["outage:down"]


def test_a_budget_that_is_snoozed_today(world):
    world.look(live())
    world.teller.snooze(Kind.BUDGET, ("budget:a",), world.now + 5 * HOUR_US)
    world.teller.book.write()
    world.restart()
    world.look(live())
    threshold = event(1, Kind.BUDGET, subjects=("budget:a",))
    world.look(live(threshold, event(2, Kind.BUDGET, subjects=("budget:b",))), MINUTE_US)
    assert world.titles() == ["notice:2"]
    world.look(live(threshold, stop("a")), MINUTE_US)
    assert world.titles() == ["stop:a"], "calls that are refused are another matter"


def test_a_window_once_a_cycle(world):
    world.look(live(window(1000)))
    world.look(live(), MINUTE_US)
    world.look(live(window(1300)), MINUTE_US)
    world.restart()
    world.look(live(window(900)), MINUTE_US)
    assert world.titles() == ["window:w"]
    world.look(live(window(90_000)), MINUTE_US)
    assert world.titles() == ["window:w"]


def test_a_notice_that_a_stop_covers_is_not_told_apart(world):
    world.look(live())
    world.look(live(event(1, Kind.BUDGET, settle_us=3 * SECOND)))
    world.look(live(replace(stop("a"), covers=("notice:1",))), SECOND)
    assert world.titles() == ["stop:a"]
    world.look(live(event(1, Kind.BUDGET, settle_us=3 * SECOND)), 2 * MINUTE_US)
    assert world.titles() == []


def test_suggestions_two_a_day_and_none_twice(world):
    for name in ("a", "b", "c", "a"):
        world.look(live(suggestion(name)), MINUTE_US)
        world.restart()
    assert world.titles() == ["suggestion:a", "suggestion:b"]
    world.look(live(suggestion("c")), 24 * HOUR_US)
    assert world.titles() == ["suggestion:c"]


def test_a_suggestion_in_sight_is_as_good_as_told(world):
    world.seen = True
    world.look(live(suggestion("a")))
    world.seen = False
    world.look(live(suggestion("a")))
    assert world.titles() == []
    assert world.teller.book.today == 0


def test_what_comes_too_fast_is_told_together(world):
    world.look(live())
    world.look(live(event(1)))
    turn = world.look(live(event(2), event(1)), SECOND)
    assert turn.wake_us == world.now - SECOND + MINUTE_US
    world.look(live(event(3), event(2), event(1)), SECOND)
    world.look(live(event(3), event(2), event(1)), MINUTE_US)
    assert [each.body for _, each in world.told] == ["about notice:1", "about notice:3\nabout notice:2"]


def test_levels(world):
    world.level = "important"
    everything = (stop("a"), suggestion("s"), window(9), event(1), event(2, Kind.BUDGET, important=True))
    world.look(live())
    assert world.look(live(*everything)).silence.why == "important"
    (_, both), *rest = world.told
    assert rest == []
    assert both.title == "stop:a"
    assert "notice:2" in both.body
    world.level = "none"
    assert world.look(live(stop("a"), stop("b"), event(1)), HOUR_US).silence.why == "none"
    world.level = "all"
    world.told.clear()
    world.look(live(stop("a"), stop("b"), event(1)), HOUR_US)
    assert world.titles() == ["stop:b"]


@pytest.mark.parametrize("how", ["snooze", "quiet", "busy"])
def test_a_silence_holds_back_and_sums_up(world, how):
    world.look(live())
    hour = local(world.now).hour
    if how == "snooze":
        world.teller.book.snooze(world.now + HOUR_US)
    elif how == "quiet":
        world.quiet = QuietHours(hour * 60, (hour + 2) % 24 * 60)
    world.inhibited = how == "busy"
    turn = world.look(down())
    assert turn.silence.why == how
    assert turn.wake_us is not None
    world.restart()
    world.look(live(event(1)))
    world.look(live(event(2, Kind.BUDGET), event(1), stop("a")), MINUTE_US)
    assert world.titles() == []
    world.inhibited = False
    world.quiet = None
    world.look(live(event(2, Kind.BUDGET), event(1), stop("a")), HOUR_US)
    (_, summary), *rest = world.told
    assert rest == []
    assert summary.title == "While it was quiet: 1 outage (over), 2 budgets"
    assert summary.urgency is Urgency.CRITICAL
    world.told.clear()
    world.look(live(event(2, Kind.BUDGET), event(1), stop("a")), HOUR_US)
    assert world.titles() == []


def test_one_thing_that_still_is_so_is_told_itself(world):
    world.look(live())
    world.inhibited = True
    world.look(live(stop("a")))
    world.inhibited = False
    world.look(live(stop("a")), MINUTE_US)
    assert world.titles() == ["stop:a"]
    assert world.teller.book.held == []


def test_a_suggestion_that_is_gone_by_the_end_is_no_news(world):
    world.look(live())
    world.inhibited = True
    world.look(live(suggestion("a")))
    world.inhibited = False
    world.look(live(), MINUTE_US)
    assert world.titles() == []


def test_what_the_desktop_refuses_is_held_back(world):
    world.look(live())
    world.look(live(stop("a")))
    world.teller.refused(Kind.BUDGET)
    world.inhibited = True
    world.look(live(stop("a")), MINUTE_US)
    world.inhibited = False
    world.look(live(stop("a"), event(1)), MINUTE_US)
    assert world.titles() == ["stop:a", "stop:a", "notice:1"]
    world.look(live(stop("b"), stop("a"), suggestion("s")), MINUTE_US)
    world.inhibited = True
    world.teller.refused(Kind.SUGGESTION)
    world.teller.refused(Kind.BUDGET)
    world.look(live(stop("a"), stop("b"), suggestion("s")))
    world.inhibited = False
    world.told.clear()
    world.look(live(stop("a"), stop("b"), suggestion("s")), MINUTE_US)
    assert world.titles() == ["While it was quiet: 1 budget, 1 suggestion"]
    world.teller.refused(Kind.SUMMARY)
    assert len(world.teller.book.held) == 2


def test_a_file_that_is_none_is_written_anew(tmp_path):
    path = tmp_path / "told.json"
    for rubbish in (b"", b"{}", b"[]", b'{"day": 1, "today": null}', b"\xff", b'{"told": []}'):
        path.write_bytes(rubbish)
        world = World(path)
        world.look(live(stop("a")))
        assert world.titles() == ["stop:a"]
        assert json.loads(path.read_text())["told"] == {"stop:a": 0}
        assert path.stat().st_mode & 0o077 == 0


def test_the_file_stays_small(tmp_path):
    book = ToldBook(tmp_path / "told.json")
    for number in range(1000):
        book.tell(suggestion(str(number)))
        book.hold(event(number))
    book.write()
    assert len(ToldBook(tmp_path / "told.json").told) == 200
    assert (tmp_path / "told.json").stat().st_size < 20_000


def test_a_clock_that_was_wrong_silences_nothing_for_long(world):
    world.now += 1000 * HOUR_US
    world.look(live())
    world.look(live(event(1)))
    world.teller.book.snooze(world.now + HOUR_US)
    world.now = START
    world.look(live(event(2)))
    assert world.titles() == ["notice:1", "notice:2"]


def test_a_button_that_concerns_one_is_not_offered_for_all(world):
    lift = Button(key="lift", text="Lift", verb="override_budget")
    world.look(live(replace(stop("a"), buttons=(lift,)), replace(stop("b"), buttons=(lift,))))
    assert [each.key for each in world.told[0][1].buttons] == ["show"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from([SECOND, 20 * SECOND, MINUTE_US, 7 * MINUTE_US, HOUR_US, 9 * HOUR_US]),
        st.sampled_from(["a+", "a-", "b+", "b-", "down", "up", "news", "budget", "s1", "s2", "s3", "s-", "w", "week"]),
        st.sampled_from([None, None, None, "busy", "free", "snooze", "on", "restart"]),
    ),
    max_size=60,
)


@given(steps=STEPS, night=st.booleans())
def test_random_histories(tmp_path_factory, steps, night):
    """The caps hold, a silence is silent, nothing is told twice, and what is critical is not lost."""
    world = World(tmp_path_factory.mktemp("told") / "told.json")
    if night:
        world.quiet = QuietHours(22 * 60, 7 * 60)
    stops: set[str] = set()
    events: list[Announcement] = []
    offered, is_down, number = "", False, 0

    def scene() -> Scene:
        if is_down:
            return down(3 * SECOND)
        suggestions = [suggestion(offered)] if offered else []
        windows = [window(7)] if number % 3 == 1 else []
        return live(*(stop(name) for name in sorted(stops)), *events[-8:], *windows, *suggestions)

    world.look(scene())
    for later, what, how in steps:
        name = what[0]
        if what in ("a+", "b+"):
            stops.add(name)
        elif what in ("a-", "b-"):
            stops.discard(name)
        elif what in ("down", "up"):
            is_down = what == "down"
        elif what in ("s1", "s2", "s3", "s-"):
            offered = what.removeprefix("s").strip("-")
        else:
            number += 1
            kind = {"news": Kind.NEWS, "budget": Kind.BUDGET, "week": Kind.WEEK}.get(what)
            events += [event(number, kind)] if kind else []
        match how:
            case "busy" | "free":
                world.inhibited = how == "busy"
            case "snooze":
                world.teller.book.snooze(world.now + HOUR_US)
            case "on":
                world.teller.book.snooze(0)
            case "restart":
                world.restart()
        turn = world.look(scene(), later)
        assert not (turn.show and (turn.silence.holds or world.inhibited))
        if turn.wake_us is not None:
            assert turn.wake_us > world.now
    # Then it is quiet no more, and long enough for whatever waits.
    world.inhibited, world.quiet = False, None
    world.teller.book.snooze(0)
    for _ in range(4):
        world.look(scene(), 3 * MINUTE_US)
    last: dict[Kind, int] = {}
    for at, each in world.told:
        assert at - last.get(each.kind, 0) >= MINUTE_US
        last[each.kind] = at
        calm = [t for t, other in world.told if at - HOUR_US < t <= at and not other.critical]
        assert len(calm) <= MOST_AN_HOUR
    days = Counter(local(at).date() for at, each in world.told if each.kind is Kind.SUGGESTION)
    assert all(count <= MOST_A_DAY for count in days.values())
    said = Counter(line for _, each in world.told for line in {each.title, *each.body.splitlines()})
    assert all(count == 1 for line, count in said.items() if line.startswith(("notice:", "suggestion:", "window:")))
    lasting = {"outage:down"} if is_down else {f"stop:{name}" for name in stops}
    assert lasting <= set(said)
