"""An upstream that is Spendlight itself, in whatever spelling: refused at once by both doors, and never a circle."""

from __future__ import annotations

import socket
import time

import pytest
from doors import TOKEN, Door, code, status

SPELLINGS = [
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:0.0.0.0]",
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", SPELLINGS)
def test_it_is_refused(door: Door, scheme: str, host: str) -> None:
    if ":" in host and not door.v6:
        pytest.skip("this machine has no IPv6")
    door.route(f"{scheme}://{host}:{door.port}/{TOKEN}/anthropic")  # with the token in it, it would go round for ever
    begun = time.monotonic()
    got = door.ask(door.request(b"{}"))
    assert (status(got), code(got)) == (508, "self_loop")
    assert b"spendlight upstream reset" in got
    assert time.monotonic() - begun < 5
    assert door.vendor.raw == []


def test_by_the_machines_own_name(door: Door) -> None:
    """It may stand for another address than those that are listened at; then nobody is there."""
    door.route(f"http://{socket.gethostname()}:{door.port}/{TOKEN}/anthropic")
    got = door.ask(door.request(b"{}"))
    assert code(got) in ("self_loop", "upstream_unreachable")


def test_another_server_on_this_machine_is_fine(door: Door) -> None:
    door.route(f"http://localhost:{door.vendor.port}")
    assert status(door.ask(door.request(b"{}", b"Connection: close"))) == 200
