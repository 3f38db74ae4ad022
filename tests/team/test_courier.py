"""The courier: where it goes, where it does not, what it says and never says."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from unrulyteam import Page, Server, Team

from trayapp.team import courier
from trayapp.team.errand import Errand, read
from trayapp.team.membership import read_invite

REPO = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://team.example", True),
        ("https://team.example:8443/base", True),
        ("http://127.0.0.1:9", True),
        ("http://localhost:9", True),
        ("http://team.example", False),
        ("http://10.0.0.1", False),
        ("https://me:secret@team.example", False),
        ("https://team.example/?x=1", False),
        ("ftp://team.example", False),
        ("https://", False),
        ("", False),
        ("file:///etc/passwd", False),
    ],
)
def test_addresses(address: str, fine: bool) -> None:
    assert courier.usable(address) is fine


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://t.example/join#abc", ("https://t.example", "abc")),
        ("https://t.example/base/join#abc", ("https://t.example/base", "abc")),
        (" https://t.example/invite/abc ", ("https://t.example", "abc")),
        ("https://t.example/?invite=abc", ("https://t.example", "abc")),
        ("https://t.example:1/join/abc", ("https://t.example:1", "abc")),
        ("https://t.example/", None),
        ("t.example#abc", None),
        ("https://u@t.example/join#abc", None),
        ("", None),
    ],
)
def test_invitations(text: str, found: tuple[str, str] | None) -> None:
    if found is None:
        with pytest.raises(ValueError, match=r"\.$"):
            read_invite(text)
    else:
        assert read_invite(text) == found


def test_as_a_process_it_answers_whatever_it_is_given(tmp_path: Path) -> None:
    def go(given: bytes) -> Any:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "trayapp.team.courier"], input=given, capture_output=True, cwd=REPO, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return read(done.stdout)

    assert go(b"not json").result == "failed"
    keys = go(msgspec.json.encode(Errand(do="keys")))
    assert (keys.result, len(keys.private_key), len(keys.public_key)) == ("ok", 44, 44)
    assert go(msgspec.json.encode(Errand(do="export", server="http://team.example"))).result == "failed"
    assert read(b"").result == "failed"


def _errand(server: str, **more: Any) -> Errand:
    keys = courier.run(Errand(do="keys"))
    return Errand(**{"do": "export", "server": server, "device": "dev-1", "key": keys.private_key, **more})


@pytest.mark.parametrize(
    ("status", "head", "result"),
    [
        (302, {"Location": "http://127.0.0.1:9/"}, "later"),
        (429, {"Retry-After": "77"}, "later"),
        (503, {}, "later"),
        (403, {}, "revoked"),
        (401, {}, "unknown"),
        (404, {}, "refused"),
        (400, {}, "refused"),
    ],
)
def test_answers(status: int, head: dict[str, str], result: str) -> None:
    with Server(Team()) as server:
        server.faults = lambda _method, _path: (status, head)
        report = courier.run(_errand(server.url))
    assert report.result == result
    assert report.retry_after == int(head.get("Retry-After", 0))
    assert len(server.team.seen) == 1


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 407, 410, 413, 422, 451, 503])
def test_what_is_not_the_servers_own_word_is_tried_again(status: int) -> None:
    """A company's proxy, a hotel's page, a server that is being set up: none of it says anything about this device."""
    with Server(Team()) as server:
        server.faults = lambda _method, _path: Page(status, {"Retry-After": "9"})
        report = courier.run(_errand(server.url))
    assert (report.result, report.code, report.untaken) == ("unknown" if status == 401 else "later", "", "")
    assert report.retry_after == (0 if status == 401 else 9)


@pytest.mark.parametrize(
    ("status", "own", "untaken"), [(422, True, "buckets"), (413, False, "batch"), (403, False, "")]
)
def test_only_the_server_says_that_it_does_not_take_a_batch(status: int, own: bool, untaken: str) -> None:
    team = Team()
    with Server(team) as server:
        team.tokens["t" * 32] = "dev-1"
        server.faults = lambda method, _path: None if method != "PUT" else (status, {}) if own else Page(status)
        batch = {"body": json.dumps({"buckets": [_bucket(0)]})}
        more = {"do": "sync", "token": "t" * 32, "token_expires": 2**40, "epoch": "e", "batches": [batch]}
        report = courier.run(msgspec.convert({**msgspec.to_builtins(_errand(server.url)), **more}, Errand))
    assert report.untaken == untaken


def test_nobody_there() -> None:
    with Server(Team()) as server:
        url = server.url
    report = courier.run(_errand(url))
    assert report.result == "offline"
    assert "127" not in report.message


def test_it_never_goes_through_ourselves_but_through_the_companys_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        def log_message(self, *_: Any) -> None:
            pass

    proxy = HTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    port = proxy.server_address[1]
    try:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert courier.run(_errand("https://team.example", port=1)).result == "offline"
        assert asked == ["team.example:443"]
        # Were that proxy ours, the name is asked for directly, and nobody has it.
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert courier.run(_errand("https://team.invalid", port=port)).result == "offline"
        assert asked == ["team.example:443"]
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def test_https_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "team.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "team.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    team = Team()
    with Server(team, tls=context) as server:
        errand = _errand(server.url)
        report = courier.run(errand)
        assert (report.result, "not trusted" in report.message) == ("offline", True)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert courier.run(errand).result == "unknown"
    assert [path for _, path, _, _ in team.seen] == ["/v1/token"]


def test_what_was_done_before_a_failure_counts() -> None:
    team = Team()
    with Server(team) as server:
        token = "t" * 32
        team.tokens[token] = "dev-1"
        puts = iter([None, "mute"])
        server.faults = lambda method, _path: next(puts) if method == "PUT" else None
        batches = [{"body": json.dumps({"buckets": [_bucket(n)]})} for n in range(2)]
        errand = msgspec.convert(
            {
                **msgspec.to_builtins(_errand(server.url)),
                "do": "sync",
                "token": token,
                "token_expires": 2**40,
                "epoch": "e",
                "supersedes": ["d"],
                "batches": batches,
            },
            Errand,
        )
        report = courier.run(errand)
    assert report.result == "offline"
    assert (report.superseded, len(report.acks)) == (("d",), 1)
    assert token not in report.message
    assert len(team.stored) == 2


def _bucket(n: int) -> dict[str, Any]:
    hour = 1_795_608_000 // 3600 * 3600
    return {"start": hour - n * 3600, "dims": {"vendor": "openai"}, "revision": 1, "totals": {"calls": n}}
