"""Errors that nobody expected: the user sees a sentence, a report for a bug tracker goes to the log folder.

A report holds the exception's type and the places in the code; never a message or a value, which could carry a
path, a name or worse. Reports are files of mode 0600; the newest ``KEEP`` stay; none is ever sent. A tray that ended
by a fault in Python or Qt (a signal, an abort) leaves what ``faulthandler`` wrote; the next one makes a report of it
and offers to show it.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from trayapp import __version__
from trayapp.platform.paths import write_private
from trayapp.tongue import tr
from trayapp.trouble import Trouble

KEEP: Final = 5
_FAULT: Final = "tray-fault.log"
_PLACE: Final = re.compile(r'  File "(?P<file>.*)", line (?P<line>\d+) in (?P<name>\w+|<\w+>)\Z')
_log = logging.getLogger("spendlight.tray")


def install(folder: Path, tell: Callable[[Trouble], None]) -> Trouble | None:
    """Catch what nobody catches, in any thread, also in Qt's slots.

    Args:
        folder: where reports go.
        tell: shows a trouble to the user; called in the thread that failed, after the report is written.

    Returns:
        What has to be said of the tray before this one, if it ended by a fault.
    """
    last = _last_time(folder)
    _watch_faults(folder)
    seen: set[str] = set()

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        text = report(kind, trace)
        # The same fault at every repaint is one report, not a thousand.
        if text in seen:
            return
        seen.add(text)
        path = _write(folder, text)
        where = f" A report without personal data is in {path}." if path else ""
        told = (_lies(path),) if path else ()
        _log.error("unexpected %s", kind.__name__)
        print(f"Spendlight's tray met an unexpected error ({kind.__name__}).{where}", file=sys.stderr)
        tell(
            Trouble(
                title=tr("crash", "The tray met an unexpected error"),
                message=" ".join((tr("crash", "Metering is not touched by it."), *told)),
                fix=tr("crash", "Restart the tray with `spendlight`; please report it if it comes back."),
                code="tray_error",
            )
        )

    sys.excepthook = hook
    threading.excepthook = lambda args: hook(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    sys.unraisablehook = lambda args: hook(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    return last


def newest(folder: Path) -> Path | None:
    """The newest report."""
    return max(folder.glob("tray-error-*.txt"), key=lambda path: path.name, default=None)


def report(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The report's text: versions, the exception's type, and the places, innermost last."""
    lines = [_versions(), f"{kind.__module__}.{kind.__qualname__}"]
    lines += [f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    return "\n".join(lines) + "\n"


def fault_report(text: str) -> str:
    """A report of what ``faulthandler`` wrote: the signal, and the places, innermost first; empty: it says nothing."""
    lines = []
    for line in text.splitlines():
        if found := _PLACE.match(line):
            lines.append(f"  {_place(found['file'])}:{found['line']} in {found['name']}")
        elif re.fullmatch(r"Fatal Python error: [A-Za-z_ ]{1,60}(:.*)?", line):
            lines.append(":".join(line.split(":")[:2]))
        elif line.startswith(("Current thread 0x", "Thread 0x")):
            lines.append("Current thread" if line.startswith("Current") else "Another thread")
    return "\n".join([_versions(), *lines]) + "\n" if lines else ""


def _versions() -> str:
    qt = getattr(sys.modules.get("PySide6"), "__version__", "?")
    of = f"{platform.system()} {platform.machine()}"
    return f"Spendlight {__version__}, Python {platform.python_version()}, PySide6 {qt}, {of}"


def _place(filename: str) -> str:
    """A file of the code without the folders that it lies in."""
    parts = Path(filename).parts
    if "trayapp" in parts:
        # From the last one on: the folder that the checkout is in may be called so too.
        return "/".join(parts[len(parts) - 1 - parts[::-1].index("trayapp") :])
    return f"…/{Path(filename).name}"


def _lies(path: Path) -> str:
    return tr("crash", "A report without personal data is in {path}.", path=path)


def _last_time(folder: Path) -> Trouble | None:
    try:
        text = fault_report((folder / _FAULT).read_text("utf-8", errors="replace")[: 256 * 1024])
    except OSError:
        return None
    path = _write(folder, text) if text else None
    if path is None:
        return None
    return Trouble(
        title=tr("crash", "The tray ended unexpectedly last time"),
        message=" ".join((tr("crash", "Your tools and their metering went on."), _lies(path))),
        fix=tr("crash", "Please report it if it comes back."),
        code="tray_crash",
    )


def _watch_faults(folder: Path) -> None:
    """Have faults of Python and Qt leave a trace; the file is empty as long as there was none."""
    try:
        descriptor = os.open(folder / _FAULT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        return
    faulthandler.enable(descriptor)


def _write(folder: Path, text: str) -> Path | None:
    path = folder / f"tray-error-{time.strftime('%Y%m%d-%H%M%S')}-{abs(hash(text)) % 10000:04}.txt"
    try:
        write_private(path, text.encode())
        for old in sorted(folder.glob("tray-error-*.txt"))[:-KEEP]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path
