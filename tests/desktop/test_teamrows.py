"""The team in popover and menu."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu

from trayapp.desktop import teamtext
from trayapp.desktop.teammenu import TeamMenu
from trayapp.desktop.teamrows import TeamRows
from trayapp.snapshot import Snapshot
from trayapp.teamviews import STATES, PoolView, TeamView

POOL = PoolView(name="R&D", period="month", pico_limit=500 * 10**12, share=0.85)
VIEW = TeamView(team="Platform", policy=2, decides=("Mode: frugal",), pools=(POOL,))


def test_words() -> None:
    assert teamtext.line(VIEW) == "Platform: in sync"
    assert teamtext.pool_used(POOL).startswith("85")
    assert teamtext.pool_used(replace(POOL, share=None)).startswith("$500")
    assert "Mode: frugal" in teamtext.hint(VIEW)
    said = {teamtext.state(replace(VIEW, state=state)) for state in STATES}
    assert len(said) == len(STATES)


def test_rows(qtbot: Any) -> None:
    rows = TeamRows()
    qtbot.addWidget(rows)
    assert not rows.show_team(Snapshot())
    assert rows.show_team(Snapshot(team=VIEW))
    assert rows.line.text() == "Platform: in sync"
    assert rows.pools[0].name.text() == "Pool R&D"
    rows.show_team(Snapshot(team=replace(VIEW, state="revoked", pools=())))
    assert (rows.line.text(), rows.urgent.text()) == ("", "Platform: not let in any more")
    assert rows.pools[0].isHidden()


@pytest.mark.parametrize("known", [True, False])
def test_menu(qtbot: Any, known: bool) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    end = menu.addAction("end")
    lines = TeamMenu(menu, end)
    lines.show_team(Snapshot(team=VIEW))
    assert [each.text() for each in menu.actions()] == ["Platform: in sync", menu.actions()[1].text(), "end"]
    assert menu.actions()[1].text().startswith("Pool R&&D: 85")
    lines.show_team(Snapshot(team=replace(VIEW, pools=())) if known else None)
    assert [each.isVisible() for each in menu.actions()] == [known, False, True]
