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

_PATH: Final = rb'((?:/|~|[A-Za-z]:(?:/|\\\\)|\\\\\\\\)(?:[^"\\<>|\x00-\x1f]|\\\\|\\/|\\u[0-9A-Fa-f]{4}){0,2048})'
_DIRECTORY: Final = re.compile(rb"irector(?:y: |y (?P<bracket>\()|ies:\**(?:\\r)?\\n\s*[-*] )" + _PATH)
"""The bracket is Cline's in an editor, the list is Gemini CLI's; all others write ``… directory: PATH``."""
_BEFORE: Final = (b"orking d", b"orking D", b"orking in the d", b"Workspace D")
_TAGS: Final = tuple((tag, re.compile(re.escape(tag) + _PATH)) for tag in (b"<cwd>", b"Absolute path: "))
"""Codex's and Vibe's ways."""
_LOOKS: Final = 400
"""Places that are tried for one word: prompts speak of directories often."""


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
    at = window.find(b"irector")
    for _ in range(_LOOKS):
        if at < 0:
            break
        if window.endswith(_BEFORE, max(0, at - 16), at):
            match = _DIRECTORY.match(window, at)
            if match:
                path = _clean(match[2].partition(b")")[0] if match["bracket"] else match[2])
                if path is not None:
                    return path
        at = window.find(b"irector", at + 7)
    for tag, pattern in _TAGS:
        at = window.find(tag)
        match = pattern.match(window, at) if at >= 0 else None
        path = _clean(match[1]) if match else None
        if path is not None:
            return path
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
