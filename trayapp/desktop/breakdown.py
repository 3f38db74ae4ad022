"""The popover's breakdown: where today's money went, by model, tool, project or session.

Rules: the dearest first, at most ``BARS``, the rest summed in a line; a slice without a price says so; rows are kept
and refilled.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from trayapp.desktop import money, sessionwords
from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import BarRow, Text, Tone
from trayapp.snapshot import Slice, Snapshot
from trayapp.tongue import mark, several, tr

BARS: Final = 6
BREAKDOWNS: Final = (
    ("model", mark("breakdown", "&Model"), mark("breakdown", "Today by model"), mark("breakdown", "unknown model")),
    ("tool", mark("breakdown", "&Tool"), mark("breakdown", "Today by tool"), mark("breakdown", "unknown tool")),
    (
        "project",
        mark("breakdown", "Pro&ject"),
        mark("breakdown", "Today by project"),
        mark("breakdown", "unknown project"),
    ),
    (
        "session",
        mark("breakdown", "Sess&ion"),
        mark("breakdown", "Today by session"),
        mark("breakdown", "unknown session"),
    ),
)
"""What can be broken down: its key, its button, its whole name, and what a part without a name is called."""


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
        ordered = _ordered(self.by, snapshot)
        unnamed = next(tr("breakdown", none) for key, *_, none in BREAKDOWNS if key == self.by)
        dearest = max((part.pico for part, _ in ordered), default=0)
        for i, bar in enumerate(self._bars):
            bar.setVisible(i < min(len(ordered), most))
            if i < len(ordered):
                part, more = ordered[i]
                share = part.pico / dearest if dearest > 0 else 0.0
                tool = part.name if self.by == "tool" else None
                bar.show_bar(part.name or unnamed, money.of_slice(part, snapshot.shown), share, tool=tool)
                bar.setToolTip(_tip(part, more))
        rest = ordered[most:]
        self._more.setVisible(bool(rest))
        if rest:
            others = money.dollars(sum(part.pico for part, _ in rest), shown=snapshot.shown)
            self._more.show_text(several("breakdown", "and %n more · {amount}", len(rest), amount=others))
        return bool(ordered)

    def _build_choice(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        label = Text(bold=True)
        label.show_text(tr("breakdown", "Today by"))
        row.addWidget(label, 1)
        self.choice = QButtonGroup(self)
        for name, text, whole, _ in BREAKDOWNS:
            button = Button(tr("breakdown", text), small=True, checkable=True)
            button.setObjectName(name)
            button.setAccessibleName(tr("breakdown", whole))
            button.setChecked(name == self.by)
            self.choice.addButton(button)
            row.addWidget(button)
        # Not its click: a screen reader toggles without one.
        self.choice.buttonToggled.connect(lambda button, on: self.turn(button.objectName()) if on else None)
        return row

    def turn(self, by: str) -> None:
        """Break down by ``model``, ``tool``, ``project`` or ``session`` from now on."""
        self.by = by
        self.turned.emit()


def _ordered(by: str, snapshot: Snapshot) -> list[tuple[Slice, str]]:
    """The parts, the dearest first, and what a tooltip says beside."""
    if by == "session":
        # As the engine ranks them: those that run now are among them though they may have cost nothing yet.
        return [(sessionwords.as_slice(each), sessionwords.state(each)) for each in snapshot.by_session]
    slices = {"model": snapshot.by_model, "tool": snapshot.by_tool, "project": snapshot.by_project}[by]
    return [(part, "") for part in sorted(slices, key=lambda part: (-part.pico, -part.calls, part.name))]


def _tip(part: Slice, more: str) -> str:
    parts = [money.calls(part.calls), several("breakdown", "%n token(s)", part.tokens)]
    if part.unpriced:
        parts.append(several("breakdown", "%n without a price", part.unpriced))
    return " · ".join(filter(None, (*parts, more)))
