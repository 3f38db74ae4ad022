"""Requests that two parsers could read differently: none is accepted, none reaches the vendor.

Every case is sent followed by a complete second request, so that a misread end would bring a second one to light.
Here the relay's inside is looked at; ``tests/door`` sends the same corpus to whole processes.
"""

from __future__ import annotations

import asyncio
import re

import door_corpus
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

STATUS_LINE = re.compile(rb"HTTP/1\.1 \d{3} ")
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
CASES = door_corpus.requests(b"/x", b"h")


async def refused(bench, data, *, status=(400,)):
    """Send ``data`` and a second request; check that both are gone for good."""
    bench.admitted.clear()
    client = await bench.client()
    try:
        client.send(data + SECOND)
        client.writer.write_eof()
        answer = await client.gone()
    finally:
        client.close()
        bench.clients.remove(client)
    assert len(STATUS_LINE.findall(answer)) == 1, answer
    assert int(answer.split(b" ")[1]) in status
    assert b"Connection: close\r\n" in answer
    assert all(head.target == "/x" for head in bench.admitted)
    assert bench.vendor.arrivals.empty()
    assert not bench.relay.pool.open_connections
    assert bench.relay.active == 0


@pytest.mark.parametrize("name", CASES)
def test_is_refused(lasting, name):
    lasting.inspect = True
    lasting.run(refused(lasting, CASES[name]))
    for watch in lasting.watches:
        assert watch.names() == ["ended"]
        assert (watch.ending.outcome, watch.ending.reason) == ("not_sent", "request_malformed")
    lasting.watches.clear()


@pytest.mark.parametrize("name", [n for n in CASES if CASES[n].startswith(b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer")])
async def test_streamed_bodies_never_end_well(bench, name):
    """Without inspection the beginning of a bad body may have left; its end must not look like one."""
    bench.inspect = False
    client = await bench.client()
    client.send(CASES[name] + SECOND)
    answer = await client.gone()
    assert len(STATUS_LINE.findall(answer)) == 1
    assert int(answer.split(b" ")[1]) == 400
    while bench.relay.pool.open_connections or bench.relay.jobs:
        await asyncio.sleep(0)
    for wire in bench.vendor.wires:
        got = await wire.gone()
        assert b"smuggled" not in got
        assert not got.endswith(b"0\r\n\r\n")


VALID = door_corpus.valid(b"/x", b"h")
INSERTIONS = door_corpus.insertions(b"h")


async def count_requests(bench, data, state):
    """Send mutated bytes; a vendor that reads strictly sees at most what it can read as whole requests."""
    bench.admitted.clear()
    bench.watches.clear()
    client = await bench.client()
    client.send(data)
    answer = b""
    # The relay answers with its refusal, waits for more, or asks the vendor; in each case it comes to rest.
    for _ in range(30):
        await asyncio.sleep(0)
    seen = []
    while not bench.vendor.arrivals.empty():
        wire = bench.vendor.arrivals.get_nowait()
        seen.append(wire)
    client.close()
    answer = await client.gone()
    bench.clients.remove(client)
    for wire in seen:
        got = await wire.gone()
        assert got.count(b" HTTP/1.1\r\n") <= 1, "one request a connection: the second waits for the first's answer"
        assert b"/base/smuggled" not in got
        state["reached"] += bool(got)
        wire.close()
        bench.vendor.wires.remove(wire)
    if answer:
        assert answer.startswith(b"HTTP/1.1 400 "), answer[:40]


@pytest.mark.parametrize("valid", VALID)
def test_mutations_never_bring_a_second_request(lasting, valid):
    lasting.inspect = True
    state = {"reached": 0}

    @settings(max_examples=250, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.integers(0, len(valid)), st.sampled_from(INSERTIONS), st.integers(0, 2)), max_size=3))
    def check(edits):
        data = valid
        for at, what, drop in edits:
            data = data[:at] + what + data[at + drop :]
        lasting.run(count_requests(lasting, data + SECOND, state))

    check()
    assert state["reached"], "the unedited request must get through, or this proves nothing"


class TestAccepted:
    """Strict is not deaf: what real clients send comes through."""

    @pytest.mark.parametrize(
        "data",
        [
            b"GET /x HTTP/1.1\r\nhost:h\r\nX-Empty:\r\nX-Spaces: \t a b \t\r\n\r\n",
            b'GET /x?a={b}|[c]%20\\^`"<> HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n',
            b"GET /x HTTP/1.1\r\nHost: localhost:1\r\nX: \xc3\xa4\r\n\r\n",
            b"\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
            b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            b'POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0005;a="b"\r\nabcde\r\n0;z\r\n\r\n',
            b"GET /x HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 199 + b"\r\n",
            b"GET /" + b"a" * 16_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
            b"GET /x HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 60_000 + b"\r\n\r\n",
        ],
    )
    async def test_comes_through(self, bench, data):
        client = await bench.client()
        client.send(data)
        wire = await bench.vendor.accept()
        await wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        assert (await client.response()).body == b"ok"

    async def test_byte_by_byte(self, bench):
        client = await bench.client()
        for byte in VALID[1]:
            client.send(bytes([byte]))
            await asyncio.sleep(0)
        wire = await bench.vendor.accept()
        request = await wire.request()
        assert (request.body, request.trailers) == (b"abcde", [(b"X-T", b"1")])
