"""The life of a call: hooks and their order, cancels, cuts, retries, early answers, flow control."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

import pytest

from trayapp.frontdoor import Upstream
from trayapp.proxy import Plan, Rewrite
from trayapp.proxy import watch as border
from trayapp.refusal import Refusal

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def answered(bench, data=OK):
    """Play one call's vendor side: the request it got."""
    wire = await bench.vendor.accept()
    request = await wire.request()
    wire.send(data)
    return wire, request


class TestHooks:
    async def test_order_and_arguments(self, bench):
        client = await bench.post(b"hello")
        _, request = await answered(bench, b"HTTP/1.1 529 Overloaded\r\nX-A: b\r\nContent-Length: 2\r\n\r\nno")
        answer = await client.response()
        ending = await bench.over()
        watch = bench.watches[0]
        assert watch.names() == ["opening", "sent", "responded", "received", "ended"]
        assert watch.log[0] == ("opening", b"hello", ())
        assert watch.log[1] == ("sent", 5)
        assert watch.log[2] == ("responded", 529, b"Overloaded", ((b"X-A", b"b"), (b"Content-Length", b"2")))
        assert (ending.outcome, ending.reason, ending.bytes_up, ending.bytes_down, ending.reused) == (
            "complete",
            "",
            5,
            2,
            False,
        )
        assert request.start == b"POST /base/v1/x HTTP/1.1"
        assert request.get(b"host") == [b"127.0.0.1:%d" % bench.vendor.port]
        assert answer.start == b"HTTP/1.1 529 Overloaded"
        head = bench.admitted[0]
        assert (head.method, head.target, head.local[1]) == ("POST", "/v1/x", bench.address[1])
        assert head.peer[1] == client.writer.get_extra_info("sockname")[1]
        assert head.received_ns > 0

    async def test_nothing_leaves_before_opening_returns(self, bench):
        bench.gate_opening = asyncio.Event()
        client = await bench.post()
        await bench.opening_reached.wait()
        assert bench.vendor.arrivals.empty()
        assert not bench.relay.pool.open_connections
        bench.gate_opening.set()
        await answered(bench)
        assert (await client.response()).body == b"ok"

    async def test_opening_that_never_returns_lets_the_call_go(self, bench, monkeypatch):
        monkeypatch.setattr(border, "PATIENCE", 0.05)
        bench.gate_opening = asyncio.Event()
        client = await bench.post(b"as it was")
        _, request = await answered(bench)
        assert request.body == b"as it was"
        assert (await client.response()).body == b"ok"
        assert (await bench.over()).outcome == "complete"

    async def test_rewritten_body_gets_its_own_length_in_place(self, bench):
        bench.rewrite = Rewrite(body=b'{"model":"cheaper"}')
        client = await bench.post(b'{"model":"dear"}', b"X-Before: 1\r\n")
        _, request = await answered(bench)
        assert request.body == b'{"model":"cheaper"}'
        assert [name for name, _ in request.headers] == [b"Host", b"X-Before", b"Content-Length"]
        assert (await client.response()).body == b"ok"

    async def test_rewritten_chunked_body_stays_chunked(self, bench):
        bench.rewrite = Rewrite(body=b"new")
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nold\r\n0\r\nX-T: 1\r\n\r\n")
        _, request = await answered(bench)
        assert (request.body, request.framing, request.trailers) == (b"new", "chunked", [(b"X-T", b"1")])
        assert bench.watches[0].log[0] == ("opening", b"old", ((b"X-T", b"1"),))
        await client.response()

    async def test_rewrite_that_gives_a_body_to_a_get(self, bench):
        bench.rewrite = Rewrite(body=b"body")
        client = await bench.client()
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        _, request = await answered(bench)
        assert (request.body, request.get(b"content-length")) == (b"body", [b"4"])
        await client.response()

    @pytest.mark.parametrize("hook", ["opening", "sent", "responded", "received", "ended"])
    @pytest.mark.parametrize("inspect", [True, False])
    async def test_a_failing_hook_changes_no_byte(self, bench, hook, inspect, caplog):
        border._known_faults.clear()
        bench.raising = {hook}
        bench.inspect = inspect
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                client = await bench.post(b"hello", b"X-Case: 1\r\n")
                wire, request = await answered(bench, CHUNKED + b"2\r\nab\r\n")
                assert (request.body, request.get(b"x-case")) == (b"hello", [b"1"])
                wire.send(b"2\r\ncd\r\n0\r\nX-T: 1\r\n\r\n")
                answer = await client.response()
                assert (answer.body, answer.trailers) == (b"abcd", [(b"X-T", b"1")])
                await bench.over()
                wire.close()
                await client_idle(bench)
        assert len(caplog.records) == 1
        assert "CANARY" not in caplog.text
        assert "RuntimeError" in caplog.text

    async def test_a_failing_retrying_hook_still_retries(self, bench):
        bench.raising = {"retrying"}
        client = await bench.post()
        wire, _ = await answered(bench)
        await client.response()
        await bench.post(b"again", client=client)
        await wire.request()
        wire.close()
        _, request = await answered(bench)
        assert request.body == b"again"
        assert (await client.response()).body == b"ok"

    async def test_admit_that_raises_answers_500_and_asks_no_vendor(self, bench):
        bench.raising = {"admit"}
        client = await bench.post()
        answer = await client.response()
        assert answer.status == 500
        assert b'"internal"' in answer.body
        assert await client.gone() == b""
        assert bench.vendor.arrivals.empty()

    @pytest.mark.parametrize("target", [None, "/x y", "x", "/x\r\nEvil: 1", "/\u20ac"])
    async def test_a_gate_that_plans_nonsense_answers_500(self, bench, target):
        def admit(head):
            if target is None:
                return None
            return Plan(bench.upstream, target, "anthropic", True, None)

        bench.relay.gate = SimpleNamespace(admit=admit)
        client = await bench.post()
        answer = await client.response()
        assert answer.status == 500
        assert bench.vendor.arrivals.empty()
        assert bench.relay.active == 0

    async def test_refusal_of_the_gate_reaches_a_client_that_uploads(self, bench):
        bench.refusal = Refusal(401, "bad_token", "no.", "anthropic")
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 1_000_000)
        answer = await client.response()
        assert (answer.status, answer.get(b"connection")) == (401, [b"close"])
        client.send(b"x" * 2_000_000)
        client.writer.write_eof()
        assert await client.gone() == b""


async def client_idle(bench):
    """Let the relay notice what was closed: one turn of the loop after its sockets are readable."""
    while bench.relay.pool.open_connections:
        await asyncio.sleep(0)


class TestCancel:
    """The tool goes away; the vendor's connection must go in every phase."""

    @pytest.mark.parametrize("way", ["close", "reset", "half"])
    @pytest.mark.parametrize("phase", ["waiting", "head", "stream"])
    async def test_after_the_request_was_sent(self, bench, phase, way):
        client = await bench.post(b"hello")
        wire = await bench.vendor.accept()
        await wire.request()
        if phase != "waiting":
            wire.send(CHUNKED)
            await client.head()
        if phase == "stream":
            wire.send(b"5\r\nhello\r\n")
            assert await client.chunk() == b"hello"
        if way == "half":
            client.writer.write_eof()
        elif way == "close":
            client.close()
        else:
            client.reset()
        assert await wire.gone() == b""
        ending = await bench.over()
        assert (ending.outcome, ending.reason, ending.bytes_up) == ("client_abort", "client_gone", 5)
        assert ending.bytes_down == (5 if phase == "stream" else 0)

    async def test_during_the_upload(self, bench):
        bench.inspect = False
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
        wire = await bench.vendor.accept()
        await wire.head()
        assert await wire.reader.readexactly(4) == b"half"
        client.close()
        assert await wire.gone() == b""
        ending = await bench.over()
        assert (ending.outcome, ending.bytes_up) == ("client_abort", 4)
        assert "sent" not in bench.watches[0].names()

    async def test_before_the_body_was_complete(self, bench):
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
        await admitted(bench, 1)
        client.close()
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("not_sent", "client_gone")
        assert bench.watches[0].names() == ["ended"]
        assert bench.vendor.arrivals.empty()

    async def test_while_opening_runs(self, bench):
        bench.gate_opening = asyncio.Event()
        client = await bench.post()
        await bench.opening_reached.wait()
        client.close()
        while bench.relay.active:
            await asyncio.sleep(0)
        assert not bench.watches[0].over.is_set(), "ended comes after a hook that still runs"
        bench.gate_opening.set()
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("not_sent", "client_gone")
        assert bench.watches[0].names() == ["opening", "ended"]
        assert bench.vendor.arrivals.empty()

    async def test_while_connecting(self, bench, unreachable):
        bench.upstream = Upstream.parse(f"http://127.0.0.1:{unreachable}")
        client = await bench.post()
        await admitted(bench, 1)
        client.close()
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("not_sent", "client_gone")
        while bench.relay.jobs:
            await asyncio.sleep(0)


async def admitted(bench, count):
    while len(bench.admitted) < count:
        await asyncio.sleep(0)


class TestCut:
    """The vendor ends too early."""

    @pytest.mark.parametrize(
        "begun",
        [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", CHUNKED + b"3\r\nabc\r\n", CHUNKED + b"9\r\nabc"],
    )
    @pytest.mark.parametrize("way", ["close", "reset"])
    async def test_a_framed_body_is_never_ended_cleanly(self, bench, begun, way):
        client = await bench.post()
        wire, _ = await answered(bench, begun)
        head = await client.head()
        got = await client.reader.readuntil(b"abc")
        getattr(wire, way)()
        got += await client.gone()
        assert not got.endswith(b"0\r\n\r\n")
        assert b"Spendlight" not in got
        if head.get(b"content-length"):
            assert got == b"abc"
        ending = await bench.over()
        assert (ending.outcome, ending.bytes_down) == ("upstream_cut", 3)
        assert ending.reason == ("closed" if way == "close" else "reset")

    async def test_a_body_without_framing_is_cut_by_a_reset(self, bench):
        client = await bench.post()
        wire, _ = await answered(bench, b"HTTP/1.1 200 OK\r\n\r\nabc")
        await client.head()
        assert await client.reader.readexactly(3) == b"abc"
        wire.reset()
        with pytest.raises(ConnectionError):
            await client.reader.read()
        assert (await bench.over()).outcome == "upstream_cut"

    async def test_malformed_chunks_cut_too(self, bench):
        client = await bench.post()
        wire, _ = await answered(bench, CHUNKED + b"3\r\nabc\r\n")
        await client.head()
        assert await client.chunk() == b"abc"
        wire.send(b"zz\r\n")
        assert await client.gone() == b""
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("upstream_cut", "response_malformed")

    @pytest.mark.parametrize(
        "begun",
        [
            b"nonsense\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            b"HTTP/1.1 200 OK\r\n folded\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ],
    )
    async def test_a_malformed_answer_becomes_502(self, bench, begun):
        client = await bench.post()
        await answered(bench, begun)
        answer = await client.response()
        assert answer.status == 502
        assert b"upstream_malformed" in answer.body
        assert b'"type": "error"' in answer.body, "in the vendor's shape"
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("upstream_cut", "response_malformed")

    async def test_no_answer_on_a_fresh_connection_becomes_502_without_retry(self, bench):
        client = await bench.post()
        wire = await bench.vendor.accept()
        await wire.request()
        wire.close()
        answer = await client.response()
        assert answer.status == 502
        assert b"upstream_closed" in answer.body
        assert "retrying" not in bench.watches[0].names()
        assert bench.vendor.arrivals.empty()

    async def test_half_a_head_is_no_reason_to_retry(self, bench):
        client = await bench.post()
        wire, _ = await answered(bench)
        await client.response()
        await bench.post(client=client)
        await wire.request()
        wire.send(b"HTTP/1.1 2")
        await wire.flush()
        wire.writer.close()
        answer = await client.response()
        assert answer.status == 502
        assert "retrying" not in bench.watches[1].names()


class TestRetry:
    @pytest.mark.parametrize("inspect", [True, False])
    @pytest.mark.parametrize("way", ["close", "reset"])
    async def test_a_dead_pooled_connection_is_retried_once(self, bench, way, inspect):
        bench.inspect = inspect
        client = await bench.post(b"one")
        wire, _ = await answered(bench)
        await client.response()
        await bench.post(b"two", client=client)
        assert (await wire.request()).body == b"two"
        getattr(wire, way)()
        fresh = await bench.vendor.accept()
        request = await fresh.request()
        assert request.body == b"two"
        fresh.send(OK)
        assert (await client.response()).body == b"ok"
        ending = await bench.over()
        watch = bench.watches[1]
        assert watch.names() == ["opening", "sent", "retrying", "sent", "responded", "received", "ended"]
        assert (ending.outcome, ending.bytes_up, ending.reused) == ("complete", 3, False)

    async def test_but_not_twice(self, bench):
        client = await bench.post(b"one")
        wire, _ = await answered(bench)
        await client.response()
        await bench.post(b"two", client=client)
        await wire.request()
        wire.close()
        fresh = await bench.vendor.accept()
        await fresh.request()
        fresh.close()
        assert (await client.response()).status == 502
        assert bench.watches[1].names().count("retrying") == 1

    async def test_a_streamed_body_that_is_not_held_any_more_is_not_retried(self, bench):
        bench.inspect = False
        client = await bench.post(b"one")
        wire, _ = await answered(bench)
        await client.response()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n")
        await wire.head()
        client.send(b"x" * 3_000_000)
        await wire.reader.readexactly(3_000_000)
        wire.close()
        assert (await client.response()).status == 502
        assert "retrying" not in bench.watches[1].names()

    async def test_a_connection_that_closed_while_resting_is_not_used(self, bench):
        client = await bench.post()
        wire, _ = await answered(bench)
        await client.response()
        wire.close()
        await client_idle(bench)
        await bench.post(client=client)
        await answered(bench)
        assert (await client.response()).body == b"ok"
        assert "retrying" not in bench.watches[1].names()


class TestEarlyAnswer:
    @pytest.mark.parametrize("closing", [True, False])
    async def test_401_during_the_upload_is_not_lost(self, bench, closing):
        bench.inspect = False
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 100_000)
        wire = await bench.vendor.accept()
        await wire.head()
        extra = b"Connection: close\r\n" if closing else b""
        wire.send(b"HTTP/1.1 401 Unauthorized\r\n%bContent-Length: 4\r\n\r\nnope" % extra)
        await wire.flush()
        wire.close()
        client.send(b"x" * 1_000_000)
        answer = await client.response()
        assert (answer.status, answer.body, answer.get(b"connection")) == (401, b"nope", [b"close"])
        ending = await bench.over()
        assert (ending.outcome, ending.bytes_down) == ("complete", 4)
        client.writer.write_eof()
        assert await client.gone() == b""

    async def test_an_answer_that_begins_before_the_upload_ends_does_not_stop_it(self, bench):
        bench.inspect = False
        client = await bench.client()
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
        wire = await bench.vendor.accept()
        await wire.head()
        wire.send(CHUNKED + b"1\r\nx\r\n")
        await client.head()
        client.send(b"def")
        assert await wire.reader.readexactly(6) == b"abcdef"
        wire.send(b"0\r\n\r\n")
        assert await client.chunk() == b"x"
        assert await client.chunk() == b""
        assert (await bench.over()).outcome == "complete"


MEGABYTE = 1_000_000


async def push(wire, count):
    for _ in range(count):
        wire.send(b"x" * MEGABYTE)
        await wire.flush()


async def push_until_stalled(wire, most):
    """Send megabytes until one is not taken for a while; returns how many were sent, that one included."""
    for sent in range(1, most + 1):
        wire.send(b"x" * MEGABYTE)
        try:
            async with asyncio.timeout(0.3):
                await wire.flush()
        except TimeoutError:
            return sent
    return most


class TestFlow:
    async def test_a_stalled_client_stalls_the_vendor(self, bench):
        client = await bench.client()
        client.writer.transport.pause_reading()
        await bench.post(client=client)
        wire, _ = await answered(bench, b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        taken = await push_until_stalled(wire, 200)
        assert taken < 40, "megabytes: system buffers and one high-water mark"
        assert len(bench.watches[0].data) < 40_000_000
        client.close()
        await bench.over()

    async def test_a_stalled_vendor_stalls_the_upload_and_goes_on(self, bench):
        bench.inspect = False
        client = await bench.client()
        size = 60
        client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (size * MEGABYTE))
        wire = await bench.vendor.accept()
        wire.writer.transport.pause_reading()
        taken = await push_until_stalled(client, size)
        assert taken < 40
        wire.writer.transport.resume_reading()
        sending = asyncio.create_task(push(client, size - taken))
        assert len((await wire.request()).body) == size * MEGABYTE
        await sending
        wire.send(OK)
        assert (await client.response()).body == b"ok"

    @pytest.mark.parametrize("inspect", [True, False])
    @pytest.mark.parametrize("framing", ["length", "chunked"])
    async def test_30_mb_upload(self, bench, inspect, framing):
        bench.inspect = inspect
        size = 30_000_000
        client = await bench.client()

        async def upload():
            if framing == "length":
                client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size)
            else:
                client.send(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(size // 1_000_000):
                piece = b"y" * 1_000_000
                client.send(piece if framing == "length" else b"%x\r\n%b\r\n" % (len(piece), piece))
                await client.flush()
            if framing == "chunked":
                client.send(b"0\r\n\r\n")

        sending = asyncio.create_task(upload())
        _, request = await answered(bench)
        await sending
        assert request.body == b"y" * size
        assert request.framing == framing
        assert (await client.response()).body == b"ok"
        assert bench.watches[0].log[0][1] == (b"y" * size if inspect else None)

    async def test_a_body_over_the_inspection_limit_streams(self, bench):
        await bench.restart(inspect_limit=1000)
        for head in (b"Content-Length: 5000\r\n", b"Transfer-Encoding: chunked\r\nConnection: close\r\n"):
            client = await bench.client()
            client.send(b"POST / HTTP/1.1\r\nHost: h\r\n%b\r\n" % head)
            body = b"z" * 5000
            client.send(body if b"5000" in head else b"1388\r\n" + body + b"\r\n0\r\nX-T: 1\r\n\r\n")
            wire, request = await answered(bench)
            assert request.body == body
            assert request.trailers == ([] if b"5000" in head else [(b"X-T", b"1")])
            assert (await client.response()).body == b"ok"
            assert bench.watches[-1].log[:2] == [("opening", None, ()), ("sent", 5000)]
            wire.close()
            await client_idle(bench)

    async def test_each_read_is_forwarded_at_once(self, bench):
        client = await bench.post()
        wire, _ = await answered(bench, CHUNKED)
        await client.head()
        for i in range(50):
            event = b"data: %d\n\n" % i
            wire.send(b"%x\r\n%b\r\n" % (len(event), event))
            assert await client.chunk() == event
        wire.send(b"0\r\n\r\n")
        assert await client.chunk() == b""
