"""``spendlight team`` as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from unrulyteam import Server, Team

from trayapp.cli import meter, teamlines
from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths
from trayapp.snapshot import Snapshot, snapshot_from_json, snapshot_to_json
from trayapp.teamviews import PoolView, TeamView

REPO = Path(__file__).resolve().parents[2]
VIEW = TeamView(
    team="Platform",
    tenant="Acme",
    server="https://team.example",
    last_us=1_795_000_000_000_000,
    waiting=3,
    policy=4,
    policy_until=1_796_000_000,
    decides=("Mode: frugal",),
    dimensions=("vendor", "billing"),
    pools=(
        PoolView(name="all", period="month", pico_limit=500 * 10**12, share=0.4, members=0),
        PoolView(
            name="gpu", period="month", pico_limit=10**14, share=0.55, members=9, pico_low=10**13, pico_high=10**14
        ),
    ),
)


@pytest.fixture
def spendlight(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", "team", *arguments],
            capture_output=True,
            text=True,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            env={**os.environ, "SPENDLIGHT_HOME": str(tmp_path / "home")},
            cwd=REPO,
            timeout=90,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Paths]:
    home = tmp_path / "home"
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    with VendorThread() as vendor:
        paths.make()
        paths.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n')
        launch.start(paths, wait=30)
        yield paths
        launch.stop(paths)


def test_a_snapshot_carries_the_team_there_and_back() -> None:
    snapshot = Snapshot(team=VIEW)
    assert snapshot_from_json(json.loads(json.dumps(snapshot_to_json(snapshot)))).team == VIEW
    assert snapshot_from_json(snapshot_to_json(Snapshot())).team is None


def test_words() -> None:
    lines = teamlines.status(VIEW)
    assert lines[0].startswith("Platform (Acme) at https://team.example: in sync")
    assert "  Mode: frugal" in lines
    assert "  Pool all: 40 % of $500.00 a month (few share it: in steps)" in lines
    assert "  Pool gpu: 55 % of $100.00 a month · will be $10.00 to $100.00" in lines
    assert teamlines.status(None)[0] == "You are in no team; nothing leaves this machine."


def test_a_glance_is_silent_while_all_is_well() -> None:
    assert teamlines.glance(None) == []
    assert teamlines.glance(VIEW) == []
    assert teamlines.glance(replace(VIEW, state="revoked")) == [("red", "Platform: not let in · `spendlight team`")]
    asks = replace(VIEW, asks=("tool",))
    assert teamlines.glance(asks) == [("orange", "Platform: asks to be told more · `spendlight team`")]
    assert any("asks to be told more" in line for line in meter.draw(Snapshot(team=asks)))


def test_from_joining_to_leaving(running: Paths, spendlight: Any) -> None:
    team = Team()
    with Server(team) as server:
        team.decide(mode="frugal")
        assert spendlight().stdout.startswith("You are in no team")
        assert spendlight("preview").returncode == 1
        invite = f"{server.url}/join#invite-1"
        refused = spendlight("join", invite)
        assert refused.returncode == 2
        assert '"invite": "invite-1"' in refused.stdout
        assert "Nobody can be asked" in refused.stderr
        assert team.seen == []
        assert spendlight("join", "https://team.example/").returncode == 2
        done = spendlight("join", invite, "--label", "desk", "--yes")
        assert done.returncode == 0, done.stderr
        assert "Platform decides:" in done.stdout
        assert "file, not in a keyring" in done.stdout or "keyring" in done.stdout
        assert "Prompts, answers, keys" in done.stdout
        status = json.loads(spendlight("status", "--format", "json").stdout)
        assert (status["team"], status["mode"]) == ("Platform", "frugal")
        assert spendlight("sync").returncode == 0
        assert json.loads(spendlight("preview", "--format", "json").stdout)["accepted"] is True
        assert json.loads(spendlight("pause", "--format", "json").stdout)["state"] == "paused"
        assert spendlight("sync").returncode == 1
        assert json.loads(spendlight("resume", "--format", "json").stdout)["state"] == "ok"
        assert json.loads(spendlight("export").stdout)["device"] == "dev-1"
        link = spendlight("console").stdout.splitlines()[0]
        assert link.startswith(f"{server.url}/console/enter?device=dev-1&at=")
        assert spendlight("delete-me", "--yes").returncode == 0
        assert spendlight("status", "--format", "json").stdout.strip() == "null"
