"""The tray's language: which one, its packed translation, and how its locale writes figures.

Everything that asks Qt for languages and locales lives here; what is said goes through ``trayapp.tongue``.

Rules: English needs no file; a translation that is not there leaves English; figures follow the system's own locale
where it is of the language that is spoken, else that language's usual one. What was made before the language changed
keeps its words and has to be made anew.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from trayapp import tongue
from trayapp.platform.resources import resource
from trayapp.tongue import Figures

SOURCE: Final = "en"
TRANSLATED: Final = ("de",)
"""Languages with a packed translation."""
_AUTO: Final = "auto"

_log = logging.getLogger("spendlight.tray")


def choose(setting: str, preferred: Sequence[str]) -> str:
    """The language to speak.

    Args:
        setting: a language, or ``auto``.
        preferred: the system's languages, best first: "de-AT", "en-US", "C".
    """
    if setting != _AUTO:
        return setting
    for each in preferred:
        language = each.replace("_", "-").partition("-")[0].lower()
        if language in ("c", SOURCE):
            return SOURCE
        if language in TRANSLATED:
            return language
    return SOURCE


def install(app: QCoreApplication, setting: str, system: QLocale | None = None) -> str:
    """Speak a language from now on; the one that it is.

    Args:
        app: keeps the translators.
        setting: a language, or ``auto``.
        system: the system's locale, if not what Qt finds.
    """
    for former in app.findChildren(QTranslator):
        app.removeTranslator(former)
        former.deleteLater()
    system = QLocale.system() if system is None else system
    language = choose(setting, system.uiLanguages())
    own = QLocale.languageToCode(system.language()) == language
    if language == SOURCE:
        tongue.use(None, figures(system) if own else tongue.ENGLISH)
        return SOURCE
    locale = system if own else QLocale(language)
    try:
        speak(app, resource(f"i18n/spendlight_{language}.qm"), locale)
    except OSError as error:
        _log.warning("no translation into %s: %s", language, error.strerror)
        tongue.use(None)
        return SOURCE
    buttons = QTranslator(app)
    if buttons.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(buttons)  # what Qt's own say
    return language


def speak(app: QCoreApplication, catalogue: Path, locale: QLocale) -> None:
    """Take texts from one translation, and figures from a locale.

    Raises:
        OSError: it is no translation.
    """
    translator = QTranslator(app)
    if not translator.load(os.fspath(catalogue)):
        raise OSError(None, "it cannot be read", os.fspath(catalogue))
    tongue.use(lambda context, text, number: translator.translate(context, text, None, number) or "", figures(locale))


def figures(locale: QLocale) -> Figures:
    """How a locale writes numbers, amounts and moments. The locale "C" writes as English without a country does."""
    if locale.language() is QLocale.Language.C:
        return tongue.ENGLISH
    english = locale.language() is QLocale.Language.English
    short = QLocale.FormatType.ShortFormat
    sample = locale.toCurrencyString(1.0, "¤")
    after = sample.endswith("¤")
    apart = sample[-2] if after else sample[1]
    half_days = "a" in locale.timeFormat(QLocale.FormatType.ShortFormat).lower()
    return Figures(
        point=locale.decimalPoint(),
        group=locale.groupSeparator(),
        space=" " if english else "\N{NO-BREAK SPACE}",
        after=after,
        apart=apart if apart.isspace() else "",
        halves=(locale.amText(), locale.pmText()) if half_days else None,
        days=tuple(locale.standaloneDayName(day, short) for day in range(1, 8)),
        months=tuple(locale.monthName(month, short) for month in range(1, 13)),
        day_month="{day} {month}" if english else "{day}. {month}",
    )
