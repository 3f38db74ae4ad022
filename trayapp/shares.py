"""Plan windows and rate limits as people read them; one place, so that tray and terminal agree.

Everything that names a window, says how much of it is used, when it runs out and when it begins anew lives here, and
which window stands for the day on an icon.

Rules: pure; what is unknown is said in words, never as a number; a share is rounded down, so that 100 % is only said of
what is used up; times are local. Words and figures are those of ``trayapp.tongue``. Standard library only, so that the
command line starts quickly.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby
from typing import Final

from trayapp import tongue
from trayapp.snapshot import Credits, Limit, Snapshot, Window
from trayapp.tongue import mark, tr

LIKELY: Final = 0.5
"""From this probability on it is said that a window runs out."""
_VENDORS: Final = {"anthropic": "Claude", "chatgpt": "ChatGPT", "openai": "OpenAI", "github-copilot": "Copilot"}
_LENGTHS: Final = {1_440: mark("shares", "day"), 10_080: mark("shares", "week"), 43_200: mark("shares", "month")}
_COUNTED: Final = {
    "requests": mark("shares", "requests"),
    "tokens": mark("shares", "tokens"),
    "input-tokens": mark("shares", "input tokens"),
    "output-tokens": mark("shares", "output tokens"),
}
_STATES: Final = {
    "allowed": mark("shares", "allowed"),
    "allowed_warning": mark("shares", "allowed, warning"),
}
_NAMES: Final = {"overage": mark("shares", "extra usage"), "session": mark("shares", "session")}


def leading(snapshot: Snapshot) -> Window | None:
    """The window that stands for the day: the tightest of all; ``None`` where money does.

    Where calls are billed beside the plan, money is what matters, unless the window is used up.
    """
    if snapshot.icon == "money":
        return None
    known = [window for window in snapshot.windows if window.name != "overage" and window.tightness is not None]
    if not known:
        return None
    tightest = max(known, key=lambda window: window.tightness or 0.0)
    billed = bool(snapshot.today.pico_marginal) and snapshot.icon != "plan"
    return None if billed and (tightest.tightness or 0.0) < 1 else tightest


def shown(snapshot: Snapshot) -> tuple[Window, ...]:
    """The windows worth a line, in the snapshot's order; extra usage only when there was some."""
    return tuple(window for window in snapshot.windows if window.name != "overage" or window.used)


def name(snapshot: Snapshot, window: Window) -> str:
    """ "Claude 5 h", and with several accounts of a vendor "Claude 3f2a 5 h"."""
    return f"{holder(snapshot, window)} {title(window)}"


def holder(snapshot: Snapshot, said: Window | Credits) -> str:
    """ "Claude", and with several accounts of a vendor "Claude 3f2a"."""
    vendor = vendor_name(said.vendor)
    several = len({other.account for other in snapshot.windows if other.vendor == said.vendor}) > 1
    return f"{vendor} {said.account[:4]}" if several and said.account else vendor


def vendor_name(vendor: str) -> str:
    """What people call the plans of a route."""
    return _VENDORS.get(vendor, vendor)


def title(window: Window) -> str:
    """ "5 h", "week", "week (opus)", "GPT-5.3-Codex-Spark 5 h", "premium interactions"."""
    length = _length(window.minutes) or tr("shares", _NAMES.get(window.name, window.name.replace("_", " ")))
    _, _, part = window.name.partition("_")
    if window.minutes and part:
        length = f"{length} ({part.replace('_', ' ')})"
    if window.family in ("", "codex"):
        return length
    return f"{window.label or window.family.removeprefix('codex_')} {length}"


def percent(share: float) -> int:
    """Whole percent, rounded down."""
    # Not share * 100: 0.29 of a float is 28.999… percent.
    return int((Decimal(repr(share)) * 100).to_integral_value(ROUND_FLOOR))


def used(window: Window) -> str:
    """ "42 %", "used up", "unknown", "allowed"."""
    if window.status == "rejected" and (window.used is None or window.used < 1):
        return tr("shares", "used up")
    if window.used is not None:
        return tongue.figures().unit(percent(window.used), "%")
    if window.reset or not window.status:
        return tr("shares", "unknown")
    return tr("shares", _STATES.get(window.status, window.status.replace("_", ", ")))


def runs_out(window: Window) -> bool:
    """Whether it will sooner be used up than begin anew, more likely than not."""
    return window.runs_out_at is not None and (window.runs_out_sure or 0.0) >= LIKELY


def until(window: Window, now_us: int) -> str:
    """ "runs out Thu 15:00" where that is to be expected, else what ``resets`` says."""
    if not runs_out(window):
        return resets(window, now_us)
    return tr("shares", "runs out {at}", at=when(_about(window), now_us))


def resets(window: Window, now_us: int) -> str:
    """ "resets 14:20", "resets Thu 15:00", "was reset 14:20"; "" when nobody said when."""
    if window.resets_at is None:
        return tr("shares", "heard long ago") if window.reset else ""
    at = when(window.resets_at, now_us)
    return tr("shares", "was reset {at}", at=at) if window.reset else tr("shares", "resets {at}", at=at)


def account_lines(snapshot: Snapshot) -> tuple[str, ...]:
    """A line for each account: "Claude 5 h 42 %, resets 14:20 · week 71 %, runs out Thu 15:00"."""
    return tuple(
        f"{holder(snapshot, windows[0])} "
        + " · ".join(", ".join(filter(None, (_used(each), until(each, snapshot.at_us)))) for each in windows)
        for windows in _by_account(snapshot)
    )


def in_short(snapshot: Snapshot) -> str:
    """The first account's windows in a few words: "5 h 42 % · week 71 %"."""
    accounts = _by_account(snapshot)
    return " · ".join(_used(window) for window in accounts[0]) if accounts else ""


def credit_lines(snapshot: Snapshot) -> tuple[str, ...]:
    """What accounts may spend beyond their windows: "ChatGPT credits: 9.5"."""
    lines = []
    for each in snapshot.credits:
        balance = each.balance.replace(".", tongue.figures().point)
        left = tr("shares", "unlimited") if each.unlimited else balance if each.has else ""
        if left:
            lines.append(tr("shares", "{holder} credits: {left}", holder=holder(snapshot, each), left=left))
    return tuple(lines)


def limit_line(limit: Limit, now_us: int) -> str:
    """ "OpenAI rate limit: 88 % of tokens used for gpt-5.5, whole again 14:03"."""
    vendor = vendor_name(limit.vendor) if limit.vendor != "anthropic" else "Anthropic"
    share = tongue.figures().unit((limit.limit - limit.remaining) * 100 // limit.limit, "%")
    counted = tr("shares", _COUNTED.get(limit.name, limit.name.replace("-", " ")))
    text = tr("shares", "{vendor} rate limit: {share} of {counted} used", vendor=vendor, share=share, counted=counted)
    if limit.model:
        text += " " + tr("shares", "for {model}", model=limit.model)
    if limit.resets_at is None:
        return text
    return f"{text}, " + tr("shares", "whole again {at}", at=when(limit.resets_at, now_us))


def elapsed(window: Window, now_us: int) -> float | None:
    """The share of the window's time that has passed; ``None`` where it is not known, or is too little to judge by."""
    if window.resets_at is None or not window.minutes or window.reset:
        return None
    passed = 1 - (window.resets_at - now_us / 1_000_000) / (window.minutes * 60)
    return passed if 0.03 <= passed <= 1 else None


def when(at_s: int, now_us: int) -> str:
    """A moment in local time: "14:20" within this day, "Thu 15:00" within a week of it, else "3 Dec 15:00"."""
    try:
        at, now = (datetime.fromtimestamp(seconds).astimezone() for seconds in (at_s, now_us / 1_000_000))
    except (ValueError, OverflowError, OSError):
        return tr("shares", "at an unknown time")
    figures = tongue.figures()
    clock = figures.clock(at)
    days = (at.date() - now.date()).days
    if days == 0:
        return clock
    return f"{figures.weekday(at) if -7 < days < 7 else figures.date(at)} {clock}"


def _about(window: Window) -> int:
    """When it runs out, not finer than can be known: to half an hour, within a window of hours to five minutes."""
    at_s = window.runs_out_at or 0
    step = 1800 if (window.minutes or 0) > 1_440 else 300
    rounded = (at_s + step // 2) // step * step
    return at_s if window.resets_at is not None and rounded >= window.resets_at else rounded


def _used(window: Window) -> str:
    return f"{title(window)} {used(window)}"


def _by_account(snapshot: Snapshot) -> list[list[Window]]:
    return [list(windows) for _, windows in groupby(shown(snapshot), key=lambda each: (each.vendor, each.account))]


def _length(minutes: int | None) -> str:
    if not minutes:
        return ""
    if minutes in _LENGTHS:
        return tr("shares", _LENGTHS[minutes])
    figures = tongue.figures()
    if minutes % 1_440 == 0:
        return figures.unit(minutes // 1_440, tr("shares", "d"))
    return figures.unit(minutes // 60, "h") if minutes % 60 == 0 else figures.unit(minutes, "min")
