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
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from trayapp import __version__
from trayapp.desktop import crash, glance, keeper, language
from trayapp.desktop.farewell import Farewell
from trayapp.desktop.icon import Ink
from trayapp.desktop.link import Line
from trayapp.desktop.look import SystemLook
from trayapp.desktop.menu import TrayMenu
from trayapp.desktop.signals import Signals
from trayapp.desktop.single import OneTray
from trayapp.desktop.tray import Tray
from trayapp.desktop.view import View
from trayapp.platform.paths import Paths
from trayapp.platform.resources import resource
from trayapp.trouble import Trouble

if TYPE_CHECKING:
    from trayapp.desktop.nudges import Nudges
    from trayapp.desktop.popover import Popover
    from trayapp.desktop.priceentry import PriceEntry
    from trayapp.desktop.toolswindow import ToolsWindow
    from trayapp.desktop.toolwork import ToolWork

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
    language.install(app, language.wanted(paths))
    app.setWindowIcon(QIcon(os.fspath(resource("icons/spendlight-64.png"))))
    one.listen()
    desk = Desk(app, paths, one, demo=demo, tray_wait=tray_wait)
    desk.start(show_popover=show_popover)
    try:
        return app.exec()
    finally:
        desk.close()
        one.release()


class Desk(QObject):
    """All parts of a running tray, wired."""

    def __init__(
        self, app: QApplication, paths: Paths, one: OneTray, *, demo: bool, tray_wait: float, ink: Ink | None = None
    ) -> None:
        super().__init__()
        self._app = app
        self._paths = paths
        self._tray_wait = tray_wait
        self._farewell: Farewell | None = None
        self._popover: Popover | None = None
        self._entry: PriceEntry | None = None
        self._tools: ToolsWindow | None = None
        self._work: ToolWork | None = None
        self._nudges: Nudges | None = None
        self._told_us: int | None = None
        self._signals = Signals(app.quit, self)
        self._look = SystemLook(app)
        self._line = Line(paths, demo=demo, parent=self)
        self._menu = TrayMenu(self)
        self._tray = Tray(self._menu, ink, self)
        crash.install(paths.log, self._unexpected)

        self._look.changed.connect(self._tray.repaint)
        self._line.changed.connect(self._show_view)
        self._tray.popover_asked.connect(lambda anchor: self._window().toggle(anchor))
        self._tray.pause_asked.connect(self._pause)
        self._tray.told_clicked.connect(self._show)
        self._menu.show_asked.connect(self._show)
        self._menu.pause_asked.connect(self._pause)
        self._menu.price_asked.connect(self._enter_price)
        self._menu.tools_asked.connect(self._connect_tools)
        self._menu.asked.connect(self._choose)
        self._menu.quit_asked.connect(app.quit)
        self._menu.stop_asked.connect(self._ask_stop)
        one.show_asked.connect(self._show)

    def start(self, *, show_popover: bool) -> None:
        """Connect, and see to it that something is to be seen."""
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
        if self._popover is not None:
            self._popover.blockSignals(True)
            self._popover.close()
        if self._entry is not None:
            self._entry.close()
        if self._nudges is not None:
            self._nudges.close()
        if self._tools is not None:
            self._tools.close()
        if self._work is not None:
            self._work.close()
        if self._farewell is not None:
            self._farewell.close()
        self._tray.close()
        self._menu.close()
        self._signals.close()

    def _show_view(self, view: View) -> None:
        if sys.platform != "win32":
            time.tzset()  # 3 µs; without it a traveller's new zone would be told at the next start only
        self._tray.show_view(view)
        if self._popover is not None:
            self._popover.show_view(view)
        self._tell_news(view)
        self._nudge(view)

    def _tell_news(self, view: View) -> None:
        """A notice that comes while this tray looks is told once; what was there before is old."""
        if not view.live or view.snapshot is None:
            return
        news = None if self._told_us is None else glance.news(view.snapshot, self._told_us)
        if news is not None:
            self._tray.tell(*news, calm=True)
        newest = max((notice.at_us for notice in view.snapshot.notices), default=0)
        self._told_us = max(newest, self._told_us or 0)

    def _nudge(self, view: View) -> None:
        """A suggestion that is new is worth a notification; what that needs is read with the first one."""
        if not view.live or view.snapshot is None:
            return
        if self._nudges is None and view.snapshot.choices.suggestion is not None:
            from trayapp.desktop.nudges import Nudges

            self._nudges = Nudges(self._paths.suggested, self)
            self._nudges.asked.connect(self._choose)
            self._nudges.open_asked.connect(self._show)
            self._nudges.plain.connect(lambda title, text: self._tray.tell(title, text, calm=True))
        if self._nudges is not None:
            self._nudges.look(view.snapshot, seen=self._popover is not None and self._popover.isVisible())

    def _choose(self, verb: str, arguments: dict[str, Any]) -> None:
        """Ask the engine about models or a budget; what it refuses is told unless the popover shows it."""

        def answered(ok: object, trouble: Trouble | None) -> None:
            if self._popover is None or not self._popover.isVisible():
                self._done(ok, trouble)

        self._line.ask(verb, answered, **arguments)

    def _window(self) -> Popover:
        """The popover, made when it is first wanted: an icon alone needs less memory."""
        if self._popover is None:
            from trayapp.desktop.popover import Popover

            self._popover = Popover()
            self._popover.asked.connect(self._choose)
            self._popover.pause_asked.connect(self._pause)
            self._popover.quit_asked.connect(self._app.quit)
            self._popover.price_asked.connect(self._enter_price)
            self._popover.tools_asked.connect(self._connect_tools)
            self._popover.dismiss_asked.connect(lambda at_us: self._line.ask("dismiss", at_us=at_us))
            self._popover.closed_for_good.connect(self._stand_in_closed)
            self._popover.show_view(self._line.view)
        return self._popover

    def _show(self) -> None:
        if self._tray.available:
            self._window().open(None)
        else:
            self._window().as_window()

    def _enter_price(self) -> None:
        """Open the small dialog for what has no price."""
        if self._entry is None:
            from trayapp.desktop.priceentry import PriceEntry

            self._entry = entry = PriceEntry()
            entry.asked.connect(lambda verb, arguments: self._line.ask(verb, entry.show_outcome, **arguments))
            entry.models_wanted.connect(self._fill_entry)
        self._fill_entry()
        self._entry.open_for(self._line.view.snapshot)

    def _connect_tools(self) -> None:
        """Open the window with the tools; its modules are read when it is first wanted: an icon alone needs less."""
        from trayapp.desktop.toolswindow import ToolsWindow
        from trayapp.desktop.toolwork import ToolWork
        from trayapp.toolbox import Toolbox

        if self._tools is None or self._work is None:
            self._work = ToolWork(Toolbox(self._paths), self)
            self._tools = ToolsWindow(self._work)
        self._tools.open_fresh()

    def _fill_entry(self) -> None:
        entry = self._entry
        if entry is None:
            return

        def waiting(ok: Any, trouble: Trouble | None) -> None:
            if trouble is None:
                entry.show_waiting(ok.get("models", ()))

        def known(ok: Any, trouble: Trouble | None) -> None:
            if trouble is None:
                entry.show_known(ok.get("models", ()))

        self._line.ask("unpriced", waiting)
        self._line.ask("models", known)

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
        if self._tray.available:
            return
        _say(
            "Spendlight found no tray to put its icon in, so it shows a window instead. On GNOME, the extension "
            "'AppIndicator and KStatusNotifierItem Support' adds a tray; `spendlight status` works everywhere."
        )
        _log.warning("no tray after %.0f s; showing a window", self._tray_wait)
        self._window().as_window()

    def _stand_in_closed(self) -> None:
        if not self._tray.available:
            self._app.quit()

    def _ask_stop(self) -> None:
        if self._farewell is None:
            self._farewell = Farewell(self._paths, self)
            self._farewell.agreed.connect(self._stop)
        self._farewell.ask()

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
