"""Requests that two parsers could read differently: none is accepted, none reaches the vendor.

Every case is sent followed by a complete second request, so that a misread end would bring a second one to light.
"""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

STATUS_LINE = re.compile(rb"HTTP/1\.1 \d{3} ")
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
HEAD = b"POST /x HTTP/1.1\r\nHost: h\r\n"


def lines(*extra, body=b""):
    return HEAD + b"".join(line + b"\r\n" for line in extra) + b"\r\n" + body


def chunked(body):
    return lines(b"Transfer-Encoding: chunked", body=body)


CASES = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two equal hosts": b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
    "two hosts in 1.0": b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    "host list": b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "host with path": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "host with user": b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "empty host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "CL.TE": lines(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\nG"),
    "TE.CL": lines(b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"5c\r\nGPOST\r\n0\r\n\r\n"),
    "CL 0 and TE": lines(b"Content-Length: 0", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "two lengths": lines(b"Content-Length: 3", b"Content-Length: 5", body=b"abcde"),
    "two equal lengths": lines(b"Content-Length: 5", b"Content-Length: 5", body=b"abcde"),
    "length list": lines(b"Content-Length: 5, 5", body=b"abcde"),
    "length list without space": lines(b"Content-Length: 1,1", body=b"a"),
    "length with plus": lines(b"Content-Length: +5", body=b"abcde"),
    "length with minus": lines(b"Content-Length: -5", body=b"abcde"),
    "negative zero length": lines(b"Content-Length: -0"),
    "hexadecimal length": lines(b"Content-Length: 0x5", body=b"abcde"),
    "octal-looking length": lines(b"Content-Length: 05", body=b"abcde"),
    "length with underscore": lines(b"Content-Length: 1_0", body=b"abcdefghij"),
    "length with space inside": lines(b"Content-Length: 1 0", body=b"abcdefghij"),
    "decimal point length": lines(b"Content-Length: 5.0", body=b"abcde"),
    "length in words": lines(b"Content-Length: five", body=b"abcde"),
    "empty length": lines(b"Content-Length:", body=b"abcde"),
    "length in other digits": lines("Content-Length: ٥".encode(), body=b"abcde"),
    "huge length": lines(b"Content-Length: 99999999999999999999", body=b"abcde"),
    "length over 2^64": lines(b"Content-Length: 18446744073709551621", body=b"abcde"),
    "TE identity": lines(b"Transfer-Encoding: identity", body=b"abcde"),
    "TE gzip, chunked": lines(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "TE chunked, identity": lines(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "TE chunked, chunked": lines(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "TE twice": lines(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "TE twice, one obscure": lines(b"Transfer-Encoding: chunked", b"Transfer-encoding: cow", body=b"0\r\n\r\n"),
    "TE xchunked": lines(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "TE quoted": lines(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "TE with parameter": lines(b"Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n"),
    "TE with vertical tab": lines(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "TE with NUL": lines(b"Transfer-Encoding: chunked\x00", body=b"0\r\n\r\n"),
    "TE with high space": lines(b"Transfer-Encoding: \xa0chunked", body=b"0\r\n\r\n"),
    "TE with comma": lines(b"Transfer-Encoding: ,chunked", body=b"0\r\n\r\n"),
    "empty TE": lines(b"Transfer-Encoding:", body=b"0\r\n\r\n"),
    "TE with space before colon": lines(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "TE with tab before colon": lines(b"Transfer-Encoding\t: chunked", body=b"0\r\n\r\n"),
    "TE folded": lines(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n"),
    "TE in a folded line": lines(b"X: y", b" Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "TE after a bare LF": lines(b"X: y\nTransfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "TE after a bare CR": lines(b"X: y\rTransfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "TE in 1.0": b"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "leading space before first header": b"GET / HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n",
    "folded header": lines(b"X: a", b"\tb"),
    "bare LF everywhere": b"GET / HTTP/1.1\nHost: h\n\n",
    "bare LF at the end": b"GET / HTTP/1.1\r\nHost: h\r\n\n",
    "bare LF after the request line": b"GET / HTTP/1.1\nHost: h\r\n\r\n",
    "bare CR everywhere": b"GET / HTTP/1.1\rHost: h\r\r",
    "CR CR LF": b"GET / HTTP/1.1\r\r\nHost: h\r\n\r\n",
    "space before colon": lines(b"X : y"),
    "no colon": lines(b"X"),
    "empty header name": lines(b": y"),
    "space in header name": lines(b"X Y: z"),
    "parenthesis in header name": lines(b"X(): z"),
    "non-ASCII header name": lines(b"X\xe4: z"),
    "NUL in header name": lines(b"X\x00: z"),
    "NUL in value": lines(b"X: a\x00b"),
    "DEL in value": lines(b"X: a\x7fb"),
    "ESC in value": lines(b"X: a\x1bb"),
    "absolute target": b"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "authority target": b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
    "CONNECT with a path": b"CONNECT /x HTTP/1.1\r\nHost: h\r\n\r\n",
    "asterisk target": b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    "relative target": b"GET x HTTP/1.1\r\nHost: h\r\n\r\n",
    "empty target": b"GET  HTTP/1.1\r\nHost: h\r\n\r\n",
    "fragment": b"GET /x#y HTTP/1.1\r\nHost: h\r\n\r\n",
    "space in target": b"GET /x y HTTP/1.1\r\nHost: h\r\n\r\n",
    "tab in request line": b"GET\t/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "two spaces": b"GET  /x HTTP/1.1\r\nHost: h\r\n\r\n",
    "trailing space": b"GET /x HTTP/1.1 \r\nHost: h\r\n\r\n",
    "leading space": b" GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
    "non-ASCII target": b"GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n",
    "NUL in target": b"GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
    "no version": b"GET /\r\nHost: h\r\n\r\n",
    "version 0.9": b"GET / HTTP/0.9\r\nHost: h\r\n\r\n",
    "version 1.2": b"GET / HTTP/1.2\r\nHost: h\r\n\r\n",
    "version 2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "version 9.9": b"GET / HTTP/9.9\r\nHost: h\r\n\r\n",
    "version with zero": b"GET / HTTP/1.01\r\nHost: h\r\n\r\n",
    "lower-case version": b"GET / http/1.1\r\nHost: h\r\n\r\n",
    "unknown method": b"SMUGGLE / HTTP/1.1\r\nHost: h\r\n\r\n",
    "method with colon": b"GET: / HTTP/1.1\r\nHost: h\r\n\r\n",
    "lower-case method": b"get / HTTP/1.1\r\nHost: h\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
    "many empty lines first": b"\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "other expectation": lines(b"Expect: 200-ok", b"Content-Length: 1", body=b"a"),
    "request line over 16 KiB": b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    "endless request line": b"GET /" + b"a" * 70_000,
    "head over 64 KiB": lines(*[b"X-%d: " % i + b"a" * 1000 for i in range(70)]),
    "endless header": HEAD + b"X: " + b"a" * 70_000,
    "201 headers": lines(*[b"X: y"] * 200),
    "chunk size with 0x": chunked(b"0x5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with plus": chunked(b"+5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with minus": chunked(b"-5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with underscore": chunked(b"0_5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with leading space": chunked(b" 5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with trailing space": chunked(b"5 \r\nabcde\r\n0\r\n\r\n"),
    "empty chunk size": chunked(b"\r\nabcde\r\n0\r\n\r\n"),
    "chunk size not hexadecimal": chunked(b"g\r\nabcde\r\n0\r\n\r\n"),
    "chunk size over 2^64": chunked(b"10000000000000005\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with NUL": chunked(b"5\x00\r\nabcde\r\n0\r\n\r\n"),
    "chunk longer than its size": chunked(b"4\r\nabcde\r\n0\r\n\r\n"),
    "chunk shorter than its size": chunked(b"6\r\nabcde\r\n0\r\n\r\n"),
    "no CRLF after chunk": chunked(b"5\r\nabcde0\r\n\r\n"),
    "LF after chunk": chunked(b"5\r\nabcde\n0\r\n\r\n"),
    "LF after chunk size": chunked(b"5\nabcde\r\n0\r\n\r\n"),
    "CR after chunk size": chunked(b"5\rabcde\r\n0\r\n\r\n"),
    "LF in chunk extension": chunked(b"5;a\nb\r\nabcde\r\n0\r\n\r\n"),
    "CR in chunk extension": chunked(b"5;a\rb\r\nabcde\r\n0\r\n\r\n"),
    "long chunk extension": chunked(b"5;" + b"a" * 300 + b"\r\nabcde\r\n0\r\n\r\n"),
    "many chunk extensions": chunked((b"1;" + b"a" * 250 + b"\r\nx\r\n") * 80 + b"0\r\n\r\n"),
    "LF after last chunk": chunked(b"0\n\n"),
    "LF for the empty line": chunked(b"0\r\n\n"),
    "trailer with length": chunked(b"0\r\nContent-Length: 5\r\n\r\n"),
    "trailer with host": chunked(b"0\r\nHost: evil\r\n\r\n"),
    "trailer with TE": chunked(b"0\r\ntransfer-encoding: chunked\r\n\r\n"),
    "trailer with credentials": chunked(b"0\r\nAuthorization: x\r\n\r\n"),
    "trailer folded": chunked(b"0\r\nX: a\r\n b\r\n\r\n"),
    "trailer without colon": chunked(b"0\r\nGET / HTTP/1.1\r\n\r\n"),
    "trailer over 64 KiB": chunked(b"0\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
    "too many trailers": chunked(b"0\r\n" + b"X: y\r\n" * 201 + b"\r\n"),
}


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


def test_there_are_enough_cases():
    assert len(CASES) >= 60


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


VALID = [
    b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-A: b\r\n\r\nabcde",
    b"POST /x HTTP/1.1\r\nHost: h\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nX-T: 1\r\n\r\n",
    b"GET /x HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\r\n",
]
INSERTIONS = [
    b"\r",
    b"\n",
    b"\r\n",
    b" ",
    b"\t",
    b"\x00",
    b",",
    b":",
    b";",
    b"0",
    b"\x0b",
    b"\xff",
    b"Host: h\r\n",
    b"5",
]


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
