"""A price for calls that have none: the small dialog behind the popover's line and the menu's entry.

It shows which calls a price would concern, takes one (USD per million tokens) or the name of a known model that they
are, hands it to the engine and says what that has changed. It decides nothing: the engine checks and writes.

Rules: complete with the keyboard; every field has a name that a screen reader speaks; colours come from the palette,
so it is light and dark with everything else; what the engine answers is shown where the eyes are, also a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
)

from trayapp import tongue
from trayapp.desktop import look, money, saying
from trayapp.desktop.gauges import Paragraph, Tone
from trayapp.snapshot import Snapshot
from trayapp.tongue import mark, several, tr
from trayapp.trouble import Trouble

WIDTH: Final = 400
_FIELDS: Final = (
    ("input", mark("priceentry", "&Input"), mark("priceentry", "Input, USD per million tokens")),
    ("output", mark("priceentry", "&Output"), mark("priceentry", "Output, USD per million tokens")),
    ("cache_read", mark("priceentry", "Cached i&nput"), mark("priceentry", "Cached input, USD per million tokens")),
)
_NAMES: Final = {
    "input": mark("priceentry", "{count} input"),
    "output": mark("priceentry", "{count} output"),
    "cache_read": mark("priceentry", "{count} cached input"),
    "cache_write": mark("priceentry", "{count} cache writes"),
}
_MOST: Final = Decimal(1_000_000)


class _Radio(QRadioButton):
    """With an edge that can be seen on dark ground, too."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The style's own, and a ring."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        ring = self.style().subElementRect(QStyle.SubElement.SE_RadioButtonIndicator, option, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(look.current().dim))
        painter.drawEllipse(QRectF(ring).adjusted(0.5, 0.5, -0.5, -0.5))


class PriceEntry(QDialog):
    """One price at a time."""

    asked = Signal(str, object)
    """A verb and its arguments, for the engine; the answer comes to ``show_outcome``."""
    models_wanted = Signal()
    """The lists have changed and should be read again."""

    def __init__(self) -> None:
        super().__init__(None)
        self.setWindowTitle(tr("priceentry", "Set a price"))
        self.setAccessibleName(tr("priceentry", "Set a price for calls that have none"))
        self._waiting: list[dict[str, Any]] = []
        self._busy = False
        self._build()

    # What others call

    def open_for(self, snapshot: Snapshot | None) -> None:
        """Open, at first with what the glance knows; ``show_waiting`` brings the rest."""
        unpriced = () if snapshot is None else snapshot.unpriced
        self.outcome.show_text("")
        self.show_waiting(
            [{"vendor": u.vendor, "model": u.model, "calls": u.calls, "total": u.tokens} for u in unpriced]
        )
        self.show()
        self.raise_()
        self.activateWindow()
        self.fields["input"].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_waiting(self, models: Sequence[dict[str, Any]]) -> None:
        """The models without a price."""
        chosen = self._chosen()
        key = None if chosen is None else (chosen["vendor"], chosen["model"])
        self._waiting = [dict(model) for model in models]
        self.model.blockSignals(True)
        self.model.clear()
        for at, model in enumerate(self._waiting):
            self.model.addItem(f"{model['model'] or tr('priceentry', 'unnamed model')}  ·  {model['vendor']}")
            if (model["vendor"], model["model"]) == key:
                self.model.setCurrentIndex(at)
        self.model.blockSignals(False)
        self._chosen_changed()

    def show_known(self, models: Sequence[str]) -> None:
        """The models that the price book knows, ``vendor/model``."""
        text = self.other.currentText()
        self.other.clear()
        self.other.addItems(list(models))
        self.other.setEditText(text)

    def show_outcome(self, ok: Any, trouble: Trouble | None) -> None:
        """What the engine has done."""
        self._busy = False
        if trouble is not None:
            self.outcome.show_text(f"{trouble.title}. {trouble.message}")
            self._judge()
            return
        calls = int(ok.get("calls", 0))
        self.outcome.show_text(
            saying.answer(ok, "message") or tr("priceentry", "Saved. It holds for calls from now on.")
        )
        if calls:
            for field in self.fields.values():
                field.clear()
            self.other.setEditText("")
            self.models_wanted.emit()
        self._judge()

    # Building

    def _build(self) -> None:
        self.model = QComboBox()
        self.model.setAccessibleName(tr("priceentry", "Model without a price, and its vendor"))
        self.model.setAccessibleDescription(self.model.accessibleName())  # on Linux what is chosen is the name
        self.model.currentIndexChanged.connect(self._chosen_changed)
        self.concern = Paragraph(Tone.DIM)
        self.by_price = _Radio(tr("priceentry", "USD per &million tokens"))
        self.by_model = _Radio(tr("priceentry", "&As another model"))
        self.by_price.setChecked(True)
        choice = QButtonGroup(self)
        for button in (self.by_price, self.by_model):
            choice.addButton(button)
            button.toggled.connect(self._way_changed)
        self.fields: dict[str, QLineEdit] = {}
        prices = QFormLayout()
        prices.setContentsMargins(22, 0, 0, 0)
        for name, label, whole in _FIELDS:
            field = QLineEdit()
            field.setMaxLength(24)
            field.setAccessibleName(tr("priceentry", whole))
            zero = f"0{tongue.figures().point}00"
            field.setPlaceholderText(tr("priceentry", "as input") if name == "cache_read" else zero)
            field.textChanged.connect(self._judge)
            field.returnPressed.connect(self._save)
            self.fields[name] = field
            prices.addRow(tr("priceentry", label), field)
        self.other = QComboBox()
        self.other.setEditable(True)
        self.other.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.other.setAccessibleName(tr("priceentry", "The model that it is, vendor slash model"))
        edit, completer = self.other.lineEdit(), self.other.completer()
        if edit is not None:
            edit.setAccessibleName(self.other.accessibleName())  # the keyboard is in here, so this is what is read
        if edit is not None:
            edit.setPlaceholderText("openai/gpt-5.5")
            edit.returnPressed.connect(self._save)
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.other.editTextChanged.connect(self._judge)
        others = QFormLayout()
        others.setContentsMargins(22, 0, 0, 0)
        others.addRow(tr("priceentry", "Mo&del"), self.other)
        self.outcome = Paragraph(Tone.TEXT)
        self.outcome.setAccessibleName(tr("priceentry", "What has changed"))
        self.save = QPushButton(tr("priceentry", "&Save"))
        self.save.setDefault(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.ActionRole)
        self.save.clicked.connect(self._save)
        buttons.rejected.connect(self.close)
        closing = buttons.button(QDialogButtonBox.StandardButton.Close)
        # Return saves; it must not close the window before the answer was read.
        closing.setAutoDefault(False)
        closing.setDefault(False)
        self.save.setAutoDefault(True)

        column = QVBoxLayout(self)
        column.setSpacing(8)
        for part in (self.model, self.concern, self.by_price):
            column.addWidget(part)
        column.addLayout(prices)
        column.addWidget(self.by_model)
        column.addLayout(others)
        column.addWidget(self.outcome)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setFixedWidth(WIDTH)
        self._way_changed()

    # Qt's calls

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """An edge round every field: on dark ground the style's own can hardly be seen."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for field in (self.model, self.other, *self.fields.values()):
            painter.setPen(QColor(look.current().dim if field.isEnabled() else look.current().border))
            painter.drawRoundedRect(QRectF(field.geometry()).adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)

    # What the user does

    def _chosen(self) -> dict[str, Any] | None:
        at = self.model.currentIndex()
        return self._waiting[at] if 0 <= at < len(self._waiting) else None

    def _chosen_changed(self, _at: int = 0) -> None:
        chosen = self._chosen()
        self.model.setEnabled(len(self._waiting) > 1)
        self.concern.show_text(tr("priceentry", "Every call has a price.") if chosen is None else concern(chosen))
        self.model.setAccessibleDescription(self.concern.text())
        self._judge()

    def _way_changed(self, _on: bool = False) -> None:
        by_price = self.by_price.isChecked()
        for field in self.fields.values():
            field.setEnabled(by_price)
        self.other.setEnabled(not by_price)
        self.update()
        self._judge()

    def _judge(self, _text: str = "") -> None:
        """Save can be pressed when there is something to save."""
        chosen = self._chosen()
        if chosen is None or self._busy or not chosen["model"]:
            ready = False
        elif self.by_model.isChecked():
            vendor, slash, model = self.other.currentText().strip().partition("/")
            ready = bool(vendor and slash and model)
        else:
            typed = {name: usd(field.text()) for name, field in self.fields.items()}
            empty = not self.fields["cache_read"].text().strip()
            ready = None not in (typed["input"], typed["output"]) and (empty or typed["cache_read"] is not None)
        self.save.setEnabled(ready)

    def _save(self) -> None:
        chosen = self._chosen()
        if chosen is None or not self.save.isEnabled():
            return
        self._busy = True
        self._judge()
        self.outcome.show_text(tr("priceentry", "Saving…"))
        if self.by_model.isChecked():
            name = f"{chosen['vendor']}/{chosen['model']}"
            self.asked.emit("map_model", {"name": name, "to": self.other.currentText().strip()})
            return
        rates = {name: value for name, field in self.fields.items() if (value := usd(field.text())) is not None}
        self.asked.emit("set_price", {"model": chosen["model"], "vendor": chosen["vendor"], "rates": rates})


def usd(text: str) -> str | None:
    """A typed amount as a plain decimal, or ``None``. A comma is a point, unless it could part thousands."""
    text = text.strip().removeprefix("$")
    if re.search(r",\d{3}\Z", text):
        return None
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return format(amount, "f") if amount.is_finite() and 0 <= amount <= _MOST else None


def concern(model: dict[str, Any]) -> str:
    """ "12 calls since 3 Nov: 48k tokens (40k input, 8k output)"."""
    calls = money.calls(int(model["calls"]))
    since = model.get("since_us")
    if since:
        day = tongue.figures().date(datetime.fromtimestamp(int(since) / 1e6).astimezone())
        calls = tr("priceentry", "{calls} since {day}", calls=calls, day=day)
    tokens = {name: int(count) for name, count in (model.get("tokens") or {}).items() if name != "reasoning"}
    parts = ", ".join(
        tr("priceentry", _NAMES[name], count=money.count(n))
        if name in _NAMES
        else f"{money.count(n)} {name.replace('_', ' ')}"
        for name, n in tokens.items()
    )
    total = several("priceentry", "%n token(s)", int(model["total"]))
    return f"{calls}: {total}{f' ({parts})' if parts else ''}"
