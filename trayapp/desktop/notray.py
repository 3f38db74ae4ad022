"""When a desktop has no tray: one notification that says so, with the ways out; without notifications, a window.

Rules: nothing covers the user's screen unasked where a notification can ask; the choice of the mini meter is a setting
(``display.mini_meter``), so it holds from then on and is told no more.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from trayapp.tongue import tr

if TYPE_CHECKING:
    from trayapp.desktop.buttoned import Buttoned

_OPEN: Final = "open"
_MINI: Final = "mini"
_SLOT: Final = "tray"


class NoTray(QObject):
    """Says it once."""

    window_asked = Signal()
    """A window is wanted, or is all that can be shown."""
    mini_asked = Signal()
    """The mini meter is wanted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._buttoned: Buttoned | None = None

    def tell(self) -> None:
        """Say that there is no tray."""
        if not sys.platform.startswith("linux"):
            self.window_asked.emit()
            return
        try:
            from trayapp.desktop.buttoned import Buttoned, Told
        except ImportError:
            self.window_asked.emit()
            return
        self._buttoned = made = Buttoned(self)
        made.pressed.connect(self._pressed)
        made.useless.connect(lambda _told: self.window_asked.emit())
        made.refused.connect(lambda _told: self.window_asked.emit())
        buttons = ((_OPEN, tr("notray", "Open")), (_MINI, tr("notray", "Use the mini meter")))
        made.show(Told(_SLOT, tr("notray", "No tray for Spendlight's icon"), why(), buttons, 1))

    def close(self) -> None:
        """Take it away: a tray came, or the end."""
        if self._buttoned is not None:
            self._buttoned.close()
            self._buttoned = None

    def _pressed(self, _slot: str, key: str) -> None:
        if key == _MINI:
            self.mini_asked.emit()
        else:
            self.window_asked.emit()


def why() -> str:
    """What is missing, and what helps."""
    works = tr("notray", "Metering goes on; `spendlight status` works everywhere.").replace("`", "")
    if "GNOME" in os.environ.get("XDG_CURRENT_DESKTOP", "").upper().split(":"):
        gnome = tr("notray", "On GNOME, the extension “AppIndicator and KStatusNotifierItem Support” adds one.")
        return f"{gnome} {works}"
    return works
