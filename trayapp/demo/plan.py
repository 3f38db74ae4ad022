"""The simulated plan: what ChatGPT's vendor says beside each answer about the windows of the account.

Everything that makes up these numbers lives here. The headers are those that Codex 0.169 reads (measured 2026-11-23).
Rules: each answer uses a little more; a window that is used up begins anew, so that the demo can run for days.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_FIVE_HOURS_S = 5 * 3600
_WEEK_S = 7 * 86_400


class SimulatedPlan:
    """Two windows of one account. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.Lock()
        self._answers = 0
        self._clock = clock
        self._begin = int(clock())

    def headers(self) -> tuple[tuple[str, str], ...]:
        """What the next answer carries."""
        with self._lock:
            self._answers += 1
            answers = self._answers
        primary = (380 + 9 * answers) % 1000
        secondary = (610 + 2 * answers) % 1000
        return (
            ("X-Codex-Plan-Type", "plus"),
            ("X-Codex-Primary-Used-Percent", f"{primary / 10}"),
            ("X-Codex-Primary-Window-Minutes", str(_FIVE_HOURS_S // 60)),
            ("X-Codex-Primary-Reset-At", self._reset(2 * 3600 + 600, _FIVE_HOURS_S)),
            ("X-Codex-Secondary-Used-Percent", f"{secondary / 10}"),
            ("X-Codex-Secondary-Window-Minutes", str(_WEEK_S // 60)),
            ("X-Codex-Secondary-Reset-At", self._reset(3 * 86_400, _WEEK_S)),
            ("X-Codex-Credits-Has-Credits", "false"),
        )

    def _reset(self, first_s: int, length_s: int) -> str:
        """The next moment at which a window begins anew, that first begins after so many seconds."""
        passed = int(self._clock()) - self._begin
        return str(self._begin + first_s + max(0, -((first_s - 1 - passed) // length_s)) * length_s)
