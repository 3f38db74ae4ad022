"""Points in time as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trayapp.cli import when
from trayapp.cli.trouble import CommandError

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", datetime(2026, 11, 24, 13, 30, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 17, 15, 30, tzinfo=UTC)),
        ("90m", datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        ("2026-11-01T00:00:00+00:00", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_forms(text: str, moment: datetime) -> None:
    assert when.parse(text, NOW) == int(moment.timestamp() * 1e6)


@pytest.mark.parametrize("text", ["0001-01-01", "999999w", "", "soon", "-5h", "0000-00-00"])
def test_what_is_no_time_is_said_in_words(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        when.parse(text, NOW)
    assert caught.value.trouble.code == "bad_time"


def test_today_is_local_midnight() -> None:
    got = datetime.fromtimestamp(when.parse("today") / 1e6).astimezone()
    assert (got.hour, got.minute, got.second) == (0, 0, 0)


def test_nonsense_is_named() -> None:
    with pytest.raises(CommandError) as caught:
        when.parse("yesterweek")
    assert "yesterweek" in caught.value.trouble.message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("30", 1800), ("1h", 3600), ("1h30m", 5400), (" 1 h 30 min ", 5400), ("2D", 172_800)],
)
def test_durations(text: str, seconds: int) -> None:
    assert when.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "-1h", "1h30", "h", "400d", "1.5h", "١h", "99999999w"])
def test_other_durations_are_told(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        when.duration(text)
    assert caught.value.trouble.code == "bad_time"
