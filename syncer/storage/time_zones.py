"""Time zones that the server knows. Its list can differ from Python's."""

from __future__ import annotations

import psycopg
from sqlalchemy import Connection, Engine, Text, cast, func, select
from sqlalchemy.exc import DBAPIError

from syncer.errors import ConfigurationError
from syncer.storage.connections import transaction


def check_time_zone(engine: Engine, name: str) -> None:
    """Raise ConfigurationError if the server does not know the time zone `name`. Changes nothing."""
    with transaction(engine) as connection:
        refuse_unknown_zone(connection, name)


def refuse_unknown_zone(connection: Connection, name: str) -> None:
    """Raise ConfigurationError if the server does not know the time zone `name`: every view would fail."""
    try:
        connection.execute(select(func.timezone(cast(name, Text), func.now())))
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InvalidParameterValue):
            raise
        raise ConfigurationError(
            f'reporting.time_zone: the Postgres server does not know the time zone "{name}": write one of'
            " SELECT name FROM pg_timezone_names, or update the time zone data of the server"
        ) from error
