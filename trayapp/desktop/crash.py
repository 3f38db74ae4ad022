"""Errors that nobody expected: the user sees a sentence, a report for a bug tracker goes to the log folder.

A report holds the exception's type and the places in the code; never a message or a value, which could carry a
path, a name or worse. Reports are files of mode 0600; the newest ``KEEP`` stay.
"""

from __future__ import annotations

import logging
import platform
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
_log = logging.getLogger("spendlight.tray")


def install(folder: Path, tell: Callable[[Trouble], None]) -> None:
    """Catch what nobody catches, in any thread, also in Qt's slots.

    Args:
        folder: where reports go.
        tell: shows a trouble to the user; called in the thread that failed, after the report is written.
    """
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
        told = (tr("crash", "A report without personal data is in {path}.", path=path),) if path else ()
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


def report(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The report's text: versions, the exception's type, and the places, innermost last."""
    qt = sys.modules.get("PySide6")
    lines = [
        f"Spendlight {__version__}, Python {platform.python_version()}, "
        f"PySide6 {getattr(qt, '__version__', '?')}, {platform.system()} {platform.machine()}",
        f"{kind.__module__}.{kind.__qualname__}",
    ]
    for frame in traceback.extract_tb(trace):
        place = Path(frame.filename)
        parts = place.parts
        if "trayapp" in parts:
            # From the last one on: the folder that the checkout is in may be called so too.
            name = "/".join(parts[len(parts) - 1 - parts[::-1].index("trayapp") :])
        else:
            name = f"…/{place.name}"
        lines.append(f"  {name}:{frame.lineno} in {frame.name}")
    return "\n".join(lines) + "\n"


def _write(folder: Path, text: str) -> Path | None:
    path = folder / f"tray-error-{time.strftime('%Y%m%d-%H%M%S')}-{abs(hash(text)) % 10000:04}.txt"
    try:
        write_private(path, text.encode())
        for old in sorted(folder.glob("tray-error-*.txt"))[:-KEEP]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path
