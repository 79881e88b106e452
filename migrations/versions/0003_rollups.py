"""The rollups: what days and hours came to, the queue that keeps them fresh, and a history that may end.

The statements are in the folder of the same name. They are this version's for ever: a later change to a view
or a table is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from syncer.storage import statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = sorted(Path(__file__).with_suffix("").glob("*.sql"))


def upgrade() -> None:
    statements.execute(_STATEMENTS)


def downgrade() -> None:
    op.execute(
        "DROP VIEW reporting.arrivals_daily, reporting.arrivals_hourly, reporting.completions_daily,"
        " reporting.completions_hourly, reporting.slo_daily, reporting.task_counts, sync.swept_sources"
    )
    op.execute("DROP FUNCTION sync.touch_hours, sync.touch_changed_hours CASCADE")
    op.execute("DROP FUNCTION sync.touch_everything, sync.drop_partitions")
    op.execute(
        "DROP TABLE sync.touched_hours, sync.arrivals_daily, sync.arrivals_hourly, sync.completions_daily,"
        " sync.completions_hourly, sync.slo_daily"
    )
    op.execute("ALTER TABLE sync.settings DROP COLUMN queue_target, DROP COLUMN run_target")
    op.execute("DROP INDEX sync.ix_tasks_created_at, sync.ix_tasks_finished_at")
    op.execute("CREATE INDEX ix_tasks_created_at ON sync.tasks USING brin (created_at)")
