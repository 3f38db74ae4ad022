"""The download, against real servers: what is taken, what is refused, and that the last good book always stays."""

from __future__ import annotations

import base64
import gzip
import json
import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_tls_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trayapp.engine import bookkeeper, fetch, pricebook
from trayapp.engine.bookkeeper_answer import Answer
from trayapp.platform import egress
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths
from trayapp.platform.resources import resource
from trayapp.pricing import merge

REPO = Path(__file__).resolve().parents[2]
Json = dict[str, Any]
NOON = 1_795_780_800_000_000  # 2026-11-27T12:00Z
DAY = 86_400_000_000


class Server:
    """Answers as the test says; remembers what it was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.etag = ""
        self.others: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.declared: int | None = None
        self.stall = threading.Event()
        self.stalls = False
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                status, headers, body = outer.others.get(self.path, (outer.status, outer.headers, outer.body))
                if outer.etag and self.headers.get("If-None-Match") == outer.etag:
                    status, headers, body = 304, {}, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if outer.etag:
                    self.send_header("ETag", outer.etag)
                if status != 304:
                    self.send_header("Content-Length", str(len(body) if outer.declared is None else outer.declared))
                self.end_headers()
                if outer.stalls:
                    self.wfile.flush()
                    outer.stall.wait(20)
                    return
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that has seen enough hangs up."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self._server.server_port}/prices.json"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.stall.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def paths(home: Path) -> Paths:
    found = places.find()
    found.make()
    return found


@pytest.fixture
def to(paths: Paths) -> Callable[..., None]:
    """Write the settings."""

    def write(url: str, key: str = "") -> None:
        paths.settings.write_text(f'[pricebook]\nurl = "{url}"\nkey = "{key}"\n')

    return write


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))


def shipped() -> Json:
    document: Json = json.loads(resource("pricebook.json").read_bytes())
    return document


def usd(rate: int) -> str:
    return f"{rate / 10**6:.9f}"


_NAMES = {"input": "input_mtok", "output": "output_mtok", "cache_read": "cache_read_mtok"}


def _stepped(component: str, rate: int, tiers: Any) -> Any:
    steps = [{"start": t["over"], "price": usd(t["rates"][component])} for t in tiers if component in t["rates"]]
    return {"base": usd(rate), "tiers": steps} if steps else usd(rate)


def feed(*more: Json, drop: int = 0, rates: dict[str, tuple[str, str]] | None = None) -> bytes:
    """The shipped book's models as genai-prices would list them now, and more."""
    providers: dict[str, list[Json]] = {}
    known = [m for m in shipped()["models"] if "genai-prices" in m["refs"]]
    for model in known[drop:]:
        last = [p for p in model["prices"] if "hours" not in p and "rates" in p]
        dated = [
            {
                **({"constraint": {"start_date": p["from"]}} if "from" in p else {}),
                "prices": {_NAMES[c]: _stepped(c, r, p.get("tiers", ())) for c, r in p["rates"].items() if c in _NAMES},
            }
            for p in last
        ]
        if rates and model["id"] in rates:
            low, high = rates[model["id"]]
            dated = [{"prices": {"input_mtok": low, "output_mtok": high}}]
        providers.setdefault(model["provider"], []).append(
            {"id": model["id"], "match": {"equals": model["id"]}, "prices": dated}
        )
    providers["openai"] += more
    return json.dumps([{"id": p, "models": models} for p, models in providers.items()]).encode()


NEW = {"id": "gpt-7", "match": {"equals": "gpt-7"}, "prices": {"input_mtok": 3, "output_mtok": 9.5}}


def in_use(paths: Paths) -> pricebook.Found:
    return pricebook.find(paths)


def test_new_prices_are_taken_once_and_asked_for_conditionally(server: Server, paths: Paths, to: Any) -> None:
    server.body, server.etag = feed(NEW), '"one"'
    to(server.url)
    answer = bookkeeper.update(paths, now_us=NOON)
    assert (answer.result, answer.added, answer.changed, answer.rewritten) == ("taken", ("openai/gpt-7",), (), True)
    found = in_use(paths)
    assert found.book.version == answer.version
    assert found.book.match("openai", "gpt-7") is not None
    assert (found.source, found.trouble) == (server.url, None)
    for path in (paths.pricebook, paths.pricebook_status):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = bookkeeper.update(paths, now_us=NOON + DAY)
    assert (again.result, again.rewritten, again.version) == ("unchanged", False, answer.version)
    assert server.asked[1][1]["if-none-match"] == '"one"'
    status = pricebook.read_status(paths)
    assert (status.checked_us, status.taken_us, status.failures) == (NOON + DAY, NOON, 0)
    assert bookkeeper.update(paths, now_us=NOON + DAY, anew=True).result == "unchanged"
    assert "if-none-match" not in server.asked[2][1]


def test_nothing_is_sent_that_tells_one_user_from_another(server: Server, paths: Paths, to: Any) -> None:
    server.others["/prices.json"] = (302, {"Location": "/moved", "Set-Cookie": "id=1"}, b"")
    server.others["/moved"] = (200, {"Set-Cookie": "id=2"}, feed())
    to(server.url)
    bookkeeper.update(paths, now_us=NOON)
    bookkeeper.update(paths, now_us=NOON + DAY)
    assert [path for path, _ in server.asked] == ["/prices.json", "/moved"] * 2
    for _, headers in server.asked:
        assert set(headers) == {"host", "connection", "user-agent", "accept", "accept-encoding"}
        assert headers["user-agent"] == "spendlight"


def test_a_feed_that_says_the_same_writes_no_book(server: Server, paths: Paths, to: Any) -> None:
    server.body = feed()
    to(server.url)
    answer = bookkeeper.update(paths, now_us=NOON)
    assert (answer.result, answer.rewritten, answer.version) == ("unchanged", False, shipped()["version"])
    assert not paths.pricebook.exists()


@pytest.mark.parametrize(
    ("change", "result", "words"),
    [
        (lambda s: setattr(s, "status", 500), "failed", "status 500"),
        (lambda s: setattr(s, "body", b"<html>"), "refused", "list of providers"),
        (lambda s: setattr(s, "body", b""), "refused", "list of providers"),
        (lambda s: setattr(s, "body", feed()[:-20]), "refused", "list of providers"),
        (lambda s: setattr(s, "declared", 10**6), "failed", "ended its answer early"),
        (lambda s: setattr(s, "body", feed(drop=300)), "refused", "that it should know"),
        (lambda s: setattr(s, "body", feed({**NEW, "prices": {"input_mtok": -1}})), "refused", "below zero"),
        (lambda s: setattr(s, "body", b"[" + b" " * fetch.MAX_BYTES + b"]"), "failed", "larger than 16 MiB"),
        (lambda s: _gzip(s, b" " * (fetch.MAX_BYTES + 1)), "failed", "larger than 16 MiB"),
        (lambda s: _gzip(s, b"x" * 10**6, cut=20), "failed", "ended early"),
        (lambda s: s.headers.update({"Content-Encoding": "gzip"}), "failed", "damaged"),
        (lambda s: s.headers.update({"Content-Encoding": "br"}), "failed", "not asked for"),
        (lambda s: setattr(s, "body", b'{"format": 99, "version": "x"}'), "refused", ""),
        (lambda s: _redirect(s, "http://example.com/"), "failed", "not https"),
        (lambda s: _redirect(s, "/prices.json"), "failed", "too often"),
        (lambda s: _redirect(s, "http://["), "failed", "not https"),
    ],
)
def test_what_is_no_good_leaves_the_last_good_book(
    server: Server, paths: Paths, to: Any, change: Any, result: str, words: str
) -> None:
    server.body = feed(NEW)
    to(server.url)
    good = bookkeeper.update(paths, now_us=NOON)
    before = paths.pricebook.read_bytes()
    change(server)
    answer = bookkeeper.update(paths, now_us=NOON + DAY)
    assert (answer.result, answer.version, answer.rewritten) == (result, good.version, False)
    assert words in answer.message
    assert paths.pricebook.read_bytes() == before
    assert in_use(paths).book.version == good.version
    status = pricebook.read_status(paths)
    assert (status.result, status.message) == (result, answer.message)
    assert status.failures == (1 if result == "failed" else 0)


def _gzip(server: Server, data: bytes, cut: int = 0) -> None:
    packed = gzip.compress(data, 9)
    server.body = packed[: len(packed) - cut]
    server.headers["Content-Encoding"] = "gzip"


def _redirect(server: Server, target: str) -> None:
    server.status, server.headers = 302, {"Location": target}


def test_a_compressed_list_is_read(server: Server, paths: Paths, to: Any) -> None:
    _gzip(server, feed(NEW))
    to(server.url)
    assert bookkeeper.update(paths, now_us=NOON).result == "taken"


def test_a_server_that_stalls_is_left(server: Server) -> None:
    server.body, server.stalls = b"[]", True
    with pytest.raises(fetch.FetchError, match="in time"):
        fetch.fetch(server.url, deadline=0.3)


def test_nobody_there_is_one_failure_after_the_other(paths: Paths, to: Any) -> None:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    to(f"http://127.0.0.1:{port}/x")
    for number in (1, 2):
        answer = bookkeeper.update(paths, now_us=NOON)
        assert answer.result == "failed"
        assert "could not be reached" in answer.message
        assert pricebook.read_status(paths).failures == number
    assert in_use(paths).book.version == shipped()["version"]


def test_a_rate_that_moved_too_far_waits_until_it_is_accepted(server: Server, paths: Paths, to: Any) -> None:
    model = next(
        m
        for m in shipped()["models"]
        if m["refs"] == ["genai-prices"] and m["provider"] == "groq" and not m.get("match")
    )
    rates = model["prices"][0]["rates"]
    far = (usd(rates["input"] * 31 // 10), usd(rates["output"]))
    server.body = feed(NEW, rates={model["id"]: far})
    to(server.url)
    name = f"groq/{model['id']}"
    answer = bookkeeper.update(paths, now_us=NOON)
    assert (answer.held, answer.added) == ((name,), ("openai/gpt-7",))
    (held,) = pricebook.read_status(paths).held
    assert (held.name, held.since, held.moves[0].old) == (name, "2026-11-27", rates["input"])
    assert bookkeeper.update(paths, now_us=NOON + DAY).held == ()  # told once
    assert bookkeeper.accept(paths, "no-such").result == "unknown"
    accepted = bookkeeper.accept(paths, model["id"], now_us=NOON + DAY)
    assert (accepted.result, accepted.changed) == ("accepted", (name,))
    price = in_use(paths).book.match("groq", model["id"])
    assert price is not None
    for at, rate in ((NOON, rates["input"]), (NOON + DAY, rates["input"] * 31 // 10)):
        quote = price.quote(at)
        assert quote is not None
        assert quote.rates["input"] == rate
    assert pricebook.read_status(paths).held == ()
    settled = bookkeeper.update(paths, now_us=NOON + DAY)
    assert (settled.result, settled.held) == ("unchanged", ())


def test_a_damaged_stored_book_is_said_and_fetched_anew(server: Server, paths: Paths, to: Any) -> None:
    server.body, server.etag = feed(NEW), '"one"'
    to(server.url)
    good = bookkeeper.update(paths, now_us=NOON)
    paths.pricebook.write_bytes(paths.pricebook.read_bytes()[:-30])
    found = in_use(paths)
    assert found.book.version == shipped()["version"]
    assert found.trouble is not None
    assert found.trouble.code == "price_book"
    assert bookkeeper.update(paths, now_us=NOON + DAY).added == ("openai/gpt-7",)
    assert in_use(paths).trouble is None
    assert in_use(paths).book.version.partition("+")[2] != "" != good.version
    paths.pricebook_status.write_bytes(b"{oops")
    assert in_use(paths).book.match("openai", "gpt-7") is not None


def test_a_new_release_s_book_takes_over_what_was_fetched(
    server: Server, paths: Paths, to: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.body, server.etag = feed(NEW), '"one"'
    to(server.url)
    bookkeeper.update(paths, now_us=NOON)
    release = {**shipped(), "version": "2026-12-24+release"}
    file = tmp_path / "pricebook.json"
    file.write_text(merge.text_of(release))
    monkeypatch.setattr(pricebook, "resource", lambda _: file)
    found = in_use(paths)
    assert found.book.version.startswith("2026-12-24+")
    assert found.book.match("openai", "gpt-7") is not None
    server.status = 500
    answer = bookkeeper.update(paths, now_us=NOON + DAY)
    assert (answer.result, answer.rewritten) == ("failed", True)
    assert "if-none-match" not in server.asked[-1][1]
    assert in_use(paths).book.version == answer.version == found.book.version


# --- a team's own book -----------------------------------------------------------------------------------------------


def team_book(version: str = "2026-11-26", **rates: int) -> bytes:
    document = shipped()
    document["version"] = version
    document["models"].append(
        {"provider": "openai", "id": "corp-1", "prices": [{"rates": {"input": 10**6, "output": 10**6, **rates}}]}
    )
    return merge.text_of(document).encode()


def test_a_teams_book_is_told_by_its_shape(server: Server, paths: Paths, to: Any) -> None:
    server.body = team_book()
    to(server.url)
    answer = bookkeeper.update(paths, now_us=NOON)
    assert (answer.result, answer.added) == ("taken", ("openai/corp-1",))
    assert pricebook.read_status(paths).kind == "book"
    # Back to the public feed: what the team alone knew stays known.
    server.body = feed(NEW)
    assert bookkeeper.update(paths, now_us=NOON + DAY, anew=True).added == ("openai/gpt-7",)
    assert in_use(paths).book.match("openai", "corp-1") is not None


@pytest.fixture
def signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def public(signer: Ed25519PrivateKey) -> str:
    return base64.b64encode(signer.public_key().public_bytes_raw()).decode()


def signed(signer: Ed25519PrivateKey, body: bytes) -> str:
    return base64.b64encode(signer.sign(body)).decode()


@pytest.mark.parametrize("way", ["header", "file", "raw file"])
def test_a_signed_book_is_taken(server: Server, paths: Paths, to: Any, signer: Ed25519PrivateKey, way: str) -> None:
    server.body = team_book()
    if way == "header":
        server.headers[fetch.SIGNATURE] = signed(signer, server.body)
    else:
        content = signed(signer, server.body).encode() + b"\n" if way == "file" else signer.sign(server.body)
        server.others["/prices.json.sig"] = (200, {}, content)
    to(server.url, public(signer))
    assert bookkeeper.update(paths, now_us=NOON).result == "taken"


def test_a_wrong_or_missing_signature_and_an_older_book_are_refused(
    server: Server, paths: Paths, to: Any, signer: Ed25519PrivateKey
) -> None:
    to(server.url, public(signer))

    def ask(body: bytes, signature: str | None) -> Answer:
        server.body = body
        server.headers = {} if signature is None else {fetch.SIGNATURE: signature}
        server.others["/prices.json.sig"] = (404, {}, b"")
        return bookkeeper.update(paths, now_us=NOON)

    good = team_book("2026-11-26.2")
    other = Ed25519PrivateKey.generate()
    for body, signature, words in (
        (good, None, "not signed"),
        (good, "!!", "not signed"),
        (good, signed(other, good), "not by the key"),
        (good + b" ", signed(signer, good), "not by the key"),
        (feed(NEW), signed(signer, feed(NEW)), "own format"),
        (team_book("2026-11-23"), signed(signer, team_book("2026-11-23")), "older than"),
        (team_book("v7"), signed(signer, team_book("v7")), "does not begin with a date"),
    ):
        answer = ask(body, signature)
        assert answer.result == "refused"
        assert words in answer.message
    assert ask(good, signed(signer, good)).result == "taken"
    older = team_book("2026-11-26", cache_read=5)
    assert "older than 2026-11-26.2" in ask(older, signed(signer, older)).message
    newer = team_book("2026-11-26.10", cache_read=5)
    assert ask(newer, signed(signer, newer)).result == "taken"


# --- the network -----------------------------------------------------------------------------------------------------


def test_our_own_port_is_no_proxy_and_this_machine_needs_none() -> None:
    environment = {
        "HTTPS_PROXY": "http://spendlight:token@127.0.0.1:27410",
        "http_proxy": "localhost:27410",
        "ALL_PROXY": "http://proxy.corp:8080",
        "https_proxy": "http://[",
        "NO_PROXY": "corp.example",
    }
    egress.spare_ourselves(environment, 27410)
    assert environment == {
        "ALL_PROXY": "http://proxy.corp:8080",
        "https_proxy": "http://[",
        "NO_PROXY": "corp.example,localhost,127.0.0.1,::1",
        "no_proxy": "corp.example,localhost,127.0.0.1,::1",
    }


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    import datetime
    import ipaddress

    key = make_tls_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "prices.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


def test_https_is_checked(paths: Paths, to: Any, certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = Server(context)
    try:
        server.body = feed(NEW)
        to(server.url)
        answer = _child(paths, "update")
        assert answer.result == "failed"
        assert "certificate is not trusted" in answer.message
        assert _child(paths, "update", SSL_CERT_FILE=str(certificate[0])).added == ("openai/gpt-7",)
    finally:
        server.close()


def _child(paths: Paths, *arguments: str, **more: str) -> Answer:
    import msgspec

    done = subprocess.run(
        [sys.executable, "-m", "trayapp.engine.bookkeeper", *arguments],
        capture_output=True,
        env={**os.environ, **more},
        cwd=REPO,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    return msgspec.json.decode(done.stdout, type=Answer)


def test_two_at_once_do_not_meet(server: Server, paths: Paths, to: Any) -> None:
    from trayapp.platform.single import Single

    to(server.url)
    lock = Single.take(paths.pricebook_lock)
    try:
        assert _child(paths, "update").result == "busy"
    finally:
        lock.release()
    assert server.asked == []


def test_damaged_settings_are_words(paths: Paths) -> None:
    paths.settings.write_text("[pricebook\n")
    answer = _child(paths, "update")
    assert (answer.result, "TOML" in answer.message) == ("failed", True)
