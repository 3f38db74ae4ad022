"""Colours: one light and one dark look on Qt's Fusion style, by the user's setting or following the system's choice.

Everything that decides a colour lives here. Text keeps a contrast of at least 4.5:1 against what it stands on, and
what is drawn for its colour (bars, notches, focus rings) at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); a test computes
both. Data colours are Okabe and Ito's, which stay apart under the common colour deficiencies (Okabe & Ito 2008,
"Color Universal Design"); on light ground those that would be too pale are the same hues, darkened.

Where the style hints know the system's scheme (GNOME and KDE themes, macOS, Windows) they are followed; where they
say "unknown", the desktop portal is asked and listened to (org.freedesktop.appearance color-scheme), and without it it
is light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import SLOT, QObject, Qt, Signal, SignalInstance, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

_PORTAL: Final = "org.freedesktop.portal.Desktop"
_PORTAL_PATH: Final = "/org/freedesktop/portal/desktop"
_PORTAL_SETTINGS: Final = "org.freedesktop.portal.Settings"
_NAMESPACE: Final = "org.freedesktop.appearance"
_KEY: Final = "color-scheme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The colours of one look, as ``#rrggbb``."""

    dark: bool
    window: str
    """Ground of windows."""
    card: str
    """Ground of cards, buttons and fields on the window."""
    hover: str
    """Ground of a button under the pointer."""
    border: str
    text: str
    dim: str
    """Secondary text."""
    track: str
    """The empty part of a bar."""
    notch: str
    focus: str
    """Rings and the ground of what is switched on."""
    on_focus: str
    """Text and marks on it."""
    ok: str
    warn: str
    warn_text: str
    """The same for words."""
    over: str
    bar: str
    """Bars of a breakdown."""
    alert: str
    """Ground of an alert card."""
    alert_text: str
    demo: str
    """Ground of the demo banner."""
    demo_text: str
    series: tuple[str, ...]
    """Data colours, in order of use."""


DARK: Final = Look(
    dark=True,
    window="#1d1f24",
    card="#282b32",
    hover="#343842",
    border="#3b3f49",
    text="#f2f3f5",
    dim="#a9afbb",
    track="#3a3e48",
    notch="#ffffff",
    focus="#8cc8ff",
    on_focus="#000000",
    ok="#56b4e9",
    warn="#e69f00",
    warn_text="#e69f00",
    over="#f07c2b",
    bar="#56b4e9",
    alert="#46251a",
    alert_text="#ffd9c7",
    demo="#e69f00",
    demo_text="#1b1400",
    series=("#56b4e9", "#e69f00", "#12b886", "#cc79a7", "#f0e442", "#f07c2b", "#a9afbb"),
)

LIGHT: Final = Look(
    dark=False,
    window="#fafafb",
    card="#eff0f3",
    hover="#e3e5ea",
    border="#cfd2d9",
    text="#17191d",
    dim="#5a606b",
    track="#e1e3e8",
    notch="#17191d",
    focus="#005fb8",
    on_focus="#ffffff",
    ok="#0072b2",
    warn="#a86f00",
    warn_text="#855800",
    over="#c24e00",
    bar="#0072b2",
    alert="#fde7dc",
    alert_text="#6b2600",
    demo="#f5c451",
    demo_text="#2b2000",
    series=("#0072b2", "#a86f00", "#007a58", "#b0527f", "#7a7200", "#c24e00", "#5a606b"),
)


def current() -> Look:
    """The look in force."""
    return _Current.look


class _Current:
    look: Look = LIGHT


def palette(look: Look) -> QPalette:
    """The look as Qt's palette."""
    result = QPalette(QColor(look.card), QColor(look.window))
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, look.window),
        (role.WindowText, look.text),
        (role.Base, look.window),
        (role.AlternateBase, look.card),
        (role.Text, look.text),
        (role.Button, look.card),
        (role.ButtonText, look.text),
        (role.BrightText, look.text),
        (role.ToolTipBase, look.card),
        (role.ToolTipText, look.text),
        (role.PlaceholderText, look.dim),
        (role.Link, look.focus),
        (role.Highlight, look.focus),
        (role.HighlightedText, look.on_focus),
    ):
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(look.dim))
    return result


def apply(app: QApplication, look: Look) -> None:
    """Put a look in force."""
    _Current.look = look
    style = app.style()
    if style is None or style.name().lower() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette(look))


class SystemLook(QObject):
    """Applies what the user has set, or the system's choice now and whenever it changes."""

    changed = Signal(object)
    """The new ``Look``."""

    def __init__(self, app: QApplication, theme: str = "auto") -> None:
        super().__init__(app)
        self._app = app
        self._theme = theme
        self._watcher: QDBusPendingCallWatcher | None = None
        hints = app.styleHints()
        self._system = DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT
        hints.colorSchemeChanged.connect(self._scheme_changed)
        apply(app, self._wanted())
        if hints.colorScheme() is Qt.ColorScheme.Unknown:
            self._ask_portal()

    def choose(self, theme: str) -> None:
        """``light``, ``dark``, or ``auto``: the system's."""
        self._theme = theme
        self._use()

    def _wanted(self) -> Look:
        return {"light": LIGHT, "dark": DARK}.get(self._theme, self._system)

    def _scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        if scheme is not Qt.ColorScheme.Unknown:
            self._system = DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        # Qt may have put a palette of its own in force with the scheme.
        apply(self._app, self._wanted())
        self.changed.emit(current())

    def _use(self) -> None:
        if (look := self._wanted()) is not current():
            apply(self._app, look)
            self.changed.emit(look)

    def _ask_portal(self) -> None:
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        slot: Any = SLOT("portal_told(QDBusMessage)")  # a text, whatever the stubs say
        bus.connect("", _PORTAL_PATH, _PORTAL_SETTINGS, "SettingChanged", self, slot)
        question = QDBusMessage.createMethodCall(_PORTAL, _PORTAL_PATH, _PORTAL_SETTINGS, "Read")
        question.setArguments([_NAMESPACE, _KEY])
        self._watcher = QDBusPendingCallWatcher(bus.asyncCall(question, 2000), self)
        finished: SignalInstance = self._watcher.finished
        finished.connect(self._portal_answered)

    def _portal_answered(self, watcher: QDBusPendingCallWatcher) -> None:
        answer = watcher.reply()
        watcher.deleteLater()
        self._watcher = None
        if answer.type() is not QDBusMessage.MessageType.ReplyMessage or not answer.arguments():
            return
        self._portal_says(answer.arguments()[0])

    @Slot(QDBusMessage)
    def portal_told(self, signal: QDBusMessage) -> None:
        """The portal's ``SettingChanged``."""
        if signal.arguments()[:2] == [_NAMESPACE, _KEY]:
            self._portal_says(signal.arguments()[2])

    def _portal_says(self, value: Any) -> None:
        while isinstance(value, QDBusVariant):
            value = value.variant()
        # 0 no preference, 1 dark, 2 light (XDG desktop portal, Settings, version 2).
        self._system = DARK if value == 1 else LIGHT
        self._use()


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1–21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
