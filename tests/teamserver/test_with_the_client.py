"""A real engine and the reference server: joined, told, decided, restored from a copy, left; the sums are equal."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from teamworld import World

from trayapp.cli.url import base
from trayapp.control import Address, Client
from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths
from trayapp.team import wire
from trayapp.teamserver import amounts, policies, tables

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Paths]:
    """A person's Spendlight, in front of a simulated vendor."""
    home = tmp_path / "home"
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    with VendorThread() as vendor:
        paths.make()
        paths.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n')
        launch.start(paths, wait=30)
        yield paths
        launch.stop(paths)


@pytest.fixture
def team(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``spendlight team``."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", "team", *arguments],
            cwd=REPO, env={**os.environ, "SPENDLIGHT_HOME": str(tmp_path / "home")}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    return run


def call(paths: Paths, number: int) -> None:
    parts = urlsplit(base(paths, "anthropic", "claude-code"))
    body = {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": f"canary {number}"}]}
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    try:
        headers = {"x-api-key": "sk-canary", "anthropic-version": "2023-06-01"}
        connection.request("POST", parts.path + "/v1/messages", json.dumps(body), headers)
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def ledger_sum(paths: Paths) -> tuple[int, int]:
    """Calls and list price of all closed rows."""
    with Client(Address(paths.control)) as client:
        rows = client.ask("calls")["rows"]
    assert all(row["state"] == "done" for row in rows)
    return len(rows), sum(int(Decimal(row["usd_list"]) * 10**12) for row in rows)


def server_sum(world: World) -> tuple[int, int]:
    """The same, of the epochs that count."""

    async def act(connection: Any) -> tuple[int, int]:
        table, epoch = tables.bucket, tables.epoch
        columns = amounts.sums(table.c.pico_list_usd, table.c.pico_list_pico, "pico")
        same = sa.and_(
            epoch.c.tenant == table.c.tenant, epoch.c.device == table.c.device, epoch.c.epoch == table.c.epoch
        )
        query = (
            sa.select(sa.func.coalesce(sa.func.sum(table.c.calls), 0).label("calls"), *columns)
            .select_from(table.join(epoch, same))
            .where(table.c.tenant == world.tenant, epoch.c.superseded_by.is_(None), table.c.live == 1)
        )
        row = (await connection.execute(query)).mappings().one()
        return int(row["calls"]), amounts.total(row, "pico")

    return world.do(act)


def decide(world: World, **terms: Any) -> None:
    told = policies.Terms(sync=wire.SyncTerms(dimensions=wire.DIMENSIONS, interval_s=60), **terms)
    world.do(lambda c: policies.publish(c, world.keys, world.tenant, world.team, told, world.now()))


def test_from_joining_to_leaving(world: World, running: Paths, team: Any) -> None:
    decide(world, mode="frugal")
    for number in range(3):
        call(running, number)
    team("join", f"{world.url}/join#{world.invite()}", "--yes", "--since", "2026-01-01")
    status = json.loads(team("status", "--format", "json").stdout)
    assert (status["mode"], status["state"]) == ("frugal", "ok")
    for number in range(3, 8):
        call(running, number)
    team("sync")
    calls, pico = ledger_sum(running)
    assert calls == 8
    assert pico > 0
    assert server_sum(world) == (calls, pico)
    exported = team("export", "--format", "json").stdout
    assert "canary" not in exported
    assert str(running.config.parent) not in exported
    decide(world, mode="balanced")
    team("sync")
    assert json.loads(team("status", "--format", "json").stdout)["mode"] == "balanced"
    team("delete-me", "--yes")
    assert server_sum(world) == (0, 0)


def test_a_ledger_from_a_copy_is_told_anew(world: World, running: Paths, team: Any) -> None:
    """What was made after the copy is lost to both; nothing counts twice."""
    decide(world)
    team("join", f"{world.url}/join#{world.invite()}", "--yes")
    for number in range(3):
        call(running, number)
    team("sync")
    assert server_sum(world) == ledger_sum(running)
    launch.stop(running)
    kept = running.state.with_name("kept")
    shutil.copytree(running.state, kept)
    launch.start(running, wait=30)
    for number in range(3, 6):
        call(running, number)
    team("sync")
    assert server_sum(world) == ledger_sum(running)
    assert server_sum(world)[0] == 6
    launch.stop(running)
    shutil.rmtree(running.state)
    shutil.copytree(kept, running.state)
    launch.start(running, wait=30)
    call(running, 9)
    for _ in range(3):  # the first tells the device that it is not what it was
        team("sync")
    assert ledger_sum(running)[0] == 4
    assert server_sum(world) == ledger_sum(running)
