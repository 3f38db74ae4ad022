from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.pricing import Book, contract, price
from trayapp.pricing.prices import TOKENS
from trayapp.values import Basis, Cost, Kind, Leg, Usage

Books = Callable[..., Book]
RATES = {"input": 100, "cache_read": 10, "output": 500, "web_search": 10_000}


def cost_of(book: Book, usage: Usage, **more: Any) -> Cost:
    return price(usage, **{"vendor": "acme", "model_asked": "coder", "at_us": 0, "book": book, **more})


def one(**counts: Any) -> Usage:
    return Usage(legs=(Leg(**counts),))


@pytest.mark.parametrize(
    ("count", "expected"),
    # 0.5 a token: halves go to the even neighbour.
    [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4), (9, 4)],
)
def test_rounding_is_half_even_once(book_of: Books, count: int, expected: int) -> None:
    book = book_of(prices=[{"rates": {"input": 1}}], variants={"batch": [{"mult": "0.5"}]})
    assert cost_of(book, one(input=count), kind=Kind.BATCH).pico == expected


def test_a_component_is_rounded_once_over_all_legs(book_of: Books) -> None:
    book = book_of(prices=[{"rates": {"input": 1, "output": 1}}], variants={"batch": [{"mult": "0.5"}]})
    usage = Usage(legs=(Leg(input=1, output=1), Leg(input=1), Leg(input=1)))
    cost = cost_of(book, usage, kind=Kind.BATCH)
    # input 1.5 → 2, output 0.5 → 0; rounding each leg would have given 0 and 0.
    assert cost.components == (("input", 2), ("output", 0))
    assert cost.pico == 2


def test_four_multipliers_stay_exact(book_of: Books) -> None:
    book = book_of(
        prices=[{"rates": {"input": 999_999_999_989}}],
        variants={"fast": [{"mult": "2.000001"}]},
        geo={"us": "1.100001"},
        region={"eu": "1.100003"},
    )
    usage = Usage(legs=(Leg(input=12_345_677),), speed="fast", geo="us")
    agreed = contract(times_list="0.123457")
    cost = cost_of(book, usage, contract=agreed, host="EU.acme.test")
    exact = 12_345_677 * 999_999_999_989 * Fraction("2.000001")
    exact *= Fraction("1.100001") * Fraction("1.100003") * Fraction("0.123457")
    assert cost.pico == round(exact)
    assert cost.basis is Basis.CONTRACT
    assert cost.flags == ("fast", "geo:us", "region:eu")


def test_the_tier_is_chosen_for_each_leg_by_its_own_prompt(book_of: Books) -> None:
    prices = [{"rates": {"input": 1, "output": 1}, "tiers": [{"over": 100, "rates": {"input": 5, "output": 5}}]}]
    book = book_of(prices=prices)
    short = cost_of(book, Usage(legs=(Leg(input=100, output=1), Leg(input=100, output=1))))
    assert (short.pico, short.flags) == (202, ())
    mixed = cost_of(book, Usage(legs=(Leg(input=101, output=1), Leg(input=100, output=1))))
    assert (mixed.pico, mixed.flags) == (510 + 101, ("long_prompt",))


def test_cached_and_written_tokens_count_toward_the_threshold(book_of: Books) -> None:
    rates = {"input": 1, "cache_read": 1, "cache_write": 1}
    long_rates = dict.fromkeys(rates, 5)
    book = book_of(prices=[{"rates": rates, "tiers": [{"at_least": 30, "rates": long_rates}]}])
    assert cost_of(book, one(input=9, cache_read=10, cache_write=10)).pico == 29
    assert cost_of(book, one(input=10, cache_read=10, cache_write=10)).pico == 150


@pytest.mark.parametrize(
    ("usage", "flags"),
    [
        (Usage(legs=(Leg(input=1),), model="unheard-of"), ("unknown_model",)),
        (Usage(legs=(Leg(input=1), Leg(input=1, model="unheard-of"))), ("unknown_model",)),
        (Usage(legs=(Leg(input=1, cache_write=1),)), ("missing_rate", "missing_rate:cache_write")),
        (Usage(legs=(Leg(output_audio=1),)), ("missing_rate", "missing_rate:output_audio")),
        (Usage(legs=(Leg(input=1),), file_searches=1), ("missing_rate", "missing_rate:file_search")),
        (Usage(legs=(Leg(input=1),), tier="turbo"), ("unknown_tier", "missing_rate")),
        (Usage(legs=(Leg(input=1),), speed="fast"), ("unknown_speed", "missing_rate")),
        (Usage(legs=(Leg(input=1),), geo="moon"), ("unknown_geo",)),
        (Usage(), ("no_usage",)),
        (Usage(web_searches=3, complete=True), ("no_usage",)),
    ],
)
def test_what_is_not_known_is_unpriced_never_zero(book_of: Books, usage: Usage, flags: tuple[str, ...]) -> None:
    cost = cost_of(book_of(prices=[{"rates": RATES}]), usage)
    assert cost == Cost(pico=None, basis=Basis.UNPRICED, book="test", flags=flags)


def test_a_gap_between_dated_prices_is_unpriced(book_of: Books, us: Callable[[str], int]) -> None:
    book = book_of(prices=[{"to": "2026-01-01", "rates": RATES}])
    assert cost_of(book, one(input=1), at_us=us("2025-12-31T23:59:59Z")).pico == 100
    assert cost_of(book, one(input=1), at_us=us("2026-01-01T00:00:00Z")).flags == ("no_price_at_that_time",)


def test_without_any_model_name_a_call_is_unpriced(book_of: Books) -> None:
    assert cost_of(book_of(), one(input=1), model_asked=None).flags == ("unknown_model",)


def test_the_served_model_is_priced_not_the_asked(book_of: Books) -> None:
    usage = Usage(legs=(Leg(input=1),), model="coder-20260101")
    assert cost_of(book_of(), usage, model_asked="something-else").pico == 100
    assert cost_of(book_of(), Usage(legs=(Leg(input=1),), model="other"), model_asked="coder").pico is None


def test_known_zeros(book_of: Books) -> None:
    assert cost_of(book_of(), Usage(), kind=Kind.COUNT).basis is Basis.FREE_TIER
    assert cost_of(book_of(free=True, prices=[]), one(input=9)).basis is Basis.FREE_TIER
    refused = cost_of(book_of(), Usage(error="overloaded_error"))
    assert (refused.pico, refused.flags) == (0, ("not_billed",))


def test_what_the_provider_states_wins(book_of: Books) -> None:
    cost = cost_of(book_of(), Usage(legs=(Leg(input=1),), model="unheard-of", stated_pico=77))
    assert (cost.pico, cost.basis, cost.components) == (77, Basis.PROVIDER_STATED, (("stated", 77),))


def test_searches_are_multiplied_by_the_contract_alone(book_of: Books) -> None:
    book = book_of(prices=[{"rates": RATES}], variants={"fast": [{"mult": "2"}]}, geo={"us": "1.1"})
    usage = Usage(legs=(Leg(input=10),), speed="fast", geo="us", web_searches=3)
    assert cost_of(book, usage).components == (("input", 2200), ("web_search", 30_000))
    half = cost_of(book, usage, contract=contract(times_list="0.5"))
    assert half.components == (("input", 1100), ("web_search", 15_000))
    absolute = cost_of(book, usage, contract=contract(usd_per_million={"input": "0.00001"}))
    assert absolute.components == (("input", 100), ("web_search", 30_000))


def test_grounding_may_be_charged_once_a_prompt(book_of: Books) -> None:
    usage = Usage(legs=(Leg(input=1),), web_searches=5)
    per_prompt = book_of(prices=[{"rates": RATES}], search_unit="prompt")
    assert dict(cost_of(per_prompt, usage).components)["web_search"] == 10_000
    assert dict(cost_of(book_of(prices=[{"rates": RATES}]), usage).components)["web_search"] == 50_000


def test_speed_is_the_own_models_a_tier_is_every_legs(shipped: Book, us: Callable[[str], int]) -> None:
    now = us("2026-11-23T12:00:00Z")
    legs = (Leg(input=1_000_000), Leg(input=1_000_000, kind="advisor", model="claude-haiku-4-5"))
    fast = price(
        Usage(legs=legs, speed="fast"), vendor="anthropic", model_asked="claude-opus-5-5", at_us=now, book=shipped
    )
    assert fast.pico == (8 + 1) * 10**12
    batch = price(
        Usage(legs=legs, tier="batch"), vendor="anthropic", model_asked="claude-opus-5-5", at_us=now, book=shipped
    )
    assert batch.pico == (4 + 1) * 10**12 // 2


def test_tiers_bought_in_advance_have_their_list_value(shipped: Book) -> None:
    usage = Usage(legs=(Leg(input=10),), tier="priority")
    cost = price(usage, vendor="anthropic", model_asked="claude-opus-5-5", at_us=0, book=shipped)
    assert (cost.pico, cost.flags) == (40_000_000, ("committed",))


def test_a_subscription_call_is_priced_at_the_apis_list(shipped: Book) -> None:
    usage = one(input=1000, output=10)
    through_plan = price(usage, vendor="chatgpt", model_asked="gpt-6.1-sol", at_us=0, book=shipped)
    assert through_plan == price(usage, vendor="openai", model_asked="gpt-6.1-sol", at_us=0, book=shipped)
    assert through_plan.pico == 2_100_000_000


counts = st.integers(min_value=0, max_value=10**9)
legs = st.builds(
    Leg,
    model=st.sampled_from([None, "claude-haiku-5-5", "claude-opus-5-5"]),
    **{name: counts for name in TOKENS if "audio" not in name and "12h" not in name and "image" not in name},
)
moments = st.integers(min_value=1_700_000_000, max_value=1_830_000_000).map(lambda s: s * 10**6)
# What a vendor might send: strange names, negative counts, huge numbers.
words = st.none() | st.text(max_size=20) | st.sampled_from(["batch", "fast", "flex", "priority", "us", "standard"])
wild = st.integers(min_value=-(10**20), max_value=10**20)
any_usage = st.builds(
    Usage,
    legs=st.lists(st.builds(Leg, model=words, **dict.fromkeys(TOKENS, wild)), max_size=3).map(tuple),
    model=words | st.sampled_from(["claude-opus-5-5", "gpt-6.1-sol", "gemini-2.5-flash", "gpt-audio"]),
    tier=words,
    speed=words,
    geo=words,
    web_searches=wild,
    file_searches=wild,
    stated_pico=st.none() | wild,
    complete=st.booleans(),
    error=words,
    flags=st.sampled_from([(), ("refused",)]),
)


@given(st.lists(legs, min_size=1, max_size=3), moments)
def test_a_cost_is_the_sum_of_its_components(shipped: Book, legs: list[Leg], at_us: int) -> None:
    usage = Usage(legs=tuple(legs), web_searches=2)
    cost = price(usage, vendor="anthropic", model_asked="claude-sonnet-5-5", at_us=at_us, book=shipped)
    assert isinstance(cost.pico, int)
    assert cost.pico == sum(amount for _, amount in cost.components)
    assert all(isinstance(amount, int) and amount >= 0 for _, amount in cost.components)


@given(legs, st.sampled_from(["input", "cache_read", "cache_write", "cache_write_1h", "output"]), counts, moments)
def test_more_tokens_never_cost_less(shipped: Book, leg: Leg, name: str, more: int, at_us: int) -> None:
    fields = {n: getattr(leg, n) for n in TOKENS}
    larger = Leg(**{**fields, name: fields[name] + more})
    few, many = (
        price(Usage(legs=(x,)), vendor="anthropic", model_asked="claude-haiku-5-5", at_us=at_us, book=shipped).pico
        for x in (Leg(**fields), larger)
    )
    assert few is not None
    assert many is not None
    assert many >= few


@settings(max_examples=300)
@given(any_usage, st.text(max_size=20) | st.sampled_from(["anthropic", "openai", "gemini", "ollama"]), words, wild)
def test_no_usage_makes_it_raise(shipped: Book, usage: Usage, vendor: str, model: str | None, at_us: int) -> None:
    cost = price(usage, vendor=vendor, model_asked=model, at_us=at_us, book=shipped, host="eu.api.openai.com")
    assert (cost.pico is None) == (cost.basis is Basis.UNPRICED)
    if cost.pico is not None:
        assert cost.pico == sum(amount for _, amount in cost.components)
    else:
        assert cost.flags


def test_a_million_rows_sum_exactly(shipped: Book) -> None:
    usage = one(input=3, cache_read=7, output=1)
    cost = price(usage, vendor="anthropic", model_asked="claude-fable-5-2", at_us=0, book=shipped).pico
    assert cost is not None
    assert sum(cost for _ in range(1_000_000)) == 1_000_000 * (3 * 8_000_000 + 7 * 200_000 + 40_000_000)


def test_an_agreed_rate_needs_no_list(book_of: Books) -> None:
    agreed = contract(model="team-*", usd_per_million={"input": "1", "output": "2"})
    cost = cost_of(book_of(), one(input=10, output=1), model_asked="team-coder", contract=agreed)
    assert (cost.pico, cost.basis) == (12_000_000, Basis.CONTRACT)
    half = contract(model="team-*", times_list="0.5")
    assert cost_of(book_of(), one(input=10), model_asked="team-coder", contract=half).flags == ("unknown_model",)
    assert cost_of(book_of(), one(input=10), model_asked=None, contract=agreed).flags == ("unknown_model",)


def test_audio_by_the_second_has_no_rate(book_of: Books) -> None:
    usage = Usage(legs=(Leg(input=1),), flags=("audio_seconds",))
    assert cost_of(book_of(), usage).flags == ("missing_rate", "missing_rate:audio_seconds")


NOV = 1_795_446_000_000_000


def bedrock(shipped: Book, usage: Usage, asked: str, host: str | None = None) -> Cost:
    return price(usage, vendor="bedrock", model_asked=asked, at_us=NOV, book=shipped, host=host)


def test_a_cloud_answers_with_its_makers_short_name(shipped: Book) -> None:
    leg = Leg(input=1_000_000)
    for served in (None, "claude-opus-5-5", "claude-opus-5-5-20261101"):
        usage = Usage(legs=(leg,), model=served)
        assert bedrock(shipped, usage, "us.anthropic.claude-opus-5-5").pico == 4_400_000_000_000
        assert bedrock(shipped, usage, "global.anthropic.claude-opus-5-5").pico == 4_000_000_000_000
    other = Usage(legs=(leg,), model="claude-sonnet-5-5")
    assert bedrock(shipped, other, "us.anthropic.claude-opus-5-5").flags == ("unknown_model",)


def test_a_cloud_leg_under_its_makers_name_pays_the_region(shipped: Book) -> None:
    legs = (Leg(input=1_000_000), Leg(input=1_000_000, kind="advisor", model="claude-haiku-4-5-20251001"))
    cost = bedrock(shipped, Usage(legs=legs), "us.anthropic.claude-opus-5-5")
    assert cost.pico == 4_400_000_000_000 + 1_100_000_000_000


def test_one_model_under_two_names_has_one_speed(shipped: Book) -> None:
    legs = (Leg(input=1_000_000, model="claude-fable-5-2"), Leg(input=1_000_000, model="claude-fable-5-2-20261109"))
    usage = Usage(legs=legs, model="claude-fable-5-2-20261109", speed="fast")
    cost = price(usage, vendor="anthropic", model_asked=None, at_us=NOV, book=shipped)
    assert cost.pico == 2 * 16_000_000_000_000


def test_govcloud_is_another_list(shipped: Book) -> None:
    usage = Usage(legs=(Leg(input=1_000_000),))
    host = "bedrock-runtime.us-gov-west-1.amazonaws.com"
    assert bedrock(shipped, usage, "us-gov.anthropic.claude-opus-5-5").pico == 4_800_000_000_000
    assert bedrock(shipped, usage, "anthropic.claude-opus-5-5", host).pico == 4_800_000_000_000
    assert bedrock(shipped, usage, "us-gov.anthropic.claude-3-opus-20240229-v1:0").flags == ("unknown_region",)
    assert bedrock(shipped, usage, "amazon.nova-pro-v1:0", host).flags == ("unknown_region",)
    assert bedrock(shipped, usage, "us-gov.openai.gpt-oss-120b-1:0", host).pico == 180_000_000_000


@pytest.mark.parametrize(
    ("host", "model", "usd"),
    [
        ("us-east5-aiplatform.googleapis.com", "claude-opus-5-5", "4.4"),
        ("EUROPE-WEST1-aiplatform.googleapis.com", "claude-sonnet-4-5@20250929", "6.6"),
        ("aiplatform.eu.rep.googleapis.com", "claude-opus-5-5", "4.4"),
        ("aiplatform.googleapis.com", "claude-opus-5-5", "4"),
        (None, "projects/p/locations/us-east5/publishers/anthropic/models/claude-opus-5-5", "4.4"),
        (None, "projects/p/locations/global/publishers/anthropic/models/claude-opus-5-5", "4"),
        ("us-east5-aiplatform.googleapis.com", "claude-sonnet-4@20250514", "3"),
        ("us-central1-aiplatform.googleapis.com", "gemini-4-argon", "2"),
    ],
)
def test_vertex_regions_cost_more_for_newer_claude(shipped: Book, host: str | None, model: str, usd: str) -> None:
    usage = Usage(legs=(Leg(input=1_000_000),))
    cost = price(usage, vendor="vertex", model_asked=model, at_us=NOV, book=shipped, host=host)
    assert cost.pico == int(Fraction(usd) * 10**12)
