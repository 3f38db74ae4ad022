"""What a person has to be told: one type for it, from the guard to the tray, and the error that carries it.

Rules: standard library only, since guard, rescue copy and tools' files speak through it; no text of any call, no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something a person has to know: what happened, what it means, what to do."""

    title: str
    message: str
    fix: str = ""
    code: str = "error"
    """Stable name; listed in the README."""

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
    values = {"message": "", **{k: v for k, v in data.items() if k in known and isinstance(v, str)}}
    return Trouble(**values)
