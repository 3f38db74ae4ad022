"""The decomposition: exact, honest about what did not change, blind to order, symmetric, quick."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as renamed

from trayapp.insight import change as module
from trayapp.insight.change import FACTORS, change, explain
from trayapp.ledger import Ledger
from trayapp.mix import KINDS, OUTPUT, PROMPT, PROMPT_AUDIO, MixCell
from trayapp.moments import micros
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load, price
from trayapp.reports import Change
from trayapp.values import Closing, Confidence, Leg, Metering, Opening, State, Usage

BOOK: Book = load(resource("pricebook.json").read_bytes())
WAIT = 30.0
FORMER = micros(datetime(2026, 11, 9, tzinfo=UTC))
SAME_PRICES = micros(datetime(2026, 11, 16, tzinfo=UTC))
OTHER_PRICES = micros(datetime(2026, 12, 7, tzinfo=UTC))
"""On 1 December Gemini 4 Argon doubles."""
WEEK = 7 * 86_400 * 10**6
ZERO = dict.fromkeys(FACTORS, 0)

amounts = st.integers(0, 10**7) | st.sampled_from([0, 1])


@st.composite
def cells(draw: Any) -> list[MixCell]:
    """Any cells, the degenerate ones included: tokens without money, money without tokens, repeats alone."""
    found = {}
    for _ in range(draw(st.integers(0, 4))):
        key = (draw(st.sampled_from("ab")), draw(st.sampled_from(["", "batch"])), draw(st.integers(0, 1)))
        tokens = draw(st.dictionaries(st.sampled_from(KINDS), st.integers(1, 10**6), max_size=4))
        found[key] = MixCell(
            vendor="v",
            model=key[0],
            variant=key[1],
            attempt=key[2],
            calls=draw(st.integers(1, 50)),
            tokens=tokens,
            pico={kind: draw(amounts) for kind in {*tokens, draw(st.sampled_from(KINDS))}},
            other=draw(st.sampled_from([0, 0, 5, 10**9])),
        )
    return list(found.values())


def total(period: list[MixCell]) -> int:
    return sum(cell.total for cell in period)


@given(cells(), cells())
def test_the_shares_sum_to_the_difference_and_turn_with_the_periods(a: list[MixCell], b: list[MixCell]) -> None:
    shares = explain(a, b)
    assert sum(shares.values()) == total(b) - total(a)
    assert explain(b, a) == {name: -share for name, share in shares.items()}
    assert explain(a, a) == ZERO


@given(cells(), cells(), st.randoms(use_true_random=False), st.permutations(range(5)))
def test_no_order_matters(a: list[MixCell], b: list[MixCell], dice: random.Random, order: list[int]) -> None:
    shares = explain(a, b)
    names = {"a": "z", "b": "y"}
    a2, b2 = ([renamed(cell, model=names[cell.model]) for cell in each] for each in (a, b))
    dice.shuffle(a2)
    dice.shuffle(b2)
    assert explain(a2, b2) == shares
    slowly = by_permutations(a, b, order)
    most = max(FACTORS, key=lambda name: abs(slowly[name]))  # it takes the dust of rounding
    assert all(abs(slowly[name] - shares[name]) < 1 for name in FACTORS if name != most)


def by_permutations(a: list[MixCell], b: list[MixCell], order: list[int]) -> dict[str, Fraction]:
    """The same by its definition, slowly: each factor's marginal value in each of the 120 orders, in plain fractions.

    Only which rates are equal is taken from what is tested.
    """
    sides = [module._side(each) for each in (a, b)]
    if sides[0].empty or sides[1].empty:
        return {name: Fraction((total(b) - total(a)) * (name == "volume")) for name in FACTORS}
    works = [s.tokens for s in sides] if all(s.tokens for s in sides) else [s.calls for s in sides]

    def value(moved: frozenset[str]) -> Fraction:
        pick = {name: int(name in moved) for name in FACTORS}
        whole = Fraction(0)
        for key in {**sides[0].groups, **sides[1].groups}:
            own = [side.groups.get(key) for side in sides]
            full = [own[n] or own[1 - n] for n in (0, 1)]
            mixed = own[pick["mix"]]
            share = Fraction(0 if mixed is None else mixed.first, works[pick["mix"]])
            h, r = full[pick["cache"]], full[pick["retries"]]
            assert h is not None
            assert r is not None
            rates = module._rates(full[0] or h, full[1] or h)
            unit = Fraction(0)
            for kind, count in h.tokens.items():
                over, under = rates[kind]
                unit += Fraction(count, h.all) * Fraction(over[pick["price"]], under)
            whole += works[pick["volume"]] * share * Fraction(r.all, r.first) * unit
        return whole

    names = [FACTORS[at] for at in order]
    shares = dict.fromkeys(FACTORS, Fraction(0))
    known: dict[frozenset[str], Fraction] = {}
    for way in permutations(names):
        moved: frozenset[str] = frozenset()
        for name in way:
            after = moved | {name}
            for each in (moved, after):
                if each not in known:
                    known[each] = value(each)
            shares[name] += (known[after] - known[moved]) / 120
            moved = after
    return shares


def test_the_degenerate_ones() -> None:
    def one(**more: Any) -> MixCell:
        return MixCell(**{"vendor": "v", "model": "m", "calls": 1, **more})

    def only(name: str, pico: int) -> dict[str, int]:
        return {**ZERO, name: pico}

    tokens = one(tokens={"input": 10}, pico={"input": 100})
    stated = one(model="s", variant="stated", tokens={}, other=70)
    assert explain([], []) == ZERO
    assert explain([], [tokens, stated]) == only("volume", 170)
    assert explain([tokens], []) == only("volume", -100)
    assert explain([one(calls=3)], [tokens]) == only("volume", 100)
    # Money without a token: twice the calls are twice the volume.
    assert explain([stated], [one(model="s", variant="stated", calls=2, other=140)]) == only("volume", 70)
    # Repeats alone count as first attempts.
    assert explain([tokens], [renamed(tokens, attempt=1)]) == ZERO
    # A repeat of all that there is.
    assert explain([tokens], [tokens, renamed(tokens, attempt=1)]) == only("retries", 100)
    # The same tokens on a dearer model.
    assert explain([tokens], [one(model="n", tokens={"input": 10}, pico={"input": 300})]) == only("mix", 200)
    assert explain([tokens], [one(tokens={"input": 10}, pico={"input": 300})]) == only("price", 200)
    # Ten fresh ones of which nine are read at a tenth.
    both = {"input": 100, "cache_read": 90}
    warm = one(tokens={"input": 1, "cache_read": 9}, pico={"input": 10, "cache_read": 9})
    assert explain([tokens], [warm]) == only("cache", -81)
    # Other rows of the same tokens round otherwise: that is no price.
    dust = one(calls=7, tokens={"input": 10}, pico={"input": 103})
    assert explain([one(calls=7, tokens={"input": 10}, pico={"input": 100})], [dust]) == only("volume", 3)
    assert both
    assert change([tokens], [warm]) == Change(pico=-81, pico_cache=-81)


@given(cells(), cells(), st.integers(2, 5))
def test_more_of_the_same_is_volume(a: list[MixCell], b: list[MixCell], times: int) -> None:
    assume(any(cell.total for cell in a))
    more = [
        renamed(
            cell,
            calls=cell.calls * times,
            tokens={kind: n * times for kind, n in cell.tokens.items()},
            pico={kind: n * times for kind, n in cell.pico.items()},
            other=cell.other * times,
        )
        for cell in a
    ]
    assert explain(a, more) == {**ZERO, "volume": (times - 1) * total(a)}


@dataclass(frozen=True)
class Week:
    """A week of calls in the real ledger, built so that each factor can be held."""

    calls: tuple[int, ...]
    """Of each model: their shares are the mix."""
    times: int
    """All of it so many times: the volume."""
    split: tuple[int, int, int]
    """Fresh, read and written twelfths of a prompt: the cache."""
    repeats: int
    """Of each call: the retries."""
    since_us: int
    """When: the prices."""
    answer: int = 700
    unit: int = 1_009
    """A twelfth of a prompt."""


MODELS = (
    ("gemini", "gemini-4-argon"),
    ("anthropic", "claude-opus-5-5"),
    ("anthropic", "claude-haiku-5-5"),
    ("openai", "gpt-6.1-sol"),
)


def record(ledger: Ledger, week: Week, dice: random.Random) -> None:
    openings, closings = [], []
    for (vendor, model), count in zip(MODELS, week.calls, strict=True):
        for _ in range(count * week.times):
            first = None
            for _ in range(1 + week.repeats):
                row_id = ledger.new_id()
                at_us = week.since_us + dice.randrange(WEEK)
                fresh, read, write = (part * week.unit for part in week.split)
                writes = vendor != "gemini"
                leg = Leg(
                    input=fresh if writes else fresh + write,
                    cache_read=read,
                    cache_write=write if writes else 0,
                    output=week.answer,
                )
                usage = Usage(legs=(leg,), model=model, complete=True)
                cost = price(usage, vendor=vendor, model_asked=model, at_us=at_us, book=BOOK)
                assert cost.pico is not None
                openings.append(
                    Opening(id=row_id, started_us=at_us, vendor=vendor, wire="w", model_asked=model, attempt_of=first)
                )
                closings.append(
                    Closing(
                        id=row_id,
                        ended_us=at_us + 1,
                        state=State.DONE,
                        metering=Metering.EXACT,
                        confidence=Confidence.EXACT,
                        usage=usage,
                        cost=cost,
                    )
                )
                first = first or row_id
    ledger.write(openings, closings).result(WAIT)


def explained(former: Week, present: Week, seed: int = 1) -> tuple[dict[str, int], dict[str, int], int]:
    """Both ways round, and the difference as the ledger totals it."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder) / "ledger.sqlite3")
        try:
            dice = random.Random(seed)
            spans = []
            for week in (former, present):
                record(ledger, week, dice)
                spans.append((week.since_us, week.since_us + WEEK))
            a, b = (ledger.mix(*span).result(WAIT) for span in spans)
            totals = [ledger.totals(*span).result(WAIT).pico_list for span in spans]
        finally:
            ledger.close()
    assert [total(a), total(b)] == totals
    return explain(a, b), explain(b, a), totals[1] - totals[0]


counts = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)).filter(any)
splits = (
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
    .filter(lambda s: 0 < sum(s) <= 12)
    .map(lambda s: (s[0] + 12 - sum(s), s[1], s[2]))
)


@st.composite
def pairs(draw: Any) -> tuple[Week, Week, set[str]]:
    """Two weeks, and the factors that may differ between them; the others are held equal."""
    free = set(draw(st.lists(st.sampled_from(FACTORS), unique=True)))
    calls = draw(counts)
    former = Week(calls, 1, draw(splits), draw(st.integers(0, 1)), FORMER)
    more: dict[str, Any] = {}
    if "mix" in free:
        more["calls"] = tuple(draw(st.permutations(calls)))
    if "volume" in free:
        more["times"] = draw(st.integers(1, 3))
    if "cache" in free:
        more["split"] = draw(splits)
    if "retries" in free:
        more["repeats"] = draw(st.integers(0, 2))
    more["since_us"] = OTHER_PRICES if "price" in free else SAME_PRICES
    return former, replace(former, **more), free


@settings(max_examples=40, deadline=None)
@given(pairs())
def test_what_did_not_change_is_exactly_nothing(pair: tuple[Week, Week, set[str]]) -> None:
    former, present, free = pair
    shares, back, difference = explained(former, present)
    assert sum(shares.values()) == difference
    assert {name for name, share in shares.items() if share} <= free
    assert back == {name: -share for name, share in shares.items()}


def only(name: str) -> Callable[[dict[str, int]], bool]:
    return lambda shares: bool(shares[name]) and not any(v for n, v in shares.items() if n != name)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("volume", {"times": 3}),
        ("mix", {"calls": (1, 1, 2, 1)}),
        ("cache", {"split": (1, 10, 1)}),
        ("price", {"since_us": OTHER_PRICES}),
        ("retries", {"repeats": 2}),
    ],
)
def test_each_factor_alone(name: str, more: dict[str, Any]) -> None:
    former = Week((1, 2, 1, 1), 1, (4, 6, 2), 0, FORMER)
    shares, _, difference = explained(former, replace(former, **{"since_us": SAME_PRICES, **more}))
    assert only(name)(shares)
    assert shares[name] == difference


def test_a_new_model_is_mix_and_nothing_else() -> None:
    former = Week((1, 2, 0, 0), 1, (4, 6, 2), 1, FORMER)
    shares, _, _ = explained(former, replace(former, calls=(1, 1, 0, 1), since_us=SAME_PRICES))
    assert only("mix")(shares)


def test_rounding_is_no_price() -> None:
    """A geography's tenth makes halves of pico-USD: rows of other sizes round otherwise, at the same rates."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder) / "ledger.sqlite3")
        try:
            dice = random.Random(4)
            for since in (FORMER, SAME_PRICES):
                for _ in range(300):
                    row_id, at_us = ledger.new_id(), since + dice.randrange(WEEK)
                    usage = Usage(
                        legs=(Leg(input=dice.randrange(1, 99), cache_read=dice.randrange(1, 9), output=3),),
                        model="claude-haiku-5-5",
                        geo="us",
                    )
                    cost = price(usage, vendor="anthropic", model_asked=None, at_us=at_us, book=BOOK)
                    ledger.open_row(Opening(id=row_id, started_us=at_us, vendor="anthropic", wire="w"))
                    ledger.close_row(
                        Closing(
                            id=row_id, ended_us=at_us, state=State.DONE, metering=Metering.EXACT,
                            confidence=Confidence.EXACT, usage=usage, cost=cost,
                        )
                    )  # fmt: skip
            ledger.flush()
            a, b = (ledger.mix(since, since + WEEK).result(WAIT) for since in (FORMER, SAME_PRICES))
        finally:
            ledger.close()
    shares = explain(a, b)
    assert (shares["price"], shares["retries"]) == (0, 0)
    assert sum(shares.values()) == total(b) - total(a)


def test_forty_cells_are_quick() -> None:
    """12 ms here; wanted: 50. Only a hang would fail."""
    dice = random.Random(1)

    def period() -> list[MixCell]:
        made = []
        for n in range(40):
            for attempt in (0, 1):
                tokens = {kind: dice.randrange(1, 10**9) for kind in (*PROMPT, *PROMPT_AUDIO, *OUTPUT)}
                pico = {kind: count * dice.randrange(10**4, 10**8) for kind, count in tokens.items()}
                made.append(
                    MixCell(
                        vendor="v", model=f"m{n}", attempt=attempt, calls=999, tokens=tokens, pico=pico, other=10**12
                    )
                )
        return made

    a, b = period(), period()
    took = []
    for _ in range(3):
        began = time.process_time()
        explain(a, b)
        took.append(time.process_time() - began)
    assert min(took) < 0.5
