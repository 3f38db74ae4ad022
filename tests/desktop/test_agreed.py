"""Contract, bill and currency in the tray: said where they differ from the list price, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QProgressBar, QWidget

from trayapp.desktop import glance, look
from trayapp.desktop.meter import read
from trayapp.desktop.popover import Popover
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Snapshot, Today, snapshot_from_json, snapshot_to_json
from trayapp.values import PICO

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")


def live(snapshot: Snapshot) -> View:
    return View(link=Link.CONNECTED, snapshot=snapshot)


def agreed(day: Snapshot, contract: int | None, marginal: int | None, **more: int) -> Snapshot:
    return replace(day, today=replace(day.today, pico_contract=contract, pico_marginal=marginal, **more))


def texts(popover: Popover) -> str:
    return "\n".join(
        widget.text()
        for widget in popover.findChildren(QWidget)
        if widget.isVisibleTo(popover) and hasattr(widget, "text") and not isinstance(widget, QProgressBar)
    )


@pytest.fixture
def popover(qtbot, qapp):
    look.apply(qapp, look.DARK)
    made = Popover()
    qtbot.addWidget(made)
    return made


def test_nothing_is_said_where_nothing_differs(day):
    for same in (day, agreed(day, day.today.pico, day.today.pico)):
        assert glance.agreed(same) == ""
        assert "bill" not in glance.tooltip(live(same))


def test_on_a_plan_money_is_api_value(popover, day):
    plan = agreed(day, day.today.pico, 0)
    popover.show_view(live(plan))
    popover.open(None)
    assert "≈ API value · adds $0.00 to the bill" in texts(popover)
    assert "≈ API value · adds $0.00 to the bill" in glance.menu(live(plan)).status
    tip = glance.tooltip(live(plan))
    assert "adds $0.00 to the bill" in tip
    assert len(tip) <= glance.TOOLTIP_LIMIT


def test_a_contract_and_what_nobody_knows(day):
    assert glance.agreed(agreed(day, 10 * PICO, 10 * PICO)) == "$10.00 by contract"
    assert glance.agreed(agreed(day, 0, 0, unagreed=3)) == "adds $0.00 to the bill, unknown for 3 calls"


def test_an_engine_that_does_not_speak_of_it_says_nothing(day):
    data = snapshot_to_json(day)
    for name in ("pico_contract", "pico_marginal", "unagreed"):
        del data["today"][name]
    assert glance.agreed(snapshot_from_json(data)) == ""


def test_the_users_currency_is_shown_with_its_rate(popover, day):
    euros = replace(day, currency="EUR", currency_rate="0.5", currency_since="2026-11-01")
    popover.show_view(live(euros))
    popover.open(None)
    shown = texts(popover)
    assert "≈€6.10" in shown
    assert "€0.95/h" in shown
    assert "converted at 0.5 EUR for $1, the rate of 2026-11-01" in shown
    assert "of $20" in shown  # budgets stay USD
    assert "≈€6.10 of $20 today" in glance.menu(live(euros)).status[0]
    assert read(live(euros)).text == "6?"
    assert read(live(euros)).bar == read(live(day)).bar


def test_without_a_rate_it_is_usd_and_says_so(popover, day):
    nothing = replace(day, currency="EUR")
    popover.show_view(live(nothing))
    popover.open(None)
    assert "≈$12.20" in texts(popover)
    assert "in USD: no rate for EUR holds" in texts(popover)


def test_the_icon_never_shows_nothing_for_something():
    tiny = Snapshot(today=Today(pico=1, calls=1), currency="EUR", currency_rate="0.0001", currency_since="2026-11-01")
    assert read(live(tiny)).text == "<.1"
