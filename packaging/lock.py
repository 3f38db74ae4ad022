"""Write the two lock files anew: ``python packaging/lock.py [--upgrade]``, in an environment that has uv.

``requirements.lock`` holds what Spendlight needs to run from a checkout, ``requirements-test.lock`` the same versions
and what its tests need. Both are valid for Python 3.11–3.13 on Linux, macOS and Windows, and every line is pinned by
hash, so that it does not matter which mirror a file comes from; no address of one is written down.

Without ``--upgrade`` the versions already locked are kept where they still fit ``pyproject.toml``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
RUNTIME = HERE / "requirements.lock"
TEST = HERE / "requirements-test.lock"

# The checkout itself is installed in place by hatchling, which must not be fetched at that moment.
BUILD = "hatchling>=1.27\neditables>=0.5\n"
# One version for all three Pythons: 6.12.0 aborts Python before 3.12 (see trayapp/platform/doctor.py).
CONSTRAINTS = "PySide6-Essentials!=6.12.0\n"
HEADER = "# Made by packaging/lock.py from pyproject.toml; not edited by hand.\n"


def main() -> int:
    """Write both files; exit 1 with uv's own words when no set of versions fits."""
    parser = argparse.ArgumentParser(description="Write the lock files anew.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    options = parser.parse_args()
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        print("uv is needed to write the lock files: `python -m pip install uv`.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "build.in").write_text(BUILD)
        (work / "constraints.txt").write_text(CONSTRAINTS)
        runtime = lock(uv, work, RUNTIME, upgrade=options.upgrade)
        # The tests run on the very versions that ship.
        (work / "constraints.txt").write_text(CONSTRAINTS + without_hashes(runtime))
        lock(uv, work, TEST, "--extra", "test", upgrade=options.upgrade)
    return 0


def lock(uv: str, work: Path, target: Path, *extra: str, upgrade: bool) -> str:
    """Resolve into a copy, then put it in place; returns its text."""
    copy = work / target.name
    if target.exists() and not upgrade:
        shutil.copy(target, copy)
    command = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version=3.11",
        "--fork-strategy=fewest",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-header",
        "--no-annotate",
        f"--constraints={work / 'constraints.txt'}",
        f"--output-file={copy}",
        *extra,
        str(REPO / "pyproject.toml"),
        str(work / "build.in"),
    ]
    done = subprocess.run(command, cwd=work, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise SystemExit(1)
    text = HEADER + copy.read_text("utf-8").removeprefix(HEADER)
    if re.search(r"://|--(?:extra-)?index-url|--find-links", text):
        raise SystemExit(f"an address got into {target.name}; it was not written")
    target.write_text(text, "utf-8")
    return text


def without_hashes(text: str) -> str:
    """The pins of a lock file as constraints."""
    return re.sub(r" \\\n(?: +--hash=\S+(?: \\)?\n)+", "\n", text)


if __name__ == "__main__":
    raise SystemExit(main())
