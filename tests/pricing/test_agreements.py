"""Agreements as a user writes them: what they cover, from when, and what is refused whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.pricing import Agreements, Book, BookError, Contract, occasion, price
from trayapp.pricing.agreements import UNREADABLE, moment, read, read_contract
from trayapp.pricing.contracts import Occasion
from trayapp.pricing.managed import ManagedError, from_managed
from trayapp.values import Basis, Kind, Leg, Usage

Json = dict[str, Any]
OPUS = Usage(
    legs=(Leg(input=1000, cache_write=200, cache_write_1h=100, output=100),), model="claude-opus-5-5", complete=True
)


def agreed(*contracts: Json) -> Agreements:
    return read({"contracts": list(contracts)})


@pytest.mark.parametrize(
    ("provider", "vendor", "covered"),
    [
        ("openai", "chatgpt", True),
        ("chatgpt", "chatgpt", True),
        ("chatgpt", "openai", False),
        ("OpenAI", "openai", True),
        ("google", "gemini", True),
        ("google", "vertex", True),
        ("gemini", "vertex", False),
        ("openai", "azure", False),
        ("x-ai", "grok", True),
        ("my-gateway", "my-gateway", True),
        ("anthropic", "openrouter", False),
    ],
)
def test_who_sells(shipped: Book, provider: str, vendor: str, covered: bool) -> None:
    call = occasion(shipped, vendor=vendor, served=None, asked=None, at_us=0)
    assert read_contract({"provider": provider, "multiplier": 1}).covers(call) is covered


@pytest.mark.parametrize(
    ("pattern", "served", "asked", "covered"),
    [
        ("claude-opus-*", "claude-opus-5-5", "claude-opus-5-5", True),
        ("claude-opus-5-5[1m]", "claude-opus-5-5", "claude-opus-5-5[1m]", True),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001", None, True),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5", None, False),
        ("claude-opus-5-5", "anthropic/claude-opus-5-5", None, True),
        ("anthropic/*", "anthropic/claude-opus-5-5", None, True),
        ("claude-opus-5-5", "us.anthropic.claude-opus-5-5-v1:0", None, True),
        # What served decides, not what was asked for ...
        ("claude-opus-*", "claude-haiku-5-5", "claude-opus-5-5", False),
        ("claude-haiku-*", "claude-haiku-5-5", "claude-opus-5-5", True),
        # ... but a deployment's name is no model's.
        ("our-deployment", "claude-haiku-5-5", "our-deployment", True),
        ("claude-opus-*", None, "claude-opus-5-5", True),
        ("claude-*", None, None, False),
    ],
)
def test_which_model(shipped: Book, pattern: str, served: str | None, asked: str | None, covered: bool) -> None:
    call = occasion(shipped, vendor="anthropic", served=served, asked=asked, at_us=0)
    assert read_contract({"model": pattern, "multiplier": 1}).covers(call) is covered


def test_key_project_and_host(shipped: Book) -> None:
    call = occasion(
        shipped,
        vendor="anthropic",
        served=None,
        asked=None,
        at_us=0,
        credential="0123456789abcdef",
        projects=("f00d", "widgets"),
        host="API.anthropic.com",
    )
    for match in (
        {"credential": "0123456789ABCDEF"},
        {"key": "0123456789abcdef"},
        {"project": "widgets"},
        {"project": "f00d"},
        {"host": "api.anthropic.com"},
        {"host": "api.anthropic.com", "project": "widgets", "provider": "anthropic"},
    ):
        assert read_contract({"match": match, "multiplier": 1}).covers(call), match
        assert read_contract({**match, "multiplier": 1}).covers(call), match
        assert not read_contract({**match, "multiplier": 1}).covers(Occasion(vendors=("anthropic",))), match
    assert not read_contract({"project": "widget", "multiplier": 1}).covers(call)


def test_validity_is_half_open_and_begins_at_midnight(us: Callable[[str], int]) -> None:
    made = read_contract({"from": "2026-11-01", "to": "2026-12-01", "multiplier": 1})
    for at, covered in (
        ("2026-10-31T23:59:59Z", False),
        ("2026-11-01T00:00:00Z", True),
        ("2026-11-30T23:59:59Z", True),
        ("2026-12-01T00:00:00Z", False),
    ):
        assert made.covers(Occasion(vendors=("x",), at_us=us(at))) is covered, at
    berlin = read_contract({"from": date(2026, 11, 1), "zone": "Europe/Berlin", "multiplier": 1})
    assert berlin.since_us == us("2026-10-31T23:00:00Z")


def test_what_a_moment_may_be(us: Callable[[str], int]) -> None:
    want = us("2026-11-01T00:00:00Z")
    for value in ("2026-11-01", date(2026, 11, 1), datetime(2026, 11, 1, tzinfo=UTC)):
        assert moment(value) == want
    assert moment(want // 10**6) == moment(Decimal(want // 10**6)) == want
    assert moment(None) is None
    for value in ("soon", "", -1, True, 10**30, Decimal("NaN"), [], 1.5):
        with pytest.raises(BookError):
            moment(value)


@given(st.lists(st.sampled_from(["claude-*", "claude-opus-*", "*", "gpt-*", "claude-opus-5-5"]), max_size=6))
def test_the_first_match_wins(patterns: list[str]) -> None:
    made = agreed(*({"name": str(n), "model": pattern, "multiplier": 1} for n, pattern in enumerate(patterns)))
    found = made.contract(Occasion(vendors=("anthropic",), models=("claude-opus-5-5",)))
    matching = [str(n) for n, pattern in enumerate(patterns) if pattern != "gpt-*"]
    assert (None if found is None else found.name) == (matching[0] if matching else None)


@pytest.mark.parametrize(
    "sections",
    [
        {"contracts": [{"name": "a"}]},
        {"contracts": [{"multiplier": 1, "rates": {"input": 1}}]},
        {"contracts": [{"multiplier": 1, "discount": {"input": 1}}]},
        {"contracts": [{"discount": {}}]},
        {"contracts": [{"discount": {"input": 11}}]},
        {"contracts": [{"discount": {"thoughts": 1}}]},
        {"contracts": [{"multiplier": "0"}]},
        {"contracts": [{"multiplier": 10.01}]},
        {"contracts": [{"multiplier": 1, "plan": "x"}]},
        {"contracts": [{"multiplier": 1, "match": {"provider": "a"}, "provider": "b"}]},
        {"contracts": [{"multiplier": 1, "match": "a"}]},
        {"contracts": [{"multiplier": 1, "provider": 7}]},
        {"contracts": [{"multiplier": 1, "name": ""}, {"multiplier": 1, "name": "contract-1"}]},
        {"contracts": [{"multiplier": 1, "name": "x" * 65}]},
        {"contracts": [{"multiplier": 1, "from": "2026-02-01", "to": "2026-01-01"}]},
        {"contracts": [{"multiplier": 1, "name": "a"}], "pools": [{"name": "a", "amount_usd": 1}]},
        {"plans": [{"name": "x"}]},
        {"plans": [{"vendor": "anthropic", "monthly_usd": "a lot"}]},
        {"plans": [{"vendor": "anthropic", "from": "2026-02-01", "to": "2026-01-01"}]},
    ],
)
def test_what_is_half_understood_is_refused_whole(sections: Json) -> None:
    with pytest.raises(BookError) as caught:
        read(sections)
    assert caught.value.title
    assert caught.value.fix


def test_entries_without_a_name_are_numbered() -> None:
    made = read({"contracts": [{"multiplier": 1}], "pools": [{"amount_usd": 1}], "plans": [{"vendor": "anthropic"}]})
    assert [made.contracts[0].name, made.pools[0].name, made.plans[0].name] == ["contract-1", "pool-1", "plan-1"]
    assert not made.none
    assert Agreements().none
    assert not UNREADABLE.none


def test_plans_are_found_by_their_traffic() -> None:
    made = read(
        {
            "plans": [
                {"name": "Max", "vendor": "anthropic", "monthly_usd": 100, "to": "2026-11-01"},
                {"name": "Max", "vendor": "anthropic", "monthly_usd": 200, "from": "2026-11-01"},
                {"name": "seat", "vendor": "gw", "credential": "0123456789abcdef"},
            ]
        }
    )
    call = Occasion(vendors=("anthropic", "anthropic"), at_us=0)
    assert made.plan(call, "subscription") == "Max"
    assert made.plan(call, "api") is None
    assert made.plan(Occasion(vendors=("chatgpt", "openai")), "subscription") == "chatgpt"
    assert made.plan(Occasion(vendors=("other", "other")), "subscription") == "other-plan"
    assert made.plan(Occasion(vendors=("gw", "gw"), credential="0123456789abcdef"), "api") == "seat"
    assert made.plan(Occasion(vendors=("gw", "gw"), credential="f"), "api") is None


def cost(book: Book, contract: Contract | None, usage: Usage = OPUS, vendor: str = "anthropic", **more: Any) -> Any:
    return price(usage, vendor=vendor, model_asked=usage.model, at_us=10**15 * 2, book=book, contract=contract, **more)


def test_a_discount_by_component(shipped: Book) -> None:
    whole = dict(cost(shipped, None).components)
    less = cost(shipped, read_contract({"discount": {"input": "0.5", "cache_write": 0}}))
    assert less.basis is Basis.CONTRACT
    assert dict(less.components) == {**whole, "input": whole["input"] // 2, "cache_write": 0, "cache_write_1h": 0}


def test_rates_need_no_list(shipped: Book) -> None:
    unknown = Usage(legs=(Leg(input=1000, output=10),), model="claude-nebula-99", complete=True)
    fixed = read_contract({"rates": {"input": "2", "output": "4"}})
    assert cost(shipped, None, unknown).pico is None
    assert cost(shipped, fixed, unknown).pico == 2040 * 10**6
    assert cost(shipped, read_contract({"multiplier": 1}), unknown).pico is None
    missing = cost(shipped, read_contract({"rates": {"input": "2"}}), unknown)
    assert (missing.pico, "missing_rate:output" in missing.flags) == (None, True)


def test_a_leg_of_another_model_is_charged_by_what_was_agreed_for_that_one(shipped: Book) -> None:
    usage = Usage(
        legs=(Leg(input=1000), Leg(model="claude-haiku-5-5", kind="advisor", input=1000)),
        model="claude-opus-5-5",
        complete=True,
    )
    opus = read_contract({"model": "claude-opus-*", "rates": {"input": "1"}})
    haiku = read_contract({"model": "claude-haiku-*", "rates": {"input": "3"}})
    assert cost(shipped, opus, usage).pico == 2000 * 10**6
    assert cost(shipped, opus, usage, others=lambda _: haiku).pico == 4000 * 10**6
    listed = cost(shipped, None, Usage(legs=(Leg(input=1000),), model="claude-haiku-5-5")).pico
    assert cost(shipped, opus, usage, others=lambda _: None).pico == 1000 * 10**6 + listed


def test_what_the_vendor_states_is_changed_only_by_a_contract_with_that_vendor(shipped: Book) -> None:
    usage = Usage(legs=(Leg(input=1000, output=10),), model="openai/gpt-5.5", stated_pico=1001, complete=True)

    def by(**fields: Any) -> Any:
        return cost(shipped, read_contract(fields), usage, "openrouter")

    assert by(multiplier="0.5").pico == 1001
    halved = by(provider="openrouter", multiplier="0.5")
    assert (halved.pico, halved.basis) == (500, Basis.CONTRACT)
    assert by(rates={"input": "1", "output": "1"}).pico == 1001
    assert by(provider="openrouter", rates={"input": "1", "output": "1"}).pico == 1010 * 10**6
    left = by(provider="openrouter", discount={"input": "0.5"})
    assert (left.pico, "discount_not_applied" in left.flags) == (1001, True)


def test_known_zeros_stay_zero_unless_rates_are_agreed_for_that_vendor(shipped: Book) -> None:
    usage = Usage(legs=(Leg(input=1000),), model="llama3", complete=True)
    assert cost(shipped, read_contract({"rates": {"input": "1"}}), usage, "ollama").pico == 0
    assert cost(shipped, read_contract({"provider": "ollama", "rates": {"input": "1"}}), usage, "ollama").pico == 10**9
    free = cost(shipped, read_contract({"multiplier": 10}), kind=Kind.COUNT)
    assert (free.pico, free.basis) == (0, Basis.FREE_TIER)


def test_claude_codes_managed_prices() -> None:
    text = (
        '{"permissions": {}, "modelPricing": {"multiplier": 0.85, "overrides": {"claude-opus-5-5":'
        ' {"input": 3.1, "output": 15, "cacheRead": 0.15, "cacheWrite": 3.75}}}}'
    )
    made = read({"contracts": from_managed(text)})
    opus, rest = made.contracts
    assert opus.rates == {
        "input": 3_100_000,
        "output": 15_000_000,
        "cache_read": 150_000,
        "cache_write": 3_750_000,
        "cache_write_1h": 3_750_000,
        "cache_write_12h": 3_750_000,
    }
    assert rest.multiplier == 850_000
    call = Occasion(vendors=("anthropic",), models=("claude-opus-5-5-20261101", "claude-opus-5-5"))
    assert made.contract(call) is opus
    assert made.contract(Occasion(vendors=("anthropic",), models=("claude-haiku-5-5",))) is rest
    assert made.contract(Occasion(vendors=("bedrock", "aws"), models=("claude-opus-5-5",))) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"modelPricing": {}}',
        '{"modelPricing": 5}',
        '{"modelPricing": {"multiplier": 0}}',
        '{"modelPricing": {"multiplier": "much"}}',
        '{"modelPricing": {"overrides": []}, "x": 1}',
        '{"modelPricing": {"overrides": [1]}}',
        '{"modelPricing": {"overrides": {"m": {}}}}',
        '{"modelPricing": {"overrides": {"m": {"input": -1}}}}',
        '{"modelPricing": {"overrides": {"m": {"thinking": 1}}}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_managed_price_is_refused(text: str) -> None:
    with pytest.raises(ManagedError) as caught:
        from_managed(text)
    assert str(caught.value)
