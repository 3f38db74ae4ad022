"""The popover's budgets: today's bar with what lies ahead, and a bar for each of the others.

Everything that draws them lives here; ``budgettext`` has the words. Rules: today's bar runs with the running calls,
the others with the engine's looks; the tightest come first and what does not fit is counted; a notch is the usual
pace; without an engine only today's bar is left, since it is known to be old.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.budgetviews import BudgetView
from trayapp.desktop import budgettext, money
from trayapp.desktop.gauges import BarRow, Paragraph, Tone
from trayapp.snapshot import Snapshot
from trayapp.tongue import several, tr

ROWS: Final = 3


class BudgetRows(QWidget):
    """All budgets of a snapshot, as far as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.today = BarRow()
        self.ahead = Paragraph(Tone.DIM, size=0.88)
        self.rows: list[BarRow] = []
        self.more = Paragraph(Tone.DIM, size=0.88)
        self._most = ROWS
        self._further: tuple[BudgetView, ...] = ()
        self._first = QVBoxLayout()
        self._first.setSpacing(2)
        self._first.addWidget(self.today)
        self._first.addWidget(self.ahead)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(7)
        self._column.addLayout(self._first)
        self._column.addWidget(self.more)

    def show_budgets(self, snapshot: Snapshot, *, live: bool) -> bool:
        """Show what is known; whether there is anything."""
        limit = snapshot.budget_day_pico
        self.today.setVisible(bool(limit))
        if limit:
            share = (snapshot.today.pico + (snapshot.running_pico if live else 0)) / limit
            percent = money.percent(int(share * 100)) if share < 100 else f"> {money.percent(9_999)}"
            told = tr("popover", "{share} of {budget}", share=percent, budget=money.budget(limit))
            self.today.show_bar(tr("popover", "Today"), told, share, tone(share), snapshot.pace)
        today = budgettext.todays(snapshot) if live and limit else None
        self.ahead.show_text("" if today is None else budgettext.ahead(today, snapshot.at_us))
        self._further = budgettext.further(snapshot) if live else ()
        self._show_further(snapshot.at_us)
        return bool(limit or self._further)

    def show_brief(self, now_us: int, *, brief: bool) -> None:
        """Show only the tightest of the others when there is little room."""
        most = 1 if brief else ROWS
        if most != self._most:
            self._most = most
            self._show_further(now_us)

    def _show_further(self, now_us: int) -> None:
        views = self._further[: self._most]
        while len(self.rows) < len(views):
            self.rows.append(BarRow())
            self._column.insertWidget(len(self.rows), self.rows[-1])
        for i, row in enumerate(self.rows):
            row.setVisible(i < len(views))
            if i < len(views):
                _show(row, views[i], now_us)
        beyond = len(self._further) - len(views)
        self.more.show_text(several("budgetrows", "and %n more budget(s)", beyond) if beyond > 0 else "")


def tone(share: float | None) -> Tone:
    """How alarming a used share is."""
    if share is None:
        return Tone.DIM
    return Tone.OVER if share >= 1 else Tone.WARN if share >= 0.8 else Tone.OK


def _show(row: BarRow, view: BudgetView, now_us: int) -> None:
    row.show_bar(budgettext.name(view), budgettext.used(view), view.share or 0.0, tone(view.share), view.pace)
    ahead = budgettext.ahead(view, now_us)
    if ahead != row.toolTip():
        row.setToolTip(ahead)
        row.gauge.setAccessibleDescription(ahead)
