"""Reports that need Qt: pictures, PDFs, and every form in another language than English. It is no command itself.

Rules: what could end the process inside Qt (libraries that are missing, no font) is looked for before it is loaded, and
said as title, message and what to do; no screen is needed or touched.
"""

from __future__ import annotations

import ctypes
import os
import sys

from trayapp.cli.trouble import CommandError
from trayapp.platform import doctor, libraries
from trayapp.reports import Report
from trayapp.trouble import Trouble


def made(report: Report, form: str, language: str, theme: str, *, names: bool) -> bytes:
    """The report in a form and a language.

    Raises:
        CommandError: Qt, a font or the translation is missing.
    """
    _can_draw(letters=form in ("pdf", "png"))
    # No screen is wanted, and one that is named but gone would end the process.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from trayapp.desktop.drawn import drawn

    try:
        return drawn(report, form, language, dark=theme == "dark", names=names)
    except LookupError as error:
        raise CommandError(
            Trouble(
                title="The report cannot be drawn",
                message=f"{error.args[0]}.",
                fix="`python3 packaging/start.py` sets the installation up again.",
                code="not_drawn",
            )
        ) from None


def _can_draw(*, letters: bool) -> None:
    manager = libraries.package_manager()
    findings = [doctor.check_qt()]
    if sys.platform == "linux":
        findings.append(doctor.check_libraries(("base",), ctypes.CDLL, manager))
    if letters:
        findings.append(doctor.check_fonts(os.environ, manager))
    for finding in findings:
        if finding is not None:
            message = finding.message.replace("The tray needs", "It takes")
            raise CommandError(
                Trouble(title=finding.title, message=message, fix=finding.fix, code=finding.code),
            )
