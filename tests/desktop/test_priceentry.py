"""The dialog for a price: what it shows, what it sends, that the keyboard is enough, in light and dark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QPixmap
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QRadioButton, QWidget

from trayapp.desktop import glance, look
from trayapp.desktop.gauges import Note
from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.popover import Popover
from trayapp.desktop.priceentry import PriceEntry, concern, usd
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Notice, Snapshot, Unpriced
from trayapp.trouble import Trouble

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")

NOVEMBER = 1_793_700_000_000_000
KIMI = {
    "vendor": "openai",
    "model": "kimi-k4",
    "calls": 12,
    "total": 48_000,
    "tokens": {"input": 40_000, "output": 8_000, "reasoning": 2_000},
    "since_us": NOVEMBER,
}
HOUSE = {"vendor": "azure", "model": "my-deployment", "calls": 1, "total": 900}


@pytest.fixture
def entry(qtbot, qapp):
    look.apply(qapp, look.DARK)
    made = PriceEntry()
    qtbot.addWidget(made)
    made.sent = []
    made.asked.connect(lambda verb, arguments: made.sent.append((verb, arguments)))
    made.open_for(Snapshot(unpriced=(Unpriced(vendor="openai", model="kimi-k4", calls=2, tokens=90),)))
    return made


def test_it_says_whom_it_concerns(entry):
    assert entry.model.currentText() == "kimi-k4  ·  openai"
    assert entry.concern.text() == "2 calls: 90 tokens"
    entry.show_waiting([HOUSE, KIMI])
    assert entry.model.currentText() == "kimi-k4  ·  openai"  # the choice stays
    assert entry.concern.text().startswith("12 calls since ")
    assert entry.concern.text().endswith(": 48.0k tokens (40.0k input, 8,000 output)")
    entry.show_waiting([])
    assert entry.concern.text() == "Every call has a price."
    assert not entry.save.isEnabled()


def test_a_price_by_keyboard_alone(entry, qtbot):
    entry.show_waiting([KIMI])
    assert not entry.save.isEnabled()
    qtbot.keyClicks(entry.fields["input"], "1.25")
    assert not entry.save.isEnabled()
    qtbot.keyClicks(entry.fields["output"], "10")
    assert entry.save.isEnabled()
    qtbot.keyClick(entry.fields["output"], Qt.Key.Key_Return)
    assert entry.sent == [
        ("set_price", {"model": "kimi-k4", "vendor": "openai", "rates": {"input": "1.25", "output": "10"}})
    ]
    assert not entry.save.isEnabled()  # until the answer has come
    assert entry.isVisible()
    with qtbot.waitSignal(entry.models_wanted):
        entry.show_outcome({"calls": 12, "pico": "4200", "message": "12 calls of kimi-k4 are now priced: $4.20."}, None)
    assert entry.outcome.text() == "12 calls of kimi-k4 are now priced: $4.20."
    assert entry.fields["input"].text() == ""
    qtbot.keyClick(entry, Qt.Key.Key_Escape)
    assert not entry.isVisible()


def test_another_model_by_keyboard_alone(entry, qtbot):
    entry.show_waiting([HOUSE])
    entry.show_known(["openai/gpt-5.5", "anthropic/claude-opus-5-5"])
    qtbot.keyClick(entry, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    entry.by_model.setChecked(True)
    assert not entry.fields["input"].isEnabled()
    qtbot.keyClicks(entry.other, "gpt")
    assert not entry.save.isEnabled()
    entry.other.setEditText("openai/gpt-5.5")
    qtbot.keyClick(entry.other, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(entry.sent))
    assert entry.sent == [("map_model", {"name": "azure/my-deployment", "to": "openai/gpt-5.5"})]
    refusal = Trouble(title="Nobody knows that model", message="It would stay unpriced.")
    entry.show_outcome(None, refusal)
    assert "Nobody knows that model" in entry.outcome.text()
    assert entry.other.currentText() == "openai/gpt-5.5"
    assert entry.save.isEnabled()
    entry.show_outcome({"calls": 0, "message": ""}, None)
    assert "from now on" in entry.outcome.text()


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("1.25", "1.25"),
        ("1,25", "1.25"),
        (" $2 ", "2"),
        ("0", "0"),
        ("1e2", "100"),
        ("1,250", None),
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("9999999", None),
        ("", None),
        ("much", None),
    ],
)
def test_what_is_typed_for_an_amount(typed, plain):
    assert usd(typed) == plain


def test_a_wrong_cached_price_cannot_be_saved(entry, qtbot):
    for name in ("input", "output"):
        entry.fields[name].setText("1")
    assert entry.save.isEnabled()
    entry.fields["cache_read"].setText("half")
    assert not entry.save.isEnabled()
    entry.fields["cache_read"].setText("0.5")
    entry.save.click()
    assert entry.sent[0][1]["rates"] == {"input": "1", "output": "1", "cache_read": "0.5"}


def test_everything_has_a_name_to_be_spoken(entry):
    spoken: dict[str, Any] = {}
    for widget in entry.findChildren(QWidget):
        if isinstance(widget, QLineEdit | QComboBox | QPushButton | QRadioButton) and widget.isVisibleTo(entry):
            if isinstance(widget.parentWidget(), QComboBox):
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            spoken[interface.text(QAccessible.Text.Name)] = widget
    assert "" not in spoken
    assert {"Input, USD per million tokens", "Cached input, USD per million tokens"} <= set(spoken)
    assert "The model that it is, vendor slash model" in spoken


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("state", ["price", "model", "done"])
def test_nothing_is_cut(qapp, qtbot, shots, dark, state):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    entry = PriceEntry()
    qtbot.addWidget(entry)
    entry.open_for(Snapshot())
    entry.show_waiting([KIMI, HOUSE])
    entry.show_known(["openai/gpt-5.5"])
    if state == "model":
        entry.by_model.setChecked(True)
        entry.other.setEditText("openai/gpt-5.5")
    else:
        entry.fields["input"].setText("1.25")
        entry.fields["output"].setText("10")
    if state == "done":
        entry.show_outcome({"calls": 12, "message": "12 calls of kimi-k4 since 3 Nov are now priced: $4.20."}, None)
    qapp.processEvents()
    entry.adjustSize()
    canvas = QPixmap(entry.size() * 2)
    canvas.setDevicePixelRatio(2)
    entry.render(canvas)
    assert canvas.save(str(shots / f"priceentry-{state}-{'dark' if dark else 'light'}.png"))
    visible = [w for w in entry.findChildren(QWidget) if w.isVisibleTo(entry)]
    assert all(w.geometry().bottom() <= w.parentWidget().height() for w in visible)
    for text in (entry.concern, entry.outcome):
        if text.isVisibleTo(entry):
            assert text.heightForWidth(text.width()) <= text.height()


# --- where it is found -----------------------------------------------------------------------------------------------


def with_news(day: Snapshot) -> Snapshot:
    return replace(
        day,
        today=replace(day.today, unpriced=2),
        unpriced=(Unpriced(vendor="openai", model="kimi-k4", calls=2, tokens=900),),
        notices=(Notice(title="Prices arrived", message="12 calls of R&D-1 are now priced: $4.20.", at_us=7),),
    )


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_the_popover_leads_there_and_tells_the_news(qapp, qtbot, day, shots, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    popover = Popover()
    qtbot.addWidget(popover)
    popover.show_view(View(link=Link.CONNECTED, snapshot=with_news(day)))
    popover.open(None)
    assert popover.price.text() == "S&et a price for kimi-k4…"
    assert popover.price.isVisibleTo(popover)
    (note,) = popover.findChildren(Note)
    assert note.message.text() == "12 calls of R&D-1 are now priced: $4.20."
    assert note.accessibleName().startswith("Prices arrived. ")
    canvas = QPixmap(popover.size() * 2)
    canvas.setDevicePixelRatio(2)
    popover.render(canvas)
    assert canvas.save(str(shots / f"popover-news-{'dark' if dark else 'light'}.png"))
    with qtbot.waitSignal(popover.price_asked):
        popover.price.click()
    with qtbot.waitSignal(popover.dismiss_asked) as dismissed:
        note.away.click()
    assert dismissed.args == [7]
    popover.show_view(View(link=Link.CONNECTED, snapshot=day))
    qtbot.waitUntil(lambda: not popover.price.isVisibleTo(popover))
    assert not note.isVisibleTo(popover)


def test_the_menu_leads_there(qapp, qtbot, day):
    menu = TrayMenu()
    menu.show_view(View(link=Link.CONNECTED, snapshot=day))
    menu.refresh()
    (action,) = [a for a in menu.menu.actions() if a.text().startswith(("S&et", "Set a pric"))]
    assert not action.isVisible()
    menu.show_view(View(link=Link.CONNECTED, snapshot=with_news(day)))
    menu.refresh()
    assert action.isVisible()
    assert action.text() == "S&et a price for kimi-k4…"
    assert any(a.text().startswith("Prices arrived: 12 calls of R&&D-1") for a in menu.menu.actions())
    with qtbot.waitSignal(menu.price_asked):
        action.trigger()
    menu.show_view(View(link=Link.DOWN, snapshot=with_news(day)))
    menu.refresh()
    assert not action.isVisible()
    menu.close()


def test_words():
    two = Snapshot(unpriced=(Unpriced(vendor="a", model="x"), Unpriced(vendor="b", model="y")))
    assert glance.unpriced(two) == "S&et prices for 2 models…"
    assert glance.unpriced(Snapshot()) == ""
    assert concern({**HOUSE, "tokens": {"cache_read": 900}}) == "1 call: 900 tokens (900 cached input)"
