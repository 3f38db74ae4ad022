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
        held = None
        for _ in range(40):
            used = {} if held is None else {"last": held.id, "used": held.pico}
            held = lease(device, **used)
            given.append(int(held.pico))

    threads = [threading.Thread(target=greedy, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(given) == 320
    assert sum(given) <= 100 * PICO + 8  # what was used is rounded up, each time to a whole micro-dollar
    assert sum(given) >= 99 * PICO
    assert max(given) <= PICO


def test_the_same_request_is_the_same_lease_and_the_rest_comes_back(world):
    make(world, "p", 500 * PICO, "hard")
    one, two = world.join(), world.join()
    first = lease(one, once="first-request")
    assert first.pico == str(2_500_000_000_000)
    assert lease(one, once="first-request") == first
    other = lease(two, once="first-request")
    assert other.id != first.id
    assert committed(world) == (int(first.pico) + int(other.pico)) // leases.MICRO
    again = lease(one, last=first.id, used=str(PICO))
    assert (again.pico, again.id != first.id) == (str(2 * PICO), True)  # twice what was used
    assert committed(world) == (3 * PICO + int(other.pico)) // leases.MICRO
    third = lease(one, last=first.id, used=str(PICO))  # settled once; and one lease at a time
    assert committed(world) == (3 * PICO + int(other.pico)) // leases.MICRO
    second = lease(two, last=third.id, used="0")  # another's lease is not his to give back
    assert committed(world) == (3 * PICO + int(second.pico)) // leases.MICRO
    world.offset += leases.LIFE_S + 1
    late = lease(one)
    assert committed(world) == (PICO + int(late.pico)) // leases.MICRO
    last = lease(one, last=third.id, used=str(3 * PICO))  # reported late, but counted
    assert committed(world) == (4 * PICO + int(last.pico)) // leases.MICRO
    assert late.expires <= world.now() + leases.LIFE_S
    answer = one.ask("POST", "/v1/pools/none/leases", json={"pico": "1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_pool")


def test_idle_devices_leave_the_pool_to_those_who_spend(world):
    """Fifty take leases, again and again, and spend nothing; one that spends gets all but a rest."""
    limit = 50 * PICO
    make(world, "p", limit, "hard")
    client = world.client()
    idle = [world.join(client=client) for _ in range(50)]
    for _ in range(3):
        for device in idle:
            lease(device)
    held = committed(world)
    print(f"held by 50 idle devices: {held * leases.MICRO / limit:.1%}")
    assert held * leases.MICRO <= limit * 3 // 100
    active = world.join(client=client)
    spent, now = 0, lease(active)
    while now.pico != "0":
        spent += int(now.pico)
        now = lease(active, last=now.id, used=now.pico)
    assert limit - spent <= limit // leases.LEFT
    assert committed(world) * leases.MICRO == spent


def test_what_a_device_holds_that_has_stopped_spending_is_taken_back(world):
    limit = 10 * PICO
    make(world, "p", limit, "hard")
    busy, active = world.join(), world.join()
    start = (world.now() // HOUR - 1) * HOUR
    now = lease(busy)
    for _ in range(6):
        now = lease(busy, last=now.id, used=now.pico)
    busy.put(bucket(start, 1, pico=PICO // 2))
    kept = int(now.pico)
    assert kept == limit // leases.SHARE
    mine = lease(active)
    while int(mine.pico):
        mine = lease(active, last=mine.id, used=mine.pico)
    left = limit // leases.MICRO - committed(world)
    assert left < limit // leases.MICRO // leases.LEFT  # all is given, with what the other one holds
    world.offset += leases.IDLE_S - 60
    assert lease(active).pico == "0"
    world.offset += 60
    assert 0 < int(lease(active).pico) <= kept
    # He spent it all the same, and is counted.
    before = committed(world)
    lease(busy, last=now.id, used=now.pico)
    assert committed(world) == before + kept // leases.MICRO


def test_what_is_heard_of_a_device_keeps_its_lease(world):
    limit = 10 * PICO
    make(world, "p", limit, "hard")
    busy, active = world.join(), world.join()
    now = lease(busy)
    for _ in range(6):
        now = lease(busy, last=now.id, used=now.pico)
    mine = lease(active)
    while int(mine.pico):
        mine = lease(active, last=mine.id, used=mine.pico)
    world.offset += leases.IDLE_S - 10
    busy.put(bucket((world.now() // HOUR - 1) * HOUR, 1, pico=PICO))
    world.offset += 10
    assert lease(active).pico == "0"


def test_what_is_left_is_told_in_thousandths(world):
    """So that an empty pool does not tell to the micro-dollar what the others used of it."""
    make(world, "p", 10 * PICO, "hard")
    one, two = world.join(), world.join()
    first = lease(one)
    lease(one, last=first.id, used=str(9_954_321_000_000))  # 45.679 thousandths of a dollar are left
    assert lease(one, pico="0").pico == "0"
    assert lease(two).pico == str(40_000_000_000)
    assert lease(two, pico="5000000").pico == "5000000"


def test_a_pool_that_becomes_hard_begins_with_what_was_spent(world):
    device = world.join()
    make(world, "p", 500 * PICO)
    device.put(bucket(world.now() // DAY * DAY, pico=499 * PICO + 600_000_000_000))
    make(world, "p", 500 * PICO, "hard")
    given, now = 0, lease(device)
    while int(now.pico):
        given += int(now.pico)
        now = lease(device, last=now.id, used=now.pico)
    assert given <= 400_000_000_000


def test_who_leaves_gives_back_what_he_holds(world):
    make(world, "p", 500 * PICO, "hard")
    device, stays = world.join(), world.join()
    first = lease(device)
    lease(device, last=first.id, used=str(PICO))
    assert device.ask("DELETE", "/v1/me").status_code == 204
    assert committed(world) == PICO // leases.MICRO
    assert int(lease(stays).pico)


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
