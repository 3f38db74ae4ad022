"""Plan windows and rate limits as people read them; one place, so that tray and terminal agree.

Everything that names a window, says how much of it is used and when it begins anew lives here, and which window stands
for the day on an icon.

Rules: pure; what is unknown is said in words, never as a number; a share is rounded down, so that 100 % is only said of
what is used up; times are local. Standard library only, so that the command line starts quickly.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby
from typing import Final

from trayapp.snapshot import Credits, Limit, Snapshot, Window

_VENDORS: Final = {"anthropic": "Claude", "chatgpt": "ChatGPT", "openai": "OpenAI", "github-copilot": "Copilot"}
_NAMES: Final = {"overage": "extra usage", "session": "session"}
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
API_VALUE: Final = "≈ API value"


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
    length = _length(window.minutes) or _NAMES.get(window.name, window.name.replace("_", " "))
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
        return "used up"
    if window.used is not None:
        return f"{percent(window.used)} %"
    return "unknown" if window.reset or not window.status else window.status.replace("_", ", ")


def until(window: Window, now_us: int) -> str:
    """ "resets 14:20", "resets Thu 15:00", "was reset 14:20"; "" when nobody said when."""
    if window.resets_at is None:
        return "heard long ago" if window.reset else ""
    at = when(window.resets_at, now_us)
    return f"was reset {at}" if window.reset else f"resets {at}"


def account_lines(snapshot: Snapshot) -> tuple[str, ...]:
    """A line for each account: "Claude 5 h 42 %, resets 14:20 · week 71 %, resets Thu 15:00"."""
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
        left = "unlimited" if each.unlimited else each.balance if each.has else ""
        if left:
            lines.append(f"{holder(snapshot, each)} credits: {left}")
    return tuple(lines)


def limit_line(limit: Limit, now_us: int) -> str:
    """ "OpenAI rate limit: 88 % of tokens used for gpt-5.5, whole again 14:03"."""
    text = f"{vendor_name(limit.vendor) if limit.vendor != 'anthropic' else 'Anthropic'} rate limit: "
    text += f"{(limit.limit - limit.remaining) * 100 // limit.limit} % of {limit.name.replace('-', ' ')} used"
    if limit.model:
        text += f" for {limit.model}"
    return text if limit.resets_at is None else f"{text}, whole again {when(limit.resets_at, now_us)}"


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
        return "at an unknown time"
    clock = f"{at:%H:%M}"
    days = (at.date() - now.date()).days
    if days == 0:
        return clock
    return f"{_DAYS[at.weekday()]} {clock}" if -7 < days < 7 else f"{at.day} {_MONTHS[at.month - 1]} {clock}"


def _used(window: Window) -> str:
    return f"{title(window)} {used(window)}"


def _by_account(snapshot: Snapshot) -> list[list[Window]]:
    return [list(windows) for _, windows in groupby(shown(snapshot), key=lambda each: (each.vendor, each.account))]


def _length(minutes: int | None) -> str:
    if not minutes:
        return ""
    words = {1_440: "day", 10_080: "week", 43_200: "month"}
    if minutes in words:
        return words[minutes]
    if minutes % 1_440 == 0:
        return f"{minutes // 1_440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
