"""What the engine tells its faces about budgets: what is spent of each, what it will be, and what it does now.

Everything about budgets that crosses the control socket is defined here; ``snapshot`` carries a ``Budgets`` with each
glance. Rules: as in ``control``: unknown fields are ignored, missing ones take their default, money is a decimal string
of pico-USD on the wire; words come ready for people, so that tray and terminal say the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """One budget, as people see it."""

    name: str
    text: str = ""
    """What it is for: "this month", "aider today", "Claude 5 h"."""
    scope: str = "all"
    """``all``, ``project:NAME``, ``tool:NAME``, ``vendor:NAME``, ``window:VENDOR/NAME`` or ``pool:NAME``."""
    period: str = ""
    """``day``, ``week`` or ``month``; empty for a plan's window."""
    counts: str = "list"
    """``list``, ``contract`` or ``bill``."""
    action: str = "tell"
    """``tell``, ``suggest``, ``frugal`` or ``stop``."""
    act_at: int = 80
    """Percent from which the action holds."""
    at: tuple[int, ...] = (50, 80, 100)
    """Percent at which it is told."""
    since_us: int = 0
    until_us: int = 0
    """When its period ends; 0: a plan's window whose vendor has not said."""
    pico_spent: int | None = None
    """``None`` for a plan's window, and while nothing was read."""
    pico_limit: int | None = None
    """``None`` for a plan's window."""
    share: float | None = None
    """Used share, 0 and up; ``None``: unknown."""
    pace: float | None = None
    """Share that would be used by now at the usual pace (learned day shape; for a plan's window an even one)."""
    pico_low: int | None = None
    """What the period will have cost: the interval holds four times in five. ``None``: not enough data."""
    pico_point: int | None = None
    pico_high: int | None = None
    missing_days: int = 0
    """Days of history that a forecast still needs."""
    missing_spending: int = 0
    """Days with calls that it still needs."""
    unpriced: int = 0
    """Calls of the period without a price; they are in none of these amounts."""
    words: str = ""
    """ "$12.20 of $20 today · on pace for ≈$19 ($15 to $26)", complete by itself."""
    forecast: str = ""
    """The part about the future, or what is missing for it."""
    crossing: str = ""
    """ "passes it at about 16:00 (15:00 to 17:00)"; empty: not within the period, or nobody can tell."""
    crossing_low_us: int | None = None
    """With ``crossing_high_us`` the range; ``None`` while ``crossing_us`` is not: a plan's window, which has none."""
    crossing_us: int | None = None
    crossing_high_us: int | None = None
    doing: str = ""
    """What it does just now, for people: "New calls are refused until midnight"; empty: nothing."""
    acting: bool = False
    """Its action holds just now."""
    stopped: bool = False
    """It refuses new calls just now."""
    overridden: bool = False
    """Its action was lifted."""
    overridden_until_us: int = 0
    source: str = ""
    """The team that has decided it; empty: its user has."""
    fixed: bool = False
    """It cannot be lifted here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """All of them."""

    budgets: tuple[BudgetView, ...] = ()
    """As in the settings; that of ``budget.day_usd`` first."""
    tightest: str = ""
    """Name of the one with the greatest used share; empty: there is none, or nothing is known."""
    suggest: tuple[str, ...] = ()
    """Names of those for whose sake the suggestion comes first just now."""
    frugal: tuple[str, ...] = ()
    """Names of those that have their calls served as in the mode frugal just now."""
    stopped: tuple[str, ...] = ()
    """Names of those that refuse new calls just now."""

    def named(self, name: str) -> BudgetView | None:
        """The budget of that name."""
        return next((each for each in self.budgets if each.name == name), None)

    def of_today(self, pico: int | None) -> BudgetView | None:
        """The budget of so much (pico-USD) that today's list price is held against."""
        kind = ("day", "all", "list", pico)
        found = (each for each in self.budgets if (each.period, each.scope, each.counts, each.pico_limit) == kind)
        return next(found, None)
