"""``spendlight doctor``: look for what is missing or broken, and say how to mend it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from trayapp.cli import sections
from trayapp.platform import doctor
from trayapp.platform import paths as places
from trayapp.platform.paths import Paths


def run(arguments: list[str]) -> int:
    """Print findings; exit 1 when one of them is an error."""
    parser = argparse.ArgumentParser(prog="spendlight doctor", description="Look for what is missing or broken.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    paths = places.find()
    findings = [*settings_findings(paths), *doctor.examine(paths)]
    if options.format == "json":
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        print(f"{doctor.render(findings)}\n\n{_price_book(paths)}")
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def settings_findings(paths: Paths) -> list[doctor.Finding]:
    """What the settings file says that nobody can use."""
    return [
        doctor.Finding(code=t.code, title=t.title, message=t.message, fix=t.fix, severity=doctor.Severity.ERROR)
        for t in sections.troubles(paths)
    ]


def _price_book(paths: Paths) -> str:
    """One line: which prices are in use, and how their download fares."""
    from trayapp.cli.pricebook import status_lines
    from trayapp.engine.price_verbs import status_as_json
    from trayapp.engine.pricebook import Shelf
    from trayapp.pricing import BookError
    from trayapp.settings import SettingsError

    try:
        shelf = Shelf(paths)
        lines = status_lines(status_as_json(paths, shelf.found.book.version, shelf.found.source))
    except (OSError, BookError, SettingsError):
        return "Price book: it cannot be looked at; see above, or `spendlight prices status`."
    told = {line[:12].strip(): line[12:] for line in reversed(lines) if line[:12].strip()}
    return f"Price book {told['Price book']}; download {told['Download']}; last check {told['Last check']}."
