"""The verbs of ``spendlight prices`` as a user calls them, with an engine and without one."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from trayapp import settings_edit
from trayapp.demo.vendor import VendorThread
from trayapp.guard import launch
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.platform.resources import resource
from trayapp.pricing import merge

REPO = Path(__file__).resolve().parents[2]
Spendlight = Callable[..., subprocess.CompletedProcess[str]]
MESSAGE = {"model": "claude-nebula-99", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture
def spendlight(home: Path) -> Spendlight:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "trayapp", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}},
            cwd=REPO,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def paths(home: Path) -> Paths:
    found = places.find()
    found.make()
    return found


@pytest.fixture
def running(paths: Paths) -> Iterator[Paths]:
    with VendorThread() as vendor:
        paths.settings.write_text(f'# mine\n[upstreams]\nanthropic = "{vendor.url}"  # the test\n')
        launch.start(paths, wait=30)
        yield paths
        launch.stop(paths)


@pytest.fixture
def server() -> Iterator[tuple[str, list[bytes]]]:
    body = [b""]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body[0])))
            self.end_headers()
            self.wfile.write(body[0])

        def log_message(self, *_: object) -> None:
            """Quiet."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/book", body
    made.shutdown()
    made.server_close()


def call(url: str) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        connection.request("POST", parts.path + "/v1/messages", json.dumps(MESSAGE), {"x-api-key": "k"})
        assert connection.getresponse().read()
    finally:
        connection.close()


def rows(spendlight: Spendlight) -> list[dict[str, Any]]:
    return [json.loads(line) for line in spendlight("calls", "--format", "jsonl").stdout.splitlines()]


def test_set_and_unset_with_an_engine(running: Paths, spendlight: Spendlight) -> None:
    call(spendlight("url", "anthropic").stdout.strip())
    (told,) = json.loads(spendlight("prices", "unpriced", "--format", "json").stdout)
    assert (told["vendor"], told["model"], told["calls"]) == ("anthropic", "claude-nebula-99", 1)
    shown = spendlight("prices", "unpriced").stdout
    assert "claude-nebula-99" in shown
    assert "output" in shown
    done = spendlight("prices", "set", "claude-nebula-99", "--input", "1.25", "--output", "10", "--cache-read", "0.1")
    assert done.returncode == 0, done.stderr
    assert "1 call of claude-nebula-99 since " in done.stdout
    assert rows(spendlight)[0]["usd_list"] is not None
    assert "Prices arrived: 1 call" in spendlight("status").stdout
    assert spendlight("prices", "unpriced").stdout == "Every call has a price.\n"
    plain = spendlight("prices", "claude-nebula-99").stdout
    assert "source: set by you" in plain
    assert plain.count("sold by any") == 1
    text = running.settings.read_text()
    assert text.startswith("# mine\n")
    assert "# the test" in text
    assert spendlight("prices", "set", "claude-nebula-99", "--input", "2", "--output", "10").returncode == 0
    assert running.settings.read_text().count("[[prices]]") == 1
    assert "cache_read" not in running.settings.read_text()
    assert spendlight("prices", "unset", "claude-nebula-99").returncode == 0
    assert "[[prices]]" not in running.settings.read_text()
    again = spendlight("prices", "unset", "claude-nebula-99")
    assert (again.returncode, "Nothing was set" in again.stderr) == (2, True)
    assert rows(spendlight)[0]["usd_list"] is not None


def test_without_an_engine_the_files_are_changed_and_the_next_start_prices(
    running: Paths, spendlight: Spendlight
) -> None:
    call(spendlight("url", "anthropic").stdout.strip())
    launch.stop(running)
    assert json.loads(spendlight("prices", "unpriced", "--format", "json").stdout)[0]["calls"] == 1
    done = spendlight("prices", "map", "anthropic/claude-nebula-99=anthropic/claude-opus-5-5")
    assert "when it starts" in done.stdout
    launch.start(running, wait=30)
    from trayapp.control import Address, Client

    with Client(Address(running.control)) as control:
        for snapshot in control.snapshots():
            if snapshot.today.unpriced == 0 and snapshot.notices:
                break
    assert rows(spendlight)[0]["usd_list"] is not None
    assert spendlight("prices", "unmap", "anthropic/claude-nebula-99").returncode == 0


def test_recorded_calls_are_priced_with_ones_own_prices(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    from trayapp.cli import main
    from trayapp.cli.cost import price_line
    from trayapp.cli.source import price_book

    line = b'{"provider": "openai", "model": "kimi-k4", "usage": {"prompt_tokens": 100, "completion_tokens": 10}}'
    assert price_line(line, price_book())["usd"] is None
    assert main(["prices", "set", "kimi-k4", "--input", "1.25", "--output", "10", "--from", "2026-01-01"]) == 0
    assert price_line(line, price_book())["usd"] == "0.000225"
    assert main(["prices", "set", "kimi-k4", "--input", "2", "--output", "10", "--from", "2026-01-01"]) == 0
    assert price_line(line, price_book())["usd"] == "0.0003"
    capsys.readouterr()
    paths.settings.write_text('[[prices]]\nmodel = "m"\n')
    assert main(["cost"]) == 2
    assert "has no rates" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["map", "azure/x"], 2, "VENDOR/NAME=VENDOR/MODEL"),
        (["map", "azure/x=openai/gpt-99"], 2, "Nobody knows that model"),
        (["map", "x=openai/gpt-5.5"], 2, "VENDOR/NAME"),
        (["set", "m", "--input", "much"], 2, "is no price"),
        (["set", "m"], 2, "has no rates"),
        (["set", "m", "--input", "1", "--output", "1", "--from", "soon"], 2, "date"),
        (["accept", "m"], 2, "Held back are: none"),
        (["unset", "m"], 2, "Nothing was set"),
    ],
)
def test_wrong_use_is_told(paths: Paths, spendlight: Spendlight, arguments: list[str], code: int, words: str) -> None:
    done = spendlight("prices", *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert not paths.settings.exists()


def test_the_download_by_hand(paths: Paths, spendlight: Spendlight, server: tuple[str, list[bytes]]) -> None:
    url, body = server
    document = json.loads(resource("pricebook.json").read_bytes())
    document["models"].append({"provider": "openai", "id": "kimi-k4", "prices": [{"rates": {"input": 1, "output": 2}}]})
    document["version"] = "2026-11-27"
    body[0] = merge.text_of(document).encode()
    first = spendlight("prices", "status")
    assert "nothing was fetched yet" in first.stdout
    assert "genai-prices/main/prices/new_data/v2/data.json" in first.stdout
    assert "pricebook.update false" in first.stdout
    assert spendlight("config", "set", "pricebook.url", url).returncode == 0
    assert spendlight("config", "set", "pricebook.url", "http://example.com/").returncode == 2
    done = spendlight("prices", "update")
    assert done.returncode == 0, done.stderr
    assert "1 model new, 0 changed" in done.stdout
    assert spendlight("prices", "kimi-k4", "--vendor", "openai").returncode == 0
    assert "Nothing new" in spendlight("prices", "update").stdout
    status = json.loads(spendlight("prices", "status", "--format", "json").stdout)
    assert (status["source"], status["result"], status["update"]) == (url, "unchanged", True)
    assert spendlight("config", "set", "pricebook.update", "false").returncode == 0
    off = spendlight("prices", "update")
    assert (off.returncode, "switched off" in off.stderr) == (1, True)
    body[0] = b"<html>"
    refused = spendlight("prices", "update", "--now")
    assert (refused.returncode, "was not taken" in refused.stderr) == (1, True)
    line = spendlight("doctor").stdout.strip().splitlines()[-1]
    assert line.startswith("Price book 20")
    assert "switched off" in line
    assert "what came was not taken" in line


def test_a_glance_loads_no_prices(paths: Paths) -> None:
    loaded = "[m for m in sys.modules if 'pricing' in m or m == 'httpx']"
    code = f"import sys, trayapp.cli.status, trayapp.settings; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_commands_at_the_same_time_lose_nothing(home: Path) -> None:
    environment = {**os.environ, "SPENDLIGHT_HOME": str(home)}
    many = [
        subprocess.Popen(
            [sys.executable, "-m", "trayapp", "prices", "set", f"model-{n}", "--input", str(n + 1), "--output", "1"],
            env=environment,
            cwd=REPO,
            stdout=subprocess.DEVNULL,
        )
        for n in range(8)
    ]
    assert [each.wait(60) for each in many] == [0] * 8
    text = (home / "config" / "config.toml").read_text()
    assert all(f'model = "model-{n}"' in text for n in range(8))


def test_a_settings_file_that_is_a_link_stays_one(home: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("# mine\n")
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").symlink_to(real)
    settings_edit.set_value(home / "config" / "config.toml", "budget.day_usd", "4")
    assert (home / "config" / "config.toml").is_symlink()
    assert real.read_text().startswith("# mine\n")
    assert 'day_usd = "4"' in real.read_text()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("garbage [[[ =", "bad_settings"),
        ('[[contracts]]\nname = "x"\nmultiplier = "-1"\n', "bad_agreement"),
        ('[[prices]]\nmodel = "q"\ninput = true\n', "bad_price"),
        ('[display]\ncurrency = "EUR"\n[[currency]]\ncode = "EUR"\nfrom = 2026-01-01\nper_usd = "0"\n', "bad_currency"),
    ],
)
def test_the_doctor_and_a_reload_tell_of_settings_that_nobody_can_use(
    paths: Paths, spendlight: Spendlight, text: str, code: str
) -> None:
    paths.settings.write_text(text)
    done = spendlight("doctor", "--format", "json")
    assert done.returncode == 1
    assert code in [finding["code"] for finding in json.loads(done.stdout)["findings"]]
    assert spendlight("config", "reload").returncode == 5
    assert paths.settings.read_text() == text


def test_a_section_that_is_damaged_while_the_engine_runs_is_told_until_it_is_mended(
    running: Paths, spendlight: Spendlight
) -> None:
    good = running.settings.read_text()
    running.settings.write_text(good + '[[prices]]\nmodel = "q"\ninput = true\n')
    assert spendlight("config", "reload").returncode == 5
    told = json.loads(spendlight("status", "--format", "json").stdout)["troubles"]
    assert [trouble["title"] for trouble in told] == ["A price of your own cannot be used"]
    running.settings.write_text(good)
    assert spendlight("config", "reload").returncode == 0
    assert json.loads(spendlight("status", "--format", "json").stdout)["troubles"] == []


def test_a_closed_input_is_an_empty_one(home: Path) -> None:
    command = f"exec {sys.executable} -m trayapp cost <&-"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=REPO, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr
