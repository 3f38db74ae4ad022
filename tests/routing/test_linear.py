"""The linear model: its pieces, its file, its sums."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trayapp.routing import linear, tasktype
from trayapp.routing.linear import Model, WeightsError, load

WEIGHTS = Path(__file__).resolve().parents[2] / "resources" / "routing" / "weights.json"


def margin(model: Model, text: str) -> float:
    return model.margin(tasktype.split(text))


def test_the_shipped_file_is_small_and_whole(weights: Model) -> None:
    assert WEIGHTS.stat().st_size < 200_000
    assert len(weights.weights) == linear.BUCKETS
    assert any(weights.weights)
    assert 0.5 < weights.threshold <= weights.strict < 1


def test_it_has_an_opinion(weights: Model) -> None:
    for simple, hard in (
        ("rename the variable", "redesign the persistence layer for multi-region failover"),
        ("füge einen Kommentar hinzu", "untersuche, warum der Dienst nachts abstürzt"),
        ("run the tests", "the tests hang at random, find the reason and fix it for good"),
    ):
        assert weights.alone(margin(weights, simple)) > 0.6 > 0.4 > weights.alone(margin(weights, hard))


def test_rules_move_the_probability(weights: Model) -> None:
    middle = margin(weights, "the list")
    alone = weights.together(middle, opening=False, guarded=False)
    assert alone == weights.alone(middle)
    assert (
        weights.together(middle, opening=False, guarded=True)
        < alone
        < weights.together(middle, opening=True, guarded=False)
    )
    assert 0 < weights.alone(-1e9) < weights.alone(1e9) < 1


def test_pieces_do_not_depend_on_names() -> None:
    pieces = [sorted(linear.pieces(tasktype.split(f"rename {a} to {b}"))) for a, b in (("a_b", "c_d"), ("`x`", "e.py"))]
    assert pieces[0] == pieces[1]
    assert all(0 <= place < linear.BUCKETS for place, _ in pieces[0])
    assert linear.pieces(tasktype.split("把变量改名")) != linear.pieces(tasktype.split("修复这个错误"))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"weights": "eJw="},
        {"weights": "!"},
        {"weights": None},
        {"slope": "x"},
        {"bias": float("nan")},
        {"threshold": None},
    ],
)
def test_damaged_weights_are_refused(change: dict[str, Any]) -> None:
    document = json.loads(WEIGHTS.read_bytes())
    with pytest.raises(WeightsError):
        load(json.dumps({**document, **change}).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_weights_file_is_refused(data: bytes) -> None:
    with pytest.raises(WeightsError):
        load(data)
