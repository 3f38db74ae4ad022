"""A developer's calls of some weeks, written through the real ledger: tools, models, projects, sessions, plans, a rule.

The same seed makes the same calls. Amounts are tokens by a small table of rates, so that a test can add them up by
itself; some calls fail, some have no price, some were not metered, some run on a plan, some were switched by a rule.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from trayapp.ledger import Ledger
from trayapp.moments import micros
from trayapp.values import Basis, Closing, Confidence, Cost, Kind, Leg, Metering, Opening, State, Usage

MODELS = {
    "claude-opus-5-5": ("anthropic", 5, 25),
    "claude-sonnet-5-5": ("anthropic", 3, 15),
    "claude-haiku-5-5": ("anthropic", 1, 5),
    "gpt-5.5": ("openai", 5, 30),
    "gemini-3.5-pro": ("gemini", 2, 12),
    "kimi-k9-unlisted": ("openrouter", None, None),
}
"""Vendor, and USD for a million tokens in and out; ``None``: nobody knows."""
TOOLS = {
    "claude-code": ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"),
    "codex": ("gpt-5.5",),
    "gemini-cli": ("gemini-3.5-pro",),
    "aider": ("claude-sonnet-5-5", "gpt-5.5", "kimi-k9-unlisted"),
}
PROJECTS = ("storefront", "billing-service", "infra", "docs-site", "experiments")


@dataclass(frozen=True)
class Written:
    """One row as it was meant."""

    started_us: int
    tool: str
    model: str
    project: str
    session: str
    pico: int | None
    marginal: int | None
    saved: int | None
    account: str | None
    state: State
    metering: Metering
    estimated: bool


def write(
    ledger: Ledger,
    first: date,
    days: int,
    *,
    seed: int = 7,
    level: Sequence[float] = (1.0,),
    calls: int = 60,
    rule: str = "r1",
) -> list[Written]:
    """Write so many local days; ``level`` scales each week's work, the last one holds on."""
    dice = random.Random(seed)
    written: list[Written] = []
    for at in range(days):
        day = first + timedelta(days=at)
        week = level[min(at // 7, len(level) - 1)]
        weekend = 0.15 if day.weekday() >= 5 else 1.0
        for number in range(max(int(dice.gauss(calls, calls / 5) * week * weekend), 0)):
            written.append(_write(ledger, dice, day, number, rule))
    ledger.flush()
    return written


def _write(ledger: Ledger, dice: random.Random, day: date, number: int, rule: str) -> Written:
    started = micros(
        datetime.combine(day, time(8 + dice.randrange(11), dice.randrange(60), dice.randrange(60))).astimezone()
    )
    tool = dice.choices(list(TOOLS), (60, 20, 10, 10))[0]
    model = dice.choice(TOOLS[tool])
    vendor, rate_in, rate_out = MODELS[model]
    project = dice.choices(PROJECTS, (40, 25, 15, 12, 8))[0]
    session = f"{tool[:3]}-{day:%m%d}-{number // 25}-{dice.randrange(3)}"
    subscription = tool == "codex"
    fate = dice.random()
    state = State.VENDOR_ERROR if fate < 0.03 else State.CLIENT_ABORT if fate < 0.06 else State.DONE
    metering = Metering.UNMETERED if 0.06 <= fate < 0.065 else Metering.EXACT
    estimated = state is State.CLIENT_ABORT
    leg = Leg()
    if state is not State.VENDOR_ERROR and metering is Metering.EXACT:
        prompt = dice.randrange(4_000, 140_000)
        read = int(prompt * dice.uniform(0.4, 0.95))
        leg = Leg(input=prompt - read, cache_read=read, output=dice.randrange(50, 3_000))
    pico: int | None = None
    if metering is Metering.EXACT and rate_in is not None and rate_out is not None:
        pico = leg.input * rate_in * 10**6 + leg.cache_read * rate_in * 10**5 + leg.output * rate_out * 10**6
        pico += 7 * (leg.input > 0)  # so that a sum shows the last digit
    if state is State.VENDOR_ERROR:
        pico = 0
    marginal = None if pico is None else 0 if subscription else pico
    switched = model == "claude-haiku-5-5" and dice.random() < 0.5 and state is State.DONE and pico is not None
    asked = None if not switched or pico is None else int(pico * dice.uniform(3.5, 5.2))
    row = ledger.new_id()
    ledger.open_row(
        Opening(
            id=row,
            started_us=started,
            vendor="chatgpt" if subscription else vendor,
            wire="wire",
            tool=tool,
            session=session,
            project=f"{PROJECTS.index(project):04x}",
            project_name=project,
            model_asked="claude-opus-5-5" if switched else model,
            kind=Kind.TITLE if switched else Kind.MAIN,
            account="subscription" if subscription else "api",
            upstream="api.example.test:443",
            rule=rule if switched else None,
            model_sent=model if switched else None,
            metering=metering,
        )
    )
    cost = None
    if metering is Metering.EXACT:
        cost = Cost(pico=pico, basis=Basis.UNPRICED if pico is None else Basis.LIST, book="test")
    ledger.close_row(
        Closing(
            id=row,
            ended_us=started + 4_000_000,
            state=state,
            metering=metering,
            confidence=Confidence.NONE if pico is None else Confidence.ESTIMATED if estimated else Confidence.EXACT,
            http_status=529 if state is State.VENDOR_ERROR else 200,
            usage=Usage(legs=(leg,), model=model, complete=state is State.DONE),
            cost=cost,
            pico_contract=pico,
            pico_marginal=marginal,
            agreement="chatgpt" if subscription and pico is not None else None,
            pico_asked=asked,
            saved_low=None if asked is None or pico is None else (asked - pico) * 9 // 10,
            saved_high=None if asked is None or pico is None else asked - pico,
        )
    )
    return Written(
        started_us=started,
        tool=tool,
        model=model,
        project=project,
        session=session,
        pico=pico,
        marginal=marginal,
        saved=None if asked is None or pico is None else asked - pico,
        account="subscription" if subscription else "api",
        state=state,
        metering=metering,
        estimated=estimated,
    )
