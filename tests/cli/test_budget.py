"""``spendlight budget`` as a user calls it, and budgets in a glance's lines."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.budgetviews import Budgets, BudgetView
from trayapp.cli import budgetlines, meter
from trayapp.cli.status import render
from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths
from trayapp.snapshot import Snapshot, snapshot_from_json, snapshot_to_json

USD = 10**12
REPO = Path(__file__).resolve().parents[2]
DAILY = BudgetView(
    name="daily",
    period="day",
    text="today",
    pico_spent=17 * USD,
    pico_limit=20 * USD,
    share=0.85,
    words="$17.00 of $20.00 today · on pace for ≈$22.00 ($19.00 to $27.00) · passes $20.00 at about 16:00",
    forecast="on pace for ≈$22.00 ($19.00 to $27.00)",
    crossing="passes $20.00 at about 16:00",
)
CLIENT = BudgetView(
    name="client work",
    period="month",
    scope="project:shop",
    share=1.02,
    action="stop",
    act_at=100,
    stopped=True,
    acting=True,
    words="$204.00 of $200.00 shop this month",
    doing="New calls are refused until 1 Dec 00:00; running ones go on",
)


def test_a_glance_says_the_tightest_and_what_acts() -> None:
    plain = Snapshot(budget_day_pico=20 * USD)
    day = replace(plain, budgets=Budgets(budgets=(DAILY,), tightest="daily"))
    assert budgetlines.glance(plain) == []
    # What is used of the day's budget stands in the headline.
    assert budgetlines.glance(day) == [("orange", f"{DAILY.forecast} · {DAILY.crossing}")]
    both = replace(plain, budgets=Budgets(budgets=(DAILY, CLIENT), tightest="client work", stopped=("client work",)))
    assert budgetlines.glance(both) == [
        ("red", CLIENT.words),
        ("red", f"client work: {CLIENT.doing}."),
    ]
    assert any(CLIENT.words in line for line in meter.draw(both))
    assert render(both, "tmux") == render(plain, "tmux")


def test_the_list() -> None:
    assert budgetlines.listed(Budgets())[0].startswith("There is no budget.")
    assert budgetlines.listed(Budgets(budgets=(DAILY, CLIENT))) == [
        "daily          85 %  $17.00 of $20.00 today",
        "                     on pace for ≈$22.00 ($19.00 to $27.00) · passes $20.00 at about 16:00",
        "                     tells at 50, 80, 100 %",
        "client work   102 %  $204.00 of $200.00 shop this month",
        "                     tells at 50, 80, 100 %, stops new calls from 100 %",
        "                     New calls are refused until 1 Dec 00:00; running ones go on.",
    ]


def test_budgets_cross_the_socket_whole() -> None:
    shown = Snapshot(budgets=Budgets(budgets=(DAILY, CLIENT), tightest="daily", stopped=("client work",)))
    wire = json.loads(json.dumps(snapshot_to_json(shown)))
    assert wire["budgets"]["budgets"][0]["pico_spent"] == str(17 * USD)
    assert snapshot_from_json(wire) == shown
    wire["budgets"]["new"] = wire["budgets"]["budgets"][0]["new"] = 1
    assert snapshot_from_json(wire) == shown
    del wire["budgets"]
    assert snapshot_from_json(wire).budgets == Budgets()


@pytest.fixture
def spendlight(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "SPENDLIGHT_HOME": str(tmp_path / "home")},
            cwd=REPO,
            timeout=60,
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


def test_a_budget_from_its_making_to_its_end(running: Paths, spendlight: Any) -> None:
    def call() -> int:
        parts = urlsplit(spendlight("url", "anthropic").stdout.strip() + "/v1/messages")
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
        body = {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": "hello"}]}
        connection.request("POST", parts.path, json.dumps(body), {"x-api-key": "k", "anthropic-version": "2023-06-01"})
        status = connection.getresponse().status
        connection.close()
        return status

    assert spendlight("budget").stdout.startswith("There is no budget.")
    made = spendlight("budget", "set", "0.000001", "--month", "--vendor", "anthropic", "--action", "stop")
    assert (made.returncode, made.stdout) == (0, "Budget 'vendor:anthropic month' is kept.\n")
    assert spendlight("budget", "set", "50", "--week", "--at", "80,100", "--name", "w").returncode == 0
    assert call() == 200
    listed = json.loads(spendlight("budget", "list", "--format", "json").stdout)
    assert [each["name"] for each in listed["budgets"]] == ["vendor:anthropic month", "w"]
    assert listed["stopped"] == ["vendor:anthropic month"]
    assert call() == 402
    glance = spendlight("status").stdout
    assert "New calls are refused until" in glance
    assert json.loads(spendlight("status", "--format", "json").stdout)["budgets"]["stopped"] == listed["stopped"]
    lifted = spendlight("budget", "override", "vendor:anthropic month", "--for", "1h")
    assert lifted.stdout.startswith("vendor:anthropic month: Lifted: it lets calls through until ")
    assert call() == 200
    spendlight("budget", "override", "vendor:anthropic month", "--off")
    assert call() == 402
    assert spendlight("budget", "remove", "vendor:anthropic month").returncode == 0
    assert call() == 200
    for wrong in (("remove", "nobody"), ("override", "nobody"), ("set", "5"), ("set", "-5", "--day")):
        done = spendlight("budget", *wrong)
        assert done.returncode == 1, (wrong, done)
        assert "→" in done.stderr
    assert spendlight("budget", "set", "5", "--day", "--at", "many").returncode == 2


def test_without_an_engine_the_settings_take_it(spendlight: Any, tmp_path: Path) -> None:
    done = spendlight("budget", "set", "20", "--day", "--action", "frugal", "--act-at", "90")
    assert done.stdout == "Budget 'day' is kept. No engine runs; the next one takes it up.\n"
    assert spendlight("budget").returncode == 6
    done = spendlight("budget", "set", "--window", "anthropic/5h", "--action", "stop", "--act-at", "90", "--name", "5h")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "home" / "config" / "config.toml").read_text()
    assert 'period = "day"' in text
    assert "act_at = 90" in text
    assert 'scope = "window:anthropic/5h"' in text
