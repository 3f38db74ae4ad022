"""The popover's rules: what each does, what it has brought, how well it works, and the two things to do about it.

Rules: a loss has the caution colour and the word; what rests says why; rows are kept and refilled; what does not fit is
counted.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from trayapp.choices import RuleView
from trayapp.desktop import choicewords, ruletext
from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import Paragraph, Text, Tone
from trayapp.desktop.money import Currency
from trayapp.snapshot import Snapshot
from trayapp.tongue import several, tr

ROWS: Final = 4


class RuleRow(QFrame):
    """One rule."""

    asked = Signal(str, object)
    removal = Signal(object)
    """This rule shall go."""

    def __init__(self) -> None:
        super().__init__()
        self._rule = RuleView(id="", text="")
        self.text = Text()
        self.sum = Text(Tone.DIM, size=0.92)
        self.notes = Paragraph(Tone.DIM, size=0.88)
        self.rest = Button(tr("rulerows", "Pause"), small=True)
        self.remove = Button(tr("rulerows", "Remove"), small=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.sum, 1)
        row.addWidget(self.rest)
        row.addWidget(self.remove)
        column.addWidget(self.text)
        column.addLayout(row)
        column.addWidget(self.notes)
        self.rest.clicked.connect(
            lambda: self.asked.emit("resume_rule" if self._rule.paused else "pause_rule", {"rule": self._rule.id})
        )
        self.remove.clicked.connect(lambda: self.removal.emit(self._rule))

    def show_rule(self, rule: RuleView, now_us: int, shown: Currency) -> None:
        """Show one rule."""
        self._rule = rule
        text, total = ruletext.rule(rule), choicewords.rule_sum(rule, shown)
        notes = choicewords.rule_notes(rule, now_us)
        self.text.show_text(text, Tone.DIM if rule.paused else Tone.TEXT)
        self.sum.show_text(total, Tone.OVER if rule.calls and rule.pico_saved < 0 else Tone.DIM)
        self.notes.show_text(notes)
        self.setToolTip(choicewords.rule_tip(rule, shown))
        rest = tr("rulerows", "Resume") if rule.paused else tr("rulerows", "Pause")
        if rest != self.rest.text():
            self.rest.setText(rest)
        self.remove.setVisible(rule.origin != "mode")  # what comes with the mode goes with it
        for button in (self.rest, self.remove):
            if button.accessibleName() != (name := f"{button.text()}: {text}"):
                button.setAccessibleName(name)
        spoken = ". ".join(filter(None, (text, total, notes)))
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)


class RuleRows(QWidget):
    """All rules of a snapshot, as far as there is room."""

    asked = Signal(str, object)
    removal = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RuleRow] = []
        self._more = Text(Tone.DIM, size=0.88)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._more)

    def show_rules(self, snapshot: Snapshot) -> bool:
        """Show what there is; whether there is anything."""
        rules = snapshot.choices.rules
        while len(self.rows) < min(len(rules), ROWS):
            row = RuleRow()
            row.asked.connect(self.asked)
            row.removal.connect(self.removal)
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        for i, row in enumerate(self.rows):
            row.setVisible(i < len(rules))
            if i < len(rules):
                row.show_rule(rules[i], snapshot.at_us, snapshot.shown)
        beyond = len(rules) - ROWS
        self._more.setVisible(beyond > 0)
        if beyond > 0:
            self._more.show_text(several("rulerows", "and %n more rule(s), in the icon's menu", beyond))
        return bool(rules)
