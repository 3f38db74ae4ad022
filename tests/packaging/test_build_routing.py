"""The shipped weights are what their builder makes of our own sentences, and what is said of them was measured."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trayapp.routing import tasktype
from trayapp.routing.phrases import GUARDS


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "packaging" / "build_routing.py"
    spec = importlib.util.spec_from_file_location("build_routing", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def evaluation(repo: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((repo / "resources" / "routing" / "evaluation.json").read_bytes())
    return found


def test_the_shipped_weights_are_up_to_date(builder: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert builder.main(["--check"]) == 0, capsys.readouterr().out
    assert "is what this script makes" in capsys.readouterr().out


def test_other_weights_are_noticed(
    builder: ModuleType, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        builder, "build", lambda: (json.loads((repo / "resources/routing/weights.json").read_text()), [])
    )
    monkeypatch.setattr(builder, "OUTPUT", tmp_path)
    assert builder.main(["--check"]) == 1
    (tmp_path / "weights.json").write_bytes((repo / "resources" / "routing" / "weights.json").read_bytes() + b" ")
    assert builder.main(["--check"]) == 1
    assert "NOT" in capsys.readouterr().out


def test_sentences(builder: ModuleType) -> None:
    found = builder.corpus()
    assert len(found) > 2000
    hard = {name for name, _ in GUARDS} | {"issue", "spec", "plan", "mixed", "short_hard", "ambiguous", "several"}
    for sentence in found:
        assert sentence.type in (tasktype.NAMES if sentence.simple else hard), sentence
    written = {s.text for s in found}
    assert len([s for s in found if not s.simple]) > 0.4 * len(found)
    assert any(re.search("[äöüß]", text) for text in written)
    assert builder.corpus() == found


def test_no_sentence_is_one_that_is_measured_on(builder: ModuleType, shared: Path) -> None:
    path = shared / "data" / "routing" / "inputs.jsonl"
    if not path.exists():
        pytest.skip("this data is not beside the repository")

    def plain(text: str) -> str:
        return " ".join(re.findall(r"\w+", text.lower()))

    own = {plain(sentence.text) for sentence in builder.corpus()}
    others = {plain(json.loads(line)["text"]) for line in path.read_bytes().splitlines()}
    assert all(len(text.split()) <= 2 for text in own & others)  # "go ahead" is nobody's


def test_what_is_said_was_measured_on_these_weights(
    builder: ModuleType, repo: Path, evaluation: dict[str, Any]
) -> None:
    shipped = (repo / "resources" / "routing" / "weights.json").read_bytes()
    assert evaluation["weights_sha256"] == hashlib.sha256(shipped).hexdigest()
    assert evaluation["limits"]
    people = evaluation["measured_on"]["aider_simple"]
    assert not json.loads(shipped)["show"] or people["ece"] <= builder.MOST_ECE


def test_the_figures_are_those_of_the_data(
    builder: ModuleType, shared: Path, repo: Path, evaluation: dict[str, Any]
) -> None:
    folder = shared / "data" / "routing"
    if not (folder / "inputs.jsonl").exists():
        pytest.skip("this data is not beside the repository")
    document = json.loads((repo / "resources" / "routing" / "weights.json").read_bytes())
    assert builder.outside(document, folder) == evaluation["measured_on"]


def test_the_readme_says_the_same(repo: Path, evaluation: dict[str, Any]) -> None:
    readme = (repo / "README.md").read_text("utf-8")
    measured = evaluation["measured_on"]
    people, agents = measured["aider_simple"], measured["agent_requests"]
    for words in (
        f"| {people['n']} | {people['auc']:.2f} | {people['coverage']:.0%} | {people['precision']:.2f} |",
        f"| {agents['n']} | {agents['auc']:.2f} | {agents['coverage']:.0%} | {agents['precision']:.2f} |",
        f"calibration error of {people['ece']:.2f}",
    ):
        assert words.replace("%", " %") in readme
    issues = [measured[source] for source in ("swe", "tb1", "tb2")]
    count, whole = sum(i["suggested"] for i in issues), sum(i["n"] for i in issues)
    assert f"{count} of {whole}" in readme
