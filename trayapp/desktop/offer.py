"""The popover's one place for proposals: the suggestion's card, or the undoing of what was just done.

Rules: one thing at a time, undoing first; both are made when they are first wanted; who has answered with the keyboard
finds it on "Undo" afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.choices import RuleView
from trayapp.desktop import budgettext, ruletext
from trayapp.snapshot import Snapshot
from trayapp.tongue import tr

if TYPE_CHECKING:
    from trayapp.desktop.card import SuggestionCard
    from trayapp.desktop.undostrip import UndoStrip


class Offer(QWidget):
    """Shows what a snapshot offers."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.card: SuggestionCard | None = None
        self.strip: UndoStrip | None = None
        self._leaving: RuleView | None = None
        self._removed: RuleView | None = None
        self._removals = 0
        self._expected = False
        self._undoing = ""
        self._takes_back = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_offer(self, snapshot: Snapshot, *, age_ms: int, failed: bool) -> bool:
        """Show what there is; whether there is anything.

        Args:
            snapshot: what is so now.
            age_ms: how long ago it came.
            failed: what was asked last could not be done.
        """
        offered = self._show_strip(snapshot, age_ms=age_ms, failed=failed)
        suggestion = None if offered else snapshot.choices.suggestion
        if suggestion is not None:
            card = self.card or self._make_card()
            if failed:
                card.answer_again()
            card.show_suggestion(suggestion, snapshot.shown, budgettext.urging(snapshot))
        if self.card is not None and self.card.isHidden() == (suggestion is not None):
            self.card.setVisible(suggestion is not None)
        if self.strip is not None and self.strip.isHidden() == offered:
            self.strip.setVisible(offered)
            if offered:
                self.strip.announce()
            if offered and self._expected:
                self.strip.undo.setFocus(Qt.FocusReason.OtherFocusReason)
            self._expected = False
        return offered or suggestion is not None

    def show_brief(self, *, brief: bool) -> None:
        """Show less of the proof when there is little room."""
        if self.card is not None:
            self.card.show_brief(brief=brief)

    def expect_removal(self, rule: RuleView) -> None:
        """A rule is about to be removed; once it is gone, putting it back is offered."""
        self._leaving = rule
        self._expected = True

    def _show_strip(self, snapshot: Snapshot, *, age_ms: int, failed: bool) -> bool:
        undo, there = snapshot.choices.undo, {rule.id for rule in snapshot.choices.rules}
        if self._leaving is not None and (failed or self._leaving.id not in there):
            self._removed, self._leaving = None if failed else self._leaving, None
            self._removals += 1
        if self._removed is not None and self._removed.id not in there:
            rule = self._removed
            from trayapp.desktop.undostrip import OFFER_MS

            strip = self.strip or self._make_strip()
            text = tr("offer", "Removed: {rule}", rule=ruletext.rule(rule))
            if strip.offer(("removed", self._removals), text, OFFER_MS):
                self._takes_back, self._undoing = "restore_rule", rule.id
                return True
        self._removed = None
        if undo is None:
            return False
        strip = self.strip or self._make_strip()
        left_ms = max((undo.until_us - snapshot.at_us) // 1000 - age_ms, 0)
        if not strip.offer((undo.rule, undo.until_us), ruletext.undo(snapshot.choices), left_ms):
            return False
        self._takes_back, self._undoing = "remove_rule", undo.rule
        return True

    def _make_card(self) -> SuggestionCard:
        from trayapp.desktop.card import SuggestionCard

        self.card = card = SuggestionCard()
        card.hide()
        card.asked.connect(self._answer)
        card.resized.connect(self.resized)
        self._column.addWidget(card)
        return card

    def _make_strip(self) -> UndoStrip:
        from trayapp.desktop.undostrip import UndoStrip

        self.strip = strip = UndoStrip()
        strip.hide()
        strip.undone.connect(self._undo)
        strip.over.connect(self.resized)
        self._column.addWidget(strip)
        return strip

    def _answer(self, verb: str, arguments: object) -> None:
        self._expected = verb == "accept_suggestion"
        self.asked.emit(verb, arguments)

    def _undo(self) -> None:
        self._removed = None
        self.asked.emit(self._takes_back, {"rule": self._undoing})
        self.resized.emit()
