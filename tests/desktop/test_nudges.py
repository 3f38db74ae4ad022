"""Notifications about suggestions: few, never twice, with buttons where the desktop has them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from desktop_popovers import wait_windows
from hypothesis import given
from hypothesis import strategies as st

from trayapp.desktop.nudges import MOST, Memory

PATIENCE = 15.0


@pytest.fixture
def start(make_panel, make_engine, make_tray, day):
    """Starts a panel with a notification service, an engine and a tray; an engine without a suggestion at first."""

    def start(*capabilities: str):
        panel = make_panel()
        panel.capabilities = list(capabilities)
        panel.engine = make_engine(day)
        panel.tray = make_tray()
        panel.wait_item()
        panel.until(lambda: "$12.20" in panel.tooltip())
        return panel

    return start


def test_a_new_suggestion_is_told_with_buttons(start, choosing):
    panel = start("body", "body-markup", "actions")
    panel.engine.send(choosing)
    toast = panel.toasts.get(timeout=PATIENCE)
    assert toast.title == "Titles to claude-haiku-5-5?"
    assert toast.body.startswith("212 title calls in 7 days cost $9.40")
    assert toast.body.endswith("≈$9.16 a week, estimated")
    assert toast.actions == ("default", "Open", "accept", "Switch", "decline", "Not now")
    panel.press(toast, "accept")
    assert panel.engine.next_ask("accept_suggestion")["suggestion"] == "s1"
    trial = replace(choosing.choices.suggestion, id="s2", trial=True, title="A <b> & c?", lines=("1 < 2 & 3",))
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=trial)))
    second = panel.toasts.get(timeout=PATIENCE)
    assert second.actions[2:] == ("accept", "Try for 1 hour", "decline", "Not now")
    assert second.title == "A <b> & c?"
    assert second.body.startswith("1 &lt; 2 &amp; 3\n")
    panel.press(second, "decline")
    assert panel.engine.next_ask("decline_suggestion")["suggestion"] == "s2"


def test_two_a_day_and_none_twice_also_after_a_restart(start, make_tray, choosing, day, profile):
    panel = start("actions")
    suggestion = choosing.choices.suggestion
    for name in ("a", "b", "c"):
        offered = replace(choosing.choices, suggestion=replace(suggestion, id=name, title=f"{name}?"))
        panel.engine.send(replace(choosing, choices=offered))
        panel.until(lambda name=name: f"Suggestion: {name} (≈$9.16 a week)…" in panel.labels())
    assert [panel.toasts.get(timeout=PATIENCE).title for _ in range(2)] == ["a?", "b?"]
    panel.engine.send(choosing)
    panel.until(lambda: any("Titles" in label for label in panel.labels()))
    panel.tray.quit()
    make_tray()
    panel.wait_item()
    panel.until(lambda: any("Titles" in label for label in panel.labels()))
    assert panel.toasts.empty()
    kept = json.loads(profile.suggested.read_text())
    assert (kept["today"], kept["ids"]) == (2, ["a", "b"])
    assert profile.suggested.stat().st_mode & 0o077 == 0


def test_none_while_everything_goes_out_as_requested_or_is_only_metered(start, choosing):
    panel = start("actions")
    for quiet in (replace(choosing.choices, asis=True), replace(choosing.choices, mode="let-it-rip")):
        panel.engine.send(replace(choosing, choices=quiet))
        panel.until(lambda: any("Suggestion:" in label for label in panel.labels()))
    panel.engine.send(choosing)
    assert panel.toasts.get(timeout=PATIENCE).title == "Titles to claude-haiku-5-5?"
    assert panel.toasts.empty()


def test_a_suggestion_that_is_gone_takes_its_notification_along(start, choosing):
    panel = start("actions")
    panel.engine.send(choosing)
    toast = panel.toasts.get(timeout=PATIENCE)
    panel.until(lambda: any("Suggestion:" in label for label in panel.labels()))
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=None)))
    assert panel.closed_toasts.get(timeout=PATIENCE) == toast.id


def test_a_click_on_the_notification_opens_the_popover(start, choosing, display):
    panel = start("actions")
    panel.engine.send(choosing)
    panel.press(panel.toasts.get(timeout=PATIENCE), "default")
    wait_windows(display, 1)


def test_without_buttons_it_is_told_plainly(start, choosing):
    panel = start("body")
    panel.engine.send(choosing)
    title, body = panel.notices.get(timeout=PATIENCE)
    assert title == "Titles to claude-haiku-5-5?"
    assert "≈$9.16 a week, estimated" in body
    assert panel.toasts.empty()


def test_what_the_popover_shows_is_not_told(start, choosing, display):
    panel = start("actions")
    panel.activate()
    wait_windows(display, 1)
    panel.engine.send(choosing)
    panel.until(lambda: any("Suggestion:" in label for label in panel.labels()))
    panel.activate()
    wait_windows(display, 0)
    panel.engine.send(replace(choosing, running_pico=0))
    panel.until(lambda: "$12.16" in panel.tooltip())
    assert panel.toasts.empty()


IDS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["d1", "d2", "d3"]), st.booleans()), max_size=40)


@given(steps=IDS, forget=st.booleans())
def test_memory_holds_its_rules(tmp_path_factory, steps, forget):
    """Never twice and at most two a day, however often the tray is started anew."""
    path = tmp_path_factory.mktemp("memory") / "suggested.json"
    memory = Memory(path)
    told: list[tuple[str, str]] = []
    known: set[str] = set()
    for suggestion, day, seen in sorted(steps, key=lambda step: step[1]):
        if forget:
            memory = Memory(path)
        if memory.may_tell(suggestion, day, seen=seen):
            assert suggestion not in known
            known.add(suggestion)
            if not seen:
                told.append((suggestion, day))
    for day in ("d1", "d2", "d3"):
        assert sum(1 for _, each in told if each == day) <= MOST


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b'{"day": 1, "today": null, "ids": 3}', b"\xff"])
def test_rubbish_is_written_anew(tmp_path, rubbish):
    path = tmp_path / "suggested.json"
    path.write_bytes(rubbish)
    assert Memory(path).may_tell("a", "2026-11-26")
    assert not Memory(path).may_tell("a", "2026-11-27")
