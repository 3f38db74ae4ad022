"""Every text of the tray goes through the translation: in a tongue that marks them, none is without."""

from __future__ import annotations

import pytest
from desktop_faces import STATES, entry_of, menu_of, popover_of
from desktop_tongues import marking, unmarked, words
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from trayapp.desktop import crash, glance
from trayapp.desktop.farewell import Farewell
from trayapp.desktop.view import Link, View
from trayapp.snapshot import (
    Snapshot,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")

UNITS = {"min", "USD"}


def said(window: QWidget) -> set[str]:
    """All that a window shows or has a screen reader say."""
    found = {window.windowTitle()}
    for widget in (window, *window.findChildren(QWidget)):
        if not widget.isVisibleTo(window):
            continue
        found |= {widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()}
        if isinstance(widget, QLabel | QAbstractButton):
            found.add(widget.text())
        if isinstance(widget, QLineEdit):
            found.add(widget.placeholderText())
    return found


def said_by_menu(menu: QMenu) -> set[str]:
    """A text for each menu, since one sentence may take several entries; and the tooltips."""
    found: set[str] = set()
    for one in (menu, *menu.findChildren(QMenu)):
        shown = [action for action in one.actions() if action.isVisible()]
        found.add(" ".join(action.text() for action in shown))
        found |= {action.toolTip() for action in shown if action.toolTip() != action.text()}
    return found


def names(snapshot: Snapshot | None) -> set[str]:
    """The words of a snapshot that are names."""
    found = {"Spendlight", "Claude", "ChatGPT", "OpenAI", "Copilot", *UNITS}
    if snapshot is not None:
        parts = [part.name for part in (*snapshot.by_model, *snapshot.by_tool, *snapshot.by_project)]
        parts += [part for each in snapshot.by_session for part in (each.tool, each.project)]
        parts += [part for call in snapshot.live for part in (call.tool, call.vendor, call.model)]
        parts += [part for rule in snapshot.choices.rules for part in (rule.asked, rule.model)]
        parts += [part for each in snapshot.choices.menu for part in (each.asked, each.tool)]
        parts += [option.model for each in snapshot.choices.menu for option in each.options]
        parts += [window.name for window in snapshot.windows]
        parts += [each.scope.partition(":")[2] for each in snapshot.budgets.budgets]
        for part in parts:
            found |= words(part)
    return found


def strangers(texts: set[str], known: set[str]) -> dict[str, str]:
    """The texts that hold words which no translation has seen."""
    return {text: unmarked(text) for text in texts if words(unmarked(text)) - known}


@pytest.mark.parametrize("state", STATES)
def test_all_that_the_popover_says_can_be_translated(qapp, qtbot, views, tmp_path, state):
    view = views[state]
    with marking(qapp, tmp_path):
        made = popover_of(qtbot, view, state)
        made.grab()
        assert strangers(said(made), names(view.snapshot)) == {}
        assert any("⟦" in text for text in said(made))
        assert strangers({glance.tooltip(view)}, names(view.snapshot)) == {}
        made.close()


def test_all_that_the_menu_says_can_be_translated(qapp, rich, tmp_path):
    with marking(qapp, tmp_path):
        made = menu_of(rich)
        assert strangers(said_by_menu(made.menu), names(rich)) == {}
        made.close()


def test_all_that_the_windows_say_can_be_translated(qapp, qtbot, tmp_path, tools, profile):
    """But for what the rooms of the tools say: their titles, ways and notes."""
    with marking(qapp, tmp_path):
        entry = entry_of(qtbot)
        assert strangers(said(entry), {"kimi", "openai", "azure", "gpt", "Close", *UNITS}) == {}
        entry.close()
        window = tools()
        theirs = {window.notes.text(), *(window.mode.itemText(i) for i in range(window.mode.count()))}
        assert strangers(said(window) - theirs, {"Claude", "Code"}) == {}
        rows = {
            window.list.item(row).text().partition("\n")[2].partition(" (")[0] for row in range(window.list.count())
        }
        assert strangers(rows, set()) == {}
        window.close()
        made = Farewell(profile)
        qtbot.addWidget(made.box)
        made.ask()
        assert strangers({*said(made.box), made.box.informativeText()}, {"Spendlight", "Cancel"}) == {}
        made.box.close()


def test_troubles_of_the_desktop_itself_are_translated(qapp, tmp_path):
    told = []
    with marking(qapp, tmp_path):
        before = crash.sys.excepthook, crash.threading.excepthook, crash.sys.unraisablehook
        try:
            crash.install(tmp_path, told.append)
            crash.sys.excepthook(ValueError, ValueError(), None)
        finally:
            crash.sys.excepthook, crash.threading.excepthook, crash.sys.unraisablehook = before
        for link in (Link.DOWN, Link.RELAYING):
            told += View(link=link).troubles()
    for trouble in told:
        assert all("⟦" in part for part in (trouble.title, trouble.message, trouble.fix))
