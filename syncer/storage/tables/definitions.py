"""Log of the SQL texts from which views and functions were created. The migrations write it."""

from __future__ import annotations

from sqlalchemy import Table, func

from syncer.storage.tables.metadata import identity_column, instant_column, metadata, text_column

#: The last row of a name has its present definition; see `migrations/sql_files.py`.
definitions = Table(
    "definitions",
    metadata,
    identity_column("definition_id", primary_key=True),
    text_column("name", nullable=False),
    text_column("digest", nullable=False),
    instant_column("applied_at", nullable=False, server_default=func.now()),
)
