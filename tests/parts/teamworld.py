"""A team's server in tests: real databases, real servers, devices with keys of their own.

PostgreSQL runs as a cluster of the test run's own (``initdb`` in a temporary folder, a Unix socket and nothing else);
as root it runs as the user ``postgres``. The role that serves is not the owner, as in real life.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import psycopg
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.ext.asyncio import AsyncConnection

from trayapp.team import wire
from trayapp.teamserver import app, enrolment, founding, migrating, policies
from trayapp.teamserver.database import Database
from trayapp.teamserver.keys import Keys
from trayapp.teamserver.pace import Pace
from trayapp.teamserver.service import Service
from trayapp.teamserver.settings import Settings

T = TypeVar("T")
HOUR = wire.HOUR_S
ALL_DIMENSIONS = wire.DIMENSIONS


class Cluster:
    """A PostgreSQL of one's own."""

    def __init__(self, folder: Path, programs: Path, *, fsync: bool = False) -> None:
        self.folder = folder
        self._fsync = "on" if fsync else "off"
        self._programs = programs
        self._user = "postgres" if os.name == "posix" and os.geteuid() == 0 else None
        self._databases = 0

    def start(self) -> None:
        """Make and start it."""
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-A", "trust", "-U", "super", "-E", "UTF8", "--locale=C", "-N")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off -c max_connections=60"
        )
        self._run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start")
        self.sql("CREATE ROLE team_owner LOGIN", "CREATE ROLE team_app LOGIN NOINHERIT")

    def stop(self) -> None:
        """End it."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def sql(self, *statements: str, database: str = "postgres", role: str = "super") -> None:
        """Run statements."""
        with psycopg.connect(host=str(self.folder), user=role, dbname=database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def ask(self, query: str, world: World) -> tuple[Any, ...]:
        """The one row of a query, asked by who sees everything."""
        name = world.settings.database.split("/")[3].partition("?")[0]
        with psycopg.connect(host=str(self.folder), user="super", dbname=name) as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row

    def database(self) -> tuple[str, str]:
        """A new, migrated database: the owner's address and that of the role that serves."""
        if not self._databases:
            self.sql("CREATE DATABASE model_team OWNER team_owner")
            migrating.upgrade(self.address("team_owner", "model_team"), "team_app")
        self._databases += 1
        name = f"team{self._databases}"
        self.sql(f"CREATE DATABASE {name} OWNER team_owner TEMPLATE model_team")
        return self.address("team_owner", name), self.address("team_app", name)

    def address(self, role: str, database: str) -> str:
        """Of a database."""
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        # pg_ctl's child keeps what it was given open for good: a pipe would never end.
        with (self.folder / "out").open("wb") as out:
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                cwd=self.folder,
                user=self._user,
                group=self._user,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"{program}: {(self.folder / 'out').read_text()}")


def postgres_programs() -> Path | None:
    """Where initdb and pg_ctl are."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return places[-1] if places else None


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A running one; skips where PostgreSQL is not installed."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("postgresql is not installed")
    with tempfile.TemporaryDirectory(prefix="spl-pg-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder), programs)
        made.start()
        try:
            yield made
        finally:
            made.stop()


class Device:
    """One that belongs to a team."""

    def __init__(self, world: World, told: wire.Enrolled, key: Ed25519PrivateKey, client: httpx.Client) -> None:
        self.world = world
        self.told = told
        self.key = key
        self.http = client
        self.epoch = secrets.token_hex(16)
        self.token = ""

    @property
    def id(self) -> str:
        """Its name."""
        return self.told.device

    def sign_in(self) -> str:
        """Get a token."""
        answer = self.http.post("/v1/token", json=proof(self.key, self.id, self.world.now()))
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]
        return self.token

    @property
    def head(self) -> dict[str, str]:
        """The header that lets it in."""
        return {"Authorization": f"Bearer {self.token or self.sign_in()}"}

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request."""
        headers = {**self.head, **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)

    def put(self, *buckets: wire.Bucket, epoch: str | None = None) -> wire.Acks:
        """Send totals."""
        body = msgspec.json.encode(wire.Put(buckets=buckets))
        path = f"/v1/devices/{self.id}/epochs/{epoch or self.epoch}/buckets"
        answer = self.ask("PUT", path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=wire.Acks)


def bucket(start: int, revision: int = 1, *, pico: int = 10**12, calls: int = 1, **dims: str) -> wire.Bucket:
    """Some totals."""
    named = {"vendor": "anthropic", "model_served": "claude-opus-5.5", "billing": "api", **dims}
    amounts = {name: str(pico) for name in ("pico_list", "pico_contract", "pico_marginal")}
    known = {"contract_known": calls, "marginal_known": calls}
    return wire.Bucket(
        start=start,
        dims=wire.Dims(**named),  # type: ignore[arg-type]
        revision=revision,
        totals=wire.BucketTotals(calls=calls, input=10, output=5, **amounts, **known),
        book="2026-11-26",
    )


def proof(key: Ed25519PrivateKey, device: str, at: int, nonce: str | None = None) -> dict[str, Any]:
    """What a device sends to get a token."""
    nonce = nonce or secrets.token_hex(16)
    signature = base64.b64encode(key.sign(wire.proof(device, at, nonce))).decode()
    return {"device": device, "at": at, "nonce": nonce, "signature": signature}


def public_key(key: Ed25519PrivateKey) -> str:
    """As it goes over the wire."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


class World:
    """A server over one database, with a clock that tests may turn."""

    def __init__(self, folder: Path, url: str, *, pace: Pace | None = None) -> None:
        self.settings = Settings(home=folder, database=url, secret=secrets.token_bytes(32))
        self.keys = Keys(self.settings.secret)
        self.offset = 0
        self.url = ""
        self.tenant = ""
        self.team = ""
        self.service = Service(
            self.settings,
            Database(url),
            self.keys,
            clock=self.now,
            pace=pace or Pace(burst=10**6, per_second=10**6),
        )
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._clients: list[httpx.Client] = []

    def now(self) -> int:
        """The server's and the devices' time."""
        return int(time.time()) + self.offset

    @contextlib.contextmanager
    def serving(self) -> Iterator[World]:
        """Serve on a loopback port while this lasts."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        # As ``serving``: what asyncio accepts from a socket of ours would wait 40 ms with each answer.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            app.build(self.service), http="httptools", ws="none", access_log=False, log_level="warning"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield self
        finally:
            for client in self._clients:
                client.close()
            server.should_exit = True
            thread.join(30)
            listener.close()

    def client(self) -> httpx.Client:
        """One that speaks to the server."""
        made = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        self._clients.append(made)
        return made

    def do(self, act: Callable[[AsyncConnection], Awaitable[T]], tenant: str = "") -> T:
        """Something on the server's machine, inside the tenant."""

        async def work() -> T:
            database = Database(self.settings.database)
            try:
                async with database.inside(tenant or self.tenant) as connection:
                    return await act(connection)
            finally:
                await database.close()

        return asyncio.run(work())

    def found(self, name: str = "Acme", dimensions: Sequence[str] = ALL_DIMENSIONS) -> tuple[str, str]:
        """A tenant with a team; the first one becomes the world's own."""
        tenant = enrolment.new_id(12)

        async def act(connection: AsyncConnection) -> str:
            await founding.tenant(connection, tenant, name, self.now())
            return await founding.team(connection, tenant, "Everyone", self.now())

        team = self.do(act, tenant)
        terms = policies.Terms(sync=wire.SyncTerms(dimensions=tuple(dimensions)))
        self.do(lambda c: policies.publish(c, self.keys, tenant, team, terms, self.now()), tenant)
        if not self.tenant:
            self.tenant, self.team = tenant, team
        return tenant, team

    def add_team(self, name: str) -> str:
        """One more team, with all dimensions allowed."""
        team = self.do(lambda c: founding.team(c, self.tenant, name, self.now()))
        terms = policies.Terms(sync=wire.SyncTerms(dimensions=ALL_DIMENSIONS))
        self.do(lambda c: policies.publish(c, self.keys, self.tenant, team, terms, self.now()))
        return team

    def invite(self, team: str = "", tenant: str = "", roles: str = "member", member: str = "") -> str:
        """An invite."""
        tenant = tenant or self.tenant
        return self.do(
            lambda c: enrolment.invite(c, tenant, team or self.team, self.now(), roles=roles, member=member), tenant
        )

    def join(self, invite: str = "", client: httpx.Client | None = None, **invited: str) -> Device:
        """A device that has joined."""
        key = Ed25519PrivateKey.generate()
        client = client or self.client()
        body = {"invite": invite or self.invite(**invited), "public_key": public_key(key), "client": "0.1.0"}
        answer = client.post("/v1/enrol", json=body)
        assert answer.status_code == 200, answer.text
        return Device(self, msgspec.json.decode(answer.content, type=wire.Enrolled), key, client)

    def role_token(self, *roles: str, team: str = "") -> str:
        """A token of somebody who has these roles."""

        async def act(connection: AsyncConnection) -> str:
            member = await founding.member(connection, self.tenant, team or self.team, " ".join(roles), self.now())
            return await founding.token(connection, self.keys, self.tenant, member, self.now())

        return self.do(act)
