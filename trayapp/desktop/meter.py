"""The icon's meaning: a view becomes a ``Reading`` of a few characters, a bar and a state.

Everything that decides *what* the icon says lives here; ``icon`` decides how it is painted. Pure, no Qt.

The number is today's spend, running calls included, in at most four characters: "<.1" ".4" "4" "12" "118" "2k".
Amounts are rounded half up, in the currency that the user chose; an amount above zero is never "0".

==========  ======  =========================================================================================
state       text    when
==========  ======  =========================================================================================
idle        0       connected, no call today
ok          12      below 80 % of today's budget, or no budget
warn        17      80 % of the budget and more
over        23!     100 % and more
unpriced    4? ?    calls without a known price: the number is a lower bound; "?" alone when none has a price
paused      ‖       metering is paused
relaying    –!      the guard relays by itself, unmetered
down        –       no engine, or no word from it yet
==========  ======  =========================================================================================

On a plan (``trayapp.shares.leading``) the number is the share used of the tightest window, "42%", with "!" in the place
of the sign when nothing is left; one that will run out before its reset warns at any share. The bar is the same share,
its notch the share of the window's time that has passed.

The user may want another number (``display.icon``): bar, notch, colour, "!" and "?" stay what they are.

==========  ======  =========================================================================================
number      text    what
==========  ======  =========================================================================================
rate        2       what an hour costs at the pace of the last ten minutes
month       312     what this month will have cost at its end; as usual while too little is known for that
==========  ======  =========================================================================================

Otherwise the bar is the share of today's budget, with a notch where an even pace would be. Without a budget there is no
share, and none is made up: the bar is absent, and in its place a lamp is lit while calls run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from trayapp import shares
from trayapp.desktop import money
from trayapp.desktop.money import PICO
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Snapshot, Window

_WARN_AT = 0.8


class Mood(StrEnum):
    """The icon's state; shape says it, colour repeats it."""

    IDLE = "idle"
    OK = "ok"
    WARN = "warn"
    OVER = "over"
    UNPRICED = "unpriced"
    PAUSED = "paused"
    RELAYING = "relaying"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the icon shows."""

    text: str
    """At most four characters of the digits font."""
    mood: Mood
    bar: float | None = None
    """Share of the window or of today's budget, 0–1 (more is cut to 1); ``None``: neither, and no bar."""
    notch: float | None = None
    """Where an even pace would be, 0–1."""
    lit: bool = False
    """Whether a call runs now."""


def read(view: View) -> Reading:
    """The reading of a view."""
    snapshot = view.snapshot
    if view.link is Link.RELAYING:
        return Reading("–!", Mood.RELAYING)
    if not view.live or snapshot is None:
        return Reading("–", Mood.DOWN)
    lit = any(call.ended_us == 0 for call in snapshot.live)
    if view.paused:
        return Reading("‖", Mood.PAUSED, lit=lit)
    usual = _as_usual(snapshot, lit=lit)
    wanted = {"rate": snapshot.rate_pico_hour, "month": snapshot.month_point_pico}.get(snapshot.icon)
    if wanted is None or (usual.mood is Mood.UNPRICED and usual.text == "?"):
        return usual
    sign = "!" if usual.mood is Mood.OVER else "?" if usual.text.endswith("?") else ""
    return replace(usual, text=_short(wanted, snapshot) + sign)


def _as_usual(snapshot: Snapshot, *, lit: bool) -> Reading:
    """Share of a plan's window, or today's amount."""
    window = shares.leading(snapshot)
    if window is not None:
        return _of_window(window, snapshot.at_us, lit=lit)
    today = snapshot.today
    amount = today.pico + snapshot.running_pico
    share = None
    if snapshot.budget_day_pico:
        share = amount / snapshot.budget_day_pico
    bar = None if share is None else min(max(share, 0.0), 1.0)
    notch = None if share is None or snapshot.pace is None else min(max(snapshot.pace, 0.0), 1.0)
    unknown = today.unpriced > 0 or today.unmetered > 0 or any(c.pico is None and not c.ended_us for c in snapshot.live)
    if amount == 0 and money.nothing_known(today):
        return Reading("?", Mood.UNPRICED, bar, notch, lit)
    text = _short(amount, snapshot)
    if share is not None and share >= 1:
        return Reading(text + "!", Mood.OVER, bar, notch, lit)
    mood = Mood.OK
    if share is not None and share >= _WARN_AT:
        mood = Mood.WARN
    elif unknown:
        mood = Mood.UNPRICED
    elif today.calls == 0 and amount == 0 and not lit:
        mood = Mood.IDLE
    return Reading(text + "?" if unknown else text, mood, bar, notch, lit)


def _of_window(window: Window, now_us: int, *, lit: bool) -> Reading:
    share = min(max(window.tightness or 0.0, 0.0), 1.0)
    notch = shares.elapsed(window, now_us)
    if share >= 1:
        return Reading("100!", Mood.OVER, 1.0, notch, lit)
    warned = share >= _WARN_AT or window.status == "allowed_warning" or shares.runs_out(window)
    return Reading(f"{shares.percent(share)}%", Mood.WARN if warned else Mood.OK, share, notch, lit)


def _short(pico: int, snapshot: Snapshot) -> str:
    """An amount in the currency that the user chose."""
    shown = snapshot.shown
    return short(-(-pico * shown.numerator // shown.denominator))  # rounded up: something is never nothing


def short(pico: int) -> str:
    """An amount of at least zero in at most three characters."""
    if pico <= 0:
        return "0"
    tenths = (pico * 10 + PICO // 2) // PICO
    if tenths == 0:
        return "<.1"
    if tenths < 10:
        return f".{tenths}"
    whole = (pico + PICO // 2) // PICO
    if whole < 1000:
        return str(whole)
    thousands = (whole + 500) // 1000
    if thousands < 100:
        return f"{thousands}k"
    hundreds = (thousands + 50) // 100
    if hundreds < 10:
        return f".{hundreds}M"
    return f"{min((thousands + 500) // 1000, 99)}M"
