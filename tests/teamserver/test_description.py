"""The server's description is the checked-in one, and the server does what it says: whatever is sent."""

from __future__ import annotations

import json

import msgspec
import pytest
import schemathesis
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)
from teamworld import World, bucket

from trayapp.team import wire
from trayapp.teamserver import migrating, pools, serving, tables

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
]
"""Not `positive_data_acceptance`: an invite, a proof, a device's name cannot be made up."""


def test_the_description_is_the_checked_in_one(repo):
    stored = (repo / "resources" / "teamserver" / "openapi.json").read_text("utf-8")
    assert stored == serving.description(), "run `spendlight teamserver openapi > resources/teamserver/openapi.json`"


def test_every_route_of_the_protocol_is_described(repo):
    paths = json.loads((repo / "resources" / "teamserver" / "openapi.json").read_text("utf-8"))["paths"]
    described = {(method.upper(), path) for path, item in paths.items() for method in item}
    told = {
        (words[0], words[1])
        for words in (line.split() for line in (wire.__doc__ or "").splitlines())
        if len(words) > 2 and words[0] in ("GET", "PUT", "POST", "DELETE") and not words[1].startswith("/console")
    }
    whole = {
        ("PUT", "/v1/devices/{device}/epochs/{epoch}/buckets"),
        ("POST", "/v1/devices/{device}/epochs/{epoch}/supersedes"),
    }
    told = {(method, path) for method, path in told if not path.endswith("/epochs/{epoch}/")} | whole
    assert len(told) == 10
    assert told <= described


def test_no_schema_has_room_for_text_of_a_call():
    fields = {
        field.name for kind in (wire.Bucket, wire.Dims, wire.BucketTotals) for field in msgspec.structs.fields(kind)
    }
    columns = {column.name for table in tables.ALL for column in table.columns}
    for word in ("prompt", "answer", "text", "path", "file", "branch", "content", "email", "host"):
        assert not any(word in name for name in fields | columns), word


def test_migrations_lead_to_the_tables_and_back(home, postgres):
    owner, _ = postgres.database()
    for url in (f"sqlite:///{home / 'new.sqlite3'}", owner):
        migrating.upgrade(url)
        assert migrating.current(url)
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
            config = migrating._config()
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
        assert not migrating.current(url)
        migrating.upgrade(url)
        assert migrating.current(url)
        engine.dispose()


def test_schemathesis_finds_nothing(world: World, request: pytest.FixtureRequest):
    """Every route, as a device and with every role: no 500, and nothing that the description does not say."""
    thorough = request.config.getoption("--thorough")
    world.do(lambda c: pools.make(c, world.tenant, "hard", 10**15, kind="hard"))
    world.do(lambda c: pools.make(c, world.tenant, "soft", 10**15))
    device = world.join()
    device.put(bucket((world.now() // 3600 - 1) * 3600), epoch="e")
    roles = world.role_token("member", "lead", "finance", "admin")
    schema = schemathesis.openapi.from_dict(world.client().get("/openapi.json").json())
    schema.config.base_url = world.url
    tried = 0

    def token(operation: APIOperation) -> str:
        if (operation.method.upper(), operation.path) == ("DELETE", "/v1/me"):
            return world.join().sign_in()
        own = operation.path.startswith(("/v1/me", "/v1/pools", "/v1/policy", "/v1/devices/{device}/"))
        return device.token if own else roles

    def attack(operation: APIOperation, mode: GenerationMode) -> None:
        names = {"pool": "hard", "team": world.team}
        if "/epochs/" in operation.path:
            names["device"] = device.id

        @settings(
            max_examples=60 if thorough else 10,
            deadline=None,
            derandomize=not thorough,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            if tried % 2 and mode is GenerationMode.POSITIVE:
                case.path_parameters.update({name: names[name] for name in case.path_parameters if name in names})
            case.call_and_validate(headers={"Authorization": f"Bearer {token(operation)}"}, checks=CHECKS)

        send()

    for result in schema.get_all_operations():
        for mode in GenerationMode:
            if mode is GenerationMode.POSITIVE or takes_anything(result.ok()):
                attack(result.ok(), mode)
    assert tried > 150


def takes_anything(operation: APIOperation) -> bool:
    """Whether there is anything to say wrongly."""
    return bool(list(operation.path_parameters) or list(operation.body))
