"""What a row would have cost as asked."""

from __future__ import annotations

from trayapp.engine.worth import UNKNOWN, Worth
from trayapp.routing.savings import Caching
from trayapp.routing.session import SAME
from trayapp.values import Basis, Cost, Kind, Leg, Usage


def told(usage: Usage, pico: int | None, price: int | None = 70):
    return Worth().of(
        "c",
        "shared",
        usage,
        Cost(pico=pico, basis=Basis.LIST, book="b"),
        lambda _usage: Cost(pico=price, basis=Basis.LIST, book="b"),
        at_us=1,
        kind=Kind.TITLE,
        caching=Caching(life_us=None),
        change=SAME,
        begins=True,
        redone=False,
        rule="r1",
        changed=True,
        refused=False,
    )


def test_an_attempt_that_nobody_bills_is_known_to_save_nothing():
    assert told(Usage(), 0) == (0, 0, 0)
    assert told(Usage(), 5) == UNKNOWN


def test_without_either_price_nothing_is_told():
    counted = Usage(legs=(Leg(input=10, output=5),), model="small", complete=True)
    assert told(counted, None) == UNKNOWN
    assert told(counted, 7, None) == UNKNOWN
    assert told(counted, 7)[0] == 70


def test_what_a_vendor_states_is_the_price_of_the_model_that_served_alone():
    stated = Usage(legs=(Leg(input=10, output=5),), model="small", complete=True, stated_pico=7)
    asked: list[Usage] = []

    def price(usage: Usage) -> Cost:
        asked.append(usage)
        return Cost(pico=70, basis=Basis.LIST, book="b")

    Worth().of(
        "c", "shared", stated, Cost(pico=7, basis=Basis.PROVIDER_STATED, book="b"), price,
        at_us=1, kind=Kind.MAIN, caching=Caching(life_us=None), change=SAME, begins=True, redone=False, rule="r1",
        changed=True, refused=False,
    )  # fmt: skip
    assert [each.stated_pico for each in asked] == [None]
