"""The temporary table that sightings are copied into before the upsert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, Column, Connection, MetaData, Table, Text
from sqlalchemy.schema import CreateTable

from syncer.model import Sighting, Task
from syncer.storage.tables import tasks

#: The fields of a task whose value is that of the column of the same name.
_FIELDS = tuple(field.name for field in fields(Task) if field.name not in ("status", "sub_types"))
_field_values = attrgetter(*_FIELDS)
#: Likewise of a sighting.
_FACTS = ("requested_at", "observed_at", "request_id", "raw_altered")
_fact_values = attrgetter(*_FACTS)

#: Lives as long as the connection and is emptied by each commit. JSON stays text until a row needs it.
staging = Table(
    "sightings",
    MetaData(schema="pg_temp"),
    *(
        Column(name, tasks.c[name].type, nullable=tasks.c[name].nullable)
        for name in (*_FIELDS, "status", "sub_types", *_FACTS)
    ),
    Column("raw", Text),
    Column("detail", Text),
    Column("fingerprint", tasks.c.fingerprint.type),
    Column("is_confirmed", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DELETE ROWS",
)
_CREATE = CreateTable(staging, if_not_exists=True)
_COPY = f"COPY {staging.fullname} ({', '.join(staging.columns.keys())}) FROM STDIN"


def fill(connection: Connection, sightings: Iterable[Sighting]) -> None:
    """Copy `sightings` into the temporary table. Takes no lock that another session could wait for."""
    connection.execute(_CREATE)
    # SQLAlchemy has no COPY: it needs the driver's own connection.
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for sighting in sightings:
            copy.write_row(_row(sighting))


def _row(sighting: Sighting) -> tuple[Any, ...]:
    """The values of the columns of `staging`, in their order."""
    task = sighting.task
    return (
        *_field_values(task),
        task.status.value,
        list(task.sub_types) or None,
        *_fact_values(sighting),
        sighting.record,
        sighting.detail,
        sighting.fingerprint,
        sighting.is_confirmed,
    )
