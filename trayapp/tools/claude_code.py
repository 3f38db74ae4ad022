"""Claude Code: its settings file leads it through Spendlight.

Seen with 2.1.330 (2026-11): ``env`` in ``settings.json`` reaches every start of it, also from an editor. With a base
URL that is not Anthropic's it sends its titles and probes to the main model, unless ``ANTHROPIC_DEFAULT_HAIKU_MODEL``
names a small one. Settings that an administrator manages win over the user's: they are reported, never fought.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trayapp.tools import files, jsonspans
from trayapp.tools.plan import Edit, Format
from trayapp.tools.spans import NotUnderstoodError, Set, decode

NAME: Final = "claude-code"
BASE_URL: Final = ("env", "ANTHROPIC_BASE_URL")
SMALL_MODEL: Final = ("env", "ANTHROPIC_DEFAULT_HAIKU_MODEL")
_SMALL: Final = "claude-haiku-5-5"
_MANAGED: Final[Mapping[str, str]] = {
    "linux": "etc/claude-code",
    "darwin": "Library/Application Support/ClaudeCode",
    "win32": "Program Files/ClaudeCode",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of Claude Code on this machine."""

    installed: bool
    settings: Path
    base_url: str | None
    """What the user's settings say now."""
    managed: tuple[Path, ...]
    """Settings that somebody else manages."""
    notes: tuple[str, ...]
    """What a user should know before connecting."""


def detect(home: Path, environment: Mapping[str, str], root: Path = Path("/")) -> Found:
    """Look for it, and for what will decide over its address. Reads files only."""
    folder = Path(environment.get("CLAUDE_CONFIG_DIR") or home / ".claude")
    settings = folder / "settings.json"
    place = root / _MANAGED.get(sys.platform, "etc/claude-code")
    drop_ins = place / "managed-settings.d"
    managed = tuple(p for p in (place / "managed-settings.json", *sorted(drop_ins.glob("*.json"))) if p.is_file())
    notes = []
    for path in managed:
        address = _address(path)
        what = f"sets the address {address}, which wins" if address else "is there; it may forbid changes"
        notes.append(f"{path} is managed by your administrator and {what}.")
    if address := environment.get("ANTHROPIC_BASE_URL"):
        notes.append(f"ANTHROPIC_BASE_URL is set in this environment too ({address}).")
    names = ("claude.exe", "claude.cmd") if sys.platform == "win32" else ("claude",)
    folders = [Path(p) for p in environment.get("PATH", "").split(os.pathsep) if p]
    binary = any((place / name).is_file() for place in (*folders, home / ".local" / "bin") for name in names)
    return Found(binary or folder.is_dir(), settings, _address(settings), managed, tuple(notes))


def edit(found: Found, url: str) -> Edit:
    """What connects it: ``url`` is the address of ``spendlight url anthropic --tool claude-code``."""
    return Edit(NAME, found.settings, Format.JSON, (Set(BASE_URL, url), Set(SMALL_MODEL, _SMALL, unless_set=True)))


def _address(path: Path) -> str | None:
    try:
        value = jsonspans.find(decode(files.read(Path(path).resolve()) or b"")[1], BASE_URL)
    except (OSError, files.EditError, NotUnderstoodError):
        return None
    return str(value.value) if value else None
