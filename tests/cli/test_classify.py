"""``spendlight classify`` as a user calls it: a real process, lines in, lines out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]


def run(data: bytes, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp", "classify", *arguments],
        input=data,
        capture_output=True,
        timeout=60,
        cwd=REPO,
        env={**os.environ},
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def lines(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def test_requests_and_texts(home: Path) -> None:
    canary = "rename `canary_one` to `canary_two`"
    title = {"type": "json_schema", "schema": {"type": "object", "properties": {"title": {"type": "string"}}}}
    code, answers, errors = run(
        lines(
            {"id": "a", "text": canary},
            {"id": 2, "wire": "openai-chat", "request": {"messages": [{"role": "user", "content": canary}]}},
            {"id": "c", "wire": "anthropic", "request": {"messages": [], "output_config": {"format": title}}},
            {
                "id": "d",
                "wire": "gemini",
                "request": {
                    "_path": "/v1beta/models/m:generateContent",
                    "body": {"contents": [{"role": "user", "parts": [{"text": "why does it crash?"}]}]},
                },
            },
            {"id": "e", "text": "the thing from Monday"},
        )
    )
    assert (code, errors) == (0, "")
    assert all(answer.keys() == {"id", "kind", "type", "score", "suggest"} for answer in answers)
    assert [(a["id"], a["kind"], a["type"], a["suggest"]) for a in answers] == [
        ("a", "main", "rename", True),
        (2, "main", "rename", True),
        ("c", "side:title", "side:title", False),  # nothing in it that opens a turn
        ("d", "main", "debug", False),
        ("e", "main", None, False),
    ]
    assert "canary" not in json.dumps(answers)
    assert sorted(home.rglob("*")) == [home / "user", home / "xdg"]  # it has left nothing behind


def test_bad_lines_are_answered_and_stop_nothing() -> None:
    good = {"id": "good", "text": "thanks"}
    data = b'{\n[]\n\xff\n{"id": "empty"}\n{"id": "wire", "wire": "smtp", "request": {"canary": 1}}\n\n' + lines(good)
    code, answers, errors = run(data)
    assert (code, errors) == (1, "")
    assert [answer["id"] for answer in answers] == [None, None, None, "empty", "wire", "good"]
    assert all("error" in answer and answer["kind"] is None for answer in answers[:-1])
    assert "canary" not in json.dumps(answers)
    assert answers[-1]["suggest"] is True


def test_a_damaged_installation_is_said_in_words(home: Path) -> None:
    script = (
        "import sys, trayapp.cli.classify as command\n"
        "from pathlib import Path\n"
        f"command.resource = lambda name: Path({str(home / 'missing')!r})\n"
        "from trayapp.cli.trouble import guarded\n"
        "sys.exit(guarded(command.run, []))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=b"", capture_output=True, timeout=60, cwd=REPO, env={**os.environ}
    )
    assert done.returncode == 1
    assert b"damaged" in done.stderr
    assert b"start.py" in done.stderr
    assert b"Traceback" not in done.stderr
