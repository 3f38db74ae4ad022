"""The terminal meter: a snapshot as lines of text. Pure; ``status --watch`` redraws them.

Rules: money of running calls carries ``≈``; calls without a price are counted in words; a demo says so in its first
line; nothing is wider than the terminal.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final

from trayapp import shares
from trayapp.cli import budgetlines, ruleswords, teamlines
from trayapp.money import Currency, api_value, beside, converted, count, dollars, plural
from trayapp.snapshot import LiveCall, Slice, Snapshot, Window

_BAR: Final = "━"
_REST: Final = "─"
"""What is left of a bar; without colours the two have to differ in shape."""
_STYLES: Final = {
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
    "blue": "\x1b[38;5;74m",
    "orange": "\x1b[38;5;214m",
    "red": "\x1b[38;5;202m",
    "off": "\x1b[0m",
}


class _Paint:
    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_STYLES['off']}" if self._colour and text else text


def headline(snapshot: Snapshot) -> str:
    """One line: on a plan its windows; today, the running calls, the rate."""
    shown = snapshot.shown
    on_plan = shares.leading(snapshot) is not None
    text = amount(snapshot)
    if snapshot.budget_day_pico:
        text += f" of {dollars(snapshot.budget_day_pico)}"
    text += " API value today" if on_plan else " today"
    if snapshot.running_pico:
        text += f" (+{dollars(snapshot.running_pico, estimated=True, shown=shown)} running)"
    if snapshot.rate_pico_hour:
        text += f" · {dollars(snapshot.rate_pico_hour, shown=shown)}/h"
    return f"{shares.in_short(snapshot)} · {text}" if on_plan else text


def amount(snapshot: Snapshot) -> str:
    """Today's amount; on a plan nobody is billed for it, and it carries "≈"."""
    today = snapshot.today
    estimated = today.pico_estimated > 0 or shares.leading(snapshot) is not None
    return dollars(today.pico, estimated=estimated, shown=snapshot.shown)


def draw(snapshot: Snapshot, *, width: int = 80, height: int = 24, colour: bool = False) -> list[str]:
    """The meter's lines, at most ``height`` of them, each at most ``width`` cells wide."""
    width = max(width, 30)
    paint = _Paint(colour)
    lines: list[str] = []
    if snapshot.demo:
        lines.append(paint("orange", _fit("DEMO · simulated calls, no real money", width)))
    if snapshot.mode == "paused":
        until = datetime.fromtimestamp(snapshot.paused_until_us / 1e6).astimezone()
        lines.append(paint("orange", _fit(f"Metering is paused until {until:%H:%M}; calls pass unread", width)))
    lines += [paint("red", _fit(f"{t.title}: {t.message} {t.fix}", width)) for t in snapshot.troubles]
    lines.append(paint("bold", _fit(headline(snapshot), width)))
    lines.append(paint("dim", _fit(_counts(snapshot), width)))
    lines += [paint("dim", _fit(text, width)) for text in agreed(snapshot)]
    if steered := ruleswords.steered(snapshot.choices, snapshot.shown):
        lines.append(paint("orange" if snapshot.choices.asis else "dim", _fit(steered, width)))
    lines += [paint(style, _fit(text, width)) for style, text in budgetlines.glance(snapshot)]
    lines += [paint(style, _fit(text, width)) for style, text in teamlines.glance(snapshot.team)]
    lines += [paint("dim", _fit(f"{n.title}: {n.message}", width)) for n in snapshot.notices[:2]]
    if snapshot.budget_day_pico:
        share = snapshot.today.pico / snapshot.budget_day_pico
        style = "red" if share >= 1 else "orange" if share >= 0.8 else "blue"
        lines.append(_bar(share, width, paint, style))
    lines += [_window(window, snapshot, width, paint) for window in shares.shown(snapshot)[:6]]
    lines += [paint("dim", _fit(text, width)) for text in shares.credit_lines(snapshot)]
    lines += [paint("dim", _fit(shares.limit_line(each, snapshot.at_us), width)) for each in snapshot.limits[:2]]
    lines.append("")
    if snapshot.live:
        lines += [_live(call, width, paint, snapshot.shown) for call in snapshot.live[:8]]
    else:
        lines.append(paint("dim", _fit("No call is running.", width)))
    for title, slices in (("By model", snapshot.by_model), ("By tool", snapshot.by_tool)):
        if slices:
            lines += ["", paint("dim", title)]
            top = max(max((s.pico for s in slices), default=0), 1)
            lines += [_slice(s, top, width, paint, snapshot.shown) for s in slices[:5]]
    return lines[:height]


def agreed(snapshot: Snapshot) -> list[str]:
    """What is to say beside the list price: contract and bill where they differ, and the currency's rate."""
    today, shown = snapshot.today, snapshot.shown
    told = beside(today.pico, today.pico_contract, today.pico_marginal, unknown=today.unagreed, shown=shown)
    if shares.leading(snapshot) is not None:  # the headline has said so
        told = told.removeprefix(api_value()).removeprefix(" · ")
    return [text for text in (told, converted(snapshot.currency, shown)) if text]


def _counts(snapshot: Snapshot) -> str:
    today = snapshot.today
    parts = [
        plural(today.calls, "call"),
        f"{count(today.input + today.cache_read + today.cache_write)} in",
        f"{count(today.output)} out",
    ]
    if today.unpriced:
        parts.append(f"{today.unpriced} unpriced")
    if today.unmetered:
        parts.append(f"{today.unmetered} unmetered")
    if today.errors:
        parts.append(f"{today.errors} failed")
    return " · ".join(parts)


def _live(call: LiveCall, width: int, paint: _Paint, shown: Currency) -> str:
    mark = "●" if not call.ended_us else "✓" if call.state == "done" else "✗"
    amount = dollars(call.pico, estimated=call.estimated, fine=True, shown=shown)
    right = f"{count(call.tokens_in)}→{count(call.tokens_out)}  {amount:>10}"
    name = " · ".join(x for x in (call.tool or call.vendor, call.model, call.project) if x)
    left = _fit(f"{mark} {name}", width - _cells(right) - 1)
    line = left + " " * (width - _cells(left) - _cells(right)) + right
    return paint("dim", line) if call.ended_us else line


def _slice(part: Slice, top: int, width: int, paint: _Paint, shown: Currency) -> str:
    amount = dollars(part.pico, shown=shown) if part.pico or not part.unpriced else "unpriced"
    if part.unpriced and part.pico:
        amount += f" +{part.unpriced} unpriced"
    amount = f"{amount:>10}"
    column = min(24, width - _cells(amount) - 2)
    name = _fit(part.name or "unknown", column)
    room = max(width - column - _cells(amount) - 4, 0)
    filled = round(room * part.pico / top)
    bar = paint("blue", _BAR * filled) + " " * (room - filled)
    return f"{name}{' ' * (column - _cells(name))}  {bar}{amount}" if room else f"{name} {amount}"


def _window(window: Window, snapshot: Snapshot, width: int, paint: _Paint) -> str:
    """ "Claude 5 h ━━━━━──── 42 %, resets 14:20", or "71 %, runs out Thu 15:00" where that is sooner."""
    gone = window.tightness
    right = ", ".join(filter(None, (shares.used(window), shares.until(window, snapshot.at_us))))
    right = f"{right:<25}"
    column = min(24, max(width - _cells(right) - 2, 8))
    name = _fit(shares.name(snapshot, window), column)
    room = width - column - _cells(right) - 3
    warned = (gone or 0) >= 0.8 or shares.runs_out(window)
    style = "red" if (gone or 0) >= 1 else "orange" if warned else "blue"
    bar = f"{_bar(gone or 0.0, room, paint, style)} " if room >= 4 else ""
    left = f"{name}{' ' * (column - _cells(name))}"
    return f"{left}  {bar}{right}".rstrip() if bar else _fit(f"{name} {right}".rstrip(), width)


def _bar(share: float, width: int, paint: _Paint, style: str) -> str:
    filled = round(width * min(max(share, 0.0), 1.0))
    return paint(style, _BAR * filled) + paint("dim", _REST * (width - filled))


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _fit(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells; control characters have no way to the terminal."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    if _cells(clean) <= width:
        return clean
    while clean and _cells(clean) > width - 1:
        clean = clean[:-1]
    return clean + "…"
