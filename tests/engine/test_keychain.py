"""Virtual keys through a real engine: what the vendor gets, what it does not, and that nothing keeps the real key."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from listening import Listening

from trayapp.frontdoor import Upstream
from trayapp.virtualkeys.cabinet import Cabinet

REAL = "sk-ant-api03-c4naryC4NARYc4nary"
ODD = Path(__file__).parents[1] / "platform"
BODY = json.dumps(
    {"model": "claude-opus-5-5", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}
).encode()
ANSWER = json.dumps(
    {"type": "message", "model": "claude-opus-5-5", "usage": {"input_tokens": 3, "output_tokens": 2}}
).encode()


class Vendor(Listening):
    """Keeps the raw bytes of each request and answers it."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        super().__init__()

    def serve(self, plug: socket.socket) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                piece = plug.recv(65536)
                if not piece:
                    return
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            found = re.search(rb"(?i)content-length: *(\d+)", head)
            length = int(found[1]) if found else 0
            while len(body) < length:
                body += plug.recv(65536)
            self.got.append(head + b"\r\n\r\n" + body[:length])
            data = body[length:]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            plug.sendall(head % len(ANSWER) + ANSWER)


@pytest.fixture
def upstream() -> Iterator[Vendor]:
    made = Vendor()
    yield made
    made.close()


@pytest.fixture
def engine(make_engine: Callable[[str], Any], upstream: Vendor) -> Any:
    """An engine that is not started yet."""
    return make_engine(upstream.url)


@pytest.fixture
def mint(engine: Any, upstream: Vendor) -> Callable[..., str]:
    """Makes a virtual key; the engine is not told."""

    def make(vendor: str = "anthropic", real: str = REAL, **more: Any) -> str:
        return Cabinet(engine.paths).mint(vendor, real, upstream=Upstream.parse(upstream.url), **more).virtual

    return make


def exchange(engine: Any, raw: bytes) -> bytes:
    """One raw exchange on a connection of its own."""
    with socket.create_connection(("127.0.0.1", engine.port), 30) as plug:
        plug.sendall(raw)
        data = b""
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < _length(data):
            piece = plug.recv(65536)
            if not piece:
                break
            data += piece
        return data


def _length(data: bytes) -> int:
    found = re.search(rb"(?i)content-length: *(\d+)", data)
    return int(found[1]) if found else 0


def raw(engine: Any, fields: str, path: str = "/anthropic/v1/messages", body: bytes = BODY) -> bytes:
    token = engine.paths.token.read_text()
    head = (
        f"POST /{token}{path} HTTP/1.1\r\nHost: 127.0.0.1:{engine.port}\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def code(answer: bytes) -> tuple[int, str]:
    return int(answer.split()[1]), answer.partition(b"X-Spendlight-Error: ")[2].partition(b"\r\n")[0].decode()


def holding(folder: Path, text: str) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def test_the_vendor_gets_the_real_key_and_not_a_byte_else_changes(
    engine: Any, mint: Any, upstream: Vendor, wait_for_rows: Any
) -> None:
    virtual = mint()
    engine.start()
    odd = "X-Odd:  two\r\nx-odd: One\r\nanthropic-version: 2023-06-01\r\nConnection: keep-alive\r\n"
    for carrier in (
        "X-Api-Key: {}\r\n",
        "authorization: bearer {}\r\n",
        "x-api-key: {}\r\nAuthorization: Bearer {}\r\n",
    ):
        fields = carrier + odd + "Cookie: {}\r\n"
        assert code(exchange(engine, raw(engine, fields.replace("{}", REAL)))) == (200, "")
        assert code(exchange(engine, raw(engine, fields.replace("{}", virtual)))) == (200, "")
        direct, swapped = upstream.got[-2:]
        assert swapped.count(REAL.encode()) == direct.count(REAL.encode()) - 1
        # The cookie is nobody's business.
        assert swapped.replace(b"Cookie: " + virtual.encode(), b"Cookie: " + REAL.encode()) == direct
    rows = wait_for_rows(engine, 6)
    # Agreements by key go on to match: a row is known by the real key.
    assert len({row["credential"] for row in rows}) == 1
    assert rows[0]["credential"]


def test_gemini_in_the_query_and_paths_that_are_no_calls(engine: Any, mint: Any, upstream: Vendor) -> None:
    virtual = mint("gemini", "AIzaR3al")
    engine.start()
    path = f"/gemini/v1beta/models/gemini-3.8-flash:generateContent?alt=sse&key={virtual}"
    assert code(exchange(engine, raw(engine, "", path))) == (200, "")
    line = b"POST /v1beta/models/gemini-3.8-flash:generateContent?alt=sse&key=AIzaR3al HTTP/1.1\r\n"
    assert upstream.got[-1].startswith(line)
    assert code(exchange(engine, raw(engine, f"x-goog-api-key: {virtual}\r\n", "/any/upload/v1beta/files"))) == (
        200,
        "",
    )
    assert b"x-goog-api-key: AIzaR3al\r\n" in upstream.got[-1]


def test_a_key_goes_nowhere_else(engine: Any, mint: Any, make_engine: Any, upstream: Vendor) -> None:
    virtual = mint()
    engine.start()
    fields = f"x-api-key: {virtual}\r\nAuthorization: Bearer {virtual}\r\n"
    answer = exchange(engine, raw(engine, fields, "/openai/v1/chat/completions"))
    assert code(answer) == (401, "key_for_another_vendor")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"].startswith("Spendlight: ")
    never = "sk-ant-api03-spendlight-" + "A" * 43
    answer = exchange(engine, raw(engine, f"x-api-key: {never}\r\n"))
    assert code(answer) == (401, "unknown_key")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["type"] == "authentication_error"
    with engine.client() as client:
        client.ask("set_upstream", vendor="anthropic", url=upstream.url.replace("127.0.0.1", "localhost"))
    assert code(exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n"))) == (401, "key_for_another_vendor")
    assert upstream.got == []


def test_keys_come_and_go_while_the_engine_runs(engine: Any, mint: Any, upstream: Vendor) -> None:
    engine.start()
    never = "sk-ant-api03-spendlight-" + "A" * 43
    assert code(exchange(engine, raw(engine, f"x-api-key: {never}\r\n"))) == (401, "unknown_key")
    virtual = mint(name="one")
    assert code(exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n"))) == (200, "")
    Cabinet(engine.paths).remove("one")
    assert code(exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n"))) == (401, "unknown_key")
    # A register that is damaged meanwhile: what is known goes on.
    second = mint(name="two")
    assert code(exchange(engine, raw(engine, f"x-api-key: {second}\r\n"))) == (200, "")
    engine.paths.virtual_keys.write_text("{")
    assert code(exchange(engine, raw(engine, f"x-api-key: {second}\r\n"))) == (200, "")
    with engine.client() as client:
        assert [t["code"] for t in client.ask("snapshot")["troubles"]] == ["keys_damaged"]


def test_nothing_keeps_the_real_key(
    engine: Any, mint: Any, upstream: Vendor, wait_for_rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    virtual = mint()
    engine.start()
    for fields in (
        f"x-api-key: {virtual}\r\n",
        f"Authorization: Bearer {virtual}\r\n",
        f"x-goog-api-key: {virtual}\r\n",
    ):
        exchange(engine, raw(engine, fields))
        exchange(engine, raw(engine, fields, "/anthropic/v1/models"))
        exchange(engine, raw(engine, fields, "/openai/v1/responses"))
        exchange(engine, raw(engine, fields, body=b"\xff not json"))
    with engine.client() as client:
        shown = json.dumps([client.ask("snapshot"), client.ask("calls"), client.ask("keys")])
    process = Path(f"/proc/{engine.pid}")
    shown += process.joinpath("cmdline").read_text() + process.joinpath("environ").read_text()
    assert REAL not in shown
    wait_for_rows(engine, 4)
    (kept,) = holding(engine.home, REAL)  # while it runs, with its write-ahead log
    assert kept.parent == engine.paths.secrets
    assert kept.stat().st_mode & 0o777 == 0o600
    assert engine.stop() == 0
    assert holding(engine.home, REAL) == [kept]
    assert holding(engine.home, virtual) == []


@pytest.fixture
def slow_keyring(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A keyring whose prompt is answered when this is called; keys are minted with it open."""
    gate = engine.home / "open"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "odd_keyrings.Gated")
    monkeypatch.setenv("PYTHONPATH", str(ODD))
    monkeypatch.setenv("ODD_KEYRING", str(engine.home / "odd.json"))
    monkeypatch.setenv("ODD_GATE", str(gate))
    gate.touch()
    return gate.touch


def close_gate(engine: Any) -> None:
    (engine.home / "open").unlink()


def test_the_port_does_not_wait_for_the_keyring_and_a_virtual_key_does(
    engine: Any, mint: Any, upstream: Vendor, slow_keyring: Any, wait_for_rows: Any
) -> None:
    virtual = mint()
    assert holding(engine.home, REAL) == [engine.home / "odd.json"]
    close_gate(engine)
    engine.start()
    large = json.dumps({"model": "claude-opus-5-5", "pad": "p" * 300_000}).encode()
    with socket.create_connection(("127.0.0.1", engine.port), 30) as waiting:
        waiting.sendall(raw(engine, f"x-api-key: {virtual}\r\nX-Who: waiter\r\n", body=large))
        with socket.create_connection(("127.0.0.1", engine.port), 30) as leaving:
            leaving.sendall(raw(engine, f"x-api-key: {virtual}\r\nX-Who: leaver\r\n"))
            # Whoever has a key of his own does not wait.
            assert code(exchange(engine, raw(engine, "x-api-key: sk-mine\r\n"))) == (200, "")
            assert [b"sk-mine" in each for each in upstream.got] == [True]
        assert code(exchange(engine, raw(engine, "x-api-key: sk-mine\r\n"))) == (200, "")
        slow_keyring()
        assert waiting.recv(12) == b"HTTP/1.1 200"
    assert [b"X-Who: leaver" in each for each in upstream.got] == [False] * 3
    assert b"x-api-key: " + REAL.encode() + b"\r\n" in upstream.got[-1]
    assert upstream.got[-1].endswith(large)
    wait_for_rows(engine, 3)


def test_a_keyring_that_does_not_answer_is_said_in_time(
    engine: Any, mint: Any, upstream: Vendor, slow_keyring: Any
) -> None:
    virtual = mint()
    close_gate(engine)
    engine.start()
    begun = time.monotonic()
    answer = exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n"))
    assert code(answer) == (503, "key_not_available")
    assert 8 < time.monotonic() - begun < 15
    assert upstream.got == []
    begun = time.monotonic()
    assert engine.stop() == 0  # it does not wait for the prompt either
    assert time.monotonic() - begun < 5


def test_a_locked_keyring_is_asked_again_later(
    engine: Any, mint: Any, upstream: Vendor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = engine.home / "locked"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "odd_keyrings.Locks")
    monkeypatch.setenv("PYTHONPATH", str(ODD))
    monkeypatch.setenv("ODD_KEYRING", str(engine.home / "odd.json"))
    monkeypatch.setenv("ODD_GATE", str(lock))
    virtual = mint()
    lock.touch()
    engine.start()
    answer = exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n"))
    assert code(answer) == (503, "key_not_available")
    assert b"the keyring is locked" in answer
    with engine.client() as client:
        (trouble,) = client.ask("snapshot")["troubles"]
    assert trouble["code"] == "key_not_available"
    lock.unlink()
    until = time.monotonic() + 30
    while code(exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n")))[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.2)
    with engine.client() as client:
        assert client.ask("snapshot")["troubles"] == []
    # Once read it stays, also when the keyring is locked again and the register changes.
    lock.touch()
    os.utime(engine.paths.virtual_keys)
    assert code(exchange(engine, raw(engine, f"x-api-key: {virtual}\r\n"))) == (200, "")


def test_without_virtual_keys_the_engine_starts_no_other_process_and_loads_no_keyring(engine: Any) -> None:
    engine.start()
    children = Path(f"/proc/{engine.pid}/task/{engine.pid}/children").read_text()
    assert children == ""
    maps = Path(f"/proc/{engine.pid}/maps").read_text()
    assert "cryptography" not in maps
    code = "import sys, trayapp.engine.run; print('trayapp.virtualkeys.cabinet' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "False\n"
