"""``spendlight report`` as a user calls it: real processes, each format, no screen, with and without an engine."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import several_weeks

from trayapp.control import Address, Client
from trayapp.guard import launch
from trayapp.ledger import Ledger
from trayapp.money import dollars
from trayapp.platform.paths import Paths
from trayapp.reports import report_from_json
from trayapp.values import PICO

REPO = Path(__file__).resolve().parents[2]
SCREEN = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
Spendlight = Callable[..., subprocess.CompletedProcess[bytes]]
TODAY = datetime.now().astimezone().date()
LAST_MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def paths(home: Path) -> Paths:
    made = Paths(home / "config", home / "state", home / "cache", home / "run")
    made.make()
    return made


@pytest.fixture
def rows(paths: Paths) -> list[several_weeks.Written]:
    ledger = Ledger.open(paths.ledger)
    try:
        return several_weeks.write(ledger, LAST_MONDAY - timedelta(days=14), 21, calls=20)
    finally:
        ledger.close()


@pytest.fixture
def spendlight(home: Path) -> Spendlight:
    def run(*arguments: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[bytes]:
        environment = {k: v for k, v in os.environ.items() if k not in SCREEN}
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", "report", *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**environment, "SPENDLIGHT_HOME": str(home), **more},
            cwd=REPO,
            timeout=60,
        )
        assert b"Traceback" not in done.stderr
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def running(paths: Paths, rows: list[several_weeks.Written]) -> Iterator[Paths]:
    launch.start(paths, wait=30)
    yield paths
    launch.stop(paths)


def document(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def of(rows: list[several_weeks.Written], first: date, days: int) -> int:
    def day(row: several_weeks.Written) -> date:
        return datetime.fromtimestamp(row.started_us / 10**6).astimezone().date()

    return sum(row.pico or 0 for row in rows if first <= day(row) < first + timedelta(days=days))


def test_the_last_whole_week_is_meant(spendlight: Spendlight, rows: list[several_weeks.Written]) -> None:
    found = document(spendlight("--format", "json"))
    assert found["period"]["first"] == LAST_MONDAY.isoformat()
    assert found["sum"]["pico_list"] == str(of(rows, LAST_MONDAY, 7))
    assert found["before"]["pico_list"] == str(of(rows, LAST_MONDAY - timedelta(days=7), 7))
    assert found["projects"]
    assert document(spendlight("--last", "--format", "json"))["period"] == found["period"]
    first, last = LAST_MONDAY - timedelta(days=10), LAST_MONDAY - timedelta(days=4)
    span = document(spendlight("--from", str(first), "--to", str(last), "--format", "json"))
    assert span["sum"]["pico_list"] == str(of(rows, first, 7))
    year, week, _ = (LAST_MONDAY - timedelta(days=7)).isocalendar()
    former = document(spendlight("--week", f"{year}-W{week:02}", "--format", "json"))
    assert former["sum"]["pico_list"] == found["before"]["pico_list"]
    assert document(spendlight("--month", "--format", "json"))["period"]["kind"] == "month"
    assert document(spendlight("--week", "--format", "json"))["period"]["over"] is False


def test_an_engine_says_the_same_and_knows_more(
    spendlight: Spendlight, rows: list[several_weeks.Written], running: Paths
) -> None:
    found = report_from_json(document(spendlight("--format", "json")))
    assert found.sum.pico_list == of(rows, LAST_MONDAY, 7)
    with Client(Address(running.control), timeout=60) as client:
        answer = report_from_json(client.ask("report", week="last"))
        assert (answer.sum, answer.models, answer.sessions) == (found.sum, found.models, found.sessions)
        # The engine's own verbs do what a report proposes.
        budget = next(each for each in answer.actions if each.kind == "budget") if answer.actions else None
        if budget is not None:
            client.ask(budget.verb, **budget.arguments)
            assert "budget" not in [each.kind for each in report_from_json(client.ask("report")).actions]
    trend = spendlight("--trend").stdout.decode()
    assert str(LAST_MONDAY.year) in trend
    said = spendlight("--what-if", "claude-haiku-5-5", "--last").stdout.decode().splitlines()
    assert said[0].startswith(f"Week {LAST_MONDAY.isocalendar()[1]}, ")
    assert "on claude-haiku-5-5" in said[0]
    answer = document(spendlight("--what-if", "claude-haiku-5-5", "--last", "--format", "json"))
    billed, plan = answer["billed"], answer["plan"]
    since, until = answer["since_us"], answer["until_us"]
    ended = [row for row in rows if since <= row.started_us < until]
    assert 0 < billed["rows"] + plan["rows"] + answer["others"] <= len(ended)
    assert int(billed["pico_would"]) < int(billed["pico_was"])
    assert dollars(int(billed["pico_was"])) in "\n".join(said)
    assert b"no price" in spendlight("--what-if", "no-such-model", code=2).stderr


@pytest.mark.parametrize(
    ("form", "starts"),
    [
        ("text", b"Week "),
        ("md", b"# Week "),
        ("html", b"<!DOCTYPE html>"),
        ("json", b"{"),
        ("pdf", b"%PDF-"),
        ("png", b"\x89PNG"),
    ],
)
def test_every_format_without_a_screen(
    spendlight: Spendlight, rows: list[several_weeks.Written], tmp_path: Path, form: str, starts: bytes
) -> None:
    piped = spendlight("--format", form).stdout
    assert piped.startswith(starts)
    target = tmp_path / f"week.{form}"
    done = spendlight("--output", str(target), *(() if form != "text" else ("--format", "text")))
    assert done.stdout == b""
    assert target.read_bytes().startswith(starts)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_file_is_never_replaced_unasked(
    spendlight: Spendlight, rows: list[several_weeks.Written], tmp_path: Path
) -> None:
    target = tmp_path / "week.html"
    target.write_text("mine")
    refused = spendlight("--output", str(target), code=2)
    assert b"is there already" in refused.stderr
    assert target.read_text() == "mine"
    spendlight("--output", str(target), "--force")
    assert target.read_bytes().startswith(b"<!DOCTYPE html>")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert b"is a folder" in spendlight("--output", str(tmp_path), code=2).stderr


def test_names_are_in_files_and_not_in_pictures(spendlight: Spendlight, rows: list[several_weeks.Written]) -> None:
    assert b"storefront" in spendlight("--format", "html").stdout
    for form in ("html", "text", "md", "json"):
        bare = spendlight("--nameless", "--format", form).stdout
        assert not [name for name in several_weeks.PROJECTS if name.encode() in bare], form
    # What is drawn says by itself whether it holds names; two pictures differ.
    assert spendlight("--format", "png").stdout != spendlight("--format", "png", "--names").stdout


def test_german(spendlight: Spendlight, rows: list[several_weeks.Written]) -> None:
    text = spendlight("--language", "de").stdout.decode()
    assert text.startswith("Woche ")
    assert "Was sich geändert hat" in text
    assert '<html lang="de">' in spendlight("--language", "de", "--format", "html").stdout.decode()


def test_what_goes_wrong_is_said(spendlight: Spendlight, rows: list[several_weeks.Written], tmp_path: Path) -> None:
    assert b"is no week" in spendlight("--week", "2026-W77", code=2).stderr
    assert b"--to needs --from" in spendlight("--to", "2026-11-03", code=2).stderr
    # A screen that is named and gone ends nothing.
    assert spendlight("--format", "png", DISPLAY=":4711", WAYLAND_DISPLAY="gone").stdout.startswith(b"\x89PNG")
    assert b"is not running" in spendlight("--trend", code=6).stderr


def test_without_any_call(spendlight: Spendlight, paths: Paths) -> None:
    assert b"There was no call." in spendlight().stdout
    assert spendlight("--format", "png").stdout.startswith(b"\x89PNG")
    assert document(spendlight("--format", "json"))["sum"]["calls"] == 0


def test_who_began_this_week_is_led_there(spendlight: Spendlight, paths: Paths) -> None:
    ledger = Ledger.open(paths.ledger)
    try:
        several_weeks.write(ledger, TODAY, 1, calls=300)
    finally:
        ledger.close()
    done = spendlight()
    assert b"There was no call." in done.stdout
    assert b"spendlight report --week" in done.stderr
    assert document(spendlight("--week", "--format", "json"))["sum"]["calls"] > 0


def test_another_currency(spendlight: Spendlight, rows: list[several_weeks.Written], paths: Paths) -> None:
    paths.settings.write_text(
        '[display]\ncurrency = "EUR"\n[[currency]]\ncode = "EUR"\nfrom = 2026-01-01\nper_usd = "0.5"\n'
    )
    half = of(rows, LAST_MONDAY, 7) / PICO / 2
    assert f"€{half:.2f}" in spendlight().stdout.decode()


def test_without_a_font_nothing_is_drawn(paths: Paths, home: Path) -> None:
    hidden = 'mount -t tmpfs tmpfs /usr/share/fonts && exec "$@"'
    if os.getuid() != 0 or subprocess.run(["unshare", "-m", "sh", "-c", hidden, "sh", "true"]).returncode != 0:
        pytest.skip("fonts cannot be hidden here: it takes root and mount namespaces")
    command = [sys.executable, "-m", "trayapp", "report", "--format", "png"]
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", hidden, "sh", *command],
        capture_output=True,
        env={**os.environ, "SPENDLIGHT_HOME": str(home), "HOME": str(home), "XDG_DATA_DIRS": str(home)},
        cwd=REPO,
    )
    if done.returncode == 0:
        pytest.skip("this machine has fonts in other places, too")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"No font is installed" in done.stderr
    assert b"Traceback" not in done.stderr
