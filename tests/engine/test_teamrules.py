"""What a team decides about models and shared money."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trayapp.budget import Budget
from trayapp.engine.budgetbook import BudgetBook
from trayapp.engine.budgetkeeper import BudgetKeeper
from trayapp.engine.budgetsums import BudgetSums
from trayapp.engine.teamrules import TeamRules
from trayapp.ledger import Ledger
from trayapp.platform.resources import resource
from trayapp.pricing import load
from trayapp.routing.rules import Asked, Rule
from trayapp.team.terms import NONE, Terms
from trayapp.team.wire import ModelMap
from trayapp.teamviews import PoolView
from trayapp.trouble import TroubleError
from trayapp.values import Call, Kind

OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"


@pytest.fixture(scope="module")
def book() -> Any:
    return load(resource("pricebook.json").read_bytes())


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def rests() -> dict[str, tuple[str, int]]:
    return {}


@pytest.fixture
def rules(book: Any, told: list[str], rests: dict[str, tuple[str, int]]) -> TeamRules:
    def dearer(_vendor: str, asked: str, served: str) -> bool | None:
        order = [HAIKU, OPUS, "claude-fable-5-2"]
        return order.index(served) > order.index(asked) if {asked, served} <= {*order} else None

    return TeamRules(lambda: book, rests.get, dearer, lambda title, _message, _code: told.append(title))


def terms(**more: Any) -> Terms:
    return Terms(team="Platform", version=1, expires=2**40, **more)


def asked(model: str = OPUS, tool: str | None = "codex", vendor: str = "anthropic") -> Asked:
    return Asked(vendor=vendor, model=model, kind=Kind.MAIN, tool=tool)


def test_a_map_is_a_rule_with_its_source(rules: TeamRules, rests: dict[str, tuple[str, int]]) -> None:
    assert not rules.active
    rules.terms = terms(model_map=(ModelMap(to=HAIKU, asked=OPUS, kind="title", consent="auto"),))
    assert rules.active
    (rule,) = rules.rules(asked())
    assert (rule.origin, rule.scope, rule.value, rule.model) == ("team", "kind", "side:title", HAIKU)
    rests[rule.id] = ("user", 2**62)
    assert rules.rules(asked())[0].paused == "user"
    rules.terms = terms(model_map=rules.terms.model_map, override=False)
    assert not rules.rules(asked())[0].paused
    rests[rule.id] = ("refused", 2**62)
    assert rules.rules(asked())[0].paused == "refused"


@pytest.mark.parametrize(
    ("entry", "request_"),
    [
        ({"to": "claude-fable-5-2"}, asked()),  # dearer
        ({"to": HAIKU}, asked(HAIKU)),  # itself
        ({"to": HAIKU}, asked(vendor="openai")),  # nobody sells it there
        ({"to": "gpt-6-luna"}, asked()),
        ({"to": "no-such-model"}, asked()),
        ({"to": HAIKU, "asked": "claude-opus-4-8"}, asked()),
        ({"to": HAIKU, "tool": "aider"}, asked()),
        ({"to": HAIKU, "kind": "no-such-kind"}, asked()),
        ({"to": HAIKU, "kind": "probe"}, asked()),
        ({"to": HAIKU, "consent": "ask"}, asked()),
    ],
)
def test_what_is_no_rule(entry: dict[str, str], request_: Asked, rules: TeamRules) -> None:
    rules.terms = terms(model_map=(ModelMap(**{"consent": "auto", **entry}),))
    assert rules.rules(request_) == ()


def test_a_suggestion_becomes_a_rule_only_by_its_member(rules: TeamRules) -> None:
    rules.terms = terms(model_map=(ModelMap(to=HAIKU, kind="subagent"), ModelMap(to=HAIKU, asked=OPUS)))
    used = [("anthropic", OPUS, "codex")]
    first, second = rules.suggestions(used, lambda _rule: False)
    assert first.title == f"Platform suggests subagent: {HAIKU}"
    assert rules.suggestions(used, lambda _rule: True) == []
    rule = rules.accepted(second.id)
    assert rule is not None
    assert (rule.vendor, rule.asked, rule.model, rule.scope, rule.origin) == (
        "anthropic",
        OPUS,
        HAIKU,
        "always",
        "team",
    )
    assert rules.accepted("team:9:x:y") is None
    assert rules.accepted("kind:title") is None
    rules.terms = terms(model_map=rules.terms.model_map, allowed=("claude-opus-*",))
    assert rules.suggestions(used, lambda _rule: False) == []
    assert rules.accepted(second.id) is None


def test_inside_what_is_allowed(rules: TeamRules, told: list[str]) -> None:
    own = (
        Rule(id="1", vendor="anthropic", model=HAIKU),
        Rule(id="2", vendor="anthropic", model=OPUS),
        Rule(id="3", vendor="anthropic", effort="low"),
    )
    assert rules.inside(own) == own
    rules.terms = terms(allowed=("claude-opus-*",))
    assert [rule.id for rule in rules.inside(own)] == ["2", "3"]
    call = Call(vendor="anthropic", wire="anthropic-messages", model=HAIKU, tool="codex")
    assert rules.refusal(call) is None
    assert rules.refusal(call) is None
    assert told == [f"Platform does not allow {HAIKU}"]
    rules.terms = terms(allowed=("claude-opus-*",), block=True)
    refusal = rules.refusal(call)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (400, "model_not_allowed")
    assert rules.refusal(msgspec.structs.replace(call, kind=Kind.COUNT)) is None
    assert rules.refusal(msgspec.structs.replace(call, model=f"{OPUS}-20260901")) is None
    rules.terms = NONE
    assert rules.refusal(call) is None


def test_a_pool_acts_by_what_its_server_says(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    now = [1_795_000_000_000_000]
    told: list[str] = []
    pools: list[PoolView] = []

    async def run() -> None:
        keeper = BudgetKeeper(
            BudgetSums(ledger),
            BudgetBook(tmp_path / "budgets.json"),
            lambda _now: (),
            lambda title, *_: told.append(title),
            lambda: None,
            now_us=lambda: now[0],
        )
        keeper.pools = lambda: pools
        keeper.take(
            (
                Budget(
                    name="Platform: gpu",
                    period=None,
                    pico=0,
                    kind="pool",
                    value="gpu",
                    action="stop",
                    act_at=100,
                    source="Platform",
                    fixed=True,
                ),
            )
        )
        ask = {"vendor": "anthropic", "tool": None, "project": None, "account": "api", "kind": Kind.MAIN}
        await keeper.look()
        assert keeper.refusal(**ask) is None
        assert keeper.view().budgets[0].share is None
        at = now[0] // 10**6
        pools.append(PoolView(name="gpu", period="month", since=at - 9, until=at + 99, pico_limit=10**12, share=0.85))
        await keeper.look()
        assert told == ["Platform's pool gpu has reached 50 %", "Platform's pool gpu has reached 80 %"]
        pools[0] = PoolView(name="gpu", period="month", since=at - 9, until=at + 99, pico_limit=10**12, share=1.0)
        await keeper.look()
        refusal = keeper.refusal(**ask)
        assert refusal is not None
        assert "Platform's pool gpu" in refusal.message
        assert keeper.refusal(**{**ask, "account": "subscription"}) is None
        with pytest.raises(TroubleError, match="Your team decides that"):
            await keeper.override("Platform: gpu", None)
        now[0] += 100 * 10**6  # its period has ended; nothing was heard since
        assert keeper.refusal(**ask) is None
        await keeper.close()

    try:
        asyncio.run(run())
    finally:
        ledger.close()
