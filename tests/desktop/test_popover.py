"""The popover: what it shows, that nothing is cut, where it opens, what it costs."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPixmap
from PySide6.QtWidgets import QApplication, QProgressBar, QWidget

from trayapp.desktop import glance, look, money, place
from trayapp.desktop.gauges import Card, Gauge, Text
from trayapp.desktop.popover import WIDTH, Popover
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Slice, Snapshot, Today
from trayapp.trouble import Trouble
from trayapp.values import PICO

# The off-screen platform says so at every window that is shown.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")

SCREEN = QRect(0, 30, 1280, 770)


@pytest.fixture
def popover(qtbot, qapp):
    look.apply(qapp, look.DARK)
    made = Popover()
    qtbot.addWidget(made)
    return made


def live(snapshot: Snapshot) -> View:
    return View(link=Link.CONNECTED, snapshot=snapshot)


def opened(popover: Popover, view: View) -> Popover:
    popover.show_view(view)
    popover.open(None)
    return popover


def texts(popover: Popover) -> list[str]:
    return [
        widget.text()
        for widget in popover.findChildren(QWidget)
        if widget.isVisibleTo(popover) and hasattr(widget, "text") and not isinstance(widget, QProgressBar)
    ]


def bars(popover: Popover) -> list[Gauge]:
    return [gauge for gauge in popover.findChildren(Gauge) if gauge.isVisibleTo(popover)]


def test_a_day(popover, day):
    shown = texts(opened(popover, live(day)))
    for expected in (
        "≈$12.20",
        "$1.90/h now",
        "212 calls · 3 errors",
        "61 % of $20",
        "2 running",
        "claude-code · claude-opus-5-5",
        "≈$0.042",
        "≈12.4k in · ≈1,204 out · 14 s",
        "$7.60",
        "Prices 2026-11-20 · ≈ is an estimate",
    ):
        assert expected in shown
    assert not any("DEMO" in text for text in shown)
    assert [gauge.value() for gauge in bars(popover)] == [610, 1000, 401, 199]


def test_a_first_day_leads_to_the_tools(popover, day, qtbot):
    opened(popover, live(Snapshot(at_us=day.at_us)))
    assert popover.connect_tools.isVisible()
    with qtbot.waitSignal(popover.tools_asked):
        qtbot.mouseClick(popover.connect_tools, Qt.MouseButton.LeftButton)
    popover.show_view(live(day))
    qtbot.waitUntil(lambda: not popover.connect_tools.isVisible())


def test_it_ticks(popover, day, qtbot):
    opened(popover, live(day))
    call = replace(day.live[0], tokens_out=1_300, pico=PICO)
    popover.show_view(live(replace(day, running_pico=PICO, live=(call, *day.live[1:]))))
    qtbot.waitUntil(lambda: "≈$13.16" in texts(popover))
    assert "≈12.4k in · ≈1,300 out · 14 s" in texts(popover)


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("state", ["day", "demo", "down", "relaying", "paused", "empty", "unpriced"])
def test_nothing_is_cut(qapp, qtbot, day, shots, dark, scale, state):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    odd = replace(
        day,
        today=replace(day.today, unpriced=2, unmetered=1, pico_estimated=3 * PICO),
        by_model=(*day.by_model, Slice(name="my-local-model", calls=3, unpriced=3)),
    )
    view = {
        "day": live(day),
        "demo": live(replace(day, demo=True)),
        "down": View(link=Link.DOWN, snapshot=day),
        "relaying": View(
            link=Link.RELAYING,
            guard_trouble=Trouble(title="The engine cannot start", message="A setting is wrong.", fix="Mend."),
        ),
        "paused": live(replace(day, mode="paused", paused_until_us=day.at_us)),
        "empty": live(Snapshot(at_us=day.at_us)),
        "unpriced": live(odd),
    }[state]
    popover = Popover()
    qtbot.addWidget(popover)
    opened(popover, view)
    canvas = QPixmap(popover.size() * scale)
    canvas.setDevicePixelRatio(scale)
    popover.render(canvas)
    assert canvas.save(str(shots / f"popover-{state}-{'dark' if dark else 'light'}-{scale}x.png"))
    assert popover.width() == WIDTH
    for text in popover.findChildren(Text):
        assert not (text.isVisibleTo(popover) and text.cut), text.text()
    for card in popover.findChildren(Card):
        for part in (card.title, card.message, card.fix):
            if part.isVisibleTo(popover):
                assert part.heightForWidth(part.width()) <= part.height()
    visible = [w for w in popover.findChildren(QWidget) if w.isVisibleTo(popover)]
    assert all(w.geometry().bottom() <= w.parentWidget().height() for w in visible)


def test_a_long_name_is_cut_in_the_middle_and_whole_in_the_tooltip(popover, day):
    name = "a-company-prefix/claude-opus-5-5-20261101-with-a-very-long-deployment-name"
    opened(popover, live(replace(day, by_model=(Slice(name=name, pico=PICO, calls=1),))))
    popover.grab()
    (text,) = [text for text in popover.findChildren(Text) if text.text() == name]
    assert text.cut
    assert text.toolTip() == name


def test_unknown_is_never_zero(popover):
    opened(popover, live(Snapshot(today=Today(calls=2, unpriced=2), by_model=(Slice(name="x", calls=2, unpriced=2),))))
    assert texts(popover).count("unpriced") == 2
    assert "Not in it: 2 unpriced calls" in texts(popover)
    assert "$0.00" not in texts(popover)


def test_breakdowns(popover, day, qtbot):
    opened(popover, live(day))
    tool = next(b for b in popover._breakdown.choice.buttons() if b.objectName() == "tool")
    qtbot.mouseClick(tool, Qt.MouseButton.LeftButton)
    assert "claude-code" in texts(popover)
    assert "claude-haiku-5-5" not in texts(popover)
    many = tuple(Slice(name=f"p{i}", pico=PICO, calls=1) for i in range(9))
    popover.show_view(live(replace(day, by_project=many)))
    popover.break_down("project")
    assert "and 3 more · $3.00" in texts(popover)


def test_a_breakdown_by_session_names_it_by_project_tool_and_start(popover, day, qtbot):
    opened(popover, live(day))
    session = next(b for b in popover._breakdown.choice.buttons() if b.objectName() == "session")
    qtbot.mouseClick(session, Qt.MouseButton.LeftButton)
    first, second, _ = day.by_session
    name = f"● api-server · claude-code · {money.clock(first.started_us)}"
    assert name in texts(popover)
    assert f"web · codex · {money.clock(second.started_us)}" in texts(popover)
    assert "no session · aider" in texts(popover)
    assert "$3.06 + 1 unpriced" in texts(popover)
    tips = [bar.toolTip() for bar in popover._breakdown._bars[:3]]
    assert tips[0] == "140 calls · 2.9M tokens · 1 call running"
    assert tips[1].endswith(f"1 without a price · last call {money.clock(second.last_us)}")


def test_the_menu_lists_sessions(day):
    lines = glance.menu(live(day)).by_session
    assert [line.split(" · ")[0] for line in lines] == ["● api-server", "web", "no session"]
    assert lines[0].endswith("$8.10 · 140 calls")
    assert glance.menu(View(link=Link.DOWN, snapshot=day)).by_session == ()


def test_troubles_are_cards_and_speak(popover, day):
    trouble = Trouble(title="The disk is full", message="Rows wait in memory.", fix="Make room, then run `df`.")
    opened(popover, live(replace(day, troubles=(trouble,))))
    assert "→ Make room, then run “df”." in texts(popover)
    (card,) = [card for card in popover.findChildren(Card) if card.isVisibleTo(popover)]
    assert card.accessibleName().startswith("Alert. The disk is full.")


def test_keyboard_alone(popover, day, qtbot):
    opened(popover, live(day))
    qtbot.waitUntil(popover.isActiveWindow)
    order = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget() or popover, Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget())
    assert popover.pause in order
    assert popover.quit in order
    with qtbot.waitSignal(popover.pause_asked):
        qtbot.keyClick(popover.pause, Qt.Key.Key_Space)
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_screen_readers_get_names_and_values(popover, day):
    opened(popover, live(day))
    bar = QAccessible.queryAccessibleInterface(bars(popover)[0])
    assert bar.role() is QAccessible.Role.ProgressBar
    assert bar.text(QAccessible.Text.Name) == "Today: 61 % of $20"
    assert bars(popover)[1].accessibleName() == "claude-opus-5-5: $7.60"


def test_pause_button_follows(popover, day):
    opened(popover, live(replace(day, mode="paused")))
    assert popover.pause.text() == "&Resume metering"
    popover.hide()
    opened(popover, View(link=Link.DOWN))
    assert not popover.pause.isEnabled()


class Paints(QObject):
    """Counts paint events."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def test_repaints_are_bounded(popover, day, qtbot):
    """A hundred views at once are a few repaints; a hidden popover has none."""
    opened(popover, live(day))
    qtbot.waitExposed(popover)
    QApplication.processEvents()
    paints = Paints()
    popover.installEventFilter(paints)
    for i in range(100):
        popover.show_view(live(replace(day, running_pico=i * PICO)))
    qtbot.waitUntil(lambda: "≈$111.16" in texts(popover))
    QApplication.processEvents()
    assert paints.count <= 4
    popover.hide()
    paints.count = 0
    popover.show_view(live(day))
    QApplication.processEvents()
    assert paints.count == 0


def test_drawing_is_quick(popover, day):
    """120 ms are wanted; asserted is ten times that, against a hang."""
    begin = time.perf_counter()
    opened(popover, live(day))
    popover.grab()
    assert time.perf_counter() - begin < 1.2


def test_open_it_grows_but_does_not_shrink(popover, day):
    opened(popover, live(Snapshot()))
    low = popover.height()
    popover.show_view(live(day))
    popover.break_down("model")
    high = popover.height()
    assert high > low
    popover.show_view(live(Snapshot()))
    popover.break_down("model")
    assert popover.height() == high


@pytest.mark.parametrize("anchor", [QRect(1200, 5, 22, 22), QRect(0, 790, 22, 10), QRect(640, 400, 1, 1)])
@pytest.mark.parametrize("height", [120, 480, 700])
def test_it_is_put_whole_on_the_screen(anchor, height):
    size = QSize(WIDTH, height)
    assert SCREEN.contains(QRect(place.beside(size, anchor, SCREEN), size))
    assert SCREEN.contains(QRect(place.corner(size, SCREEN), size))


def test_it_opens_below_a_panel_above_and_above_a_panel_below():
    size = QSize(WIDTH, 300)
    top = QRect(600, 4, 22, 22)
    assert place.beside(size, top, SCREEN).y() >= top.bottom()
    bottom = QRect(600, 776, 22, 22)
    assert place.beside(size, bottom, SCREEN).y() + 300 <= bottom.top()
    giant = QSize(2000, 2000)
    assert place.beside(giant, top, SCREEN) == SCREEN.topLeft() + QRect(0, 0, 9, 9).bottomRight()
