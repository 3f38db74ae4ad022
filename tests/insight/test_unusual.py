"""What is called unusual: rarely anything in ordinary years, and what was planted."""

from __future__ import annotations

import importlib.util
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from trayapp.insight.unusual import (
    DaySum,
    Odd,
    Series,
    cause,
    culprit,
    known,
    odd_days,
    odd_parts,
    odd_sessions,
)
from trayapp.reports import Change

FIRST = date(2026, 1, 5)


def _years() -> ModuleType:
    spec = importlib.util.spec_from_file_location("simulated_years", Path(__file__).with_name("years.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulated_years"] = module
    spec.loader.exec_module(module)
    return module


years = _years()


@dataclass(frozen=True)
class Spent:
    """A session of an ordinary year."""

    week: int
    pico: int
    model: str
    tool: str
    project: str


def ordinary(seed: int) -> tuple[list[DaySum], list[Spent]]:
    """A year: days as in ``years``, cut into sessions of very different sizes; projects come and go."""
    year, dice = years.year(seed), random.Random(seed * 7 + 1)
    weights = {
        kind: [dice.expovariate(1) for _ in range(dice.randint(1, most))]
        for kind, most in (("model", 5), ("tool", 3), ("project", 8))
    }
    days, sessions = [], []
    for index in range(years.DAYS):
        if index % 7 == 0:
            weights["project"] = [each * math.exp(dice.gauss(0, 0.3)) for each in weights["project"]]
        total = year.total(index)
        days.append(DaySum(year.day(index), total, max(1, round(total / 10**6 * math.exp(dice.gauss(0, 0.25))))))
        pieces = [dice.expovariate(1) * math.exp(dice.gauss(0, 0.8)) for _ in range(2 + int(dice.expovariate(1 / 4)))]
        for piece in pieces if total else ():
            who = {kind: f"{kind}{dice.choices(range(len(each)), each)[0]}" for kind, each in weights.items()}
            sessions.append(Spent(index // 7, round(total * piece / sum(pieces)), **who))
    return days, sessions


def looked_at(days: list[DaySum], sessions: list[Spent]) -> Iterator[dict[str, list[Odd]]]:
    sums: dict[str, dict[int, Counter[str]]] = {kind: defaultdict(Counter) for kind in ("model", "tool", "project")}
    weeks: dict[int, list[int]] = defaultdict(list)
    for each in sessions:
        weeks[each.week].append(each.pico)
        for kind, by_week in sums.items():
            by_week[each.week][getattr(each, kind)] += each.pico
    for week in range(8, years.DAYS // 7):
        these, before = days[week * 7 : week * 7 + 7], days[week * 7 - 56 : week * 7]
        whole = sum(each.pico for each in these)
        found = {"day": odd_days(these, before)}
        for kind, by_week in sums.items():
            series = [
                Series(kind, name, pico, tuple(by_week[w][name] for w in range(week - 8, week)))
                for name, pico in by_week[week].items()
            ]
            found[kind] = odd_parts(series, whole)
        named = [(str(n), pico) for n, pico in enumerate(weeks[week])]
        found["session"] = odd_sessions(named, [n for w in range(week - 8, week) for n in weeks[w]], whole)
        yield found


@pytest.mark.parametrize("count", [60, pytest.param(400, marks=pytest.mark.thorough)])
def test_ordinary_weeks_are_rarely_unusual(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = Counter()
    weeks = 0
    for seed in range(count):
        for found in looked_at(*ordinary(seed)):
            weeks += 1
            seen["any"] += any(found.values())
            seen.update(kind for kind, odd in found.items() if odd)
    with capsys.disabled():
        print(f"\n{weeks} ordinary weeks: " + ", ".join(f"{kind} {n / weeks:.1%}" for kind, n in seen.most_common()))
    assert seen["any"] / weeks < 0.1


def steady(seed: int, sigma: float) -> list[DaySum]:
    """Nine weeks of somebody whose days stray by ``sigma``."""
    dice = random.Random(seed)
    days = []
    for n in range(63):
        day = FIRST + timedelta(days=n)
        weekend = day.weekday() >= 5
        pico = round(10**13 * (0.4 if weekend else 1) * math.exp(dice.gauss(0, sigma)))
        idle = dice.random() < (0.5 if weekend else 0.05)
        days.append(DaySum(day, 0 if idle else pico, round(pico / 10**6 * math.exp(dice.gauss(0, 0.2)))))
    return days


@pytest.mark.parametrize(
    ("sigma", "money", "tokens", "least"),
    [
        (0.3, 5, 5, 0.95),  # five times the work
        (0.4, 5, 5, 0.8),
        (0.3, 3, 1, 0.95),  # the same work at three times the money
        (1.0, 5, 1, 0.8),  # also where five times the work would be nothing special
        (1.0, 5, 5, 0.0),
    ],
)
def test_planted_days_are_found(sigma: float, money: int, tokens: int, least: float) -> None:
    hits = tries = 0
    for seed in range(200):
        days = steady(seed, sigma)
        day = days[58]
        if day.pico:
            tries += 1
            days[58] = replace(day, pico=day.pico * money, tokens=day.tokens * tokens)
            hits += any(odd.name == day.date.isoformat() for odd in odd_days(days[56:], days[:56]))
    assert hits / tries >= least
    if not least:
        assert hits / tries < 0.3  # it cannot be told from chance, and is not


def test_a_session_that_ran_away() -> None:
    before = [10**10 * (1 + n % 9) for n in range(60)]
    sessions = [("a", 5 * 10**10), ("run", 3 * max(before))]
    (odd,) = odd_sessions(sessions, before, sum(n for _, n in sessions))
    assert (odd.kind, odd.name, odd.usual) == ("session", "run", 5 * 10**10)
    assert odd_sessions([("run", 2 * max(before))], before, 10**12) == []
    assert odd_sessions(sessions, before[:14], 10**12) == []
    assert odd_sessions([], before, 0) == []
    assert odd_sessions(sessions, before, 10**15) == []  # it is no matter


def test_a_part_that_grew() -> None:
    usual = (10, 11, 9, 12, 10, 0, 9, 10)
    series = [Series("model", "a", 90, usual), Series("model", "b", 11, usual), Series("model", "new", 500, (0,) * 8)]
    (odd,) = odd_parts(series, 601)
    assert (odd.name, odd.pico, odd.usual, odd.like) == ("a", 90, 10, 7)
    assert odd_parts(series, 10**4) == []
    assert odd_parts([], 0) == []


def test_what_is_not_known_is_not_told() -> None:
    days = steady(1, 0.2)
    loud = [replace(each, pico=10**16) for each in days[56:]]
    spent = [each for each in days[:56] if each.pico]
    assert known(spent[:15])
    assert not known(spent[:14])
    assert odd_days(loud, spent[:14]) == []
    assert odd_days(loud, days[:56])
    working = [each for each in spent if each.date.weekday() < 5]
    assert all(date.fromisoformat(odd.name).weekday() < 5 for odd in odd_days(loud, working))
    quiet = [replace(each, pico=1) for each in days[56:]]
    assert odd_days(quiet, days[:56]) == []


def test_the_cause_makes_more_than_half() -> None:
    assert cause(Change(pico=100, pico_cache=51, pico_volume=49)) == ("cache", 51)
    assert cause(Change(pico=100, pico_cache=50, pico_volume=50)) == ("", 0)
    assert cause(Change(pico=100, pico_mix=150, pico_volume=-50)) == ("mix", 150)
    assert cause(Change(pico=-100, pico_price=-80, pico_volume=-20)) == ("price", -80)
    assert cause(Change()) == ("", 0)


def test_the_culprit_makes_more_than_half() -> None:
    assert culprit({"a": 90, "b": 20}, {"a": 10, "b": 20}) == ("a", 80)
    assert culprit({"a": 20, "b": 20}, {"a": 10, "b": 10}) == ("", 0)
    assert culprit({"a": 5}, {"a": 10}) == ("", 0)
    assert culprit({"": 50}, {}) == ("", 0)
    assert culprit({}, {}) == ("", 0)
