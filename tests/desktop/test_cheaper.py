"""Cheaper models in the popover: the card, the undoing, the section; with real clicks and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from trayapp.choices import Choices
from trayapp.desktop import look
from trayapp.desktop.card import SuggestionCard
from trayapp.desktop.gauges import Paragraph, Text, Tone
from trayapp.desktop.popover import WIDTH, Popover
from trayapp.desktop.rulerows import RuleRow
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Slice, Snapshot, Window
from trayapp.trouble import Trouble
from trayapp.values import PICO

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")


@pytest.fixture
def popover(qtbot, qapp):
    look.apply(qapp, look.DARK)
    made = Popover()
    qtbot.addWidget(made)
    return made


def live(snapshot: Snapshot, failed: Trouble | None = None) -> View:
    return View(link=Link.CONNECTED, snapshot=snapshot, failed=failed)


def opened(popover: Popover, snapshot: Snapshot) -> Popover:
    popover.show_view(live(snapshot))
    popover.open(None)
    return popover


def shown(popover: Popover, snapshot: Snapshot, failed: Trouble | None = None) -> None:
    """Take in what is so now, at once."""
    popover.show_view(live(snapshot, failed))
    popover._pulse.now()


def texts(popover: Popover) -> list[str]:
    return [
        widget.text()
        for widget in popover.findChildren(QWidget)
        if widget.isVisibleTo(popover) and isinstance(widget, Text | Paragraph)
    ]


def click(qtbot, button: QWidget) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def rows(popover: Popover) -> list[RuleRow]:
    return [row for row in popover.findChildren(RuleRow) if row.isVisibleTo(popover)]


def test_the_card_says_what_and_what_it_saves(popover, choosing):
    said = texts(opened(popover, choosing))
    assert "Titles to claude-haiku-5-5?" in said
    assert "≈$9.16 a week, estimated" in said
    assert any(text.startswith("212 title calls in 7 days cost $9.40") for text in said)
    assert popover.offer.card.action.text() == "Switch"
    assert popover.offer.card.accessibleName().startswith("Suggestion. Titles to claude-haiku-5-5? ≈$9.16 a week")


def test_the_rest_of_the_proof_waits_behind_why(popover, choosing, qtbot):
    card = opened(popover, choosing).offer.card
    assert "Worked 38 of 40 times for you." not in texts(popover)
    high = popover.height()
    click(qtbot, card.why)
    assert "Worked 38 of 40 times for you." in texts(popover)
    assert popover.height() > high
    suggestion = choosing.choices.suggestion
    short = replace(suggestion, id="s2", lines=suggestion.lines[:2])
    shown(popover, replace(choosing, choices=replace(choosing.choices, suggestion=short)))
    assert not card.why.isVisible()


def test_a_trial_says_that_it_is_unproven(popover, choosing):
    trial = replace(choosing.choices.suggestion, trial=True, action="Switch")
    opened(popover, replace(choosing, choices=replace(choosing.choices, suggestion=trial)))
    assert popover.offer.card.action.text() == "Try for 1 hour"
    assert "≈$9.16 a week, estimated · unproven" in texts(popover)


def test_an_answer_counts_once_until_it_fails(popover, choosing, qtbot):
    opened(popover, choosing)
    asked = []
    popover.asked.connect(lambda verb, arguments: asked.append((verb, arguments)))
    click(qtbot, popover.offer.card.action)
    click(qtbot, popover.offer.card.action)
    click(qtbot, popover.offer.card.later)
    assert asked == [("accept_suggestion", {"suggestion": "s1"})]
    shown(popover, choosing, Trouble(title="Not now", message="The engine is busy."))
    click(qtbot, popover.offer.card.later)
    assert asked[1:] == [("decline_suggestion", {"suggestion": "s1"})]
    shown(popover, replace(choosing, choices=replace(choosing.choices, suggestion=None)))
    assert not popover.offer.card.isVisible()


def test_undo_takes_the_cards_place_for_ten_seconds(popover, choosing, undo, qtbot):
    opened(popover, choosing)
    done = replace(choosing, choices=replace(choosing.choices, undo=undo))
    shown(popover, done)
    strip = popover.offer.strip
    assert strip.isVisible()
    assert not popover.offer.card.isVisible()
    assert "Titles now go to claude-haiku-5-5" in texts(popover)
    assert 0.9 < strip.left <= 1
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, strip.undo)
    assert asked.args == ["remove_rule", {"rule": "r1"}]
    assert not strip.isVisible()  # at once, whatever the engine still says
    shown(popover, done)
    assert not strip.isVisible()


def test_the_undoing_goes_by_itself(popover, choosing, undo, qtbot):
    """Its time is the engine's: half a second is left here."""
    late = replace(choosing, at_us=undo.until_us - 500_000, choices=replace(choosing.choices, undo=undo))
    opened(popover, late)
    strip = popover.offer.strip
    assert strip.isVisible()
    assert strip.left <= 0.05
    qtbot.waitUntil(lambda: not strip.isVisible(), timeout=5000)
    assert popover.offer.card.isVisible()
    assert not strip._beat.isActive()


def test_a_hidden_popover_runs_no_timer(popover, choosing, undo):
    opened(popover, replace(choosing, choices=replace(choosing.choices, undo=undo)))
    assert popover.offer.strip._beat.isActive()
    popover.hide()
    assert not popover.offer.strip._beat.isActive()


def test_by_keyboard_from_the_card_to_undo(popover, choosing, undo, qtbot):
    opened(popover, choosing)
    qtbot.waitUntil(popover.isActiveWindow)
    qtbot.keyClick(popover, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is popover.offer.card.action
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.keyClick(popover.offer.card.action, Qt.Key.Key_Return)
    assert asked.args == ["accept_suggestion", {"suggestion": "s1"}]
    shown(popover, replace(choosing, choices=replace(choosing.choices, suggestion=None, undo=undo)))
    assert QApplication.focusWidget() is popover.offer.strip.undo
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.keyClick(popover.offer.strip.undo, Qt.Key.Key_Enter)
    assert asked.args == ["remove_rule", {"rule": "r1"}]
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_tab_goes_down_the_popover_and_round(popover, choosing, qtbot):
    opened(popover, choosing)
    qtbot.waitUntil(popover.isActiveWindow)
    seen = []
    while True:
        qtbot.keyClick(QApplication.focusWidget() or popover, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus in seen:
            break
        seen.append(focus)
    names = [widget.text().replace("&", "") for widget in seen]
    # Of alternatives Tab stops at the chosen one; the arrow keys lead to the others.
    assert names == [
        *("Switch", "Not now", "Why?", "Model", "Less", "Pause", "Remove", "Balanced", "As requested, now"),
        *("Pause 1 hour", "Quit"),
    ]
    qtbot.keyClick(seen[0], Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is seen[-1]


def test_one_line_when_there_is_nothing_to_say(popover, day, qtbot):
    opened(popover, day)
    assert {"Models", "Balanced"} <= set(texts(popover))
    assert not popover.models.mode.isVisible()
    click(qtbot, popover.models.more)
    assert popover.models.mode.isVisible()
    assert popover.models.more.text() == "Less"
    click(qtbot, popover.models.more)
    assert not popover.models.asis.isVisible()


def test_without_an_engine_nothing_is_offered(popover, choosing):
    opened(popover, choosing)
    popover.show_view(View(link=Link.DOWN, snapshot=choosing))
    popover._pulse.now()
    assert not popover.models.isVisible()
    assert not popover.offer.card.isVisible()


def test_savings_are_signed(popover, choosing):
    opened(popover, choosing)
    assert "Saved ≈$1.23 this week" in texts(popover)
    assert "Probably between $0.90 and $1.50 saved." in popover.models.toolTip()
    assert "3 calls whose saving cannot be told" in popover.models.saved.accessibleDescription()
    assert popover.models.saved._tone is Tone.DIM
    lost = replace(choosing.choices, pico_saved_week=-120 * PICO // 1000)
    shown(popover, replace(choosing, choices=lost))
    assert "Lost ≈$0.12 this week" in texts(popover)
    assert popover.models.saved._tone is Tone.OVER
    for colours in (look.DARK, look.LIGHT):
        assert look.contrast(getattr(colours, Tone.OVER.value), colours.window) >= 4.5
        assert look.contrast(getattr(colours, Tone.OK.value), colours.card) >= 4.5  # the card's line on money
        assert look.contrast(colours.on_focus, colours.focus) >= 4.5
        assert look.contrast(colours.dim, colours.window) >= 3  # the switch that is off


def test_rules_are_rows_with_actions(popover, choosing, titles, losing, qtbot):
    two = replace(choosing, choices=replace(choosing.choices, rules=(losing, titles)))
    opened(popover, two)
    first, second = rows(popover)
    assert first.sum.text() == "≈$0.12 lost · 9 calls"
    assert first.sum._tone is Tone.OVER
    assert first.notes.text().startswith("Withdrawn: it went wrong too often · until ")
    assert second.sum.text() == "≈$1.35 saved · 38 calls"
    assert "Titles: claude-opus-5-5 → claude-haiku-5-5" in second.accessibleName()
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, first.rest)
    assert asked.args == ["resume_rule", {"rule": "r2"}]
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, second.rest)
    assert asked.args == ["pause_rule", {"rule": "r1"}]


def test_what_comes_with_the_mode_rests_but_is_not_removed(popover, choosing, titles):
    frugal = replace(choosing.choices, mode="frugal", rules=(replace(titles, id="mode:side:title", origin="mode"),))
    opened(popover, replace(choosing, choices=frugal))
    (row,) = rows(popover)
    assert row.rest.isVisible()
    assert not row.remove.isVisible()


def test_a_removed_rule_can_be_put_back(popover, choosing, qtbot):
    opened(popover, choosing)
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, rows(popover)[0].remove)
    assert asked.args == ["remove_rule", {"rule": "r1"}]
    shown(popover, choosing)  # the engine has not said it yet
    assert popover.offer.card.isVisible()
    gone = replace(choosing, choices=replace(choosing.choices, rules=()))
    shown(popover, gone)
    assert "Removed: Titles: claude-opus-5-5 → claude-haiku-5-5" in texts(popover)
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, popover.offer.strip.undo)
    assert asked.args == ["restore_rule", {"rule": "r1"}]
    shown(popover, choosing)
    assert len(rows(popover)) == 1
    click(qtbot, rows(popover)[0].remove)  # a second time is offered anew
    shown(popover, gone)
    assert popover.offer.strip.isVisible()


def test_a_removal_that_failed_offers_nothing(popover, choosing, qtbot):
    opened(popover, choosing)
    click(qtbot, rows(popover)[0].remove)
    shown(popover, choosing, Trouble(title="Not now", message="The engine is busy."))
    shown(popover, replace(choosing, choices=replace(choosing.choices, rules=())))
    assert popover.offer.strip is None


def test_many_rules_are_counted(popover, choosing, titles):
    many = tuple(replace(titles, id=f"r{i}") for i in range(7))
    opened(popover, replace(choosing, live=(), choices=replace(choosing.choices, rules=many, suggestion=None)))
    assert len(rows(popover)) == 4
    assert "and 3 more rules, in the icon's menu" in texts(popover)


def test_what_is_too_high_for_the_screen_is_brief(popover, choosing, day, titles, qtbot, shots):
    """All at once still lies on the screen; what the user opens himself is opened."""
    full = replace(
        choosing,
        troubles=(Trouble(title="The disk is full", message="Rows wait.", fix="Make room."),),
        windows=tuple(Window(vendor="anthropic", name=name, minutes=300, used=0.4) for name in ("5h", "7d")),
        live=tuple(replace(day.live[0], id=i) for i in range(6)),
        by_model=tuple(Slice(name=f"m{i}", pico=PICO, calls=1) for i in range(9)),
        choices=replace(choosing.choices, rules=tuple(replace(titles, id=f"r{i}") for i in range(3))),
    )
    opened(popover, full)
    free = popover.screen().availableGeometry()
    assert free.contains(popover.geometry())
    assert "and 6 more · $6.00" in texts(popover)
    assert "and 4 more" in texts(popover)
    assert rows(popover) == []
    assert popover.offer.card.isVisible()
    assert popover.grab().save(str(shots / "cheaper-full-dark-1x.png"))
    click(qtbot, popover.models.more)
    assert len(rows(popover)) == 3


def test_mode_and_as_requested_ask_and_wait_for_the_answer(popover, choosing, qtbot):
    opened(popover, choosing)
    buttons = {button.text(): button for button in popover.models.mode.group.buttons()}
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, buttons["Frugal"])
    assert asked.args == ["set_mode", {"mode": "frugal"}]
    assert buttons["Balanced"].isChecked()
    assert not buttons["Frugal"].isChecked()
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.keyClick(popover.models.asis, Qt.Key.Key_Return)
    assert asked.args == ["asis", {"on": True}]
    assert not popover.models.asis.isChecked()
    with qtbot.waitSignal(popover.asked) as asked:
        qtbot.waitUntil(popover.isActiveWindow)
        buttons["Balanced"].setFocus()
        qtbot.keyClick(buttons["Balanced"], Qt.Key.Key_Right)
    assert asked.args == ["set_mode", {"mode": "frugal"}]
    assert buttons["Balanced"].isChecked()
    now = replace(choosing.choices, mode="frugal", asis=True, asis_until_us=choosing.at_us + 60_000_000)
    shown(popover, replace(choosing, choices=now))
    assert buttons["Frugal"].isChecked()
    assert popover.models.asis.isChecked()
    assert "until" in popover.models.asis.text()
    with qtbot.waitSignal(popover.asked) as asked:
        click(qtbot, popover.models.asis)
    assert asked.args == ["asis", {"on": False}]


def test_screen_readers_hear_roles_names_and_states(popover, choosing):
    opened(popover, choosing)

    def heard(widget: QWidget) -> tuple[QAccessible.Role, str, bool]:
        spoken = QAccessible.queryAccessibleInterface(widget)
        return spoken.role(), spoken.text(QAccessible.Text.Name), bool(spoken.state().checked)

    assert heard(popover.models.asis) == (QAccessible.Role.CheckBox, "As requested, now", False)
    balanced = popover.models.mode.group.buttons()[1]
    assert heard(balanced)[1:] == ("Mode: Balanced", True)
    card = popover.offer.card
    assert heard(card.action)[1] == "Switch: Titles to claude-haiku-5-5?"
    assert heard(card.later)[1] == "Not now: Titles to claude-haiku-5-5?"
    assert heard(rows(popover)[0].remove)[1] == "Remove: Titles: claude-opus-5-5 → claude-haiku-5-5"


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("state", ["card", "trial", "why", "undo", "loss", "asis", "closed", "open", "keys"])
def test_nothing_is_cut(qapp, qtbot, choosing, day, titles, losing, undo, shots, dark, scale, state):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    base = choosing.choices
    choices = {
        "card": base,
        "trial": replace(base, suggestion=replace(base.suggestion, trial=True, title="Simple edits to gpt-6.1-luna?")),
        "why": base,
        "keys": base,
        "undo": replace(base, suggestion=None, undo=undo),
        "loss": replace(base, suggestion=None, rules=(losing, titles), pico_saved_week=-120 * PICO // 1000),
        "asis": replace(base, suggestion=None, asis=True, asis_until_us=day.at_us + 3_600_000_000, mode="frugal"),
        "closed": Choices(),
        "open": Choices(mode="let-it-rip"),
    }[state]
    popover = Popover()
    qtbot.addWidget(popover)
    opened(popover, replace(day, choices=choices))
    if state == "why":
        click(qtbot, popover.offer.card.why)
    if state == "open":
        click(qtbot, popover.models.more)
    if state == "keys":
        qtbot.waitUntil(popover.isActiveWindow)
        qtbot.keyClick(popover, Qt.Key.Key_Tab)
    canvas = QPixmap(popover.size() * scale)
    canvas.setDevicePixelRatio(scale)
    popover.render(canvas)
    assert canvas.save(str(shots / f"cheaper-{state}-{'dark' if dark else 'light'}-{scale}x.png"))
    assert popover.width() == WIDTH
    assert popover.height() <= 770  # below a panel on a screen of 800
    for text in popover.findChildren(Text):
        assert not (text.isVisibleTo(popover) and text.cut), text.text()
    for paragraph in popover.findChildren(Paragraph):
        if paragraph.isVisibleTo(popover):
            assert paragraph.heightForWidth(paragraph.width()) <= paragraph.height(), paragraph.text()
    visible = [w for w in popover.findChildren(QWidget) if w.isVisibleTo(popover)]
    assert all(w.geometry().bottom() <= w.parentWidget().height() for w in visible)
    assert all(w.geometry().right() <= w.parentWidget().width() for w in visible)


def test_the_card_is_made_when_there_is_one(popover, day, choosing):
    opened(popover, day)
    assert popover.findChildren(SuggestionCard) == []
    shown(popover, choosing)
    assert len(popover.findChildren(SuggestionCard)) == 1
