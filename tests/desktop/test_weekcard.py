"""The weekly card: 1200 x 630, nothing clipped, nothing on anything else, no name that was not asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from desktop_tongues import speaking
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from report_samples import full, reports

from trayapp.desktop import drawn, look, weekcard
from trayapp.desktop.weekcard import Card, card
from trayapp.pages import style
from trayapp.pages.page import printable
from trayapp.reports import nameless

EVERY = pytest.mark.parametrize("name", sorted(reports()))
LANGUAGES = ("en", "de")


def faults(made: Card) -> list[str]:
    """What is clipped, faint, or lies on something else."""
    found = []
    whole = QRectF(0, 0, weekcard.WIDE, weekcard.HIGH)
    for at, text in enumerate(made.written):
        if not whole.contains(text.place):
            found.append(f"clipped: {text.words}")
        if style.contrast(text.ink, text.ground) < 4.5:
            found.append(f"faint: {text.words} {text.ink} on {text.ground}")
        for other in made.written[at + 1 :]:
            both = text.place.intersected(other.place)
            # Letters keep within their line; lines of one paragraph share an edge.
            if both.width() > 1 and both.height() > 3:
                found.append(f"on each other: {text.words} | {other.words}")
    return found


@EVERY
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_fits(qapp, name: str, dark: bool, language: str) -> None:
    with speaking(qapp, language):
        for names in (False, True):
            made = card(reports()[name], dark=dark, names=names)
            assert (made.image.width(), made.image.height()) == (1200, 630)
            assert faults(made) == []
    if folder := os.environ.get("SPENDLIGHT_TEST_PICTURES"):
        assert made.image.save(str(Path(folder) / f"card-{name}-{language}-{'dark' if dark else 'light'}.png"))


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_amount_loses_a_letter(qapp, name: str, language: str) -> None:
    with speaking(qapp, language):
        for text in card(reports()[name]).written:
            assert text.whole or name in ("long", "hostile", "huge"), text.words
            if not text.whole:
                assert "$" not in text.words or name == "huge", text.words


def test_it_says_what_the_week_was(qapp) -> None:
    words = [text.words for text in card(full()).written]
    for each in (
        "My week in tokens",
        "16–22 Nov 2026",
        "$93.20",
        "API value · + 8 unpriced",
        "$88.20 by contract · adds $40.00 to the bill",
        "−$18.00 (−16 %) on the week before",
        "≈$19.40 saved by rules",
        "70 %",
        "−$21.00",
        "1,204",
        "No prompts, no code, no project names in this card",
    ):
        assert each in words, each
    losing = [text.words for text in card(reports()["rising"]).written]
    assert "≈$1.20 lost by rules" in losing
    assert "+$30.00 (+47 %) on the week before" in losing
    assert "Demo" in [text.words for text in card(reports()["demo"]).written]


@EVERY
def test_no_name_unasked(qapp, name: str) -> None:
    report = reports()[name]
    words = " ".join(text.words for text in card(report).written)
    mine = {part.name for part in (*report.projects, *report.sessions)} | {part.project for part in report.sessions}
    public = {part.name for part in (*report.models, *report.tools)}
    assert not [each for each in mine - public if each and printable(each) in words]
    assert card(report).written == card(nameless(report)).written


def test_names_when_asked_for(qapp) -> None:
    words = [text.words for text in card(full(), names=True).written]
    assert "storefront" in words
    assert "No prompts, no code in this card" in words


def test_the_pages_colours_are_the_desktops() -> None:
    for page, desktop in ((style.LIGHT, look.LIGHT), (style.DARK, look.DARK)):
        for name in ("window", "card", "border", "text", "dim", "bar", "demo", "demo_text", "series"):
            assert getattr(page, name) == getattr(desktop, name), name
        assert (page.warn, page.more, page.less) == (desktop.warn_text, desktop.over, desktop.ok)


def test_a_denser_screen_gets_more_pixels_and_the_same_words(qapp) -> None:
    twice = card(full(), scale=2)
    assert (twice.image.width(), twice.image.height()) == (2400, 1260)
    assert [text.words for text in twice.written] == [text.words for text in card(full()).written]
    assert faults(twice) == []


def test_a_file_is_a_png_in_the_language_asked_for(qapp) -> None:
    made = drawn.drawn(full(), "png", "de", dark=True)
    image = QImage.fromData(made)
    assert (image.width(), image.height()) == (1200, 630)
    assert image.pixelColor(2, 2).name() == style.DARK.window
    assert drawn.drawn(full(), "md", "de").decode().startswith("# Woche 47, 2026")
    assert drawn.drawn(full(), "md", "en").decode().startswith("# Week 47, 2026")
