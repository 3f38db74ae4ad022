"""One load window with wrk."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
local file = io.open("%s", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["x-api-key"] = "sk-bench"
wrk.headers["anthropic-version"] = "2023-06-01"
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%%d,"us":%%d,"p50":%%f,"p99":%%f,"errors":%%d}\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Window:
    """What one window gave."""

    requests: int
    rps: float
    p50_us: float
    p99_us: float
    errors: int


def body(size: int) -> bytes:
    """A Messages request of about ``size`` bytes, shaped like an agent's: many turns."""
    turn = "The quick brown fox jumps over the lazy dog, then writes a test for it. " * 12
    messages = []
    total = 120
    while total < size:
        text = turn[: max(size - total - 40, 1)]
        messages.append({"role": "user" if len(messages) % 2 == 0 else "assistant", "content": text})
        total += len(text) + 40
    document = {
        "model": "claude-opus-5-5",
        "max_tokens": 1024,
        "messages": messages or [{"role": "user", "content": "x"}],
    }
    return json.dumps(document).encode()


def run(url: str, *, size: int, clients: int, seconds: float, cpu: int) -> Window:
    """Send requests of that size from that many connections, closed loop, for that long."""
    with tempfile.TemporaryDirectory() as folder:
        payload = Path(folder) / "body.json"
        payload.write_bytes(body(size))
        script = Path(folder) / "load.lua"
        script.write_text(_SCRIPT % payload)
        command = ["wrk", "-t1", f"-c{clients}", f"-d{max(round(seconds), 1)}s", "-s", str(script), url]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 30,
            preexec_fn=lambda: os.sched_setaffinity(0, {cpu}),
        )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    got = json.loads(line.removeprefix("RESULT "))
    rps = got["requests"] / (got["us"] / 1e6)
    return Window(got["requests"], rps, got["p50"], got["p99"], got["errors"])
