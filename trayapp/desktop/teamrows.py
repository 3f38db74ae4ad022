"""The popover's team: one line about how it stands, and a bar for each pool.

Everything that draws them lives here; ``teamtext`` has the words. Rules: without a team there is nothing; what the team
decides is in the line's tooltip; what does not fit is left to `spendlight team`.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.desktop import teamtext
from trayapp.desktop.gauges import BarRow, Paragraph, Tone
from trayapp.snapshot import Snapshot

_POOLS: Final = 2


class TeamRows(QWidget):
    """The team of a snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Paragraph(Tone.DIM, size=0.9)
        self.urgent = Paragraph(Tone.WARN, size=0.9)
        self.pools = [BarRow() for _ in range(_POOLS)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        for row in self.pools:
            column.addWidget(row)
        column.addWidget(self.line)
        column.addWidget(self.urgent)

    def show_team(self, snapshot: Snapshot) -> bool:
        """Show what is known; whether there is anything."""
        view = snapshot.team
        pools = () if view is None else view.pools[:_POOLS]
        for i, row in enumerate(self.pools):
            row.setVisible(i < len(pools))
            if i < len(pools):
                share = pools[i].share
                tone = (
                    Tone.DIM if share is None else Tone.OVER if share >= 1 else Tone.WARN if share >= 0.8 else Tone.OK
                )
                row.show_bar(teamtext.pool_name(pools[i]), teamtext.pool_used(pools[i]), share or 0.0, tone)
        text = "" if view is None else teamtext.line(view)
        urgent = view is not None and teamtext.urgent(view)
        self.line.show_text("" if urgent else text)
        self.urgent.show_text(text if urgent else "")
        hint = "" if view is None else teamtext.hint(view)
        for label in (self.line, self.urgent):
            if label.toolTip() != hint:
                label.setToolTip(hint)
        return view is not None
