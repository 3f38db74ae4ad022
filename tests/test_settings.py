"""Settings: one table, a file that is never guessed at and never damaged."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from trayapp import settings, settings_edit
from trayapp.frontdoor import DEFAULT_UPSTREAMS
from trayapp.settings import SettingsError


def test_no_file_means_defaults(tmp_path: Path) -> None:
    chosen = settings.load(tmp_path / "none.toml")
    assert chosen.port == 0
    assert chosen.budget_day_pico is None
    assert set(chosen.routes()) == set(DEFAULT_UPSTREAMS)


def test_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        '[proxy]\nport = 23456\n[budget]\nday_usd = "7.50"\n[upstreams]\nanthropic = "http://127.0.0.1:9/x"\n'
    )
    chosen = settings.load(path)
    assert chosen.port == 23456
    assert chosen.budget_day_pico == 7_500_000_000_000
    assert chosen.routes()["anthropic"].url == "http://127.0.0.1:9/x"
    assert chosen.routes()["openai"].host == "api.openai.com"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = ", "not valid TOML"),
        ("\xff", "UTF-8"),
        ("[proxy]\nport = 80\n", "proxy.port"),
        ('[proxy]\nport = "x"\n', "proxy.port"),
        ("[proxy]\nport = true\n", "proxy.port"),
        ("[budget]\nday_usd = -1\n", "budget.day_usd"),
        ('[budget]\nday_usd = "NaN"\n', "budget.day_usd"),
        ("[proxy]\nprot = 80\n", "proxy.prot"),
        ('[notify]\nlevel = "some"\n', '"all", "important" or "none"'),
        ('[notify]\nquiet = "22-7"\n', "22:00-07:00"),
        ('[notify]\nquiet = "07:00-07:00"\n', "end at another time"),
        ("[notify]\nquiet = 22\n", "notify.quiet"),
        ('upstreams = "x"\n', "upstreams"),
        ('[upstreams]\nanthropic = "gopher://x"\n', "http"),
        ("[upstreams]\nanthropic = 5\n", "text"),
        ('[upstreams]\nany = "http://x"\n', "vendor"),
    ],
)
def test_damage_is_named_and_nothing_is_lost(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text, "latin-1")
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    trouble = caught.value.trouble
    assert words in trouble.message
    assert str(path) in trouble.message
    assert trouble.code == "bad_settings"
    with pytest.raises(SettingsError):
        settings_edit.set_upstream(path, "anthropic", "http://127.0.0.1:1")
    assert path.read_text("latin-1") == text


def test_an_upstream_is_written_beside_the_users_comments(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("# mine\n[budget]\nday_usd = 20 # a lot\n")
    settings_edit.set_upstream(path, "anthropic", "http://127.0.0.1:8000")
    settings_edit.set_upstream(path, "my-gateway", "https://g.example.com/v1")
    text = path.read_text()
    assert text.startswith("# mine\n[budget]\nday_usd = 20 # a lot\n")
    assert settings.load(path).routes()["my-gateway"].host == "g.example.com"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings_edit.set_upstream(path, "anthropic", None)
    assert "anthropic" not in settings.load(path).upstreams
    settings_edit.set_upstream(path, "never-there", None)


def test_a_wrong_upstream_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_edit.set_upstream(tmp_path / "c.toml", "anthropic", "not a url")
    assert caught.value.trouble.code == "bad_upstream"
    assert not (tmp_path / "c.toml").exists()


def test_every_setting_has_words_and_a_default_that_passes() -> None:
    for setting in settings.TABLE:
        assert setting.text.endswith(".")
        setting.check(setting.default)


def test_a_setting_is_written_checked_and_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "c.toml"
    settings_edit.set_value(path, "budget.day_usd", "12.50")
    settings_edit.set_value(path, "metering.ask_usage", True)
    chosen = settings.load(path)
    assert chosen.budget_day_pico == 12_500_000_000_000
    assert chosen.ask_usage
    assert chosen.given == {"budget.day_usd": "12.50", "metering.ask_usage": True}
    settings_edit.set_value(path, "metering.ask_usage", None)
    assert not settings.load(path).ask_usage
    before = path.read_bytes()
    for key, value in (("budget.day_usd", "-1"), ("metering.ask_usage", "maybe"), ("no.such", 1)):
        with pytest.raises(SettingsError) as caught:
            settings_edit.set_value(path, key, value)
        assert caught.value.trouble.code == "bad_setting"
    assert path.read_bytes() == before


def test_a_change_that_would_damage_the_file_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("# mine\n[proxy]\nport = 23456\n")
    with pytest.raises(SettingsError):
        settings_edit.edit(path, lambda document: document.update(surprise=1))
    assert path.read_text() == "# mine\n[proxy]\nport = 23456\n"


def test_folders_of_repositories(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    assert settings.load(path).repositories == ()
    settings_edit.set_value(path, "report.repositories", ["~/src", "/work", "C:\\code", "~"])
    assert settings.load(path).repositories == ("~/src", "/work", "C:\\code", "~")
    for wrong in ("~/src", ["src"], ["~other/x"], [7], ["/a\nb"], ["/x"] * 101, [""]):
        with pytest.raises(SettingsError, match="list of folders"):
            settings_edit.set_value(path, "report.repositories", wrong)
    settings_edit.set_value(path, "report.repositories", None)
    assert settings.load(path).repositories == ()
