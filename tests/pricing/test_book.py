from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.pricing import Book, BookError, load
from trayapp.pricing import book as book_module

Document = Callable[..., dict[str, Any]]


def parse(document: dict[str, Any]) -> Book:
    return load(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"prices": []}, "no price"),
        ({"prices": [{"rates": {"input": -1}}]}, ">= 0"),
        ({"prices": [{"rates": {"input": 1.5}}]}, "int"),
        ({"prices": [{"rates": {"thoughts": 1}}]}, "thoughts"),
        ({"prices": [{"mult": "0.5"}]}, "multiplier"),
        ({"prices": [{"rates": {"input": 1}, "mult": "1"}]}, "either rates or a multiplier"),
        ({"prices": [{"rates": {"input": 1}, "tiers": [{"rates": {}}]}]}, "over"),
        ({"prices": [{"rates": {"input": 1}, "tiers": [{"over": 1, "at_least": 2, "rates": {}}]}]}, "over"),
        ({"prices": [{"rates": {}, "tiers": [{"over": 1, "rates": {}}, {"at_least": 2, "rates": {}}]}]}, "two tiers"),
        ({"prices": [{"rates": {"input": 1}}, {"rates": {"input": 2}}]}, "same time"),
        ({"prices": [{"to": "2026-02-01", "rates": {}}, {"from": "2026-01-01", "rates": {}}]}, "same time"),
        ({"prices": [{"from": "2026-02-01", "to": "2026-01-01", "rates": {}}]}, "ends before"),
        ({"prices": [{"from": "soon", "rates": {}}]}, "soon"),
        ({"prices": [{"from": "2026-01-01T00:00:00", "rates": {}}]}, "2026-01-01T00"),
        ({"prices": [{"tz": "Mars/Olympus", "rates": {}}]}, "Mars"),
        ({"prices": [{"hours": ["25:00-26:00"], "rates": {}}]}, "25:00"),
        ({"prices": [{"hours": ["01:00-01:00"], "rates": {}}]}, "01:00"),
        ({"prices": [{"days": [8], "rates": {}}]}, "<= 7"),
        ({"variants": {"batch": [{"mult": "0"}]}}, "'0'"),
        ({"variants": {"batch": [{"mult": "nan"}]}}, "nan"),
        ({"variants": {"batch": [{"mult": "0.1234567"}]}}, "six places"),
        ({"variants": {"batch": [{"mult": "1", "tiers": [{"over": 1, "rates": {}}]}]}}, "tiers"),
        ({"geo": {"us": "101"}}, "101"),
        ({"provider": "nobody"}, "nobody"),
        ({"colour": "red"}, "colour"),
        ({"search_unit": "week"}, "week"),
    ],
)
def test_what_contradicts_itself_is_refused(document: Document, model: dict[str, Any], words: str) -> None:
    with pytest.raises(BookError) as caught:
        parse(document(**model))
    assert words in caught.value.message
    assert caught.value.title
    assert caught.value.fix


def test_the_file_as_a_whole(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"", b"{", b"[]", b"\xff\xfe", b'{"format": 1}', b"[" * 100_000):
        with pytest.raises(BookError):
            load(data)
    with pytest.raises(BookError) as caught:
        parse({**document(), "format": 2})
    assert caught.value.fix == "Update Spendlight."
    clash = document()
    clash["providers"]["other"] = {"vendors": ["acme-api"]}
    with pytest.raises(BookError, match="two providers"):
        parse(clash)
    reseller = document()
    reseller["providers"]["acme"]["also"] = ["nobody"]
    with pytest.raises(BookError, match="resells"):
        parse(reseller)
    twice = document()
    twice["models"].append({**twice["models"][0], "id": "other", "match": ["Coder"]})
    with pytest.raises(BookError, match="claim the name"):
        parse(twice)
    monkeypatch.setattr(book_module, "MAX_BYTES", 10)
    with pytest.raises(BookError, match="at most 10"):
        parse(document())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_book_or_an_error(data: bytes) -> None:
    with pytest.raises(BookError):
        load(data)


def test_names_are_found_exactly_or_not_at_all(book_of: Callable[..., Book]) -> None:
    book = book_of(match=["coder-latest", "coder-20250101"])
    for name in ("coder", "CODER", "coder[1m]", "coder-latest", "coder-20261101", "coder@20261101", "acme/coder"):
        assert book.match("acme", name) is book.models[0], name
    assert book.match("acme-api", "coder") is book.models[0]
    assert book.match("ACME", "coder") is book.models[0]
    for name in ("coder-2", "code", "coder-mini", "coders", "coder-latest-2", "", " ", "other/coder/x", "x" * 5000):
        assert book.match("acme", name) is None, name
    assert book.match("nobody", "coder") is None
    assert book.version == "test"


def test_a_maker_named_by_the_name_is_asked(book_of: Callable[..., Book]) -> None:
    found = book_of().find("some-gateway", "acme/coder")
    assert found is not None
    assert found.resold
    assert book_of().find("some-gateway", "coder") is None


def test_resellers_have_their_own_price_first(document: Document) -> None:
    both = document()
    both["providers"]["cloud"] = {"also": ["acme"]}
    both["models"].append({"provider": "cloud", "id": "own", "prices": [{"rates": {"input": 7}}]})
    both["models"].append({"provider": "acme", "id": "own", "prices": [{"rates": {"input": 5}}]})
    book = parse(both)
    own, resold = book.find("cloud", "own"), book.find("cloud", "coder")
    assert own is not None
    assert own.model.provider == "cloud"
    assert not own.resold
    assert resold is not None
    assert resold.model.provider == "acme"
    assert resold.resold


def gateway_book(document: Document) -> Book:
    told = document()
    told["providers"] = {
        "maker": {"maker": True, "vendors": ["maker_api"]},
        "cloud": {"maker": True, "also": ["maker"], "own_prices": True},
        "host": {"own_prices": True},
        "router": {"free_suffix": ":free"},
        "home": {"local": True},
    }
    row = told["models"][0]
    told["models"] = [
        {**row, "provider": "maker"},
        {**row, "provider": "cloud", "match": ["nova"]},
        {**row, "provider": "host", "id": "maker/open"},
    ]
    return parse(told)


@pytest.mark.parametrize(
    ("vendor", "name", "seller"),
    [
        # A gateway that the book does not know sells what exactly one maker makes.
        ("gateway", "coder", "maker"),
        ("gateway", "coder-20260101", "maker"),
        ("gateway", "nova", "cloud"),
        ("gateway", "maker/coder", "maker"),
        ("gateway", "MAKER_API/coder", "maker"),
        ("gateway", "cloud/coder", "cloud"),
        ("gateway", "router/maker/coder", "maker"),
        ("gateway", "host/maker/open", "host"),
        ("gateway", "litellm_proxy/coder", "maker"),
        ("gateway", "other/coder", None),
        ("gateway", "host/coder", None),
        ("gateway", "home/coder", None),
        ("gateway", "coder-2", None),
        # A maker's own address may lead to a gateway.
        ("maker", "nova", "cloud"),
        ("Maker API", "coder", "maker"),
        # Who has prices of their own is not asked for others'.
        ("host", "coder", None),
        ("host", "maker/coder", None),
        ("host", "maker/open", "host"),
        ("cloud", "coder", "cloud"),
        ("cloud", "host/maker/open", None),
        ("router", "maker/coder", "maker"),
        ("router", "maker/coder:nitro", None),
        ("router", "~maker/coder", None),
    ],
)
def test_who_is_asked_for_a_price(document: Document, vendor: str, name: str, seller: str | None) -> None:
    found = gateway_book(document).find(vendor, name)
    assert (None if found is None else found.model.provider) == seller
    if found is not None:
        assert found.resold == (found.model.provider != found.provider.id)


def test_a_routers_free_models_are_free_there_alone(document: Document) -> None:
    book = gateway_book(document)
    free = book.match("router", "someone/model:free")
    assert free is not None
    assert free.free
    assert book.match("maker", "coder:free") is None
    assert book.match("gateway", "router/maker/coder:free") is not None


def test_providers_by_their_names(document: Document) -> None:
    book = gateway_book(document)
    assert [book.provider(name) for name in ("maker", "maker_api", "MAKER API", "nobody")] == [*["maker"] * 3, None]


def test_hosts_may_stand_for_many(document: Document) -> None:
    told = document()
    told["providers"]["acme"]["hosts"] = {"EU.acme.test": "eu", "*-api.acme.test": "far"}
    found = parse(told).find("acme", "coder")
    assert found is not None
    for host, region in (("eu.ACME.test", "eu"), ("us-api.acme.test", "far"), ("api.acme.test", None), ("", None)):
        assert found.provider.region_of(host) == region


def test_local_models_are_known_zeros_but_not_the_forwarded_ones(shipped: Book) -> None:
    model = shipped.match("ollama", "qwen3-coder:30b")
    assert model is not None
    assert model.local
    assert shipped.match("ollama", "gpt-oss:120b-cloud") is None


def test_a_flood_of_names_does_not_grow_memory(book_of: Callable[..., Book]) -> None:
    book = book_of()
    for i in range(10_000):
        book.match("acme", f"coder-{i}")
    assert len(book._cache) <= 4096
    assert book.match("acme", "coder") is book.models[0]
