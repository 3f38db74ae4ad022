"""What a device tells its team: exact, whatever is lost, doubled, late or restarted; and nothing else."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import threading
import time
from typing import Any

import msgspec
import pytest
from unrulyteam import Page, Server, Team, text_of

from trayapp.control import ControlError
from trayapp.ledger import Repriced
from trayapp.team.wire import ALWAYS, DIMENSIONS, Pool
from trayapp.values import Basis, Cost


def hour_ago(hours: float, kit: Any) -> int:
    return int(time.time() * 10**6 - hours * kit.HOUR_US)


async def test_nothing_leaves_before_it_was_seen_and_agreed_to(
    device: Any, server: Server, team: Team, kit: Any
) -> None:
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    device.call(hour_ago(0, kit))
    shown = await device.verbs.invite({"invite": f"{server.url}/join#invite-1", "label": "laptop"})
    assert team.seen == []
    told = await device.verbs.join({})
    assert json.loads(shown["body"]) == json.loads(team.seen[0][3])
    # Asked for are the policy and the pools; nothing about a call.
    assert [path for _, path, _, _ in team.seen] == ["/v1/enrol", "/v1/token", "/v1/policy", "/v1/pools"]
    assert await device.sync.sync() == "refused"
    assert not team.stored
    (body,) = told["bodies"]
    await device.verbs.agree(told)
    await device.drain()
    sent = [body for method, _, _, body in team.seen if method == "PUT"]
    assert [each.decode() for each in sent] == [body]
    kit.same(device, team)


async def test_what_is_told_is_the_ledgers_sum(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(50, kit))
    for n in range(40):
        device.call(
            hour_ago(n / 2, kit), pico=10**12 + n if n % 7 else None, tool=("codex", "claude-code", None)[n % 3]
        )
    await device.drain()
    kit.same(device, team)
    # Tools are no dimension that is always told: they are one bucket.
    assert {b.dims.tool for b in team.stored.values()} == {""}
    puts = sum(1 for method, *_ in team.seen if method == "PUT")
    await device.drain()
    assert sum(1 for method, *_ in team.seen if method == "PUT") == puts
    device.call(hour_ago(30, kit), pico=5)  # an import into the past
    await device.drain()
    kit.same(device, team)


async def test_what_came_before_joining_is_not_told(device: Any, server: Server, team: Team, kit: Any) -> None:
    device.call(hour_ago(30, kit))
    await device.join(server.url)
    device.call(hour_ago(0, kit))
    await device.drain()
    assert team.sums()["calls"] == 1


async def test_a_late_price_is_told(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(50, kit))
    row = device.call(hour_ago(20, kit), pico=None)
    await device.drain()
    assert team.sums()["unpriced"] == 1
    cost = Cost(pico=7_000, basis=Basis.LIST, book="2026-11-25")
    await asyncio.wrap_future(device.ledger.reprice([Repriced(id=row, cost=cost, contract=7_000, marginal=0)]))
    await device.drain()
    kit.same(device, team)
    assert team.sums()["unpriced"] == 0


async def test_other_dimensions_leave_tombstones_and_the_same_sums(
    device: Any, server: Server, team: Team, kit: Any
) -> None:
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.join(server.url, since_us=hour_ago(50, kit))
    for n in range(12):
        device.call(hour_ago(n, kit), tool="codex" if n % 2 else "aider", project=f"p{n % 3}")
    await device.drain()
    assert {b.dims.tool for b in team.stored.values()} == {"codex", "aider"}
    assert all(len(b.dims.project) == 32 for b in team.stored.values())
    team.decide(version=2, sync={"interval_s": 60, "dimensions": ALWAYS})
    team.allowed = ALWAYS
    await device.sync.sync()
    await device.drain()
    kit.same(device, team)
    left = [b for b in team.stored.values() if b.totals is not None]
    assert {(b.dims.tool, b.dims.project) for b in left} == {("", "")}


async def test_more_is_told_only_after_agreeing(device: Any, server: Server, team: Team, kit: Any) -> None:
    team.decide(sync={"interval_s": 60, "dimensions": ALWAYS})
    await device.join(server.url, since_us=hour_ago(5, kit))
    device.call(hour_ago(1, kit))
    team.decide(version=2, sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.sync.sync()
    await device.drain()
    assert {b.dims.tool for b in team.stored.values()} == {""}
    assert "team_asks" in device.troubles
    shown = await device.verbs.preview({})
    assert "claude-code" in shown["asked"]
    assert shown["asks"]
    await device.verbs.agree(shown)
    await device.drain()
    assert "team_asks" not in device.troubles
    assert {b.dims.tool for b in team.stored.values() if b.totals} == {"claude-code"}
    kit.same(device, team)


async def test_a_ledger_from_a_copy_begins_a_new_epoch(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(50, kit))
    device.call(hour_ago(9, kit))
    await device.drain()
    copy = await asyncio.wrap_future(device.ledger.back_up())
    device.call(hour_ago(3, kit))
    device.call(hour_ago(9, kit))
    await device.drain()
    first = device.sync.folder.epoch()
    device.ledger.close()
    for path in device.paths.state.glob("ledger.sqlite3*"):
        path.unlink()
    shutil.copyfile(copy, device.paths.ledger)
    await device.again()
    device.call(hour_ago(2, kit), pico=3)
    await device.drain()
    assert device.sync.folder.epoch().epoch != first.epoch
    kit.same(device, team)
    assert device.sums()["calls"] == 2


async def test_a_whole_folder_from_a_copy_is_known_by_what_the_server_says(
    device: Any, server: Server, team: Team, kit: Any
) -> None:
    await device.join(server.url, since_us=hour_ago(50, kit))
    device.call(hour_ago(9, kit))
    await device.drain()
    await device.restart()
    device.ledger.close()
    shutil.copytree(device.paths.state, device.paths.state.with_name("kept"))
    await device.again()
    device.call(hour_ago(3, kit))
    await device.drain()
    device.ledger.close()
    shutil.rmtree(device.paths.state)
    shutil.move(device.paths.state.with_name("kept"), device.paths.state)
    await device.again()
    device.call(hour_ago(2, kit), pico=3)
    await device.drain()
    kit.same(device, team)


async def test_a_new_ledger_and_one_without_its_mark(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(50, kit))
    device.call(hour_ago(9, kit))
    await device.drain()
    device.ledger.close()
    for path in device.paths.state.glob("ledger.sqlite3*"):
        path.unlink()
    await device.again()
    await device.drain()
    assert team.sums() == {}
    device.call(hour_ago(1, kit))
    await device.drain()
    kit.same(device, team)
    (device.paths.team / "epoch.json").unlink()
    device.call(hour_ago(1, kit))
    await device.drain()
    kit.same(device, team)


@pytest.mark.parametrize("seed", range(4))
async def test_losses_doubles_disorder_and_restarts(
    seed: int, device: Any, server: Server, team: Team, kit: Any
) -> None:
    luck = random.Random(seed)
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.join(server.url, since_us=hour_ago(80, kit))

    def faults(_method: str, path: str) -> Any:
        if path == "/v1/enrol":
            return None
        kinds = ("lose", "mute", "twice", "late", (500, {}), (429, {"Retry-After": "1"}), (401, {}))
        return luck.choices((None, *kinds), weights=(8, 2, 2, 1.5, 1, 0.3, 0.3, 0.2))[0]

    server.faults = faults
    unpriced: list[int] = []
    version = 1
    for _ in range(40):
        what = luck.random()
        if what < 0.55:
            pico = None if luck.random() < 0.2 else luck.randrange(10**13)
            row = device.call(hour_ago(luck.random() * 70, kit), pico=pico, tool=luck.choice(["codex", "aider"]))
            if pico is None:
                unpriced.append(row)
        elif what < 0.65 and unpriced:
            cost = Cost(pico=luck.randrange(10**12), basis=Basis.LIST, book="2026-11-25")
            await asyncio.wrap_future(device.ledger.reprice([Repriced(id=unpriced.pop(), cost=cost)]))
        elif what < 0.72:
            version += 1
            team.decide(version=version, sync={"interval_s": 60, "dimensions": luck.choice([ALWAYS, DIMENSIONS])})
        elif what < 0.77:
            await device.restart()
        else:
            await device.sync.sync()
    server.faults = lambda _method, _path: None
    await device.sync.sync()
    await device.drain()
    kit.same(device, team)


async def test_weeks_offline(device: Any, team: Team, kit: Any) -> None:
    server = Server(team)
    await device.join(server.url, since_us=hour_ago(24 * 21, kit))
    port = server.port
    server.close()
    for n in range(24 * 20):
        device.call(hour_ago(n + 0.5, kit), pico=n, served=("claude-opus-5-5", "claude-haiku-5-5")[n % 2])
        if n % 100 == 0:
            assert await device.sync.sync() == "offline"
    assert device.sync.view().state == "offline"
    for served in ("claude-haiku-5-5", "gpt-6-sol", "something-else"):
        for n in range(0, 24 * 20, 2):
            device.call(hour_ago(n + 0.5, kit), pico=1, served=served)
    with Server(team, port):
        await device.drain()
        assert device.sync.view().state == "ok"
    kit.same(device, team)
    sizes = [len(json.loads(body)["buckets"]) for method, _, _, body in team.seen if method == "PUT"]
    assert max(sizes) <= 500 < sum(sizes)


async def test_revoked_and_back(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url)
    device.call(hour_ago(0, kit))
    await device.drain()
    team.revoked.add("dev-1")
    device.call(hour_ago(0, kit))
    assert await device.sync.sync() == "revoked"
    assert device.sync.view().state == "revoked"
    assert device.notices
    seen = len(team.seen)
    assert await device.sync.sync() == "refused"
    await device.restart()
    assert await device.sync.sync() == "refused"
    assert len(team.seen) == seen
    team.revoked.clear()
    await device.verbs.resume({})
    await device.drain()
    kit.same(device, team)


async def test_a_token_that_ended_is_replaced_once(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url)
    device.call(hour_ago(0, kit))
    await device.drain()
    team.tokens.clear()
    device.call(hour_ago(0, kit))
    await device.drain()
    kit.same(device, team)
    team.devices.clear()
    team.tokens.clear()
    assert await device.sync.sync() == "unknown"
    assert device.sync.view().state == "offline"


async def test_too_old_is_told_and_not_sent_again(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(24 * 60, kit))
    device.call(hour_ago(24 * 40, kit))
    device.call(hour_ago(1, kit))
    await device.drain()
    await device.drain()
    assert team.sums()["calls"] == 1
    assert device.sync.view().refused == 1


async def test_one_bad_bucket_does_not_stop_the_others(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(60, kit))
    for n in range(20):
        device.call(hour_ago(n, kit), pico=n)

    bad = int(hour_ago(7, kit) // kit.HOUR_US * 3600)

    def faults(method: str, _path: str) -> Any:
        body = team.seen[-1][3]
        return (422, {}) if method == "PUT" and f'"start":{bad},'.encode() in body else None

    server.faults = faults
    for _ in range(40):
        await device.sync.sync()
    assert {b.start for b in team.stored.values()}
    assert team.sums()["calls"] == 19
    assert device.sync.view().refused == 1


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410, 413, 422])
async def test_a_page_on_the_way_loses_nothing(status: int, device: Any, server: Server, team: Team, kit: Any) -> None:
    """A company's proxy or a hotel's network answers in the server's place: every request, or some of them."""
    await device.join(server.url, since_us=hour_ago(60, kit))
    for n in range(40):
        device.call(hour_ago(n, kit), pico=n)
    for only in ("", "PUT", "GET"):
        server.faults = lambda method, _path, only=only: Page(status) if only in ("", method) else None
        for _ in range(8):
            assert await device.sync.sync() == "later"
        assert device.sync.view().state == "offline"
        assert device.sync.pace.due() > 1
    assert device.sync.view().refused == 0
    server.faults = lambda _method, _path: None
    await device.drain()
    kit.same(device, team)
    assert not device.sync.must().revoked


async def test_a_gate_that_takes_only_small_batches(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(60, kit))
    for n in range(40):
        device.call(hour_ago(n, kit), pico=n)

    def faults(method: str, _path: str) -> Any:
        return Page(413) if method == "PUT" and team.seen[-1][3].count(b'"start":') > 3 else None

    server.faults = faults
    for _ in range(30):
        await device.sync.sync()
    kit.same(device, team)
    assert device.sync.view().refused == 0


async def test_an_epoch_that_was_superseded_begins_anew(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(60, kit))
    device.call(hour_ago(3, kit))
    await device.drain()
    first = device.sync.folder.epoch().epoch
    team.over.add(("dev-1", first))
    device.call(hour_ago(2, kit))
    await device.drain()
    assert device.sync.folder.epoch().epoch != first
    kit.same(device, team)


async def test_two_machines_as_one_device_do_not_take_turns(device: Any, server: Server, team: Team, kit: Any) -> None:
    """A folder that was copied to another machine: neither is told all over again for ever, and its user hears why."""
    await device.join(server.url, since_us=hour_ago(60, kit))
    device.call(hour_ago(3, kit))
    await device.drain()
    for _ in range(3):
        team.over.add(("dev-1", device.sync.folder.epoch().epoch))  # what the other one does
        device.call(hour_ago(2, kit))
        await device.sync.sync()
    assert device.sync.pace.due() > 1800
    assert "Another machine" in device.sync.view().words


async def test_a_face_agrees_to_what_it_has_shown(device: Any, server: Server, team: Team) -> None:
    """Not to what another one was shown meanwhile, nor to the same twice."""
    team.decide(sync={"interval_s": 60, "dimensions": ALWAYS})
    await device.verbs.invite({"invite": f"{server.url}/join#invite-1"})
    seen = await device.verbs.join({})
    team.decide(version=2, sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.verbs._learn()
    wider = await device.verbs.preview({})
    assert (set(seen["dimensions"]), set(wider["dimensions"])) == (set(ALWAYS), set(DIMENSIONS))
    for wrong in ({}, {"shown": ""}, {"shown": "0" * 32}):
        with pytest.raises(ControlError, match="Nothing was shown"):
            await device.verbs.agree(wrong)
    await device.verbs.agree(seen)
    assert set(device.sync.must().agreed) == set(ALWAYS)
    with pytest.raises(ControlError, match="Nothing was shown"):
        await device.verbs.agree(wider)


async def test_what_agreeing_means_is_shown_by_the_last_calls_there_are(
    device: Any, server: Server, team: Team, kit: Any
) -> None:
    await device.join(server.url, since_us=hour_ago(24 * 30, kit))
    device.call(hour_ago(24 * 20, kit), tool="codex")
    await device.drain()
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.sync.sync()
    assert '"tool":"codex"' in (await device.verbs.preview({}))["asked"]


async def test_a_deletion_whose_answer_was_lost(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(5, kit))
    device.call(hour_ago(1, kit))
    await device.drain()
    team.devices.clear()
    team.tokens.clear()
    with pytest.raises(ControlError, match="does not know this device"):
        await device.verbs.leave({"delete": True})  # it was never asked to: this is no deletion
    assert not device.sync.must().deleting
    team.devices["dev-1"] = team.enrols[0].public_key
    assert await device.sync.sync() == "ok"
    server.faults = lambda method, _path: "mute" if method == "DELETE" else None
    with pytest.raises(ControlError, match="not reached"):
        await device.verbs.leave({"delete": True})
    assert device.sync.must().deleting
    server.faults = lambda _method, _path: None
    team.devices.clear()
    team.tokens.clear()
    await device.verbs.leave({"delete": True})
    assert device.sync.member is None
    assert team.sums() == {}


async def test_what_was_never_sent_leaves_no_tombstone(device: Any, server: Server, team: Team, kit: Any) -> None:
    """Its dimensions are told to nobody, once the team wants them no more."""
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.join(server.url, since_us=hour_ago(60, kit))
    device.call(hour_ago(9, kit), tool="codex")
    await device.drain()
    device.call(hour_ago(3, kit), tool="aider")
    device.call(hour_ago(9, kit), tool="codex")
    await device.verbs.preview({})  # lays it out
    team.decide(version=2, sync={"interval_s": 60, "dimensions": ALWAYS})
    await device.verbs._learn()
    await device.drain()
    kit.same(device, team)
    sent = b"".join(body for method, _, _, body in team.seen if method == "PUT")
    assert b"codex" in sent
    assert b"aider" not in sent


async def test_what_was_sent_and_not_answered_leaves_one(device: Any, server: Server, team: Team, kit: Any) -> None:
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.join(server.url, since_us=hour_ago(60, kit))
    device.call(hour_ago(3, kit), tool="aider")
    server.faults = lambda method, _path: "mute" if method == "PUT" else None
    assert await device.sync.sync() == "offline"
    server.faults = lambda _method, _path: None
    team.decide(version=2, sync={"interval_s": 60, "dimensions": ALWAYS})
    await device.verbs._learn()
    await device.drain()
    kit.same(device, team)


async def test_leave_and_join_again(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url, since_us=hour_ago(5, kit))
    device.call(hour_ago(1, kit))
    await device.drain()
    exported = json.loads((await device.verbs.export({}))["document"])
    assert len(exported["buckets"]) == 1
    await device.verbs.leave({"delete": True})
    assert team.sums() == {}
    assert device.sync.view() is None
    assert list(device.paths.team.iterdir()) == []
    assert not [name for name in device.paths.secrets.iterdir() if name.name.startswith("team")]
    device.call(hour_ago(1, kit))
    assert await asyncio.wrap_future(device.ledger.outbox.standing()) is None
    assert await asyncio.wrap_future(device.ledger.outbox.gather(10)) == []
    await device.join(server.url, token="invite-2", since_us=hour_ago(5, kit))
    await device.drain()
    kit.same(device, team)


async def test_an_invitation_whose_answer_was_lost(device: Any, server: Server, team: Team) -> None:
    answers = iter(["mute"])
    server.faults = lambda _method, path: next(answers, None) if path == "/v1/enrol" else None
    await device.verbs.invite({"invite": f"{server.url}/join#invite-1"})
    with pytest.raises(Exception, match="not reached"):
        await device.verbs.join({})
    await device.verbs.join({})
    assert list(team.devices) == ["dev-1"]
    assert len(team.enrols) == 1


async def test_leases_of_a_hard_pool(device: Any, server: Server, team: Team, kit: Any) -> None:
    now = int(time.time())
    pool = Pool(
        name="gpu",
        kind="hard",
        period="month",
        since=now - 86_400,
        until=now + 86_400,
        pico_limit=str(50 * 10**12),
        share="0.20",
    )
    team.pools = (pool,)
    team.decide(budgets=[{"name": "gpu", "scope": "pool", "period": "month", "pico_limit": str(50 * 10**12)}])
    await device.join(server.url)
    await device.sync.sync()
    assert not team.leases  # who spends nothing sets nothing aside
    device.call(hour_ago(0, kit), pico=10**11)
    assert await device.sync.leases.due(device.sync.policy.pools)
    answers = iter(["mute"])
    server.faults = lambda _method, path: next(answers, None) if path.endswith("/leases") else None
    await device.sync.sync()
    await device.sync.sync()
    assert len(team.leases) == 1  # the lost answer's lease is the same one
    device.call(hour_ago(0, kit), pico=9 * 10**11)
    assert await device.sync.leases.due(device.sync.policy.pools)
    team.lease_pico = 0
    await device.sync.sync()
    (shown,) = device.sync.shown_pools()
    assert shown.share == 1.0
    asks = [json.loads(body) for _, path, _, body in team.seen if path.endswith("/leases")]
    assert asks[-1]["used"] == str(9 * 10**11)


@pytest.mark.parametrize("becomes", ["gone", "soft"])
async def test_a_hard_pool_that_is_none_any_more_holds_nothing_up(
    becomes: str, device: Any, server: Server, team: Team, kit: Any
) -> None:
    now = int(time.time())
    pool = Pool(
        name="gpu", kind="hard", period="month", since=now - 86_400, until=now + 86_400, pico_limit="9", share="0.20"
    )
    team.pools = (pool,)
    await device.join(server.url)
    device.call(hour_ago(0, kit))
    await device.sync.sync()
    team.pools = () if becomes == "gone" else (msgspec.structs.replace(pool, kind="soft"),)
    server.faults = lambda _method, path: (404, {}) if path.endswith("/leases") else None
    device.call(hour_ago(0, kit), pico=10**13)
    await device.drain()
    kit.same(device, team)
    assert not device.sync.leases.any
    assert device.sync.view().state == "ok"


async def test_a_lease_that_is_refused_holds_nothing_up(device: Any, server: Server, team: Team, kit: Any) -> None:
    now = int(time.time())
    team.pools = tuple(
        Pool(name=name, kind="hard", period="month", since=now - 9, until=now + 9, pico_limit="9", share="0.20")
        for name in ("one", "two")
    )
    await device.join(server.url)
    await device.sync.sync()
    server.faults = lambda _method, path: (422, {}) if path == "/v1/pools/one/leases" else None
    device.call(hour_ago(0, kit))
    await device.drain()
    kit.same(device, team)
    assert len(team.leases) == 1


async def test_a_month_holds_no_word_of_its_users(device: Any, server: Server, team: Team, kit: Any) -> None:
    canary = "CANARY"
    team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
    await device.join(server.url, since_us=hour_ago(24 * 30, kit))
    for n in range(24 * 30):
        device.call(
            hour_ago(n, kit),
            vendor=("anthropic", f"{canary}-gateway")[n % 2],
            tool=("claude-code", f"{canary}-tool")[n % 3 == 0],
            tool_version=f"{canary}-1",
            session=f"{canary}-session",
            project=f"{canary}-hmac",
            project_name=f"{canary}-name",
            model_asked=("claude-opus-5-5", f"/home/{canary}/model.gguf", f"ft:gpt-6-sol:{canary}:x")[n % 3],
            served=("claude-opus-5-5", f"{canary}-deployment")[n % 5 == 0],
            account=("api", f"{canary}-account")[n % 4 == 0],
            credential=f"{canary}-key",
            upstream=f"{canary}.example:443",
            effort=f"{canary}-effort",
            tier_asked=f"{canary}-tier",
            rule=f"{canary}-rule",
            flags=(f"{canary}-flag",),
        )
        if n % 240 == 0:
            await device.sync.sync()
    await device.drain()
    kit.same(device, team)
    everything = text_of(team.seen)
    assert canary not in everything
    secret = device.sync._secrets
    assert secret is not None
    assert secret.device_key not in everything
    assert {b.dims.model_asked for b in team.stored.values()} == {"claude-opus-5-5", "other"}


async def test_an_hour_of_the_future_waits(device: Any, server: Server, team: Team, kit: Any) -> None:
    await device.join(server.url)
    device.call(hour_ago(0, kit))
    device.call(hour_ago(-3, kit))
    await device.sync.sync()
    assert team.sums()["calls"] == 1
    assert (await device.sync.outbox(device.sync.must()).standing()).waiting == 1
    await device.sync.sync()
    assert device.sync.view().state == "offline"
    assert "clock" in device.sync.view().words
    assert device.sync.pace.due() > 1


async def test_it_goes_by_itself(device: Any, server: Server, team: Team, kit: Any) -> None:
    went = threading.Event()

    def faults(method: str, _path: str) -> None:
        if method == "PUT":
            went.set()

    server.faults = faults
    device.call(hour_ago(0, kit))
    device.sync.begin()
    try:
        await device.join(server.url)
        assert await asyncio.to_thread(went.wait, 30)
        went.clear()
        async with device.sync.round:
            kit.same(device, team)
        device.call(hour_ago(0, kit))
        device.sync.touch()
        assert 0 < device.sync.pace.due() <= 300  # the interval of a team without a policy
        device.sync.pace.anew()
        device.sync._wake.set()
        assert await asyncio.to_thread(went.wait, 30)
    finally:
        await device.sync.close()
    await device.restart()
    await device.drain()
    kit.same(device, team)
