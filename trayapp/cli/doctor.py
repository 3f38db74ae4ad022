"""``spendlight doctor``: look for what is missing or broken, and say how to mend it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from trayapp.cli import autostart, sections
from trayapp.control import Trouble
from trayapp.platform import doctor
from trayapp.platform import paths as places
from trayapp.platform.guardstate import read_state
from trayapp.platform.paths import Paths
from trayapp.tools import pointing
from trayapp.tools.desk import Desk
from trayapp.tools.journal import Journal


def run(arguments: list[str]) -> int:
    """Print findings; exit 1 when one of them is an error."""
    parser = argparse.ArgumentParser(prog="spendlight doctor", description="Look for what is missing or broken.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    paths = places.find()
    findings = [*settings_findings(paths), *life_findings(paths), *doctor.examine(paths)]
    if options.format == "json":
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        print(f"{doctor.render(findings)}\n\n{_price_book(paths)}")
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def settings_findings(paths: Paths) -> list[doctor.Finding]:
    """What the settings file says that nobody can use."""
    return [_finding(trouble, doctor.Severity.ERROR) for trouble in sections.troubles(paths)]


def life_findings(paths: Paths) -> list[doctor.Finding]:
    """Whether connected tools will find Spendlight: now at its port, and after the next login."""
    led = pointing.led(paths)
    if not led:
        return []
    state = read_state(paths)
    port = state.port if state is not None and state.port else _remembered(paths)
    found = []
    if port and (elsewhere := pointing.elsewhere(led, port)):
        found.append(_finding(elsewhere, doctor.Severity.ERROR))
    if state is None:
        names = ", ".join(pointing.tools(led))
        found.append(
            doctor.Finding(
                code="tools_reach_nobody",
                title="Connected tools reach nobody",
                message=f"{names}: led here, but Spendlight does not run.",
                fix="`spendlight` starts it; `spendlight restore --all` leads them back to their vendors.",
                severity=doctor.Severity.ERROR,
            )
        )
    now = autostart.standing(Desk(Journal(paths.edits), Path.home()), paths)
    if now.state not in ("on", "declined"):
        found.append(
            doctor.Finding(
                code="no_autostart",
                title="Spendlight would not be there after the next login",
                message=" ".join([now.text, *now.problems]),
                fix="`spendlight autostart on`, or lead the tools back with `spendlight restore --all`.",
                severity=doctor.Severity.WARNING,
            )
        )
    return found


def _finding(trouble: Trouble, severity: doctor.Severity) -> doctor.Finding:
    return doctor.Finding(
        code=trouble.code, title=trouble.title, message=trouble.message, fix=trouble.fix, severity=severity
    )


def _remembered(paths: Paths) -> int:
    try:
        return int(paths.port.read_text("ascii"))
    except (OSError, ValueError):
        return 0


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
