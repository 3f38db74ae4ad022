"""Leases know when they were given and what was used of them; epochs, when they were last heard of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LEASE = ("granted", "ended", "used", "idle")


def upgrade() -> None:
    """Add the columns; leases that are open are counted as given long ago, and end with their time."""
    for name in _LEASE:
        op.add_column("lease", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("epoch", sa.Column("heard", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("lease_recent", "lease", ["tenant", "device", "pool", "ended"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("lease_recent", table_name="lease")
    op.drop_column("epoch", "heard")
    for name in reversed(_LEASE):
        op.drop_column("lease", name)
