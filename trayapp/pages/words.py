"""How a report's parts are said, in the language that is spoken.

Rules: spend *goes with* something, nothing is ever said to have caused it; a loss is called a loss; what is not known
is said so; every amount that rests on an estimate carries "≈". A name that is empty has a word of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from trayapp import tongue
from trayapp.money import USD, Currency, currency, dollars, unpriced
from trayapp.reports import Action, Anomaly, Change, Part, Period, Plan, PriceChange, Report, Saving, Sum, Waste
from trayapp.tongue import mark, several, tr

FACTORS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("volume", mark("report", "Tokens"), mark("report", "more tokens"), mark("report", "fewer tokens")),
    ("mix", mark("report", "Model mix"), mark("report", "dearer models"), mark("report", "cheaper models")),
    ("cache", mark("report", "Cache"), mark("report", "less from the cache"), mark("report", "more from the cache")),
    ("price", mark("report", "List prices"), mark("report", "higher prices"), mark("report", "lower prices")),
    ("retries", mark("report", "Retries"), mark("report", "more retries"), mark("report", "fewer retries")),
)
"""Name of a field of ``Change``, its word, and what it is when it adds and when it takes away."""

WASTE: Final[Mapping[str, str]] = {
    "retries": mark("report", "Repeated attempts"),
    "interrupted": mark("report", "Interrupted turns"),
    "errors": mark("report", "Billed errors"),
    "cache_rewrites": mark("report", "Cache written anew after a pause"),
    "bloat": mark("report", "Unusually long prompts"),
    "side_calls": mark("report", "Side calls on frontier models"),
    "hidden_calls": mark("report", "Hidden second calls"),
    "no_diff": mark("report", "Sessions without a diff within a day"),
}
_BEFORE: Final[Mapping[str, str]] = {
    "week": mark("report", "the week before"),
    "month": mark("report", "the month before"),
    "span": mark("report", "the days before"),
}
_COMPONENTS: Final[Mapping[str, str]] = {
    "input": mark("report", "input"),
    "output": mark("report", "output"),
    "cache_read": mark("report", "cache reads"),
    "cache_write": mark("report", "cache writes"),
    "cache_write_1h": mark("report", "cache writes (1 h)"),
}


_MOST_PERCENT: Final = 999
"""More is no share that says anything."""


def shown(report: Report) -> Currency:
    """What amounts are shown in."""
    if report.currency == "USD" or not report.currency_rate:
        return USD
    try:
        return currency(report.currency, report.currency_rate, report.currency_since)
    except ValueError:
        return USD


def signed(pico: int, unit: Currency = USD) -> str:
    """ "+$3.10", "−$3.10", "$0.00"."""
    return f"+{dollars(pico, shown=unit)}" if pico > 0 else dollars(pico, shown=unit)


def percent(part: int, whole: int) -> str:
    """A share in whole percent: "18 %", "<1 %", "312 %", ">999 %"."""
    share = (200 * abs(part) + whole) // (2 * whole) if whole > 0 else 0
    text = ">999" if share > _MOST_PERCENT else tongue.figures().whole(share) if share or not part else "<1"
    return tongue.figures().unit(text, "%")


def total(sums: Sum, unit: Currency = USD) -> str:
    """The list price; "unpriced" when not one of its calls has a price, for then a zero would be a lie."""
    unknown = sums.unpriced + sums.unmetered
    if not sums.pico_list and unknown and unknown >= sums.calls - sums.errors:
        return unpriced()
    return dollars(sums.pico_list, estimated=bool(sums.pico_estimated), shown=unit)


def known(pico: int | None, unit: Currency = USD, *, estimated: bool = False) -> str:
    """An amount, or that it is not known."""
    return tr("report", "not known") if pico is None else dollars(pico, estimated=estimated and pico != 0, shown=unit)


def of_part(part: Part, unit: Currency = USD) -> str:
    """ "$3.05", "$3.05 + 2 unpriced", "unpriced"."""
    if not part.unpriced:
        return dollars(part.pico, shown=unit)
    if not part.pico:
        return unpriced()
    number = tongue.figures().count(part.unpriced)
    return f"{dollars(part.pico, shown=unit)} + {number} {unpriced()}"


def day(iso: str) -> str:
    """ "Mon 23 Nov"."""
    at = _date(iso)
    return f"{tongue.figures().weekday(at)} {tongue.figures().date(at)}"


def short_day(iso: str, days: int) -> str:
    """What stands under a day's bar: "Mon" in a week, else its number."""
    at = _date(iso)
    return tongue.figures().weekday(at) if days <= 7 else str(at.day)


def month(iso: str) -> str:
    """ "Nov"."""
    return tongue.figures().months[_date(iso).month - 1]


def month_of(name: str) -> str:
    """ "Nov 2026" of "2026-11"."""
    return f"{month(f'{name}-01')} {name[:4]}"


def dates(period: Period) -> str:
    """ "23–29 Nov 2026", "30 Nov – 6 Dec 2026"."""
    first, last, figures = _date(period.first), _date(period.last), tongue.figures()
    if first == last:
        return f"{figures.date(first)} {first.year}"
    if (first.year, first.month) == (last.year, last.month):
        sign = "." if "." in figures.day_month else ""
        return f"{first.day}{sign}–{figures.date(last)} {last.year}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{figures.date(first)}{year} – {figures.date(last)} {last.year}"


def title(period: Period) -> str:
    """ "Week 48, 2026", "Nov 2026", or the dates."""
    first = _date(period.first)
    if period.kind == "week":
        year, week, _ = first.isocalendar()
        return tr("report", "Week {week}, {year}", week=week, year=year)
    if period.kind == "month":
        return f"{tongue.figures().months[first.month - 1]} {first.year}"
    return dates(period)


def former(period: Period) -> str:
    """ "the week before"; of what still runs, as much of it."""
    name = tr("report", _BEFORE.get(period.kind, _BEFORE["span"]))
    return name if period.over else tr("report", "{before} by then", before=name)


def versus(report: Report, unit: Currency = USD) -> str:
    """ "$12.30 less than the week before (−18 %)"."""
    if report.before is None or total(report.sum) == unpriced():
        return tr("report", "There is nothing before it to hold it against.")
    pico, name = report.sum.pico_list - report.before.pico_list, former(report.period)
    if not pico:
        return tr("report", "the same as {before}", before=name)
    amount = dollars(abs(pico), shown=unit)
    text = (
        tr("report", "{amount} more than {before}", amount=amount, before=name)
        if pico > 0
        else tr("report", "{amount} less than {before}", amount=amount, before=name)
    )
    return f"{text} ({change_share(report)})" if report.before.pico_list else text


def change_share(report: Report) -> str:
    """ "+18 %", "−18 %", "0 %"; empty without a time before that cost something."""
    if report.before is None or not report.before.pico_list or total(report.sum) == unpriced():
        return ""
    pico = report.sum.pico_list - report.before.pico_list
    sign = "+" if pico > 0 else "−" if pico < 0 else ""
    return f"{sign}{percent(pico, report.before.pico_list)}"


def greatest(change: Change) -> tuple[str, str, int] | None:
    """Of a change, what most of it goes with: its word, what it is, and how much; ``None``: nothing has changed."""
    factors = [(word, more, less, int(getattr(change, f"pico_{name}"))) for name, word, more, less in FACTORS]
    word, more, less, pico = max(factors, key=lambda each: abs(each[3]))
    return (tr("report", word), tr("report", more if pico > 0 else less), pico) if pico else None


def explained(change: Change, unit: Currency = USD) -> str:
    """A change in one sentence."""
    most = greatest(change)
    if most is None:
        return tr("report", "Nothing about it has changed.")
    _, what, pico = most
    return tr("report", "Most goes with {what}: {amount}.", what=what, amount=signed(pico, unit))


def price_change(change: PriceChange, unit: Currency = USD) -> str:
    """A price that became another one, in one sentence."""
    values = {
        "model": change.model,
        "component": tr("report", _COMPONENTS[change.component])
        if change.component in _COMPONENTS
        else change.component,
        "before": _rate(change.before),
        "after": _rate(change.after),
        "day": tongue.figures().date(_date(change.day)) if change.day else "",
        "amount": signed(change.pico, unit),
    }
    return tr(
        "report",
        "{model}, {component}: from {before} to {after} for a million tokens since {day}; {amount} in this time.",
        **values,
    )


def _rate(usd: str) -> str:
    figures = tongue.figures()
    return figures.amount("$", usd.replace(".", figures.point))


def anomaly(found: Anomaly, unit: Currency = USD) -> str:
    """What is far from usual, in one or two sentences."""
    name = day(found.name) if found.kind == "day" else _known_as(found)
    text = tr(
        "report",
        "{name}: {amount}, usually {usual}.",
        name=name,
        amount=dollars(found.pico, shown=unit),
        usual=dollars(found.pico_usual, shown=unit),
    )
    factor = next((each for each in FACTORS if each[0] == found.cause), None)
    if factor is not None:
        what = tr("report", factor[2] if found.pico_cause >= 0 else factor[3])
        more = tr("report", "{amount} of it goes with {what}.", amount=signed(found.pico_cause, unit), what=what)
        text = f"{text} {more}"
    if found.cause_name:
        text = f"{text} {tr('report', 'Most of it is {name}.', name=found.cause_name)}"
    return text


def _known_as(found: Anomaly) -> str:
    """What people call it: a session by its project, its tool and when it began."""
    if found.kind != "session":
        return found.name or nobody()
    parts = [found.project, found.tool]
    if found.started_us:
        began = datetime.fromtimestamp(found.started_us / 1e6).astimezone()
        parts.append(f"{tongue.figures().date(began)} {tongue.figures().clock(began)}")
    return " · ".join(filter(None, parts)) or tr("report", "A session")


def saving(found: Saving, unit: Currency = USD) -> str:
    """What rules have saved or lost, in one or two sentences."""
    if not found.rows:
        return tr("report", "No rule has changed a call.")
    counted = found.rows - found.unknown
    text = ""
    if counted > 0:
        calls = several("report", "%n call(s)", counted)
        amount = dollars(abs(found.pico), estimated=True, shown=unit)
        text = (
            tr("report", "Rules have lost {amount} on {calls}.", amount=amount, calls=calls)
            if found.pico < 0
            else tr("report", "Rules have saved {amount} on {calls}.", amount=amount, calls=calls)
        )
        if found.pico_low != found.pico_high:
            low, high = signed(found.pico_low, unit), signed(found.pico_high, unit)
            text = f"{text} {tr('report', 'It may be anything from {low} to {high}.', low=low, high=high)}"
    if found.unknown:
        more = several("report", "Of %n call(s) it cannot be told.", found.unknown)
        text = f"{text} {more}".strip()
    return text


def leverage(plan: Plan) -> str:
    """ "4.6 ×": what a plan's calls are worth for each dollar of its price; empty where one of the two is not known."""
    if not plan.pico_price or plan.unpriced >= max(plan.calls, 1):
        return ""
    tenths = (20 * plan.pico_value + plan.pico_price) // (2 * plan.pico_price)
    figures = tongue.figures()
    worth = figures.unit(f"{figures.whole(tenths // 10)}{figures.point}{tenths % 10}", "×")
    return tr("report", "at least {worth}", worth=worth) if plan.unpriced else worth


def plan(found: Plan, unit: Currency = USD) -> str:
    """What is to be said of a plan."""
    if found.pico_price is None:
        return tr("report", "{plan}: what it costs is not known.", plan=found.name)
    cost = found.pico_price + found.pico_beside
    if found.other:
        return tr(
            "report",
            "{plan}: {other} costs less; whether its windows would have held these calls is not known.",
            plan=found.name,
            other=found.other,
        )
    if found.cheapest:
        return tr(
            "report", "{plan}: of what you pay for, nothing would have been cheaper for these calls.", plan=found.name
        )
    if found.unpriced:
        unknown = several("report", "%n call(s) have no price", found.unpriced)
        return tr("report", "{plan}: whether it paid is not known, since {unknown}.", plan=found.name, unknown=unknown)
    less = dollars(cost - found.pico_value, shown=unit)
    return tr(
        "report", "{plan}: paid by the call, these calls would have cost {less} less.", plan=found.name, less=less
    )


def waste(line: Waste) -> str:
    """What a line of the waste ledger counts."""
    return tr("report", WASTE[line.kind]) if line.kind in WASTE else line.kind.replace("_", " ")


def action(found: Action, unit: Currency = USD) -> str:
    """Something worth doing, in the page's language and currency; the engine's English where there are no other words.

    What the engine says is in dollars, so it stands only where the page is in English and in dollars, too.
    """
    if tongue.english() and unit == USD:
        return found.text
    values = {name: value for name, value in found.values.items() if not name.startswith("pico_")}
    values |= {
        name.removeprefix("pico_"): dollars(_pico(value), shown=unit)
        for name, value in found.values.items()
        if name.startswith("pico_")
    }
    try:
        return _SAID[found.kind](values)
    except (KeyError, ValueError):
        return found.text


def _priced(values: Mapping[str, Any]) -> str:
    calls, models = several("report", "%n call(s)", int(values["calls"])), int(values["models"])
    if models == 1:
        return tr("report", "{calls} of {model} have no price and are in no amount. Set it once.", calls=calls,
                  model=values["model"])  # fmt: skip
    return tr("report", "{calls} of {model} and other models have no price and are in no amount. Set it once.",
              calls=calls, model=values["model"])  # fmt: skip


def _suggested(values: Mapping[str, Any]) -> str:
    calls = several("report", "%n call(s)", int(values["calls"]))
    text = tr(
        "report",
        "{calls} on {asked} cost {now} in the last {days} days; on {model} ≈{then}.",
        calls=calls,
        asked=values["asked"],
        now=values["now"],
        days=values["days"],
        model=values["model"],
        then=values["then"],
    )
    if values["plan"]:
        return text
    return f"{text} {tr('report', 'It would save ≈{week} a week.', week=values['week'])}"


def _ruled(values: Mapping[str, Any]) -> str:
    calls = several("report", "%n call(s)", int(values["rows"]))
    return tr("report", "The rule “{rule}” has lost ≈{lost} on {calls}. Switch it off.", rule=values["rule"],
              lost=values["lost"], calls=calls)  # fmt: skip


def _planned(values: Mapping[str, Any]) -> str:
    if "price" in values:
        return tr(
            "report",
            "The plan {plan} costs {price} for these days; by the list its calls are worth {value}."
            " Whether you will need its windows, you know best.",
            plan=values["plan"],
            price=values["price"],
            value=values["value"],
        )
    without = int(values.get("unpriced") or 0)
    calls = several("report", "%n call(s)", without)
    if without and without >= int(values["calls"]):
        return tr(
            "report",
            "What does the plan {plan} cost a month? What its calls are worth is not known: no price is known for"
            " {calls}.",
            plan=values["plan"],
            calls=calls,
        )
    if without:
        return tr(
            "report",
            "What does the plan {plan} cost a month? Its calls are worth {value} by the list; no price is known for"
            " {calls}.",
            plan=values["plan"],
            value=values["value"],
            calls=calls,
        )
    return tr("report", "What does the plan {plan} cost a month? Its calls are worth {value} by the list.",
              plan=values["plan"], value=values["value"])  # fmt: skip


def _budgeted(values: Mapping[str, Any]) -> str:
    return tr(
        "report",
        "There is no budget yet. A usual week costs ≈{usual}; {limit} would be passed by about one week in ten.",
        usual=values["usual"],
        limit=values["limit"],
    )


_SAID: Final = {
    "price": _priced,
    "suggestion": _suggested,
    "rule_off": _ruled,
    "plan": _planned,
    "budget": _budgeted,
}


def nobody() -> str:
    """What is called by no name."""
    return tr("report", "unknown")


def name(part: Part) -> str:
    """A part's name, or what stands for it."""
    if part.others:
        return several("report", "%n other(s)", part.others)
    return part.name or nobody()


def _pico(value: object) -> int:
    return int(value) if isinstance(value, int | str) else 0


def _date(iso: str) -> datetime:
    found = date.fromisoformat(iso)
    return datetime(found.year, found.month, found.day).astimezone()
