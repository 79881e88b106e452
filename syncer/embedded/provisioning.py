"""Creation of the role and the database of syncer in an embedded server."""

from __future__ import annotations

import psycopg
from psycopg import sql

from syncer.embedded.password_file import DATABASE, ROLE


def create_role_and_database(url: str, password: str) -> None:
    """Create the ordinary role and its database if they do not exist; `url` is the superuser's.

    Raises psycopg.OperationalError if the server does not accept connections.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        if not _exists(connection, "select from pg_roles where rolname = %s", ROLE):
            # Send the hash that the server will store: a password in a statement can appear in a log.
            secret = connection.pgconn.encrypt_password(password.encode(), ROLE.encode(), b"scram-sha-256")
            create = sql.SQL("create role {} login password {}")
            connection.execute(create.format(sql.Identifier(ROLE), sql.Literal(secret.decode())))
        if not _exists(connection, "select from pg_database where datname = %s", DATABASE):
            create = sql.SQL("create database {} owner {}")
            connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query, [name]).rowcount > 0
