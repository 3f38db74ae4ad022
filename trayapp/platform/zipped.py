"""``rescue.pyz``: a copy of guard, relay and undoing in one file, for a Python that does not belong to us.

What it does stands in ``trayapp.rescue``; here it is made. Rules: the parts need the standard library alone; the same
parts and profile give the same bytes, so an unchanged copy is not written again; the file holds paths, no secret.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import trayapp
from trayapp.platform.paths import Paths, write_private

PROFILE: Final = "profile.json"
_PARTS: Final = (
    "__init__.py",
    "cli/__init__.py",
    "cli/restore.py",
    "frontdoor.py",
    "refusal.py",
    "rescue.py",
    "said.py",
    "toolkeys.py",
    "trouble.py",
    "guard",
    "virtualkeys",
    "platform",
    "platform/secrets",
    "tools",
)
_MAIN: Final = "from trayapp.rescue import main\n\nraise SystemExit(main())\n"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_CARRIED: Final = ("SPENDLIGHT_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


@dataclass(frozen=True, slots=True)
class Profile:
    """What the copy knows of where it belongs."""

    config: str
    state: str
    cache: str
    python: str
    """Our environment's Python."""
    environment: Mapping[str, str]
    """Variables by which that Python finds the same profile."""
    version: str


def build(paths: Paths, interpreter: str, environment: Mapping[str, str], python: str = sys.executable) -> bytes:
    """The file's bytes; ``interpreter`` is the Python that will run it."""
    carried = {name: environment[name] for name in _CARRIED if environment.get(name)}
    if paths.root is not None:
        carried = {"SPENDLIGHT_HOME": str(paths.root)}
    version = trayapp.__version__
    profile = Profile(str(paths.config), str(paths.state), str(paths.cache), python, carried, version)
    out = io.BytesIO()
    out.write(b"#!" + os.fsencode(interpreter) + b" -IS\n")
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as file:
        _add(file, "__main__.py", _MAIN.encode())
        _add(file, f"trayapp/{PROFILE}", json.dumps(asdict(profile), indent=1, sort_keys=True).encode())
        for name, source in sources():
            _add(file, f"trayapp/{name}", source.read_bytes())
    return out.getvalue()


def sources() -> Iterator[tuple[str, Path]]:
    """Each part's name in the package, and its file; sorted."""
    package = Path(trayapp.__file__).parent
    for part in _PARTS:
        place = package / part
        for path in sorted(place.glob("*.py")) if place.is_dir() else (place,):
            yield path.relative_to(package).as_posix(), path


def _add(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    file.writestr(zipfile.ZipInfo(name, _EPOCH), data)


def write(paths: Paths, interpreter: str, environment: Mapping[str, str], python: str = sys.executable) -> bool:
    """Write it, readable and runnable by the user alone; whether that was needed.

    Raises:
        OSError: the state folder cannot be written, or our own files cannot be read.
    """
    data = build(paths, interpreter, environment, python)
    try:
        if paths.rescue.read_bytes() == data and paths.rescue.stat().st_mode & 0o777 == 0o700:
            return False
    except OSError:
        pass
    write_private(paths.rescue, data, 0o700)
    return True


def refresh(paths: Paths, environment: Mapping[str, str]) -> bool:
    """Bring a copy that is there up to this version and environment; whether it was changed."""
    try:
        with paths.rescue.open("rb") as file:
            first = file.readline(4096)
    except OSError:
        return False
    interpreter = os.fsdecode(first.removeprefix(b"#!").removesuffix(b" -IS\n"))
    if first == b"" or not Path(interpreter).is_absolute():
        return False
    try:
        return write(paths, interpreter, environment)
    except OSError:
        return False  # the old one still does its work


def interpreters(base: str | None = None) -> Iterator[Path]:
    """Pythons from 3.11 on that do not live in our environment; the one least likely to go away first."""
    base = base or getattr(sys, "_base_executable", None) or sys.executable
    found = [] if sys.platform in ("win32", "darwin") else [Path("/usr/bin/python3")]
    for path in (*found, Path(base)):
        if path.is_file() and _recent(path):
            yield path


def _recent(path: Path) -> bool:
    code = "import sys, asyncio, ssl, ctypes, zipimport; raise SystemExit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([path, "-IS", "-c", code], capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def profile() -> Profile:
    """The profile of the copy that this code runs from.

    Raises:
        OSError: it runs from no copy.
    """
    import pkgutil

    data = pkgutil.get_data("trayapp", PROFILE)
    if data is None:
        raise FileNotFoundError(PROFILE)
    return Profile(**json.loads(data))
