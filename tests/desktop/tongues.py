"""Other tongues for tests: German, and one that marks every text that went through the translation."""

from __future__ import annotations

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from trayapp import tongue
from trayapp.desktop import language

REPO = Path(__file__).resolve().parents[2]
_MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")


def builder() -> ModuleType:
    """``packaging/build_translations.py``."""
    path = REPO / "packaging" / "build_translations.py"
    spec = importlib.util.spec_from_file_location("build_translations", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def afterwards_english(app: QCoreApplication) -> Iterator[None]:
    """Whatever is spoken in the block is not spoken after it."""
    before = set(app.findChildren(QTranslator))
    try:
        yield
    finally:
        _silence(app, before)


@contextmanager
def speaking(app: QCoreApplication, name: str) -> Iterator[None]:
    """A language until the end of the block."""
    before = set(app.findChildren(QTranslator))
    assert language.install(app, name, QLocale(name)) == name
    try:
        yield
    finally:
        _silence(app, before)


@contextmanager
def marking(app: QCoreApplication, folder: Path) -> Iterator[None]:
    """A tongue that is English with "⟦" and "⟧" around each text that was translated."""
    made = builder()
    root = ET.parse(made.SOURCES / "spendlight_de.ts").getroot()
    for message in root.iter("message"):
        marked = f"⟦{message.findtext('source')}⟧"
        translation = message.find("translation")
        assert translation is not None
        for form in list(translation) or [translation]:
            form.text = marked
    catalogue = folder / "marked_de.ts"
    ET.ElementTree(root).write(catalogue, encoding="utf-8", xml_declaration=True)
    made.pack(catalogue, catalogue.with_suffix(".qm"))
    before = set(app.findChildren(QTranslator))
    language.speak(app, catalogue.with_suffix(".qm"), QLocale("en_GB"))
    try:
        yield
    finally:
        _silence(app, before)


def unmarked(text: str) -> str:
    """What of a text went through no translation."""
    while _MARKED.search(text):
        text = _MARKED.sub(" ", text)
    # What was cut to a limit has lost its end.
    return re.sub(r"⟦.*…\Z", "", text, flags=re.DOTALL).strip()


def words(text: str) -> set[str]:
    """The words in a text: letters in a row, two at least."""
    return set(_WORD.findall(text))


def shortcut(text: str) -> str:
    """The letter that a text names as its shortcut; empty: none."""
    found = re.search(r"(?<!&)(?:&&)*&([^&])", text)
    return found[1].casefold() if found else ""


def _silence(app: QCoreApplication, before: set[QTranslator]) -> None:
    tongue.use(None)
    for translator in set(app.findChildren(QTranslator)) - before:
        app.removeTranslator(translator)
        translator.deleteLater()
