"""However many rows: the ledger's totals are their sums, to the last pico-USD."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from trayapp.ledger import Ledger
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage

BATCH = 500
VENDORS = ("anthropic", "openai", "gemini")
MODELS = ("claude-opus-5-5", "gpt-6.1-sol", "gemini-4-argon", "haiku")
DAY_US = 24 * 3_600_000_000


def random_call(dice: random.Random, row_id: int, start_us: int) -> tuple[Opening, Closing]:
    opening = Opening(
        id=row_id,
        started_us=start_us + dice.randrange(200 * DAY_US),
        vendor=dice.choice(VENDORS),
        wire="w",
        tool=dice.choice(("a", "b", None)),
        session=f"s{dice.randrange(300)}",
        project=dice.choice(("p1", "p2", None)),
        model_asked=dice.choice(MODELS),
    )
    pico = None if dice.random() < 0.05 else dice.choice((dice.randrange(10**7), dice.randrange(10**13), 0))
    exact = dice.random() < 0.9
    closing = Closing(
        id=row_id,
        ended_us=opening.started_us + 5,
        state=State.DONE,
        metering=Metering.EXACT if exact else Metering.ESTIMATED,
        confidence=Confidence.EXACT if exact else Confidence.ESTIMATED,
        usage=Usage(legs=(Leg(input=dice.randrange(10**6), output=dice.randrange(10**5)),), complete=exact),
        cost=Cost(pico=pico, basis=Basis.UNPRICED if pico is None else Basis.LIST, book="b"),
        pico_contract=None if pico is None else pico * 85 // 100,
        pico_marginal=0 if pico is not None and dice.random() < 0.3 else pico,
    )
    return opening, closing


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.thorough)])
def test_totals_of_random_rows_are_exact(make: Callable[..., Ledger], count: int) -> None:
    ledger = make()
    dice = random.Random(20261126)
    expected: Counter[str] = Counter()
    by_vendor: Counter[str] = Counter()
    waiting: list[Future[None]] = []
    for first in range(1, count + 1, BATCH):
        made = [random_call(dice, n, 1_760_000_000_000_000) for n in range(first, min(first + BATCH, count + 1))]
        for opening, closing in made:
            add(expected, closing)
            pico = closing.cost.pico if closing.cost is not None else None
            by_vendor[opening.vendor] += pico or 0
        waiting.append(ledger.write([o for o, _ in made], [c for _, c in made]))
        if len(waiting) > 4:
            waiting.pop(0).result(120)
    for future in waiting:
        future.result(120)
    totals = ledger.totals().result(60)
    assert {name: getattr(totals, name) for name in expected} == dict(expected)
    shares = ledger.breakdown("vendor").result(60)
    assert {share.key: share.totals.pico_list for share in shares} == dict(by_vendor)
    assert sum(share.totals.pico_list for share in ledger.breakdown("session").result(60)) == totals.pico_list


def add(expected: Counter[str], closing: Closing) -> None:
    pico: Any = closing.cost.pico if closing.cost is not None else None
    leg = closing.usage.legs[0]
    expected["calls"] += 1
    expected["priced"] += pico is not None
    expected["unpriced"] += pico is None
    expected["pico_list"] += pico or 0
    expected["pico_estimated"] += 0 if closing.confidence is Confidence.EXACT else pico or 0
    expected["pico_contract"] += closing.pico_contract or 0
    expected["pico_marginal"] += closing.pico_marginal or 0
    expected["input"] += leg.input
    expected["output"] += leg.output
