"""What this machine lacks for Spendlight, and the one command that mends it.

Everything that looks at the machine before something fails on it lives here: system libraries that Qt loads, the
screen, fonts, the session bus, the folders, the port, the environment. Qt ends the whole process when it cannot open
a screen or load its plug-in, and names the wrong cause; so the tray asks ``can_show_tray`` *before* it imports Qt.

Rules:

* standard library only, no Qt import, no network beyond this machine's own sockets, no write outside ``/dev``;
* quick: a whole examination takes less than half a second, whatever hangs (every socket has a timeout);
* a finding is said only when it was seen. What cannot be looked at is no finding;
* no finding names a user's file other than Spendlight's own folders, nor any value of the environment that could
  hold a secret.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import importlib.metadata
import importlib.util
import json
import os
import shlex
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from trayapp.platform import libraries, screen, single
from trayapp.platform.paths import Paths, find


class Severity(StrEnum):
    """What a finding takes away."""

    ERROR = "error"
    """Spendlight cannot work."""
    TRAY = "tray"
    """Metering works; the tray icon and its windows cannot be shown."""
    WARNING = "warning"
    """Everything starts; something will be worse than it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with this machine."""

    code: str
    """Stable name, e.g. ``qt_libraries``."""
    title: str
    """What is wrong, in a few words."""
    message: str
    """What it means for the user."""
    fix: str
    """What to do; a command that can be pasted where there is one."""
    severity: Severity
    packages: tuple[str, ...] = ()
    """System packages (of this machine's package manager) that mend it; sorted, each once."""


_NEEDS_BYTES: Final = 64 * 1024 * 1024
"""Below this much free space on the ledger's disk the user is told."""


def check_libraries(layers: Sequence[str], dlopen: libraries.Dlopen, manager: str | None) -> Finding | None:
    """Whether Qt can be loaded with these layers; one finding names all that is missing.

    Where both kinds of screen are there, one working kind is enough to show the tray: the finding is then a warning.
    """
    missing = libraries.missing_libraries(layers, dlopen)
    if not missing:
        return None
    broken = {library.layer for library in missing}
    screens = [layer for layer in layers if layer != "base"]
    usable = "base" not in broken and (not screens or any(layer not in broken for layer in screens))
    packages = tuple(sorted({getattr(library, manager) for library in missing})) if manager else ()
    names = ", ".join(library.soname for library in missing)
    first = ", ".join(library.soname for library in missing[:3])
    rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return Finding(
        code="qt_libraries",
        title="System libraries for the tray are missing",
        message=f"Qt cannot load {first}{rest}.",
        fix=libraries.install_line(packages, manager) or f"Install the packages that bring {names}.",
        severity=Severity.WARNING if usable else Severity.TRAY,
        packages=packages,
    )


def check_qt() -> Finding | None:
    """Whether PySide6 is installed, and not in a version that kills this Python.

    PySide6 6.12.0 drops one reference of ``None`` for each call of a void method; Python before 3.12 (where ``None``
    became immortal) aborts after a while (measured 2026-11-23: a tray died after 100 s on 3.11.7).
    """
    version = None
    for name in ("PySide6-Essentials", "PySide6"):
        try:
            version = importlib.metadata.version(name)
            break
        except importlib.metadata.PackageNotFoundError:
            continue
    if version is None or importlib.util.find_spec("PySide6") is None:
        return Finding(
            code="qt_missing",
            title="Qt for Python is not installed",
            message="The tray needs the package PySide6-Essentials; it is not in this environment.",
            fix="Run `python3 packaging/start.py` again, or install PySide6-Essentials into this environment.",
            severity=Severity.TRAY,
        )
    return bad_pair(version, sys.version_info[:2])


def bad_pair(version: str, python: tuple[int, int]) -> Finding | None:
    """The finding for a PySide6 ``version`` that must not run on this ``python``; ``None`` for a good pair."""
    if python < (3, 12) and (version == "6.12.0" or version.startswith("6.12.0.")):
        return Finding(
            code="qt_bad_version",
            title=f"PySide6 {version} crashes on Python {python[0]}.{python[1]}",
            message="This version of PySide6 ends Python before 3.12 within minutes.",
            fix="python -m pip install 'PySide6-Essentials!=6.12.0'",
            severity=Severity.TRAY,
        )
    return None


def check_python() -> list[Finding]:
    """Whether this Python was built with the modules that Spendlight cannot do without."""
    lacking = [name for name in ("_sqlite3", "_ssl") if importlib.util.find_spec(name) is None]
    if not lacking:
        return []
    names = " and ".join(name.removeprefix("_") for name in lacking)
    return [
        Finding(
            code="python_modules",
            title="This Python is incomplete",
            message=f"{sys.executable} was built without {names}.",
            fix="Use another Python 3.11, 3.12 or 3.13, or build this one again with SQLite and OpenSSL.",
            severity=Severity.ERROR,
        )
    ]


def check_screen(env: Mapping[str, str]) -> Finding | None:
    """Whether a screen that Qt would use answers. Call it where ``wanted_layers`` is not empty."""
    chosen = env.get("QT_QPA_PLATFORM", "")
    if chosen and not chosen.startswith(("xcb", "wayland")):
        return None
    failures = []
    if env.get("WAYLAND_DISPLAY") and not chosen.startswith("xcb"):
        failure = screen.wayland_failure(env)
        if failure is None:
            return None
        failures.append(failure)
    if env.get("DISPLAY") and not chosen.startswith("wayland"):
        failure = screen.x11_failure(env)
        if failure is None:
            return None
        failures.append(failure)
    if not failures:
        return None
    return Finding(
        code="screen_unreachable",
        title="The screen cannot be reached",
        message=" ".join(failures),
        fix="Start Spendlight from the desktop session of the same user (not with sudo), or without DISPLAY and "
        "WAYLAND_DISPLAY to run it without a tray.",
        severity=Severity.TRAY,
    )


def check_fonts(env: Mapping[str, str], manager: str | None) -> Finding | None:
    """Whether any font is installed; without one Qt paints boxes instead of letters."""
    if sys.platform != "linux" or any(map(libraries.has_font, libraries.font_folders(env))):
        return None
    package = libraries.FONT_PACKAGES.get(manager or "")
    packages = (package,) if package else ()
    return Finding(
        code="no_fonts",
        title="No font is installed",
        message="Every letter would be drawn as an empty box.",
        fix=libraries.install_line(packages, manager) or "Install a font, for example DejaVu Sans.",
        severity=Severity.WARNING,
        packages=packages,
    )


def check_session_bus(env: Mapping[str, str]) -> Finding | None:
    """Whether the D-Bus session answers; tray icons of today's desktops and notifications go through it."""
    if sys.platform != "linux":
        return None
    failure = screen.session_bus_failure(env)
    if failure is None:
        return None
    return Finding(
        code="no_session_bus",
        title="No D-Bus session",
        message=f"{failure} Notifications and the tray of most desktops need it; an older X11 tray works without.",
        fix="Log in to the desktop (its session brings the bus), or start with `dbus-run-session -- spendlight`.",
        severity=Severity.WARNING,
    )


def check_folders(paths: Paths) -> list[Finding]:
    """Whether Spendlight's own folders can be made and written, are private, and have room."""
    findings = []
    for folder in dict.fromkeys((paths.config, paths.state, paths.cache, paths.run)):
        reason = _unwritable(folder)
        if reason:
            findings.append(
                Finding(
                    code="folder_unwritable",
                    title="A folder of Spendlight cannot be written",
                    message=f"{folder}: {reason}.",
                    fix="Make it writable, or set SPENDLIGHT_HOME to a folder that is.",
                    severity=Severity.ERROR,
                )
            )
        elif os.name == "posix" and folder.is_dir() and folder.stat().st_mode & 0o077:
            findings.append(
                Finding(
                    code="folder_not_private",
                    title="Other users can look into a folder of Spendlight",
                    message=f"{folder} is open to others on this machine.",
                    fix=f"chmod 700 {shlex.quote(str(folder))}",
                    severity=Severity.WARNING,
                )
            )
    free = shutil.disk_usage(_nearest(paths.state)).free
    if free < _NEEDS_BYTES:
        findings.append(
            Finding(
                code="disk_full",
                title="The disk is nearly full",
                message=f"{free // (1024 * 1024)} MiB are left where the ledger is. Calls still pass when it is full, "
                "but they are only remembered until the engine ends.",
                fix=f"Free some space on the disk of {paths.state}.",
                severity=Severity.WARNING,
            )
        )
    return findings


def _nearest(folder: Path) -> Path:
    """The folder itself, or its nearest ancestor that exists."""
    return next((place for place in (folder, *folder.parents) if os.path.lexists(place)), Path(folder.anchor))


def _unwritable(folder: Path) -> str | None:
    place = _nearest(folder)
    if not place.is_dir():
        return f"{place} is not a folder"
    if os.access(place, os.W_OK | os.X_OK):
        return None
    try:
        # Access bits alone do not tell a read-only disk from a lack of rights; only trying does.
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        return "the disk is read-only" if error.errno == errno.EROFS else f"no right to write in {place}"
    return None


def check_port(paths: Paths) -> Finding | None:
    """Whether the port that the tools were given is free, or ours."""
    try:
        port = int(paths.port.read_text("ascii"))
    except (OSError, ValueError):
        return None
    if screen.answers_locally(paths.control) or single.holder(paths.guard_lock) is not None:
        return None
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            plug = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            continue
        with plug:
            if os.name == "posix":
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                plug.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return Finding(
                        code="port_taken",
                        title=f"Port {port} is used by another program",
                        message="The connected tools call Spendlight at this port; another program answers there.",
                        fix=f"End the program that listens on port {port} (`ss -ltnp 'sport = :{port}'` names it), "
                        "then start Spendlight.",
                        severity=Severity.ERROR,
                    )
    return None


def check_loopback() -> Finding | None:
    """Whether this machine's own address works at all (it does not in some sandboxes)."""
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return None
    except OSError as error:
        return Finding(
            code="no_loopback",
            title="The loopback address cannot be used",
            message=f"Listening on 127.0.0.1 fails: {os.strerror(error.errno) if error.errno else 'refused'}.",
            fix="Bring the interface `lo` up, or start Spendlight outside the sandbox.",
            severity=Severity.ERROR,
        )


def check_proxy_environment(env: Mapping[str, str]) -> Finding | None:
    """Whether a company proxy would catch the tools' calls to this machine itself."""
    names = [name for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY") if env.get(name)]
    spared = {entry.strip().lower() for name in ("no_proxy", "NO_PROXY") for entry in env.get(name, "").split(",")}
    if not names or "*" in spared or "127.0.0.1" in spared:
        return None
    return Finding(
        code="proxy_catches_loopback",
        title="A proxy setting catches calls to this machine",
        message=f"{names[0]} is set and NO_PROXY does not name 127.0.0.1, so tools may send calls for Spendlight "
        "to that proxy.",
        fix="export NO_PROXY=localhost,127.0.0.1,::1 no_proxy=localhost,127.0.0.1,::1",
        severity=Severity.WARNING,
    )


def _desktop(
    env: Mapping[str, str], layers: Sequence[str], dlopen: libraries.Dlopen, manager: str | None
) -> Iterable[Finding | None]:
    yield check_qt()
    if sys.platform == "linux":
        yield check_libraries(layers, dlopen, manager)
    yield check_screen(env)
    yield check_fonts(env, manager)
    yield check_session_bus(env)


def examine(
    paths: Paths | None = None,
    *,
    env: Mapping[str, str] | None = None,
    layers: Sequence[str] | None = None,
    dlopen: libraries.Dlopen = ctypes.CDLL,
) -> list[Finding]:
    """All findings, the gravest first.

    Args:
        paths: Spendlight's folders; without them neither folders nor port are looked at.
        env: the environment to judge; this process's own by default.
        layers: library layers to demand (``base``, ``xcb``, ``wayland``), whatever the session has; by default those
            that the session needs, and none without a screen.
        dlopen: how a library is loaded (tests).
    """
    env = os.environ if env is None else env
    layers = libraries.wanted_layers(env) if layers is None else layers
    found: list[Finding | None] = [*check_python(), check_loopback(), check_proxy_environment(env)]
    if paths is not None:
        found += check_folders(paths)
        found.append(check_port(paths))
    if layers or sys.platform in ("darwin", "win32"):
        found += _desktop(env, layers, dlopen, libraries.package_manager())
    order = list(Severity)
    return sorted((finding for finding in found if finding), key=lambda finding: order.index(finding.severity))


def can_show_tray(env: Mapping[str, str] | None = None, dlopen: libraries.Dlopen = ctypes.CDLL) -> Finding | None:
    """Why a tray cannot be shown here, or ``None`` when it can. Ask before Qt is imported."""
    env = os.environ if env is None else env
    layers = libraries.wanted_layers(env)
    if sys.platform == "linux" and not layers:
        return Finding(
            code="no_screen",
            title="There is no screen",
            message="Neither DISPLAY nor WAYLAND_DISPLAY is set, so there is no place for a tray icon.",
            fix="Nothing to do on a server: `spendlight status` shows the same in the terminal.",
            severity=Severity.TRAY,
        )
    for finding in _desktop(env, layers, dlopen, libraries.package_manager()):
        if finding and finding.severity is not Severity.WARNING:
            return finding
    return None


def render(findings: Sequence[Finding]) -> str:
    """The findings as text for a terminal, one block each, with one command for all missing packages at the end."""
    if not findings:
        return "All is well: nothing is missing."
    mark = {Severity.ERROR: "✗", Severity.TRAY: "✗", Severity.WARNING: "!"}
    blocks = [
        f"{mark[finding.severity]} {finding.title}  [{finding.code}]\n  {finding.message}\n  → {finding.fix}"
        for finding in findings
    ]
    packages = {package for finding in findings for package in finding.packages}
    if sum(bool(finding.packages) for finding in findings) > 1:
        blocks.append(
            f"All missing packages at once:\n  {libraries.install_line(packages, libraries.package_manager())}"
        )
    return "\n\n".join(blocks)


def to_json(findings: Sequence[Finding]) -> str:
    """The findings as one JSON document: ``{"findings": [...], "packages": [...], "install": "…"}``."""
    packages = sorted({package for finding in findings for package in finding.packages})
    document = {
        "findings": [asdict(finding) for finding in findings],
        "packages": packages,
        "install": libraries.install_line(packages, libraries.package_manager()),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def main(argv: Sequence[str] | None = None) -> int:
    """``python -m trayapp.platform.doctor``, as the set-up calls it; returns 1 if a finding is an error."""
    parser = argparse.ArgumentParser(prog="doctor", description="Say what this machine lacks for Spendlight.")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    parser.add_argument("--with-desktop", action="store_true", help="demand what a tray needs even without a screen")
    options = parser.parse_args(argv)
    findings = examine(find(), layers=libraries.ALL_LAYERS if options.with_desktop else None)
    sys.stdout.write((to_json(findings) if options.json else render(findings)) + "\n")
    return 1 if any(finding.severity is Severity.ERROR for finding in findings) else 0


if __name__ == "__main__":
    raise SystemExit(main())
