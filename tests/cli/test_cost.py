"""``spendlight cost`` as a user calls it: a real process, lines in, lines out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trayapp.cli import cost, jsonlines
from trayapp.engine import quote

GOLDEN = Path(__file__).resolve().parents[1] / "pricing" / "golden.jsonl"
CALL = {"id": "c", "provider": "anthropic", "api": "messages", "model": "claude-opus-5-5", "ts": "2026-11-23"}
USAGE = {"input_tokens": 10, "output_tokens": 5}


def run(data: bytes) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp", "cost"],
        input=data,
        capture_output=True,
        timeout=60,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ},
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def priced(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    code, answers, errors = run("".join(json.dumps(record) + "\n" for record in records).encode())
    assert (code, errors) == (0, "")
    assert [answer["id"] for answer in answers] == [record["id"] for record in records]
    for answer in answers:
        assert answer.keys() == {"id", "usd", "basis", "components", "flags"}
        if answer["usd"] is not None:
            assert sum(Decimal(amount) for amount in answer["components"].values()) == Decimal(answer["usd"])
    return answers


def test_golden_to_the_last_digit(home: Path) -> None:
    records = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
    assert len(records) == 63
    for record, answer in zip(records, priced(records), strict=True):
        if record.get("unpriced"):
            assert (answer["usd"], answer["basis"], answer["flags"]) == (None, "unpriced", ["unknown_model"])
        else:
            assert Decimal(answer["usd"]) == Decimal(record["expected_usd"]), answer
    assert sorted(home.rglob("*")) == [home / "user", home / "xdg"]  # it has left nothing behind


def test_amounts_that_vendors_stated_and_billed(shared: Path) -> None:
    path = shared / "data" / "pricing" / "peer_cases" / "billed_truth.jsonl"
    if not path.exists():
        pytest.skip("these recordings are not beside the repository")
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    answers = priced([{**record, "id": n, "ts": record.get("ts_unix")} for n, record in enumerate(records)])
    for record, answer in zip(records, answers, strict=True):
        assert answer["basis"] == "provider_stated"
        # Two of the amounts were sent with more digits than a pico-dollar has.
        assert Decimal(answer["usd"]) == Decimal(record["billed_usd"]).quantize(Decimal("1e-12"))
    assert len(records) == 32


def test_bad_lines_are_answered_and_stop_nothing() -> None:
    good = json.dumps({**CALL, "usage": USAGE})
    bad = [
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe",
        b'{"id": "deep", "usage": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        json.dumps({**CALL, "id": "empty"}).encode(),
        json.dumps({**CALL, "id": 7, "usage": []}).encode(),
        json.dumps({**CALL, "id": "api", "api": "telegraph", "usage": USAGE}).encode(),
        json.dumps({**CALL, "id": "ts", "ts": "yesterday", "usage": USAGE}).encode(),
        json.dumps({**CALL, "id": "url", "url": "http://[", "usage": USAGE}).encode(),
        json.dumps({**CALL, "id": {"no": "id"}, "provider": None, "usage": USAGE}).encode(),
        json.dumps({**CALL, "id": "contract", "usage": USAGE, "contract": {"multiplier": "0"}}).encode(),
    ]
    data = b"\n".join([good.encode(), b"", *bad, b"  ", good.encode()])
    code, answers, errors = run(data)
    assert (code, errors) == (1, "")
    assert answers[0] == answers[-1]
    assert answers[0]["usd"] == "0.00014"
    assert len(answers) == len(bad) + 2
    for answer in answers[1:-1]:
        assert answer["usd"] is None
        assert answer["error"].startswith("This line cannot be priced: ")
    ids = [answer["id"] for answer in answers[6:-1]]
    assert ids == ["empty", 7, "api", "ts", "url", None, "contract"]


def test_nothing_in_is_nothing_out() -> None:
    assert run(b"") == (0, [], "")


def test_a_line_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "MAX_LINE", 10)
    monkeypatch.setattr(jsonlines, "_PIECE", 4)
    monkeypatch.setattr(quote, "MAX_LINE", 10)
    found = list(jsonlines.lines(io.BytesIO(b"0123456789\r\n" + b"x" * 1000 + b"\n\n  \nlast"), 10))
    assert [len(line) for line in found] == [10, 12, 4]
