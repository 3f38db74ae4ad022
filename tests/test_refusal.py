"""Our own answers speak each vendor's language and name Spendlight."""

from __future__ import annotations

import json

import pytest

from trayapp.refusal import Refusal


@pytest.mark.parametrize("vendor", ["anthropic", "openai", "gemini", None])
def test_every_shape_names_us_and_carries_the_code(vendor: str | None) -> None:
    document = json.loads(Refusal(502, "upstream_unreachable", "nobody there.", vendor).body())
    message = document["error"]["message"]
    assert message == "Spendlight: nobody there."
    assert "upstream_unreachable" in json.dumps(document).lower()


def test_shapes() -> None:
    assert json.loads(Refusal(401, "c", "m", "anthropic").body())["error"]["type"] == "authentication_error"
    assert json.loads(Refusal(404, "c", "m", "gemini").body())["error"]["status"] == "NOT_FOUND"
    assert json.loads(Refusal(502, "c", "m", "openai").body())["error"]["type"] == "server_error"


def test_response_is_whole() -> None:
    raw = Refusal(404, "x", "y").response()
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert Refusal(404, "x", "y").response(head_only=True) == head + b"\r\n\r\n"
    assert b"Upgrade:" in Refusal(426, "x", "y").response()
    assert Refusal(529, "x", "y").response().startswith(b"HTTP/1.1 529 ")
