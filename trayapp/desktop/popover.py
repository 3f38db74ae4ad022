"""The popover: today at a glance, the calls that run, and where the money went.

One frameless dialog of fixed width (a bare widget is a "filler" to screen readers, which pass over it). ``Qt.Tool``,
because ``Qt.Popup`` never appears on Wayland and is hidden from screen readers on X11; it closes when another window
becomes active and on Esc. Without a tray it is an ordinary window instead (``as_window``).

Rules: hidden, it costs nothing; shown, it takes in at most one view in ``REFRESH_MS``; rows are kept and refilled,
not rebuilt; while it is open it grows but never shrinks, so that nothing jumps under the pointer; what is too high for
the screen shows less of its lists.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QGuiApplication, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from trayapp.desktop import budgettext, glance, look, money, place, readingorder
from trayapp.desktop.breakdown import Breakdown
from trayapp.desktop.budgetcards import BudgetCards
from trayapp.desktop.budgetrows import BudgetRows
from trayapp.desktop.buttons import Button, spoken
from trayapp.desktop.gauges import Banner, Card, Note, Paragraph, Text, Tone
from trayapp.desktop.livecalls import LiveCalls
from trayapp.desktop.modelsection import ModelSection
from trayapp.desktop.offer import Offer
from trayapp.desktop.planrows import PlanRows
from trayapp.desktop.pulse import Pulse
from trayapp.desktop.teamrows import TeamRows
from trayapp.desktop.view import Link, View
from trayapp.snapshot import Snapshot
from trayapp.tongue import tr

WIDTH: Final = 330
REFRESH_MS: Final = 200
_MARGIN: Final = 16
_CARDS: Final = 2
_REOPEN_MS: Final = 300
"""A click on the icon takes the focus away first and arrives second; within this time it means "close"."""


class Popover(QDialog):
    """Shows one ``View``."""

    pause_asked = Signal()
    quit_asked = Signal()
    price_asked = Signal()
    """A price shall be set for what has none."""
    tools_asked = Signal()
    report_asked = Signal()
    """The report of a crash shall be seen."""
    asked = Signal(str, object)
    """A verb of the engine about cheaper models or a budget, and its arguments."""
    dismiss_asked = Signal(object)
    """The notice of that moment was read."""
    closed_for_good = Signal()
    """The window that stands in for a missing tray was closed."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Spendlight")
        self.setAccessibleName(tr("popover", "Spendlight: today's spend"))
        self._view = View()
        self._anchor: QRect | None = None
        self._was_active = False
        self._closed_since = QElapsedTimer()
        self._since = QElapsedTimer()
        """When the snapshot came."""
        self._since.start()
        self._pulse = Pulse(REFRESH_MS, self._refresh, self)
        self._build()

    # What others call

    def show_view(self, view: View) -> None:
        """Take in a new view; it is drawn only when the popover is open."""
        if view.snapshot is not self._view.snapshot:
            self._since.start()
        self._view = view
        if self.isVisible():
            self._pulse.touch()

    def toggle(self, anchor: QRect | None) -> None:
        """Open at the icon, or close."""
        if self.isVisible():
            self.close()
        elif not self._closed_since.isValid() or self._closed_since.elapsed() > _REOPEN_MS:
            self.open(anchor)

    def open(self, anchor: QRect | None = None) -> None:
        """Open beside ``anchor``; ``None``: in the corner. Already open: come to the front."""
        if not self.isVisible():
            self._anchor = anchor
            self._was_active = False
            self.setFixedSize(QSize(WIDTH, 1))
            self._refresh()
            self.show()
            # The keyboard is in the window but on no button: the first Tab shows the ring.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.raise_()
        self.activateWindow()

    def as_window(self) -> None:
        """Become an ordinary window, for desktops without a tray."""
        if not self.is_window:
            self.hide()
            self.setWindowFlags(Qt.WindowType.Window)
        self.open(None)

    @property
    def is_window(self) -> bool:
        """Whether it stands in for a missing tray."""
        return not self.windowFlags() & Qt.WindowType.FramelessWindowHint

    # Building

    def _build(self) -> None:
        self._banner = Banner(glance.demo())
        self._amount = Text(size=2.1, bold=True)
        self._rate = Text(right=True)
        self._counts = Text(Tone.DIM, right=True)
        self._doubts = Paragraph(Tone.DIM, size=0.9)
        self.price = Button("")
        self.budgets = BudgetRows()
        self.holds = BudgetCards()
        self._plan = PlanRows()
        self.team = TeamRows()
        self.note = Note()
        self._noted_us = 0
        self.offer = Offer()
        self.models = ModelSection()
        self._cards = [Card() for _ in range(_CARDS)]
        self._calls = LiveCalls()
        self._breakdown = Breakdown()
        self._empty = Paragraph(Tone.DIM)
        self.connect_tools = Button(tr("popover", "&Connect a tool…"))
        self._footnote = Text(Tone.DIM, size=0.82)
        self.pause = Button(tr("popover", "&Pause 1 hour"))
        self.quit = Button(tr("popover", "&Quit"))
        self.quit.setToolTip(tr("popover", "Ends the tray icon only; metering goes on."))

        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._banner)
        body = QVBoxLayout()
        body.setContentsMargins(_MARGIN - 1, _MARGIN - 3, _MARGIN - 1, _MARGIN - 3)
        body.setSpacing(0)
        column.addLayout(body)

        right = QVBoxLayout()
        right.setSpacing(1)
        right.addWidget(self._rate)
        right.addWidget(self._counts)
        header = QHBoxLayout()
        header.addWidget(self._amount, 1)
        header.addLayout(right)
        body.addLayout(header)
        body.addWidget(self._doubts)
        self._section(body, 8, self.price, stretch=False)
        self._section(body, 9, self.budgets)
        self._section(body, 9, self._plan)
        self._section(body, 9, self.team)
        self._section(body, 10, self.holds)
        for card in self._cards:
            self._section(body, 10, card)
        self._section(body, 10, self.offer)
        self._section(body, 10, self.note)
        self._body, self._front = body, body.indexOf(_frame(self.budgets))
        self._place = body.indexOf(_frame(self.offer))

        body.addSpacing(14)
        body.addWidget(self._calls)

        body.addSpacing(14)
        body.addWidget(self._breakdown)
        self._section(body, 6, self._empty)
        self._section(body, 8, self.connect_tools, stretch=False)
        self._section(body, 12, self.models)

        body.addStretch(1)
        body.addSpacing(14)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.pause, 1)
        buttons.addWidget(self.quit)
        body.addLayout(buttons)
        body.addSpacing(8)
        body.addWidget(self._footnote)
        self.connect_tools.clicked.connect(self.tools_asked)
        self.pause.clicked.connect(self.pause_asked)
        self.quit.clicked.connect(self.quit_asked)
        self.price.clicked.connect(self.price_asked)
        for card in self._cards:
            card.report.clicked.connect(self.report_asked)
        self.note.away.clicked.connect(lambda: self.dismiss_asked.emit(self._noted_us))
        self._breakdown.turned.connect(self._refresh)
        self.holds.asked.connect(self.asked)
        self.offer.asked.connect(self.asked)
        self.offer.resized.connect(self._refresh)
        self.models.asked.connect(self.asked)
        self.models.removal.connect(self.offer.expect_removal)
        self.models.resized.connect(self._refresh)

    def _section(self, body: QVBoxLayout, above: int, widget: QWidget, *, stretch: bool = True) -> None:
        """Add a widget whose distance to what is above it goes when it goes."""
        frame = QWidget()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(0, above, 0, 0)
        if stretch:
            inner.addWidget(widget)
        else:
            inner.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(frame)

    def break_down(self, by: str) -> None:
        """Show today by ``model``, ``tool``, ``project`` or ``session``."""
        self._breakdown.turn(by)

    # Drawing

    def _refresh(self) -> None:
        view = self._view
        snapshot = view.snapshot or Snapshot()
        self._banner.setVisible(view.is_demo)
        self._show_header(view, snapshot)
        _frame(self.budgets).setVisible(self.budgets.show_budgets(snapshot, live=view.live))
        _frame(self.holds).setVisible(self.holds.show_budgets(snapshot) and view.live)
        _frame(self._plan).setVisible(self._plan.show_plan(snapshot) and view.live)
        _frame(self.team).setVisible(self.team.show_team(snapshot) and view.live)
        troubles = view.troubles()
        for i, card in enumerate(self._cards):
            _frame(card).setVisible(i < len(troubles))
            if i < len(troubles):
                card.show_trouble(troubles[i])
        self._show_notes(view, snapshot)
        self._show_offer(view, snapshot)
        empty = "" if self._breakdown.show_slices(snapshot) else _nothing(view, snapshot)
        self._empty.show_text(empty)
        _frame(self._empty).setVisible(bool(empty))
        _frame(self.connect_tools).setVisible(bool(empty) and not snapshot.today.calls)
        self.pause.setText(tr("popover", "&Resume metering") if view.paused else tr("popover", "&Pause 1 hour"))
        passes = tr("popover", "Calls pass without being read; each is still one unmetered row.")
        self.pause.setToolTip("" if view.paused else passes)
        self.pause.setEnabled(view.live)
        notes = [tr("popover", "Prices {version}", version=snapshot.book)] if snapshot.book else []
        self._footnote.show_text(" · ".join([*notes, tr("popover", "≈ is an estimate")]))
        for brief in (False, True):
            self._show_lists(view, snapshot, brief=brief)
            if self._wanted() <= self._screen().height() - 2 * place.MARGIN:
                break
        self._fit()

    def _show_lists(self, view: View, snapshot: Snapshot, *, brief: bool) -> None:
        """What can be long; ``brief``: less of it, since the screen is not high enough for all."""
        self.offer.show_brief(brief=brief)
        self.budgets.show_brief(snapshot.at_us, brief=brief)
        self._calls.show_calls(snapshot if view.live else None, brief=brief)
        self._breakdown.show_slices(snapshot, brief=brief)
        if view.live:
            self.models.show_choices(snapshot, brief=brief)

    def _show_header(self, view: View, snapshot: Snapshot) -> None:
        known = view.snapshot is not None
        amount = glance.spent(snapshot, running=view.live) if known else "–"
        self._amount.show_text(amount, Tone.TEXT if view.live else Tone.DIM)
        self._amount.setAccessibleName(tr("popover", "Spent today: {amount}", amount=amount))
        if not view.live:
            connecting = view.link is Link.CONNECTING
            state = tr("popover", "connecting…") if connecting else tr("popover", "no live data")
            self._rate.show_text(state, Tone.DIM)
            at = money.clock(snapshot.at_us) if known and snapshot.at_us else ""
            self._counts.show_text(tr("popover", "as of {at}", at=at) if at else "")
        else:
            if view.paused:
                self._rate.show_text(glance.paused(snapshot), Tone.TEXT)
            else:
                rate = money.rate(snapshot.rate_pico_hour, snapshot.shown)
                self._rate.show_text(tr("popover", "{rate} now", rate=rate), Tone.TEXT)
            self._counts.show_text(glance.counts(snapshot))
        self._doubts.show_text("\n".join((*glance.beside(snapshot, named=False), *glance.doubts(snapshot))))

    def _show_notes(self, view: View, snapshot: Snapshot) -> None:
        price = glance.unpriced(snapshot) if view.live else ""
        _frame(self.price).setVisible(bool(price))
        self.price.setText(price)
        self.price.setAccessibleName(spoken(price))
        newest = snapshot.notices[0] if view.live and snapshot.notices else None
        _frame(self.note).setVisible(newest is not None)
        if newest is not None:
            self._noted_us = newest.at_us
            self.note.show_notice(newest.title, newest.message)

    def _show_offer(self, view: View, snapshot: Snapshot) -> None:
        offered = view.live and self.offer.show_offer(
            snapshot, age_ms=self._since.elapsed(), failed=view.failed is not None
        )
        frame = _frame(self.offer)
        frame.setVisible(offered)
        # A budget may want the suggestion before everything else.
        wanted = self._front if budgettext.urging(snapshot) else self._place
        if self._body.indexOf(frame) != wanted:
            self._body.removeWidget(frame)
            self._body.insertWidget(wanted, frame)
        _frame(self.models).setVisible(view.live)

    def _wanted(self) -> int:
        """The height that the content wants."""
        layout = self.layout()
        if layout is None:
            return 0
        # What changed has only posted its wish for room, and layouts remember what widgets wished; ask all anew, now.
        for inner in self.findChildren(QLayout):
            inner.invalidate()
            owner = inner.parentWidget()
            if owner is not None and owner is not self:
                owner.updateGeometry()
        layout.activate()
        return layout.totalHeightForWidth(WIDTH) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def _fit(self) -> None:
        """Take the height that the content wants; never less than now while it is open."""
        wanted = self._wanted()
        if self.isVisible():
            wanted = max(wanted, self.height())
        if wanted != self.height() or self.width() != WIDTH:
            self.setFixedSize(WIDTH, wanted)
            self._put()

    def _put(self) -> None:
        # A Wayland client does not know where it is and may not say where it wants to be.
        if self.is_window or QGuiApplication.platformName().startswith("wayland"):
            return
        anchor, free = self._anchor, self._screen()
        self.move(place.corner(self.size(), free) if anchor is None else place.beside(self.size(), anchor, free))

    def _screen(self) -> QRect:
        """What is free of the screen where it opens."""
        screen = QGuiApplication.screenAt(self._anchor.center()) if self._anchor is not None else None
        return (screen or QGuiApplication.primaryScreen()).availableGeometry()

    # Qt's calls

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab goes from top to bottom, also to what was made later."""
        return readingorder.step(self, forward=forward)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Ground and a one-pixel edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.current().window))
        if not self.is_window:
            painter.setPen(QColor(look.current().border))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Close when another window becomes active."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.is_window:
            if self.isActiveWindow():
                self._was_active = True
            elif self._was_active and self.isVisible():
                self.close()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Remember when, for the click that closed it."""
        self._closed_since.start()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Tell when the stand-in for the tray goes."""
        super().closeEvent(event)
        if self.is_window:
            self.closed_for_good.emit()


def _frame(widget: QWidget) -> QWidget:
    """The frame that ``_section`` put around a widget."""
    frame = widget.parentWidget()
    assert frame is not None  # noqa: S101 - _section has given it one
    return frame


def _nothing(view: View, snapshot: Snapshot) -> str:
    if view.snapshot is None:
        return ""
    if snapshot.today.calls:
        return tr("popover", "Nothing known yet.")
    return tr("popover", "No calls yet today.")
