"""The ledger: streams, tasks, their history, runs, and the analysts' views.

The statements are in the folder of the same name. They are this version's for ever: a later change to a view
or a table is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from syncer.storage import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = sorted(Path(__file__).with_suffix("").glob("*.sql"))


def upgrade() -> None:
    statements.execute(_STATEMENTS)


def downgrade() -> None:
    op.execute("DROP SCHEMA reporting, sync_history CASCADE")
    op.execute("DROP FUNCTION sync.keep_version() CASCADE")
    op.execute("DROP FUNCTION sync.create_partitions, sync.create_partition")
    op.execute(
        "DROP TABLE sync.task_versions, sync.tasks, sync.quirks, sync.rejected_records, sync.checkpoints,"
        " sync.runs, sync.leases, sync.streams, sync.sources, sync.settings"
    )
