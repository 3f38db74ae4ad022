"""Totals: the greater revision wins, frozen and foreign hours are refused, sums are exact to the pico-dollar."""

from __future__ import annotations

import gzip
import random

import msgspec
import pytest
import sqlalchemy as sa
from teamworld import HOUR, World, bucket

from trayapp.team import wire
from trayapp.teamserver import admission, amounts, answers, policies, pools, releases, tables


def hour(world: World, back: int = 1) -> int:
    return (world.now() // HOUR - back) * HOUR


def stored(world: World, name: str = "pico_list") -> int:
    async def act(connection):
        table = tables.bucket
        columns = amounts.sums(table.c[f"{name}_usd"], table.c[f"{name}_pico"], name)
        row = (await connection.execute(sa.select(*columns).where(table.c.tenant == world.tenant))).mappings().one()
        return amounts.total(row, name)

    return world.do(act)


def days(world: World) -> int:
    async def act(connection):
        table = tables.daily
        columns = amounts.sums(table.c.pico_list_usd, table.c.pico_list_pico, "s")
        row = (await connection.execute(sa.select(*columns).where(table.c.tenant == world.tenant))).mappings().one()
        return amounts.total(row, "s")

    return world.do(act)


def test_the_greater_revision_wins_whatever_the_order(world):
    device = world.join()
    start = hour(world)
    assert [ack.revision for ack in device.put(bucket(start, 3, pico=300)).acks] == [3]
    assert [ack.revision for ack in device.put(bucket(start, 2, pico=200)).acks] == [3]
    assert [ack.revision for ack in device.put(bucket(start, 3, pico=999)).acks] == [3]
    assert stored(world) == 300
    acks = device.put(bucket(start, 4, pico=400), bucket(start, 6, pico=600), bucket(start, 5, pico=500)).acks
    assert [ack.revision for ack in acks] == [6, 6, 6]
    assert stored(world) == days(world) == 600
    assert all(ack.key == bucket(start).dims.key and not ack.why for ack in acks)


def test_a_tombstone_takes_away_and_an_older_revision_does_not_bring_back(world):
    device = world.join()
    start = hour(world)
    device.put(bucket(start, 1, pico=5))
    gone = wire.Bucket(start=start, dims=bucket(start).dims, revision=2)
    device.put(gone)
    assert stored(world) == days(world) == 0
    device.put(bucket(start, 1, pico=5))
    assert stored(world) == 0
    export = msgspec.json.decode(device.ask("GET", "/v1/me/export").content)
    assert export["buckets"][0]["bucket"]["totals"] is None


def test_what_is_frozen_to_come_or_not_allowed_is_refused_by_itself(world):
    device = world.join()
    narrow = world.do(
        lambda c: policies.publish(c, world.keys, world.tenant, world.team, policies.Terms(), world.now())
    )
    assert narrow == 2
    old = (world.now() // HOUR - 24 * 36) * HOUR
    ahead = (world.now() // HOUR + 3) * HOUR
    acks = device.put(bucket(old), bucket(ahead), bucket(hour(world), tool="codex"), bucket(hour(world), pico=7)).acks
    assert [ack.why for ack in acks] == ["frozen", "future", "dimension", ""]
    assert [ack.revision for ack in acks] == [0, 0, 0, 1]
    assert stored(world) == 7


def test_what_was_told_before_the_policy_became_narrower_is_taken_away(world):
    """The device adds up what is not told apart any more, and buries the old buckets: nothing counts twice."""
    device = world.join()
    start = hour(world)
    wide = bucket(start, 1, pico=500, tool="codex", project="ab" * 16)
    assert device.put(wide).acks[0].why == ""
    world.do(lambda c: policies.publish(c, world.keys, world.tenant, world.team, policies.Terms(), world.now()))
    gone = wire.Bucket(start=start, dims=wide.dims, revision=2, book="x")
    acks = device.put(gone, bucket(start, 3, pico=500)).acks
    assert [(ack.why, ack.revision) for ack in acks] == [("", 2), ("", 3)]
    assert stored(world) == days(world) == 500
    text = device.ask("GET", "/v1/me/export").text
    assert "codex" not in text
    assert "ab" * 16 not in text
    late = device.put(wide).acks[0]  # a copy that comes late
    assert (late.why, late.revision) == ("dimension", 2)
    assert stored(world) == 500


@pytest.mark.parametrize(
    "much",
    [
        {"pico_list": str(10**24 - 1)},
        {"pico_contract": str(admission.MOST_USD * 10**12 + 1)},
        {"pico_saved": str(-(10**23))},
        {"calls": admission.MOST_CALLS + 1},
        {"output": 10**15},
    ],
)
def test_a_bucket_that_no_device_can_have_is_refused_by_itself(world, much):
    device, other = world.join(), world.join()
    world.do(lambda c: pools.make(c, world.tenant, "p", 500 * 10**12))
    start = hour(world)
    huge = bucket(start, tool="codex")
    huge = msgspec.structs.replace(huge, totals=msgspec.structs.replace(huge.totals, **much))
    acks = device.put(huge, bucket(start, pico=7)).acks
    assert [(ack.why, ack.revision) for ack in acks] == [("too_much", 0), ("", 1)]
    assert stored(world) == days(world) == 7
    answer = other.ask("GET", "/v1/pools")
    assert msgspec.json.decode(answer.content, type=wire.Pools).pools[0].share == "0.00"


def test_sums_of_the_greatest_buckets_are_exact_and_every_answer_can_be_read(world):
    """Many members who all say as much as they may: weeks, pools and commitments still add up."""
    most = admission.MOST_USD * 10**12
    monday = releases.weeks(world.now())[0]
    devices = [world.join() for _ in range(5)]
    world.do(lambda c: pools.make(c, world.tenant, "p", 10**12))
    for device in devices:
        device.put(
            *(bucket(monday + n * HOUR, pico=most, calls=admission.MOST_CALLS) for n in range(7 * 24)),
            *(bucket(hour(world, n), 2, pico=most, calls=admission.MOST_CALLS, tool="codex") for n in range(1, 24)),
        )
    assert stored(world) == days(world) == 5 * (7 * 24 + 23) * most
    head = {"Authorization": f"Bearer {world.role_token('finance')}"}
    answer = world.client().get("/v1/spend/tenant", headers=head)
    assert answer.status_code == 200, answer.text
    week = msgspec.json.decode(answer.content, type=answers.Spend).weeks[0]
    assert int(week.tables[0].rows[0].pico_list) == amounts.rounded(5 * 7 * 24 * most)
    assert week.tables[0].rows[0].calls == amounts.rounded(5 * 7 * 24 * admission.MOST_CALLS)
    told = devices[0].ask("GET", "/v1/pools")
    assert msgspec.json.decode(told.content, type=wire.Pools).pools[0].share == "10.00"
    assert world.client().get("/v1/commitments", headers=head).status_code == 200


def test_a_new_epoch_counts_beside_the_old_until_it_supersedes_it(world):
    device = world.join()
    start = hour(world)
    device.put(bucket(start, 9, pico=900), epoch="old")
    device.put(bucket(start, 1, pico=100), epoch="new")
    assert days(world) == 1000
    path = f"/v1/devices/{device.id}/epochs/new/supersedes"
    for _ in range(2):
        assert device.ask("POST", path, json={"epoch": "old"}).status_code == 204
    assert days(world) == 100
    assert device.put(bucket(start, 10, pico=1), epoch="old").acks[0].why == "superseded"
    assert days(world) == 100
    turned = f"/v1/devices/{device.id}/epochs/old/supersedes"
    assert device.ask("POST", turned, json={"epoch": "new"}).status_code == 409
    assert device.ask("POST", path, json={"epoch": "new"}).status_code == 422


def test_a_device_hears_what_was_stored_before_and_which_epochs_count(world):
    """So that one whose whole memory came from a backup knows it."""
    device = world.join()
    start = hour(world)
    first = device.put(bucket(start, 3, pico=1), epoch="one")
    assert (first.before, first.others) == (0, ())
    assert device.put(bucket(start, 2, pico=1), epoch="one").before == 3
    again = device.put(bucket(start, 9, pico=1), epoch="two")
    assert (again.before, again.others) == (0, ("one",))
    assert device.put(bucket(start, 9, pico=1), epoch="two").before == 9
    path = f"/v1/devices/{device.id}/epochs/two/supersedes"
    assert device.ask("POST", path, json={"epoch": "one"}).status_code == 204
    assert device.put(bucket(start, 9, pico=1), epoch="two").others == ()


def test_frozen_hours_go_on_counting_under_the_epoch_that_stands_for_theirs(world):
    """Nobody can tell them again; what is not frozen is told anew."""
    device = world.join()
    old, recent = hour(world, 24 * 34), hour(world)
    device.put(bucket(old, 5, pico=500), bucket(recent, 6, pico=60), epoch="old")
    world.offset += 3 * 86_400
    device.sign_in()
    path = f"/v1/devices/{device.id}/epochs/new/supersedes"
    for _ in range(2):
        assert device.ask("POST", path, json={"epoch": "old"}).status_code == 204
    assert days(world) == 500
    device.put(bucket(recent, 1, pico=7), epoch="new")
    assert days(world) == 507
    third = f"/v1/devices/{device.id}/epochs/third/supersedes"
    assert device.ask("POST", third, json={"epoch": "new"}).status_code == 204
    assert days(world) == 500


def test_hours_that_freeze_before_they_are_told_again_are_not_lost(world):
    """A restored device says at once for which epoch it stands, and is then offline for a week."""
    device = world.join()
    edge, recent = hour(world, 24 * 35 - 2), hour(world)
    device.put(bucket(edge, 5, pico=500), bucket(recent, 6, pico=60), epoch="old")
    device.put(bucket(edge, 1, pico=1, tool="codex"), epoch="alone")
    path = f"/v1/devices/{device.id}/epochs/new/supersedes"
    assert device.ask("POST", path, json={"epoch": "old"}).status_code == 204
    assert days(world) == 1
    world.offset += 7 * 86_400
    device.sign_in()
    assert device.put(bucket(edge, 7, pico=4), epoch="alone").acks[0].why == "frozen"
    before = bucket(edge - 4 * HOUR, 1, pico=9)
    assert [ack.why for ack in device.put(bucket(edge, 1, pico=500), before, epoch="new").acks] == ["", "frozen"]
    assert device.put(bucket(edge, 2, pico=501), epoch="new").acks[0].why == ""
    # Saying it once more moves nothing that was told anew, and nothing that may still be.
    assert device.ask("POST", path, json={"epoch": "old"}).status_code == 204
    assert days(world) == 502
    world.offset += 29 * 86_400
    device.sign_in()
    assert device.put(bucket(edge, 3, pico=9), epoch="new").acks[0].why == "frozen"
    # What nobody told anew until it froze counts as the former epoch told it.
    assert device.ask("POST", path, json={"epoch": "old"}).status_code == 204
    assert days(world) == 562


def test_sums_are_exact_to_the_pico_dollar(world):
    device = world.join()
    draw = random.Random(7)
    values = [draw.choice((1, 10**12 - 1, draw.randrange(10**17), draw.randrange(10**13))) for _ in range(300)]
    start = hour(world, 300)
    for first in range(0, 300, 100):
        device.put(*(bucket(start + (first + i) * HOUR, pico=values[first + i]) for i in range(100)))
    assert stored(world) == days(world) == sum(values)


def test_gzip_is_read_and_a_bomb_is_not(world):
    device = world.join()
    path = f"/v1/devices/{device.id}/epochs/e/buckets"
    head = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    good = msgspec.json.encode(wire.Put(buckets=(bucket(hour(world)),)))

    def put(body: bytes, **more: str):
        return device.ask("PUT", path, content=body, headers={**head, **more})

    assert put(gzip.compress(good)).status_code == 200
    bomb = gzip.compress(b'{"buckets":[' + b" " * 60_000_000 + b"]}")
    assert len(bomb) < 100_000
    refused = put(bomb)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert put(gzip.compress(good)[:-4]).json()["code"] == "bad_gzip"
    assert put(gzip.compress(good) + b"x").json()["code"] == "bad_gzip"
    assert put(good, **{"Content-Encoding": "br"}).status_code == 415
    assert put(b"x" * 600_000).status_code == 413
    chunked = device.ask("PUT", path, content=iter([b"x" * 100_000] * 10), headers=head)
    assert chunked.status_code == 413


@pytest.mark.parametrize(
    "change",
    [
        {"start": 3601},
        {"revision": 0},
        {"totals": {"calls": -1}},
        {"totals": {"pico_list": "1.5"}},
        {"totals": {"pico_list": "-1"}},
        {"totals": {"pico_list": "9" * 25}},
        {"dims": {"vendor": "a\u001fb"}},
        {"dims": {"vendor": "a\u0000"}},
        {"dims": {"project": "my-project"}},
        {"dims": {"billing": "card"}},
    ],
)
def test_what_is_not_as_described_is_refused_without_being_quoted(world, change):
    device = world.join()
    plain = {"start": hour(world), "revision": 1, "dims": {}, "totals": {}}
    path = f"/v1/devices/{device.id}/epochs/e/buckets"
    answer = device.ask("PUT", path, json={"buckets": [{**plain, **change}]})
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed"
    for word in ("my-project", "card", "99999"):
        assert word not in answer.text


def test_more_than_a_batch_is_refused(world):
    device = world.join()
    many = wire.Put(buckets=tuple(bucket(hour(world, i + 1)) for i in range(501)))
    path = f"/v1/devices/{device.id}/epochs/e/buckets"
    answer = device.ask("PUT", path, content=msgspec.json.encode(many), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
