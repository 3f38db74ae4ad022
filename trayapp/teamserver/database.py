"""The database: SQLite or PostgreSQL, always inside one tenant.

Rules:

* the only way in is ``Database.inside``: one transaction, with the tenant set for exactly its length. On PostgreSQL
  row-level security then hides every other tenant, whatever a query says; the role that serves owns no table and
  cannot bypass it (``check_role`` refuses to start otherwise);
* SQLite writes one after the other: a lock within the process, ``BEGIN IMMEDIATE`` beside others;
* a database that does not answer is a 503, never a crash and never a guess.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from trayapp.trouble import Trouble, TroubleError

_PATIENCE_S: Final = 20


def asynchronous(url: str) -> sa.URL:
    """The address with the driver that the server uses.

    Raises:
        TroubleError: it is no address of a database that can serve.
    """
    parsed = address(url)
    driver = "aiosqlite" if parsed.get_backend_name() == "sqlite" else "psycopg"
    return parsed.set(drivername=f"{parsed.get_backend_name()}+{driver}")


def address(url: str) -> sa.URL:
    """An address, read.

    Raises:
        TroubleError: it is none, or of another engine. It is not repeated: there may be a password in it.
    """
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise TroubleError(_no_database("Its address cannot be read.")) from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise TroubleError(_no_database(f"{parsed.get_backend_name()} is not one of SQLite and PostgreSQL."))
    return parsed


def _no_database(message: str) -> Trouble:
    return Trouble(
        title="No such database",
        message=message,
        fix="Set SPENDLIGHT_TEAM_DATABASE to sqlite:///FILE or postgresql://ROLE@HOST/NAME.",
        code="bad_database",
    )


def insert_or(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert:
    """An ``INSERT`` that can be followed by ``ON CONFLICT``, which both engines write alike."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return cast(postgresql.Insert, sqlite.insert(table))


class Database:
    """One engine."""

    def __init__(self, url: str, *, pool: int = 6) -> None:
        """Connections are made when they are needed.

        Raises:
            TroubleError: the address is of no database that can serve.
            sa.exc.OperationalError: there can be no such file.
        """
        address = asynchronous(url)
        self.sqlite: Final = address.get_backend_name() == "sqlite"
        if self.sqlite:
            _could_open(address.database or "")
            self.engine: AsyncEngine = create_async_engine(
                address, connect_args={"timeout": _PATIENCE_S}, hide_parameters=True
            )
            event.listen(self.engine.sync_engine, "connect", _open_sqlite)
        else:
            self.engine = create_async_engine(
                address,
                pool_size=pool,
                max_overflow=pool,
                pool_timeout=_PATIENCE_S,
                hide_parameters=True,
                connect_args={"connect_timeout": 5, "application_name": "spendlight-teamserver"},
            )
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def inside(self, tenant: str, *, write: bool = True) -> AsyncIterator[AsyncConnection]:
        """One transaction in one tenant; it is committed at the end, or undone by whatever is raised."""
        async with AsyncExitStack() as stack:
            if self.sqlite:
                if write:
                    await stack.enter_async_context(self._writer)
                connection = await stack.enter_async_context(self.engine.begin())
                await connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            else:
                connection = await stack.enter_async_context(self.engine.begin())
                await connection.execute(sa.text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})
            yield connection

    async def answers(self) -> bool:
        """Whether it is there."""
        try:
            async with asyncio.timeout(_PATIENCE_S), self.engine.connect() as connection:
                await connection.execute(sa.text("SELECT 1"))
        except (sa.exc.SQLAlchemyError, OSError, TimeoutError):
            return False
        return True

    async def check_role(self) -> None:
        """Refuse a role that row-level security does not hold.

        Raises:
            TroubleError: the role owns the tables, is a superuser or may bypass it.
        """
        if self.sqlite:
            return
        query = sa.text(
            "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class c WHERE c.relname = 'bucket'"
            " AND pg_has_role(c.relowner, 'USAGE')) FROM pg_roles r WHERE r.rolname = current_user"
        )
        async with self.engine.connect() as connection:
            if (await connection.execute(query)).scalar():
                raise TroubleError(
                    Trouble(
                        title="This database role sees too much",
                        message="Row-level security does not hold a superuser or the owner of the tables.",
                        fix="Serve with the role that `teamserver init --owner-database` was told, not as the owner.",
                        code="role_too_strong",
                    )
                )

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def _could_open(file: str) -> None:
    """Where aiosqlite cannot open a file it leaves a thread behind that writes a traceback once the loop is closed."""
    try:
        sqlite3.connect(file).close()
    except sqlite3.Error as error:
        raise sa.exc.OperationalError("", {}, error) from None


def _open_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
