#!/usr/bin/env python3
"""Build ``resources/pricebook.json`` from published price data and our own overlay.

Everything that decides what the shipped price book says lives here and in the files beside it::

    pricebook/upstreams.py             reads the two upstreams (with trayapp/pricing/feed.py)
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
  cached and cache-written tokens as input (no discount published), Gemini audio as input, Qwen's cache-written tokens
  as 1.25 times the input. The book says it outright;
* a variant whose price for long prompts is not published has none (an empty tier: unpriced);
* Bedrock's models of other makers than Anthropic are listed by the names that the sources spell, profile by profile:
  a name's prefix (``eu.``) is a price of its own, and one that nobody spells is unpriced. A ``litellm`` name belongs
  to genai-prices' row that spells it without its version. Anthropic's models have their list price there, times the
  uplift of regional profiles; GovCloud's is genai-prices' where it spells such a profile, else LiteLLM's;
* Azure has rows of its own only for models that it does not sell at their maker's list price;
* the overlay's ``drop`` removes a model that a source lists for a provider which does not sell it;
* nothing is rounded: a rate that is no whole number of pico-USD per token keeps its model out, with a notice.

Usage, in an environment of Spendlight with its extra ``pricebook``::

    python packaging/build_pricebook.py --litellm model_prices_and_context_window_backup.json [--check] [--fresh]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "resources" / "pricebook.json"
INPUTS = ROOT / "packaging" / "pricebook"

# A script and its part, not a package: `packaging` would hide the library of that name.
sys.path[:0] = [str(INPUTS), str(ROOT)]

from upstreams import FILLED, BuildError, plain, read_litellm  # noqa: E402

from trayapp.pricing.feed import (  # noqa: E402
    FeedError,
    Json,
    Rates,
    complete,
    decimal,
    owner,
    pico,
    read_genai,
)


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


def split_aws(aws: list[Json], litellm: Iterable[str]) -> tuple[list[Json], list[Json]]:
    """AWS's rows apart: Anthropic's, and the others' with every name that they are listed under."""
    claude = [m for m in aws if "claude" in m["id"]]
    others = [m for m in aws if "claude" not in m["id"]]
    for model in others:
        del model["_match"]
        model["match"].add(model["id"])
        model["match"] |= {n for n in litellm if re.sub(r"(-v\d+)?(:\d+)?\Z", "", n) in model["match"]}
    return claude, others


def bedrock(models: list[Json], aws: list[Json], gov: Mapping[str, Fraction]) -> None:
    """Give Anthropic's models the uplift of Bedrock's regional profiles, where AWS charges one.

    Args:
        models: Anthropic's models.
        aws: AWS's rows of them.
        gov: GovCloud's multiples of the global price by model, as LiteLLM has them.
    """
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
            if any(n.startswith("us-gov.") for n in pair[0][0]["match"]):
                model.setdefault("region", {})["bedrock-gov"] = decimal(ratio)
        for name, factor in gov.items():
            if owner(models, name) is model:
                model.setdefault("region", {}).setdefault("bedrock-gov", decimal(factor))


def profiles(models: list[Json], table: Json) -> None:
    """The uplift of Bedrock's regional profiles for those of Anthropic's models that only LiteLLM has there."""
    for key, raw in table.items():
        found = re.fullmatch(r"us\.anthropic\.(.+?)(-v\d+(:\d+)?)?", key)
        model = owner(models, found[1]) if found else None
        if model is None or "bedrock" in model.get("region", {}) or not raw.get("input_cost_per_token"):
            continue
        listed = Fraction(model["prices"][-1]["rates"]["input"], 10**12)
        ratio = Fraction(str(raw["input_cost_per_token"])) / listed
        if ratio == Fraction(11, 10):
            model.setdefault("region", {})["bedrock"] = decimal(ratio)


def govcloud(table: Json) -> dict[str, Fraction]:
    """GovCloud's multiple of the global price of Anthropic's models, from LiteLLM's table."""
    out: dict[str, Fraction] = {}
    for key, raw in table.items():
        found = re.fullmatch(r"us-gov\.anthropic\.(.+?)(-v\d+(:\d+)?)?", key)
        world = table.get(key.replace("us-gov.", "global.", 1), {})
        if found and raw.get("input_cost_per_token") and world.get("input_cost_per_token"):
            out[found[1]] = Fraction(str(raw["input_cost_per_token"])) / Fraction(str(world["input_cost_per_token"]))
    return out


def vertex(models: list[Json], table: Json) -> None:
    """Give Claude on Vertex AI the uplift of its regional endpoints, from LiteLLM's table."""
    for key, raw in table.items():
        factor = raw.get("regional_endpoint_uplift_multiplier")
        if factor and key.startswith("vertex_ai/claude-"):
            model = owner(models, key.removeprefix("vertex_ai/"))
            if model is not None:
                model.setdefault("region", {})["vertex"] = decimal(Fraction(str(factor)))


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
    if "tz" in raw and not (raw.get("hours") or raw.get("days")):
        # Plain dates become UTC moments here: not every system that reads the book has a table of time zones.
        zone = ZoneInfo(out.pop("tz"))
        for key in out.keys() & {"from", "to"}:
            moment = datetime.fromisoformat(out[key]).replace(tzinfo=zone).astimezone(UTC)
            out[key] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
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
    filling = read_litellm(litellm, overlay["litellm_providers"], notes)
    claude, read["aws"] = split_aws(read.get("aws", []), filling.get("aws", {}))
    models = merge(read, filling, accepted["conflicts"], overlay["as_of"])
    bedrock(models.get("anthropic", []), claude, govcloud(litellm))
    profiles(models.get("anthropic", []), litellm)
    vertex(models.get("google", []), litellm)
    makers = [m for p in overlay["providers"].get("azure", {}).get("also", ()) for m in models.get(p, ())]
    if "azure" in models:
        # What Azure sells at the maker's list has its price there, with its dates and variants.
        models["azure"] = [m for m in models["azure"] if owner(makers, m["id"]) is None]
    for provider, shelf in models.items():
        for model in shelf:
            complete(provider, model)
            seen = {overlay["upstreams"][ref]["seen"] for ref in model["refs"]}
            model.setdefault("seen", max(seen))
    carry_over(models, previous, overlay)
    lay_over(models, overlay)
    for row in overlay.get("drop", ()):
        if not (row.get("source") and row.get("date")):
            raise BuildError(f"overlay: the drop of {row['provider']}/{row['id']} has no source or no date")
        models[row["provider"]] = [m for m in models[row["provider"]] if m["id"] != row["id"]]
    for model in models.get("aws", ()):
        if model["id"].startswith("us-gov."):
            model.setdefault("region", {})["bedrock-gov"] = "1"  # its rates are GovCloud's own
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
    except (BuildError, FeedError) as error:
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
