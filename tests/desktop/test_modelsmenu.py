"""Cheaper models in the tray's menu, read and clicked by a panel over D-Bus that never announces itself."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from desktop_popovers import wait_windows
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

from trayapp.choices import Choices
from trayapp.desktop import look
from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.view import Link, View
from trayapp.trouble import Trouble

PATIENCE = 15.0
BALANCED = "Balanced: suggests, you decide"
RIP = "Let it rip: only counts"
FRUGAL = "Frugal: titles and summaries go to a small model"


@pytest.fixture
def panel(make_panel, make_engine, make_tray, choosing):
    """A panel with the tray in it, fed by an engine that has something to suggest."""
    panel = make_panel()
    panel.engine = make_engine(choosing)
    panel.tray = make_tray()
    panel.wait_item()
    panel.until(lambda: any("Suggestion:" in label for label in panel.labels()))
    return panel


def seen(entry) -> list[str]:
    """The visible labels of one level."""
    return [child.label.replace("_", "") for child in entry.children if child.visible and child.label]


def ticked(entry) -> list[str]:
    return [child.label for child in entry.children if child.visible and child.checked]


def test_the_suggestion_with_its_proof_and_both_answers(panel):
    shown = [label.replace("_", "") for label in panel.labels()]
    assert shown.index("Models") > next(i for i, label in enumerate(shown) if label.startswith("Suggestion:"))
    entry = panel.entry("Suggestion:")
    assert entry.label == "Suggestion: Titles to claude-haiku-5-5 (≈$9.16 a week)…"
    lines = [child for child in entry.children if child.visible and child.label and not child.enabled]
    assert lines[0].label.startswith("212 title calls in 7 days cost $9.40")
    assert lines[-1].label == "≈$9.16 a week, estimated"
    assert seen(entry)[-2:] == ["Switch", "Not now"]
    panel.click("Switch")
    assert panel.engine.next_ask("accept_suggestion")["suggestion"] == "s1"
    panel.click("Not now")
    assert panel.engine.next_ask("decline_suggestion")["suggestion"] == "s1"


def test_it_goes_and_another_comes(panel, choosing):
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=None)))
    panel.until(lambda: not any("Suggestion:" in label for label in panel.labels()))
    trial = replace(choosing.choices.suggestion, id="s2", title="Renames to gpt-6.1-luna?", trial=True)
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=trial)))
    entry = panel.until(lambda: next((e for e in panel.menu().children if "Renames" in e.label and e.visible), None))
    assert seen(entry)[-3:] == ["≈$9.16 a week, estimated · unproven", "Try for 1 hour", "Not now"]


def test_the_models_in_use_and_what_may_stand_in(panel):
    models = panel.entry("Models")
    assert seen(models)[:2] == ["Saved ≈$1.23 this week", "Probably between $0.90 and $1.50 saved."]
    opus = panel.entry("claude-opus-5-5 · claude-code")
    assert seen(opus) == [
        "From now on",
        "claude-opus-5-5: as requested",
        "claude-sonnet-5-5: ≈$0.310 once, pays after 14 calls",
        "claude-haiku-5-5: saves at once, ≈$0.041 a call",
        "For 1 hour",
        "claude-sonnet-5-5",
        "claude-haiku-5-5",
    ]
    assert ticked(opus) == ["claude-opus-5-5: as requested"]
    radios = [child for child in opus.children if child.visible and child.properties.get("toggle-type") == "radio"]
    assert len(radios) == 5
    codex = panel.entry("gpt-6.1-sol · codex")
    assert " ".join(seen(codex)).startswith("This login's plan pays for it.")
    assert not any(child.enabled for child in codex.children if child.visible and child.label)


def test_choosing_a_model(panel, choosing, losing):
    panel.click("claude-haiku-5-5: saves at once")
    message = panel.engine.next_ask("use")
    wanted = {"vendor": "anthropic", "asked": "claude-opus-5-5", "model": "claude-haiku-5-5", "scope": "always"}
    assert wanted.items() <= message.items()
    assert "seconds" not in message
    assert ticked(panel.entry("claude-opus-5-5 · claude-code")) == ["claude-opus-5-5: as requested"]
    hour = next(e for e in panel.entry("claude-opus-5-5 · claude-code").children if e.label == "claude-sonnet-5-5")
    panel.click_id(hour.id)
    assert panel.engine.next_ask("use")["seconds"] == 3600

    opus = choosing.choices.menu[0]
    options = tuple(replace(o, chosen=o.model == "claude-sonnet-5-5") for o in opus.options)
    rule = replace(losing, paused="")
    now = replace(choosing.choices, rules=(rule,), menu=(replace(opus, options=options),))
    panel.engine.send(replace(choosing, choices=now))
    (mark,) = panel.until(lambda: [t for t in ticked(panel.entry("claude-opus-5-5 · claude-code")) if "until" in t])
    assert mark.startswith("claude-sonnet-5-5, until ")
    panel.click("claude-opus-5-5: as requested")
    assert panel.engine.next_ask("use")["model"] == "claude-opus-5-5"


def test_rules_can_be_paused_undone_and_put_back(panel, choosing, losing):
    rule = panel.entry("Titles: claude-opus-5-5 → claude-haiku-5-5")
    assert seen(rule) == [
        "≈$1.35 saved · 38 calls",
        "Worked 38 of 40 times for you",
        "Pause",
        "Undo: Titles: claude-opus-5-5 → claude-haiku-5-5",
    ]
    panel.click_id(next(child for child in rule.children if child.label == "Pause").id)
    assert panel.engine.next_ask("pause_rule")["rule"] == "r1"
    panel.click("Undo: Titles:")
    assert panel.engine.next_ask("remove_rule")["rule"] == "r1"
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, rules=(losing,))))
    panel.until(lambda: "Put back: Titles: claude-opus-5-5 → claude-haiku-5-5" in seen(panel.entry("Models")))
    assert "Everything → claude-sonnet-5-5 (paused)" in seen(panel.entry("Models"))
    panel.click("Put back:")
    assert panel.engine.next_ask("restore_rule")["rule"] == "r1"
    panel.engine.send(choosing)
    panel.until(lambda: not any(label.startswith("Put back") for label in seen(panel.entry("Models"))))


def test_what_comes_with_the_mode_rests_but_is_not_undone(panel, choosing, titles):
    frugal = replace(choosing.choices, mode="frugal", rules=(replace(titles, id="mode:side:title", origin="mode"),))
    panel.engine.send(replace(choosing, choices=frugal))
    panel.until(lambda: ticked(panel.entry("Models")) == [FRUGAL])
    assert seen(panel.entry("Titles: claude-opus-5-5"))[-1] == "Pause"


def test_what_was_just_done_can_be_undone_from_the_top(panel, choosing, undo):
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=None, undo=undo)))
    panel.until(lambda: "Undo: Titles now go to claude-haiku-5-5" in panel.labels())
    panel.click("Undo: Titles now")
    assert panel.engine.next_ask("remove_rule")["rule"] == "r1"


def test_mode_and_as_requested(panel, choosing):
    assert ticked(panel.entry("Models")) == [BALANCED]
    panel.click("Frugal")
    assert panel.engine.next_ask("set_mode")["mode"] == "frugal"
    assert ticked(panel.entry("Models")) == [BALANCED]
    panel.click("As requested, now")
    assert panel.engine.next_ask("asis")["on"] is True
    assert ticked(panel.entry("Models")) == [BALANCED]
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, mode="frugal", asis=True)))
    panel.until(lambda: ticked(panel.entry("Models")) == [FRUGAL, "As requested, now"])
    panel.click("As requested, now")
    assert panel.engine.next_ask("asis")["on"] is False


def test_nothing_to_say_is_a_short_menu(panel, day):
    panel.engine.send(replace(day, choices=Choices()))
    panel.until(lambda: seen(panel.entry("Models")) == [RIP, BALANCED, FRUGAL, "As requested, now"])
    panel.engine.close()
    panel.until(lambda: "Models" not in [label.replace("_", "") for label in panel.labels()])


def test_the_popovers_card_by_keys_alone_reaches_the_engine(panel, choosing, undo, display):
    """Tab and Return accept, Return again takes it back."""
    xdotool = shutil.which("xdotool")
    if xdotool is None or shutil.which("openbox") is None:
        pytest.skip("needs xdotool and openbox: install the packages xdotool, openbox")
    panel.activate()
    (line,) = wait_windows(display, 1)

    def press(*keys: str) -> None:
        command = [xdotool, "windowfocus", "--sync", line.split()[0], "key", *keys]
        subprocess.run(command, env=panel.tray.environment, timeout=PATIENCE, check=True)

    press("Tab", "Return")
    assert panel.engine.next_ask("accept_suggestion")["suggestion"] == "s1"
    panel.engine.send(replace(choosing, choices=replace(choosing.choices, suggestion=None, undo=undo)))
    panel.until(lambda: "Undo: Titles now go to claude-haiku-5-5" in panel.labels())
    press("Return")
    assert panel.engine.next_ask("remove_rule")["rule"] == "r1"


@pytest.mark.parametrize("colours", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_it_looks_right(qapp, choosing, losing, titles, shots, colours):
    """Pictures of the menu and what opens from it, for people."""
    look.apply(qapp, colours)
    now = replace(choosing.choices, rules=(losing, titles))
    made = TrayMenu()
    made.show_view(View(link=Link.CONNECTED, snapshot=replace(choosing, choices=now)))
    made.refresh()
    menus = {menu.title(): menu for menu in made.menu.findChildren(QMenu)}
    wanted = ("Suggestion", "&Models", "claude-opus-5-5 ·", "gpt-6.1-sol", "Titles:")
    parts = [made.menu, *(next(menu for title, menu in menus.items() if title.startswith(w)) for w in wanted)]
    pictures = []
    for menu in parts:
        menu.ensurePolished()
        menu.resize(menu.sizeHint())
        pictures.append(menu.grab())
    gap = 12
    wide = sum(picture.width() + gap for picture in pictures) + gap
    sheet = QPixmap(wide, max(picture.height() for picture in pictures) + 2 * gap)
    sheet.fill(QColor(colours.track))
    painter = QPainter(sheet)
    x = gap
    for picture in pictures:
        painter.drawPixmap(x, gap, picture)
        x += picture.width() + gap
    painter.end()
    assert sheet.save(str(shots / f"cheaper-menu-{'dark' if colours.dark else 'light'}.png"))
    made.close()


def test_a_refusal_is_told(panel):
    panel.engine.refuse = Trouble(title="Not now", message="The engine is busy.", fix="Try again.", code="busy")
    panel.click("Frugal")
    panel.engine.next_ask("set_mode")
    title, _ = panel.notices.get(timeout=PATIENCE)
    assert title == "Not now"
