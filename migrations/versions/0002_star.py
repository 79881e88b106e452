"""The star: dimensions, transitions, each provider's own columns, and the table as it was known at any time.

The statements are in the folder of the same name. They are this version's for ever: a later change to a view
or a table is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from syncer.storage import statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = sorted(Path(__file__).with_suffix("").glob("*.sql"))
_LEDGER = Path(__file__).with_name("0001_ledger")


def upgrade() -> None:
    # Made anew, for their columns come in another order.
    op.execute(
        "DROP VIEW reporting.tasks, reporting.task_versions, reporting.coverage, reporting.coverage_gaps"
    )
    statements.execute(_STATEMENTS)


def downgrade() -> None:
    op.execute("DROP SCHEMA reporting CASCADE")
    op.execute("DROP VIEW sync.described_tasks, sync.described_versions")
    op.execute("DROP FUNCTION sync.json_words, sync.json_whole, sync.json_instant, sync.json_output")
    op.execute("DROP INDEX sync.ix_runs_started_at")
    # The trigger's function writes the column, so its former body comes first.
    statements.restore_function("sync.keep_version", _LEDGER / "2_tasks.sql")
    told = "DROP COLUMN status_seen_at, DROP COLUMN former_status, DROP COLUMN former_seen_at"
    op.execute(f"ALTER TABLE sync.task_versions DROP COLUMN next_observed_at, {told}")
    op.execute("DROP INDEX sync.ix_tasks_observed_at")
    op.execute(f"ALTER TABLE sync.tasks {told}")
    statements.execute(sorted(_LEDGER.glob("*_view_*.sql")))
