"""The glance in words: the tooltip, the menu's status lines and the lines of a live call.

Pure text from a view. The menu carries all of it, because on GNOME a click opens the menu, not the popover, and no
tooltip is ever shown. Rules: a tooltip has at most 120 characters (Windows cuts at 127); an amount that is a lower
bound says what is missing; nothing of a call's content is ever here.
"""

from __future__ import annotations

from dataclasses import dataclass

from trayapp import shares
from trayapp.desktop import money
from trayapp.desktop.view import Link, View
from trayapp.snapshot import LiveCall, Slice, Snapshot

TOOLTIP_LIMIT = 120
_PLAN_LINES = 5
_ENDINGS = {
    "done": "done",
    "vendor_error": "vendor error",
    "client_abort": "stopped by the tool",
    "upstream_cut": "cut off",
    "interrupted": "interrupted",
    "not_sent": "not sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuText:
    """All words of the tray's menu."""

    alerts: tuple[str, ...]
    """What is wrong and what to do; first of all and marked."""
    status: tuple[str, ...]
    by_tool: tuple[str, ...]
    by_model: tuple[str, ...]
    pause: str
    paused: bool
    can_pause: bool
    price: str = ""
    """The entry that leads to a price for what has none; empty when everything has one."""


def headline(view: View) -> str:
    """The one line that matters: "$12.20 of $20 today · $1.90/h"."""
    snapshot = view.snapshot
    if view.link is Link.RELAYING:
        return "Not metered: calls pass uncounted"
    if view.link is Link.DOWN:
        return "Spendlight is not running"
    if not view.live or snapshot is None:
        return "Waiting for Spendlight's engine…"
    parts = [today(snapshot)]
    if view.paused:
        parts.append(paused(snapshot))
    elif snapshot.rate_pico_hour > 0:
        parts.append(money.rate(snapshot.rate_pico_hour, snapshot.shown))
    return " · ".join(parts)


def today(snapshot: Snapshot) -> str:
    """Today's amount, with its budget if there is one: "$12.20 of $20 today"; on a plan "≈$12.20 API value today"."""
    text = amount = spent(snapshot)
    if amount == money.UNPRICED:
        return "Today unpriced"
    if snapshot.budget_day_pico:
        text += f" of {money.budget(snapshot.budget_day_pico)}"
    return f"{text} today" if shares.leading(snapshot) is None else f"{text} API value today"


def spent(snapshot: Snapshot, *, running: bool = True) -> str:
    """Today's amount; on a plan nobody is billed for it, and it carries "≈"."""
    amount = money.spent(snapshot.today, snapshot.running_pico if running else 0, snapshot.shown)
    on_plan = shares.leading(snapshot) is not None and amount != money.UNPRICED
    return f"≈{amount.removeprefix('≈')}" if on_plan else amount


def paused(snapshot: Snapshot) -> str:
    """ "Paused until 15:04", or "Paused" without an end."""
    return f"Paused until {money.clock(snapshot.paused_until_us)}" if snapshot.paused_until_us else "Paused"


def counts(snapshot: Snapshot) -> str:
    """ "212 calls · 3 errors"."""
    parts = [money.plural(snapshot.today.calls, "call")]
    if snapshot.today.errors:
        parts.append(money.plural(snapshot.today.errors, "error"))
    return " · ".join(parts)


def agreed(snapshot: Snapshot) -> str:
    """Contract and bill where they differ from the list: "≈ API value · adds $0.00 to the bill"; else ""."""
    day = snapshot.today
    told = money.beside(day.pico, day.pico_contract, day.pico_marginal, unknown=day.unagreed, shown=snapshot.shown)
    if shares.leading(snapshot) is not None and not told.startswith(shares.API_VALUE):
        return f"{shares.API_VALUE} · {told}" if told else shares.API_VALUE
    return told


def bill(snapshot: Snapshot) -> str:
    """``agreed`` below a line that already calls the amount API value."""
    told = agreed(snapshot)
    if shares.leading(snapshot) is None:
        return told
    return told.removeprefix(shares.API_VALUE).removeprefix(" · ")


def plan(snapshot: Snapshot) -> tuple[str, ...]:
    """Plan windows, credits beyond them, and the tightest rate limit of a key."""
    return (*shares.account_lines(snapshot), *beyond_windows(snapshot))


def beyond_windows(snapshot: Snapshot, *, half: bool = False) -> tuple[str, ...]:
    """Credits, and the tightest rate limit of a key; ``half``: only one that is half used, since most last seconds."""
    tightest = [limit for limit in snapshot.limits[:1] if not half or limit.remaining * 2 <= limit.limit]
    limits = tuple(shares.limit_line(limit, snapshot.at_us) for limit in tightest)
    return (*shares.credit_lines(snapshot), *limits)


def beside(snapshot: Snapshot, *, named: bool = True) -> tuple[str, ...]:
    """What stands beside today's amount: contract and bill, and the rate of a currency that is not USD.

    ``named``: the amount is called API value already where it is one.
    """
    told = bill(snapshot) if named else agreed(snapshot)
    return tuple(line for line in (told, money.converted(snapshot.currency, snapshot.shown)) if line)


def doubts(snapshot: Snapshot) -> tuple[str, ...]:
    """What makes today's amount less than exact and whole; empty when it is."""
    lines: list[str] = []
    day = snapshot.today
    if day.pico_estimated:
        lines.append(f"{money.dollars(day.pico_estimated, estimated=True, shown=snapshot.shown)} of it is estimated")
    missing = []
    if day.unpriced:
        missing.append(f"{money.count(day.unpriced)} unpriced")
    if day.unmetered:
        missing.append(f"{money.count(day.unmetered)} unmetered")
    if missing:
        lines.append(f"Not in it: {' and '.join(missing)} {'call' if day.unpriced + day.unmetered == 1 else 'calls'}")
    return tuple(lines)


def news(snapshot: Snapshot, told_us: int) -> tuple[str, str] | None:
    """Title and text of one notification for all notices that came after ``told_us``; ``None`` when none did."""
    fresh = [notice for notice in snapshot.notices if notice.at_us > told_us]
    if not fresh:
        return None
    title = fresh[0].title if len(fresh) == 1 else "News about prices"
    if len(fresh) > 1 and any(notice.code == "rewrite_refused" for notice in fresh):
        title = "News from Spendlight"
    plain = [notice.message.replace("`", "") for notice in reversed(fresh)]
    return title, "\n".join(plain)


def tooltip(view: View) -> str:
    """Up to three lines, at most 120 characters in all."""
    lines = ["DEMO, no real money"] if view.is_demo else []
    windows = shares.account_lines(view.snapshot)[:1] if view.live and view.snapshot is not None else ()
    if windows and shares.leading(view.snapshot or Snapshot()) is not None:
        lines += [*windows, headline(view)]
    else:
        lines += [headline(view), *windows]
    troubles = view.troubles()
    if troubles:
        lines.append(troubles[0].fix if view.link in (Link.DOWN, Link.RELAYING) else troubles[0].title)
    elif view.live and view.snapshot is not None:
        running = sum(1 for call in view.snapshot.live if not call.ended_us)
        if running:
            lines.append(f"{money.plural(running, 'call')} running")
        lines.extend(line for line in doubts(view.snapshot)[-1:] if line.startswith("Not"))
        if told := bill(view.snapshot):
            lines.append(told)
    return _cut("\n".join(lines), TOOLTIP_LIMIT)


def menu(view: View) -> MenuText:
    """The menu's words."""
    snapshot = view.snapshot
    alerts: list[str] = []
    for trouble in view.troubles()[:3]:
        alerts.append(f"⚠ {_cut(trouble.title, 70)}")
        if trouble.fix:
            alerts.append(f"    {_cut(trouble.fix, 90)}")
    status = ["DEMO — simulated calls, no real money"] if view.is_demo else []
    by_tool: tuple[str, ...] = ()
    by_model: tuple[str, ...] = ()
    if view.live and snapshot is not None:
        status.append(headline(view))
        status.append(counts(snapshot))
        status.extend(beside(snapshot))
        status.extend(_cut(line, 100) for line in plan(snapshot)[:_PLAN_LINES])
        status.extend(doubts(snapshot))
        status.extend(_cut(f"{notice.title}: {notice.message}", 100) for notice in snapshot.notices[:1])
        running = [call for call in snapshot.live if not call.ended_us]
        status.extend(f"● {who(call)}   {amount(call, snapshot.shown)}" for call in running[:3])
        if len(running) > 3:
            status.append(f"● and {len(running) - 3} more running")
        by_tool = tuple(_slice(part, "unknown tool", snapshot.shown) for part in snapshot.by_tool[:12])
        by_model = tuple(_slice(part, "unknown model", snapshot.shown) for part in snapshot.by_model[:12])
    elif not alerts:
        status.append(headline(view))
    return MenuText(
        alerts=tuple(alerts),
        status=tuple(status),
        by_tool=by_tool,
        by_model=by_model,
        pause=f"{paused(snapshot)} — resume" if view.paused and snapshot else "Pause metering for 1 hour",
        paused=view.paused,
        can_pause=view.live,
        price=unpriced(snapshot) if view.live and snapshot is not None else "",
    )


def unpriced(snapshot: Snapshot) -> str:
    """What the way to a price is called: "Set a price for kimi-k4…"; empty when everything has one."""
    if not snapshot.unpriced:
        return ""
    if len(snapshot.unpriced) == 1 and snapshot.unpriced[0].model:
        return f"Set a price for {_cut(snapshot.unpriced[0].model, 24)}…"
    return f"Set prices for {money.plural(len(snapshot.unpriced), 'model')}…"


def who(call: LiveCall) -> str:
    """ "claude-code · claude-opus-5-5"."""
    return " · ".join(part for part in (call.tool or call.vendor, call.model) if part) or "a call"


def amount(call: LiveCall, shown: money.Currency = money.USD) -> str:
    """What a live call costs so far: "≈$0.042", "unpriced"."""
    return money.dollars(call.pico, estimated=call.estimated, fine=True, shown=shown)


def progress(call: LiveCall, now_us: int) -> str:
    """ "12.4k in · 1,204 out · 14 s"; an ended call says how it ended unless it ended well.

    Token counts that are our estimate so far carry "≈".
    """
    mark = "≈" if call.estimated else ""
    end = call.ended_us or now_us
    parts = []
    if call.tokens_in or call.tokens_out:
        parts += [f"{mark}{money.count(call.tokens_in)} in", f"{mark}{money.count(call.tokens_out)} out"]
    elif not call.ended_us:
        parts.append("waiting for the answer" if call.state == "sent" else "starting")
    if call.started_us and end >= call.started_us:
        parts.append(money.duration(end - call.started_us))
    if call.ended_us and call.state != "done":
        parts.append(_ENDINGS.get(call.state, call.state.replace("_", " ")))
    return " · ".join(parts)


def _slice(part: Slice, unnamed: str, shown: money.Currency) -> str:
    return f"{part.name or unnamed}   {money.of_slice(part, shown)} · {money.plural(part.calls, 'call')}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
