"""Budgets in real engine processes: stops and their way out, thresholds through kills, frugal for as long as needed."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import anthropic
import openai
import pytest
from strict.upstream import StrictVendor

from trayapp.control import ControlError
from trayapp.demo.vendor import VendorThread
from trayapp.platform.single import Single
from trayapp.snapshot import Snapshot

OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"
HEADERS = {"content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": "sk-ant-api03-test"}
MESSAGE = {"model": OPUS, "max_tokens": 64, "messages": [{"role": "user", "content": "hello"}]}
STOP = '\n[[budgets]]\nname = "tiny"\nperiod = "month"\nusd = "0.000001"\naction = "stop"\n'


@pytest.fixture
def vendor() -> Iterator[VendorThread]:
    with VendorThread(StrictVendor(keep_headers=True)) as running:
        yield running


@pytest.fixture
def budget(engine: Any) -> Callable[[str], None]:
    """Add lines to the settings file and have them read."""

    def add(text: str) -> None:
        with engine.paths.settings.open("a") as file:
            file.write(text)
        with engine.client() as client:
            client.ask("reload")

    return add


@pytest.fixture
def ask(engine: Any, send: Any) -> Callable[..., Any]:
    return lambda path="/v1/messages", body=MESSAGE, **more: send(
        engine.base("anthropic") + path, body, headers={**HEADERS, **more}
    )


def look(engine: Any) -> Snapshot:
    """What faces see once budgets were looked at."""
    with engine.client() as client:
        client.ask("budgets")
        return client.snapshot()


def test_a_stop_is_a_clean_refusal_until_it_is_lifted(
    engine: Any, vendor: Any, budget: Any, ask: Any, settled: Any
) -> None:
    budget(STOP)
    assert ask().status == 200
    settled(1)
    shown = look(engine).budgets
    assert shown.stopped == ("tiny",)
    refused = ask()
    assert refused.status == 402
    assert refused.headers["x-spendlight-error"] == "budget_stop"
    said = json.loads(refused.body)
    assert said["error"]["type"] == "billing_error"
    assert said["error"]["message"].startswith("Spendlight: your budget 'tiny' is used up (<$0.01 of <$0.01")
    assert "spendlight budget override tiny --for 1h" in said["error"]["message"]
    # What is free goes on.
    assert ask("/v1/messages/count_tokens", {k: v for k, v in MESSAGE.items() if k != "max_tokens"}).status == 200
    assert len(vendor.counted.calls()) == 2
    stopped = settled(3)[1]
    assert (stopped["state"], stopped["usd_list"], stopped["http_status"]) == ("not_sent", "0", None)
    assert "budget_stop" in stopped["flags"]
    with engine.client() as client:
        lifted = client.ask("override_budget", budget="tiny", seconds=3600)
        assert lifted["stopped"] == []
        assert ask().status == 200
        client.ask("override_budget", budget="tiny", on=False)
        assert ask().status == 402
        with pytest.raises(ControlError) as told:
            client.ask("override_budget", budget="other")
        assert told.value.trouble.code == "no_budget"


def test_official_clients_ask_once_and_show_the_sentence(
    engine: Any, vendor: Any, budget: Any, ask: Any, settled: Any
) -> None:
    budget(STOP)
    ask()
    settled(1)
    look(engine)
    with (
        anthropic.Anthropic(api_key="sk-ant-api03-x", base_url=engine.base("anthropic")) as client,
        pytest.raises(anthropic.APIStatusError, match="your budget 'tiny' is used up") as told,
    ):
        client.messages.create(model=OPUS, max_tokens=8, messages=[{"role": "user", "content": "hi"}])
    assert told.value.status_code == 402
    with openai.OpenAI(api_key="sk-x", base_url=engine.base("openai") + "/v1") as client:
        for call in (
            lambda: client.chat.completions.create(model="gpt-6-luna", messages=[{"role": "user", "content": "hi"}]),
            lambda: client.responses.create(model="gpt-6.1-sol", input="hi", stream=True),
        ):
            with pytest.raises(openai.APIStatusError, match="your budget 'tiny' is used up"):
                call()
    from google import genai

    options = genai.types.HttpOptions(base_url=engine.base("gemini"))
    google = genai.Client(api_key="AIza-x", http_options=options)
    with pytest.raises(genai.errors.ClientError, match="your budget 'tiny' is used up"):
        google.models.generate_content(model="gemini-3.8-flash", contents="hello")
    rows = settled(5)
    assert [row["state"] for row in rows] == ["done"] + ["not_sent"] * 4
    assert len(vendor.counted.calls()) == 1


def test_a_stop_holds_from_the_first_call_of_the_next_engine(
    engine: Any, vendor: Any, budget: Any, ask: Any, settled: Any
) -> None:
    budget(STOP)
    ask()
    settled(1)
    told = [notice.code for notice in look(engine).notices]
    assert sorted(told) == ["budget_100", "budget_50", "budget_80"]
    engine.kill()
    engine.start()
    assert ask().status == 402
    shown = look(engine)
    assert shown.budgets.stopped == ("tiny",)
    assert shown.notices == ()
    with engine.client() as client:
        client.ask("override_budget", budget="tiny")
    engine.kill()
    engine.start()
    assert ask().status == 200
    assert look(engine).budgets.budgets[0].overridden


def test_budgets_act_by_themselves_and_are_told_to_faces(engine: Any, budget: Any, ask: Any) -> None:
    with engine.client() as feed:
        budget('\n[budget]\nday_usd = "0.000001"\n')
        snapshots = feed.snapshots()
        ask()
        for shown in snapshots:
            if shown.notices:
                break
    assert {notice.code for notice in shown.notices} == {"budget_50", "budget_80", "budget_100"}
    first = shown.notices[0]
    assert first.title == "Budget 'daily' is used up"
    assert first.message.endswith("of $0.01 today.") or "of <$0.01 today." in first.message
    assert shown.budgets.tightest == "daily"


def test_calls_go_on_while_the_settings_wait_for_another_writer(engine: Any, ask: Any) -> None:
    settings = engine.paths.settings
    writer = Single.wait(settings.with_name(f".{settings.name}.lock"), 20)
    held = True
    done = threading.Event()

    def change() -> None:
        with engine.client() as client:
            client.ask("set_budget", period="day", usd="5")
            assert not held
            client.ask("set_mode", mode="frugal")
        done.set()

    changing = threading.Thread(target=change, daemon=True)
    changing.start()
    try:
        for _ in range(20):
            assert ask().status == 200
        assert not done.is_set()
    finally:
        held = False
        writer.release()
    assert done.wait(20)
    assert look(engine).budgets.named("day") is not None


class Held(BaseHTTPRequestHandler):
    """A vendor whose first stream waits until it is told to go on."""

    go = threading.Event()
    begun = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        Held.begun += 1
        waits = Held.begun == 1
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        begin = {"id": "m", "model": OPUS, "usage": {"input_tokens": 9000, "output_tokens": 1}}
        self._event("message_start", {"type": "message_start", "message": begin})
        if waits:
            self.go.wait(30)
        self._event("message_delta", {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 90}})
        self._event("message_stop", {"type": "message_stop"})

    def _event(self, name: str, data: object) -> None:
        self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_running_stream_is_never_cut(make_engine: Any, send: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Held)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        engine = make_engine(f"http://127.0.0.1:{server.server_address[1]}")
        with engine.paths.settings.open("a") as file:
            file.write(STOP)
        engine.start()
        url, stream = engine.base("anthropic") + "/v1/messages", {**MESSAGE, "stream": True}
        parts = urlsplit(url)
        running = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        running.request("POST", parts.path, json.dumps(stream), HEADERS)
        answer = running.getresponse()
        assert answer.readline().startswith(b"event: message_start")
        # Another call's amount passes the budget meanwhile.
        assert send(url, stream, headers=HEADERS).status == 200
        with engine.client() as feed:
            for shown in feed.snapshots():
                if shown.budgets.stopped:
                    break
        assert [call.ended_us for call in shown.live].count(0) == 1
        assert send(url, stream, headers=HEADERS).status == 402
        Held.go.set()
        assert b"message_stop" in answer.read()
        running.close()
    finally:
        Held.go.set()
        server.shutdown()
        server.server_close()


TITLE = {
    "tools": [],
    "thinking": {"type": "adaptive"},
    "output_config": {
        "effort": "low",
        "format": {
            "type": "json_schema",
            "schema": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
        },
    },
}
"""What Claude Code adds to a request for a session's title."""


def test_a_budget_goes_frugal_and_is_lifted(engine: Any, budget: Any, ask: Any, settled: Any) -> None:
    def served(session: str, **more: Any) -> str:
        body = {
            **MESSAGE,
            **(more or TITLE),
            "max_tokens": 32000,
            "metadata": {"user_id": json.dumps({"session_id": session})},
            "system": [{"type": "text", "text": "You are a coding agent. " * 200}],
        }
        agent = {"user-agent": "claude-cli/2.1.330 (external, cli)", "x-claude-code-session-id": session}
        reply = ask(body=body, **agent)
        assert reply.status == 200, reply.body
        return str(json.loads(reply.body)["model"])

    budget(STOP.replace('"stop"', '"frugal"').replace("tiny", "thrift"))
    assert served("a") == OPUS
    settled(1)
    shown = look(engine)
    assert shown.budgets.frugal == ("thrift",)
    assert shown.choices.mode == "balanced"
    assert shown.budgets.budgets[0].doing.startswith("Served as in the mode frugal until ")
    assert served("b") == HAIKU
    assert served("b", thinking={"type": "adaptive"}) == OPUS
    assert [rule.text for rule in look(engine).choices.rules if "itles" in rule.text] == [f"Titles: {OPUS} → {HAIKU}"]
    with engine.client() as client:
        client.ask("override_budget", budget="thrift")
    assert served("c") == OPUS
    assert "mode" not in engine.paths.settings.read_text()
    # Who only meters and yet made such a budget wants it; "as requested, now" has the last word.
    with engine.client() as client:
        client.ask("set_mode", mode="let-it-rip")
        assert served("d") == OPUS
        client.ask("override_budget", budget="thrift", on=False)
        assert served("e") == HAIKU
        client.ask("asis")
        assert served("f") == OPUS


def test_a_long_upload_hears_it_too(make_engine: Any, vendor: Any, send: Any) -> None:
    engine = make_engine(vendor.url)
    with engine.paths.settings.open("a") as file:
        file.write(f"[proxy]\ninspect_limit_mb = 1\n{STOP}")
    engine.start()
    url = engine.base("anthropic") + "/v1/messages"
    assert send(url, MESSAGE, headers=HEADERS).status == 200
    with engine.client() as feed:
        for shown in feed.snapshots():
            if shown.budgets.stopped:
                break
    long = {**MESSAGE, "messages": [{"role": "user", "content": "word " * 600_000}]}
    refused = send(url, long, headers=HEADERS)
    assert (refused.status, json.loads(refused.body)["spendlight"]) == (402, {"code": "budget_stop"})
    assert len(vendor.counted.calls()) == 1


def test_kills_at_any_moment_never_tell_twice(engine: Any, budget: Any, ask: Any) -> None:
    ask()
    look(engine)
    with engine.client() as client:
        one = int(client.snapshot().today.pico)
    limit = f"{one * 6 // 10**6 / 10**6:.6f}"
    budget(f'\n[[budgets]]\nperiod = "day"\nusd = "{limit}"\n')
    told: list[str] = []
    for round_ in range(8):
        with engine.client() as feed:
            snapshots = feed.snapshots()
            next(snapshots)
            assert ask().status == 200
            for shown in snapshots:
                told += [notice.code for notice in shown.notices]
                if shown.notices or shown.today.calls > 1 or round_ % 2:
                    break
        engine.kill()
        engine.start()
    shown = look(engine)
    told += [notice.code for notice in shown.notices]
    assert (shown.budgets.budgets[0].share or 0) > 1
    assert len(told) == len(set(told))
    kept = json.loads((engine.paths.state / "budgets.json").read_text())
    (periods,) = kept["told"].values()
    assert [sorted(each) for each in periods.values()] == [["100", "50", "80"]]
