"""A used-up budget stops real clients: each shows the sentence and ends, none asks the vendor, none asks on and on."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from connected import Home, Ran

from tests.e2e.conftest import Scene
from tests.e2e.test_connected_npm import FIRST, Case, more_of, named
from tests.e2e.test_connected_py import AIDER_MODELS, aider
from trayapp.control import Address, Client

__all__ = ["more_of"]  # a fixture
MOST = 3
"""Requests that a client may make in all: its own and its side calls', each once."""
WORDS = "your budget 'tiny' is used up"


@pytest.fixture
def stopped(scene: Scene) -> Iterator[Scene]:
    """Spendlight with a budget that is used up and stops new calls."""
    body = {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": "hello"}]}
    headers = {"x-api-key": "sk-ant-test", "anthropic-version": "2023-06-01", "content-type": "application/json"}
    request = urllib.request.Request(scene.url("anthropic") + "/v1/messages", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    scene.rows(1)
    with Client(Address(scene.paths.control)) as client:
        made = client.ask("set_budget", name="tiny", period="month", usd="0.000001", action="stop")
        assert made["budgets"]["stopped"] == ["tiny"]
        scene.begin()
        yield scene
        client.ask("remove_budget", budget="tiny")


def check(scene: Scene, ran: Ran) -> None:
    with Client(Address(scene.paths.control)) as client:
        rows = client.ask("calls", limit=1000, newest_first=True)["rows"]
    refused = [row for row in rows if row["id"] not in scene._before]
    assert [c for c in scene.vendor.counted.calls() if c.wire and c.op != "count"] == []
    assert 1 <= len(refused) <= MOST, (len(refused), ran.out[-300:], ran.err[-300:])
    assert {(row["state"], row["usd_list"]) for row in refused} == {("not_sent", "0")}
    shown = " ".join((ran.out + ran.err).replace("\\", "").split())
    assert WORDS in shown, (ran.code, shown)


def test_claude_code(stopped: Scene, claude_code: Callable[..., Ran]) -> None:
    check(stopped, claude_code(stopped.url("anthropic"), "-p", "Say the magic word."))


@pytest.mark.parametrize("login", ["apikey", "chatgpt"])
def test_codex(stopped: Scene, codex: Callable[..., Ran], login: str) -> None:
    check(stopped, codex(stopped.url("openai") + "/v1", "Say the magic word.", login=login))


ONE_EACH = list({case.tool + case.vendor: case for case in FIRST if not case.mode}.values())


@pytest.mark.thorough
@pytest.mark.parametrize("case", ONE_EACH, ids=named)
def test_others(
    stopped: Scene, client_home: Callable[..., Home], more_of: Callable[[Case], dict[str, str]], case: Case
) -> None:
    home = client_home(case.command[0])
    for name, text in case.files.items():
        home.write(name, text, 0o600)
    env = more_of(case)
    home.connect(case.tool, more=env)
    check(stopped, home.run(case.command, env))


@pytest.mark.thorough
@pytest.mark.parametrize("model", AIDER_MODELS.values())
def test_aider(stopped: Scene, client_home: Callable[..., Home], model: str) -> None:
    home = client_home("aider")
    home.connect("aider")
    check(stopped, aider(home, model))
