"""What vendors say beside their answers about how much of an allowance is left: plan windows and API rate limits.

Everything that reads them lives here, from response headers and from events of a stream or a WebSocket. They come with
each answer, also with a 429, so nobody has to be polled. A ``Window`` is a part of a flat-price plan (Claude's five
hours and seven days, Codex' primary and secondary, Copilot's premium requests); a ``Limit`` is how fast an API key may
go and has nothing to do with a plan.

Sources: Claude Code 2.1.330 and Codex 0.169 as they read these headers (measured 2026-11-23); Anthropic's and OpenAI's
pages on rate limits (2026-11); for Copilot's ``x-quota-snapshot-…`` what several public clients read (2026-11), not
measured with the real service.

Rules:

* pure: no clock (``told`` is given the moment), nothing raises whatever stands there;
* a field that is not exactly what it should be is left out, and with it a window that says nothing without it. Nothing
  is completed by a guess: 100 % used does not become "rejected", a length is not made up;
* a share is what was stated, moved by two digits at the most; more than all (up to twice) is all;
* the answer's bytes are never touched; this reads a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from trayapp.dialects import fields, stated

OVERAGE: Final = "overage"
"""The flag of a call that a plan did not cover any more."""
STATUSES: Final = frozenset({"allowed", "allowed_warning", "rejected"})
_MOST: Final = 24
"""Windows, and limits, that one answer may state."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One window of a plan, as its vendor states it."""

    name: str
    """``5h``, ``7d``, ``7d_oi``, ``overage``; ``primary``, ``secondary``; ``premium_interactions``, ``weekly`` …"""
    family: str = ""
    """Codex' limit id (``codex``, ``codex_spark`` …); empty where a vendor has one family only."""
    label: str = ""
    """What the vendor calls the family, where it says so."""
    minutes: int | None = None
    """The window's length."""
    used: float | None = None
    """Share used, 0 to 1. Its shortest decimal form has the digits that were stated."""
    resets_at: int | None = None
    """When it begins anew, UTC epoch seconds."""
    status: str = ""
    """One of ``STATUSES``, or empty."""
    binding: bool = False
    """The vendor names it as the one that decides now (Claude's representative claim)."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One rate limit of an API key. Not a plan's window."""

    name: str
    """``requests``, ``tokens``, ``input-tokens``, ``project-tokens`` …"""
    limit: int
    remaining: int
    resets_us: int | None = None
    """When it is whole again, UTC epoch microseconds."""


class Credits(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan may spend beyond its windows."""

    has: bool | None = None
    unlimited: bool | None = None
    balance: str = ""
    """As stated, a decimal text; the vendor does not say of what."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All that one answer, or one event, says."""

    windows: tuple[Window, ...] = ()
    limits: tuple[Limit, ...] = ()
    credits: Credits | None = None
    plan: str = ""
    """``plus``, ``pro`` … where the vendor says so."""
    overage: bool = False
    """The call is billed beyond the plan."""
    organization: str | None = None
    """The account's own id. In memory only; becomes an HMAC."""


_LONGEST: Final = 100
"""Bytes of a field's name that may be ours."""
_CLAUDE: Final = re.compile(
    r"anthropic-ratelimit-unified-([0-9]{1,3}[hd](?:_[a-z0-9_]{1,24})?|overage)-(utilization|reset|status)\Z"
)
_LENGTH: Final = re.compile(r"([0-9]{1,3})([hd])(?:_|\Z)")
_CODEX: Final = re.compile(r"x-([a-z0-9_-]{1,48}?)-(primary|secondary)-(used-percent|window-minutes|reset-at)\Z")
_LABEL: Final = re.compile(r"x-([a-z0-9_-]{1,48})-limit-name\Z")
_COPILOT: Final = re.compile(r"x-(quota-snapshot|usage-ratelimit)-([a-z0-9_]{1,32})\Z")
_API: Final = re.compile(
    r"anthropic-ratelimit-(?!unified-)([a-z0-9_-]{1,40})-(limit|remaining|reset)\Z"
    r"|x-ratelimit-(limit|remaining|reset)-([a-z0-9_-]{1,40})\Z"
)
_LONE: Final = {
    "anthropic-organization-id": "organization",
    "anthropic-ratelimit-unified-status": "status",
    "anthropic-ratelimit-unified-reset": "reset",
    "anthropic-ratelimit-unified-representative-claim": "claim",
    "anthropic-ratelimit-unified-overage-in-use": "overage",
    "x-codex-credits-has-credits": "has",
    "x-codex-credits-unlimited": "unlimited",
    "x-codex-credits-balance": "balance",
    "x-codex-plan-type": "plan",
}

_FAMILY: Final = re.compile(r"[A-Za-z0-9_-]{1,48}\Z")
_BALANCE: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?\Z")
_CLAIMS: Final = (("five_hour", "5h"), ("seven_day", "7d"))
_CARRIERS: Final = frozenset({"error", "codex.response.metadata"})
"""Events of a WebSocket that carry an HTTP answer's headers."""
_YEAR: Final = 366 * 1440
"""In minutes; no window is longer."""


class _Found:
    """The fields of one head, by what they belong to. The first of several with one name counts."""

    __slots__ = ("claude", "codex", "copilot", "labels", "limits", "lone")

    def __init__(self) -> None:
        self.lone: dict[str, str] = {}
        self.claude: dict[str, dict[str, str]] = {}
        self.codex: dict[tuple[str, str], dict[str, str]] = {}
        self.labels: dict[str, str] = {}
        self.copilot: dict[tuple[str, str], str] = {}
        self.limits: dict[str, dict[str, str]] = {}

    def put(self, place: _Place, value: str) -> None:
        kind, key, part = place
        if kind == "claude":
            self.claude.setdefault(key, {}).setdefault(part, value)
        elif kind == "lone":
            self.lone.setdefault(key, value)
        elif kind == "limit":
            self.limits.setdefault(key, {}).setdefault(part, value)
        elif kind == "label":
            self.labels.setdefault(key, value)
        elif kind == "copilot":
            self.copilot.setdefault((key, part), value)
        else:
            self.codex.setdefault((key, kind), {}).setdefault(part, value)


_Place = tuple[str, str, str]
"""Whose field it is (Codex: which window), the name within, and which of its values."""


@lru_cache(maxsize=1024)
def _place(name: bytes) -> _Place | None:
    """Where a field belongs; remembered, because vendors send the same few names with each answer."""
    lower = name.decode("latin-1").lower()
    if lower in _LONE:
        return "lone", _LONE[lower], ""
    if match := _CLAUDE.match(lower):
        return "claude", match[1], match[2]
    if match := _CODEX.match(lower):
        return match[2], match[1], match[3]
    if match := _LABEL.match(lower):
        return "label", match[1], ""
    if match := _COPILOT.match(lower):
        return "copilot", match[1], match[2]
    if match := _API.match(lower):
        return "limit", match[1] or match[4], match[2] or match[3]
    return None


def told(headers: Sequence[tuple[bytes, bytes]], at_us: int) -> Told | None:
    """What a response's head says; ``None`` when it says nothing of the kind.

    Args:
        headers: all fields as received; of several with one name the first counts.
        at_us: when they came, UTC epoch microseconds; limits say how long it is from then.
    """
    found: _Found | None = None
    for name, value in headers:
        place = _place(name) if len(name) < _LONGEST else None
        if place is not None:
            found = found or _Found()
            found.put(place, value.decode("latin-1").strip())
    return None if found is None else _read(found, at_us)


def from_event(event: Any) -> Told | None:
    """What a decoded event says: Codex' ``codex.rate_limits``, or one that carries headers."""
    if not isinstance(event, dict):
        return None
    if event.get("type") == "codex.rate_limits":
        return _codex_event(event)
    if event.get("type") not in _CARRIERS:
        return None
    found = _Found()
    for name, value in fields.part(event, "headers").items():
        place = _place(name.encode("utf-8", "replace")) if len(name) < _LONGEST else None
        text = value if isinstance(value, str) else repr(value) if stated.is_number(value) else ""
        if place is not None and text:
            found.put(place, text.strip())
    # An event is read without a clock, and its durations with it.
    return _read(found, None)


def _read(found: _Found, at_us: int | None) -> Told | None:
    lone = found.lone
    purse = _purse(lone.get("has"), lone.get("unlimited"), lone.get("balance"))
    codex = _codex(found)
    windows = (*_claude(found), *codex, *_copilot(found))[:_MOST]
    limits = tuple(_limits(found, at_us))[:_MOST]
    overage = stated.truth(lone.get("overage")) or False
    if not (windows or limits or purse or overage):
        return None
    return Told(
        windows=windows,
        limits=limits,
        credits=purse,
        plan=fields.name(lone.get("plan")) or "",
        overage=overage or _spent([w for w in codex if w.family == "codex"], purse),
        organization=fields.name(lone.get("organization")),
    )


# Claude


def _claude(found: _Found) -> Iterator[Window]:
    """``anthropic-ratelimit-unified-…``, which only plans get."""
    claim = _claimed(found.lone.get("claim", ""))
    if claim:
        # What is said of the plan as a whole is said of the window that decides.
        own = found.claude.setdefault(claim, {})
        own.setdefault("status", found.lone.get("status", ""))
        own.setdefault("reset", found.lone.get("reset", ""))
    for name, own in found.claude.items():
        used = stated.share(own.get("utilization"), 1)
        status = own.get("status", "").lower()
        status = status if status in STATUSES else ""
        if used is None and not status:
            continue
        yield Window(
            name=name,
            minutes=_length(name),
            used=used,
            resets_at=stated.epoch(own.get("reset")),
            status=status,
            binding=name == claim,
        )


def _claimed(claim: str) -> str:
    """A claim's window: ``five_hour`` is ``5h``, ``seven_day_opus`` ``7d_opus``; empty when it is none."""
    claim = claim.lower()
    for word, window in _CLAIMS:
        name = claim.replace(word, window, 1)
        if claim.startswith(word) and _LENGTH.match(name) and fields.name(name) and len(name) <= 24:
            return name
    return "overage" if claim == "overage" else ""


def _length(name: str) -> int | None:
    match = _LENGTH.match(name)
    return None if match is None else int(match[1]) * (60 if match[2] == "h" else 1440) or None


# Codex


def _codex(found: _Found) -> tuple[Window, ...]:
    """``x-codex-…``, and other families ``x-<limit-id>-…`` of the same shape."""
    windows = []
    for (family, name), own in found.codex.items():
        label = "" if family == "codex" else found.labels.get(family, "")
        used, minutes, resets = (own.get(part) for part in ("used-percent", "window-minutes", "reset-at"))
        window = _codex_window(name, family, label, used, minutes, resets)
        if window is not None:
            windows.append(window)
    return tuple(windows)


def _codex_window(
    name: str, family: str, label: object, used: object, minutes: object, resets: object
) -> Window | None:
    share, length, resets_at = stated.share(used, 100), stated.count(minutes), stated.epoch(resets)
    if share is None or not (share or length or resets_at):
        return None  # Codex itself takes a bare zero for "no such window"
    return Window(
        name=name,
        family=family.replace("-", "_"),
        label=fields.name(label) or "",
        minutes=length if length and length <= _YEAR else None,
        used=share,
        resets_at=resets_at,
    )


def _codex_event(event: dict[str, Any]) -> Told | None:
    family = "codex"
    for key in ("metered_limit_name", "limit_name"):
        said = event.get(key)
        if isinstance(said, str) and _FAMILY.match(said):
            family = said.lower()
            break
    purse = fields.part(event, "credits")
    windows = []
    for name in ("primary", "secondary"):
        own = fields.part(fields.part(event, "rate_limits"), name)
        label = "" if family == "codex" else event.get("limit_name")
        used, minutes, resets = (own.get(part) for part in ("used_percent", "window_minutes", "reset_at"))
        window = _codex_window(name, family, label, used, minutes, resets)
        if window is not None:
            windows.append(window)
    credits_left = _purse(purse.get("has_credits"), purse.get("unlimited"), purse.get("balance"))
    if not (windows or credits_left):
        return None
    return Told(
        windows=tuple(windows),
        credits=credits_left,
        plan=fields.name(event.get("plan_type")) or "",
        overage=_spent(windows, credits_left),
    )


def _spent(windows: Sequence[Window], purse: Credits | None) -> bool:
    """Whether Codex' calls are paid from credits: either window is used up, and there are some."""
    paid = purse is not None and bool(purse.has or purse.unlimited)
    return paid and any(w.used is not None and w.used >= 1 for w in windows)


def _purse(has: object, unlimited: object, balance: object) -> Credits | None:
    if has is None and unlimited is None and balance is None:
        return None
    text = (balance if isinstance(balance, str) else str(balance) if stated.is_number(balance) else "").strip()
    purse = Credits(
        has=stated.truth(has), unlimited=stated.truth(unlimited), balance=text if _BALANCE.match(text) else ""
    )
    return None if purse == Credits() else purse


# Copilot


def _copilot(found: _Found) -> Iterator[Window]:
    """``x-quota-snapshot-premium_interactions: ent=300&rem=66.6&rst=…``: what is left, in percent."""
    for (kind, name), value in found.copilot.items():
        own = dict(parse_qsl(value)) if len(value) <= 512 else {}
        left = stated.share(own.get("rem"), 100)
        if left is None or own.get("ent", "0").startswith("-"):
            continue  # unlimited
        if kind == "quota-snapshot" and not stated.count(own.get("ent")):
            continue  # nothing of this kind belongs to the plan
        moment = stated.moment(own.get("rst"))
        yield Window(
            name=name,
            minutes=10_080 if name == "weekly" else None,
            used=float(1 - Decimal(repr(left))),
            resets_at=None if moment is None else moment // 1_000_000,
        )


# API keys


def _limits(found: _Found, at_us: int | None) -> Iterator[Limit]:
    for name, own in found.limits.items():
        limit, remaining = stated.count(own.get("limit")), stated.count(own.get("remaining"))
        if not limit or remaining is None or remaining > limit:
            continue  # Azure says 0 and -1 where it does not know
        reset = own.get("reset", "")
        resets = stated.moment(reset)
        if resets is None and at_us is not None:
            wait = stated.duration(reset)
            resets = None if wait is None else at_us + wait
        yield Limit(name=name, limit=limit, remaining=remaining, resets_us=resets)
