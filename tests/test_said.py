"""Sentences that travel as English and can be said in another language behind a wall."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from trayapp import said
from trayapp.said import Figure, Said, begun, counted, joined, say, sentence
from trayapp.snapshot import Notice, Snapshot, snapshot_from_json, snapshot_to_json
from trayapp.trouble import Trouble, trouble_from_json

PORT = Trouble(title=say("Port {port} is taken", port=27400), message=say("End it."), code="port_taken")


def test_in_english_it_is_a_text() -> None:
    assert PORT.title == "Port 27400 is taken"
    assert type(PORT.title) is str
    assert (counted("%n call(s) of {model}", 1, model="m"), counted("%n call(s)", 1204)) == (
        "1 call of m",
        "1,204 calls",
    )
    assert begun(say("the {name!r} is gone", name="x")) == "The 'x' is gone"
    assert joined("; ", [say("a"), say("{b}", b="{c}")]) == "a; {c}"


def test_it_travels_with_what_it_was_made_of() -> None:
    inner = say("number {number} in [[{section}]]", number=2, section="plans")
    made = say("{where}: {what}", where=begun(inner), what=counted("%n call(s)", 3))
    trouble = Trouble(title="T", message=made, fix=say("Correct {it}.", it=Figure("$4.20", "pico", 42, estimated=True)))
    read = trouble_from_json(json.loads(json.dumps(asdict(trouble))))
    assert read == trouble
    found = sentence(read, "message")
    assert (found, found.source) == ("Number 2 in [[plans]]: 3 calls", "{where}: {what}")
    where, what = found.values["where"], found.values["what"]
    assert isinstance(where, Said)
    assert isinstance(what, Said)
    assert (where.begins, what.number) == (True, 3)
    amount = sentence(read, "fix").values["it"]
    assert isinstance(amount, Figure)
    assert (amount, amount.kind, amount.value, amount.estimated) == ("$4.20", "pico", 42, True)


def test_words_alone_do_not_travel_twice() -> None:
    assert list(PORT.said) == ["title"]
    assert sentence(PORT, "message").source == "End it."


def test_a_snapshot_carries_them() -> None:
    notice = Notice(title=say("Prices arrived"), message=say("{what}.", what="all"), at_us=1)
    read = snapshot_from_json(json.loads(json.dumps(snapshot_to_json(Snapshot(troubles=(PORT,), notices=(notice,))))))
    assert (read.troubles, read.notices) == ((PORT,), (notice,))
    assert sentence(read.troubles[0], "title").source == "Port {port} is taken"
    assert sentence(read.notices[0], "message").source == "{what}."


def test_who_says_something_else_has_said_something_else() -> None:
    other = replace(PORT, title="Port 1 is taken")
    assert sentence(other, "title").source == "Port 1 is taken"


@pytest.mark.parametrize(
    "data",
    [
        "x",
        3,
        {"title": 4},
        {"title": {"say": 4}},
        {"title": {"say": "{port} {more}", "with": {"port": 1}}},
        {"title": {"say": "Port {port.__class__.x} is taken", "with": {"port": "1"}}},
        {"title": {"say": "{", "with": {"port": "1"}}},
        {"title": {"say": "Port {port} is taken", "with": {"port": ["27400"]}}},
        {"title": {"pico": "no number", "text": "Port 27400 is taken"}},
        {"title": {"say": "%n", "count": "1"}},
    ],
)
def test_what_is_damaged_on_the_way_is_its_english(data: object) -> None:
    read = trouble_from_json({"title": "Port 27400 is taken", "message": "End it.", "said": data})
    assert read is not None
    assert sentence(read, "title").source == "Port 27400 is taken"


def test_sentences_in_sentences_have_an_end() -> None:
    deep: object = "end"
    for _ in range(50):
        deep = {"say": "{a}", "with": {"a": deep}}
    with pytest.raises(ValueError, match="no sentence"):
        said.unwired(deep)
