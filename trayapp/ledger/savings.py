"""What rules have saved, and which rows no rule has concerned.

Pure functions over a read-only connection, like ``trayapp.ledger.queries``. Everything is signed: a day or a rule that
has lost more than it saved is a negative amount. A row counts whole or not at all: where what it cost or what it would
have cost is not known, it is counted as ``unknown`` and its share is in no amount.

Amounts are summed as whole dollars and the part below (both carry the sign), since a plain 64-bit sum of pico-USD would
end at 9.2 million dollars. A range is ``[since_us, until_us)`` over the start of a call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import msgspec

from trayapp.ledger.queries import snapshot
from trayapp.ledger.records import USAGE_COLUMNS, usage_from
from trayapp.ledger.rollups import TOKENS
from trayapp.values import PICO, Usage

REFUSED: Final = "rewrite_refused"
"""The flag of an attempt that the vendor refused because of what was changed in it."""

EFFORT: Final = "effort_sent_"
"""How the flag begins that names the effort that was asked for instead."""

_RULED: Final = "FROM calls INDEXED BY calls_rule WHERE rule IS NOT NULL AND state NOT IN ('open','sent','streaming')"
_KNOWN: Final = "(pico_asked IS NOT NULL AND pico_list IS NOT NULL)"
_COSTS: Final = f"(state<>'not_sent' AND (state<>'vendor_error' OR {'+'.join(TOKENS)}>0))"
_AMOUNTS: Final = (
    "pico_asked",
    "pico_list",
    "COALESCE(saved_low,pico_asked-pico_list)",
    "COALESCE(saved_high,pico_asked-pico_list)",
)
_SUMS: Final = ",".join(
    f"COALESCE(SUM(CASE WHEN {_KNOWN} THEN ({amount}){part}{PICO} END),0)" for amount in _AMOUNTS for part in "/%"
)
_UNKNOWN: Final = f"COALESCE(SUM({_COSTS} AND NOT {_KNOWN}),0)"
_FLAGGED: Final = f"SUM(instr(' '||flags||' ',' {REFUSED} ')>0)"
_SPAN: Final = "started_us>=? AND started_us<?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The rows of a span that a rule has changed, or that pay for one that was changed before. Pico-USD."""

    rows: int = 0
    """All of them, ``unknown`` ones included."""
    unknown: int = 0
    """Rows that may have cost something of which the cost or the cost as asked is not known."""
    pico_asked: int = 0
    """What the known ones would have cost as they were asked for."""
    pico_list: int = 0
    """What they cost (list price)."""
    low: int = 0
    high: int = 0
    """The interval around ``saved``."""

    @property
    def saved(self) -> int:
        """A loss is negative."""
        return self.pico_asked - self.pico_list


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSaved(Saved):
    """The same of one rule."""

    rule: str
    switched: int
    """Rows that went out with another model or another effort."""
    refused: int
    """Attempts that the vendor refused."""
    last_us: int
    """When the last one began."""


class Reroutable(msgspec.Struct, frozen=True, kw_only=True):
    """A finished and priced call that no rule has concerned; with all that it takes to price it on another model."""

    id: int
    started_us: int
    vendor: str
    wire: str
    upstream: str
    tool: str | None
    account: str | None
    credential: str | None
    model_asked: str | None
    model_served: str | None
    kind: str
    effort: str | None
    task: str | None
    session: str | None
    project: str | None
    project_name: str | None
    usage: Usage
    pico_list: int
    pico_contract: int | None = None
    """What it is worth by what was agreed; ``None``: not known."""


def savings(connection: sqlite3.Connection, edges: Sequence[int]) -> list[Saved]:
    """What was saved between each two neighbours of ``edges`` (ascending): days, signed, in one question."""
    with snapshot(connection):
        return [Saved(**_figures(connection.execute(_BETWEEN, span).fetchone())) for span in pairwise(edges)]


_BETWEEN: Final = f"SELECT COUNT(*),{_UNKNOWN},{_SUMS} {_RULED} AND {_SPAN}"


def savings_by_rule(connection: sqlite3.Connection, since_us: int, until_us: int) -> list[RuleSaved]:
    """What each rule has saved, the greatest saving first, losses last."""
    found = [
        RuleSaved(rule=rule, switched=switched, refused=refused, last_us=last, **_figures(figures))
        for rule, switched, refused, last, *figures in connection.execute(_BY_RULE, (since_us, until_us))
    ]
    return sorted(found, key=lambda each: (-each.saved, each.rule))


_BY_RULE: Final = (
    f"SELECT rule,SUM(model_sent IS NOT NULL OR instr(' '||flags,' {EFFORT}')>0),{_FLAGGED},MAX(started_us),"
    f"COUNT(*),{_UNKNOWN},{_SUMS} {_RULED} AND {_SPAN} GROUP BY rule"
)


def reroutable(connection: sqlite3.Connection, since_us: int, until_us: int, limit: int) -> list[Reroutable]:
    """Calls that a rule could have concerned, the newest first; at most ``limit`` (10,000 take about 0.2 s)."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return [
        Reroutable(usage=usage_from(row), **{name: row[name] for name in _PLAIN})
        for row in cursor.execute(_OTHERS, (since_us, until_us, limit))
    ]


_PLAIN: Final = tuple(name for name in Reroutable.__struct_fields__ if name != "usage")
_OTHERS: Final = (
    f"SELECT {','.join(dict.fromkeys((*_PLAIN, *USAGE_COLUMNS, 'metering', 'flags')))}"  # noqa: S608
    f" FROM calls INDEXED BY calls_started WHERE {_SPAN} AND rule IS NULL AND state='done' AND source='proxy'"
    " AND pico_list IS NOT NULL ORDER BY started_us DESC, id DESC LIMIT ?"
)


def _figures(found: Sequence[int]) -> dict[str, int]:
    rows, unknown, *parts = found
    asked, paid, low, high = (usd * PICO + pico for usd, pico in zip(parts[::2], parts[1::2], strict=True))
    return {"rows": rows, "unknown": unknown, "pico_asked": asked, "pico_list": paid, "low": low, "high": high}
