"""The tray menu's entries about notifications: whether they come, and putting them off.

Rules as in ``menu``: entries are made once, and only what differs is written; a click asks, and only what then holds is
marked. Until when a snooze lasts stands in the menu, also where it is closed.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from trayapp import shares
from trayapp.desktop import notifications
from trayapp.desktop.telling import Silence
from trayapp.tongue import tr


class SnoozeMenu(QObject):
    """A submenu in front of one of a menu's actions."""

    asked = Signal(str)
    """``notifications.ON``, ``HOUR`` or ``TOMORROW``."""

    def __init__(self, menu: QMenu, before: QAction, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._silence = Silence()
        self._menu = QMenu(menu)
        menu.insertMenu(before, self._menu)
        self._state = QAction("", self._menu)
        self._state.setEnabled(False)
        self._menu.addAction(self._state)
        self._menu.addSeparator()
        self._on = self._entry(tr("snoozemenu", "&On"), notifications.ON)
        self._on.setCheckable(True)
        self._entry(tr("snoozemenu", "Snooze &1 hour"), notifications.HOUR)
        self._entry(tr("snoozemenu", "Snooze until &tomorrow"), notifications.TOMORROW)
        self.show_silence(Silence(), 0)

    def show_silence(self, silence: Silence, now_us: int) -> None:
        """Write what is so."""
        self._silence = silence
        snoozed = silence.why == "snooze"
        title = tr("snoozemenu", "&Notifications")
        if snoozed:
            title = tr("snoozemenu", "&Notifications ({state})", state=state(silence, now_us))
        for action, text in ((self._menu.menuAction(), title), (self._state, f"● {state(silence, now_us)}")):
            if action.text() != text:
                action.setText(text)
        if self._on.isChecked() == snoozed:
            self._on.setChecked(not snoozed)

    def _entry(self, text: str, how: str) -> QAction:
        entry = QAction(text, self._menu)
        entry.triggered.connect(partial(self._ask, how))
        self._menu.addAction(entry)
        return entry

    def _ask(self, how: str) -> None:
        # The click has toggled the mark by itself; only what holds then says whether it is true.
        self._on.setChecked(self._silence.why != "snooze")
        self.asked.emit(how)


def state(silence: Silence, now_us: int) -> str:
    """ "snoozed until 16:40", "quiet until 7:00", "on"."""
    at = shares.when(silence.until_us // 10**6, now_us) if silence.until_us else ""
    match silence.why:
        case "snooze":
            return tr("snoozemenu", "snoozed until {at}", at=at)
        case "quiet":
            return tr("snoozemenu", "quiet hours until {at}", at=at)
        case "busy":
            return tr("snoozemenu", "held back: the desktop asks for quiet")
        case "none":
            return tr("snoozemenu", "off in the settings")
        case "important":
            return tr("snoozemenu", "important ones only")
        case _:
            return tr("snoozemenu", "on")
