"""The system libraries and fonts that Qt needs on Linux, and the packages that bring them.

Everything that maps a shared library to a package, and asks the loader for it, lives here.

Rules: standard library only, importable by any Python ≥ 3.11 without an environment (the set-up asks before there is
one); nothing is installed here, only named.

Library names were taken with ``ldd`` from the PySide6-Essentials 6.11.3 and 6.12.0 wheels and proved by starting Qt
on bare Debian 12, Debian 13 and Ubuntu 24.04 roots (2026-11-23); Debian's package names come from those systems.
Fedora's and Arch's names are from memory of their package indexes and were not run.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

Dlopen = Callable[[str], object]
"""Loads a shared library by its soname or raises ``OSError``."""


class Library(NamedTuple):
    """A shared library that Qt loads, and who brings it."""

    soname: str
    layer: str
    """``base`` (any Qt program), ``xcb`` (X11 screens) or ``wayland``."""
    apt: str
    dnf: str
    pacman: str


LIBRARIES: Final = (
    Library("libglib-2.0.so.0", "base", "libglib2.0-0", "glib2", "glib2"),
    Library("libgthread-2.0.so.0", "base", "libglib2.0-0", "glib2", "glib2"),
    Library("libzstd.so.1", "base", "libzstd1", "libzstd", "zstd"),
    Library("libGL.so.1", "base", "libgl1", "libglvnd-glx", "libglvnd"),
    Library("libEGL.so.1", "base", "libegl1", "libglvnd-egl", "libglvnd"),
    Library("libX11.so.6", "base", "libx11-6", "libX11", "libx11"),
    Library("libxkbcommon.so.0", "base", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Library("libfontconfig.so.1", "base", "libfontconfig1", "fontconfig", "fontconfig"),
    Library("libdbus-1.so.3", "base", "libdbus-1-3", "dbus-libs", "dbus"),
    Library("libbrotlidec.so.1", "base", "libbrotli1", "libbrotli", "brotli"),
    Library("libgssapi_krb5.so.2", "base", "libgssapi-krb5-2", "krb5-libs", "krb5"),
    Library("libxkbcommon-x11.so.0", "xcb", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Library("libX11-xcb.so.1", "xcb", "libx11-xcb1", "libX11-xcb", "libx11"),
    Library("libxcb-cursor.so.0", "xcb", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "xcb", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Library("libxcb-image.so.0", "xcb", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "xcb", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "xcb", "libxcb-randr0", "libxcb", "libxcb"),
    Library("libxcb-render-util.so.0", "xcb", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    Library("libxcb-render.so.0", "xcb", "libxcb-render0", "libxcb", "libxcb"),
    Library("libxcb-shape.so.0", "xcb", "libxcb-shape0", "libxcb", "libxcb"),
    Library("libxcb-shm.so.0", "xcb", "libxcb-shm0", "libxcb", "libxcb"),
    Library("libxcb-sync.so.1", "xcb", "libxcb-sync1", "libxcb", "libxcb"),
    Library("libxcb-xfixes.so.0", "xcb", "libxcb-xfixes0", "libxcb", "libxcb"),
    Library("libxcb-xkb.so.1", "xcb", "libxcb-xkb1", "libxcb", "libxcb"),
    Library("libwayland-client.so.0", "wayland", "libwayland-client0", "libwayland-client", "wayland"),
    Library("libwayland-cursor.so.0", "wayland", "libwayland-cursor0", "libwayland-cursor", "wayland"),
)
"""In the order in which Qt needs them."""

ALL_LAYERS: Final = ("base", "xcb", "wayland")

FONT_PACKAGES: Final = {"apt": "fonts-dejavu-core", "dnf": "dejavu-sans-fonts", "pacman": "ttf-dejavu"}
"""One small font for each package manager."""
_FONT_FILES: Final = (".ttf", ".otf", ".ttc", ".pfb", ".pcf.gz")
_INSTALL: Final = {
    "apt": "apt-get install --no-install-recommends",
    "dnf": "dnf install",
    "pacman": "pacman -S --needed",
}


def package_manager() -> str | None:
    """``apt``, ``dnf`` or ``pacman``, whichever this machine has; ``None`` when it has none that we know."""
    for name, command in (("apt", "apt-get"), ("dnf", "dnf"), ("pacman", "pacman")):
        if shutil.which(command):
            return name
    return None


def install_line(packages: Iterable[str], manager: str | None) -> str:
    """The command that installs ``packages``, with ``sudo`` unless we are root; empty when there is none."""
    names = sorted(set(packages))
    if not names or manager is None:
        return ""
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    return f"{sudo}{_INSTALL[manager]} {shlex.join(names)}"


def missing_libraries(layers: Iterable[str], dlopen: Dlopen = ctypes.CDLL) -> list[Library]:
    """The libraries of these layers that cannot be loaded, in Qt's order."""
    wanted = frozenset(layers)
    missing = []
    for library in LIBRARIES:
        if library.layer in wanted:
            try:
                dlopen(library.soname)
            except OSError:
                missing.append(library)
    return missing


def wanted_layers(env: Mapping[str, str]) -> tuple[str, ...]:
    """The library layers that a tray needs in this session; empty where there is no screen.

    ``QT_QPA_PLATFORM`` is obeyed as Qt does: ``offscreen`` and its like need the base alone.
    """
    chosen = env.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if chosen:
        if chosen.startswith("wayland"):
            return ("base", "wayland")
        return ("base", "xcb") if chosen == "xcb" else ("base",)
    layers = []
    if env.get("DISPLAY"):
        layers.append("xcb")
    if env.get("WAYLAND_DISPLAY") or env.get("WAYLAND_SOCKET"):
        layers.append("wayland")
    return ("base", *layers) if layers else ()


def qt_has_a_build() -> bool:
    """Whether a PySide6 wheel exists for this system (glibc ≥ 2.34 on x86-64 or ARM64; macOS; Windows)."""
    if sys.platform != "linux":
        return True
    name, version = platform.libc_ver()
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return name == "glibc" and numbers >= (2, 34) and platform.machine() in ("x86_64", "aarch64")


def font_folders(env: Mapping[str, str]) -> list[Path]:
    """Where fontconfig looks for fonts by default."""
    home = Path(env.get("HOME") or "/nonexistent")
    data = [env.get("XDG_DATA_HOME") or str(home / ".local/share")]
    data += (env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    folders = [Path(folder) / "fonts" for folder in data if folder]
    return [*dict.fromkeys([*folders, Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts"])]


def has_font(folder: Path) -> bool:
    """Whether a font file lies in ``folder`` or below; stops at the first."""
    return any(
        name.lower().endswith(_FONT_FILES) for _, _, names in os.walk(folder, followlinks=True) for name in names
    )
