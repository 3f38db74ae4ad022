"""Virtual keys together with all else: a changed request, a dead connection, limits, a pause, a stop, other users."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from doors import Request, Vendor, code, read_all, status

from trayapp.engine.keychain import Keychain
from trayapp.frontdoor import Entry, Upstream
from trayapp.platform.paths import find
from trayapp.refusal import Refusal
from trayapp.trouble import Trouble
from trayapp.virtualkeys import register
from trayapp.virtualkeys.cabinet import Cabinet

REAL = "sk-c4naryC4NARYc4nary"
ODD = Path(__file__).parents[1] / "platform"
CHAT = "/openai/v1/chat/completions"
STREAM = {"model": "gpt-6-luna", "stream": True, "messages": [{"role": "user", "content": "x"}]}
EVENTS = b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
ANSWER = b'{"model":"gpt-6-luna","usage":{"prompt_tokens":3,"completion_tokens":2}}'


@pytest.fixture
def upstream() -> Iterator[Vendor]:
    made = Vendor()
    yield made
    made.close()


@pytest.fixture
def engine(make_engine: Callable[[str], Any], upstream: Vendor) -> Any:
    """An engine that is not started yet."""
    return make_engine(f"http://127.0.0.1:{upstream.port}")


@pytest.fixture
def virtual(engine: Any, upstream: Vendor) -> str:
    where = Upstream.parse(f"http://127.0.0.1:{upstream.port}")
    return Cabinet(engine.paths).mint("openai", REAL, upstream=where).virtual


def raw(engine: Any, *fields: str, path: str = CHAT, body: object = STREAM, method: str = "POST") -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} /{engine.paths.token.read_text()}{path} HTTP/1.1", f"Host: 127.0.0.1:{engine.port}", *fields]
    lines += [f"Content-Length: {len(data)}"] if data else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def ask(engine: Any, *fields: str, **more: Any) -> bytes:
    """One raw exchange, to the end of its connection."""
    with socket.create_connection(("127.0.0.1", engine.port), 30) as plug:
        plug.sendall(raw(engine, "Connection: close", *fields, **more))
        return read_all(plug)


def whole(plug: socket.socket, data: bytes, *fields: bytes) -> bool:
    head = [b"HTTP/1.1 200 OK", b"Content-Type: application/json", *fields, b"Content-Length: %d" % len(data)]
    plug.sendall(b"\r\n".join(head) + b"\r\n\r\n" + data)
    return True


def test_a_refused_change_and_a_dead_connection_go_again_with_the_real_key(
    engine: Any, virtual: str, upstream: Vendor, wait_for_rows: Any
) -> None:
    with engine.paths.settings.open("a") as file:
        file.write("[metering]\nask_usage = true\n")

    def answer(plug: socket.socket, request: Request) -> bool:
        if b"include_usage" in request.body:
            plug.sendall(b"HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\nno")
            return True
        if len(upstream.requests) == 4:
            return False  # the kept connection turns out dead
        plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(EVENTS))
        plug.sendall(EVENTS)
        return True

    upstream.begin(answer)
    engine.start()
    own = ask(engine, f"Authorization: Bearer {REAL}", body={**STREAM, "stream": False})
    asked = ask(engine, f"Authorization: Bearer {virtual}", "X-Odd: 1", "x-odd: 2")
    again = ask(engine, f"Authorization: Bearer {virtual}", "X-Odd: 1", "x-odd: 2")
    assert [status(got) for got in (own, asked, again)] == [200, 200, 200]
    assert asked.endswith(EVENTS)
    assert again.endswith(EVENTS)
    _, changed, original, dead, last = upstream.requests
    assert b"include_usage" in changed.body
    assert original.body == dead.body == last.body == json.dumps(STREAM).encode()
    assert original.fields == dead.fields == last.fields
    assert [name for name, _ in changed.fields] == [name for name, _ in original.fields]
    for request in upstream.requests:
        assert request.get(b"authorization") == [f"Bearer {REAL}".encode()]
    rows = wait_for_rows(engine, 5)
    assert len({row["credential"] for row in rows}) == 1
    assert rows[0]["credential"]
    assert [row["attempt_of"] for row in rows] == [None, None, rows[1]["id"], None, rows[3]["id"]]


def test_limits_stand_under_the_real_key_and_nothing_keeps_it(
    engine: Any, virtual: str, upstream: Vendor, wait_for_rows: Any
) -> None:
    limits = (
        b"x-ratelimit-limit-requests: 100",
        b"x-ratelimit-remaining-requests: 40",
        b"x-ratelimit-reset-requests: 9m",
    )
    upstream.begin(lambda plug, _: whole(plug, ANSWER, *limits))
    engine.start()
    for key in (REAL, virtual):
        assert status(ask(engine, f"authorization: Bearer {key}", body={**STREAM, "stream": False})) == 200
    rows = wait_for_rows(engine, 2)
    with engine.client() as client:
        (limit,) = client.snapshot().limits
    assert {limit.account} == {row["credential"] for row in rows}
    assert engine.stop() == 0
    kept = [p for p in engine.home.rglob("*") if p.is_file() and REAL.encode() in p.read_bytes()]
    assert [p.parent for p in kept] == [engine.paths.secrets]


def test_while_metering_is_paused(engine: Any, virtual: str, upstream: Vendor, wait_for_rows: Any) -> None:
    with engine.paths.settings.open("a") as file:
        file.write("[metering]\nask_usage = true\n")
    upstream.begin(lambda plug, _: whole(plug, ANSWER))
    engine.start()
    with engine.client() as client:
        client.ask("pause", seconds=60)
    assert status(ask(engine, f"Authorization: Bearer {virtual}")) == 200
    (request,) = upstream.requests
    assert request.get(b"authorization") == [f"Bearer {REAL}".encode()]
    assert request.body == json.dumps(STREAM).encode()
    (row,) = wait_for_rows(engine, 1)
    assert (row["metering"], bool(row["credential"])) == ("unmetered", True)


@pytest.fixture
def prompting(engine: Any, monkeypatch: pytest.MonkeyPatch, virtual: str) -> Callable[[], None]:
    """A keyring whose prompt waits until this is called; the key was made before."""
    gate = engine.home / "open"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "odd_keyrings.Gated")
    monkeypatch.setenv("PYTHONPATH", str(ODD))
    monkeypatch.setenv("ODD_KEYRING", str(engine.home / "odd.json"))
    monkeypatch.setenv("ODD_GATE", str(gate))
    # Into the keyring.
    gate.touch()
    cabinet = Cabinet(engine.paths)
    (key,) = cabinet.listed()
    assert cabinet._store.put(key.secret, REAL.encode()).keyring == "Kept Keyring"
    gate.unlink()
    return gate.touch


QUICK = 4.0
"""Seconds; whoever waited for the keyring would wait for ten."""


def test_whoever_has_no_virtual_key_never_waits_for_one(engine: Any, prompting: Any, upstream: Vendor) -> None:
    """A word in a title, a project or a query is no key, even if it is the one that marks ours."""
    engine.start()
    begun = time.monotonic()
    fields = ("X-Title: my-spendlight-app", "Authorization: Bearer sk-mine")
    path = "/gemini/v1/projects/acme-spendlight-prod/x?filter=a-spendlight-b"
    assert status(ask(engine, *fields, path=path)) == 200
    assert upstream.requests[0].get(b"x-title") == [b"my-spendlight-app"]
    assert upstream.requests[0].target == path.removeprefix("/gemini").encode()
    # Nor when the register was never readable.
    engine.stop()
    engine.paths.virtual_keys.write_text("{")
    engine.start()
    assert status(ask(engine, *fields, path=path)) == 200
    assert time.monotonic() - begun < QUICK


def test_a_websocket_waits_for_no_keyring(engine: Any, virtual: str, prompting: Any) -> None:
    engine.start()
    begun = time.monotonic()
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", f"Authorization: Bearer {virtual}")
    with socket.create_connection(("127.0.0.1", engine.port), 30) as plug:
        plug.sendall(raw(engine, *upgrade, path="/openai/v1/responses", body=None, method="GET"))
        got = read_all(plug)
    assert (status(got), code(got)) == (426, "no_websocket")
    assert time.monotonic() - begun < QUICK


def test_a_stop_waits_for_no_keyring_either(engine: Any, virtual: str, prompting: Any, upstream: Vendor) -> None:
    """Whoever waits hears it at once, and the next engine serves."""
    engine.start()
    with socket.create_connection(("127.0.0.1", engine.port), 30) as plug:
        plug.sendall(raw(engine, f"Authorization: Bearer {virtual}"))
        assert status(ask(engine, "Authorization: Bearer sk-mine")) == 200  # the other one has been read by now
        begun = time.monotonic()
        stopping = threading.Thread(target=engine.stop)
        stopping.start()
        got = read_all(plug)
    stopping.join()
    assert (status(got), code(got)) == (503, "key_not_available")
    assert time.monotonic() - begun < QUICK
    prompting()
    engine.start()
    assert status(ask(engine, f"Authorization: Bearer {virtual}")) == 200
    assert upstream.requests[-1].get(b"authorization") == [f"Bearer {REAL}".encode()]


def test_a_key_that_is_removed_while_the_keys_are_read_is_worth_nothing(
    engine: Any, virtual: str, prompting: Any, upstream: Vendor
) -> None:
    engine.start()  # it reads, and waits for the prompt
    with socket.create_connection(("127.0.0.1", engine.port), 30) as plug:
        engine.paths.virtual_keys.write_bytes(register.text_of(()))
        plug.sendall(raw(engine, "Connection: close", f"Authorization: Bearer {virtual}"))
        assert status(ask(engine, "Authorization: Bearer sk-mine")) == 200
        prompting()
        got = read_all(plug)
    assert (status(got), code(got)) == (401, "unknown_key")
    assert len(upstream.requests) == 1


STRANGER = """
import os, socket, sys
socket.getaddrinfo("127.0.0.1", 1)  # what it needs is loaded while it may be read
os.setgroups([]), os.setgid(65534), os.setuid(65534)
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as plug:
    plug.sendall(bytes.fromhex(sys.argv[2]))
    while data := plug.recv(65536):
        sys.stdout.buffer.write(data)
"""


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can become another user")
def test_another_user_makes_nobody_ask_for_keys(engine: Any, virtual: str, prompting: Any) -> None:
    engine.start()
    begun = time.monotonic()
    data = raw(engine, f"Authorization: Bearer {virtual}").hex()
    command = [sys.executable, "-c", STRANGER, str(engine.port), data]
    got = subprocess.run(command, capture_output=True, timeout=30, check=True).stdout
    assert (status(got), code(got)) == (403, "other_user")
    assert time.monotonic() - begun < QUICK


def test_the_guard_is_told_only_what_is_new(home: Path) -> None:
    paths = find()
    cabinet = Cabinet(paths)
    cabinet.mint("openai", REAL, upstream=Upstream.parse("https://h"))
    told: list[bytes] = []

    async def work() -> None:
        keys = Keychain(paths, told.append, {}, lambda: None)
        for _ in range(3):
            os.utime(paths.virtual_keys)
            await keys.reread()
        cabinet.mint("openai", REAL, upstream=Upstream.parse("https://h"))
        await keys.reread()

    asyncio.run(work())
    assert [payload.count(REAL.encode()) for payload in told] == [1, 2]


def test_no_room_for_a_thread_costs_the_keys_and_nothing_else(home: Path) -> None:
    paths = find()
    where = Upstream.parse("https://h")
    virtual = Cabinet(paths).mint("openai", REAL, upstream=where).virtual
    entry = Entry("openai", None, where, "/v1/models", "/v1/models")
    fields = ((b"authorization", b"Bearer " + virtual.encode()),)
    troubles: dict[str, Trouble] = {}

    async def work() -> None:
        keys = Keychain(paths, lambda _: None, troubles, lambda: None)
        before = threading.stack_size(1 << 46)  # more than any machine has
        try:
            keys.begin()
            waiting = keys.swap(entry, fields)
            assert isinstance(waiting, asyncio.Task)
            refusal = await waiting
            assert isinstance(refusal, Refusal)
            assert refusal.code == "key_not_available"
            assert "keys" in troubles
        finally:
            threading.stack_size(before)
        waiting = keys.swap(entry, fields)
        assert isinstance(waiting, asyncio.Task)
        swapped = await waiting
        assert swapped is not None
        assert not isinstance(swapped, Refusal)
        assert swapped.headers == ((b"authorization", b"Bearer " + REAL.encode()),)
        assert troubles == {}

    asyncio.run(work())
