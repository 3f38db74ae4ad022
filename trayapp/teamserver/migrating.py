"""Bringing the database into its latest form, as the tables' owner; and whether it is.

Rules: on PostgreSQL the owner is another role than the one that serves; the latter is granted reading and writing of
rows and nothing else. On SQLite there is one user, and ``run`` migrates by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from trayapp.teamserver.database import address
from trayapp.teamserver.tables import ALL
from trayapp.trouble import Trouble, TroubleError

_SCRIPTS: Final = Path(__file__).parent / "migrations"
_ROLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    parsed = address(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(parsed, poolclass=sa.pool.NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def upgrade(url: str, role: str = "") -> None:
    """Migrate to the latest form. ``role``: who will serve, on PostgreSQL.

    Raises:
        TroubleError: the role's name cannot be one, or the database belongs to a newer version.
    """
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise TroubleError(
                Trouble(
                    title="The database is not one of this version",
                    message="A newer version of the server has changed it, or it is something else's.",
                    fix="Run the version that made it, or bring back a backup.",
                    code="newer_database",
                )
            ) from None
        if connection.dialect.name == "postgresql" and role:
            _grant(connection, role)


def current(url: str) -> bool:
    """Whether the database has the latest form."""
    with _connected(url) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_config()).get_current_head()


def _grant(connection: sa.Connection, role: str) -> None:
    if not _ROLE.match(role):
        raise TroubleError(
            Trouble(
                title="No such role",
                message="The name of a database role has letters, digits and _ only.",
                fix="Give the name of the role that serves with --app-role.",
                code="bad_role",
            )
        )
    quoted = connection.dialect.identifier_preparer.quote(role)
    names = ", ".join(connection.dialect.identifier_preparer.quote(table.name) for table in ALL)
    connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {quoted}")
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {quoted}")
