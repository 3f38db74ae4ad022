"""Plan windows: remembered by account, through a restart, and not beyond their reset; and nobody is ever polled."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from trayapp.dialects.windows import Credits, Limit, Told, Window
from trayapp.engine.credentials import Credentials
from trayapp.engine.hearing import Hearing
from trayapp.engine.windows import Holder, Shown, Windows
from trayapp.snapshot import Snapshot
from trayapp.values import Call

NOW = 1_795_445_281
FIVE = Window(name="5h", minutes=300, used=0.42, resets_at=NOW + 3600, status="allowed", binding=True)
WEEK = Window(name="7d", minutes=10_080, used=0.71, resets_at=NOW + 300_000, status="allowed")
CLAUDE = Holder("anthropic", "a" * 16)
CODEX = Holder("chatgpt", "c" * 16)


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def remember(path: Path, *said: tuple[Holder, Told], clock: Clock | None = None, passing: bool = False) -> Windows:
    """A memory that has heard these, one after the other, and was closed."""
    made: list[Windows] = []

    async def work() -> None:
        memory = Windows(path, clock=clock or Clock())
        made.append(memory)
        for holder, told in said:
            memory.hear(holder, told, passing=passing)
        await memory.close()

    asyncio.run(work())
    return made[0]


def names(shown: Shown) -> list[tuple[str, float | None]]:
    return [(window.name, window.used) for window in shown.windows]


def test_they_survive_a_restart_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "windows.json"
    before = remember(
        path,
        (CLAUDE, Told(windows=(FIVE, WEEK))),
        (
            CODEX,
            Told(windows=(Window(name="primary", family="codex", used=0.5),), credits=Credits(has=True), plan="plus"),
        ),
    )
    assert path.stat().st_mode & 0o777 == 0o600
    again = Windows(path, clock=Clock())
    assert again.shown(NOW) == before.shown(NOW)
    assert [window.plan for window in again.shown(NOW).windows] == ["", "", "plus"]


def test_the_file_is_written_only_when_something_is_new(tmp_path: Path) -> None:
    async def work() -> None:
        path = tmp_path / "windows.json"
        memory = Windows(path, every=0.0, clock=Clock())
        memory.hear(CLAUDE, Told(windows=(FIVE,)))
        while not path.exists():
            await asyncio.sleep(0.001)
        await memory.close()
        path.unlink()
        memory.hear(CLAUDE, Told(windows=(FIVE,)))
        memory.hear(CLAUDE, Told(limits=(Limit(name="requests", limit=5, remaining=1),)))
        await memory.close()
        assert not path.exists()

    asyncio.run(work())


def test_a_fault_of_the_memory_costs_what_was_said_and_not_the_row(tmp_path: Path) -> None:
    """The rest of the meter reads the same head after it (law 1)."""

    def broken() -> float:
        raise OverflowError

    hearing = Hearing(Windows(tmp_path / "w", clock=broken), Credentials("k"), (), "/v1/messages")
    call = Call(vendor="anthropic", wire="anthropic-messages", account="subscription")
    assert hearing.head(call, None, ((b"anthropic-ratelimit-unified-5h-utilization", b"0.5"),)) is False


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"accounts":[1]}', b"[" * 100_000, b'{"accounts":[],"version":2}']
)
def test_a_damaged_file_is_ignored(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "windows.json").write_bytes(data)
    assert Windows(tmp_path / "windows.json").shown(NOW) == Shown()


def test_a_window_that_has_begun_anew_is_unknown_and_never_its_old_number(tmp_path: Path) -> None:
    memory = remember(tmp_path / "w", (CLAUDE, Told(windows=(FIVE, WEEK))))
    five, week = memory.shown(NOW + 3599).windows
    assert (five.used, five.reset, five.binding, five.status) == (0.42, False, True, "allowed")
    five, week = memory.shown(NOW + 3600).windows
    assert (five.used, five.reset, five.binding, five.status, five.tightness) == (None, True, False, "", None)
    assert (week.used, week.reset) == (0.71, False)
    assert memory.shown(NOW + 9 * 86_400).windows == ()


def test_one_that_does_not_say_when_counts_as_long_as_it_is(tmp_path: Path) -> None:
    bare = (replace(FIVE, resets_at=None), Window(name="session", used=0.3))
    memory = remember(tmp_path / "w", (CLAUDE, Told(windows=bare)))
    assert names(memory.shown(NOW + 5 * 3600 - 1)) == [("5h", 0.42), ("session", 0.3)]
    assert names(memory.shown(NOW + 5 * 3600)) == [("5h", None), ("session", 0.3)]
    assert names(memory.shown(NOW + 86_400)) == [("5h", None), ("session", None)]


def test_the_tightest_account_comes_first(tmp_path: Path) -> None:
    other = Holder("anthropic", "b" * 16)
    refused = replace(FIVE, used=None, status="rejected")
    memory = remember(
        tmp_path / "w",
        (CODEX, Told(windows=(Window(name="secondary", family="codex", minutes=10_080, used=0.2),))),
        (CLAUDE, Told(windows=(WEEK, FIVE))),
        (other, Told(windows=(refused,))),
    )
    shown = memory.shown(NOW).windows
    assert [(w.account[0], w.name) for w in shown] == [("b", "5h"), ("a", "5h"), ("a", "7d"), ("c", "secondary")]
    assert [w.account[0] for w in memory.shown(NOW + 3600).windows] == ["a", "a", "c", "b"]


def test_what_is_not_mentioned_stays_for_claude_and_goes_for_codex(tmp_path: Path) -> None:
    primary = Window(name="primary", family="codex", minutes=300, used=0.1)
    secondary = replace(primary, name="secondary", minutes=10_080)
    spark = replace(primary, family="codex_spark")
    memory = remember(
        tmp_path / "w",
        (CLAUDE, Told(windows=(FIVE, WEEK))),
        (CLAUDE, Told(windows=(replace(WEEK, used=0.72, binding=True),))),
        (CODEX, Told(windows=(primary, secondary, spark), plan="plus")),
        (CODEX, Told(windows=(replace(primary, minutes=10_080, used=0.2),))),
    )
    shown = memory.shown(NOW).windows
    assert [(w.name, w.family, w.used, w.binding) for w in shown] == [
        ("5h", "", 0.42, False),
        ("7d", "", 0.72, True),
        ("primary", "codex", 0.2, False),
        ("primary", "codex_spark", 0.1, False),
    ]
    assert shown[2].plan == "plus"


def test_limits_last_until_they_are_whole(tmp_path: Path) -> None:
    half = Limit(name="tokens", limit=100, remaining=50, resets_us=(NOW + 2) * 1_000_000)
    few = Limit(name="requests", limit=100, remaining=3)
    path = tmp_path / "w"
    memory = remember(path, (CLAUDE, Told(limits=(half, few))))
    assert [(limit.name, limit.resets_at) for limit in memory.shown(NOW + 1).limits] == [
        ("requests", None),
        ("tokens", NOW + 2),
    ]
    assert [limit.name for limit in memory.shown(NOW + 2).limits] == ["requests"]
    assert memory.shown(NOW + 60).limits == ()
    assert not path.exists()


def test_an_account_that_only_a_token_names_passes_with_it(tmp_path: Path) -> None:
    memory = remember(tmp_path / "w", (CLAUDE, Told(windows=(WEEK,))), passing=True)
    assert names(memory.shown(NOW + 8 * 3600)) == [("7d", 0.71)]
    assert memory.shown(NOW + 10 * 3600).windows == ()


def test_no_flood_of_accounts_or_models_grows_it(tmp_path: Path) -> None:
    limit = Limit(name="tokens", limit=2, remaining=1)
    flood = [(Holder("anthropic", f"{i:016x}"), Told(windows=(WEEK,), limits=(limit,))) for i in range(200)]
    shown = remember(tmp_path / "w", *flood).shown(NOW)
    assert (len(shown.windows), len(shown.limits)) == (64, 64)
    assert shown.windows[-1].account == f"{199:016x}"


# Through the real engine and its proxy

RESET = NOW + 40_000_000
"""Far enough ahead for the real clock."""
HEADERS = (
    ("Anthropic-RateLimit-Unified-Status", "allowed_warning"),
    ("anthropic-ratelimit-unified-5h-utilization", "0.91"),
    ("anthropic-ratelimit-unified-5h-reset", str(RESET)),
    ("ANTHROPIC-ratelimit-unified-5h-status", "allowed_warning"),
    ("anthropic-ratelimit-unified-5h-utilization", "0.11"),
    ("anthropic-ratelimit-unified-representative-claim", "five_hour"),
    ("anthropic-ratelimit-unified-7d-utilization", "not a number"),
    ("anthropic-ratelimit-unified-7d-status", "allowed"),
    ("x-CODEX-nonsense", "\xe9\xff"),
    ("anthropic-organization-id", "11111111-org"),
    ("X-RateLimit-Limit-Requests", "100"),
    ("X-RateLimit-Remaining-Requests", "40"),
    ("X-RateLimit-Reset-Requests", "6h0m"),
)
CLAUDE_5H = "anthropic-ratelimit-unified-5h-"
LOGIN = {"Authorization": "Bearer sk-ant-oat01-secret-of-the-day", "anthropic-version": "2023-06-01"}
BODY = {"model": "claude-opus-5-5", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}


@contextmanager
def vendor_saying(head: bytes, body: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A vendor that answers every request with exactly these bytes; its port and what it was asked."""
    asked: list[bytes] = []
    plugs: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plug, _ = listener.accept()
            except OSError:
                return
            plugs.append(plug)
            with plug, plug.makefile("rb") as lines:
                while start := lines.readline():
                    length = 0
                    while (line := lines.readline()) not in (b"\r\n", b""):
                        name, _, value = line.partition(b":")
                        length = int(value) if name.lower() == b"content-length" else length
                    lines.read(length)
                    asked.append(start)
                    plug.sendall(head + body)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for plug in plugs:
            if plug.fileno() >= 0:
                plug.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def head_of(headers: tuple[tuple[str, str], ...], length: int, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join([*lines, f"Content-Length: {length}"]) + "\r\n\r\n").encode("latin-1")


ANSWER = json.dumps(
    {
        "type": "message",
        "id": "m",
        "model": "claude-opus-5-5",
        "stop_reason": "end_turn",
        "content": [],
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
).encode()


def exchange(
    engine: Any,
    headers: dict[str, str] = LOGIN,
    body: object = BODY,
    path: str = "/v1/messages",
    vendor: str = "anthropic",
) -> bytes:
    """One call through the proxy; the answer's head, byte for byte."""
    data = json.dumps(body).encode()
    prefix = engine.base(vendor).partition(f":{engine.port}")[2]
    lines = [f"POST {prefix}{path} HTTP/1.1", f"Host: 127.0.0.1:{engine.port}", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", engine.port), 30) as plug, plug.makefile("rb") as answer:
        plug.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        head = b"".join(iter(answer.readline, b"\r\n"))
        length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-len"))
        assert len(answer.read(length)) == length
        return head


def snapshot(engine: Any) -> Snapshot:
    with engine.client() as client:
        found: Snapshot = client.snapshot()
        return found


def test_headers_reach_the_tool_as_they_are_while_the_status_shows_the_window(make_engine: Callable[..., Any]) -> None:
    head = head_of(HEADERS, len(ANSWER))
    with vendor_saying(head, ANSWER) as (port, _):
        engine = make_engine(f"http://127.0.0.1:{port}")
        engine.start()
        got = exchange(engine)
        sent = [line for line in head.split(b"\r\n") if line]
        own = [line for line in got.split(b"\r\n") if line and not line.lower().startswith((b"connection:", b"date:"))]
        assert own == sent
        now = snapshot(engine)
    five, week = now.windows
    assert (five.vendor, five.name, five.used, five.status, five.binding) == (
        "anthropic",
        "5h",
        0.91,
        "allowed_warning",
        True,
    )
    assert five.resets_at == RESET
    assert (week.name, week.used, week.status) == ("7d", None, "allowed")
    (limit,) = now.limits
    assert (limit.name, limit.remaining, limit.limit, limit.model) == ("requests", 40, 100, "claude-opus-5-5")
    kept = engine.paths.windows
    assert engine.stop() == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    text = kept.read_text()
    assert not any(secret in text for secret in ("sk-ant", "secret-of-the-day", "11111111"))
    engine.start()
    assert snapshot(engine).windows == now.windows


def test_a_refusal_carries_them_too_and_nobody_is_polled(make_engine: Callable[..., Any]) -> None:
    error = b'{"type":"error","error":{"type":"rate_limit_error","message":"no"}}'
    head = head_of((*HEADERS[2:3], (HEADERS[0][0], "rejected"), HEADERS[5]), len(error), "429 Too Many Requests")
    with vendor_saying(head, error) as (port, asked):
        engine = make_engine(f"http://127.0.0.1:{port}")
        engine.start()
        assert exchange(engine).startswith(b"HTTP/1.1 429")
        (window,) = snapshot(engine).windows
        assert (window.name, window.status, window.used, window.tightness) == ("5h", "rejected", None, 1.0)
        with engine.client() as feed:
            next(feed.snapshots())
        assert engine.stop() == 0
        engine.start()
        assert snapshot(engine).windows
        assert engine.stop() == 0
        assert asked == [b"POST /v1/messages HTTP/1.1\r\n"]


def test_accounts_are_told_apart_by_their_own_ids(make_engine: Callable[..., Any]) -> None:
    """Claude Code's account in the request where the answer names no organization; a new token is no new account."""
    headers = tuple(pair for pair in HEADERS if pair[0] != "anthropic-organization-id")
    with vendor_saying(head_of(headers, len(ANSWER)), ANSWER) as (port, _):
        engine = make_engine(f"http://127.0.0.1:{port}")
        engine.start()
        for account, token in (("uuid-1", "one"), ("uuid-1", "two"), ("uuid-2", "three")):
            who = json.dumps({"device_id": "d", "account_uuid": account, "session_id": "s"})
            exchange(
                engine,
                {"Authorization": f"Bearer sk-ant-oat01-{token}"},
                {**BODY, "metadata": {"user_id": who}},
            )
        accounts = {window.account for window in snapshot(engine).windows}
        assert len(accounts) == 2
        exchange(engine, {"Authorization": "Bearer sk-ant-oat01-four"})
        accounts = {window.account for window in snapshot(engine).windows}
        assert len(accounts) == 3
        assert all(len(account) == 16 for account in accounts)


def test_faces_are_told_when_a_window_begins_anew(make_engine: Callable[..., Any]) -> None:
    """Without another call: the engine knows when."""
    soon = int(time.time()) + 3
    headers = ((CLAUDE_5H + "utilization", "0.5"), (CLAUDE_5H + "reset", str(soon)))
    with vendor_saying(head_of(headers, len(ANSWER)), ANSWER) as (port, asked):
        engine = make_engine(f"http://127.0.0.1:{port}")
        engine.start()
        exchange(engine)
        with engine.client() as feed:
            seen = feed.snapshots()
            first = next(seen)
            assert [(window.used, window.reset) for window in first.windows] == [(0.5, False)]
            anew = next(each for each in seen if each.windows[0].reset)
        assert anew.windows[0].used is None
        assert soon <= anew.at_us / 1e6 < soon + 30
        assert len(asked) == 1


def test_the_user_chooses_what_the_icon_shows(engine: Any) -> None:
    assert snapshot(engine).icon == "auto"
    with engine.paths.settings.open("a") as settings:
        settings.write('[display]\nicon = "money"\n')
    with engine.client() as client:
        client.ask("reload")
    assert snapshot(engine).icon == "money"


def test_the_user_chooses_what_is_told_and_when(engine: Any) -> None:
    assert (snapshot(engine).notify, snapshot(engine).quiet) == ("all", "")
    with engine.paths.settings.open("a") as settings:
        settings.write('[notify]\nlevel = "important"\nquiet = "22:00-07:00"\n')
    with engine.client() as client:
        client.ask("reload")
    assert (snapshot(engine).notify, snapshot(engine).quiet) == ("important", "22:00-07:00")


def test_what_passes_unread_is_not_heard(make_engine: Callable[..., Any]) -> None:
    head = head_of(HEADERS, len(ANSWER))
    with vendor_saying(head, ANSWER) as (port, _):
        engine = make_engine(f"http://127.0.0.1:{port}")
        engine.start()
        with engine.client() as client:
            client.ask("pause", seconds=60)
        got = exchange(engine)
        assert [line for line in got.split(b"\r\n") if b"unified" in line.lower()] == [
            line for line in head.split(b"\r\n") if b"unified" in line.lower()
        ]
        assert snapshot(engine).windows == ()


def test_codexs_event_in_a_stream_is_heard_and_a_face_is_told(make_engine: Callable[..., Any]) -> None:
    event = {
        "type": "codex.rate_limits",
        "plan_type": "plus",
        "rate_limits": {"primary": {"used_percent": 77.5, "window_minutes": 300, "reset_at": RESET}},
    }
    done = {"type": "response.completed", "response": {"id": "r", "usage": {"input_tokens": 1, "output_tokens": 1}}}
    body = b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in (event, done))
    head = head_of((), len(body)).replace(b"application/json", b"text/event-stream")
    with vendor_saying(head, body) as (port, asked):
        engine = make_engine(f"http://127.0.0.1:{port}")
        engine.start()
        with engine.client() as feed:
            seen = feed.snapshots()
            assert next(seen).windows == ()
            login = {"Authorization": "Bearer ey.login", "ChatGPT-Account-Id": "account-1"}
            exchange(engine, login, {"model": "gpt-6.1-sol", "stream": True, "input": "x"}, "/responses", "openai")
            (window,) = next(each for each in seen if each.windows).windows
        assert (window.vendor, window.name, window.used, window.plan) == ("chatgpt", "primary", 0.775, "plus")
        assert len(asked) == 1
