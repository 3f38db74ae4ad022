#!/usr/bin/env python3
"""Build ``resources/pricebook.json`` from published price data and our own overlay.

Everything that decides what the shipped price book says lives here and in the two files beside it::

    pricebook/overlay.json             newest models and corrections, each with source and date
    pricebook/accepted_conflicts.json  differences between the upstreams that a person has judged, by name and value

Upstreams, read as data, never used at run time: the ``genai-prices`` package (primary: dated prices, provenance) and
the JSON table inside the ``litellm`` wheel (fills what the first does not say: variants, 12-hour cache writes,
regional uplifts, providers that it lacks). Both are under the MIT licence; their notices stand in
``resources/pricebook.NOTICE.txt``.

Rules:

* the output is a pure function of the upstreams, the two files and the previous book; sorted, compact, no clock;
* a common field on which the upstreams differ fails the build unless the very pair of values is accepted by name,
  with a verdict: ``genai-prices`` keeps that source's rates (the overlay may still correct them), ``drop`` leaves
  the name unpriced;
* a model that an upstream drops stays in the book for ever; when an undated rate changes, the old one ends and the
  new one begins on the overlay's ``as_of`` day;
* a variant that is a plain multiple of the list rates is stored as that multiple and holds for the model's whole
  life; other variant rates hold from the day they were verified, or always when the model never changed its price;
* a component without a rate of its own is billed as what it is a part of only where the vendor's own rules say so:
  cached and cache-written tokens as input (no discount published), Gemini audio as input. The book says it outright;
* a variant whose price for long prompts is not published has none (an empty tier: unpriced);
* nothing is rounded: a rate that is no whole number of pico-USD per token keeps its model out, with a notice.

Usage, in an environment with genai-prices (no other dependency)::

    python packaging/build_pricebook.py --litellm model_prices_and_context_window_backup.json [--check] [--fresh]
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "resources" / "pricebook.json"
INPUTS = ROOT / "packaging" / "pricebook"

Json = dict[str, Any]
Rates = dict[str, int]

GENAI_RATES = {
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
LITELLM_RATES = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "output_cost_per_token": "output",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
}
SEARCHES = ("web_search", "file_search")
FILLED = ("cache_write_1h", "cache_write_12h", "input_audio", "cache_read_audio", "output_audio", "web_search")
LITELLM_VARIANTS = {"flex": "flex", "priority": "priority", "batches": "batch", "ultrafast": "ultrafast"}
LITELLM_MODES = ("chat", "responses", "completion", "embedding")
_LITELLM_KEY = re.compile(
    r"(" + "|".join(sorted(LITELLM_RATES, key=len, reverse=True)) + r")"
    r"(?:_above_(\d+)k_tokens)?(?:_(" + "|".join(LITELLM_VARIANTS) + r"))?\Z"
)


class BuildError(Exception):
    """The book cannot be built; the message lists why, one reason a line."""


# --- numbers ---------------------------------------------------------------------------------------------------------


class NotExactError(Exception):
    """A rate is no whole number of pico-USD."""


def pico(value: str | float | Decimal, per: int) -> int:
    """USD for ``per`` units as pico-USD for one unit. A float is taken as the decimal that it prints as."""
    amount = Decimal(str(value)) * 10**12 / per
    rounded = amount.to_integral_value()
    # Published floats carry noise in the 16th digit (1.0399999999999998); anything coarser is a real fraction.
    if rounded < 0 or abs(amount - rounded) > abs(amount) * Decimal("1e-12"):
        raise NotExactError(str(value))
    return int(rounded)


# --- genai-prices ----------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """genai-prices' objects as plain JSON values; ``_`` holds the class of a match clause or constraint."""
    if type(value).__name__ == "ModelPrice":
        return {k: plain(v) for k, v in vars(value).items() if v is not None and not k.startswith("_")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name: plain(getattr(value, f.name, None)) for f in dataclasses.fields(value) if f.name != "extractors"
        }
        return {"_": type(value).__name__, **{k: v for k, v in fields.items() if v is not None}}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def matches(clause: Json, name: str) -> bool:
    """Whether a genai-prices clause matches a name in lower case."""
    match clause["_"]:
        case "ClauseEquals":
            return bool(name == clause["equals"].lower())
        case "ClauseStartsWith":
            return name.startswith(clause["starts_with"].lower())
        case "ClauseEndsWith":
            return name.endswith(clause["ends_with"].lower())
        case "ClauseContains":
            return clause["contains"].lower() in name
        case "ClauseRegex":
            return re.search(clause["regex"], name) is not None
        case "ClauseOr":
            return any(matches(c, name) for c in clause["or_"])
        case "ClauseAnd":
            return all(matches(c, name) for c in clause["and_"])
    raise BuildError(f"genai-prices: unknown match clause {clause['_']}")


def spelled(clause: Json) -> Iterator[str]:
    """The names that a clause spells out."""
    for key in ("equals", "starts_with", "contains"):
        if key in clause:
            yield clause[key].lower().rstrip("@-")
    for part in clause.get("or_", ()):
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
        raise BuildError(f"{factor} is no decimal of six places")
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
    exact = next((m for m in models if m["id"] == name), None)
    return exact or next((m for m in models if "_match" in m and matches(m["_match"], name)), None)


# --- LiteLLM ---------------------------------------------------------------------------------------------------------


def read_litellm(table: Json, wanted: Mapping[str, str], notes: list[str]) -> dict[str, dict[str, Json]]:
    """Our provider id to model name to one undated model in our form."""
    out: dict[str, dict[str, Json]] = {}
    for key, raw in sorted(table.items()):
        provider = wanted.get(raw.get("litellm_provider", ""))
        name = key.rsplit("/", 1)[-1].lower() if key.count("/") <= 1 else ""
        if provider is None or not name or raw.get("mode") not in LITELLM_MODES or name.startswith("ft:"):
            continue
        try:
            model = litellm_model(raw)
        except NotExactError as error:
            notes.append(f"left out {provider}/{name} of litellm: rate {error} is no whole pico-USD")
            continue
        rates = model["prices"][0]["rates"] if model["prices"] else {}
        # A zero for both directions is litellm's way to say that it does not know.
        if rates.get("input") or rates.get("output"):
            shelf = out.setdefault(provider, {})
            # `gemini/x` and `x` may both exist; the one with the provider in its key is the provider's own.
            if name not in shelf or "/" in key:
                shelf[name] = {"id": name, **model}
    return out


def litellm_model(raw: Json) -> Json:
    """One entry of LiteLLM's table."""
    steps = [s for s in raw.get("tiered_pricing") or () if s.get("input_cost_per_token") is not None]
    if steps:
        sets = [
            ({LITELLM_RATES[k]: pico(v, 1) for k, v in s.items() if k in LITELLM_RATES}, s["range"][0]) for s in steps
        ]
        return {"prices": [period(sets[0][0], {int(over): rates for rates, over in sets[1:]})], "variants": {}}
    table: dict[str, Rates] = {}
    above: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for key, value in raw.items():
        found = _LITELLM_KEY.match(key)
        if found is None or value is None:
            continue
        component, variant = LITELLM_RATES[found[1]], LITELLM_VARIANTS.get(found[3] or "", "")
        if found[2]:
            above.setdefault(variant, {}).setdefault(component, []).append((int(found[2]) * 1000, pico(value, 1)))
        else:
            table.setdefault(variant, {})[component] = pico(value, 1)
    base = table.get("", {})
    search = raw.get("search_context_cost_per_query") or {}
    if len(set(search.values())) == 1:
        base["web_search"] = pico(next(iter(search.values())), 1)
    if base.get("cache_write") == 0:
        del base["cache_write"]
    listed = period(base, stack(base, above.get("", {})))
    variants = {}
    for name in sorted(set(table) - {""}):
        given = table[name]
        if not given.get("input"):
            continue
        part = {c: base[c] for c in given if c in base}
        partial = as_multiple(
            period(given, stack(given, above.get(name, {}))), period(part, stack(part, above.get("", {})))
        )
        if "mult" in partial:
            variants[name] = [{"mult": partial["mult"]}]
        else:
            whole = period({**base, **given}, stack({**base, **given}, above.get(name, {})))
            variants[name] = [bounded(whole, listed)]
    region = {
        r: decimal(Fraction(str(raw[k])))
        for r in ("eu", "us")
        if raw.get(k := f"regional_processing_uplift_multiplier_{r}")
    }
    return {"prices": [listed], "variants": variants, **({"region": region} if region else {})}


# --- putting them together -------------------------------------------------------------------------------------------


def at(periods: list[Json], day: str) -> Json | None:
    """The plain period of a day."""
    for p in periods:
        if "hours" not in p and "days" not in p and p.get("from", "") <= day and day < p.get("to", "9999"):
            return p
    return None


def differences(ours: Json, theirs: Json) -> Iterator[tuple[str, int, int]]:
    """Common token rates on which two periods differ."""
    for c in sorted(ours["rates"].keys() & theirs["rates"].keys()):
        if ours["rates"][c] != theirs["rates"][c]:
            yield c, ours["rates"][c], theirs["rates"][c]
    # An inclusive threshold of 200,000 is written as 199,999 by genai-prices and as 200,000 by LiteLLM.
    tiers = {t["over"] + (1 if t["over"] % 1000 else 0): t for t in ours.get("tiers", ())}
    for tier in theirs.get("tiers", ()):
        mine = tiers.get(tier["over"])
        for c in sorted(mine["rates"].keys() & tier["rates"].keys()) if mine else ():
            if mine["rates"][c] != tier["rates"][c]:
                yield f"{c} over {tier['over']}", mine["rates"][c], tier["rates"][c]


def fill(model: Json, other: Json, day: str) -> None:
    """Take from LiteLLM what genai-prices does not say."""
    theirs = other["prices"][0]
    mine = at(model["prices"], day)
    if mine is not None and not list(differences(mine, theirs)):
        # Only where the two agree on what both say may one complete the other.
        for component in FILLED:
            whole = component in theirs["rates"] and len(model["prices"]) == 1
            if whole and component not in mine["rates"]:
                mine["rates"][component] = theirs["rates"][component]
                for tier in mine.get("tiers", ()):
                    same = next((t for t in theirs.get("tiers", ()) if t["over"] == tier["over"]), None)
                    if same and component in same["rates"]:
                        tier["rates"][component] = same["rates"][component]
        for name, periods in other["variants"].items():
            multiple = "mult" in periods[0]
            if name not in model["variants"] and (multiple or len(model["prices"]) == 1):
                model["variants"][name] = periods
    if "region" in other:
        model.setdefault("region", other["region"])


def merge(
    genai: dict[str, list[Json]], litellm: dict[str, dict[str, Json]], accepted: Mapping[str, Json], day: str
) -> dict[str, list[Json]]:
    """One list of models a provider.

    Raises:
        BuildError: the upstreams differ and nobody has judged it, or a judged difference is gone.
    """
    conflicts: dict[str, Json] = {}
    for provider, entries in litellm.items():
        models = genai.setdefault(provider, [])
        new: list[Json] = []
        dropped: list[tuple[Json, str]] = []
        for name, entry in entries.items():
            model = owner(models, name)
            if model is None:
                new.append({**entry, "match": set(), "refs": ["litellm"]})
                continue
            model["match"].add(name)
            mine = at(model["prices"], day)
            rows = {c: [a, b] for c, a, b in differences(mine, entry["prices"][0])} if mine else {}
            if rows:
                conflicts[f"{provider}/{name}"] = rows
                if accepted.get(f"{provider}/{name}", {}).get("verdict") == "drop":
                    dropped.append((model, name))
            fill(model, entry, day)
            model.setdefault("refs", ["genai-prices"])
            if "litellm" not in model["refs"]:
                model["refs"].append("litellm")
        for model, name in dropped:
            # A name whose price nobody knows is unpriced; so is the model, when the name is its own.
            model["match"].discard(name)
            if model["id"] == name:
                models.remove(model)
        models.extend(new)
    judged = {name: row["values"] for name, row in accepted.items()}
    problems = [
        f"{name}: genai-prices and litellm differ: {json.dumps(rows)} (pico-USD per unit)"
        for name, rows in sorted(conflicts.items())
        if judged.get(name) != rows
    ]
    problems += [f"{name}: the accepted difference is gone" for name in sorted(judged.keys() - conflicts.keys())]
    if problems:
        raise BuildError("\n".join(problems))
    for models in genai.values():
        for model in models:
            model.setdefault("refs", ["genai-prices"])
    return genai


def bedrock(models: list[Json], aws: list[Json]) -> None:
    """Give Anthropic's models the uplift of Bedrock's regional profiles, where AWS charges one."""
    by_id = {m["id"]: m for m in aws}
    for model in models:
        pair = [
            [
                m
                for i, m in by_id.items()
                if re.fullmatch(rf"{kind}\.anthropic\.{re.escape(model['id'])}(-\d{{8}})?(-v\d(:0)?)?", i)
            ]
            for kind in ("regional", "global")
        ]
        if pair[0] and pair[1]:
            ratio = Fraction(pair[0][0]["prices"][0]["rates"]["input"], pair[1][0]["prices"][0]["rates"]["input"])
            if ratio != 1:
                model.setdefault("region", {})["bedrock"] = decimal(ratio)


def inherit(provider: str, rates: Rates) -> None:
    """Say outright what the vendors' rules imply for components without a rate of their own."""
    pairs = [("cache_read", "input"), ("cache_write", "input")]
    if provider == "google":
        pairs += [("input_audio", "input"), ("cache_read_audio", "cache_read")]
    for component, parent in pairs:
        if parent in rates:
            rates.setdefault(component, rates[parent])
    if "input_audio" in rates:
        rates.setdefault("cache_read_audio", rates["input_audio"])


def overlay_period(raw: Json) -> Json:
    """A period of the overlay, whose rates are USD per million tokens (per thousand searches)."""

    def convert(rates: Mapping[str, str]) -> Rates:
        return {
            name.removesuffix("_k"): pico(usd, 1_000 if name.endswith("_k") else 1_000_000)
            for name, usd in rates.items()
        }

    out = dict(raw)
    if "rates" in raw:
        out["rates"] = convert(raw["rates"])
    if "tiers" in raw:
        out["tiers"] = [{**t, "rates": convert(t["rates"])} for t in raw["tiers"]]
    return out


def lay_over(models: dict[str, list[Json]], overlay: Json) -> None:
    """Apply the overlay's models: named parts replace, the rest stays."""
    for raw in overlay["models"]:
        if not (raw.get("source") and raw.get("date")):
            raise BuildError(f"overlay: {raw['provider']}/{raw['id']} has no source or no date")
        shelf = models.setdefault(raw["provider"], [])
        model = next((m for m in shelf if m["id"] == raw["id"]), None)
        if model is None:
            model = {"id": raw["id"], "prices": [], "variants": {}, "match": set(), "refs": []}
            shelf.append(model)
        for other in shelf:
            if other is not model:
                other["match"] -= {raw["id"], *raw.get("match", ())}
        model["match"] |= set(raw.get("match", ()))
        if "prices" in raw:
            model["prices"] = [overlay_period(p) for p in raw["prices"]]
        for name, periods in raw.get("variants", {}).items():
            model["variants"][name] = [overlay_period(p) for p in periods]
        for key in ("region", "geo"):
            if key in raw:
                model.setdefault(key, {}).update(raw[key])
        for key in ("search_unit", "free"):
            if key in raw:
                model[key] = raw[key]
        model["refs"] = [*(r for r in model["refs"] if r != raw["source"]), raw["source"]]
        model["seen"] = raw["date"]


def carry_over(models: dict[str, list[Json]], previous: Json | None, overlay: Json) -> None:
    """Keep what an upstream dropped, and the old rate of what it changed without a date."""
    ours = {(m["provider"], m["id"]) for m in overlay["models"] if "prices" in m}
    for old in (previous or {}).get("models", ()):
        if (old["provider"], old["id"]) in ours:
            continue
        shelf = models.setdefault(old["provider"], [])
        new = next((m for m in shelf if m["id"] == old["id"]), None)
        if new is None:
            taken = {n for m in shelf for n in (m["id"], *m["match"])}
            kept = {k: v for k, v in old.items() if k != "provider"}
            kept.update(match=set(old.get("match", ())) - taken, variants=old.get("variants", {}))
            shelf.append(kept)
            continue
        new["prices"] = continued(old["prices"], new["prices"], overlay["as_of"])
        for name, periods in old.get("variants", {}).items():
            new["variants"][name] = continued(periods, new["variants"].get(name, periods), overlay["as_of"])


def continued(was: list[Json], now: list[Json], as_of: str) -> list[Json]:
    """The new periods, preceded by the old ones where the new say nothing of the past."""
    if len(now) != 1 or now[0].get("from") or any("hours" in p or "days" in p for p in was):
        return now
    last = was[-1]
    if all(last.get(k) == now[0].get(k) for k in ("rates", "tiers", "mult")):
        return was
    return [*was[:-1], {**last, "to": as_of}, {**now[0], "from": as_of}]


def build(
    genai: Iterable[Json], litellm: Json, overlay: Json, accepted: Json, previous: Json | None
) -> tuple[str, list[str]]:
    """The book's text, and notices for the person who builds it.

    Args:
        genai: genai-prices' providers as ``plain`` gives them.
        litellm: LiteLLM's table.
        overlay: ``overlay.json``.
        accepted: ``accepted_conflicts.json``.
        previous: the book in the repository, or ``None``.

    Raises:
        BuildError: see the rules above.
    """
    notes: list[str] = []
    genai = list(genai)
    read = read_genai(genai, {*overlay["genai_providers"], "aws"}, notes)
    aws = read.pop("aws", [])
    models = merge(
        read, read_litellm(litellm, overlay["litellm_providers"], notes), accepted["conflicts"], overlay["as_of"]
    )
    bedrock(models.get("anthropic", []), aws)
    for provider, shelf in models.items():
        for model in shelf:
            for p in [*model["prices"], *(p for v in model["variants"].values() for p in v)]:
                for part in [p, *p.get("tiers", ())]:
                    if part.get("rates"):
                        inherit(provider, part["rates"])
            if provider == "google" and model["prices"][-1]["rates"].get("web_search") == pico("35", 1000):
                # Gemini 2.x: 35 USD per 1000 grounded prompts; from Gemini 3 on 14 USD per 1000 queries.
                model["search_unit"] = "prompt"
            seen = {overlay["upstreams"][ref]["seen"] for ref in model["refs"]}
            model.setdefault("seen", max(seen))
    carry_over(models, previous, overlay)
    lay_over(models, overlay)
    rows = [
        finish(provider, model)
        for provider, shelf in sorted(models.items())
        for model in sorted(shelf, key=lambda m: m["id"])
    ]
    unique_names(rows)
    book: Json = {
        "format": 1,
        "version": "",
        "notice": overlay["notice"],
        "sources": {name: row["text"] for name, row in sorted(overlay["upstreams"].items())},
        "providers": dict(sorted(overlay["providers"].items())),
        "models": rows,
    }
    digest = hashlib.sha256(text_of(book).encode()).hexdigest()[:10]
    book["version"] = f"{overlay['as_of']}+{digest}"
    return text_of(book), notes


def finish(provider: str, model: Json) -> Json:
    """One row of the file: sorted, without what is empty."""
    row: Json = {"provider": provider, "id": model["id"], "match": sorted(set(model["match"]) - {model["id"]})}
    row["prices"] = model["prices"]
    row["variants"] = dict(sorted(model["variants"].items()))
    for key in ("geo", "region", "search_unit", "free", "refs", "seen"):
        row[key] = model.get(key)
    return {k: v for k, v in row.items() if v}


def unique_names(rows: list[Json]) -> None:
    """Every name belongs to one model of its provider: a model's own id outranks an alias.

    Raises:
        BuildError: two models have the same alias.
    """
    owners: dict[tuple[str, str], str] = {(r["provider"], r["id"]): r["id"] for r in rows}
    for row in rows:
        match = [n for n in row.get("match", ()) if owners.setdefault((row["provider"], n), row["id"]) == row["id"]]
        row.pop("match", None)
        if match:
            row["match"] = match


def text_of(book: Json) -> str:
    """The file's text: one model a line, so that differences can be read."""
    head = {k: v for k, v in book.items() if k != "models"}
    start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
    lines = [json.dumps(m, ensure_ascii=False, separators=(",", ":")) for m in book["models"]]
    return start + ',"models":[\n' + ",\n".join(lines) + "\n]}\n"


def main(argv: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Build resources/pricebook.json.")
    parser.add_argument("--litellm", type=Path, required=True, help="the JSON table from litellm's wheel")
    parser.add_argument("--check", action="store_true", help="compare with the file in the repository, write nothing")
    parser.add_argument("--fresh", action="store_true", help="ignore the previous book")
    arguments = parser.parse_args(argv)
    from genai_prices.data import providers

    previous = json.loads(OUTPUT.read_text("utf-8")) if OUTPUT.exists() and not arguments.fresh else None
    try:
        text, notes = build(
            plain(providers),
            json.loads(arguments.litellm.read_text("utf-8")),
            json.loads((INPUTS / "overlay.json").read_text("utf-8")),
            json.loads((INPUTS / "accepted_conflicts.json").read_text("utf-8")),
            previous,
        )
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    for note in notes:
        print(note, file=sys.stderr)
    if arguments.check:
        same = OUTPUT.exists() and OUTPUT.read_text("utf-8") == text
        print("the price book is up to date" if same else "the price book differs from its sources")
        return 0 if same else 1
    OUTPUT.write_text(text, "utf-8")
    print(f"{OUTPUT.name}: {json.loads(text)['version']}, {len(text):,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
