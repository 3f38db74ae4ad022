"""The popover's list of calls that run now, or ended within the last seconds.

Rules: those that run come first; what does not fit is counted; rows are kept and refilled.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from trayapp.desktop import glance
from trayapp.desktop.gauges import CallRow, Text, Tone
from trayapp.snapshot import LiveCall, Snapshot
from trayapp.tongue import several, tr

ROWS: Final = 4


class LiveCalls(QWidget):
    """A title with the count, and a row for each."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Text(bold=True)
        self._title.show_text(tr("livecalls", "Now"))
        self._running = Text(Tone.DIM, right=True)
        self._rows = [CallRow() for _ in range(ROWS)]
        self._more = Text(Tone.DIM, size=0.88)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._running)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self._more)

    def show_calls(self, snapshot: Snapshot | None, *, brief: bool = False) -> None:
        """Show a snapshot's calls, half as many when ``brief``; ``None``: nothing is known now."""
        live = snapshot.live if snapshot is not None else ()
        calls = sorted(live, key=lambda call: call.ended_us != 0)
        running = sum(1 for call in calls if not call.ended_us)
        none = tr("livecalls", "nothing is running") if snapshot is not None else ""
        self._running.show_text(several("livecalls", "%n running", running) if running else none)
        most = ROWS // 2 if brief else ROWS
        for i, row in enumerate(self._rows):
            row.setVisible(i < min(len(calls), most))
            if i < len(calls) and snapshot is not None:
                _show(row, calls[i], snapshot)
        hidden = sum(1 for call in calls[most:] if not call.ended_us)
        self._more.setVisible(hidden > 0)
        self._more.show_text(several("livecalls", "and %n more", hidden))


def _show(row: CallRow, call: LiveCall, snapshot: Snapshot) -> None:
    row.show_call(
        glance.who(call),
        glance.amount(call, snapshot.shown),
        glance.progress(call, snapshot.at_us),
        tool=call.tool,
        running=not call.ended_us,
        failed=bool(call.ended_us) and call.state != "done",
    )
