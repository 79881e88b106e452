"""The tables of the first release.

Before the first release these tables may change. This revision then gets the next number, so that a database
with other tables is recognised. After the release they stay as they are: a change to a table is a revision.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op
from alembic.util import CommandError, load_python_file

revision = "0010"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql_files = load_python_file(Path(__file__).parents[1], "sql_files.py")
    sql_files.create_tables(op.get_bind())


def downgrade() -> None:
    raise CommandError("the schema cannot be downgraded: restore a backup")
