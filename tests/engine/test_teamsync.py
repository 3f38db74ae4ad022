"""A team with real engine processes: joined, told, killed at any moment, decided for; by the courier, over HTTP."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from unrulyteam import Server, Team, text_of

from trayapp.control import ControlError

CANARY = "zebra-canary"
BODY = {
    "model": "claude-opus-5-5",
    "max_tokens": 64,
    "system": f"You work in /home/me/{CANARY}",
    "messages": [{"role": "user", "content": f"tell {CANARY} of {CANARY}.py on branch {CANARY}"}],
}
HEAD = {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    "x-api-key": f"sk-ant-{CANARY}",
    "user-agent": f"claude-cli/2.1.330 ({CANARY})",
    "x-claude-code-session-id": CANARY,
}


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def server(team: Team) -> Iterator[Server]:
    with Server(team) as running:
        yield running


@pytest.fixture
def call(engine: Any) -> Callable[..., int]:
    def send(**more: Any) -> int:
        parts = urlsplit(engine.base("anthropic") + "/v1/messages")
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
        connection.request("POST", parts.path, json.dumps({**BODY, **more}), HEAD)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    return send


def join(engine: Any, server: Server, **more: Any) -> None:
    with engine.client() as client:
        client.ask("team_invite", invite=f"{server.url}/join#invite-1", **more)
        client.ask("team_agree", shown=client.ask("team_join")["shown"])


def come_to_rest(engine: Any, tries: int = 40) -> None:
    for _ in range(tries):
        with engine.client() as client:
            done = client.ask("team_sync")
        if done["result"] == "ok" and not done["team"]["waiting"]:
            return
    raise AssertionError(done)


def ledger_sums(engine: Any) -> dict[str, int]:
    with engine.client() as client:
        rows = client.ask("calls", limit=2000)["rows"]
    final = [row for row in rows if row["state"] not in ("open", "sent", "streaming")]
    found = {"calls": len(final), "pico_list": 0, "output": 0}
    for row in final:
        usd = row["usd_list"]
        found["pico_list"] += 0 if usd is None else _pico(usd)
        found["output"] += row["output"]
    return found


def _pico(usd: str) -> int:
    whole, _, part = usd.partition(".")
    return int(whole) * 10**12 + int(part.ljust(12, "0"))


def same(engine: Any, team: Team) -> None:
    own, told = ledger_sums(engine), team.sums()
    assert {name: told.get(name, 0) for name in own} == own


def test_totals_leave_and_nothing_else(engine: Any, server: Server, team: Team, call: Any) -> None:
    dimensions = ("vendor", "model_asked", "model_served", "tool", "project", "billing", "tier")
    team.decide(sync={"interval_s": 60, "dimensions": dimensions}, mode="frugal")
    for _ in range(3):
        assert call() == 200
    assert team.seen == []
    join(engine, server, label="laptop")
    come_to_rest(engine)
    same(engine, team)
    with engine.client() as client:
        snapshot = client.snapshot()
        assert snapshot.team.team == "Platform"
        assert snapshot.choices.mode == "frugal"
        exported = json.loads(client.ask("team_export")["document"])
    assert exported["buckets"]
    everything = text_of(team.seen)
    assert CANARY not in everything
    assert str(engine.home) not in everything
    assert {bucket.dims.tool for bucket in team.stored.values()} == {"claude-code"}
    log = (engine.paths.log / "spendlight.log").read_text()
    assert not any(token in log for token in team.tokens)


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment(seed: int, engine: Any, server: Server, team: Team, call: Any) -> None:
    luck = random.Random(seed)
    join(engine, server)
    kinds = ("lose", "mute", "twice", "late", (500, {}))
    server.faults = lambda _method, _path: luck.choices((None, *kinds), weights=(8, 1, 2, 1, 1, 1))[0]
    for _ in range(6):
        for _ in range(luck.randrange(1, 4)):
            call()
        ends = threading.Event()

        def ask() -> None:
            try:
                with engine.client() as client:
                    client.ask("team_sync")
            except ControlError:
                pass
            ends.set()  # noqa: B023

        asking = threading.Thread(target=ask)
        asking.start()
        # Anywhere in the round: before it, while the child works, after it.
        ends.wait(luck.random() * 1.5)
        engine.kill()
        asking.join(30)
        engine.start()
    server.faults = lambda _method, _path: None
    come_to_rest(engine)
    same(engine, team)
    assert team.sums()["calls"] >= 6


def test_a_stop_waits_for_no_server(engine: Any, team: Team) -> None:
    server = Server(team)
    join(engine, server)
    hold, reached = threading.Event(), threading.Event()

    def faults(method: str, _path: str) -> Any:
        if method == "GET":
            reached.set()
            hold.wait(30)
        return None

    server.faults = faults
    with engine.client() as client:
        client._socket.sendall(b'{"id":1,"do":"team_sync"}\n')
        assert reached.wait(20)
        began = time.monotonic()
        assert engine.stop() == 0
        assert time.monotonic() - began < 10
    hold.set()
    server.close()


def test_models_that_the_team_does_not_allow(engine: Any, server: Server, team: Team, call: Any) -> None:
    team.decide(allowed_models=["gpt-*"], budgets=[])
    join(engine, server)
    assert call() == 200
    with engine.client() as client:
        assert any(notice.code == "team_model" for notice in client.snapshot().notices)
        client.ask("team_leave", delete=True)
        client.ask("team_invite", invite=f"{server.url}/join#invite-2", consents=["block"])
        client.ask("team_agree", shown=client.ask("team_join")["shown"])
    assert call() == 402
    with engine.client() as client:
        client.ask("team_leave", delete=True)
    assert call() == 200
    assert team.sums() == {}


def test_a_map_serves_another_model_by_itself(engine: Any, server: Server, team: Team, call: Any, settled: Any) -> None:
    team.decide(model_map=[{"to": "claude-haiku-5-5", "asked": "claude-opus-5-5", "consent": "auto"}], mode="balanced")
    join(engine, server)
    assert call() == 200
    rows = settled(1)
    with engine.client() as client:
        (rule,) = [each for each in client.snapshot().choices.rules if each.origin == "team"]
        assert rows[-1]["model_served"] == "claude-haiku-5-5"
        client.ask("pause_rule", rule=rule.id)
    assert call(messages=[{"role": "user", "content": "another one"}]) == 200
    assert settled(2)[-1]["model_served"] == "claude-opus-5-5"


def test_contracts_and_budgets_say_whose_they_are(
    engine: Any, server: Server, team: Team, call: Any, settled: Any
) -> None:
    limit = str(10**6)
    team.decide(
        override=False,
        rates=[{"vendor": "anthropic", "multiplier": "0.5"}],
        budgets=[{"name": "mine", "scope": "me", "period": "day", "pico_limit": limit, "action": "frugal"}],
    )
    join(engine, server)
    assert call() == 200
    (row,) = settled(1)
    with engine.client() as client:
        assert _pico(row["usd_contract"]) * 2 == _pico(row["usd_list"])
        (budget,) = client.ask("budgets")["budgets"]
        assert (budget["name"], budget["source"], budget["fixed"]) == ("Platform: mine", "Platform", True)
        with pytest.raises(ControlError, match="Your team decides that"):
            client.ask("override_budget", budget="Platform: mine")
    engine.stop()
    engine.start()
    with engine.client() as client:
        # The signature is verified anew, beside the calls; then all of it holds again.
        for snapshot in client.snapshots():
            if snapshot.budgets.budgets:
                break
