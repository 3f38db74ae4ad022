"""The tray menu's lines about the team: how it stands, and its pools.

It is complete by itself, because on GNOME the menu is all there is. Rules as in ``menu``: lines are made when they are
first needed, kept, refilled and hidden.
"""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from trayapp.desktop import teamtext
from trayapp.snapshot import Snapshot

_MOST = 3


class TeamMenu:
    """The lines of one ``QMenu``, in front of one of its actions."""

    def __init__(self, menu: QMenu, before: QAction) -> None:
        self._menu = menu
        self._before = before
        self.lines: list[QAction] = []

    def show_team(self, snapshot: Snapshot | None) -> None:
        """Write what is so; ``None``: nothing is known now."""
        view = None if snapshot is None else snapshot.team
        texts = []
        if view is not None:
            texts = [teamtext.line(view)]
            texts += [f"{teamtext.pool_name(each)}: {teamtext.pool_used(each)}" for each in view.pools[: _MOST - 1]]
        while len(self.lines) < len(texts):
            line = QAction("", self._menu)
            line.setEnabled(False)
            self._menu.insertAction(self._before, line)
            self.lines.append(line)
        for i, line in enumerate(self.lines):
            text = texts[i].replace("&", "&&") if i < len(texts) else ""
            if text and text != line.text():
                line.setText(text)
            if line.isVisible() != bool(text):
                line.setVisible(bool(text))
