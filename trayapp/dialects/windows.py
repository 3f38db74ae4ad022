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

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from trayapp.dialects import fields

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


_OURS: Final = re.compile(
    rb"anthropic-(?:ratelimit-|organization-id\Z)"
    rb"|x-(?:ratelimit|quota-snapshot|usage-ratelimit)-"
    rb"|x-[a-z0-9_-]{1,48}-(?:(?:primary|secondary|credits)-|limit-name\Z|plan-type\Z)"
)
_CLAUDE: Final = re.compile(
    r"anthropic-ratelimit-unified-([0-9]{1,3}[hd](?:_[a-z0-9_]{1,24})?|overage)-(utilization|reset|status)\Z"
)
_LENGTH: Final = re.compile(r"([0-9]{1,3})([hd])(?:_|\Z)")
_CODEX: Final = re.compile(r"x-([a-z0-9_-]{1,48}?)-(primary|secondary)-(used-percent|window-minutes|reset-at)\Z")
_COPILOT: Final = re.compile(r"x-(quota-snapshot|usage-ratelimit)-([a-z0-9_]{1,32})\Z")
_API: Final = re.compile(
    r"anthropic-ratelimit-(?!unified-)([a-z0-9_-]{1,40})-(limit|remaining|reset)\Z"
    r"|x-ratelimit-(limit|remaining|reset)-([a-z0-9_-]{1,40})\Z"
)

_NUMBER: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,18})?\Z")
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")
_EPOCH: Final = re.compile(r"[1-9][0-9]{9}\Z")
_BALANCE: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?\Z")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DURATION: Final = re.compile(
    r"(?=[0-9])(?:([0-9]{1,3})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m(?!s))?"
    r"(?:([0-9]{1,7}(?:\.[0-9]{1,9})?)s)?(?:([0-9]{1,10}(?:\.[0-9]{1,9})?)ms)?\Z"
)
_WORDS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_CLAIMS: Final = (("five_hour", "5h"), ("seven_day", "7d"))
_CARRIERS: Final = frozenset({"error", "codex.response.metadata"})
"""Events of a WebSocket that carry an HTTP answer's headers."""
_DAY_US: Final = 86_400_000_000
_FAR: Final = 400 * _DAY_US
"""No window and no limit lasts so long."""


def told(headers: Sequence[tuple[bytes, bytes]], at_us: int) -> Told | None:
    """What a response's head says; ``None`` when it says nothing of the kind.

    Args:
        headers: all fields as received; of several with one name the first counts.
        at_us: when they came, UTC epoch microseconds; limits say how long it is from then.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if _OURS.match(lower):
            found.setdefault(lower.decode("latin-1"), value.decode("latin-1").strip())
    return _read(found, at_us) if found else None


def from_event(event: Any) -> Told | None:
    """What a decoded event says: Codex' ``codex.rate_limits``, or one that carries headers."""
    if not isinstance(event, dict):
        return None
    if event.get("type") == "codex.rate_limits":
        return _codex_event(event)
    if event.get("type") in _CARRIERS:
        carried = fields.part(event, "headers")
        found: dict[str, str] = {}
        for name, value in carried.items():
            lower = name.lower()
            text = value if isinstance(value, str) else repr(value) if _is_number(value) else ""
            if text and _OURS.match(lower.encode("utf-8", "replace")):
                found.setdefault(lower, text.strip())
        # An event is read without a clock, and its durations with it.
        return _read(found, None) if found else None
    return None


def _read(found: Mapping[str, str], at_us: int | None) -> Told | None:
    purse = _purse(
        *(found.get(f"x-codex-credits-{part}") for part in ("has-credits", "unlimited", "balance")),
    )
    codex = _codex(found)
    windows = (*_claude(found), *codex, *_copilot(found))[:_MOST]
    limits = tuple(_limits(found, at_us))[:_MOST]
    overage = _WORDS.get(found.get("anthropic-ratelimit-unified-overage-in-use", "").lower(), False)
    if not (windows or limits or purse or overage):
        return None
    return Told(
        windows=windows,
        limits=limits,
        credits=purse,
        plan=fields.name(found.get("x-codex-plan-type")) or "",
        overage=overage or _spent([w for w in codex if w.family == "codex"], purse),
        organization=fields.name(found.get("anthropic-organization-id")),
    )


# Claude


def _claude(found: Mapping[str, str]) -> Iterator[Window]:
    """``anthropic-ratelimit-unified-…``, which only plans get."""
    stated: dict[str, dict[str, str]] = {}
    for name, value in found.items():
        match = _CLAUDE.match(name)
        if match is not None:
            stated.setdefault(match[1], {})[match[2]] = value
    claim = _claimed(found.get("anthropic-ratelimit-unified-representative-claim", ""))
    if claim:
        # What is said of the plan as a whole is said of the window that decides.
        own = stated.setdefault(claim, {})
        own.setdefault("status", found.get("anthropic-ratelimit-unified-status", ""))
        own.setdefault("reset", found.get("anthropic-ratelimit-unified-reset", ""))
    for name, own in stated.items():
        used = _share(own.get("utilization"), 1)
        status = own.get("status", "").lower()
        status = status if status in STATUSES else ""
        if used is None and not status:
            continue
        yield Window(
            name=name,
            minutes=_length(name),
            used=used,
            resets_at=_epoch(own.get("reset")),
            status=status,
            binding=name == claim,
        )


def _claimed(claim: str) -> str:
    """A claim's window: ``five_hour`` is ``5h``, ``seven_day_opus`` ``7d_opus``; empty when it is none."""
    for word, window in _CLAIMS:
        name = claim.lower().replace(word, window, 1)
        if claim.lower().startswith(word) and _LENGTH.match(name) and fields.name(name) and len(name) <= 24:
            return name
    return "overage" if claim == "overage" else ""


def _length(name: str) -> int | None:
    match = _LENGTH.match(name)
    return None if match is None else int(match[1]) * (60 if match[2] == "h" else 1440) or None


# Codex


def _codex(found: Mapping[str, str]) -> tuple[Window, ...]:
    """``x-codex-…``, and other families ``x-<limit-id>-…`` of the same shape."""
    stated: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in found.items():
        match = _CODEX.match(name)
        if match is not None:
            stated.setdefault((match[1], match[2]), {})[match[3]] = value
    windows = []
    for (family, name), own in stated.items():
        label = "" if family == "codex" else found.get(f"x-{family}-limit-name", "")
        window = _codex_window(name, family, label, own.get("used-percent"), own.get("window-minutes"), own)
        if window is not None:
            windows.append(window)
    return tuple(windows)


def _codex_window(
    name: str, family: str, label: object, used: object, minutes: object, own: Mapping[str, Any]
) -> Window | None:
    share = _share(used, 100)
    length = _count(minutes)
    resets = _epoch(own.get("reset-at", own.get("reset_at")))
    if share is None or not (share or length or resets):
        return None  # Codex itself takes a bare zero for "no such window"
    return Window(
        name=name,
        family=family.replace("-", "_"),
        label=fields.name(label) or "",
        minutes=length if length and length <= 527_040 else None,  # a year
        used=share,
        resets_at=resets,
    )


def _codex_event(event: dict[str, Any]) -> Told | None:
    family = "codex"
    for key in ("metered_limit_name", "limit_name"):
        said = event.get(key)
        if isinstance(said, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,48}", said):
            family = said.lower()
            break
    limits = fields.part(event, "rate_limits")
    purse = fields.part(event, "credits")
    windows = []
    for name in ("primary", "secondary"):
        own = fields.part(limits, name)
        label = "" if family == "codex" else event.get("limit_name")
        window = _codex_window(name, family, label, own.get("used_percent"), own.get("window_minutes"), own)
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
    text = balance if isinstance(balance, str) else str(balance) if _is_number(balance) else ""
    purse = Credits(
        has=_truth(has), unlimited=_truth(unlimited), balance=text.strip() if _BALANCE.match(text.strip()) else ""
    )
    return None if purse == Credits() else purse


# Copilot


def _copilot(found: Mapping[str, str]) -> Iterator[Window]:
    """``x-quota-snapshot-premium_interactions: ent=300&rem=66.6&rst=…``: what is left, in percent."""
    for name, value in found.items():
        match = _COPILOT.match(name)
        if match is None or len(value) > 512:
            continue
        own = dict(parse_qsl(value))
        left = _share(own.get("rem"), 100)
        if left is None or own.get("ent", "0").startswith("-") or own.get("unl", "").lower() == "true":
            continue  # unlimited
        if match[1] == "quota-snapshot" and not _count(own.get("ent")):
            continue  # nothing of this kind belongs to the plan
        moment = _moment(own.get("rst"))
        yield Window(
            name=match[2],
            minutes=10_080 if match[2] == "weekly" else None,
            used=float(1 - Decimal(repr(left))),
            resets_at=None if moment is None else moment // 1_000_000,
        )


# API keys


def _limits(found: Mapping[str, str], at_us: int | None) -> Iterator[Limit]:
    stated: dict[str, dict[str, str]] = {}
    for name, value in found.items():
        match = _API.match(name)
        if match is not None:
            stated.setdefault(match[1] or match[4], {})[match[2] or match[3]] = value
    for name, own in stated.items():
        limit, remaining = _count(own.get("limit")), _count(own.get("remaining"))
        if not limit or remaining is None or remaining > limit:
            continue  # Azure says 0 and -1 where it does not know
        resets = _moment(own.get("reset"))
        if resets is None and at_us is not None:
            wait = _duration(own.get("reset", ""))
            resets = None if wait is None else at_us + wait
        yield Limit(name=name, limit=limit, remaining=remaining, resets_us=resets)


# Single values


def _share(value: object, whole: int) -> float | None:
    """A part of ``whole`` as 0 to 1."""
    if isinstance(value, str) and _NUMBER.match(value):
        number = Decimal(value)
    elif _is_number(value):
        number = Decimal(repr(value))
    else:
        return None
    share = number / whole
    return float(min(share, Decimal(1))) if 0 <= share <= 2 else None


def _count(value: object) -> int | None:
    if isinstance(value, str) and _COUNT.match(value):
        return int(value)
    if _is_number(value) and 0 <= value < 10**15 and value == int(value):  # type: ignore[operator, call-overload]
        return int(value)  # type: ignore[call-overload, no-any-return]
    return None


def _epoch(value: object) -> int | None:
    """Epoch seconds between 2001 and 2286; milliseconds or a date are something else."""
    number = _count(value)
    return number if number is not None and _EPOCH.match(str(number)) else None


def _moment(value: object) -> int | None:
    """An RFC 3339 moment as epoch microseconds."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        seconds = datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return round(seconds * 1_000_000) if _EPOCH.match(str(int(seconds))) else None


def _duration(text: str) -> int | None:
    """``12ms``, ``1m30s``, ``6h0m2.5s`` in microseconds, rounded up; a number without a unit says nothing."""
    match = _DURATION.match(text)
    if match is None:
        return None
    parts = zip(match.groups(), (86_400_000, 3_600_000, 60_000, 1_000, 1), strict=True)
    us = math.ceil(sum(Decimal(part) * ms for part, ms in parts if part) * 1000)
    return us if us <= _FAR else None


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.lower()) if isinstance(value, str) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
