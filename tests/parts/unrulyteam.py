"""A small team server written from ``trayapp.team.wire`` alone, that keeps its word badly when it is told to.

It loses requests and answers, does them twice or late, says 401, 403, 429 and 500, restarts, and remembers every byte
that came. It is not the reference server: what a device has to do must not depend on what that one happens to do.
"""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trayapp.team import wire


class Team:
    """The state of a server, whatever becomes of its process."""

    def __init__(self, team: str = "team-1", name: str = "Platform") -> None:
        self.team, self.name = team, name
        self.key = Ed25519PrivateKey.generate()
        self.project_key = secrets.token_bytes(32)
        self.invites = {"invite-1", "invite-2"}
        self.devices: dict[str, str] = {}
        """Device to public key."""
        self.used: dict[str, str] = {}
        """Idempotency-Key to device."""
        self.enrols: list[wire.Enrol] = []
        self.tokens: dict[str, str] = {}
        self.nonces: set[str] = set()
        self.stored: dict[tuple[str, str, int, str], wire.Bucket] = {}
        """By device, epoch, hour and key."""
        self.over: set[tuple[str, str]] = set()
        """Epochs that count no more."""
        self.policy: wire.Signed | None = None
        self.etag = ""
        self.allowed: tuple[str, ...] | None = None
        """Dimensions that are taken; ``None``: all."""
        self.pools: tuple[wire.Pool, ...] = ()
        self.leases: dict[str, wire.Lease] = {}
        self.lease_pico = 10**12
        self.revoked: set[str] = set()
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        """Method, path, head and body (unpacked) of every request."""
        self.lock = threading.Lock()

    @property
    def public_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def decide(self, **more: Any) -> wire.Signed:
        """Sign a policy and put it up."""
        now = int(time.time())
        values = {"team": self.team, "version": 1, "issued": now - 10, "expires": now + 86_400, **more}
        self.policy = sign(self.key, wire.Policy(**values))
        self.etag = f'"{secrets.token_hex(4)}"'
        return self.policy

    def sums(self, device: str | None = None) -> dict[str, int]:
        """What counts, summed."""
        found: dict[str, int] = {}
        for (of, epoch, _, _), bucket in self.stored.items():
            if (of, epoch) in self.over or bucket.totals is None or (device is not None and of != device):
                continue
            for name in wire.BucketTotals.__struct_fields__:
                found[name] = found.get(name, 0) + int(getattr(bucket.totals, name))
        return found

    def others(self, device: str, epoch: str) -> tuple[str, ...]:
        """The other epochs of a device that count."""
        return tuple({e for of, e, *_ in self.stored if of == device and e != epoch and (of, e) not in self.over})

    # the protocol

    def answer(self, method: str, path: str, head: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        with self.lock:
            return self._answer(method, path, head, body)

    def _answer(self, method: str, path: str, head: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        steps = path.strip("/").split("/")
        if path == "/v1/enrol":
            return self._enrol(msgspec.json.decode(body, type=wire.Enrol), head)
        if path == "/v1/token":
            return self._token(msgspec.json.decode(body, type=wire.TokenAsk))
        device = self.tokens.get(head.get("authorization", "").removeprefix("Bearer "))
        if device is None:
            return 401, wire.Problem(code="token", title="Not known"), {}
        if device in self.revoked:
            return 403, wire.Problem(code="revoked", title="Revoked", message="An admin has revoked it."), {}
        if path == "/v1/policy":
            if self.policy is None:
                return 404, wire.Problem(code="none", title="There is none"), {}
            if head.get("if-none-match") == self.etag:
                return 304, None, {"ETag": self.etag}
            return 200, self.policy, {"ETag": self.etag}
        if path == "/v1/pools":
            return 200, wire.Pools(pools=self.pools), {}
        if steps[:2] == ["v1", "devices"] and steps[2] == device:
            epoch = steps[4]
            if steps[5] == "supersedes":
                self.over.add((device, msgspec.json.decode(body, type=wire.Supersede).epoch))
                return 200, {}, {}
            return self._put(device, epoch, msgspec.json.decode(body, type=wire.Put))
        if steps[:2] == ["v1", "pools"]:
            once = head["idempotency-key"]
            if once not in self.leases:
                self.leases[once] = wire.Lease(
                    id=secrets.token_hex(4), pico=str(self.lease_pico), expires=int(time.time()) + 600
                )
            return 200, self.leases[once], {}
        if path == "/v1/me/export":
            mine = [msgspec.to_builtins(b) for (of, *_), b in self.stored.items() if of == device]
            return 200, {"device": device, "buckets": mine}, {}
        if path == "/v1/me" and method == "DELETE":
            self.stored = {k: v for k, v in self.stored.items() if k[0] != device}
            return 200, {}, {}
        return 404, wire.Problem(code="none", title="There is no such thing"), {}

    def _enrol(self, ask: wire.Enrol, head: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        once = head.get("idempotency-key", "")
        device = self.used.get(once)
        if device is None:
            if ask.invite not in self.invites:
                return 401, wire.Problem(code="invite", title="No such invitation"), {}
            self.invites.discard(ask.invite)
            device = f"dev-{len(self.devices) + 1}"
            self.devices[device] = ask.public_key
            self.used[once] = device
            self.enrols.append(ask)
        return (
            200,
            wire.Enrolled(
                tenant="t-1",
                tenant_name="Acme",
                team=self.team,
                team_name=self.name,
                device=device,
                policy_key=self.public_key,
                project_key=base64.b64encode(self.project_key).decode(),
            ),
            {},
        )

    def _token(self, ask: wire.TokenAsk) -> tuple[int, Any, dict[str, str]]:
        key = self.devices.get(ask.device)
        if key is None or ask.nonce in self.nonces or abs(ask.at - time.time()) > 300:
            return 401, wire.Problem(code="proof", title="No"), {}
        self.nonces.add(ask.nonce)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(
            base64.b64decode(ask.signature), wire.proof(ask.device, ask.at, ask.nonce)
        )
        token = secrets.token_hex(16)
        self.tokens[token] = ask.device
        return 200, wire.Token(token=token, expires=int(time.time()) + wire.TOKEN_S), {}

    def _put(self, device: str, epoch: str, put: wire.Put) -> tuple[int, Any, dict[str, str]]:
        if len(put.buckets) > wire.MOST_BUCKETS:
            return 422, wire.Problem(code="many", title="Too many"), {}
        acks = []
        before = max((b.revision for (of, e, *_), b in self.stored.items() if (of, e) == (device, epoch)), default=0)
        for bucket in put.buckets:
            place = (device, epoch, bucket.start, bucket.dims.key)
            had = self.stored.get(place)
            why = "superseded" if (device, epoch) in self.over else ""
            if self.allowed is not None and bucket.totals is not None:
                told = [n for n in wire.DIMENSIONS if getattr(bucket.dims, n) and n != "billing"]
                if any(name not in self.allowed for name in told):
                    why = "dimension"
            if bucket.start < time.time() - wire.FROZEN_DAYS * 86_400:
                why = "frozen"
            if bucket.start > time.time():
                why = "future"
            if not why and (had is None or bucket.revision > had.revision):
                self.stored[place] = had = bucket
            elif not why and bucket.revision == had.revision:
                assert bucket == had, "the same revision says something else"
            acks.append(wire.Ack(start=bucket.start, key=bucket.dims.key, revision=had.revision if had else 0, why=why))
        return 200, wire.Acks(acks=tuple(acks), before=before, others=self.others(device, epoch)), {}


def sign(key: Ed25519PrivateKey, policy: wire.Policy | bytes, prefix: bytes = wire.SIGNED_AS) -> wire.Signed:
    payload = policy if isinstance(policy, bytes) else msgspec.json.encode(policy)
    return wire.Signed(
        payload=base64.b64encode(payload).decode(),
        signature=base64.b64encode(key.sign(prefix + payload)).decode(),
        key=base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    )


@dataclass(frozen=True)
class Page:
    """What something before the server answers in its place, as a company's proxy does."""

    status: int
    head: dict[str, str] = field(default_factory=dict)
    text: bytes = b"<html><title>Blocked</title>Ask your administrator.</html>"


Fault = str | tuple[int, dict[str, str]] | Page
"""``lose``: before it is done; ``mute``: done, but not answered; ``twice``; ``late``: done after the next one, not
answered; a status with head fields: not done, by a word of the server's own; a page: not by the server."""


class Server:
    """A process of the server, as a thread; another one may take its place on the same port."""

    def __init__(self, team: Team, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.team = team
        self.faults: Callable[[str, str], Fault | None] = lambda _method, _path: None
        self._late: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                head = {name.lower(): value for name, value in self.headers.items()}
                outer._serve(self, self.command, self.path, head, body)

            do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815

        class Http(ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                pass

        self._http = Http(("127.0.0.1", port), Handler)
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.port = self._http.server_address[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _serve(self, handler: Any, method: str, path: str, head: dict[str, str], body: bytes) -> None:
        self.team.seen.append((method, path, head, body))
        fault = self.faults(method, path)
        handler.close_connection = True
        if fault == "lose":
            return
        if fault == "late":
            self._late.append((method, path, head, body))
            return
        if isinstance(fault, Page):
            self._say(handler, fault.status, fault.text, {"Content-Type": "text/html", **fault.head})
            return
        if isinstance(fault, tuple):
            self._say(handler, fault[0], wire.Problem(code="x", title="Trouble"), fault[1])
            return
        status, document, more = self.team.answer(method, path, head, body)
        if fault == "twice":
            status, document, more = self.team.answer(method, path, head, body)
        waiting, self._late = self._late, []
        for each in waiting:
            self.team.answer(*each)
        if fault != "mute":
            self._say(handler, status, document, more)

    def _say(self, handler: Any, status: int, document: Any, more: dict[str, str]) -> None:
        data = b"" if document is None else document if isinstance(document, bytes) else msgspec.json.encode(document)
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **more}.items():
            handler.send_header(name, value)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(data)


def text_of(seen: list[tuple[str, str, dict[str, str], bytes]]) -> str:
    """Everything that came, as one text."""
    return "\n".join(f"{m} {p} {json.dumps(h)} {b.decode('utf-8', 'replace')}" for m, p, h, b in seen)
