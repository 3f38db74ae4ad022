"""What a screen reader finds in the tray's windows, read over the accessibility bus from a process of its own.

Nothing here looks at widgets: roles, names, values and actions are what Orca would get.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from atspi import ENVIRONMENT, reader

from trayapp.snapshot import Notice, Snapshot, Unpriced
from trayapp.trouble import Trouble
from trayapp.values import PICO

__all__ = ["reader"]

POPOVER = "Spendlight: today's spend"
BUTTONS = ("push button", "check box", "radio button", "toggle button")


class Spoken:
    """A tray that a screen reader reads, with a panel and an engine."""

    def __init__(self, reader, panel, engine):
        self.reader = reader
        self.panel = panel
        self.engine = engine
        self._calls = 1000

    def popover(self):
        self.panel.activate()
        return self.reader.window(POPOVER)

    def show(self, window, snapshot: Snapshot) -> None:
        """Send a snapshot and wait until its (marked) numbers are spoken."""
        self._calls += 1
        self.engine.send(replace(snapshot, today=replace(snapshot.today, calls=self._calls)))
        mark = f"{self._calls:,} calls"
        self.reader.until(lambda: any(mark in name for _, name in window.told()), f"{mark} in the popover")

    def within(self, window, text: str) -> bool:
        return any(text in name for _, name in window.told())


@pytest.fixture
def spoken(reader, make_panel, make_engine, make_tray, day):
    panel = make_panel()
    engine = make_engine(day)
    make_tray(**ENVIRONMENT)
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    return Spoken(reader, panel, engine)


def nameless(window) -> list[tuple[str, str]]:
    """What can be pressed or reached by the keyboard and says nothing, or not what it is."""
    found = []
    for thing in window.walk():
        if (thing.focusable or thing.role in BUTTONS) and not thing.name.strip("…. "):
            found.append((thing.role, thing.path))
        if "&" in thing.name.replace(" & ", "") and thing.role in BUTTONS:
            found.append((thing.role, thing.name))
    return found


def values(window) -> dict[str, float]:
    """All gauges: name and share."""
    found = {}
    for thing in window.walk():
        if thing.role == "progress bar":
            now, least, most = thing.value
            found[thing.name] = round((now - least) / (most - least), 3)
    return found


def test_the_popover_is_a_named_dialog_with_the_keyboard_in_it(spoken):
    window = spoken.popover()
    assert window.role == "dialog"  # a bare widget would be a "filler", which readers pass over
    spoken.reader.until(lambda: any(thing.focused for thing in window.walk()), "the keyboard in the popover")


def test_all_that_can_be_reached_has_a_name_in_every_state(spoken, views):
    window = spoken.popover()
    for state, view in views.items():
        if view.live:
            spoken.show(window, view.snapshot)
            assert nameless(window) == [], state
            assert any(thing.focusable for thing in window.walk()), state


def test_gauges_say_what_the_snapshot_says(spoken, views, day):
    window = spoken.popover()
    dearest = {"claude-opus-5-5: $7.60": 1.0, "gpt-6.1-sol: $3.05": 0.401, "claude-haiku-5-5: $1.51": 0.199}
    spoken.show(window, day)
    assert values(window) == {"Today: 61 % of $20": 0.61, **dearest}
    spoken.show(window, views["plan"].snapshot)
    spoken_of = values(window)
    windows = [share for name, share in spoken_of.items() if name not in dearest and not name.startswith("Today")]
    assert windows == [0.42, 0.71, 0.0, 1.0]
    assert any(name.startswith("Claude 5 h: 42 %") for name in spoken_of)
    spoken.show(window, views["budgets"].snapshot)
    spoken_of = values(window)
    assert spoken_of["Today: 61 % of $20"] == 0.61
    assert spoken_of["shop this week: $20.31 of $20"] == 1.0
    assert next(v for n, v in spoken_of.items() if n.startswith("This month")) == 0.841
    spoken.show(window, replace(day, today=replace(day.today, pico=19 * PICO), running_pico=0))
    assert values(window)["Today: 95 % of $20"] == 0.95


def test_alerts_notices_and_calls_are_read(spoken, day):
    trouble = Trouble(title="The disk is full", message="No call can be stored.", fix="Make room.", code="disk_full")
    notice = Notice(title="Prices have changed", message="Two models are cheaper.", at_us=day.at_us)
    window = spoken.popover()
    spoken.show(window, replace(day, troubles=(trouble,), notices=(notice,)))
    panels = [name for role, name in window.told() if role == "panel"]
    assert "Alert. The disk is full. No call can be stored. Make room." in panels
    assert "Prices have changed. Two models are cheaper." in panels
    assert any(name.startswith("Running: claude-code · claude-opus-5-5, ≈$0.042") for name in panels)
    assert any(name.startswith("Ended: aider · claude-haiku-5-5") for name in panels)
    window.find("push button", "Dismiss: Prices have changed").do("Press")
    assert spoken.engine.next_ask("dismiss")["at_us"] == day.at_us
    spoken.show(window, day)
    assert not spoken.within(window, "The disk is full")


def test_an_action_does_what_a_click_does(spoken, views):
    window = spoken.popover()
    window.find("push button", "Pause 1 hour").do("Press")
    assert spoken.engine.next_ask("pause")["seconds"] == 3600
    spoken.show(window, views["card"].snapshot)
    card = next(name for role, name in window.told() if role == "panel" and name.startswith("Suggestion."))
    assert "≈$9.16 a week" in card
    window.find("push button", "Switch: ").do("Press")
    assert spoken.engine.next_ask("accept_suggestion")["suggestion"] == "s1"
    by_tool = window.find("check box", "Today by tool")
    by_tool.do("Toggle")
    spoken.reader.until(lambda: "claude-code: $8.10" in values(window), "today by tool")


def test_what_is_toggled_by_an_action_is_asked_for(spoken, views):
    """A reader toggles without a click: the wish goes out all the same, and what is true stays shown."""
    window = spoken.popover()
    spoken.show(window, views["loss"].snapshot)
    frugal = window.find("check box", "Mode: Frugal")
    assert not frugal.checked
    frugal.do("Toggle")
    assert spoken.engine.next_ask("set_mode")["mode"] == "frugal"
    assert not frugal.checked
    window.find("check box", "As requested").do("Toggle")
    assert spoken.engine.next_ask("asis")["on"] is True
    window.find("push button", "Remove").do("Press")
    spoken.engine.next_ask("remove_rule")


def test_a_paused_engine_is_told(spoken, day):
    window = spoken.popover()
    spoken.show(window, replace(day, mode="paused", paused_until_us=day.at_us))
    window.find("push button", "Resume metering").do("Press")
    spoken.engine.next_ask("resume")


def test_the_price_entry(spoken, day):
    """Every field says what it takes; the dialog is closed by its own button's action."""
    spoken.engine.send(replace(day, unpriced=(Unpriced(vendor="openai", model="kimi-k4", calls=2, tokens=9),)))
    spoken.panel.until(lambda: any("kimi-k4" in label for label in spoken.panel.labels()))
    spoken.panel.click("Set a price for kimi-k4…")
    window = spoken.reader.window("Set a price for calls that have none")
    assert window.role == "dialog"
    assert nameless(window) == []
    told = window.told()
    for name in ("Input", "Output", "Cached input"):
        assert ("text", f"{name}, USD per million tokens") in told
    whose = "Model without a price, and its vendor"
    assert any(thing.role == "combo box" and whose in (thing.name, thing.description) for thing in window.walk())
    window.find("push button", "Close").do("Press")
    spoken.reader.until(lambda: not window.showing, "a closed dialog")


def test_the_tools_window(spoken, profile, home):
    profile.port.write_text("29999")
    profile.token.write_text("t0K" * 14 + "_")
    settings = home / "user" / ".claude" / "settings.json"
    settings.parent.mkdir(mode=0o700)
    settings.write_text("{}")
    spoken.panel.click("Connect tools")
    window = spoken.reader.window("Connect your tools")
    assert window.role == "dialog"
    tool = spoken.reader.until(lambda: window.find("list item", "Claude Code"), "the tools")
    assert "," in tool.name  # its state is in its name
    changes = spoken.reader.until(lambda: window.find("text", "What changes in its files"), "the difference")
    spoken.reader.until(lambda: "ANTHROPIC_BASE_URL" in changes.text, "what would change")
    assert nameless(window) == []
    assert any(thing.role == "combo box" and thing.description == "Way to connect it" for thing in window.walk())
    assert window.find("push button", "Connect Claude Code").enabled
    window.find("push button", "Close").do("Press")
    assert settings.read_text() == "{}"
