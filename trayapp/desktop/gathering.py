"""Several things in one notification: those of a kind that come together, and what was held back while it was quiet.

Pure, no Qt. Rules: what is most urgent stands first; a button that concerns one of several is not offered for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trayapp.desktop.announcing import Announcement, Button, Kind, Urgency, show
from trayapp.tongue import several, tr

_MOST_LINES: Final = 5


def together(batch: Sequence[Announcement]) -> Announcement:
    """Several of a kind that are told at once, the most urgent first; one stays as it is."""
    first, *more = batch
    if not more:
        return first
    if first.kind is Kind.NEWS:
        title = tr("gathering", "News from Spendlight")
        body = "\n".join(each.body for each in batch[:_MOST_LINES])
    else:
        title = first.title
        body = "\n".join([first.body, *(each.title for each in more[: _MOST_LINES - 1])])
    snoozes = tuple(dict.fromkeys(subject for each in batch for button in each.buttons for subject in button.snoozes))
    buttons = [show()]
    if snooze := next((button for each in batch for button in each.buttons if button.snoozes), None):
        buttons.append(Button(key=snooze.key, text=snooze.text, snoozes=snoozes, today=snooze.today))
    return Announcement(
        key=first.key,
        kind=first.kind,
        title=title,
        body=body,
        buttons=tuple(buttons),
        urgency=max(each.urgency for each in batch),
    )


def counted(kind: Kind, number: int) -> str:
    """ "2 budgets", "1 outage"."""
    match kind:
        case Kind.TROUBLE:
            return several("gathering", "%n outage(s)", number)
        case Kind.BUDGET:
            return several("gathering", "%n budget(s)", number)
        case Kind.WINDOW:
            return several("gathering", "%n plan window(s)", number)
        case Kind.SUGGESTION:
            return several("gathering", "%n suggestion(s)", number)
        case Kind.WEEK:
            return several("gathering", "%n weekly card(s)", number)
        case _:
            return several("gathering", "%n piece(s) of news", number)


def summary(held: Sequence[tuple[Kind, bool]], titles: Sequence[str], *, critical: bool) -> Announcement:
    """What was held back, in one.

    Args:
        held: the kind of each, and whether it is over.
        titles: what of it can be named.
        critical: something that still is so must not be lost.
    """
    parts = []
    for kind in Kind:
        ended = [over for each, over in held if each is kind]
        if not ended:
            continue
        part = counted(kind, len(ended))
        over = kind is Kind.TROUBLE and all(ended)
        parts.append(tr("gathering", "{what} (over)", what=part) if over else part)
    where = tr("gathering", "The icon's menu shows how things stand.")
    return Announcement(
        key="summary",
        kind=Kind.SUMMARY,
        title=tr("gathering", "While it was quiet: {what}", what=", ".join(parts)),
        body="\n".join([*titles[:_MOST_LINES], where]),
        buttons=(show(),),
        urgency=Urgency.CRITICAL if critical else Urgency.NORMAL,
        important=True,
    )
