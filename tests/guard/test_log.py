"""The log's bound under its writers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from trayapp.guard.log import LIMIT, Log


def test_the_log_is_private_and_bounded_under_its_writers(tmp_path: Path) -> None:
    log = Log(tmp_path)
    handle = log.open()
    os.write(handle, b"x" * LIMIT + b"last words\n")
    log.trim()
    old = (tmp_path / "engine.log.1").read_bytes()
    assert len(old) == LIMIT
    assert old.endswith(b"last words\n")
    assert log.path.stat().st_size == 0
    os.write(handle, b"goes on\n")
    os.close(handle)
    log.line("a line")
    text = log.path.read_text()
    assert text.startswith("goes on\n")
    assert text.endswith(" guard: a line\n")
    for file in (log.path, tmp_path / "engine.log.1"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    log.trim()
    assert log.path.read_text() == text


def test_a_log_that_cannot_be_written_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = Log(tmp_path / "file")
    log.line("unheard")
    log.trim()
    os.close(log.open())
