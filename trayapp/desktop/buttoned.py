"""Desktop notifications with buttons, on Linux: org.freedesktop.Notifications over the session bus.

Qt's own notification has no buttons, and PySide cannot send the unsigned number that ``Notify`` wants (measured with
6.12), so this speaks D-Bus itself, with jeepney. Everything about that service lives here.

Rules: nothing waits: each answer is read when it comes; a service that is missing, has no buttons or does not answer
within ``PATIENCE_MS`` is said to be of no use (``useless``), once, and the caller tells it in another way.
"""

from __future__ import annotations

import html
import logging
from dataclasses import dataclass
from typing import Final

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from trayapp.tongue import tr

PATIENCE_MS: Final = 3000
_SERVICE: Final = DBusAddress(
    "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
)
_DEFAULT: Final = "default"
"""The key of a click on the notification itself (Desktop Notifications Specification 1.2)."""

_log = logging.getLogger("spendlight.tray")


@dataclass(frozen=True, slots=True)
class Told:
    """One notification."""

    key: str
    """What the caller knows it by."""
    title: str
    body: str
    buttons: tuple[tuple[str, str], ...]
    """Key and text of each."""


class Buttoned(QObject):
    """Shows one notification at a time; the next replaces it."""

    pressed = Signal(str, str)
    """A notification's key, and the key of its button; an empty one is a click on the notification itself."""
    useless = Signal(object)
    """This ``Told`` could not be shown with buttons."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection: DBusConnection | None = None
        self._notifier: QSocketNotifier | None = None
        self._waiting: dict[int, str] = {}
        self._told: Told | None = None
        self._pending: Told | None = None
        self._number = 0
        self._markup = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)

    def show(self, told: Told) -> None:
        """Show a notification, or say that it cannot be done."""
        self._pending = told
        self._patience.start()
        try:
            if self._connection is None:
                self._connect()
            self._send("GetCapabilities")
        except (OSError, KeyError, ValueError, ConnectionError) as error:
            _log.info("no notifications with buttons: %s", type(error).__name__)
            QTimer.singleShot(0, self, self._give_up)

    def withdraw(self, key: str) -> None:
        """Take a notification away: what it asks has been answered elsewhere."""
        if self._told is not None and self._told.key == key and self._number:
            self._told = None
            try:
                self._send("CloseNotification", "u", (self._number,))
            except OSError:
                self._drop()

    def close(self) -> None:
        """Leave the bus."""
        self._patience.stop()
        self._drop()

    def _connect(self) -> None:
        self._connection = connection = open_dbus_connection(bus="SESSION")
        self._notifier = QSocketNotifier(connection.sock.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        for name in ("ActionInvoked", "NotificationClosed"):
            rule = MatchRule(type="signal", interface=_SERVICE.interface, member=name, path=_SERVICE.object_path)
            connection.send(message_bus.AddMatch(rule))

    def _send(self, method: str, signature: str | None = None, body: tuple[object, ...] = ()) -> None:
        connection = self._connection
        if connection is None:
            return
        serial = next(connection.outgoing_serial)
        self._waiting[serial] = method
        connection.send(new_method_call(_SERVICE, method, signature, body), serial=serial)

    def _read(self) -> None:
        while self._connection is not None:
            try:
                message = self._connection.receive(timeout=0)
            except (TimeoutError, BlockingIOError):
                return
            except (OSError, EOFError, ValueError):
                self._drop()
                self._give_up()
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        fields, kind = message.header.fields, message.header.message_type
        if kind is MessageType.signal:
            self._heard(str(fields.get(HeaderFields.member, "")), message.body)
            return
        method = self._waiting.pop(fields.get(HeaderFields.reply_serial, -1), "")
        if kind is MessageType.error:
            if method in ("GetCapabilities", "Notify"):
                self._give_up()
        elif method == "GetCapabilities":
            can = message.body[0]
            self._markup = "body-markup" in can
            if "actions" in can:
                self._notify()
            else:
                self._give_up()
        elif method == "Notify":
            self._number = int(message.body[0])
            self._told, self._pending = self._pending, None
            self._patience.stop()

    def _notify(self) -> None:
        told = self._pending
        if told is None:
            return
        body = html.escape(told.body, quote=False) if self._markup else told.body
        actions = [_DEFAULT, tr("buttoned", "Open")]
        for key, text in told.buttons:
            actions += [key, text]
        hints = {"desktop-entry": ("s", "spendlight"), "urgency": ("y", 0)}
        try:
            self._send(
                "Notify",
                "susssasa{sv}i",
                ("Spendlight", self._number, "spendlight", told.title, body, actions, hints, -1),
            )
        except OSError:
            self._drop()
            self._give_up()

    def _heard(self, member: str, body: tuple[object, ...]) -> None:
        if self._told is None or len(body) < 2 or body[0] != self._number:
            return
        key = self._told.key
        if member == "ActionInvoked":
            self.pressed.emit(key, "" if body[1] == _DEFAULT else str(body[1]))
        elif member == "NotificationClosed":
            self._told, self._number = None, 0

    def _give_up(self) -> None:
        self._patience.stop()
        told, self._pending = self._pending, None
        if told is not None:
            self.useless.emit(told)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        self._waiting.clear()
        self._told, self._number = None, 0
        if connection is not None:
            connection.close()
