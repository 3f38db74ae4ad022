"""Run pip so that a person can follow it, and read what went wrong.

Everything about pip lives here: how it is called, what it prints, why it failed.

Rules: standard library only; every package is checked against the lock file's hashes; the user's pip settings decide
where files come from; pip's whole output goes to ``setup.log`` in the environment, and only what helps is shown.
"""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_PATIENCE = 20
"""Seconds of silence after which a line says that it is still going on."""

_SYSTEM_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

_REASONS = (
    (r"No space left on device|Errno 28\b", "the disk is full; free about 1 GB"),
    (
        r"DO NOT MATCH THE HASHES",
        "a downloaded file is not the one that the lock file names; a mirror or proxy handed out something else",
    ),
    (r"CERTIFICATE_VERIFY_FAILED", "the server's certificate is not trusted; set `pip config set global.cert FILE`"),
    (r"407 Proxy|ProxyError", "the proxy refused; look at `pip config list` and HTTPS_PROXY"),
    (
        r"Name or service not known|Temporary failure in name resolution|NewConnectionError|ConnectTimeout|"
        r"Network is unreachable|Connection refused|Read timed out|ReadTimeout|ConnectionReset|getaddrinfo failed",
        "the package index could not be reached; is this machine online?",
    ),
    (
        r"No matching distribution|Could not find a version",
        "the package index does not have a version that the lock file names; is a mirror set that lags behind?",
    ),
    (r"Permission denied|Errno 13\b", "a file could not be written; does the folder belong to another user?"),
)
"""Signs in pip's output, the telling ones first, and what they mean."""


class InstallError(Exception):
    """pip failed. The text says why and what to do."""

    code = 3

    def __init__(self, text: str, *, began_to_write: bool) -> None:
        super().__init__(text)
        self.began_to_write = began_to_write
        """Whether the environment may be half-way between two states."""


def names(lock: str) -> list[str]:
    """The packages that a lock file pins, in its order."""
    return re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.MULTILINE)


def count(lock: Path) -> int:
    """How many packages a lock file pins (for all systems together)."""
    return len(names(lock.read_text("utf-8")))


def without_qt(lock: str) -> str:
    """The lock file without Qt and what needs it, for systems that Qt has no build for."""
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if not re.match(r"(?:pyside6|shiboken6|pytest-qt)[-=]", entry))


def install(python: Path, repo: Path, lock: Path, *, with_qt: bool) -> None:
    """Install what ``lock`` pins, then the checkout itself, in place.

    Raises:
        InstallError: pip failed.
    """
    log = python.parent.parent / "setup.log"
    log.write_text("", "utf-8")
    if not with_qt:
        short = python.parent.parent / "without-qt.lock"
        short.write_text(without_qt(lock.read_text("utf-8")), "utf-8")
        lock = short
    arguments = ["install", "--require-hashes", "-r", str(lock)]
    failed = _pip(python, arguments, log)
    if failed and "CERTIFICATE_VERIFY_FAILED" in failed:
        # Older pips look into their own list of authorities only; a company's is in the system's.
        bundle = next((path for path in _SYSTEM_BUNDLES if Path(path).exists()), None)
        if bundle and not os.environ.get("PIP_CERT"):
            failed = _pip(python, [*arguments, "--cert", bundle], log)
    if failed is None:
        failed = _pip(
            python, ["install", "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(repo)], log
        )
    if failed is not None:
        raise InstallError(explain(failed, log), began_to_write="Installing collected packages" in failed)


def explain(output: str, log: Path) -> str:
    """Why pip failed, in one paragraph."""
    reason = next((meaning for sign, meaning in _REASONS if re.search(sign, output)), None)
    if reason is None:
        errors = [line.strip() for line in output.splitlines() if "ERROR" in line or "rror:" in line]
        reason = errors[-1] if errors else "pip gave no reason"
    stop = "" if reason.endswith(("?", ".")) else "."
    return f"The packages could not be installed: {reason}{stop}\nRun the same command again; pip's own words: {log}"


def _pip(python: Path, arguments: list[str], log: Path) -> str | None:
    """Run pip; ``None`` when it went well, else all that it said."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    environment |= {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",
        "PIP_PROGRESS_BAR": "off",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:replace",
        "LC_ALL": "C.UTF-8",
    }
    process = subprocess.Popen(
        [str(python), "-P", "-m", "pip", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment,
    )
    said: list[str] = []
    try:
        with log.open("a", encoding="utf-8") as file:
            for text in _lines(process):
                said.append(text)
                file.write(text)
                _show(text)
        code = process.wait()
    except BaseException as error:
        process.terminate()
        process.wait()
        if isinstance(error, KeyboardInterrupt) and not any("Installing collected" in text for text in said):
            raise InstallError(
                "Interrupted before anything was changed. Run the same command again to go on.", began_to_write=False
            ) from None
        raise
    finally:
        process.stdout.close()
        _clear()
    return None if code == 0 else "".join(said)


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """pip's lines as they come; says that it is alive when none comes for long."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for text in process.stdout:
            lines.put(text)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    begun = time.monotonic()
    while True:
        try:
            text = lines.get(timeout=_PATIENCE)
        except queue.Empty:
            _clear()
            print(f"      still working ({time.monotonic() - begun:.0f} s)")
            continue
        if text is None:
            return
        yield text


def _show(text: str) -> None:
    """On a terminal, what pip does now, on one line that is overwritten."""
    if not sys.stdout.isatty():
        return
    doing = re.match(r"\s*(?:Downloading|Using cached) ([^/\s]+?)-\d\S*( \(.*\))?", text)
    if doing:
        _clear()
        print(f"      {doing[1]}{doing[2] or ''}"[:78], end="\r", flush=True)
    elif text.startswith("Installing collected packages"):
        _clear()
        print("      writing the files", end="\r", flush=True)


def _clear() -> None:
    if sys.stdout.isatty():
        print("\x1b[2K", end="\r", flush=True)
