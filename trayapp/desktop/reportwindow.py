"""A crash report, as it lies in the log folder: to be read before anyone decides to pass it on.

Rules: it shows the file's very text and sends nothing; complete with the keyboard.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import Paragraph, Tone
from trayapp.tongue import tr

SIZE: Final = QSize(560, 340)


class ReportWindow(QDialog):
    """Shows one report."""

    def __init__(self) -> None:
        super().__init__(None)
        self.setWindowTitle(tr("reportwindow", "Crash report"))
        self.setAccessibleName(tr("reportwindow", "Crash report"))
        promise = Paragraph(Tone.DIM)
        promise.show_text(
            tr(
                "reportwindow",
                "Nothing of this was sent. It holds versions and places in the program's code; no text, no path and "
                "no name of yours.",
            )
        )
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("reportwindow", "The report"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.where = Paragraph(Tone.DIM, size=0.88)
        self.copy = Button(tr("reportwindow", "&Copy"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self.away = Button(tr("reportwindow", "C&lose"))
        self.away.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.away)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(promise)
        column.addWidget(self.text, 1)
        column.addWidget(self.where)
        column.addLayout(buttons)
        self.resize(SIZE)

    def open_for(self, path: Path) -> None:
        """Show the report that lies there."""
        try:
            self.text.setPlainText(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            self.text.setPlainText(tr("reportwindow", "It cannot be read any more."))
        self.where.show_text(str(path))
        self.show()
        self.raise_()
        self.activateWindow()
        self.copy.setFocus(Qt.FocusReason.OtherFocusReason)
