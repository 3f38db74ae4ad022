"""The tray's process: puts the pieces together and runs them.

``run`` is all that others call. It owns what is global to the process: the environment that Qt reads, the umask, the
log, signals, uncaught errors, the one-tray lock. Nothing here outlives it but the lock's folder and the log.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from trayapp import __version__
from trayapp.desktop import crash, keeper, language, outset
from trayapp.desktop.icon import Ink
from trayapp.desktop.link import Line
from trayapp.desktop.look import SystemLook
from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.signals import Signals
from trayapp.desktop.single import OneTray
from trayapp.desktop.tray import Tray
from trayapp.desktop.view import Link, View
from trayapp.desktop.windows import Windows
from trayapp.display import Display
from trayapp.platform.paths import Paths
from trayapp.platform.resources import resource
from trayapp.trouble import Trouble

if TYPE_CHECKING:
    from trayapp.desktop.minimeter import MiniMeter
    from trayapp.desktop.notifications import Notifications
    from trayapp.desktop.notray import NoTray
    from trayapp.desktop.telling import Silence

PAUSE_SECONDS: Final = 3600
_AHEAD_MS: Final = 1500
"""The icon stands and nobody has clicked yet."""
_log = logging.getLogger("spendlight.tray")


def run(paths: Paths, *, demo: bool = False, show_popover: bool = False, tray_wait: float = 8.0) -> int:
    """Run the tray until it is quit.

    Args:
        paths: the profile.
        demo: say that no real money is shown, even before the engine does.
        show_popover: open the popover at once.
        tray_wait: seconds until a desktop without a tray gets a window instead.

    Returns:
        The exit code: 0 when it was quit, or when another tray of this profile was shown instead; 1 when the
        folders cannot be used or the other tray does not answer (one sentence on standard error says which).
    """
    os.umask(0o077)
    one = OneTray(paths)
    try:
        paths.make()
        first = one.claim()
    except OSError as error:
        _say(f"Spendlight's tray cannot start: {error.strerror}: {error.filename}.")
        return 1
    if not first:
        messenger = QCoreApplication(["spendlight"])
        answered = one.call_first()
        messenger.shutdown()
        if not answered:
            _say("Spendlight's tray is already running but does not answer. End it and try again.")
        return 0 if answered else 1
    _choose_theme()
    _open_log(paths)
    app = QApplication(["spendlight"])
    app.setApplicationName("Spendlight")
    app.setApplicationDisplayName("Spendlight")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("spendlight")
    app.setQuitOnLastWindowClosed(False)
    display = outset.wanted(paths)
    language.install(app, display.language)
    app.setWindowIcon(QIcon(os.fspath(resource("icons/spendlight-64.png"))))
    one.listen()
    desk = Desk(app, paths, one, display, demo=demo, tray_wait=tray_wait)
    desk.start(show_popover=show_popover)
    try:
        return app.exec()
    finally:
        desk.close()
        one.release()


class Desk(QObject):
    """All parts of a running tray, wired."""

    def __init__(
        self, app: QApplication, paths: Paths, one: OneTray, display: Display, *, demo: bool, tray_wait: float
    ) -> None:
        super().__init__()
        self._app = app
        self._paths = paths
        self._display = display
        self._tray_wait = tray_wait
        self._mini: MiniMeter | None = None
        self._notes: Notifications | None = None
        self._silence: Silence | None = None
        self._no_tray: NoTray | None = None
        self._signals = Signals(app.quit, self)
        self._look = SystemLook(app, display.theme)
        self._line = Line(paths, demo=demo, parent=self)
        self._windows = Windows(paths, self._line, self)
        self._menu = self._make_menu()
        self._tray = Tray(self._menu, _ink(display.ink), self)
        self._last_time = crash.install(paths.log, self._unexpected)

        self._look.changed.connect(self._tray.repaint)
        self._look.changed.connect(self._windows.repaint)
        self._line.changed.connect(self._show_view)
        self._tray.popover_asked.connect(self._windows.toggle)
        self._tray.pause_asked.connect(self._pause)
        self._tray.told_clicked.connect(self._show)
        self._windows.asked.connect(self._choose)
        self._windows.pause_asked.connect(self._pause)
        self._windows.quit_asked.connect(app.quit)
        self._windows.stop_agreed.connect(self._stop)
        self._windows.stand_in_closed.connect(self._stand_in_closed)
        one.show_asked.connect(self._show)

    def start(self, *, show_popover: bool) -> None:
        """Connect, and see to it that something is to be seen."""
        if self._last_time is not None:
            self._line.report(self._last_time)
        self._show_view(self._line.view)
        self._line.start()
        if show_popover:
            self._show()
        QTimer.singleShot(_AHEAD_MS, self, _read_ahead)
        if not self._tray.available:
            QTimer.singleShot(int(self._tray_wait * 1000), self, self._without_tray)

    def close(self) -> None:
        """Take everything back."""
        self._line.close()
        self._windows.forget()
        if self._notes is not None:
            self._notes.close()
        if self._mini is not None:
            self._mini.close()
        if self._no_tray is not None:
            self._no_tray.close()
        self._tray.close()
        self._menu.close()
        self._signals.close()

    def _make_menu(self) -> TrayMenu:
        menu = TrayMenu(self)
        menu.show_asked.connect(self._show)
        menu.pause_asked.connect(self._pause)
        menu.price_asked.connect(self._windows.enter_price)
        menu.tools_asked.connect(self._windows.connect_tools)
        menu.week_asked.connect(self._windows.show_week)
        menu.asked.connect(self._choose)
        menu.snooze_asked.connect(self._snooze)
        menu.quit_asked.connect(self._app.quit)
        menu.stop_asked.connect(self._windows.ask_stop)
        return menu

    def _show_view(self, view: View) -> None:
        if sys.platform != "win32":
            time.tzset()  # 3 µs; without it a traveller's new zone would be told at the next start only
        if view.live and view.snapshot is not None and view.snapshot.display != self._display:
            self._use(view.snapshot.display)
        self._tray.show_view(view)
        self._windows.show_view(view)
        self._show_mini(view)
        if self._notes is not None or view.link is not Link.CONNECTING:
            notes = self._notes = self._notes or self._make_notes()
            notes.look(view, seen=self._windows.popover_seen)

    def _use(self, display: Display) -> None:
        """The user has set how the tray looks."""
        former, self._display = self._display, display
        self._look.choose(display.theme)
        self._tray.use_ink(_ink(display.ink))
        if display.language != former.language:
            language.install(self._app, display.language)
            self._windows.forget()
            menu, self._menu = self._menu, self._make_menu()
            self._tray.use_menu(self._menu)
            menu.close()
            if self._silence is not None:
                self._menu.show_silence(self._silence)

    def _show_mini(self, view: View) -> None:
        """The meter in a window of its own, for those who want one."""
        if self._mini is None:
            if not self._display.mini_meter:
                return
            from trayapp.desktop.minimeter import MiniMeter

            self._mini = MiniMeter(self._paths.mini_meter)
            self._mini.popover_asked.connect(self._windows.toggle)
            self._mini.pause_asked.connect(self._pause)
            self._mini.menu_asked.connect(lambda at: self._menu.popup(at))
        if self._mini.isVisible() != self._display.mini_meter:
            self._mini.setVisible(self._display.mini_meter)
        self._mini.show_view(view)

    def _make_notes(self) -> Notifications:
        """What notifies, read when there is first something to be known."""
        from trayapp.desktop.notifications import Notifications

        notes = Notifications(self._paths.told, self)
        notes.asked.connect(self._choose)
        notes.open_asked.connect(lambda kind: self._windows.show_week() if kind == "week" else self._show())
        notes.plain.connect(lambda title, text, calm: self._tray.tell(title, text, calm=calm))
        notes.silence.connect(self._show_silence)
        return notes

    def _show_silence(self, silence: Silence) -> None:
        self._silence = silence
        self._menu.show_silence(silence)

    def _snooze(self, how: str) -> None:
        if self._notes is not None:
            self._notes.snooze(how)

    def _choose(self, verb: str, arguments: dict[str, Any]) -> None:
        """Ask the engine about models or a budget; what it refuses is told unless the popover shows it."""

        def answered(ok: object, trouble: Trouble | None) -> None:
            if not self._windows.popover_seen:
                self._done(ok, trouble)

        self._line.ask(verb, answered, **arguments)

    def _show(self) -> None:
        if self._tray.available or (self._mini is not None and self._mini.isVisible()):
            self._windows.popover().open(None)
        else:
            self._windows.popover().as_window()

    def _pause(self) -> None:
        # The click has already toggled the menu's mark; put it back to what is true until the engine says more.
        self._menu.refresh()
        if self._line.view.paused:
            self._line.ask("resume", self._done)
        else:
            self._line.ask("pause", self._done, seconds=PAUSE_SECONDS)

    def _done(self, _ok: object, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._tray.tell(trouble.title, f"{trouble.message} {trouble.fix}".strip())

    def _unexpected(self, trouble: Trouble) -> None:
        # Any thread may have failed; the view belongs to this one.
        QTimer.singleShot(0, self, lambda: self._line.report(trouble))

    def _without_tray(self) -> None:
        if self._tray.available or (self._mini is not None and self._mini.isVisible()):
            return
        from trayapp.desktop.notray import NoTray

        self._no_tray = NoTray(self)
        self._no_tray.window_asked.connect(self._windows_instead)
        self._no_tray.mini_asked.connect(self._mini_for_good)
        self._tray.came.connect(self._no_tray.close)
        self._no_tray.tell()

    def _mini_for_good(self) -> None:
        self._use(replace(self._display, mini_meter=True))
        self._show_mini(self._line.view)
        self._line.ask("set_setting", self._done, key="display.mini_meter", value=True)

    def _windows_instead(self) -> None:
        """The popover as an ordinary window."""
        if self._tray.available:
            return
        _say(
            "Spendlight found no tray to put its icon in, so it shows a window instead. On GNOME, the extension "
            "'AppIndicator and KStatusNotifierItem Support' adds a tray; `spendlight status` works everywhere."
        )
        _log.warning("no tray; showing a window")
        self._windows.popover().as_window()

    def _stand_in_closed(self) -> None:
        if not self._tray.available and (self._mini is None or not self._mini.isVisible()):
            self._app.quit()

    def _stop(self) -> None:
        try:
            stopped = keeper.stop(self._paths)
        except OSError:
            stopped = False
        if stopped or not self._line.view.live:
            self._app.quit()
            return
        # An engine without a guard (started by hand): ask it itself.
        self._line.ask("stop", lambda _ok, trouble: self._done(_ok, trouble) if trouble else self._app.quit())


def _ink(setting: str) -> Ink | None:
    return None if setting == "auto" else Ink(setting)


def _read_ahead() -> None:
    """Read the popover's modules before the first click, which is a third quicker then; they take 0.3 MiB."""
    import trayapp.desktop.popover  # noqa: F401


def _choose_theme() -> None:
    """Keep Qt from loading GTK: it doubles the memory (measured 132 instead of 62 MB) and gives us nothing."""
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "").upper()
    if sys.platform.startswith("linux") and "KDE" not in desktop.split(":"):
        os.environ.setdefault("QT_QPA_PLATFORMTHEME", "gnome")


def _open_log(paths: Paths) -> None:
    """Our own and Qt's messages go to one small file, not to the terminal that started us."""
    logger = logging.getLogger("spendlight")
    try:
        handler = logging.handlers.RotatingFileHandler(
            paths.log / "tray.log", maxBytes=256 * 1024, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    qInstallMessageHandler(_qt_message)


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str | None) -> None:
    if kind in (QtMsgType.QtFatalMsg, QtMsgType.QtCriticalMsg):
        _log.error("Qt: %s", text)
        _say(f"Qt: {text}")
    elif kind is QtMsgType.QtWarningMsg:
        _log.warning("Qt: %s", text)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
