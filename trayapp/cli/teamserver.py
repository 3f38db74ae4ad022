"""``spendlight teamserver``: the reference team server. Its packages are an extra; without them, how to get them."""

from __future__ import annotations

import importlib.util
import sys
from typing import Final

from trayapp.cli.trouble import CommandError
from trayapp.trouble import Trouble

NEEDED: Final = (
    "aiosqlite",
    "alembic",
    "fastapi",
    "jinja2",
    "prometheus_client",
    "psycopg",
    "sqlalchemy",
    "uvicorn",
)


def run(arguments: list[str]) -> int:
    """Do one verb of the server.

    Raises:
        CommandError: its packages are not installed.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise CommandError(
            Trouble(
                title="The team server's packages are not installed",
                message=f"Missing: {', '.join(missing)}.",
                fix=f"{sys.executable} -m pip install 'spendlight[teamserver]'",
                code="no_extra",
            )
        )
    from trayapp.teamserver import verbs

    return verbs.run(arguments)
