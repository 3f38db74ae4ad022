"""Where plans, pools and keys stand: what ``spendlight plans``, ``pools`` and ``contracts keys`` print.

Everything that compares what was agreed with what the ledger holds lives here, for a running engine and for the
command line alone. It blocks on the ledger's answers: never call it on the event loop.

The names of the fields are stable. Amounts are decimal strings of USD, exact to the pico-USD, or null where no call of
it has a price; ``leverage`` is the list value of a month's calls over the plan's monthly price, those in ``unpriced``
not among them; ``per_day`` is what a pool lost a day since its turn began. A call is told for one plan only.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from trayapp.engine.rows import usd
from trayapp.ledger import Ledger
from trayapp.ledger.agreed import Covered
from trayapp.moments import at, local_midnight, micros
from trayapp.pricing import Agreements, Book
from trayapp.pricing.plans import Plan, detected
from trayapp.pricing.pools import Pool

LOOK_BACK: Final = timedelta(days=90)
"""How far back plans and keys are looked for."""
DAY_US: Final = 86_400_000_000


def plans(ledger: Ledger | None, agreements: Agreements, book: Book, now: datetime) -> list[dict[str, Any]]:
    """Typed plans and those that only the traffic tells of, with this local month's numbers.

    Args:
        ledger: where the calls are; ``None``: there were none yet.
        agreements: what was typed.
        book: knows who sells under which vendor's name.
        now: an aware moment in the user's zone.
    """
    now_us = micros(now)
    month_us = micros(local_midnight(now.replace(day=1)))
    back_us, end_us = micros(now - LOOK_BACK), now_us + DAY_US
    apart = agreements.apart

    def left(since_us: int) -> list[Covered]:
        found = () if ledger is None else ledger.covered(since_us, end_us, apart).result()
        return sorted(found, key=lambda each: (-each.pico_list, -each.calls, each.vendor))

    def own(name: str, since_us: int) -> Covered:
        return Covered() if ledger is None else ledger.spent(name, since_us, end_us).result()

    seen, month = left(back_us), {each.vendor: each for each in left(month_us)}
    found: list[dict[str, Any]] = []
    taken: set[str] = set()
    told: set[str] = set()
    for plan in agreements.plans:
        if plan.until_us is not None and plan.until_us <= now_us:
            continue
        mine: list[str] = []
        if plan.name in apart:
            known = own(plan.name, back_us).calls > 0
        else:
            vendors = [each.vendor for each in seen if plan.vendor in (each.vendor, book.seller(each.vendor))]
            known = bool(vendors)
            mine = [vendor for vendor in vendors if vendor not in taken]
        parts: list[Covered] | None = None
        # A plan's next price, or its second key, is another entry of the same name: its calls are told once.
        if plan.holds(now_us) and plan.name not in told:
            told.add(plan.name)
            taken.update(mine)
            parts = [own(plan.name, month_us)] if plan.name in apart else [month[v] for v in mine if v in month]
        found.append(_plan(plan.name, plan.vendor, known, plan, parts))
    groups: dict[str, list[str]] = {}
    for each in seen:
        if each.vendor not in taken:
            groups.setdefault(detected((each.vendor, book.seller(each.vendor))), []).append(each.vendor)
    for name, vendors_of in groups.items():
        found.append(_plan(name, vendors_of[0], True, None, [month[v] for v in vendors_of if v in month]))
    return found


def _plan(name: str, vendor: str, seen: bool, typed: Plan | None, parts: list[Covered] | None) -> dict[str, Any]:
    monthly = None if typed is None else typed.monthly_pico
    told = parts is not None
    parts = parts or []
    calls, unpriced = sum(part.calls for part in parts), sum(part.unpriced for part in parts)
    worth = sum(part.pico_list for part in parts)
    # Where no call has a price, a worth of nothing would be made up.
    known = not unpriced or calls > unpriced
    return {
        "name": name,
        "vendor": vendor,
        "detected": seen,
        "typed": typed is not None,
        "monthly_usd": usd(monthly),
        "calls": calls,
        "unpriced": unpriced,
        "usd_list": usd(worth) if known else None,
        "usd_marginal": usd(sum(part.pico_marginal for part in parts)),
        "leverage": round(worth / monthly, 2) if monthly and known and told else None,
        "from": None if typed is None else _iso(typed.since_us),
        "to": None if typed is None else _iso(typed.until_us),
    }


def pools(ledger: Ledger | None, agreements: Agreements, now: datetime) -> list[dict[str, Any]]:
    """Each pool's present turn: what was drawn, what is left, how fast it goes."""
    return [_pool(ledger, pool, micros(now)) for pool in agreements.pools]


def _pool(ledger: Ledger | None, pool: Pool, now_us: int) -> dict[str, Any]:
    turn = pool.period(now_us)
    drawn = 0 if ledger is None else ledger.drawn(pool.name, turn.counted_us, turn.until_us).result()
    used = turn.typed_pico + drawn
    left = max(pool.amount_pico - used, 0)
    first = [] if ledger is None else ledger.rows(since_us=turn.counted_us, limit=1).result()
    days = max(now_us - (first[0].started_us if first else now_us), DAY_US)
    per_day = drawn * DAY_US // days
    ends = now_us + left * DAY_US // per_day if per_day else None
    return {
        "name": pool.name,
        "period": pool.cycle,
        "since": _iso(turn.since_us),
        "until": _iso(turn.until_us),
        "amount_usd": usd(pool.amount_pico),
        "used_usd": usd(used),
        "typed_used_usd": usd(turn.typed_pico),
        "left_usd": usd(left),
        "share": round(used / pool.amount_pico, 4),
        "usd_per_day": usd(per_day),
        "empty_at": None if ends is None or ends >= turn.until_us else _iso(ends),
        "in_force": turn.since_us <= now_us < turn.until_us,
    }


def keys(ledger: Ledger | None, now: datetime) -> list[dict[str, Any]]:
    """The credentials that were seen lately, as fingerprints that a contract can name."""
    return [
        {
            "credential": key.credential,
            "vendor": key.vendor,
            "account": key.account,
            "calls": key.calls,
            "first_seen": _iso(key.first_us),
            "last_seen": _iso(key.last_us),
            "unpriced": key.unpriced,
            "usd_list": usd(key.pico_list) if key.calls > key.unpriced else None,
            "usd_marginal": usd(key.pico_marginal) if key.calls > key.unpriced else None,
        }
        for key in ([] if ledger is None else ledger.keys(micros(now - LOOK_BACK)).result())
    ]


def _iso(us: int | None) -> str | None:
    if us is None:
        return None
    try:
        moment = at(us)
    except OverflowError:  # an end that is left open
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
