"""What a person has to be told: one type for it, from the guard to the tray, and the error that carries it.

Rules: standard library only, since guard, rescue copy and tools' files speak through it; no text of any call, no key.
Texts are English and made with ``trayapp.said``, so that a face can say them in its own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from trayapp.said import settle

TEXTS: Final = ("title", "message", "fix")
"""What of a trouble is said to people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something a person has to know: what happened, what it means, what to do."""

    title: str
    message: str
    fix: str = ""
    code: str = "error"
    """Stable name; listed in the README."""
    said: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What title, message and fix were made of, where that is more than their words (``said.wire``)."""

    def __post_init__(self) -> None:
        """Keep what the texts were made of beside them."""
        settle(self, TEXTS)

    @property
    def line(self) -> str:
        """The trouble as one line of text."""
        return f"{self.title}: {self.message} {self.fix}".rstrip()


class TroubleError(Exception):
    """Something that a person has to be told in words."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.title}: {trouble.message}")
        self.trouble = trouble


def trouble_from_json(data: object) -> Trouble | None:
    """Read a trouble; anything that is not one gives ``None``."""
    if not isinstance(data, Mapping) or not isinstance(data.get("title"), str):
        return None
    known = {f.name for f in fields(Trouble)}
    values: dict[str, Any] = {"message": "", **{k: v for k, v in data.items() if k in known and isinstance(v, str)}}
    said = data.get("said")
    return Trouble(**{**values, "said": said if isinstance(said, Mapping) else {}})
