"""``spendlight doctor``: look at every link between a tool and its vendor, and mend what can be mended."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Final

from trayapp.cli import chain, sections
from trayapp.cli.chain import Link
from trayapp.cli.trouble import guarded
from trayapp.platform import doctor
from trayapp.platform import paths as places
from trayapp.platform.doctor import Finding, Severity
from trayapp.platform.paths import Paths

_MARKS: Final = {"ok": "✓", "broken": "✗", "warning": "!", "unknown": "?", "unused": "·"}


def run(arguments: list[str]) -> int:
    """Print all links; exit 1 when one of them is broken."""
    parser = argparse.ArgumentParser(
        prog="spendlight doctor",
        description="Look at every link between your tools and their vendors. Each connected tool's way is tried by "
        "one call without a key, which costs nothing.",
    )
    parser.add_argument("--repair", action="store_true", help="mend what can be mended; asks before each step")
    parser.add_argument("--yes", action="store_true", help="with --repair: do not ask")
    parser.add_argument("--offline", action="store_true", help="make no call to a vendor")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    paths = places.find()
    found = _look(paths, offline=options.offline)
    if options.repair and _repair(found, ask=not options.yes):
        found = _look(paths, offline=options.offline)
    if options.format == "json":
        print(json.dumps(_document(found), ensure_ascii=False))
    else:
        print(f"{_text(found, repair=options.repair)}\n\n{_price_book(paths)}")
    return 1 if any(f.severity is Severity.ERROR for link in found for f in link.findings) else 0


def _look(paths: Paths, *, offline: bool) -> list[Link]:
    troubles = settings_findings(paths)
    settings = Link("settings", "ok", "the settings can be read")
    if troubles:
        settings = Link("settings", "broken", troubles[0].title, tuple(troubles))
    links = chain.examine(paths, offline=offline)
    return [settings, *(link for link in links if link.name != "settings")]


def _repair(found: list[Link], *, ask: bool) -> bool:
    """Mend, after asking; whether anything was done."""
    done = False
    for link in found:
        if link.repair is None:
            continue
        if ask and not _agreed(f"{link.text}. Shall I {link.offer}? [y/N] "):
            continue
        done = guarded(partial(_mend, link.repair), []) == 0 or done
    return done


def _mend(repair: Callable[[], str], _: list[str]) -> int:
    print(repair())
    return 0


def _agreed(question: str) -> bool:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _document(found: list[Link]) -> dict[str, object]:
    links = [
        {"link": n.name, "state": n.state, "text": n.text, "repair": n.offer or None, "findings": _codes(n)}
        for n in found
    ]
    return {"links": links, "findings": [asdict(finding) for link in found for finding in link.findings]}


def _codes(link: Link) -> list[str]:
    return [finding.code for finding in link.findings]


def _text(found: list[Link], *, repair: bool) -> str:
    width = max(len(link.name) for link in found)
    lines = [f"{_MARKS[link.state]} {link.name.ljust(width)}  {link.text}" for link in found]
    findings: list[Finding] = [finding for link in found for finding in link.findings]
    if findings:
        lines += ["", doctor.render(findings)]
    if not repair and any(link.repair is not None for link in found):
        lines += ["", "`spendlight doctor --repair` mends some of this; it asks first."]
    return "\n".join(lines)


def settings_findings(paths: Paths) -> list[Finding]:
    """What the settings file says that nobody can use."""
    return [
        Finding(code=t.code, title=t.title, message=t.message, fix=t.fix, severity=Severity.ERROR)
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
