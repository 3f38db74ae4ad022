"""The tray's menu: the whole glance as text, and what can be done about it.

It is complete by itself, because on GNOME it is what a click opens. The actions are made once and their texts
changed, so that hosts which read the layout over D-Bus without announcing themselves (no ``AboutToShow``) see what
is true, and a menu that is open does not jump. Slots of lines (alerts, status, slices) are hidden when not needed.
"""

from __future__ import annotations

import time
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu

from trayapp.desktop import glance, look
from trayapp.desktop.view import View
from trayapp.snapshot import Snapshot
from trayapp.tongue import tr

if TYPE_CHECKING:
    from trayapp.desktop.budgetmenu import BudgetMenu
    from trayapp.desktop.modelsmenu import ModelsMenu
    from trayapp.desktop.snoozemenu import SnoozeMenu
    from trayapp.desktop.teammenu import TeamMenu
    from trayapp.desktop.telling import Silence

_ALERTS = 6
_STATUS = 18
_SLICES = 12


class TrayMenu(QObject):
    """A ``QMenu`` that shows one ``View``."""

    show_asked = Signal()
    pause_asked = Signal()
    price_asked = Signal()
    tools_asked = Signal()
    week_asked = Signal()
    """The last week shall be seen."""
    asked = Signal(str, object)
    """A verb of the engine about cheaper models or a budget, and its arguments."""
    snooze_asked = Signal(str)
    """How notifications are to come from now on (``notifications.ON`` …)."""
    quit_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = View()
        self._text: glance.MenuText | None = None
        self.menu = QMenu()
        self.menu.setTitle("Spendlight")
        self.menu.setToolTipsVisible(True)
        self._alerts = [self._line(self.menu) for _ in range(_ALERTS)]
        self._alerts_end = self.menu.addSeparator()
        self._status = [self._line(self.menu) for _ in range(_STATUS)]
        self.menu.addSeparator()
        self._tools = self.menu.addMenu(tr("menu", "Today by tool"))
        self._tool_lines = [self._line(self._tools) for _ in range(_SLICES)]
        self._models = self.menu.addMenu(tr("menu", "Today by model"))
        self._model_lines = [self._line(self._models) for _ in range(_SLICES)]
        self._sessions = self.menu.addMenu(tr("menu", "Sessions"))
        self._session_lines = [self._line(self._sessions) for _ in range(_SLICES)]
        self._choices: ModelsMenu | None = None
        self._budgets: BudgetMenu | None = None
        self._team: TeamMenu | None = None
        self.menu.addSeparator()
        self._choices_end = self.menu.addSeparator()
        self._show = self._action(tr("menu", "&Show details"), self.show_asked)
        self._week = self._action("", self.week_asked)
        self._week.setVisible(False)
        self._price = self._action(tr("menu", "S&et a price…"), self.price_asked)
        self._price.setVisible(False)
        self._connect = self._action(tr("menu", "&Connect tools…"), self.tools_asked)
        self._pause = self._action("", self.pause_asked)
        self._pause.setCheckable(True)
        self._pause.setToolTip(tr("menu", "Calls pass without being read; each is still one unmetered row."))
        self._snooze: SnoozeMenu | None = None
        self._snooze_end = self.menu.addSeparator()
        self._quit = self._action(tr("menu", "&Quit the tray (metering goes on)"), self.quit_asked)
        self._stop = self._action(tr("menu", "S&top everything…"), self.stop_asked)
        self.menu.setDefaultAction(self._show)
        self.menu.aboutToShow.connect(self.refresh)
        self.refresh()

    def show_view(self, view: View) -> None:
        """Take in a new view; ``refresh`` (or opening the menu) writes it."""
        self._view = view

    def refresh(self) -> None:
        """Write what is known into the menu; nothing is touched that is right already."""
        text = glance.menu(self._view)
        # A click has toggled the mark by itself; only the engine says whether it is true.
        if self._pause.isChecked() != text.paused:
            self._pause.setChecked(text.paused)
        self._show_choices(self._view.snapshot if self._view.live else None)
        self._show_team(self._view.snapshot if self._view.live else None)
        held = self._show_budgets(self._view.snapshot if self._view.live else None)
        if self._alerts_end.isVisible() != (held or bool(text.alerts)):
            self._alerts_end.setVisible(held or bool(text.alerts))
        if text == self._text:
            return
        self._text = text
        _fill(self._alerts, text.alerts)
        for line, alert in zip(self._alerts, text.alerts, strict=False):
            _mark(line, _alert_mark() if alert.startswith(glance.ALERT) else QIcon())
        _fill(self._status, text.status)
        _fill(self._tool_lines, text.by_tool)
        for line, tool in zip(self._tool_lines, text.tools, strict=False):
            _mark(line, _tool_icon(tool))
        _fill(self._model_lines, text.by_model)
        _fill(self._session_lines, text.by_session)
        self._tools.menuAction().setVisible(bool(text.by_tool))
        self._models.menuAction().setVisible(bool(text.by_model))
        self._sessions.menuAction().setVisible(bool(text.by_session))
        self._week.setVisible(bool(text.week))
        if text.week:
            self._week.setText(text.week)
        self._price.setVisible(bool(text.price))
        if text.price:
            self._price.setText(text.price)
        self._pause.setText(text.pause)
        self._pause.setEnabled(text.can_pause)

    def _show_choices(self, snapshot: Snapshot | None) -> None:
        """Cheaper models; made when an engine first says something."""
        if self._choices is None and snapshot is not None:
            from trayapp.desktop.modelsmenu import ModelsMenu

            self._choices = ModelsMenu(self.menu, self._choices_end, self)
            self._choices.asked.connect(self.asked)
        if self._choices is not None:
            self._choices.show_choices(snapshot)
        if self._choices_end.isVisible() != (snapshot is not None):
            self._choices_end.setVisible(snapshot is not None)

    def _show_budgets(self, snapshot: Snapshot | None) -> bool:
        """What budgets do; made when there is first a budget."""
        if self._budgets is None:
            if snapshot is None or not snapshot.budgets.budgets:
                return False
            from trayapp.desktop.budgetmenu import BudgetMenu

            self._budgets = BudgetMenu(self.menu, self._alerts_end, self)
            self._budgets.asked.connect(self.asked)
        return self._budgets.show_budgets(snapshot)

    def _show_team(self, snapshot: Snapshot | None) -> None:
        """The team; made when there is first one."""
        if self._team is None:
            if snapshot is None or snapshot.team is None:
                return
            from trayapp.desktop.teammenu import TeamMenu

            self._team = TeamMenu(self.menu, self._tools.menuAction())
        self._team.show_team(snapshot)

    def popup(self, at: QPoint) -> None:
        """Open it at a place of the screen."""
        self.menu.popup(at)

    def show_silence(self, silence: Silence) -> None:
        """Whether notifications come; the entries are made when that is first known."""
        if self._snooze is None:
            from trayapp.desktop.snoozemenu import SnoozeMenu

            self._snooze = SnoozeMenu(self.menu, self._snooze_end, self)
            self._snooze.asked.connect(self.snooze_asked)
        self._snooze.show_silence(silence, time.time_ns() // 1000)

    def close(self) -> None:
        """Give the menu back."""
        self.menu.deleteLater()

    def _line(self, menu: QMenu) -> QAction:
        action = QAction("", menu)
        action.setEnabled(False)
        action.setVisible(False)
        menu.addAction(action)
        return action

    def _action(self, text: str, asked: object) -> QAction:
        action = QAction(text, self.menu)
        action.triggered.connect(asked)
        self.menu.addAction(action)
        return action


def _fill(lines: list[QAction], texts: tuple[str, ...]) -> None:
    for i, line in enumerate(lines):
        if i < len(texts):
            # An ampersand in a name is no shortcut.
            text = texts[i].replace("&", "&&")
            if line.text() != text:
                line.setText(text)
        if line.isVisible() != (i < len(texts)):
            line.setVisible(i < len(texts))


def _mark(line: QAction, icon: QIcon) -> None:
    if line.icon().cacheKey() != icon.cacheKey():
        line.setIcon(icon)


@cache
def _alert_mark() -> QIcon:
    from trayapp.desktop import symbols

    return QIcon(symbols.of_state("over", look.LIGHT.over, 16, 2.0))


@lru_cache(maxsize=64)
def _tool_icon(tool: str) -> QIcon:
    from trayapp.desktop import symbols

    return QIcon(symbols.of_tool(tool, symbols.MIDDLE, 16, 2.0))
