"""What was learned survives a restart, stays small, and believes nothing odd."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.engine.estimate import FIRST_RATIO, KEEP, Calibration
from trayapp.engine.learned import NAME, Learned


def test_it_survives(tmp_path: Path) -> None:
    async def work() -> None:
        learned = Learned(tmp_path / NAME)
        learned.calibration.learn("m", "s", 30_000, 10_000)
        learned.calibration.learn_answer("m", 3000, 1000, 2.88)
        learned.calibration.learn_encoding("claude", 1000, 1400, 1.42)
        await learned.close()

    asyncio.run(work())
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    again = Learned(tmp_path / NAME).calibration
    assert again.prompt_tokens("m", None, 3000) == 1000
    assert again.answer_ratio("m") == 3.0
    assert again.per_o200k("claude", 1.42) == 1.4
    assert not again.anchored("m", "s")


def test_it_is_written_now_and_then_and_only_when_something_is_new(tmp_path: Path) -> None:
    async def work() -> None:
        path = tmp_path / NAME
        learned = Learned(path, every=0.0)
        await learned.close()
        assert not path.exists()
        learned.calibration.learn("m", None, 400, 100)
        while not path.exists():
            await asyncio.sleep(0.001)
        await learned.close()

    asyncio.run(work())


def test_a_folder_that_is_not_there_costs_a_warning(tmp_path: Path) -> None:
    async def work() -> None:
        learned = Learned(tmp_path / "gone" / NAME)
        learned.calibration.learn("m", None, 400, 100)
        await learned.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"prompt":[1]}',
        b'{"prompt":{"m":"4"}}',
        b'{"prompt":{"m":true}}',
        b'{"prompt":{"m":NaN,"n":Infinity}}',
        b'{"prompt":{"m":1e9}}',
        b'{"prompt":{"m":-3}}',
    ],
)
def test_a_damaged_file_is_ignored(tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    calibration = Learned(tmp_path / NAME).calibration
    assert calibration.prompt_tokens("m", None, 4000) == round(4000 / FIRST_RATIO)


def test_outliers_teach_nothing() -> None:
    calibration = Calibration()
    calibration.learn_answer("m", 100_000, 1000, 4.26)  # a text with nearly no tokens
    calibration.learn_answer("m", 1000, 1000, 4.26)  # hidden thinking
    calibration.learn_answer("m", 40, 10, 4.26)  # too short to tell
    calibration.learn_encoding("f", 100, 1000, 1.0)
    assert calibration.answer_ratio("m") is None
    assert calibration.per_o200k("f", 1.0) == 1.0


_counts = st.integers(-5, 10**9)
_kept = st.dictionaries(
    st.sampled_from(["prompt", "answer", "encoding", "other"]),
    st.dictionaries(st.text(max_size=3), st.floats() | st.integers() | st.text(max_size=2) | st.none()) | st.none(),
)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=2), _counts, _counts), max_size=20), _kept)
def test_ratios_stay_sane(seen: list[tuple[str, int, int]], kept: Any) -> None:
    calibration = Calibration()
    calibration.restore(kept)
    for model, size, tokens in seen:
        calibration.learn(model, None, size, tokens)
        calibration.learn_answer(model, size, tokens, 4.26)
        calibration.learn_encoding(model, size, tokens, 1.0)
        assert 0 <= calibration.prompt_tokens(model, None, max(size, 0)) <= max(size, 0)
        ratio = calibration.answer_ratio(model)
        assert ratio is None or 1.0 <= ratio <= 10.0
        assert 0.5 <= calibration.per_o200k(model, 1.0) <= 3.0
    again = Calibration()
    again.restore(json.loads(json.dumps(calibration.kept())))
    assert again.kept() == calibration.kept()


def test_it_is_bounded() -> None:
    calibration = Calibration()
    for number in range(KEEP * 3):
        calibration.learn(f"m{number}", f"s{number}", 4000, 1000)
        calibration.learn_answer(f"m{number}", 4000, 1000, 4.26)
    assert [len(part) for part in calibration.kept().values()] == [KEEP, KEEP, 0]
    assert len(calibration._anchors) == KEEP
