"""The popover's small widgets: texts, bars, rows and cards, painted by hand in the look's colours.

Rules: every widget says to a screen reader what it shows (bars are ``QProgressBar`` with role and value, cards and
rows have names); text that does not fit ends in "…" and stands whole in the tooltip; a setter that changes nothing
repaints nothing; colours are asked of ``look`` at painting time, so that a change of scheme needs a repaint only.
"""

from __future__ import annotations

from enum import StrEnum
from math import ceil
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from trayapp.desktop import look, symbols
from trayapp.desktop.buttons import Button
from trayapp.desktop.prose import prose
from trayapp.tongue import tr
from trayapp.trouble import Trouble

REPORTED: Final = ("tray_error", "tray_crash")
"""Troubles of which there is a report in the log folder."""
_STEPS = 1000
_FIXED = QSizePolicy.Policy.Fixed


class Tone(StrEnum):
    """Which of the look's colours a text or a bar takes."""

    TEXT = "text"
    DIM = "dim"
    OK = "ok"
    WARN = "warn"
    WARNING = "warn_text"
    OVER = "over"
    BAR = "bar"
    ALERT = "alert_text"
    DEMO = "demo_text"

    @property
    def colour(self) -> QColor:
        """The colour in the look in force."""
        return QColor(getattr(look.current(), self.value))


class Text(QLabel):
    """One line that is cut with "…" when it must be."""

    def __init__(self, tone: Tone = Tone.TEXT, *, size: float = 1.0, bold: bool = False, right: bool = False) -> None:
        super().__init__()
        self._tone = tone
        self._right = right
        font = QFont(self.font())
        if size != 1.0:
            font.setPointSizeF(font.pointSizeF() * size)
        font.setBold(bold)
        self.setFont(font)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored if not right else QSizePolicy.Policy.Minimum, _FIXED)

    def show_text(self, text: str, tone: Tone | None = None) -> None:
        """Show a text, in another tone if one is given."""
        if tone is not None and tone is not self._tone:
            self._tone = tone
            self.update()
        if text != self.text():
            self.setText(text)

    @property
    def cut(self) -> bool:
        """Whether the text does not fit."""
        return self._wide() > self.width()

    def _wide(self) -> int:
        # Advances are fractions; a pixel of room keeps the last letter from being cut for a rounding.
        return ceil(QFontMetricsF(self.font()).horizontalAdvance(self.text())) + 1 if self.text() else 0

    def sizeHint(self) -> QSize:  # noqa: N802
        """The whole line."""
        metrics = self.fontMetrics()
        return QSize(self._wide(), metrics.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A right-hand amount is never cut; a left-hand name may be."""
        hint = self.sizeHint()
        return hint if self._right else QSize(0, hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the line."""
        painter = QPainter(self)
        painter.setPen(self._tone.colour)
        text = self.text()
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, self.width()) if self.cut else text
        tip = text if self.cut else ""
        if tip != self.toolTip():
            self.setToolTip(tip)
        side = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), side | Qt.AlignmentFlag.AlignVCenter, shown)


class Paragraph(QLabel):
    """Wrapped text in a tone."""

    def __init__(self, tone: Tone, *, size: float = 1.0, bold: bool = False) -> None:
        super().__init__()
        self._tone = tone
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * size)
        font.setBold(bold)
        self.setFont(font)

    def show_text(self, text: str) -> None:
        """Show a text; an empty one takes no room."""
        if text != self.text():
            self.setText(text)
        if self.isHidden() == bool(text):
            self.setVisible(bool(text))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the lines."""
        painter = QPainter(self)
        painter.setPen(self._tone.colour)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), flags, self.text())


class Gauge(QProgressBar):
    """A thin bar with an optional notch."""

    def __init__(self) -> None:
        super().__init__()
        self._tone = Tone.BAR
        self._notch: float | None = None
        self.setRange(0, _STEPS)
        self.setTextVisible(False)
        self.setFixedHeight(7)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, _FIXED)

    def show_share(self, share: float, name: str, tone: Tone = Tone.BAR, notch: float | None = None) -> None:
        """Show a share, 0–1 (more is cut), under the name that a screen reader speaks."""
        value = min(max(round(share * _STEPS), 0), _STEPS)
        if share > 0:
            value = max(value, 1)
        if (tone, notch) != (self._tone, self._notch):
            self._tone, self._notch = tone, notch
            self.update()
        if value != self.value():
            self.setValue(value)
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Track, fill, notch."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        line = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        round_by = line.height() / 2
        painter.setBrush(QColor(look.current().track))
        painter.drawRoundedRect(line, round_by, round_by)
        share = self.value() / _STEPS
        if share > 0:
            painter.setBrush(self._tone.colour)
            filled = QRectF(line)
            filled.setWidth(max(line.height(), line.width() * share))
            painter.drawRoundedRect(filled, round_by, round_by)
        if self._notch is not None:
            x = round(min(max(self._notch, 0.0), 1.0) * (self.width() - 2))
            painter.fillRect(QRect(x - 1, 0, 4, self.height()), QColor(look.current().window))
            painter.fillRect(QRect(x, 0, 2, self.height()), QColor(look.current().notch))


class Symbol(QWidget):
    """A tool's symbol; it says nothing to a screen reader, the name stands beside it."""

    def __init__(self, size: int = 16) -> None:
        super().__init__()
        self._tool: str | None = None
        self.setFixedSize(size, size)
        self.setVisible(False)

    def show_tool(self, tool: str | None) -> None:
        """Show a tool's; ``None``: none, and no room is taken."""
        if tool != self._tool:
            self._tool = tool
            self.update()
        if self.isHidden() == (tool is not None):
            self.setVisible(tool is not None)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw it in the colour of secondary text."""
        if self._tool is not None:
            drawn = symbols.of_tool(self._tool, look.current().dim, self.width(), self.devicePixelRatioF())
            QPainter(self).drawPixmap(0, 0, drawn)


class BarRow(QWidget):
    """A name, an amount, and the bar below them."""

    def __init__(self) -> None:
        super().__init__()
        self.symbol = Symbol()
        self.name = Text()
        self.amount = Text(Tone.DIM, right=True)
        self.gauge = Gauge()
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.symbol)
        head.addWidget(self.name, 1)
        grid = _grid(self, 2)
        grid.addLayout(head, 0, 0)
        grid.addWidget(self.amount, 0, 1)
        grid.addWidget(self.gauge, 1, 0, 1, 2)

    def show_bar(
        self,
        name: str,
        amount: str,
        share: float,
        tone: Tone = Tone.BAR,
        notch: float | None = None,
        tool: str | None = None,
    ) -> None:
        """Show one bar; ``share`` is 0–1, ``tool`` the one whose symbol stands before the name."""
        self.symbol.show_tool(tool)
        self.name.show_text(name)
        self.amount.show_text(amount)
        self.gauge.show_share(share, f"{name}: {amount}", tone, notch)


class CallRow(QFrame):
    """A live call: who and how much above, tokens and time below, a dot that says whether it runs."""

    def __init__(self) -> None:
        super().__init__()
        self._dot: Tone | None = None
        self.symbol = Symbol()
        self.name = Text()
        self.amount = Text(Tone.TEXT, right=True)
        self.detail = Text(Tone.DIM, size=0.88)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.symbol)
        head.addWidget(self.name, 1)
        grid = _grid(self, 0)
        grid.setContentsMargins(14, 0, 0, 0)
        grid.addLayout(head, 0, 0)
        grid.addWidget(self.amount, 0, 1)
        grid.addWidget(self.detail, 1, 0, 1, 2)

    def show_call(self, name: str, amount: str, detail: str, *, tool: str, running: bool, failed: bool) -> None:
        """Show one call of a tool."""
        self.symbol.show_tool(tool)
        dot = Tone.OK if running else Tone.OVER if failed else Tone.DIM
        if dot is not self._dot:
            self._dot = dot
            self.update()
        self.name.show_text(name, Tone.TEXT if running else Tone.DIM)
        self.amount.show_text(amount, Tone.TEXT if running else Tone.DIM)
        self.detail.show_text(detail)
        state = tr("gauges", "Running") if running else tr("gauges", "Ended")
        spoken = f"{state}: {name}, {amount}, {detail}"
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The dot: full while it runs, a ring when it is over."""
        if self._dot is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.name.geometry().center().y()
        spot = QRectF(1.5, middle - 3, 7, 7)
        painter.setPen(QPen(self._dot.colour, 1.5))
        painter.setBrush(self._dot.colour if self._dot is not Tone.DIM else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot)


class Card(QFrame):
    """A trouble: title, what it means, what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Paragraph(Tone.ALERT, bold=True)
        self.message = Paragraph(Tone.ALERT)
        self.fix = Paragraph(Tone.ALERT)
        self.report = Button(tr("gauges", "Show the report"), small=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 10, 9)
        column.setSpacing(3)
        for part in (self.title, self.message, self.fix):
            column.addWidget(part)
        column.addWidget(self.report, 0, Qt.AlignmentFlag.AlignLeft)

    def show_trouble(self, trouble: Trouble) -> None:
        """Show one trouble."""
        # Troubles quote commands as a terminal shows them; here they are quoted as prose.
        title, message, fix = (prose(part) for part in (trouble.title, trouble.message, trouble.fix))
        self.title.show_text(title)
        self.message.show_text(message)
        self.fix.show_text(f"→ {fix}" if fix else "")
        self.report.setVisible(trouble.code in REPORTED)
        spoken = f"{tr('gauges', 'Alert')}. {title}. {message} {fix}".strip()
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A tinted ground with a strong edge."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.alert))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        painter.setBrush(QColor(colours.over))
        painter.drawRoundedRect(QRectF(0, 0, 4, self.height()), 2, 2)


class Note(QFrame):
    """Something good to know, calm, with a button that puts it away."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Text(bold=True)
        self.message = Paragraph(Tone.DIM)
        self.away = Button(tr("gauges", "Dismiss"), small=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 8, 9)
        grid.setSpacing(3)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.away, 0, 1)
        grid.addWidget(self.message, 1, 0, 1, 2)

    def show_notice(self, title: str, message: str) -> None:
        """Show one notice."""
        message = prose(message)
        self.title.show_text(title)
        self.message.show_text(message)
        self.away.setAccessibleName(tr("gauges", "Dismiss: {title}", title=title))
        spoken = f"{title}. {message}"
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A quiet ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.current().card))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)


class Banner(QLabel):
    """A coloured strip with one bold line."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setFont(font)
        self.setFixedHeight(QFontMetrics(font).height() + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Ground and line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.current().demo))
        painter.setPen(Tone.DEMO.colour)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


def _grid(widget: QWidget, between: int) -> QGridLayout:
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(between)
    grid.setColumnStretch(0, 1)
    return grid
