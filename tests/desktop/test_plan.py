"""Plan windows in the tray: the icon's number, tooltip, menu and popover."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QProgressBar, QWidget

from trayapp.desktop import glance, look
from trayapp.desktop.gauges import BarRow, Gauge, Text, Tone
from trayapp.desktop.icon import Ink, image, picture
from trayapp.desktop.meter import Mood, Reading, read
from trayapp.desktop.popover import Popover
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Credits, Limit, Snapshot, Window
from trayapp.values import PICO

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")

NOON_US = 1_795_000_000_000_000
NOON = NOON_US // 1_000_000  # Wed 2026-11-18, 12:06:40 in Berlin
FIVE = Window(
    vendor="anthropic", account="3f2a" * 4, name="5h", minutes=300, used=0.42, resets_at=NOON + 7_800, binding=True
)
WEEK = Window(vendor="anthropic", account="3f2a" * 4, name="7d", minutes=10_080, used=0.715, resets_at=NOON + 95_000)


@pytest.fixture(autouse=True)
def berlin() -> Iterator[None]:
    """A time zone of our own."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.fixture
def on_plan(day: Snapshot) -> Snapshot:
    """The day of somebody whom a plan covers."""
    today = replace(day.today, pico_contract=day.today.pico, pico_marginal=0)
    return replace(day, today=today, budget_day_pico=None, pace=None, windows=(FIVE, WEEK))


def live(snapshot: Snapshot) -> View:
    return View(link=Link.CONNECTED, snapshot=snapshot)


def opened(qtbot, qapp, snapshot: Snapshot, *, dark: bool = True) -> Popover:
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    popover = Popover()
    qtbot.addWidget(popover)
    popover.show_view(live(snapshot))
    popover.open(None)
    return popover


def texts(popover: Popover) -> list[str]:
    return [
        widget.text()
        for widget in popover.findChildren(QWidget)
        if widget.isVisibleTo(popover) and hasattr(widget, "text") and not isinstance(widget, QProgressBar)
    ]


def test_the_icons_number_is_the_tighter_windows_share(on_plan):
    passed = 1 - 95_000 / (10_080 * 60)
    assert read(live(on_plan)) == Reading("71%", Mood.OK, 0.715, passed, True)
    assert read(live(replace(on_plan, windows=(FIVE,)))).text == "42%"
    tight = replace(on_plan, windows=(replace(FIVE, used=0.8), WEEK), live=())
    assert read(live(tight)) == Reading("80%", Mood.WARN, 0.8, 1 - 7_800 / 18_000)
    warned = replace(on_plan, windows=(replace(WEEK, status="allowed_warning"),))
    assert read(live(warned)).mood is Mood.WARN


@pytest.mark.parametrize(
    "gone", [{"used": 1.0}, {"used": None, "status": "rejected"}, {"used": 0.97, "status": "rejected"}]
)
def test_a_window_that_is_used_up_is_over(on_plan, gone):
    snapshot = replace(on_plan, windows=(replace(FIVE, **gone), WEEK))
    got = read(live(snapshot))
    assert (got.text, got.mood, got.bar) == ("100!", Mood.OVER, 1.0)
    # Then calls are billed again, and it is still the window that matters.
    billed = replace(snapshot, today=replace(on_plan.today, pico_marginal=PICO))
    assert read(live(billed)).text == "100!"


def test_money_is_the_number_where_it_is_billed_or_nothing_is_known_of_a_plan(on_plan):
    billed = replace(on_plan, today=replace(on_plan.today, pico_marginal=PICO))
    assert read(live(billed)).text == "12?"
    assert read(live(replace(billed, icon="plan"))).text == "71%"
    assert read(live(replace(on_plan, icon="money"))).text == "12?"
    unknown = tuple(replace(window, used=None, reset=True) for window in on_plan.windows)
    assert read(live(replace(on_plan, windows=unknown))).text == "12?"
    extra = Window(vendor="anthropic", name="overage", used=0.99)
    assert read(live(replace(on_plan, windows=(extra,)))).text == "12?"


def test_nothing_outranks_pause_or_a_missing_engine(on_plan):
    assert read(live(replace(on_plan, mode="paused"))).text == "‖"
    assert read(View(link=Link.DOWN, snapshot=on_plan)).text == "–"


def test_a_window_that_will_run_out_warns_and_says_when(qtbot, qapp, on_plan):
    week = replace(WEEK, runs_out_at=NOON + 50_000, runs_out_sure=0.8)
    snapshot = replace(on_plan, windows=(FIVE, week))
    assert read(live(snapshot)).mood is Mood.WARN
    popover = opened(qtbot, qapp, snapshot)
    assert "71 % · runs out Thu 02:00" in texts(popover)
    rows = {row.name.text(): row for row in popover.findChildren(BarRow) if row.isVisibleTo(popover)}
    assert rows["Claude week"].toolTip() == "resets Thu 14:30"
    assert rows["Claude 5 h"].toolTip() == ""
    assert rows["Claude week"].gauge._tone is Tone.WARN
    assert "Claude 5 h 42 %, resets 14:16 · week 71 %, runs out Thu 02:00" in glance.menu(live(snapshot)).status
    popover.show_view(live(replace(snapshot, windows=(FIVE, replace(week, runs_out_sure=0.3)))))
    popover._pulse.now()
    assert "71 % · resets Thu 14:30" in texts(popover)
    assert rows["Claude week"].toolTip() == ""


def test_the_icons_number_may_be_another_and_its_bar_stays(on_plan):
    rate = replace(on_plan, icon="rate")
    assert read(live(rate)) == replace(read(live(on_plan)), text="2")
    month = replace(on_plan, icon="month", month_point_pico=312 * PICO)
    assert read(live(month)) == replace(read(live(on_plan)), text="312")
    assert read(live(replace(month, month_point_pico=None))) == read(live(on_plan))
    full = replace(rate, windows=(replace(FIVE, used=1.0),))
    assert (read(live(full)).text, read(live(full)).mood) == ("2!", Mood.OVER)
    assert read(live(replace(rate, mode="paused"))).text == "‖"


@given(st.floats(0, 1), st.none() | st.integers(NOON - 10**6, NOON + 10**7), st.none() | st.integers(0, 10**6))
def test_every_share_fits_the_icon(used, resets_at, minutes):
    window = replace(FIVE, used=used, resets_at=resets_at, minutes=minutes)
    got = read(live(Snapshot(at_us=NOON_US, windows=(window,))))
    assert 2 <= len(got.text) <= 4
    assert (got.text == "100!") == (used >= 1)
    assert got.bar == used
    assert got.notch is None or 0.03 <= got.notch <= 1


def test_tooltip_leads_with_the_windows_and_calls_money_api_value(on_plan):
    tip = glance.tooltip(live(replace(on_plan, live=())))
    assert tip.splitlines() == [
        "Claude 5 h 42 %, resets 14:16 · week 71 %, resets Thu 14:30",
        "≈$12.20 API value today · $1.90/h",
        "adds $0.00 to the bill",
    ]
    assert len(tip) <= glance.TOOLTIP_LIMIT
    billed = replace(on_plan, live=(), today=replace(on_plan.today, pico_marginal=PICO))
    assert glance.tooltip(live(billed)).startswith("≈$12.20 today · $1.90/h\nClaude 5 h 42 %")


def test_menu_says_all_windows(on_plan):
    other = replace(FIVE, account="b00c" * 4, used=0.2)
    codex = Window(vendor="chatgpt", name="primary", family="codex", minutes=300, used=0.1, resets_at=NOON + 700_000)
    spark = replace(codex, family="codex_spark", label="Spark", used=None, reset=True, resets_at=NOON - 600)
    full = replace(
        on_plan,
        windows=(FIVE, WEEK, other, codex, spark),
        credits=(Credits(vendor="chatgpt", has=True, balance="9.5"), Credits(vendor="anthropic", has=False)),
        limits=(Limit(vendor="openai", name="tokens", model="gpt-5.5", limit=100, remaining=12, resets_at=NOON + 30),),
    )
    status = glance.menu(live(full)).status
    assert status[0] == "≈$12.20 API value today · $1.90/h"
    assert "adds $0.00 to the bill" in status
    for line in (
        "Claude 3f2a 5 h 42 %, resets 14:16 · week 71 %, resets Thu 14:30",
        "Claude b00c 5 h 20 %, resets 14:16",
        "ChatGPT 5 h 10 %, resets 26 Nov 14:33 · Spark 5 h unknown, was reset 11:56",
        "ChatGPT credits: 9.5",
        "OpenAI rate limit: 88 % of tokens used for gpt-5.5, whole again 12:07",
    ):
        assert line in status
    assert all(len(line) <= 100 for line in status)


def test_nothing_of_it_is_said_without_a_plan(day):
    assert "API value" not in "".join((*glance.menu(live(day)).status, glance.tooltip(live(day))))
    assert glance.plan(day) == ()


def test_popover_shows_each_window_with_its_share_and_reset(qtbot, qapp, on_plan):
    popover = opened(qtbot, qapp, on_plan)
    shown = texts(popover)
    for expected in (
        "Claude 5 h",
        "42 % · resets 14:16",
        "Claude week",
        "71 % · resets Thu 14:30",
        "≈$12.20",
        "≈ API value · adds $0.00 to the bill",
    ):
        assert expected in shown
    gauges = [gauge for gauge in popover.findChildren(Gauge) if gauge.isVisibleTo(popover)]
    assert [gauge.value() for gauge in gauges[:2]] == [420, 715]
    assert gauges[0].accessibleName() == "Claude 5 h: 42 % · resets 14:16"
    popover.hide()
    popover.show_view(live(replace(on_plan, windows=())))
    popover.open(None)
    assert "Claude week" not in texts(popover)
    assert "≈ API value · adds $0.00 to the bill" in texts(popover)


def test_a_rate_limit_is_in_the_menu_and_opens_a_line_below_only_when_it_is_half_used(qtbot, qapp, day):
    limit = Limit(vendor="openai", name="tokens", limit=100, remaining=51, resets_at=NOON + 30)
    words = "OpenAI rate limit: 49 % of tokens used, whole again 12:07"
    assert words in glance.menu(live(replace(day, limits=(limit,)))).status
    assert "rate limit" not in "".join(texts(opened(qtbot, qapp, replace(day, limits=(limit,)))))
    half = replace(day, limits=(replace(limit, remaining=50),))
    assert any("50 % of tokens used" in text for text in texts(opened(qtbot, qapp, half)))


def test_a_window_that_began_anew_shows_no_number(qtbot, qapp, on_plan):
    anew = replace(FIVE, used=None, reset=True, resets_at=NOON - 60)
    popover = opened(qtbot, qapp, replace(on_plan, windows=(anew,)))
    assert "unknown · was reset 12:05" in texts(popover)
    assert next(g for g in popover.findChildren(Gauge) if "5 h" in g.accessibleName()).value() == 0


STATES = {
    "plan": (FIVE, WEEK),
    "plan-tight": (replace(FIVE, used=1.0, status="rejected"), replace(WEEK, used=0.86, status="allowed_warning")),
    "plan-reset": (replace(FIVE, used=None, reset=True, resets_at=NOON - 60), WEEK),
    "plan-many": (
        FIVE,
        WEEK,
        replace(FIVE, account="b00c" * 4, used=0.2),
        Window(vendor="chatgpt", name="primary", family="codex", minutes=300, used=0.1, resets_at=NOON + 900_000),
        Window(vendor="chatgpt", name="secondary", family="codex", minutes=10_080, used=0.05),
    ),
}


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("state", list(STATES))
def test_nothing_is_cut(qtbot, qapp, on_plan, shots, state, dark):
    snapshot = replace(
        on_plan,
        windows=STATES[state],
        credits=(Credits(vendor="chatgpt", has=True, balance="9.5"),) if state == "plan-many" else (),
        limits=(Limit(vendor="openai", name="tokens", model="gpt-5.5", limit=100, remaining=12, resets_at=NOON + 30),)
        if state == "plan-many"
        else (),
    )
    popover = opened(qtbot, qapp, snapshot, dark=dark)
    canvas = QPixmap(popover.size() * 2)
    canvas.setDevicePixelRatio(2)
    popover.render(canvas)
    assert canvas.save(str(shots / f"popover-{state}-{'dark' if dark else 'light'}-2x.png"))
    for text in popover.findChildren(Text):
        assert not (text.isVisibleTo(popover) and text.cut), text.text()
    visible = [w for w in popover.findChildren(QWidget) if w.isVisibleTo(popover)]
    assert all(w.geometry().bottom() <= w.parentWidget().height() for w in visible)


def test_the_icons_pictures(qapp, on_plan, shots):
    """A sheet for people: sizes across, states and grounds down."""
    states = [replace(on_plan, live=(), windows=windows) for windows in STATES.values()]
    states += [replace(on_plan, live=(), windows=(replace(FIVE, used=used),)) for used in (0.0, 0.07, 0.85)]
    sizes = (16, 22, 24, 32, 44, 64)
    sheet = QImage(2 * 270, len(states) * 70, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(sheet)
    for side, (ink, ground) in enumerate(((Ink.LIGHT, "#23262d"), (Ink.DARK, "#f0f0f0"))):
        painter.fillRect(side * 270, 0, 270, sheet.height(), QColor(ground))
        for row, snapshot in enumerate(states):
            x = side * 270 + 8
            for size in sizes:
                painter.drawImage(x, row * 70 + 4, image(picture(read(live(snapshot)), ink), size))
                x += size + 8
    painter.end()
    assert sheet.save(str(shots / "icon-plan.png"))
