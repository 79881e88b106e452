"""A made-up later release of the migrations: one revision, and every view and function changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from syncer.storage.schema import migrations_folder

REVISION = "9001"
_REVISION = f'''
from alembic import op

revision = "{REVISION}"
down_revision = "{{}}"


def upgrade() -> None:
    op.execute("ALTER TABLE sync.runs ADD COLUMN later bigint NOT NULL DEFAULT 7")
'''
_VIEW = re.compile(r"^CREATE OR REPLACE VIEW ([\w.]+) AS\n(.*?);$", re.M | re.S)


def write_later_release(folder: Path, *, after: str) -> None:
    """Copy the migrations to `folder`, with a revision `after` the present one and a new text in every file.

    Each view has one more column at its end; `runs` shows the column that the revision adds.
    """
    shutil.copytree(migrations_folder(), folder)
    (folder / "versions" / f"{REVISION}_later.py").write_text(_REVISION.format(after))
    for path in (folder / "baseline" / "views").glob("*.sql"):
        path.write_text(_with_one_more_column(path.read_text("utf-8"), path.stem), "utf-8")
    for path in (folder / "baseline" / "functions").glob("*.sql"):
        path.write_text(path.read_text("utf-8") + "-- A later release.\n", "utf-8")
    # It returns rows of a view, so its columns have to be the same.
    as_of = folder / "baseline" / "functions" / "tasks_as_of.sql"
    text = as_of.read_text("utf-8")
    as_of.write_text(text.replace("v.changed_in\n", "v.changed_in, v.later\n"), "utf-8")


def _with_one_more_column(text: str, name: str) -> str:
    later = "(SELECT max(later) FROM sync.runs)" if name == "runs" else "7::bigint"
    query = f"SELECT q.*, {later} AS later FROM"
    text, found = _VIEW.subn(rf"CREATE OR REPLACE VIEW \1 AS\n{query} (\2) q;", text)
    assert found == 1, name
    return text
