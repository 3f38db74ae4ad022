"""Learned ratios and conversation anchors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trayapp.engine.estimate import FIRST_RATIO, Calibration


def test_first_guess() -> None:
    assert Calibration().prompt_tokens("m", None, 4000) == round(4000 / FIRST_RATIO)


def test_a_conversation_is_anchored_on_its_last_exact_count() -> None:
    calibration = Calibration()
    calibration.learn("m", "s", 30_000, 10_000)
    assert calibration.prompt_tokens("m", "s", 30_300) == 10_100
    assert calibration.prompt_tokens("m", "other", 30_000) == 10_000
    assert calibration.prompt_tokens("m", "s", 15_000) == 5_000


@given(st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2), st.integers(-5, 10**9), st.integers(-5, 10**8))))
def test_never_negative_never_raises(seen: list[tuple[str, str, int, int]]) -> None:
    calibration = Calibration()
    for model, session, size, tokens in seen:
        calibration.learn(model, session, size, tokens)
        assert calibration.prompt_tokens(model, session, max(size, 0)) >= 0
