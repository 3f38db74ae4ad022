"""What a report holds: one period's spending, what changed it, what was wasted, and what could be done.

Everything about reports that crosses a wall is defined here: ``insight`` makes the parts, ``engine`` puts them
together, ``cli`` and ``desktop`` draw them; the same value becomes text, Markdown, HTML, PDF, PNG and JSON.

Rules: frozen values, standard library only; money is an ``int`` of pico-USD, signed where it may be, and a decimal
string on the wire; what is not known is ``None``, never zero; names of projects are display names that stay on this
machine, and ``nameless`` takes them (and sessions) out for a card that may be forwarded; no text of any call, no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time that a report is about, in local days."""

    name: str
    """ "2026-W48", "2026-11", or "2026-11-03…2026-11-09"."""
    kind: str = "week"
    """``week``, ``month`` or ``span``."""
    first: str = ""
    """Its first local date, ISO."""
    last: str = ""
    """Its last local date, ISO."""
    since_us: int = 0
    until_us: int = 0
    """Behind its end, UTC epoch microseconds."""
    over: bool = True
    """It has ended; otherwise the numbers are those so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a period came to."""

    pico_list: int = 0
    """By the public list, of the calls that have a price."""
    pico_contract: int | None = None
    """As agreed; ``None``: of some call it is not known."""
    pico_marginal: int | None = None
    """What it adds to the bill; ``None`` as above."""
    pico_estimated: int = 0
    """The part of the list price that rests on estimates."""
    calls: int = 0
    errors: int = 0
    unpriced: int = 0
    """Calls without a price; they are in no amount."""
    unmetered: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why a period's list price differs from the one before: five shares that sum to the difference exactly."""

    pico: int = 0
    """This period minus the one before."""
    pico_volume: int = 0
    """More or fewer tokens."""
    pico_mix: int = 0
    """Other models (or tiers of them), more or less output among the tokens."""
    pico_cache: int = 0
    """More or less of the prompts from the cache."""
    pico_price: int = 0
    """Other prices for the same."""
    pico_retries: int = 0
    """More or fewer repeated attempts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A list price that became another one."""

    vendor: str
    model: str
    component: str
    """``input``, ``cache_read``, ``output`` …"""
    day: str
    """ISO date from which the new one holds."""
    before: str
    """USD for a million tokens, a decimal text."""
    after: str
    pico: int = 0
    """What it has meant since, in this period: the same tokens at the new price minus at the old one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day."""

    day: str
    pico: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One model, tool, project or session of the period."""

    name: str
    """Empty: unknown."""
    pico: int = 0
    pico_before: int = 0
    """The same in the period before."""
    calls: int = 0
    unpriced: int = 0
    tool: str = ""
    """Of a session."""
    project: str = ""
    """Of a session."""
    started_us: int = 0
    """Of a session."""
    others: int = 0
    """So many parts are summed in this one, which has no name: all that are not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What rules have saved; a loss is negative."""

    pico: int = 0
    pico_low: int = 0
    pico_high: int = 0
    rows: int = 0
    unknown: int = 0
    """Rows of which it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A flat-price plan against what its calls would have cost by the list."""

    name: str
    pico_value: int = 0
    """By the list."""
    pico_price: int | None = None
    """Its price for the period's share of a month; ``None``: the user has not said it."""
    cheapest: bool = False
    """Of what the user pays for, nothing would have been cheaper for these calls."""
    vendor: str = ""
    calls: int = 0
    unpriced: int = 0
    """Calls of it without a list price; they are in no amount."""
    pico_beside: int = 0
    """What these calls added to the bill beside the plan."""
    other: str = ""
    """Another plan of that vendor that the user pays less for; whether its windows would have held is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something far from usual, and what of it stands out."""

    kind: str
    """``day``, ``model``, ``tool``, ``project`` or ``session``."""
    name: str
    """Which one."""
    pico: int = 0
    pico_usual: int = 0
    """The median of the days or weeks it is held against."""
    cause: str = ""
    """``volume``, ``mix``, ``cache``, ``price``, ``retries``, or empty where none makes half of it."""
    cause_name: str = ""
    """The model, tool or project that most of it is of."""
    pico_cause: int = 0
    tool: str = ""
    """Of a session."""
    project: str = ""
    """Of a session."""
    started_us: int = 0
    """Of a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """One line of the waste ledger: rows that were counted, without a claim why."""

    kind: str
    """``retries``, ``interrupted``, ``errors``, ``cache_rewrites``, ``bloat``, ``side_calls``, ``hidden_calls`` or
    ``no_diff``."""
    rows: int = 0
    """Calls, or (``no_diff``) sessions' calls."""
    pico: int = 0
    """List price of what was counted."""
    unpriced: int = 0
    """Rows that were counted and have no price."""
    whole: bool = True
    """The rows' whole price; otherwise the part of it that the line is about."""
    sessions: int = 0
    estimated: bool = False
    known: bool = True
    """``False``: it could not be looked at; ``why`` says what is missing."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something worth doing, with the button that does it."""

    kind: str
    """``suggestion``, ``rule_off``, ``budget``, ``price``, ``plan`` or ``waste``."""
    text: str
    """English; faces say it in their own words by ``kind`` and ``values``."""
    verb: str = ""
    """Of the engine; empty: ``command`` shows more."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    """What does the same in a terminal."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What ``text`` names: ``model``, ``pico_week``, ``rows`` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of the trend, against the month before."""

    name: str
    """ "2026-11"."""
    sum: Sum = field(default_factory=Sum)
    change: Change | None = None
    """``None``: nothing before it to hold it against."""
    prices: tuple[PriceChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole page."""

    period: Period
    made_us: int = 0
    book: str = ""
    """Version of the price book."""
    currency: str = "USD"
    currency_rate: str = ""
    currency_since: str = ""
    demo: bool = False
    began: str = ""
    """Local ISO date of the first call that the ledger holds; empty: there is none."""
    sum: Sum = field(default_factory=Sum)
    before: Sum | None = None
    """The period before; ``None``: nothing is known of it."""
    change: Change | None = None
    prices: tuple[PriceChange, ...] = ()
    days: tuple[Day, ...] = ()
    models: tuple[Part, ...] = ()
    tools: tuple[Part, ...] = ()
    projects: tuple[Part, ...] = ()
    sessions: tuple[Part, ...] = ()
    saving: Saving = field(default_factory=Saving)
    plans: tuple[Plan, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    """None of them: nothing unusual (if ``unusual_known``)."""
    unusual_known: bool = True
    """Enough days before it to say what is usual."""
    waste: tuple[Waste, ...] = ()
    actions: tuple[Action, ...] = ()
    """Three at most, the best first."""
    months: tuple[Month, ...] = ()
    """The trend, oldest first."""


def nameless(report: Report) -> Report:
    """The same without names of projects and without sessions: a card that may be forwarded."""
    plain = {part.name for part in (*report.models, *report.tools)}
    return replace(
        report,
        projects=(),
        sessions=(),
        anomalies=tuple(
            each if each.cause_name in plain else replace(each, cause_name="")  # it may be a project's
            for each in report.anomalies
            if each.kind not in ("project", "session")
        ),
        actions=tuple(each for each in report.actions if not each.values.keys() & {"project", "session"}),
    )


_PARTS: Mapping[str, type] = {
    "prices": PriceChange,
    "days": Day,
    "models": Part,
    "tools": Part,
    "projects": Part,
    "sessions": Part,
    "plans": Plan,
    "anomalies": Anomaly,
    "waste": Waste,
    "actions": Action,
}


def report_from_json(data: Mapping[str, Any]) -> Report:
    """Read a report; unknown fields are ignored, missing ones take their default. ``snapshot.to_json`` writes one."""
    values = _known(Report, data)
    values["period"] = Period(**{"name": "", **_known(Period, values.get("period") or {})})
    values["sum"] = Sum(**_known(Sum, values.get("sum") or {}))
    values["saving"] = Saving(**_known(Saving, values.get("saving") or {}))
    if values.get("before") is not None:
        values["before"] = Sum(**_known(Sum, values["before"]))
    if values.get("change") is not None:
        values["change"] = Change(**_known(Change, values["change"]))
    for name, kind in _PARTS.items():
        values[name] = tuple(kind(**_known(kind, each)) for each in values.get(name) or ())
    values["months"] = tuple(_month(each) for each in values.get("months") or ())
    return Report(**values)


def _month(data: Mapping[str, Any]) -> Month:
    values = {"name": "", **_known(Month, data)}
    values["sum"] = Sum(**_known(Sum, values.get("sum") or {}))
    if values.get("change") is not None:
        values["change"] = Change(**_known(Change, values["change"]))
    values["prices"] = tuple(PriceChange(**_known(PriceChange, each)) for each in values.get("prices") or ())
    return Month(**values)


def _known(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(kind):
        if each.name in data:
            value = data[each.name]
            money = each.name == "pico" or each.name.startswith("pico_")
            found[each.name] = int(value) if money and isinstance(value, str) else value
    return found
