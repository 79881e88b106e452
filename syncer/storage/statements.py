"""What migrations are made of: files of SQL beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from alembic import op
from sqlalchemy import text


def execute(paths: Iterable[Path]) -> None:
    """Run each file's statements in the migration under way."""
    for path in paths:
        _run(path.read_text("utf-8"))


def restore_function(name: str, path: Path) -> None:
    """Give the function `name`, with its schema, the body again with which the file made it."""
    _restore(rf"FUNCTION {re.escape(name)}\(.*?^END(?: \$\$)?;", path)


def restore_view(name: str, path: Path) -> None:
    """Give the view `name`, with its schema, the query again with which the file made it."""
    _restore(rf"VIEW {re.escape(name)} AS\n.*?;", path)


def _restore(pattern: str, path: Path) -> None:
    made = re.search(rf"(?ms)^CREATE ({pattern})$", path.read_text("utf-8"))
    assert made is not None, f"{path} makes no {pattern}"
    _run(f"CREATE OR REPLACE {made[1]}")


def _run(statements: str) -> None:
    # A colon would begin a parameter.
    op.execute(text(statements.replace(":", "\\:")))
