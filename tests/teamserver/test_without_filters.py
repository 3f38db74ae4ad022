"""Row-level security by itself: every route, with the application's own conditions on the tenant taken out.

Each statement of the server is rewritten before it goes to PostgreSQL: a comparison of a ``tenant`` column with a value
becomes ``true``. What then still keeps tenants apart is the database alone. As a control the same is done where the
policies of the tables are off, and there the other tenant's rows do come.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.sql import visitors
from teamroutes import OPEN, routes, sent
from teamworld import HOUR, Cluster, Device, World, bucket

from trayapp.team import wire
from trayapp.teamserver import policies, pools, releases

SECRET = 37_123_456_789_012


def _unfiltered(element: Any, **_more: Any) -> Any:
    if not isinstance(element, sa.BinaryExpression) or element.operator is not sa.sql.operators.eq:
        return None
    sides = (element.left, element.right)
    columns = [side for side in sides if isinstance(side, sa.Column) and side.name == "tenant"]
    values = [side for side in sides if isinstance(side, sa.BindParameter)]
    return sa.true() if columns and values else None


@contextmanager
def without_filters(world: World) -> Iterator[list[int]]:
    """While it lasts, no statement of the server says which tenant it means; yields how many were changed."""
    changed = [0]

    def before(_connection: Any, statement: Any, multiparams: Any, params: Any, _options: Any) -> Any:
        if not isinstance(statement, sa.Select | sa.Update | sa.Delete):
            return statement, multiparams, params
        found = visitors.replacement_traverse(statement, {}, _unfiltered)
        changed[0] += str(found) != str(statement)
        return found, multiparams, params

    engine = world.service.database.engine.sync_engine
    event.listen(engine, "before_execute", before, retval=True)
    try:
        yield changed
    finally:
        event.remove(engine, "before_execute", before)


def rival(world: World) -> Device:
    """Another tenant with all that can be read: totals, weeks, pools, policies, devices, people in roles."""
    tenant, team = world.found("Rival")
    commitment = wire.Commitment(name="rival-contract", vendor="rival-vendor", pico="1000", since="", until="")
    terms = policies.Terms(sync=wire.SyncTerms(dimensions=wire.DIMENSIONS), commitments=(commitment,))
    world.do(lambda c: policies.publish(c, world.keys, tenant, team, terms, world.now()), tenant)
    devices = [world.join(tenant=tenant, team=team) for _ in range(6)]
    monday = releases.weeks(world.now())[0]
    for device in devices:
        device.put(
            bucket(monday, pico=SECRET, tool="rival-tool", vendor="rival-vendor", model_served="rival-model"),
            bucket(world.now() // HOUR * HOUR, pico=SECRET, tool="rival-tool"),
            epoch="theirs",
        )
    world.do(lambda c: pools.make(c, tenant, "rival-pool", 10**15, kind="hard"), tenant)
    devices[0].ask("POST", "/v1/pools/rival-pool/leases", json={"pico": "1000000"})
    return devices[0]


def everything(world: World, theirs: Device, head: str, own: Device) -> list[str]:
    """All that all routes and the console answer to our tokens, with our names and with theirs."""
    client = world.client()
    found = []
    for method, path in routes(world):
        if path in OPEN or method == "DELETE":
            continue
        for names in (
            {"device": theirs.id, "epoch": "theirs", "pool": "rival-pool", "team": theirs.told.team},
            {"device": own.id, "epoch": own.epoch, "pool": "ours", "team": world.team},
        ):
            for token in (own.token, head):
                answer = sent(client, method, path, token, **names)
                assert answer.status_code < 500, (method, path, answer.text)
                found.append(answer.text)
    client.post("/console/token", data={"token": head})
    found.append(client.get("/console").text)
    assert len(found) > 50
    return found


WORDS = ("rival", "Rival", str(SECRET)[:6])


def test_no_route_reaches_another_tenant_by_row_level_security_alone(pg_world: World) -> None:
    world = pg_world
    theirs, own = rival(world), world.join()
    own.put(bucket(world.now() // HOUR * HOUR))
    own.sign_in()
    head = world.role_token("member", "lead", "finance", "admin")
    before = theirs.ask("GET", "/v1/me/export").json()
    with without_filters(world) as changed:
        found = everything(world, theirs, head, own)
    assert changed[0] > 100
    for text in found:
        for word in (*WORDS, theirs.id, theirs.told.tenant, theirs.told.team):
            assert word not in text
    after = theirs.ask("GET", "/v1/me/export").json()
    assert [after[name] for name in ("buckets", "leases", "epochs")] == [
        before[name] for name in ("buckets", "leases", "epochs")
    ]


def test_what_the_filters_would_hide_does_come_where_the_policies_are_off(pg_world: World, postgres: Cluster) -> None:
    """The control: taking the filters out does what it says."""
    world = pg_world
    theirs, own = rival(world), world.join()
    own.sign_in()
    head = world.role_token("member", "lead", "finance", "admin")
    name = world.settings.database.split("/")[3].partition("?")[0]
    for table in ("bucket", "daily", "device", "membership", "team", "pool", "policy_version", "release", "epoch"):
        postgres.sql(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY', database=name, role="team_owner")
    client = world.client()
    with without_filters(world):
        texts = [
            sent(client, "GET", path, head).text for path in ("/v1/devices", "/v1/commitments", "/v1/spend/tenant")
        ]
    assert theirs.id in texts[0]
    assert "rival-contract" in texts[1]
    assert "rival-model" in texts[2]
    texts = [sent(client, "GET", path, head).text for path in ("/v1/devices", "/v1/commitments")]
    assert not any(word in text for text in texts for word in (*WORDS, theirs.id))


@pytest.mark.parametrize("role", ["member", "lead", "finance", "admin"])
def test_no_role_reads_more_by_row_level_security_alone(pg_world: World, role: str) -> None:
    world = pg_world
    theirs = rival(world)
    head = world.role_token(role)
    client = world.client()
    with without_filters(world):
        for method, path in routes(world):
            if path in OPEN:
                continue
            names = {"device": theirs.id, "epoch": "theirs", "pool": "rival-pool", "team": theirs.told.team}
            answer = sent(client, method, path, head, **names)
            assert not any(word in answer.text for word in (*WORDS, theirs.id)), (method, path)
            assert answer.status_code < 500
    assert theirs.ask("GET", "/v1/pools").status_code == 200
