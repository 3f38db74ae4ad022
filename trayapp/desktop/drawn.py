"""Reports that only Qt can make, for a command that has no window: a picture, a PDF, a page in another language.

Rules: one application a process, without a screen; what was spoken before is spoken afterwards.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLocale
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImageWriter

from trayapp import tongue
from trayapp.desktop import language as languages
from trayapp.desktop import paper, weekcard
from trayapp.pages import page_of, written
from trayapp.reports import Report


def drawn(report: Report, form: str, language: str, *, dark: bool = False, names: bool = False) -> bytes:
    """A report in one of the command's formats.

    Raises:
        LookupError: there is no font, or no translation into that language.
    """
    app = QGuiApplication.instance() or QGuiApplication(["spendlight"])
    try:
        if language == languages.SOURCE:
            tongue.use(None)  # figures as in every other form of it
        else:
            system = QLocale.system()
            own = QLocale.languageToCode(system.language()) == language
            if languages.install(app, language, system if own else QLocale(language)) != language:
                raise LookupError(f"there is no translation into {language!r}")
        if form in ("pdf", "png") and not QFontDatabase.families():
            raise LookupError("Qt finds no font")
        if form == "png":
            return png(weekcard.card(report, dark=dark, names=names))
        if form == "pdf":
            return paper.pdf(page_of(report, language))[0]
        return written(report, form, language).encode("utf-8", "replace")
    finally:
        tongue.use(None)


def png(card: weekcard.Card) -> bytes:
    """A card as a file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(card.image)
    buffer.close()
    return bytes(content.data())
