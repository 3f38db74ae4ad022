"""What a plan's vendor says beside the answer: whether the allowance is used up and calls cost money again.

Everything that reads plan windows out of response headers lives here (facts of Claude Code 2.1.330 and Codex 0.169,
2026-11). They come with each answer, so nobody has to be polled.

* Claude: ``anthropic-ratelimit-unified-overage-in-use: true``;
* Codex: a window (``x-codex-primary-…`` of five hours or ``x-codex-secondary-…`` of a week) is used to 100 % or more
  while credits are there (``x-codex-credits-has-credits`` or ``…-unlimited``): the next call is paid from them. The
  same stands in the stream's event ``codex.rate_limits``.

Rules: pure; never raises; what is missing or unreadable means the allowance still holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from trayapp.dialects import asker, fields

OVERAGE: Final = "overage"
"""The flag of a call that a plan did not cover any more."""
_CLAUDE: Final = b"anthropic-ratelimit-unified-overage-in-use"
_CODEX: Final = b"x-codex-"
_TRUE: Final = frozenset({"true", "1", "yes"})


def overage(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether the response's head says that the call is billed beyond the plan."""
    told = {name: value for name, value in asker.index(headers).items() if name == _CLAUDE or name.startswith(_CODEX)}
    if not told:
        return False
    if _true(asker.text(told, _CLAUDE)):
        return True
    paid = any(_true(asker.text(told, _CODEX + b"credits-" + name)) for name in (b"has-credits", b"unlimited"))
    return paid and any(
        _full(asker.text(told, _CODEX + window + b"-used-percent")) for window in (b"primary", b"secondary")
    )


def event_overage(event: Any) -> bool:
    """Whether Codex's event ``codex.rate_limits`` (decoded JSON) says so."""
    limits: Any = fields.part(event, "rate_limits")
    purse: Any = fields.part(event, "credits")
    paid = purse.get("has_credits") is True or purse.get("unlimited") is True
    return paid and any(_full(fields.part(limits, window).get("used_percent")) for window in ("primary", "secondary"))


def _true(text: str) -> bool:
    return text.lower() in _TRUE


def _full(value: object) -> bool:
    try:
        return float(value) >= 100  # type: ignore[arg-type]  # anything may stand there
    except (TypeError, ValueError):
        return False
