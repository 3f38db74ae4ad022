"""What a line of [[budgets]] may hold, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp import budget, settings, settings_edit
from trayapp.budget import Budget
from trayapp.settings import SettingsError

USD = 10**12
PLACE = Path("config.toml")


def test_what_is_left_out_has_its_default() -> None:
    assert budget.one({"period": "month", "usd": "200"}) == Budget(
        name="month", period="month", pico=200 * USD, at=(50, 80, 100), action="tell", act_at=80
    )
    assert budget.one({"period": "day", "usd": 7.5, "action": "stop"}).act_at == 100
    assert budget.one({"period": "week", "usd": 1, "scope": "tool:aider"}).name == "tool:aider week"
    window = budget.one({"scope": "window:anthropic/5h", "at": [95, 70, 70]})
    assert (window.name, window.period, window.pico, window.at) == ("window:anthropic/5h", None, 0, (70, 95))
    assert (window.kind, window.value, window.scope) == ("window", "anthropic/5h", "window:anthropic/5h")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, "`period` has to be day, week or month, and is missing"),
        ({"period": "year", "usd": 1}, "`period` has to be day, week or month, not 'year'"),
        ({"period": "day"}, "`usd` is missing"),
        ({"period": "day", "usd": 0}, "`usd` is 0; it has to be an amount"),
        ({"period": "day", "usd": True}, "it has to be an amount"),
        ({"period": "day", "usd": "nan"}, "it has to be an amount"),
        ({"period": "day", "usd": 1, "limit": 2}, "`limit` is nothing a budget has"),
        ({"period": "day", "usd": 1, "scope": "team:a"}, "`scope` has to be all, project:NAME"),
        ({"period": "day", "usd": 1, "scope": "tool"}, "`scope` has to be"),
        ({"period": "day", "usd": 1, "scope": "all:x"}, "`scope` has to be"),
        ({"period": "day", "usd": 1, "scope": 3}, "`scope` has to be"),
        ({"scope": "window:5h"}, "window:anthropic/5h"),
        ({"scope": "window:anthropic/5h", "usd": 3}, "a plan's window has no `usd`"),
        ({"period": "day", "usd": 1, "at": []}, "`at` has to be a list"),
        ({"period": "day", "usd": 1, "at": [0]}, "whole percentages from 1 to 200"),
        ({"period": "day", "usd": 1, "at": [True]}, "whole percentages"),
        ({"period": "day", "usd": 1, "act_at": "80"}, "whole percentages"),
        ({"period": "day", "usd": 1, "action": "halt"}, "`action` has to be tell, suggest, frugal or stop"),
        ({"period": "day", "usd": 1, "counts": "all"}, "`counts` has to be list, contract or bill"),
        ({"period": "day", "usd": 1, "name": ""}, "`name` has to be a short text"),
    ],
)
def test_a_wrong_line_says_what_would_be_right(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        budget.one(entry)
    assert words in str(told.value)


keys = st.sampled_from(["name", "period", "usd", "scope", "counts", "at", "action", "act_at", "other"])
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 500),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["day", "month", "all", "tool:x", "window:a/b", "stop", "bill"]),
    st.lists(st.one_of(st.integers(-5, 300), st.text(max_size=3)), max_size=4),
)


@given(st.dictionaries(keys, values, max_size=6))
def test_any_line_is_a_budget_or_an_error_that_says_why(entry: dict[str, Any]) -> None:
    try:
        made = budget.one(entry)
    except ValueError as error:
        made = None
        words = str(error)
    if made is None:
        assert words
        return
    assert made.name
    assert (made.pico > 0) == (made.period is not None)
    assert made.at == tuple(sorted(set(made.at)))


def test_the_settings_file() -> None:
    text = '[budget]\nday_usd = "20"\n[[budgets]]\nperiod = "month"\nusd = "200"\naction = "stop"\n'
    read = settings.read(PLACE, text)
    assert [each.name for each in read.budgets] == ["daily", "month"]
    assert read.budget_day_pico == 20 * USD
    assert settings.defaults().budgets == ()
    assert settings.read(PLACE, '[budget]\nday_usd = ""\n').budget_day_pico is None
    day = settings.read(PLACE, '[[budgets]]\nperiod = "day"\nusd = 5\n')
    assert day.budget_day_pico == 5 * USD
    # Today's total is the list's; what counts the bill is not held against it.
    billed = settings.read(PLACE, '[[budgets]]\nperiod = "day"\nusd = 5\ncounts = "bill"\n')
    assert billed.budget_day_pico is None
    for wrong, words in (
        ('[[budgets]]\nname = "x"\nperiod = "dy"\nusd = 1\n', "In budget 'x': `period` has to be"),
        ('[[budgets]]\nperiod = "day"\nusd = 1\n' * 2, "Two budgets are called 'day'"),
        ("[budgets]\nperiod = 1\n", "written as [[budgets]]"),
        ("[[budgets]]\nusd = 1\n", "In budget no. 1: `period`"),
    ):
        with pytest.raises(SettingsError) as told:
            settings.read(PLACE, wrong)
        assert words in told.value.trouble.message


def test_a_budget_is_written_changed_and_taken_out_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# mine\n[budget]\nday_usd = "20"\n\n[proxy]\nport = 0 # any\n')
    assert settings_edit.set_budget(path, {"period": "week", "usd": "50"}) == "week"
    assert settings_edit.set_budget(path, {"period": "month", "usd": "200", "at": [90]}) == "month"
    assert settings_edit.set_budget(path, {"period": "week", "usd": "60", "action": "frugal"}) == "week"
    found = {each.name: each for each in settings.load(path).budgets}
    assert list(found) == ["daily", "week", "month"]
    assert (found["week"].pico, found["week"].action, found["month"].at) == (60 * USD, "frugal", (90,))
    assert "# mine" in path.read_text()
    assert "port = 0 # any" in path.read_text()
    assert settings_edit.remove_budget(path, "week")
    assert not settings_edit.remove_budget(path, "week")
    assert settings_edit.remove_budget(path, "daily")
    assert [each.name for each in settings.load(path).budgets] == ["month"]
    assert settings_edit.remove_budget(path, "month")
    assert "budgets" not in path.read_text()
    assert settings.load(path).budgets == ()
    # The day's budget with an action is a line of its own; there is one of that name.
    settings_edit.set_value(path, "budget.day_usd", "5")
    settings_edit.set_budget(path, {"name": "daily", "period": "day", "usd": "6", "action": "stop"})
    days = [each for each in settings.load(path).budgets if each.name == "daily"]
    assert [(each.pico, each.action) for each in days] == [(6 * USD, "stop")]
    with pytest.raises(SettingsError) as told:
        settings_edit.set_budget(path, {"period": "day"})
    assert told.value.trouble.code == "bad_budget"


def test_a_changed_budget_keeps_what_was_written_about_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    about = "# agreed in May\n", '# the team\'s\nusd = "200"   # was 150\n', "\n# and this is for play\n"
    path.write_text(f'{about[0]}[[budgets]]\nperiod = "month"\n{about[1]}act_at = 90\n{about[2]}[[budgets]]\n'
                    'period = "day"\nusd = 5\n')  # fmt: skip
    settings_edit.set_budget(path, {"period": "month", "usd": "300", "action": "stop"})
    text = path.read_text()
    for each in (about[0], '# the team\'s\nusd = "300"   # was 150\n', about[2]):
        assert each in text
    month, day = settings.load(path).budgets
    assert (month.pico, month.action, month.act_at, day.pico) == (300 * USD, "stop", 100, 5 * USD)


def test_budgets_in_one_line_are_changed_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('budgets = [{ period = "day", usd = 5 }] # all\n')
    settings_edit.set_budget(path, {"period": "day", "usd": "6"})
    settings_edit.set_budget(path, {"period": "week", "usd": "20"})
    assert [each.pico for each in settings.load(path).budgets] == [6 * USD, 20 * USD]
    assert settings_edit.remove_budget(path, "day")
    assert [each.name for each in settings.load(path).budgets] == ["week"]
    assert "# all" in path.read_text()
