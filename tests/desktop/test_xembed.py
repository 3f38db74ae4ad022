"""The tray in a panel that only speaks XEmbed, seen pixel by pixel and clicked with a real pointer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hands import Hands, Trayer, until
from pixels import rgb
from screen import need

from trayapp.values import PICO

OK, WARN = rgb("#56b4e9"), rgb("#e69f00")
DARK_INK, LIGHT_INK = rgb("#16181c"), rgb("#ffffff")
TITLE = "Spendlight"


@pytest.fixture
def hands(screen):
    need("openbox", "openbox")
    hands = Hands(screen)
    hands.away()
    return hands


@pytest.fixture
def make_panel_of(screen):
    made = []

    def make(**how):
        made.append(Trayer(screen, **how))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


@pytest.fixture
def docked(screen, hands, make_panel_of, make_engine, make_tray, day):
    """A tray in a panel; ``.engine`` feeds it, ``.icon()`` is where it is."""
    docked = Docked(screen, hands)
    docked.panel = make_panel_of()
    docked.engine = make_engine(day)
    docked.tray = make_tray()
    docked.seen()
    return docked


class Docked:
    """The icon in the panel's corner."""

    def __init__(self, screen, hands):
        self.screen = screen
        self.hands = hands
        size = Trayer.SIZE
        self.corner = (screen.width - 2 * size, screen.height - size, 2 * size, size)

    def seen(self, colour=OK):
        """Wait until the bar is there in a colour."""
        return self.screen.until(lambda frame: frame.count(colour) >= 8, self.corner)

    def gone(self, colour=OK):
        self.screen.until(lambda frame: frame.count(colour) == 0, self.corner)

    def middle(self):
        """The middle of the icon: over its bar."""
        left, top, wide, high = self.seen().box(OK)
        return self.corner[0] + left + wide // 2, self.corner[1] + top + high - Trayer.SIZE // 2

    def click(self, button=1):
        self.hands.click(*self.middle(), button)


def share(frame, colour) -> float:
    """How much of the bar is filled, by its lowest row; the notch stands on the filled part in these tests."""
    left, top, _, high = frame.box(colour)
    row = frame.row(top + high - 1)
    ground = frame.at(left, top - 2)  # between the digits and the bar
    bar = [pixel for pixel in row[left:] if pixel != ground]
    return sum(1 for pixel in bar if pixel in (colour, DARK_INK)) / len(bar)


def near(frame, colour) -> int:
    """How many pixels have this colour, give or take what a theme's blending does to it."""
    each = frame.colours().items()
    return sum(count for found, count in each if all(abs(a - b) <= 3 for a, b in zip(found, colour, strict=True)))


def test_the_icon_is_docked_and_its_bar_follows(docked, day):
    """61 % in the calm colour, then 85 % in the warning one; all of it real pixels of the screen."""
    assert share(docked.seen(), OK) == pytest.approx(0.61, abs=0.06)
    docked.engine.send(replace(day, today=replace(day.today, pico=17 * PICO), running_pico=0))
    assert share(docked.seen(WARN), WARN) == pytest.approx(0.85, abs=0.06)
    docked.gone(OK)


@pytest.mark.parametrize(
    ("ground", "desktop", "ink"), [("0xffffff", "", DARK_INK), ("0x1d1f24", "GNOME", LIGHT_INK)], ids=["light", "dark"]
)
def test_the_ink_stands_off_from_its_ground(
    screen, hands, make_panel_of, make_engine, make_tray, day, ground, desktop, ink
):
    """The digits are in the ink for that ground, and the panel's own colour shows between them: no box around."""
    docked = Docked(screen, hands)
    make_panel_of(ground=ground)
    make_engine(day)
    make_tray(XDG_CURRENT_DESKTOP=desktop)
    frame = docked.seen()
    left, top, *_ = frame.box(OK)
    digits = screen.frame((docked.corner[0] + left, docked.corner[1] + 1, 22, top - 3))
    assert near(digits, ink) > 40
    assert near(digits, rgb(f"#{ground[2:]}")) > 80


def test_a_left_click_opens_the_popover_by_the_icon_and_escape_closes_it(docked, screen, hands):
    x, y = docked.middle()
    docked.click()
    left, top, wide, high = hands.where(hands.wait_window(TITLE))
    assert wide == 330
    assert left >= 0
    assert top >= 0
    assert left + wide <= screen.width
    # Beside the icon, not over it: its lower edge ends above the panel, and the icon is below its right half.
    assert y - 60 < top + high < y
    assert left + wide / 2 < x < left + wide + 20
    # The keyboard is in it: nobody has clicked it or given it the focus.
    hands.key("Escape")
    hands.wait_gone(TITLE)


def test_a_second_click_closes_the_popover(docked, hands):
    x, y = docked.middle()
    hands.click(x - 6, y)
    hands.wait_window(TITLE)
    hands.click(x + 6, y)  # at another place, or it would be a double click
    hands.wait_gone(TITLE)


def test_a_right_click_opens_the_menu_and_a_key_pauses(docked, hands):
    assert hands.menus() == []
    docked.click(3)
    until(hands.menus, "a menu")
    hands.key("p")
    assert docked.engine.next_ask("pause")["seconds"] == 3600
    until(lambda: not hands.menus(), "no menu")


def test_a_middle_click_asks_for_a_pause(docked):
    docked.click(2)
    assert docked.engine.next_ask("pause")["seconds"] == 3600


def test_a_panel_that_was_killed_and_comes_again_gets_the_icon(docked, make_panel_of, day):
    docked.panel.kill()
    docked.gone()
    make_panel_of()
    docked.seen()
    docked.engine.send(replace(day, today=replace(day.today, pico=17 * PICO), running_pico=0))
    docked.seen(WARN)
    docked.hands.click(*_over(docked, WARN))
    docked.hands.wait_window(TITLE)


def _over(docked, colour):
    left, top, wide, _ = docked.seen(colour).box(colour)
    return docked.corner[0] + left + wide // 2, docked.corner[1] + top - 6


def test_a_panel_that_comes_late_gets_the_icon(screen, hands, make_panel_of, make_engine, make_tray, day):
    engine = make_engine(day)
    make_tray("--tray-wait", "60")
    engine.wait_followed()
    make_panel_of()
    Docked(screen, hands).seen()
