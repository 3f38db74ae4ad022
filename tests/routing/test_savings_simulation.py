"""A thousand sessions in two worlds: what the twins claim is what the worlds differ by, session by session.

The worlds are ``vendorworld``'s, which caches by content and knows nothing of twins; both are priced by the cost engine
with the book that ships. World A sends all as asked. World B has rules, returns, failures and refusals.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vendorworld import (
    HOUR,
    MINUTE,
    Call,
    Course,
    Life,
    Maker,
    Person,
    Plan,
    Step,
    World,
    acquaintance,
    alone,
    plan,
    together,
)

from trayapp.moments import at as moment
from trayapp.moments import micros
from trayapp.money import PICO, dollars
from trayapp.pricing import Book, price
from trayapp.routing.booked import caching
from trayapp.routing.inflation import ONE_CALL, interval, of_kind
from trayapp.routing.savings import Twins
from trayapp.routing.session import SAME, Change
from trayapp.values import Usage

AUTUMN = micros(datetime(2026, 11, 2, 7, tzinfo=UTC))
SPRING = micros(datetime(2026, 3, 10, 7, tzinfo=UTC))
"""On 13 March the long-prompt price of Sonnet 4.6 ended."""
CENT = PICO // 100
EVERYTHING = frozenset({"main", "subagent", "title", "webfetch", "compaction"})
COUNTED = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
SIDE = frozenset({"title", "webfetch", "compaction"})


@dataclass(frozen=True)
class Pair:
    vendor: str
    original: str
    cheaper: str
    maker: Maker
    start_us: int = AUTUMN
    tokens: Fraction = Fraction(1)

    @property
    def change(self) -> Change:
        return SAME if self.tokens == 1 else Change(tokens=self.tokens)


SHORT, LONG = Maker(5 * MINUTE, "cache_write", tail=3), Maker(HOUR, "cache_write_1h", tail=3)
OLD_TOKENS = Fraction(113, 142)
PAIRS = {
    "opus-sonnet-5m": Pair("anthropic", "claude-opus-5-5", "claude-sonnet-5-5", SHORT),
    "opus-sonnet-1h": Pair("anthropic", "claude-opus-5-5", "claude-sonnet-5-5", LONG),
    "opus-haiku-5m": Pair("anthropic", "claude-opus-5-5", "claude-haiku-5-5", SHORT),
    "opus-haiku-1h": Pair("anthropic", "claude-opus-5-5", "claude-haiku-5-5", LONG),
    "opus4-sonnet4-5m": Pair("anthropic", "claude-opus-4-8", "claude-sonnet-4-6", SHORT, SPRING, OLD_TOKENS),
    "opus4-sonnet4-1h": Pair("anthropic", "claude-opus-4-8", "claude-sonnet-4-6", LONG, SPRING, OLD_TOKENS),
    "sol-luna-30m": Pair("openai", "gpt-6.1-sol", "gpt-6-luna", Maker(30 * MINUTE, "cache_write")),
    "sol-luna-12h": Pair("openai", "gpt-6.1-sol", "gpt-6-luna", Maker(12 * HOUR, "cache_write_12h")),
    "gpt5-mini": Pair("openai", "gpt-5.4", "gpt-5.4-mini", Maker(30 * MINUTE, None)),
    "gemini": Pair("gemini", "gemini-3.1-pro-preview", "gemini-3.5-flash-lite", Maker(None, None)),
}


def course(rng: random.Random) -> Course:
    until = rng.choice([None, None, 2, 4])
    fails = frozenset(turn for turn in range(1, 12) if rng.random() < 0.12)
    return rng.choice(
        [
            Course(),
            Course(EVERYTHING, until=until),
            Course(frozenset({"main"}), since=rng.randrange(1, 5), until=until, fails=fails),
            Course(frozenset({"main"}), since=rng.randrange(0, 3), at_boundary=True, until=until, fails=fails),
            Course(frozenset({"main", "subagent"}), fails=fails),
            Course(SIDE),
            Course(frozenset({"subagent"})),
            Course(frozenset({"main"}), since=rng.randrange(0, 3), refused=rng.randrange(0, 5)),
        ]
    )


@dataclass
class Outcome:
    """What the two worlds cost and what was claimed, by session."""

    asked_pico: Counter[int] = field(default_factory=Counter)
    real_pico: Counter[int] = field(default_factory=Counter)
    claimed: Counter[int] = field(default_factory=Counter)
    low: Counter[int] = field(default_factory=Counter)
    high: Counter[int] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def truth(self, session: int) -> int:
        return self.asked_pico[session] - self.real_pico[session]


def cost(book: Book, pair: Pair, usage: Usage, model: str, at_us: int) -> tuple[int, int]:
    found = price(usage, vendor=pair.vendor, model_asked=model, at_us=at_us, book=book)
    assert found.pico is not None, found.flags
    return found.pico, dict(found.components).get("output", 0)


Plans = list[tuple[Plan, Course]]


def life(pair: Pair, world: World, plans: Plans, first: int, *, rules: bool) -> Life:
    person = Person(world, pair.original, pair.cheaper, pair.start_us, system=19_000, agent_system=7_000)
    for number, (each, way) in enumerate(plans, first):
        yield from person.live(number, each, way if rules else None)


def live(pair: Pair, people: Sequence[Plans], *, rules: bool) -> Iterator[Call]:
    world = World(pair.maker, {pair.cheaper: pair.tokens})
    if len(people) == 1:
        return alone(life(pair, world, people[0], 0, rules=rules))
    return together([life(pair, world, each, 10**6 * at, rules=rules) for at, each in enumerate(people)])


def compare(book: Book, pair: Pair, *people: Plans) -> Outcome:
    out = Outcome()
    zone = ZoneInfo("Europe/Berlin")
    for call in live(pair, people, rules=False):
        out.asked_pico[call.session] += cost(book, pair, call.usage, call.model, call.at_us)[0]
    twins = Twins()
    served = caching(book, pair.vendor, pair.original, pair.cheaper, pair.start_us)
    own = caching(book, pair.vendor, pair.original, pair.original, pair.start_us)
    for call in live(pair, people, rules=True):
        out.calls += 1
        kept = own if call.as_asked else served
        payer = twins.payer(call.key, call.at_us, shared=call.shared, caching=kept, begins=call.begins)
        twin = twins.asked(
            call.key,
            call.at_us,
            call.usage,
            shared=call.shared,
            caching=kept,
            served_as_asked=call.as_asked,
            change=SAME if call.as_asked else pair.change,
            begins=call.begins,
            redone=call.redone,
            rule="r1",
        )
        assert twin is not None
        real, _ = cost(book, pair, call.usage, call.model, call.at_us)
        asked, output = cost(book, pair, twin, pair.original, call.at_us)
        if call.as_asked and not call.redone and asked != real:
            assert payer == "r1"
            out.words["owed"] += 1
        if call.as_asked and payer is None and not call.redone:
            assert twin == call.usage
        low, high = interval(asked, real, ONE_CALL if call.as_asked else of_kind(call.kind), output_pico=output)
        assert low <= asked - real <= high
        out.words["redone" if call.redone else "as asked" if call.as_asked else "switched"] += 1
        out.real_pico[call.session] += real
        out.claimed[call.session] += asked - real
        out.low[call.session] += low
        out.high[call.session] += high
        out.days[moment(call.at_us).astimezone(zone).date().isoformat()] += asked - real
    return out


def sessions(seed: str, count: int) -> Plans:
    rng = random.Random(seed)
    return [(each, Course()) for each in acquaintance()] + [(plan(rng), course(rng)) for _ in range(count)]


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.thorough)])
def test_a_thousand_sessions_to_the_cent(shipped: Book, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.perf_counter()
    sums: dict[str, int] = defaultdict(int)
    days: list[int] = []
    words: Counter[str] = Counter()
    lost = won = calls = 0
    for name, pair in PAIRS.items():
        plans = sessions(name, count)
        out = compare(shipped, pair, plans)
        for session in range(len(plans)):
            apart = out.claimed[session] - out.truth(session)
            if pair.tokens == 1:
                assert apart == 0, (name, session, apart, plans[session][1])
            else:  # counts of another tokenizer are whole tokens
                assert abs(apart) < CENT // 2, (name, session, apart)
            assert out.low[session] <= out.claimed[session] <= out.high[session]
            lost += out.truth(session) < 0
            won += out.truth(session) > 0
        claimed, truth = sum(out.claimed.values()), sum(map(out.truth, range(len(plans))))
        assert abs(claimed - truth) < count * CENT // 100
        assert sum(out.days.values()) == claimed
        days += out.days.values()
        sums["a"] += sum(out.asked_pico.values())
        sums["b"] += sum(out.real_pico.values())
        sums["claimed"] += claimed
        sums["low"] += sum(out.low.values())
        words += out.words
        calls += out.calls
    assert lost > 50
    assert won > 300
    assert sum(amount < 0 for amount in days) > 5
    assert min(words[word] for word in ("owed", "redone", "switched", "as asked")) > 50
    with capsys.disabled():
        print(
            f"\n{count * len(PAIRS):,} sessions, {calls:,} calls ({dict(words)}): as asked {dollars(sums['a'])},"
            f" with rules {dollars(sums['b'])}, saved {dollars(sums['claimed'])} (at least {dollars(sums['low'])});"
            f" {won} sessions won, {lost} lost; {sum(amount < 0 for amount in days)} of {len(days)} days lost;"
            f" {time.perf_counter() - begun:.1f} s"
        )


@given(seed=st.integers(0, 2**32), name=st.sampled_from([name for name, pair in PAIRS.items() if pair.tokens == 1]))
@settings(max_examples=40)
def test_people_who_work_at_the_same_time(shipped: Book, seed: int, name: str) -> None:
    """One cache for all: a session that was switched leaves another one's beginning cold."""
    rng = random.Random(seed)
    people = [[(each, Course()) for each in acquaintance()]]
    people += [
        [(plan(rng), replace(course(rng), fails=frozenset())) for _ in range(2)] for _ in range(rng.randrange(1, 5))
    ]
    out = compare(shipped, PAIRS[name], *people)
    assert out.claimed == {n: out.truth(n) for n in out.asked_pico}


def test_without_acquaintance_a_saving_is_never_told_too_large(shipped: Book) -> None:
    for name, pair in PAIRS.items():
        if pair.tokens != 1:
            continue
        rng = random.Random(name)
        plans = [(plan(rng), Course(EVERYTHING if n < 3 else frozenset({"main"}))) for n in range(8)]
        out = compare(shipped, pair, plans)
        assert all(out.claimed[n] <= out.truth(n) for n in range(8))
        assert out.claimed[0] < out.truth(0)


def test_all_as_asked_saves_exactly_nothing(shipped: Book) -> None:
    for name, pair in PAIRS.items():
        out = compare(shipped, pair, [(each, Course()) for each, _ in sessions(name, 5)])
        assert not any(out.claimed.values())
        assert not any(out.low.values())
        assert set(out.words) == {"as asked"}


@given(seed=st.integers(0, 2**32), name=st.sampled_from([name for name, pair in PAIRS.items() if pair.tokens == 1]))
@settings(max_examples=40)
def test_any_world(shipped: Book, seed: int, name: str) -> None:
    plans = sessions(str(seed), 4)
    out = compare(shipped, PAIRS[name], plans)
    assert out.claimed == {n: out.truth(n) for n in range(len(plans))}


def recorded(folder: Path) -> Iterator[Plan]:
    """The numbers of Claude Code's own logs: prompt sizes, outputs, pauses; no text is looked at."""
    for log in sorted(folder.glob("*/.claude/projects/**/*.jsonl")):
        calls: dict[str, tuple[int, int, int]] = {}
        for line in log.read_bytes().splitlines():
            try:
                entry = json.loads(line)
                usage = entry["message"]["usage"]
                prompt = sum(int(usage.get(name) or 0) for name in COUNTED)
                at_us = micros(datetime.fromisoformat(entry["timestamp"]))
                calls[entry["message"]["id"]] = (at_us, prompt, int(usage["output_tokens"]))
            except (ValueError, KeyError, TypeError):
                continue
        steps: list[Step] = []
        context, last_us = 0, None
        for at_us, prompt, output in sorted(calls.values()):
            begins = not steps or prompt < context
            new = max(1, min(prompt, 50_000)) if begins else max(1, prompt - context)
            gap = max(MINUTE // 60, at_us - (at_us if last_us is None else last_us))
            steps.append(Step("main", gap, new, output, human=True, begins=begins))
            context, last_us = prompt + output, at_us
        if steps:
            yield Plan(MINUTE, steps)


def test_recorded_sessions(shipped: Book, shared: Path) -> None:
    plans = list(recorded(shared / "data" / "history" / "cases"))
    if not plans:
        pytest.skip("the recorded sessions are not here")
    for name, pair in PAIRS.items():
        rng = random.Random(name)
        lived = [(each, Course()) for each in acquaintance()] + [(each, course(rng)) for each in plans]
        out = compare(shipped, pair, lived)
        for n in range(len(lived)):
            assert abs(out.claimed[n] - out.truth(n)) < (1 if pair.tokens == 1 else CENT // 2), (name, n)
