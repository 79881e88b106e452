"""Which days can be relied on, also those without tasks; and since when the history is kept.

The statements are in the folder of the same name. They are this version's for ever: a later change to a view
or a table is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from syncer.storage import statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HERE = Path(__file__)
_STATEMENTS = sorted(_HERE.with_suffix("").glob("*.sql"))


def upgrade() -> None:
    statements.execute(_STATEMENTS)


def downgrade() -> None:
    star, rollups = _HERE.with_name("0002_star"), _HERE.with_name("0003_rollups")
    statements.restore_function("reporting.tasks_as_of", star / "07_tasks_as_of.sql")
    statements.restore_function("sync.drop_partitions", rollups / "7_history.sql")
    op.execute("DROP FUNCTION reporting.history_reaches")
    op.execute("DROP VIEW reporting.settings, reporting.coverage_daily, reporting.coverage_gaps")
    op.execute(
        "CREATE OR REPLACE VIEW sync.swept_sources AS"
        " SELECT source_id, range_intersect_agg(swept) AS swept FROM sync.streams GROUP BY source_id"
    )
    op.execute("DROP VIEW sync.covered_sources, reporting.coverage")
    statements.execute([star / "10_view_coverage.sql"])
    statements.restore_view("reporting.sources", star / "08_dimensions.sql")
    op.execute("ALTER TABLE sync.streams DROP COLUMN retired_at")
    op.execute("ALTER TABLE sync.settings DROP COLUMN history_since")
