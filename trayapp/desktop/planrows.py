"""The popover's plan windows: a bar each, with its share, its reset and how much of its time has passed.

Everything that draws them lives here; ``trayapp.shares`` has the words. Rules: a window that has begun anew shows an
empty bar and says that its share is unknown; one that will sooner run out than begin anew is a warning and says when,
its tooltip the reset; what does not fit is counted.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp import shares
from trayapp.desktop import glance
from trayapp.desktop.gauges import BarRow, Paragraph, Tone
from trayapp.snapshot import Snapshot, Window
from trayapp.tongue import several

_ROWS: Final = 4


class PlanRows(QWidget):
    """All windows of a snapshot, credits and the tightest rate limit below them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = [BarRow() for _ in range(_ROWS)]
        self._more = Paragraph(Tone.DIM, size=0.88)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self._more)

    def show_plan(self, snapshot: Snapshot) -> bool:
        """Show what is known; whether there is anything."""
        windows = shares.shown(snapshot)
        for i, row in enumerate(self._rows):
            row.setVisible(i < len(windows))
            if i < len(windows):
                _show(row, windows[i], snapshot)
        lines = [] if len(windows) <= _ROWS else [several("planrows", "and %n more window(s)", len(windows) - _ROWS)]
        lines += glance.beyond_windows(snapshot, half=True)
        self._more.show_text("\n".join(lines))
        return bool(windows or lines)


def _show(row: BarRow, window: Window, snapshot: Snapshot) -> None:
    gone = window.tightness
    warned = gone is not None and (gone >= 0.8 or shares.runs_out(window))
    tone = Tone.DIM if gone is None else Tone.OVER if gone >= 1 else Tone.WARN if warned else Tone.OK
    said = " · ".join(filter(None, (shares.used(window), shares.until(window, snapshot.at_us))))
    # The row has no room for both.
    row.setToolTip(shares.resets(window, snapshot.at_us) if shares.runs_out(window) else "")
    row.show_bar(shares.name(snapshot, window), said, gone or 0.0, tone, shares.elapsed(window, snapshot.at_us))
