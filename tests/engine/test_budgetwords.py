"""What is said of budgets: estimates are marked, false precision is none, what is missing is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from trayapp.budget import Budget
from trayapp.engine import budgetwords as words
from trayapp.insight.crossing import Crossing
from trayapp.insight.forecast import Forecast
from trayapp.insight.habit import TooLittle
from trayapp.moments import micros

USD = 10**12
HOUR_US = 3_600_000_000
NOON = micros(datetime(2026, 11, 26, 12, 0, tzinfo=UTC))
DAY = Budget(name="daily", period="day", pico=20 * USD)
WINDOW = Budget(name="five", period=None, pico=0, kind="window", value="anthropic/5h", action="stop", act_at=90)


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("found", "spent", "unpriced", "said"),
    [
        (Forecast(15 * USD, 19 * USD + 1, 1026 * USD), 12 * USD, 0, "on pace for ≈$19 ($15 to $1,026)"),
        (Forecast(USD, 2 * USD, 9 * USD), USD, 0, "on pace for ≈$2.00 ($1.00 to $9.00)"),
        (Forecast(USD, USD, USD), USD, 0, "nothing more is expected"),
        (Forecast(USD, USD, USD), USD, 1, "nothing more is expected, without 1 unpriced call"),
        (TooLittle(5, 2), 0, 0, "no forecast yet: 5 more days of history"),
        (TooLittle(0, 1), 0, 0, "no forecast yet: 1 more day with calls"),
        (None, 0, 3, ""),
    ],
)
def test_what_lies_ahead(found: Forecast | TooLittle | None, spent: int, unpriced: int, said: str) -> None:
    assert words.ahead(found, spent, unpriced) == said


def test_when_a_limit_is_passed() -> None:
    def crossing(low: float, likely: float, high: float) -> Crossing:
        return Crossing(*(NOON + round(hours * HOUR_US) for hours in (low, likely, high)), 0.9)

    limit = 20 * USD
    assert words.crosses(None, limit, NOON) == ""
    assert words.crosses(crossing(3.1, 4, 5.2), limit, NOON) == "passes $20.00 at about 16:00 (15:00 to 17:00)"
    assert words.crosses(crossing(3.9, 4, 4.1), limit, NOON) == "passes $20.00 at about 16:00"
    assert words.crosses(crossing(3, 20, 30), limit, NOON) == "passes $20.00 between 15:00 and Fri 18:00"


def test_notices() -> None:
    assert words.notice(DAY, 80, 16 * USD, "on pace for ≈$19 ($15 to $26)") == (
        "Budget 'daily' has reached 80 %",
        "$16.00 of $20.00 today. On pace for ≈$19 ($15 to $26).",
    )
    assert words.notice(DAY, 100, 21 * USD, "") == ("Budget 'daily' is used up", "$21.00 of $20.00 today.")
    assert words.notice(WINDOW, 90, 91 * USD, "") == ("Claude 5h has reached 90 %", "91 % is used.")


def test_a_name_of_any_kind_is_a_safe_command() -> None:
    odd = Budget(name="it's; rm -rf /", period="day", pico=USD)
    assert words.override(odd) == "spendlight budget override 'it'\"'\"'s; rm -rf /'"
    refused = words.refusal(WINDOW, 95 * USD, NOON + HOUR_US, NOON, "claude-code")
    assert refused.message == (
        "95 % of Claude 5h is used, more than your budget 'five' allows, so new calls are refused until 13:00. To go on"
        " now, run `spendlight budget override five --for 1h`, or lift it in the tray."
    )
    assert [words.refusal(DAY, 0, 0, NOON, tool).status for tool in ("codex", "aider", None, "opencode")] == [
        400,
        400,
        402,
        402,
    ]
