"""Prices that come later: which rows wait, what is rebuilt of them, and that the sums follow, whatever happens."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.ledger import REPRICE_PART, Ledger, Repriced
from trayapp.values import Basis, Confidence, Cost, Kind, Leg, Metering, State, Usage

CHILD = Path(__file__).with_name("reprice_child.py")
HOUR = 3_600_000_000


def later(row_id: int, pico: int = 4_200, **more: Any) -> Repriced:
    return Repriced(id=row_id, cost=Cost(pico=pico, basis=Basis.LIST, book="b2"), contract=pico, marginal=pico, **more)


def add(ledger: Ledger, kit: Any, pico: int | None = None, started_us: int | None = None, **more: Any) -> int:
    row_id = ledger.new_id()
    opening = {n: more.pop(n) for n in ("vendor", "session", "kind", "account", "flags") if n in more}
    ledger.open_row(kit.opening(row_id, kit.NOON if started_us is None else started_us, **opening)).result(kit.WAIT)
    ledger.close_row(kit.closing(row_id, pico, **more)).result(kit.WAIT)
    return row_id


def test_a_row_gets_its_price_once_and_the_sums_follow(ledger: Ledger, path: Path, kit: Any) -> None:
    priced, waiting = add(ledger, kit, 7), add(ledger, kit, None)
    assert [row.id for row in ledger.unpriced().result(kit.WAIT)] == [waiting]
    assert ledger.totals().result(kit.WAIT).unpriced == 1
    entries = [later(priced), later(waiting, flags=("overage",)), later(12345)]
    assert ledger.reprice(entries).result(kit.WAIT) == 1
    assert ledger.reprice([later(waiting, 9)]).result(kit.WAIT) == 0
    row = ledger.row(waiting).result(kit.WAIT)
    assert row is not None
    assert (row.pico_list, row.pico_contract, row.basis, row.book) == (4_200, 4_200, Basis.LIST, "b2")
    assert row.flags[-2:] == ("overage", "repriced")
    totals = ledger.totals().result(kit.WAIT)
    assert (totals.calls, totals.priced, totals.unpriced, totals.pico_list) == (2, 2, 0, 4_207)
    assert [(s.key, s.totals.calls) for s in ledger.breakdown("basis").result(kit.WAIT)] == [("list", 2)]
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew
    assert ledger.unpriced().result(kit.WAIT) == []


@pytest.mark.parametrize(
    ("more", "waits"),
    [
        ({}, True),
        ({"state": State.CLIENT_ABORT, "metering": Metering.ESTIMATED}, True),
        ({"state": State.NOT_SENT}, False),
        ({"metering": Metering.UNMETERED}, False),
    ],
)
def test_which_rows_wait(ledger: Ledger, kit: Any, more: dict[str, Any], waits: bool) -> None:
    add(ledger, kit, None, **more)
    assert bool(ledger.unpriced().result(kit.WAIT)) is waits


def test_running_rows_are_left_alone(ledger: Ledger, kit: Any) -> None:
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    assert ledger.unpriced().result(kit.WAIT) == []
    assert ledger.reprice([later(row_id)]).result(kit.WAIT) == 0


def test_what_was_counted_is_rebuilt_whole(ledger: Ledger, kit: Any) -> None:
    legs = (
        Leg(input=3, cache_read=1, cache_write_1h=9, output=5, reasoning=2),
        Leg(model="advisor-1", kind="advisor", input=100, output=7),
    )
    usage = Usage(
        legs=legs, model="m-2", message_id="msg", tier="flex", speed="fast", geo="us", web_searches=2, file_searches=1,
        complete=True, flags=("refused",),
    )  # fmt: skip
    add(ledger, kit, None, usage=usage, kind=Kind.BATCH, account="subscription", flags=("overage",))
    (row,) = ledger.unpriced().result(kit.WAIT)
    flags = ("overage", "refused")
    assert row.usage == Usage(**{n: getattr(usage, n) for n in Usage.__struct_fields__} | {"flags": flags})
    assert (row.kind, row.account, row.upstream, row.flags) == ("batch", "subscription", "api.anthropic.com:443", flags)


def test_what_the_engine_left_behind_keeps_what_was_marked(
    make: Callable[..., Ledger], path: Path, kit: Any, tmp_path: Path
) -> None:
    ledger = make()
    row_id = ledger.new_id()
    ledger.open_row(kit.opening(row_id)).result(kit.WAIT)
    ledger.mark_streaming(row_id, usage=Usage(legs=(Leg(input=500, output=20),), model="m"))
    ledger.flush()
    ledger.close()
    again = make()
    (row,) = again.unpriced().result(kit.WAIT)
    assert (row.state, row.metering, row.usage.legs) == (
        State.INTERRUPTED,
        Metering.ESTIMATED,
        (Leg(input=500, output=20),),
    )
    assert again.reprice([later(row_id)]).result(kit.WAIT) == 1
    totals = again.totals().result(kit.WAIT)
    assert (totals.pico_list, totals.pico_estimated) == (4_200, 4_200)


def test_by_model(ledger: Ledger, kit: Any) -> None:
    usage = Usage(legs=(Leg(input=10, output=2, reasoning=1),), model="k4", complete=True)
    for hour in (2, 1, 3):
        add(ledger, kit, None, kit.NOON + hour * HOUR, vendor="moonshot", usage=usage)
    add(ledger, kit, None)
    add(ledger, kit, None, state=State.VENDOR_ERROR, usage=Usage(error="overloaded"))
    first, second = ledger.unpriced_models().result(kit.WAIT)
    assert (first.vendor, first.model, first.calls, first.since_us) == ("moonshot", "k4", 3, kit.NOON + HOUR)
    assert (first.tokens, first.total) == ({"input": 30, "output": 6, "reasoning": 3}, 36)
    assert second.model == "claude-opus-5-5"
    (only,) = ledger.unpriced_models(kit.NOON + HOUR, kit.NOON + 3 * HOUR).result(kit.WAIT)
    assert only.calls == 2
    assert ledger.totals().result(kit.WAIT).unpriced == 4  # the same rows as in every total


def test_pages_follow_each_other(ledger: Ledger, kit: Any) -> None:
    ids = {add(ledger, kit, None, kit.NOON + n % 3) for n in range(9)}
    seen: list[int] = []
    after = None
    while part := ledger.unpriced(after, 2).result(kit.WAIT):
        seen += [row.id for row in part]
        after = (part[-1].started_us, part[-1].id)
    assert (set(seen), len(seen)) == (ids, 9)


def test_an_amount_beyond_64_bits_leaves_the_row_unpriced(ledger: Ledger, kit: Any) -> None:
    row_id = add(ledger, kit, None)
    assert ledger.reprice([later(row_id, 2**63)]).result(kit.WAIT) == 0


def test_a_part_of_strangers_holds_nobody_up(ledger: Ledger, path: Path, kit: Any) -> None:
    """Each row with its own month and session: the dearest part there is. Only a hang would fail here."""
    ids = [add(ledger, kit, None, kit.NOON - n * 800 * HOUR, session=f"s{n}") for n in range(REPRICE_PART)]
    gate = threading.Event()
    ledger.reprice([later(row_id) for row_id in ids]).add_done_callback(lambda _: gate.set())
    ledger.open_row(kit.opening(ledger.new_id())).result(kit.WAIT)
    assert gate.wait(kit.WAIT)
    stored, anew = kit.buckets_and_rows(path)
    assert stored == anew


row_kinds = st.fixed_dictionaries(
    {
        "pico": st.none() | st.integers(0, 10**13),
        "hour": st.integers(-900, 900),
        "session": st.sampled_from("ab"),
        "vendor": st.sampled_from("xy"),
        "state": st.sampled_from([s for s in State if s.final]),
        "metering": st.sampled_from(list(Metering)),
        "confidence": st.sampled_from(list(Confidence)),
    }
)


@given(st.lists(row_kinds, max_size=12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 10**14)), max_size=20))
@settings(max_examples=40)
def test_the_sums_are_always_those_of_the_rows(rows: list[dict[str, Any]], prices: list[tuple[int, int]]) -> None:
    from types import SimpleNamespace

    kit: Any = SimpleNamespace(**_kit())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        ledger = Ledger.open(path)
        try:
            ids = []
            for row in rows:
                values = dict(row)
                started = kit.NOON + values.pop("hour") * HOUR
                ids.append(add(ledger, kit, values.pop("pico"), started, **values))
            waiting = {row.id for row in ledger.unpriced().result(kit.WAIT)}
            expected: dict[int, int | None] = dict(zip(ids, (row["pico"] for row in rows), strict=True))
            for at, pico in prices:
                if at < len(ids):
                    count = ledger.reprice([later(ids[at], pico)]).result(kit.WAIT)
                    assert count == (ids[at] in waiting)
                    if count:
                        expected[ids[at]] = pico
                        waiting.discard(ids[at])
            stored, anew = kit.buckets_and_rows(path)
            assert stored == anew
            assert {row.id: row.pico_list for row in ledger.rows().result(kit.WAIT)} == expected
            assert ledger.totals().result(kit.WAIT).pico_list == sum(p or 0 for p in expected.values())
        finally:
            ledger.close()


def _kit() -> dict[str, Any]:
    """The functions of the conftest, for a test that hypothesis calls many times."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("ledger_kit", Path(__file__).with_name("conftest.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_kills_in_the_midst_leave_sums_that_are_those_of_the_rows(
    make: Callable[..., Ledger], path: Path, kit: Any
) -> None:
    ledger = make()
    openings, closings = [], []
    for n in range(600):
        row_id = ledger.new_id()
        openings.append(kit.opening(row_id, kit.NOON + n * HOUR // 7, session=f"s{n % 40}"))
        usage = Usage(legs=(Leg(output=n),), complete=True)
        closings.append(kit.closing(row_id, 5 if n % 10 == 0 else None, usage=usage))
    ledger.write(openings, closings).result(kit.WAIT)
    ledger.close()
    chance = random.Random(7)
    reported: set[int] = set()
    for _ in range(50):
        ended, said = _run_and_kill(path, chance.randint(5, 120))
        reported |= said
        stored, anew = kit.buckets_and_rows(path)
        assert stored == anew
        if ended:
            break
    assert ended
    rows = {row.id: row for row in make().rows().result(kit.WAIT)}
    assert all("repriced" in rows[row_id].flags for row_id in reported)
    assert [row.pico_list for row in rows.values()] == [5 if n % 10 == 0 else n + 1 for n in range(600)]


def _run_and_kill(path: Path, after: int) -> tuple[bool, set[int]]:
    said: set[int] = set()
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    watch = threading.Timer(30, child.kill)
    watch.start()
    ended = False
    try:
        assert child.stdout is not None
        for count, line in enumerate(child.stdout):
            if not line.endswith("\n"):
                break
            if line == "all\n":
                ended = True
            else:
                said.add(int(line))
            if ended or count == after:
                child.kill()
        child.wait(30)
    finally:
        watch.cancel()
        child.kill()
        child.wait(30)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
    return ended, said
