"""The whole product with a screen: guard, engine, simulated vendor, tray, and a panel that looks and clicks."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import threading
from urllib.parse import urlsplit

import pytest

from trayapp.cli.url import base
from trayapp.control import Address, Client
from trayapp.demo.script import Ask, Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.guard import launch
from trayapp.platform.guardstate import read_state


def plan(ask: Ask) -> Script:
    """Paced answers for streams, so that the meter can be seen ticking; dear ones, so that the number changes."""
    if ask.stream:
        return Script(text="word " * 3000, chunk_ms=8.0, output_tokens=40_000)
    return Script(output_tokens=200_000)


@pytest.fixture
def vendor():
    with VendorThread(SimulatedVendor(plan)) as running:
        yield running


@pytest.fixture
def product(profile, vendor):
    """Guard and engine of the profile, with the simulated vendor as the upstream."""
    profile.settings.write_text(f'[upstreams]\nanthropic = "{vendor.url}"\n[budget]\nday_usd = "20"\n')
    launch.start(profile, wait=30)
    yield profile
    launch.stop(profile)


def call(url: str, *, stream: bool) -> bytes:
    parts = urlsplit(url)
    body = {"model": "claude-opus-5-5", "max_tokens": 300_000, "stream": stream,
            "messages": [{"role": "user", "content": "hello"}]}  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    try:
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
        connection.request("POST", parts.path + "/v1/messages", json.dumps(body), headers)
        return connection.getresponse().read()
    finally:
        connection.close()


def ask_again(url: str, text: str) -> None:
    """A new conversation with one question."""
    parts = urlsplit(url)
    body = {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}]}
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    try:
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
        connection.request("POST", parts.path + "/v1/messages", json.dumps(body), headers)
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def vendor_models(profile) -> list[str]:
    """What was really sent, the newest first."""
    with Client(Address(profile.control)) as client:
        rows = client.ask("calls")["rows"]
    newest_first = sorted(rows, key=lambda row: int(row["id"]), reverse=True)
    return [row["model_sent"] or row["model_asked"] for row in newest_first]


def test_a_call_is_seen_in_the_tray(product, make_panel, make_tray):
    panel = make_panel()
    make_tray()
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("$0.00"))
    before = panel.pixmaps()[44].data
    call(base(product, "anthropic", "my-tool"), stream=False)
    # 200,000 tokens of output at $20 a million, and a handful of input.
    panel.until(lambda: panel.tooltip().startswith("$4.00"))
    assert panel.pixmaps()[44].data != before
    labels = panel.labels()
    assert any(label.startswith("$4.00 of $20 today") for label in labels)
    assert panel.entry("Today by tool").children[0].label.startswith("my-tool")
    assert panel.entry("Today by model").children[0].label.startswith("claude-opus-5-5")


def test_the_meter_ticks_while_an_answer_streams(product, make_panel, make_tray):
    panel = make_panel()
    make_tray()
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("$0.00"))
    thread = threading.Thread(target=call, args=(base(product, "anthropic", "my-tool"),), kwargs={"stream": True})
    thread.start()
    seen = set()

    def amount() -> bool:
        seen.update(label for label in panel.labels() if "my-tool" in label and "≈$" in label)
        return len(seen) >= 3

    panel.until(amount)
    thread.join(60)
    panel.until(lambda: panel.tooltip().startswith("$0.80"))


def test_a_click_in_the_menu_pauses_the_real_engine(product, make_panel, make_tray):
    panel = make_panel()
    make_tray()
    panel.wait_item()
    panel.until(lambda: panel.tooltip().startswith("$0.00"))
    panel.click("Pause metering")
    panel.until(lambda: any("Paused until" in label for label in panel.labels()))
    with Client(Address(product.control)) as client:
        assert client.snapshot().mode == "paused"
    call(base(product, "anthropic", None), stream=False)
    panel.click("resume")
    panel.until(lambda: not any("Paused until" in label for label in panel.labels()))
    with Client(Address(product.control)) as client:
        (row,) = client.ask("calls")["rows"]
    assert (row["state"], row["metering"], row["usd_list"]) == ("done", "unmetered", None)


def test_a_stop_is_told_and_lifted_by_its_button(profile, vendor, make_panel, make_tray):
    """The real engine's budget: told once with the button that helps, and gone once it has helped."""
    profile.settings.write_text(
        f'[upstreams]\nanthropic = "{vendor.url}"\n'
        '[[budgets]]\nname = "small"\nperiod = "day"\nusd = "3"\nat = [100]\naction = "stop"\n'
    )
    launch.start(profile, wait=30)
    try:
        panel = make_panel()
        make_tray()
        panel.wait_item()
        panel.until(lambda: panel.tooltip().startswith("$0.00"))
        call(base(profile, "anthropic", "my-tool"), stream=False)
        told = panel.toasts.get(timeout=30)
        assert (told.title, told.urgency) == ("Budget 'small' is used up", 2)
        assert "New calls are refused until" in told.body
        assert told.keys == ("default", "lift", "show", "snooze")
        panel.press(told, "lift")
        panel.until(lambda: any("calls allowed until" in label for label in panel.labels()))
        assert b"budget_stop" not in call(base(profile, "anthropic", "my-tool"), stream=False)
        assert panel.toasts.empty()
    finally:
        launch.stop(profile)


def test_a_cheaper_model_is_chosen_and_taken_back_from_the_menu(product, make_panel, make_tray, vendor):
    """The real engine's words, one click, the vendor gets the other model; another click, and it gets the first."""
    panel = make_panel()
    make_tray()
    panel.wait_item()
    url = base(product, "anthropic", "my-tool")
    call(url, stream=False)
    opus = panel.until(lambda: next((e for e in panel.entries() if e.label == "claude-opus-5-5 · my-tool"), None))
    labels = [child.label for child in opus.children if child.visible and child.enabled]
    cheaper = next(label for label in labels if label.startswith("claude-haiku-5-5"))
    panel.click(cheaper)
    rule = panel.until(lambda: next((e for e in panel.entries() if e.label.startswith("Undo: ")), None))
    ask_again(url, "and now this?")
    assert "claude-haiku-5-5" in vendor_models(product)
    panel.click_id(rule.id)
    panel.until(lambda: not any(e.label.startswith("Undo: ") for e in panel.entries()))
    ask_again(url, "and the last one?")
    assert vendor_models(product)[0] == "claude-opus-5-5"
    assert panel.entry("Put back: ").enabled


def test_the_tray_follows_an_engine_that_was_killed(product, make_panel, make_tray):
    panel = make_panel()
    make_tray()
    panel.wait_item()
    call(base(product, "anthropic", None), stream=False)
    panel.until(lambda: panel.tooltip().startswith("$4.00"))
    state = read_state(product)
    assert state is not None
    assert state.engine_pid is not None
    os.kill(state.engine_pid, signal.SIGKILL)
    call(base(product, "anthropic", None), stream=False)
    panel.until(lambda: panel.tooltip().startswith("$8.00"))


def test_a_tool_is_connected_from_the_menu(product, make_panel, make_tray, display, home):
    """By a click in the menu and the Return key in the window that opens; the tool's way is tried."""
    xdotool = shutil.which("xdotool")
    if xdotool is None or shutil.which("openbox") is None:
        pytest.skip("needs xdotool and openbox: install the packages xdotool, openbox")
    product.no_autostart.write_bytes(b"")
    settings = home / "user" / ".claude" / "settings.json"
    settings.parent.mkdir(mode=0o700)
    settings.write_text("{}")
    panel = make_panel()
    make_tray()
    panel.wait_item()
    panel.click("Connect tools")
    environment = {**os.environ, "DISPLAY": display}

    def ask(*words: str) -> str:
        done = subprocess.run([xdotool, *words], env=environment, capture_output=True, text=True, timeout=20)
        return done.stdout.strip()

    window = panel.until(lambda: ask("search", "--onlyvisible", "--name", "Connect your tools")).splitlines()[0]

    def connected() -> bool:
        return "ANTHROPIC_BASE_URL" in settings.read_text()

    for _ in range(10):  # the list comes a moment after the window; a key before that does nothing
        ask("windowfocus", "--sync", window, "key", "--window", window, "Return")
        with contextlib.suppress(AssertionError):
            panel.until(connected, timeout=2)
            break
    assert connected()
