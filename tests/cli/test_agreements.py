"""Contracts, plans, pools and currencies as a user types them: real processes, with and without an engine."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp.currency import read as read_currency
from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.guard import launch
from trayapp.platform.paths import Paths
from trayapp.pricing.agreements import read as read_agreements
from trayapp.settings import SECTIONS

REPO = Path(__file__).resolve().parents[2]
Spendlight = Callable[..., subprocess.CompletedProcess[str]]
MANAGED = {
    "modelPricing": {
        "multiplier": 0.8,
        "overrides": {"claude-opus-5-5": {"input": 1, "output": 10, "cacheRead": 0.1, "cacheWrite": 1.25}},
    }
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Path:
    return home / "config" / "config.toml"


@pytest.fixture
def spendlight(home: Path) -> Spendlight:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "SPENDLIGHT_HOME": str(home)},
            cwd=REPO,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


def thousand_in_hundred_out(_: Ask) -> Script:
    return Script(text="x", input_tokens=1000, output_tokens=100)


@pytest.fixture
def running(home: Path, settings: Path) -> Iterator[Paths]:
    paths = Paths(home / "config", home / "state", home / "cache", home / "run")
    with VendorThread(SimulatedVendor(thousand_in_hundred_out)) as vendor:
        paths.make()
        settings.write_text(f'# mine\n[upstreams]\nanthropic = "{vendor.url}"\n')
        launch.start(paths, wait=30)
        yield paths
        launch.stop(paths)


def call(spendlight: Spendlight, **headers: str) -> dict[str, Any]:
    parts = urlsplit(spendlight("url", "anthropic").stdout.strip())
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    body = {"model": "claude-opus-5-5", "max_tokens": 200, "messages": [{"role": "user", "content": "hello"}]}
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()} or {"x-api-key": "k"}
        connection.request("POST", parts.path + "/v1/messages", json.dumps(body), named)
        assert connection.getresponse().read()
    finally:
        connection.close()
    # The engine's answer to a later question comes after the row was closed in its own books.
    rows: list[dict[str, Any]] = []
    while not rows or rows[-1]["state"] != "done":
        rows = json.loads(spendlight("calls", "--format", "json").stdout)
    return rows[-1]


def test_contracts_are_added_listed_and_removed(spendlight: Spendlight, settings: Path) -> None:
    settings.parent.mkdir(parents=True)
    settings.write_text("# mine\n[budget]\nday_usd = 20 # a lot\n")
    assert "list price" in spendlight("contracts").stdout
    added = spendlight(
        "contracts", "add", "ent", "--provider", "anthropic", "--multiplier", "0.85", "--from", "2026-01-01"
    )
    assert (added.returncode, added.stdout) == (0, "ent: provider anthropic: × 0.85 of the list from 2026-01-01\n")
    wanted = ("--model", "gpt-*", "--rate", "input=1", "--rate", "output=4.5", "--rate", "web_search_k=8", "--first")
    assert spendlight("contracts", "add", "gpt", *wanted).returncode == 0
    assert spendlight("contracts", "add", "off", "--project", "widgets", "--discount", "output=0.5").returncode == 0
    listed = json.loads(spendlight("contracts", "--format", "json", "list").stdout)
    assert [entry["name"] for entry in listed] == ["gpt", "ent", "off"]
    assert listed[0]["rates"] == {"input": "1", "output": "4.5", "web_search_k": "8"}
    assert listed[2]["discount"] == {"output": "0.5"}
    assert settings.read_text().startswith("# mine\n[budget]\nday_usd = 20 # a lot\n")
    assert spendlight("contracts", "remove", "gpt").returncode == 0
    assert spendlight("contracts", "remove", "ent").returncode == 0
    assert spendlight("contracts", "remove", "off").returncode == 0
    assert "contracts" not in tomllib.loads(settings.read_text())


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "x"),
        ("add", "x", "--multiplier", "99"),
        ("add", "x", "--multiplier", "0.5", "--rate", "input=1"),
        ("add", "x", "--rate", "input"),
        ("add", "x", "--rate", "thoughts=1"),
        ("add", "x", "--multiplier", "1", "--from", "soon"),
        ("add", "x", "--multiplier", "1", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("add", "there", "--multiplier", "1"),
        ("remove", "nobody"),
        ("import", "/no/such/file.json"),
    ],
)
def test_wrong_use_changes_nothing(spendlight: Spendlight, settings: Path, arguments: tuple[str, ...]) -> None:
    settings.parent.mkdir(parents=True)
    settings.write_text('[[contracts]]\nname = "there"\nmultiplier = "0.5"\n')
    before = settings.read_text()
    done = spendlight("contracts", *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert settings.read_text() == before


def test_managed_prices_are_taken_over(spendlight: Spendlight, settings: Path, tmp_path: Path) -> None:
    file = tmp_path / "managed-settings.json"
    file.write_text(json.dumps(MANAGED))
    dry = spendlight("contracts", "import", str(file), "--dry-run")
    assert dry.returncode == 0
    assert not settings.exists()
    would = tomllib.loads(dry.stdout)["contracts"]
    assert spendlight("contracts", "add", "own", "--model", "gpt-*", "--multiplier", "0.9").returncode == 0
    for _ in range(2):  # a repeat replaces what was taken over before
        assert spendlight("contracts", "import", str(file)).returncode == 0
    written = tomllib.loads(settings.read_text())["contracts"]
    assert written[0]["name"] == "own"
    assert written[1:] == would
    file.write_text("{}")
    assert spendlight("contracts", "import", str(file)).returncode == 2


def test_a_section_that_cannot_be_read_is_told(spendlight: Spendlight, settings: Path) -> None:
    settings.parent.mkdir(parents=True)
    settings.write_text('[[contracts]]\nname = "ent"\nmultiplier = "lots"\n')
    done = spendlight("contracts")
    assert done.returncode == 5
    assert "ent" in done.stderr
    assert "→" in done.stderr
    assert spendlight("config", "get", "budget.day_usd").returncode == 0


def test_everything_takes_effect_at_once(running: Paths, spendlight: Spendlight, settings: Path) -> None:
    assert call(spendlight)["usd_contract"] == "0.006"
    assert spendlight("contracts", "add", "ent", "--provider", "anthropic", "--multiplier", "0.5").returncode == 0
    row = call(spendlight)
    assert (row["usd_contract"], row["usd_marginal"], row["agreement"]) == ("0.003", "0.003", "ent")
    assert "$0.01 by contract" in spendlight("status").stdout
    (key,) = json.loads(spendlight("contracts", "--format", "json", "keys").stdout)
    assert (key["credential"], key["vendor"], key["calls"]) == (row["credential"], "anthropic", 2)
    assert key["credential"] in spendlight("contracts", "keys").stdout
    # A plan tells of itself; its price is typed once.
    row = call(spendlight, authorization="Bearer sk-ant-oat01-x")
    assert (row["usd_marginal"], row["agreement"]) == ("0", "claude")
    assert "What does it cost? spendlight plans set claude" in spendlight("plans").stdout
    assert spendlight("plans", "set", "claude", "--monthly", "0.003").returncode == 0
    (plan,) = json.loads(spendlight("plans", "--format", "json").stdout)
    assert (plan["name"], plan["typed"], plan["detected"], plan["leverage"]) == ("claude", True, True, 2.0)
    assert (plan["monthly_usd"], plan["usd_list"], plan["usd_marginal"]) == ("0.003", "0.006", "0")
    shown = json.loads(spendlight("status", "--format", "json").stdout)["today"]
    assert (shown["pico"], shown["pico_contract"], shown["pico_marginal"]) == (
        str(18 * 10**9),
        str(12 * 10**9),
        str(9 * 10**9),
    )
    # The same without an engine.
    assert spendlight("stop").returncode == 0
    assert json.loads(spendlight("plans", "--format", "json").stdout) == [plan]
    # A plan's login changes every few hours: only the key has a fingerprint.
    (key,) = json.loads(spendlight("contracts", "--format", "json", "keys").stdout)
    assert key["calls"] == 2


def test_pools_say_what_is_left(running: Paths, spendlight: Spendlight, settings: Path) -> None:
    assert "No pools" in spendlight("pools").stdout
    settings.write_text(
        settings.read_text()
        + '[[pools]]\nname = "commit"\nprovider = "anthropic"\namount_usd = "0.02"\nused_usd = "0.01"\n'
    )
    assert spendlight("config", "reload").stdout == "The engine has read it.\n"
    assert call(spendlight)["usd_marginal"] == "0"
    (pool,) = json.loads(spendlight("pools", "--format", "json").stdout)
    assert (pool["used_usd"], pool["left_usd"], pool["share"], pool["in_force"]) == ("0.016", "0.004", 0.8, True)
    assert pool["usd_per_day"] == "0.006"
    assert pool["empty_at"]
    assert "commit: $0.02 of $0.02 used (80%)" in spendlight("pools").stdout
    assert spendlight("stop").returncode == 0
    assert "No engine runs" in spendlight("config", "reload").stdout
    (again,) = json.loads(spendlight("pools", "--format", "json").stdout)
    assert (again["used_usd"], again["left_usd"]) == ("0.016", "0.004")


def test_plans_are_typed_before_anything_was_called(spendlight: Spendlight, settings: Path) -> None:
    assert "No plan was found" in spendlight("plans").stdout
    assert "costs $20.00 a month" in spendlight("plans", "set", "chatgpt", "--monthly", "20").stdout
    unknown = spendlight("plans", "set", "mine", "--monthly", "20")
    assert (unknown.returncode, "--vendor" in unknown.stderr) == (2, True)
    assert spendlight("plans", "set", "mine", "--monthly", "20", "--vendor", "zai").returncode == 0
    assert spendlight("plans", "set", "chatgpt", "--monthly", "200", "--from", "2999-01-01").returncode == 0
    written = tomllib.loads(settings.read_text())["plans"]
    assert [(plan["name"], plan["monthly_usd"]) for plan in written] == [
        ("chatgpt", "20"),
        ("mine", "20"),
        ("chatgpt", "200"),
    ]
    assert written[0]["to"] == written[2]["from"]
    assert spendlight("plans", "set", "chatgpt", "--monthly", "lots").returncode == 2
    assert spendlight("plans", "remove", "mine").returncode == 0
    assert spendlight("plans", "remove", "mine").returncode == 2


def test_amounts_in_the_users_currency(running: Paths, spendlight: Spendlight, settings: Path) -> None:
    call(spendlight)
    settings.write_text(settings.read_text() + '[[currency]]\ncode = "EUR"\nfrom = 2026-01-01\nper_usd = "0.5"\n')
    assert spendlight("config", "set", "display.currency", "EUR").returncode == 0
    status = spendlight("status").stdout
    assert "<€0.01 today" in status
    assert "converted at 0.5 EUR for $1, the rate of 2026-01-01" in status
    table = spendlight("calls").stdout
    assert "€0.003" in table
    assert "Amounts are converted at 0.5 EUR" in table
    assert json.loads(spendlight("calls", "--format", "json").stdout)[0]["usd_list"] == "0.006"
    assert "0.006" in spendlight("export").stdout
    assert spendlight("config", "set", "display.currency", "euro").returncode == 2
    assert spendlight("config", "set", "display.currency", "CHF").returncode == 0
    assert "in USD: no rate for CHF holds" in spendlight("status").stdout
    assert "in USD: no rate for CHF holds" in spendlight("calls").stdout


def test_what_the_readme_shows_is_understood() -> None:
    readme = (REPO / "README.md").read_text("utf-8")
    (block,) = (part.partition("```")[0] for part in readme.split("```toml\n")[1:] if "[[contracts]]" in part[:200])
    sections = tomllib.loads(block)
    made = read_agreements(sections)
    assert (len(made.contracts), len(made.pools), len(made.plans)) == (2, 1, 1)
    assert read_currency("EUR", sections["currency"]).steps
    for section, shape in SECTIONS.items():
        assert (f"[[{section}]]" if shape is list else f"[{section}]") in readme
