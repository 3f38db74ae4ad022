"""Budgets in the tray's menu, read and clicked by a panel over D-Bus."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desktop_faces import lifted, menu_of, picture

from trayapp.desktop import look

STOP = "Allow new calls for 1 hour (Today)"


@pytest.fixture
def panel(make_panel, make_engine, make_tray, stopped):
    """A panel with the tray in it, fed by an engine with a budget that stops."""
    panel = make_panel()
    panel.engine = make_engine(stopped)
    panel.tray = make_tray()
    panel.wait_item()
    panel.until(lambda: STOP in panel.labels())
    return panel


def test_a_stop_stands_first_with_its_answer_below(panel):
    labels = panel.labels()
    assert labels[0] == "⚠ New calls are refused until midnight"
    assert labels[1].strip() == "Today: $21.00 of $20 used."
    assert labels[2] == STOP
    panel.click("Allow new calls for 1 hour")
    asked = panel.engine.next_ask("override_budget")
    assert {"budget": "daily", "seconds": 3600}.items() <= asked.items()


def test_what_was_lifted_and_what_is_frugal(panel):
    undo = next(label for label in panel.labels() if label.endswith("— undo"))
    assert undo.startswith("aider today: calls allowed until ")
    panel.click("aider today: calls allowed")
    asked = panel.engine.next_ask("override_budget")
    assert {"budget": "aider", "on": False}.items() <= asked.items()
    panel.click("This month, billed: frugal until")
    assert panel.engine.next_ask("override_budget")["budget"] == "month"


def test_the_entry_turns_into_its_undoing_and_goes(panel, stopped, budgeted):
    panel.engine.send(replace(stopped, budgets=lifted(stopped.budgets)))
    panel.until(lambda: "Today: calls allowed until midnight — undo" in panel.labels())
    assert STOP not in panel.labels()
    panel.engine.send(budgeted)
    panel.until(lambda: not any(label.endswith(("undo", "lift for 1 hour")) for label in panel.labels()))
    panel.engine.send(stopped)
    panel.until(lambda: STOP in panel.labels())
    panel.engine.close()
    panel.until(lambda: STOP not in panel.labels())


def test_the_tightest_budget_has_a_line(panel, budgeted):
    assert "On pace for ≈$24 ($22 to $30)" in panel.labels()
    panel.engine.send(budgeted)
    panel.until(lambda: "shop this week $20.31 of $20" in panel.labels())


@pytest.mark.parametrize("colours", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_it_looks_right(qapp, stopped, shots, colours):
    """Pictures for people."""
    look.apply(qapp, colours)
    made = menu_of(stopped)
    made.menu.ensurePolished()
    made.menu.resize(made.menu.sizeHint())
    picture(made.menu, shots / f"budgets-menu-{'dark' if colours.dark else 'light'}.png", 1)
    made.close()
