"""What comes out is what went in: headers, bodies, trailers, interim answers, on both sides, however it is cut up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"upgrade",
}
RESERVED = HOP | {b"host", b"content-length", b"transfer-encoding", b"expect", b"trailer"}
FORBIDDEN_TRAILERS = {b"authorization", b"content-encoding"}
TOKEN = "!#$%&'*+-.^_`|~0189AZaz"
VISIBLE = "".join(map(chr, [*range(0x21, 0x7F), *range(0x80, 0x100)]))

names = st.one_of(
    st.sampled_from([b"X-A", b"x-a", b"Authorization", b"anthropic-beta", b"Accept-Encoding", b"Content-Encoding"]),
    st.text(TOKEN, min_size=1, max_size=10)
    .map(lambda t: t.encode("ascii"))
    .filter(lambda n: n.lower() not in RESERVED),
)
values = st.text(VISIBLE + " \t", max_size=20).map(lambda t: t.strip(" \t").encode("latin-1"))
fields = st.lists(st.tuples(names, values), max_size=8)
trailers = st.lists(st.tuples(names.filter(lambda n: n.lower() not in FORBIDDEN_TRAILERS), values), max_size=3)
hops = st.lists(
    st.sampled_from([(b"Keep-Alive", b"timeout=5"), (b"Proxy-Connection", b"x"), (b"TE", b"trailers")]), max_size=2
)
bodies = st.one_of(st.binary(max_size=40), st.binary(min_size=1, max_size=8).map(lambda b: b * 9000))
cuts = st.lists(st.integers(0, 10_000), max_size=4)


@dataclass
class Side:
    """One message to be sent."""

    fields: list = field(default_factory=list)
    hops: list = field(default_factory=list)
    nominated: bool = False
    body: bytes = b""
    framing: str = "length"
    trailers: list = field(default_factory=list)
    chunks: list = field(default_factory=list)
    cuts: list = field(default_factory=list)
    place: int = 0

    def lines(self, own):
        """All header lines, the message's ``own`` ones put at a place of its choice."""
        out = list(self.fields)
        place = self.place % (len(out) + 1)
        out[place:place] = own
        return [*out, *self.hops]

    def wire(self, start, lines):
        head = start + b"\r\n" + b"".join(b"%b: %b\r\n" % line for line in lines) + b"\r\n"
        if self.framing == "chunked":
            payload = b""
            for piece in self.split(self.body, self.chunks):
                payload += b"%x\r\n%b\r\n" % (len(piece), piece)
            payload += b"0\r\n" + b"".join(b"%b: %b\r\n" % line for line in self.trailers) + b"\r\n"
        else:
            payload = self.body
        return self.split(head + payload, self.cuts)

    @staticmethod
    def split(data, cuts):
        at = sorted({cut % len(data) for cut in cuts}) if data else []
        edges = [0, *at, len(data)]
        return [data[a:b] for a, b in pairwise(edges) if a < b]


def side(framings):
    return st.builds(
        Side,
        fields=fields,
        hops=hops,
        nominated=st.booleans(),
        body=bodies,
        framing=st.sampled_from(framings),
        trailers=trailers,
        chunks=cuts,
        cuts=cuts,
        place=st.integers(0, 8),
    )


requests = side(["length", "chunked", "none"])
responses = side(["length", "chunked", "length", "chunked", "eof"])
statuses = st.sampled_from([200, 201, 400, 401, 429, 500, 529, 299])
reasons = st.text(VISIBLE + " ", max_size=12).map(lambda t: t.strip().encode("latin-1"))
interims = st.lists(st.tuples(st.sampled_from([102, 103, 110]), fields), max_size=2)
targets = st.text("".join(chr(c) for c in range(0x21, 0x7F) if chr(c) != "#"), max_size=15).map(lambda t: t.encode())


async def send(wire, pieces):
    for piece in pieces:
        wire.send(piece)
        await asyncio.sleep(0)


async def exchange(bench, method, target, request, status, reason, interim, response, state):
    nominated = [request.fields[0][0]] if request.nominated and request.fields else []
    own = [(b"Host", b"127.0.0.1:1")]
    framed = []
    if request.framing == "length":
        framed = [(b"content-LENGTH", b"%d" % len(request.body))]
    elif request.framing == "chunked":
        framed = [(b"Transfer-encoding", b"chunked")]
    else:
        request.body = b""
    extra = [(b"Connection", b", ".join(nominated))] if nominated else []
    client = state.get("client")
    if client is None:
        client = state["client"] = await bench.client()
    start = method + b" /" + target + b" HTTP/1.1"
    await send(client, request.wire(start, request.lines(own + framed + extra)))

    wire = state.get("wire")
    if wire is None:
        wire = state["wire"] = await bench.vendor.accept()
    seen = await wire.request()
    dropped = {name.lower() for name in nominated}
    want = [
        (name, b"127.0.0.1:%d" % bench.vendor.port if name == b"Host" else value)
        for name, value in request.lines(own + framed)
        if name.lower() not in HOP and name.lower() not in dropped
    ]
    assert seen.start == method + b" /base/" + target + b" HTTP/1.1"
    assert seen.headers == want
    assert seen.body == request.body
    assert seen.framing == request.framing
    assert seen.trailers == (request.trailers if request.framing == "chunked" else [])

    own = {"length": [(b"CONTENT-length", b"%d" % len(response.body))], "chunked": [(b"transfer-ENCODING", b"chunked")]}
    framed = own.get(response.framing, [])
    nominated = [response.fields[0][0]] if response.nominated and response.fields else []
    extra = [(b"Connection", b",".join(nominated))] if nominated else []
    status_line = b"HTTP/1.1 %d %b" % (status, reason)
    before = b"".join(
        b"HTTP/1.1 %d Wait\r\n%b\r\n" % (code, b"".join(b"%b: %b\r\n" % line for line in lines))
        for code, lines in interim
    )
    await send(wire, [before, *response.wire(status_line, response.lines(framed + extra))])
    if response.framing == "eof":
        wire.writer.close()
        state.clear()
    got = await client.response()
    dropped = {name.lower() for name in nominated}
    want = [
        (name, value)
        for name, value in response.lines(framed)
        if name.lower() not in HOP and name.lower() not in dropped
    ]
    if response.framing == "eof":
        want.append((b"Connection", b"close"))
    assert got.start == status_line
    assert got.headers == want
    assert got.body == response.body
    assert got.framing == response.framing
    assert got.trailers == (response.trailers if response.framing == "chunked" else [])
    assert [(m.status, m.headers) for m in got.interim] == interim
    watch = bench.watches[-1]
    await watch.over.wait()
    assert watch.data == response.body
    if bench.inspect:
        assert watch.log[0] == ("opening", request.body, tuple(seen.trailers))
    assert (watch.ending.outcome, watch.ending.bytes_up, watch.ending.bytes_down) == (
        "complete",
        len(request.body),
        len(response.body),
    )
    if got.framing == "eof":
        assert await client.gone() == b""
    bench.watches.clear()
    bench.admitted.clear()


NEXT = {"length": "chunked", "chunked": "none", "none": "length", "eof": "chunked"}


async def variations(bench, method, target, request, status, reason, interim, response, state):
    """The drawn call in both modes, and with each of three framings, cut elsewhere each time."""
    for variation in range(6):
        bench.inspect = variation % 2 == 0
        await exchange(bench, method, target, replace(request), status, reason, interim, response, state)
        request = replace(request, cuts=response.chunks, chunks=response.cuts)
        response = replace(response, cuts=request.chunks, chunks=[cut + variation for cut in request.cuts])
        if variation % 2:
            following = NEXT[response.framing]
            request = replace(request, framing=NEXT[request.framing])
            response = replace(response, framing="length" if following == "none" else following)


def run_examples(lasting, examples):
    state = {}

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(
        st.tuples(
            st.sampled_from([b"POST", b"PUT", b"GET", b"DELETE", b"PATCH"]),
            targets,
            requests,
            statuses,
            reasons,
            interims,
            responses,
        )
    )
    def check(example):
        try:
            lasting.run(variations(lasting, *example, state))
        except BaseException:
            for wire in state.values():
                wire.close()
            state.clear()
            while not lasting.vendor.arrivals.empty():
                lasting.vendor.arrivals.get_nowait()
            raise

    check()
    for wire in state.values():
        wire.close()


def test_everything_arrives_as_it_was_sent(lasting):
    """4,800 calls."""
    run_examples(lasting, 800)


@pytest.mark.thorough
def test_everything_arrives_as_it_was_sent_at_length(lasting):
    """12,000 calls."""
    run_examples(lasting, 2000)


class TestByHand:
    """Cases that deserve a name."""

    @pytest.mark.parametrize("status", [204, 304])
    async def test_answers_without_a_body(self, bench, status):
        client = await bench.post()
        wire = await bench.vendor.accept()
        for _ in range(2):
            await wire.request()
            wire.send(b"HTTP/1.1 %d Nothing\r\nETag: x\r\n\r\n" % status)
            answer = await client.response()
            assert (answer.status, answer.headers) == (status, [(b"ETag", b"x")])
            await bench.post(client=client)
        assert "received" not in bench.watches[0].names()

    async def test_head(self, bench):
        client = await bench.client()
        for length in (b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b""):
            client.send(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            wire = await bench.vendor.accept() if not bench.vendor.wires else bench.vendor.wires[0]
            assert (await wire.request()).start.startswith(b"HEAD ")
            wire.send(b"HTTP/1.1 200 OK\r\n%b\r\n" % length)
            answer = await client.response(b"HEAD")
            assert b"".join(b"%b: %b\r\n" % line for line in answer.headers) == length
        assert len(bench.vendor.wires) == 1

    async def test_http_1_0_client_gets_no_chunks(self, bench):
        client = await bench.client()
        client.send(b"GET / HTTP/1.0\r\nHost: h\r\n\r\n")
        wire = await bench.vendor.accept()
        assert (await wire.request()).start == b"GET /base/ HTTP/1.1"
        wire.send(
            b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        )
        assert await client.gone() == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc"

    async def test_http_1_0_client_that_keeps_its_connection(self, bench):
        client = await bench.client()
        wire = None
        for _ in range(2):
            client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            wire = wire or await bench.vendor.accept()
            assert (await wire.request()).get(b"host") == [b"127.0.0.1:%d" % bench.vendor.port]
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            answer = await client.response()
            assert (answer.body, answer.get(b"connection")) == (b"ok", [b"keep-alive"])

    async def test_http_1_0_vendor(self, bench):
        client = await bench.post()
        wire = await bench.vendor.accept()
        await wire.request()
        wire.send(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
        answer = await client.response()
        assert answer.start == b"HTTP/1.1 200 OK"
        assert (answer.body, answer.get(b"connection")) == (b"ok", [])
        await bench.post(client=client)
        fresh = await bench.vendor.accept()
        await fresh.request()
        fresh.send(b"HTTP/1.0 200 OK\r\n\r\nrest")
        fresh.writer.close()
        assert (await client.response()).body == b"rest"

    async def test_a_name_in_connection_is_dropped_but_framing_is_not(self, bench):
        client = await bench.post(b"hello", b"Connection: X-Drop, host, content-length\r\nX-Drop: 1\r\nX-Keep: 1\r\n")
        wire = await bench.vendor.accept()
        request = await wire.request()
        assert [name for name, _ in request.headers] == [b"Host", b"X-Keep", b"Content-Length"]
        assert request.body == b"hello"
        wire.send(b"HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Drop\r\nX-Drop: 1\r\nContent-Length: 0\r\n\r\n")
        assert (await client.response()).headers == [(b"Content-Length", b"0")]

    async def test_an_offer_of_h2c_is_ignored(self, bench):
        client = await bench.post(
            extra=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
        )
        wire = await bench.vendor.accept()
        assert [name for name, _ in (await wire.request()).headers] == [b"Host", b"Content-Length"]
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert (await client.response()).status == 200

    async def test_trailer_header_goes_with_trailers(self, bench):
        client = await bench.client()
        client.send(
            b"POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\n\r\n"
        )
        wire = await bench.vendor.accept()
        request = await wire.request()
        assert (request.get(b"trailer"), request.trailers) == ([b"X-T"], [(b"X-T", b"1")])
        wire.send(
            b"HTTP/1.1 200 OK\r\nTrailer: X-R\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;ext=1\r\nabc\r\n0\r\nX-R: 2\r\n\r\n"
        )
        answer = await client.response()
        assert (answer.get(b"trailer"), answer.body, answer.trailers) == ([b"X-R"], b"abc", [(b"X-R", b"2")])


class TestExpect:
    async def test_is_answered_here_when_the_body_is_inspected(self, bench):
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert (await client.head()).status == 100
        assert bench.vendor.arrivals.empty()
        client.send(b"hello")
        wire = await bench.vendor.accept()
        request = await wire.request()
        assert (request.get(b"expect"), request.body) == ([], b"hello")
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        answer = await client.response()
        assert (answer.status, answer.interim) == (200, []), "the vendor's 100 is one too many"

    async def test_goes_to_the_vendor_when_it_is_not(self, bench):
        bench.inspect = False
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        wire = await bench.vendor.accept()
        assert (await wire.head()).get(b"expect") == [b"100-continue"]
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert (await client.head()).status == 100
        client.send(b"hello")
        assert await wire.reader.readexactly(5) == b"hello"
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert (await client.response()).status == 200

    async def test_a_vendor_that_refuses_the_expectation(self, bench):
        bench.inspect = False
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        wire = await bench.vendor.accept()
        await wire.head()
        wire.send(b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno")
        answer = await client.response()
        assert (answer.status, answer.body, answer.get(b"connection")) == (401, b"no", [b"close"])
        assert await wire.gone() == b""
