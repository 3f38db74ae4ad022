"""Budgets in the popover: bars, what lies ahead, the card of a stop, what was lifted; with real clicks and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desktop_faces import cut, picture
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from trayapp.budgetviews import Budgets
from trayapp.desktop import look, readingorder
from trayapp.desktop.gauges import Gauge, Paragraph, Text, Tone
from trayapp.desktop.popover import WIDTH, Popover
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Snapshot, Window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")


@pytest.fixture
def popover(qtbot, qapp):
    look.apply(qapp, look.DARK)
    made = Popover()
    qtbot.addWidget(made)
    return made


def shown(popover: Popover, snapshot: Snapshot, link: Link = Link.CONNECTED) -> Popover:
    """Take in what is so now, at once."""
    popover.show_view(View(link=link, snapshot=snapshot))
    if popover.isVisible():
        popover._pulse.now()
    else:
        popover.open(None)
    return popover


def texts(popover: Popover) -> list[str]:
    labels = [label for kind in (Text, Paragraph) for label in popover.budgets.findChildren(kind)]
    return [label.text() for label in labels if label.isVisibleTo(popover)]


def bars(popover: Popover) -> list[tuple[str, int, Tone, float | None]]:
    gauges = [gauge for gauge in popover.budgets.findChildren(Gauge) if gauge.isVisibleTo(popover)]
    gauges.sort(key=lambda gauge: gauge.mapTo(popover, gauge.rect().topLeft()).y())
    return [(gauge.accessibleName(), gauge.value(), gauge._tone, gauge._notch) for gauge in gauges]


def test_the_tightest_come_first_below_today(popover, budgeted):
    shown(popover, budgeted)
    assert bars(popover) == [
        ("Today: 61 % of $20", 610, Tone.OK, 0.55),
        ("shop this week: $20.31 of $20", 1000, Tone.OVER, None),
        ("This month, billed: $168.20 of $200", 841, Tone.WARN, 0.6),
        ("Claude 5h: 42 %", 420, Tone.OK, None),
    ]
    assert "and 1 more budget" in texts(popover)


def test_what_lies_ahead_stands_under_today(popover, budgeted):
    shown(popover, budgeted)
    (ahead,) = [text for text in texts(popover) if "on pace" in text]
    assert ahead.startswith("on pace for ≈$19 ($15 to $26) · passes it at about ")
    assert popover.budgets.rows[1].toolTip() == "on pace for ≈$230 ($190 to $280), without 2 unpriced calls"
    spoken = QAccessible.queryAccessibleInterface(popover.budgets.rows[1].gauge)
    assert spoken.text(QAccessible.Text.Description) == popover.budgets.rows[1].toolTip()


def test_a_windows_budget_has_no_second_bar(popover, budgeted):
    window = Window(vendor="anthropic", name="5h", minutes=300, used=0.42)
    shown(popover, replace(budgeted, windows=(window,)))
    assert [name.partition(":")[0] for name, *_ in bars(popover)] == [
        "Today",
        "shop this week",
        "This month, billed",
        "aider today",
    ]


def test_without_an_engine_only_today_is_left(popover, stopped):
    shown(popover, stopped, Link.DOWN)
    assert len(bars(popover)) == 1
    assert not any("on pace" in text for text in texts(popover))
    assert not popover.holds.isVisible()


def test_no_budget_takes_no_room(popover, budgeted):
    shown(popover, replace(budgeted, budget_day_pico=None, budgets=Budgets()))
    assert not popover.budgets.isVisible()
    assert not popover.holds.isVisible()


def test_little_room_shows_fewer(popover, budgeted):
    shown(popover, budgeted)
    popover.budgets.show_brief(budgeted.at_us, brief=True)
    assert [name.partition(":")[0] for name, *_ in bars(popover)] == ["Today", "shop this week"]
    assert "and 3 more budgets" in texts(popover)


def test_a_stop_is_a_card_that_lets_calls_through(popover, stopped, qtbot):
    shown(popover, stopped)
    (card,) = [card for card in popover.holds.stops if card.isVisible()]
    assert card.title.text() == "New calls are refused until midnight"
    assert card.message.text() == "Today: $21.00 of $20 used."
    assert card.accessibleName() == "Alert. New calls are refused until midnight. Today: $21.00 of $20 used."
    assert card.answer.text() == "Allow for 1 hour"
    assert card.answer.accessibleName() == "Allow for 1 hour: Today"
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.mouseClick(card.answer, Qt.MouseButton.LeftButton)
    assert asked.args == ["override_budget", {"budget": "daily", "seconds": 3600}]
    assert card.isVisible()  # only the engine says that it is so


def test_what_was_lifted_can_be_taken_back(popover, stopped, qtbot):
    shown(popover, stopped)
    lifted, frugal = (card for card in popover.holds.lines if card.isVisible())
    assert lifted.title.text().startswith("aider today: calls allowed until ")
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.mouseClick(lifted.answer, Qt.MouseButton.LeftButton)
    assert asked.args == ["override_budget", {"budget": "aider", "on": False}]
    assert frugal.title.text().startswith("This month, billed: frugal until ")
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.mouseClick(frugal.answer, Qt.MouseButton.LeftButton)
    assert asked.args == ["override_budget", {"budget": "month", "seconds": 3600}]


def test_a_budget_brings_the_suggestion_to_the_front(popover, budgeted, choosing):
    urged = replace(budgeted, choices=choosing.choices, budgets=replace(budgeted.budgets, suggest=("month",)))
    plain = replace(urged, budgets=budgeted.budgets)

    def above() -> bool:
        card, bar = (each.mapTo(popover, each.rect().topLeft()).y() for each in (popover.offer.card, popover.budgets))
        return card < bar

    for snapshot, first in ((plain, False), (urged, True), (plain, False)):
        shown(popover, snapshot)
        assert above() is first
        assert popover.offer.card.because.isVisible() is first
    shown(popover, urged)
    card = popover.offer.card
    assert card.because.text() == "This month, billed: $168.20 of $200 used."
    assert card.accessibleName().startswith("Suggestion. This month, billed: $168.20 of $200 used. ")
    assert next(iter(readingorder.reading_order(popover))) is card.action


def test_the_card_goes_when_the_engine_says_so(popover, stopped, budgeted, qtbot):
    shown(popover, stopped)
    shown(popover, budgeted)
    assert not popover.holds.isVisible()
    shown(popover, stopped)
    assert sum(card.isVisible() for card in popover.holds.stops) == 1


def test_the_keyboard_reaches_the_answer(popover, stopped, qtbot):
    shown(popover, stopped)
    qtbot.waitUntil(popover.isActiveWindow)
    qtbot.keyClick(popover, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is popover.holds.stops[0].answer
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert asked.args[1] == {"budget": "daily", "seconds": 3600}


def test_more_than_three_are_counted(popover, stopped):
    daily, *rest = stopped.budgets.budgets
    many = tuple(replace(daily, name=f"b{i}", scope=f"project:p{i}") for i in range(5))
    shown(popover, replace(stopped, budgets=Budgets(budgets=(*rest, *many))))
    assert sum(card.isVisible() for card in popover.holds.stops) == 3
    assert "and 4 more budgets, in the icon's menu" in [label.text() for label in popover.holds.findChildren(Paragraph)]


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("state", ["budgets", "stopped", "lifted"])
def test_nothing_is_cut(qapp, qtbot, views, shots, state, scale, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    popover = Popover()
    qtbot.addWidget(popover)
    popover.show_view(views[state])
    popover.open(None)
    qapp.processEvents()
    picture(popover, shots / f"popover-{state}-{'dark' if dark else 'light'}-{scale}x.png", scale)
    assert popover.width() == WIDTH
    assert popover.height() <= 770  # below a panel on a screen of 800
    assert cut(popover) == []
