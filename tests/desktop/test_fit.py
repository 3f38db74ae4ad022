"""In English and in German: nothing is cut in any face, and shortcuts are apart."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from desktop_faces import (
    LANGUAGES,
    STATES,
    cut,
    entry_of,
    faint,
    menu_of,
    overlapping,
    picture,
    popover_of,
    shortcuts,
)
from desktop_tongues import shortcut, speaking
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QMessageBox,
    QWidget,
)

from trayapp.desktop import look, toolwords
from trayapp.desktop.farewell import Farewell
from trayapp.desktop.popover import WIDTH
from trayapp.tongue import tr

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)")


def in_(app: QApplication, name: str) -> AbstractContextManager[None]:
    return speaking(app, name) if name != "en" else nullcontext()


def pictures(window: QWidget, folder: Path, name: str) -> None:
    """What is drawn in both scales, once nothing of it is faint or lies on something else."""
    assert overlapping(window) == []
    assert faint(window) == []
    for scale in (1, 2):
        picture(window, folder / f"{name}-{scale}x.png", scale)


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_popover_cuts_nothing(qapp, qtbot, views, shots, name, state, scale, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with in_(qapp, name):
        made = popover_of(qtbot, views[state], state)
        qapp.processEvents()
        assert made.width() == WIDTH
        assert cut(made) == []
        assert overlapping(made) == []
        if scale == 2:
            assert faint(made) == []
        picture(made, shots / f"popover-{name}-{state}-{'dark' if dark else 'light'}-{scale}x.png", scale)
        made.close()


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_the_popovers_shortcuts_are_apart(qapp, qtbot, views, name, state):
    with in_(qapp, name):
        made = popover_of(qtbot, views[state], state)
        found = shortcuts(made)
        assert len(found) >= 2
        assert len(set(found)) == len(found), found
        made.close()


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("colours", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_the_menu_holds_its_texts(qapp, rich, shots, name, colours):
    """Its shortcuts are apart, it is no wider than a small screen, and here is its picture."""
    look.apply(qapp, colours)
    with in_(qapp, name):
        made = menu_of(rich)
        menus = [menu for menu in (made.menu, *made.menu.findChildren(QMenu)) if menu is made.menu or menu.title()]
        pictures = []
        for menu in menus:
            actions = [action for action in menu.actions() if action.isVisible()]
            found = [shortcut(action.text()) for action in actions if shortcut(action.text())]
            assert len(set(found)) == len(found), found
            menu.ensurePolished()
            menu.resize(menu.sizeHint())
            assert menu.width() <= 900
            pictures.append(menu.grab())
        assert len({shortcut(action.text()) for action in made.menu.actions()} - {""}) >= 6
        made.close()
    gap, high = 12, max(each.height() for each in pictures)
    sheet = QPixmap(sum(each.width() + gap for each in pictures) + gap, high + 2 * gap)
    sheet.fill(QColor(colours.track))
    painter, x = QPainter(sheet), gap
    for each in pictures:
        painter.drawPixmap(x, gap, each)
        x += each.width() + gap
    painter.end()
    assert sheet.save(str(shots / f"menu-{name}-{'dark' if colours.dark else 'light'}.png"))


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_price_entry_cuts_nothing(qapp, qtbot, shots, name, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with in_(qapp, name):
        made = entry_of(qtbot)
        qapp.processEvents()
        assert cut(made) == []
        found = shortcuts(made)
        assert len(found) >= 6
        assert len(set(found)) == len(found), found
        pictures(made, shots, f"priceentry-{name}-{'dark' if dark else 'light'}")
        made.close()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_tools_window_cuts_nothing(qapp, tools, shots, name, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with in_(qapp, name):
        window = tools()
        qapp.processEvents()
        assert cut(window) == []
        room = window.list.viewport().width() - 63
        metrics = window.list.fontMetrics()
        rows = [window.list.item(row).text() for row in range(window.list.count())]
        lines = {line for row in rows for line in row.split("\n")}
        for line in lines | {tr("toolwords", text) for text in toolwords.STATES.values()}:
            assert metrics.horizontalAdvance(line) <= room, line
        found = shortcuts(window)
        assert len(set(found)) == len(found) == 2
        pictures(window, shots, f"tools-{name}-{'dark' if dark else 'light'}")
        window.close()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_farewell_cuts_nothing(qapp, qtbot, profile, shots, name, dark):
    look.apply(qapp, look.DARK if dark else look.LIGHT)
    with in_(qapp, name):
        made = Farewell(profile)
        qtbot.addWidget(made.box)
        made.ask()
        qapp.processEvents()
        assert cut(made.box) == []
        cancel = made.box.button(QMessageBox.StandardButton.Cancel).text().replace("&", "")
        assert cancel == {"en": "Cancel", "de": "Abbrechen"}[name]
        pictures(made.box, shots, f"farewell-{name}-{'dark' if dark else 'light'}")
        made.box.close()
