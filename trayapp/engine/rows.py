"""A ledger row as the outside sees it: what ``spendlight calls`` and ``spendlight export`` print.

The names are stable; others build on them. Amounts are decimal strings of USD, exact to the pico-USD, or ``null``
when the call has no price. Times are ISO 8601 in UTC, durations milliseconds.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from trayapp.moments import at
from trayapp.values import PICO, Row

TOKENS: Final = (
    "input",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "cache_write_12h",
    "output",
    "reasoning",
    "input_audio",
    "cache_read_audio",
    "output_audio",
    "output_image",
)

COLUMNS: Final = (
    "id",
    "started_at",
    "ended_at",
    "state",
    "metering",
    "source",
    "confidence",
    "tool",
    "tool_version",
    "vendor",
    "wire",
    "model_asked",
    "model_served",
    "kind",
    "effort",
    "account",
    "credential",
    "stream",
    *TOKENS,
    "web_searches",
    "tier",
    "speed",
    "geo",
    "usd_list",
    "usd_contract",
    "usd_marginal",
    "agreement",
    "task",
    "rule",
    "model_sent",
    "usd_asked",
    "usd_saved",
    "usd_saved_low",
    "usd_saved_high",
    "basis",
    "book",
    "session",
    "project",
    "project_name",
    "attempt_of",
    "http_status",
    "vendor_request_id",
    "message_id",
    "upstream",
    "ttfb_ms",
    "latency_ms",
    "bytes_up",
    "bytes_down",
    "context_bytes",
    "flags",
)
"""The columns of the CSV export, in order; the same names in JSON."""


def usd(pico: int | None) -> str | None:
    """Pico-USD as an exact decimal string of USD."""
    if pico is None:
        return None
    text = format(Decimal(pico) / PICO, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def saved(row: Row) -> int | None:
    """What a rule has saved on a row, in pico-USD; a loss is negative; ``None``: no rule, or it cannot be told."""
    return None if row.pico_asked is None or row.pico_list is None else row.pico_asked - row.pico_list


def _iso(us: int | None) -> str | None:
    if us is None:
        return None
    return at(us).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(us: int | None) -> float | None:
    return None if us is None else round(us / 1000, 3)


def as_json(row: Row) -> dict[str, Any]:
    """One row with the names of ``COLUMNS``."""
    out: dict[str, Any] = {
        "id": str(row.id),
        "started_at": _iso(row.started_us),
        "ended_at": _iso(row.ended_us),
        "state": row.state.value,
        "metering": row.metering.value,
        "source": row.source,
        "confidence": row.confidence.value,
        "tool": row.tool,
        "tool_version": row.tool_version,
        "vendor": row.vendor,
        "wire": row.wire,
        "model_asked": row.model_asked,
        "model_served": row.model_served,
        "kind": row.kind,
        "effort": row.effort,
        "account": row.account,
        "credential": row.credential,
        "stream": row.streamed,
    }
    for name in TOKENS:
        out[name] = getattr(row, name)
    out |= {
        "web_searches": row.web_searches,
        "tier": row.tier,
        "speed": row.speed,
        "geo": row.geo,
        "usd_list": usd(row.pico_list),
        "usd_contract": usd(row.pico_contract),
        "usd_marginal": usd(row.pico_marginal),
        "agreement": row.agreement,
        "task": row.task,
        "rule": row.rule,
        "model_sent": row.model_sent,
        "usd_asked": usd(row.pico_asked),
        "usd_saved": usd(saved(row)),
        "usd_saved_low": usd(row.saved_low),
        "usd_saved_high": usd(row.saved_high),
        "basis": row.basis.value,
        "book": row.book,
        "session": row.session,
        "project": row.project,
        "project_name": row.project_name,
        "attempt_of": None if row.attempt_of is None else str(row.attempt_of),
        "http_status": row.http_status,
        "vendor_request_id": row.vendor_request_id,
        "message_id": row.message_id,
        "upstream": row.upstream,
        "ttfb_ms": _ms(row.ttfb_us),
        "latency_ms": _ms(None if row.ended_us is None else row.ended_us - row.started_us),
        "bytes_up": row.bytes_up,
        "bytes_down": row.bytes_down,
        "context_bytes": row.context_bytes,
        "flags": list(row.flags),
    }
    return out
