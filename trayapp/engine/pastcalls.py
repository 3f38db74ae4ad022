"""Last week's calls as the routing sees them: from rows of the ledger, and priced anew on other models.

Everything that turns a row into a ``routing.proposals.Past`` lives here. Rules: pure, so that a thread may do it; a row
whose worth is not known is left out.
"""

from __future__ import annotations

from collections.abc import Callable

from trayapp.engine.tariff import Circumstances, Tariff
from trayapp.ledger import Reroutable
from trayapp.routing.proposals import Past
from trayapp.routing.rules import NEVER, Asked, seller
from trayapp.values import Kind, Usage


def pasts(rows: list[Reroutable], *, by_list: bool, subscriptions: bool) -> list[Past]:
    """The calls of the past that a rule could have concerned, oldest first.

    Args:
        rows: as the ledger gives them, newest first.
        by_list: nothing was agreed with any vendor: a call is worth its list price.
        subscriptions: calls that a plan pays for count as well.
    """
    found = []
    for row in reversed(rows):  # a conversation's first call is the one that begins cold
        if row.account == "subscription" and not subscriptions:
            continue
        if row.model_asked is None or Kind(row.kind) in NEVER:
            continue
        # What a call is worth to its user: by what was agreed, if anything was, else by the list.
        worth = row.pico_list if by_list else row.pico_contract
        if worth is None:
            continue
        found.append(
            Past(
                vendor=seller(row.vendor, row.wire),
                asked=row.model_asked,
                kind=Kind(row.kind),
                task=row.task,
                usage=row.usage,
                pico=worth,
                at_us=row.started_us,
                session=row.session,
                project=row.project,
                project_name=row.project_name,
                account=row.account,
                credential=row.credential,
                route=row.vendor,
            )
        )
    return found


def asked_of(past: Past) -> Asked:
    """The same call as a request, for the rules."""
    return Asked(
        vendor=past.vendor,
        model=past.asked,
        kind=past.kind,
        session=past.session,
        project=past.project,
        task=lambda: past.task,
    )


def pricing(tariff: Tariff) -> Callable[[Past, str, Usage], int | None]:
    """Prices a call of the past on another model: by what was agreed, where something was, else by the list."""

    def price(past: Past, model: str, usage: Usage) -> int | None:
        of = Circumstances(
            vendor=past.route,
            model_asked=model,
            at_us=past.at_us,
            kind=past.kind,
            account=past.account,
            credential=past.credential,
            project=past.project,
            project_name=past.project_name,
        )
        cost = tariff.cost(usage, of)
        return cost.pico if tariff.agreements.none else tariff.amounts(usage, cost, of).contract

    return price
