#!/usr/bin/env python3
"""Build ``resources/routing/``: the linear model's weights from our own sentences, and what they are worth.

Everything that decides the shipped weights lives here; the sentences lie in ``packaging/routing/``, all written for
Spendlight. Rules:

* nothing but those sentences makes a weight. Other people's data may only be measured against (``--data``); the
  numbers chosen by looking at some of it are the thresholds, at the requests of ``aider_simple`` (Apache-2.0);
* the output is a pure function of the sentences and this file: no clock, no hash seeds, and in the training no
  function of a maths library, so the bytes are the same on every machine;
* ``weights.json`` and ``evaluation.json`` ship; the second says how good the first is, also where that is bad.

Usage::

    python packaging/build_routing.py [--check]             # make the weights, or see that the shipped ones are these
    python packaging/build_routing.py --data DIR            # measure on data beside the repository, too
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import math
import sys
import time
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from trayapp.routing import linear, tasktype  # noqa: E402  found through the line above

CORPUS = ROOT / "packaging" / "routing"
OUTPUT = ROOT / "resources" / "routing"

THRESHOLD, LENIENT, STRICT = 0.75, 0.5, 0.93
"""From which probability of the text alone the model agrees with the rules: in general, for tasks that are named, and
where the text describes how something shall behave."""
RULES = (1.2, -1.5)
"""What an opening and a guard add to the log-odds. The first was fitted on ``simple_mid`` and ``hard_mid``, which were
written after the rules; the second was set by hand, because the other sentences were in view when guards were made."""
SHOW = False
"""Whether people are shown the probability: only if its calibration error on others' requests is at most ``MOST_ECE``
(a test compares). It is not: it is too sure of itself at both ends."""
MOST_ECE = 0.10
LIMITS = [
    "aider_simple: 241 requests of one project, judged by one person; the thresholds were chosen on them, so the "
    "precision flatters somewhat, and one request more or less is two points.",
    "agent_requests: 67 requests written for Spendlight, seen while the rules were written.",
    "Simple means what a person calls simple. Whether a small model does it well, only the user's own outcomes say.",
    "swe, tb1, tb2, lcb, mbpp, mmlu, gsm8k are not requests to an agent; suggesting on the first three is a mistake.",
]
ROUNDS = 14
FOLDS = 5
RATE = 0.25
DECAY = 2e-5
PARTS = ("\n", " and ", ". also ", ". then ", ", and after that ")
"""How several requests become one; such a one is not simple."""


class Sentence(NamedTuple):
    """One text of the corpus."""

    text: str
    type: str
    simple: bool
    group: int
    """Variants of one sentence are in one group, so that no fold learns what it is asked."""


def corpus() -> list[Sentence]:
    """All sentences and their variants, in a fixed order."""
    found: list[Sentence] = []
    for path in sorted(CORPUS.glob("*.txt")):
        simple = path.name.startswith("simple")
        for line in path.read_text("utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            kind, bar, text = line.partition(" | ")
            if not bar or " " in kind:
                raise SystemExit(f"{path.name}: this line names no type: {line[:60]}")
            text = text.replace("\\n", "\n")
            group = zlib.crc32(text.lower().encode())
            found += [Sentence(variant, kind, simple, group) for variant in variants(text, simple=simple)]
    return found + compounds([s for s in found if s.simple and s.type != "ack"])


def variants(text: str, *, simple: bool) -> list[str]:
    """A sentence as other people would write it: courtesies, capitals, an end."""
    code = zlib.crc32(text.encode())
    polite = ("please {}", "can you {}", "{} please", "could you {}?", "bitte {}", "ok, {}", "now {}", "{}, thanks")[
        code % 8
    ]
    out = [text]
    if "\n" not in text and len(text) < 120:
        out.append(
            polite.format(text) if code % 3 else text[:1].upper() + text[1:] + ("" if text[-1:] in ".?!" else ".")
        )
    if not simple and len(text) > 200:
        out += [text[: text.rfind(".", 0, len(text) * 2 // 3) + 1 or 200], text.split("\n")[-1]]
    return out


def compounds(simple: Sequence[Sentence]) -> list[Sentence]:
    """Several simple requests in one, which no rule calls simple."""
    ordered = sorted(simple, key=lambda s: zlib.crc32(b"mix" + s.text.encode()))
    out = []
    for place in range(0, len(ordered) - 4, 9):
        parts = [s.text.split("\n")[0].rstrip(".!?") for s in ordered[place : place + 3 + place % 2]]
        out.append(Sentence(PARTS[place % len(PARTS)].join(parts), "several", simple=False, group=place))
    return out


class Sample(NamedTuple):
    """A sentence as the model sees it."""

    pieces: list[tuple[int, float]]
    sign: float
    weight: float
    sentence: Sentence


def samples(sentences: Iterable[Sentence]) -> list[Sample]:
    """The pieces of each sentence, the two sides weighing the same in all."""
    whole = list(sentences)
    simple = sum(s.simple for s in whole)
    share = {True: len(whole) / (2 * simple), False: len(whole) / (2 * (len(whole) - simple))}
    return [Sample(linear.pieces(tasktype.split(s.text)), 1.0 if s.simple else -1.0, share[s.simple], s) for s in whole]


def train(data: Sequence[Sample]) -> tuple[list[float], float]:
    """Weights and bias: a smoothed hinge, AdaGrad, averaged; only + - * / and square roots, which are exact alike."""
    weights = [0.0] * linear.BUCKETS
    squares = [1.0] * linear.BUCKETS
    mean = [0.0] * linear.BUCKETS
    bias = bias_mean = 0.0
    bias_square = 1.0
    for turn in range(ROUNDS):
        order = sorted(range(len(data)), key=lambda i: zlib.crc32(f"{turn}:{i}".encode()))
        for index in order:
            sample = data[index]
            margin = bias
            for place, share in sample.pieces:
                margin += weights[place] * share
            short = 1.0 - margin * sample.sign
            if short <= 0.0:
                continue
            slope = -sample.sign * sample.weight * (min(short, 2.0))
            for place, share in sample.pieces:
                gradient = slope * share
                squares[place] += gradient * gradient
                weights[place] -= RATE * (gradient / math.sqrt(squares[place]) + DECAY * weights[place])
            bias_square += slope * slope
            bias -= 0.1 * slope / math.sqrt(bias_square)
        if turn >= ROUNDS // 2:
            for place, weight in enumerate(weights):
                if weight:
                    mean[place] += weight
            bias_mean += bias
    turns = ROUNDS - ROUNDS // 2
    return [weight / turns for weight in mean], bias_mean / turns


def packed(weights: Sequence[float], bias: float) -> tuple[bytes, float, float]:
    """The weights as signed bytes, what one unit is worth, and the bias."""
    step = math.ceil(max(abs(w) for w in weights) / 127 * 1e6) / 1e6
    return bytes(round(w / step) & 0xFF for w in weights), step, round(bias, 6)


def calibrate(rows: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and offset that make margins of held-out sentences log-odds.

    Plain gradient steps, rounded to two digits, far above what machines may differ in.
    """
    slope, offset = 1.0, 0.0
    for _ in range(800):
        along = across = 0.0
        for margin, simple in rows:
            error = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, slope * margin + offset)))) - simple
            along += error * margin
            across += error
        slope -= 2.0 * along / len(rows)
        offset -= 2.0 * across / len(rows)
    return round(slope, 2), round(offset, 2)


def held_out(data: Sequence[Sample]) -> list[tuple[float, Sentence]]:
    """Each sentence's margin from a model that saw no variant of it; the sentences as they were written only."""
    out = []
    for fold in range(FOLDS):
        weights, bias = train([s for s in data if s.sentence.group % FOLDS != fold])
        for sample in data:
            if sample.sentence.group % FOLDS == fold:
                margin = bias + sum(weights[place] * share for place, share in sample.pieces)
                out.append((margin, sample.sentence))
    return out


def build() -> tuple[dict[str, Any], list[tuple[float, Sentence]]]:
    """The weights document, and the held-out margins it was calibrated with."""
    data = samples(corpus())
    weights, step, bias = packed(*train(data))
    margins = held_out(data)
    slope, offset = calibrate([(margin, sentence.simple) for margin, sentence in margins])
    document = {
        "format": linear.FORMAT,
        "made_by": "packaging/build_routing.py from packaging/routing/*.txt, all written for Spendlight (Apache-2.0)",
        "sentences": len(data),
        "step": step,
        "bias": bias,
        "slope": slope,
        "offset": offset,
        "opening": RULES[0],
        "guarded": RULES[1],
        "threshold": THRESHOLD,
        "lenient": LENIENT,
        "strict": STRICT,
        "show": SHOW,
        "weights": base64.b64encode(weights).decode(),
    }
    return document, margins


def auc(rows: Sequence[tuple[float, bool]]) -> float:
    """The chance that a simple one scores above another; ties count half."""
    ordered = sorted(rows)
    ranks, place = 0.0, 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        ranks += sum(simple for _, simple in ordered[place:end]) * (place + 1 + end) / 2
        place = end
    ones = sum(simple for _, simple in ordered)
    zeros = len(ordered) - ones
    return (ranks - ones * (ones + 1) / 2) / (ones * zeros) if ones and zeros else math.nan


def ece(rows: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error over ten bins."""
    total = 0.0
    for place in range(10):
        inside = [(p, y) for p, y in rows if place / 10 <= p < (place + 1) / 10 or (place == 9 and p == 1.0)]
        if inside:
            total += abs(sum(y for _, y in inside) - sum(p for p, _ in inside)) / len(rows)
    return total


def measure(rows: Sequence[tuple[float, bool, bool]]) -> dict[str, Any]:
    """Figures over (score, suggested, simple)."""
    suggested = [simple for _, suggest, simple in rows if suggest]
    return {
        "n": len(rows),
        "simple": round(sum(simple for _, _, simple in rows) / len(rows), 3),
        "auc": round(auc([(score, simple) for score, _, simple in rows]), 3),
        "ece": round(ece([(score, simple) for score, _, simple in rows]), 3),
        "suggested": len(suggested),
        "coverage": round(len(suggested) / len(rows), 3),
        "precision": round(sum(suggested) / len(suggested), 3) if suggested else None,
        "recall": round(sum(suggested) / max(1, sum(simple for _, _, simple in rows)), 3),
    }


def own(document: dict[str, Any], margins: Sequence[tuple[float, Sentence]]) -> dict[str, Any]:
    """What the model makes of its own sentences when they are held out. The rules were written with them in view."""
    model = linear.load(json.dumps(document).encode())
    by_text = [(model.alone(margin), model.alone(margin) >= THRESHOLD, s.simple) for margin, s in margins]
    return measure(by_text)


def outside(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What rules and model make of other people's texts and of whole requests, which made no weight."""
    from trayapp.routing.line import read_line

    model = linear.load(json.dumps(document).encode())
    labels: dict[str, dict[str, bool]] = {}
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["pair"] == "human:simple":
                labels.setdefault(row["source"], {})[row["id"]] = float(row["weak"]) >= 0.5
    rows: dict[str, list[tuple[str, float, bool]]] = {}
    took: list[float] = []
    for line in (folder / "inputs.jsonl").read_bytes().splitlines():
        found = json.loads(line)
        asked = json.dumps({"id": found["id"], "text": found["text"]}).encode()
        begin = time.perf_counter()
        verdict = read_line(asked, model)
        took.append(time.perf_counter() - begin)
        rows.setdefault(found["source"], []).append((found["id"], verdict.score, verdict.suggest))
    out: dict[str, Any] = {}
    for source in sorted(rows):
        known = labels.get(source)
        if source == "agent_requests":
            continue
        if known:
            out[source] = measure(
                [(score, suggest, known[name]) for name, score, suggest in rows[source] if name in known]
            )
        else:
            count = sum(suggest for _, _, suggest in rows[source])
            out[source] = {"n": len(rows[source]), "suggested": count, "coverage": round(count / len(rows[source]), 3)}
    with (folder / "agent_requests_labels.csv").open(newline="", encoding="utf-8") as file:
        truth = {row["id"]: row for row in csv.DictReader(file)}
    whole: list[tuple[float, bool, bool]] = []
    kinds = types = mains = 0
    for line in (folder / "agent_requests.jsonl").read_bytes().splitlines():
        name = json.loads(line)["id"]
        begin = time.perf_counter()
        verdict = read_line(line, model)
        took.append(time.perf_counter() - begin)
        whole.append((verdict.score, verdict.suggest, truth[name]["simple"] == "1"))
        kinds += verdict.kind == truth[name]["kind"]
        if truth[name]["kind"] == "main" and truth[name]["simple"] == "1":
            mains += 1
            types += verdict.type == truth[name]["type"]
    out["agent_requests"] = {
        **measure(whole),
        "kinds_right": round(kinds / len(whole), 3),
        "simple_types_right": round(types / mains, 3),
    }
    took.sort()
    middle, most = took[len(took) // 2] * 1e3, took[len(took) * 95 // 100] * 1e3
    print(f"{len(took)} texts and requests: p50 {middle:.2f} ms, p95 {most:.2f} ms")
    return out


def main(argv: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Build resources/routing/.")
    parser.add_argument("--check", action="store_true", help="fail if the shipped weights are not what this makes")
    parser.add_argument(
        "--data", type=Path, help="a folder with inputs.jsonl, labels.csv and agent_requests.jsonl to measure on"
    )
    arguments = parser.parse_args(argv)
    document, margins = build()
    data = (json.dumps(document, indent=1) + "\n").encode()
    weights, evaluation = OUTPUT / "weights.json", OUTPUT / "evaluation.json"
    if arguments.check:
        same = weights.is_file() and weights.read_bytes() == data
        print(
            "resources/routing/weights.json is " + ("what this script makes" if same else "NOT what this script makes")
        )
        return 0 if same else 1
    OUTPUT.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(data)
    said: dict[str, Any] = json.loads(evaluation.read_bytes()) if evaluation.is_file() else {}
    said["weights_sha256"] = hashlib.sha256(data).hexdigest()
    said["own_sentences_held_out"] = own(document, margins)
    if arguments.data is not None:
        said["measured_on"] = outside(document, arguments.data)
    said["limits"] = LIMITS
    evaluation.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({k: v for k, v in said.items() if k != "limits"}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
