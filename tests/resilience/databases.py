"""Databases on a server that is ill-treated."""

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
from tests.resilience.postgres_server import FREE_HANDS, FaultyPostgres
from tests.support.analyst_database import AnalystDatabase, Row

_OWNER, _TEMPLATE = "owner", "template"


class RetryingDatabase(AnalystDatabase):
    """A ledger that survives its server, and is bound by no limit on it: a superuser's."""

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
    return psycopg.connect(url, autocommit=True, row_factory=dict_row, options=FREE_HANDS)


@dataclass(frozen=True, slots=True)
class ServerDatabase:
    """A database and its server."""

    server: FaultyPostgres
    name: str
    ledger: AnalystDatabase

    @property
    def url(self) -> str:
        """Where its ordinary owner finds it."""
        return self.server.url(self.name, role=_OWNER)


def prepare(server: FaultyPostgres) -> None:
    """Make the owner of all databases, and one to copy."""
    password = sql.Literal(server.password)
    server.run(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(_OWNER), password))
    _create(server, _TEMPLATE, template="template0")
    migrate(server.url(_TEMPLATE, role=_OWNER))


@contextmanager
def migrated_place(server: FaultyPostgres, *, tablespace: str = "pg_default") -> Iterator[ServerDatabase]:
    """A database with the current schema."""
    name = f"test_{secrets.token_hex(6)}"
    _create(server, name, template=_TEMPLATE, tablespace=tablespace)
    with contextlib.closing(RetryingDatabase(server.url(name))) as ledger:
        yield ServerDatabase(server, name, ledger)
    server.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(server: FaultyPostgres, name: str, *, template: str, tablespace: str = "pg_default") -> None:
    words = [sql.Identifier(word) for word in (name, _OWNER, template, tablespace)]
    server.run(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} TABLESPACE {}").format(*words))
