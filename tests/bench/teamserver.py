"""``python tests/bench/teamserver.py``: how many batches a team's server takes; a table and ``.bench/teamserver.json``.

Method: PostgreSQL (fsync on, as installed), one or more replicas and the client share the machine's processors. The
client sends batches of 20 buckets, new hours or newer revisions, of one device after the other: ``--rate`` a second
(open loop: a late answer does not slow the next batch down), then as fast as it goes with ``--parallel`` at once. The
processor time is that of the replicas and of PostgreSQL's processes, from ``/proc``. Every acknowledgement is checked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "parts")]

import httpx  # noqa: E402
import msgspec  # noqa: E402
from teamfleet import MODELS, Replica  # noqa: E402
from teamworld import HOUR, Cluster, Device, World, bucket, postgres_programs  # noqa: E402

from trayapp.team import wire  # noqa: E402
from trayapp.teamserver import pools  # noqa: E402


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--rate", type=float, default=100, help="batches a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--output", type=Path, default=ROOT / ".bench" / "teamserver.json")
    options = parser.parse_args()
    programs = postgres_programs()
    if programs is None:
        print("bench: needs PostgreSQL (Debian package postgresql)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder, tempfile.TemporaryDirectory() as home:
        cluster = Cluster(Path(folder), programs, fsync=True)
        cluster.start()
        try:
            _, url = cluster.database()
            world = World(Path(home), url)
            world.found()
            world.do(lambda c: pools.make(c, world.tenant, "everyone", 10**18))
            with world.serving():
                client = world.client()
                devices = [world.join(client=client) for _ in range(options.devices)]
                for device in devices:
                    device.sign_in()
            result = asyncio.run(measure(world, devices, Path(home), cluster, options))
        finally:
            cluster.stop()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1) + "\n")
    for name, value in result.items():
        print(f"{name:28}{value}")
    return 0


async def measure(
    world: World, devices: list[Device], home: Path, cluster: Cluster, options: argparse.Namespace
) -> dict[str, Any]:
    """All figures."""
    replicas = [Replica(home, world.settings.database, world.settings.secret) for _ in range(options.replicas)]
    try:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            for replica in replicas:
                replica.start()
            for replica in replicas:
                await replica.up(client)
        load = Load([replica.url for replica in replicas], devices)
        await load.rush(options.parallel, 3)  # warm
        paced = await load.paced(options.rate, options.seconds)
        before, number = spent(replicas, cluster), load.batches
        rush = await load.rush(options.parallel, options.seconds / 2)
        after, count = spent(replicas, cluster), load.batches - number
        between = spent(replicas, cluster)
        reads = await load.reads("/v1/pools", 300)
        last = spent(replicas, cluster)
        size, rows = cluster.ask("SELECT pg_total_relation_size('bucket'), count(*) FROM bucket", world)
        load.close()
    finally:
        for replica in replicas:
            replica.kill()
    return {
        "processors": os.cpu_count(),
        "replicas": options.replicas,
        "devices": options.devices,
        "paced: batches/s asked": options.rate,
        "paced: batches/s done": round(len(paced) / options.seconds, 1),
        "paced: p50 ms": quantile(paced, 0.50),
        "paced: p99 ms": quantile(paced, 0.99),
        "rush: batches/s": round(len(rush) / (options.seconds / 2), 1),
        "rush: p99 ms": quantile(rush, 0.99),
        "server: ms of processor each": round((after[0] - before[0]) * 1000 / count, 2),
        "PostgreSQL: the same": round((after[1] - before[1]) * 1000 / count, 2),
        "pools, one at a time: p50 ms": quantile(reads, 0.50),
        "pools: ms of processor each": round((last[0] - between[0]) * 1000 / len(reads), 2),
        "pools: PostgreSQL's": round((last[1] - between[1]) * 1000 / len(reads), 2),
        "bytes a bucket, with indexes": round(size / rows),
    }


def spent(replicas: list[Replica], cluster: Cluster) -> tuple[float, float]:
    """Seconds of processor so far: the replicas', PostgreSQL's."""
    postmaster = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    ours = {replica.pid for replica in replicas}
    server = database = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            ticks = [int(field) for field in fields[11:15]]  # its own, and those of children that have ended
            server += sum(ticks[:2]) if int(stat.parent.name) in ours else 0
            database += sum(ticks) if int(stat.parent.name) == postmaster else 0
            database += sum(ticks[:2]) if int(fields[1]) == postmaster else 0
    second = os.sysconf("SC_CLK_TCK")
    return server / second, database / second


def quantile(times: list[float], part: float) -> float:
    """Milliseconds."""
    return round(sorted(times)[min(int(len(times) * part), len(times) - 1)] * 1000, 1)


class Line:
    """One connection, as plain as HTTP/1.1 gets: the client should cost little on the processors that it shares."""

    def __init__(self, url: str) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, token: str, body: bytes = b"") -> bytes:
        """A request; returns the body of its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        fields = answer.lower().split(b"\r\n")
        length = next(int(field[15:]) for field in fields if field.startswith(b"content-length:"))
        content = await reader.readexactly(length)
        if b" 200 " not in fields[0]:
            raise RuntimeError(f"{fields[0]!r} {content!r}")
        return content

    def close(self) -> None:
        """End it."""
        if self._streams is not None:
            self._streams[1].close()


class Load:
    """The client."""

    def __init__(self, urls: list[str], devices: list[Device]) -> None:
        self.lines: asyncio.Queue[Line] = asyncio.Queue()
        self.all = [Line(urls[number % len(urls)]) for number in range(32)]
        for line in self.all:
            self.lines.put_nowait(line)
        self.devices = devices
        self.draw = random.Random(5)
        self.batches = 0
        self.now = int(time.time()) // HOUR

    def close(self) -> None:
        """End all connections."""
        for line in self.all:
            line.close()

    async def ask(self, method: str, path: str, token: str, body: bytes = b"") -> bytes:
        """A request on a free connection."""
        line = await self.lines.get()
        try:
            return await line.ask(method, path, token, body)
        finally:
            self.lines.put_nowait(line)

    async def one(self) -> float:
        """A batch; returns how long it took, waiting for a connection included."""
        self.batches += 1
        device = self.devices[self.batches % len(self.devices)]
        revision = self.batches // len(self.devices) + 1
        first = self.now - self.draw.randrange(600)
        buckets = tuple(
            bucket((first - number // 4) * HOUR, revision, pico=revision * 10**11, model_served=MODELS[number % 4])
            for number in range(20)
        )
        body = msgspec.json.encode(wire.Put(buckets=buckets))
        began = time.perf_counter()
        path = f"/v1/devices/{device.id}/epochs/{device.epoch}/buckets"
        answer = await self.ask("PUT", path, device.token, body)
        took = time.perf_counter() - began
        acks = msgspec.json.decode(answer, type=wire.Acks).acks
        if any(ack.revision < revision or ack.why for ack in acks):  # a later one may have been first
            raise RuntimeError(f"not taken: {acks[:2]}")
        return took

    async def paced(self, rate: float, seconds: float) -> list[float]:
        """So many a second, whatever the answers do."""
        began = time.perf_counter()
        tasks = []
        for number in range(int(rate * seconds)):
            wait = began + number / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self.one()))
        return list(await asyncio.gather(*tasks))

    async def rush(self, parallel: int, seconds: float) -> list[float]:
        """As fast as it goes."""
        until = time.perf_counter() + seconds
        times: list[float] = []

        async def worker() -> None:
            while time.perf_counter() < until:
                times.append(await self.one())

        await asyncio.gather(*(worker() for _ in range(parallel)))
        return times

    async def reads(self, path: str, count: int) -> list[float]:
        """One after the other."""
        times = []
        for number in range(count):
            began = time.perf_counter()
            await self.ask("GET", path, self.devices[number % len(self.devices)].token)
            times.append(time.perf_counter() - began)
        return times


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        raise SystemExit(main())
