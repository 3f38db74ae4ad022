"""Whatever is sent: a ``Problem`` of 400 and up, never a 500, and nothing of it in the log."""

from __future__ import annotations

import json
import logging
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from teamworld import World

from trayapp.team import wire
from trayapp.teamserver import migrating, pools

CANARY = "canary-1f0e"
TEXTS = (
    "\x00",
    f"{CANARY}\x00",
    "\ud800",
    "a\x7fb",
    "‮" * 300,
    "'; DROP TABLE bucket; --",
    "\U0010ffff" * 60,
    "%00",
    "../..",
)
PARTS = (
    "%00",
    f"{CANARY}%00",
    "%ED%A0%80",
    "%FF%FE",
    "..%2F..",
    "%0d%0aX-Y:1",
    "a" * 65,
    "'%20OR%201=1",
    "%E2%80%AE",
    "x%",
)


WAYS = (
    ("GET", "/v1/pools"),
    ("GET", "/v1/policy"),
    ("GET", "/console"),
    ("POST", "/console/leave"),
    ("POST", "/console/token"),
    ("POST", "/v1/token"),
)


@pytest.fixture
def words(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "spendlight.teamserver")
    caplog.set_level(logging.INFO, "uvicorn.error")
    return caplog


def quiet(log: pytest.LogCaptureFixture) -> None:
    for record in log.records:
        assert record.exc_info is None, record.getMessage()
        for word in (CANARY, "Traceback", "DROP TABLE"):
            assert word not in record.getMessage()
        assert record.levelno < logging.ERROR, record.getMessage()


def problem(answer: Any) -> str:
    found = msgspec.json.decode(answer.content, type=wire.Problem)
    assert CANARY not in answer.text
    return found.code


def paths(world: World) -> list[tuple[str, str]]:
    described = world.client().get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, item in described.items() for method in item]


def test_no_part_of_an_address_breaks_a_route(world: World, words: pytest.LogCaptureFixture) -> None:
    world.do(lambda c: pools.make(c, world.tenant, "hard", 10**15, kind="hard"))
    device = world.join()
    head = {"Authorization": f"Bearer {world.role_token('member', 'lead', 'finance', 'admin')}"}
    tried = 0
    for method, path in paths(world):
        if "{" not in path:
            continue
        body = {"pico": "1"} if "leases" in path else {"buckets": []} if "buckets" in path else {"epoch": "x"}
        for part in PARTS:
            for field in re.findall(r"\{(\w+)\}", path):
                names = {"device": device.id, "epoch": "e", "pool": "hard", "team": world.team, field: part}
                for headers in (device.head, head):
                    answer = device.http.request(method, path.format_map(names), json=body, headers=headers)
                    assert 400 <= answer.status_code < 500, (method, path, part, answer.status_code)
                    assert problem(answer)
                    tried += 1
    assert tried > 100
    quiet(words)


def test_no_text_in_a_body_breaks_a_route(world: World, words: pytest.LogCaptureFixture) -> None:
    device = world.join()
    admin = {"Authorization": f"Bearer {world.role_token('admin')}"}
    hour = world.now() // 3600 * 3600
    bodies: list[tuple[str, str, dict[str, str], Any]] = []
    for text in TEXTS:
        put = f"/v1/devices/{device.id}/epochs/e/buckets"
        for name in ("vendor", "tool", "project", "tier"):
            bodies.append(
                ("PUT", put, device.head, {"buckets": [{"start": hour, "revision": 1, "dims": {name: text}}]})
            )
        bodies += [
            ("POST", f"/v1/devices/{device.id}/epochs/e/supersedes", device.head, {"epoch": text}),
            ("POST", "/v1/pools/hard/leases", device.head, {"pico": "1", "last": text}),
            ("POST", "/v1/enrol", {}, {"invite": text, "public_key": text, "client": text}),
            ("POST", "/v1/enrol", {}, {"invite": world.invite(), "public_key": "A" * 43 + "=", "client": "1",
                                        "label": text}),
            ("POST", "/v1/token", {}, {"device": text, "at": 1, "nonce": text, "signature": text}),
            ("POST", "/v1/invites", admin, {"team": text}),
            ("POST", f"/v1/teams/{world.team}/policies", admin, {"allowed_models": [text]}),
            ("POST", f"/v1/teams/{world.team}/policies", admin, {"rates": [{"vendor": text, "multiplier": "1"}]}),
            ("POST", f"/v1/teams/{world.team}/policies", admin, {"min_client": text}),
        ]  # fmt: skip
    bodies += [
        ("POST", f"/v1/teams/{world.team}/policies", admin, {"rates": [{"vendor": "x", "rates": {"\x00": "1"}}]}),
        ("POST", "/v1/pools/hard/leases", device.head, {"pico": "9" * 24, "used": "9" * 24, "last": CANARY}),
    ]
    for method, way, head, body in bodies:
        content = json.dumps(body).encode("utf-8")
        answer = device.http.request(method, way, content=content, headers={"Content-Type": "application/json", **head})
        assert answer.status_code < 500, (way, body, answer.text)
        if answer.status_code >= 400:
            assert problem(answer)
    quiet(words)


def test_no_header_query_or_form_breaks_a_route(world: World, words: pytest.LogCaptureFixture) -> None:
    device = world.join()
    device.sign_in()
    names = ("Authorization", "Idempotency-Key", "If-None-Match", "Cookie", "Origin", "Sec-Fetch-Site", "Host",
             "Content-Encoding", "Content-Type", "X-Forwarded-For", "Accept", "Range", "Content-Length")  # fmt: skip
    values = (
        b"\xff\xfe",
        b"http://[",
        b"http://[::1",
        b"%00",
        b"bytes=0-",
        b"a=b; spendlight=\xc3\x28; =",
        b"9" * 300,
        b"-1",
        b'"',
    )
    for name in names:
        for value in values:
            for method, way in WAYS:
                assert 200 <= raw(world, method, way, (name.encode(), value), device.token) < 500, (name, value, way)
    for query in ("device=%00&at=1&nonce=%ff&signature=x", "%00", "device=" + "%ED%A0%80" * 9, "&=&=", "at=٣"):
        assert world.client().get(f"/console/enter?{query}").status_code == 401
    for form in (b"token=%00", b"token=%ED%A0%80", b"&" * 99, b"\xff", b"token=a.b", b"=" * 8000, b"x" * 9000):
        assert 400 <= world.client().post("/console/token", content=form).status_code < 500
    quiet(words)


def raw(world: World, method: str, way: str, extra: tuple[bytes, bytes], token: str) -> int:
    """A request byte by byte, as no client would make it; 400 where the server breaks off without a word."""
    place = urlsplit(world.url)
    head = [(b"Host", place.netloc.encode()), (b"Connection", b"close"), (b"Authorization", f"Bearer {token}".encode())]
    head = [(name, value) for name, value in head if name != extra[0]] + [extra]
    if method == "POST" and extra[0] != b"Content-Length":
        head.append((b"Content-Length", b"0"))
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in head)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as connection:
        connection.sendall(f"{method} {way} HTTP/1.1\r\n".encode() + lines + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 400


def test_who_hangs_up_in_the_middle_of_a_body_leaves_no_trace(world: World, words: pytest.LogCaptureFixture) -> None:
    device = world.join()
    place = urlsplit(world.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as connection:
        head = f"PUT /v1/devices/{device.id}/epochs/e/buckets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += f'Authorization: Bearer {device.sign_in()}\r\nContent-Length: 100000\r\n\r\n{{"{CANARY}'
        connection.sendall(head.encode())
    assert device.ask("GET", "/v1/pools").status_code == 200
    world.service.metrics.text()
    quiet(words)


def test_an_error_of_our_own_is_a_problem_and_only_its_kind_is_in_the_log(
    request: pytest.FixtureRequest, home: Path, words: pytest.LogCaptureFixture
) -> None:
    """Columns are gone: who asks gets a ``Problem`` or an answer that breaks off, and nobody the database's words."""
    for engine in ("sqlite", "postgresql"):
        folder = home / engine
        folder.mkdir()
        if engine == "sqlite":
            url = owner = f"sqlite:///{folder / 'team.sqlite3'}"
            migrating.upgrade(url)
        else:
            owner, url = request.getfixturevalue("postgres").database()
        world = World(folder, url)
        world.found()
        with world.serving():
            device = world.join()
            address = owner.replace("postgresql://", "postgresql+psycopg://")
            with sa.create_engine(address, poolclass=sa.pool.NullPool).begin() as connection:
                connection.execute(sa.text(f"ALTER TABLE pool RENAME COLUMN kind TO {CANARY.replace('-', '_')}"))
                connection.execute(sa.text("ALTER TABLE bucket RENAME COLUMN start TO begun"))
            answer = device.ask("GET", "/v1/pools")
            assert answer.status_code in (500, 503)
            assert problem(answer) in ("internal", "unavailable")
            with pytest.raises(httpx.RemoteProtocolError):
                device.ask("GET", "/v1/me/export")
    assert [record for record in words.records if record.name == "spendlight.teamserver"]
    for record in words.records:
        assert record.exc_info is None
        for word in ("SELECT", "begun", CANARY.replace("-", "_"), device.id):
            assert word not in record.getMessage()
