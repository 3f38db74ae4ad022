"""The words for plan windows and rate limits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp import shares
from trayapp.snapshot import Credits, Limit, Snapshot, Window

NOW_US = 1_795_000_000_000_000


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(vendor="anthropic", name="5h", minutes=300), "5 h"),
        (Window(vendor="anthropic", name="7d", minutes=10_080), "week"),
        (Window(vendor="anthropic", name="7d_oi", minutes=10_080), "week (oi)"),
        (Window(vendor="anthropic", name="overage"), "extra usage"),
        (Window(vendor="chatgpt", name="primary", family="codex", minutes=300), "5 h"),
        (Window(vendor="chatgpt", name="secondary", family="codex"), "secondary"),
        (Window(vendor="chatgpt", name="primary", family="codex_spark", minutes=1_440), "spark day"),
        (Window(vendor="chatgpt", name="primary", family="codex_x", label="Spark 5.3", minutes=90), "Spark 5.3 90 min"),
        (Window(vendor="github-copilot", name="premium_interactions"), "premium interactions"),
        (Window(vendor="github-copilot", name="weekly", minutes=10_080), "week"),
        (Window(vendor="x", name="3d", minutes=4_320), "3 d"),
    ],
)
def test_titles(window: Window, words: str) -> None:
    assert shares.title(window) == words


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(vendor="v", name="5h", used=0.29), "29 %"),
        (Window(vendor="v", name="5h", used=0.999), "99 %"),
        (Window(vendor="v", name="5h", used=1.0), "100 %"),
        (Window(vendor="v", name="5h", used=0.97, status="rejected"), "used up"),
        (Window(vendor="v", name="5h", status="rejected"), "used up"),
        (Window(vendor="v", name="5h", status="allowed_warning"), "allowed, warning"),
        (Window(vendor="v", name="5h", reset=True), "unknown"),
        (Window(vendor="v", name="5h"), "unknown"),
    ],
)
def test_how_much_is_used(window: Window, words: str) -> None:
    assert shares.used(window) == words


@given(st.decimals(0, 1, places=4))
def test_percent_is_rounded_down_from_the_digits_that_were_stated(share: Decimal) -> None:
    assert shares.percent(float(share)) == int(share * 100)


@given(st.integers(-(10**19), 10**19), st.integers(0, 10**17))
def test_any_moment_is_said(at_s: int, now_us: int) -> None:
    assert shares.when(at_s, now_us)


def test_what_runs_out_first_is_said_instead_of_the_reset() -> None:
    now = NOW_US // 1_000_000
    week = Window(vendor="anthropic", name="7d", minutes=10_080, used=0.71, resets_at=now + 95_000)
    likely = replace(week, runs_out_at=now + 50_000, runs_out_sure=0.5)
    at = shares.when((now + 50_000 + 900) // 1800 * 1800, NOW_US)
    assert shares.until(likely, NOW_US) == f"runs out {at}"
    assert shares.resets(likely, NOW_US) == shares.until(week, NOW_US) == f"resets {shares.when(now + 95_000, NOW_US)}"
    assert shares.account_lines(Snapshot(at_us=NOW_US, windows=(likely,))) == (f"Claude week 71 %, runs out {at}",)
    for unlikely in (
        replace(likely, runs_out_sure=0.49),
        replace(likely, runs_out_at=None),
        replace(likely, runs_out_sure=None),
    ):
        assert shares.until(unlikely, NOW_US) == shares.until(week, NOW_US)
    # Never as late as the reset by rounding; within hours to five minutes.
    late = replace(likely, runs_out_at=now + 94_990)
    assert shares.until(late, NOW_US) == f"runs out {shares.when(now + 94_990, NOW_US)}"
    five = Window(vendor="anthropic", name="5h", minutes=300, used=0.5, resets_at=now + 9_000, runs_out_at=now + 6_000)
    at = shares.when((now + 6_000 + 150) // 300 * 300, NOW_US)
    assert shares.until(replace(five, runs_out_sure=0.9), NOW_US) == f"runs out {at}"


def test_extra_usage_is_shown_when_there_was_some() -> None:
    none = Window(vendor="anthropic", name="overage", status="rejected")
    some = Window(vendor="anthropic", name="overage", used=0.1)
    assert shares.shown(Snapshot(windows=(none, some))) == (some,)


def test_credits_and_limits() -> None:
    left = (
        Credits(vendor="chatgpt", has=True, balance="9.5"),
        Credits(vendor="chatgpt", unlimited=True),
        Credits(vendor="chatgpt", has=False, balance="0"),
    )
    said = shares.credit_lines(Snapshot(credits=left))
    assert said == ("ChatGPT credits: 9.5", "ChatGPT credits: unlimited")
    limit = Limit(vendor="anthropic", name="input-tokens", limit=40_000, remaining=39_000)
    assert shares.limit_line(limit, NOW_US) == "Anthropic rate limit: 2 % of input tokens used"
