"""Task types by rules: what is called simple, what is left alone, and what the rules do not look at."""

from __future__ import annotations

import pytest

from trayapp.routing import tasktype
from trayapp.routing.asks import SIMPLE
from trayapp.routing.phrases import GUARDS

SIMPLE_ONES = [
    ("commit", "Please write a conventional commit message for my staged changes."),
    ("commit", "schreib mir eine Commit-Message dazu"),
    ("rename", "could you rename `calcTotal` to `sumUp`"),
    ("rename", "change the option --lang to --language"),
    ("rename", "benenne die Methode starte in beginne um"),
    ("typo", "fix the typo 'recieved' in the banner"),
    ("typo", "Tippfehler in der Fußzeile korrigieren"),
    ("docstring", "add a docstring to the Parser class"),
    ("format", "run isort"),
    ("format", "remove unused imports from worker.py"),
    ("explain", "what does `git rebase --onto` do?"),
    ("explain", "was macht dieser Befehl?"),
    ("explain", "explain this function:\n```python\ndef f(x):\n    return x ** 2\n```"),
    ("question", "how do I list the tags of a git repo"),
    ("search", "where is the User model defined?"),
    ("search", "find all usages of the old logger"),
    ("command", "run the unit tests"),
    ("command", "zeig mir die letzten drei Commits"),
    ("test_boiler", "add a unit test for the empty string"),
    ("config", "add dist/ to .gitignore"),
    ("config", "bump the version to 0.9.0"),
    ("docs", "add the new option to the README"),
    ("small_edit", "add a --json flag"),
    ("small_edit", "change the default port to 8081"),
    ("small_edit", "mach die Überschrift kleiner"),
    ("small_edit", "in report.py, print the total at the end"),
    ("convert", "convert this yaml to json:\na: 1\nb:\n  - 2\n"),
    ("summarise", "summarize this file in one sentence"),
    ("ack", "Thanks, looks good!"),
    ("ack", "super, danke"),
]

LEFT_ALONE = [
    ("debug", "why is the exported file empty"),
    ("debug", "rename broke something, the build fails"),
    ("debug", "add a null check\nTraceback (most recent call last):\n  File 'a.py', line 1\nKeyError: 'x'"),
    ("debug", "warum dauert der Start so lange"),
    ("perf", "make the search faster"),
    ("security", "add password hashing"),
    ("design", "how should we name the modules of the new layer?"),
    ("refactor", "rename the entity everywhere in the codebase"),
    ("refactor", "port this to Go"),
    ("data_risk", "delete all test accounts from production"),
    ("feature", "implement the export"),
    ("feature", "write tests"),
    ("algorithm", "solve this scheduling problem"),
    ("careful", "rename the field without breaking old clients"),
    ("complaint", "no, that is wrong"),
    ("complaint", "it still prints the wrong name"),
    ("ambiguous", "yes, go ahead"),
    ("ambiguous", "mach weiter"),
]


@pytest.mark.parametrize(("kind", "text"), SIMPLE_ONES)
def test_simple_ones(kind: str, text: str) -> None:
    judged = tasktype.judge(text)
    assert (judged.type, judged.simple, judged.guarded) == (kind, True, False)


@pytest.mark.parametrize(("kind", "text"), LEFT_ALONE)
def test_what_is_left_alone(kind: str, text: str) -> None:
    judged = tasktype.judge(text)
    assert (judged.type, judged.simple, judged.guarded) == (kind, False, True)


@pytest.mark.parametrize("text", ["", "  ", "quarterly", "the thing with the numbers we had on Monday", "🙂"])
def test_it_abstains(text: str) -> None:
    judged = tasktype.judge(text)
    assert (judged.type, judged.simple) == (None, False)


def test_names_paths_and_quotations_trip_no_guard() -> None:
    for text in (
        "rename `fixRaceCondition` to `settle`",
        "rename SecurityTest to AccessTest",
        "rename crash_report.py to report.py",
        'change the text to "why is it slow?"',
        "add docs/security/threats.md to .gitignore",
        "remove the --debug-crash flag",
    ):
        assert tasktype.judge(text).simple, text
    assert not tasktype.judge("rename the race condition test, it crashes").simple


def test_long_ones_lists_and_several_parts_are_left_alone() -> None:
    base = "add a --json flag"
    assert tasktype.judge(base).simple
    for text in (
        base + " to the command that we talked about" * 6,
        "add:\n- a --json flag\n- a --csv flag\n- a --yaml flag",
        f"{base}. Also a test. Then the docs. Then release notes.",
        f"{base} and also rename the module and then update the docs but keep the aliases",
    ):
        judged = tasktype.judge(text)
        assert (judged.simple, judged.guarded) == (False, True), text


def test_code_may_come_with_a_question_but_not_with_an_edit() -> None:
    code = "\n```python\n" + "x = compute(1)\n" * 100 + "```"
    assert tasktype.judge("what does this do?" + code).type == "explain"
    assert not tasktype.judge("add a flag" + code).simple
    assert tasktype.judge("add a flag\n```\nx = 1\n```").simple


def test_a_request_taken_apart() -> None:
    request = tasktype.split("convert this:\na,b\n1,2\n3,4")
    assert (request.words, request.masked, request.payload) == ("convert this:", "convert this:", 12)
    assert tasktype.split("open `a b` and https://x.test/y and foo_bar").masked == "open NAME and NAME and NAME"
    unclosed = tasktype.split("explain\n```\ncode\ncode")
    assert (unclosed.words, unclosed.payload) == ("explain", 14)


def test_clauses_that_describe_behaviour_are_noticed() -> None:
    assert tasktype.judge("add a flag that prints the version").described
    assert not tasktype.judge("add that flag").described


def test_every_type_and_guard_has_its_words() -> None:
    names = [name for name, _ in SIMPLE]
    assert len(set(names)) == len(names)
    assert set(names) | {"ack"} == tasktype.NAMES
    hard = {name for name, _ in GUARDS} | {"ambiguous"}
    assert not hard & tasktype.NAMES
    assert set(names) <= {kind for kind, _ in SIMPLE_ONES}
    assert hard <= {kind for kind, _ in LEFT_ALONE}
