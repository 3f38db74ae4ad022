"""One holder at a time, whatever happens to it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trayapp.platform.single import HeldError, Holder, Single, boot_id, holder

HOLD = "import sys, pathlib; from trayapp.platform.single import Single; s = Single.take(pathlib.Path(sys.argv[1]));"


def test_it_is_held_by_one_and_free_after_release(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder(path) is None
    lock = Single.take(path)
    held_by = holder(path)
    assert held_by is not None
    assert (held_by.pid, held_by.boot_id) == (os.getpid(), boot_id())
    assert held_by.started_us is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(HeldError) as caught:
        Single.take(path)
    assert caught.value.holder == held_by
    lock.release()
    lock.release()
    assert holder(path) is None
    assert path.exists()
    Single.take(path).release()


def test_a_killed_holder_leaves_it_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = HOLD + "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        held_by = holder(path)
        assert held_by is not None
        assert held_by.pid == process.pid
        process.send_signal(signal.SIGKILL)
    assert holder(path) is None
    Single.take(path).release()


def test_it_is_not_inherited_by_children(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = Single.take(path)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE):
        lock.release()
        Single.take(path).release()


def test_asking_does_not_keep_anybody_from_taking_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    Single.take(path).release()
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            holder(path)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for _ in range(50):
            Single.take(path).release()
    finally:
        stop.set()
        thread.join()


def test_a_file_that_was_replaced_is_locked_anew(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    old = Single.take(path)
    path.unlink()
    new = Single.take(path)
    assert holder(path) is not None
    old.release()
    assert holder(path) is not None
    new.release()


@pytest.mark.parametrize("text", ["", "5", "[]", "{", '{"pid": "x", "boot_id": 7}', "\0" * 50])
def test_a_damaged_text_does_not_matter(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock"
    lock = Single.take(path)
    path.write_text(text)
    held_by = holder(path)
    assert held_by is not None
    assert held_by.pid is None
    lock.release()


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    assert holder(tmp_path / "none" / "lock") is None
    with pytest.raises(FileNotFoundError):
        Single.take(tmp_path / "none" / "lock")


def test_nobody_is_nobody() -> None:
    assert Holder() == Holder(None, None, None)
