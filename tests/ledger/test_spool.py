"""The guard's spool: every relayed attempt becomes one unmetered row, however often it is imported."""

from __future__ import annotations

import json
from pathlib import Path

from trayapp.ledger import Ledger
from trayapp.ledger.spool import LateSpool
from trayapp.values import Basis, Confidence, Metering, State


def line(key: str, at_us: int, **more: object) -> str:
    values = {
        "id": key,
        "at_us": at_us,
        "ended_us": at_us + 5,
        "vendor": "anthropic",
        "tool": "codex",
        "method": "POST",
        "bytes_up": 10,
        "bytes_down": 20,
        "status": 200,
        "outcome": "done",
    }
    return json.dumps({**values, **more}) + "\n"


def test_lines_become_unmetered_rows(ledger: Ledger, kit, tmp_path: Path) -> None:
    spool = tmp_path / "relayed.jsonl"
    spool.write_text(
        line("a", kit.NOON)
        + line("b", kit.NOON + 1, outcome="client_abort", status=None, tool=None)
        + line("c", kit.NOON + 2, outcome="streaming")
        + line("d", kit.NOON + 3, outcome="what?")
        + line("a", kit.NOON + 9)
        + "not json\n[]\n{}\n"
        + line("", 5)
        + line("e", -5)
        + line("f", 5, bytes_up=2**70)
        + line("g", kit.NOON)[:30]
    )
    assert ledger.import_unmetered(spool) == 4
    rows = ledger.rows().result(kit.WAIT)
    assert [(row.started_us - kit.NOON, row.state) for row in rows] == [
        (0, State.DONE),
        (1, State.CLIENT_ABORT),
        (2, State.INTERRUPTED),
        (3, State.INTERRUPTED),
    ]
    first = rows[0]
    assert (first.source, first.metering, first.confidence) == ("guard", Metering.UNMETERED, Confidence.NONE)
    assert (first.pico_list, first.basis, first.tool, first.http_status) == (None, Basis.UNPRICED, "codex", 200)
    assert (first.bytes_up, first.bytes_down, first.ended_us) == (10, 20, kit.NOON + 5)
    totals = ledger.totals().result(kit.WAIT)
    assert (totals.calls, totals.unmetered, totals.unpriced, totals.pico_list) == (4, 4, 0, 0)
    assert list(tmp_path.glob("relayed*")) == []
    stored, anew = kit.buckets_and_rows(ledger.path)
    assert stored == anew


def test_a_repeat_adds_nothing(ledger: Ledger, kit, tmp_path: Path) -> None:
    spool = tmp_path / "relayed.jsonl"
    text = "".join(line(str(n), kit.NOON + n) for n in range(1200))
    spool.write_text(text)
    assert ledger.import_unmetered(spool) == 1200
    assert ledger.import_unmetered(spool) == 0
    spool.write_text(text + line("new", kit.NOON))
    assert ledger.import_unmetered(spool) == 1
    assert ledger.totals().result(kit.WAIT).calls == 1201


def test_a_half_done_import_is_finished_first(ledger: Ledger, kit, tmp_path: Path) -> None:
    """The engine died between the commit and the deletion, and the guard has written on."""
    spool = tmp_path / "relayed.jsonl"
    spool.write_text(line("a", kit.NOON))
    ledger.import_unmetered(spool)
    (tmp_path / "relayed.jsonl.000001.importing").write_text(line("a", kit.NOON) + line("b", kit.NOON))
    spool.write_text(line("b", kit.NOON) + line("c", kit.NOON))
    assert ledger.import_unmetered(spool) == 2
    assert list(tmp_path.glob("relayed*")) == []


def test_the_late_spool_without_a_place(tmp_path: Path, kit) -> None:
    spool = LateSpool(tmp_path / "missing" / "late.jsonl")
    assert not spool.add(kit.opening(1))
    assert spool.failed == 1
    assert spool.leftovers() == []
    spool.settle([1])
    spool.close()


def test_a_line_of_broken_text_survives(tmp_path: Path, kit) -> None:
    spool = LateSpool(tmp_path / "late.jsonl")
    assert spool.add(kit.opening(1, session="\ud800", project_name="n" * 2000))
    assert spool.add(kit.opening(2))
    first, second = spool.leftovers()
    assert (first.id, first.session, second.id) == (1, "?", 2)
    spool.settle([1])
    assert len(spool.leftovers()) == 2
    spool.settle([2])
    assert spool.leftovers() == []
    spool.close()
    assert not spool.path.exists()
