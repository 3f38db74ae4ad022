"""The first form: every table, and on PostgreSQL a row-level policy on each.

Nothing is ever taken out of a step that was published; the next form is another step.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "audit",
    "bucket",
    "daily",
    "device",
    "epoch",
    "invite",
    "lease",
    "membership",
    "nonce",
    "policy_version",
    "pool",
    "release",
    "team",
    "tenant",
)


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "audit",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("member", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("audit_at", "audit", ["tenant", "at"], unique=False)
    op.create_table(
        "bucket",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("live", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("vendor", sa.Text(), server_default="", nullable=False),
        sa.Column("model_asked", sa.Text(), server_default="", nullable=False),
        sa.Column("model_served", sa.Text(), server_default="", nullable=False),
        sa.Column("tool", sa.Text(), server_default="", nullable=False),
        sa.Column("project", sa.Text(), server_default="", nullable=False),
        sa.Column("billing", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column("book", sa.Text(), server_default="", nullable=False),
        sa.Column("calls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("errors", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("interrupted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unpriced", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unmetered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_write", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_write_1h", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reasoning", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("contract_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("marginal_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_list_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_list_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_contract_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_contract_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_marginal_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_marginal_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_estimated_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_estimated_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_saved_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_saved_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "device", "epoch", "start", "key"),
    )
    op.create_index("bucket_start", "bucket", ["tenant", "start"], unique=False)
    op.create_table(
        "daily",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("pico_list_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_list_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_contract_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_contract_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_marginal_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pico_marginal_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "device", "epoch", "day"),
    )
    op.create_index("daily_day", "daily", ["tenant", "day"], unique=False)
    op.create_table(
        "device",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), server_default="", nullable=False),
        sa.Column("public_key", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("client", sa.Text(), server_default="", nullable=False),
        sa.Column("consents", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "device"),
    )
    op.create_index("device_member", "device", ["tenant", "member"], unique=False)
    op.create_table(
        "epoch",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "device", "epoch"),
    )
    op.create_table(
        "invite",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("member", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", sa.Text(), server_default="member", nullable=False),
        sa.Column("expires", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("idempotency", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "digest"),
    )
    op.create_table(
        "lease",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), server_default="", nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("micro", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("idempotency", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "lease"),
    )
    op.create_index("lease_once", "lease", ["tenant", "device", "idempotency"], unique=True)
    op.create_index("lease_open", "lease", ["tenant", "pool", "state", "expires"], unique=False)
    op.create_table(
        "membership",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", sa.Text(), server_default="member", nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "member"),
    )
    op.create_table(
        "nonce",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "device", "nonce"),
    )
    op.create_table(
        "policy_version",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.Column("signature", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "team", "version"),
    )
    op.create_table(
        "pool",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="soft", nullable=False),
        sa.Column("period", sa.Text(), server_default="month", nullable=False),
        sa.Column("counts", sa.Text(), server_default="contract", nullable=False),
        sa.Column("limit_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("limit_pico", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("committed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("committed_since", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fresh_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "pool"),
    )
    op.create_table(
        "release",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("week", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cells", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "week"),
    )
    op.create_table(
        "team",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "team"),
    )
    op.create_table(
        "tenant",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retention_months", sa.BigInteger(), server_default="13", nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for name in TABLES:
            mine = "tenant = current_setting('app.tenant', true)"
            op.execute(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY tenant_only ON "{name}" USING ({mine}) WITH CHECK ({mine})')


def downgrade() -> None:
    """Take it away, with all that is in it."""
    for name in reversed(TABLES):
        op.drop_table(name)
