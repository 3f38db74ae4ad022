"""Reading the price book's upstreams: genai-prices' objects and LiteLLM's table become models in our form.

Everything that knows how the two sources write a price lives here; ``packaging/build_pricebook.py`` puts them
together and states the rules. Pure: plain JSON values in, plain JSON values out. A model is ``{id, prices, variants,
match}`` as in the book's file, with its rates in pico-USD; ``_match`` holds genai-prices' own match clause.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

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
    exact = next((m for m in models if m["id"] == name or ("_match" not in m and name in m["match"])), None)
    if name.startswith("ft:"):
        return exact  # a fine-tune is never priced as its base
    return exact or next((m for m in models if "_match" in m and matches(m["_match"], name)), None)


# --- LiteLLM ---------------------------------------------------------------------------------------------------------


def read_litellm(table: Json, wanted: Mapping[str, str], notes: list[str]) -> dict[str, dict[str, Json]]:
    """Our provider id to model name to one undated model in our form."""
    out: dict[str, dict[str, Json]] = {}
    for key, raw in sorted(table.items()):
        provider = wanted.get(raw.get("litellm_provider", ""))
        name = key.rsplit("/", 1)[-1].lower() if key.count("/") <= 1 else ""
        if provider is None or not name or raw.get("mode") not in LITELLM_MODES:
            continue
        if provider == "aws" and (key.startswith("bedrock/") or "claude" in name):
            continue  # a region's own rates; Anthropic's models stand on Anthropic's shelf
        try:
            model = litellm_model(raw)
        except NotExactError as error:
            notes.append(f"left out {provider}/{name} of litellm: rate {error} is no whole pico-USD")
            continue
        rates = model["prices"][0]["rates"] if model["prices"] else {}
        if name.startswith("ft:"):
            model["variants"] = {}  # the batch rates of fine-tunes contradict one another
        # A zero for both directions is litellm's way to say that it does not know; without a rate for the prompt
        # something else than tokens is sold.
        if (rates.get("input") or rates.get("output")) and "input" in rates:
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
