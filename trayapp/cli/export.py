"""``spendlight export``: all columns of the ledger, for other programs.

A file is written beside its target first and takes its place when it is whole. A pipe or a device is written to
directly: replacing it would take it away from everybody.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import TextIO

from trayapp.cli import source, when
from trayapp.cli.trouble import CommandError
from trayapp.engine.rows import COLUMNS
from trayapp.trouble import Trouble


def run(arguments: list[str]) -> int:
    """Write rows as CSV or JSON lines to a file or standard output."""
    parser = argparse.ArgumentParser(prog="spendlight export", description="Export the ledger, oldest call first.")
    parser.add_argument("--format", choices=("csv", "jsonl", "json"), default="csv")
    parser.add_argument("--since", default=None, help="today, 2h, 7d, a date or a time (default: everything)")
    parser.add_argument("--until", default=None)
    parser.add_argument("--output", type=Path, default=None, help="a file (default: standard output)")
    options = parser.parse_args(arguments)
    since = None if options.since is None else when.parse(options.since)
    until = None if options.until is None else when.parse(options.until)
    if options.output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        _write(sys.stdout, options.format, since, until)
        return 0
    target: Path = options.output
    if target.is_dir():
        raise CommandError(
            Trouble(
                title="That is a folder",
                message=f"{target} is a folder; the calls go to a file.",
                fix=f"Name a file in it: --output {target / 'calls.'}{options.format}",
                code="bad_output",
            )
        )
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline="") as device:
            count = _write(device, options.format, since, until)
        print(f"{count} calls written to {target}", file=sys.stderr)
        return 0
    temporary = target.with_name(f".{target.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  opened 0600 above
            count = _write(file, options.format, since, until)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    print(f"{count} calls written to {target}", file=sys.stderr)
    return 0


def _write(file: TextIO, form: str, since: int | None, until: int | None) -> int:
    count = 0
    found = source.rows(since, until)
    if form == "csv":
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in found:
            writer.writerow([_cell(row[name]) for name in COLUMNS])
            count += 1
        return count
    rows = []
    for row in found:
        count += 1
        if form == "json":
            rows.append(row)
        else:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    if form == "json":
        json.dump(rows, file, ensure_ascii=False)
    return count


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(v) for v in value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        # A spreadsheet would run it as a formula; ids and names from the wire must not.
        return "'" + value
    return value
