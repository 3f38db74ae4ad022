"""What undoing does when the user, the tool or another edit came in between; opting out; secrets; the dry run."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from trayapp.tools.desk import Desk, OptedOutError
from trayapp.tools.files import EditError
from trayapp.tools.journal import Journal, State
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import BOM, Item, Operation, Remove, Set, Where

TOKEN = "pQ7_x" * 8 + "zz9"
URL = f"http://127.0.0.1:27410/{TOKEN}/anthropic.claude-code"
WAY = ("env", "ANTHROPIC_BASE_URL")

FILES: dict[str, tuple[Format, bytes, tuple[Operation, ...], bytes]] = {
    "json": (Format.JSON, b'{\n  "a": 1, // c\n  "z": [1,],\n}\n', (Set(WAY, URL),), b"// theirs\n"),
    "json CRLF BOM": (Format.JSON, BOM + b'{\r\n\t"a": 1\r\n}', (Set(WAY, URL), Set(("b",), True)), b"\r\n"),
    "json replaced": (Format.JSON, b'{"env": {"ANTHROPIC_BASE_URL" : "http://gw" }}', (Set(WAY, URL),), b"\n"),
    "json empty": (Format.JSON, b"", (Set(WAY, URL),), b""),
    "toml": (Format.TOML, b"# c\n[t]\na = 1\n", (Set(("openai_base_url",), URL),), b"# theirs\n"),
    "toml table": (Format.TOML, b"a = 1\r\n", (Set(("p", "s", "url"), URL), Set(("p", "s", "w"), 1)), b"# theirs\r\n"),
    "toml replaced": (Format.TOML, b"u = 'x' # c\n", (Set(("u",), URL),), b"[other]\n"),
    "toml list": (
        Format.TOML,
        b'[[p]]\nname = "a"\nurl = "x"\n',
        (Set(("p", Where("name", "a"), "url"), URL),),
        b'[[p]]\nname = "b"\n',
    ),
    "env": (Format.ENV, b"export A=1\nU='x'\n", (Set(("U",), URL), Set(("V",), "v")), b"W=1\n"),
    "yaml": (Format.YAML, b"# c\na: 1\n", (Set(("set-env", Item("U=")), f"U={URL}"),), b"b: 2\n"),
    "yaml nested": (
        Format.YAML,
        b"models:\n  - name: a\n    apiBase: http://x # c\n",
        (Set(("models", Where("name", "a"), "apiBase"), URL),),
        b"b: 2\n",
    ),
}


@pytest.fixture
def path(user: Path) -> Path:
    return user / ".tool"


def make(path: Path, data: bytes, form: Format, *operations: Operation, tool: str = "tool") -> Edit:
    path.write_bytes(data)
    path.chmod(0o600)
    return Edit(tool, path, form, operations)


def state(desk: Desk, entry_id: str | None) -> State:
    entry = desk.journal.get(entry_id or "")
    assert entry is not None
    return entry.state


@pytest.mark.parametrize("name", FILES)
def test_undone_exactly(desk: Desk, path: Path, name: str) -> None:
    form, before, operations, _ = FILES[name]
    edit = make(path, before, form, *operations)
    plan = desk.plan(edit)
    assert path.read_bytes() == before
    entry_id = desk.apply(edit)
    assert path.read_bytes() == plan.after != before
    assert state(desk, entry_id) is State.APPLIED
    assert desk.apply(edit) == entry_id, "a second time changes nothing"
    outcome = desk.revert(entry_id or "")
    assert outcome.done
    assert "byte for byte" in outcome.text
    assert path.read_bytes() == before
    assert state(desk, entry_id) is State.REVERTED
    assert desk.apply(edit) is not None, "what we took back ourselves was not the user's choice"


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name][3]])
def test_what_was_added_since_stays_and_ours_goes(desk: Desk, path: Path, name: str) -> None:
    form, before, operations, more = FILES[name]
    entry_id = desk.apply(make(path, before, form, *operations))
    path.write_bytes(path.read_bytes() + more)
    outcome = desk.revert(entry_id or "")
    assert outcome.done
    assert path.read_bytes() == before + more, name
    assert TOKEN not in outcome.diff


def test_a_key_that_the_user_changed_is_left_alone(desk: Desk, path: Path) -> None:
    edit = make(
        path, b'{"env": {"ANTHROPIC_BASE_URL": "http://gw", "K": "1"}}', Format.JSON, Set(WAY, URL), Set(("n",), 1)
    )
    entry_id = desk.apply(edit)
    mine = path.read_bytes().replace(URL.encode(), b"http://mine")
    path.write_bytes(mine)
    outcome = desk.revert(entry_id or "")
    assert outcome.done
    assert "you have changed it" in outcome.text
    assert json.loads(path.read_bytes()) == {"env": {"ANTHROPIC_BASE_URL": "http://mine", "K": "1"}}


def test_what_the_user_took_out_is_not_put_in_again(desk: Desk, path: Path) -> None:
    edit = make(path, b"{}", Format.JSON, Set(WAY, URL))
    desk.apply(edit)
    path.write_bytes(b'{"mine": 1}')
    with pytest.raises(OptedOutError) as caught:
        desk.apply(edit)
    assert caught.value.trouble.code == "opted_out"
    assert desk.plan(edit).opted_out
    assert path.read_bytes() == b'{"mine": 1}'
    assert all(outcome.done for outcome in desk.restore())
    assert path.read_bytes() == b'{"mine": 1}'
    with pytest.raises(OptedOutError):  # undoing everything does not make us forget it
        desk.apply(edit)
    entry_id = desk.apply(edit, again=True)
    assert URL.encode() in path.read_bytes()
    assert desk.apply(edit) == entry_id, "from now on it is wanted again"
    assert desk.revert(entry_id or "").done
    assert path.read_bytes() == b'{"mine": 1}'


def test_a_changed_value_is_a_choice_too(desk: Desk, path: Path) -> None:
    edit = make(path, b"{}", Format.JSON, Set(WAY, URL))
    desk.apply(edit)
    path.write_bytes(path.read_bytes().replace(URL.encode(), b"http://mine"))
    with pytest.raises(OptedOutError):
        desk.apply(edit)
    assert b"http://mine" in path.read_bytes()


def test_what_was_only_filled_in_may_be_changed_freely(desk: Desk, path: Path) -> None:
    edit = make(path, b"{}", Format.JSON, Set(WAY, URL), Set(("env", "SMALL"), "haiku", unless_set=True))
    desk.apply(edit)
    path.write_bytes(path.read_bytes().replace(b"haiku", b"sonnet"))
    entry_id = desk.apply(edit)
    assert b"sonnet" in path.read_bytes()
    assert desk.revert(entry_id or "").done
    assert json.loads(path.read_bytes()) == {"env": {"SMALL": "sonnet"}}
    assert desk.apply(edit) is not None


def test_a_file_that_vanished_stays_vanished(desk: Desk, path: Path) -> None:
    edit = make(path, b"{}", Format.JSON, Set(WAY, URL))
    entry_id = desk.apply(edit)
    path.unlink()
    outcome = desk.revert(entry_id or "")
    assert outcome.done
    assert "gone" in outcome.text
    assert not path.exists()
    with pytest.raises(OptedOutError):
        desk.apply(edit)
    assert not path.exists()


def test_a_file_that_moved_behind_a_link_is_followed(desk: Desk, path: Path, user: Path) -> None:
    entry_id = desk.apply(make(path, b'{"a": 1}', Format.JSON, Set(WAY, URL)))
    link = user / "tool-settings"
    entry = desk.journal.get(entry_id or "")
    assert entry is not None
    path.rename(link)
    path.symlink_to(link)
    assert desk.revert(entry_id or "").done
    assert link.read_bytes() == b'{"a": 1}'
    assert path.is_symlink()


def test_a_file_that_we_made_goes_unless_it_has_become_the_users(desk: Desk, path: Path) -> None:
    edit = Edit("tool", path, Format.JSON, (Set(WAY, URL),))
    entry_id = desk.apply(edit)
    path.write_bytes(path.read_bytes() + b"\n")
    assert "only our keys" in desk.revert(entry_id or "").text or not path.exists()
    assert not path.exists()
    entry_id = desk.apply(edit)
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps({**document, "mine": 1}))
    assert desk.revert(entry_id or "").done
    assert json.loads(path.read_bytes()) == {"mine": 1}


def test_connecting_anew_takes_the_earlier_edit_over(desk: Desk, path: Path) -> None:
    before = b'{"env": {"ANTHROPIC_BASE_URL": "http://gateway"}}\n'
    first = desk.apply(make(path, before, Format.JSON, Set(WAY, URL)))
    other = Edit("tool", path, Format.JSON, (Set(WAY, URL.replace("27410", "27411")), Set(("n",), 1)))
    second = desk.apply(other)
    assert state(desk, first) is State.SUPERSEDED
    assert [entry.id for entry in desk.journal.open_entries()] == [second]
    path.write_bytes(path.read_bytes() + b"\n")
    third = desk.apply(Edit("tool", path, Format.JSON, (Set(WAY, URL),)))
    assert b'"n"' not in path.read_bytes(), "what the new edit does not want is gone"
    assert desk.revert(third or "").done
    assert path.read_bytes() == before + b"\n"
    assert not list(desk.journal.folder.glob("*.before"))


def test_two_tools_in_one_file(desk: Desk, path: Path) -> None:
    before = b"A=1\n"
    one = desk.apply(make(path, before, Format.ENV, Set(("ONE",), URL), tool="one"))
    two = desk.apply(Edit("two", path, Format.ENV, (Set(("TWO",), URL),)))
    assert desk.revert(one or "").done
    assert path.read_bytes() == b"A=1\nTWO=" + URL.encode() + b"\n"
    assert desk.revert(two or "").done
    assert path.read_bytes() == before


def test_a_removed_key_comes_back_as_it_was_written(desk: Desk, path: Path) -> None:
    before = b'{\n  "keep": 1,\n  "apiKeyHelper" : /* c */ "x y",\n  "z": 2\n}\n'
    entry_id = desk.apply(make(path, before, Format.JSON, Remove(("apiKeyHelper",))))
    assert b"apiKeyHelper" not in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b'"z": 2', b'"z": 3'))
    assert desk.revert(entry_id or "").done
    assert json.loads(path.read_bytes()) == {"keep": 1, "z": 3, "apiKeyHelper": "x y"}
    assert desk.revert(desk.apply(make(path, before, Format.JSON, Remove(("apiKeyHelper",)))) or "").done
    assert path.read_bytes() == before


def test_a_file_that_became_unreadable_to_us_is_not_touched(desk: Desk, path: Path) -> None:
    entry_id = desk.apply(make(path, b"{}", Format.JSON, Set(WAY, URL)))
    broken = path.read_bytes()[:-3]
    path.write_bytes(broken)
    outcome = desk.revert(entry_id or "")
    assert not outcome.done
    assert path.read_bytes() == broken
    assert state(desk, entry_id) is State.APPLIED
    path.write_bytes(broken + b"}\n}")
    assert desk.revert(entry_id or "").done


def test_secrets_stand_in_no_journal_and_no_diff(desk: Desk, path: Path) -> None:
    key, old = "sk-ant-api03-verysecret123456", "https://me:pass@gw/" + "A1b2" * 8
    before = json.dumps({"env": {"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": old, "X": "plain"}}, indent=1).encode()
    edit = make(path, before, Format.JSON, Set(WAY, URL), Remove(("env", "ANTHROPIC_API_KEY")))
    shown = desk.plan(edit).diff()
    entry_id = desk.apply(edit)
    journal = "".join(p.read_text() for p in desk.journal.folder.glob("*.json"))
    for secret in (key, "pass", "A1b2" * 8, TOKEN):
        assert secret not in journal
        assert secret not in shown
        assert not [p for p in desk.journal.folder.glob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    assert "…/anthropic.claude-code" in shown
    path.write_bytes(path.read_bytes() + b"\n")
    assert desk.revert(entry_id or "").done
    assert json.loads(path.read_bytes()) == json.loads(before)
    assert not list((desk.journal.folder / "vault").iterdir()), "nothing is kept longer than needed"


class Forgetful:
    """A vault that keeps small things only, as some keyrings do."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kept: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> bool:
        if len(data) > self.limit:
            return False
        self.kept[name] = data
        return True

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)


def test_a_vault_that_keeps_little(home: Path, user: Path, path: Path) -> None:
    before = b'{"apiKey": "sk-ant-api03-verysecret123456", "long": "' + b"x" * 200 + b'"}'
    vault = Forgetful(50)
    desk = Desk(Journal(home / "edits", vault), user)
    entry_id = desk.apply(make(path, before, Format.JSON, Set(("apiKey",), "none")))
    assert list(vault.kept.values()) == [b'"sk-ant-api03-verysecret123456"']
    assert desk.revert(entry_id or "").done
    assert path.read_bytes() == before
    assert vault.kept == {}
    vault.limit = 0
    with pytest.raises(EditError):  # without its former value the key could not come back
        desk.apply(make(path, before, Format.JSON, Set(("apiKey",), "none")))
    assert path.read_bytes() == before


def test_a_journal_that_cannot_be_written_stops_an_edit(home: Path, user: Path, path: Path) -> None:
    (home / "state").write_text("a file where a folder should be")
    desk = Desk(Journal(home / "state" / "edits"), user)
    with pytest.raises(EditError) as caught:
        desk.apply(make(path, b"{}", Format.JSON, Set(WAY, URL)))
    assert caught.value.trouble.code == "folder_unusable"
    assert path.read_bytes() == b"{}"


def test_a_damaged_entry_is_named_and_the_others_are_undone(desk: Desk, path: Path) -> None:
    desk.apply(make(path, b"{}", Format.JSON, Set(WAY, URL)))
    for text in ("", "[]", "{}", '{"id": "x", "keys": 3}', '{"keys": [{"way": [null]}]}'):
        (desk.journal.folder / "0-bad.json").write_text(text)
        assert desk.journal.damaged()
    outcomes = desk.restore()
    assert [outcome.done for outcome in outcomes] == [True, False]
    assert "damaged" in outcomes[1].text
    assert path.read_bytes() == b"{}"
    assert (desk.journal.folder / "0-bad.json").exists()


def test_a_dry_run_changes_nothing_and_says_all(desk: Desk, path: Path) -> None:
    before = b"A=1\n"
    edit = make(path, before, Format.ENV, Set(("ONE",), URL), tool="one")
    assert desk.plan(edit).diff() == (
        f"--- {path}\n+++ {path}\n@@ -1 +1,2 @@\n A=1\n+ONE=http://127.0.0.1:27410/…/anthropic.claude-code\n"
    )
    desk.apply(edit)
    desk.apply(Edit("two", path, Format.ENV, (Set(("TWO",), URL),)))
    now = path.read_bytes()
    listing = sorted((p.name, p.stat().st_mtime_ns) for p in desk.journal.folder.rglob("*"))
    shown = desk.restore(dry_run=True)
    assert [(o.tool, o.done) for o in shown] == [("two", True), ("one", True)]
    assert all("-" in o.diff and TOKEN not in o.diff for o in shown)
    assert path.read_bytes() == now
    assert sorted((p.name, p.stat().st_mtime_ns) for p in desk.journal.folder.rglob("*")) == listing
    desk.restore("two")
    assert b"ONE" in path.read_bytes()
    assert b"TWO" not in path.read_bytes()


def test_edits_from_many_threads_take_turns(desk: Desk, user: Path) -> None:
    paths = [user / f"f{n}" for n in range(4)]
    failures: list[BaseException] = []

    def work(path: Path) -> None:
        try:
            for _ in range(3):
                entry_id = desk.apply(Edit(path.name, path, Format.ENV, (Set(("U",), URL),)))
                desk.revert(entry_id or "")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(user.iterdir()) == []


def test_the_journal_does_not_grow_for_ever(desk: Desk, path: Path) -> None:
    edit = make(path, b"{}", Format.JSON, Set(WAY, URL))
    for _ in range(70):
        desk.revert(desk.apply(edit) or "")
    assert len(desk.journal.entries()) < 60


def test_nothing_to_do_writes_nothing(desk: Desk, path: Path) -> None:
    before = json.dumps({"env": {"ANTHROPIC_BASE_URL": URL}}).encode()
    assert desk.apply(make(path, before, Format.JSON, Set(WAY, URL))) is None
    assert desk.journal.entries() == []
    assert desk.restore() == []
    assert desk.recover() == []
    assert path.read_bytes() == before


def test_an_edit_that_is_not_in_effect_cannot_be_undone(desk: Desk, path: Path) -> None:
    with pytest.raises(EditError):
        desk.revert("nothing")


def test_times_and_owner_are_kept(desk: Desk, path: Path) -> None:
    entry_id = desk.apply(make(path, b"{}", Format.JSON, Set(WAY, URL)))
    entry = desk.journal.get(entry_id or "")
    assert entry is not None
    assert entry.time_us > 0
    assert entry.mode == 0o600
    if os.name == "posix":
        assert entry.uid == os.geteuid()


@pytest.mark.parametrize(
    ("form", "before"),
    [
        (Format.JSON, b'{\n  "a": {"url": null}\n}\n'),
        (Format.YAML, b"a:\n  url: null\n"),
    ],
)
def test_a_null_comes_back_also_after_another_edit(desk: Desk, user: Path, form: Format, before: bytes) -> None:
    path = user / "settings"
    path.write_bytes(before)
    path.chmod(0o600)
    desk.apply(Edit("tool", path, form, (Set(("a", "url"), "http://127.0.0.1:1/x"),)))
    path.write_bytes(path.read_bytes() + b"\n")
    (outcome,) = desk.restore()
    assert outcome.done, outcome.text
    assert path.read_bytes() == before + b"\n"
