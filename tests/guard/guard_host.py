"""Runs a guard with the arguments of one JSON object: port, engine (a command) and timing (fields of ``Timing``)."""

from __future__ import annotations

import json
import sys

from trayapp.guard import run
from trayapp.guard.failure import StartFailureError
from trayapp.guard.supervise import Timing
from trayapp.platform import paths

if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    try:
        code = run(
            paths.find(),
            port=arguments["port"],
            engine_command=arguments["engine"],
            timing=Timing(**arguments["timing"]),
        )
    except StartFailureError as failure:
        print(failure.trouble.line, file=sys.stderr)
        code = failure.exit_code
    raise SystemExit(code)
