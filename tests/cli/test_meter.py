"""The terminal meter's lines."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from trayapp.cli import meter
from trayapp.snapshot import LiveCall, Slice, Snapshot, Today
from trayapp.trouble import Trouble

USD = 10**12


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_the_glance() -> None:
    snapshot = Snapshot(
        today=Today(pico=12 * USD, calls=3, input=1000, output=50, unpriced=1),
        rate_pico_hour=2 * USD,
        running_pico=USD // 100,
        budget_day_pico=20 * USD,
        by_model=(Slice(name="claude-opus-5-5", pico=12 * USD, calls=2), Slice(name="mystery", calls=1, unpriced=1)),
        live=(LiveCall(id=1, tool="codex", model="gpt-6-luna", tokens_in=1200, tokens_out=5, pico=None),),
    )
    text = "\n".join(meter.draw(snapshot))
    assert "$12.00 of $20.00 today (+≈$0.01 running) · $2.00/h" in text
    assert "1 unpriced" in text
    assert "codex · gpt-6-luna" in text
    assert "unpriced" in next(line for line in text.splitlines() if line.startswith("mystery"))


def test_a_demo_says_so_first() -> None:
    assert meter.draw(Snapshot(demo=True))[0].startswith("DEMO")


def test_control_characters_have_no_way_to_the_terminal() -> None:
    snapshot = Snapshot(by_model=(Slice(name="evil\x1b]0;x\x07", pico=1),))
    assert not any("\x1b" in line or "\x07" in line for line in meter.draw(snapshot))


names = st.text(max_size=60)


@given(
    st.builds(
        Snapshot,
        demo=st.booleans(),
        mode=st.sampled_from(["metering", "paused"]),
        today=st.builds(Today, pico=st.integers(0, 10**20), calls=st.integers(0, 10**7)),
        budget_day_pico=st.none() | st.integers(1, 10**16),
        by_model=st.lists(st.builds(Slice, name=names, pico=st.integers(0, 10**18)), max_size=8).map(tuple),
        live=st.lists(
            st.builds(LiveCall, id=st.just(1), tool=names, model=names, pico=st.none() | st.integers(0, 10**15)),
            max_size=9,
        ).map(tuple),
        troubles=st.lists(st.builds(Trouble, title=names, message=names), max_size=2).map(tuple),
    ),
    st.integers(1, 200),
    st.integers(1, 60),
)
def test_it_fits_any_terminal(snapshot: Snapshot, width: int, height: int) -> None:
    lines = meter.draw(snapshot, width=width, height=height)
    assert len(lines) <= height
    assert all(cells(line) <= max(width, 30) for line in lines)
