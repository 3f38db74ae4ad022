"""One line of ours in somebody's start file: added, found, changed, taken out, and every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trayapp.tools import linespans
from trayapp.tools.linespans import KEY, MARK
from trayapp.tools.spans import NotUnderstoodError, Remove, Set, change, take_out, undo

LINE = "[ -r x ] && . x"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{LINE}{MARK}\n"),
        ("alias l=ls\n", f"alias l=ls\n{LINE}{MARK}\n"),
        ("alias l=ls", f"alias l=ls\n{LINE}{MARK}"),
        ("a\r\nb\r\n", f"a\r\nb\r\n{LINE}{MARK}\r\n"),
        ("a\r\nb", f"a\r\nb\r\n{LINE}{MARK}"),
        (f"a\n. old{MARK}\nb\n", f"a\n{LINE}{MARK}\nb\n"),
    ],
)
def test_it_is_set(before: str, after: str) -> None:
    changed = change(before.encode(), linespans, [Set(KEY, LINE)])
    assert changed.after.decode() == after
    assert undo(changed.after, [done.splice for done in changed.done]) == before.encode()


@given(st.text(alphabet="ab#'\" \t\n\r$é", max_size=60), st.text(alphabet="ab \n", max_size=20))
def test_it_is_taken_out_again_whatever_was_written_around_it(before: str, later: str) -> None:
    assume(not before.endswith("\r"))
    changed = change(before.encode(), linespans, [Set(KEY, LINE)])
    text = changed.after.decode()
    if not text.endswith("\n"):
        text += "\n" if later else ""
    end = "\n" if changed.after.endswith(b"\n") else ""
    rest = take_out(text + later, linespans, KEY, 0)
    wanted = before + (later if end else ("\n" + later if later else ""))
    if end or not later:
        assert rest == wanted
    else:  # the last line had no end: now it has one, in the style of the file
        assert rest.replace("\r\n", "\n") == wanted.replace("\r\n", "\n")


def test_what_is_refused() -> None:
    twice = f"{LINE}{MARK}\n{LINE}{MARK}\n"
    for text, operation in (
        (twice, Set(KEY, "x")),
        (f"{LINE}{MARK} and more\n", Set(KEY, "x")),
        ("", Set(KEY, "two\nlines")),
        ("", Set(("other",), "x")),
        (twice, Remove(KEY)),
        ("a\r", Set(KEY, "x")),
    ):
        with pytest.raises(NotUnderstoodError):
            change(text.encode(), linespans, [operation])
