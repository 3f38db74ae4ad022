"""Weeks of a fleet over a bad network and replicas that are killed: the server's sums are the devices' ledgers.

200 devices and four weeks with ``--thorough``; a small fleet otherwise. To the pico-dollar, on both engines.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from teamfleet import Chances, Network, Replica, Simulated
from teamworld import HOUR, World

from trayapp.teamserver import amounts, tables


def fleet(world: World, size: int, seed: int) -> list[Simulated]:
    """Devices that have joined."""
    client = world.client()
    joined = [world.join(client=client) for _ in range(size)]
    return [Simulated(one.id, one.key, random.Random(seed + number)) for number, one in enumerate(joined)]


async def weeks(network: Network, devices: list[Simulated], rounds: int, seed: int, kills: int) -> None:
    """All of it: work and sync, round after round, while replicas die; then sync until everything is acknowledged."""
    draw = random.Random(seed)
    now = int(time.time()) // HOUR
    span = 28 * 24
    together = asyncio.Semaphore(12)
    restored = devices[0]
    backup = None
    deadly = set(draw.sample(range(1, rounds), kills))
    reviving: list[asyncio.Task[None]] = []

    async def step(device: Simulated, hours: range) -> None:
        async with together:
            device.work(hours, device.draw.randrange(1, 12))
            await network.sync(device)

    async def drain(device: Simulated) -> None:
        async with together:
            await network.sync(device)

    for number in range(rounds):
        first = now - span + span * number // rounds
        hours = range(max(first - 48, now - span), first + max(span // rounds, 1))
        order = draw.sample(devices, k=len(devices))
        tasks = [asyncio.create_task(step(device, hours)) for device in order]
        if number in deadly:
            victim = draw.choice(network.replicas)
            await tasks[len(tasks) // 3]
            victim.kill()
            victim.start()
            reviving.append(asyncio.create_task(victim.up(network.client)))
        await asyncio.gather(*tasks)
        if len(network.replicas) == 1:
            await asyncio.gather(*reviving)  # the only one: the rounds would be over before it is back
        if number == rounds // 3:
            backup = dict(restored.ledger)
        if number == 2 * rounds // 3:
            assert backup is not None
            restored.restore(backup)
    await asyncio.gather(*reviving)
    for _ in range(300):
        left = [device for device in devices if not device.clean]
        if not left:
            return
        await asyncio.gather(*(drain(device) for device in left))
    raise AssertionError(f"{len(left)} devices are not in step")


def stored(world: World) -> tuple[dict[str, int], dict[str, int], int]:
    """The server's sums over the epochs that count, those of its days, and its number of live buckets."""

    async def act(connection):
        bucket, epoch, daily = tables.bucket, tables.epoch, tables.daily
        live = sa.and_(
            epoch.c.tenant == bucket.c.tenant,
            epoch.c.device == bucket.c.device,
            epoch.c.epoch == bucket.c.epoch,
            epoch.c.superseded_by.is_(None),
        )
        columns = [sa.func.sum(bucket.c[name]).label(name) for name in tables.COUNTS]
        for name in tables.AMOUNTS:
            columns += amounts.sums(bucket.c[f"{name}_usd"], bucket.c[f"{name}_pico"], name)
        query = sa.select(sa.func.sum(bucket.c.live).label("live"), *columns).select_from(bucket).join(epoch, live)
        row = (await connection.execute(query.where(bucket.c.tenant == world.tenant))).mappings().one()
        found = {name: int(row[name]) for name in tables.COUNTS}
        found |= {name: amounts.total(row, name) for name in tables.AMOUNTS}
        columns = []
        for name in ("pico_list", "pico_contract"):
            columns += amounts.sums(daily.c[f"{name}_usd"], daily.c[f"{name}_pico"], name)
        days = (await connection.execute(sa.select(*columns).where(daily.c.tenant == world.tenant))).mappings().one()
        return found, {name: amounts.total(days, name) for name in ("pico_list", "pico_contract")}, int(row["live"])

    return world.do(act)


def ledgers(devices: list[Simulated]) -> tuple[dict[str, int], int]:
    """The devices' sums, and their number of buckets that are not tombstones."""
    totals = [b.totals for device in devices for b in device.ledger.values() if b.totals is not None]
    found = {name: sum(getattr(t, name) for t in totals) for name in tables.COUNTS}
    found |= {name: sum(int(getattr(t, name)) for t in totals) for name in tables.AMOUNTS}
    return found, len(totals)


def simulate(world: World, folder: Path, replicas: int, size: int, rounds: int, kills: int, seed: int) -> Network:
    """One run; returns the network for its figures."""
    devices = fleet(world, size, seed)
    places = [Replica(folder, world.settings.database, world.settings.secret) for _ in range(replicas)]

    async def work() -> Network:
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
        async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as client:
            network = Network(places, client, Chances(), seed)
            for place in places:
                place.start()
            await asyncio.gather(*(place.up(client) for place in places))
            await weeks(network, devices, rounds, seed, kills)
            return network

    try:
        network = asyncio.run(work())
        codes = [place.stop() for place in places]
    finally:
        for place in places:
            place.kill()
    expected, live = ledgers(devices)
    found, days, stored_live = stored(world)
    assert found == expected
    assert days == {name: expected[name] for name in days}
    assert stored_live == live
    assert codes == [-signal.SIGTERM] * replicas, [place.log() for place in places]
    for place in places:
        assert "Traceback" not in place.log()
    print(
        f"{size} devices, {rounds} rounds: {network.requests} requests ({network.broken} broken off),"
        f" {sum(d.sent for d in devices)} buckets sent, {live} stored, sum {expected['pico_list']} pico-USD"
    )
    return network


def test_a_small_fleet_on_each_engine(world, home):
    postgres = world.settings.database.startswith("postgresql")
    simulate(world, home, 2 if postgres else 1, size=24, rounds=10, kills=3, seed=1)


@pytest.mark.thorough
def test_two_hundred_devices_and_four_weeks_on_each_engine(world, home):
    postgres = world.settings.database.startswith("postgresql")
    network = simulate(world, home, 2 if postgres else 1, size=200, rounds=40, kills=12, seed=2)
    assert network.broken > 0
