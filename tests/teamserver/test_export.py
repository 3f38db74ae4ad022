"""One's own data: a year of it is told piece by piece, whole and readable."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from teamworld import HOUR, Device, World, bucket

from trayapp.teamserver import answers, mine, tables
from trayapp.teamserver.database import Database
from trayapp.teamserver.service import Service
from trayapp.teamserver.tokens import Claims


def fill(world: World, device: Device, hours: int, each: int) -> None:
    """Hours of some combinations, put beside what the door takes (which is the last five weeks)."""
    start = world.now() // HOUR * HOUR
    device.put(bucket(start))

    async def act(connection: AsyncConnection) -> None:
        table = tables.bucket
        mine_ = sa.select(table).where(table.c.device == device.id)
        row = dict((await connection.execute(mine_)).mappings().first() or {})
        for first in range(1, hours + 1, 100):
            rows = [
                {**row, "start": start - hour * HOUR, "key": f"{number:032x}"}
                for hour in range(first, min(first + 100, hours + 1))
                for number in range(each)
            ]
            await connection.execute(sa.insert(table), rows)

    world.do(act)


def test_an_export_of_many_pages_is_whole_and_in_order(world: World) -> None:
    device, other = world.join(), world.join()
    other.put(bucket(world.now() // HOUR * HOUR, tool="others"))
    fill(world, device, 700, 3)
    with device.http.stream("GET", "/v1/me/export", headers=device.head) as answer:
        assert answer.headers["transfer-encoding"] == "chunked"
        assert answer.headers["content-type"] == "application/json"
        text = b"".join(answer.iter_bytes())
    export = msgspec.json.decode(text, type=answers.Export)
    assert len(export.buckets) == 2101
    places = [(kept.epoch, kept.bucket.start) for kept in export.buckets]
    assert places == sorted(places)
    assert len(set(places)) == 701
    assert b"others" not in text
    assert export.device == device.id


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_a_year_of_hours_is_never_in_memory_at_once(world: World) -> None:
    device = world.join()
    fill(world, device, 365 * 24, 3)
    member = device.ask("GET", "/v1/me/export").json()["member"]
    claims = Claims(audience="device", tenant=world.tenant, member=member, device=device.id, expires=2**40)

    async def read() -> tuple[int, int]:
        service = Service(world.settings, Database(world.settings.database), world.keys, clock=world.now)
        try:
            async with service.acting(claims, write=False) as (connection, person):
                head = await mine.export(connection, person)
            size = 0
            tracemalloc.start()
            async for piece in mine.told(head, lambda: service.acting(claims, write=False)):
                size += len(piece)
            return size, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await service.database.close()

    size, most = asyncio.run(read())
    print(f"an export of {size / 2**20:.1f} MiB: at most {most / 2**20:.1f} MiB at a time")
    assert size > 10 * 2**20
    assert most < 6 * 2**20


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_an_export_whose_device_goes_meanwhile_ends_whole(world: World) -> None:
    device = world.join()
    fill(world, device, 400, 3)
    member = device.ask("GET", "/v1/me/export").json()["member"]
    claims = Claims(audience="device", tenant=world.tenant, member=member, device=device.id, expires=2**40)

    async def read() -> bytes:
        service = Service(world.settings, Database(world.settings.database), world.keys, clock=world.now)
        try:
            async with service.acting(claims, write=False) as (connection, person):
                head = await mine.export(connection, person)
            found, pages = b"", 0
            async for piece in mine.told(head, lambda: service.acting(claims, write=False)):
                found, pages = found + piece, pages + 1
                if pages == 2:
                    await _delete(service, claims)
            return found
        finally:
            await service.database.close()

    export = msgspec.json.decode(asyncio.run(read()), type=answers.Export)
    assert len(export.buckets) == mine.PAGE


async def _delete(service: Service, claims: Claims) -> None:
    async with service.acting(claims, lock=True) as (connection, person):
        await mine.delete(connection, person)


def test_every_stored_field_of_a_person_is_in_the_export() -> None:
    """Columns of the tables that belong to a device or a member, and where the export says them."""
    elsewhere: dict[str, Any] = {
        "bucket": {"key", "live"},
        "daily": {column.name for column in tables.daily.columns},  # sums of the buckets
        "epoch": {"created", "revision", "superseded_by"},  # their order; the buckets'; a list of its own
        "lease": {"since", "idempotency"},  # the period's beginning; a random word of the device's own
        "device": {"revoked"},  # who is revoked asks nothing
        "nonce": {"nonce", "at"},  # random, gone in minutes; their number is told
        "membership": {"generation", "created"},
    }
    names = {
        "device": {"device", "member", "public_key", "label", "client", "consents", "created"},
        "membership": {"member", "team", "roles"},
        "epoch": {"epoch", "heard"},
        "lease": {"lease", "pool", "micro", "granted", "expires", "ended", "used", "idle", "state"},
        "nonce": set(),
        "bucket": {
            *(column.name for column in tables.bucket.columns if column.name not in elsewhere["bucket"]),
        },
        "daily": set(),
    }
    for name, known in names.items():
        columns = {column.name for column in tables.metadata.tables[name].columns} - {"tenant", "device"}
        assert columns <= known | elsewhere[name] | {"device"}, name
