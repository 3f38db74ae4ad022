"""Make the environment that Spendlight runs in, and keep it as the lock file says.

Everything about the folder ``.venv`` lives here: when it is made, mended or left alone. What the two commands of the
README have in common is here too; ``debian.py`` knows the system's packages, ``installer.py`` runs pip.

Rules:

* standard library only: this runs before anything is installed;
* a finished environment is recognised by its stamp, a hash over all that it was made from. Then nothing is touched,
  nothing is downloaded, and the start takes a fraction of a second;
* it can be interrupted at any moment: a mark says that files were being written, and the next run begins anew;
* the user's own pip settings (mirrors, proxies, certificates) are used as they are; no address is ours;
* one line a step, errors in one paragraph with what to do. Exit codes: 0 done, 2 the user has to do something first,
  3 the packages could not be fetched or installed (may be repeated), 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import debian
import installer

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
VENV = REPO / ".venv"
FORMAT = 1
"""Part of the stamp; raised when a finished environment has to be made anew for a reason that no file shows."""


class SetupError(Exception):
    """The set-up cannot go on; its text says why and what to do."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


def run(command: Callable[[], int]) -> None:
    """Run one of the two commands and exit with its code, never with a traceback."""
    # The user reads progress as it happens, also through a pipe; UTF-8 whatever the locale says.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    try:
        code = command()
    except (SetupError, installer.InstallError) as error:
        print(f"\n{error}", file=sys.stderr)
        code = error.code
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
        code = 130
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"\nThe set-up failed: {error.strerror or error}{place}. Mend that and run it again.", file=sys.stderr)
        code = 2
    raise SystemExit(code)


class Steps:
    """Numbered progress lines with the time that each step took."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Announce a step, and say how long it took when that was noticeable."""
        self.number += 1
        print(f"[{self.number}/{self.total}] {text}")
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        if took >= 1:
            print(f"      done in {took:.0f} s")


def start() -> int:
    """The README's first command: set up what is missing, then become ``spendlight``."""
    parser = argparse.ArgumentParser(
        prog="start.py",
        description="Set Spendlight up if need be, and start it.",
        epilog="Everything else is given to spendlight: `start.py doctor` is `spendlight doctor`.",
        allow_abbrev=False,
    )
    add_options(parser)
    parser.add_argument("--no-start", action="store_true", help="end after the set-up")
    options, rest = parser.parse_known_args()
    program = VENV / _SCRIPTS / ("spendlight" + _EXE)
    if rest and not options.no_start and is_ready("runtime"):
        # A command was given and nothing has to be set up: its output is all that is printed.
        return become(program, rest)
    steps = Steps(3 if options.no_start else 4)
    prepare(steps, "runtime", system=options.system)
    with steps.step("Checking the system"):
        check_system(desktop=options.with_desktop, install=options.system)
    if options.no_start:
        print(f"Ready. Start it with {program}")
        return 0
    with steps.step("Starting Spendlight"):
        pass
    return become(program, rest)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that both commands have."""
    parser.add_argument(
        "--no-system", dest="system", action="store_false", help="never install system packages, only name them"
    )
    parser.add_argument("--with-desktop", action="store_true", help="bring what a tray needs even without a screen now")


_SCRIPTS = "Scripts" if os.name == "nt" else "bin"
_EXE = ".exe" if os.name == "nt" else ""


def venv_python(venv: Path = VENV) -> Path:
    """The environment's own Python."""
    return venv / _SCRIPTS / ("python" + _EXE)


def become(program: Path, arguments: list[str]) -> int:
    """Replace this process by ``program``; on Windows, where that cannot be, run it and return its code."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = [str(program), *arguments]
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(program, command)
    return 0


def lock_file(kind: str) -> Path:
    """The lock file of ``runtime`` or ``test``."""
    return HERE / ("requirements.lock" if kind == "runtime" else "requirements-test.lock")


def is_ready(kind: str) -> bool:
    """Whether the environment needs nothing done."""
    stamp = Stamp(VENV)
    return stamp.holds(kind, stamp.wanted(lock_file(kind)))


def prepare(steps: Steps, kind: str, *, system: bool, venv: Path = VENV) -> None:
    """Bring the environment up to the lock file of ``kind`` (``runtime`` or ``test``); two steps.

    Raises:
        SetupError: something is missing that the user has to bring.
        InstallError: pip could not fetch or install the packages.
    """
    lock = lock_file(kind)
    with _only_one():
        stamp = Stamp(venv)
        wanted = stamp.wanted(lock)
        if stamp.holds(kind, wanted):
            with steps.step("The environment is ready"):
                pass
            with steps.step("The packages are as the lock file says"):
                pass
            return
        if stamp.usable():
            with steps.step(f"Keeping the environment {venv.name} (Python {_version()})"):
                pass
        else:
            with steps.step(f"Making the environment {venv.name} (Python {_version()})"):
                _make(venv, system=system)
        count = installer.count(lock)
        with steps.step(f"Installing {count} packages (the first time about {_SIZES[kind]} MB are downloaded)"):
            stamp.forget()
            stamp.begin()
            try:
                installer.install(venv_python(venv), REPO, lock, with_qt=_qt_has_a_build())
            except installer.InstallError as error:
                if not error.began_to_write:
                    stamp.end_untouched()
                raise
            stamp.finish(kind, wanted)


_SIZES = {"runtime": 100, "test": 150}


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


class Stamp:
    """What ``.venv`` says about itself: from what it was made, and whether that was finished."""

    def __init__(self, venv: Path) -> None:
        self.venv = venv
        self.file = venv / "spendlight-setup.json"
        self.mark = venv / "spendlight-unfinished"
        self._before = self._read()

    def wanted(self, lock: Path) -> str:
        """The hash of all that an environment for ``lock`` is made from."""
        parts = [
            str(FORMAT).encode(),
            lock.read_bytes(),
            (REPO / "pyproject.toml").read_bytes(),
            # The scripts inside name their folder, and compiled packages belong to one Python.
            os.fsencode(self.venv),
            repr((sys.version_info[:3], sys.base_prefix)).encode(),
        ]
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def holds(self, kind: str, wanted: str) -> bool:
        """Whether the environment is finished and was made from just that."""
        script = self.venv / _SCRIPTS / ("spendlight" + _EXE)
        return (
            self._read().get(kind) == wanted
            and not self.mark.exists()
            and script.exists()
            and venv_python(self.venv).exists()
        )

    def usable(self) -> bool:
        """Whether the environment can be brought up to date instead of being made anew."""
        if self.mark.exists() or not venv_python(self.venv).exists():
            return False
        code = "import sys, pip; print(sys.version_info[:3], sys.base_prefix, sys.prefix)"
        try:
            out = subprocess.run(
                [venv_python(self.venv), "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return False
        return out.strip() == f"{sys.version_info[:3]} {sys.base_prefix} {self.venv}"

    def _read(self) -> dict[str, str]:
        try:
            document = json.loads(self.file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def forget(self) -> None:
        """The environment is about to differ from its stamp."""
        self.file.unlink(missing_ok=True)

    def begin(self) -> None:
        """From now on an interruption leaves an environment that must not be trusted."""
        self.mark.write_text("The set-up was interrupted; it will make this folder anew.\n", "utf-8")

    def end_untouched(self) -> None:
        """Nothing was written after ``begin``: what held before holds still."""
        self.mark.unlink(missing_ok=True)
        if self._before:
            self.file.write_text(json.dumps(self._before), "utf-8")

    def finish(self, kind: str, wanted: str) -> None:
        """The environment is made. The test packages hold the runtime's, at the same versions."""
        kinds = {kind: wanted}
        if kind == "test":
            kinds["runtime"] = self.wanted(lock_file("runtime"))
        self.file.write_text(json.dumps(kinds), "utf-8")
        self.mark.unlink(missing_ok=True)


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Two set-ups of one checkout wait for each other (not on Windows, where a folder cannot be locked)."""
    if os.name == "nt":
        yield
        return
    import fcntl

    handle = os.open(REPO, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout runs; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _maker(venv: Path, *, system: bool) -> list[str]:
    """The command that makes an environment with pip in it.

    Debian keeps what Python needs for that in a package of its own; where it cannot be installed, uv does as well.
    """
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-I", "-m", "venv", "--prompt", "spendlight", str(venv)]
    if importlib.util.find_spec("ensurepip"):
        return command
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if system and debian.install([package], "Python's environments"):
        return command
    uv = shutil.which("uv")
    if uv:
        return [
            uv,
            "venv",
            "--quiet",
            "--seed",
            "--allow-existing",
            "--prompt",
            "spendlight",
            "--python",
            python,
            str(venv),
        ]
    if debian.here():
        raise SetupError(
            f"This Python cannot make environments yet. Run\n  {debian.line([package])}\nand then this again."
        )
    raise SetupError(f"{sys.executable} lacks the module ensurepip. Install it, or use another Python 3.11–3.13.")


def _make(venv: Path, *, system: bool) -> None:
    """Make the environment anew. Only a folder that is an environment, or was to become one, is removed."""
    if venv.is_symlink() or (venv.exists() and not venv.is_dir()):
        raise SetupError(f"{venv} is in the way: it is not an environment. Move it away and run this again.")
    if venv.is_dir() and any(venv.iterdir()):
        if not ((venv / "pyvenv.cfg").exists() or (venv / "spendlight-unfinished").exists()):
            raise SetupError(f"{venv} is in the way: it is not an environment. Move it away and run this again.")
        shutil.rmtree(venv)
    command = _maker(venv, system=system)
    venv.mkdir(exist_ok=True)
    Stamp(venv).begin()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-6:])
        raise SetupError(f"Python could not make the environment:\n{tail}")
    Stamp(venv).end_untouched()


def _qt_has_a_build() -> bool:
    """Whether Qt can be installed here at all; without it Spendlight runs without a tray."""
    libraries = product("libraries")
    if libraries.qt_has_a_build():
        return True
    print("      Qt has no build for this system (it needs glibc 2.34): setting up without the tray.")
    return False


def product(module: str) -> object:
    """One of the product's own modules about the platform, before it is installed; they need nothing else."""
    if str(REPO) not in sys.path:
        sys.path.append(str(REPO))
    return importlib.import_module(f"trayapp.platform.{module}")


def examine(*, desktop: bool) -> dict[str, object]:
    """What the environment's own system check says, as ``trayapp.platform.doctor --json`` prints it."""
    command = [str(venv_python()), "-P", "-m", "trayapp.platform.doctor", "--json"]
    done = subprocess.run(
        [*command, *(["--with-desktop"] if desktop else [])], capture_output=True, encoding="utf-8", timeout=120
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SetupError(f"The system check did not run ({last}). Delete {VENV} and run this again.") from None


def check_system(*, desktop: bool, install: bool) -> None:
    """Install what the tray lacks where we may, and say what stays wrong. Nothing here ends the start."""
    report = examine(desktop=desktop)
    packages = report["packages"]
    if packages and install and debian.install(packages, "the tray's libraries"):
        report = examine(desktop=desktop)
    for finding in report["findings"]:
        if finding["code"] == "no_session_bus":
            continue  # the tray says so itself, where it matters
        print(f"      {finding['title']}: {finding['message']}")
        if not finding["packages"]:
            print(f"        → {finding['fix']}")
    if report["packages"]:
        print(f"      Until then it runs without the tray. To have it: {report['install']}")
