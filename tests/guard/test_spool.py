"""The spool's lines, and a reader that takes the file away."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest

from trayapp.guard.spool import Line, append


def line(number: int = 0) -> Line:
    return Line(
        id=f"{number:032x}",
        at_us=1,
        ended_us=2,
        vendor="anthropic",
        tool=None,
        method="POST",
        bytes_up=3,
        bytes_down=4,
        status=200,
        outcome="done",
    )


def test_a_line_holds_what_the_ledger_reads_and_nothing_else(tmp_path: Path) -> None:
    spool = tmp_path / "relayed.jsonl"
    append(spool, line())
    assert json.loads(spool.read_text()) == {
        "id": "0" * 32,
        "at_us": 1,
        "ended_us": 2,
        "vendor": "anthropic",
        "tool": None,
        "method": "POST",
        "bytes_up": 3,
        "bytes_down": 4,
        "status": 200,
        "outcome": "done",
    }
    assert stat.S_IMODE(spool.stat().st_mode) == 0o600


def test_no_line_is_lost_while_the_reader_renames_the_file(tmp_path: Path) -> None:
    spool, taken = tmp_path / "relayed.jsonl", tmp_path / "taken"
    writer = threading.Thread(target=lambda: [append(spool, line(n)) for n in range(500)])
    writer.start()
    ids: set[str] = set()

    def take() -> None:
        try:
            spool.rename(taken)
        except FileNotFoundError:
            return
        ids.update(json.loads(text)["id"] for text in taken.read_text().splitlines())
        taken.unlink()

    while writer.is_alive():
        take()
    writer.join()
    take()
    assert len(ids) == 500


def test_a_spool_in_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        append(tmp_path / "gone" / "relayed.jsonl", line())
