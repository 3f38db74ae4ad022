"""What a fetched list changes: gates, joining, and what must never happen to the past."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.platform.resources import resource
from trayapp.pricing import Book, load, merge
from trayapp.pricing.merge import RefusedError
from trayapp.pricing.schedule import start_of

Json = dict[str, Any]
TODAY = "2026-11-27"
NOW = start_of(TODAY)
DAY_US = 86_400_000_000
USD = 10**6


def book(*models: Json, version: str = "2026-11-24+x") -> Json:
    return {"format": 1, "version": version, "providers": {"acme": {}, "other": {}}, "models": list(models)}


def row(name: str, input_: int = 2 * USD, output: int = 8 * USD, **more: Any) -> Json:
    rates = {"input": input_, "output": output, "cache_read": input_, "cache_write": input_}
    return {"provider": "acme", "id": name, "prices": [{"rates": rates}], "refs": ["genai-prices"], **more}


def listed(name: str, input_: str = "2", output: str = "8", *, match: Json | None = None, **more: Any) -> Json:
    prices = {"input_mtok": input_, "output_mtok": output}
    return {"id": name, "match": match or {"equals": name}, "prices": prices, **more}


def feed(*models: Json) -> bytes:
    return json.dumps([{"id": "acme", "models": list(models)}]).encode()


def take(current: Json, data: bytes, day: str = TODAY, waiting: Any = ()) -> merge.Merged:
    return merge.merge_feed(current, merge.read_feed(data, current), day, waiting)


def loaded(document: Json) -> Book:
    return load(merge.text_of(document).encode())


def rate(
    document: Json, name: str, at_us: int = NOW, component: str = "input", variant: str | None = None
) -> int | None:
    model = loaded(document).match("acme", name)
    quote = None if model is None else model.quote(at_us, 0, variant)
    rate = None if quote is None else quote.rates.get(component)
    return None if quote is None or rate is None else rate * quote.multiplier // 10**6


def test_the_same_changes_nothing() -> None:
    current = book(row("a"), row("b"))
    assert take(current, feed(listed("a"), listed("b"))).document is current


def test_a_new_model_is_added_for_all_time_with_what_is_implied() -> None:
    merged = take(book(row("a")), feed(listed("a"), listed("k4", "1.25", "10")))
    assert merged.added == ("acme/k4",)
    assert rate(merged.document, "k4", 0) == 1_250_000
    assert rate(merged.document, "k4", 0, "cache_read") == 1_250_000
    assert merged.document["version"].startswith(TODAY + "+")


def test_a_changed_rate_begins_on_the_day_it_was_seen() -> None:
    merged = take(book(row("a")), feed(listed("a", "3")))
    assert merged.changed == ("acme/a",)
    assert [rate(merged.document, "a", at) for at in (0, NOW - 1, NOW, NOW + 900 * DAY_US)] == [
        2 * USD,
        2 * USD,
        3 * USD,
        3 * USD,
    ]
    again = take(merged.document, feed(listed("a", "3")), "2026-11-29")
    assert again.document is merged.document


def test_a_change_with_a_date_of_its_own_begins_there() -> None:
    prices = [
        {"prices": {"input_mtok": "2", "output_mtok": "8"}},
        {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": "4", "output_mtok": "16"}},
    ]
    merged = take(book(row("a")), feed({**listed("a"), "prices": prices}))
    december = start_of("2026-12-01")
    assert [rate(merged.document, "a", at) for at in (NOW, december - 1, december)] == [2 * USD, 2 * USD, 4 * USD]
    (model,) = merged.document["models"]
    assert [(p.get("from"), p.get("to")) for p in model["prices"]] == [(None, "2026-12-01"), ("2026-12-01", None)]


def test_a_rate_that_moved_too_far_waits_for_a_person_and_the_rest_is_taken() -> None:
    current = book(row("a"), row("b"))
    merged = take(current, feed(listed("a", "6.2"), listed("b", "3")))
    assert merged.changed == ("acme/b",)
    (held,) = merged.held
    assert (held.id, held.since, held.moves[0].old, held.moves[0].new) == ("a", TODAY, 2 * USD, 6_200_000)
    assert rate(merged.document, "a") == 2 * USD
    later = take(merged.document, feed(listed("a", "6.2"), listed("b", "3")), "2026-11-30", merged.held)
    assert later.document is merged.document
    assert later.held[0].since == TODAY
    document = merge.accepted(merged.document, held, "2026-11-30")
    assert [rate(document, "a", start_of("2026-11-30") - 1), rate(document, "a", start_of("2026-11-30"))] == [
        2 * USD,
        6_200_000,
    ]
    settled = take(document, feed(listed("a", "6.2"), listed("b", "3")), "2026-11-30")
    assert (settled.document, settled.held) == (document, ())


@pytest.mark.parametrize(("price", "waits"), [("6", False), ("6.000001", True), ("0.67", False), ("0.66", True)])
def test_three_times_up_or_down_is_the_bound(price: str, waits: bool) -> None:
    assert bool(take(book(row("a")), feed(listed("a", price))).held) is waits


def test_a_price_that_becomes_nothing_or_was_nothing_waits() -> None:
    assert take(book(row("a")), feed(listed("a", "0", "0"))).held
    assert take(book(row("a", 0, 0)), feed(listed("a", "1", "0"))).held


def test_the_overlays_word_and_other_sources_stand() -> None:
    current = book(row("a", refs=["genai-prices", "vendor.test/pricing"]), row("b", refs=["litellm"]), row("c"))
    merged = take(current, feed(listed("a", "3"), listed("b", "3"), listed("c")))
    assert merged.document is current
    assert [(d.id, d.moves[0].new) for d in merged.differences] == [("a", 3 * USD), ("b", 3 * USD)]


def test_what_the_feed_drops_stays_and_too_much_is_refused() -> None:
    names = [f"m{n}" for n in range(10)]
    current = book(*map(row, names))
    nine = take(current, feed(*map(listed, names[:9])))
    assert nine.document is current
    with pytest.raises(RefusedError, match="only 8 of the 10"):
        take(current, feed(*map(listed, names[:8])))
    with pytest.raises(RefusedError, match="only 0 of the 10"):
        take(current, b"[]")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{}", "list of providers"),
        (b"<html>", "list of providers"),
        (b"[" * 100_000, "list of providers"),
        (b'[{"id": "acme"}]', "list of providers"),
        (feed(listed("a", "-1")), "acme/a has a rate below zero"),
        (feed(listed("b", match={"sounds_like": "a"})), "unknown match clause"),
        (feed(listed("b", match={"regex": "("})), "not written as"),
        (feed(listed("a", "dear")), "not written as"),
        (feed({"id": "a", "match": {"equals": "a"}, "prices": [{"constraint": 5}]}), "not written as"),
        (feed(listed("a", "1e999999999")), "not written as"),
        (feed(listed("a", "1e30")), "only 0 of the 1"),
        (feed(listed("a", "NaN")), "not written as"),
    ],
)
def test_what_is_no_list_is_refused_whole(data: bytes, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        take(book(row("a")), data)


def test_names_stay_unambiguous() -> None:
    current = book(row("a", match=["a-latest"]), row("b"))
    data = feed(
        listed("a"),
        listed("b", match={"or": [{"equals": "b"}, {"equals": "a-latest"}, {"equals": "b-new"}]}),
        listed("c", match={"or": [{"equals": "c"}, {"equals": "b-new"}]}),
    )
    merged = take(current, data)
    document = loaded(merged.document)
    assert [getattr(document.match("acme", n), "id", None) for n in ("a-latest", "b-new", "c")] == ["a", "b", "c"]
    assert take(merged.document, data).document is merged.document


def test_an_alias_that_gets_a_price_of_its_own_keeps_its_past() -> None:
    merged = take(book(row("a", match=["a-mini"])), feed(listed("a"), listed("a-mini", "1")))
    assert [rate(merged.document, "a-mini", at) for at in (NOW - 1, NOW)] == [2 * USD, USD]
    assert rate(merged.document, "a") == 2 * USD


def test_a_disputed_name_stays_unpriced(repo: Path) -> None:
    name = min(merge.DISPUTED).split("/")
    current = book({**row("v4"), "provider": name[0]})
    current["providers"][name[0]] = {}
    data = json.dumps([{"id": name[0], "models": [listed("v4"), listed(name[1])]}]).encode()
    assert take(current, data).document is current
    judged = json.loads((repo / "packaging" / "pricebook" / "accepted_conflicts.json").read_text())["conflicts"]
    assert {n for n, verdict in judged.items() if verdict["verdict"] == "drop"} == merge.DISPUTED


def test_a_variant_follows_the_list_or_ends_with_it() -> None:
    variants = {"batch": [{"mult": "0.5"}], "flex": [{"rates": {"input": USD, "output": 4 * USD}}]}
    current = book(row("a", variants=variants))
    assert take(current, feed(listed("a"))).document is current
    document = take(current, feed(listed("a", "3"))).document
    assert rate(document, "a", NOW, variant="batch") == 1_500_000
    assert rate(document, "a", NOW - 1, variant="flex") == USD
    assert rate(document, "a", NOW, variant="flex") is None


def test_the_shipped_book_takes_a_feed_and_a_release_takes_over() -> None:
    shipped = json.loads(resource("pricebook.json").read_bytes())
    known = [m for m in shipped["models"] if "genai-prices" in m["refs"]]
    providers: dict[str, list[Json]] = {}
    for model in known:
        providers.setdefault(model["provider"], []).append({"id": model["id"], "match": {"equals": model["id"]}})
    for models in providers.values():
        for model in models:
            model["prices"] = {}
    providers["openai"].append(listed("gpt-7", "3", "9"))
    data = json.dumps([{"id": p, "models": models} for p, models in providers.items()]).encode()
    with pytest.raises(RefusedError, match="should know"):
        merge.read_feed(data, shipped)  # models without prices are no models
    models = {"openai": [{"id": "gpt-7", "prices": [{"rates": {"input": 3 * USD}}], "match": {"gpt-7-pro"}}]}
    merged = merge.merge_feed(shipped, models, TODAY)
    assert len(merged.document["models"]) == len(shipped["models"]) + 1
    release = copy.deepcopy(shipped) | {"version": "2026-12-20+new"}
    release["models"] = [m for m in release["models"] if m["id"] != "gpt-5.5"]
    after = merge.rebased(release, merged.document)
    assert {(m["provider"], m["id"]) for m in merged.document["models"]} == {
        (m["provider"], m["id"]) for m in after["models"]
    }
    assert after["version"].startswith("2026-12-20+")
    assert merge.rebased(shipped, shipped) is shipped


def test_a_team_s_book_takes_the_place_and_what_it_lacks_is_kept() -> None:
    current = book(*(row(f"m{n}") for n in range(9)), row("old", match=["old-alias"]))
    theirs = book(*(row(f"m{n}", 3 * USD) for n in range(9)), row("own", match=["old-alias"]), version="2026-11-26")
    theirs["providers"] = {"acme": {"vendors": ["corp"]}}
    merged = merge.merge_book(current, current, theirs, TODAY)
    assert rate(merged.document, "m1", 0) == 3 * USD  # it may correct the past
    assert rate(merged.document, "old") == 2 * USD
    assert loaded(merged.document).match("corp", "old-alias").id == "own"
    assert (merged.added, merged.changed[0]) == (("acme/own",), "acme/m0")
    assert set(merged.document["providers"]) == {"acme", "other"}
    far = copy.deepcopy(theirs)
    far["models"][0] = row("m0", 7 * USD)
    held = merge.merge_book(current, current, far, TODAY)
    assert [h.id for h in held.held] == ["m0"]
    assert rate(held.document, "m0") == 2 * USD
    with pytest.raises(RefusedError, match="only 0"):
        merge.merge_book(current, current, book(), TODAY)


def test_versions_of_a_teams_book_are_compared_by_date_and_number() -> None:
    texts = ["2026-11-26+z", "2026-11-27", "2026-11-27.2+a", "2026-11-27.10"]
    orders = [merge.order(text) for text in texts]
    assert orders == sorted(orders)
    assert [merge.order(text) for text in ("7", "", "2026-11-27-x", "next")] == [None] * 4


# --- any list over any book ------------------------------------------------------------------------------------------

names = st.sampled_from([f"m{n}" for n in range(8)])
prices = st.sampled_from(["0", "0.5", "1", "2", "2.5", "6", "7", "31"])
dates = st.sampled_from(["2026-01-01", "2026-11-20", "2026-11-27", "2026-12-01", "2027-03-01"])


@st.composite
def genai_prices(draw: st.DrawFn) -> Any:
    def rates() -> Json:
        out: Json = {"input_mtok": draw(prices), "output_mtok": draw(prices)}
        if draw(st.booleans()):
            out["cache_read_mtok"] = draw(prices)
        if draw(st.booleans()):
            out["input_mtok"] = {"base": draw(prices), "tiers": [{"start": 200_000, "price": draw(prices)}]}
        return out

    starts = sorted(draw(st.sets(dates, max_size=2)))
    if not starts:
        return rates()
    return [{"prices": rates()}, *({"constraint": {"start_date": d}, "prices": rates()} for d in starts)]


@st.composite
def feeds(draw: st.DrawFn, least: int = 0) -> list[Json]:
    models = []
    for name in sorted(draw(st.sets(names, min_size=max(least, 1)))):
        aliases = draw(st.lists(st.sampled_from(["x", "y", "z", "m1-latest"]), max_size=2))
        model = {
            "id": name,
            "match": {"or": [{"equals": n} for n in [name, *aliases]]},
            "prices": draw(genai_prices()),
        }
        if draw(st.booleans()):
            variant = {"when": {"processing": "batch"}, "prices": {"input_mtok": draw(prices)}}
            model["price_variants"] = [variant]
        models.append(model)
    return models


@st.composite
def books(draw: st.DrawFn) -> Json:
    empty = book(row("seed"))
    made = merge.merge_feed(empty, {"acme": _models(draw(feeds()))}, "2026-01-01").document
    for model in made["models"]:
        model["refs"] = draw(
            st.sampled_from([["genai-prices"], ["genai-prices", "litellm"], ["litellm"], ["genai-prices", "page"]])
        )
    return made


def _models(raw: list[Json]) -> list[Json]:
    current = book(row(raw[0]["id"])) if raw else book(row("seed"))
    data = json.dumps([{"id": "acme", "models": raw}]).encode()
    return merge.read_feed(data, current)["acme"]


MOMENTS = (0, start_of("2026-01-01"), start_of("2026-11-20"), NOW - 1, NOW, start_of("2026-12-01"), 2 * NOW)


def quotes(document: Json, moments: Any) -> dict[Any, Any]:
    parsed = loaded(document)
    told = {}
    for model in document["models"]:
        for name in (model["id"], *model.get("match", ())):
            found = parsed.match("acme", name)
            assert found is not None
            for at in moments:
                for prompt in (0, 300_000):
                    for variant in (None, "batch"):
                        quote = found.quote(at, prompt, variant)
                        if quote is not None:
                            for component, each in quote.rates.items():
                                told[name, at, prompt, variant, component] = each * quote.multiplier
    return told


@given(books(), feeds())
def test_no_model_is_lost_no_past_price_changes_and_twice_is_once(current: Json, raw: list[Json]) -> None:
    before = json.dumps(current)
    models = {"acme": _models(raw)}
    merged = merge.merge_feed(current, models, TODAY)
    assert json.dumps(current) == before
    was, now = quotes(current, MOMENTS), quotes(merged.document, MOMENTS)
    known = {name for name, *_ in was}
    assert known <= {name for name, *_ in now}
    for key, value in was.items():
        if key[1] < NOW:
            assert now[key] == value, key
    # From today on nothing has moved more than threefold unseen.
    for key, value in now.items():
        old = was.get(key)
        if old is not None and key[1] == NOW:
            assert value == old or (value and old and value <= 3 * old and old <= 3 * value), key
    again = merge.merge_feed(merged.document, models, "2026-11-28", merged.held)
    assert again.document is merged.document
    assert [(h.id, h.since) for h in again.held] == [(h.id, h.since) for h in merged.held]


@given(books(), feeds(), feeds())
def test_a_new_release_loses_nothing_that_came_since(bundled: Json, raw: list[Json], newer: list[Json]) -> None:
    stored = merge.merge_feed(bundled, {"acme": _models(raw)}, TODAY).document
    release = merge.merge_feed(bundled, {"acme": _models(newer)}, "2026-11-25").document
    release = {**release, "version": "2026-11-25+r"}
    after = merge.rebased(release, stored)
    known = {name for name, *_ in quotes(stored, MOMENTS)} | {name for name, *_ in quotes(release, MOMENTS)}
    assert known <= {name for name, *_ in quotes(after, MOMENTS)}
    was, now = quotes(release, MOMENTS), quotes(after, MOMENTS)
    for key, value in was.items():
        if key[1] < NOW:
            assert now[key] == value, key
    assert merge.rebased(release, after)["models"] == after["models"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        merge.read_feed(data, book(row("a")))
