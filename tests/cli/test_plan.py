"""Plan windows in the terminal and in bars."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from trayapp.cli import meter
from trayapp.cli.status import render
from trayapp.snapshot import Credits, Limit, Snapshot, Today, Window, snapshot_from_json

REPO = Path(__file__).resolve().parents[2]
NOON = 1_795_000_000
PICO = 10**12
FIVE = Window(
    vendor="anthropic",
    account="3f2a" * 4,
    name="5h",
    minutes=300,
    used=0.425,
    resets_at=NOON + 60,
    status="allowed",
    binding=True,
    at_us=NOON * 1_000_000,
)
WEEK = Window(vendor="anthropic", account="3f2a" * 4, name="7d", minutes=10_080, used=0.81, resets_at=NOON + 300_000)
PLAN = Snapshot(
    at_us=NOON * 1_000_000,
    today=Today(pico=12 * PICO, pico_contract=12 * PICO, pico_marginal=0, calls=3),
    windows=(FIVE, WEEK),
    limits=(Limit(vendor="openai", name="requests", model="gpt-5.5", limit=100, remaining=40, resets_at=NOON + 9),),
    credits=(Credits(vendor="chatgpt", account="c" * 16, has=True, unlimited=False, balance="9.5"),),
)


def test_plain_has_a_line_for_each_window() -> None:
    lines = meter.draw(PLAN)
    assert lines[0] == "5 h 42 % · week 81 % · ≈$12.00 API value today"
    five = next(line for line in lines if line.startswith("Claude 5 h"))
    assert "42 %, resets" in five
    assert (five.count("━"), five.count("─")) == (12, 16)  # it reads without colours, too
    assert "81 %, resets" in next(line for line in lines if line.startswith("Claude week"))
    assert "adds $0.00 to the bill" in lines
    assert "ChatGPT credits: 9.5" in lines
    assert any(line.startswith("OpenAI rate limit: 60 % of requests used for gpt-5.5") for line in lines)


def test_bars_and_status_lines() -> None:
    bar = json.loads(render(PLAN, "waybar"))
    assert (bar["text"], bar["class"], bar["percentage"]) == ("≈$12.00", "warn", 81)
    assert "Claude week" in bar["tooltip"]
    said = render(PLAN, "statusline", {"model": {"display_name": "Opus"}})
    assert said == "Opus · 5 h 42 % · week 81 % · ≈$12.00 API value today"
    assert "Claude week" in render(PLAN, "genmon")


def test_a_window_that_will_run_out_says_when_and_warns() -> None:
    week = replace(WEEK, used=0.5, runs_out_at=NOON + 100_000, runs_out_sure=0.7)
    told = replace(PLAN, windows=(FIVE, week))
    (line,) = [line for line in meter.draw(told) if line.startswith("Claude week")]
    assert "50 %, runs out " in line
    assert "resets" not in line
    coloured = meter.draw(told, colour=True)
    assert any(meter._STYLES["orange"] in line and "Claude week" in line for line in coloured)
    assert json.loads(render(told, "waybar"))["class"] == "warn"
    calm = replace(told, windows=(FIVE, replace(week, runs_out_sure=0.4)))
    assert json.loads(render(calm, "waybar"))["class"] == "ok"
    assert snapshot_from_json(json.loads(render(told, "json"))) == told


def test_json_names_are_those_of_the_readme() -> None:
    document = json.loads(render(PLAN, "json"))
    assert document["windows"][0] == {
        "vendor": "anthropic",
        "name": "5h",
        "account": "3f2a" * 4,
        "plan": "",
        "family": "",
        "label": "",
        "minutes": 300,
        "used": 0.425,
        "resets_at": NOON + 60,
        "status": "allowed",
        "binding": True,
        "reset": False,
        "runs_out_at": None,
        "runs_out_sure": None,
        "at_us": NOON * 1_000_000,
    }
    assert document["limits"] == [
        {
            "vendor": "openai",
            "name": "requests",
            "account": "",
            "model": "gpt-5.5",
            "limit": 100,
            "remaining": 40,
            "resets_at": NOON + 9,
        }
    ]
    assert document["credits"][0]["balance"] == "9.5"
    assert snapshot_from_json(document) == PLAN
    readme = (REPO / "README.md").read_text("utf-8")
    names = {*document["windows"][0], *document["limits"][0], *document["credits"][0]}
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


def test_where_money_is_billed_money_leads() -> None:
    billed = replace(PLAN, today=replace(PLAN.today, pico_marginal=PICO))
    lines = meter.draw(billed)
    assert lines[0] == "$12.00 today"
    assert "≈ API value · adds $1.00 to the bill" in lines
    assert any(line.startswith("Claude week") for line in lines)


def test_a_window_that_began_anew_shows_no_number() -> None:
    anew = replace(FIVE, used=None, reset=True, resets_at=NOON - 60)
    lines = meter.draw(replace(PLAN, windows=(anew,)))
    line = next(line for line in lines if line.startswith("Claude 5 h"))
    assert "unknown, was reset" in line
    assert "%" not in line
    assert lines[0] == "$12.00 today"


words = st.text(max_size=30)


@given(
    st.lists(
        st.builds(
            Window,
            vendor=words,
            name=words,
            account=words,
            family=words,
            label=words,
            minutes=st.none() | st.integers(-5, 10**9),
            used=st.none() | st.floats(0, 1),
            resets_at=st.none() | st.integers(-(10**18), 10**18),
            status=words,
            reset=st.booleans(),
        ),
        max_size=8,
    ),
    st.integers(30, 200),
)
def test_whatever_an_engine_says_the_lines_fit(windows: list[Window], width: int) -> None:
    snapshot = replace(PLAN, windows=tuple(windows))
    assert all(len(line) <= width for line in meter.draw(snapshot, width=width) if line.isascii())
    render(snapshot, "statusline")
