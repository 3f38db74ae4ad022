"""What was done in a turn, out of each wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.routing import deeds, lasttext

WIRES = ("anthropic", "openai-chat", "openai-responses", "gemini")


def read(body: Any) -> deeds.Deeds:
    return deeds.read(json.dumps(body).encode())


def call(wire: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A message with one tool call."""
    if wire == "anthropic":
        return {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": name, "input": arguments}]}
    if wire == "openai-chat":
        function = {"name": name, "arguments": json.dumps(arguments)}
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": function}],
        }
    if wire == "openai-responses":
        return {"type": "function_call", "call_id": "1", "name": name, "arguments": json.dumps(arguments)}
    return {"role": "model", "parts": [{"functionCall": {"name": name, "args": arguments}}]}


KEY = {"anthropic": "messages", "openai-chat": "messages", "openai-responses": "input", "gemini": "contents"}


class Talk:
    """A conversation that grows."""

    def __init__(self, requests: Any, wire: str) -> None:
        self.requests, self.wire = requests, wire
        self.messages: list[Any] = []

    def say(self, who: str, text: str) -> Talk:
        self.messages += [
            m for m in self.requests.body(self.wire, [(who, text)])[KEY[self.wire]] if m.get("role") != "system"
        ]
        return self

    def run(self, command: str, result: str = "ok", name: str = "Bash") -> Talk:
        self.messages.append(call(self.wire, name, {"command": command, "description": "d"}))
        return self.say("result", result)

    def edit(self, name: str = "Edit") -> Talk:
        self.messages.append(call(self.wire, name, {"path": "a.py", "new_string": "git checkout ."}))
        return self.say("result", "ok")

    def deeds(self) -> deeds.Deeds:
        return read({**self.requests.body(self.wire, []), KEY[self.wire]: self.messages})


@pytest.fixture(params=WIRES)
def talk(request: pytest.FixtureRequest, requests: Any) -> Talk:
    return Talk(requests, request.param).say("user", "one")


def test_the_model_puts_files_back_before_it_changes_any(talk: Talk) -> None:
    talk.edit().say("model", "done").say("user", "two").run("git checkout -- a.py")
    assert talk.deeds() == deeds.Deeds(undoes=True, edits=None, before="one")
    talk.edit()
    assert talk.deeds().undoes
    assert talk.deeds().edits is True


def test_it_mends_its_own_work(talk: Talk) -> None:
    talk.edit().run("git checkout -- a.py")
    assert talk.deeds() == deeds.Deeds(undoes=False, edits=True)


def test_it_is_told_once(talk: Talk) -> None:
    talk.edit().say("user", "two").run("git checkout -- a.py").say("model", "done").say("user", "three")
    assert talk.deeds() == deeds.Deeds(undoes=False, edits=None, before="two")


def test_a_turn_that_opens_tells_of_the_turn_before(talk: Talk) -> None:
    talk.edit().run("pytest", "== 1 failed, 2 passed in 0.1s ==").say("model", "done").say("user", "two")
    assert talk.deeds() == deeds.Deeds(edits=True, tests_failed=True, before="one")
    talk.run("pytest", "== 3 passed in 0.1s ==")
    assert talk.deeds() == deeds.Deeds(edits=None, tests_failed=False, before="one")
    talk.say("model", "done").say("user", "three")
    assert talk.deeds() == deeds.Deeds(edits=None, tests_failed=False, before="two")


def test_a_turn_without_calls_changed_nothing_if_its_tool_has_tools(talk: Talk) -> None:
    talk.say("model", "it is a parser").say("user", "two")
    assert talk.deeds().edits is False
    bare = read(
        {"messages": [{"role": r, "content": c} for r, c in [("user", "a"), ("assistant", "b"), ("user", "c")]]}
    )
    assert bare == deeds.Deeds(edits=None, before="a")


def test_what_does_not_reach_back_is_not_known() -> None:
    delta = {"input": [{"role": "user", "content": "two"}], "tools": [{"type": "function", "name": "x"}]}
    assert read(delta) == deeds.Deeds()
    output = {"type": "function_call_output", "call_id": "1", "output": "3 passed"}
    assert read({**delta, "input": [output]}) == deeds.Deeds(tests_failed=False)


BACK = [
    "git checkout -- a.py", "git checkout .", "git checkout HEAD -- src/a.py", "git checkout HEAD~1 a.py",
    "git checkout src/app/main.py", "cd /x && git checkout -f", "git restore .", "git restore a.py b.py",
    "git restore --staged --worktree a.py", "git reset --hard", "git reset --hard HEAD~1", "git reset --hard 3f2a91c",
    "git revert HEAD --no-edit", "git -C /repo checkout -- .", "git status; git restore src", "hg revert --all",
    "jj undo", "git apply -R fix.patch", "git stash list\ngit checkout -- x",
]  # fmt: skip
NOT_BACK = [
    "git checkout main",
    "git checkout -b feature/x",
    "git checkout feature/login",
    "git checkout v1.2",
    "git switch main",
    "git restore --staged a.py",
    "git reset HEAD a.py",
    "git reset --soft HEAD~1",
    "git reset --hard origin/main",
    "git revert --abort",
    "git log -- a.py",
    "git status",
    "echo git checkout .",
    "grep -rn 'git-checkout' .",
    "cat > a.md <<'EOF'\ngit checkout .\nEOF",
    "git checkout release-1.2",
]


@pytest.mark.parametrize("command", BACK)
def test_commands_that_put_files_back(talk: Talk, command: str) -> None:
    assert talk.run(command).deeds().undoes


@pytest.mark.parametrize("command", NOT_BACK)
def test_commands_that_do_not(talk: Talk, command: str) -> None:
    assert not talk.run(command).deeds().undoes


def test_shells_of_other_shapes() -> None:
    def undoes(*items: Any) -> bool:
        return read(
            {"input": [{"role": "user", "content": "x"}, *items, {"type": "function_call_output", "output": ""}]}
        ).undoes

    action = {"type": "exec", "command": ["bash", "-lc", "git checkout ."]}
    assert undoes({"type": "local_shell_call", "action": action})
    assert undoes({"type": "function_call", "name": "shell", "arguments": '{"command":["git","restore","a.py"]}'})
    assert undoes({"type": "function_call", "name": "exec_command", "arguments": '{"cmd":"git reset --hard"}'})
    code = 'const r = await tools.exec_command({cmd: "git checkout -- a.py"});'
    assert undoes({"type": "custom_tool_call", "name": "exec", "input": code})
    assert not undoes({"type": "custom_tool_call", "name": "apply_patch", "input": "+git checkout ."})
    assert not undoes({"type": "function_call", "name": "shell", "arguments": "{"})
    gemini = {
        "role": "model",
        "parts": [{"functionCall": {"name": "run_shell_command", "args": {"command": "git restore ."}}}],
    }
    assert read({"contents": [{"role": "user", "parts": [{"text": "x"}]}, gemini]}).undoes


BY_HAND = [
    "<bash-input>git checkout .</bash-input>",
    "<user_shell_command>\n<command>\ngit restore src\n</command>\n<result>\nExit code: 0\n</result>\n"
    "</user_shell_command>",
    "I ran the following shell command:\n```sh\ngit reset --hard\n```\n\n"
    "This produced the following result:\n```\nok\n```",
    "I ran this command:\n\ngit checkout -- a.py\n\nAnd got this output:\n\nok\n",
    "I did `git reset --hard HEAD~1` to discard the last edits. Please wait for further instructions before attempting "
    "that change again. Feel free to ask relevant questions about why the changes were reverted.",
]


@pytest.mark.parametrize("told", BY_HAND)
def test_the_person_puts_them_back(talk: Talk, told: str) -> None:
    talk.edit().say("model", "done").say("user", told).say("user", "two")
    assert talk.deeds() == deeds.Deeds(undoes=True, edits=True, before="one")
    talk.say("model", "ok").say("user", "three")
    assert not talk.deeds().undoes


def test_the_person_runs_something_else(talk: Talk) -> None:
    talk.edit().say("model", "done").say("user", "<bash-input>git status</bash-input>").say("user", "two")
    assert talk.deeds() == deeds.Deeds(edits=True, before="one")


FAILED = [
    "2 failed, 3 passed in 0.2s",
    "FAILED (failures=1)",
    "--- FAIL: TestX (0.00s)",
    "test result: FAILED. 1 passed; 1 failed",
    "Tests: 1 failed, 4 passed",
    "3 passing\n  1 failing",
    "5 examples, 1 failure",
    "Tests run: 5, Failures: 1, Errors: 0",
]
PASSED = [
    "3 passed in 0.2s",
    "Ran 4 tests in 0.1s\n\nOK",
    "ok  \texample.com/x\t0.004s",
    "test result: ok. 3 passed; 0 failed",
    "Tests:       5 passed, 5 total",
    "  3 passing (20ms)",
    "5 examples, 0 failures",
    "Tests run: 5, Failures: 0, Errors: 0",
    "OK (5 tests, 9 assertions)",
    "100% tests passed, 0 tests failed out of 4",
]


def test_how_test_runs_end(talk: Talk) -> None:
    for said in FAILED:
        assert talk.run("t", said).deeds().tests_failed is True, said
    for said in PASSED:
        assert talk.run("t", said).deeds().tests_failed is False, said
    talk.run("ls", "a.py\nREADME.md")
    assert talk.deeds().tests_failed is False
    fresh = Talk(talk.requests, talk.wire).say("user", "x").run("ls", "a.py")
    assert fresh.deeds().tests_failed is None


def test_no_text_is_shown() -> None:
    body = {"messages": [{"role": "user", "content": "canary"}, {"role": "user", "content": "two"}]}
    assert read(body).before == "canary"
    assert "canary" not in repr(read(body))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["user", "assistant", "tool_use"])
)
KEYS = st.sampled_from(
    ["messages", "input", "contents", "role", "content", "parts", "type", "text", "tool_calls", "function", "arguments",
     "functionCall", "name", "args", "action", "command", "tools", "request"]
)  # fmt: skip
JSON = st.recursive(LEAVES, lambda c: st.lists(c, max_size=4) | st.dictionaries(KEYS, c, max_size=5), max_leaves=30)


@given(body=JSON)
def test_any_json(body: Any) -> None:
    found = read(body)
    assert found.undoes in (True, False)
    assert found.edits in (True, False, None)


@given(body=st.binary(max_size=60))
def test_any_bytes(body: bytes) -> None:
    assert deeds.read(body) == deeds.Deeds() or body.strip()


@given(
    steps=st.lists(
        st.sampled_from(
            [("user", "a"), ("user", "b"), ("call", "Edit"), ("call", "Bash"), ("result", "1 failed"), ("model", "m")]
        ),
        max_size=12,
    ),
    wire=st.sampled_from(WIRES),
)
def test_before_is_the_text_before_the_last(requests: Any, steps: list[tuple[str, str]], wire: str) -> None:
    said = [text for who, text in steps if who == "user"]
    body = requests.body(wire, steps)
    assert read(body).before == (said[-2] if len(said) > 1 else "")
    assert lasttext.read(json.dumps(body).encode()).text == (said[-1] if said else "")


@pytest.mark.parametrize(
    ("name", "edits"), [("Read", False), ("Grep", False), ("TodoWrite", False), ("WebFetch", False)]
)
def test_tools_that_change_no_file(talk: Talk, name: str, edits: bool) -> None:
    assert talk.edit(name).deeds().edits is edits
    assert talk.run("ls").deeds().edits is None


@pytest.mark.parametrize(
    "name", ["Edit", "MultiEdit", "Write", "apply_patch", "replace", "write_file", "str_replace_editor", "NotebookEdit"]
)
def test_tools_that_change_files(talk: Talk, name: str) -> None:
    assert talk.edit(name).deeds().edits is True


def test_tools_inside_code_assists_wrapping() -> None:
    contents = [{"role": r, "parts": [{"text": t}]} for r, t in (("user", "a"), ("model", "b"), ("user", "c"))]
    request = {"contents": contents, "tools": [{"functionDeclarations": [{"name": "x"}]}]}
    assert read({"model": "m", "request": request}).edits is False
    assert read({"model": "m", "request": {"contents": contents}}).edits is None


def test_only_the_newest_results_are_looked_at(talk: Talk) -> None:
    talk.run("pytest", "1 failed")
    for _ in range(deeds._MOST_RUNS):
        talk.run("ls", "a.py")
    assert talk.deeds().tests_failed is None


def test_a_deeply_nested_command_is_let_go(talk: Talk) -> None:
    nested: Any = "git checkout ."
    for _ in range(100):
        nested = {"command": nested}
    talk.messages.append(call(talk.wire, "Bash", {"command": nested}))
    assert not talk.deeds().undoes
