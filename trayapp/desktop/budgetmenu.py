"""The tray menu's entries about budgets: letting calls through for an hour, and taking that back.

It is complete by itself, because on GNOME the menu is all there is. Rules as in ``menu``: entries are made when they
are first needed, kept, refilled and hidden.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from trayapp.budgetviews import BudgetView
from trayapp.desktop import budgettext
from trayapp.snapshot import Snapshot


class BudgetMenu(QObject):
    """The entries of one ``QMenu``, in front of one of its actions."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""

    def __init__(self, menu: QMenu, before: QAction, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._menu = menu
        self._before = before
        self._held: tuple[BudgetView, ...] = ()
        self._entries: list[QAction] = []

    def show_budgets(self, snapshot: Snapshot | None) -> bool:
        """Write what is so; ``None``: nothing is known now. Whether there is an entry."""
        now_us = snapshot.at_us if snapshot is not None else 0
        self._held = budgettext.held(snapshot.budgets.budgets, now_us) if snapshot is not None else ()
        while len(self._entries) < len(self._held):
            entry = QAction("", self._menu)
            entry.triggered.connect(partial(self._answer, len(self._entries)))
            self._menu.insertAction(self._before, entry)
            self._entries.append(entry)
        for i, entry in enumerate(self._entries):
            # An ampersand in a name is no shortcut.
            text = budgettext.entry(self._held[i], now_us).replace("&", "&&") if i < len(self._held) else ""
            if text and text != entry.text():
                entry.setText(text)
            if entry.isVisible() != bool(text):
                entry.setVisible(bool(text))
        return bool(self._held)

    def _answer(self, index: int) -> None:
        if index < len(self._held):
            self.asked.emit("override_budget", budgettext.asks(self._held[index]))
