"""Pools: soft ones are stopped in time by totals, hard ones by leases; nothing is given twice; where it leads."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime

import msgspec
import pytest
from teamworld import HOUR, Device, World, bucket

from trayapp.team import wire
from trayapp.teamserver import forecasting, leases, pools, tables

PICO = 10**12
DAY = 86_400
HOURLY = 5 * PICO
"""What a busy device spends in an hour."""


def make(world: World, name: str, limit: int, kind: str = "soft", period: str = "month") -> None:
    world.do(lambda c: pools.make(c, world.tenant, name, limit, kind=kind, period=period))


def told(device: Device) -> dict[str, wire.Pool]:
    answer = device.ask("GET", "/v1/pools")
    assert answer.status_code == 200, answer.text
    return {pool.name: pool for pool in msgspec.json.decode(answer.content, type=wire.Pools).pools}


def lease(device: Device, pool: str = "p", once: str = "", **ask: str) -> wire.Lease:
    headers = {"Idempotency-Key": once} if once else {}
    answer = device.ask("POST", f"/v1/pools/{pool}/leases", json={"pico": str(5 * PICO), **ask}, headers=headers)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.Lease)


class Spender:
    """A device that spends, and stops once it is told to."""

    def __init__(self, device: Device, seed: int) -> None:
        self.device = device
        self.draw = random.Random(seed)
        self.hours: dict[int, int] = {}
        self.revision = 0
        self.spent = 0
        self.stopped = False

    def spend(self, now: int, seconds: float) -> None:
        """So long, call by call."""
        left = seconds
        while not self.stopped:
            left -= self.draw.expovariate(1 / 30)  # a call every half a minute
            if left < 0:
                return
            cost = int(self.draw.expovariate(1) * HOURLY / 120)
            self.hours[now // HOUR * HOUR] = self.hours.get(now // HOUR * HOUR, 0) + cost
            self.spent += cost

    def sync(self) -> None:
        """Totals up, pools down."""
        self.revision += 1
        if self.hours:
            self.device.put(*(bucket(start, self.revision, pico=pico) for start, pico in self.hours.items()))
        self.stopped = float(told(self.device)["p"].share) >= 1


@pytest.mark.parametrize("count", [10, 50])
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_a_soft_pool_is_overspent_by_less_than_a_hundredth_with_totals_every_minute(world, count):
    limit = 500 * PICO
    make(world, "p", limit)
    client = world.client()
    devices = [world.join(client=client) for _ in range(count)]
    start = (world.now() - DAY) // HOUR * HOUR
    start = max(start, pools.window("month", world.now())[0])
    before = limit * (98 if count < 20 else 96) // 100 // count
    for device in devices:
        device.put(bucket(start - start % HOUR, 1, pico=before, tool="codex"))
    spenders = [Spender(device, seed) for seed, device in enumerate(devices)]
    moment = world.now()
    for minute in range(60):
        for number, spender in enumerate(spenders):
            world.offset += moment + minute * 60 + number * 60 // count - world.now()
            if minute % 10 == 9:
                spender.device.token = ""
            if not spender.stopped:
                spender.spend(world.now(), 60)
                spender.sync()
        if all(spender.stopped for spender in spenders):
            break
    total = before * count + sum(spender.spent for spender in spenders)
    overspent = (total - limit) / limit
    print(f"soft, {count} devices, every 60 s: overspent {overspent:.2%}")
    assert all(spender.stopped for spender in spenders)
    assert 0 <= overspent <= 0.01


@pytest.mark.parametrize("count", [10, 50])
def test_a_hard_pool_is_overspent_by_less_than_three_hundredths(world, count):
    limit = 500 * PICO
    make(world, "p", limit, "hard")
    client = world.client()
    devices = [world.join(client=client) for _ in range(count)]
    draw = random.Random(count)
    held: dict[str, wire.Lease] = {}
    used: dict[str, int] = {}
    spent = 0
    active = list(devices)
    while active:
        device = draw.choice(active)
        now = held.get(device.id)
        if now is None or used[device.id] >= int(now.pico):
            ask = {"last": now.id, "used": str(used[device.id])} if now is not None else {}
            held[device.id] = lease(device, **ask)
            used[device.id] = 0
            if held[device.id].pico == "0":
                active.remove(device)
            continue
        cost = int(draw.expovariate(1) * 15 * PICO // 100)
        used[device.id] += cost
        spent += cost
    overspent = (spent - limit) / limit
    print(f"hard, {count} devices, leases of $5: {overspent:+.2%}")
    assert -0.03 <= overspent <= 0.03


def test_many_at_once_are_never_given_more_than_there_is(world):
    make(world, "p", 100 * PICO, "hard")
    devices = [world.join() for _ in range(8)]
    for device in devices:
        device.sign_in()
    given: list[int] = []

    def greedy(device: Device) -> None:
        for _ in range(20):
            given.append(int(lease(device).pico))

    threads = [threading.Thread(target=greedy, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(given) == 160
    assert sum(given) == 100 * PICO
    assert max(given) == PICO


def test_the_same_request_is_the_same_lease_and_the_rest_comes_back(world):
    make(world, "p", 500 * PICO, "hard")
    one, two = world.join(), world.join()
    first = lease(one, once="first-request")
    assert lease(one, once="first-request") == first
    assert lease(two, once="first-request").id != first.id
    again = lease(one, last=first.id, used=str(PICO))
    assert (again.pico, again.id != first.id) == (str(5 * PICO), True)
    assert committed(world) == 11 * PICO // leases.MICRO
    lease(one, last=first.id, used=str(PICO))  # settled once
    assert committed(world) == 16 * PICO // leases.MICRO
    assert lease(two, last=again.id, used="0").pico == str(5 * PICO)  # another's lease is not his to give back
    assert committed(world) == 21 * PICO // leases.MICRO
    world.offset += leases.LIFE_S + 1
    late = lease(one)
    assert committed(world) == 6 * PICO // leases.MICRO
    lease(one, last=again.id, used=str(3 * PICO))  # reported late, but counted
    assert committed(world) == 14 * PICO // leases.MICRO
    assert late.expires <= world.now() + leases.LIFE_S
    soft = one.ask("POST", "/v1/pools/none/leases", json={"pico": "1"})
    assert soft.status_code == 404


def committed(world: World) -> int:
    async def act(connection):
        return (await connection.execute(tables.pool.select())).mappings().one()["committed"]

    return world.do(act)


def test_a_teams_pool_is_its_own(world):
    other = world.add_team("Other")
    world.do(lambda c: pools.make(c, world.tenant, "theirs", PICO, team=other, kind="hard"))
    make(world, "all", 100 * PICO)
    device, theirs = world.join(), world.join(team=other)
    assert set(told(device)) == {"all"}
    assert set(told(theirs)) == {"all", "theirs"}
    assert device.ask("POST", "/v1/pools/theirs/leases", json={"pico": "1000000"}).status_code == 404
    assert device.ask("POST", "/v1/pools/all/leases", json={"pico": "1"}).json()["code"] == "soft_pool"


def test_windows_are_whole_days_weeks_and_months():
    at = int(datetime(2026, 12, 31, 23, 30, tzinfo=UTC).timestamp())
    for period, since, until in (
        ("day", "2026-12-31", "2027-01-01"),
        ("week", "2026-12-28", "2027-01-04"),
        ("month", "2026-12-01", "2027-01-01"),
    ):
        found = [datetime.fromtimestamp(end, UTC).date().isoformat() for end in pools.window(period, at)]
        assert found == [since, until]


def test_four_of_five_months_end_within_the_forecast():
    """Two hundred simulated months with weekends, told in whole percent as pools are."""
    within = 0
    for seed in range(200):
        draw = random.Random(seed)
        first = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp()) // DAY
        level = draw.uniform(1.5, 6)
        days = {
            first + number: draw.gauss(level, level / 4) * (0.2 if (first + number + 3) % 7 >= 5 else 1)
            for number in range(61)
        }
        days = {day: max(share, 0) for day, share in days.items()}
        today = first + 30 + 12
        limit = 10**15
        past = {day: int(share * limit / 100) for day, share in days.items() if day < today}
        shares = forecasting.daily_steps(past, limit)
        spent = int(sum(days[day] for day in range(first + 30, today)))
        low, high = forecasting.forecast(shares, spent, (first + 30) * DAY, (first + 61) * DAY, today * DAY)
        end = sum(days[day] for day in range(first + 30, first + 61))
        assert low is not None
        assert high is not None
        within += low <= end <= high
    print(f"{within / 200:.0%} of months within")
    assert 0.72 < within / 200 < 0.95
    assert forecasting.forecast({}, 0, 0, 30 * DAY, DAY) == (None, None)
