"""The user's own word on prices: entries of their own, and deployments that are another model by another name.

Everything that lays a user's ``[[prices]]`` and ``[deployments]`` over a book lives here.

Rules:

* an entry counts for exactly the name that it gives (upper and lower case are one; a mark for the long window is no
  part of a name), at one vendor or at all; it outranks the book. Where it has dates, the book counts outside them;
* its rates replace the standard rates. The vendor's surcharges for a geography or a region are taken on top, as on
  the list; a service tier has no price in it. Cached input without a rate of its own is billed as input, a longer
  cache life as the default one: the same rule by which the list is completed;
* a deployment is found as the model that it is mapped to, with all that the book knows of it; one that is mapped to
  a model that nobody knows changes nothing and is reported;
* the version says whose word it is (``…+own:1a2b3c4d``). Pure; a malformed entry raises ``BookError``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Final

from trayapp.moments import FIRST_US, LAST_US, micros
from trayapp.pricing.book import BookError
from trayapp.pricing.contracts import pico_rate
from trayapp.pricing.names import MAX_NAME, take_apart
from trayapp.pricing.prices import COMPONENTS, SEARCHES, ModelPrice, Period
from trayapp.pricing.shelves import Book, Found, Provider
from trayapp.said import say

SOURCE: Final = "set by you"
"""How such a price names its source."""
ANY: Final = "any"
"""How a price for every vendor names its provider."""
FIELDS: Final = tuple(sorted(f"{name}_k" if name in SEARCHES else name for name in COMPONENTS))
"""The rates that an entry may hold; those for searches are per thousand."""
_TITLE: Final = say("A price of your own cannot be used")
_FIX: Final = say("Correct `[[prices]]` or `[deployments]` in the settings, or use `spendlight prices set` and `map`.")
_CACHE: Final = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``[[prices]]`` of the settings, checked."""

    vendor: str | None
    model: str
    """Lower case."""
    period: Period


class OwnBook(Book):
    """A book with the user's own word over it."""

    def __init__(self, base: Book, entries: Sequence[Entry], deployments: Mapping[tuple[str, str], tuple[str, str]]):
        digest = hashlib.sha256(
            json.dumps([[repr(entry) for entry in entries], sorted(map(list, deployments.items()))]).encode()
        ).hexdigest()
        self._base = base
        self._periods: dict[tuple[str | None, str], list[Period]] = {}
        for entry in entries:
            vendor = None if entry.vendor is None else base.seller(entry.vendor)
            self._periods.setdefault((vendor, entry.model), []).append(entry.period)
        for (vendor, model), periods in self._periods.items():
            _no_overlap(periods, model if vendor is None else f"{vendor}/{model}")
        own = tuple(
            ModelPrice(provider=vendor or ANY, id=model, prices=tuple(periods), sources=(SOURCE,))
            for (vendor, model), periods in self._periods.items()
        )
        super().__init__(f"{base.version}+own:{digest[:8]}", {}, {}, {}, (*own, *base.models))
        self._known: dict[tuple[str, str], Found | None] = {}
        self._deployments = {(base.seller(v), name): target for (v, name), target in deployments.items()}

    def provider(self, vendor: str) -> str | None:
        """The id of the provider that a vendor's name stands for."""
        return self._base.provider(vendor)

    def find(self, vendor: str, model: str) -> Found | None:
        """Like the book's, with the user's word before it."""
        if len(model) > MAX_NAME or len(vendor) > MAX_NAME:
            return None
        key = (vendor, model)
        try:
            return self._known[key]
        except KeyError:
            pass
        found = self._look(vendor.strip().lower(), model)
        if len(self._known) >= _CACHE:
            self._known = {}
        self._known[key] = found
        return found

    def _look(self, vendor: str, model: str) -> Found | None:
        provider = self._base.seller(vendor)
        written = model.strip().lower()
        keys = take_apart(model).keys
        for name in dict.fromkeys((written, *keys[:1])):
            found = self._own(provider, vendor, name)
            if found is not None:
                return found
        known = self._base.find(vendor, model)
        if known is not None:
            return known
        # A snapshot's date is taken off only where the whole name is nobody's.
        return next((found for name in keys[1:] if (found := self._own(provider, vendor, name)) is not None), None)

    def _own(self, provider: str, vendor: str, name: str) -> Found | None:
        periods = self._periods.get((provider, name)) or self._periods.get((None, name))
        target = self._deployments.get((provider, name))
        if target is not None and periods is None:
            to_vendor, to_model = target
            # Never through another mapping: a circle would have no end.
            return self._entry(self._base.seller(to_vendor), to_vendor, to_model) or self._base.find(*target)
        return None if periods is None else self._entry(provider, vendor, name)

    def _entry(self, provider: str, vendor: str, name: str) -> Found | None:
        periods = self._periods.get((provider, name)) or self._periods.get((None, name))
        if periods is None:
            return None
        listed = self._base.find(vendor, name)
        known = None if listed is None else listed.model
        price = ModelPrice(
            provider=provider,
            id=name,
            prices=(*periods, *_outside(() if known is None else known.prices, periods)),
            variants={}
            if known is None
            else {n: kept for n, v in known.variants.items() if (kept := _outside(v, periods))},
            geo=self._geo(provider) if known is None else known.geo,
            region={} if known is None else known.region,
            sources=(SOURCE,),
        )
        found = Found(price, Provider(provider) if listed is None else listed.provider)
        return found if listed is None else replace(found, region=listed.region)

    def _geo(self, provider: str) -> Mapping[str, int]:
        """What the provider charges for a geography with every one of its models."""
        tables = [price.geo.items() for price in self._base.models if price.provider == provider]
        return dict(set(tables[0]).intersection(*tables[1:])) if tables else {}


def laid_over(base: Book, sections: Mapping[str, Any]) -> tuple[Book, tuple[str, ...]]:
    """The book with the user's sections over it, and the deployments whose target nobody knows.

    Raises:
        BookError: an entry is malformed.
    """
    entries = [entry_from(raw) for raw in sections.get("prices", ())]
    deployments: dict[tuple[str, str], tuple[str, str]] = {}
    for name, target in sections.get("deployments", {}).items():
        deployments[_pair(name, "deployment")] = _pair(target, f"target of {name!r}")
    if not entries and not deployments:
        return base, ()
    unmapped = OwnBook(base, entries, {})
    lost = sorted(f"{v}/{n}" for (v, n), target in deployments.items() if unmapped.find(*target) is None)
    return OwnBook(base, entries, deployments), tuple(lost)


def entry_from(raw: Mapping[str, Any]) -> Entry:
    """Check one ``[[prices]]``.

    Raises:
        BookError: it is malformed.
    """
    fields = dict(raw)
    model, vendor = fields.pop("model", None), fields.pop("vendor", None)
    if not isinstance(model, str) or not model.strip() or len(model) > MAX_NAME:
        raise _error(say("A price names no model"), say('write `model = "…"`'))
    if vendor is not None and (not isinstance(vendor, str) or not vendor.strip()):
        raise _error(
            say("The price of {model!r} has a vendor that is no name", model=model),
            say("leave it out to mean every vendor"),
        )
    since, until = (_moment(fields.pop(key, None), model) for key in ("from", "to"))
    if since is not None and until is not None and since >= until:
        raise _error(
            say("The price of {model!r} ends before it begins", model=model), say("`to` is the first day after")
        )
    rates: dict[str, int] = {}
    for name, usd in fields.items():
        if name not in FIELDS:
            raise _error(
                say("The price of {model!r} has a rate called {name!r}", model=model, name=name),
                say("known are {fields}", fields=", ".join(FIELDS)),
            )
        if isinstance(usd, bool) or not isinstance(usd, int | float | str):
            raise _error(
                say("The rate {name!r} of {model!r} is no number", name=name, model=model),
                say("write USD per million tokens"),
            )
        component = name.removesuffix("_k")
        try:
            rates[component] = pico_rate(str(usd), per=1_000 if component in SEARCHES else 1_000_000)
        except BookError:
            raise _error(
                say("The rate {name!r} of {model!r} is no price", name=name, model=model),
                say("write USD per million tokens"),
            ) from None
        if rates[component] > 2**53:
            raise _error(
                say("The rate {name!r} of {model!r} is too high to be meant", name=name, model=model),
                say("write USD per million tokens"),
            )
    if "input" not in rates and "output" not in rates:
        raise _error(
            say("The price of {model!r} has no rates", model=model), say("write at least `input` and `output`")
        )
    if "input" in rates:
        rates.setdefault("cache_read", rates["input"])
        rates.setdefault("cache_write", rates["input"])
        rates.setdefault("cache_write_1h", rates["cache_write"])
        rates.setdefault("cache_write_12h", rates["cache_write"])
    name = model.strip().lower()
    return Entry(None if vendor is None else vendor.strip().lower(), name, Period(since, until, rates))


def _pair(text: Any, what: str) -> tuple[str, str]:
    vendor, slash, model = text.partition("/") if isinstance(text, str) else ("", "", "")
    if not (vendor.strip() and slash and model.strip()) or len(text) > 2 * MAX_NAME:
        raise _error(
            say("The {what} is {text!r}", what=what, text=text),
            say('write VENDOR/NAME, for example "azure/my-deployment" = "openai/gpt-5.5"'),
        )
    return vendor.strip().lower(), model.strip().lower()


def _moment(value: Any, model: str) -> int | None:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, datetime):
            moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return micros(moment)
    except ValueError:
        pass
    raise _error(say("The price of {model!r} has a date that is none", model=model), say("write it like 2026-11-24"))


def _outside(periods: Iterable[Period], own: Sequence[Period]) -> tuple[Period, ...]:
    """The parts of the book's periods that lie in none of the user's own."""
    kept: list[Period] = []
    edges = sorted((_from(p), _to(p)) for p in own)
    gaps = list(zip([FIRST_US, *(end for _, end in edges)], [*(start for start, _ in edges), LAST_US], strict=True))
    for period in periods:
        for start, end in gaps:
            since, until = max(_from(period), start), min(_to(period), end)
            if since < until:
                kept.append(
                    replace(
                        period,
                        since_us=since if since > FIRST_US else None,
                        until_us=until if until < LAST_US else None,
                    )
                )
    return tuple(kept)


def _no_overlap(periods: list[Period], where: str) -> None:
    ordered = sorted(periods, key=_from)
    for before, after in pairwise(ordered):
        if _to(before) > _from(after):
            raise _error(
                say("Two prices of {where!r} hold at the same time", where=where), say("give them `from` and `to`")
            )


def _from(period: Period) -> int:
    return FIRST_US if period.since_us is None else period.since_us


def _to(period: Period) -> int:
    return LAST_US if period.until_us is None else period.until_us


def _error(message: str, hint: str) -> BookError:
    return BookError(say("{message}; {hint}.", message=message, hint=hint), title=_TITLE, fix=_FIX)
