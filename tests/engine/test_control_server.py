"""The control socket: whatever a face sends, it gets an answer in words and the connection goes on."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest


def say(path: Path, line: bytes) -> tuple[dict[str, object], dict[str, object]]:
    """The answer to one line, and the answer to a hello on the same connection."""
    with socket.socket(socket.AF_UNIX) as plug:
        plug.settimeout(10)
        plug.connect(str(path))
        with plug.makefile("rb") as lines:
            plug.sendall(line + b"\n")
            first = json.loads(lines.readline())
            plug.sendall(b'{"id":9,"do":"hello"}\n')
            return first, json.loads(lines.readline())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (rb'{"do":"url","vendor":"\ud800"}', "unknown_vendor"),
        (b'{"do":"set_upstream","vendor":"y","url":5}', "bad_upstream"),
        (b'{"do":"set_upstream","vendor":"y","url":"http://a b"}', "bad_upstream"),
        (b'{"do":"calls","since_us":1e400}', "bad_request"),
        (b'{"do":"calls","since_us":' + b"9" * 30 + b"}", "bad_request"),
        (b'{"do":"pause","seconds":1e400}', "bad_request"),
        (b'{"do":"hello","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "bad_request"),
    ],
)
def test_odd_requests_are_answered(engine, line: bytes, code: str) -> None:
    answer, after = say(engine.paths.control, line)
    assert answer["error"]["code"] == code
    assert after["id"] == 9
    assert "Traceback" not in (engine.paths.log / "spendlight.log").read_text()


def test_an_id_that_is_no_text_comes_back(engine) -> None:
    answer, _ = say(engine.paths.control, rb'{"id":"\ud800","do":"hello"}')
    assert "ok" in answer


def test_damaged_settings_are_said_to_the_face(engine) -> None:
    good = engine.paths.settings.read_text()
    engine.paths.settings.write_text("[upstreams\n")
    answer, _ = say(engine.paths.control, b'{"do":"set_upstream","vendor":"y","url":"http://127.0.0.1:9"}')
    engine.paths.settings.write_text(good)
    assert answer["error"]["code"] == "bad_settings"
