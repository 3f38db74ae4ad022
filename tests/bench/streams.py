"""Streams: when does the first byte come, how late is each event, are events merged."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import load

EVENTS, GAP = 100, 0.005

_START = {
    "type": "message_start",
    "message": {"id": "msg_b", "type": "message", "role": "assistant", "model": "claude-opus-5-5", "content": [],
                "usage": {"input_tokens": 500, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0,
                          "output_tokens": 1}},
}  # fmt: skip


def serve() -> None:
    """The paced upstream: an event every five milliseconds, each with the time at which it was written."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    while True:
        plug, _ = listener.accept()
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_connection, args=(plug,), daemon=True).start()


def _connection(plug: socket.socket) -> None:
    with plug:
        while _answer(plug):
            pass


def _answer(plug: socket.socket) -> bool:
    data = b""
    while b"\r\n\r\n" not in data:
        more = plug.recv(65536)
        if not more:
            return False
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    length = int(next(x.split(b":")[1] for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")))
    left = length - len(rest)
    while left > 0:
        left -= len(plug.recv(65536))
    plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    _event(plug, "message_start", _START)
    due = time.monotonic()
    for _ in range(EVENTS):
        due += GAP
        time.sleep(max(due - time.monotonic(), 0))
        _event(
            plug,
            "content_block_delta",
            {"type": "content_block_delta", "index": 0, "at": time.monotonic_ns(),
             "delta": {"type": "text_delta", "text": "some words of an answer"}},
        )  # fmt: skip
    _event(plug, "message_delta", {"type": "message_delta", "delta": {}, "usage": {"output_tokens": EVENTS * 5}})
    _event(plug, "message_stop", {"type": "message_stop"})
    plug.sendall(b"0\r\n\r\n")
    return True


def _event(plug: socket.socket, name: str, document: dict[str, object]) -> None:
    data = f"event: {name}\ndata: {json.dumps(document)}\n\n".encode()
    plug.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")


@contextmanager
def upstream(cpu: int) -> Iterator[int]:
    """Run the paced upstream in a process of its own; gives its port."""
    process = subprocess.Popen(
        [sys.executable, __file__], stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, {cpu})
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def run(url: str, count: int = 5) -> dict[str, float]:
    """Read ``count`` streams; times in microseconds."""
    firsts: list[float] = []
    delays: list[float] = []
    merged = chunks = 0
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), 20) as plug:
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _one(plug, url)  # opens the connections behind; an agent's first call of many
        for _ in range(count):
            first, late, joined, seen = _one(plug, url)
            firsts.append(first)
            delays += late
            merged += joined
            chunks += seen
    delays.sort()
    return {
        "sse_first_p50_us": statistics.median(firsts),
        "sse_chunk_p50_us": statistics.median(delays),
        "sse_chunk_p99_us": delays[int(len(delays) * 0.99)],
        "sse_merged": merged / max(chunks, 1),
    }


def _one(plug: socket.socket, url: str) -> tuple[float, list[float], int, int]:
    parts = urlsplit(url)
    payload = load.body(2000)
    request = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"anthropic-version: 2023-06-01\r\nx-api-key: sk-bench\r\nContent-Length: {len(payload)}\r\n\r\n"
    ).encode() + payload
    late: list[float] = []
    merged = 0
    begin = time.monotonic_ns()
    plug.sendall(request)
    data = plug.recv(65536)
    first = (time.monotonic_ns() - begin) / 1000
    if not data.startswith(b"HTTP/1.1 200"):
        raise http.client.BadStatusLine(data[:80].decode("latin-1"))
    while not data.endswith(b"0\r\n\r\n"):
        piece = plug.recv(65536)
        now = time.monotonic_ns()
        if not piece:
            raise http.client.IncompleteRead(data)
        stamps = [int(x.split(b",", 1)[0]) for x in piece.split(b'"at": ')[1:]]
        merged += max(len(stamps) - 1, 0)
        late += [(now - stamp) / 1000 for stamp in stamps]
        data = data[-16:] + piece
    return first, late, merged, len(late)


if __name__ == "__main__":
    serve()
