"""What the classifier is worth on data beside the repository: the targets it was built for, and its speed."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from trayapp.routing.classify import Verdict
from trayapp.routing.line import read_line


@pytest.fixture(scope="module")
def data(shared: Path) -> Path:
    folder = shared / "data" / "routing"
    if not (folder / "agent_requests.jsonl").exists():
        pytest.skip("this data is not beside the repository")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def texts(data: Path, sources: Iterable[str]) -> list[dict[str, str]]:
    found = (json.loads(line) for line in (data / "inputs.jsonl").read_bytes().splitlines())
    return [record for record in found if record["source"] in sources]


def auc(rows: list[tuple[float, bool]]) -> float:
    pairs = [(a > b) + (a == b) / 2 for a, simple in rows if simple for b, other in rows if not other]
    return sum(pairs) / len(pairs)


def test_whole_requests(data: Path, judge: Any) -> None:
    labels = {row["id"]: row for row in table(data / "agent_requests_labels.csv")}
    found: dict[str, Verdict] = {
        json.loads(line)["id"]: read_line(line, judge.model)
        for line in (data / "agent_requests.jsonl").read_bytes().splitlines()
    }
    assert len(found) == len(labels)
    assert sum(found[name].kind == row["kind"] for name, row in labels.items()) >= 0.97 * len(found)
    suggested = [labels[name]["simple"] == "1" for name, verdict in found.items() if verdict.suggest]
    assert sum(suggested) >= 0.97 * len(suggested)
    assert sum(suggested) >= 0.70 * sum(row["simple"] == "1" for row in labels.values())


def test_requests_of_people(data: Path, judge: Any) -> None:
    labels = {
        row["id"]: float(row["weak"]) >= 0.5
        for row in table(data / "labels.csv")
        if (row["source"], row["pair"]) == ("aider_simple", "human:simple")
    }
    rows = [(judge.text(record["text"]), labels[record["id"]]) for record in texts(data, ["aider_simple"])]
    assert auc([(verdict.score, simple) for verdict, simple in rows]) >= 0.78
    suggested = [simple for verdict, simple in rows if verdict.suggest]
    assert len(suggested) >= 0.08 * len(rows)
    assert sum(suggested) >= 0.90 * len(suggested)


def test_reports_and_specifications_are_left_alone(data: Path, judge: Any) -> None:
    for sources in (["swe"], ["tb1", "tb2"]):
        records = texts(data, sources)
        assert records
        assert sum(judge.text(record["text"]).suggest for record in records) <= 0.02 * len(records)


def test_speed(data: Path, judge: Any) -> None:
    lines = [json.dumps({"text": r["text"]}).encode() for r in texts(data, ["swe", "aider_simple", "tb1", "tb2"])]
    lines += (data / "agent_requests.jsonl").read_bytes().splitlines()
    took = []
    for line in lines:
        started = time.thread_time()
        read_line(line, judge.model)
        took.append(time.thread_time() - started)
    assert sorted(took)[len(took) * 95 // 100] < 10 * 0.002  # ten times the budget: only a real slip fails


def test_speed_of_a_large_request(requests: Any, judge: Any) -> None:
    turns = [("user", "add a flag"), ("call", "Bash"), ("result", "line of output\n" * 100)] * 400
    body = requests.body("anthropic", [*turns, ("user", "sort the imports")])
    line = json.dumps({"wire": "anthropic", "request": body}).encode()
    assert len(line) > 600_000
    best = 1.0
    for _ in range(5):
        started = time.thread_time()
        assert judge.model is not None
        verdict = read_line(line, judge.model)
        best = min(best, time.thread_time() - started)
    assert verdict.suggest
    print(f"{best * 1e3:.2f} ms")
    assert best < 10 * 0.004  # its dialect reads it too
