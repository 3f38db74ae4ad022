"""Ten gibibytes in a few kilobytes, through both doors: passed on byte by byte, read within bounds, told in the row."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bombs
import pytest
import zstandard
from bombs import BLOCK, MIB
from doors import Door, Request, plainly, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

GIB = 1 << 30
GROWTH = 64 * MIB
HANG = 3.0
"""Seconds that another call may take meanwhile; a hang bound, not a promise."""
ROUND = 10 * GIB // BLOCK
ZEROS = b"0" * BLOCK
EVENTS = b'data: {"type": "ping", "x": "y"}\n\n'
EVENTS *= BLOCK // len(EVENTS)
JSON, SSE = "application/json", "text/event-stream"
OPEN_STRING = b'{"id": "'
OPEN_EVENT = b'data: {"id": "'


def closed(make: bombs.Maker, end: bytes = b'"}') -> bombs.Maker:
    """The same, with an end that makes it valid JSON."""

    def made(start: bytes, block: bytes, times: int) -> bytes:
        return make(start + block * (times - 1), block + end, 1)

    return made


GZIP_IN_ZSTD = bombs.twice(bombs.gzip_members, zstandard.compress)

# name: content coding, content type, how it is made, first plain bytes, block, how many in a default run
ANSWERS: dict[str, tuple[str, str, bombs.Maker, bytes, bytes, int]] = {
    "gzip members, JSON": ("gzip", JSON, bombs.gzip_members, OPEN_STRING, ZEROS, ROUND),
    "deflate, JSON": ("deflate", JSON, bombs.deflate_stream, OPEN_STRING, ZEROS, ROUND),
    "br, JSON": ("br", JSON, bombs.brotli_stream, OPEN_STRING, ZEROS, ROUND),
    "br, one event": ("br", SSE, bombs.brotli_stream, OPEN_EVENT, ZEROS, ROUND),
    "zstd frames, JSON": ("zstd", JSON, bombs.zstd_frames, OPEN_STRING, ZEROS, ROUND),
    "zstd frame, JSON": ("zstd", JSON, bombs.zstd_frame, OPEN_STRING, ZEROS, ROUND),
    "zstd frame, no format": ("zstd", JSON, bombs.zstd_frame, b"", b"\0" * BLOCK, ROUND),
    "zstd in gzip": ("zstd, gzip", JSON, bombs.twice(bombs.zstd_frame, gzip.compress), OPEN_STRING, ZEROS, ROUND),
    "gzip in zstd": ("gzip, zstd", JSON, GZIP_IN_ZSTD, OPEN_STRING, ZEROS, ROUND),
    "gzip, undeclared": ("", JSON, bombs.gzip_members, OPEN_STRING, ZEROS, ROUND),
    "gzip members, events": ("gzip", SSE, bombs.gzip_members, b"", EVENTS, ROUND),
    "zstd frames, events": ("zstd", SSE, bombs.zstd_frames, b"", EVENTS, ROUND),
    "patient gzip, JSON": ("gzip", JSON, bombs.gzip_members, OPEN_STRING, bombs.patient(), GIB // BLOCK),
    "patient gzip, one event": ("gzip", SSE, bombs.gzip_members, OPEN_EVENT, bombs.patient(), GIB // BLOCK),
    "patient zstd, JSON": ("zstd", JSON, bombs.zstd_frames, OPEN_STRING, bombs.patient(), GIB // BLOCK),
    "patient deflate, JSON lines": (
        "deflate", JSON, bombs.deflate_stream, b'{"id": 1}\n', b'{"x": "%b"}\n' % bombs.patient(MIB)[:-10], 64
    ),
    "patient gzip, whole JSON": ("gzip", JSON, closed(bombs.gzip_members), OPEN_STRING, bombs.patient(), 3),
    "patient br, whole JSON": ("br", JSON, closed(bombs.brotli_stream), OPEN_STRING, bombs.patient(), 3),
    "dense, just within, then garbage": ("gzip", JSON, bombs.gzip_members, OPEN_STRING, bombs.patient(8 * MIB), 3),
    "containers": ("", JSON, closed(bombs.plain, b"0]}"), b'{"content": [', b"{}," * (5 * MIB), 1),
}  # fmt: skip


FRESH: dict[int, int] = {}
"""What each door took before its first bomb, in KiB. All are measured against that: what one bomb leaves behind would
hide the next."""


@contextmanager
def bounded_growth(door: Door) -> Iterator[None]:
    """The door's memory grows by less than the bound, even for a moment."""
    folder = Path(f"/proc/{door.process.pid}")

    def kib(name: str) -> int:
        found = re.search(rf"{name}:\s+(\d+) kB", (folder / "status").read_text())
        assert found is not None
        return int(found[1])

    if door.process.pid not in FRESH:
        for agent in (b"warm", b"claude-cli/2.1.330 (external, cli)"):  # what reads a person's words is loaded, too
            for _ in range(20):
                call = b'{"model": "warm", "messages": [{"role": "user", "content": "rename a to b"}]}'
                door.ask(door.request(call, b"User-Agent: " + agent, b"Connection: close"))
        FRESH[door.process.pid] = kib("VmRSS")
    fresh = FRESH[door.process.pid]
    (folder / "clear_refs").write_text("5")  # the peak begins anew
    yield
    print(f"{door.kind}: peak +{(kib('VmHWM') - fresh) / 1024:.1f} MiB, left +{(kib('VmRSS') - fresh) / 1024:.1f} MiB")
    assert (kib("VmHWM") - fresh) * 1024 < GROWTH


@contextmanager
def others_go_on(door: Door) -> Iterator[None]:
    """Another tool works meanwhile, call by call."""
    over = threading.Event()
    slowest = [0.0]
    count = itertools.count()

    def work() -> None:
        while not over.is_set():
            begun = time.monotonic()
            answer = door.ask(door.request(b"", b"Connection: close", method=b"GET", path="/v1/models"))
            assert answer.endswith(b"models")
            slowest[0] = max(slowest[0], time.monotonic() - begun)
            next(count)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join(60)
    print(f"others: {next(count)} calls, the slowest {slowest[0]:.3f} s")
    assert 0 < slowest[0] < HANG


def told(door: Door, name: str) -> dict[str, Any]:
    """The row of the call whose request names this model, once it has ended."""
    rows = until(lambda: [r for r in door.written() if r["model_asked"] == name and r["ended_at"]])
    assert len(rows) == 1
    return dict(rows[0])


def receive(door: Door, model: str) -> tuple[str, int]:
    """Make a call; gives the sum and the size of the answer's body as it came."""
    body = b'{"model": "%b", "max_tokens": 9, "messages": []}' % model.encode()
    with door.connect() as plug:
        plug.settimeout(120)
        plug.sendall(door.request(body, b"Connection: close"))
        data = b""
        while b"\r\n\r\n" not in data:
            data += plug.recv(65536)
        head, _, data = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        raw = bytearray(data)
        while data := plug.recv(1 << 18):
            raw += data
    if b"chunked" not in head:
        return hashlib.sha256(raw).hexdigest(), len(raw)
    digest, size, at = hashlib.sha256(), 0, 0
    while length := int(raw[at : (line := raw.index(b"\r\n", at))], 16):
        digest.update(raw[line + 2 : line + 2 + length])
        size += length
        at = line + 2 + length + 2
    return digest.hexdigest(), size


def sends(bomb: bytes, coding: str, kind: str, *, chunked: bool) -> Callable[[socket.socket, Request], bool]:
    def answer(plug: socket.socket, request: Request) -> bool:
        if request.method == b"GET":
            return plainly(plug, request)
        fields = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n" + (f"Content-Encoding: {coding}\r\n" if coding else "")
        if not chunked:
            plug.sendall(fields.encode() + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb)
            return True
        plug.sendall(fields.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(bomb), 100_000):
            piece = bomb[start : start + 100_000]
            plug.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        plug.sendall(b"0\r\n\r\n")
        return True

    return answer


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer(door: Door, name: str, pytestconfig: pytest.Config) -> None:
    coding, kind, make, start, block, times = ANSWERS[name]
    if pytestconfig.getoption("--thorough") and "patient" in name:
        times = ROUND
    bomb = make(start, block, times)
    door.vendor.begin(sends(bomb, coding, kind, chunked="JSON" in name))
    print(f"{len(bomb)} bytes for {(len(start) + len(block) * times) / GIB:.2f} GiB")
    with bounded_growth(door), others_go_on(door):
        assert receive(door, name) == (hashlib.sha256(bomb).hexdigest(), len(bomb))
    if door.kind == "engine":
        row = told(door, name)
        assert (row["state"], row["metering"]) == ("done", "overflow")
        assert "response_overflow" in row["flags"]


CHAT = b'{"model": "bomb", "messages": [{"role": "user", "content": "'
REQUESTS: dict[str, tuple[str, bombs.Maker, bytes, bytes, int]] = {
    "zstd frame": ("zstd", bombs.zstd_frame, CHAT, ZEROS, ROUND),
    "zstd frames": ("zstd", bombs.zstd_frames, CHAT, ZEROS, ROUND),
    "gzip members": ("gzip", bombs.gzip_members, CHAT, ZEROS, ROUND),
    "br": ("br", bombs.brotli_stream, CHAT, ZEROS, ROUND),
    "deflate": ("deflate", bombs.deflate_stream, CHAT, ZEROS, ROUND),
    "zstd in gzip": ("zstd, gzip", bombs.twice(bombs.zstd_frame, gzip.compress), CHAT, ZEROS, ROUND),
    "patient zstd": ("zstd", bombs.zstd_frames, CHAT, bombs.patient(), GIB // BLOCK),
    "patient zstd, whole": ("zstd", closed(bombs.zstd_frames, b'"}]}'), CHAT, bombs.patient(), 3),
    "patient gzip": ("gzip", bombs.gzip_members, CHAT, bombs.patient(), GIB // BLOCK),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request(door: Door, name: str) -> None:
    coding, make, start, block, times = REQUESTS[name]
    bomb = make(start, block, times)
    number = 0 if door.kind == "relay" else len(door.written())
    door.vendor.begin()
    with bounded_growth(door), others_go_on(door):
        fields = (b"Content-Encoding: " + coding.encode(), b"Content-Type: application/json", b"Connection: close")
        assert door.ask(door.request(bomb, *fields)).startswith(b"HTTP/1.1 200")
    posts = [request for request in door.vendor.requests if request.method == b"POST"]
    assert [hashlib.sha256(request.body).digest() for request in posts] == [hashlib.sha256(bomb).digest()]
    if door.kind == "engine":
        rows = until(lambda: len(found := door.written()) > number and all(r["ended_at"] for r in found) and found)
        (row,) = [r for r in rows if r["id"] == max(rows, key=lambda r: int(r["id"]))["id"]]
        assert row["state"] == "done"
        assert {"request_overflow", "request_unreadable"} & set(row["flags"])
