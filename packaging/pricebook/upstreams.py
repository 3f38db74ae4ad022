"""Reading the price book's upstreams: genai-prices' objects and LiteLLM's table become models in our form.

Everything that knows how LiteLLM writes a price lives here, and how the objects of the genai-prices package become
what its published JSON file says, which ``trayapp.pricing.feed`` reads. ``packaging/build_pricebook.py`` puts the two
together and states the rules. Pure: plain JSON values in, plain JSON values out. A model is ``{id, prices, variants,
match}`` as in the book's file, with its rates in pico-USD.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trayapp.pricing.feed import (
    Json,
    NotExactError,
    Rates,
    as_multiple,
    bounded,
    decimal,
    period,
    pico,
    stack,
)

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
FILLED = ("cache_write_1h", "cache_write_12h", "input_audio", "cache_read_audio", "output_audio", "web_search")
LITELLM_VARIANTS = {"flex": "flex", "priority": "priority", "batches": "batch", "ultrafast": "ultrafast"}
LITELLM_MODES = ("chat", "responses", "completion", "embedding")
_LITELLM_KEY = re.compile(
    r"(" + "|".join(sorted(LITELLM_RATES, key=len, reverse=True)) + r")"
    r"(?:_above_(\d+)k_tokens)?(?:_(" + "|".join(LITELLM_VARIANTS) + r"))?\Z"
)


class BuildError(Exception):
    """The book cannot be built; the message lists why, one reason a line."""


# --- genai-prices ----------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """genai-prices' objects as the plain JSON values that its published file holds."""
    if type(value).__name__ == "ModelPrice":
        return {k: plain(v) for k, v in vars(value).items() if v is not None and not k.startswith("_")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name.rstrip("_"): plain(getattr(value, f.name, None))
            for f in dataclasses.fields(value)
            if f.name != "extractors"
        }
        return {k: v for k, v in fields.items() if v is not None}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value


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
