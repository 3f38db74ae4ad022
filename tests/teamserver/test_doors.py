"""Nobody gets in who should not: tenants, roles, devices, tokens, proofs, invites; row-level security by itself."""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
import shutil
import threading
from typing import Any

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from teamroutes import OPEN, ROLES, routes, sent
from teamworld import HOUR, Cluster, World, bucket, proof, public_key

from trayapp.team import wire
from trayapp.teamserver import pools, tables, tokens
from trayapp.teamserver.database import Database
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.pace import Pace
from trayapp.trouble import TroubleError


@pytest.fixture
def rival(world: World):
    """Another tenant on the same server, with a device, totals and a hard pool."""
    tenant, team = world.found("Rival")
    device = world.join(tenant=tenant, team=team)
    secret = 987_654_321_000_000
    device.put(bucket((world.now() // HOUR - 1) * HOUR, pico=secret, tool="rival-tool"), epoch="theirs")
    world.do(lambda c: pools.make(c, tenant, "theirpool", 10**15, kind="hard"), tenant)
    device.team = team
    return device


def test_no_route_is_open_without_a_token(world):
    client = world.client()
    tried = 0
    for method, path in routes(world):
        if path in OPEN:
            continue
        for token in (None, "x", "a.b", "e30.e30", "."):
            answer = sent(client, method, path, token, device="d", epoch="e", pool="p", team="t")
            assert answer.status_code == 401, (method, path, answer.text)
            tried += 1
    assert tried > 60


def test_no_route_reaches_another_tenant(world, rival):
    """Each route, with our tokens and their names: nothing of theirs comes back, and nothing of theirs changes."""
    device = world.join()
    everything = world.role_token("member", "lead", "finance", "admin")
    before = rival.ask("GET", "/v1/me/export").json()
    client = world.client()
    theirs = {"device": rival.id, "epoch": "theirs", "pool": "theirpool", "team": rival.team}
    reached = []
    for method, path in routes(world):
        if path in OPEN or (method, path) == ("DELETE", "/v1/me"):
            continue
        for token in (device.sign_in(), everything):
            answer = sent(client, method, path, token, **theirs)
            for word in (rival.id, rival.told.tenant, rival.team, "rival-tool", "987654321", "theirpool", "Rival"):
                assert word not in answer.text, (method, path, answer.text)
            if "{" in path:
                assert answer.status_code in (401, 403, 404), (method, path, answer.status_code)
            reached.append(answer.status_code)
    assert 200 in reached
    after = rival.ask("GET", "/v1/me/export").json()
    assert (before["buckets"], before["epochs"]) == (after["buckets"], after["epochs"])
    assert after["leases"] == []
    assert sent(client, "DELETE", "/v1/me", device.token).status_code == 204
    assert rival.ask("GET", "/v1/me/export").json()["buckets"] == before["buckets"]


def test_each_role_opens_its_routes_and_no_others(world):
    client = world.client()
    tokens_ = {role: world.role_token(role) for role in ("member", "lead", "finance", "admin")}
    member = world.join()
    for method, path in routes(world):
        needed = ROLES.get(path)
        for role, token in tokens_.items():
            answer = sent(client, method, path, token, device=member.id, epoch="e", pool="p", team=world.team)
            if path in OPEN:
                continue
            if needed is None:
                assert answer.status_code == 401, (method, path)  # a device's own: no token of a role opens it
            elif needed == role:
                assert answer.status_code in (200, 201, 204), (method, path, role, answer.text)
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), (method, path, role)


def test_a_device_reaches_no_other_device_of_its_team(world):
    one, two = world.join(), world.join()
    two.put(bucket((world.now() // HOUR - 1) * HOUR), epoch="e")
    for path in ("buckets", "supersedes"):
        method = "PUT" if path == "buckets" else "POST"
        body = {"buckets": []} if path == "buckets" else {"epoch": "x"}
        answer = one.ask(method, f"/v1/devices/{two.id}/epochs/e/{path}", json=body)
        assert answer.status_code == 404
    assert one.ask("GET", "/v1/me/export").json()["buckets"] == []


def test_row_level_security_holds_by_itself(postgres: Cluster, pg_world: World):
    """Raw SQL as the role that serves: without a tenant nothing is there, with one only its own."""
    world = pg_world
    ours = world.join()
    ours.put(bucket((world.now() // HOUR - 1) * HOUR))
    tenant, team = world.found("Rival")
    theirs = world.join(tenant=tenant, team=team)
    theirs.put(bucket((world.now() // HOUR - 1) * HOUR))
    theirs.ask("POST", f"/v1/devices/{theirs.id}/epochs/{theirs.epoch}/supersedes", json={"epoch": "x"})
    theirs.ask("GET", "/v1/policy")
    name = world.settings.database.split("/")[3].partition("?")[0]
    with psycopg.connect(host=str(postgres.folder), user="team_app", dbname=name) as connection:
        filled = 0
        for table in tables.ALL:
            connection.rollback()
            assert connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone() == (0,), table.name
            for setting in (world.tenant, tenant):
                connection.rollback()
                connection.execute("SELECT set_config('app.tenant', %s, true)", (setting,))
                rows = connection.execute(f'SELECT DISTINCT tenant FROM "{table.name}"').fetchall()
                assert set(rows) <= {(setting,)}, table.name
                filled += bool(rows)
                other = world.tenant if setting == tenant else tenant
                changed = connection.execute(f'UPDATE "{table.name}" SET tenant = tenant WHERE tenant = %s', (other,))
                assert changed.rowcount == 0
                assert connection.execute(f'DELETE FROM "{table.name}" WHERE tenant = %s', (other,)).rowcount == 0
                if rows:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(f'UPDATE "{table.name}" SET tenant = %s', (other,))
        assert filled >= 16
        for statement in (
            'ALTER TABLE "bucket" DISABLE ROW LEVEL SECURITY',
            'DROP POLICY tenant_only ON "bucket"',
            "SET ROLE team_owner",
            "SET SESSION AUTHORIZATION super",
            'TRUNCATE "bucket"',
        ):
            connection.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    with psycopg.connect(host=str(postgres.folder), user="super", dbname=name) as connection:
        kept = connection.execute("SELECT count(DISTINCT tenant) FROM bucket").fetchone()
        assert kept == (2,)
        secured = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity)"
        ).fetchone()
        assert secured == (0,)


def test_a_role_that_sees_too_much_does_not_serve(postgres: Cluster, home):
    owner, served = postgres.database()

    async def check(url: str) -> None:
        database = Database(url)
        try:
            await database.check_role()
        finally:
            await database.close()

    asyncio.run(check(served))
    for url in (owner, owner.replace("team_owner", "super")):
        with pytest.raises(TroubleError, match="sees too much"):
            asyncio.run(check(url))


def test_tokens_are_refused_when_forged_over_or_meant_for_another(world):
    device = world.join()
    member = device.ask("GET", "/v1/me/export").json()["member"]
    client = world.client()

    def tried(token: str) -> int:
        return client.get("/v1/pools", headers={"Authorization": f"Bearer {token}"}).status_code

    def made(keys: Keys = world.keys, **change: Any) -> str:
        claims = {"audience": "device", "tenant": world.tenant, "member": member, "device": device.id}
        return tokens.make(keys, tokens.Claims(**{**claims, "expires": world.now() + 100, **change}))

    assert tried(made()) == 200
    assert tried(made(expires=world.now())) == 401
    assert tried(made(audience="console")) == 401
    assert tried(made(audience="admin")) == 401
    assert tried(made(device=f"{world.tenant}-{'z' * 16}")) == 401
    assert tried(made(keys=Keys(secrets.token_bytes(32)))) == 401
    good = made()
    body, _, mark = good.partition(".")
    wrong = base64.urlsafe_b64encode(hmac.digest(b"", body.encode(), "sha256")).decode().rstrip("=")
    for forged in (f"{body}.", f"{body}.{wrong}", f".{mark}", good[:-4] + "AAAA", good + "x", body, "é"):
        assert client.get("/v1/pools", headers={"Authorization": f"Bearer {forged}".encode()}).status_code == 401
    assert client.get("/v1/pools", headers={"Authorization": f"Basic {good}"}).status_code == 401
    world.offset += wire.TOKEN_S + 1
    assert tried(good) == 401
    assert device.sign_in()
    assert device.ask("GET", "/v1/pools").status_code == 200


def test_proofs_are_refused_when_forged_replayed_or_off_the_clock(world):
    device, other = world.join(), world.join()
    client = world.client()

    def tried(body: dict[str, Any]) -> tuple[int, str]:
        answer = client.post("/v1/token", json=body)
        return answer.status_code, answer.json().get("code", "")

    good = proof(device.key, device.id, world.now())
    assert tried(good)[0] == 200
    assert tried(good) == (401, "bad_proof")
    for off in (-299, 299):
        assert tried(proof(device.key, device.id, world.now() + off))[0] == 200
    for off in (-302, 302):
        assert tried(proof(device.key, device.id, world.now() + off)) == (401, "clock")
    assert tried(proof(other.key, device.id, world.now())) == (401, "bad_proof")
    assert tried({**proof(device.key, device.id, world.now()), "nonce": "0" * 32}) == (401, "bad_proof")
    assert tried(proof(device.key, f"{world.tenant}-{'a' * 16}", world.now()))[0] == 401
    assert tried(proof(device.key, "nobody", world.now()))[0] == 401
    console = base64.b64encode(device.key.sign(wire.console_proof(device.id, world.now(), "1" * 32))).decode()
    assert tried({"device": device.id, "at": world.now(), "nonce": "1" * 32, "signature": console})[0] == 401
    results = []
    same = proof(device.key, device.id, world.now())
    run(8, lambda: results.append(tried(same)[0]))
    assert sorted(results) == [200] + [401] * 7


def run(times: int, act) -> None:
    threads = [threading.Thread(target=act) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_an_invite_is_used_once_by_twenty_at_once(world):
    invite = world.invite()
    results = []

    def join() -> None:
        key = Ed25519PrivateKey.generate()
        body = {"invite": invite, "public_key": public_key(key), "client": "1"}
        results.append(world.client().post("/v1/enrol", json=body).status_code)

    run(20, join)
    assert sorted(results) == [200] + [403] * 19
    world.offset += 86_401
    late = world.client().post(
        "/v1/enrol", json={"invite": invite, "public_key": public_key(Ed25519PrivateKey.generate()), "client": "1"}
    )
    assert (late.status_code, late.json()["code"]) == (403, "bad_invite")


def test_enrolling_again_after_a_lost_reply_gives_the_same_device(world):
    client, key = world.client(), Ed25519PrivateKey.generate()
    body = {"invite": world.invite(), "public_key": public_key(key), "client": "1"}
    head = {"Idempotency-Key": "once-upon-a-time"}
    first = client.post("/v1/enrol", json=body, headers=head)
    assert client.post("/v1/enrol", json=body, headers=head).json() == first.json()
    other = {**body, "public_key": public_key(Ed25519PrivateKey.generate())}
    assert client.post("/v1/enrol", json=other, headers=head).status_code == 403
    assert client.post("/v1/enrol", json=body, headers={"Idempotency-Key": "another-one"}).status_code == 403
    assert client.post("/v1/enrol", json=body).status_code == 403


def test_a_revoked_device_is_out_at_once(world):
    device = world.join()
    assert device.ask("GET", "/v1/pools").status_code == 200
    admin = {"Authorization": f"Bearer {world.role_token('admin')}"}
    listed = world.client().get("/v1/devices", headers=admin).json()["devices"]
    assert [row["device"] for row in listed] == [device.id]
    assert "label" not in str(listed)
    assert world.client().delete(f"/v1/devices/{device.id}", headers=admin).status_code == 204
    put = f"/v1/devices/{device.id}/epochs/e/buckets"
    for answer in (
        device.ask("GET", "/v1/pools"),
        device.ask("PUT", put, json={"buckets": []}),
        device.ask("POST", f"/v1/devices/{device.id}/epochs/e/supersedes", json={"epoch": "f"}),
        device.ask("DELETE", "/v1/me"),
        world.client().post("/v1/token", json=proof(device.key, device.id, world.now())),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "revoked")
    # Only who has its key or its token hears that: for all others it is nobody.
    stranger = proof(Ed25519PrivateKey.generate(), device.id, world.now())
    assert world.client().post("/v1/token", json=stranger).json()["code"] == "bad_proof"
    # A mistake has another code, whatever its status.
    for mistake in (world.join().ask("GET", "/v1/devices"), world.client().get("/v1/pools")):
        assert mistake.status_code in (401, 403)
        assert mistake.json()["code"] != "revoked"


def test_who_asks_too_often_is_told_when_to_come_back(sqlite_model, home):
    shutil.copy(sqlite_model, home / "team.sqlite3")
    world = World(home, f"sqlite:///{home / 'team.sqlite3'}", pace=Pace(burst=4, per_second=0.01))
    world.found()
    with world.serving():
        device = world.join()
        answers = [device.ask("GET", "/v1/pools") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 100
        assert world.join().ask("GET", "/v1/pools").status_code == 200


def test_the_policy_is_signed_and_told_once(world):
    device = world.join()
    answer = device.ask("GET", "/v1/policy")
    signed = msgspec.json.decode(answer.content, type=wire.Signed)
    payload = base64.b64decode(signed.payload)
    key = Ed25519PrivateKey.from_private_bytes(world.keys.derived("policy", world.tenant)).public_key()
    key.verify(base64.b64decode(signed.signature), wire.SIGNED_AS + payload)
    assert signed.key == device.told.policy_key
    policy = msgspec.json.decode(payload, type=wire.Policy)
    assert (policy.team, policy.version) == (world.team, 1)
    same = device.ask("GET", "/v1/policy", headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    admin = {"Authorization": f"Bearer {world.role_token('admin')}"}
    new = world.client().post(f"/v1/teams/{world.team}/policies", json={"mode": "frugal"}, headers=admin)
    assert new.json() == {"version": 2, "notes": []}
    for bad in ({"mode": "x"}, {"sync": {"dimensions": ["branch"]}}, {"command": "rm"}, {"budgets": [{"name": "x"}]}):
        refused = world.client().post(f"/v1/teams/{world.team}/policies", json=bad, headers=admin)
        assert refused.status_code == 422, bad
    world.offset += 16 * 86_400
    renewed = msgspec.json.decode(device_after(device).content, type=wire.Signed)
    policy = msgspec.json.decode(base64.b64decode(renewed.payload), type=wire.Policy)
    assert (policy.version, policy.mode) == (3, "frugal")
    assert policy.expires > world.now() + 29 * 86_400


def device_after(device):
    device.sign_in()
    return device.ask("GET", "/v1/policy")
