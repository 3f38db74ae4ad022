"""An edit that is killed at any of its system calls leaves the old file or the new one, and is undone exactly."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("kill_child.py")


@pytest.mark.skipif(sys.platform != "linux", reason="ptrace")
@pytest.mark.parametrize(
    ("extent", "at_least"),
    [
        ("few", 500),
        pytest.param("all", 1200, marks=pytest.mark.thorough),
        pytest.param("every", 4000, marks=pytest.mark.thorough),
    ],
)
def test_each_system_call_may_be_the_last(extent: str, at_least: int) -> None:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        done = subprocess.run(
            [sys.executable, str(CHILD), folder, extent],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            timeout=1200,
        )
    if done.returncode == 77:
        pytest.skip("this system does not let us trace our own children")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["killed"] >= at_least
