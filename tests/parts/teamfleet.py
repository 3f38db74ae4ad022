"""A fleet of simulated devices and a network that loses, copies and disorders; and replicas as real processes.

A device here is what the protocol asks for and no more: a ledger of absolute totals by hour and combination, revisions
that only go up, an outbox that is emptied by acknowledgements alone.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from teamworld import HOUR, proof

from trayapp.team import wire

REPO = Path(__file__).resolve().parents[2]
Key = tuple[int, wire.Dims]
MODELS = ("claude-opus-5.5", "claude-haiku-5.5", "gpt-6", "gemini-4-pro")
TOOLS = ("claude-code", "codex", "")


class Replica:
    """``spendlight teamserver run`` as a process."""

    def __init__(self, home: Path, database: str, secret: bytes) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = home
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(REPO),
            "SPENDLIGHT_TEAM_HOME": str(home),
            "SPENDLIGHT_TEAM_DATABASE": database,
            "SPENDLIGHT_TEAM_SECRET": base64.b64encode(secret).decode(),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it answers a little later (``up``)."""
        command = [sys.executable, "-W", "error", "-m", "trayapp", "teamserver", "run", "--port", str(self.port)]
        with (self._home / f"replica-{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    async def up(self, client: httpx.AsyncClient) -> None:
        """Wait until it serves."""
        until = time.monotonic() + 60
        while True:
            assert self._process is not None
            assert self._process.poll() is None, self.log()
            try:
                if (await client.get(f"{self.url}/health")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < until, self.log()
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """As an operator does; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def log(self) -> str:
        """What it said."""
        return (self._home / f"replica-{self.port}.log").read_text()


@dataclass
class Chances:
    """What the network does."""

    lost_request: float = 0.20
    lost_reply: float = 0.20
    copy: float = 0.15
    late: float = 0.10
    """A copy that arrives after newer ones."""


@dataclass
class Simulated:
    """A device."""

    id: str
    key: Ed25519PrivateKey
    draw: random.Random
    ledger: dict[Key, wire.Bucket] = field(default_factory=dict)
    dirty: set[Key] = field(default_factory=set)
    epoch: str = field(default_factory=lambda: secrets.token_hex(16))
    supersedes: str = ""
    token: str = ""
    late: list[tuple[str, bytes]] = field(default_factory=list)
    sent: int = 0

    def work(self, hours: range, calls: int) -> None:
        """Some calls: totals of some hours grow, and now and then are corrected or taken back."""
        for _ in range(calls):
            start = self.draw.choice(hours) * HOUR
            dims = wire.Dims(
                vendor=self.draw.choice(("anthropic", "openai")),
                model_served=self.draw.choice(MODELS),
                tool=self.draw.choice(TOOLS),
                billing="api",
            )
            key = (start, dims)
            before = self.ledger.get(key)
            revision = 1 if before is None else before.revision + 1
            if before is not None and self.draw.random() < 0.03:
                self.ledger[key] = wire.Bucket(start=start, dims=dims, revision=revision)
            else:
                old = (before.totals if before else None) or wire.BucketTotals()
                cost = self.draw.randrange(1, 10**12)
                self.ledger[key] = wire.Bucket(
                    start=start,
                    dims=dims,
                    revision=revision,
                    totals=msgspec.structs.replace(
                        old,
                        calls=old.calls + 1,
                        input=old.input + self.draw.randrange(100_000),
                        cache_read=old.cache_read + self.draw.randrange(500_000),
                        output=old.output + self.draw.randrange(5_000),
                        pico_list=str(int(old.pico_list) + cost),
                        pico_contract=str(int(old.pico_contract) + cost * 9 // 10),
                        contract_known=old.contract_known + 1,
                        pico_saved=str(int(old.pico_saved) + self.draw.randrange(-(10**11), 10**11)),
                    ),
                    book="2026-11-26",
                )
            self.dirty.add(key)

    def restore(self, backup: Mapping[Key, wire.Bucket]) -> None:
        """The ledger is that of the backup again: a new epoch begins and stands for the old one."""
        self.ledger = dict(backup)
        self.dirty = set(backup)
        self.supersedes, self.epoch = self.epoch, secrets.token_hex(16)

    @property
    def clean(self) -> bool:
        """Whether everything was acknowledged."""
        return not self.dirty and not self.supersedes and not self.late


class Network:
    """Between devices and replicas."""

    def __init__(self, replicas: list[Replica], client: httpx.AsyncClient, chances: Chances, seed: int) -> None:
        self.replicas = replicas
        self.client = client
        self.chances = chances
        self.draw = random.Random(seed)
        self.requests = 0
        self.broken = 0

    async def send(self, device: Simulated, method: str, path: str, body: bytes) -> httpx.Response | None:
        """A request, perhaps; its reply, perhaps."""
        if self.draw.random() < self.chances.lost_request:
            return None
        copies = 2 if self.draw.random() < self.chances.copy else 1
        answer: httpx.Response | None = None
        for _ in range(copies):
            answer = await self._once(device, method, path, body)
        return None if self.draw.random() < self.chances.lost_reply else answer

    async def _once(self, device: Simulated, method: str, path: str, body: bytes) -> httpx.Response | None:
        url = self.draw.choice(self.replicas).url
        head = {"Authorization": f"Bearer {device.token or 'none'}", "Content-Type": "application/json"}
        self.requests += 1
        try:
            return await self.client.request(method, url + path, content=body, headers=head)
        except httpx.TransportError:
            self.broken += 1
            return None

    async def sync(self, device: Simulated) -> None:
        """One attempt of a device to be in step."""
        if not device.token and not await self._sign_in(device):
            return
        base = f"/v1/devices/{device.id}/epochs/{device.epoch}"
        if device.supersedes:
            body = msgspec.json.encode(wire.Supersede(epoch=device.supersedes))
            answer = await self.send(device, "POST", f"{base}/supersedes", body)
            if answer is not None and answer.status_code == 204:
                device.supersedes = ""
        for epoch, body in device.late[:1]:
            await self._once(device, "PUT", f"/v1/devices/{device.id}/epochs/{epoch}/buckets", body)
            device.late.pop(0)
        keys = device.draw.sample(sorted(device.dirty, key=lambda key: (key[0], key[1].key)), k=len(device.dirty))
        if not keys:
            return
        batch = [device.ledger[key] for key in keys[: wire.MOST_BUCKETS]]
        body = msgspec.json.encode(wire.Put(buckets=tuple(batch)))
        device.sent += len(batch)
        if device.draw.random() < self.chances.late:
            device.late.append((device.epoch, body))
        answer = await self.send(device, "PUT", f"{base}/buckets", body)
        if answer is None or answer.status_code in (429, 500, 503):
            assert answer is None or answer.status_code != 500
            return
        if answer.status_code == 401:
            device.token = ""
            return
        assert answer.status_code == 200, answer.text
        acks = msgspec.json.decode(answer.content, type=wire.Acks).acks
        for sent, ack in zip(batch, acks, strict=True):
            key = (sent.start, sent.dims)
            assert (ack.start, ack.key, ack.why) == (sent.start, sent.dims.key, "")
            if device.ledger[key].revision == ack.revision:
                device.dirty.discard(key)

    async def _sign_in(self, device: Simulated) -> bool:
        body = msgspec.json.encode(proof(device.key, device.id, int(time.time())))
        answer = await self.send(device, "POST", "/v1/token", body)
        if answer is not None and answer.status_code == 200:
            device.token = answer.json()["token"]
        return bool(device.token)
