"""The parameters of the upsert, and short names for what both of its halves use."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, DateTime, FromClause, Integer, bindparam

Expression: TypeAlias = ColumnElement[Any]

STREAM_ID = bindparam("stream_id", type_=BigInteger)
RUN_ID = bindparam("run_id", type_=BigInteger)
ROUND = bindparam("round", type_=Integer)
#: Starts of the stream's last complete run and sweep.
LAST_RUN_AT = bindparam("last_run_at", type_=DateTime(timezone=True))
LAST_SWEEP_AT = bindparam("last_sweep_at", type_=DateTime(timezone=True))

#: What a full sighting replaces and a partial one fills in.
FIELDS = (
    "name",
    "task_type",
    "sub_types",
    "provider_status",
    "created_at",
    "started_at",
    "finished_at",
    "updated_at",
    "progress_done",
    "progress_total",
    "parent_id",
    "resource_id",
    "error_code",
    "error_message",
)

#: What the columns of a task begin with where they stand beside those of its sighting.
OLD = "old_"


def sides(rows: FromClause) -> tuple[dict[str, Expression], dict[str, Expression]]:
    """The columns of the sighting, and those of the task, by their plain names."""
    new: dict[str, Expression] = {}
    old: dict[str, Expression] = {}
    for name, column in rows.c.items():
        side = old if name.startswith(OLD) else new
        side[name.removeprefix(OLD)] = column
    return new, old
