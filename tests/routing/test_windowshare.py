"""Shares of a plan's window: what is stated, what is assumed, what is not known."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from trayapp.routing.economics import compare
from trayapp.routing.session import ModelCost, Session
from trayapp.routing.windowshare import Range, Weighing, by_list, by_requests

Models = Callable[..., ModelCost]


def test_by_list_prices(model: Models) -> None:
    figures = compare(Session(context=0, new=0, output=10, turns=10), model(0, 0, 4), model(0, 0, 1))
    found = by_list(figures, Range(Fraction(1000), Fraction(2000)))
    assert found.weighing is Weighing.LIST
    assert found.stay == Range(Fraction(1, 5), Fraction(2, 5))
    assert found.switch == Range(Fraction(1, 20), Fraction(1, 10))
    assert found.ratio == Fraction(1, 4)
    open_end = by_list(figures, Range(Fraction(1000), None))
    assert open_end.stay == Range(Fraction(0), Fraction(2, 5))
    unknown = by_list(figures, None)
    assert (unknown.weighing, unknown.stay, unknown.ratio) == (Weighing.UNKNOWN, None, Fraction(1, 4))
    nothing = compare(Session(context=0, new=0, output=10), model(0, 0, 0), model(0, 0, 1))
    assert by_list(nothing, None).ratio is None


def test_plans_that_count_requests_know_no_cache() -> None:
    found = by_requests(30, 300, Fraction(1), Fraction("0.33"), Fraction("1.4"))
    assert found.weighing is Weighing.STATED
    assert found.stay == Range(Fraction(1, 10), Fraction(1, 10))
    assert found.switch == Range(Fraction("0.0462"), Fraction("0.0462"))
    assert by_requests(1, 10, Fraction(0), Fraction(1)).ratio is None
    with pytest.raises(ValueError, match="at least one request"):
        by_requests(1, 0, Fraction(1), Fraction(1))
