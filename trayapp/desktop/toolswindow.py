"""Connect your tools: the window that shows each tool, what one click would change in its files, and does it.

It shows the very difference, secrets masked, before anything is written; afterwards it tries the tool's way to its
vendor by one call and says what came back. It decides nothing: ``Toolbox`` does, in a thread (``toolwork``).

Rules: complete with the keyboard; names and states are spoken by screen readers; colours come from the look in force,
text at 4.5:1 at least; a tool that cannot be led here says so, and what is possible instead.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPen, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from trayapp.desktop import look, saying, symbols
from trayapp.desktop.buttons import Button
from trayapp.desktop.gauges import Paragraph, Text, Tone
from trayapp.desktop.toolwords import connected, state, told
from trayapp.desktop.toolwork import ToolWork
from trayapp.said import begun
from trayapp.tongue import tr
from trayapp.toolbox import Connected, Seen, Toolbox
from trayapp.tools.connection import Standing
from trayapp.tools.desk import Outcome
from trayapp.tools.probe import Probed
from trayapp.tools.tool import By, Tool
from trayapp.trouble import Trouble

SIZE: Final = QSize(840, 520)
_LIST: Final = 250
_SYMBOL: Final = 20
_LEFT: Final = 42
"""Where a row's words begin; its symbol stands before them."""
_STANDING: Final = Qt.ItemDataRole.UserRole
_HERE: Final = Qt.ItemDataRole.UserRole + 1
_NAME: Final = Qt.ItemDataRole.UserRole + 2
_Index: TypeAlias = QModelIndex | QPersistentModelIndex


class _Difference(QSyntaxHighlighter):
    """Added and removed lines in their colours."""

    def highlightBlock(self, text: str) -> None:  # noqa: N802
        """Colour one line."""
        colours = look.current()
        form = QTextCharFormat()
        if text.startswith(("+++", "---", "@@", "\\")):
            form.setForeground(QColor(colours.dim))
        elif text.startswith("+"):
            form.setForeground(QColor(colours.series[2]))
        elif text.startswith("-"):
            form.setForeground(QColor(colours.over))
        self.setFormat(0, len(text), form)


class _Row(QStyledItemDelegate):
    """A tool in the list: its symbol, its name, a dot for its state and the state in words."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: N802
        """Two lines with room around them."""
        return QSize(160, 2 * option.fontMetrics.height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw the row."""
        colours = look.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen:
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(QRectF(box).adjusted(2, 1, -2, -1), 5, 5)
        standing, here = index.data(_STANDING), bool(index.data(_HERE))
        metrics = option.fontMetrics
        drawn = symbols.of_tool(
            str(index.data(_NAME)), colours.text if here else colours.dim, _SYMBOL, painter.device().devicePixelRatioF()
        )
        painter.drawPixmap(box.left() + 11, box.top() + (box.height() - _SYMBOL) // 2, drawn)
        dot = QRectF(box.left() + _LEFT, box.top() + 6 + metrics.height() * 1.5 - 4, 8, 8)
        dotted = True
        if standing in (Standing.CONNECTED, Standing.CHANGED, Standing.STALE, Standing.BY_HAND):
            painter.setBrush(QColor(colours.ok if standing in (Standing.CONNECTED, Standing.BY_HAND) else colours.warn))
            painter.drawEllipse(dot)
        elif here and standing is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.dim), 1.4))
            painter.drawEllipse(dot.adjusted(0.7, 0.7, -0.7, -0.7))
        else:
            dotted = False
        if chosen and bool(option.state & QStyle.StateFlag.State_HasFocus):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRoundedRect(QRectF(box).adjusted(3, 2, -3, -2), 5, 5)
        title, _, state_text = str(index.data(Qt.ItemDataRole.DisplayRole)).partition("\n")
        room = box.adjusted(_LEFT, 5, -8, -5)
        painter.setPen(QColor(colours.text if here else colours.dim))
        for line, text in enumerate((title, state_text)):
            if line:
                painter.setPen(QColor(colours.dim))
                room.setLeft(room.left() + (13 if dotted else 0))
            cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room.left(), room.top() + metrics.ascent() + line * metrics.height() + 1, cut)
        painter.restore()


class ToolsWindow(QDialog):
    """All tools of a profile, one of them in full."""

    def __init__(self, work: ToolWork) -> None:
        super().__init__(None)
        self._work = work
        self._seen: list[Seen] = []
        self._asked = 0
        self._busy = False
        self.setWindowTitle(tr("toolswindow", "Connect your tools"))
        self.setAccessibleName(tr("toolswindow", "Connect your tools"))
        self._build()
        self.resize(SIZE)

    # What others call

    def open_fresh(self) -> None:
        """Show it, with what is true now."""
        self.outcome.show_text("")
        self.look_again()
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def look_again(self) -> None:
        """Look at all tools anew."""
        self._work.ask(lambda box: box.seen(), self._show_tools)

    # Building

    def _build(self) -> None:
        title = Text(size=1.35, bold=True)
        title.show_text(tr("toolswindow", "Connect your tools"))
        promise = Paragraph(Tone.DIM)
        promise.show_text(
            tr(
                "toolswindow",
                "Nothing is changed until you press Connect. Before each change the former file is kept; Disconnect "
                "puts it back, byte for byte.",
            )
        )
        self.list = QListWidget()
        self.list.setAccessibleName(tr("toolswindow", "Tools"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumWidth(_LIST)
        self.list.currentRowChanged.connect(lambda _row: self._chosen())
        self.mode = QComboBox()
        self.mode.setAccessibleName(tr("toolswindow", "Way to connect it"))
        # On Linux Qt tells what is chosen as the name.
        self.mode.setAccessibleDescription(self.mode.accessibleName())
        self.mode.activated.connect(lambda _at: self._preview())
        self.difference = QPlainTextEdit()
        self.difference.setReadOnly(True)
        self.difference.setTabChangesFocus(True)
        self.difference.setAccessibleName(tr("toolswindow", "What changes in its files"))
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        mono.setPointSizeF(mono.pointSizeF() * 0.92)
        self.difference.setFont(mono)
        self.difference.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._colours = _Difference(self.difference.document())
        self.notes = Paragraph(Tone.DIM)
        self.notes.setAccessibleName(tr("toolswindow", "What to know about it"))
        self.outcome = Paragraph(Tone.TEXT)
        self.outcome.setAccessibleName(tr("toolswindow", "What was done"))
        self.act = Button("")
        self.act.clicked.connect(self._act)
        self.act.setDefault(True)
        self.later = Button(tr("toolswindow", "C&lose"))
        self.later.clicked.connect(self.close)

        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 0, 0, 0)
        for part in (self.mode, self.difference, self.notes):
            column.addWidget(part)
        column.setStretch(1, 1)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(self.list)
        both.addWidget(right)
        both.setStretchFactor(1, 1)
        both.setSizes([_LIST, SIZE.width() - _LIST])
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.act)
        buttons.addWidget(self.later)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(8)
        for widget in (title, promise):
            whole.addWidget(widget)
        whole.addWidget(both, 1)
        whole.addWidget(self.outcome)
        whole.addLayout(buttons)

    # Qt's calls

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Another look: the lines take its colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._colours.rehighlight()

    # What comes back

    def _show_tools(self, seen: list[Seen] | None, trouble: Trouble | None) -> None:
        if trouble is not None or seen is None:
            self._tell(trouble)
            return
        chosen = self._tool()
        self._seen = sorted(seen, key=lambda one: (not one.tool.modes, not one.found.installed))
        self.list.blockSignals(True)
        self.list.clear()
        for one in self._seen:
            item = QListWidgetItem(f"{one.tool.title}\n{state(one)}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.tool.title}, {state(one)}")
            item.setData(_STANDING, one.stands.standing if one.tool.modes else None)
            item.setData(_HERE, one.found.installed)
            item.setData(_NAME, one.tool.name)
            self.list.addItem(item)
        row = next((n for n, one in enumerate(self._seen) if chosen is not None and one.tool.name == chosen.name), 0)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self._chosen()

    def _chosen(self) -> None:
        """Another tool is looked at."""
        one = self._one()
        if one is None:
            return
        self.mode.clear()
        for mode in one.tool.modes:
            self.mode.addItem(f"{mode.name}: {mode.summary}", mode.name)
        self.mode.setVisible(len(one.tool.modes) > 1)
        self.difference.setPlainText("")
        wanted = one.stands.mode
        if not wanted and one.tool.modes:
            tool = one.tool
            self._work.ask(lambda box: tool.usual(box.machine), self._use_mode)
            return
        self._use_mode(wanted, None)

    def _use_mode(self, name: Any, trouble: Trouble | None) -> None:
        at = self.mode.findData(name)
        if at >= 0:
            self.mode.setCurrentIndex(at)
        self._preview()

    def _preview(self) -> None:
        """Ask what one click would change."""
        one = self._one()
        if one is None:
            return
        self._write_notes(one)
        self._judge()
        tool, mode = one.tool, self._mode()
        if not tool.modes:
            self.difference.setPlainText("")
            self.difference.setVisible(False)
            return
        self.difference.setVisible(True)
        self._asked += 1
        number = self._asked

        def shown(result: Any, trouble: Trouble | None) -> None:
            if number == self._asked:
                self.difference.setPlainText(told(result, trouble))

        if self._leads_here(one):
            self._work.ask(lambda box: box.disconnect(tool.name, dry_run=True), shown)
        else:
            self._work.ask(lambda box: box.preview(tool, mode), shown)

    def _act(self) -> None:
        """The one click."""
        one = self._one()
        if one is None or self._busy or not one.tool.modes:
            return
        tool, mode = one.tool, self._mode()
        again = one.stands.standing is Standing.CHANGED
        self._busy = True
        self._judge()
        if self._leads_here(one):
            self._work.ask(lambda box: box.disconnect(tool.name), self._disconnected)
        else:
            self._work.ask(lambda box: _connect(box, tool, mode, again=again), self._connected)

    def _connected(self, result: Any, trouble: Trouble | None) -> None:
        self._busy = False
        self._judge()
        if trouble is not None:
            self._tell(trouble)
        else:
            done, probes = result
            self.outcome.show_text(connected(self._title(), done, probes))
        self.look_again()

    def _disconnected(self, outcomes: list[Outcome] | None, trouble: Trouble | None) -> None:
        self._busy = False
        self._judge()
        if trouble is not None:
            self._tell(trouble)
        else:
            self.outcome.show_text(
                " ".join(f"{o.path.name}: {saying.speak(o.text)}." for o in outcomes or ())
                or tr("toolswindow", "Nothing to undo.")
            )
        self.look_again()

    # Small things

    def _one(self) -> Seen | None:
        row = self.list.currentRow()
        return self._seen[row] if 0 <= row < len(self._seen) else None

    def _tool(self) -> Tool | None:
        one = self._one()
        return None if one is None else one.tool

    def _title(self) -> str:
        tool = self._tool()
        return "" if tool is None else tool.title

    def _mode(self) -> str | None:
        name = self.mode.currentData()
        return name if isinstance(name, str) else None

    def _leads_here(self, one: Seen) -> bool:
        """Whether the click takes back; with another mode chosen it changes the mode."""
        return one.stands.standing is Standing.CONNECTED and self._mode() in (None, one.stands.mode)

    def _judge(self) -> None:
        one = self._one()
        title = self._title().replace("&", "&&")
        if one is not None and self._leads_here(one):
            does = tr("toolswindow", "&Disconnect {tool}", tool=title)
        elif one is not None and one.stands.standing is Standing.CHANGED:
            does = tr("toolswindow", "&Connect again {tool}", tool=title)
        else:
            does = tr("toolswindow", "&Connect {tool}", tool=title)
        self.act.setText(does)
        self.act.setVisible(one is not None and bool(one.tool.modes))
        self.act.setEnabled(not self._busy)
        self.act.updateGeometry()

    def _write_notes(self, one: Seen) -> None:
        mode = one.tool.mode(self._mode() or "")
        lines = [saying.speak(line) for line in (*(() if mode is None else mode.costs), *one.found.notes)]
        if one.stands.note:
            lines.insert(0, f"{saying.speak(begun(one.stands.note))}.")
        if mode is not None and mode.by is By.SHELL:
            lines.append(
                tr(
                    "toolswindow",
                    "It reads only its environment: new shells get it; programs started from a menu do not.",
                )
            )
        if one.tool.advice and not one.tool.modes:
            lines.append(saying.speak(one.tool.advice))
        self.notes.show_text("\n".join(f"• {line}" for line in lines) if len(lines) > 1 else "".join(lines))

    def _tell(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self.outcome.show_text(f"{trouble.title}. {trouble.message} {trouble.fix}".strip())


def _connect(box: Toolbox, tool: Tool, mode: str | None, *, again: bool) -> tuple[Connected, list[Probed]]:
    done = box.connect(tool, mode, again=again)
    return done, box.probe(tool)
