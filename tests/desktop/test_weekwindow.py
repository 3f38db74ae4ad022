"""The last week in a window, in the menu and in a notification: what it shows, and what its buttons do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from desktop_faces import LANGUAGES, cut, faint, overlapping, picture, shortcuts
from desktop_tongues import speaking
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from report_samples import full

from trayapp.desktop import announcing, glance, look, weektext
from trayapp.desktop.view import Link, View
from trayapp.desktop.weekwindow import WeekWindow
from trayapp.reports import Action
from trayapp.snapshot import Snapshot, Week, snapshot_from_json, snapshot_to_json, to_json
from trayapp.trouble import Trouble
from trayapp.values import PICO

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")
WEEK = Week(
    name="2026-W47",
    first="2026-11-16",
    last="2026-11-22",
    pico=84_200 * PICO // 1000,
    pico_before=102_700 * PICO // 1000,
    pico_saved=19_400 * PICO // 1000,
    calls=900,
    unusual=2,
)
ACTIONS = (
    Action(kind="suggestion", text="Titles to haiku?", verb="accept_suggestion", arguments={"suggestion": "s1"},
           command="spendlight suggest --accept 1"),
    Action(kind="price", text="12 calls of kimi-k4 have no price.", command="spendlight prices set kimi-k4"),
    Action(kind="plan", text="What does the plan max cost a month?", command="spendlight plans set max --monthly USD"),
)  # fmt: skip


class Asked:
    """Hears what the window asks, and answers when it is told to."""

    def __init__(self) -> None:
        self.all: list[tuple[str, Any, dict[str, Any]]] = []

    def __call__(self, verb: str, answer: Any, **arguments: Any) -> None:
        self.all.append((verb, answer, arguments))


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def window(qtbot, tmp_path, asked):
    made = WeekWindow(asked, tmp_path)
    qtbot.addWidget(made)
    return made


def arrive(window: WeekWindow, asked: Asked, **changes: Any) -> None:
    """Open, and let the engine answer."""
    window.open_for("2026-W47")
    verb, answer, arguments = asked.all.pop()
    assert (verb, arguments) == ("report", {"week": "2026-W47"})
    answer(to_json(replace(full(), **changes)), None)


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_nothing_is_cut(qapp, qtbot, tmp_path, asked, shots, name, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with speaking(qapp, name):
        made = WeekWindow(asked, tmp_path)
        qtbot.addWidget(made)
        arrive(made, asked, actions=ACTIONS)
        qapp.processEvents()
        assert cut(made) == []
        assert overlapping(made) == []
        assert faint(made) == []
        found = shortcuts(made)
        assert len(found) == len(set(found)) == 4
        for scale in (1, 2):
            picture(made, shots / f"week-{name}-{'dark' if dark else 'light'}-{scale}x.png", scale)


def test_a_screen_reader_hears_the_page(window, asked):
    arrive(window, asked)
    told = window.card.accessibleDescription()
    assert window.card.accessibleName() in told
    assert len(told.splitlines()) > 10


def test_buttons_do_what_they_say(window, asked, qtbot):
    arrive(window, asked, actions=ACTIONS)
    switch, price, plan = window.rows
    assert (switch.act.text(), price.act.text(), plan.act.isVisibleTo(window)) == ("Switch", "Set a price…", False)
    assert "spendlight plans set max" in plan.text.text()
    switch.act.click()
    verb, answer, arguments = asked.all.pop()
    assert (verb, arguments) == ("accept_suggestion", {"suggestion": "s1"})
    assert not switch.act.isEnabled()  # once is enough
    answer({}, None)
    assert window.outcome.text() == "Done."
    with qtbot.waitSignal(window.price_asked):
        price.act.click()


def test_what_cannot_be_had_is_said(window, asked):
    window.open_for("2026-W47")
    _, answer, _ = asked.all.pop()
    assert not window.save.isEnabled()
    answer(None, Trouble(title="No engine", message="It is gone.", fix="Start it."))
    assert window.outcome.text() == "No engine. It is gone. Start it."
    assert not window.copy.isEnabled()


@pytest.mark.parametrize(("form", "head"), [("html", b"<!doctype html>"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_it_is_saved_in_the_form_that_the_name_says(window, asked, tmp_path, form, head):
    arrive(window, asked)
    path = tmp_path / f"week.{form}"
    window.save_to(path)
    assert path.read_bytes()[: len(head)].lower() == head.lower()
    assert path.stat().st_mode & 0o077 == 0
    assert str(path) in window.outcome.text()


def test_another_ending_is_a_picture_and_a_folder_that_is_none_is_said(window, asked, tmp_path):
    arrive(window, asked)
    window.save_to(tmp_path / "week")
    image = QImage(str(tmp_path / "week.png"))
    assert (image.width(), image.height()) == (1200, 630)
    window.save_to(tmp_path / "no" / "week.png")
    assert "cannot be written" in window.outcome.text()


def test_the_picture_goes_to_the_clipboard(window, asked, qapp):
    arrive(window, asked)
    window.copy.click()
    assert qapp.clipboard().image().width() == 1200


def test_another_look_draws_the_card_anew(window, asked, qapp):
    look.apply(qapp, look.LIGHT)
    arrive(window, asked)
    before = window.card.pixmap().toImage()
    look.apply(qapp, look.DARK)
    window.repaint_card()
    assert window.card.pixmap().toImage() != before
    look.apply(qapp, look.LIGHT)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize(
    ("week", "amount", "versus"),
    [
        (WEEK, "$84.20", "18 % less than the week before"),
        (replace(WEEK, pico_before=50 * PICO), "$84.20", "68 % more than the week before"),
        (replace(WEEK, pico_before=WEEK.pico), "$84.20", "as much as the week before"),
        (replace(WEEK, pico_before=None), "$84.20", ""),
        (replace(WEEK, pico_before=0), "$84.20", ""),
        (replace(WEEK, unpriced=3), "$84.20 + 3 unpriced", "18 % less than the week before"),
        (replace(WEEK, pico=0, unpriced=3), "$0.00 + 3 unpriced", "100 % less than the week before"),
        (replace(WEEK, pico=0, unpriced=900), "unpriced", ""),
        (replace(WEEK, pico=0, unmetered=899, errors=1), "unpriced", ""),
        (replace(WEEK, estimated=True), "≈$84.20", "18 % less than the week before"),
    ],
)
def test_words(week, amount, versus):
    shown = Snapshot().shown
    assert weektext.amount(week, shown) == amount
    assert weektext.versus(week) == versus


def test_a_notification_and_an_entry_of_the_menu(day):
    """Told while the week stands, by a key that a restart knows; the entry is there all week."""
    snapshot = snapshot_from_json(snapshot_to_json(replace(day, week=WEEK)))
    assert snapshot.week == WEEK
    view = View(link=Link.CONNECTED, snapshot=snapshot)
    (told,) = [each for each in announcing.scene(view, been_live=True).matters if each.kind == "week"]
    assert told.key == "week:2026-W47"
    assert told.title == "Your week: $84.20"
    assert told.body == ("16 Nov to 22 Nov, 18 % less than the week before. Rules saved ≈$19.40. 2 things unusual.")
    assert glance.menu(view).week == "Last &week: $84.20…"
    assert glance.menu(replace(view, snapshot=day)).week == ""
    lost = replace(WEEK, pico_saved=-PICO, unusual=0)
    assert weektext.body(lost, day.shown).endswith("Rules lost ≈$1.00.")


def test_from_the_menu_of_a_tray(make_panel, make_engine, make_tray, day, display):
    """As a process: the entry asks for the report and opens a window."""
    panel = make_panel()
    engine = make_engine(replace(day, week=WEEK))
    tray = make_tray()
    panel.wait_item()
    panel.until(lambda: any("Last week: $84.20" in label.replace("_", "") for label in panel.labels()))
    panel.click("Last week")
    assert engine.next_ask("report")["week"] == "2026-W47"
    assert tray.quit() == 0
    assert tray.complaints() == ""
