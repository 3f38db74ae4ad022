"""The tokenizer: right tokens, close estimates, no text that harms it; and the process that does the counting."""

from __future__ import annotations

import asyncio
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import bytes_per_token, ratios
from trayapp.dialects.ratios import tokens as tokens_of_bytes
from trayapp.engine.tokens import prompt, ranks
from trayapp.engine.tokens.counter import FAULTS, Counter
from trayapp.engine.tokens.ranks import PIECE, Encodings, RanksError, pieces
from trayapp.engine.tokens.wire import Ask

REPO = Path(__file__).resolve().parents[2]

VECTORS = [
    ("o200k_base", "", []),
    ("o200k_base", "a", [64]),
    ("cl100k_base", "hello", [15339]),
    ("cl100k_base", "a a", [64, 264]),
]

ANSWERS = [
    # Written for this test; a model of the family would bill about so many tokens for it.
    "The function returns early when the list is empty, so the loop below it never sees a missing value.",
    "```python\ndef total(rows):\n    return sum(row.cost or 0 for row in rows)\n```\nThat keeps unpriced rows apart.",
    "| day | calls | cost |\n|---|---:|---:|\n| Mon | 212 | 9.40 |\n| Tue | 180 | 7.15 |\n",
    "Die Zeile wird geschlossen, sobald gezählt wurde; länger als drei Sekunden wartet niemand. 🎉",
]


def estimate_tokens(encodings: Encodings, model: str, text: str) -> int:
    """A text's tokens as the model's vendor would bill them as an answer."""
    its = ratios.family("", model)
    return its.billed(encodings.count(text, its.encoding))


HARSH = {
    "one letter": "a" * 1_000_000,
    "spaces": " " * 1_000_000,
    "emoji": "😀" * 250_000,
    "tabs": "\t" * 1_000_000,
    "dashes": "-" * 1_000_000,
    "lines": "\n" * 1_000_000,
    "marks": "e\u0301" * 330_000,
    "mixed": "a \n-😀\t" * 110_000,
    "half pairs": "\ud83d" * 300_000,
    "specials": "<|endoftext|>" * 70_000,
}


@pytest.fixture(scope="module")
def encodings() -> Encodings:
    return Encodings()


@pytest.mark.parametrize(("name", "text", "expected"), VECTORS)
def test_tokens(encodings: Encodings, name: str, text: str, expected: list[int]) -> None:
    assert encodings.encode(text, name) == expected


def test_all_recorded_vectors(encodings: Encodings, shared: Path) -> None:
    lines = (shared / "data/pricing/peer_cases/bpe_testplans.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    right = sum(encodings.encode(case["text"], case["encoding"]) == case["tokens"] for case in cases)
    assert (right, len(cases)) == (121, 121)


def test_estimates_of_recorded_answers(encodings: Encodings, shared: Path) -> None:
    lines = (shared / "data/pricing/peer_cases/estimate_texts.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    by_tokens, by_bytes = [], []
    for case in cases:
        model, text, actual = case["model"], case["text"], case["actual_output_tokens"]
        by_tokens.append(abs(estimate_tokens(encodings, model, text) - actual) / actual)
        by_bytes.append(abs(tokens_of_bytes(len(text.encode()), "", model) - actual) / actual)
    figures = [(statistics.median(e), sorted(e)[math.ceil(0.9 * len(e)) - 1]) for e in (by_tokens, by_bytes)]
    said = "; ".join(
        f"{name}: median {median:.2%}, p90 {p90:.2%}"
        for name, (median, p90) in zip(("tokenizer", "bytes only"), figures, strict=True)
    )
    assert figures[0][0] <= 0.03, said
    assert figures[0][1] <= 0.09, said
    assert figures[1][0] <= 0.10, said
    assert figures[1][1] <= 0.25, said


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-4-5", "gemini-3.8-flash", "gpt-4.1", "grok-4.7"])
def test_estimates_follow_the_familys_ratio(encodings: Encodings, model: str) -> None:
    for text in ANSWERS:
        counted = encodings.count(text)
        estimated = estimate_tokens(encodings, model, text)
        assert counted * 0.9 <= estimated <= counted * 1.5
    assert estimate_tokens(encodings, model, "") == 0


def test_old_models_have_their_own_encoding(encodings: Encodings) -> None:
    text = "こんにちは、世界！"
    for model in ("gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "text-embedding-3-small"):
        assert estimate_tokens(encodings, model, text) == encodings.count(text, "cl100k_base")
    for model in ("gpt-4o", "gpt-4.1-mini"):
        assert estimate_tokens(encodings, model, text) == encodings.count(text, "o200k_base")


@given(st.text(st.characters(), max_size=400), st.text(st.characters(), max_size=100))
def test_any_text_is_counted_and_more_text_is_not_less(encodings: Encodings, text: str, more: str) -> None:
    before, after = encodings.count(text), encodings.count(text + more)
    assert 0 <= before <= len(text.encode("utf-8", "surrogatepass")) + 3 * len(text)
    # The last word may be cut another way when it goes on.
    assert after >= before - 16
    assert estimate_tokens(encodings, "claude-opus-5-5", text) >= before


@given(st.text(st.sampled_from("ab \n"), max_size=30), st.integers(0, 5000), st.integers(0, 5000))
def test_pieces_are_the_text(text: str, left: int, right: int) -> None:
    whole = text * left + "x" * (right * 20) + text
    cut = list(pieces(whole))
    assert "".join(cut) == whole
    assert all(0 < len(piece) <= PIECE for piece in cut)


def test_cutting_at_line_ends_costs_no_accuracy(encodings: Encodings) -> None:
    text = "".join(f"    row[{i}] = table.get(name_{i}, default)  # line {i}\n" for i in range(4000))
    assert len(text) > 5 * PIECE
    whole = len(encodings._get("o200k_base").encode_ordinary(text))
    assert abs(encodings.count(text) - whole) <= 8


def test_past_the_cap_the_rate_goes_on(encodings: Encodings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "MOST", 10_000)
    text = "all work and no play " * 2_000
    assert encodings.count(text) == pytest.approx(8_400, rel=0.25)
    assert encodings.count(text) == round(encodings.count(text[:10_000]) * len(text) / 10_000)


@pytest.mark.parametrize("harm", ["cut", "other", "missing", "noise"])
def test_damaged_ranks_are_refused_and_left_alone(tmp_path: Path, harm: str) -> None:
    source = REPO / "resources" / "tokenizer"
    target = tmp_path / "o200k_base.tiktoken.xz"
    if harm == "cut":
        target.write_bytes((source / target.name).read_bytes()[:-1000])
    elif harm == "other":
        shutil.copy(source / "cl100k_base.tiktoken.xz", target)
    elif harm == "noise":
        target.write_bytes(b"noise" * 1000)
    before = target.read_bytes() if target.exists() else None
    with pytest.raises(RanksError):
        Encodings(tmp_path).count("x")
    assert (target.read_bytes() if target.exists() else None) == before


def test_loading_needs_no_network_and_no_plugins() -> None:
    code = """
import socket, sys
class Blocked(socket.socket):
    def __init__(self, *a, **k): raise RuntimeError("a socket was made")
socket.socket = Blocked
from trayapp.engine.tokens.ranks import Encodings
assert Encodings().count("hello world") == 2
assert not {"tiktoken_ext.openai_public", "requests"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPO, timeout=60)


# The prompt of a request.


def test_what_a_model_reads_of_a_request() -> None:
    body = {
        "model": "nobody-reads-this",
        "metadata": {"user_id": "nor-this"},
        "system": [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "search", "input_schema": {"type": "object"}}],
        "messages": [
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "search", "input": {"q": "x"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "found"}]},
            {"role": "user", "content": [{"type": "image", "source": {"type": "base64", "data": "AAAA"}}]},
        ],
    }
    found = prompt.read(json.dumps(body).encode(), "")
    assert found is not None
    text = " ".join(found.texts)
    for word in ("be brief", "hello", "found", '{"q":"x"}', "input_schema"):
        assert word in text
    for word in ("nobody", "nor-this", "AAAA", "ephemeral", "t1"):
        assert word not in text
    assert found.extra == prompt.PICTURE + 5 * prompt.MESSAGE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"input": "hello", "instructions": "be brief"}, ("hello", "be brief")),
        ({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}, ("hello",)),
        ({"request": {"contents": [{"parts": [{"text": "hello"}]}]}, "model": "m"}, ("hello",)),
        ({"messages": [{"role": "user", "content": "hello", "images": ["AAAA"]}]}, ("hello",)),
    ],
)
def test_requests_of_all_formats(body: object, expected: tuple[str, ...]) -> None:
    found = prompt.read(json.dumps(body).encode(), "")
    assert found is not None
    assert found.texts == expected


def test_a_packed_request_is_unpacked() -> None:
    found = prompt.read(zstandard.compress(b'{"input":"hello"}'), "zstd")
    assert found is not None
    assert found.texts == ("hello",)


@given(
    st.binary(max_size=300) | st.recursive(st.none() | st.text(max_size=5), st.lists).map(json.dumps).map(str.encode)
)
def test_no_body_is_too_odd(body: bytes) -> None:
    prompt.read(b'{"messages":' + body + b"}", "")
    prompt.read(body, "gzip")


# The counting process.


def test_nothing_runs_before_it_is_asked_and_after_it_rests() -> None:
    async def work() -> None:
        counter = Counter(idle=0.05)
        assert counter.pid is None
        told = await counter.count("o200k_base", b"hello world", b"hm", b'{"input":"hello world"}')
        assert told is not None
        assert (told.answer, told.thought, told.prompt, told.extra) == (2, 1, 2, 0)
        first = counter.pid
        assert first is not None
        await asyncio.wait_for(asyncio.gather(*counter._listeners), 30)
        assert counter.pid is None
        assert not Path(f"/proc/{first}").exists()
        again = await counter.count("cl100k_base", b"hello")
        assert again is not None
        assert again.answer == 1
        await counter.close()
        assert await counter.count("o200k_base", b"hello") is None

    asyncio.run(work())


def test_many_questions_at_once() -> None:
    async def work() -> None:
        counter = Counter()
        told = await asyncio.gather(*(counter.count("o200k_base", b"word " * n) for n in range(1, 61)))
        assert [t is not None and t.answer for t in told] == [n + 1 for n in range(1, 61)]
        await counter.close()

    asyncio.run(work())


def test_harsh_texts_do_not_hold_the_loop() -> None:
    """A generous hang bound; the figure itself (a few milliseconds) is measured by hand."""

    async def work() -> float:
        counter = Counter(patience=60)
        worst = 0.0
        done = asyncio.Event()

        async def tick() -> None:
            nonlocal worst
            last = time.perf_counter()
            while not done.is_set():
                await asyncio.sleep(0.001)
                now = time.perf_counter()
                worst, last = max(worst, now - last), now

        ticking = asyncio.create_task(tick())
        for name, text in HARSH.items():
            told = await counter.count("o200k_base", text.encode("utf-8", "surrogatepass"))
            assert told is not None, name
            assert told.answer > 0, name
        done.set()
        await ticking
        await counter.close()
        return worst

    assert asyncio.run(work()) < 1.0


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(3)",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'\\x00\\x00\\x00\\x02{}'); sys.stdout.flush()",
        "import sys; sys.stdin.buffer.read()",
    ],
    ids=["dies", "babbles", "hangs"],
)
def test_a_process_that_fails_is_given_up(code: str) -> None:
    async def work() -> None:
        counter = Counter((sys.executable, "-c", code), patience=2.0 if "SystemExit" in code else 0.5)
        for _ in range(FAULTS):
            assert counter.able
            assert await counter.count("o200k_base", b"hello") is None
            if counter._listeners:
                await asyncio.wait(counter._listeners, timeout=30)
        assert not counter.able
        assert await counter.count("o200k_base", b"hello") is None
        await counter.close()

    asyncio.run(work())


def test_a_process_that_cannot_start_is_given_up() -> None:
    async def work() -> None:
        counter = Counter(("/nonexistent/python",))
        assert await counter.count("o200k_base", b"hello") is None
        assert not counter.able

    asyncio.run(work())


def test_closing_answers_who_still_waits() -> None:
    async def work() -> None:
        counter = Counter((sys.executable, "-c", "import sys; sys.stdin.buffer.read()"), patience=60)
        asked = asyncio.create_task(counter.count("o200k_base", b"hello"))
        while counter.pid is None:
            await asyncio.sleep(0)
        pid = counter.pid
        await counter.close()
        assert await asked is None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    asyncio.run(work())


def test_questions_do_not_show_their_texts() -> None:
    assert "CANARY" not in repr(Ask(1, "o200k_base", b"CANARY", b"CANARY", b"CANARY"))


def test_bytes_are_the_familys() -> None:
    assert bytes_per_token("openai-chat", "deepseek-v4-pro") == 4.39
    assert bytes_per_token("openai-chat", "some-new-model") == 4.26
