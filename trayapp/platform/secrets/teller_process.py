"""Asks the keyring through a process of its own (``trayapp.platform.secrets.teller``), within a bounded time.

Rules: nothing here raises because of a keyring; what did not come is answered with a reason. Secrets travel over the
child's pipes, never in its arguments or environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Ask = tuple[str, ...]
"""``("put", name, text)``, ``("get", name)``, ``("drop", name)`` or ``("look",)``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one ask."""

    text: str | None = None
    """What was asked for; ``None``: there is no such secret, or none was asked for."""
    reason: str = ""
    """Why it failed; empty when it did not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the keyring said."""

    keyring: str | None
    """Its name; ``None``: there is none that may be used."""
    answers: tuple[Answer, ...]
    """One for each ask, in order."""

    @property
    def untouched(self) -> bool:
        """Whether it is certain that no secret reached a keyring."""
        return self.keyring is None and all(a.reason in ("none", "no_module", "insecure") for a in self.answers)


def ask(service: str, asks: Sequence[Ask], patience: float, *, quiet: bool = False) -> Reply:
    """Put all asks to the keyring; blocks up to ``patience`` seconds, so call it from a thread that may wait.

    ``quiet``: nobody is asked to unlock it, where that can be told beforehand.
    """
    document = json.dumps({"service": service, "limit_s": patience, "quiet": quiet, "asks": asks}).encode()
    command = [sys.executable, "-P", "-m", "trayapp.platform.secrets.teller"]
    failed = "error"
    try:
        done = subprocess.run(
            command,
            input=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output, failed = late.stdout or b"", "timeout"
    except OSError:
        output = b""
    return _read(output, len(asks), failed)


def _read(output: bytes, count: int, failed: str) -> Reply:
    lines = [found for line in output.splitlines() if (found := _object(line)) is not None]
    first = lines.pop(0) if lines else {}
    name = first.get("keyring")
    keyring = name if isinstance(name, str) else None
    if keyring is None and isinstance(first.get("refused"), str):
        failed = first["refused"]
    answers = [
        Answer(text=line.get("text")) if line.get("ok") is True else Answer(reason=str(line.get("reason", "error")))
        for line in lines[:count]
    ]
    answers += [Answer(reason=failed)] * (count - len(answers))
    return Reply(keyring, tuple(answers))


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
