"""What budgets do just now, in the popover: a caution card for each that stops, a line for what is quieter.

Rules: a stop says until when and which budget, and its button lets calls through for an hour; what was lifted can be
taken back; a click asks the engine, and only its answer changes what is shown. Cards are made when first wanted.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from trayapp.budgetviews import BudgetView
from trayapp.desktop import budgettext, look
from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import Paragraph, Tone
from trayapp.snapshot import Snapshot
from trayapp.tongue import several, tr

CARDS: Final = 3


class BudgetCard(QFrame):
    """One budget that does something, or was lifted."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""

    def __init__(self, *, stops: bool) -> None:
        super().__init__()
        self._view = BudgetView(name="")
        self._stops = stops
        self.title = Paragraph(Tone.ALERT if stops else Tone.TEXT, size=1.0 if stops else 0.92, bold=stops)
        self.message = Paragraph(Tone.ALERT)
        self.answer = Button("", small=not stops)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 9 if stops else 4, 10 if stops else 4, 9 if stops else 4)
        grid.setVerticalSpacing(3)
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(0, 1)
        if stops:
            grid.addWidget(self.title, 0, 0)
            grid.addWidget(self.message, 1, 0)
            grid.setRowMinimumHeight(2, 3)
            grid.addWidget(self.answer, 3, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            grid.addWidget(self.title, 0, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self.answer, 0, 1, Qt.AlignmentFlag.AlignVCenter)
            self.message.hide()
        self.answer.clicked.connect(self._answer)

    def show_budget(self, view: BudgetView, now_us: int) -> None:
        """Show one budget."""
        self._view = view
        title = budgettext.stops(view, now_us) if self._stops else budgettext.quiet(view, now_us)
        message = budgettext.why(view) if self._stops else ""
        self.title.show_text(title)
        self.message.show_text(message)
        answer = budgettext.answer(view)
        if answer != self.answer.text():
            self.answer.setText(answer)
        if (named := f"{answer}: {budgettext.name(view)}") != self.answer.accessibleName():
            self.answer.setAccessibleName(named)
        spoken = f"{tr('gauges', 'Alert')}. {title}. {message}" if self._stops else title
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)

    def _answer(self) -> None:
        self.asked.emit("override_budget", budgettext.asks(self._view))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A stop has the ground and the edge of a trouble; anything else a quiet ground."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.alert if self._stops else colours.card))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        if self._stops:
            painter.setBrush(QColor(colours.over))
            painter.drawRoundedRect(QRectF(0, 0, 4, self.height()), 2, 2)


class BudgetCards(QWidget):
    """All of a snapshot, stops first."""

    asked = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.stops: list[BudgetCard] = []
        self.lines: list[BudgetCard] = []
        self._more = Paragraph(Tone.DIM, size=0.88)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(7)
        self._column.addWidget(self._more)

    def show_budgets(self, snapshot: Snapshot) -> bool:
        """Show what there is; whether there is anything."""
        held = budgettext.held(snapshot.budgets.budgets, snapshot.at_us)
        stops = [view for view in held[:CARDS] if view.stopped]
        self._show(self.stops, stops, snapshot.at_us, stops=True)
        self._show(self.lines, [view for view in held[:CARDS] if not view.stopped], snapshot.at_us, stops=False)
        beyond = len(held) - CARDS
        self._more.show_text(
            several("budgetcards", "and %n more budget(s), in the icon's menu", beyond) if beyond > 0 else ""
        )
        return bool(held)

    def _show(self, cards: list[BudgetCard], views: list[BudgetView], now_us: int, *, stops: bool) -> None:
        while len(cards) < len(views):
            card = BudgetCard(stops=stops)
            card.asked.connect(self.asked)
            self._column.insertWidget(len(self.stops) + (0 if stops else len(self.lines)), card)
            cards.append(card)
        for i, card in enumerate(cards):
            card.setVisible(i < len(views))
            if i < len(views):
                card.show_budget(views[i], now_us)
