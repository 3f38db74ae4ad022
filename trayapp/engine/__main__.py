"""``python -m trayapp.engine --sockets 3,4 --beat 5 --life 6``: started by the guard, with inherited descriptors."""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Read the descriptors' numbers and run."""
    parser = argparse.ArgumentParser(prog="python -m trayapp.engine", description="Spendlight's engine.")
    parser.add_argument("--sockets", required=True, help="listening sockets, comma separated descriptors")
    parser.add_argument("--beat", type=int, help="descriptor to beat on")
    parser.add_argument("--life", type=int, help="descriptor whose end means that the guard is gone")
    arguments = parser.parse_args()
    from trayapp.engine.run import run
    from trayapp.platform.descriptors import more_descriptors

    more_descriptors()
    # A thread that waits for the interpreter gets it within half a millisecond: the ledger's writer has to answer
    # within five while the event loop is busy.
    sys.setswitchinterval(0.0005)
    return run([int(fd) for fd in arguments.sockets.split(",")], arguments.beat, arguments.life)


if __name__ == "__main__":
    raise SystemExit(main())
