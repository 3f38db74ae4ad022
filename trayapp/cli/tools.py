"""``spendlight tools``: which AI tools are here, how each is connected, and what that costs the tool itself."""

from __future__ import annotations

import argparse
import json
from typing import Any

from trayapp.cli import connecting
from trayapp.platform import paths as places
from trayapp.toolbox import Seen, Toolbox
from trayapp.tools.connection import Standing
from trayapp.tools.files import EditError
from trayapp.tools.masking import masked
from trayapp.tools.tool import Links, Machine, Tool


def run(arguments: list[str]) -> int:
    """Print all tools, or all about one."""
    parser = argparse.ArgumentParser(prog="spendlight tools", description="The AI tools, and how each is connected.")
    parser.add_argument("tool", nargs="?", help="only this one, with its modes")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    box = Toolbox(places.find())
    here, links = box.machine, box.links()
    seen = box.seen(connecting.tool(options.tool)) if options.tool else box.seen()
    if options.format == "json":
        print(json.dumps([_document(here, one) for one in seen], indent=1))
    elif options.tool:
        _one(here, links, seen[0])
    else:
        _table(seen)
    return 0


def _document(here: Machine, seen: Seen) -> dict[str, Any]:
    tool, found, stands = seen.tool, seen.found, seen.stands
    return {
        "tool": tool.name,
        "title": tool.title,
        "installed": found.installed,
        "standing": stands.standing,
        "mode": stands.mode or None,
        "files": [str(path) for path in stands.files],
        "note": stands.note or None,
        "usual_mode": tool.usual(here) if tool.modes else None,
        "modes": [{"name": m.name, "summary": m.summary, "by": m.by, "costs": list(m.costs)} for m in tool.modes],
        "notes": list(found.notes),
        "advice": tool.advice or None,
    }


def _table(seen: list[Seen]) -> None:
    rows = []
    for one in seen:
        tool, found, stands = one.tool, one.found, one.stands
        state = f"{stands.standing} ({stands.mode})" if stands.mode else str(stands.standing)
        if not tool.modes:
            state = "cannot be led here"
        rows.append((tool.name, tool.title, "yes" if found.installed else "no", state))
    head = ("tool", "", "here", "standing")
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(3)]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip())
    print("\nspendlight tools TOOL says what connecting means for it; spendlight connect TOOL does it.")


def _one(here: Machine, links: Links | None, seen: Seen) -> None:
    tool, found, stands = seen.tool, seen.found, seen.stands
    print(f"{tool.title} ({tool.name}): {'is here' if found.installed else 'was not found'}; {stands.standing}.")
    for path in stands.files:
        print(f"  in {path}")
    if stands.note:
        print(f"  {stands.note}")
    if stands.standing is Standing.CHANGED:
        print(f"  To put it in again: spendlight connect {tool.name} --again")
    for text in found.notes:
        print(f"  note: {text}")
    usual = tool.usual(here) if tool.modes else ""
    for mode in tool.modes:
        mark = ", the usual one" if mode.name == usual and len(tool.modes) > 1 else ""
        print(f"\nmode {mode.name}{mark}: {mode.summary}; by {mode.by}.")
        for cost in mode.costs:
            print(f"  costs: {cost}")
        for line in _for_one_start(here, links, tool, mode.name):
            print(f"  for one start: {line}")
    if tool.advice:
        print(f"\n{tool.advice}")


def _for_one_start(here: Machine, links: Links | None, tool: Tool, mode: str) -> list[str]:
    if links is None:
        return []
    try:
        lines = [f"{name}={masked(value)}" for name, value in tool.variables(here, links, mode).items()]
        more = tool.arguments(here, links, mode)
    except EditError as error:
        return [f"{error.trouble.message} {error.trouble.fix}"]
    return lines + ([masked(" ".join(more))] if more else [])
