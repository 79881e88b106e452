"""The statement of the upsert: compare, write, count."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Select, and_, func, literal_column, not_, select
from sqlalchemy.dialects.postgresql import insert

from syncer.storage.tables import streams, tasks
from syncer.storage.write.upsert.compare import changed_sightings
from syncer.storage.write.upsert.new_values import new_values
from syncer.storage.write.upsert.parameters import STREAM_ID


def _written(change: CTE) -> CTE:
    state = new_values(change)
    rows = select(*(value.label(name) for name, value in state.items())).select_from(change)
    statement = insert(tasks).from_select(list(state), rows)
    kept = ("stream_id", "task_id", "first_seen_at")
    return (
        statement.on_conflict_do_update(
            index_elements=[tasks.c.stream_id, tasks.c.task_id],
            set_={name: statement.excluded[name] for name in state if name not in kept},
        )
        # xmax is 0 for an inserted row; a row that ON CONFLICT updates was locked by this statement first.
        .returning(tasks.c.created_at, literal_column(f"{tasks.fullname}.xmax = 0").label("is_new"))
        .cte("written")
    )


def _counted(change: CTE, written: CTE) -> Select[int, int, int, int, Any]:
    polled = select(streams.c.polled).where(streams.c.stream_id == STREAM_ID).scalar_subquery()
    is_late = and_(written.c.is_new, polled.op("@>")(written.c.created_at))
    completed = select(func.count()).where(change.c.completes).scalar_subquery()
    return select(
        func.count().filter(written.c.is_new).label("inserted"),
        (func.count().filter(not_(written.c.is_new)) - completed).label("updated"),
        completed.label("completed"),
        func.count().filter(is_late).label("late"),
        func.min(written.c.created_at).filter(is_late).label("oldest_late"),
    ).select_from(written)


#: Writes the staged sightings; returns one row with the counts inserted, updated, completed (the version
#: stays) and late, and with oldest_late, a creation time. Its parameters are in `parameters`.
_change = changed_sightings()
UPSERT = _counted(_change, _written(_change))
