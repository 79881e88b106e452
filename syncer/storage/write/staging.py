"""Sightings on their way into the database: sorted into rounds, then copied into a temporary table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.schema import CreateTable

from syncer.model import Rejected, Sighting

#: An index entry holds about 2,700 bytes; no provider's ids come near this.
LONGEST_ID = 1_000
_INT64 = range(-(2**63), 2**63)
_INSTANTS = ("created_at", "started_at", "finished_at", "updated_at", "observed_at")

#: Lives as long as the connection and is emptied by each commit. JSON stays text until a row needs it.
staging = Table(
    "sightings",
    MetaData(schema="pg_temp"),
    Column("round", Integer, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("provider_status", Text),
    Column("name", Text),
    Column("task_type", Text),
    Column("sub_types", ARRAY(Text)),
    *(Column(name, DateTime(timezone=True)) for name in _INSTANTS),
    Column("progress_done", BigInteger),
    Column("progress_total", BigInteger),
    Column("parent_id", Text),
    Column("resource_id", Text),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("rank", BigInteger),
    Column("request_id", Text, nullable=False),
    Column("raw", Text),
    Column("detail", Text),
    Column("fingerprint", LargeBinary),
    Column("raw_altered", Boolean, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DELETE ROWS",
)
_CREATE = CreateTable(staging, if_not_exists=True)
_COPY = f"COPY {staging.fullname} ({', '.join(staging.columns.keys())}) FROM STDIN"


class Staged(NamedTuple):
    """A sighting and the round it is stored in: each state of a task must stand before the next comes."""

    round: int
    sighting: Sighting


def split_oversized(sightings: Iterable[Sighting]) -> tuple[list[Sighting], list[Rejected]]:
    """Those that can be stored, and those whose id no index could hold, as records to be put aside."""
    fit: list[Sighting] = []
    oversized: list[Rejected] = []
    for sighting in sightings:
        if len(sighting.task.task_id) > LONGEST_ID:
            oversized.append(_reject(sighting))
        else:
            fit.append(sighting)
    return fit, oversized


def plan_rounds(sightings: Iterable[Sighting]) -> list[Staged]:
    """`sightings` without repetitions, the states of each task in rounds from the oldest to the newest.

    Of equal states that follow one another only the first is kept: it was so from then on.
    """
    by_id: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        by_id.setdefault(sighting.task.task_id, []).append(sighting)
    return [staged for group in by_id.values() for staged in _rounds(group)]


def _rounds(group: list[Sighting]) -> Iterator[Staged]:
    former = None
    number = 0
    for sighting in sorted(group, key=_age) if len(group) > 1 else group:
        state = (sighting.fingerprint, sighting.task.status, sighting.detail)
        if state != former:
            yield Staged(number, sighting)
            number += 1
        former = state


def _age(sighting: Sighting) -> tuple[int, Any, bool]:
    return sighting.task.rank or 0, sighting.observed_at, not sighting.task.is_open


def fill(connection: Connection, staged: Iterable[Staged]) -> None:
    """Copy `staged` into the temporary table; takes no lock that anyone else could wait for."""
    connection.execute(_CREATE)
    # COPY is the one thing SQLAlchemy has no words for.
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for each in staged:
            copy.write_row(_row(each))


def _row(staged: Staged) -> tuple[Any, ...]:
    """The values of the columns of `staging`, in their order."""
    sighting = staged.sighting
    task = sighting.task
    return (
        staged.round,
        task.task_id,
        task.status.value,
        task.provider_status,
        task.name,
        task.task_type,
        list(task.sub_types) or None,
        task.created_at,
        task.started_at,
        task.finished_at,
        task.updated_at,
        sighting.observed_at,
        _bounded(task.progress_done),
        _bounded(task.progress_total),
        task.parent_id,
        task.resource_id,
        task.error_code,
        task.error_message,
        _bounded(task.rank),
        sighting.request_id,
        sighting.record,
        sighting.detail,
        sighting.fingerprint,
        sighting.raw_altered,
        sighting.is_confirmed,
    )


def _bounded(number: int | None) -> int | None:
    """`number` where Postgres can hold it as a number; the record has it in any case."""
    return number if number is not None and number in _INT64 else None


def _reject(sighting: Sighting) -> Rejected:
    return Rejected(
        record=sighting.record or sighting.detail or "{}",
        reason=f"its id is longer than {LONGEST_ID} characters",
        observed_at=sighting.observed_at,
        request_id=sighting.request_id,
    )
