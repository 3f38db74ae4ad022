"""What the ledger knows of agreements: a pool's draws, a plan's month, the keys that were seen."""

from __future__ import annotations

from trayapp.ledger import Ledger
from trayapp.ledger.agreed import Covered
from trayapp.values import Basis, Cost


def add(
    ledger: Ledger, kit, started_us: int, worth: int | None, contract: int | None, marginal: int | None, **more
) -> int:
    row_id = ledger.new_id()
    agreement = more.pop("agreement", None)
    ledger.open_row(kit.opening(row_id, started_us=started_us, **more))
    cost = Cost(pico=worth, basis=Basis.UNPRICED if worth is None else Basis.LIST, book="b")
    ledger.close_row(
        kit.closing(row_id, cost=cost, pico_contract=contract, pico_marginal=marginal, agreement=agreement)
    ).result(kit.WAIT)
    return row_id


def test_a_pools_draws(ledger: Ledger, kit) -> None:
    first = add(ledger, kit, kit.NOON, 9, 8, 0, agreement="p")
    add(ledger, kit, kit.NOON + 5, 9, 8, 3, agreement="p")
    add(ledger, kit, kit.NOON + 5, 9, None, None, agreement="p")
    add(ledger, kit, kit.NOON + 5, 9, 8, 0, agreement="q")
    add(ledger, kit, kit.NOON + 5, 9, 8, 0)
    assert ledger.drawn("p", 0, 2**62).result(kit.WAIT) == 13
    assert ledger.drawn("p", kit.NOON, kit.NOON + 5).result(kit.WAIT) == 8
    assert ledger.drawn("p", 0, 2**62, before_id=first).result(kit.WAIT) == 0
    add(ledger, kit, kit.NOON + 6, None, None, 0, agreement="p")
    assert ledger.spent("p", 0, 2**62).result(kit.WAIT) == Covered(calls=4, unpriced=1, pico_list=27, pico_marginal=3)
    assert ledger.spent("nobody", 0, 2**62).result(kit.WAIT) == Covered()


def test_what_a_vendors_plans_cover_without_those_told_apart(ledger: Ledger, kit) -> None:
    hour = 3_600_000_000
    for at in range(0, 30 * hour, hour // 2):  # whole days and hours from buckets, ragged ends from rows
        for worth, agreement in ((5, "rest"), (7, "work"), (None, "work"), (11, "home")):
            add(
                ledger, kit, kit.NOON + at, worth, worth, 1, agreement=agreement, account="subscription",
                vendor="anthropic",
            )  # fmt: skip
        add(ledger, kit, kit.NOON + at, 13, 13, 13, agreement="work", account="api", vendor="anthropic")
    span = kit.NOON + hour // 4, kit.NOON + 29 * hour + 1
    (all_,) = ledger.covered(*span).result(kit.WAIT)
    assert all_ == Covered(vendor="anthropic", calls=4 * 58, unpriced=58, pico_list=23 * 58, pico_marginal=4 * 58)
    (left,) = ledger.covered(*span, ("work", "home", "work")).result(kit.WAIT)
    assert left == Covered(vendor="anthropic", calls=58, unpriced=0, pico_list=5 * 58, pico_marginal=58)
    assert ledger.covered(*span, ("work", "home", "rest")).result(kit.WAIT) == ()


def test_keys(ledger: Ledger, kit) -> None:
    add(ledger, kit, kit.NOON, 5, 5, 5, credential="aa", account="api")
    add(ledger, kit, kit.NOON + 9, 5, 5, 0, credential="bb", account="subscription")
    add(ledger, kit, kit.NOON + 3, 7, 7, 7, credential="aa", account="api")
    add(ledger, kit, kit.NOON + 3, 7, 7, 7)
    later, earlier = ledger.keys(0).result(kit.WAIT)
    assert (later.credential, later.account, later.pico_marginal) == ("bb", "subscription", 0)
    assert (earlier.credential, earlier.calls, earlier.pico_list) == ("aa", 2, 12)
    assert (earlier.first_us, earlier.last_us) == (kit.NOON, kit.NOON + 3)
    assert [key.credential for key in ledger.keys(kit.NOON + 4).result(kit.WAIT)] == ["bb"]


def test_a_breakdown_of_one_kind_of_account(ledger: Ledger, kit) -> None:
    hour = 3_600_000_000
    for at in range(0, 30 * hour, hour // 2):  # whole days and hours from buckets, ragged ends from rows
        add(ledger, kit, kit.NOON + at, 5, 5, 0, account="subscription", vendor="anthropic")
        add(ledger, kit, kit.NOON + at, 7, 7, 7, account="api", vendor="anthropic")
    since, until = kit.NOON + hour // 4, kit.NOON + 29 * hour + 1
    (mine,) = ledger.breakdown("vendor", since, until, account="subscription").result(kit.WAIT)
    (all_,) = ledger.breakdown("vendor", since, until).result(kit.WAIT)
    assert (mine.totals.calls, mine.totals.pico_list, mine.totals.pico_marginal) == (58, 290, 0)
    assert (all_.totals.calls, all_.totals.pico_marginal) == (116, 58 * 7)
    assert ledger.breakdown("vendor", since, until, account="nobody").result(kit.WAIT) == []
