"""A device in one process: a real ledger, the real loop and courier, over real HTTP to ``unrulyteam``'s server."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from unrulyteam import Server, Team

from trayapp.engine.team_verbs import TeamVerbs
from trayapp.engine.teamcourier import Messenger
from trayapp.engine.teamsync import TeamSync
from trayapp.ledger import Ledger
from trayapp.platform.paths import Paths
from trayapp.team import courier
from trayapp.team.errand import Errand, Report
from trayapp.team.terms import Terms
from trayapp.trouble import Trouble
from trayapp.values import Basis, Closing, Confidence, Cost, Leg, Metering, Opening, State, Usage

HOUR_US = 3_600 * 10**6
PUBLIC = {"claude-opus-5-5", "claude-haiku-5-5", "gpt-6-sol"}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Tests of this room may be coroutines."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


class Near(Messenger):
    """The courier's work in a thread: a process for each round would take a second."""

    async def go(self, errand: Errand) -> Report:
        given = msgspec.json.encode(errand)

        def work() -> Report:
            return msgspec.json.decode(
                msgspec.json.encode(courier.run(msgspec.json.decode(given, type=Errand))), type=Report
            )

        return await asyncio.to_thread(work)


class Device:
    """One profile."""

    def __init__(self, home: Path, now_us: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self.paths = Paths(home / "config", home / "state", home / "cache", home / "run")
        self.paths.make()
        self.now_us = now_us
        self.terms: list[Terms] = []
        self.notices: list[str] = []
        self.troubles: dict[str, Trouble] = {}
        self.ledger = Ledger.open(self.paths.ledger)
        self.sync = self._sync()
        self.verbs = TeamVerbs(self.paths, 1, self.sync, now_us)

    def _sync(self) -> TeamSync:
        made = TeamSync(
            self.paths,
            1,
            self.ledger,
            lambda _vendor, model: model if model in PUBLIC else None,
            self.terms.append,
            lambda title, message, _code: self.notices.append(f"{title}: {message}"),
            self.troubles,
            lambda: None,
            pause_s=lambda seconds: seconds,
            now_us=self.now_us,
        )
        made.messenger = Near()
        made.policy._messenger = made.messenger
        return made

    def call(self, at_us: int, pico: int | None = 1_500_000, **more: Any) -> int:
        """One finished call."""
        row_id = self.ledger.new_id()
        usage = Usage(
            legs=(Leg(input=more.pop("input", 10), output=20),),
            model=more.pop("served", "claude-opus-5-5"),
            complete=True,
        )
        values: dict[str, Any] = {
            "vendor": "anthropic",
            "wire": "anthropic-messages",
            "tool": "claude-code",
            "project": "ab12",
            "project_name": "kettle",
            "model_asked": "claude-opus-5-5",
            "account": "api",
            "upstream": "api.anthropic.com:443",
            **more,
        }
        self.ledger.open_row(Opening(id=row_id, started_us=at_us, **values)).result(20)
        self.ledger.close_row(
            Closing(
                id=row_id,
                ended_us=at_us + 10**6,
                state=State.DONE,
                metering=Metering.EXACT,
                confidence=Confidence.EXACT,
                usage=usage,
                cost=None if pico is None else Cost(pico=pico, basis=Basis.LIST, book="2026-11-20"),
                pico_contract=pico,
                pico_marginal=pico,
            )
        ).result(20)
        return row_id

    async def join(
        self, server: str, *, agree: bool = True, since_us: int | None = None, **more: Any
    ) -> dict[str, Any]:
        await self.verbs.invite({"invite": f"{server}/join#{more.pop('token', 'invite-1')}", **more})
        shown: dict[str, Any] = await self.verbs.join({} if since_us is None else {"since_us": since_us})
        if agree:
            await self.verbs.agree(shown)
        return shown

    async def restart(self) -> None:
        """Another engine on the same files."""
        self.ledger.close()
        await self.again()

    async def again(self) -> None:
        self.ledger = Ledger.open(self.paths.ledger)
        self.sync = self._sync()
        self.verbs = TeamVerbs(self.paths, 1, self.sync, self.now_us)
        await self.sync.restore()

    async def drain(self, rounds: int = 60) -> None:
        """Sync until nothing waits."""
        for _ in range(rounds):
            if await self.sync.sync() == "ok":
                standing = await self.sync.outbox(self.sync.must()).standing()
                epoch = self.sync.folder.epoch()
                if standing is not None and not standing.waiting and not standing.unsent and not epoch.former:
                    return
        raise AssertionError("it does not come to rest")

    def sums(self, since_us: int = 0) -> dict[str, int]:
        """What the ledger itself says."""
        totals = self.ledger.totals(since_us).result(20)
        return {
            "calls": totals.calls,
            "input": totals.input,
            "output": totals.output,
            "pico_list": totals.pico_list,
            "pico_contract": totals.pico_contract,
            "pico_marginal": totals.pico_marginal,
            "unpriced": totals.unpriced,
        }

    def close(self) -> None:
        self.ledger.close()


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def server(team: Team) -> Iterator[Server]:
    with Server(team) as running:
        yield running


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    made = Device(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="session")
def kit() -> Any:
    def same(device: Device, team: Team, since_us: int = 0) -> None:
        told, own = team.sums(), device.sums(since_us)
        assert {name: told.get(name, 0) for name in own} == own

    return SimpleNamespace(Device=Device, HOUR_US=HOUR_US, same=same)
