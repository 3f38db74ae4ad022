"""The relay as a whole: keep-alive, limits and timers, drain and close."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest

from trayapp.proxy import ProxyServer, downstream
from trayapp.refusal import Refusal

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def call(bench, client, wire=None, data=OK):
    await bench.post(client=client)
    wire = wire or await bench.vendor.accept()
    await wire.request()
    wire.send(data)
    return wire, await client.response()


class TestKeepAlive:
    async def test_both_sides_are_reused(self, bench):
        client = await bench.client()
        wire = None
        for _ in range(20):
            wire, answer = await call(bench, client, wire)
            assert (answer.body, answer.get(b"connection")) == (b"ok", [])
        assert len(bench.vendor.wires) == 1
        assert [watch.ending.reused for watch in bench.watches] == [False] + [True] * 19

    async def test_another_client_reuses_the_vendors_connection_last_in_first_out(self, bench):
        clients = [await bench.client() for _ in range(3)]
        wires = []
        for client in clients:
            await bench.post(client=client)
            wires.append(await bench.vendor.accept())
            await wires[-1].request()
        for wire, client in zip(wires, clients, strict=True):
            wire.send(OK)
            await client.response()
        await bench.post()
        await wires[-1].request()
        assert len(bench.vendor.wires) == 3

    async def test_connection_close_of_the_client(self, bench):
        client = await bench.post(extra=b"Connection: close\r\n")
        wire = await bench.vendor.accept()
        assert (await wire.request()).get(b"connection") == []
        wire.send(OK)
        answer = await client.response()
        assert answer.get(b"connection") == [b"close"]
        assert await client.gone() == b""
        await call(bench, await bench.client(), wire)

    @pytest.mark.parametrize("extra", [b"Connection: close\r\n", b""])
    async def test_a_vendors_connection_that_must_not_be_reused(self, bench, extra):
        client = await bench.client()
        beyond = b"" if extra else b"unasked"
        _, answer = await call(bench, client, None, OK.replace(b"\r\n\r\n", b"\r\n%b\r\n" % extra, 1) + beyond)
        assert (answer.body, answer.get(b"connection")) == (b"ok", [])
        assert not bench.relay.pool.open_connections or await bench.vendor.wires[0].gone() == b""
        await call(bench, client)
        assert len(bench.vendor.wires) == 2

    async def test_unasked_bytes_on_a_resting_connection_drop_it(self, bench):
        client = await bench.client()
        wire, _ = await call(bench, client)
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        assert await wire.gone() == b""
        _, answer = await call(bench, client)
        assert answer.body == b"ok"

    async def test_pipelined_requests_are_answered_in_turn(self, bench):
        client = await bench.client()
        client.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % i for i in range(5)))
        wire = await bench.vendor.accept()
        for i in range(5):
            assert (await wire.request()).start == b"GET /base/%d HTTP/1.1" % i
            assert len(bench.admitted) == i + 1, "the next one waits"
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % i)
            assert (await client.response()).body == b"%d" % i
        assert len(bench.vendor.wires) == 1

    async def test_much_that_comes_early_is_not_read(self, bench):
        client = await bench.client()
        await bench.post(client=client)
        wire = await bench.vendor.accept()
        await wire.request()
        body = b"x" * 20_000_000
        await bench.post(body, client=client)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.flush()
        wire.send(OK)
        await client.response()
        assert (await wire.request()).body == body
        wire.send(OK)
        assert (await client.response()).body == b"ok"


class TestLatency:
    async def test_small_events_are_not_held_back_by_the_system(self, bench):
        await call(bench, await bench.client())
        (tool,) = bench.relay._tools
        plug = tool._transport.get_extra_info("socket")
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


class TestLimits:
    async def test_websocket_is_answered_426(self, bench):
        client = await bench.client()
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        answer = await client.response()
        assert (answer.status, answer.get(b"connection")) == (426, [b"close"])
        assert await client.gone() == b""
        assert [watch.names() for watch in bench.watches] == [[]]
        await call(bench, await bench.client())
        assert [head.websocket for head in bench.admitted] == [True, False]  # the gate need not wait for the first

    async def test_who_may_not_enter_does_not_learn_that_websocket_is_unknown(self, bench):
        bench.refusal = Refusal(401, "bad_token", "no.")
        client = await bench.client()
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert (await client.response()).status == 401

    async def test_a_head_that_does_not_come_in_time(self, bench, monkeypatch):
        monkeypatch.setattr(downstream, "HEAD_LIMIT", 0.05)
        client = await bench.client()
        client.send(b"GET / HT")
        answer = await client.response()
        assert answer.status == 408
        assert await client.gone() == b""

    async def test_a_head_that_drips_gains_no_time(self, bench, monkeypatch):
        monkeypatch.setattr(downstream, "HEAD_LIMIT", 0.3)
        client = await bench.client()
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\nX: ")

        async def drip():
            while True:
                client.send(b"a")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        try:
            answer = await asyncio.wait_for(client.response(), 3)
        finally:
            dripping.cancel()
        assert answer.status == 408

    async def test_a_client_that_says_nothing_is_closed_silently(self, bench, monkeypatch):
        monkeypatch.setattr(downstream, "HEAD_LIMIT", 0.05)
        assert await (await bench.client()).gone() == b""

    async def test_the_head_timer_does_not_touch_a_call_that_runs_or_a_connection_that_rests(self, bench, monkeypatch):
        monkeypatch.setattr(downstream, "HEAD_LIMIT", 0.05)
        monkeypatch.setattr(downstream, "IDLE_LIMIT", 0.3)
        client = await bench.post()
        wire = await bench.vendor.accept()
        await wire.request()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.1)
        wire.send(OK)
        assert (await client.response()).body == b"ok"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.1)
        assert await client.gone() == b"", "closed after its idle limit"

    async def test_too_many_connections(self, bench):
        await bench.restart(max_connections=2)
        held = [await bench.client() for _ in range(2)]
        for client in held:
            await call(bench, client, bench.vendor.wires[0] if bench.vendor.wires else None)
        crowded = await bench.client()
        assert (await crowded.response()).status == 503
        crowded.close()
        held[0].close()
        while len(bench.relay._tools) > 1:
            await asyncio.sleep(0)
        await call(bench, await bench.client(), bench.vendor.wires[0])

    async def test_a_client_that_lingers_is_dropped(self, bench, monkeypatch):
        monkeypatch.setattr(downstream, "LINGER_LIMIT", 0.05)
        client = await bench.client()
        client.send(b"nonsense\n")
        assert (await client.response()).status == 400
        while bench.relay._tools:
            await asyncio.sleep(0)

    async def test_a_client_that_still_reads_gets_the_rest(self, bench, monkeypatch):
        monkeypatch.setattr(downstream, "LINGER_LIMIT", 0.05)
        client = await bench.client()
        # What comes behind the last request is not wanted any more.
        client.send(b"POST /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}GET /more")
        wire = await bench.vendor.accept()
        await wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await client.head()
        (tool,) = bench.relay._tools
        sent = 0
        while not tool._transport.get_write_buffer_size():  # until neither system has room for more
            wire.send(b"1000\r\n" + b"y" * 0x1000 + b"\r\n")
            sent += 0x1000
            await asyncio.sleep(0)
        wire.send(b"0\r\n\r\n")
        while not tool._lingering:
            await asyncio.sleep(0)
        assert tool._transport.get_write_buffer_size()
        await asyncio.sleep(0.2)  # longer than the limit; nothing could announce that nothing happens
        got = 0
        while piece := await client.chunk():
            got += len(piece)
        assert got == sent


class TestEnd:
    async def test_drain_finishes_streams_and_closes_the_idle(self, bench):
        idle = await bench.client()
        await call(bench, idle)
        early = await bench.post()
        wire = bench.vendor.wires[0]
        await wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await early.head()).get(b"connection") == []
        late = await bench.post()
        other = await bench.vendor.accept()
        await other.request()
        assert bench.relay.active == 2
        draining = asyncio.create_task(bench.relay.drain(10))
        assert await idle.gone() == b""
        with pytest.raises(OSError):
            await asyncio.open_connection(*bench.address)
        wire.send(b"2\r\nok\r\n0\r\n\r\n")
        assert [await early.chunk(), await early.chunk()] == [b"ok", b""]
        assert await early.gone() == b"\r\n"
        assert not draining.done()
        other.send(OK)
        answer = await late.response()
        assert (answer.body, answer.get(b"connection")) == (b"ok", [b"close"])
        assert await late.gone() == b""
        assert await draining is True
        assert bench.relay.active == 0

    async def test_drain_does_not_wait_for_who_was_refused_and_stays(self, bench):
        bench.refusal = Refusal(401, "unknown_key", "no.")
        before = await bench.post()
        assert (await before.response()).status == 401
        bench.later = []
        waiting = await bench.post()
        await bench.asked.wait()
        draining = asyncio.create_task(bench.relay.drain(downstream.LINGER_LIMIT / 2))
        await asyncio.sleep(0)
        bench.later[0].set_result(bench.refusal)  # another one, while it drains
        assert (await waiting.response()).status == 401
        assert await draining is True

    async def test_drain_gives_up_and_close_ends_the_rest(self, bench):
        client = await bench.post()
        wire = await bench.vendor.accept()
        await wire.request()
        assert await bench.relay.drain(0.05) is False
        await bench.relay.close()
        assert await wire.gone() == b""
        assert await client.gone() == b""
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("client_abort", "shutdown")

    async def test_close_while_a_hook_runs(self, bench):
        bench.gate_opening = asyncio.Event()
        await bench.post()
        await bench.opening_reached.wait()
        await bench.relay.close()
        ending = await bench.over()
        assert (ending.outcome, ending.reason) == ("not_sent", "shutdown")

    async def test_a_relay_that_never_served_can_be_closed(self, bench):
        await ProxyServer(bench).close()

    async def test_stop_accepting_leaves_connections_alone(self, bench):
        client = await bench.client()
        wire, _ = await call(bench, client)
        bench.relay.stop_accepting()
        with pytest.raises(OSError):
            await asyncio.open_connection(*bench.address)
        await call(bench, client, wire)

    async def test_serves_on_two_sockets(self, bench):
        await bench.relay.close()
        plugs = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        addresses = [plug.getsockname() for plug in plugs]
        bench.relay = ProxyServer(bench)
        await bench.relay.serve(plugs)
        wire = None
        for bench.address in addresses:
            wire, answer = await call(bench, await bench.client(), wire)
            assert answer.body == b"ok"

    async def test_nothing_piles_up_after_many_cancelled_streams(self, bench):
        """Three hundred cancels kill pools that leak their slots; here everything is as before."""
        for _ in range(300):
            client = await bench.post()
            wire = await bench.vendor.accept()
            await wire.request()
            wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            await client.head()
            client.close()
            await wire.gone()
            wire.close()
        await call(bench, await bench.client())
        assert bench.relay.active == 0
        assert len(bench.relay.pool.open_connections) == 1
        bench.watches.clear()
        gc.collect()
        left = [thing for thing in gc.get_objects() if type(thing).__name__ == "Exchange"]
        assert len(left) <= 1
