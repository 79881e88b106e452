"""Parameters of the upsert, and names that `compare` and `new_values` share."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, DateTime, FromClause, bindparam

from syncer.model import Task

Expression: TypeAlias = ColumnElement[Any]

STREAM_ID = bindparam("stream_id", type_=BigInteger)
RUN_ID = bindparam("run_id", type_=BigInteger)
#: Starts of the last complete run and the last complete sweep of the stream.
LAST_RUN_AT = bindparam("last_run_at", type_=DateTime(timezone=True))
LAST_SWEEP_AT = bindparam("last_sweep_at", type_=DateTime(timezone=True))

#: The columns that a full sighting replaces and a partial one fills.
FIELDS = tuple(field.name for field in fields(Task) if field.name not in ("task_id", "status", "rank"))

#: Prefix of the columns of a stored task beside those of its sighting.
OLD = "old_"


def sides(rows: FromClause) -> tuple[dict[str, Expression], dict[str, Expression]]:
    """The columns of the sighting and those of the stored task, by name without prefix."""
    new: dict[str, Expression] = {}
    old: dict[str, Expression] = {}
    for name, column in rows.c.items():
        side = old if name.startswith(OLD) else new
        side[name.removeprefix(OLD)] = column
    return new, old
