"""How good the classifier is on requests that it was not made with, committed here so that every run can say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")


def held_out() -> list[tuple[bool, str]]:
    lines = Path(__file__).with_name("held_out.txt").read_text("utf-8").splitlines()
    pairs = [line.partition(" | ") for line in lines if line and not line.startswith("#")]
    assert {word for word, _, _ in pairs} == {"simple", "hard"}
    return [(word == "simple", text) for word, _, text in pairs]


@pytest.mark.parametrize("wire", WIRES)
def test_precision_and_recall_of_suggestions(requests: Any, judge: Any, wire: str) -> None:
    rows = held_out()
    assert len(rows) >= 140
    found = [(judge.request(wire, requests.body(wire, [("user", text)])).suggest, simple) for simple, text in rows]
    right = sum(suggest and simple for suggest, simple in found)
    suggested = sum(suggest for suggest, _ in found)
    simples = sum(simple for _, simple in found)
    print(f"{suggested} suggested, {right} of them simple; {simples} are simple")
    assert right >= 0.97 * suggested
    assert right >= 0.70 * simples


def test_the_score_orders_them(judge: Any) -> None:
    scores = [(judge.text(text).score, simple) for simple, text in held_out()]
    pairs = [(a > b) + (a == b) / 2 for a, simple in scores if simple for b, other in scores if not other]
    assert sum(pairs) / len(pairs) >= 0.95
