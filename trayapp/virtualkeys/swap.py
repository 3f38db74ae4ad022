"""The real key takes the virtual one's place in a request's head, or the request is refused.

The one alteration that a virtual key's owner has agreed to (law 2): only the key's own characters change, only in
``x-api-key``, ``authorization: Bearer``, ``x-goog-api-key``, ``api-key`` and Gemini's ``?key=``; name, case, order and
number of the fields, every other byte and the body stay.

Rules: pure and standard library only; a real key goes to the vendor and to the upstream that it was given for, and
nowhere else; a virtual key that cannot be replaced never leaves either; it is looked up by its HMAC under a secret
key, so that the time of a look-up tells nothing; no refusal repeats a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from trayapp.frontdoor import Entry, Upstream
from trayapp.refusal import Refusal
from trayapp.virtualkeys.register import FIELDS, MARK, QUERY, VirtualKey, fingerprint

Headers = tuple[tuple[bytes, bytes], ...]

_MARK: Final = MARK.encode()
_FIELDS: Final = frozenset(name.encode() for name in FIELDS)
_KEY: Final = re.compile(rb"(?:sk|sk-ant-api03|AIza)-spendlight-[A-Za-z0-9_-]{1,128}\Z")
_BEARER: Final = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr][ \t]+")
_PUT_BACK: Final = "or put the real key back into the tool (`spendlight keys remove NAME --print` gives it back)."


@dataclass(frozen=True, slots=True)
class Known:
    """A virtual key and the real one behind it."""

    key: VirtualKey
    real: str | None = field(repr=False)
    """``None``: it cannot be had now."""
    why: str = ""
    """Why not, in words."""


@dataclass(frozen=True, slots=True)
class Table:
    """All virtual keys that are known, by their HMAC."""

    install_key: str = field(repr=False)
    known: Mapping[str, Known] = field(repr=False)

    def find(self, virtual: bytes) -> Known | None:
        """What is behind a virtual key."""
        return self.known.get(fingerprint(self.install_key, virtual))

    def only(self, keys: Iterable[VirtualKey]) -> Table:
        """The same without the keys that are not among these: they were removed."""
        listed = {key.fingerprint for key in keys}
        return Table(self.install_key, {mark: each for mark, each in self.known.items() if mark in listed})


@dataclass(frozen=True, slots=True)
class Swapped:
    """What of the request's head is another now."""

    headers: Headers = field(repr=False)
    target: str = field(repr=False)
    """For the upstream."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A virtual key in a request."""

    carrier: str
    key: bytes = field(repr=False)
    index: int
    """Of the field, or of the query's parameter."""


def carries_one(headers: Headers, target: str) -> bool:
    """Whether a request carries a virtual key, where one counts: whoever has none never waits for those of others.

    A project, a title or a path may well contain the same word.
    """
    # One search in all values first: this runs for every call.
    return (MARK in target or _MARK in b"\n".join([value for _, value in headers])) and bool(_spots(headers, target))


def swap(entry: Entry, headers: Headers, table: Table | None) -> Swapped | Refusal | None:
    """Put the real keys in.

    Args:
        entry: where the request goes.
        headers: its fields, white space around the values removed.
        table: the keys; ``None``: whoever asks has none, and does not know whether there are any.

    Returns:
        The changed head; a refusal; ``None`` when the request carries no virtual key.
    """
    spots = _spots(headers, entry.target)
    if not spots:
        return None
    if table is None:
        return Refusal(
            503,
            "key_not_available",
            "only Spendlight's engine can turn this tool's key into the real one, and none has run since the start. "
            f"Start Spendlight again and see `spendlight status`, {_PUT_BACK}",
            entry.vendor,
        )
    fields = list(headers)
    path, mark, query = entry.target.partition("?")
    parameters = query.split("&")
    for spot in spots:
        known = table.find(spot.key)
        wrong = _wrong(known, spot, entry)
        if known is None or known.real is None or wrong is not None:
            return wrong or _unknown(entry.vendor)
        if spot.carrier == QUERY:
            parameters[spot.index] = "key=" + quote(known.real, safe="")
        else:
            name, value = fields[spot.index]
            fields[spot.index] = (name, value[: len(value) - len(spot.key)] + known.real.encode("ascii"))
    return Swapped(tuple(fields), path + mark + "&".join(parameters))


def _spots(headers: Headers, target: str) -> list[_Spot]:
    found = []
    for n, (name, value) in enumerate(headers):
        if _MARK not in value or (lower := name.lower()) not in _FIELDS:
            continue
        start = 0
        if lower == b"authorization":
            scheme = _BEARER.match(value)
            if scheme is None:
                continue
            start = scheme.end()
        if _KEY.match(value, start):
            found.append(_Spot(lower.decode("ascii"), value[start:], n))
    if MARK in target:
        for n, parameter in enumerate(target.partition("?")[2].split("&")):
            key = parameter.removeprefix("key=").encode("latin-1", "replace")
            if parameter.startswith("key=") and _KEY.match(key):
                found.append(_Spot(QUERY, key, n))
    return found


def _wrong(known: Known | None, spot: _Spot, entry: Entry) -> Refusal | None:
    """Why a virtual key does not count here."""
    if known is None:
        return _unknown(entry.vendor)
    key = known.key
    if key.vendor != entry.vendor:
        return Refusal(
            401,
            "key_for_another_vendor",
            f"this key stands for one of {key.vendor}, and this call goes to {entry.vendor}. "
            f"`spendlight keys add {entry.vendor}` makes one for it.",
            entry.vendor,
        )
    if key.upstream != origin(entry.upstream):
        return Refusal(
            401,
            "key_for_another_vendor",
            f"this key was given for {key.upstream}, and calls go to {origin(entry.upstream)} now. "
            f"`spendlight keys add {entry.vendor}` makes one for it.",
            entry.vendor,
        )
    if spot.carrier not in key.carriers:
        return Refusal(
            401, "key_in_wrong_place", f"a key for {key.vendor} does not belong where this one stands.", entry.vendor
        )
    if known.real is None:
        return Refusal(
            503,
            "key_not_available",
            f"the real key behind this one cannot be had now: {known.why}. Mend that and try again, {_PUT_BACK}",
            entry.vendor,
        )
    return None


def _unknown(vendor: str) -> Refusal:
    return Refusal(
        401,
        "unknown_key",
        f"this key is none that Spendlight knows. `spendlight keys list` shows them, `spendlight keys add {vendor}` "
        "makes one.",
        vendor,
    )


def origin(upstream: Upstream) -> str:
    """Scheme, host and port: where a key may go."""
    return f"{upstream.scheme}://{upstream.authority}"
