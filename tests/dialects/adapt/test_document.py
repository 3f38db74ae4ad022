"""Changing members of a JSON object in place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.dialects.adapt.document import Document, array, items

TEXT = b'{ "a" : 1.50,\n "b\\u0063" : {"x":"}, \\" {"} ,"d":[ ] }\r\n'


def document(text: bytes) -> Document:
    found = Document.read(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, TEXT),
        ({"a": b"2"}, TEXT.replace(b"1.50", b"2")),
        ({"a": b"1.50"}, TEXT),
        ({"a": None}, b'{ "b\\u0063" : {"x":"}, \\" {"} ,"d":[ ] }\r\n'),
        ({"bc": None}, b'{ "a" : 1.50 ,"d":[ ] }\r\n'),
        ({"d": None}, b'{ "a" : 1.50,\n "b\\u0063" : {"x":"}, \\" {"} }\r\n'),
        ({"new": b"[1]"}, TEXT.replace(b" }\r", b',"new":[1] }\r')),
        ({"a": None, "bc": None, "d": None}, b"{  }\r\n"),
        ({"a": None, "bc": None, "d": None, "e": b"1"}, b'{ "e":1 }\r\n'),
        ({"a": None, "none": None, "d": b"7"}, b'{ "b\\u0063" : {"x":"}, \\" {"} ,"d":7 }\r\n'),
    ],
)
def test_only_the_named_members_differ(changes: dict[str, bytes | None], expected: bytes) -> None:
    found = document(TEXT)
    for name, value in changes.items():
        found.put(name, value)
    assert found.written() == expected


def test_a_value_that_is_no_json_is_not_written() -> None:
    for value in (b'1,"b":2', b"", b"[", b"1}"):
        found = document(b'{"a":1}')
        found.put("a", value)
        assert found.written() is None


@pytest.mark.parametrize("text", [b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b"[]", b"", b'{"a":1}x', b'{"a":1'])
def test_what_cannot_be_changed_is_not_read(text: bytes) -> None:
    assert Document.read(text) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=6), st.data(), st.sampled_from([None, 0, 2]))
def test_any_change_of_any_object(members: dict[str, Any], data: st.DataObject, indent: int | None) -> None:
    changes = data.draw(st.dictionaries(st.sampled_from([*members, "new"]), st.none() | st.just({"v": 1}), max_size=4))
    found = document(json.dumps(members, indent=indent).encode())
    for name, value in changes.items():
        found.put(name, None if value is None else json.dumps(value).encode())
    after = found.written()
    assert after is not None
    expected = {**members, **changes}
    assert json.loads(after) == {
        name: value for name, value in expected.items() if name not in changes or value is not None
    }
    assert set(found.names) == set(json.loads(after))
    again = document(after)
    assert again.written() is after


def test_arrays() -> None:
    assert items(b'[1, {"a":2} ,"x"]') == [b"1", b'{"a":2}', b'"x"']
    assert items(b"{}") is None
    assert items(None) is None
    assert array([b"1", b"2"]) == b"[1,2]"
