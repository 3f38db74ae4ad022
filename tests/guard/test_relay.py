"""The relay as a process between a raw client and a scripted vendor."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trayapp.guard.relay import load_routes, load_token
from trayapp.guard.sockets import open_port
from trayapp.platform.paths import Paths, find


class RelayHost:
    """A relay process on two sockets of its own; ``upstream`` is where all its routes lead."""

    def __init__(self, kit: SimpleNamespace, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.kit = kit
        root = folder / "relay"
        self.paths = Paths(root / "config", root / "state", root / "cache", root / "run")
        self.upstream: Any = kit.Upstream()
        self.route()
        ears, beat = os.pipe()
        life, self.life = os.pipe()
        with contextlib.closing(open_port(0)) as listening:
            self.port = listening.port
            fds = [plug.fileno() for plug in listening.sockets]
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "trayapp.guard.relay"),
                    *("--sockets", ",".join(map(str, fds)), "--beat", str(beat), "--life", str(life)),
                ],
                pass_fds=(*fds, beat, life),
                env={**os.environ, **(environment or {}), "SPENDLIGHT_HOME": str(root)},
                stderr=subprocess.PIPE,
            )
        os.close(beat)
        os.close(life)
        assert os.read(ears, 1) == b"R"
        os.close(ears)

    def route(self, scheme: str = "http", host: str = "127.0.0.1", port: int | None = None) -> None:
        """Send all vendors' calls somewhere else."""
        self.kit.write_routes(self.paths, f"{scheme}://{host}:{port or self.upstream.port}")

    def connect(self) -> socket.socket:
        """A client's connection."""
        return socket.create_connection(("127.0.0.1", self.port), self.kit.PATIENCE)

    def ask(self, data: bytes) -> bytes:
        """One raw exchange."""
        with self.connect() as plug:
            plug.sendall(data)
            return bytes(self.kit.read_all(plug))

    def request(self, body: bytes = b"", **more: Any) -> bytes:
        """A valid request."""
        return bytes(self.kit.request(self.port, body, **more))

    def last_line(self, count: int) -> dict[str, Any]:
        """Wait for the spool's line number ``count``."""
        lines = self.kit.until(lambda: (found := self.kit.spool(self.paths)) and len(found) >= count and found)
        assert len(lines) == count
        return dict(lines[-1])

    def close(self) -> str:
        """End everything; gives what was said on standard error."""
        if self.life >= 0:
            os.close(self.life)
            self.life = -1
        try:
            _, said = self.process.communicate(timeout=self.kit.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, said = self.process.communicate()
        self.upstream.close()
        return said.decode()


@pytest.fixture(scope="module")
def shared_relay(kit: SimpleNamespace) -> Iterator[RelayHost]:
    with tempfile.TemporaryDirectory() as folder:
        made = RelayHost(kit, Path(folder))
        yield made
        assert made.close() == ""


@pytest.fixture
def relay(shared_relay: RelayHost, kit: SimpleNamespace) -> RelayHost:
    shared_relay.upstream.script = kit.answer_ok
    shared_relay.upstream.heads.clear()
    shared_relay.paths.spool.unlink(missing_ok=True)
    shared_relay.route()
    return shared_relay


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def error_code(answer: bytes) -> str:
    return answer.partition(b"X-Spendlight-Error: ")[2].partition(b"\r\n")[0].decode()


def test_a_call_goes_through_byte_by_byte(relay: RelayHost, kit: SimpleNamespace) -> None:
    body = bytes(range(256)) * 20_000  # 5 MB
    got: list[bytes] = []

    def script(plug: socket.socket, data: bytes) -> None:
        got.append(kit.body_of(plug, data))
        plug.sendall(b"HTTP/1.1 200 Quite OK\r\nX-a: 1\r\nx-A: 2\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    relay.upstream.script = script
    answer = relay.ask(relay.request(body, head=b"Authorization: Bearer sk-canary\r\nConnection: keep-alive\r\n"))
    assert got == [body]
    head, _, back = answer.partition(b"\r\n\r\n")
    assert back == body
    assert head == (b"HTTP/1.1 200 Quite OK\r\nX-a: 1\r\nx-A: 2\r\nContent-Length: %d\r\nConnection: close" % len(body))
    assert b"Authorization: Bearer sk-canary\r\n" in relay.upstream.heads[0] + b"\r\n"
    line = relay.last_line(1)
    assert (line["bytes_up"], line["bytes_down"], line["outcome"], line["tool"]) == (len(body), len(body), "done", None)
    text = relay.paths.spool.read_text()
    assert "canary" not in text
    assert "chat" not in text
    assert kit.TOKEN not in text
    assert stat.S_IMODE(relay.paths.spool.stat().st_mode) == 0o600


def test_the_line_says_which_tool(relay: RelayHost) -> None:
    assert status(relay.ask(relay.request(b"x", path="/any.claude-code/v1/messages"))) == 200
    assert relay.upstream.heads[0].startswith(b"POST /v1/messages HTTP/1.1\r\n")
    line = relay.last_line(1)
    assert (line["vendor"], line["tool"], line["method"]) == ("anthropic", "claude-code", "POST")
    assert line["at_us"] <= line["ended_us"] <= time.time_ns() // 1000


def test_a_get_is_passed_on_and_leaves_no_line(relay: RelayHost) -> None:
    assert relay.ask(relay.request(path="/openai/v1/models?limit=1", method="GET")).endswith(b"\r\n\r\nok")
    assert relay.upstream.heads[0].startswith(b"GET /v1/models?limit=1 HTTP/1.1\r\n")
    assert status(relay.ask(relay.request(b"x"))) == 200
    relay.last_line(1)


def test_a_stream_is_not_held_back(relay: RelayHost, kit: SimpleNamespace) -> None:
    turn = threading.Semaphore(0)

    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for n in range(5):
            turn.acquire(timeout=kit.PATIENCE)
            plug.sendall(b"7\r\ndata: %d\r\n" % n)
        turn.acquire(timeout=kit.PATIENCE)
        plug.sendall(b"0\r\nX-Sum: 5\r\n\r\n")

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x"))
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += plug.recv(65536)
        for n in range(5):
            turn.release()
            while not seen.endswith(b"data: %d\r\n" % n):
                piece = plug.recv(65536)
                assert piece
                seen += piece
        turn.release()
        seen += kit.read_all(plug)
    assert seen.endswith(b"0\r\nX-Sum: 5\r\n\r\n")
    assert relay.last_line(1)["bytes_down"] == 35


def test_a_chunked_request_keeps_its_framing_and_trailers(relay: RelayHost, kit: SimpleNamespace) -> None:
    got: list[bytes] = []

    def script(plug: socket.socket, data: bytes) -> None:
        body = data.partition(b"\r\n\r\n")[2]
        while not body.endswith(b"\r\n\r\n"):
            body += plug.recv(65536)
        got.append(body)
        plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    relay.upstream.script = script
    head = relay.request().replace(b"Content-Length: 0", b"Transfer-Encoding: chunked\r\nTrailer: X-T")
    with relay.connect() as plug:
        plug.sendall(head + b"5;ext=1\r\nhel")
        plug.sendall(b"lo\r\n3\r\nabc\r\n0\r\nX-T: end\r\n\r\nPOST / HTTP/1.1\r\n\r\n")
        assert status(kit.read_all(plug)) == 200
    assert got[0].endswith(b"\r\n0\r\nX-T: end\r\n\r\n")
    assert b"Transfer-Encoding: chunked\r\nTrailer: X-T\r\n" in relay.upstream.heads[0]
    assert b"ext" not in got[0]
    assert len(relay.upstream.heads) == 1
    assert relay.last_line(1)["bytes_up"] == 8


def test_interim_answers_go_on(relay: RelayHost, kit: SimpleNamespace) -> None:
    def script(plug: socket.socket, data: bytes) -> None:
        plug.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert kit.body_of(plug, data) == b"late"
        plug.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"late", head=b"Expect: 100-continue\r\n")[:-4])
        assert plug.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        plug.sendall(b"late")
        rest = kit.read_all(plug)
    assert rest.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", b"to the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (b"HTTP/1.1 429 Slow down\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\nno", b"no"),
    ],
)
def test_answers_of_every_framing(relay: RelayHost, kit: SimpleNamespace, answer: bytes, body: bytes) -> None:
    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(answer)

    relay.upstream.script = script
    got = relay.ask(relay.request(b"x"))
    assert got.split(b"\r\n")[0].split(b" ", 1)[1] == answer.split(b"\r\n")[0].split(b" ", 1)[1]
    assert got.partition(b"\r\n\r\n")[2] == body
    assert relay.last_line(1)["outcome"] == ("vendor_error" if b"429" in answer else "done")


def test_head_has_no_body(relay: RelayHost) -> None:
    def script(plug: socket.socket, data: bytes) -> None:
        plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")

    relay.upstream.script = script
    assert relay.ask(relay.request(path="/openai/v1/models", method="HEAD")).endswith(b"Connection: close\r\n\r\n")
    refused = relay.ask(b"HEAD /nobody/openai/v1/models HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % relay.port)
    assert refused.endswith(b"\r\n\r\n")
    assert status(refused) == 401


def test_a_client_of_http_1_0_gets_plain_bytes(relay: RelayHost, kit: SimpleNamespace) -> None:
    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(
            b"HTTP/1.1 103 Hm\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        )

    relay.upstream.script = script
    got = relay.ask(relay.request(b"x").replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert got == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab"


def test_an_early_answer_survives_the_upload(relay: RelayHost, kit: SimpleNamespace) -> None:
    def script(plug: socket.socket, data: bytes) -> None:
        plug.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")
        with contextlib.suppress(OSError):
            kit.read_all(plug)  # as servers do, so that their own reset does not destroy the answer

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x" * 3_000_000)[:500_000])
        seen = kit.read_all(plug)
    assert seen.endswith(b"\r\n\r\nno")
    assert status(seen) == 401
    assert relay.last_line(1)["outcome"] == "vendor_error"


@pytest.mark.parametrize("phase", ["silent", "streaming", "half-closed"])
def test_a_client_that_leaves_ends_the_call_upstream(relay: RelayHost, kit: SimpleNamespace, phase: str) -> None:
    begun, gone = threading.Event(), threading.Event()

    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        if phase == "streaming":
            plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345")
        begun.set()
        with contextlib.suppress(OSError):
            if plug.recv(1) != b"":
                return
        gone.set()

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x"))
        assert begun.wait(kit.PATIENCE)
        if phase == "streaming":
            seen = b""
            while not seen.endswith(b"12345"):
                seen += plug.recv(65536)
        if phase == "half-closed":
            plug.shutdown(socket.SHUT_WR)
            assert gone.wait(kit.PATIENCE)
    assert gone.wait(kit.PATIENCE)
    line = relay.last_line(1)
    assert (line["outcome"], line["status"]) == ("client_abort", 200 if phase == "streaming" else None)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n|nonsense\r\n",
    ],
)
def test_an_answer_that_breaks_off_does_not_end_cleanly(relay: RelayHost, kit: SimpleNamespace, start: bytes) -> None:
    read = threading.Event()
    first, _, last = start.partition(b"|")

    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(first)
        read.wait(kit.PATIENCE)
        plug.sendall(last)

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x"))
        seen = b""
        while b"12345" not in seen:
            seen += plug.recv(65536)
        read.set()
        with pytest.raises(ConnectionResetError):
            kit.read_all(plug)
    assert relay.last_line(1)["outcome"] == "upstream_cut"


def test_a_reset_of_an_answer_without_length_is_seen(relay: RelayHost, kit: SimpleNamespace) -> None:
    read = threading.Event()

    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(b"HTTP/1.1 200 OK\r\n\r\n12345")
        read.wait(kit.PATIENCE)
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x"))
        seen = b""
        while not seen.endswith(b"12345"):
            seen += plug.recv(65536)
        read.set()
        with pytest.raises(ConnectionResetError):
            kit.read_all(plug)
    assert relay.last_line(1)["outcome"] == "upstream_cut"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "upstream_closed"),
        (b"HTTP/1.1 200 OK\r\nContent-", "upstream_closed"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "upstream_malformed"),
        (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "upstream_malformed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", "upstream_malformed"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "upstream_malformed"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n", "upstream_malformed"),
    ],
)
def test_an_upstream_that_does_not_answer_in_http(
    relay: RelayHost, kit: SimpleNamespace, answer: bytes, code: str
) -> None:
    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(answer)

    relay.upstream.script = script
    got = relay.ask(relay.request(b"x", path="/anthropic/v1/messages"))
    assert (status(got), error_code(got)) == (502, code)
    assert json.loads(got.partition(b"\r\n\r\n")[2])["type"] == "error"  # Anthropic's shape
    line = relay.last_line(1)
    assert (line["outcome"], line["bytes_down"]) == ("upstream_cut", 0)


def test_own_failures(relay: RelayHost, kit: SimpleNamespace) -> None:
    with socket.socket() as bound:  # and nobody listens; a free port could become somebody's meanwhile
        bound.bind(("127.0.0.1", 0))
        relay.route(port=bound.getsockname()[1])
        got = relay.ask(relay.request(b"x"))
    assert (status(got), error_code(got)) == (502, "upstream_unreachable")
    assert relay.last_line(1)["outcome"] == "not_sent"
    relay.route(port=relay.port)
    got = relay.ask(relay.request(b"x"))
    assert (status(got), error_code(got)) == (508, "self_loop")

    def no_tls(plug: socket.socket) -> socket.socket:
        plug.sendall(b"HTTP/1.1 400 This is plain HTTP\r\n\r\n")
        return plug

    plain = kit.Upstream(no_tls)
    relay.route("https", port=plain.port)
    got = relay.ask(relay.request(b"x"))
    plain.close()
    assert (status(got), error_code(got)) == (502, "upstream_tls")
    assert relay.last_line(3)["outcome"] == "not_sent"
    relay.route(host="no-such-host.invalid")
    assert error_code(relay.ask(relay.request(b"x"))) == "upstream_unreachable"


def door_cases(port: int, token: str) -> dict[str, tuple[bytes, int, str]]:
    host = b"Host: 127.0.0.1:%d\r\n" % port
    good = f"/{token}/openai/v1/models".encode()

    def get(path: bytes, fields: bytes) -> bytes:
        return b"GET " + path + b" HTTP/1.1\r\n" + fields + b"\r\n"

    return {
        "wrong token": (get(b"/wrong/openai/v1/models", host), 401, "bad_token"),
        "no token": (get(b"/v1/models", host), 401, "bad_token"),
        "empty token": (get(b"//openai/v1/models", host), 401, "bad_token"),
        "rebinding": (get(good, b"Host: evil.example:%d\r\n" % port), 403, "wrong_host"),
        "other port": (get(good, b"Host: 127.0.0.1:1\r\n"), 403, "wrong_host"),
        "origin": (get(good, host + b"Origin: https://evil.example\r\n"), 403, "from_a_web_page"),
        "null origin": (get(good, host + b"Origin: null\r\n"), 403, "from_a_web_page"),
        "referer": (get(good, host + b"Referer: https://evil.example/\r\n"), 403, "from_a_web_page"),
        "cross site": (get(good, host + b"Sec-Fetch-Site: cross-site\r\n"), 403, "from_a_web_page"),
        "unknown vendor": (get(f"/{token}/acme/v1/models".encode(), host), 404, "unknown_vendor"),
        "websocket": (
            get(good, host + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
            426,
            "no_websocket",
        ),
    }


@pytest.mark.parametrize("name", list(door_cases(0, "")))
def test_the_front_door(relay: RelayHost, kit: SimpleNamespace, name: str) -> None:
    raw, code, reason = door_cases(relay.port, kit.TOKEN)[name]
    got = relay.ask(raw)
    assert (status(got), error_code(got)) == (code, reason)
    assert b"Spendlight: " in got
    assert relay.upstream.heads == []


def test_another_user_does_not_come_in_even_with_the_token(relay: RelayHost) -> None:
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root can become another user, and only Linux tells")
    other = """if True:
        import os, socket, sys
        socket.getaddrinfo("127.0.0.1", 1)  # what it needs is loaded while it may be read
        os.setgroups([]), os.setgid(65534), os.setuid(65534)
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as plug:
            plug.sendall(bytes.fromhex(sys.argv[2]))
            while data := plug.recv(65536):
                sys.stdout.buffer.write(data)
    """
    arguments = [str(relay.port), relay.request(b"x").hex()]
    done = subprocess.run([sys.executable, "-c", other, *arguments], capture_output=True, timeout=30)
    assert (status(done.stdout), error_code(done.stdout)) == (403, "other_user"), done.stderr
    assert relay.upstream.heads == []


def test_without_a_token_nobody_gets_in(relay: RelayHost) -> None:
    request = relay.request(b"x")
    for text in ("", " \n"):
        relay.paths.token.write_text(text)
        assert status(relay.ask(request)) == 401
        assert status(relay.ask(request.replace(request.split(b"/")[1], b"", 1))) == 401
    relay.paths.token.unlink()
    assert status(relay.ask(request)) == 401
    assert relay.upstream.heads == []


def test_a_damaged_route_table_sends_no_key_elsewhere(relay: RelayHost) -> None:
    relay.paths.routes.write_text("{")
    got = relay.ask(relay.request(b"x"))
    assert (status(got), error_code(got)) == (503, "routes_damaged")
    relay.paths.routes.write_text('{"openai": "ftp://gateway"}')
    assert error_code(relay.ask(relay.request(b"x"))) == "unknown_vendor"


def test_routes(home: Path) -> None:
    paths = find()
    paths.make()
    public = load_routes(paths)
    assert public is not None
    assert public["anthropic"].host == "api.anthropic.com"
    paths.routes.write_text('{"anthropic": "http://gateway:8080/x", "local": "http://127.0.0.1:1", "gemini": 5}')
    routes = load_routes(paths)
    assert routes is not None
    assert routes["anthropic"].url == "http://gateway:8080/x"
    assert routes["openai"] == public["openai"]
    assert "gemini" not in routes
    assert "local" in routes
    paths.routes.write_text("[]")
    assert load_routes(paths) is None
    assert load_token(paths) is None
    assert load_routes(replace(paths, state=home / "none")) == public


def test_a_bad_chunk_later_on_ends_the_call(relay: RelayHost, kit: SimpleNamespace) -> None:
    begun, rest = threading.Event(), []

    def script(plug: socket.socket, data: bytes) -> None:
        begun.set()
        with contextlib.suppress(OSError):
            while piece := plug.recv(65536):
                rest.append(piece)

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request().replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"1\r\na\r\n")
        assert begun.wait(kit.PATIENCE)
        plug.sendall(b"zz\r\n")
        assert error_code(kit.read_all(plug)) == "bad_framing"
    assert not b"".join(rest).endswith(b"0\r\n\r\n")
    assert relay.last_line(1)["outcome"] == "client_abort"


def test_a_second_request_on_the_connection_is_not_answered(relay: RelayHost) -> None:
    got = relay.ask(relay.request(b"x") + relay.request(b"y"))
    assert got.count(b"HTTP/1.1 200") == 1
    assert len(relay.upstream.heads) == 1


def test_a_client_that_says_nothing_or_hangs_up_early(relay: RelayHost) -> None:
    for early in (b"", b"POST /", relay.request(b"x")[:-20]):
        with relay.connect() as plug:
            plug.sendall(early)
    assert relay.upstream.heads == []


def test_a_slow_reader_slows_the_writer(relay: RelayHost, kit: SimpleNamespace) -> None:
    sent = [0]
    size = 64 * 1024 * 1024
    block = b"z" * 65536

    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // len(block)):
            plug.sendall(block)
            sent[0] += len(block)

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x"))
        plug.recv(1)
        # The writer comes to a stand long before the end; only then is anything read.
        last = -1
        while sent[0] != last:
            last = sent[0]
            select.select([], [], [], 0.2)
        assert last < size // 2
        got = 1 + sum(len(piece) for piece in iter(lambda: plug.recv(1 << 20), b""))
    assert got > size
    assert relay.last_line(1)["bytes_down"] == size
    resident = Path(f"/proc/{relay.process.pid}/status").read_text().partition("VmRSS:")[2].split()[0]
    assert int(resident) < 80_000


def test_a_full_spool_fails_no_call(relay: RelayHost) -> None:
    relay.paths.spool.mkdir()
    try:
        assert relay.ask(relay.request(b"x")).endswith(b"ok")
    finally:
        relay.paths.spool.rmdir()


def test_the_other_loopback_address(relay: RelayHost, kit: SimpleNamespace) -> None:
    try:
        plug = socket.create_connection(("::1", relay.port), kit.PATIENCE)
    except OSError:
        pytest.skip("no IPv6 here")
    with plug:
        plug.sendall(relay.request(b"x").replace(b"127.0.0.1", b"[::1]", 1))
        assert status(kit.read_all(plug)) == 200


def test_many_at_once(relay: RelayHost) -> None:
    results: list[bytes] = []

    def call() -> None:
        for _ in range(5):
            results.append(relay.ask(relay.request(b"x" * 1000)))

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 100
    assert all(answer.endswith(b"\r\n\r\nok") for answer in results)
    relay.last_line(100)


def test_stopping_finishes_what_runs(home: Path, kit: SimpleNamespace) -> None:
    relay = RelayHost(kit, home)
    begun, go_on = threading.Event(), threading.Event()

    def script(plug: socket.socket, data: bytes) -> None:
        kit.body_of(plug, data)
        begun.set()
        go_on.wait(kit.PATIENCE)
        plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")

    relay.upstream.script = script
    with relay.connect() as plug:
        plug.sendall(relay.request(b"x"))
        assert begun.wait(kit.PATIENCE)
        relay.process.send_signal(signal.SIGTERM)

        def refused() -> bool:
            try:
                relay.connect().close()
            except OSError:
                return True
            return False

        kit.until(refused)
        assert relay.process.poll() is None
        go_on.set()
        assert kit.read_all(plug).endswith(b"late")
    assert relay.process.wait(kit.PATIENCE) == 0
    relay.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl cannot make a certificate here")
    return key, cert


def test_tls_upstream(home: Path, kit: SimpleNamespace, certificate: tuple[Path, Path]) -> None:
    key, cert = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    chosen: list[str | None] = []

    def wrap(plug: socket.socket) -> socket.socket:
        inside = context.wrap_socket(plug, server_side=True)
        chosen.append(inside.selected_alpn_protocol())
        return inside

    vendor = kit.Upstream(wrap)
    relay = RelayHost(kit, home, {"SSL_CERT_FILE": str(cert)})
    try:
        relay.route("https", "localhost", vendor.port)
        assert relay.ask(relay.request(b"x" * 100_000)).endswith(b"\r\n\r\nok")
        assert chosen == ["http/1.1"]
        relay.route("https", "127.0.0.1", vendor.port)  # a name that the certificate does not have
        assert error_code(relay.ask(relay.request(b"x"))) == "upstream_tls"
    finally:
        relay.close()
        vendor.close()
