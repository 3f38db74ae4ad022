"""Which words and figures faces use: English without a translation, a locale's own with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp import money, shares, tongue
from trayapp.snapshot import Limit, Window
from trayapp.tongue import ENGLISH, Figures, several, tr
from trayapp.values import PICO

GERMAN = Figures(
    point=",",
    group=".",
    space="\N{NO-BREAK SPACE}",
    after=True,
    apart="\N{NO-BREAK SPACE}",
    days=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    day_month="{day}. {month}",
)
TEXTS = {"%n call(s)": ("%n Aufruf", "%n Aufrufe"), "unpriced": ("ohne Preis",), "{a} of {b}": ("{a} von {b}",)}


@pytest.fixture
def german() -> Iterator[None]:
    def translate(_context: str, text: str, number: int) -> str:
        forms = TEXTS.get(text, ("",))
        return forms[0] if number in (-1, 1) else forms[-1]

    tongue.use(translate, GERMAN)
    yield
    tongue.use(None)


def test_english_needs_nothing() -> None:
    assert tongue.english()
    assert tr("any", "{a} of {b}", a=1, b="{c}") == "1 of {c}"
    assert several("any", "%n call(s)", 1) == "1 call"
    assert several("any", "%n call(s) for {who}", 12_400, who="100%n(s)") == "12.4k calls for 100%n(s)"
    assert tongue.figures() is ENGLISH


def test_another_tongue(german: None) -> None:
    assert not tongue.english()
    assert several("any", "%n call(s)", 1) == "1 Aufruf"
    assert several("any", "%n call(s)", 12_400) == "12,4k Aufrufe"
    assert tr("any", "{a} of {b}", a=1, b=2) == "1 von 2"
    assert tr("any", "not translated") == "not translated"


@pytest.mark.parametrize(
    ("pico", "options", "text"),
    [
        (12_200 * PICO // 1000, {}, "12,20\xa0$"),
        (12_200 * PICO // 1000, {"estimated": True}, "≈12,20\xa0$"),
        (1, {}, "<0,01\xa0$"),
        (1, {"estimated": True, "fine": True}, "≈<0,001\xa0$"),
        (-PICO // 2, {}, "−0,50\xa0$"),
        (-1, {}, "<−0,01\xa0$"),
        (1_234_567 * PICO, {}, "1.234.567\xa0$"),
        (PICO, {"shown": money.currency("CHF", "0.9")}, "0,90\xa0CHF"),
        (PICO, {"shown": money.currency("PLN", "4")}, "4,00\xa0zł"),
        (None, {}, "ohne Preis"),
    ],
)
def test_amounts(german: None, pico: int | None, options: dict[str, object], text: str) -> None:
    assert money.dollars(pico, **options) == text  # type: ignore[arg-type]


def test_a_sign_may_stand_apart_in_front() -> None:
    austrian = Figures(point=",", group="\xa0", apart="\xa0")
    assert austrian.amount("$", "12,20") == "$\xa012,20"
    assert austrian.amount("CHF ", "12,20") == "CHF\xa012,20"


@given(st.integers(-(10**20), 10**20), st.booleans(), st.booleans())
def test_a_locale_changes_signs_only(pico: int, estimated: bool, fine: bool) -> None:
    """No digit, sign or mark is lost: what English writes comes back from what German writes."""
    english = money.dollars(pico, estimated=estimated, fine=fine)
    tongue.use(lambda _context, _text, _number: "", GERMAN)
    try:
        german = money.dollars(pico, estimated=estimated, fine=fine)
    finally:
        tongue.use(None)
    assert german.endswith("\xa0$")
    back = german.removesuffix("\xa0$").translate(str.maketrans(",.", ".,"))
    at = next(i for i, letter in enumerate(back) if letter.isdigit())
    assert f"{back[:at]}${back[at:]}" == english


def test_times() -> None:
    then = datetime.fromisoformat("2026-11-27T00:04:00+01:00")
    assert (ENGLISH.clock(then), ENGLISH.date(then), ENGLISH.weekday(then)) == ("00:04", "27 Nov", "Fri")
    american = Figures(halves=("AM", "PM"))
    assert american.clock(then) == "12:04 AM"
    assert american.clock(then.replace(hour=12)) == "12:04 PM"
    assert american.clock(then.replace(hour=15)) == "3:04 PM"
    assert (GERMAN.date(then), GERMAN.weekday(then)) == ("27. Nov", "Fr")


def test_plans(german: None) -> None:
    now = 1_795_000_000
    window = Window(vendor="anthropic", name="5h", minutes=300, used=0.42, resets_at=now + 3 * 86_400)
    assert shares.used(window) == "42\xa0%"
    assert shares.title(window) == "5\xa0h"
    assert shares.until(window, now * 10**6).startswith("resets Sa ")
    limit = Limit(vendor="openai", name="tokens", limit=100, remaining=12)
    assert shares.limit_line(limit, now) == "OpenAI rate limit: 88\xa0% of tokens used"
