"""${message}"""

from __future__ import annotations

from alembic import op
from alembic.util import CommandError

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    # Tables only: in a new database the views and functions are created after the last revision.
    op.execute("ALTER TABLE …")


def downgrade() -> None:
    raise CommandError("the schema cannot be downgraded: restore a backup")
