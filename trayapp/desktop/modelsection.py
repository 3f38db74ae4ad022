"""The popover's section on cheaper models: what the rules have saved, the rules, the mode, and the way out.

Rules: one line when there is nothing to say, more on a click; a loss is said in words and has the caution colour; a
click asks the engine, and only its answer changes what is shown.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from trayapp.choices import Choices
from trayapp.desktop import choicewords
from trayapp.desktop.buttons import Button, Segments, Switch
from trayapp.desktop.gauges import Text, Tone
from trayapp.desktop.rulerows import RuleRows
from trayapp.snapshot import Snapshot
from trayapp.tongue import tr


class ModelSection(QWidget):
    """Shows a snapshot's ``Choices`` but for what is offered."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""
    removal = Signal(object)
    """A ``RuleView`` is about to be removed."""
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._snapshot = Snapshot()
        self._opened: bool | None = None
        self._title = Text(bold=True)
        self._title.show_text(tr("modelsection", "Models"))
        self.saved = Text(Tone.DIM, right=True)
        self.more = Button("", small=True)
        self.rules = RuleRows()
        self._all = QWidget()
        self.mode = Segments(
            tr("modelsection", "Mode"), tuple((key, name, tip) for key, name, _, tip in choicewords.modes())
        )
        self.asis = Switch(choicewords.asis(Choices(), 0))
        self.asis.setToolTip(choicewords.asis_tip())
        self.asis.setAccessibleDescription(choicewords.asis_tip())
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title, 1)
        head.addWidget(self.saved)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._all)
        inner = QVBoxLayout(self._all)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(self.rules)
        inner.addWidget(self.mode)
        inner.addWidget(self.asis)
        self.more.clicked.connect(self._turn)
        self.mode.picked.connect(self._pick)
        self.asis.flipped.connect(self._switch)
        self.rules.asked.connect(self.asked)
        self.rules.removal.connect(self._remove)

    def show_choices(self, snapshot: Snapshot, *, brief: bool = False) -> None:
        """Show what is so now; ``brief``: in one line, unless the user has opened it."""
        self._snapshot = snapshot
        choices, shown = snapshot.choices, snapshot.shown
        week, tip = choicewords.this_week(choices, shown), choicewords.week_tip(choices, shown)
        lost = choices.pico_saved_week is not None and choices.pico_saved_week < 0
        self.saved.show_text(week or choicewords.mode_name(choices.mode), Tone.OVER if lost else Tone.DIM)
        if tip != self.toolTip():
            self.setToolTip(tip)
            self.saved.setAccessibleDescription(tip)
        self.rules.setVisible(self.rules.show_rules(snapshot))
        self.mode.show_choice(choices.mode)
        self._show_asis()
        opened = choicewords.telling(choices) and not brief if self._opened is None else self._opened
        self._all.setVisible(opened)
        self.more.setText(tr("modelsection", "Less") if opened else tr("modelsection", "More"))
        self.more.setAccessibleName(
            tr("modelsection", "Models: show less") if opened else tr("modelsection", "Models: show mode and rules")
        )

    def _show_asis(self) -> None:
        choices = self._snapshot.choices
        self.asis.setText(choicewords.asis(choices, self._snapshot.at_us))
        self.asis.show_state(on=choices.asis)

    def _turn(self) -> None:
        self._opened = self._all.isHidden()
        self.resized.emit()

    def _pick(self, mode: str) -> None:
        self.mode.show_choice(self._snapshot.choices.mode)
        if mode != self._snapshot.choices.mode:
            self.asked.emit("set_mode", {"mode": mode})

    def _switch(self) -> None:
        self._show_asis()
        self.asked.emit("asis", {"on": not self._snapshot.choices.asis})

    def _remove(self, rule: object) -> None:
        self.removal.emit(rule)
        self.asked.emit("remove_rule", {"rule": getattr(rule, "id", "")})
