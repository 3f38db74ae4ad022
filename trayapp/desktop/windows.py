"""The tray's windows: each is made when it is first wanted, since an icon alone needs less memory.

Everything that opens a window lives here; what they ask for goes to the engine by ``Line`` or up to ``app``. Rules: one
window of a kind; after the language has changed all are made anew (``forget``), open ones are closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRect, Signal
from shiboken6 import isValid

from trayapp.desktop.link import Line
from trayapp.desktop.view import View
from trayapp.platform.paths import Paths
from trayapp.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from trayapp.desktop.farewell import Farewell
    from trayapp.desktop.popover import Popover
    from trayapp.desktop.priceentry import PriceEntry
    from trayapp.desktop.reportwindow import ReportWindow
    from trayapp.desktop.toolswindow import ToolsWindow
    from trayapp.desktop.toolwork import ToolWork
    from trayapp.desktop.weekwindow import WeekWindow


class Windows(QObject):
    """Popover, price entry, tools, farewell and crash report of one tray."""

    asked = Signal(str, object)
    """A verb of the engine about cheaper models or a budget, and its arguments."""
    pause_asked = Signal()
    quit_asked = Signal()
    stop_agreed = Signal()
    """Everything shall stop."""
    stand_in_closed = Signal()
    """The window that stands in for a missing tray was closed."""

    def __init__(self, paths: Paths, line: Line, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._line = line
        self._popover: Popover | None = None
        self._entry: PriceEntry | None = None
        self._tools: ToolsWindow | None = None
        self._work: ToolWork | None = None
        self._farewell: Farewell | None = None
        self._report: ReportWindow | None = None
        self._week: WeekWindow | None = None

    @property
    def popover_seen(self) -> bool:
        """Whether the popover is open."""
        return self._popover is not None and self._popover.isVisible()

    def show_view(self, view: View) -> None:
        """Take in a new view."""
        if self._popover is not None:
            self._popover.show_view(view)

    def forget(self) -> None:
        """Close all and make them anew when they are wanted again."""
        for window in (self._entry, self._tools, self._report, self._week):
            if window is not None:
                window.close()
                window.deleteLater()
        if self._popover is not None:
            self._popover.blockSignals(True)
            self._popover.close()
            self._popover.deleteLater()
        if self._work is not None:
            self._work.close()
        if self._farewell is not None:
            self._farewell.close()
        self._popover = self._entry = self._tools = self._work = self._farewell = self._report = None
        self._week = None

    # The popover

    def popover(self) -> Popover:
        """The popover."""
        if self._popover is None:
            from trayapp.desktop.popover import Popover

            self._popover = made = Popover()
            made.asked.connect(self.asked)
            made.pause_asked.connect(self.pause_asked)
            made.quit_asked.connect(self.quit_asked)
            made.price_asked.connect(self.enter_price)
            made.tools_asked.connect(self.connect_tools)
            made.report_asked.connect(self.show_report)
            made.dismiss_asked.connect(lambda at_us: self._line.ask("dismiss", at_us=at_us))
            made.closed_for_good.connect(self.stand_in_closed)
            made.show_view(self._line.view)
        return self._popover

    def toggle(self, anchor: QRect | None) -> None:
        """Open the popover at the icon, or close it."""
        self.popover().toggle(anchor)

    # The others

    def enter_price(self) -> None:
        """Open the small dialog for what has no price."""
        if self._entry is None:
            from trayapp.desktop.priceentry import PriceEntry

            self._entry = entry = PriceEntry()

            def outcome(ok: Any, trouble: Trouble | None) -> None:
                if isValid(entry):
                    entry.show_outcome(ok, trouble)

            entry.asked.connect(lambda verb, arguments: self._line.ask(verb, outcome, **arguments))
            entry.models_wanted.connect(self._fill_entry)
        self._fill_entry()
        self._entry.open_for(self._line.view.snapshot)

    def connect_tools(self) -> None:
        """Open the window with the tools."""
        from trayapp.desktop.toolswindow import ToolsWindow
        from trayapp.desktop.toolwork import ToolWork
        from trayapp.toolbox import Toolbox

        if self._tools is None or self._work is None:
            self._work = ToolWork(Toolbox(self._paths), self)
            self._tools = ToolsWindow(self._work)
        self._tools.open_fresh()

    def ask_stop(self) -> None:
        """Ask whether everything shall stop."""
        if self._farewell is None:
            from trayapp.desktop.farewell import Farewell

            self._farewell = Farewell(self._paths, self)
            self._farewell.agreed.connect(self.stop_agreed)
        self._farewell.ask()

    def show_report(self) -> None:
        """Show the newest crash report, if there is one."""
        from trayapp.desktop import crash
        from trayapp.desktop.reportwindow import ReportWindow

        newest: Path | None = crash.newest(self._paths.log)
        if newest is None:
            return
        if self._report is None:
            self._report = ReportWindow()
        self._report.open_for(newest)

    def show_week(self) -> None:
        """Show the last week."""
        snapshot = self._line.view.snapshot
        if snapshot is None or snapshot.week is None:
            self.popover().open(None)
            return
        if self._week is None:
            from trayapp.desktop.weekwindow import WeekWindow

            self._week = WeekWindow(self._line.ask, self._paths.cache)
            self._week.price_asked.connect(self.enter_price)
        self._week.open_for(snapshot.week.name)

    def repaint(self) -> None:
        """The look has changed."""
        if self._week is not None:
            self._week.repaint_card()

    def _fill_entry(self) -> None:
        entry = self._entry
        if entry is None:
            return

        def waiting(ok: Any, trouble: Trouble | None) -> None:
            if trouble is None and isValid(entry):
                entry.show_waiting(ok.get("models", ()))

        def known(ok: Any, trouble: Trouble | None) -> None:
            if trouble is None and isValid(entry):
                entry.show_known(ok.get("models", ()))

        self._line.ask("unpriced", waiting)
        self._line.ask("models", known)
