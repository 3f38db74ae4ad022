"""A panel made for tests: the other side of the tray, spoken over a real session bus.

It owns ``org.kde.StatusNotifierWatcher`` and ``org.freedesktop.Notifications``, reads items the way panels do
(properties, pixmaps, the menu's layout) and clicks the way users do (``Activate``, menu events).
"""

from __future__ import annotations

import queue
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PATIENCE = 15.0


@dataclass(frozen=True)
class Entry:
    """One item of a menu."""

    id: int
    properties: dict[str, Any]
    children: tuple[Entry, ...] = ()

    @property
    def label(self) -> str:
        return str(self.properties.get("label", ""))

    @property
    def visible(self) -> bool:
        return bool(self.properties.get("visible", True))

    @property
    def enabled(self) -> bool:
        return bool(self.properties.get("enabled", True))

    @property
    def checked(self) -> bool:
        return self.properties.get("toggle-state") == 1


@dataclass(frozen=True)
class Pixmap:
    """One size of an icon: ARGB, row by row."""

    size: int
    data: bytes = field(repr=False)

    def row(self, y: int) -> list[tuple[int, int, int, int]]:
        """The pixels of one row as (alpha, red, green, blue)."""
        return [struct.unpack_from("4B", self.data, (y * self.size + x) * 4) for x in range(self.size)]

    def inked(self) -> int:
        """How many pixels are not fully transparent."""
        return sum(1 for alpha in self.data[::4] if alpha)

    def coloured(self, red: int, green: int, blue: int) -> int:
        """How many pixels have exactly this colour, opaque."""
        wanted = bytes((255, red, green, blue))
        return sum(1 for i in range(0, len(self.data), 4) if self.data[i : i + 4] == wanted)


@dataclass(frozen=True)
class Toast:
    """A notification, as its service was asked for it."""

    id: int
    replaces: int
    title: str
    body: str
    actions: tuple[str, ...]
    """Keys and texts, in turns."""
    urgency: int = 1

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its actions."""
        return self.actions[::2]


class PanelHost:
    """Owns the panel's names while it is open."""

    def __init__(self, bus: str, *, tray: bool = True) -> None:
        """Own them; without a ``tray`` only that of the notifications."""
        self._bus = bus
        self._service: DBusConnection = open_dbus_connection(bus=bus)
        self._caller: DBusConnection = open_dbus_connection(bus=bus)
        self._items: queue.Queue[str] = queue.Queue()
        self._signals: queue.Queue[str] = queue.Queue()
        self.notices: queue.Queue[tuple[str, str]] = queue.Queue()
        self.toasts: queue.Queue[Toast] = queue.Queue()
        """Those with buttons."""
        self.closed_toasts: queue.Queue[int] = queue.Queue()
        self.capabilities = ["body", "body-markup", "actions"]
        self.inhibited: bool | None = None
        """Whether nobody is to be disturbed; ``None``: this service cannot say."""
        self._toasted = 0
        self._end = threading.Event()
        self.item = ""
        # Asked while nobody else speaks on this connection: a blocking call drops what arrives meanwhile.
        rule = MatchRule(type="signal", interface=ITEM)
        self._service.send_and_get_reply(message_bus.AddMatch(rule), timeout=PATIENCE)
        self._service.send_and_get_reply(
            message_bus.AddMatch(MatchRule(type="signal", interface=MENU)), timeout=PATIENCE
        )
        self._service.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"), timeout=PATIENCE)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        # Last: from here on the items come.
        if tray:
            self._service.send(message_bus.RequestName(WATCHER))

    def close(self) -> None:
        """Give the names back; the panel is gone."""
        self._end.set()
        self._thread.join(PATIENCE)
        self._service.close()
        self._caller.close()

    def wait_item(self, timeout: float = PATIENCE) -> str:
        """The next item that registers; its bus name."""
        self.item = self._items.get(timeout=timeout)
        return self.item

    def no_item(self) -> bool:
        """Whether nobody has registered so far."""
        return self._items.empty()

    def wait_signal(self, name: str, timeout: float = PATIENCE) -> None:
        """Wait until the item (or its menu) sends a signal of this name."""
        until = time.monotonic() + timeout
        while self._signals.get(timeout=max(0.01, until - time.monotonic())) != name:
            pass

    def until(self, holds: Any, timeout: float = PATIENCE) -> Any:
        """Ask ``holds`` now and after each signal of the item until it gives something true; that is returned."""
        end = time.monotonic() + timeout
        while not (result := holds()):
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError("did not come true in time")
            try:
                self._signals.get(timeout=min(left, 0.25))
            except queue.Empty:
                continue
        return result

    def get(self, name: str) -> Any:
        """A property of the item."""
        address = DBusAddress("/StatusNotifierItem", self.item, ITEM)
        return self._ask(Properties(address).get(name))[0][1]

    def pixmaps(self) -> dict[int, Pixmap]:
        """The icon in all sizes that it offers."""
        return {w: Pixmap(w, bytes(data)) for w, _h, data in self.get("IconPixmap")}

    def tooltip(self) -> str:
        """The tooltip's text."""
        return str(self.get("ToolTip")[2])

    def activate(self, x: int = 0, y: int = 0) -> None:
        """A left click."""
        self._item_call("Activate", "ii", (x, y))

    def middle_click(self) -> None:
        """A middle click."""
        self._item_call("SecondaryActivate", "ii", (0, 0))

    def menu(self) -> Entry:
        """The whole menu, read without announcing it (no ``AboutToShow``)."""
        call = new_method_call(self._menu_address(), "GetLayout", "iias", (0, -1, []))
        return _entry(self._ask(call)[1])

    def labels(self) -> list[str]:
        """The visible labels of the menu's top level."""
        return [entry.label for entry in self.menu().children if entry.visible and entry.label]

    def entry(self, text: str) -> Entry:
        """The first visible entry, at any depth, whose label (without its shortcut's mark) holds ``text``."""
        for entry in _walk(self.menu()):
            if entry.visible and text in entry.label.replace("_", ""):
                return entry
        raise AssertionError(f"no entry with {text!r} in {self.labels()}")

    def entries(self) -> list[Entry]:
        """All visible entries, at any depth."""
        return [entry for entry in _walk(self.menu(), hidden=False) if entry.visible]

    def click(self, text: str) -> None:
        """Choose a menu entry."""
        self.click_id(self.entry(text).id)

    def click_id(self, number: int) -> None:
        """Choose a menu entry by its number."""
        self._ask(new_method_call(self._menu_address(), "Event", "isvu", (number, "clicked", ("i", 0), 0)))

    def open_menu(self) -> None:
        """Open the menu as panels do, and close it."""
        at = self._menu_address()
        self._ask(new_method_call(at, "AboutToShow", "i", (0,)))
        for name in ("opened", "closed"):
            self._ask(new_method_call(at, "Event", "isvu", (0, name, ("i", 0), 0)))

    def press(self, toast: Toast, key: str) -> None:
        """Press a notification's button."""
        at = DBusAddress("/org/freedesktop/Notifications", interface="org.freedesktop.Notifications")
        self._service.send(new_signal(at, "ActionInvoked", "us", (toast.id, key)))
        self._service.send(new_signal(at, "NotificationClosed", "uu", (toast.id, 2)))

    def inhibit(self, value: bool) -> None:
        """Ask for quiet, or no longer, and say so."""
        self.inhibited = value
        at = DBusAddress("/org/freedesktop/Notifications", interface="org.freedesktop.DBus.Properties")
        changed = {"Inhibited": ("b", value)}
        body = ("org.freedesktop.Notifications", changed, [])
        self._service.send(new_signal(at, "PropertiesChanged", "sa{sv}as", body))

    def _menu_address(self) -> DBusAddress:
        return DBusAddress(str(self.get("Menu")), self.item, MENU)

    def _item_call(self, method: str, signature: str, body: tuple[Any, ...]) -> None:
        self._ask(new_method_call(DBusAddress("/StatusNotifierItem", self.item, ITEM), method, signature, body))

    def _ask(self, message: Message) -> tuple[Any, ...]:
        reply = self._caller.send_and_get_reply(message, timeout=PATIENCE)
        if reply.header.message_type is MessageType.error:
            raise AssertionError(f"the tray answered {reply.body}")
        return tuple(reply.body)

    def _serve(self) -> None:
        while not self._end.is_set():
            try:
                message = self._service.receive(timeout=0.1)
            except TimeoutError:
                continue
            fields = message.header.fields
            member = fields.get(HeaderFields.member, "")
            if message.header.message_type is MessageType.signal:
                self._signals.put(member)
            elif message.header.message_type is MessageType.method_call:
                self._answer(message, member)

    def _answer(self, message: Message, member: str) -> None:
        if member == "RegisterStatusNotifierItem":
            name = message.body[0]
            self._items.put(message.header.fields[HeaderFields.sender] if name.startswith("/") else name)
            self._service.send(new_method_return(message))
        elif member == "Get" and message.body[1] == "Inhibited":
            if self.inhibited is None:
                self._service.send(new_error(message, "org.freedesktop.DBus.Error.InvalidArgs"))
            else:
                self._service.send(new_method_return(message, "v", (("b", self.inhibited),)))
        elif member == "Get":
            value: tuple[str, Any] = ("b", True)
            if message.body[1] == "ProtocolVersion":
                value = ("i", 0)
            elif message.body[1] == "RegisteredStatusNotifierItems":
                value = ("as", [])
            self._service.send(new_method_return(message, "v", (value,)))
        elif member == "GetAll":
            self._service.send(new_method_return(message, "a{sv}", ({"IsStatusNotifierHostRegistered": ("b", True)},)))
        elif member == "Notify":
            _app, replaces, _icon, title, body, actions, hints, *_ = message.body
            number = replaces
            if not replaces:
                number = self._toasted = self._toasted + 1
            self._service.send(new_method_return(message, "u", (number,)))
            if actions and self.capabilities.count("actions"):
                urgency = hints.get("urgency", ("y", 1))[1]
                self.toasts.put(Toast(number, replaces, title, body, tuple(actions), urgency))
            else:
                self.notices.put((title, body))
        elif member == "CloseNotification":
            self.closed_toasts.put(message.body[0])
            self._service.send(new_method_return(message))
        elif member == "GetCapabilities":
            self._service.send(new_method_return(message, "as", (self.capabilities,)))
        elif member == "GetServerInformation":
            self._service.send(new_method_return(message, "ssss", ("test", "test", "1", "1.2")))
        else:
            self._service.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))


def _entry(raw: Any) -> Entry:
    number, properties, children = raw
    return Entry(
        number,
        {name: value for name, (_signature, value) in properties.items()},
        tuple(_entry(child[1]) for child in children),
    )


def _walk(entry: Entry, *, hidden: bool = True) -> list[Entry]:
    found = [entry]
    for child in entry.children:
        if hidden or child.visible:
            found += _walk(child, hidden=hidden)
    return found
