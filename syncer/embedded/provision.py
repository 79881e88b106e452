"""The role and the database that syncer finds in a server of its own."""

from __future__ import annotations

import psycopg
from psycopg import sql

from syncer.embedded.password_file import DATABASE, ROLE


def provision(url: str, password: str) -> None:
    """Make the ordinary role and its database where they are missing; `url` is the superuser's.

    Raises psycopg.OperationalError where nobody answers.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        if not _exists(connection, "select from pg_roles where rolname = %s", ROLE):
            # Sent as the server will keep it: a password in a statement can end up in a log.
            secret = connection.pgconn.encrypt_password(password.encode(), ROLE.encode(), b"scram-sha-256")
            create = sql.SQL("create role {} login password {}")
            connection.execute(create.format(sql.Identifier(ROLE), sql.Literal(secret.decode())))
        if not _exists(connection, "select from pg_database where datname = %s", DATABASE):
            create = sql.SQL("create database {} owner {}")
            connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query, [name]).rowcount > 0
