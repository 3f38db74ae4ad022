"""What the icon says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.desktop.meter import Mood, Reading, read, short
from trayapp.desktop.view import Link, View
from trayapp.snapshot import LiveCall, Snapshot, Today
from trayapp.values import PICO


def reading(snapshot: Snapshot, link: Link = Link.CONNECTED) -> Reading:
    return read(View(link=link, snapshot=snapshot))


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (0, "0"),
        (1, "<.1"),
        (PICO // 20, ".1"),
        (PICO * 4 // 10, ".4"),
        (PICO * 94 // 100, ".9"),
        (PICO * 95 // 100, "1"),
        (PICO * 122 // 10, "12"),
        (PICO * 118, "118"),
        (PICO * 9995 // 10, "1k"),
        (PICO * 2_400, "2k"),
        (PICO * 118_000, ".1M"),
        (PICO * 2_000_000, "2M"),
        (PICO * 10**9, "99M"),
    ],
)
def test_short(pico, text):
    assert short(pico) == text


@given(st.integers(min_value=0, max_value=10**24))
def test_short_is_short_and_never_a_silent_zero(pico):
    text = short(pico)
    assert len(text) <= 3
    assert (text == "0") == (pico == 0)


def test_budget_share_and_moods():
    day = Snapshot(today=Today(pico=12 * PICO, calls=1), budget_day_pico=20 * PICO, pace=0.5)
    assert reading(day) == Reading("12", Mood.OK, 0.6, 0.5)
    assert reading(replace(day, running_pico=4 * PICO)) == Reading("16", Mood.WARN, 0.8, 0.5)
    assert reading(replace(day, running_pico=11 * PICO)) == Reading("23!", Mood.OVER, 1.0, 0.5)


def test_another_number_keeps_bar_and_signs():
    day = Snapshot(today=Today(pico=12 * PICO, calls=1), budget_day_pico=20 * PICO, pace=0.5, icon="rate")
    assert reading(day) == Reading("0", Mood.OK, 0.6, 0.5)
    assert reading(replace(day, rate_pico_hour=PICO * 19 // 10)) == Reading("2", Mood.OK, 0.6, 0.5)
    over = replace(day, rate_pico_hour=4 * PICO, running_pico=9 * PICO)
    assert reading(over) == Reading("4!", Mood.OVER, 1.0, 0.5)
    unknown = replace(day, rate_pico_hour=4 * PICO, today=Today(pico=PICO, calls=2, unpriced=1))
    assert reading(unknown).text == "4?"
    nothing = replace(day, today=Today(calls=2, unpriced=2))
    assert reading(nothing).text == "?"
    month = replace(day, icon="month", month_point_pico=312 * PICO)
    assert reading(month) == Reading("312", Mood.OK, 0.6, 0.5)
    euros = replace(month, currency="EUR", currency_rate="0.5", currency_since="2026-11-01")
    assert reading(euros).text == "156"
    assert reading(replace(month, month_point_pico=None)) == Reading("12", Mood.OK, 0.6, 0.5)


@given(st.sampled_from(["rate", "month"]), st.integers(0, 10**24), st.integers(0, 10**17), st.booleans())
def test_another_number_fits_the_icon(icon, number, spent, unpriced):
    today = Today(pico=spent, calls=2, unpriced=int(unpriced))
    told = Snapshot(today=today, budget_day_pico=PICO, icon=icon, rate_pico_hour=number, month_point_pico=number)
    assert 1 <= len(reading(told).text) <= 4


def test_without_a_budget_there_is_no_bar():
    got = reading(Snapshot(today=Today(pico=12 * PICO, calls=1), pace=0.5))
    assert (got.bar, got.notch, got.mood) == (None, None, Mood.OK)


def test_lit_while_a_call_runs():
    call = LiveCall(id=1, pico=1)
    assert reading(Snapshot(live=(call,))).lit
    assert not reading(Snapshot(live=(replace(call, ended_us=5),))).lit


def test_unknown_prices_show():
    assert reading(Snapshot(today=Today(pico=4 * PICO, calls=9, unpriced=2))) == Reading("4?", Mood.UNPRICED)
    assert reading(Snapshot(today=Today(pico=4 * PICO, calls=9, unmetered=2))).text == "4?"
    assert reading(Snapshot(today=Today(calls=2, unpriced=2))) == Reading("?", Mood.UNPRICED)
    assert reading(Snapshot(live=(LiveCall(id=1, pico=None),))).text == "0?"


def test_over_budget_outranks_unknown():
    day = Snapshot(today=Today(pico=23 * PICO, calls=9, unpriced=2), budget_day_pico=20 * PICO)
    assert reading(day).text == "23!"


def test_idle_paused_relaying_down():
    assert reading(Snapshot()).mood is Mood.IDLE
    assert reading(Snapshot(mode="paused")).text == "‖"
    assert reading(Snapshot(), Link.RELAYING) == Reading("–!", Mood.RELAYING)
    assert reading(Snapshot(today=Today(pico=PICO)), Link.DOWN) == Reading("–", Mood.DOWN)
    assert read(View()).mood is Mood.DOWN


@given(
    st.builds(
        Today,
        pico=st.integers(0, 10**18),
        calls=st.integers(0, 99),
        unpriced=st.integers(0, 99),
        unmetered=st.integers(0, 9),
    ),
    st.none() | st.integers(0, 10**15),
    st.none() | st.floats(-1, 2),
    st.integers(0, 10**13),
    st.sampled_from(Link),
)
def test_every_reading_fits_the_icon(today, budget, pace, running, link):
    got = reading(Snapshot(today=today, budget_day_pico=budget, pace=pace, running_pico=running), link)
    assert 1 <= len(got.text) <= 4
    assert got.bar is None or 0 <= got.bar <= 1
    assert got.notch is None or 0 <= got.notch <= 1
