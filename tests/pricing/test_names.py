from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.pricing.names import MAX_NAME, take_apart


@pytest.mark.parametrize(
    ("text", "keys", "maker", "regional"),
    [
        ("claude-opus-5-5", ("claude-opus-5-5",), None, False),
        (" Claude-Opus-5-5[1m] ", ("claude-opus-5-5",), None, False),
        ("claude-haiku-4-5-20251001", ("claude-haiku-4-5-20251001", "claude-haiku-4-5"), None, False),
        ("gpt-5.4-2026-03-05", ("gpt-5.4-2026-03-05", "gpt-5.4"), None, False),
        ("claude-sonnet-4-5@20250929", ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"), None, False),
        ("claude-opus-5@default", ("claude-opus-5@default", "claude-opus-5"), None, False),
        ("models/gemini-2.5-pro", ("gemini-2.5-pro",), None, False),
        ("anthropic/claude-opus-5.5", ("anthropic/claude-opus-5.5", "claude-opus-5.5"), "anthropic", False),
        ("publishers/anthropic/models/claude-opus-5-5", ("claude-opus-5-5",), "anthropic", False),
        ("projects/p/locations/l/publishers/google/models/gemini-4-argon", ("gemini-4-argon",), "google", False),
        ("us.anthropic.claude-opus-5-5", ("claude-opus-5-5",), "anthropic", True),
        ("global.anthropic.claude-opus-4-6-v1:0", ("claude-opus-4-6",), "anthropic", False),
        (
            "arn:aws:bedrock:eu-west-1:12345:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            "anthropic",
            True,
        ),
        # Not dates, so nothing is taken off.
        ("gpt-4-1106-preview", ("gpt-4-1106-preview",), None, False),
        ("model-20259999", ("model-20259999",), None, False),
        ("", (), None, False),
        ("x" * (MAX_NAME + 1), (), None, False),
    ],
)
def test_names(text: str, keys: tuple[str, ...], maker: str | None, regional: bool) -> None:
    name = take_apart(text)
    assert (name.keys, name.maker, name.regional) == (keys, maker, regional)


def test_an_application_profile_hides_the_model() -> None:
    arn = "arn:aws:bedrock:us-east-1:12345:application-inference-profile/a1b2c3"
    assert take_apart(arn).maker != "anthropic"


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert len(take_apart(text).keys) <= 3
