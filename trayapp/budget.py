"""What a budget is, and how the ``[[budgets]]`` of the settings file are read.

Everything that says what a line of ``[[budgets]]`` may hold lives here::

    [[budgets]]
    name = "client work"        # how it is called; without one "month", "tool:aider day" …
    period = "month"            # day, week (from Monday) or month, in local time
    usd = "200"
    scope = "project:shop"      # all (the default), project:NAME, tool:NAME, vendor:NAME
    counts = "list"             # list: API value; contract: what was agreed; bill: what it adds to the bill
    at = [50, 80, 100]          # percent at which it is told, once a period each
    action = "tell"             # tell; suggest; frugal; stop
    act_at = 80                 # percent from which the action holds: 80, for stop 100

A plan's window is a budget, too: ``scope = "window:anthropic/5h"``, without period, amount and counts.

Rules: standard library only (the settings are read at every start); a wrong line is an error with a sentence that says
what would be right, never a budget that is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from trayapp.money import PICO
from trayapp.said import say
from trayapp.trouble import Trouble

Period = Literal["day", "week", "month"]
Action = Literal["tell", "suggest", "frugal", "stop"]
Counts = Literal["list", "contract", "bill"]

PERIODS: Final[tuple[Period, ...]] = ("day", "week", "month")
ACTIONS: Final[tuple[Action, ...]] = ("tell", "suggest", "frugal", "stop")
COUNTS: Final[tuple[Counts, ...]] = ("list", "contract", "bill")
KINDS: Final = ("all", "project", "tool", "vendor", "window")
AT: Final = (50, 80, 100)
DAILY: Final = "daily"
"""What the budget of ``budget.day_usd`` is called."""
_MOST: Final = 50
_MOST_PERCENT: Final = 200
_KEYS: Final = ("name", "period", "usd", "scope", "counts", "at", "action", "act_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One budget."""

    name: str
    """Unique."""
    period: Period | None
    """``None``: a plan's window, whose vendor says when it begins anew; or a team's pool."""
    pico: int
    """The limit, pico-USD; 0 for a plan's window."""
    kind: str = "all"
    """One of ``KINDS``, or ``pool``: a team's money, of which its server says how much is used."""
    value: str = ""
    """The project's display name, the tool, the vendor, the window as VENDOR/NAME, or the pool."""
    counts: Counts = "list"
    at: tuple[int, ...] = AT
    """Percent, ascending."""
    action: Action = "tell"
    act_at: int = 80
    source: str = ""
    """The team that has decided it; empty: its user has."""
    fixed: bool = False
    """It cannot be lifted here."""

    @property
    def scope(self) -> str:
        """As written: ``all``, ``project:shop`` …"""
        return f"{self.kind}:{self.value}" if self.value else self.kind

    @property
    def key(self) -> str:
        """Under which anything is remembered of it: with another scope it is another budget."""
        return f"{self.name}\0{self.scope}"


def amount(value: Any) -> int:
    """USD as text or number to pico-USD.

    Raises:
        ValueError: it is none above 0, or finer than a pico-USD; the message says what would be right.
    """
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        pico = Decimal(str(value)) * PICO
        if not pico.is_finite() or pico <= 0 or pico > 10**18 or pico != pico.to_integral_value():
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError('an amount of USD above 0, such as "20" or "7.50"') from None
    return int(pico)


def daily(pico: int) -> Budget:
    """The budget of ``budget.day_usd``."""
    return Budget(name=DAILY, period="day", pico=pico)


def read(entries: Sequence[Mapping[str, Any]], day_pico: int | None = None) -> tuple[Budget, ...]:
    """The budgets of a settings file, that of ``budget.day_usd`` first.

    Raises:
        ValueError: one cannot be used; the message is a sentence that names it.
    """
    found = [] if day_pico is None else [daily(day_pico)]
    for number, entry in enumerate(entries, 1):
        try:
            found.append(one(entry))
        except ValueError as error:
            name = entry.get("name")
            called = f"budget {name!r}" if isinstance(name, str) and name else f"budget no. {number}"
            raise ValueError(f"In {called}: {error}.") from None
    names = [budget.name for budget in found]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"Two budgets are called {name!r}; give one of them another `name`.")
    if len(found) > _MOST:
        raise ValueError(f"There are {len(found)} budgets; {_MOST} are kept.")
    return tuple(found)


def one(entry: Mapping[str, Any]) -> Budget:
    """One line of ``[[budgets]]``.

    Raises:
        ValueError: it cannot be used; the message says why.
    """
    for key in entry:
        if key not in _KEYS:
            raise ValueError(f"`{key}` is nothing a budget has; it has {', '.join(_KEYS)}")
    kind, value = _scope(entry.get("scope", "all"))
    period: Period | None = None
    pico = 0
    if kind == "window":
        for key in ("period", "usd", "counts"):
            if key in entry:
                raise ValueError(f"a plan's window has no `{key}`; its vendor says how long it lasts and what it holds")
    else:
        period = _one_of(entry, "period", PERIODS, None)
        if "usd" not in entry:
            raise ValueError("`usd` is missing: what the period may cost")
        try:
            pico = amount(entry["usd"])
        except ValueError as error:
            raise ValueError(f"`usd` is {entry['usd']!r}; it has to be {error}") from None
    action = _one_of(entry, "action", ACTIONS, "tell")
    return Budget(
        name=_name(entry, kind, value, period),
        period=period,
        pico=pico,
        kind=kind,
        value=value,
        counts=_one_of(entry, "counts", COUNTS, "list"),
        at=_thresholds(entry.get("at", list(AT))),
        action=action,
        act_at=_percent("act_at", entry.get("act_at", 100 if action == "stop" else 80)),
    )


def _scope(written: Any) -> tuple[str, str]:
    right = "`scope` has to be all, project:NAME, tool:NAME, vendor:NAME or window:VENDOR/NAME"
    if not isinstance(written, str):
        raise ValueError(right)
    kind, _, value = written.partition(":")
    if kind not in KINDS or (kind == "all") != (not value) or len(value) > 200 or not value.isprintable():
        raise ValueError(f"{right}, not {written!r}")
    if kind == "window" and not all(value.partition("/")):
        raise ValueError(f"a plan's window is written as window:anthropic/5h, not {written!r}")
    return kind, value


def _name(entry: Mapping[str, Any], kind: str, value: str, period: Period | None) -> str:
    name = entry.get("name", "")
    if not name and "name" not in entry:
        name = " ".join(filter(None, (f"{kind}:{value}" if value else "", period)))
    if not isinstance(name, str) or not name.strip() or len(name) > 250 or not name.isprintable():
        raise ValueError("`name` has to be a short text")
    return name.strip()


def _one_of(entry: Mapping[str, Any], key: str, words: tuple[Any, ...], default: str | None) -> Any:
    word = entry.get(key, default)
    if word not in words:
        given = f"not {word!r}" if word is not None else "and is missing"
        raise ValueError(f"`{key}` has to be {', '.join(words[:-1])} or {words[-1]}, {given}")
    return word


def _thresholds(written: Any) -> tuple[int, ...]:
    if not isinstance(written, list) or not 1 <= len(written) <= 10:
        raise ValueError("`at` has to be a list of one to ten percentages, such as [50, 80, 100]")
    return tuple(sorted({_percent("at", each) for each in written}))


def _percent(key: str, written: Any) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or not 1 <= written <= _MOST_PERCENT:
        raise ValueError(f"`{key}` holds {written!r}; it takes whole percentages from 1 to {_MOST_PERCENT}")
    return written


def no_budget(name: str, names: Iterable[str]) -> Trouble:
    """Nobody is called so; ``names``: who there is."""
    return Trouble(
        title=say("There is no such budget"),
        message=say("Nothing is called {name!r}. There is: {names}.", name=name, names=", ".join(names) or say("none")),
        fix=say("`spendlight budget` lists all."),
        code="no_budget",
    )
