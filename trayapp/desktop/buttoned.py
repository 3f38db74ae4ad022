"""Desktop notifications with buttons, on Linux: org.freedesktop.Notifications over the session bus.

Qt's own notification has no buttons, and PySide cannot send the unsigned number that ``Notify`` wants (measured with
6.12), so this speaks D-Bus itself, with jeepney. Everything about that service lives here.

Rules: of each slot one notification is on the screen, a new one takes its place; nothing waits: each answer is read
when it comes. A service that is missing, has no buttons or does not answer within ``PATIENCE_MS`` is said to be of no
use (``useless``), once for each notification, and the caller tells it in another way. One that says it is not to be
disturbed (its property ``Inhibited``, which KDE has) is asked before each and left alone: ``refused``.
"""

from __future__ import annotations

import html
import logging
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from trayapp.platform.resources import resource
from trayapp.tongue import tr

PATIENCE_MS: Final = 3000
_SERVICE: Final = DBusAddress(
    "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
)
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_INHIBITED: Final = "Inhibited"
_DEFAULT: Final = "default"
"""The key of a click on the notification itself (Desktop Notifications Specification 1.2)."""

_log = logging.getLogger("spendlight.tray")


@dataclass(frozen=True, slots=True)
class Told:
    """One notification."""

    slot: str
    """Where it stands; the next of the same slot takes its place."""
    title: str
    body: str
    buttons: tuple[tuple[str, str], ...]
    """Key and text of each."""
    urgency: int = 0
    """0 low, 1 normal, 2 critical."""


@cache
def _icon() -> str:
    """Our own picture's address: no icon theme has to know us (Desktop Notifications Specification 1.2)."""
    return resource("icons/spendlight-256.png").resolve().as_uri()


class Buttoned(QObject):
    """Shows notifications, one in a slot."""

    pressed = Signal(str, str)
    """A notification's slot, and the key of its button; an empty one is a click on the notification itself."""
    closed = Signal(str)
    """The notification of this slot is no longer on the screen."""
    useless = Signal(object)
    """This ``Told`` could not be shown with buttons."""
    refused = Signal(object)
    """This ``Told`` was not shown, since the desktop is not to be disturbed."""
    inhibited = Signal(bool)
    """Whether the desktop is not to be disturbed; also when it changes by itself."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection: DBusConnection | None = None
        self._notifier: QSocketNotifier | None = None
        self._waiting: dict[int, tuple[str, Told | None]] = {}
        self._pending: dict[str, Told] = {}
        self._numbers: dict[str, int] = {}
        self._markup = self._actions = False

    def show(self, told: Told) -> None:
        """Show a notification, or say that it cannot be done."""
        self._pending[told.slot] = told
        QTimer.singleShot(PATIENCE_MS, self, partial(self._give_up, told))
        if not self._begin("GetCapabilities", told):
            QTimer.singleShot(0, self, partial(self._give_up, told))

    def ask(self) -> None:
        """Ask whether the desktop is to be disturbed; ``inhibited`` says it."""
        if not self._begin(_INHIBITED, None):
            QTimer.singleShot(0, self, partial(self.inhibited.emit, False))

    def withdraw(self, slot: str) -> None:
        """Take a notification away: what it says is over."""
        self._pending.pop(slot, None)
        number = self._numbers.pop(slot, 0)
        if number and self._connection is not None:
            try:
                self._send("CloseNotification", None, "u", (number,))
            except OSError:
                self._drop()

    def close(self) -> None:
        """Leave the bus, and nothing on the screen whose buttons nobody would hear."""
        for slot in list(self._numbers):
            self.withdraw(slot)
        self._drop()
        self._pending.clear()

    def _begin(self, method: str, told: Told | None) -> bool:
        try:
            if self._connection is None:
                self._connect()
            if method == _INHIBITED:
                self._ask_inhibited(told)
            else:
                self._send(method, told)
        except (OSError, KeyError, ValueError, ConnectionError) as error:
            _log.info("no notifications with buttons: %s", type(error).__name__)
            self._drop()
            return False
        return True

    def _connect(self) -> None:
        self._connection = connection = open_dbus_connection(bus="SESSION")
        self._notifier = QSocketNotifier(connection.sock.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        for interface, name in (
            (_SERVICE.interface, "ActionInvoked"),
            (_SERVICE.interface, "NotificationClosed"),
            (_PROPERTIES, "PropertiesChanged"),
        ):
            rule = MatchRule(type="signal", interface=interface, member=name, path=_SERVICE.object_path)
            connection.send(message_bus.AddMatch(rule))

    def _send(
        self, method: str, told: Told | None, signature: str | None = None, body: tuple[object, ...] = ()
    ) -> None:
        self._post(new_method_call(_SERVICE, method, signature, body), method, told)

    def _ask_inhibited(self, told: Told | None) -> None:
        self._post(Properties(_SERVICE).get(_INHIBITED), _INHIBITED, told)

    def _post(self, message: Message, method: str, told: Told | None) -> None:
        connection = self._connection
        if connection is None:
            return
        serial = next(connection.outgoing_serial)
        self._waiting[serial] = (method, told)
        connection.send(message, serial=serial)

    def _read(self) -> None:
        while self._connection is not None:
            try:
                message = self._connection.receive(timeout=0)
            except (TimeoutError, BlockingIOError):
                return
            except (OSError, EOFError, ValueError):
                self._drop()
                for told in list(self._pending.values()):
                    self._give_up(told)
                return
            self._take(message)

    def _take(self, message: Message) -> None:
        fields, kind = message.header.fields, message.header.message_type
        if kind is MessageType.signal:
            self._heard(str(fields.get(HeaderFields.member, "")), message.body)
            return
        method, told = self._waiting.pop(fields.get(HeaderFields.reply_serial, -1), ("", None))
        failed = kind is MessageType.error
        if method == _INHIBITED:
            # A service without that property answers with an error: it may always be disturbed.
            self._hear_inhibited(told, inhibited=not failed and message.body[0] == ("b", True))
        elif told is None or self._pending.get(told.slot) is not told:
            if method == "Notify" and told is not None and not failed:
                self._late(told, int(message.body[0]))
        elif failed:
            self._give_up(told)
        elif method == "GetCapabilities":
            self._markup = "body-markup" in message.body[0]
            self._actions = "actions" in message.body[0]
            self._try(partial(self._ask_inhibited, told), told)
        elif method == "Notify":
            self._numbers[told.slot] = int(message.body[0])
            del self._pending[told.slot]

    def _late(self, told: Told, number: int) -> None:
        """It came on the screen after it was told otherwise, taken back or replaced."""
        if told.slot in self._pending:
            self._numbers[told.slot] = number  # the next one takes its place
        elif self._numbers.get(told.slot) != number:
            self._try(partial(self._send, "CloseNotification", None, "u", (number,)), told)

    def _hear_inhibited(self, told: Told | None, *, inhibited: bool) -> None:
        if told is None:
            self.inhibited.emit(inhibited)
        elif self._pending.get(told.slot) is not told:
            return
        elif inhibited:
            del self._pending[told.slot]
            self.refused.emit(told)
        elif not self._actions:
            self._give_up(told)  # said plainly; but asked first, so that it is not said into a silence
        else:
            self._notify(told)

    def _notify(self, told: Told) -> None:
        body = html.escape(told.body, quote=False) if self._markup else told.body
        actions = [_DEFAULT, tr("buttoned", "Open")]
        for key, text in told.buttons:
            actions += [key, text]
        hints = {"desktop-entry": ("s", "spendlight"), "urgency": ("y", told.urgency)}
        number = self._numbers.get(told.slot, 0)
        words = ("Spendlight", number, _icon(), told.title, body, actions, hints, -1)
        self._try(partial(self._send, "Notify", told, "susssasa{sv}i", words), told)

    def _try(self, step: partial[None], told: Told) -> None:
        try:
            step()
        except OSError:
            self._drop()
            self._give_up(told)

    def _heard(self, member: str, body: tuple[object, ...]) -> None:
        if member == "PropertiesChanged":
            self._properties(body)
            return
        slot = next((slot for slot, number in self._numbers.items() if body and number == body[0]), None)
        if slot is None or len(body) < 2:
            return
        if member == "ActionInvoked":
            self.pressed.emit(slot, "" if body[1] == _DEFAULT else str(body[1]))
        elif member == "NotificationClosed":
            self._numbers.pop(slot, None)
            self.closed.emit(slot)

    def _properties(self, body: tuple[object, ...]) -> None:
        changed, stale = (body[1], body[2]) if len(body) > 2 else ({}, ())
        value = changed.get(_INHIBITED) if isinstance(changed, dict) else None
        if value is not None:
            self.inhibited.emit(value == ("b", True))
        elif isinstance(stale, list) and _INHIBITED in stale:
            self.ask()

    def _give_up(self, told: Told) -> None:
        if self._pending.get(told.slot) is told:
            del self._pending[told.slot]
            self.useless.emit(told)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        self._waiting.clear()
        self._numbers.clear()
        if connection is not None:
            connection.close()
