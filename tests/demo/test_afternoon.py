"""The scripted afternoon, played straight at the simulated vendor, and read by the dialects."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from trayapp.demo.afternoon import Afternoon, Prompter, act
from trayapp.demo.counted import CountedCall
from trayapp.demo.courier import Courier
from trayapp.demo.script import Script
from trayapp.demo.vendor import SimulatedVendor, VendorThread
from trayapp.dialects import RequestView, recognise


def play(vendor: VendorThread, prompter: Prompter, *, seed: int = 7, speed: float = 2000.0):
    afternoon = Afternoon(lambda _vendor, _tool: vendor.url, prompter, speed=speed, seed=seed)
    tally = asyncio.run(asyncio.wait_for(afternoon.play(1), 60))
    return tally, vendor.counted.wait(tally.sent)


@pytest.fixture(scope="module")
def first_act() -> tuple[object, list[CountedCall]]:
    prompter = Prompter()
    with VendorThread(SimulatedVendor(prompter)) as vendor:
        return play(vendor, prompter)


def test_every_call_arrives_and_ends_as_told(first_act):
    tally, calls = first_act
    assert len(calls) == tally.sent
    assert Counter(c.status for c in calls) == {200: tally.sent - 2, 529: 1, 400: 1}
    assert Counter(c.ended for c in calls) == {"complete": tally.sent - 1, "client_gone": 1}
    assert (tally.stopped, tally.failed, tally.completed) == (1, 2, tally.sent - 3)


def test_several_vendors_wires_and_models(first_act):
    _, calls = first_act
    assert {c.wire for c in calls} == {"anthropic-messages", "openai-chat", "openai-responses", "gemini"}
    assert {"claude-opus-5-5", "claude-haiku-5-5", "gpt-6.1-sol", "gemini-3.8-flash"} <= {c.model for c in calls}
    assert any(not c.usage_sent for c in calls if c.status == 200)


def test_the_tool_loop_reads_a_growing_prefix_from_the_cache(first_act):
    _, calls = first_act
    opus = [c.leg for c in calls if c.model == "claude-opus-5-5" and c.status == 200]
    assert opus[0].cache_read == 0
    assert opus[0].cache_write > 20_000
    assert all(later.cache_read >= earlier.cache_read for earlier, later in pairwise(opus))
    assert opus[-1].cache_read > 0.8 * opus[-1].prompt


def test_the_same_seed_tells_the_same_story(first_act):
    _, calls = first_act
    prompter = Prompter()
    with VendorThread(SimulatedVendor(prompter)) as vendor:
        _, again = play(vendor, prompter)

    def told(story):
        return Counter((c.path, c.model, c.status, c.bytes_in, c.leg) for c in story)

    assert told(again) == told(calls)


def test_a_pause_makes_the_cache_cold():
    waits = [turn.wait_s for session in act(1, 7) for turn in session.turns]
    assert max(waits) > 300
    assert max(turn.wait_s for session in act(0, 7) for turn in session.turns) < 300


def test_speed_has_to_be_positive():
    with pytest.raises(ValueError, match="speed"):
        Afternoon(lambda *_: "", Prompter(), speed=0)


def test_the_meter_recognises_each_tool():
    prompter = Prompter()
    with VendorThread(SimulatedVendor(prompter, keep_headers=True)) as vendor:
        seen = {}
        ask_of = vendor.vendor.planner

        def plan(ask):
            seen[ask.message_id] = ask
            return ask_of(ask)

        vendor.vendor.planner = plan
        _, calls = play(vendor, prompter)
    read = []
    for call in calls:
        dialect = recognise(call.vendor, "POST", call.path)
        assert dialect is not None
        headers = tuple((n.encode(), v.encode()) for n, v in call.headers)
        view = RequestView(vendor=call.vendor, method="POST", path=call.path, headers=headers, tool_hint=None)
        read.append(dialect.read_request(view, seen[call.message_id].body))
    assert {"claude-code", "codex", "opencode", "gemini-cli"} <= {c.tool for c in read}
    assert {c.workspace for c in read if c.tool == "claude-code" and c.kind == "main"} == {"/home/demo/api-server"}
    assert {c.workspace for c in read if c.tool == "codex"} == {"/home/demo/web"}
    assert {c.workspace for c in read if c.tool == "opencode" and c.kind == "main"} == {"/home/demo/mobile-app"}
    assert {c.workspace for c in read if c.tool == "gemini-cli"} == {"/home/demo/infra"}
    assert {"main", "title", "router"} <= {str(c.kind) for c in read}
    assert all(c.session for c in read if c.tool in ("claude-code", "codex", "opencode"))


def test_a_courier_survives_a_cut_and_comes_again():
    scripts = [Script(cut_after=2), Script(cut_after=0), Script()]

    async def scene(url: str):
        courier = Courier()
        body = b'{"model":"m","messages":[{}],"max_tokens":9,"stream":true}'
        headers = (("anthropic-version", "2023-06-01"),)
        answers = [await courier.post(url + "/v1/messages", headers, body) for _ in range(3)]
        answers.append(await courier.post("http://127.0.0.1:1/v1/messages", headers, body))
        await courier.close()
        return answers

    with VendorThread(SimulatedVendor(lambda _: scripts.pop(0))) as vendor:
        cut, nothing, good, refused = asyncio.run(scene(vendor.url))
    assert (cut.status, cut.whole) == (200, False)
    assert nothing.status == refused.status == 0
    assert (good.status, good.whole) == (200, True)
