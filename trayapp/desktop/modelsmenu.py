"""The tray menu's part on cheaper models: the suggestion, the models in use, the rules, the mode.

It is complete by itself, because on GNOME the menu is all there is. Rules as in ``menu``: entries are made when they
are first needed, kept, refilled and hidden, so that a host that reads the layout without announcing itself sees what
is true; what a click has ticked by itself is put back until the engine says that it is so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from trayapp.choices import Choice, Choices, RuleView, Suggestion
from trayapp.desktop import choicewords, ruletext
from trayapp.desktop.choicewords import HOUR_S
from trayapp.desktop.money import USD, Currency
from trayapp.desktop.prose import prose
from trayapp.snapshot import Snapshot
from trayapp.tongue import tr

Ask = Callable[..., None]
"""Takes a verb and its arguments."""


class ModelsMenu(QObject):
    """The entries of one ``QMenu``, in front of one of its actions."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""

    def __init__(self, menu: QMenu, before: QAction, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: Snapshot | None = None
        self._leaving: RuleView | None = None
        self._removed: RuleView | None = None
        self._undo = _action(menu, before)
        self._suggestion = _SuggestionMenu(menu, self._undo, self._ask)
        self._undo.triggered.connect(self._take_back)
        self._menu = QMenu(tr("modelsmenu", "&Models"), menu)
        self._menu.setToolTipsVisible(True)
        menu.insertMenu(before, self._menu)
        self._saved = [_line(self._menu) for _ in range(2)]
        self._menu.addSeparator()
        self._models_end = self._menu.addSeparator()
        self._models: list[_ModelMenu] = []
        self._rules: list[_RuleMenu] = []
        self._restore = _action(self._menu)
        self._restore.triggered.connect(self._put_back)
        self._rules_end = self._menu.addSeparator()
        group = QActionGroup(self._menu)
        self._modes: dict[str, QAction] = {}
        for key, name, words, tip in choicewords.modes():
            mode = _action(self._menu, text=f"{name}: {words}", group=group)
            mode.setVisible(True)
            mode.setToolTip(tip)
            mode.triggered.connect(partial(self._pick, key))
            self._modes[key] = mode
        self._menu.addSeparator()
        self._asis = _action(self._menu, text=choicewords.asis(Choices(), 0))
        self._asis.setVisible(True)
        self._asis.setCheckable(True)
        self._asis.setToolTip(choicewords.asis_tip())
        self._asis.triggered.connect(self._switch)

    def show_choices(self, snapshot: Snapshot | None) -> None:
        """Write what is so; ``None``: nothing is known now."""
        shown, self._shown = self._shown, snapshot
        self._menu.menuAction().setVisible(snapshot is not None)
        if snapshot is None:
            self._suggestion.show_suggestion(None, USD)
            self._undo.setVisible(False)
            return
        choices, currency = snapshot.choices, snapshot.shown
        if shown is not None and choices == shown.choices and currency == shown.shown:
            return
        self._suggestion.show_suggestion(choices.suggestion, currency)
        _write(self._undo, tr("modelsmenu", "Undo: {what}", what=ruletext.undo(choices)) if choices.undo else "")
        lines = (choicewords.this_week(choices, currency), choicewords.week_between(choices, currency))
        for line, text in zip(self._saved, lines, strict=True):
            _write(line, text)
        self._show_models(snapshot)
        self._show_rules(snapshot)
        self._show_marks()

    def _show_models(self, snapshot: Snapshot) -> None:
        menu = snapshot.choices.menu
        while len(self._models) < len(menu):
            self._models.append(_ModelMenu(self._menu, self._models_end, self._ask))
        for i, one in enumerate(self._models):
            one.show_choice(menu[i] if i < len(menu) else None, snapshot)

    def _show_rules(self, snapshot: Snapshot) -> None:
        rules = snapshot.choices.rules
        while len(self._rules) < len(rules):
            self._rules.append(_RuleMenu(self._menu, self._restore, self._ask, self._remove))
        for i, one in enumerate(self._rules):
            one.show_rule(rules[i] if i < len(rules) else None, snapshot)
        there = {rule.id for rule in rules}
        if self._leaving is not None and self._leaving.id not in there:
            self._removed, self._leaving = self._leaving, None
        if self._removed is not None and self._removed.id in there:
            self._removed = None
        removed = self._removed
        _write(self._restore, tr("modelsmenu", "Put back: {rule}", rule=ruletext.rule(removed)) if removed else "")

    def _show_marks(self) -> None:
        """Tick what is true."""
        if self._shown is None:
            return
        choices = self._shown.choices
        for key, mode in self._modes.items():
            _tick(mode, key == choices.mode)
        _tick(self._asis, choices.asis)
        _write(self._asis, choicewords.asis(choices, self._shown.at_us))
        for one in self._models:
            one.show_marks()

    def _ask(self, verb: str, **arguments: Any) -> None:
        self._show_marks()
        self.asked.emit(verb, arguments)

    def _pick(self, mode: str) -> None:
        self._ask("set_mode", mode=mode)

    def _switch(self) -> None:
        self._ask("asis", on=self._shown is None or not self._shown.choices.asis)

    def _remove(self, rule: RuleView) -> None:
        self._leaving = rule
        self._ask("remove_rule", rule=rule.id)

    def _take_back(self) -> None:
        if self._shown is not None and (undo := self._shown.choices.undo) is not None:
            rule = next((rule for rule in self._shown.choices.rules if rule.id == undo.rule), None)
            self._remove(rule or RuleView(id=undo.rule, text=undo.text))

    def _put_back(self) -> None:
        if self._removed is not None:
            self._ask("restore_rule", rule=self._removed.id)


class _SuggestionMenu:
    """ "Suggestion: …" with its proof, and the two answers."""

    def __init__(self, menu: QMenu, before: QAction, ask: Ask) -> None:
        self._at = (menu, before)
        self._ask = ask
        self._id = ""
        self._menu: QMenu | None = None
        self._lines: list[QAction] = []

    def show_suggestion(self, suggestion: Suggestion | None, shown: Currency) -> None:
        if suggestion is None:
            if self._menu is not None:
                self._menu.menuAction().setVisible(False)
            return
        menu = self._menu or self._make()
        self._id = suggestion.id
        _title(menu, choicewords.in_menu(suggestion, shown))
        told = [part for line in ruletext.proof(suggestion, shown) for part in choicewords.wrapped(line)]
        worth = choicewords.worth(suggestion, shown)
        _fill(self._lines, [*told, *([worth] if worth else [])], menu, self._end)
        _write(self._accept, choicewords.action(suggestion))
        menu.menuAction().setVisible(True)

    def _make(self) -> QMenu:
        parent, before = self._at
        self._menu = menu = QMenu(parent)
        parent.insertMenu(before, menu)
        self._end = menu.addSeparator()
        self._accept = _action(menu)
        self._accept.triggered.connect(lambda: self._ask("accept_suggestion", suggestion=self._id))
        later = _action(menu, text=choicewords.not_now())
        later.setVisible(True)
        later.triggered.connect(lambda: self._ask("decline_suggestion", suggestion=self._id))
        return menu


class _ModelMenu:
    """A model in use: what may stand in for it from now on, or for an hour."""

    def __init__(self, menu: QMenu, before: QAction, ask: Ask) -> None:
        self._ask = ask
        self._choice = Choice(vendor="", asked="")
        self._chosen: tuple[int, bool] = (-1, False)
        self._menu = QMenu(menu)
        menu.insertMenu(before, self._menu)
        self._group = QActionGroup(self._menu)
        self._why_not: list[QAction] = []
        self._always_title = _line(self._menu)
        self._always: list[QAction] = []
        self._hour_end = self._menu.addSeparator()
        self._hour_title = _line(self._menu)
        self._hour: list[QAction] = []

    def show_choice(self, choice: Choice | None, snapshot: Snapshot) -> None:
        self._menu.menuAction().setVisible(choice is not None)
        if choice is None:
            return
        self._choice = choice
        _title(self._menu, choicewords.choice_name(choice))
        why_not = choicewords.wrapped(ruletext.why_not(choice))
        _fill(self._why_not, why_not, self._menu, self._always_title)
        options = () if why_not else choice.options
        rule = choicewords.serving(snapshot.choices, choice)
        chosen = next((i for i, option in enumerate(options) if option.chosen), -1)
        self._chosen = (chosen, rule is not None and rule.until_us is not None)
        ends = ""
        if rule is not None and rule.until_us is not None:
            ends = f", {choicewords.until(rule.until_us, snapshot.at_us)}"
        while len(self._always) < len(options):
            i = len(self._always)
            self._always.append(self._option(partial(self._use, i, hour=False), self._hour_end))
            self._hour.append(self._option(partial(self._use, i, hour=True), None))
        for i, (always, hour) in enumerate(zip(self._always, self._hour, strict=True)):
            option = options[i] if i < len(options) else None
            stands_in = option is not None and option.model != choice.asked
            _write(always, ruletext.option(option, snapshot.shown) if option else "")
            _write(hour, option.model + (ends if i == chosen else "") if option and stands_in else "")
        _write(self._always_title, tr("modelsmenu", "From now on") if options else "")
        _write(self._hour_title, tr("modelsmenu", "For 1 hour") if options else "")
        self._hour_end.setVisible(bool(options))

    def show_marks(self) -> None:
        chosen, for_hour = self._chosen
        for i, (always, hour) in enumerate(zip(self._always, self._hour, strict=True)):
            _tick(always, i == chosen and not for_hour)
            _tick(hour, i == chosen and for_hour)

    def _option(self, chosen: Callable[[], None], before: QAction | None) -> QAction:
        action = _action(self._menu, before, group=self._group)
        action.triggered.connect(chosen)
        return action

    def _use(self, index: int, *, hour: bool) -> None:
        choice = self._choice
        if index < len(choice.options):
            seconds = {"seconds": HOUR_S} if hour else {}
            model = choice.options[index].model
            self._ask("use", vendor=choice.vendor, asked=choice.asked, model=model, scope="always", **seconds)


class _RuleMenu:
    """A rule: what it has brought, and what can be done about it."""

    def __init__(self, menu: QMenu, before: QAction, ask: Ask, remove: Callable[[RuleView], None]) -> None:
        self._ask = ask
        self._rule = RuleView(id="", text="")
        self._menu = QMenu(menu)
        menu.insertMenu(before, self._menu)
        self._lines: list[QAction] = []
        self._end = self._menu.addSeparator()
        self._rest = _action(self._menu)
        self._rest.triggered.connect(self._pause)
        self._undo = _action(self._menu)
        self._undo.triggered.connect(lambda: remove(self._rule))

    def show_rule(self, rule: RuleView | None, snapshot: Snapshot) -> None:
        self._menu.menuAction().setVisible(rule is not None)
        if rule is None:
            return
        self._rule = rule
        text = ruletext.rule(rule)
        _title(self._menu, tr("modelsmenu", "{rule} (paused)", rule=text) if rule.paused else text)
        told = [choicewords.rule_sum(rule, snapshot.shown), choicewords.rule_notes(rule, snapshot.at_us)]
        _fill(self._lines, [line for line in told if line], self._menu, self._end)
        _write(self._rest, tr("modelsmenu", "Resume") if rule.paused else tr("modelsmenu", "Pause"))
        # What comes with the mode goes with it.
        _write(self._undo, tr("modelsmenu", "Undo: {what}", what=text) if rule.origin != "mode" else "")

    def _pause(self) -> None:
        self._ask("resume_rule" if self._rule.paused else "pause_rule", rule=self._rule.id)


def _action(
    menu: QMenu, before: QAction | None = None, *, text: str = "", group: QActionGroup | None = None
) -> QAction:
    action = QAction(text, menu)
    action.setVisible(False)
    if group is not None:
        action.setCheckable(True)
        action.setActionGroup(group)
    menu.insertAction(before, action) if before is not None else menu.addAction(action)
    return action


def _line(menu: QMenu, before: QAction | None = None) -> QAction:
    action = _action(menu, before)
    action.setEnabled(False)
    return action


def _fill(lines: list[QAction], texts: list[str] | tuple[str, ...], menu: QMenu, before: QAction) -> None:
    while len(lines) < len(texts):
        lines.append(_line(menu, before))
    for i, line in enumerate(lines):
        _write(line, texts[i] if i < len(texts) else "")


def _write(action: QAction, text: str) -> None:
    """Show a text; an empty one hides the entry. An ampersand in a name is no shortcut."""
    text = prose(text).replace("&", "&&")
    if text and text != action.text():
        action.setText(text)
    if action.isVisible() != bool(text):
        action.setVisible(bool(text))


def _title(menu: QMenu, text: str) -> None:
    text = text.replace("&", "&&")
    if text != menu.title():
        menu.setTitle(text)


def _tick(action: QAction, on: bool) -> None:
    if action.isChecked() != on:
        action.setChecked(on)
