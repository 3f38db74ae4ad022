"""Where the tool works: the project's folder, as a request's first texts name it.

Everything that knows how a tool writes its working directory into a prompt lives here (measured with the real
clients, 2026-11). The result stays in memory only, see ``values.Call.workspace``.

Rules: the search runs on the encoded JSON and looks at no more than ``WINDOW`` bytes a request; only an absolute
path counts; nothing but the path leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from trayapp.dialects import fields

WINDOW: Final = 64 << 10
"""Bytes of text that are searched."""

_MARKS: Final = (
    # What stands before the path, and the pattern that must match from there.
    (b"irectory: ", rb"irectory: "),  # Primary/Current working directory, Working Directory, working in the directory
    (b"<cwd>", rb"<cwd>"),  # Codex
    (b"Workspace Directories:", rb"Workspace Directories:\**(?:\\r)?\\n\s*[-*] "),  # Gemini CLI
    (b"Absolute path: ", rb"Absolute path: "),  # Vibe
    (b"Working Directory (", rb"Working Directory \("),  # Cline in an editor
)
_PATH: Final = rb'((?:/|~|[A-Za-z]:(?:/|\\\\)|\\\\\\\\)(?:[^"\\<>|\x00-\x1f]|\\\\|\\/|\\u[0-9A-Fa-f]{4}){0,2048})'
_PATTERNS: Final = tuple((mark, re.compile(before + _PATH)) for mark, before in _MARKS)
_BRACKETED: Final = b"Working Directory ("
_DIRECTORY: Final = re.compile(rb"(?:[Ww]orking [Dd]|[Ww]orking in the d)\Z")
_LOOKS: Final = 8
"""Places that are tried for one mark."""


def search(texts: Iterable[bytes]) -> str | None:
    """The folder that the encoded JSON texts name, or ``None``.

    Args:
        texts: JSON pieces in order of trust (system prompt first), any size; for one way of naming a folder,
            earlier texts win.
    """
    pieces: list[bytes] = []
    left = WINDOW
    for raw in texts:
        pieces.append(raw[:left])
        left -= len(pieces[-1])
        if left <= 0:
            break
    window = b"\n".join(pieces)
    return _in(window) if window else None


def _in(window: bytes) -> str | None:
    for mark, pattern in _PATTERNS:
        at = window.find(mark)
        for _ in range(_LOOKS):
            if at < 0:
                break
            if mark != b"irectory: " or _DIRECTORY.search(window, max(0, at - 16), at):
                match = pattern.match(window, at)
                found = match[1] if match else b""
                path = _clean(found.partition(b")")[0] if mark == _BRACKETED else found) if found else None
                if path is not None:
                    return path
            at = window.find(mark, at + 1)
    return None


def _clean(raw: bytes) -> str | None:
    path = fields.unquote(raw)
    if path is None:
        return None
    path = path.strip().rstrip(")`*'.,;")
    return path.rstrip("/\\") or path[:1] if path and path.isprintable() else None


def from_codex_metadata(metadata: object) -> str | None:
    """The first workspace in Codex's turn metadata (decoded JSON), or ``None``."""
    workspaces: Mapping[str, Any] = fields.part(metadata, "workspaces")
    for path in workspaces:
        if len(path) <= 4096 and path.isprintable() and (path[:1] in "/~\\" or path[1:2] == ":"):
            return path
    return None
