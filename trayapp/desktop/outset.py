"""How the tray looks until the engine has spoken: the settings ``display.…``, read from the file at the start.

Rules: what is wrong with the file says the engine; a word that is unknown here is the default. TOML is read only where
the file speaks of the display at all: an icon alone needs less memory without the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from trayapp.display import Display
from trayapp.platform.paths import Paths

WORDS: Final[Mapping[str, tuple[Any, ...]]] = {
    "language": ("auto", "en", "de"),
    "theme": ("auto", "light", "dark"),
    "ink": ("auto", "light", "dark", "plate"),
    "mini_meter": (False, True),
}


def wanted(paths: Paths) -> Display:
    """What the settings file says of the display."""
    try:
        text = paths.settings.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return Display()
    if "display" not in text:
        return Display()
    import tomllib

    try:
        said = tomllib.loads(text).get("display")
    except tomllib.TOMLDecodeError:
        return Display()
    if not isinstance(said, dict):
        return Display()
    known: dict[str, Any] = {}
    for name, words in WORDS.items():
        word = said.get(name)
        if type(word) is type(words[0]) and word in words:
            known[name] = word
    return Display(**known)
