"""The tray's notifications: shown each view, it tells what is worth it, and does what their buttons say.

What is worth it decides ``telling``; how it is said ``announcing``; here are clock, file, desktop and clicks. Rules:
what needs D-Bus is read with the first notification; a desktop without buttons, and every system but Linux, is told
plainly; nothing runs while nothing waits.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from trayapp import quiethours
from trayapp.desktop import announcing
from trayapp.desktop.announcing import Announcement, Button, Kind, Scene, Urgency
from trayapp.desktop.telling import ASK_AGAIN_US, Moment, Silence, Teller
from trayapp.desktop.toldbook import HOUR_US, ToldBook
from trayapp.desktop.view import Link, View
from trayapp.quiethours import QuietHours

if TYPE_CHECKING:
    from trayapp.desktop.buttoned import Buttoned, Told

ON: Final = "on"
HOUR: Final = "hour"
TOMORROW: Final = "tomorrow"
MORNING: Final = 8
"""The hour at which "tomorrow" begins."""
_NIGHT: Final = 4
"""Before this hour "tomorrow" is the morning that comes."""
_LONGEST_MS: Final = 3_600_000
"""No timer runs longer: the clock may be set, and the machine sleep."""

_log = logging.getLogger("spendlight.tray")


def _clock() -> int:
    return time.time_ns() // 1000


class Notifications(QObject):
    """Looks at each view, and tells."""

    asked = Signal(str, object)
    """A verb of the engine and its arguments."""
    open_asked = Signal(str)
    """The kind (``announcing.Kind``) of what was clicked."""
    plain = Signal(str, str, bool)
    """Title and text to tell without buttons, and whether nothing is wrong; a click on it opens the popover."""
    silence = Signal(object)
    """The ``Silence`` that holds from now on."""

    def __init__(self, memory: Path, parent: QObject | None = None, now_us: Callable[[], int] = _clock) -> None:
        super().__init__(parent)
        self._now_us = now_us
        self._teller = Teller(ToldBook(memory))
        self._scene = Scene()
        self._been_live = False
        self._seen = False
        self._inhibited = False
        self._asked_us = 0
        self._silence: Silence | None = None
        self._shown: dict[str, Announcement] = {}
        self._buttoned: Buttoned | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    def look(self, view: View, *, seen: bool) -> None:
        """Tell what is new.

        Args:
            view: what is known now.
            seen: the popover shows it at this moment.
        """
        if view.link is Link.CONNECTING:
            # Nobody knows anything: what an engine said still counts, an outage may just be over.
            self._scene = self._scene if self._scene.live else Scene()
            return
        self._been_live = self._been_live or view.live
        if view.live and view.snapshot is not None:
            self._teller.book.hear(view.snapshot.notify, view.snapshot.quiet)
        self._seen = seen
        self._scene = announcing.scene(view, been_live=self._been_live)
        self._turn()

    def snooze(self, how: str) -> None:
        """``ON``: tell again; ``HOUR`` and ``TOMORROW``: tell nothing until then."""
        now = self._now_us()
        until = {HOUR: now + HOUR_US, TOMORROW: tomorrow(now)}.get(how, 0)
        self._teller.book.snooze(until)
        self._turn()

    def close(self) -> None:
        """Take everything from the screen, and leave the bus."""
        self._timer.stop()
        self._teller.book.write()
        if self._buttoned is not None:
            self._buttoned.close()

    def _turn(self) -> None:
        now, book = self._now_us(), self._teller.book
        if self._inhibited and self._buttoned is not None and not 0 <= now - self._asked_us < ASK_AGAIN_US:
            # Not every desktop says by itself when it may be disturbed again; the answer looks anew.
            self._asked_us = now
            self._buttoned.ask()
        moment = Moment(
            now_us=now,
            day=announcing.day(now),
            level=book.level,
            quiet=_hours(book.quiet),
            inhibited=self._inhibited,
            seen=self._seen,
        )
        turn = self._teller.look(self._scene, moment)
        book.write()
        for kind in turn.withdraw:
            self._shown.pop(kind, None)
            if self._buttoned is not None:
                self._buttoned.withdraw(kind)
        if turn.wake_us is None:
            self._timer.stop()
        else:
            self._timer.start(min(max((turn.wake_us - now) // 1000 + 1, 1), _LONGEST_MS))
        if turn.silence != self._silence:
            self._silence = turn.silence
            self.silence.emit(turn.silence)
        for announcement in turn.show:
            self._tell(announcement)

    def _tell(self, announcement: Announcement) -> None:
        buttoned = self._buttoned or self._make()
        if buttoned is None:
            self.plain.emit(announcement.title, announcement.body, not announcement.critical)
            return
        from trayapp.desktop.buttoned import Told

        self._shown[announcement.kind] = announcement
        buttons = tuple((button.key, button.text) for button in announcement.buttons)
        urgency = int(announcement.urgency)
        buttoned.show(Told(announcement.kind, announcement.title, announcement.body, buttons, urgency))

    def _make(self) -> Buttoned | None:
        if not sys.platform.startswith("linux"):
            return None
        try:
            from trayapp.desktop.buttoned import Buttoned
        except ImportError:
            _log.info("jeepney is missing: notifications have no buttons")
            return None
        self._buttoned = made = Buttoned(self)
        made.pressed.connect(self._pressed)
        made.closed.connect(self._closed)
        made.useless.connect(self._useless)
        made.refused.connect(self._refused)
        made.inhibited.connect(self._hear_inhibited)
        return made

    def _pressed(self, slot: str, key: str) -> None:
        shown = self._shown.get(slot)
        button = next((each for each in shown.buttons if each.key == key), None) if shown is not None else None
        if button is not None and button.verb:
            self.asked.emit(button.verb, dict(button.arguments))
        elif button is not None and button.snoozes:
            self._snooze_one(Kind(slot), button)
        else:
            self.open_asked.emit(slot)

    def _snooze_one(self, kind: Kind, button: Button) -> None:
        now = self._now_us()
        self._teller.snooze(kind, button.snoozes, midnight(now) if button.today else now + HOUR_US)
        if self._buttoned is not None:
            self._buttoned.withdraw(kind)
        self._turn()

    def _closed(self, slot: str) -> None:
        self._teller.closed(Kind(slot))
        self._shown.pop(slot, None)

    def _useless(self, told: Told) -> None:
        self.plain.emit(told.title, told.body, told.urgency < Urgency.CRITICAL)

    def _refused(self, told: Told) -> None:
        self._shown.pop(told.slot, None)
        self._teller.refused(Kind(told.slot))
        self._hear_inhibited(inhibited=True)

    def _hear_inhibited(self, inhibited: bool) -> None:
        self._inhibited, self._asked_us = inhibited, self._now_us()
        self._turn()


def midnight(now_us: int) -> int:
    """The next local midnight."""
    return _at(quiethours.local(now_us).replace(hour=0) + timedelta(days=1), 0)


def tomorrow(now_us: int) -> int:
    """The morning of the next day, local; at night the one that comes."""
    now = quiethours.local(now_us)
    return _at(now if now.hour < _NIGHT else now + timedelta(days=1), MORNING)


def _at(day: datetime, hour: int) -> int:
    # Without a zone, so that the offset is that of the day itself.
    then = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001
    return int(then.astimezone().timestamp()) * 10**6


def _hours(written: str) -> QuietHours | None:
    try:
        return quiethours.read(written)
    except ValueError:  # another version's word
        return None
