"""The processes that a benchmark needs, and what they use of the machine."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trayapp.control import Address, Client

ROOT = Path(__file__).resolve().parents[2]

_ANSWER = (
    '{"id":"msg_bench","type":"message","role":"assistant","model":"claude-opus-5-5",'
    '"content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn","stop_sequence":null,'
    '"usage":{"input_tokens":500,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":300,'
    '"service_tier":"standard"}}' % ("words of an answer " * 80)
)

_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; client_max_body_size 0; client_body_buffer_size 1m;
  keepalive_requests 100000000; keepalive_timeout 600;
  {body}
}}
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A proxy under test."""

    port: int
    pids: tuple[int, ...]
    start_seconds: float = 0.0
    token: str = ""
    home: Path | None = None

    def lead_to(self, upstream: int) -> None:
        """Send the calls to another upstream from now on."""
        if self.home is not None:
            with Client(Address(self.home / "run" / "control.sock")) as client:
                client.ask("set_upstream", vendor="anthropic", url=f"http://127.0.0.1:{upstream}")

    def base(self, vendor: str) -> str:
        """Spendlight's base URL for a vendor."""
        return f"http://127.0.0.1:{self.port}/{self.token}/{vendor}"


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


@contextmanager
def _nginx(folder: Path, body: str, port: int, cpu: int) -> Iterator[tuple[int, ...]]:
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, body=body) + ("user root;" if os.geteuid() == 0 else ""))
    process = subprocess.Popen(
        ["nginx", "-c", str(config), "-e", str(folder / "error.log")],
        preexec_fn=lambda: os.sched_setaffinity(0, {cpu}),
    )
    try:
        wait_for(port)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield tuple(int(pid) for pid in children)
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def nginx_upstream(folder: Path, cpu: int) -> Iterator[int]:
    """An upstream that answers every POST from memory; gives its port."""
    port = free_port()
    body = (
        f"server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{_ANSWER}'; }} }}"
    )
    with _nginx(folder, body, port, cpu):
        yield port


@contextmanager
def nginx_proxy(folder: Path, upstream: int, paced: int, cpu: int) -> Iterator[Running]:
    """nginx as the peer: the same two upstreams, keep-alive, no response buffering."""
    port = free_port()
    common = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_request_buffering on;'
    body = (
        f"upstream quick {{ server 127.0.0.1:{upstream}; keepalive 64; }} "
        f"upstream paced {{ server 127.0.0.1:{paced}; keepalive 8; }} "
        f"server {{ listen 127.0.0.1:{port}; location / {{ {common} proxy_pass http://quick; }} "
        f"location /paced/ {{ {common} proxy_pass http://paced/; }} }}"
    )
    with _nginx(folder, body, port, cpu) as pids:
        yield Running(port, pids)


@contextmanager
def spendlight(home: Path, upstream: int, cpu: int) -> Iterator[Running]:
    """Spendlight as installed: guard and engine, metering on, ledger on disk."""
    (home / "config").mkdir(parents=True)
    port = free_port()
    (home / "config" / "config.toml").write_text(
        f'[proxy]\nport = {port}\n[upstreams]\nanthropic = "http://127.0.0.1:{upstream}"\n'
    )
    environment = {**os.environ, "SPENDLIGHT_HOME": str(home)}
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "trayapp", "engine"],
        env=environment,
        cwd=ROOT,
        preexec_fn=lambda: os.sched_setaffinity(0, {cpu}),
    )
    try:
        control = home / "run" / "control.sock"
        while not control.exists():
            if time.monotonic() - begin > 20 or process.poll() is not None:
                raise RuntimeError("Spendlight did not start")
            time.sleep(0.002)
        took = time.monotonic() - begin
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        token = (home / "state" / "token").read_text()
        time.sleep(1)  # start-up work (the ledger's checks) is not part of what is measured
        yield Running(port, (int(children[0]), process.pid), round(took, 3), token, home)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"nobody listens on {port}")


def cpu_seconds(pids: tuple[int, ...]) -> float:
    """Processor time that these processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def rss(pids: tuple[int, ...]) -> list[float]:
    """Resident memory of each process in MiB."""
    page = os.sysconf("SC_PAGE_SIZE")
    return [round(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page / 2**20, 1) for pid in pids]


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count()}
