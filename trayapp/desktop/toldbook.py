"""What the tray has told, and what silences it: a small private file, so that a restart repeats nothing.

Rules: keys (with names of budgets and windows, ids of suggestions), times and counts, and no text; bounded; a file that
is none, or not ours any more, is written anew. It is written by who uses it; only what has changed is.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trayapp.desktop.announcing import Announcement, Kind
from trayapp.platform.paths import write_private

_KEPT: Final = 200
_HELD: Final = 40
HOUR_US: Final = 3_600 * 10**6
_FAR_US: Final = 72 * HOUR_US
"""No snooze lasts so long; one that seems to was made by another clock."""

_log = logging.getLogger("spendlight.tray")


@dataclass(frozen=True, slots=True)
class Held:
    """Something that was held back."""

    key: str
    kind: Kind
    critical: bool = False


class ToldBook:
    """Remembers across restarts."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.dirty = False
        self.day = ""
        self.today = 0
        """Suggestions that were told on ``day``."""
        self.told: dict[str, int] = {}
        """Keys to cycles, the oldest first."""
        self.times: list[tuple[Kind, int]] = []
        """Kind and moment of all that was shown in the last hour."""
        self.snoozed_us = 0
        """Until when nothing is told."""
        self.subjects: dict[str, int] = {}
        """Subjects of which nothing is told, and until when."""
        self.held: list[Held] = []
        self.level = "all"
        self.quiet = ""
        """The settings as last heard: without an engine they still hold."""
        self._read()

    def has_told(self, matter: Announcement) -> bool:
        """Whether it was told, in this cycle of its own."""
        cycle = self.told.get(matter.key)
        return cycle is not None and abs(cycle - matter.cycle) <= matter.slack

    def tell(self, matter: Announcement) -> None:
        """It has been told."""
        self.told.pop(matter.key, None)
        self.told[matter.key] = matter.cycle
        while len(self.told) > _KEPT:
            del self.told[next(iter(self.told))]
        self.dirty = True

    def forget(self, key: str) -> bool:
        """It may be told anew; whether it had been told."""
        if self.told.pop(key, None) is None:
            return False
        self.dirty = True
        return True

    def hold(self, matter: Announcement) -> None:
        """It was held back."""
        self.held = [*self.held, Held(matter.key, matter.kind, matter.critical)][-_HELD:]
        self.dirty = True

    def is_held(self, key: str) -> bool:
        """Whether it waits for the end of the silence."""
        return any(each.key == key for each in self.held)

    def drop_held(self, keys: set[str] | None = None) -> None:
        """These wait no longer; ``None``: all."""
        left = [] if keys is None else [each for each in self.held if each.key not in keys]
        if len(left) != len(self.held):
            self.held, self.dirty = left, True

    def silence(self, subject: str, until_us: int) -> None:
        """Nothing is told of a subject for a while."""
        self.subjects[subject] = until_us
        self.dirty = True

    def silent_until(self, subject: str) -> int:
        """Until when nothing is told of it; 0: it is told."""
        return self.subjects.get(subject, 0)

    def snooze(self, until_us: int) -> None:
        """Nothing is told until then; 0: it is told again."""
        if until_us != self.snoozed_us:
            self.snoozed_us, self.dirty = until_us, True

    def turn(self, now_us: int, day: str) -> None:
        """Let go of what is over by now."""
        if day != self.day:
            self.day, self.today, self.dirty = day, 0, True
        if self.snoozed_us and not now_us < self.snoozed_us <= now_us + _FAR_US:
            self.snooze(0)
        subjects = {name: until for name, until in self.subjects.items() if now_us < until <= now_us + _FAR_US}
        times = [each for each in self.times if now_us - HOUR_US < each[1] <= now_us]
        if len(subjects) != len(self.subjects) or len(times) != len(self.times):
            self.subjects, self.times, self.dirty = subjects, times, True

    def hear(self, level: str, quiet: str) -> None:
        """What the settings are."""
        if (level, quiet) != (self.level, self.quiet):
            self.level, self.quiet, self.dirty = level, quiet, True

    def write(self) -> None:
        """Keep it, if anything has changed."""
        if not self.dirty or self._path is None:
            return
        document = {
            "day": self.day,
            "today": self.today,
            "told": self.told,
            "times": self.times,
            "snoozed_us": self.snoozed_us,
            "subjects": self.subjects,
            "held": [[each.key, each.kind, each.critical] for each in self.held],
            "level": self.level,
            "quiet": self.quiet,
        }
        try:
            write_private(self._path, json.dumps(document).encode())
        except OSError as error:
            _log.warning("what was told could not be remembered: %s", error.strerror)
        self.dirty = False

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            document = json.loads(self._path.read_bytes())
            values = self._values(document)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # none yet, or not ours any more: it is written anew
        for name, value in values.items():
            setattr(self, name, value)

    @staticmethod
    def _values(document: dict[str, Any]) -> dict[str, Any]:
        return {
            "day": str(document["day"]),
            "today": int(document["today"]),
            "told": dict([(str(k), int(v)) for k, v in document["told"].items()][-_KEPT:]),
            "times": [(Kind(kind), int(us)) for kind, us in document["times"]],
            "snoozed_us": int(document["snoozed_us"]),
            "subjects": {str(k): int(v) for k, v in document["subjects"].items()},
            "held": [Held(str(name), Kind(kind), bool(critical)) for name, kind, critical in document["held"]][-_HELD:],
            "level": str(document["level"]),
            "quiet": str(document["quiet"]),
        }
