"""After any history the server's sums are the ledger's, to the pico-dollar."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unrulyteam import Server, Team

from trayapp.engine.teampace import IDLE_S, LONGEST_S, Pace
from trayapp.ledger import Repriced
from trayapp.team.wire import ALWAYS, DIMENSIONS
from trayapp.values import Basis, Cost

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 10**15))),
        st.tuples(st.just("call"), st.integers(0, 800), st.integers(0, 10**15)),
        st.tuples(st.just("price"), st.integers(0, 10**12), st.none()),
        st.tuples(
            st.just("sync"),
            st.sampled_from([None, "lose", "mute", "twice", "late", (500, {}), (401, {}), (429, {})]),
            st.integers(0, 4),
        ),
        st.tuples(st.just("cut"), st.integers(0, 60), st.none()),
        st.tuples(st.just("decide"), st.sampled_from([ALWAYS, DIMENSIONS, ("tool",), ("project", "tier")]), st.none()),
        st.tuples(st.just("restart"), st.none(), st.none()),
        st.tuples(st.just("copy"), st.none(), st.none()),
        st.tuples(st.just("restore"), st.booleans(), st.none()),
    ),
    max_size=14,
)


@settings(max_examples=25)
@given(steps=STEPS)
def test_the_servers_sums_are_the_ledgers(kit: Any, steps: list[tuple[str, Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_history(kit, Path(folder), steps))


async def _history(kit: Any, folder: Path, steps: list[tuple[str, Any, Any]]) -> None:
    now = int(time.time() * 10**6)
    team = Team()
    device = kit.Device(folder / "home")
    version, unpriced = 1, []
    kept: Path | None = None
    with Server(team) as server:
        team.decide(sync={"interval_s": 60, "dimensions": DIMENSIONS})
        await device.join(server.url, since_us=now - 850 * kit.HOUR_US)
        for what, first, second in steps:
            if what == "call":
                tool = ("codex", "aider", "my-own")[first % 3]
                row = device.call(now - first * kit.HOUR_US, second, tool=tool, project=f"p{first % 2}")
                unpriced += [] if second is not None else [row]
            elif what == "price" and unpriced:
                cost = Cost(pico=first, basis=Basis.LIST, book="2026-11-25")
                entry = Repriced(id=unpriced.pop(), cost=cost, contract=first)
                await asyncio.wrap_future(device.ledger.reprice([entry]))
            elif what == "sync":
                faults = iter([*[None] * second, first])
                server.faults = lambda _method, _path, faults=faults: next(faults, None)
                await device.sync.sync()
            elif what == "cut":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(device.sync.sync(), first / 1000)
                await device.restart()
            elif what == "decide":
                version += 1
                team.decide(version=version, sync={"interval_s": 60, "dimensions": first})
            elif what == "restart":
                await device.restart()
            elif what == "copy":
                kept = await _keep(device, folder)
            elif what == "restore" and kept is not None:
                device.ledger.close()
                old = device.paths.state if first else device.paths.ledger
                if first:  # the whole folder, the mark beside the ledger too; the server says what it knows
                    shutil.rmtree(old)
                    shutil.copytree(kept, old)
                else:
                    for path in old.parent.glob(f"{old.name}*"):
                        path.unlink()
                    shutil.copyfile(kept / old.name, old)
                unpriced.clear()
                await device.again()
                if first:  # what tells is a Put; without one nobody could know
                    device.call(now, 1)
        server.faults = lambda _method, _path: None
        # What a cut errand had under way may still arrive; the server then knows all of it.
        device.sync.pace.anew()
        await device.sync.sync()
        await device.drain()
        try:
            kit.same(device, team)
        finally:
            device.close()


async def _keep(device: Any, folder: Path) -> Path:
    kept = folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    device.ledger.close()
    shutil.copytree(device.paths.state, kept)
    await device.again()
    return kept


@given(
    st.lists(
        st.tuples(st.sampled_from(["touch", "done", "failed", "later", "wait"]), st.integers(0, 4000)), max_size=40
    ),
    st.integers(60, 3600),
)
def test_the_pace(steps: list[tuple[str, int]], interval: int) -> None:
    now = [0.0]
    pace = Pace(lambda: interval, lambda seconds: seconds, lambda: now[0])
    done, asked = float("-inf"), 0.0
    for what, number in steps:
        if what == "wait":
            now[0] += number
        elif what == "touch":
            pace.touch()
        elif pace.due() == 0:
            assert now[0] >= asked
            assert pace.failures or now[0] - done >= interval
            pace.begun()
            if what == "done":
                pace.done()
                done = now[0]
            else:
                pace.failed(retry_after=number if what == "later" else 0)
                asked = now[0] + (number if what == "later" else 0)
        assert 0 <= pace.due() <= max(IDLE_S, interval, LONGEST_S, asked - now[0] + 5)


@pytest.mark.parametrize("seed", range(50))
def test_the_pace_backs_off_and_comes_back(seed: int) -> None:
    now = [float(seed)]
    pace = Pace(lambda: 60, lambda seconds: seconds * 0.75, lambda: now[0])
    waits = []
    for _ in range(12):
        pace.begun()
        pace.failed()
        waits.append(pace.due())
        now[0] += pace.due()
    assert waits == sorted(waits)
    assert waits[-1] <= LONGEST_S
    pace.anew()
    assert pace.due() == 0
