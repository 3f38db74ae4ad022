"""The suggestion's card: one proposal with its proof, one button that does it, one that puts it off.

Rules: what is estimated says so; what is unproven says so; more than two sentences of proof wait behind "Why?"; a click
counts once, until the engine has answered.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from trayapp.choices import Suggestion
from trayapp.desktop import choicewords, look, ruletext
from trayapp.desktop.buttons import Button, MainButton
from trayapp.desktop.gauges import Paragraph, Tone
from trayapp.desktop.money import Currency
from trayapp.tongue import tr

LINES: Final = 2
"""Sentences of proof that are shown unasked."""


class SuggestionCard(QFrame):
    """Shows one suggestion."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""
    resized = Signal()
    """More or less of the proof is shown now."""

    def __init__(self) -> None:
        super().__init__()
        self._id = ""
        self._answered = ""
        self._proof: tuple[str, ...] = ()
        self._most = LINES
        self.because = Paragraph(Tone.WARNING)
        self.title = Paragraph(Tone.TEXT, bold=True)
        self.worth = Paragraph(Tone.OK)
        self._lines: list[Paragraph] = []
        self.action = MainButton("")
        self.later = Button(choicewords.not_now())
        self.why = Button(tr("card", "Why?"), small=True, checkable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 11)
        column.setSpacing(3)
        column.addWidget(self.because)
        column.addWidget(self.title)
        column.addWidget(self.worth)
        self._column = QVBoxLayout()
        self._column.setSpacing(5)
        column.addLayout(self._column)
        column.addSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.action)
        row.addWidget(self.later)
        row.addStretch(1)
        row.addWidget(self.why)
        column.addLayout(row)
        self.action.clicked.connect(lambda: self._answer("accept_suggestion"))
        self.later.clicked.connect(lambda: self._answer("decline_suggestion"))
        self.why.toggled.connect(self._disclose)

    def show_suggestion(self, suggestion: Suggestion, shown: Currency, because: str = "") -> None:
        """Show one; ``because``: why just now."""
        if suggestion.id != self._id:
            self._id = suggestion.id
            self.why.setChecked(False)
        title, worth = ruletext.title(suggestion), choicewords.worth(suggestion, shown)
        self._proof = ruletext.proof(suggestion, shown)
        self.because.show_text(because)
        self.title.show_text(title)
        self.worth.show_text(worth)
        self._show_proof()
        action = choicewords.action(suggestion)
        if action != self.action.text():
            self.action.setText(action)
        why = tr("card", "Why {title}", title=title)
        names = (f"{action}: {title}", f"{self.later.text()}: {title}", why)
        for button, name in zip((self.action, self.later, self.why), names, strict=True):
            if button.accessibleName() != name:
                button.setAccessibleName(name)
        said = " ".join(filter(None, (because, title)))
        spoken = f"{tr('card', 'Suggestion')}. {said} {worth}. {' '.join(self._proof)}"
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)

    def show_brief(self, *, brief: bool) -> None:
        """Show less of the proof unasked when there is little room."""
        most = 1 if brief else LINES
        if most != self._most:
            self._most = most
            self._show_proof()

    def answer_again(self) -> None:
        """What was clicked could not be done; it may be clicked again."""
        self._answered = ""

    def _answer(self, verb: str) -> None:
        if self._answered != self._id:
            self._answered = self._id
            self.asked.emit(verb, {"suggestion": self._id})

    def _disclose(self) -> None:
        self._show_proof()
        self.resized.emit()

    def _show_proof(self) -> None:
        more = len(self._proof) > self._most
        if self.why.isHidden() == more:
            self.why.setVisible(more)
        lines = self._proof if self.why.isChecked() else self._proof[: self._most]
        while len(self._lines) < len(lines):
            self._lines.append(Paragraph(Tone.DIM))
            self._column.addWidget(self._lines[-1])
        for i, line in enumerate(self._lines):
            line.show_text(lines[i] if i < len(lines) else "")

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A quiet ground with an edge in the calm colour."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
