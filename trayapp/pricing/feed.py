"""Reading genai-prices' published data: its providers become models in our book's own form.

Everything that knows how that source writes a price lives here, for the builder of the shipped book (which reads the
package's objects) and for the update at run time (which reads its JSON file, ``prices/new_data/v2/data.json``). Both
bring plain JSON values; ``from_json`` reads the file's bytes, the builder's ``plain`` takes the objects apart.

A model is ``{id, prices, variants, match}`` as in the book's file, with its rates in pico-USD; ``_match`` holds
genai-prices' own match clause.

Rules: pure; nothing is rounded: a rate that is no whole number of pico-USD per token keeps its model out, with a
notice; a match clause that is not known is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import msgspec

Json = dict[str, Any]
Rates = dict[str, int]

GENAI_RATES: Final = {
    "input_mtok": "input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "output_audio_mtok": "output_audio",
    "output_image_mtok": "output_image",
    "web_searches_kcount": "web_search",
    "storage_searches_kcount": "file_search",
}
SEARCHES: Final = ("web_search", "file_search")
_MOST: Final = 2**53
"""The largest rate that a book may hold."""


class FeedError(Exception):
    """The data is not what genai-prices publishes; the message says in words what is wrong."""


class NotExactError(Exception):
    """A rate is no whole number of pico-USD."""


class NegativeError(NotExactError):
    """A rate is below zero."""


def from_json(data: bytes) -> list[Json]:
    """The providers in the published JSON file; numbers stay as exact as they are written.

    Raises:
        FeedError: it is not such a file.
    """
    try:
        providers = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FeedError("it is not a list of providers with models") from None
    return [{"id": p.id, "models": p.models} for p in providers]


class _Provider(msgspec.Struct):
    id: str
    models: list[dict[str, Any]]


_DECODER: Final = msgspec.json.Decoder(list[_Provider], float_hook=Decimal)


def pico(value: str | float | Decimal, per: int) -> int:
    """USD for ``per`` units as pico-USD for one unit. A float is taken as the decimal that it prints as."""
    amount = Decimal(str(value)) * 10**12 / per
    if amount < 0:
        raise NegativeError(str(value))
    rounded = amount.to_integral_value()
    # Published floats carry noise in the 16th digit (1.0399999999999998); anything coarser is a real fraction.
    if abs(amount - rounded) > amount * Decimal("1e-12") or rounded > _MOST:
        raise NotExactError(str(value))
    return int(rounded)


def matches(clause: Json, name: str) -> bool:
    """Whether a genai-prices clause matches a name in lower case."""
    match clause:
        case {"equals": str(text)}:
            return name == text.lower()
        case {"starts_with": str(text)}:
            return name.startswith(text.lower())
        case {"ends_with": str(text)}:
            return name.endswith(text.lower())
        case {"contains": str(text)}:
            return text.lower() in name
        case {"regex": str(text)}:
            return re.search(text, name) is not None
        case {"or": list(parts)}:
            return any(matches(part, name) for part in parts)
        case {"and": list(parts)}:
            return all(matches(part, name) for part in parts)
    raise FeedError(f"unknown match clause {', '.join(map(str, clause))}")


def spelled(clause: Json) -> Iterator[str]:
    """The names that a clause spells out."""
    for key in ("equals", "starts_with", "contains"):
        if key in clause:
            yield clause[key].lower().rstrip("@-")
    for part in clause.get("or", ()):
        yield from spelled(part)


def genai_rates(prices: Json) -> tuple[Rates, dict[int, Rates]]:
    """Base rates, and for each threshold the rates of the whole request above it."""
    base: Rates = {}
    steps: dict[str, list[tuple[int, int]]] = {}
    for key, value in prices.items():
        component = GENAI_RATES.get(key)
        if component is None:
            continue
        per = 1_000 if component in SEARCHES else 1_000_000
        if isinstance(value, dict):
            base[component] = pico(value["base"], per)
            steps[component] = sorted((t["start"], pico(t["price"], per)) for t in value["tiers"])
        else:
            base[component] = pico(value, per)
    return base, stack(base, steps)


def stack(base: Rates, steps: Mapping[str, list[tuple[int, int]]]) -> dict[int, Rates]:
    """Full rates at each threshold from each component's own steps."""
    tiers: dict[int, Rates] = {}
    for start in sorted({s for rows in steps.values() for s, _ in rows}):
        tiers[start] = {c: ([p for s, p in steps.get(c, ()) if s <= start] or [r])[-1] for c, r in base.items()}
    return tiers


def genai_period(prices: Json, **when: Any) -> Json:
    """One period in our form from genai-prices' rates."""
    base, tiers = genai_rates(prices)
    return period(base, tiers, **when)


def period(base: Rates, tiers: Mapping[int, Rates], **when: Any) -> Json:
    """One period in our form; ``when`` holds from, to and hours, empty ones left out."""
    out: Json = {k: v for k, v in when.items() if v}
    out["rates"] = base
    if tiers:
        out["tiers"] = [{"over": over, "rates": rates} for over, rates in sorted(tiers.items())]
    return out


def genai_list(prices: Any) -> list[tuple[Json, Json]]:
    """The list prices in order of time as pairs of genai's own prices and our period; windows come last."""
    rows = prices if isinstance(prices, list) else [{"prices": prices}]
    dated = [
        ((r.get("constraint") or {}).get("start_date", ""), r["prices"])
        for r in rows
        if "start_time" not in (r.get("constraint") or {})
    ]
    dated.sort(key=lambda row: row[0])
    out: list[tuple[Json, Json]] = []
    for i, (start, price) in enumerate(dated):
        until = dated[i + 1][0] if i + 1 < len(dated) else ""
        # genai-prices falls back to its first price for earlier moments: no start is known, so none is set.
        out.append((price, genai_period(price, **{"from": start if i else "", "to": until})))
    last = dated[-1][0] if dated else ""
    for row in rows:
        rule = row.get("constraint") or {}
        if "start_time" in rule:
            hours = [f"{rule['start_time'][:5]}-{rule['end_time'][:5]}"]
            out.append((row["prices"], genai_period(row["prices"], **{"from": last, "hours": hours})))
    return out


def variant_name(when: Json) -> str | None:
    """Our name of a genai-prices variant, or ``None`` for one that needs no price of its own."""
    if when == {"processing": "batch"}:
        return "batch"
    if when == {"speed": "fast"}:
        return "fast"
    tier = when.get("service_tier")
    # OpenAI answers a request for `fast` with `priority`, at its price.
    return tier if len(when) == 1 and tier in ("flex", "priority", "ultrafast") else None


def genai_variants(model: Json, standard: list[tuple[Json, Json]]) -> dict[str, list[Json]]:
    """Each variant's periods: partial overrides laid over the list prices of their time."""
    groups: dict[str, list[tuple[str, Json]]] = {}
    for row in model.get("price_variants") or ():
        name = variant_name(row["when"])
        rule = row.get("constraint") or {}
        if name is not None and row["prices"] and "start_time" not in rule:
            groups.setdefault(name, []).append((rule.get("start_date", ""), row["prices"]))
    plain_periods = [(raw, p) for raw, p in standard if "hours" not in p]
    out: dict[str, list[Json]] = {}
    for name, rows in groups.items():
        starts = sorted({p.get("from", "") for _, p in plain_periods} | {start for start, _ in rows})
        periods: list[Json] = []
        for i, start in enumerate(starts):
            until = starts[i + 1] if i + 1 < len(starts) else ""
            raw, listed = next((r, p) for r, p in reversed(plain_periods) if p.get("from", "") <= start)
            override: Json = {}
            for since, prices in rows:
                if since <= start:
                    for key, value in prices.items():
                        override.setdefault(key, value)
            if override:
                whole = genai_period({**raw, **override}, **{"from": start, "to": until})
                periods.append(bounded(as_multiple(whole, listed), listed))
        out[name] = tidy(periods, dated=len(plain_periods) > 1)
    return out


def as_multiple(variant: Json, listed: Json) -> Json:
    """The variant as ``mult`` when every token rate, tiers included, is the same multiple of the list's."""
    if [t["over"] for t in variant.get("tiers", ())] != [t["over"] for t in listed.get("tiers", ())]:
        return variant
    factors = set()
    for a, b in [(variant, listed), *zip(variant.get("tiers", ()), listed.get("tiers", ()), strict=True)]:
        for component, rate in b["rates"].items():
            if component not in SEARCHES and (rate or a["rates"].get(component)):
                factors.add(Fraction(a["rates"].get(component, -1), rate) if rate else None)
    factor = factors.pop() if len(factors) == 1 else None
    text = None if factor is None else decimal_or_none(factor)
    if text is None:
        return variant
    return {**{k: v for k, v in variant.items() if k in ("from", "to")}, "mult": text}


def bounded(variant: Json, listed: Json) -> Json:
    """The variant without a price for long prompts, where the list has one and the variant's is not published."""
    stated = {t["over"] for t in variant.get("tiers", ())}
    missing = [{"over": t["over"], "rates": {}} for t in listed.get("tiers", ()) if t["over"] not in stated]
    if "rates" not in variant or not missing:
        return variant
    return {**variant, "tiers": sorted([*variant.get("tiers", ()), *missing], key=lambda t: t["over"])}


def decimal_or_none(factor: Fraction) -> str | None:
    """A factor as a decimal of at most six places."""
    scaled = factor * 10**6
    return None if factor <= 0 or scaled.denominator != 1 else format((Decimal(int(scaled)) / 10**6).normalize(), "f")


def decimal(factor: Fraction) -> str:
    """A factor that has to be a decimal of at most six places."""
    text = decimal_or_none(factor)
    if text is None:
        raise FeedError(f"{factor} is no decimal of six places")
    return text


def tidy(periods: list[Json], *, dated: bool) -> list[Json]:
    """Join neighbours that say the same; let the first begin at once where that is no guess."""
    out: list[Json] = []
    for p in periods:
        if out and "mult" in p and out[-1].get("mult") == p["mult"] and out[-1].get("to") == p.get("from"):
            out[-1] = {k: v for k, v in {**out[-1], "to": p.get("to")}.items() if v}
        else:
            out.append(dict(p))
    if out and ("mult" in out[0] or not dated):
        out[0].pop("from", None)
    return out


def read_genai(providers: Iterable[Json], wanted: Iterable[str], notes: list[str]) -> dict[str, list[Json]]:
    """Provider id to its models in our form, each with its match clause under ``_match``."""
    out: dict[str, list[Json]] = {}
    for provider in providers:
        if provider["id"] not in wanted:
            continue
        models = out.setdefault(provider["id"], [])
        for raw in provider["models"]:
            try:
                listed = genai_list(raw["prices"])
                variants = genai_variants(raw, listed)
            except NegativeError:
                raise FeedError(f"{provider['id']}/{raw['id']} has a rate below zero") from None
            except NotExactError as error:
                notes.append(f"left out {provider['id']}/{raw['id']}: rate {error} is no whole pico-USD")
                continue
            periods = [p for _, p in listed if any(c not in SEARCHES for c in p["rates"])]
            if periods and len(periods) == len(listed):
                models.append(
                    {"id": raw["id"].lower(), "prices": periods, "variants": variants, "_match": raw["match"]}
                )
    for models in out.values():
        for model in models:
            names = {n for n in spelled(model["_match"]) if len(n) > 1}
            model["match"] = {n for n in names if owner(models, n) is model}
    return out


def owner(models: list[Json], name: str) -> Json | None:
    """The model that genai-prices prices a name as: the first that matches."""
    exact = next((m for m in models if m["id"] == name or ("_match" not in m and name in m["match"])), None)
    if name.startswith("ft:"):
        return exact  # a fine-tune is never priced as its base
    return exact or next((m for m in models if "_match" in m and matches(m["_match"], name)), None)


def complete(provider: str, model: Json) -> None:
    """Say outright what the vendors' rules imply for components without a rate of their own."""
    for p in [*model["prices"], *(p for v in model["variants"].values() for p in v)]:
        for part in [p, *p.get("tiers", ())]:
            if part.get("rates"):
                inherit(provider, part["rates"])
    if provider == "google" and model["prices"][-1]["rates"].get("web_search") == pico("35", 1000):
        # Gemini 2.x: 35 USD per 1000 grounded prompts; from Gemini 3 on 14 USD per 1000 queries.
        model["search_unit"] = "prompt"


def inherit(provider: str, rates: Rates) -> None:
    """Cached and cache-written tokens are billed as input where no discount is published; Gemini audio as input."""
    if provider == "alibaba" and "cache_write" not in rates and rates.get("input", 1) % 4 == 0:
        # Context cache of Model Studio: written tokens are 125 % of the input (alibabacloud.com/help, 2026-10-11).
        rates["cache_write"] = rates["input"] * 5 // 4
    pairs = [("cache_read", "input")]
    if provider != "alibaba":
        pairs.append(("cache_write", "input"))
    if provider == "google":
        pairs += [("input_audio", "input"), ("cache_read_audio", "cache_read")]
    for component, parent in pairs:
        if parent in rates:
            rates.setdefault(component, rates[parent])
    if "input_audio" in rates:
        rates.setdefault("cache_read_audio", rates["input_audio"])
