"""``spendlight classify``: what recorded requests are for, JSON lines in and JSON lines out.

``trayapp.routing`` says what a line may hold and judges it. A line that cannot be judged becomes an answer without a
kind and with an ``error``, the rest goes on, and the exit code is 1 at the end. It needs no running Spendlight and
writes nothing; no text is in an answer.
"""

from __future__ import annotations

import argparse
from typing import Any

from trayapp.cli.jsonlines import answer_each
from trayapp.cli.trouble import CommandError
from trayapp.platform.resources import resource
from trayapp.routing.line import MOST, LineError, identity, read_line
from trayapp.routing.linear import Model, WeightsError, load
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """Judge each line of standard input."""
    parser = argparse.ArgumentParser(
        prog="spendlight classify",
        description="Read requests, or texts that a person wrote, as JSON lines from standard input; write what each "
        "is for as a JSON line.",
        epilog="A line: {id, wire, request}, wire being anthropic, openai-chat, openai-responses or gemini; or "
        "{id, text}. An answer: {id, kind, type, score, suggest}; type is null when a request cannot be judged.",
    )
    parser.parse_args(arguments)
    model = weights()
    return answer_each(MOST, lambda line: judge(line, model))


def judge(line: bytes, model: Model) -> dict[str, Any]:
    """The answer to one line."""
    try:
        verdict = read_line(line, model)
    except LineError as error:
        return {
            "id": identity(line),
            "kind": None,
            "type": None,
            "score": None,
            "suggest": False,
            "error": f"This line cannot be judged: {error}.",
        }
    return {
        "id": identity(line),
        "kind": verdict.kind,
        "type": verdict.type,
        "score": verdict.score,
        "suggest": verdict.suggest,
    }


def weights() -> Model:
    """The shipped weights.

    Raises:
        CommandError: they are missing or damaged.
    """
    try:
        return load(resource("routing/weights.json").read_bytes())
    except (OSError, WeightsError):
        raise CommandError(
            Trouble(
                title="Part of Spendlight is damaged",
                message="The packed file routing/weights.json is missing or cannot be read.",
                fix="Set Spendlight up again: python3 packaging/start.py",
                code="damaged",
            )
        ) from None
