"""Texts as a terminal shows them, for windows: commands are quoted as prose is."""

from __future__ import annotations

import re
from typing import Final

from trayapp.tongue import tr

_COMMAND: Final = re.compile(r"`([^`]+)`")


def prose(text: str) -> str:
    """A text with its commands in quotation marks."""
    return _COMMAND.sub(lambda found: quoted(found[1]), text)


def quoted(text: str) -> str:
    """A text in quotation marks."""
    return tr("prose", "“{text}”", text=text)
