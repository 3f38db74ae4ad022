"""The price book: who charges what, since when. Parsed once, checked whole, never changed.

Everything that reads and checks the book's file lives here. ``trayapp.pricing.shelves`` finds a model in it,
``trayapp.pricing.prices`` says what a price is, ``packaging/build_pricebook.py`` writes the file.

Rules:

* a book is accepted whole or refused whole: an unknown field, a negative or fractional rate, overlapping periods, a
  name that two models of one provider claim, all raise ``BookError``, which says what to do;
* no I/O: the caller brings the bytes.

File format 1 (JSON): ``{format, version, notice, sources, providers: {id: {vendors, also, own_prices, maker, local,
free_suffix, geo, hosts, committed}}, models: [{provider, id, match, prices: [{from, to, tz, days, hours, rates,
tiers}], variants, geo, region, search_unit, free, refs, seen}]}``. Dates are ISO dates (midnight in ``tz``, else UTC)
or UTC timestamps; ``days`` are ISO weekdays; ``hours`` are ``["01:00-04:00"]``; a host that begins with ``*`` stands
for all that end so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Final, Literal, cast
from zoneinfo import ZoneInfo

import msgspec

from trayapp.moments import micros
from trayapp.pricing.prices import COMPONENTS, MICRO, ModelPrice, Period, Rates, Tier, Window
from trayapp.pricing.shelves import Book, Found, Provider, plain
from trayapp.said import say

__all__ = ["Book", "BookError", "Found", "Provider", "load", "multiplier"]

FORMAT: Final = 1
MAX_BYTES: Final = 16 * 1024 * 1024
"""A larger file is not a price book."""
_ALL_DAYS: Final = frozenset(range(1, 8))


_TITLE: Final = say("The price book cannot be read")


class BookError(Exception):
    """A price book cannot be used. The book in use stays in use."""

    def __init__(self, message: str, *, title: str = _TITLE, fix: str = "") -> None:
        super().__init__(f"{title}: {message}")
        self.title = title
        self.message = message
        self.fix = fix or "Reinstall Spendlight, or fetch the price book again."


# 2**53 is more than 9,000 USD per token: whatever is larger is a slip, and may have gone through a float on the way.
_Rate = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class _Tier(msgspec.Struct, forbid_unknown_fields=True):
    rates: dict[str, _Rate]
    over: Annotated[int, msgspec.Meta(ge=0)] | None = None
    at_least: Annotated[int, msgspec.Meta(ge=1)] | None = None


class _Period(msgspec.Struct, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    since: str | None = None
    until: str | None = None
    tz: str | None = None
    days: list[Annotated[int, msgspec.Meta(ge=1, le=7)]] = []
    hours: list[Annotated[str, msgspec.Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d$")]] = []
    rates: dict[str, _Rate] | None = None
    tiers: list[_Tier] = []
    mult: str | None = None


class _Model(msgspec.Struct, forbid_unknown_fields=True):
    provider: _Name
    id: _Name
    match: list[_Name] = []
    prices: list[_Period] = []
    variants: dict[str, list[_Period]] = {}
    geo: dict[str, str] = {}
    region: dict[str, str] = {}
    search_unit: Literal["query", "prompt"] = "query"
    free: bool = False
    refs: list[str] = []
    seen: str | None = None


class _Provider(msgspec.Struct, forbid_unknown_fields=True):
    vendors: list[_Name] = []
    also: list[_Name] = []
    own_prices: bool = False
    maker: bool = False
    local: bool = False
    free_suffix: str | None = None
    geo: dict[str, str] = {}
    hosts: dict[str, str] = {}
    committed: list[str] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    providers: dict[str, _Provider]
    models: list[_Model]
    notice: str = ""
    sources: dict[str, str] = {}


_DECODER: Final = msgspec.json.Decoder(_File)


def load(data: bytes) -> Book:
    """Read and check a price book.

    Raises:
        BookError: the bytes are not a price book that this version understands, or it contradicts itself.
    """
    if len(data) > MAX_BYTES:
        raise BookError(f"it has {len(data)} bytes; at most {MAX_BYTES} are read.")
    try:
        file = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BookError(f"{error}.") from None
    if file.format != FORMAT:
        raise BookError(
            f"it is written in format {file.format}; this version reads format {FORMAT}.",
            fix="Update Spendlight." if file.format > FORMAT else "",
        )
    providers: dict[str, Provider] = {}
    vendors: dict[str, str] = {}
    geos: dict[str, dict[str, int]] = {}
    for pid, entry in file.providers.items():
        providers[pid] = Provider(
            pid,
            tuple(entry.also),
            entry.own_prices,
            entry.maker,
            entry.local,
            entry.free_suffix,
            {host.lower(): region for host, region in entry.hosts.items()},
            frozenset(entry.committed),
        )
        geos[pid] = _multipliers(entry.geo, f"provider {pid}")
        for vendor in (pid, *entry.vendors):
            if vendors.setdefault(plain(vendor), pid) != pid:
                raise BookError(
                    f"the vendor {vendor!r} belongs to two providers, {vendors[plain(vendor)]!r} and {pid!r}."
                )
    for pid, provider in providers.items():
        for other in provider.also:
            if other not in providers:
                raise BookError(f"provider {pid!r} resells {other!r}, which the book does not list.")
    names: dict[str, dict[str, ModelPrice]] = {}
    models: list[ModelPrice] = []
    for raw in file.models:
        if raw.provider not in providers:
            raise BookError(f"the model {raw.id!r} belongs to {raw.provider!r}, which the book does not list.")
        model = _model(raw, geos[raw.provider])
        models.append(model)
        shelf = names.setdefault(raw.provider, {})
        for name in (raw.id, *raw.match):
            if shelf.setdefault(name.lower(), model) is not model:
                raise BookError(f"two models of {raw.provider!r} claim the name {name!r}.")
    return Book(file.version, providers, vendors, names, tuple(models))


def _model(raw: _Model, geo: Mapping[str, int]) -> ModelPrice:
    where = f"{raw.provider}/{raw.id}"
    if not raw.prices and not raw.free:
        raise BookError(f"{where} has no price.")
    prices = tuple(_period(p, where) for p in raw.prices)
    if any(p.multiplier is not None for p in prices):
        raise BookError(f"a list price of {where} is a multiplier.")
    _no_overlap(prices, where)
    variants: dict[str, tuple[Period, ...]] = {}
    for name, periods in raw.variants.items():
        variants[name] = tuple(_period(p, f"{where} ({name})") for p in periods)
        _no_overlap(variants[name], f"{where} ({name})")
    return ModelPrice(
        provider=raw.provider,
        id=raw.id,
        prices=prices,
        variants=variants,
        geo={**geo, **_multipliers(raw.geo, where)} if raw.geo else geo,
        region=_multipliers(raw.region, where),
        search_unit=raw.search_unit,
        free=raw.free,
        sources=tuple(raw.refs),
        seen=raw.seen,
    )


def _period(raw: _Period, where: str) -> Period:
    zone: tzinfo = UTC
    if raw.tz is not None and raw.tz != "UTC":
        try:
            zone = ZoneInfo(raw.tz)
        except (KeyError, ValueError, OSError):
            raise BookError(f"{where} names the time zone {raw.tz!r}, which this system does not know.") from None
    window = None
    if raw.days or raw.hours:
        hours = tuple(span for text in raw.hours for span in _hours(text, where))
        window = Window(zone, frozenset(raw.days) or _ALL_DAYS, hours)
    if (raw.rates is None) == (raw.mult is None):
        raise BookError(f"a price of {where} has to have either rates or a multiplier.")
    if raw.mult is not None and raw.tiers:
        raise BookError(f"a price of {where} has a multiplier and tiers; the list price's tiers apply.")
    since = None if raw.since is None else _moment(raw.since, zone, where)
    until = None if raw.until is None else _moment(raw.until, zone, where)
    if since is not None and until is not None and since >= until:
        raise BookError(f"a price of {where} ends before it begins.")
    tiers = sorted((_tier(t, where) for t in raw.tiers), key=lambda t: -t.least)
    if len({t.least for t in tiers}) != len(tiers):
        raise BookError(f"two tiers of {where} begin at the same prompt.")
    return Period(
        since,
        until,
        None if raw.rates is None else _rates(raw.rates, where),
        tuple(tiers),
        None if raw.mult is None else multiplier(raw.mult, where),
        window,
    )


def _tier(raw: _Tier, where: str) -> Tier:
    if (raw.over is None) == (raw.at_least is None):
        raise BookError(f"a tier of {where} has to say either `over` or `at_least`.")
    least = raw.over + 1 if raw.over is not None else cast(int, raw.at_least)
    return Tier(least, _rates(raw.rates, where))


def _rates(raw: dict[str, int], where: str) -> Rates:
    if not raw.keys() <= COMPONENTS:
        unknown = ", ".join(sorted(raw.keys() - COMPONENTS))
        raise BookError(f"{where} has rates for {unknown}, which this version does not know.", fix="Update Spendlight.")
    return raw


def multiplier(text: str, where: str) -> int:
    """A positive decimal of at most six places, at most 100, as millionths.

    Raises:
        BookError: it is not.
    """
    try:
        value = Decimal(text)
        if value.is_finite() and 0 < value <= 100 and value * MICRO == int(value * MICRO):
            return int(value * MICRO)
    except (ArithmeticError, ValueError):
        pass
    raise BookError(f"{where} has the multiplier {text!r}; it has to be above 0, at most 100, with up to six places.")


def _multipliers(raw: Mapping[str, str], where: str) -> dict[str, int]:
    return {name: multiplier(text, where) for name, text in raw.items()}


def _moment(text: str, zone: tzinfo, where: str) -> int:
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=zone)
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError
    except ValueError:
        raise BookError(f"{where} has the date {text!r}, which is neither a date nor a UTC timestamp.") from None
    return micros(moment)


def _hours(text: str, where: str) -> Iterable[tuple[int, int]]:
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    end = end or 1440
    if max(start, end) > 1440 or start == end or int(text[3:5]) > 59 or int(text[9:]) > 59:
        raise BookError(f"{where} has the hours {text!r}.")
    return [(start, end)] if start < end else [(start, 1440), (0, end)]


def _no_overlap(periods: tuple[Period, ...], where: str) -> None:
    """At each moment at most one period without a window applies, and at most one with one."""
    if len(periods) < 2:
        return
    for i, a in enumerate(periods):
        for b in periods[i + 1 :]:
            apart = (a.until_us is not None and b.since_us is not None and a.until_us <= b.since_us) or (
                b.until_us is not None and a.since_us is not None and b.until_us <= a.since_us
            )
            if not apart and _same_time(a.window, b.window):
                raise BookError(f"two prices of {where} hold at the same time.")


def _same_time(a: Window | None, b: Window | None) -> bool:
    if a is None or b is None:
        return a is b
    if a.zone is not b.zone:
        # Windows of two zones are not compared; the first in the file wins.
        return False
    spans_a, spans_b = a.hours or ((0, 1440),), b.hours or ((0, 1440),)
    return bool(a.days & b.days) and any(s < f and t < e for s, e in spans_a for t, f in spans_b)
