"""A foreign page in a real Chromium that even knows the token: nothing of what it sends reaches a vendor.

The same attacks go to a server without a door first, to see that they are sent at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from doors import PATIENCE, TOKEN, Door, Request, Vendor, until

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's package chromium is not installed")

FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --disable-popup-blocking --no-proxy-server
"""
REBOUND = "evil.test"
"""A name that the browser is made to look up as this machine, as after a rebinding."""

ARRIVE = """
fetch-text fetch-text-quiet fetch-json fetch-key fetch-no-cors fetch-no-cors-quiet fetch-get fetch-get-quiet
fetch-keepalive fetch-cookies fetch-put fetch-redirect fetch-redirect-307 xhr beacon event-source web-socket worker
image image-quiet image-redirect script module style css-url object iframe iframe-quiet iframe-redirect
iframe-meta sandbox-fetch sandbox-image data-frame-fetch form form-urlencoded form-multipart form-quiet
form-redirect-307 window window-quiet window-redirect window-meta window-location window-form ping
"""
"""What a server without a door must have been reached by."""


class Evil:
    """The attacker's server: pages, redirects, and an ear for what the page could read."""

    def __init__(self) -> None:
        evil = self
        self.reports: list[dict[str, Any]] = []
        self.told = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                to = parse_qs(parts.query).get("to", [""])[0]
                if parts.path == "/redirect":
                    return self.send(b"", int(parse_qs(parts.query)["status"][0]), Location=to)
                pages = {
                    "/attack": (Path(__file__).parent / "attack.html").read_bytes(),
                    "/start": b"<script>for (const url of JSON.parse(decodeURIComponent(location.hash.slice(1))))"
                    b" window.open(url)</script>",
                    "/meta": f'<meta http-equiv="refresh" content="0;url={to}">'.encode(),
                    "/location": f"<script>location.replace({json.dumps(to)})</script>".encode(),
                    "/form": f'<form method="POST" enctype="text/plain" action="{to}"></form>'
                    "<script>document.forms[0].submit()</script>".encode(),
                }
                if parts.path == "/service.js":
                    code = b"onmessage = (m) => fetch(m.data.url, m.data.options).then((a) => a.text())"
                    code += b".then((t) => m.ports[0].postMessage(t), () => m.ports[0].postMessage(''));"
                    return self.send(b"onactivate = () => clients.claim();" + code, kind="text/javascript")
                return self.send(pages.get(parts.path, b""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                parts = urlsplit(self.path)
                if parts.path == "/redirect":
                    return self.do_GET()
                with evil.told:
                    evil.reports.append(json.loads(body))
                    evil.told.notify_all()
                return self.send(b"")

            def send(self, body: bytes, status: int = 200, kind: str = "text/html", **fields: str) -> None:
                self.send_response(status)
                sent = {"Content-Type": kind, "Content-Length": str(len(body)), "Access-Control-Allow-Origin": "*"}
                for name, value in {**sent, **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(PATIENCE)


@pytest.fixture(scope="module")
def evil() -> Iterator[Evil]:
    made = Evil()
    yield made
    made.close()


def command(folder: Path, *arguments: str) -> list[str]:
    assert CHROMIUM is not None
    rules = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    return [CHROMIUM, *FLAGS.split(), rules, f"--user-data-dir={folder}", *arguments]


def attack(
    evil: Evil, folder: Path, targets: list[str], enough: Callable[[], object] = lambda: True
) -> list[list[str]]:
    """Let pages of three origins attack the targets until they are through; gives what they could read."""
    evil.reports.clear()
    names = ["127.0.0.1", "localhost", REBOUND]
    urls = [f"http://{name}:{evil.port}/attack#{quote(json.dumps(targets))}" for name in names]
    start = f"http://127.0.0.1:{evil.port}/start#{quote(json.dumps(urls))}"
    # A group of its own: what is ended here are this browser's processes and no others.
    browser = subprocess.Popen(
        command(folder, start), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        with evil.told:
            assert evil.told.wait_for(lambda: len(evil.reports) == len(urls), 60), evil.reports
        until(enough)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, 15)
        with contextlib.suppress(subprocess.TimeoutExpired):
            browser.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, 9)
        browser.wait(PATIENCE)
    return [found for report in evil.reports for found in report["read"]]


def dom(folder: Path, url: str) -> str:
    """What is shown after going to an address."""
    done = subprocess.run(
        command(folder, "--dump-dom", url), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, text=True
    )
    return done.stdout


def welcoming(plug: socket.socket, request: Request) -> bool:
    """A vendor that would let any page read its answers."""
    body = b"SECRET ANSWER"
    allow = b"Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: *\r\nAccess-Control-Allow-Headers: "
    allow += b"content-type, x-api-key, anthropic-version\r\nAccess-Control-Allow-Private-Network: true\r\n"
    plug.sendall(b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (allow, len(body), body))
    return True


def test_the_attacks_are_real(evil: Evil, tmp_path: Path) -> None:
    """Without a door they arrive, and the page reads what the vendor says."""
    vendor = Vendor()
    vendor.answer = welcoming
    wanted = {(name, host) for name in ARRIVE.split() for host in ("127.0.0.1", "localhost", REBOUND)}
    wanted |= {("service-worker", "127.0.0.1"), ("service-worker", "localhost")}  # others may not have one

    def arrived() -> bool:
        for request in list(vendor.requests):
            query = parse_qs(urlsplit(unquote(request.target.decode())).query)
            if query:  # and not the picture beside an address
                wanted.discard((query["attack"][0], query["from"][0]))
        return not wanted

    try:
        target = f"http://127.0.0.1:{vendor.port}/{TOKEN}/anthropic/v1/messages"
        read = attack(evil, tmp_path, [target], arrived)
    finally:
        vendor.close()
        assert wanted == set()
    assert {"fetch-text", "fetch-json", "xhr"} <= {name for name, _ in read}


def test_no_page_reaches_a_vendor_or_reads_an_answer(door: Door, evil: Evil, tmp_path: Path) -> None:
    door.vendor.begin(welcoming)
    hosts = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", REBOUND]
    targets = [f"http://{host}:{door.port}/{TOKEN}/anthropic/v1/messages" for host in hosts]
    read = attack(evil, tmp_path, targets)
    assert door.vendor.raw == [], door.vendor.raw
    assert read == []
    assert door.ask(door.request(b"{}", b"Connection: close")).endswith(b"SECRET ANSWER"), "the door was open to tools"


@pytest.mark.parametrize("way", ["typed", "redirect", "location", "rebound"])
def test_an_address_in_the_browser_is_refused(door: Door, evil: Evil, tmp_path: Path, way: str) -> None:
    """Typed or pasted it says ``Sec-Fetch-Site: none``, and a redirect's target is asked for without a Referer."""
    url = door.url("/v1/models")
    ways = {
        "typed": url,
        "redirect": f"http://{REBOUND}:{evil.port}/redirect?status=302&to={quote(url)}",
        "location": f"http://{REBOUND}:{evil.port}/location?to={quote(url)}",
        "rebound": url.replace("127.0.0.1", REBOUND),
    }
    shown = dom(tmp_path, ways[way])
    assert ("wrong_host" if way == "rebound" else "from_a_web_page") in shown
    assert door.vendor.raw == []
