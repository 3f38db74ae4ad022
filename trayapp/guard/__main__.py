"""``python -m trayapp.guard``: the guard's command line.

Exit codes: 0 stopped in order · 2 wrong arguments · 3 another guard runs · 4 the port is taken · 5 a folder cannot
be used. Errors are one line on standard error: ``title: message fix``, or one JSON object with ``--json-errors``.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from trayapp.guard import run
from trayapp.guard.failure import StartFailureError
from trayapp.platform import paths


def main(argv: list[str] | None = None) -> int:
    """Run the guard with the command line's arguments and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m trayapp.guard", description="Keeps Spendlight's port open.")
    parser.add_argument("--port", type=int, default=0, help="the loopback port; 0 chooses and remembers one")
    parser.add_argument("--json-errors", action="store_true", help="say why it cannot start as one JSON object")
    parser.add_argument("--engine-command", type=_command, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if not 0 <= arguments.port <= 65535:
        parser.error("--port is a number from 0 to 65535")
    try:
        return run(paths.find(), port=arguments.port, engine_command=arguments.engine_command)
    except StartFailureError as failure:
        text = json.dumps(asdict(failure.trouble)) if arguments.json_errors else failure.trouble.line
        print(text, file=sys.stderr)
        return failure.exit_code


def _command(text: str) -> list[str]:
    value = json.loads(text)
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise ValueError("a JSON list of words")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
