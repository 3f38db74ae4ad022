"""The icon in the panel: shows the reading, follows panels that come and go, turns clicks into wishes.

Qt decides once, when a ``QSystemTrayIcon`` is made, whether it speaks D-Bus or XEmbed. On X11 a D-Bus panel that
starts after us would never see an icon made before it (measured with Qt 6.12; a panel that restarts is followed), so
the icon is made anew when the first ``StatusNotifierWatcher`` appears. On Wayland Qt registers it by itself; made anew
there, it would be gone in the moment in which the panel asks for it.

Rules: icon, tooltip and menu change at most once in ``BEAT_MS``, and only what differs is sent; an engine's first word
waits for no beat.
"""

from __future__ import annotations

import sys
from typing import Final

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon

from trayapp.desktop import glance, look, meter
from trayapp.desktop.icon import Ink, Picture, icon, picture
from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.pulse import Pulse
from trayapp.desktop.view import View

BEAT_MS: Final = 1000
_WATCHER: Final = "org.kde.StatusNotifierWatcher"


class Tray(QObject):
    """Icon, tooltip and menu of one ``View``."""

    popover_asked = Signal(object)
    """The icon was clicked; carries its rectangle, or the pointer's, or ``None``."""
    pause_asked = Signal()
    told_clicked = Signal()
    """What ``tell`` has said was clicked."""
    came = Signal()
    """A tray has become available."""

    def __init__(self, menu: TrayMenu, ink: Ink | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._menu = menu
        self._ink = ink
        self._view = View()
        self._picture: Picture | None = None
        self._tooltip = ""
        self._pulse = Pulse(BEAT_MS, self._draw, self)
        self._on_bus = False
        self._item: QSystemTrayIcon | None = None
        self._watcher: QDBusServiceWatcher | None = None
        bus = QDBusConnection.sessionBus() if sys.platform.startswith("linux") else None
        if bus is not None and bus.isConnected():
            self._watcher = QDBusServiceWatcher(
                _WATCHER, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self
            )
            self._watcher.serviceOwnerChanged.connect(self._owner_changed)
            self._on_bus = _has_owner(bus)
        self._make()

    @property
    def available(self) -> bool:
        """Whether some panel shows the icon."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_view(self, view: View) -> None:
        """Take in a new view."""
        begins = view.live and not self._view.live
        self._view = view
        self._menu.show_view(view)
        if begins:
            self._pulse.now()
        else:
            self._pulse.touch()

    def repaint(self) -> None:
        """Draw anew: the scheme changed."""
        self._picture = None
        self._pulse.touch()

    def use_ink(self, ink: Ink | None) -> None:
        """Draw the icon with this ink; ``None``: by the desktop."""
        if ink is not self._ink:
            self._ink = ink
            self.repaint()

    def use_menu(self, menu: TrayMenu) -> None:
        """Show this menu from now on, in the place of the former one."""
        self._menu = menu
        menu.show_view(self._view)
        if self._item is not None:
            self._item.setContextMenu(menu.menu)
        self.repaint()

    def tell(self, title: str, message: str, *, calm: bool = False) -> None:
        """Say something through the desktop's notifications; ``calm``: nothing is wrong."""
        kind = QSystemTrayIcon.MessageIcon.Information if calm else QSystemTrayIcon.MessageIcon.Warning
        if self._item is not None and QSystemTrayIcon.supportsMessages():
            self._item.showMessage(title, message, kind)

    def close(self) -> None:
        """Take the icon out of the panel."""
        if self._item is not None:
            self._item.hide()
            self._item.deleteLater()
            self._item = None

    def _make(self) -> None:
        self.close()
        item = QSystemTrayIcon(self)
        item.setContextMenu(self._menu.menu)
        item.activated.connect(self._activated)
        item.messageClicked.connect(self.told_clicked)
        self._item = item
        self._picture = None
        self._tooltip = ""
        self._draw()
        item.show()

    def _draw(self) -> None:
        if self._item is None:
            return
        now = picture(meter.read(self._view), self._ink or _panel_ink())
        if now != self._picture:
            self._picture = now
            self._item.setIcon(icon(now))
        tooltip = glance.tooltip(self._view)
        if tooltip != self._tooltip:
            self._tooltip = tooltip
            self._item.setToolTip(tooltip)
        self._menu.refresh()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.popover_asked.emit(self._where())
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self.pause_asked.emit()

    def _where(self) -> QRect:
        """The icon where Qt knows it (XEmbed, macOS, Windows); on D-Bus it is under the pointer that clicked."""
        known = self._item.geometry() if self._item is not None else QRect()
        at = QCursor.pos()
        return known if known.isValid() and not known.isEmpty() else QRect(at.x(), at.y(), 1, 1)

    def _owner_changed(self, _service: str, _old: str, new: str) -> None:
        if not new:
            return
        if not self._on_bus:
            self._on_bus = True
            if not QGuiApplication.platformName().startswith("wayland"):
                self._make()
        self.came.emit()


def _panel_ink() -> Ink:
    """Panels mostly follow the colour scheme; GNOME's bar is dark always."""
    import os

    if look.current().dark or "GNOME" in os.environ.get("XDG_CURRENT_DESKTOP", "").upper().split(":"):
        return Ink.LIGHT
    return Ink.DARK


def _has_owner(bus: QDBusConnection) -> bool:
    names = bus.interface()
    return bool(names.isServiceRegistered(_WATCHER).value()) if names is not None else False
