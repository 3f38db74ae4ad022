"""Reading and pricing are pure: no socket, no file, no clock, no thread, from the import on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import builtins, io, json, socket, sys, threading, time

def refuse(*_, **__):
    raise AssertionError("not pure")

socket.socket = socket.create_connection = socket.getaddrinfo = refuse
book_bytes = open(sys.argv[1], "rb").read()
lines = open(sys.argv[2], "rb").read().splitlines()
threading.Thread.start = refuse

from trayapp.dialects import RequestView, ResponsesSocket, recognise, usage_of
from trayapp.pricing import load, price
from trayapp.engine.quote import quote

builtins.open = io.open = refuse
time.time = time.time_ns = refuse
book = load(book_bytes)
costs = [quote(line, book, 0).pico for line in lines]
dialect = recognise("openai", "POST", "/v1/responses")
view = RequestView("openai", "POST", "/v1/responses", [])
assert dialect.read_request(view, b'{"model": "gpt-6.1-sol"}').model == "gpt-6.1-sol"
socket_of_frames = ResponsesSocket()
assert socket_of_frames.event(b'{"type": "codex.rate_limits"}') == ()
print(json.dumps(costs))
heavy = {"tiktoken", "httpx", "PySide6", "sqlite3", "ssl", "requests", "litellm", "genai_prices"} & set(sys.modules)
assert not heavy, heavy
"""


def test_the_golden_costs_without_sockets_files_threads_or_a_clock(repo: Path) -> None:
    golden = Path(__file__).with_name("golden.jsonl")
    book = repo / "resources" / "pricebook.json"
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(repo)!r})\n{SCRIPT}",
            str(book),
            str(golden),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    costs = json.loads(done.stdout)
    assert len(costs) == 63
    assert sum(cost is None for cost in costs) == 1
