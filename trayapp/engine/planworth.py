"""What plans were worth in a stretch of time: each one's calls by the list against its price for those days.

Everything that answers "which of what I pay for would have been cheapest" lives here. Pure.

Rules: a price is the user's word (``[[plans]]``); of a plan that only the traffic tells of it is not known. The price
counts for days that have begun, a month divided by its own days. Cheapest of what the user pays for is a plan whose
price and bill beside it are no more than its calls by the list, and when no other plan of that vendor is paid less for:
whether the other one's windows would have held these calls, nobody knows, so nothing is claimed. A call belongs to one
plan: those of a plan for one credential or one host are in no vendor's remainder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from trayapp.insight.periods import begins, local
from trayapp.insight.stretches import Stretch, share_of_month
from trayapp.ledger import ReportSums
from trayapp.ledger.agreed import Covered
from trayapp.pricing import Agreements, Book
from trayapp.pricing.plans import Plan as Agreed
from trayapp.pricing.plans import detected
from trayapp.reports import Plan


def plans(sums: ReportSums, agreements: Agreements, book: Book, stretch: Stretch, now_us: int) -> tuple[Plan, ...]:
    """Typed plans that hold in the stretch, and those that only the traffic tells of; the most worth first."""
    today = local(now_us, stretch.zone).date()
    days = tuple(day for day in stretch.days if day <= today)
    typed: dict[str, list[Agreed]] = {}
    for each in agreements.plans:
        typed.setdefault(each.name, []).append(each)
    apart = agreements.apart
    left = {each.vendor: each for each in sums.covered}
    found: list[Plan] = []
    for name, entries in typed.items():
        holding = tuple((each, kept) for each in entries if (kept := _held(each, days, stretch)))
        own = sums.spent.get(name, Covered()) if name in apart else Covered()
        if not holding and not own.calls:
            continue
        if name in apart:
            parts = [own]
        else:
            vendors = {each.vendor for each, _ in holding}
            mine = [vendor for vendor in left if vendors & {vendor, book.seller(vendor)}]
            parts = [left.pop(vendor) for vendor in mine]
        prices = [None if each.monthly_pico is None else (each.monthly_pico, kept) for each, kept in holding]
        price = None if None in prices else sum(share_of_month(*each) for each in prices if each is not None)
        found.append(_plan(name, (holding[-1][0] if holding else entries[-1]).vendor, parts, price))
    for vendor, covered in left.items():
        name = detected((vendor, book.seller(vendor)))
        known = next((at for at, each in enumerate(found) if each.name == name and each.pico_price is None), None)
        if known is None:
            found.append(_plan(name, book.seller(vendor) or vendor, [covered], None))
        else:
            found[known] = _with(found[known], covered)
    return tuple(sorted((_judged(each, found) for each in found), key=lambda each: (-each.pico_value, each.name)))


def _held(plan: Agreed, days: Sequence[date], stretch: Stretch) -> tuple[date, ...]:
    return tuple(day for day in days if plan.holds(begins(day, stretch.zone)))


def _plan(name: str, vendor: str, parts: Sequence[Covered], price: int | None) -> Plan:
    return Plan(
        name=name,
        vendor=vendor,
        pico_value=sum(each.pico_list for each in parts),
        pico_price=price,
        calls=sum(each.calls for each in parts),
        unpriced=sum(each.unpriced for each in parts),
        pico_beside=sum(each.pico_marginal for each in parts),
    )


def _with(plan: Plan, more: Covered) -> Plan:
    part = Covered(
        vendor=plan.vendor,
        calls=plan.calls,
        unpriced=plan.unpriced,
        pico_list=plan.pico_value,
        pico_marginal=plan.pico_beside,
    )
    return _plan(plan.name, plan.vendor, [part, more], plan.pico_price)


def _judged(plan: Plan, all_of_them: Sequence[Plan]) -> Plan:
    if plan.pico_price is None:
        return plan
    less = [
        each
        for each in all_of_them
        if each.name != plan.name
        and each.vendor == plan.vendor
        and each.pico_price is not None
        and each.pico_price < plan.pico_price
    ]
    other = min(less, key=lambda each: (each.pico_price or 0, each.name)).name if less else ""
    return Plan(
        name=plan.name,
        vendor=plan.vendor,
        pico_value=plan.pico_value,
        pico_price=plan.pico_price,
        cheapest=plan.calls > 0 and not other and plan.pico_price + plan.pico_beside <= plan.pico_value,
        calls=plan.calls,
        unpriced=plan.unpriced,
        pico_beside=plan.pico_beside,
        other=other,
    )
