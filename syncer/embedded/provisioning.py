"""Creation of the role and the database of syncer in an embedded server, which accepts no other role."""

from __future__ import annotations

import psycopg
from psycopg import sql

from syncer.embedded.password_file import DATABASE, ROLE

#: The databases that initdb creates.
_INITIAL_DATABASES = ("postgres", "template0", "template1")
#: Those of them that allow anything to every role.
_OPEN_DATABASES = """
select datname from pg_database where datname = any(%s) and exists (
    select from aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0)
"""


def create_role_and_database(url: str, password: str) -> None:
    """Create the ordinary role and its database if they do not exist; close the others to ordinary roles.

    `url` is the superuser's. It changes nothing where all this is done.

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
        _close_other_databases(connection)


def _close_other_databases(connection: psycopg.Connection) -> None:
    """Revoke from every role but the superuser what initdb's databases allow to all of them.

    There a BI role would have neither a timeout nor read-only transactions, and could create large objects.
    """
    for (name,) in connection.execute(_OPEN_DATABASES, [list(_INITIAL_DATABASES)]).fetchall():
        revoke = sql.SQL("revoke all on database {} from public")
        connection.execute(revoke.format(sql.Identifier(name)))


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query, [name]).rowcount > 0
