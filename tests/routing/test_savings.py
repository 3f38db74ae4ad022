"""The twin of a conversation, row by row; whole worlds are in ``test_savings_simulation``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.moments import micros
from trayapp.pricing import Book, price
from trayapp.routing.booked import caching
from trayapp.routing.inflation import LOOP, ONE_CALL, Inflation, interval, of_kind
from trayapp.routing.savings import NOTHING, Caching, Twins
from trayapp.routing.session import Change
from trayapp.values import Kind, Leg, Usage

NOW = micros(datetime(2026, 11, 24, 9, tzinfo=UTC))
SECOND, MINUTE = 10**6, 60 * 10**6
CLAUDE = Caching(life_us=5 * MINUTE)
GEMINI = Caching(life_us=None, written=False, served_written=False)


def used(model: str = "opus", **counts: int) -> Usage:
    return Usage(legs=(Leg(**counts),), model=model, complete=True)


def kept(twins: Twins) -> Any:
    """What outlives a restart."""
    return json.loads(twins.encoded())


class Talk:
    """One conversation, a call each second."""

    def __init__(
        self, twins: Twins | None = None, *, key: str = "c", shared: str = "s", kept: Caching = CLAUDE
    ) -> None:
        self.twins = twins or Twins()
        self.key, self.shared, self.kept = key, shared, kept
        self.now = NOW

    def asked(self, usage: Usage, *, later: int = SECOND, away: bool = False, **more: object) -> Usage | None:
        self.now += later
        return self.twins.asked(
            self.key,
            self.now,
            usage,
            shared=self.shared,
            caching=self.kept,
            served_as_asked=not away,
            rule="r1" if away else "",
            **more,  # type: ignore[arg-type]
        )

    def payer(self, *, later: int = SECOND, begins: bool = False) -> str | None:
        return self.twins.payer(self.key, self.now + later, shared=self.shared, caching=self.kept, begins=begins)


def leg(usage: Usage | None) -> Leg:
    assert usage is not None
    (only,) = usage.legs
    return only


def begun(**more: object) -> Talk:
    """A conversation of 30,000 cached tokens, as asked; of which 20,000 are known to be common."""
    talk = Talk(**more)  # type: ignore[arg-type]
    talk.asked(used(cache_read=20_000, cache_write=10_000, input=3, output=100), begins=True)
    return talk


def test_as_asked_is_its_own_twin() -> None:
    talk = begun()
    row = used(cache_read=30_000, cache_write=400, input=3, output=50)
    assert talk.asked(row) is row
    assert talk.payer() is None
    broken = used(cache_write=31_000, input=3)  # the vendor lost its cache: that is nobody's loss
    assert talk.asked(broken) is broken


def test_a_cold_prefill_in_a_warm_conversation_is_on_the_bill() -> None:
    talk = begun()
    twin = talk.asked(used("haiku", cache_write=30_500, input=3, output=70), away=True)
    assert leg(twin) == Leg(cache_read=30_000, cache_write=500, input=3, output=70)
    assert twin is not None
    assert twin.model is None  # priced as what was asked


def test_a_return_pays_for_what_the_original_missed() -> None:
    talk = begun()
    talk.asked(used("haiku", cache_write=35_000, output=70), away=True)
    assert talk.payer() == "r1"
    back = used(cache_read=30_000, cache_write=6000, input=3)
    assert leg(talk.asked(back)) == Leg(cache_read=35_000, cache_write=1000, input=3)
    assert talk.payer() is None
    again = used(cache_read=36_000, cache_write=10)
    assert talk.asked(again) is again


def test_a_return_after_the_caches_life_owes_nothing() -> None:
    talk = begun()
    talk.asked(used("haiku", cache_write=35_000), away=True)
    assert talk.payer(later=5 * MINUTE - 1) == "r1"
    assert talk.payer(later=5 * MINUTE) is None
    back = used(cache_write=36_000)
    assert talk.asked(back, later=5 * MINUTE) is back


def test_a_sibling_that_begins_cold_because_of_the_rule() -> None:
    talk = begun()
    away = Talk(talk.twins, key="d")
    away.now = talk.now + 4 * MINUTE
    twin = away.asked(used("haiku", cache_write=22_000), away=True, begins=True)
    assert leg(twin) == Leg(cache_read=20_000, cache_write=2000)
    third = Talk(talk.twins, key="e")
    third.now = talk.now + 8 * MINUTE  # the real cache was used eight minutes ago, the twin's four
    assert third.payer(begins=True) == "r1"
    assert leg(third.asked(used(cache_write=21_000), begins=True)) == Leg(cache_read=20_000, cache_write=1000)


def test_work_done_again_is_lost_whole() -> None:
    talk = begun()
    talk.asked(used("haiku", cache_write=32_000), away=True)
    redo = used(cache_read=30_000, cache_write=2000, output=500)
    assert talk.asked(redo, later=4 * MINUTE, redone=True) is NOTHING
    back = used(cache_read=32_000, cache_write=100)
    after = Talk()
    after.twins.load(kept(talk.twins))
    after.now = talk.now
    assert leg(talk.asked(back, later=4 * MINUTE)) == leg(back)
    # Eight minutes since the twin's last call, of which four were lost.
    twin = after.asked(used("haiku", cache_read=32_000, cache_write=100), later=4 * MINUTE, away=True)
    assert leg(twin) == Leg(cache_read=32_000, cache_write=100)


def test_a_cache_that_lapses_while_work_is_done_again() -> None:
    talk = begun()
    beside = begun(twins=talk.twins, key="agent", shared="agents")
    talk.asked(used("haiku", cache_write=32_000), away=True)
    talk.asked(used(cache_read=30_000, cache_write=2000), later=3 * MINUTE, redone=True)
    beside.now = talk.now
    assert beside.payer(later=MINUTE) is None
    assert beside.payer(later=3 * MINUTE) == "r1"
    cold = used(cache_write=31_000)
    assert leg(beside.asked(cold, later=3 * MINUTE)) == Leg(cache_read=30_000, cache_write=1000)
    assert beside.asked(used(cache_write=40_000)) == used(cache_write=40_000)


def test_a_refused_attempt_has_nothing_as_its_twin(shipped: Book) -> None:
    talk = begun()
    assert talk.asked(Usage(error="invalid_request_error"), away=True, redone=True) is NOTHING
    assert talk.asked(Usage(error="overloaded_error"), away=True) is NOTHING
    failed = Usage(error="overloaded_error")
    assert talk.asked(failed) is failed
    row = used(cache_read=30_000, cache_write=400)
    assert talk.asked(row) is row
    cost = price(NOTHING, vendor="anthropic", model_asked="claude-opus-5-5", at_us=NOW, book=shipped)
    assert cost.pico == 0


def test_what_nobody_counted_is_unknown() -> None:
    assert begun().asked(Usage(), away=True) is None


def test_in_doubt_all_was_cached() -> None:
    met = Talk().asked(used("haiku", cache_read=10, cache_write=90_000, input=5), away=True)
    assert leg(met) == Leg(cache_read=90_010, input=5)
    first = Talk().asked(used("haiku", cache_write=25_000, input=5), away=True, begins=True)
    assert leg(first) == Leg(cache_read=25_000, input=5)
    rewound = begun().asked(used("haiku", cache_write=22_000, input=5), away=True)
    assert leg(rewound) == Leg(cache_read=22_005)


def test_a_common_part_is_at_the_most_as_long_as_the_shortest_beginning() -> None:
    twins = Twins()
    for n, size in enumerate((26_000, 24_000, 29_000)):
        talk = Talk(twins, key=f"{n}")
        talk.asked(used("opus" if n < 2 else "haiku", cache_write=size), later=n * SECOND, begins=True, away=n == 2)
    twin = Talk(twins, key="x").asked(used("haiku", cache_write=28_000), later=MINUTE, away=True, begins=True)
    # The second beginning found nothing in the cache that the first had just filled: they have nothing in common.
    assert leg(twin) == Leg(cache_write=28_000)
    cold = Twins()
    Talk(cold, key="a").asked(used(cache_write=26_000), begins=True)
    twin = Talk(cold, key="b").asked(used("haiku", cache_write=28_000), later=MINUTE, away=True, begins=True)
    assert leg(twin) == Leg(cache_read=26_000, cache_write=2000)


def test_tokens_of_another_tokenizer() -> None:
    change = Change(tokens=Fraction(4, 5), output=Fraction(2))
    row = used("haiku", cache_write=32_000, input=8, output=80, reasoning=40)
    twin = begun().asked(row, away=True, change=change)
    assert leg(twin) == Leg(cache_read=30_000, cache_write=10_000, input=10, output=50, reasoning=25)


def test_another_effort_of_the_same_model() -> None:
    talk = begun()
    longer = Change(output=Fraction(1, 2))
    row = used(cache_read=30_000, cache_write=500, output=60)
    twin = talk.asked(row, away=True, change=longer)
    assert leg(twin) == Leg(cache_read=30_000, cache_write=500, output=120)
    back = used(cache_read=30_500, cache_write=200)
    assert talk.payer() == "r1"
    assert leg(talk.asked(back)) == leg(back)  # the model kept its cache: nothing is owed


def test_a_vendor_that_bills_no_writing() -> None:
    talk = Talk(kept=GEMINI)
    talk.asked(used(cache_read=5000, input=5000), begins=True)
    assert leg(talk.asked(used("flash", input=11_000), away=True)) == Leg(cache_read=10_000, input=1000)
    mixed = Talk(kept=Caching(life_us=30 * MINUTE, written=True, served_written=False))
    mixed.asked(used(cache_read=5000, cache_write=5000), begins=True)
    assert leg(mixed.asked(used("mini", input=11_000), away=True)) == Leg(cache_read=10_000, cache_write=1000)


def test_short_prompts_are_never_kept() -> None:
    kept = Caching(life_us=None, written=False, served_written=False, least=1024)
    talk = Talk(kept=kept)
    assert leg(talk.asked(used("flash", input=1023), away=True, begins=True)) == Leg(input=1023)
    assert leg(talk.asked(used("flash", input=1024), away=True, begins=True)) == Leg(cache_read=1024)


def test_the_kind_of_write_is_the_rows() -> None:
    talk = Talk()
    talk.asked(used(cache_write_1h=20_000), begins=True)
    assert talk.payer() is None
    twin = talk.asked(used("haiku", cache_write_1h=21_000), away=True, later=59 * MINUTE)
    assert leg(twin) == Leg(cache_read=20_000, cache_write_1h=1000)
    twin = talk.asked(used("haiku", cache_write_1h=22_000), away=True, later=61 * MINUTE)
    assert leg(twin) == Leg(cache_write_1h=22_000)  # what they have in common is as cold
    both = talk.asked(used("haiku", cache_write_1h=20_000, cache_write=4000), away=True)
    assert leg(both) == Leg(cache_read=22_000, cache_write=2000)
    both = talk.asked(used("haiku", cache_write_1h=24_000, cache_write=4000), away=True)
    assert leg(both) == Leg(cache_read=24_000, cache_write=4000)
    cold = talk.asked(used("haiku", cache_read=28_000), away=True, later=61 * MINUTE)
    assert leg(cold) == Leg(cache_write=28_000)


def test_legs_follow_each_other_and_advisers_stay() -> None:
    adviser = Leg(model="fable", kind="advisor", input=900, output=40)
    row = Usage(
        legs=(Leg(model="haiku", cache_write=31_000), Leg(cache_read=31_000, cache_write=500), adviser),
        model="haiku",
        web_searches=2,
        stated_pico=17,
        flags=("refused", "x"),
    )
    twin = begun().asked(row, away=True)
    assert twin == Usage(
        legs=(Leg(cache_read=30_000, cache_write=1000), Leg(cache_read=31_000, cache_write=500), adviser),
        web_searches=2,
        flags=("x",),
    )


def test_audio_and_pictures_are_counted_alike() -> None:
    twin = begun().asked(used("haiku", cache_write=30_000, input_audio=70, output_image=9), away=True)
    assert leg(twin) == Leg(cache_read=30_000, input_audio=70, output_image=9)


def test_each_original_model_has_its_own_twin() -> None:
    talk = begun()
    talk.asked(used("haiku", cache_write=35_000), away=True)
    chosen = Talk(talk.twins, shared="sonnet")
    chosen.now = talk.now
    row = used("sonnet", cache_write=36_000)
    assert chosen.payer() is None
    assert chosen.asked(row) is row
    assert talk.payer() == "r1"


def test_a_restart_loses_nothing() -> None:
    talk = begun()
    talk.asked(used("haiku", cache_write=35_000), away=True)
    after = Talk()
    after.twins.load(kept(talk.twins))
    after.now = talk.now
    assert kept(after.twins) == kept(talk.twins)
    assert after.payer() == "r1"
    back = used(cache_read=30_000, cache_write=6000)
    assert after.asked(back) == talk.asked(back)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"conversations": [], "shared": [["s", {"tokens": -1, "used_us": 0, "write": "cache_write"}]]},
        {"conversations": [["c", "s", {"tokens": 1, "used_us": 0, "write": "input"}]], "shared": []},
        {"conversations": [["c", {"tokens": 1}]], "shared": []},
    ],
)
def test_what_is_no_dump_changes_nothing(data: object) -> None:
    talk = begun()
    before = kept(talk.twins)
    with pytest.raises(ValueError):
        talk.twins.load(data)
    assert kept(talk.twins) == before


def test_the_oldest_conversations_are_forgotten() -> None:
    twins = Twins(most=3)
    for n in range(5):
        Talk(twins, key=str(n), shared=str(n)).asked(used(cache_write=2000), begins=True)
    found = kept(twins)
    assert [key for key, *_ in found["conversations"]] == [key for key, _ in found["shared"]] == ["2", "3", "4"]


COUNTS = st.fixed_dictionaries(
    {name: st.integers(0, 200_000) for name in ("input", "cache_read", "cache_write", "cache_write_1h", "output")}
)
ROWS = st.lists(
    st.tuples(COUNTS, st.integers(0, 8 * MINUTE), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2)),
    max_size=12,
)


@given(rows=ROWS, written=st.booleans(), ratio=st.fractions(Fraction(1, 2), 2, max_denominator=50))
def test_any_rows(
    rows: list[tuple[dict[str, int], int, bool, bool, bool, int]], written: bool, ratio: Fraction
) -> None:
    twins = Twins()
    caching = Caching(life_us=5 * MINUTE, written=written, served_written=written)
    now = NOW
    switched = False
    for counts, later, away, begins, redone, which in rows:
        now += later
        redone = redone and switched
        talk = Talk(twins, key=str(which), kept=caching)
        talk.now = now - SECOND
        row = used(**counts)
        twin = talk.asked(row, away=away, begins=begins, redone=redone, change=Change(tokens=ratio))
        switched = switched or away
        if redone:
            assert twin is NOTHING
        elif not switched:
            assert twin is row
        else:
            mine, real = leg(twin), row.legs[0]
            assert min(mine.input, mine.cache_read, mine.cache_write, mine.cache_write_1h, mine.output) >= 0
            if not away:
                assert (mine.prompt, mine.output) == (real.prompt, real.output)
                assert mine.cache_read >= real.cache_read
            else:
                assert abs(mine.prompt - real.prompt / ratio) <= Fraction(1, 2)
    again = Twins()
    again.load(kept(twins))
    assert kept(again) == kept(twins)


AMOUNTS = st.integers(0, 10**18)
RANGES = st.tuples(st.fractions(Fraction(1, 9), 1), st.fractions(1, 9))


@given(asked=AMOUNTS, real=AMOUNTS, share=st.fractions(0, 1), turns=RANGES, output=RANGES)
def test_an_interval_holds_the_saving(
    asked: int, real: int, share: Fraction, turns: tuple[Fraction, Fraction], output: tuple[Fraction, Fraction]
) -> None:
    low, high = interval(asked, real, Inflation(turns=turns, output=output), output_pico=int(asked * share))
    assert isinstance(low, int)
    assert -real <= low <= asked - real <= high
    assert interval(asked, real, ONE_CALL, output_pico=int(asked * share)) == (asked - real, asked - real)


def test_an_interval_in_figures() -> None:
    assert interval(1400, 100, LOOP) == (900, 1300)
    assert interval(1400, 100, LOOP, output_pico=1400) == (525, 1300)
    assert interval(0, 100, LOOP) == (-100, -100)
    assert interval(10, 0, Inflation(turns=(Fraction(1, 3), Fraction(3)))) == (3, 30)
    assert (of_kind(Kind.MAIN), of_kind(Kind.EXPLORE), of_kind(Kind.TITLE)) == (LOOP, LOOP, ONE_CALL)


@pytest.mark.parametrize(("asked", "real", "output"), [(1, 1, 2), (-1, 0, 0), (1, -1, 0), (1, 0, -1)])
def test_impossible_amounts(asked: int, real: int, output: int) -> None:
    with pytest.raises(ValueError):
        interval(asked, real, output_pico=output)


def test_impossible_ranges() -> None:
    for wrong in ((Fraction(0), Fraction(1)), (Fraction(2), Fraction(3)), (Fraction(1, 2), Fraction(2, 3))):
        with pytest.raises(ValueError):
            Inflation(turns=wrong)


@pytest.mark.parametrize(
    ("vendor", "asked", "served", "expected"),
    [
        ("anthropic", "claude-opus-5-5", "claude-haiku-5-5", Caching(life_us=5 * MINUTE)),
        ("chatgpt", "gpt-6.1-sol", "gpt-6-luna", Caching(life_us=30 * MINUTE)),
        (
            "openai",
            "gpt-5.6-sol",
            "gpt-5.4-mini",
            Caching(life_us=30 * MINUTE, served_written=False, least=1024),
        ),
        (
            "gemini",
            "gemini-3.1-pro-preview",
            "gemini-3.5-flash-lite",
            Caching(life_us=None, written=False, served_written=False, least=1024),
        ),
        ("nobody", "x", "y", Caching(life_us=None, written=False, served_written=False, least=1024)),
    ],
)
def test_how_caches_work_by_the_book(shipped: Book, vendor: str, asked: str, served: str, expected: Caching) -> None:
    assert caching(shipped, vendor, asked, served, NOW) == expected
