"""A request that the gate lets wait, and one whose fields the gate has changed."""

from __future__ import annotations

import asyncio
import gc

import pytest

from trayapp.proxy import downstream
from trayapp.refusal import Refusal

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def waiting(bench, **more):
    """A client whose request waits; returns it and the future that lets it on."""
    bench.later = []
    client = await bench.post(**more)
    await bench.asked.wait()
    bench.asked.clear()
    return client, bench.later[-1]


@pytest.mark.parametrize("inspect", [True, False])
@pytest.mark.parametrize("size", [0, 2, 60_000, 500_000])
async def test_it_goes_on_as_if_it_had_not_waited(bench, inspect, size):
    bench.inspect = inspect
    body = b"x" * size
    client, admission = await waiting(bench, body=body)
    admission.set_result(bench.plan(bench.admitted[-1]))
    wire = await bench.vendor.accept()
    request = await wire.request()
    assert request.body == body
    wire.send(OK)
    assert (await client.response()).body == b"ok"
    # The connection goes on with a next call, which need not wait.
    bench.later = None
    await bench.post(client=client)
    await wire.request()
    wire.send(OK)
    assert (await client.response()).body == b"ok"


async def test_while_one_waits_others_do_not_and_the_next_on_its_connection_does(bench):
    client, admission = await waiting(bench, body=b"first")
    await bench.post(client=client, body=b"second")
    bench.later = None
    other = await bench.post(body=b"other")
    wire = await bench.vendor.accept()
    assert (await wire.request()).body == b"other"
    wire.send(OK)
    await other.response()
    assert len(bench.admitted) == 2
    admission.set_result(bench.plan(bench.admitted[0]))
    for body in (b"first", b"second"):
        assert (await wire.request()).body == body
        wire.send(OK)
        assert (await client.response()).body == b"ok"


async def test_it_is_refused_after_all(bench):
    client, admission = await waiting(bench, body=b"x" * 100_000)
    admission.set_result(Refusal(401, "unknown_key", "no.", "anthropic"))
    answer = await client.response()
    assert (answer.status, answer.get(b"x-spendlight-error")) == (401, [b"unknown_key"])
    assert bench.vendor.wires == []


async def test_a_fault_behind_the_gate_is_a_500(bench):
    client, admission = await waiting(bench)
    admission.set_exception(RuntimeError("quotes sk-ant-CANARY"))
    answer = await client.response()
    assert answer.status == 500
    assert b"CANARY" not in answer.body


async def test_a_client_that_leaves_is_not_waited_for(bench, caplog):
    client, admission = await waiting(bench)
    client.close()
    while bench.relay._tools or not admission.cancelled():
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert bench.vendor.wires == []
    assert bench.watches == []
    assert caplog.text == ""  # to leave is no fault of anybody's


async def test_no_timer_of_a_head_ends_the_wait(bench, monkeypatch):
    monkeypatch.setattr(downstream, "HEAD_LIMIT", 0.05)
    client, admission = await waiting(bench)
    await asyncio.sleep(0.2)  # longer than the limit; nothing could announce that nothing happens
    admission.set_result(bench.plan(bench.admitted[-1]))
    wire = await bench.vendor.accept()
    await wire.request()
    wire.send(OK)
    assert (await client.response()).body == b"ok"


async def test_a_drain_lets_it_end(bench):
    client, admission = await waiting(bench)
    draining = asyncio.create_task(bench.relay.drain(10))
    await asyncio.sleep(0)
    admission.set_result(bench.plan(bench.admitted[-1]))
    wire = await bench.vendor.accept()
    await wire.request()
    wire.send(OK)
    answer = await client.response()
    assert (answer.body, answer.get(b"connection")) == (b"ok", [b"close"])
    assert await draining


async def test_closing_ends_the_wait(bench):
    client, admission = await waiting(bench)
    await bench.relay.close()
    assert admission.cancelled()
    assert await client.gone() == b""


async def test_a_wait_that_the_gate_gives_up_is_a_500(bench):
    client, admission = await waiting(bench)
    admission.cancel()
    assert (await client.response()).status == 500


async def test_a_fault_that_comes_when_nobody_waits_any_more_is_not_told_aloud(bench, caplog):
    _, admission = await waiting(bench)
    admission.set_exception(RuntimeError("quotes sk-ant-CANARY"))
    await bench.relay.close()
    del admission
    bench.later.clear()
    gc.collect()
    assert "CANARY" not in caplog.text


async def test_the_gates_fields_go_out_in_place_of_the_clients(bench):
    bench.headers = (
        (b"Host", b"h"),
        (b"X-Api-Key", b"real"),
        (b"x-odd", b"1"),
        (b"X-Odd", b"2"),
        (b"Content-Length", b"2"),
    )
    await bench.post(extra=b"X-Api-Key: virtual\r\nx-odd: 1\r\nX-Odd: 2\r\n")
    wire = await bench.vendor.accept()
    request = await wire.request()
    assert [(n, v) for n, v in request.headers if n.lower() != b"host"] == list(bench.headers[1:])
    assert request.body == b"{}"
