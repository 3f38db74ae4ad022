"""Every face of the tray in every state, opened for a test, and what of it does not fit.

Fixtures ``views``, ``rich`` and ``tools`` are given to the room by its conftest.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desktop_tongues import shortcut
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QWidget,
)

from trayapp.budgetviews import Budgets
from trayapp.choices import Choices, Record, RuleView
from trayapp.desktop import look
from trayapp.desktop.gauges import Banner, Paragraph, Text
from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.popover import Popover
from trayapp.desktop.priceentry import PriceEntry
from trayapp.desktop.telling import Silence
from trayapp.desktop.toolswindow import ToolsWindow
from trayapp.desktop.toolwork import ToolWork
from trayapp.desktop.view import Link, View
from trayapp.platform.paths import Paths
from trayapp.snapshot import (
    Credits,
    Limit,
    Slice,
    Snapshot,
    Unpriced,
    Window,
)
from trayapp.toolbox import Toolbox
from trayapp.values import PICO

LANGUAGES = ("en", "de")
STATES = (
    "day",
    "demo",
    "down",
    "relaying",
    "paused",
    "empty",
    "odd",
    "unpriced",
    "plan",
    "card",
    "trial",
    "why",
    "undo",
    "removed",
    "loss",
    "asis",
    "closed",
    "open",
    "budgets",
    "stopped",
    "lifted",
    "urged",
)


@pytest.fixture
def views(
    day: Snapshot, choosing: Snapshot, losing: RuleView, titles: RuleView, undo, budgeted: Snapshot, stopped: Snapshot
) -> dict[str, View]:
    """What the popover may have to show."""

    def live(snapshot: Snapshot) -> View:
        return View(link=Link.CONNECTED, snapshot=snapshot)

    base, at_s = choosing.choices, day.at_us // 10**6
    today = replace(day.today, pico_contract=day.today.pico, pico_marginal=4 * PICO, unagreed=2)
    windows = (
        Window(vendor="anthropic", name="5h", minutes=300, used=0.42, resets_at=at_s + 7_800),
        Window(
            vendor="anthropic",
            name="7d",
            minutes=10_080,
            used=0.71,
            resets_at=at_s + 95_000,
            runs_out_at=at_s + 50_000,
            runs_out_sure=0.8,
        ),
        Window(vendor="chatgpt", name="primary", minutes=300, reset=True, resets_at=at_s - 60),
        Window(vendor="chatgpt", name="secondary", minutes=10_080, status="rejected"),
        Window(vendor="github-copilot", name="premium_interactions", used=0.2),
    )
    unproven = Record(state="unproven", good=1, tried=2, needed=72, sure=31)
    chosen = {
        "card": base,
        "trial": replace(base, suggestion=replace(base.suggestion, trial=True, scope="task", value="small_edit",
                                                  record=unproven)),
        "why": replace(base, suggestion=replace(base.suggestion, record=unproven)),
        "undo": replace(base, suggestion=None, undo=undo),
        "removed": replace(base, suggestion=None),
        "loss": replace(base, suggestion=None, rules=(losing, titles), pico_saved_week=-120 * PICO // 1000),
        "asis": replace(base, suggestion=None, asis=True, asis_until_us=day.at_us + 3_600_000_000, mode="frugal"),
        "closed": Choices(),
        "open": Choices(mode="let-it-rip"),
    }  # fmt: skip
    return {
        "day": live(day),
        "demo": live(replace(day, demo=True)),
        "down": View(link=Link.DOWN, snapshot=day),
        "relaying": View(link=Link.RELAYING, snapshot=day),
        "paused": live(replace(day, mode="paused", paused_until_us=day.at_us)),
        "empty": live(Snapshot(at_us=day.at_us)),
        "odd": live(
            replace(
                day,
                today=replace(today, unpriced=2, unmetered=1, pico_estimated=3 * PICO),
                by_model=(*day.by_model, *(Slice(name=f"m{i}", pico=PICO, calls=1, unpriced=1) for i in range(6))),
                live=tuple(replace(day.live[0], id=i) for i in range(6)),
                currency="EUR",
                currency_rate="0.92",
                currency_since="2026-11-01",
            )
        ),
        "unpriced": live(replace(day, unpriced=(Unpriced(vendor="openai", model="kimi-k4", calls=2, tokens=900),))),
        "plan": live(
            replace(
                day,
                today=replace(day.today, pico_contract=day.today.pico, pico_marginal=0),
                windows=windows,
                credits=(Credits(vendor="chatgpt", has=True, balance="9.5"),),
                limits=(Limit(vendor="openai", name="tokens", model="gpt-5.5", limit=100, remaining=12),),
            )
        ),
        "budgets": live(budgeted),
        "stopped": live(stopped),
        "lifted": live(replace(stopped, budgets=lifted(stopped.budgets))),
        "urged": live(replace(budgeted, choices=base, budgets=replace(budgeted.budgets, suggest=("month",)))),
        **{name: live(replace(day, choices=choices)) for name, choices in chosen.items()},
    }


def lifted(budgets: Budgets) -> Budgets:
    """The same with the stop of the day lifted for an hour, and without a forecast."""
    daily, *rest = budgets.budgets
    daily = replace(
        daily,
        acting=False,
        stopped=False,
        overridden=True,
        overridden_until_us=daily.until_us,
        pico_point=None,
        forecast="no forecast yet: 3 more days of history",
    )
    return replace(budgets, budgets=(daily, *rest), stopped=())


def popover_of(qtbot, view: View, state: str) -> Popover:
    made = Popover()
    qtbot.addWidget(made)
    made.show_view(view)
    made.open(None)
    if state == "why":
        made.offer.card.why.click()
    if state == "open":
        made.models.more.click()
    if state == "removed":
        rule = view.snapshot.choices.rules[0]
        made.offer.expect_removal(rule)
        gone = replace(view.snapshot, choices=replace(view.snapshot.choices, rules=()))
        made.show_view(replace(view, snapshot=gone))
        made._pulse.now()
    return made


def menu_of(snapshot: Snapshot) -> TrayMenu:
    made = TrayMenu()
    made.show_view(View(link=Link.CONNECTED, snapshot=snapshot))
    made.show_silence(Silence(why="snooze", until_us=time.time_ns() // 1000 + 86_400_000_000))
    made.refresh()
    return made


@pytest.fixture
def rich(choosing: Snapshot, losing: RuleView, titles: RuleView, undo, views, stopped: Snapshot) -> Snapshot:
    """A snapshot that fills the whole menu."""
    choices = replace(choosing.choices, rules=(losing, titles), undo=undo)
    plan = views["plan"].snapshot
    unpriced = (Unpriced(vendor="openai", model="R&D", calls=2, tokens=900),)
    return replace(choosing, choices=choices, windows=plan.windows[:2], unpriced=unpriced, budgets=stopped.budgets)


KIMI = {
    "vendor": "openai",
    "model": "kimi-k4",
    "calls": 12,
    "total": 48_000,
    "tokens": {"input": 40_000, "output": 7_000, "cache_read": 800, "cache_write": 200},
    "since_us": 1_793_700_000_000_000,
}


def entry_of(qtbot) -> PriceEntry:
    made = PriceEntry()
    qtbot.addWidget(made)
    made.open_for(Snapshot())
    made.show_waiting([KIMI, {"vendor": "azure", "model": "", "calls": 1, "total": 900}])
    made.show_outcome({"calls": 0}, None)
    made.adjustSize()
    return made


@pytest.fixture
def tools(qtbot, profile: Paths, home: Path) -> Iterator[Callable[[], ToolsWindow]]:
    """Makes windows of tools; a user has one tool with settings."""
    profile.port.write_text("29999")
    profile.token.write_text("t0K" * 14 + "_")
    profile.no_autostart.write_bytes(b"")
    path = home / "user" / ".claude" / "settings.json"
    path.parent.mkdir(mode=0o700)
    path.write_text('{\n  "model": "opus"\n}\n')
    works = []

    def make() -> ToolsWindow:
        works.append(ToolWork(Toolbox(profile)))
        window = ToolsWindow(works[-1])
        qtbot.addWidget(window)
        window.open_fresh()
        qtbot.waitUntil(lambda: window.list.count() > 0 and bool(window.difference.toPlainText()))
        return window

    yield make
    for work in works:
        work.close()


def picture(widget: QWidget, path: Path, scale: int) -> None:
    canvas = QPixmap(widget.size() * scale)
    canvas.setDevicePixelRatio(scale)
    widget.render(canvas)
    assert canvas.save(str(path))


def cut(window: QWidget) -> list[str]:
    """The texts of a window that do not fit where they are."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window):
            continue
        parent = widget.parentWidget()
        if isinstance(widget, Text):
            bad = widget.cut
        elif isinstance(widget, Paragraph):
            bad = widget.heightForWidth(widget.width()) > widget.height()
        elif isinstance(widget, QLabel):
            wide = widget.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, widget.text()).width()
            bad = not widget.wordWrap() and wide > widget.width()
        elif isinstance(widget, QAbstractButton):
            bad = widget.width() < widget.minimumSizeHint().width()
        else:
            continue
        inside = parent.rect().adjusted(0, 0, 1, 1).contains(widget.geometry())
        if bad or not inside:
            found.append(f"{type(widget).__name__}: {widget.text()}")
    return found


def overlapping(window: QWidget) -> list[str]:
    """Pairs of texts of a window that lie on each other."""
    found = []
    parts = [(part, _within(part, window)) for part in _texts(window)]
    for i, (one, here) in enumerate(parts):
        for other, there in parts[i + 1 :]:
            if here.intersects(there) and not one.isAncestorOf(other) and not other.isAncestorOf(one):
                found.append(f"{one.text()} / {other.text()}")
    return found


def faint(window: QWidget) -> list[str]:
    """The texts of a window whose strongest pixel has less than 4.5:1 against the ground that they really stand on.

    What is switched off is left out, as in WCAG 2.2, 1.4.3.
    """
    canvas = QImage(window.size() * 2, QImage.Format.Format_RGB32)
    canvas.setDevicePixelRatio(2)
    window.render(canvas)
    pixels = memoryview(canvas.constBits()).cast("I")
    wide, found = canvas.bytesPerLine() // 4, []
    for part in _texts(window):
        if not part.isEnabled() or not part.text().strip():
            continue
        where = _within(part, window).intersected(window.rect()).adjusted(0, 1, 0, -1)
        left, right = where.left() * 2, where.right() * 2 + 2
        counts: Counter[int] = Counter()
        for y in range(where.top() * 2, where.bottom() * 2 + 2):
            counts.update(pixels[y * wide + left : y * wide + right].tolist())
        ground = _colour(counts.most_common(1)[0][0])
        best = max(look.contrast(_colour(pixel), ground) for pixel in counts)
        if best < 4.5:
            found.append(f"{part.text()}: {best:.2f}")
    return found


def _texts(window: QWidget) -> list[QLabel | QAbstractButton]:
    labels, buttons = window.findChildren(QLabel), window.findChildren(QAbstractButton)
    shown = [part for part in (*labels, *buttons) if part.isVisibleTo(window) and part.text()]
    return [part for part in shown if part.width() > 0 and part.height() > 0]


def _within(part: QWidget, window: QWidget) -> QRect:
    return QRect(part.mapTo(window, part.rect().topLeft()), part.size())


def _colour(pixel: int) -> str:
    return f"#{pixel & 0xFFFFFF:06x}"


def shortcuts(window: QWidget) -> list[str]:
    """Those of a window that work at the same time."""
    parts = [w for kind in (QAbstractButton, QLabel) for w in window.findChildren(kind) if w.isVisibleTo(window)]
    return [
        shortcut(part.text())
        for part in parts
        if not isinstance(part, Text | Paragraph | Banner) and shortcut(part.text())
    ]
