"""What the simulated vendor counted: the independent truth that a ledger is compared with.

Everything that remembers the requests which reached the vendor lives here. One entry a request, made when its head
and body have arrived and completed when the answer has ended, however it ended.

Rules: safe to read from any thread; no credential and no text is kept (header values only when a test asks for
them with ``keep_headers``).
"""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import msgspec

from trayapp.values import Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCall:
    """One request that reached the vendor."""

    seq: int = 0
    """From 0, in order of arrival."""
    at_us: int = 0
    """Arrival, UTC epoch microseconds."""
    vendor: str = ""
    wire: str = ""
    """"" for requests that do not ask for tokens."""
    op: str = ""
    """``generate``, ``count``, ``compact``, or ``other``."""
    method: str = ""
    path: str = ""
    """Without the query."""
    model: str = ""
    """The model that served."""
    stream: bool = False
    status: int = 0
    """0 when the connection was cut before a head."""
    leg: Leg = field(default_factory=Leg)
    """What a bill would say. For an error: nothing."""
    usage_sent: bool = False
    """Whether the answer carried a usage object."""
    request_id: str = ""
    message_id: str = ""
    ended: str = ""
    """"" while it runs; ``complete``, ``cut`` (by script) or ``client_gone``."""
    bytes_in: int = 0
    """Size of the request body on the wire."""
    body_sha256: str = ""
    """Of the body on the wire; only with ``keep_headers``."""
    headers: tuple[tuple[str, str], ...] = ()
    """As received, in order; only with ``keep_headers``."""

    @property
    def completed(self) -> bool:
        """Whether the whole answer was handed to the socket."""
        return self.ended == "complete"


class Counted:
    """The log. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: list[CountedCall] = []

    def begin(self, call: CountedCall) -> int:
        """Add a request; gives its number."""
        with self._changed:
            seq = len(self._calls)
            self._calls.append(replace(call, seq=seq, at_us=time.time_ns() // 1000))
            self._changed.notify_all()
        return seq

    def update(self, seq: int, **changes: Any) -> None:
        """Complete an entry. A request that was forgotten by ``clear`` is ignored."""
        with self._changed:
            if seq < len(self._calls):
                self._calls[seq] = replace(self._calls[seq], **changes)
                self._changed.notify_all()

    def calls(self, *, tokens_only: bool = False) -> list[CountedCall]:
        """All entries so far; ``tokens_only`` leaves out requests that did not ask for an answer."""
        with self._changed:
            return [c for c in self._calls if not tokens_only or c.op in ("generate", "compact")]

    def wait(self, ended: int, timeout: float = 10.0) -> list[CountedCall]:
        """Wait until at least ``ended`` requests have ended, and give all entries.

        Raises:
            TimeoutError: they did not end in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: sum(1 for c in self._calls if c.ended) >= ended, timeout):
                raise TimeoutError(f"{sum(1 for c in self._calls if c.ended)} of {ended} requests ended")
            return list(self._calls)

    def wait_begun(self, wire: int, timeout: float = 10.0) -> None:
        """Wait until at least ``wire`` requests for tokens have arrived.

        Raises:
            TimeoutError: they did not arrive in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: sum(1 for c in self._calls if c.wire) >= wire, timeout):
                raise TimeoutError(f"no {wire} requests arrived")

    def clear(self) -> None:
        """Forget everything."""
        with self._changed:
            self._calls.clear()

    def to_json(self) -> list[dict[str, Any]]:
        """JSON-ready entries, for ``/__counted``."""
        return [asdict(c) | {"leg": msgspec.to_builtins(c.leg), "completed": c.completed} for c in self.calls()]
