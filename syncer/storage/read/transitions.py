"""Changes of tasks in the order of their observation, for `syncer demo`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Engine, Select, and_, column, select, table

from syncer.storage.connections import transaction
from syncer.storage.read.stream_row import StreamRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(StreamRow):
    """The change from one version of a task to the next; the first version counts too."""

    task_key: int
    version: int
    observed_at: datetime
    task_id: str
    #: None for the first version.
    former_status: str | None
    status: str
    #: The provider's own status.
    former_provider_status: str | None
    provider_status: str | None
    former_progress_done: int | None
    progress_done: int | None
    progress_total: int | None
    #: As in `reporting.task_versions`.
    changed_fields: str | None


def load_transitions(engine: Engine, since: datetime) -> list[Transition]:
    """The transitions observed after `since` on the providers' clocks, in that order.

    A page is stored some time after its observation. A caller that polls must therefore overlap its calls,
    and skip what it has by `task_key` and `version`.
    """
    with transaction(engine) as connection:
        rows = connection.execute(_query().where(_now.c.observed_at > since)).mappings()
        return [Transition(**row) for row in rows]


_COLUMNS = [field.name for field in fields(Transition) if not field.name.startswith("former_")]
_versions = table("task_versions", *map(column, _COLUMNS), schema="reporting")
_now, _before = _versions.alias("now"), _versions.alias("before")


def _query() -> Select[tuple[object, ...]]:
    is_before = and_(_before.c.task_key == _now.c.task_key, _before.c.version == _now.c.version - 1)
    return (
        select(
            *_now.c,
            _before.c.status.label("former_status"),
            _before.c.provider_status.label("former_provider_status"),
            _before.c.progress_done.label("former_progress_done"),
        )
        .join_from(_now, _before, is_before, isouter=True)
        .order_by(_now.c.observed_at, _now.c.task_key, _now.c.version)
    )
