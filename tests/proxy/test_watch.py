"""How hooks are run: at once when they can, in a task when they must, never twice, never for ever."""

from __future__ import annotations

import asyncio
import logging

import pytest

from trayapp.proxy import watch


async def run(hook):
    """Run a hook; returns its result and whether it was there at once."""
    jobs, results = set(), []
    done = asyncio.Event()

    def finish(result):
        results.append(result)
        done.set()

    watch.run("opening", hook, finish, jobs)
    at_once = done.is_set()
    assert bool(jobs) is not at_once
    await done.wait()
    assert not jobs
    await asyncio.sleep(0)
    assert len(results) == 1
    return results[0], at_once


class TestRun:
    async def test_a_hook_that_does_not_wait_is_done_at_once(self, bench):
        async def hook():
            return b"x"

        assert await run(hook) == (b"x", True)

    async def test_a_hook_that_waits_for_many_things(self, bench):
        async def inner():
            await asyncio.sleep(0)
            return b"inner"

        async def hook():
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.set_result, b"first ")
            out = await future
            await asyncio.sleep(0)
            async with asyncio.timeout(5):
                out += await asyncio.create_task(inner())
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 0.01)
            except TimeoutError:
                out += b" and late"
            return out

        assert await run(hook) == (b"first inner and late", False)

    async def test_wait_for_may_come_first(self, bench):
        async def hook():
            event = asyncio.Event()
            asyncio.get_running_loop().call_soon(event.set)
            await asyncio.wait_for(event.wait(), 5)
            return b"x"

        assert await run(hook) == (b"x", False)

    @pytest.mark.parametrize("waits", [False, True])
    async def test_a_hook_that_fails(self, bench, caplog, waits):
        watch._known_faults.clear()

        async def hook():
            if waits:
                await asyncio.sleep(0)
            raise ValueError("sk-ant-CANARY")

        with caplog.at_level(logging.ERROR):
            assert await run(hook) == (None, not waits)
            await run(hook)
        assert [record.getMessage() for record in caplog.records] == ["the opening hook failed with ValueError"]

    async def test_a_failing_future_is_seen_by_the_hook(self, bench):
        async def hook():
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.set_exception, KeyError())
            try:
                await future
            except KeyError:
                return b"handled"

        assert await run(hook) == (b"handled", False)

    async def test_a_hook_that_dawdles_is_cancelled(self, bench, monkeypatch):
        monkeypatch.setattr(watch, "PATIENCE", 0.02)
        cancelled = asyncio.Event()

        async def hook():
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        assert await run(hook) == (None, False)
        assert cancelled.is_set()

    async def test_a_fault_after_the_hook_is_not_the_hooks(self, bench):
        """What comes after a hook runs once, even when it fails itself."""
        calls = []

        async def hook():
            return None

        def after(result):
            calls.append(result)
            raise LookupError

        with pytest.raises(LookupError):
            watch.run("opening", hook, after, set())
        assert calls == [None]
