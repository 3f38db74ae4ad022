"""The popover by keyboard alone, on a real screen: Tab goes as it is read and comes round, a ring shows where it is.

Where the keyboard is, is asked of the accessibility bus; what is drawn, of the screen.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from atspi import ENVIRONMENT, reader
from hands import Hands, until
from pixels import rgb
from screen import need

__all__ = ["reader"]

POPOVER = "Spendlight: today's spend"
RING = rgb("#005fb8")
"""The focus colour on light ground."""


@pytest.fixture
def opened(screen, reader, make_panel, make_engine, make_tray, views):
    """A popover with all kinds of controls that has just come up, and hands on the keyboard."""
    need("openbox", "openbox")
    opened = Opened()
    opened.screen, opened.reader, opened.hands = screen, reader, Hands(screen)
    opened.hands.away()
    opened.panel = make_panel()
    opened.engine = make_engine(replace(views["urged"].snapshot, unpriced=views["unpriced"].snapshot.unpriced))
    make_tray(**ENVIRONMENT)
    opened.panel.wait_item()
    opened.panel.until(lambda: "$12.20" in opened.panel.tooltip())
    opened.panel.activate()
    opened.window = reader.window(POPOVER)
    opened.at = opened.hands.wait_window("Spendlight")
    opened.hands.focus(opened.at)
    return opened


class Opened:
    def use(self, name, title):
        """Another window that has come up."""
        self.window = self.reader.window(name)
        self.at = self.hands.wait_window(title)
        self.hands.focus(self.at)

    def reachable(self):
        """All that Tab may stop at, as it stands on the screen: line by line, from the left.

        Of alternatives that exclude each other it stops at the chosen one only; arrows lead to the others.
        """
        found = [thing for thing in self.window.walk() if thing.focusable]
        found = [thing for thing in found if thing.checked or not thing.name.startswith("Today by")]
        places = {thing: thing.place for thing in found}
        middle = {thing: top + high / 2 for thing, (_, top, _, high) in places.items()}
        return sorted(found, key=lambda thing: (round(middle[thing] / 12), places[thing][0]))

    def on_screen(self, thing):
        """Where it is; the bus counts from the window's corner or the screen's, as it knows it."""
        left, top, wide, high = thing.place
        from_left, from_top, *_ = self.window.place
        x, y, *_ = self.hands.where(self.at)
        return x + left - from_left, y + top - from_top, wide, high

    def focused(self):
        """Where the keyboard is; a list's chosen item counts as its list."""
        found = (thing for thing in self.window.walk() if thing.focused and thing.role not in ("dialog", "list item"))
        return next(found, None)

    def tab(self, key="Tab"):
        """Press Tab and wait for the keyboard to have moved; where it is."""
        before = self.focused()
        self.hands.key(key)
        return until(lambda: (now := self.focused()) != before and now, f"a step of {key}")


def test_tab_goes_as_it_is_read_and_comes_round(opened):
    wanted = [thing.name for thing in opened.reachable()]
    assert len(wanted) >= 7
    assert opened.focused() is None  # the first Tab shows the ring
    walked = [opened.tab().name for _ in wanted]
    assert walked == wanted
    assert opened.tab().name == wanted[0]
    assert opened.tab("shift+Tab").name == wanted[-1]


def test_arrows_choose_among_alternatives(opened):
    while opened.tab().name != "Today by model":
        pass
    assert opened.tab("Right").name == "Today by tool"
    opened.reader.until(lambda: any(name == "claude-code: $8.10" for _, name in opened.window.told()), "today by tool")


def test_a_ring_is_drawn_where_the_keyboard_is(opened):
    """More pixels in the ring's colour around the button that has it than when it has not."""
    pause = opened.window.find("push button", "Pause 1 hour")
    around = opened.on_screen(pause)
    wide = around[2]
    before = opened.screen.frame(around)
    assert before.count(RING) == 0
    while opened.tab() != pause:
        pass
    after = opened.screen.until(lambda frame: frame.count(RING) > wide, around)
    assert after.differing(before) > 2 * wide
    opened.tab()
    opened.screen.until(lambda frame: frame.count(RING) == 0, around)


@pytest.mark.parametrize("key", ["space", "Return"])
def test_a_key_presses_what_has_the_keyboard(opened, key):
    while opened.tab().name != "Pause 1 hour":
        pass
    opened.hands.key(key)
    assert opened.engine.next_ask("pause")["seconds"] == 3600


def test_tab_goes_through_the_price_entry_and_comes_round(opened):
    opened.panel.click("Set a price for kimi-k4…")
    opened.use("Set a price for calls that have none", "Set a price")
    first = opened.reader.until(opened.focused, "the keyboard in the entry").name
    assert first == "Input, USD per million tokens"
    walked = [opened.tab().name for _ in range(7)]
    round_trip = walked[: walked.index(first) + 1]
    for name in ("Output, USD per million tokens", "Cached input, USD per million tokens", "Close"):
        assert name in round_trip, walked
    assert all(walked)
    opened.hands.key("Escape")
    opened.reader.until(lambda: not opened.window.showing, "a closed entry")


def test_tab_goes_through_the_tools_window_and_comes_round(opened):
    opened.panel.click("Connect tools")
    opened.use("Connect your tools", "Connect your tools")
    opened.reader.until(lambda: opened.window.find("list item", "Claude Code"), "the tools")
    first = opened.reader.until(opened.focused, "the keyboard in the window")
    walked = []
    while not walked or (walked[-1].path != first.path and len(walked) < 8):
        walked.append(opened.tab())
    assert len(walked) >= 3
    assert walked[-1].path == first.path
    names = [thing.name for thing in walked]
    assert all(names)
    assert "What changes in its files" in names
    assert "Close" in names
    opened.hands.key("Escape")
    opened.reader.until(lambda: not opened.window.showing, "a closed window")


def test_escape_closes_and_the_next_click_opens_anew(opened):
    opened.tab()
    opened.hands.key("Escape")
    opened.hands.wait_gone("Spendlight")
    until(lambda: (opened.panel.activate(), opened.hands.windows("Spendlight"))[1], "the popover again")
    opened.reader.until(lambda: opened.window.showing, "the popover read again")
    assert opened.focused() is None
