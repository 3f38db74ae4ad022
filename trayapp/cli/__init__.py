"""The command line: one file a command; this one finds it.

Rules: a command's module is imported only when it is called, so that ``spendlight status`` stays quick; every error
that a person can cause ends as title, message and what to do on standard error, never as a traceback.
"""

from __future__ import annotations


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    raise SystemExit(2)
