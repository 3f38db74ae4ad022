"""The four grammars: one key changes, every other byte stays, and the way back is exact."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trayapp.tools import envspans, jsonspans, tomlspans, yamlspans
from trayapp.tools.spans import (
    BOM,
    Item,
    NotUnderstoodError,
    Remove,
    Set,
    Where,
    change,
    put_raw,
    take_out,
    undo,
)

URL = "http://127.0.0.1:27410/tok/anthropic.claude-code"


def after(grammar: Any, text: str, *operations: Set | Remove) -> str:
    changed = change(text.encode(), grammar, operations)
    assert undo(changed.after, [step.splice for step in changed.done]) == text.encode()
    return changed.after.decode()


# ------------------------------------------------------------------------------------------------ JSON

JSON_CASES = {
    "empty file": ("", '{\n  "env": {\n    "U": "x"\n  }\n}\n'),
    "only a comment": ("// mine\n", '// mine\n{\n  "env": {\n    "U": "x"\n  }\n}\n'),
    "empty object": ("{}", '{\n  "env": {\n    "U": "x"\n  }\n}'),
    "append": ('{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "env": {\n    "U": "x"\n  }\n}\n'),
    "tabs and CRLF": (
        '{\r\n\t"a": 1\r\n}\r\n',
        '{\r\n\t"a": 1,\r\n\t"env": {\r\n\t\t"U": "x"\r\n\t}\r\n}\r\n',
    ),
    "four spaces, trailing comma": (
        '{\n    "env": {\n        "A": "b", // why\n    },\n}\n',
        '{\n    "env": {\n        "A": "b", // why\n        "U": "x",\n    },\n}\n',
    ),
    "comment behind the last": (
        '{\n  "env": {\n    "A": "b" // why\n    // more\n  }\n}',
        '{\n  "env": {\n    "A": "b", // why\n    "U": "x"\n    // more\n  }\n}',
    ),
    "one line": ('{"env": {"A": "b"}}', '{"env": {"A": "b", "U": "x"}}'),
    "minified": ('{"env":{"A":"b"}}', '{"env":{"A":"b","U":"x"}}'),
    "replace": ('{"env": {"U" : /* old */ "y"}, "z": [1, 2,]}', '{"env": {"U" : /* old */ "x"}, "z": [1, 2,]}'),
    "empty with comment": ('{"env": { /* none */ }}', '{"env": { /* none */\n  "U": "x"\n}}'),
}


@pytest.mark.parametrize("name", JSON_CASES)
def test_json_is_set_in_the_style_of_its_neighbours(name: str) -> None:
    before, wanted = JSON_CASES[name]
    assert after(jsonspans, before, Set(("env", "U"), "x")) == wanted


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ('{\n  "a": 1,\n  "U": "x",\n  "c": 3\n}', '{\n  "a": 1,\n  "c": 3\n}'),
        ('{\n  "a": 1, // one\n  "U": "x"\n}', '{\n  "a": 1 // one\n}'),
        ('{\n  "a": 1, // one\n  "U": "x"}', '{\n  "a": 1 // one\n  }'),
        ('{\n  "a": 1,\n  "U": "x",\n}', '{\n  "a": 1,\n}'),
        ('{"U": "x"}', "{}"),
        ('{\n  "U": "x"\n}', "{}"),
        ('{\n  // keep me\n  "U": "x"\n}', "{\n  // keep me\n\n}"),
        ('{\n  "U": "x", // mine\n  "c": 3\n}', '{\n   // mine\n  "c": 3\n}'),
    ],
)
def test_json_is_taken_out_with_its_comma_and_no_comment(before: str, wanted: str) -> None:
    assert after(jsonspans, before, Remove(("U",))) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "{'a': 1}",
        "{a: 1}",
        '{"a": 0x10}',
        '{"a": 1 "b": 2}',
        '{"a": 1}}',
        '{"a": /* open',
        '{"a": +1}',
        '{"env": {"U": 1, "U": 2}}',
        '{"env": 1}',
        '{"env": [1]}',
        "[1]",
        "[" * 300 + "]" * 300,
        '{"a": ' + "9" * 5000 + "}",
        '{"a": "\t"}',
        "{,}",
    ],
)
def test_json_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        change(text.encode(), jsonspans, [Set(("env", "U"), "x")])


def test_json_lists() -> None:
    text = '{"models": [{"name": "a", "url": 1}, {"name": "b"}], "set": ["A=1", "B=2"]}'
    assert after(jsonspans, text, Set(("models", Where("name", "b"), "url"), "x")) == text.replace(
        '"b"}', '"b", "url": "x"}'
    )
    assert after(jsonspans, text, Set(("set", Item("B=")), "B=3")) == text.replace("B=2", "B=3")
    assert after(jsonspans, text, Set(("set", Item("C=")), "C=3")) == text.replace('"B=2"', '"B=2", "C=3"')
    assert after(jsonspans, "{}", Set(("set", Item("C=")), "C=3")) == '{\n  "set": [\n    "C=3"\n  ]\n}'
    with pytest.raises(NotUnderstoodError):
        change(text.encode(), jsonspans, [Set(("models", Where("name", "c"), "url"), "x")])


# ------------------------------------------------------------------------------------------------ TOML

TOML_CASES = {
    "empty": ("", (("u",), "x"), 'u = "x"\n'),
    "root before tables": ("[a]\nb = 1\n", (("u",), "x"), 'u = "x"\n[a]\nb = 1\n'),
    "behind the opening comment": (
        "# Codex\n# settings\n\n[a]\nb = 1\n",
        (("u",), "x"),
        '# Codex\n# settings\nu = "x"\n\n[a]\nb = 1\n',
    ),
    "behind the last root key": ("a = 1 # one\n\n[t]\n", (("u",), "x"), 'a = 1 # one\nu = "x"\n\n[t]\n'),
    "replace keeps the comment": ('u   =  "y"   # mine\n', (("u",), "x"), 'u   =  "x"   # mine\n'),
    "CRLF": ("a = 1\r\n", (("u",), "x"), 'a = 1\r\nu = "x"\r\n'),
    "CRLF new table": ("a = 1\r\n", (("t", "u"), "x"), 'a = 1\r\n\r\n[t]\r\nu = "x"\r\n'),
    "no final newline": ("a = 1", (("u",), "x"), 'a = 1\nu = "x"'),
    "new table, no final newline": ("a = 1", (("t", "u"), "x"), 'a = 1\n\n[t]\nu = "x"'),
    "into its table": ("[t]\na = 1\n# end\n\n[s]\n", (("t", "u"), "x"), '[t]\na = 1\nu = "x"\n# end\n\n[s]\n'),
    "dotted": ("t.a = 1\nb = 2\n", (("t", "u"), "x"), 't.a = 1\nt.u = "x"\nb = 2\n'),
    "dotted in a table": ("[p]\nt.a = 1\n", (("p", "t", "u"), "x"), '[p]\nt.a = 1\np.t.u = "x"\n'),
    "inline": ("t = { a = 1 }\n", (("t", "u"), "x"), 't = { a = 1, u = "x" }\n'),
    "empty inline": ("t = {}\n", (("t", "u"), "x"), 't = { u = "x" }\n'),
    "implicit table": ("[t.s]\na = 1\n", (("t", "u"), "x"), '[t.s]\na = 1\n\n[t]\nu = "x"\n'),
    "list of tables": (
        '[[p]]\nname = "a"\n\n[[p]]\nname = "b"\nu = "y"\n',
        (("p", Where("name", "b"), "u"), "x"),
        '[[p]]\nname = "a"\n\n[[p]]\nname = "b"\nu = "x"\n',
    ),
    "list of tables, new key": (
        '[[p]]\nname = "a"\n\n[[p]]\nname = "b"\n',
        (("p", Where("name", "a"), "u"), "x"),
        '[[p]]\nname = "a"\nu = "x"\n\n[[p]]\nname = "b"\n',
    ),
    "strings that look like more": (
        'a = """\n[t]\nu = 1\n"""\nb = \'\'\'# no\n\'\'\'\nc = [ "]", # ]\n  2 ]\n',
        (("u",), "x"),
        'a = """\n[t]\nu = 1\n"""\nb = \'\'\'# no\n\'\'\'\nc = [ "]", # ]\n  2 ]\nu = "x"\n',
    ),
    "quoted keys": ('["a.b"]\n"c d" = 1\n', (("a.b", "c d"), "x"), '["a.b"]\n"c d" = "x"\n'),
}


@pytest.mark.parametrize("name", TOML_CASES)
def test_toml_is_set_where_it_belongs(name: str) -> None:
    before, (way, value), wanted = TOML_CASES[name]
    if name == "dotted in a table":
        wanted = wanted.replace("p.t.u", "t.u")
    assert after(tomlspans, before, Set(way, value)) == wanted
    assert tomllib.loads(wanted.replace("\r\n", "\n"))


TOML_ENTRIES = {
    "no list yet": ("a = 1\n", 'a = 1\n\n[[p]]\nname = "m"\nu = "x"\nv = "y"\n'),
    "nothing yet": ("", '[[p]]\nname = "m"\nu = "x"\nv = "y"\n'),
    "others in the list": (
        '[[p]]\nname = "a"\n# end',
        '[[p]]\nname = "a"\n# end\n\n[[p]]\nname = "m"\nu = "x"\nv = "y"',
    ),
    "CRLF": ('[[p]]\r\nname = "a"\r\n', '[[p]]\r\nname = "a"\r\n\r\n[[p]]\r\nname = "m"\r\nu = "x"\r\nv = "y"\r\n'),
    "a table behind it": ("[t]\nz = 1\n", '[t]\nz = 1\n\n[[p]]\nname = "m"\nu = "x"\nv = "y"\n'),
}


@pytest.mark.parametrize("name", TOML_ENTRIES)
def test_toml_gets_a_new_list_entry_and_loses_it_again(name: str) -> None:
    before, wanted = TOML_ENTRIES[name]
    entry = ("p", Where("name", "m"))
    operations = [Set((*entry, "u"), "x"), Set((*entry, "v"), "y")]
    assert after(tomlspans, before, *operations) == wanted
    done = change(before.encode(), tomlspans, operations).done
    text = wanted
    for step in reversed(done):
        text = take_out(text, tomlspans, step.way, step.made)
    assert text == before


def test_a_toml_entry_that_the_user_has_added_to_stays() -> None:
    way = ("p", Where("name", "m"), "u")
    assert take_out('[[p]]\nname = "m"\nu = "x"\nz = 1\n', tomlspans, way, 2) == '[[p]]\nname = "m"\nz = 1\n'
    assert take_out('[[p]]\nname = "m"\nu = "x"\n# mine\n', tomlspans, way, 2) == "# mine\n"
    inside = '[[p]]\n# mine\nname = "m" # too\n'
    assert take_out(inside + 'u = "x"\n', tomlspans, way, 2) == inside


@pytest.mark.parametrize("text", ['p = [ { name = "a" } ]\n', "p = []\n", "[p]\na = 1\n", "p = 1\n"])
def test_a_toml_entry_is_not_forced_into_another_form(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        change(text.encode(), tomlspans, [Set(("p", Where("name", "m"), "u"), "x")])


@pytest.mark.parametrize(
    ("before", "way", "wanted"),
    [
        ("a = 1\nu = 2\nb = 3\n", ("u",), "a = 1\nb = 3\n"),
        ("a = 1\nu = 2", ("u",), "a = 1"),
        ("u = 2 # mine\nb = 3\n", ("u",), "# mine\nb = 3\n"),
        ("t = { a = 1, u = 2, b = 3 }\n", ("t", "u"), "t = { a = 1, b = 3 }\n"),
        ("t = { a = 1, u = 2 }\n", ("t", "u"), "t = { a = 1 }\n"),
        ("t = { u = 2 }\n", ("t", "u"), "t = {}\n"),
        ("a = 1\n\n[u]\n", ("u",), "a = 1\n"),
        ("[t]\nu = [\n  1,\n]\nb = 2\n", ("t", "u"), "[t]\nb = 2\n"),
    ],
)
def test_toml_is_taken_out(before: str, way: tuple[str, ...], wanted: str) -> None:
    assert after(tomlspans, before, Remove(way)) == wanted


@pytest.mark.parametrize(
    "text", ["a = \n", "[t\n", "t = 1\n", "a = 1\na = 2\n", "t = [1]\n", "[[t]]\na = 1\n", "\ufeffa=1"]
)
def test_toml_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        change(
            text.encode() if text[:1] != "\ufeff" else b"\xff\xfe" + text.encode(), tomlspans, [Set(("t", "u"), "x")]
        )


# ------------------------------------------------------------------------------------------------ dotenv


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("", "U=x\n"),
        ("A=1\n", "A=1\nU=x\n"),
        ("A=1", "A=1\nU=x"),
        ("A=1\r\n# c\r\n", "A=1\r\n# c\r\nU=x\r\n"),
        ("export A=1\n", "export A=1\nexport U=x\n"),
        ("U='y' # mine\nA=1\n", "U=x # mine\nA=1\n"),
        ('U="a\nb"\nA=1\n', "U=x\nA=1\n"),
        ("  export U = y#z # c\n", "  export U = x # c\n"),
        ("U=\n", "U=x\n"),
        ("what is this\nU=y\n", "what is this\nU=x\n"),
    ],
)
def test_dotenv_is_set(before: str, wanted: str) -> None:
    assert after(envspans, before, Set(("U",), "x")) == wanted


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("A=1\nU=x\nB=2\n", "A=1\nB=2\n"),
        ("A=1\nU=x", "A=1"),
        ("U=x # mine\n", "# mine\n"),
        ("U=x\n", ""),
        ("B=1\n", "B=1\n"),
    ],
)
def test_dotenv_is_taken_out(before: str, wanted: str) -> None:
    assert after(envspans, before, Remove(("U",))) == wanted


@pytest.mark.parametrize("text", ["U=1\nU=2\n", "A='open\nU=1\n", 'A="x" y\n'])
def test_dotenv_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        change(text.encode(), envspans, [Set(("U",), "x")])


@pytest.mark.parametrize("value", ["a'b", "a$b", "a\nb", True])
def test_dotenv_writes_no_value_that_needs_escapes(value: Any) -> None:
    with pytest.raises(NotUnderstoodError):
        change(b"", envspans, [Set(("U",), value)])


# ------------------------------------------------------------------------------------------------ YAML

YAML_CASES = {
    "empty": ("", (("u",), URL), f"u: {URL}\n"),
    "comments only": ("# mine\n", (("u",), "x"), "# mine\nu: x\n"),
    "append": ("---\na: 1\n# end\n", (("u",), "x"), "---\na: 1\nu: x\n# end\n"),
    "no final newline": ("a: 1", (("u",), "x"), "a: 1\nu: x"),
    "CRLF": ("a: 1\r\n", (("t", "u"), "x"), "a: 1\r\nt:\r\n  u: x\r\n"),
    "replace": ('u: "y"   # mine\nb: |\n  u: 1\n  # not a comment\n', (("u",), "x"), None),
    "nested": ("t:\n    a: 1\nb: 2\n", (("t", "u"), "x"), "t:\n    a: 1\n    u: x\nb: 2\n"),
    "new list": ("a: 1\n", (("set-env", Item("U=")), "U=x"), "a: 1\nset-env:\n  - U=x\n"),
    "into a list": ("set-env:\n- A=1\nb: 2\n", (("set-env", Item("U=")), "U=x"), "set-env:\n- A=1\n- U=x\nb: 2\n"),
    "in a list": ("s:\n  - U=y # c\n  - A=1\n", (("s", Item("U=")), "U=x"), "s:\n  - U=x # c\n  - A=1\n"),
    "list of tables": (
        "models:\n  - name: a\n    provider: p\n  - name: b\n    roles: [x, y]\nz: 1\n",
        (("models", Where("name", "a"), "apiBase"), URL),
        f"models:\n  - name: a\n    provider: p\n    apiBase: {URL}\n  - name: b\n    roles: [x, y]\nz: 1\n",
    ),
    "an empty list": ("s: [] # c\nb: 1\n", (("s", Item("U=")), "U=x"), "s:\n  - U=x # c\nb: 1\n"),
    "others' anchors": ("a: &x\n  b: 1\nc: *x\n", (("u",), "y"), 'a: &x\n  b: 1\nc: *x\nu: "y"\n'),
    "block scalar in a list": (
        "l:\n  - k: |\n      text: {\n    n: 1\n    # c\nu: y\n",
        (("u",), "x"),
        "l:\n  - k: |\n      text: {\n    n: 1\n    # c\nu: x\n",
    ),
}


@pytest.mark.parametrize("name", YAML_CASES)
def test_yaml_is_set(name: str) -> None:
    before, (way, value), wanted = YAML_CASES[name]
    wanted = before.replace('"y"', "x") if wanted is None else wanted
    assert after(yamlspans, before, Set(way, value)) == wanted


@pytest.mark.parametrize(
    ("before", "way", "wanted"),
    [
        ("a: 1\nu: x\nb: 2\n", ("u",), "a: 1\nb: 2\n"),
        ("u: x # mine\nb: 2\n", ("u",), "# mine\nb: 2\n"),
        ("a: 1\nu: x", ("u",), "a: 1"),
        ("t:\n  u: x\nb: 1\n", ("t", "u"), "t: {}\nb: 1\n"),
        ("s:\n- U=x\nb: 1\n", ("s", Item("U=")), "s: []\nb: 1\n"),
        ("s:\n- A=1\n- U=x\n", ("s", Item("U=")), "s:\n- A=1\n"),
        ("m:\n- u: x\n  n: a\n", ("m", 0, "u"), "m:\n- n: a\n"),
        ("u: x\n", ("u",), ""),
        ("u:\n  a: 1\n  b: 2\nc: 3\n", ("u",), "c: 3\n"),
    ],
)
def test_yaml_is_taken_out(before: str, way: Any, wanted: str) -> None:
    assert after(yamlspans, before, Remove(way)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "a:\n\tb: 1\n",
        "a: 1\n---\nb: 2\n",
        "%YAML 1.2\n---\na: 1\n",
        "? a\n: b\n",
        'a: "open\n  more"\n',
        "a: [1,\n2]\n",
        "a: {b: 1,\n c: 2}\n",
        "u: &anchor x\n",
        "u: *alias\n",
        "u: !!str x\n",
        "u: |\n  text\n",
        "u: [a]\n",
        "u: several\n  lines\n",
        "u: 1\nu: 2\n",
        "u:\n  a: 1\n",
        "- a\n- b\n",
        "just text\n",
        "{a: 1}\n",
        "a: 1\n  b: 2\n",
        "a: 'it''s\n",
        "...\n",
    ],
)
def test_yaml_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        change(text.encode(), yamlspans, [Set(("u",), "x")])


# ------------------------------------------------------------------------------------------------ all


@pytest.mark.parametrize("grammar", [jsonspans, tomlspans, envspans, yamlspans], ids=["json", "toml", "env", "yaml"])
def test_a_byte_order_mark_stays(grammar: Any) -> None:
    text = {
        "jsonspans": '{\r\n  "a": "1"\r\n}\r\n',
        "tomlspans": "a = 1\r\n",
        "envspans": "a=1\r\n",
        "yamlspans": "a: 1\r\n",
    }
    data = BOM + text[grammar.__name__.rsplit(".", 1)[1]].encode()
    changed = change(data, grammar, [Set(("U",), "x")])
    assert changed.after.startswith(BOM + data[3:6])
    assert b"\n" not in changed.after.replace(b"\r\n", b"")
    assert undo(changed.after, [step.splice for step in changed.done]) == data


@pytest.mark.parametrize("data", [b"\xff\xfea\0", b"a\xff", b"a\0b"])
@pytest.mark.parametrize("grammar", [jsonspans, tomlspans, envspans, yamlspans], ids=["json", "toml", "env", "yaml"])
def test_what_is_no_text_is_refused(grammar: Any, data: bytes) -> None:
    with pytest.raises(NotUnderstoodError):
        change(data, grammar, [Set(("u",), "x")])


NAMES = st.sampled_from(["a", "b", "env", "deep", "U", "k-1", "x_2"])
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
TREES = st.dictionaries(
    NAMES, st.one_of(SCALARS, st.dictionaries(NAMES, SCALARS, max_size=3), st.lists(SCALARS, max_size=3)), max_size=4
)
BLANKS = st.sampled_from(["", " ", "\n", "\n  ", "\r\n", "\t", " // c\n", "/* , } */", "// {\r\n"])


@st.composite
def json_texts(draw: st.DrawFn) -> tuple[str, Any]:
    """A document in any spacing, with comments and trailing commas, and its value."""
    tree = draw(TREES)

    def text(value: Any) -> str:
        gap = lambda: draw(BLANKS)  # noqa: E731
        if isinstance(value, dict):
            parts = [f"{gap()}{json.dumps(k)}{gap()}:{gap()}{text(v)}{gap()}" for k, v in value.items()]
            opening, closing = "{", "}"
        elif isinstance(value, list):
            parts = [f"{gap()}{text(v)}{gap()}" for v in value]
            opening, closing = "[", "]"
        else:
            return json.dumps(value, ensure_ascii=draw(st.booleans()))
        tail = "," if parts and draw(st.booleans()) else ""
        return opening + ",".join(parts) + tail + gap() + closing

    return draw(BLANKS) + text(tree) + draw(BLANKS), tree


def expected(tree: Any, way: tuple[str, ...], value: Any) -> Any:
    tree = copy.deepcopy(tree)
    node = tree
    for step in way[:-1]:
        if step not in node:
            if value is None:
                return tree
            node[step] = {}
        node = node[step]
        if not isinstance(node, dict):
            return None
    if isinstance(node.get(way[-1]), dict | list):
        return None
    if value is None:
        node.pop(way[-1], None)
    else:
        node[way[-1]] = value
    return tree


WAYS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)


@given(json_texts(), WAYS, SCALARS)
def test_any_json_is_what_it_was_plus_the_change_and_back(document: tuple[str, Any], way: Any, value: Any) -> None:
    text, tree = document
    assert jsonspans.load(text) == tree
    wanted = expected(tree, way, value)
    if wanted is None:
        with pytest.raises(NotUnderstoodError):
            change(text.encode(), jsonspans, [Set(way, value)])
        return
    changed = change(text.encode(), jsonspans, [Set(way, value)])
    assert jsonspans.load(changed.after.decode()) == wanted
    assert undo(changed.after, [step.splice for step in changed.done]) == text.encode()
    back = change(changed.after, jsonspans, [Remove(way)])
    assert jsonspans.load(back.after.decode()) == expected(wanted, way, None)
    for comment in re.findall(r"/\*.*?\*/|//[^\r\n]*", "" if '"' in text and "/" in str(tree) else text):
        assert comment in changed.after.decode()


@given(TREES, WAYS, SCALARS, st.booleans())
def test_strict_json_stays_strict(tree: Any, way: Any, value: Any, wide: bool) -> None:
    text = json.dumps(tree, indent=2 if wide else None, ensure_ascii=False)
    wanted = expected(tree, way, value)
    if wanted is None:
        with pytest.raises(NotUnderstoodError):
            change(text.encode(), jsonspans, [Set(way, value)])
        return
    changed = change(text.encode(), jsonspans, [Set(way, value)])
    assert json.loads(changed.after) == wanted
    assert json.loads(change(changed.after, jsonspans, [Remove(way)]).after) == expected(wanted, way, None)
    if wide and tree and not any(v in ({}, []) for v in tree.values()):
        assert changed.after.decode() == json.dumps(wanted, indent=2, ensure_ascii=False)


@st.composite
def toml_texts(draw: st.DrawFn) -> str:
    """A document of root keys, tables, dotted keys and inline tables, as people write them."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    values = ["1", '"s # no"', "'lit'", "true", "[1, 2]", f"[{end}  1, # c{end}  2,{end}]", "{}", "{ a = 1, b.c = 2 }",
              f'"""{end}[no]{end}"""', "1979-05-27 07:32:00", "1_000", "inf"]  # fmt: skip
    keys = ["a", "b", "env", '"U x"', "deep.a", "env . b", "k-1"]

    def pairs() -> str:
        chosen = draw(st.lists(st.sampled_from(keys), max_size=3, unique=True))
        return "".join(
            draw(st.sampled_from(["", "  ", f"# note{end}", end]))
            + f"{key} = {draw(st.sampled_from(values))}{draw(st.sampled_from(['', '  # c']))}{end}"
            for key in chosen
        )

    tables = draw(st.lists(st.sampled_from(["[env]", "[x]", "[x.y]", "[[l]]", "[ 'q' ]", "[l.s]"]), max_size=4))
    text = pairs() + "".join(f"{draw(st.sampled_from(['', end]))}{table}{end}{pairs()}" for table in tables)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@given(toml_texts(), WAYS, SCALARS)
def test_any_toml_is_what_it_was_plus_the_change_and_back(text: str, way: Any, value: Any) -> None:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(NotUnderstoodError):
            change(text.encode(), tomlspans, [Set(way, value)])
        return
    try:
        changed = change(text.encode(), tomlspans, [Set(way, value)])
    except NotUnderstoodError:
        return
    wanted = expected(tree, way, value)
    assert tomllib.loads(changed.after.decode()) == wanted
    assert undo(changed.after, [step.splice for step in changed.done]) == text.encode()
    former = changed.done[0].former if changed.done else None
    for line in text.replace(former or "", "", 1).splitlines():
        if "=" not in line:
            assert line in changed.after.decode()
    if changed.done and changed.done[0].former is None:
        taken = take_out(changed.after.decode(), tomlspans, way, changed.done[0].made)
        assert tomllib.loads(taken) == tree


@given(
    st.lists(
        st.sampled_from(
            [
                "A=1",
                "export B='x y'",
                "# c",
                "",
                "U=old # c",
                'C="multi\nline"',
                "junk line",
                "  D = z",
                "E=`b`",
                "a.b=1",
            ]
        ),
        unique=True,
        max_size=7,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_any_dotenv_is_what_it_was_plus_the_change_and_back(lines: list[str], end: str, final: bool) -> None:
    text = end.join(lines) + (end if final and lines else "")
    tree = envspans.load(text)
    changed = change(text.encode(), envspans, [Set(("U",), URL)])
    assert envspans.load(changed.after.decode()) == {**tree, "U": URL}
    assert undo(changed.after, [step.splice for step in changed.done]) == text.encode()
    taken = take_out(changed.after.decode(), envspans, ("U",), 0)
    if "U" not in tree:
        assert taken == text
    else:
        assert put_raw(changed.after.decode(), envspans, ("U",), "old") == text


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    """A document of nested mappings and lists with comments, block scalars and foreign parts."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    scalars = [
        "1",
        "text",
        '"quoted: # no"',
        "'it''s'",
        "true",
        "",
        "[a, b]",
        "{a: 1}",
        "[]",
        "{}",
        "a b # c",
        "http://x/y",
    ]

    def block(depth: int, indent: str) -> list[str]:
        lines: list[str] = []
        for key in draw(
            st.lists(st.sampled_from(["a", "b", "env", "U", '"q r"', "k-1"]), min_size=1, max_size=3, unique=True)
        ):
            kind = draw(st.sampled_from(["scalar", "scalar", "map", "list", "rows", "text", "anchor"]))
            if kind == "scalar" or depth > 1:
                lines.append(f"{indent}{key}: {draw(st.sampled_from(scalars))}".rstrip(" "))
            elif kind == "map":
                lines += [f"{indent}{key}:", *block(depth + 1, indent + "  ")]
            elif kind == "list":
                lines += [f"{indent}{key}:  # list", f"{indent}- one", f"{indent}- 'two'"]
            elif kind == "rows":
                inner = block(2, indent + "    ")
                lines += [f"{indent}{key}:", f"{indent}  - {inner[0].lstrip()}", *inner[1:]]
            elif kind == "text":
                lines += [f"{indent}{key}: |-", f"{indent}  # text", f"{indent}    U: no", "", f"{indent}  more {{"]
            else:
                lines += [f"{indent}{key}: &x{key.strip(chr(34))[0]}{len(indent)}", f"{indent}  z: 1"]
            if draw(st.booleans()):
                lines.append(draw(st.sampled_from(["", f"{indent}# note", "# deep note"])))
        return lines

    text = end.join(draw(st.sampled_from([[], ["---"], ["# top", ""]])) + block(0, "")) + end
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@given(yaml_texts(), WAYS, st.sampled_from([URL, "plain", "y", "12", "a: b", 'q"q', True, 7]))
def test_any_yaml_is_what_it_was_plus_the_change_and_back(text: str, way: Any, value: Any) -> None:
    tree = yaml.safe_load(text)
    try:
        changed = change(text.encode(), yamlspans, [Set(way, value)])
    except NotUnderstoodError:
        return
    assert yaml.safe_load(changed.after.decode()) == expected(tree, way, value)
    assert undo(changed.after, [step.splice for step in changed.done]) == text.encode()
    if changed.done and changed.done[0].former is None:
        taken = take_out(changed.after.decode(), yamlspans, way, changed.done[0].made)
        assert yaml.safe_load(taken) == tree


@pytest.mark.parametrize("grammar", [jsonspans, tomlspans, envspans, yamlspans], ids=["json", "toml", "env", "yaml"])
@given(text=st.text(st.sampled_from(list("{}[]\"',:=#\n\r\t -|>&*ab1.\\/")), max_size=30))
def test_any_text_is_edited_rightly_or_refused(grammar: Any, text: str) -> None:
    try:
        changed = change(text.encode(), grammar, [Set(("a",), "b1")])
    except NotUnderstoodError:
        return
    assert undo(changed.after, [step.splice for step in changed.done]) == text.encode()
    assert grammar.find(changed.after.decode(), ("a",)).value == "b1"
