"""The glance in words: the tooltip, the menu's status lines and the lines of a live call.

Pure text from a view. The menu carries all of it, because on GNOME a click opens the menu, not the popover, and no
tooltip is ever shown. Rules: a tooltip has at most 120 characters (Windows cuts at 127); an amount that is a lower
bound says what is missing; nothing of a call's content is ever here.
"""

from __future__ import annotations

from dataclasses import dataclass

from trayapp import shares
from trayapp.desktop import budgettext, money, sessionwords, weektext
from trayapp.desktop.view import Link, View
from trayapp.snapshot import LiveCall, Slice, Snapshot
from trayapp.tongue import mark, several, tr

TOOLTIP_LIMIT = 120
ALERT = "⚠"
"""What an alert's first line begins with."""
_PLAN_LINES = 5
_ENDINGS = {
    "done": mark("glance", "done"),
    "vendor_error": mark("glance", "vendor error"),
    "client_abort": mark("glance", "stopped by the tool"),
    "upstream_cut": mark("glance", "cut off"),
    "interrupted": mark("glance", "interrupted"),
    "not_sent": mark("glance", "not sent"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuText:
    """All words of the tray's menu."""

    alerts: tuple[str, ...]
    """What is wrong and what to do; first of all and marked."""
    status: tuple[str, ...]
    by_tool: tuple[str, ...]
    tools: tuple[str, ...]
    """The tools of ``by_tool``, by name."""
    by_model: tuple[str, ...]
    by_session: tuple[str, ...]
    pause: str
    paused: bool
    can_pause: bool
    week: str = ""
    """The entry that leads to the last week; empty: there is none."""
    price: str = ""
    """The entry that leads to a price for what has none; empty when everything has one."""


def headline(view: View) -> str:
    """The one line that matters: "$12.20 of $20 today · $1.90/h"."""
    snapshot = view.snapshot
    if view.link is Link.RELAYING:
        return tr("glance", "Not metered: calls pass uncounted")
    if view.link is Link.DOWN:
        return tr("glance", "Spendlight is not running")
    if not view.live or snapshot is None:
        return tr("glance", "Waiting for Spendlight's engine…")
    parts = [today(snapshot)]
    if view.paused:
        parts.append(paused(snapshot))
    elif snapshot.rate_pico_hour > 0:
        parts.append(money.rate(snapshot.rate_pico_hour, snapshot.shown))
    return " · ".join(parts)


def today(snapshot: Snapshot) -> str:
    """Today's amount, with its budget if there is one: "$12.20 of $20 today"; on a plan "≈$12.20 API value today"."""
    amount = spent(snapshot)
    if amount == money.unpriced():
        return tr("glance", "Today unpriced")
    if snapshot.budget_day_pico:
        budget = money.budget(snapshot.budget_day_pico)
        amount = tr("glance", "{amount} of {budget}", amount=amount, budget=budget)
    if shares.leading(snapshot) is None:
        return tr("glance", "{amount} today", amount=amount)
    return tr("glance", "{amount} API value today", amount=amount)


def spent(snapshot: Snapshot, *, running: bool = True) -> str:
    """Today's amount; on a plan nobody is billed for it, and it carries "≈"."""
    amount = money.spent(snapshot.today, snapshot.running_pico if running else 0, snapshot.shown)
    on_plan = shares.leading(snapshot) is not None and amount != money.unpriced()
    return f"≈{amount.removeprefix('≈')}" if on_plan else amount


def paused(snapshot: Snapshot) -> str:
    """ "Paused until 15:04", or "Paused" without an end."""
    if not snapshot.paused_until_us:
        return tr("glance", "Paused")
    return tr("glance", "Paused until {at}", at=money.clock(snapshot.paused_until_us))


def counts(snapshot: Snapshot) -> str:
    """ "212 calls · 3 errors"."""
    parts = [money.calls(snapshot.today.calls)]
    if snapshot.today.errors:
        parts.append(several("glance", "%n error(s)", snapshot.today.errors))
    return " · ".join(parts)


def agreed(snapshot: Snapshot) -> str:
    """Contract and bill where they differ from the list: "≈ API value · adds $0.00 to the bill"; else ""."""
    day = snapshot.today
    told = money.beside(day.pico, day.pico_contract, day.pico_marginal, unknown=day.unagreed, shown=snapshot.shown)
    if shares.leading(snapshot) is not None and not told.startswith(money.api_value()):
        return f"{money.api_value()} · {told}" if told else money.api_value()
    return told


def bill(snapshot: Snapshot) -> str:
    """``agreed`` below a line that already calls the amount API value."""
    told = agreed(snapshot)
    if shares.leading(snapshot) is None:
        return told
    return told.removeprefix(money.api_value()).removeprefix(" · ")


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
        estimated = money.dollars(day.pico_estimated, estimated=True, shown=snapshot.shown)
        lines.append(tr("glance", "{amount} of it is estimated", amount=estimated))
    return (*lines, *filter(None, (missing(snapshot),)))


def missing(snapshot: Snapshot) -> str:
    """The calls whose amounts are not in today's; "" when all are."""
    unpriced, unmetered = snapshot.today.unpriced, snapshot.today.unmetered
    if unpriced and unmetered:
        known = money.count(unpriced)
        return several("glance", "Not in it: {unpriced} unpriced and %n unmetered call(s)", unmetered, unpriced=known)
    if unpriced:
        return several("glance", "Not in it: %n unpriced call(s)", unpriced)
    return several("glance", "Not in it: %n unmetered call(s)", unmetered) if unmetered else ""


def tooltip(view: View) -> str:
    """Up to three lines, at most 120 characters in all."""
    lines = [tr("glance", "DEMO, no real money")] if view.is_demo else []
    windows = shares.account_lines(view.snapshot)[:1] if view.live and view.snapshot is not None else ()
    if windows and shares.leading(view.snapshot or Snapshot()) is not None:
        lines += [*windows, headline(view)]
    else:
        lines += [headline(view), *windows]
    troubles = view.troubles()
    if troubles:
        lines.append(troubles[0].fix if view.link in (Link.DOWN, Link.RELAYING) else troubles[0].title)
    elif view.live and view.snapshot is not None:
        lines.extend(budgettext.stops(each, view.snapshot.at_us) for each in budgettext.stopping(view.snapshot)[:1])
        running = sum(1 for call in view.snapshot.live if not call.ended_us)
        if running:
            lines.append(several("glance", "%n call(s) running", running))
        lines.extend(filter(None, (missing(view.snapshot),)))
        if told := bill(view.snapshot):
            lines.append(told)
        ahead = budgettext.glance(view.snapshot)
        if ahead and len("\n".join([*lines, ahead])) <= TOOLTIP_LIMIT:
            lines.append(ahead)
    return _cut("\n".join(lines), TOOLTIP_LIMIT)


def menu(view: View) -> MenuText:
    """The menu's words."""
    snapshot = view.snapshot
    alerts: list[str] = []
    if view.live and snapshot is not None:
        for budget in budgettext.stopping(snapshot)[:1]:
            alerts.append(f"{ALERT} {budgettext.stops(budget, snapshot.at_us)}")
            alerts.append(f"    {_cut(budgettext.why(budget), 90)}")
    for trouble in view.troubles()[: 2 if alerts else 3]:
        alerts.append(f"{ALERT} {_cut(trouble.title, 70)}")
        if trouble.fix:
            alerts.append(f"    {_cut(trouble.fix, 90)}")
    status = [demo()] if view.is_demo else []
    by_tool: tuple[str, ...] = ()
    by_model: tuple[str, ...] = ()
    by_session: tuple[str, ...] = ()
    if view.live and snapshot is not None:
        status.append(headline(view))
        status.extend(filter(None, (_cut(budgettext.glance(snapshot), 120),)))
        status.append(counts(snapshot))
        status.extend(beside(snapshot))
        status.extend(_cut(line, 100) for line in plan(snapshot)[:_PLAN_LINES])
        status.extend(doubts(snapshot))
        status.extend(_cut(f"{notice.title}: {notice.message}", 100) for notice in snapshot.notices[:1])
        running = [call for call in snapshot.live if not call.ended_us]
        status.extend(f"● {who(call)}   {amount(call, snapshot.shown)}" for call in running[:3])
        if len(running) > 3:
            status.append("● " + several("glance", "and %n more running", len(running) - 3))
        by_tool = tuple(_slice(part, tr("glance", "unknown tool"), snapshot.shown) for part in snapshot.by_tool[:12])
        sessions = [sessionwords.as_slice(each) for each in snapshot.by_session[:12]]
        by_session = tuple(_slice(part, "", snapshot.shown) for part in sessions)
        by_model = tuple(_slice(part, tr("glance", "unknown model"), snapshot.shown) for part in snapshot.by_model[:12])
    elif not alerts:
        status.append(headline(view))
    return MenuText(
        alerts=tuple(alerts),
        status=tuple(status),
        by_tool=by_tool,
        tools=tuple(part.name for part in snapshot.by_tool[:12]) if by_tool and snapshot is not None else (),
        by_model=by_model,
        by_session=by_session,
        pause=(
            tr("glance", "{paused} — resume", paused=paused(snapshot))
            if view.paused and snapshot
            else tr("glance", "&Pause metering for 1 hour")
        ),
        paused=view.paused,
        can_pause=view.live,
        week=weektext.entry(snapshot) if view.live and snapshot is not None else "",
        price=unpriced(snapshot) if view.live and snapshot is not None else "",
    )


def demo() -> str:
    """What a demo says of itself."""
    return tr("glance", "DEMO — simulated calls, no real money")


def unpriced(snapshot: Snapshot) -> str:
    """What the way to a price is called: "S&et a price for kimi-k4…"; empty when everything has one.

    It carries its own shortcut; an ampersand in a name is doubled.
    """
    if not snapshot.unpriced:
        return ""
    if len(snapshot.unpriced) == 1 and snapshot.unpriced[0].model:
        model = _cut(snapshot.unpriced[0].model, 24).replace("&", "&&")
        return tr("glance", "S&et a price for {model}…", model=model)
    return several("glance", "S&et prices for %n model(s)…", len(snapshot.unpriced))


def who(call: LiveCall) -> str:
    """ "claude-code · claude-opus-5-5"."""
    return " · ".join(part for part in (call.tool or call.vendor, call.model) if part) or tr("glance", "a call")


def amount(call: LiveCall, shown: money.Currency = money.USD) -> str:
    """What a live call costs so far: "≈$0.042", "unpriced"."""
    return money.dollars(call.pico, estimated=call.estimated, fine=True, shown=shown)


def progress(call: LiveCall, now_us: int) -> str:
    """ "12.4k in · 1,204 out · 14 s"; an ended call says how it ended unless it ended well.

    Token counts that are our estimate so far carry "≈".
    """
    about = "≈" if call.estimated else ""
    end = call.ended_us or now_us
    parts = []
    if call.tokens_in or call.tokens_out:
        parts.append(tr("glance", "{count} in", count=f"{about}{money.count(call.tokens_in)}"))
        parts.append(tr("glance", "{count} out", count=f"{about}{money.count(call.tokens_out)}"))
    elif not call.ended_us:
        parts.append(tr("glance", "waiting for the answer") if call.state == "sent" else tr("glance", "starting"))
    if call.started_us and end >= call.started_us:
        parts.append(money.duration(end - call.started_us))
    if call.ended_us and call.state != "done":
        parts.append(tr("glance", _ENDINGS.get(call.state, call.state.replace("_", " "))))
    return " · ".join(parts)


def _slice(part: Slice, unnamed: str, shown: money.Currency) -> str:
    return f"{part.name or unnamed}   {money.of_slice(part, shown)} · {money.calls(part.calls)}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
