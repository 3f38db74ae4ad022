"""Whose files are edited, and what of them stays: links, rights, owners, folders; errors of the system at any step."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trayapp.tools import files
from trayapp.tools.desk import Desk
from trayapp.tools.files import EditError
from trayapp.tools.journal import State
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import Set

ROOT = os.name == "posix" and os.geteuid() == 0
BEFORE = b'{\n  "model": "opus"\n}\n'
NOBODY = 65534


def edit(path: Path, **more: Any) -> Edit:
    return Edit("tool", path, Format.JSON, (Set(("env", "U"), "http://127.0.0.1:1/x"),), **more)


@pytest.fixture
def path(user: Path) -> Path:
    path = user / ".tool" / "settings.json"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(BEFORE)
    path.chmod(0o600)
    return path


def refused(desk: Desk, path: Path, code: str, **more: Any) -> EditError:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(EditError) as caught:
        desk.apply(edit(path, **more))
    trouble = caught.value.trouble
    assert trouble.code == code, trouble
    assert trouble.title
    assert trouble.message
    assert trouble.fix
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not [e for e in desk.journal.entries() if e.state is State.APPLIED]
    return caught.value


def back_and_forth(desk: Desk, path: Path, before: bytes) -> bytes:
    entry_id = desk.apply(edit(path))
    after = path.read_bytes()
    assert after != before
    assert entry_id is not None
    assert desk.revert(entry_id).done
    assert path.read_bytes() == before
    return after


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o400 | 0o200 | 0o100])
def test_the_mode_stays(desk: Desk, path: Path, mode: int) -> None:
    path.chmod(mode)
    entry_id = desk.apply(edit(path))
    assert stat.S_IMODE(path.stat().st_mode) == mode
    desk.revert(entry_id or "")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_stays_a_link_and_its_target_is_edited(desk: Desk, path: Path, user: Path) -> None:
    real = user / "dotfiles" / "claude.json"
    real.parent.mkdir(mode=0o700)
    path.rename(real)
    middle = user / "middle"
    middle.symlink_to(Path("dotfiles") / "claude.json")
    path.symlink_to(middle)
    back_and_forth(desk, path, BEFORE)
    assert path.is_symlink()
    assert middle.is_symlink()
    assert not real.is_symlink()


def test_a_linked_folder_is_followed(desk: Desk, path: Path, user: Path) -> None:
    path.parent.rename(user / "dotfiles")
    path.parent.symlink_to(user / "dotfiles")
    back_and_forth(desk, path, BEFORE)
    assert path.parent.is_symlink()


def test_a_link_that_leads_nowhere_or_in_circles_is_refused(desk: Desk, path: Path, user: Path) -> None:
    path.unlink()
    path.symlink_to(user / "gone")
    refused(desk, path, "dangling_link")
    path.unlink()
    path.symlink_to(path.name)
    refused(desk, path, "dangling_link")
    assert path.is_symlink()


@pytest.mark.skipif(os.name != "posix", reason="rights")
def test_a_read_only_file_is_left_alone_even_by_root(desk: Desk, path: Path) -> None:
    path.chmod(0o444)
    assert "chmod u+w" in refused(desk, path, "locked").trouble.fix
    path.chmod(0o600)
    path.parent.chmod(0o500)
    refused(desk, path, "locked")
    path.parent.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="rights")
def test_what_others_can_write_is_refused(desk: Desk, path: Path, user: Path) -> None:
    path.chmod(0o602)
    refused(desk, path, "writable_by_others")
    path.chmod(0o600)
    for folder, mode in ((path.parent, 0o777), (path.parent, 0o1777), (user, 0o702)):
        folder.chmod(mode)
        refused(desk, path, "writable_by_others")
        folder.chmod(0o700)
    back_and_forth(desk, path, BEFORE)


@pytest.mark.skipif(os.name != "posix", reason="rights")
def test_a_group_may_write_when_it_is_the_users_own(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grp
    import pwd

    me = pwd.getpwuid(os.geteuid())
    path.chmod(0o660)
    name, members = me.pw_name, [me.pw_name]
    monkeypatch.setattr(grp, "getgrgid", lambda gid: grp.struct_group((name, "x", gid, members)))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.struct_passwd((*me[:3], path.stat().st_gid, *me[4:])))
    assert not files.writable_by_others(path.stat())
    back_and_forth(desk, path, BEFORE)
    members.append("somebody")
    refused(desk, path, "writable_by_others")
    name, members = "staff", []
    refused(desk, path, "writable_by_others")


@pytest.mark.skipif(os.name != "posix", reason="owners")
def test_a_foreign_file_is_refused(desk: Desk, path: Path) -> None:
    if ROOT:
        os.chown(path, NOBODY, -1)
        refused(desk, path, "foreign_owner")
        os.chown(path, 0, -1)
        os.chown(path.parent, NOBODY, -1)
        refused(desk, path, "foreign_owner")
    else:
        refused(desk, Path("/etc/passwd"), "foreign_owner", anywhere=True)


@pytest.mark.skipif(not ROOT, reason="only root can give a file another group at will")
def test_the_group_stays(desk: Desk, path: Path) -> None:
    os.chown(path, -1, NOBODY)
    path.chmod(0o640)
    entry_id = desk.apply(edit(path))
    assert path.stat().st_gid == NOBODY
    desk.revert(entry_id or "")
    assert path.stat().st_gid == NOBODY


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes")
def test_extended_attributes_stay(desk: Desk, path: Path) -> None:
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    back_and_forth(desk, path, BEFORE)
    assert os.getxattr(path, "user.note") == b"mine"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: p.mkdir(), "not_a_file"),
        (lambda p: os.mkfifo(p), "not_a_file"),
        (lambda p: p.write_bytes(b" " * (files.LIMIT + 1)), "too_large"),
        (lambda p: p.write_bytes(b'{"a": "\xff"}'), "not_understood"),
        (lambda p: p.write_bytes('{"a": 1}'.encode("utf-16")), "not_understood"),
        (lambda p: p.write_bytes(b"\0" * 100), "not_understood"),
        (lambda p: p.write_bytes(b'{"a": 1'), "not_understood"),
        (lambda p: (p.write_bytes(BEFORE), os.link(p, p.with_name("second"))), "hard_linked"),
    ],
    ids=["folder", "pipe", "9 MiB", "latin-1", "utf-16", "zeros", "cut", "hard link"],
)
@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_what_is_no_plain_text_file_is_refused(
    desk: Desk, path: Path, make: Callable[[Path], object], code: str
) -> None:
    path.unlink()
    make(path)
    refused(desk, path, code)


def test_outside_of_home_only_by_name(desk: Desk, tmp_path: Path, path: Path) -> None:
    outside = tmp_path / "settings.json"
    outside.write_bytes(BEFORE)
    outside.chmod(0o600)
    refused(desk, outside, "outside_home")
    path.unlink()
    path.symlink_to(outside)
    refused(desk, path, "outside_home")
    entry_id = desk.apply(edit(path, anywhere=True))
    assert outside.read_bytes() != BEFORE
    assert desk.revert(entry_id or "").done
    assert outside.read_bytes() == BEFORE


def test_a_new_file_is_private_and_goes_again_with_its_folders(desk: Desk, user: Path) -> None:
    path = user / "a" / "b" / "settings.json"
    entry_id = desk.apply(edit(path))
    if os.name == "posix":
        assert [stat.S_IMODE(p.stat().st_mode) for p in (path, path.parent, path.parent.parent)] == [
            0o600,
            0o700,
            0o700,
        ]
    desk.revert(entry_id or "")
    assert list(user.iterdir()) == []


def test_a_new_folder_stays_when_somebody_else_uses_it(desk: Desk, user: Path) -> None:
    path = user / "a" / "b" / "settings.json"
    entry_id = desk.apply(edit(path))
    (user / "a" / "theirs").write_text("x")
    desk.revert(entry_id or "")
    assert [p.name for p in user.rglob("*")] == ["a", "theirs"]


STEPS = ("open", "write", "fsync", "fchmod", "fstat", "close", "replace", "link", "rename", "mkdir", "unlink", "stat")


@pytest.mark.parametrize("undo", [False, True], ids=["apply", "revert"])
@pytest.mark.parametrize("code", [errno.ENOSPC, pytest.param(errno.EIO, marks=pytest.mark.thorough)])
def test_an_error_at_any_step_leaves_the_old_or_the_new(
    desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch, code: int, undo: bool
) -> None:
    """Each call to the system fails in turn, once with the name exchange of the kernel and once without."""
    runs = 0
    for exchange in (True, False):
        failing = 0
        while True:
            failing += 1
            shutil.rmtree(desk.journal.folder, ignore_errors=True)
            entry_id = desk.apply(edit(path)) if undo else None
            new = desk.plan(edit(path)).after
            seen = [0]
            with monkeypatch.context() as patch:
                if not exchange:
                    patch.setattr(files, "_renameat2", lambda: None)
                for name in STEPS:
                    patch.setattr(os, name, _failing(getattr(os, name), seen, failing, code))
                try:
                    desk.revert(entry_id or "") if undo else desk.apply(edit(path))
                except (EditError, OSError):
                    pass
            runs += 1
            assert path.read_bytes() in (BEFORE, new), failing
            desk.recover()
            assert all(outcome.done for outcome in desk.restore()), failing
            assert path.read_bytes() == BEFORE
            assert [p.name for p in path.parent.iterdir()] == [path.name], failing
            if seen[0] < failing:
                break
    assert runs > 40


def _failing(real: Any, seen: list[int], failing: int, code: int) -> Any:
    def call(*args: Any, **more: Any) -> Any:
        seen[0] += 1
        if seen[0] == failing:
            if real is os.close:
                real(*args, **more)
            raise OSError(code, os.strerror(code))
        return real(*args, **more)

    call.__name__ = getattr(real, "__name__", "call")
    return call


def test_everything_is_on_disk_before_the_next_step(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journal, its folder, then the new file, then the exchange, then the file's folder, then the journal."""
    log: list[str] = []
    real_fsync, real_rename, real_replace = os.fsync, files._rename, os.replace

    def fsync(handle: int) -> None:
        log.append("sync " + _name(Path(f"/proc/self/fd/{handle}").readlink()))
        real_fsync(handle)

    def rename(source: Path, target: Path, flags: int) -> bool:
        log.append(f"exchange {_name(target)}")
        return real_rename(source, target, flags)

    def replace(source: Any, target: Any, **more: Any) -> None:
        log.append(f"name {_name(Path(target))}")
        real_replace(source, target, **more)

    def _name(place: Path) -> str:
        if place.parent == desk.journal.folder or place.parent.name == "edits":
            return "entry" if ".json" in place.name else "before"
        return {"edits": "edits", ".tool": "folder"}.get(place.name, "file")

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc to name an open file by")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(files, "_rename", rename)
    monkeypatch.setattr(os, "replace", replace)
    desk.apply(edit(path))
    kept = ["sync entry", "name entry", "sync edits", "sync before", "name before", "sync edits"]
    assert log == [*kept, "sync file", "exchange file", "sync folder", "sync entry", "name entry", "sync edits"]


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_what_we_keep_is_private(desk: Desk, path: Path) -> None:
    path.write_bytes(b'{"apiKey": "sk-ant-api03-abcdefgh12345678"}')
    path.chmod(0o644)
    desk.apply(edit(path))
    kept = list(desk.journal.folder.rglob("*"))
    assert kept
    for place in kept:
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600), place
    assert stat.S_IMODE(desk.journal.folder.stat().st_mode) == 0o700


WRITER = """
import json, os, sys, time
path, count, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]
theirs = []
for n in range(count):
    while True:
        try:
            document = json.loads(open(path).read())
            break
        except ValueError:
            time.sleep(0.001)
    document["n"] = n
    theirs.append(n)
    document["theirs"] = theirs
    text = json.dumps(document, indent=2)
    if way == "replace":
        open(path + ".t", "w").write(text)
        os.chmod(path + ".t", 0o600)
        os.replace(path + ".t", path)
    else:
        with open(path, "w") as file:
            file.write(text)
    time.sleep(0.0005)
"""


@pytest.mark.parametrize("way", ["replace", "in place"])
def test_a_second_process_that_writes_at_the_same_time_loses_nothing(desk: Desk, path: Path, way: str) -> None:
    import json

    count = 300
    codes: set[str] = set()
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(count), way]) as writer:
        while writer.poll() is None:
            try:
                entry_id = desk.apply(edit(path), again=True)
                if entry_id:
                    desk.revert(entry_id)
            except EditError as error:  # a half-written file is no JSON, and one that never rests is given up
                codes.add(error.trouble.code)
    assert writer.returncode == 0
    assert codes <= {"not_understood", "busy_file", "no_edit", "not_written"}
    document = json.loads(path.read_bytes())
    assert document["theirs"] == list(range(count))
    assert document["n"] == count - 1
    desk.restore()
    assert json.loads(path.read_bytes())["theirs"] == list(range(count))


THEIRS = b'{\n  "model": "opus",\n  "theirs": true\n}\n'


@pytest.mark.parametrize("way", ["replace", "in place"])
@pytest.mark.parametrize("moment", ["before the check", "before the exchange", "after"])
def test_another_writer_in_between(
    desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, way: str
) -> None:
    """What the other program writes in the worst moment stays, with our key beside it."""
    wrote: list[str] = []

    def other() -> None:
        if not wrote:
            wrote.append(moment)
            text = THEIRS if moment != "after" else path.read_bytes().replace(b'"opus"', b'"haiku"')
            script = "import os, sys; p = sys.argv[1]; t = p + '.t' if sys.argv[2] == 'replace' else p\n"
            script += "open(t, 'wb').write(sys.stdin.buffer.read()); t == p or os.replace(t, p)"
            subprocess.run([sys.executable, "-c", script, str(path), way], input=text, check=True)

    real_rename, real_prepare = files._rename, files._prepare

    def rename(source: Path, target: Path, flags: int) -> bool:
        if moment == "before the exchange" and target == path:
            other()
        return real_rename(source, target, flags)

    def prepare(waiting: Path, data: bytes, like: Path | None) -> None:
        real_prepare(waiting, data, like)
        if moment == "before the check" and like is not None:
            other()

    monkeypatch.setattr(files, "_rename", rename)
    monkeypatch.setattr(files, "_prepare", prepare)
    if files._renameat2() is None and moment == "before the exchange":
        pytest.skip("this system cannot exchange names")
    entry_id = desk.apply(edit(path))
    if moment == "after":
        other()
        path.chmod(0o600)
    assert wrote
    assert b'"U"' in path.read_bytes()
    assert (b"theirs" if moment != "after" else b"haiku") in path.read_bytes()
    path.chmod(0o600)
    assert desk.revert(entry_id or "").done
    assert path.read_bytes() == (THEIRS if moment != "after" else BEFORE.replace(b"opus", b"haiku"))
    assert len(desk.journal.entries()) == 1


def test_another_writer_between_revert_and_exchange(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry_id = desk.apply(edit(path))
    wrote: list[int] = []
    real_rename = files._rename

    def rename(source: Path, target: Path, flags: int) -> bool:
        if target == path and not wrote:
            wrote.append(1)
            path.write_bytes(path.read_bytes().replace(b'"opus"', b'"haiku"'))
        return real_rename(source, target, flags)

    monkeypatch.setattr(files, "_rename", rename)
    assert desk.revert(entry_id or "").done
    if wrote and files._renameat2() is not None:
        assert path.read_bytes() == BEFORE.replace(b"opus", b"haiku")


def test_a_file_that_appears_while_it_is_made(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.unlink()
    real_rename = files._rename

    def rename(source: Path, target: Path, flags: int) -> bool:
        if target == path and not path.exists():
            path.write_bytes(THEIRS)
            path.chmod(0o600)
        return real_rename(source, target, flags)

    monkeypatch.setattr(files, "_rename", rename)
    entry_id = desk.apply(edit(path))
    assert b"theirs" in path.read_bytes()
    assert b'"U"' in path.read_bytes()
    desk.revert(entry_id or "")
    assert path.read_bytes() == THEIRS


def test_a_file_that_never_rests_is_given_up_in_words(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_prepare = files._prepare
    count = 0

    def prepare(waiting: Path, data: bytes, like: Path | None) -> None:
        nonlocal count
        real_prepare(waiting, data, like)
        if like is not None:
            count += 1
            path.write_bytes(b'{"n": %d}' % count)

    monkeypatch.setattr(files, "_prepare", prepare)
    with pytest.raises(EditError) as caught:
        desk.apply(edit(path))
    assert caught.value.trouble.code == "busy_file"
    assert path.read_bytes() == b'{"n": %d}' % count
    assert desk.journal.entries() == []


def test_a_foreign_file_that_a_killed_exchange_left_beside_is_put_back(desk: Desk, path: Path) -> None:
    """Killed between the exchange and the look at what it brought: the other program's file has its name again."""
    from dataclasses import replace

    entry_id = desk.apply(edit(path))
    entry = desk.journal.get(entry_id or "")
    assert entry is not None
    desk.journal.write(replace(entry, state=State.PLANNED))
    files.beside(path, entry.id).write_bytes(THEIRS)
    files.beside(path, entry.id).chmod(0o600)
    desk.recover()
    assert path.read_bytes() == THEIRS
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert desk.journal.open_entries() == []


@pytest.mark.parametrize("old", [False, True])
def test_an_empty_file_is_settled_before_it_is_edited(desk: Desk, path: Path, *, old: bool) -> None:
    """A program that writes in place empties the file first; what it then writes is not lost."""
    path.write_bytes(b"")
    if old:
        os.utime(path, (1, 1))
        back_and_forth(desk, path, b"")
        return
    writer = threading.Timer(0.3, lambda: path.write_bytes(THEIRS))
    writer.start()
    desk.apply(edit(path))
    writer.join()
    assert b"theirs" in path.read_bytes()
    assert b'"U"' in path.read_bytes()


def test_a_temporary_folder_for_all_is_no_place_for_settings(desk: Desk) -> None:
    with tempfile.NamedTemporaryFile(dir="/tmp" if os.name == "posix" else None, suffix=".json") as file:
        file.write(BEFORE)
        file.flush()
        if os.name == "posix" and Path(file.name).parent.stat().st_mode & 0o002:
            refused(desk, Path(file.name), "writable_by_others", anywhere=True)
