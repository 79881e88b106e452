"""Rollups for questions about many days at once: durations, why tasks failed, and the runs.

The statements are in the folder of the same name. They are this version's for ever: a later change to a view
or a table is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from syncer.storage import statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = sorted(Path(__file__).with_suffix("").glob("*.sql"))
_ROLLUPS = Path(__file__).with_name("0003_rollups")


def upgrade() -> None:
    statements.execute(_STATEMENTS)


def downgrade() -> None:
    op.execute("DROP VIEW reporting.durations_daily, reporting.failures_daily, reporting.runs_hourly")
    op.execute("DROP FUNCTION sync.touch_hours_of_runs CASCADE")
    statements.restore_function("sync.touch_changed_hours", _ROLLUPS / "1_queue.sql")
    statements.restore_function("sync.touch_everything", _ROLLUPS / "3_everything.sql")
    op.execute("DROP TABLE sync.durations_daily, sync.failures_daily, sync.runs_hourly")
    op.execute("DELETE FROM sync.touched_hours WHERE fact = 'runs'")
    op.execute("ALTER TABLE sync.touched_hours DROP CONSTRAINT ck_touched_hours_fact")
    op.execute(
        "ALTER TABLE sync.touched_hours"
        " ADD CONSTRAINT ck_touched_hours_fact CHECK (fact IN ('arrivals', 'completions'))"
    )
    op.execute("DROP INDEX sync.ix_runs_begun_at, sync.ix_runs_notable, sync.ix_tasks_lost")
