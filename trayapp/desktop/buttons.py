"""What is pressed: flat buttons, the one button that matters, a row of alternatives, a switch.

Rules: painted by hand in the look in force; a ring says where the keyboard is; Enter and the space bar both press;
roles, names and states reach screen readers; what a click has toggled by itself is put right by who knows the truth.
A screen reader toggles what can be toggled without a click, so wishes are told apart from shown states by who set them.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QPushButton, QSizePolicy

from trayapp.desktop import look

_FIXED = QSizePolicy.Policy.Fixed


def spoken(text: str) -> str:
    """A button's text without what marks its shortcut."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


class Button(QPushButton):
    """A flat button: text on a rounded ground, a ring when the keyboard is on it."""

    def __init__(self, text: str, *, small: bool = False, checkable: bool = False) -> None:
        super().__init__(text)
        self._small = small
        self._hover = False
        self.setCheckable(checkable)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, _FIXED)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The text with room around it."""
        size = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        across, down = (9, 3) if self._small else (12, 6)
        return QSize(size.width() + 2 * across, size.height() + 2 * down)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter presses it like the space bar does; a key that is held presses once."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Light up."""
        self._hover = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Go out."""
        self._hover = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Ground, text, ring."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        chosen = self.isCheckable() and self.isChecked()
        lit = self.isEnabled() and (self._hover or self.isDown() or chosen)
        if lit or not self._small:
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.setBrush(QColor(colours.hover if lit else colours.card))
            painter.drawRoundedRect(ground, 5, 5)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setPen(QColor(colours.text if self.isEnabled() and (chosen or not self._small) else colours.dim))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic, self.text())


class MainButton(Button):
    """The one button of a card that does what the card says."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """A ground in the accent colour; the ring stands off from it."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRoundedRect(ground.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            ground.adjust(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.focus))
        painter.drawRoundedRect(ground, 4, 4)
        painter.setPen(QColor(colours.on_focus))
        font = self.font()
        font.setUnderline(self._hover)
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic, self.text())


class Segments(QFrame):
    """Alternatives side by side, one of them chosen."""

    picked = Signal(str)
    """The user wants another one; which is true is for ``show_choice`` to say."""

    def __init__(self, name: str, choices: tuple[tuple[str, str, str], ...]) -> None:
        """``choices``: key, text and tooltip of each; ``name`` is what a screen reader calls all of it."""
        super().__init__()
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self.group = QButtonGroup(self)
        for key, text, tip in choices:
            button = Button(text, small=True, checkable=True)
            button.setObjectName(key)
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: {text}")
            button.setAccessibleDescription(tip)
            self.group.addButton(button)
            row.addWidget(button, 1)
        self._showing = False
        self.group.buttonToggled.connect(self._toggled)

    def show_choice(self, key: str) -> None:
        """Show which one is true; none is chosen when it is not among them."""
        wanted = next((button for button in self.group.buttons() if button.objectName() == key), None)
        chosen = self.group.checkedButton()
        self._showing = True
        if wanted is not None and wanted is not chosen:
            wanted.setChecked(True)
        elif wanted is None and chosen is not None:
            self.group.setExclusive(False)
            chosen.setChecked(False)
            self.group.setExclusive(True)
        self._showing = False
        # Tab stops at the chosen one, the arrow keys lead to the others; Qt sees to it only once one has the keyboard.
        for button in self.group.buttons():
            stops = button is (wanted or self.group.buttons()[0])
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if stops else Qt.FocusPolicy.ClickFocus)

    def _toggled(self, button: QAbstractButton, chosen: bool) -> None:
        if chosen and not self._showing:
            self.picked.emit(button.objectName())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The ground that holds them together."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.current().card))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)


class Switch(QCheckBox):
    """Words at the left, a switch at the right: on or off at once."""

    flipped = Signal()
    """The user wants it the other way; which is true is for ``show_state`` to say."""

    _WIDE, _HIGH = 30, 16

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._showing = False
        self.toggled.connect(self._toggled)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, _FIXED)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Words, a gap, the switch."""
        size = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return QSize(size.width() + 16 + self._WIDE, max(size.height(), self._HIGH) + 6)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Never cut."""
        return self.sizeHint()

    def show_state(self, *, on: bool) -> None:
        """Show what is true."""
        self._showing = True
        self.setChecked(on)
        self._showing = False

    def _toggled(self) -> None:
        if not self._showing:
            self.flipped.emit()

    def hitButton(self, _position: object) -> bool:  # noqa: N802
        """All of it can be clicked."""
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter presses it like the space bar does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The words, a track, a knob; on, the track is full."""
        colours = look.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.text))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        painter.drawText(self.rect(), left, self.text())
        track = QRectF(self.width() - self._WIDE - 1.5, (self.height() - self._HIGH) / 2, self._WIDE, self._HIGH)
        on = self.isChecked()
        painter.setPen(QPen(QColor(colours.focus if on else colours.dim), 1.5))
        painter.setBrush(QColor(colours.focus if on else colours.window))
        painter.drawRoundedRect(track, self._HIGH / 2, self._HIGH / 2)
        knob = self._HIGH - 8
        x = track.right() - 4 - knob if on else track.left() + 4
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.on_focus if on else colours.dim))
        painter.drawEllipse(QRectF(x, track.top() + 4, knob, knob))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            around = painter.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
            painter.drawRoundedRect(QRectF(-3, 1, around + 8, self.height() - 2).adjusted(4, 0, 0, 0), 5, 5)
