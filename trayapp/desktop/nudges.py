"""When a suggestion is worth a notification, and what its buttons do.

Rules: at most ``MOST`` a day and never the same one twice, also across restarts (a small private file remembers the
ids, which name a kind of call and two models, and nothing else); none while everything goes out as requested or the
mode only meters; none while the popover shows it already. A suggestion that is gone takes its notification with it.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from trayapp.choices import Suggestion
from trayapp.desktop import choicewords, ruletext
from trayapp.platform.paths import write_private
from trayapp.snapshot import Snapshot

if TYPE_CHECKING:
    from trayapp.desktop.buttoned import Buttoned, Told

MOST: Final = 2
_KEPT: Final = 200
"""Ids that are remembered."""
_ACCEPT: Final = "accept"
_DECLINE: Final = "decline"

_log = logging.getLogger("spendlight.tray")


class Nudges(QObject):
    """Looks at each snapshot, and tells what is new."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""
    open_asked = Signal()
    plain = Signal(str, str)
    """Title and text to tell without buttons; a click on it opens the popover."""

    def __init__(self, memory: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._memory = Memory(memory)
        self._now = ""
        self._buttoned: Buttoned | None = None

    def look(self, snapshot: Snapshot, *, seen: bool) -> None:
        """Tell a suggestion that is new.

        Args:
            snapshot: what is so now.
            seen: the popover shows it at this moment.
        """
        choices = snapshot.choices
        suggestion = choices.suggestion
        if self._now and (suggestion is None or suggestion.id != self._now):
            if self._buttoned is not None:
                self._buttoned.withdraw(self._now)
            self._now = ""
        if suggestion is None or choices.asis or choices.mode == choicewords.LET_IT_RIP:
            return
        if self._memory.may_tell(suggestion.id, snapshot.today.day or _day(snapshot.at_us), seen=seen) and not seen:
            self._now = suggestion.id
            self._tell(suggestion, snapshot)

    def close(self) -> None:
        """Leave the bus."""
        if self._buttoned is not None:
            self._buttoned.close()

    def _tell(self, suggestion: Suggestion, snapshot: Snapshot) -> None:
        worth = choicewords.worth(suggestion, snapshot.shown)
        body = "\n".join(filter(None, (*ruletext.proof(suggestion, snapshot.shown)[:1], worth)))
        title = ruletext.title(suggestion)
        buttoned = self._buttoned or self._make()
        if buttoned is None:
            self.plain.emit(title, body)
            return
        from trayapp.desktop.buttoned import Told

        buttons = ((_ACCEPT, choicewords.action(suggestion)), (_DECLINE, choicewords.not_now()))
        buttoned.show(Told(suggestion.id, title, body, buttons))

    def _make(self) -> Buttoned | None:
        if not sys.platform.startswith("linux"):
            return None
        try:
            from trayapp.desktop.buttoned import Buttoned
        except ImportError:
            _log.info("jeepney is missing: notifications have no buttons")
            return None
        self._buttoned = Buttoned(self)
        self._buttoned.pressed.connect(self._pressed)
        self._buttoned.useless.connect(self._useless)
        return self._buttoned

    def _pressed(self, suggestion: str, button: str) -> None:
        if button == _ACCEPT:
            self.asked.emit("accept_suggestion", {"suggestion": suggestion})
        elif button == _DECLINE:
            self.asked.emit("decline_suggestion", {"suggestion": suggestion})
        else:
            self.open_asked.emit()

    def _useless(self, told: Told) -> None:
        self.plain.emit(told.title, told.body)


class Memory:
    """Which suggestions were told, and how many today."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._day = ""
        self._today = 0
        self._ids: list[str] = []
        try:
            document = json.loads(path.read_bytes())
            self._day, self._today = str(document["day"]), int(document["today"])
            self._ids = [str(each) for each in document["ids"]][-_KEPT:]
        except (OSError, ValueError, KeyError, TypeError):
            return  # none yet, or not ours any more: it is written anew

    def may_tell(self, suggestion: str, day: str, *, seen: bool = False) -> bool:
        """Whether a suggestion is new and the day has room; ``True`` is remembered as told.

        Args:
            suggestion: its id.
            day: today, local, ISO.
            seen: it is in sight; that is as good as told, and does not count for the day.
        """
        if day != self._day:
            self._day, self._today = day, 0
        if suggestion in self._ids or (self._today >= MOST and not seen):
            return False
        self._today += not seen
        self._ids = [*self._ids, suggestion][-_KEPT:]
        document = {"day": self._day, "today": self._today, "ids": self._ids}
        try:
            write_private(self._path, json.dumps(document).encode())
        except OSError as error:
            _log.warning("what was suggested could not be remembered: %s", error.strerror)
        return True


def _day(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1_000_000).astimezone().date().isoformat()
