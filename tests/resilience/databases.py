"""Databases on the server that the tests disturb."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from syncer.storage import migrate
from tests.resilience.postgres_server import NO_LIMITS, FaultyPostgres
from tests.support.analyst_database import AnalystDatabase, Row

_OWNER, _TEMPLATE = "owner", "template"


class RetryingDatabase(AnalystDatabase):
    """A superuser's connection that reconnects after a failure and ignores the limits set by tests."""

    def __init__(self, url: str) -> None:
        super().__init__(_connect(url))
        self._url = url

    def rows(self, query: LiteralString, *values: object) -> list[Row]:
        try:
            return super().rows(query, *values)
        except psycopg.OperationalError:
            self.close()
            self._connection = _connect(self._url)
            return super().rows(query, *values)

    def close(self) -> None:
        self._connection.close()


def _connect(url: str) -> psycopg.Connection[Row]:
    return psycopg.connect(url, autocommit=True, row_factory=dict_row, options=NO_LIMITS)


@dataclass(frozen=True, slots=True)
class ServerDatabase:
    """A database and its server."""

    server: FaultyPostgres
    name: str
    connection: AnalystDatabase

    @property
    def url(self) -> str:
        """The URL for its owner, an ordinary role."""
        return self.server.url(self.name, role=_OWNER)


def prepare(server: FaultyPostgres) -> None:
    """Create the owner of all databases, and a migrated template."""
    password = sql.Literal(server.password)
    server.run(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(_OWNER), password))
    _create(server, _TEMPLATE, template="template0")
    migrate(server.url(_TEMPLATE, role=_OWNER))


@contextmanager
def migrated_database(server: FaultyPostgres, *, tablespace: str = "pg_default") -> Iterator[ServerDatabase]:
    """Create a database with the current schema; drop it at the end of the block."""
    name = f"test_{secrets.token_hex(6)}"
    _create(server, name, template=_TEMPLATE, tablespace=tablespace)
    with contextlib.closing(RetryingDatabase(server.url(name))) as connection:
        yield ServerDatabase(server, name, connection)
    server.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(server: FaultyPostgres, name: str, *, template: str, tablespace: str = "pg_default") -> None:
    identifiers = [sql.Identifier(word) for word in (name, _OWNER, template, tablespace)]
    server.run(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} TABLESPACE {}").format(*identifiers))
