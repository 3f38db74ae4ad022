"""``spendlight doctor``: look for what is missing or broken, and say how to mend it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from trayapp.platform import doctor
from trayapp.platform import paths as places


def run(arguments: list[str]) -> int:
    """Print findings; exit 1 when one of them is an error."""
    parser = argparse.ArgumentParser(prog="spendlight doctor", description="Look for what is missing or broken.")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    options = parser.parse_args(arguments)
    findings = doctor.examine(places.find())
    if options.format == "json":
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        print(doctor.render(findings))
    return 1 if any(finding.severity == "error" for finding in findings) else 0
