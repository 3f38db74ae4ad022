"""Install system packages on Debian and its kin, where this user may.

Everything that calls apt lives here.

Rules: standard library only; packages are installed only as root or where ``sudo`` asks for no password, never with
a question, never with more than was named; apt's own configuration (mirrors, proxies) is used as it is. A failure is
told in one line and leaves it to the caller to go on without.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_LISTS = Path("/var/lib/apt/lists")
_OPTIONS = ["-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=180"]


def here() -> bool:
    """Whether this system has apt."""
    return shutil.which("apt-get") is not None


def prefix() -> list[str] | None:
    """What to put before a command to run it as root; ``None`` when this user may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True)
    return ["sudo", "-n"] if allowed.returncode == 0 else None


def line(packages: Iterable[str]) -> str:
    """The command for the user to run."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install --no-install-recommends {shlex.join(sorted(set(packages)))}"


def install(packages: Iterable[str], what: str) -> bool:
    """Install packages; returns whether they are there now. ``what`` tells the user what they are for."""
    packages = sorted(set(packages))
    if not here():
        return False
    root = prefix()
    if root is None:
        return False
    print(f"      installing {what}: {' '.join(packages)}")
    if not any(_LISTS.glob("*_Packages*")):
        _apt(root, ["update", "-q"])
    output = _apt(root, ["install", *_OPTIONS, *packages])
    if output is not None:
        # Lists that are older than the mirror name files that are gone.
        _apt(root, ["update", "-q"])
        output = _apt(root, ["install", *_OPTIONS, *packages])
    if output is None:
        return True
    reasons = [text for text in output.splitlines() if text.startswith(("E:", "W:"))] or output.splitlines()
    print(f"      that did not work: {' '.join(reasons[-2:])}")
    return False


def _apt(root: list[str], arguments: list[str]) -> str | None:
    """Run apt-get; ``None`` when it went well, else what it said."""
    settings = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"]
    done = subprocess.run(
        [*root, *settings, "apt-get", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return None if done.returncode == 0 else done.stdout
