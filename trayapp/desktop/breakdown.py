"""The popover's breakdown: where today's money went, by model, tool or project.

Rules: the dearest first, at most ``BARS``, the rest summed in a line; a slice without a price says so; rows are kept
and refilled.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from trayapp.desktop import money
from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import BarRow, Text, Tone
from trayapp.snapshot import Slice, Snapshot

BARS: Final = 6
BREAKDOWNS: Final = (("model", "&Model"), ("tool", "&Tool"), ("project", "P&roject"))


class Breakdown(QWidget):
    """Bars of one kind, and the buttons that choose which."""

    turned = Signal()
    """The user wants another kind."""

    def __init__(self) -> None:
        super().__init__()
        self.by = "model"
        self._bars = [BarRow() for _ in range(BARS)]
        self._more = Text(Tone.DIM, size=0.88)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        column.addLayout(self._build_choice())
        for bar in self._bars:
            column.addWidget(bar)
        column.addWidget(self._more)

    def show_slices(self, snapshot: Snapshot, *, brief: bool = False) -> bool:
        """Show today's slices, half as many when ``brief``; whether there are any."""
        most = BARS // 2 if brief else BARS
        slices = {"model": snapshot.by_model, "tool": snapshot.by_tool, "project": snapshot.by_project}[self.by]
        ordered = sorted(slices, key=lambda part: (-part.pico, -part.calls, part.name))
        dearest = max((part.pico for part in ordered), default=0)
        for i, bar in enumerate(self._bars):
            bar.setVisible(i < min(len(ordered), most))
            if i < len(ordered):
                part = ordered[i]
                share = part.pico / dearest if dearest > 0 else 0.0
                bar.show_bar(part.name or f"unknown {self.by}", money.of_slice(part, snapshot.shown), share)
                bar.setToolTip(_tip(part))
        rest = ordered[most:]
        self._more.setVisible(bool(rest))
        if rest:
            others = money.dollars(sum(part.pico for part in rest), shown=snapshot.shown)
            self._more.show_text(f"and {len(rest)} more · {others}")
        return bool(ordered)

    def _build_choice(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        label = Text(bold=True)
        label.show_text("Today by")
        row.addWidget(label, 1)
        self.choice = QButtonGroup(self)
        for name, text in BREAKDOWNS:
            button = Button(text, small=True, checkable=True)
            button.setObjectName(name)
            button.setAccessibleName(f"Today by {name}")
            button.setChecked(name == self.by)
            self.choice.addButton(button)
            row.addWidget(button)
        self.choice.buttonClicked.connect(lambda button: self.turn(button.objectName()))
        return row

    def turn(self, by: str) -> None:
        """Break down by ``model``, ``tool`` or ``project`` from now on."""
        self.by = by
        self.turned.emit()


def _tip(part: Slice) -> str:
    text = f"{money.plural(part.calls, 'call')} · {money.plural(part.tokens, 'token')}"
    return f"{text} · {money.count(part.unpriced)} without a price" if part.unpriced else text
