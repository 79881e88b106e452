"""The states that tasks were seen to enter, as they come in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Engine, Select, and_, column, select, table

from syncer.model import stream_label
from syncer.storage.connections import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A task was seen in another state than before, or for the first time."""

    task_key: int
    version: int
    observed_at: datetime
    source: str
    region: str
    task_id: str
    #: None where it is the first state that was seen.
    former_status: str | None
    status: str
    #: The provider's own words.
    former_word: str | None
    provider_status: str | None
    former_done: int | None
    progress_done: int | None
    progress_total: int | None
    #: As `reporting.task_versions` has it.
    changed_fields: str | None

    @property
    def label(self) -> str:
        """The stream's name for people, as `syncer.model.Stream` has it."""
        return stream_label(self.source, self.region)


def load_transitions(engine: Engine, since: datetime) -> list[Transition]:
    """What was observed after `since` on the providers' clocks, in that order.

    A page is observed when it is asked for and stored a little later: whoever comes again should look a
    while back, and know what he has seen by `task_key` and `version`.
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
            _before.c.provider_status.label("former_word"),
            _before.c.progress_done.label("former_done"),
        )
        .join_from(_now, _before, is_before, isouter=True)
        .order_by(_now.c.observed_at, _now.c.task_key, _now.c.version)
    )
