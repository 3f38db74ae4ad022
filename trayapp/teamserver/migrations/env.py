"""How alembic finds the database: the connection is handed over by ``trayapp.teamserver.migrating``."""

from __future__ import annotations

from alembic import context

from trayapp.teamserver.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
