"""The question before everything stops: tools that still lead here would then reach nobody.

Rules: what leads here is looked up anew at each opening; leading the tools back is the default offer, and nothing is
stopped when one of their files could not be put back. The edits' rooms are imported when they are needed only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox

from trayapp.platform.paths import Paths
from trayapp.tongue import tr
from trayapp.trouble import Trouble

if TYPE_CHECKING:
    from trayapp.desktop.toolwork import ToolWork


class Farewell(QObject):
    """Asks, leads the tools back if the user wants that, and then says ``agreed``."""

    agreed = Signal()

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._work: ToolWork | None = None
        self.box = QMessageBox()
        self.box.setIcon(QMessageBox.Icon.Warning)
        self.box.setWindowTitle("Spendlight")
        self.box.setText(tr("farewell", "Stop Spendlight altogether?"))
        back, stop = tr("farewell", "Lead them back and stop"), tr("farewell", "Stop everything")
        self.back = self.box.addButton(back, QMessageBox.ButtonRole.AcceptRole)
        self.stop = self.box.addButton(stop, QMessageBox.ButtonRole.DestructiveRole)
        cancel = self.box.addButton(QMessageBox.StandardButton.Cancel)
        self.box.setDefaultButton(cancel)
        self.box.setEscapeButton(cancel)
        self.back.clicked.connect(self._lead_back)
        self.stop.clicked.connect(self.agreed)

    def ask(self) -> None:
        """Open the question, or bring it to the front."""
        names = self._names()
        self.back.setVisible(bool(names))
        self.stop.setText(tr("farewell", "Stop without that") if names else tr("farewell", "Stop everything"))
        if names:
            text = tr(
                "farewell",
                "These tools lead through Spendlight: {names}. When it stops they reach nobody, unless they are led "
                "back to their vendors first; connect them again whenever you like.",
                names=", ".join(names),
            )
        else:
            text = tr("farewell", "Tools that point at Spendlight will not reach their vendors until it runs again.")
        less = tr("farewell", "To end only this icon, use Quit; to stop counting for a while, use Pause.")
        self.box.setInformativeText(f"{text} {less}")
        self.box.show()
        self.box.activateWindow()

    def close(self) -> None:
        """Give the window back."""
        if self._work is not None:
            self._work.close()
        self.box.close()
        self.box.deleteLater()

    def _names(self) -> tuple[str, ...]:
        from trayapp.tools import pointing

        return pointing.tools(pointing.led(self._paths))

    def _lead_back(self) -> None:
        """In a thread: a locked keyring may have the user type a password first."""
        from trayapp.desktop.toolwork import ToolWork
        from trayapp.toolbox import Toolbox

        if self._work is None:
            self._work = ToolWork(Toolbox(self._paths), self)
        self._work.ask(lambda box: box.lead_back(), self._led_back)

    def _led_back(self, outcomes: Any, trouble: Trouble | None) -> None:
        if trouble is not None:
            failed = [f"{trouble.title}. {trouble.message}"]
        else:
            failed = [f"{outcome.path}: {outcome.text}" for outcome in outcomes if not outcome.done]
        if not failed:
            self.agreed.emit()
            return
        why = tr("farewell", "Nothing was stopped, because this could not be put back:")
        self.box.setInformativeText("\n".join([why, *failed]))
        self.box.show()
