from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects import framing

CUTS = st.lists(st.integers(0, 10_000), max_size=12)


def run(framing_type: Any, body: bytes, cuts: list[int]) -> tuple[list[bytes], Any]:
    got: list[bytes] = []
    machine = framing_type(got.append)
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    for start, stop in itertools.pairwise(places):
        machine.feed(body[start:stop])
    machine.end()
    return got, machine


STREAMS = [
    (b"data: a\n\ndata: b\n\n", [b" a", b" b"]),
    (b"data: a\r\n\r\ndata: b\r\n\r\n", [b" a", b" b"]),
    (b"data: a\r\rdata: b\r\r", [b" a", b" b"]),
    (b"\xef\xbb\xbfdata: a\n\n", [b" a"]),
    (b": hello\n\nevent: x\nid: 1\nretry: 5\ndata:a\n\n", [b"a"]),
    (b"data: 1\ndata: 2\ndata\n\n", [b"1\n2\n"]),
    (b"data: a\n\ndata: cut", [b" a", b" cut"]),
    (b"data: a\n", [b" a"]),
    (b"databank: a\n\nevent\n\n\n\ndata: b\n\n", [b" b"]),
    (b"", []),
    (b"\n\r\n\r", []),
]


@pytest.mark.parametrize(("body", "expected"), STREAMS)
def test_event_streams(body: bytes, expected: list[bytes]) -> None:
    for cut in range(len(body) + 1):
        assert run(framing.Events, body, [cut])[0] == expected
    assert run(framing.Events, body, list(range(len(body))))[0] == expected


def test_a_large_event_is_dropped_and_the_next_one_read() -> None:
    big = b"data: " + b"x" * (framing.MAX_EVENT + 10) + b"\n\n"
    for cuts in ([], list(range(0, len(big), 65536)), [100, len(big) - 1]):
        got, machine = run(framing.Events, b"data: a\n\n" + big + b"data: b\n\n", cuts)
        assert got == [b" a", b" b"]
        assert machine.overflow
    many = b"data: " + b"x" * 60_000 + b"\n"
    got, machine = run(framing.Events, many * 20 + b"\ndata: b\n\n", [])
    assert got == [b" b"]
    assert machine.overflow


def test_an_endless_line_is_not_kept() -> None:
    got: list[bytes] = []
    machine = framing.Events(got.append)
    for _ in range(40):
        machine.feed(b"data: " + b"y" * 100_000)
    assert machine.overflow
    machine.feed(b"\n\ndata: z\n\n")
    assert got == [b" z"]


def test_an_event_of_very_many_lines_is_dropped_quickly() -> None:
    got, machine = run(framing.Events, b"data:\n" * 2_000_000 + b"\ndata: b\n\n", [])
    assert got == [b" b"]
    assert machine.overflow


def test_lines() -> None:
    body = b'{"a":1}\r\n\n {"b":2}\n{"c":3}'
    for cut in range(len(body) + 1):
        assert run(framing.Lines, body, [cut])[0] == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
    big = b'{"x":"' + b"y" * framing.MAX_EVENT + b'"}\n'
    got, machine = run(framing.Lines, big + b'{"c":3}\n', [70_000, 900_000])
    assert got == [b'{"c":3}']
    assert machine.overflow


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(['"', "\\", '\\"', "[{", "}]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(
    elements=st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=4), max_size=5),
    cuts=CUTS,
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
)
def test_array_elements_whatever_the_cuts(
    elements: list[Any], cuts: list[int], indent: int | None, ascii_only: bool
) -> None:
    body = json.dumps(elements, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    got, machine = run(framing.Array, body, cuts)
    assert [json.loads(piece) for piece in got] == elements
    assert machine.closed


def test_array_byte_by_byte_with_escapes() -> None:
    elements = [{"a": 'x"]}\\', "b": ["\\\\", {"c": '\\"'}]}, {"d": "{["}]
    body = json.dumps(elements).encode()
    assert [json.loads(p) for p in run(framing.Array, body, list(range(len(body))))[0]] == elements
    for cut in range(len(body)):
        cut_off = run(framing.Array, body[:cut], [cut // 2])[0]
        assert [json.loads(p) for p in cut_off] == elements[: len(cut_off)]


def test_a_large_element_is_dropped() -> None:
    body = b'[{"x":"' + b"y" * framing.MAX_EVENT + b'"},{"z":1}]'
    for cuts in ([], [10, 500_000, len(body) - 4]):
        got, machine = run(framing.Array, body, cuts)
        assert got == [b'{"z":1}']
        assert machine.overflow


def test_a_document_within_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_DOCUMENT", 10)
    assert run(framing.Document, b"0123456789", [3])[0] == [b"0123456789"]
    got, machine = run(framing.Document, b"0123456789x", [3])
    assert got == []
    assert machine.overflow


@pytest.mark.parametrize(
    ("start", "kind", "expected"),
    [
        (b"{", "text/event-stream", "document"),
        (b"[", "text/event-stream", "array"),
        (b"data: x", "application/json", "events"),
        (b"event: x", "", "events"),
        (b": ping", "text/event-stream; charset=utf-8", "events"),
        (b"\xef\xbb\xbf {", "application/json", "document"),
        (b"\xef\xbb", "application/json", None),
        (b"", "application/json", None),
        (b" \r\n", "application/json", None),
        (b"\n", "text/event-stream", "events"),
        (b"{", "application/x-ndjson", "lines"),
        (b"<html>", "text/html", "events"),
    ],
)
def test_choice(start: bytes, kind: str, expected: str | None) -> None:
    assert framing.choose(start, kind) == expected


@given(body=st.binary(max_size=300), cuts=CUTS, which=st.sampled_from(["Events", "Lines", "Array", "Document"]))
def test_any_bytes_and_cuts_agree(body: bytes, cuts: list[int], which: str) -> None:
    machine = getattr(framing, which)
    assert run(machine, body, cuts)[0] == run(machine, body, [])[0]


@given(
    parts=st.lists(
        st.sampled_from([b"data: x", b"data:", b"\n", b"\r", b"\r\n", b":", b"event: e", b"data"]), max_size=20
    ),
    cuts=CUTS,
)
def test_event_streams_whatever_the_cuts(parts: list[bytes], cuts: list[int]) -> None:
    body = b"".join(parts)
    assert run(framing.Events, body, cuts)[0] == run(framing.Events, body, [])[0]
