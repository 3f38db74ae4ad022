"""The last week in a window: its card, what could be done about it with a button each, and ways to keep or pass it on.

Rules: the card is the picture that a file would hold, without names; what a screen reader hears is the same page as
text; a button asks the engine and says what became of it; files are written where the user says, mode 0600, and what is
shown in a browser lies in the cache folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPixmap
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from trayapp import tongue
from trayapp.desktop import look, paper, weekcard
from trayapp.desktop.buttons import Button
from trayapp.desktop.drawn import png
from trayapp.desktop.gauges import Paragraph, Tone
from trayapp.pages import page_of, words, written
from trayapp.platform.paths import write_private
from trayapp.reports import Action, Report, report_from_json
from trayapp.tongue import mark, tr
from trayapp.trouble import Trouble

CARD: Final = QSize(600, 315)
_FORMS: Final = ("html", "pdf", "png")
_LABELS: Final = {
    "suggestion": mark("weekwindow", "Switch"),
    "rule_off": mark("weekwindow", "Switch it off"),
    "budget": mark("weekwindow", "Set this budget"),
    "price": mark("weekwindow", "Set a price…"),
}
"""What an action's button says, by its kind; another one shows its command."""


class ActionRow(QWidget):
    """One thing worth doing: a sentence and a button."""

    asked = Signal(str, object)
    """A verb and its arguments."""
    price_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._action: Action | None = None
        self.text = Paragraph(Tone.TEXT)
        self.act = Button("", small=False)
        self.act.clicked.connect(self._pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.text, 1)
        row.addWidget(self.act, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_action(self, action: Action, report: Report) -> None:
        """Show one."""
        self._action = action
        said = words.action(action, words.shown(report))
        label = _LABELS.get(action.kind, "")
        button = bool(label) and (bool(action.verb) or action.kind == "price")
        self.text.show_text(said if button or not action.command else f"{said}\n{action.command}")
        self.act.setVisible(button)
        if button:
            self.act.setText(tr("weekwindow", label))
            self.act.setAccessibleName(f"{tr('weekwindow', label)}: {said}")
            self.act.setEnabled(True)

    def refused(self, *, refused: bool) -> None:
        """What was asked was refused: it may be asked again."""
        if refused:
            self.act.setEnabled(True)

    def _pressed(self) -> None:
        action = self._action
        if action is None:
            return
        if action.verb:
            self.act.setEnabled(False)
            self.asked.emit(action.verb, dict(action.arguments))
        else:
            self.price_asked.emit()


class WeekWindow(QDialog):
    """Shows one ``Report``."""

    price_asked = Signal()

    def __init__(self, ask: Callable[..., None], cache: Path) -> None:
        """Wire it up.

        Args:
            ask: asks the engine: a verb, who hears the answer, and arguments.
            cache: the folder for the page that a browser shows.
        """
        super().__init__(None)
        self._ask = ask
        self._cache = cache
        self._report: Report | None = None
        self.setWindowTitle(tr("weekwindow", "The last week"))
        self.setAccessibleName(tr("weekwindow", "The last week"))
        self.card = QLabel()
        self.card.setFixedSize(CARD)
        self.rows = [ActionRow() for _ in range(3)]
        self.outcome = Paragraph(Tone.DIM)
        self.page = Button(tr("weekwindow", "Open the &page"))
        self.copy = Button(tr("weekwindow", "&Copy the picture"))
        self.save = Button(tr("weekwindow", "&Save as…"))
        self.away = Button(tr("weekwindow", "C&lose"))
        self.page.clicked.connect(self._open_page)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._save)
        self.away.clicked.connect(self.close)
        buttons = QHBoxLayout()
        for part in (self.page, self.copy, self.save):
            buttons.addWidget(part)
        buttons.addStretch(1)
        buttons.addWidget(self.away)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 12)
        column.setSpacing(10)
        column.addWidget(self.card)
        for row in self.rows:
            row.setVisible(False)
            row.asked.connect(self._act)
            row.price_asked.connect(self.price_asked)
            column.addWidget(row)
        column.addWidget(self.outcome)
        column.addLayout(buttons)
        self._enable(on=False)

    def open_for(self, week: str) -> None:
        """Open with the report of a week: "2026-W47"."""
        if self._report is None or self._report.period.name != week:
            self._enable(on=False)
            self.outcome.show_text(tr("weekwindow", "It is being made…"))
        self._ask("report", self._arrived, week=week)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_report(self, report: Report) -> None:
        """Show it."""
        self._report = report
        self.outcome.show_text("")
        self._draw()
        self.card.setAccessibleName(words.title(report.period))
        self.card.setAccessibleDescription(written(report, "text", _spoken()))
        for row, action in zip(self.rows, [*report.actions, None, None, None], strict=False):
            row.setVisible(action is not None)
            if action is not None:
                row.show_action(action, report)
        self._enable(on=True)
        self.adjustSize()

    def repaint_card(self) -> None:
        """The look has changed."""
        if self._report is not None:
            self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        scale = CARD.width() * ratio / weekcard.WIDE
        assert self._report is not None  # noqa: S101 - only then is there something to draw
        pixmap = QPixmap.fromImage(weekcard.card(self._report, dark=look.current().dark, scale=scale).image)
        pixmap.setDevicePixelRatio(ratio)
        self.card.setPixmap(pixmap)

    def _arrived(self, ok: Any, trouble: Trouble | None) -> None:
        if not isValid(self):
            return  # another language has come meanwhile, and another window
        if trouble is not None:
            self.outcome.show_text(f"{trouble.title}. {trouble.message} {trouble.fix}".strip())
        else:
            self.show_report(report_from_json(ok))

    def _act(self, verb: str, arguments: dict[str, Any]) -> None:
        def done(_ok: object, trouble: Trouble | None) -> None:
            if not isValid(self):
                return
            for row in self.rows:
                row.refused(refused=trouble is not None)
            self.outcome.show_text(
                tr("weekwindow", "Done.") if trouble is None else f"{trouble.title}. {trouble.message}".strip()
            )

        self._ask(verb, done, **arguments)

    def _enable(self, *, on: bool) -> None:
        for part in (self.page, self.copy, self.save):
            part.setEnabled(on)

    def content(self, form: str) -> bytes:
        """The report as ``html``, ``pdf`` or ``png``; only the picture is without names."""
        report = self._report
        assert report is not None  # noqa: S101 - the buttons are off before
        if form == "html":
            return written(report, "html", _spoken()).encode("utf-8", "replace")
        if form == "pdf":
            return paper.pdf(page_of(report, _spoken()))[0]
        return png(weekcard.card(report, dark=look.current().dark))

    def _open_page(self) -> None:
        path = self._cache / "week.html"
        if self._write(path, "html") and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.outcome.show_text(tr("weekwindow", "No browser was found; it lies in {path}.", path=path))

    def _copy(self) -> None:
        if self._report is not None:
            QGuiApplication.clipboard().setImage(weekcard.card(self._report, dark=look.current().dark).image)
            self.outcome.show_text(tr("weekwindow", "The picture is in the clipboard."))

    def _save(self) -> None:
        if self._report is None:
            return
        dialog = QFileDialog(self, tr("weekwindow", "Save the week"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{form.upper()} (*.{form})" for form in _FORMS])
        # The ending follows the form that is chosen, so that the dialog asks about the very file that is written.
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(chosen.rpartition(".")[2].rstrip(")")))
        dialog.selectNameFilter("PNG (*.png)")
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"spendlight-{self._report.period.name}")
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write it to a file; its ending says the form."""
        form = path.suffix.lower().removeprefix(".")
        if form not in _FORMS:
            path, form = path.with_name(f"{path.name}.png"), "png"
        if self._write(path, form):
            self.outcome.show_text(tr("weekwindow", "Saved: {path}", path=path))

    def _write(self, path: Path, form: str) -> bool:
        try:
            write_private(path, self.content(form))
        except OSError as error:
            self.outcome.show_text(
                tr("weekwindow", "{path} cannot be written: {why}.", path=path, why=error.strerror or "")
            )
            return False
        return True


def _spoken() -> str:
    return "en" if tongue.english() else "de"
