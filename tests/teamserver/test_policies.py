"""Policies that contradict themselves are refused, with the field's name; what names a pool, and pools that go."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from teamworld import World

from trayapp.team import terms, wire
from trayapp.teamserver import policies, policychecks, pools, problems

NOW = 1_795_651_200  # 2026-11-26
BUDGET = {"name": "x", "scope": "me", "period": "day", "pico_limit": "1000000000000"}
COMMITMENT = {"name": "c", "vendor": "anthropic", "pico": "1000", "since": "2026-01-01", "until": "2027-01-01"}
BAD = [
    (
        "model_map.0.to",
        {"mode": "frugal", "allowed_models": ["claude-*"], "model_map": [{"asked": "claude-opus-5.5", "to": "gpt-6"}]},
    ),
    ("model_map.0.to", {"allowed_models": ["gpt-6"], "model_map": [{"to": "claude-haiku-5.5"}]}),
    ("model_map.0.to", {"model_map": [{"asked": "gpt-6", "to": "GPT-6"}]}),
    ("model_map.0.to", {"model_map": [{"asked": "gpt-6", "to": ""}]}),
    ("model_map.1 ", {"model_map": [{"asked": "a", "to": "b"}, {"asked": "b", "to": "a"}]}),
    ("model_map.1 ", {"model_map": [{"asked": "a", "to": "b"}, {"asked": "a", "to": "c"}]}),
    ("budgets.0.pico_limit", {"budgets": [{**BUDGET, "pico_limit": "0"}]}),
    ("budgets.0.name", {"budgets": [{**BUDGET, "name": " "}]}),
    ("budgets.1.name", {"budgets": [BUDGET, {**BUDGET, "period": "week"}]}),
    ("budgets.0.at", {"budgets": [{**BUDGET, "at": []}]}),
    ("commitments.0.until", {"commitments": [{**COMMITMENT, "until": "2025-12-31"}]}),
    ("commitments.0.until", {"commitments": [{**COMMITMENT, "until": "2026-01-01"}]}),
    ("commitments.0.until", {"commitments": [{**COMMITMENT, "until": "2026-06-01"}]}),
    ("commitments.0.since", {"commitments": [{**COMMITMENT, "since": "2026-02-30"}]}),
    ("commitments.0.pico", {"commitments": [{**COMMITMENT, "pico": "0"}]}),
    ("commitments.1.name", {"commitments": [COMMITMENT, COMMITMENT]}),
    ("commitments.0.vendor", {"commitments": [{**COMMITMENT, "vendor": ""}]}),
    ("rates.0 ", {"rates": [{"vendor": "openai"}]}),
    ("rates.0 ", {"rates": [{"vendor": "openai", "multiplier": "0.9", "rates": {"input": "1"}}]}),
    ("rates.0.vendor", {"rates": [{"vendor": "", "multiplier": "0.9"}]}),
    (
        "rates.0.until",
        {"rates": [{"vendor": "openai", "multiplier": "0.9", "since": "2027-01-01", "until": "2026-12-01"}]},
    ),
    ("rates.0.until", {"rates": [{"vendor": "openai", "multiplier": "0.9", "until": "2020-01-01"}]}),
    ("allowed_models.0", {"allowed_models": [""]}),
    ("allowed_models", {"allowed_models": ["x"] * 1001}),
    ("sync.dimensions.1", {"sync": {"dimensions": ["vendor", "branch"]}}),
    ("mode", {"mode": "furious"}),
    ("$.budgets[0].pico_limit", {"budgets": [{**BUDGET, "pico_limit": "-5"}]}),
]


@pytest.mark.parametrize(("field", "terms_"), BAD, ids=[f"{n}-{field}" for n, (field, _) in enumerate(BAD)])
@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_what_contradicts_itself_is_refused_by_its_field(world: World, field: str, terms_: dict[str, Any]) -> None:
    head = {"Authorization": f"Bearer {world.role_token('admin')}"}
    answer = world.client().post(f"/v1/teams/{world.team}/policies", json=terms_, headers=head)
    assert answer.status_code == 422, answer.text
    message = answer.json()["message"]
    assert f"{message} ".startswith((f"{field} ", f"{field.strip()} ")) or f" {field} " in message
    assert message.endswith(".")
    assert world.join().ask("GET", "/v1/policy").json()["payload"]
    version = world.client().post(f"/v1/teams/{world.team}/policies", json={}, headers=head).json()["version"]
    assert version == 2  # nothing was made of it


def test_a_policy_that_makes_sense_is_taken(world: World) -> None:
    head = {"Authorization": f"Bearer {world.role_token('admin')}"}
    good = {
        "mode": "frugal",
        "allowed_models": ["claude-*", "gpt-6-mini"],
        "model_map": [
            {"asked": "claude-opus-5.5", "to": "claude-sonnet-5.5"},
            {"asked": "claude-sonnet-5.5", "to": "Claude-Haiku-5.5"},
            {"asked": "claude-opus-5.5", "to": "claude-haiku-5.5", "kind": "title"},
            {"asked": "gpt-6", "to": "openai/gpt-6-mini"},
        ],
        "budgets": [BUDGET, {**BUDGET, "name": "all", "scope": "pool"}],
        "commitments": [COMMITMENT],
        "rates": [
            {"vendor": "openai", "multiplier": "0.9", "until": "2027-06-01"},
            {"vendor": "x", "rates": {"input": "3"}},
        ],
    }
    answer = world.client().post(f"/v1/teams/{world.team}/policies", json=good, headers=head)
    assert answer.status_code == 201, answer.text
    assert answer.json()["notes"] == [
        "There is no pool named 'all' yet: that budget stands for nothing until an admin makes one."
    ]
    world.do(lambda c: pools.make(c, world.tenant, "all", 10**15))
    assert world.client().post(f"/v1/teams/{world.team}/policies", json=good, headers=head).json()["notes"] == []


def test_a_contract_that_has_ended_may_stay_in_the_next_version(world: World) -> None:
    ended = wire.Commitment(**{**COMMITMENT, "until": "2026-06-01"})
    before = wire.Policy(team="t", version=1, issued=0, expires=NOW, commitments=(ended,))
    after = msgspec.structs.replace(before, version=2, mode="balanced")
    policychecks.check(after, NOW, before)
    with pytest.raises(problems.Refused, match="422"):
        policychecks.check(after, NOW)


@st.composite
def anything(draw: st.DrawFn) -> wire.Policy:
    """A policy of the right types, sense or nonsense."""
    words = st.sampled_from(("", " ", "a", "b", "claude-*", "x\u200b"))
    days = st.sampled_from(("", "2026-02-30", "2026-01-01", "2027-01-01", "2020-01-01"))
    amounts = st.sampled_from(("0", "1", "1000000000000"))
    budgets = st.builds(
        wire.TeamBudget,
        name=words,
        scope=st.sampled_from(("me", "team", "pool")),
        period=st.just("day"),
        pico_limit=amounts,
        at=st.lists(st.integers(1, 1000), max_size=2).map(tuple),
    )
    decimals = st.sampled_from(("", "0.9", "1"))
    rates = st.builds(
        wire.Rate,
        vendor=st.sampled_from(("", "openai", "anthropic")),
        model=words,
        multiplier=decimals,
        rates=st.dictionaries(st.sampled_from(("input", "output")), decimals, max_size=2),
        since=days,
        until=days,
    )
    commitments = st.builds(
        wire.Commitment, name=words, vendor=st.sampled_from(("", "openai")), pico=amounts, since=days, until=days
    )
    maps = st.builds(wire.ModelMap, to=words, asked=words)
    few = {"max_size": 2}
    return wire.Policy(
        team="t",
        version=1,
        issued=NOW,
        expires=NOW + 99,
        budgets=tuple(draw(st.lists(budgets, **few))),
        rates=tuple(draw(st.lists(rates, **few))),
        commitments=tuple(draw(st.lists(commitments, **few))),
        model_map=tuple(draw(st.lists(maps, **few))),
        allowed_models=tuple(draw(st.lists(words, **few))),
    )


@given(anything())
@settings(max_examples=600)
def test_what_is_published_can_be_used_by_devices(policy: wire.Policy) -> None:
    """Whatever passes here is a policy that the device's own judgement takes whole."""
    try:
        policychecks.check(policy, NOW)
    except problems.Refused:
        return
    terms.check(policy)


def test_a_pool_that_a_policy_names_is_not_taken_away(world: World) -> None:
    world.do(lambda c: pools.make(c, world.tenant, "all", 10**15, kind="hard"))
    shared = wire.TeamBudget(name="all", scope="pool", period="month", pico_limit="1000")
    new = policies.Terms(budgets=(shared,))
    world.do(lambda c: policies.publish(c, world.keys, world.tenant, world.team, new, world.now()))
    with pytest.raises(problems.Refused) as refused:
        world.do(lambda c: pools.drop(c, world.tenant, "all"))
    assert refused.value.problem.code == "named_pool"
    assert "Everyone" in refused.value.problem.message
    device = world.join()
    held = device.ask("POST", "/v1/pools/all/leases", json={"pico": "1000000"}).json()
    empty = policies.Terms()
    world.do(lambda c: policies.publish(c, world.keys, world.tenant, world.team, empty, world.now()))
    world.do(lambda c: pools.drop(c, world.tenant, "all"))
    # A device that still holds a lease of it hears so, and a new pool of that name knows nothing of the old leases.
    again = {"pico": "1000000", "used": "999000000", "last": held["id"]}
    answer = device.ask("POST", "/v1/pools/all/leases", json=again)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_pool")
    assert device.ask("GET", "/v1/pools").json() == {"pools": []}
    world.do(lambda c: pools.make(c, world.tenant, "all", 10**12, kind="hard"))
    assert int(device.ask("POST", "/v1/pools/all/leases", json=again).json()["pico"]) == 1_000_000
