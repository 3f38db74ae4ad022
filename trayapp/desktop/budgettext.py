"""What budgets say on the desktop: their names, what is used, what lies ahead, what they do now.

Everything that turns ``trayapp.budgetviews`` into sentences for tray and popover lives here. Pure, no Qt. Rules: made
from the figures of a view in the user's language, short enough for one line of the popover; an estimate carries "≈"
and shows its interval, rounded to what it can tell; amounts are USD, as budgets are typed; what has no figures and is
known in English only is said in English only to who reads English.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from trayapp import shares, tongue
from trayapp.budgetviews import BudgetView
from trayapp.desktop import money
from trayapp.snapshot import Notice, Snapshot
from trayapp.tongue import mark, several, tr

HOUR_S: Final = 3600
_WHOLE: Final = {
    "day": mark("budgettext", "Today"),
    "week": mark("budgettext", "This week"),
    "month": mark("budgettext", "This month"),
}
_PART: Final = {
    "day": mark("budgettext", "{name} today"),
    "week": mark("budgettext", "{name} this week"),
    "month": mark("budgettext", "{name} this month"),
}
_COUNTS: Final = {
    "contract": mark("budgettext", "{name}, as agreed"),
    "bill": mark("budgettext", "{name}, billed"),
}
_HALF_HOUR_US: Final = 1800 * 10**6
_SHORT_US: Final = 6 * 3600 * 10**6
_FINE_PICO: Final = 10 * money.PICO
"""An estimate from here on is shown in whole dollars."""


def todays(snapshot: Snapshot) -> BudgetView | None:
    """The budget that today's bar shows."""
    return snapshot.budgets.of_today(snapshot.budget_day_pico)


def further(snapshot: Snapshot) -> tuple[BudgetView, ...]:
    """All that neither today's bar nor a plan window's bar shows, the tightest first."""
    drawn, windows = todays(snapshot), {f"window:{each.vendor}/{each.name}" for each in shares.shown(snapshot)}
    rest = [each for each in snapshot.budgets.budgets if each is not drawn and each.scope not in windows]
    return tuple(sorted(rest, key=lambda view: -1.0 if view.share is None else view.share, reverse=True))


def name(view: BudgetView) -> str:
    """What it is for: "This month", "aider today", "shop this week, billed", "Claude 5h"."""
    kind, _, value = view.scope.partition(":")
    if kind == "window":
        vendor, _, window = value.partition("/")
        return f"{shares.vendor_name(vendor)} {window}"
    if view.period not in _WHOLE:
        return view.text or view.name
    text = tr("budgettext", _PART[view.period], name=value) if value else tr("budgettext", _WHOLE[view.period])
    return tr("budgettext", _COUNTS[view.counts], name=text) if view.counts in _COUNTS else text


def used(view: BudgetView) -> str:
    """ "$168 of $200"; for a plan's window "42 %"; "unknown" while nothing is known."""
    if view.pico_spent is not None and view.pico_limit is not None:
        spent = money.dollars(view.pico_spent)
        return tr("budgettext", "{spent} of {limit}", spent=spent, limit=money.budget(view.pico_limit))
    return tr("budgettext", "unknown") if view.share is None else money.percent(shares.percent(view.share))


def ahead(view: BudgetView, now_us: int) -> str:
    """ "on pace for ≈$19 ($15 to $26) · passes it at about 16:00 (15:00 to 17:00)"; or why nobody can tell; or ""."""
    return " · ".join(filter(None, (_will_be(view), _passes(view, now_us))))


def line(view: BudgetView, now_us: int) -> str:
    """A budget in one line: "This month $168 of $200 · on pace for ≈$230 ($190 to $280)"."""
    return " · ".join(filter(None, (f"{name(view)} {used(view)}", ahead(view, now_us))))


def glance(snapshot: Snapshot) -> str:
    """The tightest budget for the menu; only what lies ahead when the headline has said the rest; "" without one."""
    tightest = snapshot.budgets.named(snapshot.budgets.tightest)
    if tightest is None:
        return ""
    if tightest is not todays(snapshot):
        return line(tightest, snapshot.at_us)
    said = ahead(tightest, snapshot.at_us)
    return f"{said[:1].upper()}{said[1:]}"


def stopping(snapshot: Snapshot) -> tuple[BudgetView, ...]:
    """Those that refuse new calls now."""
    return tuple(each for each in snapshot.budgets.budgets if each.stopped)


def urging(snapshot: Snapshot) -> str:
    """Why the suggestion comes first now: "This month: $8.10 of $10 used."; empty: it need not."""
    views = [view for name in snapshot.budgets.suggest if (view := snapshot.budgets.named(name)) is not None]
    return why(views[0]) if views else ""


def stops(view: BudgetView, now_us: int) -> str:
    """ "New calls are refused until midnight"; of a part "New calls of shop are refused until Mon 00:00"."""
    kind, _, value = view.scope.partition(":")
    whose = shares.vendor_name(value.partition("/")[0]) if kind in ("window", "vendor") else value
    if whose and view.until_us:
        end = until(view.until_us, now_us)
        return tr("budgettext", "New calls of {who} are refused {until}", who=whose, until=end)
    if whose:
        return tr("budgettext", "New calls of {who} are refused", who=whose)
    if view.until_us:
        return tr("budgettext", "New calls are refused {until}", until=until(view.until_us, now_us))
    return tr("budgettext", "New calls are refused")


def why(view: BudgetView) -> str:
    """Which budget stops them: "shop this month: $20.31 of $20 used."."""
    return tr("budgettext", "{name}: {used} used.", name=name(view), used=used(view))


def quiet(view: BudgetView, now_us: int) -> str:
    """What one does that stops nothing, or was lifted: "Today: allowed until 16:40"; empty: nothing to say."""
    if view.overridden and view.action != "tell":
        what = {
            "stop": mark("budgettext", "{name}: calls allowed {until}"),
            "frugal": mark("budgettext", "{name}: not frugal {until}"),
        }.get(view.action, mark("budgettext", "{name}: rests {until}"))
        return tr("budgettext", what, name=name(view), until=until(view.overridden_until_us, now_us))
    if view.acting and view.action == "frugal":
        if not view.until_us:
            return tr("budgettext", "{name}: frugal", name=name(view))
        return tr("budgettext", "{name}: frugal {until}", name=name(view), until=until(view.until_us, now_us))
    return ""


def held(budgets: Sequence[BudgetView], now_us: int) -> tuple[BudgetView, ...]:
    """Those with something to be said and done about: stops first."""
    return tuple(
        sorted((each for each in budgets if each.stopped or quiet(each, now_us)), key=lambda each: not each.stopped)
    )


def answer(view: BudgetView) -> str:
    """What its button says."""
    if view.overridden:
        return tr("budgettext", "Undo")
    return tr("budgettext", "Allow for 1 hour") if view.stopped else tr("budgettext", "Lift for 1 hour")


def entry(view: BudgetView, now_us: int) -> str:
    """Its entry in the menu, complete by itself."""
    if view.stopped:
        return tr("budgettext", "Allow new calls for 1 hour ({name})", name=name(view))
    what = quiet(view, now_us)
    if view.overridden:
        return tr("budgettext", "{what} — undo", what=what)
    return tr("budgettext", "{what} — lift for 1 hour", what=what)


def asks(view: BudgetView) -> dict[str, object]:
    """What the engine is asked when the answer is clicked: arguments of ``override_budget``."""
    if view.overridden:
        return {"budget": view.name, "on": False}
    return {"budget": view.name, "seconds": HOUR_S}


def until(us: int, now_us: int) -> str:
    """ "until 16:40", "until midnight", "until Thu 0:00"."""
    try:
        then, now = (datetime.fromtimestamp(each / 1_000_000).astimezone() for each in (us, now_us))
        midnight = (then.hour, then.minute) == (0, 0) and then.date() == now.date() + timedelta(days=1)
    except (ValueError, OverflowError, OSError):
        midnight = False
    if midnight:
        return tr("budgettext", "until midnight")
    return tr("budgettext", "until {at}", at=shares.when(us // 10**6, now_us))


def _will_be(view: BudgetView) -> str:
    if view.pico_point is None or view.pico_low is None or view.pico_high is None:
        if not view.forecast:
            return ""
        return view.forecast if tongue.english() else tr("budgettext", "no forecast yet: too little history")
    if view.pico_high == view.pico_spent:
        told = tr("budgettext", "nothing more is expected")
    else:
        point, low, high = (_about(pico) for pico in (view.pico_point, view.pico_low, view.pico_high))
        told = tr("budgettext", "on pace for ≈{point} ({low} to {high})", point=point, low=low, high=high)
    if not view.unpriced:
        return told
    return several("budgettext", "{told}, without %n unpriced call(s)", view.unpriced, told=told)


def _passes(view: BudgetView, now_us: int) -> str:
    if view.crossing_us is None or view.crossing_low_us is None or view.crossing_high_us is None:
        return ""
    moments = (view.crossing_low_us, view.crossing_us, view.crossing_high_us)
    low, likely, high = (shares.when(_half_hour(us) // 10**6, now_us) for us in moments)
    if low == high:
        return tr("budgettext", "passes it at about {at}", at=likely)
    if view.crossing_high_us - view.crossing_low_us <= _SHORT_US:
        return tr("budgettext", "passes it at about {at} ({low} to {high})", at=likely, low=low, high=high)
    return tr("budgettext", "passes it between {low} and {high}", low=low, high=high)


def _about(pico: int) -> str:
    return money.budget(pico if pico < _FINE_PICO else (pico + money.PICO // 2) // money.PICO * money.PICO)


def _half_hour(us: int) -> int:
    """To the nearest half hour, as the terminal says it: more would say more than is known."""
    return (us + _HALF_HOUR_US // 2) // _HALF_HOUR_US * _HALF_HOUR_US


def reached(notice: Notice, view: BudgetView | None, percent: int, at_us: int) -> tuple[str, str]:
    """Title and message of a threshold that was reached; the engine's own words in English, or without figures."""
    if tongue.english() or view is None:
        return notice.title, notice.message
    if percent == 100:
        title = tr("budgettext", "Budget used up: {name}", name=name(view))
    else:
        share = tongue.figures().unit(percent, "%")
        title = tr("budgettext", "Budget has reached {share}: {name}", share=share, name=name(view))
    return title, f"{line(view, at_us)}."
