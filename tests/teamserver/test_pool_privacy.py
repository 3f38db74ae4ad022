"""What can be learned from pools by whoever sees all of them, makes as many as he likes and changes their limits."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from teamworld import Device, World, bucket

from trayapp.team import wire
from trayapp.teamserver import pools, problems, rungs
from trayapp.teamserver.tellings import ENOUGH, Heads, Telling, fine

PICO = 10**12
DAY = 86_400
TEAMS = ("red", "blue", "green")
STARTS = (1, 5, 9)
"""Days on which periods begin."""


# The ladder: what many limits tell of one amount.


@given(st.integers(0, 10**16), st.integers(0, 10**16), st.booleans())
@settings(max_examples=300)
def test_amounts_on_one_rung_look_alike_under_every_limit(one, two, exact):
    cut, step = (rungs.fine, 1) if exact else (rungs.wide, 10)
    limits = [rung * 10**power for rung in rungs.WIDE for power in range(11, 17)]

    def told(amount: int) -> list[int]:
        return [rungs.percent(cut(amount), limit, step, 1000) for limit in limits if rungs.is_limit(limit)]

    if cut(one) == cut(two):
        assert told(one) == told(two)
    for limit in limits:  # the one thing that has to be exact
        assert (cut(one) >= limit) == (one >= limit)


def test_rungs_of_few_are_at_least_a_ninth_apart():
    ladder = [*rungs.WIDE, 100]
    assert all((upper - lower) * 10 >= lower for lower, upper in pairwise(ladder))
    assert [rungs.wide(amount) for amount in (0, 9, 99, 100, 119, 1_499, 999_999)] == [
        0,
        0,
        90,
        100,
        100,
        1_200,
        900_000,
    ]
    assert rungs.neighbours(750 * PICO) == (700 * PICO, 800 * PICO)
    assert rungs.neighbours(95 * PICO) == (90 * PICO, 100 * PICO)


@given(st.integers(PICO, 10**15), st.lists(st.integers(PICO, 10**16), max_size=200))
@settings(max_examples=200)
def test_a_search_with_limits_ends_at_the_rung(amount, tried):
    """The attacker sets any limits that are taken, reads, and draws his conclusions: they are never below a rung."""
    low, high = 0, 10**30
    taken = [limit for limit in (rungs.wide(each) for each in tried) if rungs.is_limit(limit)]
    for limit in taken:
        share = rungs.percent(rungs.wide(amount), limit, 10, 1000)
        candidates = [rung for rung in _ladder() if rungs.percent(rung, limit, 10, 1000) == share]
        low, high = max(low, candidates[0]), min(high, _above(candidates[-1]))
    assert low <= rungs.wide(amount)
    assert high >= _above(rungs.wide(amount))


def _ladder() -> list[int]:
    return [0, *(rung * 10**power for power in range(9, 17) for rung in rungs.WIDE)]


def _above(rung: int) -> int:
    ladder = _ladder()
    return ladder[ladder.index(rung) + 1] if rung in ladder[:-1] else 10**30


# Which pools may be fine: no part of those that are is of one to four people.


@st.composite
def spending(draw: st.DrawFn) -> tuple[dict[str, list[set[int]]], list[Telling]]:
    """People of each team, each with the days on which he spent; and pools."""
    people = {
        team: draw(st.lists(st.sets(st.sampled_from((1, 2, 5, 6, 9, 10)), max_size=4), max_size=9)) for team in TEAMS
    }
    every = [Telling(team, since) for team, since in product(("", *TEAMS), STARTS)]
    return people, draw(st.lists(st.sampled_from(every), unique=True, min_size=1))


def counted(people: dict[str, list[set[int]]], team: str, since: int, until: int | None) -> Heads:
    within = [days for days in people[team] if any(since <= day < (until or 99) for day in days)]
    return Heads(len(within), len(within))


@given(spending())
@settings(max_examples=400)
def test_no_combination_of_fine_pools_is_of_one_to_four_people(drawn):
    people, tellings = drawn
    told = fine(tellings, TEAMS, lambda team, since, until: counted(people, team, since, until))
    # Every spending day of every person, with the fine pools that it is in: equal sets cannot be told apart, all other
    # groups are unions of these.
    parts: dict[frozenset[Telling], set[tuple[str, int]]] = {}
    for team in TEAMS:
        for number, days in enumerate(people[team]):
            for day in days:
                within = frozenset(each for each in told if each.team in ("", team) and each.since <= day)
                parts.setdefault(within, set()).add((team, number))
    parts.pop(frozenset(), None)
    assert all(len(whom) >= ENOUGH for whom in parts.values())
    for telling in told:
        assert sum(counted(people, t, telling.since, None).every for t in TEAMS if telling.team in ("", t)) >= ENOUGH


@given(spending())
@settings(max_examples=100)
def test_a_pool_of_five_alone_is_fine(drawn):
    people, tellings = drawn
    for telling in tellings:
        told = fine([telling], TEAMS, lambda team, since, until: counted(people, team, since, until))
        whole = sum(counted(people, t, telling.since, None).every for t in TEAMS if telling.team in ("", t))
        assert bool(told) == (whole >= ENOUGH)


# The same on a server.


def told(device: Device) -> dict[str, wire.Pool]:
    answer = device.ask("GET", "/v1/pools")
    assert answer.status_code == 200, answer.text
    return {pool.name: pool for pool in msgspec.json.decode(answer.content, type=wire.Pools).pools}


def seen(world: World, device: Device) -> dict[str, wire.Pool]:
    world.offset += pools.FRESH_S
    return told(device)


def make(world: World, name: str, usd: int, **more: str) -> None:
    world.do(lambda c: pools.make(c, world.tenant, name, usd * PICO, **more))


def test_a_pool_of_all_and_one_of_all_but_one_do_not_tell_of_that_one(world):
    lonely = world.add_team("Lonely")
    many, one = [world.join() for _ in range(6)], world.join(team=lonely)
    make(world, "all", 1000)
    make(world, "most", 1000, team=world.team)
    start = world.now() // DAY * DAY
    for device in many:
        device.put(bucket(start, pico=30_500 * 10**9))
    both = seen(world, many[0])
    assert [both[name].pico_spent for name in ("all", "most")] == [str(180 * PICO)] * 2
    one.put(bucket(start, pico=37_123_456_789_012))
    both = seen(world, many[0])
    exact = [name for name in ("all", "most") if both[name].pico_spent is not None]
    assert exact == ["all"]  # the other one is told as if it were of few
    assert (both["most"].share, both["most"].members) == ("0.10", 0)
    for _ in range(4):
        world.join(team=lonely).put(bucket(start, pico=PICO))
    assert {pool.pico_spent is not None for pool in seen(world, many[0]).values()} == {True}


def test_no_limit_and_no_second_pool_tells_more_of_two_people_than_a_rung(world):
    """All limits that there are, set one after the other, over two amounts on one rung: the same views."""
    views: list[list[str]] = []
    for amount in (81 * PICO, 89_900_000_000_000):
        team = world.add_team(f"Two {amount}")
        two = [world.join(team=team) for _ in range(2)]
        start = world.now() // DAY * DAY
        two[0].put(bucket(start, pico=amount - 5 * PICO))
        two[1].put(bucket(start, pico=5 * PICO))
        found = []
        for limit in (rung * 10**power for power in range(3) for rung in rungs.WIDE):
            make(world, f"p{amount}", limit, team=team)
            make(world, f"q{amount}", limit, team=team, period="day")
            shown = told(two[0])
            found += [shown[f"{name}{amount}"].share for name in ("p", "q")]
            assert all(pool.pico_spent is pool.pico_low is None for pool in shown.values())
        views.append(found)
    assert views[0] == views[1]
    assert len(set(views[0])) > 8


@pytest.mark.parametrize("usd", ["750", "99.5", "0.9", "123", "0"])
def test_limits_between_rungs_are_refused_with_the_nearest(world, usd):
    from decimal import Decimal

    with pytest.raises(problems.Refused) as refused:
        world.do(lambda c: pools.make(c, world.tenant, "p", int(Decimal(usd) * PICO)))
    assert refused.value.problem.code == "bad_limit"
    assert refused.value.problem.message.count("$") == 2


def test_a_night_of_one_moves_a_fine_pool_by_rungs_only(world):
    """What is told between is the same, whether he spent nothing or nearly a rung."""
    devices = [world.join() for _ in range(5)]
    make(world, "p", 1000)
    start = world.now() // DAY * DAY
    for device in devices:
        device.put(bucket(start, pico=100_200 * 10**9))
    before = seen(world, devices[0])["p"]
    devices[1].put(bucket(start, 2, pico=108_200 * 10**9))
    after = seen(world, devices[0])["p"]
    assert (before.share, before.pico_spent) == (after.share, after.pico_spent) == ("0.50", str(500 * PICO))


def test_a_forecast_carries_days_of_few_to_the_next_of_five():
    from trayapp.teamserver.forecasting import carried

    days = {1: (50, 5), 2: (7, 1), 3: (9, 4), 4: (100, 6), 5: (3, 2)}
    assert carried(days) == {1: 50, 4: 116}


def test_amounts_moved_among_the_people_of_a_pool_change_no_view(world):
    devices = [world.join() for _ in range(6)]
    make(world, "p", 1000)
    start = world.now() // DAY * DAY

    def views(amounts: Iterable[int], revision: int) -> list[object]:
        for device, amount in zip(devices, amounts, strict=True):
            device.put(bucket(start, revision, pico=amount))
        pool = seen(world, devices[0])["p"]
        return [pool.share, pool.pico_spent, pool.pico_low, pool.pico_high, pool.members]

    whole = 6 * 40 * PICO
    assert views([40 * PICO] * 6, 1) == views([1, 1, 1, 1, 1, whole - 5], 2)


def test_a_pool_that_is_given_to_others_begins_anew(world):
    other = world.add_team("Other")
    mine, theirs = world.join(), world.join(team=other)
    make(world, "gpu", 500, team=world.team, kind="hard")
    ask = {"pico": str(PICO)}
    assert mine.ask("POST", "/v1/pools/gpu/leases", json=ask).status_code == 200
    make(world, "gpu", 500, team=other, kind="hard")
    assert mine.ask("POST", "/v1/pools/gpu/leases", json=ask).status_code == 404
    assert mine.ask("GET", "/v1/me/export").json()["leases"] == []
    assert theirs.ask("POST", "/v1/pools/gpu/leases", json=ask).status_code == 200
    make(world, "gpu", 500, team=other)
    assert theirs.ask("POST", "/v1/pools/gpu/leases", json=ask).json()["code"] == "soft_pool"


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "a\x00", "x" * 65])
def test_a_pools_name_is_a_short_line_without_a_slash(world, name):
    with pytest.raises(problems.Refused) as refused:
        world.do(lambda c: pools.make(c, world.tenant, name, PICO))
    assert refused.value.problem.code == "bad_pool_name"


def test_a_pool_may_have_an_ordinary_name(world):
    device = world.join()
    make(world, "Büro 2026: GPU?", 500, kind="hard")
    assert set(told(device)) == {"Büro 2026: GPU?"}
    way = "/v1/pools/B%C3%BCro%202026%3A%20GPU%3F/leases"
    assert device.ask("POST", way, json={"pico": "1000000"}).status_code == 200


def test_the_days_before_a_week_are_not_told_by_taking_the_week_from_the_month():
    """A month that begins on a Sunday, on which one person worked."""
    people = {"red": [{2, 6}, {6}, {6}, {6}, {6}, {6}]}
    both = [Telling("", 1), Telling("", 5)]
    found = fine(both, ["red"], lambda team, since, until: counted(people, team, since, until))
    assert found == {Telling("", 1)}
