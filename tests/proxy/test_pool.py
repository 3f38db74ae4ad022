"""The vendors' connections: reuse and its bounds, TLS, and vendors that cannot be reached."""

from __future__ import annotations

import asyncio
import socket
import sys

import pytest

from trayapp.frontdoor import Upstream
from trayapp.proxy import pool
from trayapp.proxy.upstream import Upstream as Connection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def call(bench, client, wire=None, data=OK):
    await bench.post(client=client)
    wire = wire or await bench.vendor.accept()
    await wire.request()
    wire.send(data)
    return wire, await client.response()


class TestUnreachable:
    @pytest.mark.parametrize("vendor", ["refused", "dns", "tls", "loop", "loop by name"])
    async def test_becomes_a_refusal_in_the_vendors_shape(self, bench, vendor):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = closed.getsockname()[1]
        url, status, code, reason = {
            "refused": (f"http://127.0.0.1:{nobody}", 502, b"upstream_unreachable", "connect_refused"),
            "dns": ("http://does-not-exist.invalid", 502, b"upstream_unreachable", "dns"),
            "tls": (f"https://127.0.0.1:{bench.vendor.port}", 502, b"upstream_tls", "tls"),
            "loop": (f"http://127.0.0.1:{bench.address[1]}", 508, b"self_loop", "self_loop"),
            "loop by name": (f"http://localhost:{bench.address[1]}", 508, b"self_loop", "self_loop"),
        }[vendor]
        bench.upstream = Upstream.parse(url)
        client = await bench.post()
        if vendor == "tls":
            (await bench.vendor.accept()).send(b"I speak no TLS\r\n")
        answer = await client.response()
        assert answer.status == status
        assert code in answer.body
        assert answer.body.startswith(b'{"type": "error"')
        ending = await bench.over()
        assert (ending.outcome, ending.reason, ending.bytes_up) == ("not_sent", reason, 0)
        assert bench.watches[0].names() == ["opening", "ended"]

    async def test_a_connection_that_takes_too_long(self, bench, monkeypatch, unreachable):
        monkeypatch.setattr(pool, "CONNECT_LIMIT", 0.05)
        bench.upstream = Upstream.parse(f"http://127.0.0.1:{unreachable}")
        client = await bench.post()
        answer = await client.response()
        assert answer.status == 504
        assert b"upstream_timeout" in answer.body
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("not_sent", "connect_timeout")

    async def test_a_connect_that_is_cancelled_at_any_moment_leaves_nothing_behind(self, bench):
        for turns in range(12):
            opening = asyncio.create_task(bench.relay.pool.open(bench.upstream))
            for _ in range(turns):
                await asyncio.sleep(0)
            opening.cancel()
            await asyncio.wait([opening])
            if not opening.cancelled():
                opening.result().discard()
        while bench.relay.pool.open_connections:
            await asyncio.sleep(0)


class TestTls:
    async def test_calls_streams_and_reuse(self, bench, tls):
        await bench.relay.close()
        bench.vendor.stop()
        await bench.start(tls.server, ssl_context=tls.client)
        client = await bench.client()
        wire, answer = await call(bench, client)
        assert answer.body == b"ok"
        body = b"y" * 3_000_000
        await bench.post(body, client=client)
        assert (await wire.request()).body == body
        wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await client.head()
        for i in range(5):
            wire.send(b"1\r\n%d\r\n" % i)
            assert await client.chunk() == b"%d" % i
        client.close()
        assert await wire.gone() == b""
        ending = await bench.over()
        assert (ending.outcome, ending.reused) == ("client_abort", True)

    async def test_a_dead_pooled_connection_is_retried(self, bench, tls):
        await bench.relay.close()
        bench.vendor.stop()
        await bench.start(tls.server, ssl_context=tls.client)
        client = await bench.client()
        wire, _ = await call(bench, client)
        await bench.post(client=client)
        await wire.request()
        wire.close()
        fresh = await bench.vendor.accept()
        await fresh.request()
        fresh.send(OK)
        assert (await client.response()).body == b"ok"
        assert bench.watches[-1].names().count("retrying") == 1

    async def test_an_untrusted_certificate_is_refused(self, bench, tls):
        await bench.relay.close()
        bench.vendor.stop()
        await bench.start(tls.server)
        client = await bench.post(b"secret")
        answer = await client.response()
        assert answer.status == 502
        assert b"upstream_tls" in answer.body
        assert (await bench.over()).reason == "tls"


class TestPool:
    async def test_rest_is_bounded(self, bench, monkeypatch):
        client = await bench.client()
        wire, _ = await call(bench, client)
        monkeypatch.setattr(pool, "IDLE_LIMIT", -1.0)
        await bench.post(client=client)
        assert await wire.gone() == b""
        fresh = await bench.vendor.accept()
        await fresh.request()
        fresh.send(OK)
        await client.response()

    async def test_a_resting_connection_is_swept(self, bench, monkeypatch):
        monkeypatch.setattr(pool, "IDLE_LIMIT", 0.05)
        wire, _ = await call(bench, await bench.client())
        assert await wire.gone() == b""
        while bench.relay.pool.open_connections:
            await asyncio.sleep(0)

    async def test_no_connection_outlives_a_suspend(self, bench, monkeypatch):
        client = await bench.client()
        wire, _ = await call(bench, client)
        asleep = pool.slept()
        monkeypatch.setattr(pool, "slept", lambda: asleep + 3600)
        await bench.post(client=client)
        assert await wire.gone() == b""
        fresh = await bench.vendor.accept()
        await fresh.request()
        fresh.send(OK)
        assert (await client.response()).body == b"ok"
        assert "retrying" not in bench.watches[-1].names()

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems name the options otherwise")
    async def test_upstream_sockets_notice_a_dead_peer(self, bench):
        await call(bench, await bench.client())
        (connection,) = bench.relay.pool.open_connections
        assert isinstance(connection, Connection)
        plug = connection.transport.get_extra_info("socket")
        tcp = socket.IPPROTO_TCP
        assert plug.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert plug.getsockopt(tcp, socket.TCP_NODELAY) == 1
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        assert [plug.getsockopt(tcp, option) for option in options] == [15, 5, 3, 30_000]
