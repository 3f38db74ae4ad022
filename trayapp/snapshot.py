"""What a glance holds: the state of things that the engine tells its faces, and its form on the control socket.

Rules: standard library only, so that ``spendlight status`` stays quick; unknown fields are ignored and missing ones
take their default, so that faces and engines of neighbouring versions understand each other; money is a decimal string
of pico-USD (a JSON number would be read as a float by some); no text of any call, no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from trayapp.budgetviews import Budgets, BudgetView
from trayapp.choices import Choice, Choices, Option, Record, RuleView, Suggestion, Undo
from trayapp.display import Display
from trayapp.money import USD, Currency, currency
from trayapp.said import settle
from trayapp.teamviews import TeamView, team_from_json
from trayapp.trouble import Trouble, trouble_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One bar of a breakdown of today."""

    name: str
    pico: int = 0
    """List price of the priced calls."""
    calls: int = 0
    tokens: int = 0
    unpriced: int = 0
    """Calls without a price; their share is not in ``pico``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSlice:
    """One session of today; faces make its name: project, tool, start."""

    id: str
    """Tells one session from another, and nothing else."""
    tool: str = ""
    project: str = ""
    """The display name of the project that cost most of it."""
    started_us: int = 0
    """The start of its first call today."""
    last_us: int = 0
    """The start of its last call."""
    pico: int = 0
    """List price of the priced calls."""
    calls: int = 0
    tokens: int = 0
    unpriced: int = 0
    """Calls without a price; their share is not in ``pico``."""
    running: int = 0
    """Calls that run now; they are in no other figure."""
    known: bool = True
    """``False``: all calls of a tool that tells no session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call that runs now, or ended within the last seconds."""

    id: int
    tool: str = ""
    vendor: str = ""
    model: str = ""
    project: str = ""
    started_us: int = 0
    ended_us: int = 0
    """0 while it runs."""
    state: str = "open"
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = True
    """Whether tokens and amount are our estimate so far."""
    pico: int | None = None
    """Cost so far; ``None`` when the model has no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something good to know that nobody has to act on; kept for a day."""

    title: str
    message: str
    at_us: int = 0
    """When, UTC epoch microseconds; tells one notice from another."""
    code: str = "notice"
    """``priced``, ``price_book`` or ``price_held``; ``budget_80`` when a budget is used so far, in percent; one that
    begins with ``week`` is about a week's summary."""
    about: str = ""
    """The name of the budget that it is about."""
    said: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What title and message were made of, where that is more than their words (``said.wire``)."""

    def __post_init__(self) -> None:
        """Keep what the texts were made of beside them."""
        settle(self, ("title", "message"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """Today's calls of one model that have no price."""

    vendor: str
    model: str
    calls: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window of a flat-price plan, as its vendor stated it beside an answer."""

    vendor: str
    name: str
    """``5h``, ``7d``, ``7d_oi``, ``overage``; ``primary``, ``secondary``; ``premium_interactions`` …"""
    account: str = ""
    """A short HMAC that tells one account from another."""
    plan: str = ""
    """``plus``, ``pro`` … where the vendor says so."""
    family: str = ""
    """Codex' limit id."""
    label: str = ""
    """What the vendor calls the family."""
    minutes: int | None = None
    """The window's length."""
    used: float | None = None
    """Share used, 0–1, with the digits that were stated; ``None``: not stated, or begun anew since (``reset``)."""
    resets_at: int | None = None
    """When it begins anew, UTC epoch seconds."""
    status: str = ""
    """``allowed``, ``allowed_warning``, ``rejected`` or empty."""
    binding: bool = False
    """The vendor names it as the one that decides."""
    reset: bool = False
    """It has begun anew since it was stated: how much of it is used now is unknown."""
    runs_out_at: int | None = None
    """When it will be used up at the present rate, UTC epoch seconds; ``None``: not before its reset, or nobody can
    tell."""
    runs_out_sure: float | None = None
    """Probability, 0–1, that it is used up before its reset."""
    at_us: int = 0
    """When it was stated."""

    @property
    def tightness(self) -> float | None:
        """How much of it is gone: the share, and all of it when the vendor refuses; ``None`` is unknown."""
        return 1.0 if self.status == "rejected" else self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A rate limit of an API key that is not whole just now. No window of a plan."""

    vendor: str
    name: str
    """``requests``, ``tokens``, ``input-tokens`` …"""
    account: str = ""
    """The key's fingerprint."""
    model: str = ""
    """The model that was asked when it was stated."""
    limit: int = 1
    remaining: int = 0
    resets_at: int | None = None
    """When it is whole again, UTC epoch seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """What an account may spend beyond its plan's windows."""

    vendor: str
    account: str = ""
    has: bool | None = None
    unlimited: bool | None = None
    balance: str = ""
    """As the vendor states it, a decimal text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The last whole week in short; ``spendlight report`` has the rest."""

    name: str
    """ "2026-W47"; tells one week from another."""
    first: str = ""
    """Its Monday, ISO."""
    last: str = ""
    """Its Sunday, ISO."""
    pico: int = 0
    """By the list."""
    pico_before: int | None = None
    """The week before; ``None``: nothing is known of it."""
    pico_saved: int = 0
    """What rules have saved; a loss is negative."""
    calls: int = 0
    unpriced: int = 0
    """Calls without a price; they are not in ``pico``."""
    unmetered: int = 0
    errors: int = 0
    estimated: bool = False
    """A part of it rests on estimates."""
    unusual: int = 0
    """How many things were far from usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Totals since local midnight."""

    pico: int = 0
    pico_estimated: int = 0
    """The part of ``pico`` that rests on estimates."""
    pico_contract: int | None = None
    """What it is worth by what was agreed, of the calls of which that is known; ``None``: an engine that cannot say."""
    pico_marginal: int | None = None
    """What it adds to the bill (0 within a plan), of the calls of which that is known."""
    unagreed: int = 0
    """Priced calls of which one of these two is not known."""
    calls: int = 0
    errors: int = 0
    unpriced: int = 0
    unmetered: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    day: str = ""
    """Local date, ISO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that a glance needs."""

    at_us: int = 0
    version: str = ""
    port: int = 0
    demo: bool = False
    mode: str = "metering"
    """``metering`` or ``paused``; a face without an engine says ``relaying`` or ``down`` itself."""
    paused_until_us: int = 0
    today: Today = field(default_factory=Today)
    running_pico: int = 0
    """Estimated cost so far of the calls that run now; not yet in ``today``."""
    rate_pico_hour: int = 0
    """Spend per hour over the last ten minutes."""
    budget_day_pico: int | None = None
    pace: float | None = None
    """Share of today's budget that an even pace would have used by now, 0–1."""
    by_tool: tuple[Slice, ...] = ()
    by_model: tuple[Slice, ...] = ()
    by_project: tuple[Slice, ...] = ()
    by_session: tuple[SessionSlice, ...] = ()
    """The dearest first, at most 50, among them those with calls that run now."""
    live: tuple[LiveCall, ...] = ()
    """Newest first, at most 20."""
    book: str = ""
    """Version of the price book."""
    currency: str = "USD"
    """The currency that the user wants to see. Amounts here are USD all the same."""
    currency_rate: str = ""
    """Units of it for one USD, a decimal text; empty: USD, or no rate holds now."""
    currency_since: str = ""
    """ISO date of that rate."""
    troubles: tuple[Trouble, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Newest first."""
    unpriced: tuple[Unpriced, ...] = ()
    """Today's calls without a price, most first; at most 20 models."""
    windows: tuple[Window, ...] = ()
    """Plan windows: the tightest account first, within one the shorter window first."""
    limits: tuple[Limit, ...] = ()
    """Rate limits of API keys, the tightest first."""
    credits: tuple[Credits, ...] = ()
    icon: str = "auto"
    """What the icon's number is: ``auto``, ``money``, ``plan``, ``rate`` or ``month``."""
    display: Display = field(default_factory=Display)
    """How the tray shall look."""
    notify: str = "all"
    """Which notifications are wanted: ``all``, ``important`` or ``none``."""
    quiet: str = ""
    """Hours without notifications, as in the settings: "22:00-07:00"; empty: none."""
    month_point_pico: int | None = None
    """What all calls of this month will have cost at its end, list price; ``None``: too little is known, or the icon
    does not want it."""
    choices: Choices = field(default_factory=Choices)
    """Cheaper models."""
    budgets: Budgets = field(default_factory=Budgets)
    week: Week | None = None
    """The last whole week, from Monday morning on."""
    team: TeamView | None = None
    """The team; ``None``: its user is in none, and nothing leaves the machine."""

    @property
    def shown(self) -> Currency:
        """What to show amounts in."""
        return _currency(self.currency, self.currency_rate, self.currency_since)


@lru_cache(maxsize=8)
def _currency(code: str, rate: str, since: str) -> Currency:
    try:
        return currency(code, rate, since) if rate else USD
    except ValueError:  # another version's word
        return USD


def _notice(data: Mapping[str, Any]) -> Notice:
    values = {"title": "", "message": "", **_known(Notice, data)}
    said = values.get("said")
    return Notice(**{**values, "said": said if isinstance(said, Mapping) else {}})


def snapshot_to_json(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as JSON-ready values, money as decimal strings."""
    return to_json(snapshot)


def to_json(value: Any) -> dict[str, Any]:
    """Any of these types, and of ``choices`` and ``budgetviews``, as JSON-ready values, money as decimal strings."""
    result: dict[str, Any] = _money_out(asdict(value))
    return result


def snapshot_from_json(data: Mapping[str, Any]) -> Snapshot:
    """Read a snapshot; unknown fields are ignored, missing or malformed ones take their default."""
    values = _known(Snapshot, data)
    values["today"] = Today(**_known(Today, values.get("today") or {}))
    for name in ("by_tool", "by_model", "by_project"):
        values[name] = tuple(Slice(**{"name": "", **_known(Slice, s)}) for s in values.get(name) or ())
    values["by_session"] = tuple(
        SessionSlice(**{"id": "", **_known(SessionSlice, s)}) for s in values.get("by_session") or ()
    )
    values["live"] = tuple(LiveCall(**{"id": 0, **_known(LiveCall, c)}) for c in values.get("live") or ())
    values["troubles"] = tuple(
        found for t in values.get("troubles") or () if (found := trouble_from_json(t)) is not None
    )
    values["notices"] = tuple(_notice(n) for n in values.get("notices") or ())
    values["unpriced"] = tuple(
        Unpriced(**{"vendor": "", "model": "", **_known(Unpriced, u)}) for u in values.get("unpriced") or ()
    )
    values["windows"] = tuple(
        Window(**{"vendor": "", "name": "", **_known(Window, w)}) for w in values.get("windows") or ()
    )
    values["limits"] = tuple(
        Limit(**{"vendor": "", "name": "", **_known(Limit, each)}) for each in values.get("limits") or ()
    )
    values["credits"] = tuple(Credits(**{"vendor": "", **_known(Credits, c)}) for c in values.get("credits") or ())
    values["display"] = Display(**_known(Display, values.get("display") or {}))
    values["choices"] = choices_from_json(values.get("choices") or {})
    values["week"] = Week(**{"name": "", **_known(Week, values["week"])}) if values.get("week") else None
    values["budgets"] = budgets_from_json(values.get("budgets") or {})
    values["team"] = team_from_json(values.get("team"))
    return Snapshot(**values)


def budgets_from_json(data: Mapping[str, Any]) -> Budgets:
    """Read what is said about budgets; as for ``snapshot_from_json``."""
    values = _known(Budgets, data)
    views = []
    for entry in values.get("budgets") or ():
        view = {"name": "", **_known(BudgetView, entry)}
        view["at"] = tuple(view.get("at") or ())
        views.append(BudgetView(**view))
    values["budgets"] = tuple(views)
    for name in ("suggest", "frugal", "stopped"):
        values[name] = tuple(values.get(name) or ())
    return Budgets(**values)


def choices_from_json(data: Mapping[str, Any]) -> Choices:
    """Read what is said about cheaper models; as for ``snapshot_from_json``."""
    values = _known(Choices, data)
    values["rules"] = tuple(rule_from_json(rule) for rule in values.get("rules") or ())
    card, undo = values.get("suggestion"), values.get("undo")
    values["suggestion"] = None if card is None else suggestion_from_json(card)
    values["undo"] = None if undo is None else Undo(**{"rule": "", "text": "", "until_us": 0, **_known(Undo, undo)})
    menu = []
    for entry in values.get("menu") or ():
        choice = {"vendor": "", "asked": "", **_known(Choice, entry)}
        choice["options"] = tuple(Option(**{"model": "", **_known(Option, o)}) for o in choice.get("options") or ())
        menu.append(Choice(**choice))
    values["menu"] = tuple(menu)
    return Choices(**values)


def rule_from_json(data: Mapping[str, Any]) -> RuleView:
    """Read a rule."""
    values = {"id": "", "text": "", **_known(RuleView, data)}
    values["record"] = _record(values.get("record"))
    return RuleView(**values)


def _record(data: Any) -> Record | None:
    return Record(**_known(Record, data)) if isinstance(data, Mapping) else None


def suggestion_from_json(data: Mapping[str, Any]) -> Suggestion:
    """Read a suggestion."""
    values = {"id": "", "title": "", **_known(Suggestion, data)}
    values["record"] = _record(values.get("record"))
    values["lines"] = tuple(values.get("lines") or ())
    return Suggestion(**values)


def _money_out(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: str(v) if _is_money(k) and isinstance(v, int) else _money_out(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_money_out(v) for v in value]
    return value


def _is_money(name: str) -> bool:
    return name == "pico" or name.startswith("pico_") or name.endswith("_pico") or "_pico_" in name


def _known(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in kind.__dataclass_fields__:
        if name in data:
            value = data[name]
            out[name] = int(value) if _is_money(name) and isinstance(value, str) else value
    return out
