"""What could be told now: every matter of a view that may be worth a notification, in words and with its buttons.

Pure, no Qt, and no memory: whether one is told, and when, decides ``telling``. Rules: a matter that lasts (a stop, an
outage, a window that will not do, a suggestion) has the same key as long as it lasts; a notice of the engine is an
event of its own. Only calls that are refused, reach nobody or pass unmetered are critical. In English the engine's own
words are used; in another tongue a budget's notice is made anew from its figures. The text says what to do, since not
every desktop shows buttons.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from trayapp import shares, tongue
from trayapp.budgetviews import BudgetView
from trayapp.choices import Suggestion
from trayapp.desktop import budgettext, choicewords, ruletext, weektext
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Notice, Snapshot, Week, Window
from trayapp.tongue import tr
from trayapp.trouble import Trouble

SURE: Final = 0.5
"""From which probability on a window's end before its reset is told (CodexBar's gate)."""
_DOUBTFUL: Final = 0.25
"""Below it what was told of a window is taken back."""
_TOO_LATE_S: Final = 600
"""A window that begins anew so soon is not worth a word."""
SETTLE_US: Final = 3 * 10**6
"""So long an outage has to last, beyond the link's own patience."""
START_US: Final = 10 * 10**6
"""The same for a tray that has not seen an engine yet: at login both start."""
_OUTAGES: Final = ("outage:down", "outage:relaying")
_STOP: Final = "stop:"
_LEDGER: Final = "ledger"
"""The code of the one trouble of a running engine that concerns what is counted."""


class Kind(StrEnum):
    """What a notification is about; of each kind one is on the screen."""

    TROUBLE = "trouble"
    BUDGET = "budget"
    SUMMARY = "summary"
    """What was held back while it was quiet."""
    WINDOW = "window"
    WEEK = "week"
    NEWS = "news"
    SUGGESTION = "suggestion"


class Urgency(IntEnum):
    """As the Desktop Notifications Specification counts."""

    LOW = 0
    NORMAL = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button; one that neither asks nor snoozes opens what it is about."""

    key: str
    text: str
    verb: str = ""
    """What the engine is asked."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    snoozes: tuple[str, ...] = ()
    """Subjects of which nothing is told for a while."""
    today: bool = False
    """Until midnight, not for an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something that may be told."""

    key: str
    kind: Kind
    title: str
    body: str
    buttons: tuple[Button, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    event: bool = False
    """It has happened; otherwise it lasts as long as it is found."""
    important: bool = False
    """Told also to who wants important things only."""
    subjects: tuple[str, ...] = ()
    """A snooze of one of them silences it."""
    settle_us: int = 0
    """So long it has to be so before it is told."""
    after: tuple[str, ...] = ()
    """It is told only to who was told one of these, which are over with it."""
    covers: tuple[str, ...] = ()
    """Keys of events that it tells as well."""
    cycle: int = 0
    slack: int = 0
    """It is the same as an earlier one of its key whose ``cycle`` differs by no more than this."""

    @property
    def critical(self) -> bool:
        """Whether it must not be lost."""
        return self.urgency is Urgency.CRITICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that could be told at a moment, and what is certainly over."""

    live: bool = False
    """An engine says so; without one nothing is known to be over."""
    matters: tuple[Announcement, ...] = ()
    over: frozenset[str] = frozenset()
    """Keys of what may come again and be told anew."""
    unsure: frozenset[str] = frozenset()
    """Keys of what may still be so."""
    budgets: bool = True
    """The engine has read its budgets."""

    def find(self, key: str) -> Announcement | None:
        """The matter of that key."""
        return next((matter for matter in self.matters if matter.key == key), None)

    def gone(self, key: str) -> bool:
        """Whether what has this key is no longer so."""
        if not self.live or key in self.unsure or (key.startswith(_STOP) and not self.budgets):
            return False
        return self.find(key) is None


def scene(view: View, *, been_live: bool) -> Scene:
    """What a view gives to tell.

    Args:
        view: what is known now.
        been_live: an engine was seen since the tray's start.
    """
    snapshot = view.snapshot
    if not view.live or snapshot is None:
        return Scene(matters=_outage(view, SETTLE_US if been_live else START_US))
    budgets = snapshot.budgets.budgets
    troubles = tuple(_trouble(each) for each in snapshot.troubles if each.code == _LEDGER)
    suggestion = snapshot.choices.suggestion
    idle = snapshot.choices.asis or snapshot.choices.mode == choicewords.LET_IT_RIP
    matters = (
        *troubles,
        _back(view),
        *_budgets(snapshot),
        *(_window(snapshot, each) for each in snapshot.windows if _runs_out(snapshot, each, SURE)),
        *(_news(notice) for notice in reversed(snapshot.notices) if not notice.code.startswith("budget_")),
        *(_week(each, snapshot) for each in (snapshot.week,) if each is not None),
        *(_suggestion(each, snapshot) for each in (suggestion,) if each is not None and not idle),
    )
    known = {_stop_key(each) for each in budgets if each.share is not None and not each.stopped}
    unknown = {_stop_key(each) for each in budgets if each.share is None}
    likely = {_window_key(each) for each in snapshot.windows if _runs_out(snapshot, each, _DOUBTFUL)}
    over = {*_OUTAGES, *known} | (set() if troubles else {_trouble_key(_LEDGER)})
    unsure = frozenset(unknown | likely)
    return Scene(live=True, matters=matters, over=frozenset(over), unsure=unsure, budgets=bool(budgets))


def show() -> Button:
    """The button that opens the popover."""
    return Button(key="show", text=tr("announcing", "Show"))


def plain(text: str) -> str:
    """Without the marks around commands."""
    return text.replace("`", "")


def _outage(view: View, settle_us: int) -> tuple[Announcement, ...]:
    if view.link not in (Link.DOWN, Link.RELAYING):
        return ()
    told = view.troubles()[0]
    return (_trouble(told, key=_OUTAGES[view.link is Link.RELAYING], critical=True, settle_us=settle_us),)


def _trouble(told: Trouble, *, key: str = "", critical: bool = False, settle_us: int = 0) -> Announcement:
    snooze = Button(key="snooze", text=tr("announcing", "Snooze 1 hour"), snoozes=(Kind.TROUBLE,))
    return Announcement(
        key=key or _trouble_key(told.code),
        kind=Kind.TROUBLE,
        title=told.title,
        body=plain(f"{told.message} {told.fix}".strip()),
        buttons=(show(), snooze),
        urgency=Urgency.CRITICAL if critical else Urgency.NORMAL,
        important=True,
        subjects=(Kind.TROUBLE,),
        settle_us=settle_us,
    )


def _trouble_key(code: str) -> str:
    return f"trouble:{code}"


def _back(view: View) -> Announcement:
    return Announcement(
        key="back",
        kind=Kind.TROUBLE,
        title=tr("announcing", "Spendlight is back"),
        body=tr("announcing", "Metering is paused.") if view.paused else tr("announcing", "Calls are metered again."),
        buttons=(show(),),
        urgency=Urgency.LOW,
        important=True,
        subjects=(Kind.TROUBLE,),
        after=_OUTAGES,
    )


def _stop_key(view: BudgetView) -> str:
    return f"{_STOP}{view.name}"


def _budgets(snapshot: Snapshot) -> list[Announcement]:
    """Stops, and thresholds that were reached; the notice that came with a stop lends it its words."""
    stops = {each.name: _stop(each, snapshot.at_us) for each in budgettext.stopping(snapshot)}
    found: list[Announcement] = []
    for notice in reversed(snapshot.notices):
        head, _, number = notice.code.partition("budget_")
        if head or not number.isdecimal():
            continue
        percent, view = int(number), snapshot.budgets.named(notice.about)
        key = _notice_key(notice)
        stopping = view is not None and view.action == "stop" and percent >= view.act_at
        if view is not None and stopping and view.name in stops:
            stop = stops[view.name]
            title, body = _reached(notice, view, percent, snapshot.at_us)
            body = body if tongue.english() else stop.body
            stops[view.name] = replace(stop, title=title, body=body, covers=(*stop.covers, key))
            continue
        title, body = _reached(notice, view, percent, snapshot.at_us)
        snooze = (
            Button(
                key="snooze", text=tr("announcing", "Snooze today"), snoozes=(f"budget:{notice.about}",), today=True
            ),
        )
        found.append(
            Announcement(
                key=key,
                kind=Kind.BUDGET,
                title=title,
                body=body,
                buttons=(show(), *(snooze if notice.about else ())),
                event=True,
                important=percent >= 100,
                subjects=(f"budget:{notice.about}",) if notice.about else (),
                # The stop itself may come with the next snapshot and tells it then.
                settle_us=SETTLE_US if stopping and view is not None and not view.overridden else 0,
            )
        )
    return [*stops.values(), *found]


def _stop(view: BudgetView, at_us: int) -> Announcement:
    command = f"spendlight budget override {shlex.quote(view.name)}"
    how = tr("announcing", "The icon's menu lets them through, and so does {command}.", command=command)
    asked = budgettext.asks(view)
    lift = Button(key="lift", text=tr("announcing", "Lift for 1 hour"), verb="override_budget", arguments=asked)
    subjects = (f"budget:{view.name}", _stop_key(view))
    snooze = Button(key="snooze", text=tr("announcing", "Snooze today"), snoozes=subjects, today=True)
    return Announcement(
        key=_stop_key(view),
        kind=Kind.BUDGET,
        title=budgettext.stops(view, at_us),
        body=f"{budgettext.why(view)} {how}",
        buttons=(lift, show(), snooze),
        urgency=Urgency.CRITICAL,
        important=True,
        subjects=(_stop_key(view),),
    )


def _reached(notice: Notice, view: BudgetView | None, percent: int, at_us: int) -> tuple[str, str]:
    title, message = budgettext.reached(notice, view, percent, at_us)
    return title, plain(message)


def _notice_key(notice: Notice) -> str:
    return f"notice:{notice.at_us}"


def _news(notice: Notice) -> Announcement:
    return Announcement(
        key=_notice_key(notice),
        kind=Kind.NEWS,
        title=notice.title,
        body=plain(notice.message),
        buttons=(show(),),
        urgency=Urgency.LOW,
        event=True,
    )


def _week(week: Week, snapshot: Snapshot) -> Announcement:
    """It is to be told all week long, so that no start of a tray misses it; its key is told once."""
    return Announcement(
        key=f"week:{week.name}",
        kind=Kind.WEEK,
        title=weektext.title(week, snapshot.shown),
        body=weektext.body(week, snapshot.shown),
        buttons=(Button(key="open", text=tr("announcing", "Open")),),
        urgency=Urgency.LOW,
    )


def _runs_out(snapshot: Snapshot, window: Window, sure: float) -> bool:
    """Whether it will be used up before its reset, with at least this probability, and there is still time."""
    now_s = snapshot.at_us // 10**6
    if window.runs_out_at is None or window.resets_at is None or window.reset or (window.tightness or 0.0) >= 1:
        return False
    in_time = now_s <= window.runs_out_at < window.resets_at and window.resets_at - now_s >= _TOO_LATE_S
    return in_time and window.runs_out_sure is not None and window.runs_out_sure >= sure


def _window_key(window: Window) -> str:
    return f"window:{window.vendor}/{window.account}/{window.family}/{window.name}"


def _window(snapshot: Snapshot, window: Window) -> Announcement:
    runs_out, resets = window.runs_out_at or 0, window.resets_at or 0
    # An estimate is told no finer than it is known.
    grain = 600 if (window.minutes or 0) <= 1_440 else 1_800
    about = min((runs_out + grain // 2) // grain * grain, resets)
    name = shares.name(snapshot, window)
    return Announcement(
        key=_window_key(window),
        kind=Kind.WINDOW,
        title=tr("announcing", "{window} runs out about {at}", window=name, at=shares.when(about, snapshot.at_us)),
        body=tr(
            "announcing",
            "{used} is used. At this rate the rest is gone before it resets {at}; a smaller model makes it last.",
            used=shares.used(window),
            at=shares.when(resets, snapshot.at_us),
        ),
        buttons=(show(),),
        cycle=resets,
        slack=min((window.minutes or 240) * 60 // 4, 3600),
    )


def _suggestion(suggestion: Suggestion, snapshot: Snapshot) -> Announcement:
    worth = choicewords.worth(suggestion, snapshot.shown)
    asked = {"suggestion": suggestion.id}
    return Announcement(
        key=f"suggestion:{suggestion.id}",
        kind=Kind.SUGGESTION,
        title=ruletext.title(suggestion),
        body="\n".join(filter(None, (*ruletext.proof(suggestion, snapshot.shown)[:1], worth))),
        buttons=(
            Button(key="accept", text=choicewords.action(suggestion), verb="accept_suggestion", arguments=asked),
            Button(key="decline", text=choicewords.not_now(), verb="decline_suggestion", arguments=asked),
        ),
        urgency=Urgency.LOW,
    )


def day(at_us: int) -> str:
    """The local date, ISO."""
    return datetime.fromtimestamp(at_us / 1_000_000).astimezone().date().isoformat()
