"""What is shown to people holds no secret, and stays readable."""

from __future__ import annotations

import secrets

import pytest

from trayapp.tools.masking import looks_secret, masked


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('"apiKey": "abc"', '"apiKey": "…"'),
        ("ANTHROPIC_AUTH_TOKEN=abc # mine", "ANTHROPIC_AUTH_TOKEN=… # mine"),
        ("  password: 'x y'", "  password: '…'"),
        ('x = "sk-ant-api03-abcd1234"', 'x = "…"'),
        ("url: https://me:pw@host/v1", "url: https://…@host/v1"),
        ('"max_tokens": 4096,', '"max_tokens": 4096,'),
        ('"env": {', '"env": {'),
        ('"tokens": {', '"tokens": {'),
        ("model = claude-haiku-4-5-20251001", "model = claude-haiku-4-5-20251001"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta",
        ),
        ("http://127.0.0.1:27410/short/x", "http://127.0.0.1:27410/short/x"),
    ],
)
def test_masked(line: str, shown: str) -> None:
    assert masked(line) == shown


def test_our_own_address_never_shows_its_token() -> None:
    for _ in range(500):
        token = secrets.token_urlsafe(32)
        shown = masked(f'"U": "http://127.0.0.1:27410/{token}/anthropic.claude-code",')
        assert shown == '"U": "http://127.0.0.1:27410/…/anthropic.claude-code",'
        assert looks_secret("U", f"http://127.0.0.1:27410/{token}/any")


def test_vendor_keys_never_show() -> None:
    for start in ("sk-ant-api03-", "sk-proj-", "AIza", "ghp_", "xoxb-"):
        key = start + secrets.token_urlsafe(24)
        assert key not in masked(f"value {key} end")
        assert looks_secret("x", key)
