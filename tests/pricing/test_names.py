from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.pricing.names import BEDROCK, BEDROCK_GOV, MAX_NAME, VERTEX, Name, take_apart

SONNET = ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5")
ARN = "arn:aws:bedrock:eu-west-1:12345"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("claude-opus-5-5", ("claude-opus-5-5",)),
        (" Claude-Opus-5-5[1m] ", ("claude-opus-5-5",)),
        ("claude-haiku-4-5-20251001", ("claude-haiku-4-5-20251001", "claude-haiku-4-5")),
        ("gpt-5.4-2026-03-05", ("gpt-5.4-2026-03-05", "gpt-5.4")),
        ("claude-sonnet-4-5@20250929", ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5")),
        ("claude-opus-5@default", ("claude-opus-5@default", "claude-opus-5")),
        ("models/gemini-2.5-pro", ("gemini-2.5-pro",)),
        ("ft:gpt-4.1-mini-2025-04-14:acme:name:abc", ("ft:gpt-4.1-mini-2025-04-14",)),
        ("ft:gpt-4.1-mini:acme::abc", ("ft:gpt-4.1-mini",)),
        ("ft:gpt-4.1-mini-2025-04-14", ("ft:gpt-4.1-mini-2025-04-14",)),
        # Not dates, so nothing is taken off.
        ("gpt-4-1106-preview", ("gpt-4-1106-preview",)),
        ("model-20259999", ("model-20259999",)),
        ("claude-opus-5-5[1m][1m]", ("claude-opus-5-5[1m]",)),
        ("", ()),
        ("x" * (MAX_NAME + 1), ()),
    ],
)
def test_plain_names(text: str, keys: tuple[str, ...]) -> None:
    assert take_apart(text) == Name(keys)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("us.anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic", BEDROCK)),
        ("anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic", BEDROCK)),
        ("au.anthropic.claude-opus-5-5-v1:0", Name(("claude-opus-5-5",), "anthropic", BEDROCK)),
        ("global.anthropic.claude-opus-4-6-v1:0", Name(("claude-opus-4-6",), "anthropic")),
        ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", Name(SONNET, "anthropic", BEDROCK_GOV)),
        (
            "anthropic.claude-3-haiku-20240307-v1:0:200k",
            Name(("claude-3-haiku-20240307", "claude-3-haiku"), "anthropic", BEDROCK),
        ),
        (f"{ARN}:inference-profile/eu.anthropic.{SONNET[0]}-v1:0", Name(SONNET, "anthropic", BEDROCK)),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
            Name(("amazon.nova-pro-v1:0", "amazon.nova-pro-v1"), "aws"),
        ),
        (
            "arn:aws-us-gov:bedrock:us-gov-west-1:1:foundation-model/anthropic.claude-opus-5-5",
            Name(("claude-opus-5-5",), "anthropic", BEDROCK_GOV),
        ),
        (
            "us.meta.llama3-3-70b-instruct-v1:0",
            Name(("us.meta.llama3-3-70b-instruct-v1:0", "us.meta.llama3-3-70b-instruct-v1"), "aws"),
        ),
        ("openai.gpt-oss-120b-1:0", Name(("openai.gpt-oss-120b-1:0", "openai.gpt-oss-120b-1"), "aws")),
        ("bedrock/us.anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic", BEDROCK)),
        ("bedrock/converse/global.anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic")),
        ("bedrock/invoke/us.anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic", BEDROCK)),
        ("bedrock/us-gov-east-1/anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic", BEDROCK_GOV)),
        ("bedrock/eu-west-3/anthropic.claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic", BEDROCK)),
        (f"{ARN}:application-inference-profile/claude-opus-5-5", Name(())),
        (f"{ARN}:provisioned-model/abc", Name(())),
        (f"{ARN}:prompt-router/anthropic.claude:1", Name(())),
        ("arn:aws:s3:::bucket/claude-opus-5-5", Name(())),
    ],
)
def test_bedrocks_names(text: str, name: Name) -> None:
    assert take_apart(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("publishers/anthropic/models/claude-opus-5-5", Name(("claude-opus-5-5",), "anthropic")),
        ("projects/p/locations/global/publishers/google/models/gemini-4-argon", Name(("gemini-4-argon",), "google")),
        (
            "projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929",
            Name(("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"), "anthropic", VERTEX),
        ),
    ],
)
def test_vertex_names(text: str, name: Name) -> None:
    assert take_apart(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "anthropic/claude-opus-5.5",
            Name(("anthropic/claude-opus-5.5", "claude-opus-5.5"), head="anthropic", rest="claude-opus-5.5"),
        ),
        (
            "anthropic/claude-3.7-sonnet:thinking",
            Name(
                ("anthropic/claude-3.7-sonnet:thinking", "claude-3.7-sonnet"),
                head="anthropic",
                rest="claude-3.7-sonnet",
            ),
        ),
        (
            "qwen/qwen-plus:thinking",
            Name(("qwen/qwen-plus:thinking", "qwen-plus:thinking"), head="qwen", rest="qwen-plus:thinking"),
        ),
        (
            "openrouter/anthropic/claude-opus-5.5",
            Name(("openrouter/anthropic/claude-opus-5.5",), head="openrouter", rest="anthropic/claude-opus-5.5"),
        ),
        ("/gpt-5", Name(("/gpt-5",))),
        ("gpt-5/", Name(("gpt-5/",))),
    ],
)
def test_names_with_a_head(text: str, name: Name) -> None:
    assert take_apart(text) == name


@given(st.text(max_size=300) | st.text(alphabet="abc/.:-@[1m]-v0", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert len(take_apart(text).keys) <= 3
