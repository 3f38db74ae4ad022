"""Two replicas at once on PostgreSQL: what one judges by is never what another has just changed.

One holds a device's row in a transaction that is still open; the other begins and has to wait (its wait is seen in
``pg_locks``, not slept through); then the first one is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from teamworld import HOUR, Cluster, Device, World, bucket

from trayapp.team import wire
from trayapp.teamserver import enrolment, intake, people, tables
from trayapp.teamserver.database import Database
from trayapp.teamserver.problems import Refused
from trayapp.teamserver.tokens import Claims

T = TypeVar("T")
PICO = 10**12
First = Callable[[AsyncConnection, people.Person], Awaitable[Any]]


def claims(world: World, device: Device) -> Claims:
    return Claims(audience="device", tenant=world.tenant, member="", device=device.id, expires=2**40)


def put(world: World, device: Device, epoch: str, *buckets: wire.Bucket) -> Callable[[AsyncConnection], Awaitable[Any]]:
    sent = wire.Put(buckets=buckets)
    return lambda c: intake.put(c, world.keys, claims(world, device), epoch, sent, world.now())


async def _waits(cluster: Cluster, name: str) -> None:
    """Until somebody waits for a lock in this database."""
    query = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND a.datname = %s"
    address = {"host": str(cluster.folder), "user": "super", "dbname": "postgres"}
    async with await psycopg.AsyncConnection.connect(**address, autocommit=True) as connection:  # type: ignore[arg-type]
        while (await (await connection.execute(query, (name,))).fetchone()) == (0,):
            pass


def interleaved(
    world: World, cluster: Cluster, device: Device, first: First, second: Callable[[AsyncConnection], Awaitable[T]]
) -> T:
    """``second`` on another replica, begun while ``first`` has acted for the device and is not done."""

    async def work() -> T:
        one, two = Database(world.settings.database), Database(world.settings.database)
        name = world.settings.database.split("/")[3].partition("?")[0]

        async def other() -> T:
            async with two.inside(world.tenant) as connection:
                return await second(connection)

        try:
            async with one.inside(world.tenant) as connection:
                person = await people.known(connection, claims(world, device), alone=True)
                waiting = asyncio.create_task(other())
                await asyncio.wait_for(_waits(cluster, name), 30)
                await first(connection, person)
            return await asyncio.wait_for(waiting, 30)
        finally:
            await one.close()
            await two.close()

    return asyncio.run(work())


def test_a_batch_that_waited_does_not_go_into_an_epoch_that_was_superseded_meanwhile(pg_world, postgres):
    world, device = pg_world, pg_world.join()
    start = (world.now() // HOUR - 1) * HOUR
    device.put(bucket(start, 1, pico=10 * PICO), epoch="former")

    async def supersede(connection: AsyncConnection, person: people.Person) -> None:
        await intake.supersede(connection, person, "newer", "former", world.now())
        await put(world, device, "newer", bucket(start, 1, pico=10 * PICO))(connection)

    late = put(world, device, "former", bucket(start, 2, pico=10 * PICO, tool="codex"))
    acks = interleaved(world, postgres, device, supersede, late)
    assert [ack.why for ack in acks.acks] == ["superseded"]
    assert postgres.ask("SELECT sum(pico_list_usd), count(*) FROM daily", world) == (10, 1)


def test_of_two_batches_at_once_the_second_knows_the_first_and_the_greatest_revision_stays(pg_world, postgres):
    world, device = pg_world, pg_world.join()
    start = (world.now() // HOUR - 1) * HOUR
    device.put(epoch="e")

    async def newer(connection: AsyncConnection, _person: people.Person) -> None:
        await put(world, device, "e", bucket(start, 100, tool="codex"))(connection)

    acks = interleaved(world, postgres, device, newer, put(world, device, "e", bucket(start, 1)))
    assert acks.before == 100
    assert postgres.ask("SELECT revision FROM epoch", world) == (100,)


def test_a_revision_never_goes_down_whatever_was_read_before(pg_world, postgres):
    world, device = pg_world, pg_world.join()
    device.put(bucket((world.now() // HOUR - 1) * HOUR, 100), epoch="e")

    async def lower(connection: AsyncConnection) -> None:
        given = {"revision_": 7, "heard_": 1, "tenant_": world.tenant, "device_": device.id, "epoch_": "e"}
        await connection.execute(intake._HEARD, given)

    world.do(lower)
    assert postgres.ask("SELECT revision FROM epoch", world) == (100,)


def test_a_batch_that_waited_is_not_taken_from_a_device_that_was_shut_out_meanwhile(pg_world, postgres):
    world, device = pg_world, pg_world.join()

    async def revoke(connection: AsyncConnection, _person: people.Person) -> None:
        await enrolment.revoke(connection, world.tenant, device.id, world.now())

    async def batch(connection: AsyncConnection) -> str:
        try:
            await put(world, device, "e", bucket((world.now() // HOUR - 1) * HOUR))(connection)
        except Refused as refused:
            return refused.problem.code
        return "taken"

    assert interleaved(world, postgres, device, revoke, batch) == "revoked"
    assert postgres.ask("SELECT count(*) FROM bucket", world) == (0,)


def test_what_a_device_deleted_meanwhile_is_not_brought_back(pg_world, postgres):
    from trayapp.teamserver import mine

    world, device = pg_world, pg_world.join()
    start = (world.now() // HOUR - 1) * HOUR
    device.put(bucket(start), epoch="e")

    async def delete(connection: AsyncConnection, person: people.Person) -> None:
        await mine.delete(connection, person)

    async def batch(connection: AsyncConnection) -> str:
        try:
            await put(world, device, "e", bucket(start, 2))(connection)
        except Refused as refused:
            return refused.problem.code
        return "taken"

    assert interleaved(world, postgres, device, delete, batch) == "bad_token"
    rows = world.do(_count)
    assert rows == 0


async def _count(connection: AsyncConnection) -> int:
    query = sa.select(sa.func.count()).select_from(tables.bucket)
    return int((await connection.execute(query)).scalar_one())
