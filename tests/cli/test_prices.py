"""``spendlight prices``: the shipped book as people and scripts read it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from trayapp.cli import main
from trayapp.platform.resources import resource
from trayapp.pricing import load


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["prices", *arguments, "--format", "json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["prices", *arguments]) == 0
    return capsys.readouterr().out


def test_rates_are_dated(capsys: pytest.CaptureFixture[str]) -> None:
    for date, rate, until in (("2026-11-30", "2", "2026-12-01T00:00:00Z"), ("2026-12-01", "4", None)):
        (entry,) = told(capsys, "gemini-4-argon", "--vendor", "google", "--date", date)
        assert entry["rates"]["input"] == rate
        assert entry["to"] == until
        assert entry["variants"]["flex"]["multiplier"] == "0.5"
        assert entry["rates"]["web_search"] == "14"
    plain = shown(capsys, "gemini-4-argon", "--vendor", "gemini", "--date", "2026-11-30T12:00Z")
    assert "input $2" in plain
    assert "until 2026-12-01T00:00:00Z" in plain
    assert "source: genai-prices" in plain
    assert "input $4" not in plain
    assert "input $4" in shown(capsys, "gemini-4-argon", "--vendor", "gemini", "--date", "2026-11-30", "--why")


def test_long_prompts_surcharges_and_windows(capsys: pytest.CaptureFixture[str]) -> None:
    (haiku,) = told(capsys, "claude-haiku-5-5", "--vendor", "anthropic", "--date", "2026-11-24")
    assert haiku["long_prompt"][0]["from_tokens"] == 100_001
    assert haiku["long_prompt"][0]["rates"]["output"] == "2.5"
    assert haiku["geo"] == {"us": "1.1"}
    peak = shown(capsys, "deepseek-v4-pro", "--vendor", "deepseek", "--date", "2026-11-24T02:00:00Z")
    assert "input $1.32" in peak
    assert "Mon Tue Wed Thu Fri 01:00-04:00 06:00-10:00 UTC" in peak
    # The same moment, written with an offset.
    assert "input $1.32" in shown(capsys, "deepseek-v4-pro", "--vendor", "deepseek", "--date", "2026-11-24T04:00+02:00")


def test_names_are_found_as_the_meter_finds_them(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = told(capsys, "us.anthropic.claude-opus-5-5", "--vendor", "bedrock", "--why")
    assert (entry["model"], entry["vendor"], entry["list_of"]) == ("claude-opus-5-5", "aws", "anthropic")
    assert entry["region_of_name"] == "bedrock"
    assert entry["why"]["looked_up"] == ["claude-opus-5-5"]
    assert entry["why"]["resold"] is True
    sellers = {entry["vendor"] for entry in told(capsys, "gemini-4-argon")}
    assert {"google", "github-copilot"} <= sellers
    assert [entry["basis"] for entry in told(capsys, "qwen3:8b", "--vendor", "ollama")] == ["local"]
    assert "it runs on your machine" in shown(capsys, "qwen3:8b", "--vendor", "ollama")


def test_all_prices(capsys: pytest.CaptureFixture[str]) -> None:
    book = load(resource("pricebook.json").read_bytes())
    everything = told(capsys)
    assert len(everything) == len(book.models)
    for entry in everything:
        assert entry["book"] == book.version
        for rate in entry.get("rates", {}).values():
            assert Decimal(rate) >= 0
    lines = shown(capsys).splitlines()
    assert len(lines) == len(book.models) + 2
    assert {line.split()[0] for line in shown(capsys, "--vendor", "deepseek").splitlines()[1:-1]} == {"deepseek"}
    azure = {line.split()[0] for line in shown(capsys, "--vendor", "azure").splitlines()[1:-1]}
    assert {"openai", "anthropic"} <= azure


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["opus"], 1, "claude-opus-5-5"),
        (["no-such-model"], 1, "`spendlight prices` lists all"),
        (["gpt-5.5", "--vendor", "groq"], 1, "shown as unpriced"),
        (["--vendor", "nobody"], 2, "anthropic"),
        (["gpt-5.5", "--date", "soon"], 2, "2026-11-24"),
        (["gpt-5.5", "--date", "9999-12-31T23:59:59-23:59"], 0, ""),
    ],
)
def test_what_is_not_known_is_said(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(["prices", *arguments]) == code
    assert words in capsys.readouterr().err


def test_a_moment_before_all_prices_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = told(capsys, "gemini-3.6-flash", "--vendor", "google", "--date", "0001-01-01T00:00:00+14:00")
    assert entry["basis"] in ("list", "unpriced")
