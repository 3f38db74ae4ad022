"""JSON lines on standard input, as the commands read them that answer each line by one.

Everything that cuts such a stream into lines lives here. Rules: blank lines are no lines; a line beyond the command's
own limit is held only as far as that, so that nobody can fill the memory with it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

_PIECE: Final = 1 << 20


def standard_input() -> BinaryIO:
    """Standard input; who sits at a terminal is told how it ends."""
    if sys.stdin.isatty():
        print("Reading JSON lines; end with Ctrl-D.", file=sys.stderr)
    return sys.stdin.buffer


def answer_each(most: int, answer: Callable[[bytes], dict[str, Any]]) -> int:
    """Answer each line of standard input by one; the exit code is 1 when one of them holds an ``error``."""
    failed = False
    for line in lines(standard_input(), most):
        said = answer(line)
        failed = failed or "error" in said
        sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


def lines(stream: BinaryIO, most: int) -> Iterator[bytes]:
    """The lines of a stream that are not blank; of one longer than ``most`` only a beginning that is too long, too."""
    while line := stream.readline(most + 2):
        if not line.endswith(b"\n") and len(line) > most:
            while (more := stream.readline(_PIECE)) and not more.endswith(b"\n"):
                pass
        if line.strip():
            yield line.rstrip(b"\r\n")
