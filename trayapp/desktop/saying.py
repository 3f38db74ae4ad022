"""What engine, guard and tools have said in English, in the language that the tray speaks.

Everything that turns ``trayapp.said`` into the user's words lives here; it is applied where such words come in
(``link``, ``toolwork``), so that every face shows the same. Rules: pure, no Qt; a sentence without a translation stays
English; a sentence that does not fit its values stays as it was said; amounts are in the currency that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from trayapp import tongue
from trayapp.desktop import budgettext, money
from trayapp.desktop.money import USD, Currency
from trayapp.said import Figure, Said, sentence, sentence_of
from trayapp.snapshot import Notice, Snapshot
from trayapp.teamviews import TeamView
from trayapp.tongue import several, tr
from trayapp.trouble import TEXTS, Trouble

Told = TypeVar("Told", Trouble, Notice)
_OF_NOTICE = ("title", "message")


def speak(text: object, shown: Currency = USD) -> str:
    """A sentence or a value in the user's language; what is no more than a text stays as it is."""
    if isinstance(text, Figure):
        if text.kind == "pico":
            return money.dollars(text.value, estimated=text.estimated, shown=shown)
        return tongue.figures().date(datetime.fromtimestamp(text.value / 1e6).astimezone())
    if not isinstance(text, Said):
        return str(text)
    values: dict[str, object] = {
        name: speak(value, shown) if isinstance(value, str) else value for name, value in text.values.items()
    }
    try:
        if text.number is not None:
            made = several("said", text.source, text.number, **values)
        else:
            made = tr("said", text.source, **values)
    except (LookupError, ValueError, AttributeError):
        return str(text)
    return f"{made[:1].upper()}{made[1:]}" if text.begins else made


def trouble(found: Trouble | None) -> Trouble | None:
    """A trouble in the user's language."""
    return None if found is None else _told(found, TEXTS, USD)


def answer(data: Mapping[str, Any], name: str, shown: Currency = USD) -> str:
    """A text of an answer in the user's language; what it was made of stands in its ``said``."""
    text, said = data.get(name), data.get("said")
    if not isinstance(text, str):
        return ""
    if tongue.english() or not isinstance(said, Mapping):
        return text
    return speak(sentence_of(text, said.get(name)), shown)


def snapshot(found: Snapshot) -> Snapshot:
    """A snapshot whose troubles, notices and decisions of a team are in the user's language."""
    if tongue.english() or not (found.troubles or found.notices or found.team):
        return found
    return replace(
        found,
        team=_team(found),
        troubles=tuple(_told(each, TEXTS, found.shown) for each in found.troubles),
        notices=tuple(_notice(each, found) for each in found.notices),
    )


def _team(beside: Snapshot) -> TeamView | None:
    view = beside.team
    if view is None:
        return None
    return replace(view, said=(), decides=tuple(speak(each, beside.shown) for each in view.sentences))


def _notice(notice: Notice, beside: Snapshot) -> Notice:
    head, _, percent = notice.code.partition("budget_")
    view = beside.budgets.named(notice.about)
    if not head and percent.isdecimal() and view is not None:
        title, message = budgettext.reached(notice, view, int(percent), beside.at_us)
        return replace(notice, title=title, message=message)
    return _told(notice, _OF_NOTICE, beside.shown)


def _told(found: Told, names: tuple[str, ...], shown: Currency) -> Told:
    if tongue.english():
        return found
    texts: dict[str, Any] = {name: speak(sentence(found, name), shown) for name in names if getattr(found, name)}
    return replace(found, **texts)
