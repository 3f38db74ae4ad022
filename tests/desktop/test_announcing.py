"""What could be told of a view: keys that last, words, buttons, urgency."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desktop_tongues import marking, speaking

from trayapp.budgetviews import Budgets
from trayapp.choices import Choices
from trayapp.desktop import announcing, gathering
from trayapp.desktop.announcing import Announcement, Kind, Scene, Urgency, scene
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Notice, Snapshot, Week, Window
from trayapp.trouble import Trouble
from trayapp.values import PICO


def seen(snapshot: Snapshot) -> Scene:
    return scene(View(link=Link.CONNECTED, snapshot=snapshot), been_live=True)


def kinds(found: Scene) -> list[Kind]:
    return [matter.kind for matter in found.matters if not matter.after]


def one(found: Scene, kind: Kind) -> Announcement:
    (matter,) = [each for each in found.matters if each.kind is kind and not each.after]
    return matter


@pytest.fixture
def closing(day: Snapshot) -> Window:
    """A week that will be used up a day before it begins anew."""
    now = day.at_us // 10**6
    return Window(
        vendor="anthropic",
        name="7d",
        account="a1",
        minutes=10_080,
        used=0.71,
        resets_at=now + 2 * 86_400,
        runs_out_at=now + 86_400,
        runs_out_sure=0.8,
    )


def test_a_day_like_others_has_nothing_to_tell(day, budgeted):
    assert kinds(seen(day)) == kinds(seen(budgeted)) == []


def test_a_stop_is_critical_and_can_be_lifted(stopped):
    matter = one(seen(stopped), Kind.BUDGET)
    assert (matter.key, matter.urgency, matter.important) == ("stop:daily", Urgency.CRITICAL, True)
    assert matter.title == "New calls are refused until midnight"
    assert matter.body == (
        "Today: $21.00 of $20 used. The icon's menu lets them through, and so does spendlight budget override daily."
    )
    assert [(each.key, each.text) for each in matter.buttons] == [
        ("lift", "Lift for 1 hour"),
        ("show", "Show"),
        ("snooze", "Snooze today"),
    ]
    assert (matter.buttons[0].verb, matter.buttons[0].arguments) == (
        "override_budget",
        {"budget": "daily", "seconds": 3600},
    )


def test_an_engine_that_has_not_read_its_budgets_ends_no_stop(day, stopped, budgeted):
    assert seen(budgeted).gone("stop:daily")
    assert not seen(day).gone("stop:daily")
    unread = replace(stopped.budgets.budgets[0], share=None, stopped=False)
    assert not seen(replace(day, budgets=Budgets(budgets=(unread,)))).gone("stop:daily")


def test_the_notice_lends_a_stop_its_words(stopped):
    notice = Notice(title="Budget 'daily' is used up", message="M `c`.", at_us=7, code="budget_100", about="daily")
    matter = one(seen(replace(stopped, notices=(notice,))), Kind.BUDGET)
    assert (matter.key, matter.covers) == ("stop:daily", ("notice:7",))
    assert (matter.title, matter.body) == ("Budget 'daily' is used up", "M c.")
    assert matter.buttons[0].key == "lift"


def test_a_threshold_is_an_event(budgeted):
    notice = Notice(title="Budget 'month' has reached 80 %", message="M.", at_us=7, code="budget_80", about="month")
    matter = one(seen(replace(budgeted, notices=(notice,))), Kind.BUDGET)
    assert (matter.key, matter.event, matter.important) == ("notice:7", True, False)
    assert [each.text for each in matter.buttons] == ["Show", "Snooze today"]
    assert matter.urgency is Urgency.NORMAL
    full = replace(notice, code="budget_100")
    assert one(seen(replace(budgeted, notices=(full,))), Kind.BUDGET).important
    unnamed = one(seen(replace(budgeted, notices=(replace(notice, about=""),))), Kind.BUDGET)
    assert [each.text for each in unnamed.buttons] == ["Show"]


def test_in_german_a_threshold_is_made_anew(qapp, budgeted, stopped):
    notice = Notice(title="Budget 'month' has reached 80 %", message="M.", at_us=7, code="budget_80", about="month")
    full = replace(notice, code="budget_100", about="daily")
    with speaking(qapp, "de"):
        matter = one(seen(replace(budgeted, notices=(notice,))), Kind.BUDGET)
        assert matter.title.startswith("Budget zu 80\xa0% verbraucht: ")
        assert "M." not in matter.body
        matter = one(seen(replace(stopped, notices=(full,))), Kind.BUDGET)
        assert matter.title.startswith("Budget aufgebraucht: ")
        assert "spendlight budget override daily" in matter.body
        assert [each.text for each in matter.buttons] == ["Für 1\xa0Stunde aufheben", "Zeigen", "Heute nicht mehr"]


def test_an_outage_is_critical_and_says_what_to_do():
    for link, key in ((Link.DOWN, "outage:down"), (Link.RELAYING, "outage:relaying")):
        matter = one(scene(View(link=link), been_live=True), Kind.TROUBLE)
        assert (matter.key, matter.urgency) == (key, Urgency.CRITICAL)
        assert "spendlight doctor" in matter.body
        assert "`" not in matter.body
        assert [each.text for each in matter.buttons] == ["Show", "Snooze 1 hour"]
    early = one(scene(View(link=Link.DOWN), been_live=False), Kind.TROUBLE)
    assert early.settle_us > matter.settle_us > 0
    assert kinds(scene(View(), been_live=True)) == []


def test_a_ledger_that_fails_is_told(day):
    ledger = Trouble(title="The ledger needs attention", message="It is full.", code="ledger")
    other = Trouble(title="A setting", message="is wrong.", code="bad_settings")
    found = seen(replace(day, troubles=(ledger, other)))
    assert one(found, Kind.TROUBLE).key == "trouble:ledger"
    assert "trouble:ledger" not in found.over
    assert "trouble:ledger" in seen(day).over


def test_a_window_that_will_not_do(day, closing):
    matter = one(seen(replace(day, windows=(closing,))), Kind.WINDOW)
    assert matter.title.startswith("Claude week runs out about ")
    assert "71 % is used" in matter.body
    assert "before it resets " in matter.body
    assert (matter.cycle, matter.slack) == (closing.resets_at, 3600)


@pytest.mark.parametrize(
    "change",
    [
        {"runs_out_sure": 0.49},
        {"runs_out_sure": None},
        {"runs_out_at": None},
        {"resets_at": None},
        {"reset": True},
        {"used": 1.0},
        {"status": "rejected"},
    ],
)
def test_a_window_that_may_do(day, closing, change):
    assert kinds(seen(replace(day, windows=(replace(closing, **change),)))) == []


@pytest.mark.parametrize(("left", "told"), [(599, False), (600, True)])
def test_a_window_that_begins_anew_at_once_is_not_told(day, closing, left, told):
    now = day.at_us // 10**6
    soon = replace(closing, resets_at=now + left, runs_out_at=now + 60)
    assert (kinds(seen(replace(day, windows=(soon,)))) == [Kind.WINDOW]) is told


def test_what_was_told_of_a_window_is_not_taken_back_at_once(day, closing):
    key = one(seen(replace(day, windows=(closing,))), Kind.WINDOW).key
    assert not seen(replace(day, windows=(replace(closing, runs_out_sure=0.3),))).gone(key)
    assert seen(replace(day, windows=(replace(closing, runs_out_sure=0.2),))).gone(key)
    assert not scene(View(link=Link.DOWN), been_live=True).gone(key)


def test_news_and_a_week(day):
    news = Notice(title="Prices arrived", message="See `spendlight prices`.", at_us=1, code="priced")
    week = Week(name="2026-W47", first="2026-11-16", last="2026-11-22", pico=12 * PICO, calls=3)
    found = seen(replace(day, notices=(news,), week=week))
    assert kinds(found) == [Kind.NEWS, Kind.WEEK]
    assert one(found, Kind.NEWS).body == "See spendlight prices."
    assert [(each.key, each.text) for each in one(found, Kind.WEEK).buttons] == [("open", "Open")]


def test_a_suggestion_only_where_one_is_wanted(choosing):
    matter = one(seen(choosing), Kind.SUGGESTION)
    assert (matter.title, matter.urgency) == ("Titles to claude-haiku-5-5?", Urgency.LOW)
    assert [(each.key, each.verb) for each in matter.buttons] == [
        ("accept", "accept_suggestion"),
        ("decline", "decline_suggestion"),
    ]
    for quiet in (replace(choosing.choices, asis=True), replace(choosing.choices, mode="let-it-rip"), Choices()):
        assert kinds(seen(replace(choosing, choices=quiet))) == []


def test_together(day, stopped):
    news = [Notice(title=f"T{i}", message=f"M{i}.", at_us=i, code="priced") for i in (2, 1)]
    matters = [each for each in seen(replace(day, notices=tuple(news))).matters if each.kind is Kind.NEWS]
    assert gathering.together(matters[:1]) is matters[0]
    both = gathering.together(matters)
    assert (both.title, both.body) == ("News from Spendlight", "M1.\nM2.")
    stop = one(seen(stopped), Kind.BUDGET)
    other = replace(stop, key="stop:x", title="Other", urgency=Urgency.NORMAL)
    both = gathering.together([stop, other])
    assert both.urgency is Urgency.CRITICAL
    assert [each.key for each in both.buttons] == ["show", "snooze"]
    assert both.body.endswith("\nOther")


def test_summary():
    held = [(Kind.BUDGET, False), (Kind.BUDGET, True), (Kind.TROUBLE, True)]
    matter = gathering.summary(held, ["A", "B"], critical=False)
    assert matter.title == "While it was quiet: 1 outage (over), 2 budgets"
    assert matter.body == "A\nB\nThe icon's menu shows how things stand."
    assert gathering.summary([(Kind.TROUBLE, False)], [], critical=True).title == "While it was quiet: 1 outage"


def test_all_of_it_can_be_translated(qapp, tmp_path, day, stopped, closing):
    """But what the engine says of prices and weeks."""
    now = Notice(title="x", message="x", at_us=7, code="budget_80", about="month")
    snapshot = replace(stopped, windows=(closing,), notices=(now, replace(now, about="daily", code="budget_100")))
    with marking(qapp, tmp_path):
        matters = [*seen(snapshot).matters, *scene(View(link=Link.DOWN), been_live=True).matters]
        matters.append(gathering.summary([(kind, True) for kind in Kind], [], critical=False))
        assert len(matters) >= 6
        for matter in matters:
            assert all("⟦" in text for text in (matter.title, matter.body, *(each.text for each in matter.buttons)))


def test_the_local_day():
    assert len(announcing.day(1_795_000_000_000_000)) == 10
