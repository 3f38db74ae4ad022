"""Which popovers are to be seen on an X screen."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest

PATIENCE = 15.0


def windows(display: str) -> list[str]:
    """Names and geometries of the visible windows called Spendlight."""
    xwininfo = shutil.which("xwininfo")
    if xwininfo is None:
        pytest.skip("needs xwininfo: install the package x11-utils")
    command = [xwininfo, "-display", display]
    for _ in range(20):
        tree = subprocess.run(
            [*command, "-root", "-tree"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if tree.returncode == 0:  # otherwise a window went while the tree was being walked
            break
    assert tree.returncode == 0, tree.stderr
    found = []
    for line in tree.stdout.splitlines():
        if '"Spendlight"' not in line or " 330x" not in line:
            continue
        one = subprocess.run(
            [*command, "-id", line.split()[0]], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if "IsViewable" in one.stdout:
            found.append(line)
    return found


def wait_windows(display: str, number: int) -> list[str]:
    """Wait until there are so many."""
    end = time.monotonic() + PATIENCE
    while len(found := windows(display)) != number:
        assert time.monotonic() < end, f"{number} windows wanted, there are {found}"
        time.sleep(0.05)
    return found
