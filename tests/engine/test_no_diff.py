"""Sessions that left nothing behind: asked of real git repositories, by the dates that git and files have."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wasteful import DAY, HOUR, MINUTE, SECOND, START, Traffic

from trayapp.engine import gitdiff
from trayapp.engine.projects import Projects
from trayapp.engine.repositories import projects
from trayapp.engine.wasteledger import Counted, WasteLedger
from trayapp.ledger import Ledger
from trayapp.platform.paths import read_or_make_secret
from trayapp.platform.resources import resource
from trayapp.pricing import Book, load
from trayapp.values import Leg, State

LATER = START + 30 * DAY
MARK = Projects("key").mark
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def book() -> Book:
    return load(resource("pricebook.json").read_bytes())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path / "state" / "ledger.sqlite3")
    yield ledger
    ledger.close()


def git(folder: Path, *arguments: str, at: int = START - 40 * DAY, author: int | None = None) -> str:
    """Run git as somebody whose clock shows ``at``."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_AUTHOR_DATE": f"@{(at if author is None else author) // SECOND} +0000",
        "GIT_COMMITTER_DATE": f"@{at // SECOND} +0000",
    }
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def age(folder: Path, at: int) -> None:
    """Files and folders of a work tree, all of that time."""
    for path in (folder, *folder.rglob("*")):
        if ".git" not in path.parts:
            os.utime(path, (at // SECOND, at // SECOND), follow_symlinks=False)


def repository(folder: Path) -> Path:
    """One with an old commit of one file."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    age(folder, START - 40 * DAY)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


class Scene:
    """Sessions, and where to look for their folders."""

    def __init__(self, ledger: Ledger, book: Book) -> None:
        self.ledger = ledger
        self.book = book
        self.traffic = Traffic(book)
        self.last = START + HOUR

    def session(self, folder: Path | str | None, name: str | None = None, **more: object) -> str:
        """Two calls; the last ends at ``last``."""
        session = name or self.traffic.name()
        project = None if folder is None else MARK(str(folder))
        self.traffic.call(START, session, Leg(input=900, output=20), project=project, **more)
        self.traffic.call(self.last - SECOND, session, Leg(input=950, output=20), project=project, lasts=SECOND, **more)
        return session

    def count(self, *folders: Path | str, now: int = LATER) -> Counted:
        self.traffic.write(self.ledger)
        ledger = WasteLedger(self.ledger, lambda: self.book, MARK, lambda: now)
        return ledger.counted(START - HOUR, START + 7 * DAY, tuple(str(folder) for folder in folders))

    def wasted(self, *folders: Path | str, now: int = LATER) -> set[str | None]:
        """The sessions that left nothing; each with all its calls, and their whole price."""
        counted = self.count(*folders, now=now)
        line = counted.lines[-1]
        assert line.kind == "no_diff"
        assert line.known, line.why
        named = {call.id: call for call in self.traffic.calls}
        rows = [named[row_id] for row_id in counted.rows["no_diff"]]
        sessions = {call.session for call in rows}
        assert {call.id for call in rows} == {c.id for c in self.traffic.calls if c.session in sessions}
        assert line.pico == sum(call.cost.pico or 0 for call in rows)
        assert (line.rows, line.sessions) == (len(rows), len(sessions))
        return sessions


@pytest.fixture
def scene(ledger: Ledger, book: Book) -> Scene:
    return Scene(ledger, book)


def commit(at: Callable[[Scene], int], **more: int) -> Callable[[Scene, Path], None]:
    def make(scene: Scene, folder: Path) -> None:
        git(folder, "commit", "-q", "--allow-empty", "-m", "two", at=at(scene), **more)

    return make


def touch(name: str, at: Callable[[Scene], int], *then: str) -> Callable[[Scene, Path], None]:
    def make(scene: Scene, folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("a longer text\n")
        os.utime(folder / name, (at(scene) // SECOND,) * 2)
        if then:
            git(folder, *then)

    return make


def amended(scene: Scene, folder: Path) -> None:
    """What was committed in time is in no branch any more."""
    git(folder, "commit", "-q", "--allow-empty", "-m", "two", at=scene.last)
    git(folder, "reset", "-q", "--soft", "HEAD~1", at=LATER)


def stashed(scene: Scene, folder: Path) -> None:
    touch("a.txt", lambda s: s.last)(scene, folder)
    git(folder, "stash", "-q", at=scene.last + HOUR)
    age(folder, START - 40 * DAY)


def rebased(scene: Scene, folder: Path) -> None:
    git(folder, "commit", "-q", "--allow-empty", "-m", "two", at=LATER, author=scene.last + HOUR)


def deleted(scene: Scene, folder: Path) -> None:
    (folder / "a.txt").unlink()
    os.utime(folder, (scene.last // SECOND,) * 2)


def branched(scene: Scene, folder: Path) -> None:
    git(folder, "checkout", "-q", "-b", "other", at=scene.last)
    git(folder, "commit", "-q", "--allow-empty", "-m", "two", at=scene.last)
    git(folder, "checkout", "-q", "main", at=scene.last)


def only_looked(scene: Scene, folder: Path) -> None:
    """Moving between branches is no change."""
    git(folder, "checkout", "-q", "-b", "other", at=scene.last)
    age(folder, START - 40 * DAY)


LEFT = {
    "a commit a day later, to the second": commit(lambda s: s.last + DAY),
    "a commit while it ran": commit(lambda s: START + MINUTE),
    "on another branch": branched,
    "amended away": amended,
    "stashed": stashed,
    "rebased since": rebased,
    "a new file": touch("pkg/new.txt", lambda s: s.last + HOUR),
    "a changed file": touch("a.txt", lambda s: s.last + DAY),
    "a staged file": touch("b.txt", lambda s: s.last, "add", "b.txt"),
    "a deleted file": deleted,
}
LEFT_NOTHING = {
    "nothing at all": lambda scene, folder: None,
    "a commit a second too late": commit(lambda s: s.last + DAY + SECOND),
    "a commit before it": commit(lambda s: START - SECOND),
    "a file from before": touch("new.txt", lambda s: START - SECOND),
    "an ignored file": touch(".git/x.txt", lambda s: s.last),
    "another branch was looked at": only_looked,
}


@pytest.mark.parametrize("what", LEFT)
def test_it_left_something(scene: Scene, tmp_path: Path, what: str) -> None:
    folder = repository(tmp_path / "src" / "kettle")
    scene.session(folder)
    LEFT[what](scene, folder)
    assert scene.wasted(tmp_path / "src") == set()


@pytest.mark.parametrize("what", LEFT_NOTHING)
def test_it_left_nothing(scene: Scene, tmp_path: Path, what: str) -> None:
    folder = repository(tmp_path / "src" / "kettle")
    session = scene.session(folder)
    LEFT_NOTHING[what](scene, folder)
    assert scene.wasted(tmp_path / "src") == {session}


@pytest.mark.parametrize("name", ["a.txt", "new.txt"])
def test_a_file_that_was_saved_again_later_says_nothing(scene: Scene, tmp_path: Path, name: str) -> None:
    """Only its last change is known: it may have been changed in the session, too."""
    folder = repository(tmp_path / "src" / "kettle")
    scene.session(folder)
    touch(name, lambda s: s.last + DAY + SECOND)(scene, folder)
    assert scene.wasted(tmp_path / "src") == set()


def test_which_sessions_are_judged(scene: Scene, tmp_path: Path) -> None:
    src = tmp_path / "src"
    folder, busy = repository(src / "kettle"), repository(src / "deep" / "busy")
    commit(lambda s: s.last)(scene, busy)
    (folder / "pkg" / "app").mkdir(parents=True)
    (src / "loose").mkdir()
    age(folder, START - 40 * DAY)
    below = scene.session(folder / "pkg" / "app")
    slash = scene.session(f"{folder}/")
    titled = scene.session(folder)
    scene.traffic.call(START + SECOND, titled, Leg(input=9, output=3))  # a title names no folder
    free = scene.session(folder, free=True)
    scene.session(busy)
    scene.session(src / "loose")
    scene.session(None)
    both = scene.session(folder)
    scene.session(busy, both)  # it worked in two, and left something in one
    abroad = scene.session(folder)
    scene.session("/somewhere/else", abroad)  # nobody knows what it left there
    deeper = scene.session(folder / "pkg" / "app" / "too" / "deep")
    unsent = scene.session(folder, free=True, state=State.NOT_SENT)
    found = scene.wasted(src)
    assert found == {below, slash, titled}
    assert not {free, both, abroad, deeper, unsent} & found


def test_a_session_that_is_not_over_is_not_judged(scene: Scene, tmp_path: Path) -> None:
    folder = repository(tmp_path / "kettle")
    session = scene.session(folder)
    counted = WasteLedger(scene.ledger, lambda: scene.book, MARK, lambda: scene.last + DAY)
    assert scene.wasted(folder, now=scene.last + DAY) == set()
    assert counted.counted(START, START + DAY, (str(folder),)).lines[-1].rows == 0
    late = WasteLedger(scene.ledger, lambda: scene.book, MARK, lambda: scene.last + DAY + SECOND)
    assert late.counted(START, START + DAY, (str(folder),)).lines[-1].sessions == 1
    assert session


def test_a_session_that_goes_on_behind_the_range(scene: Scene, tmp_path: Path) -> None:
    """What it leaves in the end counts, though only its calls within the range are its rows."""
    folder = repository(tmp_path / "kettle")
    scene.last = START + 20 * HOUR
    scene.session(folder)
    commit(lambda s: s.last + 23 * HOUR)(scene, folder)
    scene.traffic.write(scene.ledger)
    ledger = WasteLedger(scene.ledger, lambda: scene.book, MARK, lambda: LATER)
    assert ledger.counted(START, START + HOUR, (str(folder),)).lines[-1].rows == 0
    git(folder, "update-ref", "-d", "refs/heads/main")
    shutil.rmtree(folder / ".git" / "logs")
    age(folder, START - 40 * DAY)
    git(folder, "commit", "-qm", "old")
    age(folder, START - 40 * DAY)
    anew = WasteLedger(scene.ledger, lambda: scene.book, MARK, lambda: LATER)
    assert anew.counted(START, START + HOUR, (str(folder),)).lines[-1].rows == 1


def test_a_linked_work_tree(scene: Scene, tmp_path: Path) -> None:
    """It is found through its repository, and what is left in either is of both."""
    folder = repository(tmp_path / "src" / "kettle")
    git(folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "far" / "side"))
    age(tmp_path / "far" / "side", START - 40 * DAY)
    session = scene.session(tmp_path / "far" / "side")
    assert scene.wasted(tmp_path / "src") == {session}
    (tmp_path / "far" / "side" / "new.txt").write_text("x")
    os.utime(tmp_path / "far" / "side" / "new.txt", (scene.last // SECOND,) * 2)
    anew = WasteLedger(scene.ledger, lambda: scene.book, MARK, lambda: LATER)
    line = anew.counted(START - HOUR, START + DAY, (str(tmp_path / "far" / "side"),)).lines[-1]
    assert (line.known, line.rows) == (True, 0)


def test_folders_as_they_may_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = repository(tmp_path / "src" / "kettle")
    inner = repository(folder / "vendor" / "lid")
    (tmp_path / "link").symlink_to(tmp_path / "src")
    (folder / "node_modules" / "x").mkdir(parents=True)
    known = projects(("~/link", "relative", str(tmp_path / "none")), MARK)
    one = known[MARK(str(folder))]
    assert known[MARK(f"{tmp_path}/link/kettle")] is known[MARK("~/src/kettle")] is known[MARK("~/link/kettle")] is one
    assert known[MARK(str(folder / "vendor"))] is one
    assert MARK(str(folder / "node_modules")) not in known
    # A repository that lies in another one is its own, where it is found at all.
    known = projects((str(folder), str(folder / "vendor")), MARK)
    assert known[MARK(str(inner))].trees == (inner,)
    # A folder of a repository leads to it.
    assert projects((str(folder / "vendor"),), MARK)[MARK(str(folder))].trees == (folder,)


def test_why_it_is_not_known(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "src" / "kettle")
    (tmp_path / "empty").mkdir()
    scene.session(folder)
    scene.traffic.write(scene.ledger)

    def why(*folders: Path) -> str:
        ledger = WasteLedger(scene.ledger, lambda: scene.book, MARK, lambda: LATER)
        line = ledger.counted(START - HOUR, START + DAY, tuple(map(str, folders))).lines[-1]
        assert (line.known, line.rows, line.pico) == (False, 0, 0)
        return line.why

    assert "report.repositories" in why()
    assert why(tmp_path / "empty") == "No git repository was found in the folders of report.repositories."
    other = repository(tmp_path / "other")
    assert why(other) == "No session of this time was in one of the repositories that were found."
    (folder / ".git" / "HEAD").write_text("nonsense")
    assert why(folder) == "git could not read the repositories of these sessions."
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert why(folder) == "git is not installed, or not in the PATH."
    slow = tmp_path / "empty" / "git"
    slow.write_text("#!/bin/sh\nwhile :; do :; done\n")
    slow.chmod(0o755)
    monkeypatch.setattr(gitdiff, "SECONDS", 0.2)
    assert why(folder) == "git could not read the repositories of these sessions."


def test_what_git_cannot_read_is_not_judged(scene: Scene, tmp_path: Path) -> None:
    """One broken repository takes its own sessions out, and those that worked in it as well."""
    sound, broken = repository(tmp_path / "src" / "kettle"), repository(tmp_path / "src" / "lid")
    session = scene.session(sound)
    scene.session(broken)
    both = scene.session(sound)
    scene.session(broken, both)
    (broken / ".git" / "HEAD").write_text("nonsense")
    assert scene.wasted(tmp_path / "src") == {session}


def test_an_engine_looks_where_the_settings_say(make_engine: Callable[[str], Any], book: Book, tmp_path: Path) -> None:
    """In the settings' folders, and in those that are asked for; as JSON the rows are the sessions' calls."""
    engine = make_engine("http://127.0.0.1:9")
    one, two = repository(tmp_path / "src" / "kettle"), repository(tmp_path / "far" / "lid")
    mark = Projects(read_or_make_secret(engine.paths.install_key)).mark
    traffic = Traffic(book)
    calls = [traffic.call(START, name, project=mark(str(folder))) for name, folder in (("a", one), ("b", two))]
    ledger = Ledger.open(engine.paths.ledger)
    traffic.write(ledger)
    ledger.close()
    with engine.paths.settings.open("a") as file:
        file.write(f'[report]\nrepositories = ["{tmp_path}/src"]\n')
    engine.start()
    asked: dict[str, Any] = {"since_us": START, "until_us": START + DAY}
    with engine.client() as client:

        def rows(**more: Any) -> set[int]:
            answer = client.ask("waste_rows", kind="no_diff", **asked, **more)
            assert not answer["more"]
            return {int(row["id"]) for row in answer["rows"]}

        assert rows() == {calls[0].id}
        assert rows(repositories=[str(two)]) == {calls[0].id, calls[1].id}
        client.ask("set_setting", key="report.repositories", value=[str(two)])
        assert rows() == {calls[1].id}
        client.ask("set_setting", key="report.repositories")
        line = client.ask("waste", **asked)["lines"][-1]
        assert (line["known"], line["rows"], line["pico"]) == (False, 0, "0")
    found = [path.read_bytes() for path in engine.home.rglob("*") if path.is_file()]
    assert not any(b"kettle" in content or b"/lid" in content for content in found)


def test_a_repository_without_a_commit(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    git(folder, "init", "-q")
    session = scene.session(folder)
    assert scene.wasted(folder) == {session}


def test_nothing_of_a_repository_is_run_or_changed(scene: Scene, tmp_path: Path) -> None:
    folder = repository(tmp_path / "src" / "kettle")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "filter.f.clean", "filter.f.process", "core.pager", "pager.log", "gpg.program"):
        git(folder, "config", name, str(trap))
    git(folder, "config", "log.showSignature", "true")
    (folder / ".git" / "info" / "attributes").write_text("* filter=f\n")
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        shutil.copy(trap, folder / ".git" / "hooks" / hook)
    (folder / "a.txt").write_text("two\n")
    os.utime(folder / "a.txt", (START // SECOND - 9,) * 2)
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (folder / ".git").rglob("*") if path.is_file()
    }
    session = scene.session(folder)
    assert scene.wasted(folder) == {session}
    after = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (folder / ".git").rglob("*") if path.is_file()
    }
    assert before == after
    assert not (tmp_path / "ran").exists()
