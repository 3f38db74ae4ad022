"""Find a Python that can run Spendlight, and continue in it.

Everything about *which* Python runs the set-up lives here.

Rules: standard library only, and written so that any Python 3.6 can still read it: an old Python must end in one
plain line, never in a syntax error. No other file of the set-up is imported before ``ensure`` has returned.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NEWEST = (3, 13)
EXIT_CODE = 2
_HOPPED = "SPENDLIGHT_SETUP_HOPPED"


def fits(version):
    """Whether this (major, minor) pair is one that Spendlight runs on."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def candidates():
    """Paths of Pythons that may fit, newest first: those on PATH, then pyenv's own."""
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    found = [shutil.which(f"python3.{minor}") for minor in minors]
    versions = Path(os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")) / "versions"
    for minor in minors:
        found += [str(python) for python in sorted(versions.glob(f"3.{minor}.*/bin/python3"), reverse=True)]
    return [path for path in found if path and os.access(path, os.X_OK)]


def version_of(python):
    """The (major, minor) of an interpreter, or ``None`` when it does not run (a pyenv shim without its version)."""
    try:
        out = subprocess.check_output(
            [python, "-I", "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"],
            stderr=subprocess.DEVNULL,
            timeout=20,
        )
        major, minor = out.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def refusal(version):
    """The one line for a Python that does not fit when no other was found."""
    return (
        "Spendlight needs Python 3.11, 3.12 or 3.13; this is {}.{} and no other was found. "
        "Install one (Debian, Ubuntu: python3.12; any system: `uv python install 3.12` or pyenv) "
        "and run this with it.".format(*version[:2])
    )


def ensure():
    """Return in a Python that fits; start over in another one if this one does not, or exit with code 2."""
    if fits(sys.version_info):
        return
    if not os.environ.get(_HOPPED):
        for python in candidates():
            if fits(version_of(python) or (0, 0)):
                os.environ[_HOPPED] = "1"
                arguments = [python] + sys.argv  # noqa: RUF005
                if os.name == "nt":
                    sys.exit(subprocess.call(arguments))
                os.execv(python, arguments)
    sys.stderr.write(refusal(sys.version_info) + "\n")
    sys.exit(EXIT_CODE)
