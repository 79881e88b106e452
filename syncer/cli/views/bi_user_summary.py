"""Summary of a BI role: its privileges, its password, and a connection string for each tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.passwords import Password
from syncer.cli.views.formatting import duration_text
from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from syncer.storage.roles import BiRoleRemoval, BiRoleStatus, PublicPrivilege
    from syncer.storage.roles.bi_role_grants import BiRole


def privilege_lines(
    role: BiRole, revoked: Sequence[PublicPrivilege], remaining: Sequence[PublicPrivilege]
) -> Iterator[str]:
    """What the role may read, and the privileges of PUBLIC that were revoked or that remain."""
    yield f"{role.name} can read the schema reporting of the database {role.database}."
    timeout = duration_text(role.statement_timeout)
    yield f"Its sessions are read-only, in time zone {role.time_zone}, with a statement timeout of {timeout}."
    if revoked:
        yield f"Revoked from PUBLIC: the right to {', '.join(privilege.action for privilege in revoked)}."
    if remaining:
        yield "Postgres grants these privileges to every role (PUBLIC). To revoke them, for every role:"
    for privilege in remaining:
        by = "a superuser" if privilege.needs_superuser else "its owner"
        yield f"  {privilege.action} (as {by}: {'; '.join(privilege.revoke_statements)})"


def superuser_lines(statements: Sequence[str]) -> Iterator[str]:
    """The statements that limit the role's temporary files and remove its other settings."""
    if statements:
        yield "Only a superuser may limit its temporary files and remove some settings. As a superuser:"
        yield from (f"  {statement};" for statement in statements)


def role_table(roles: Sequence[BiRoleStatus]) -> TextTable:
    """One row for each role that can read the views."""
    columns = ("name", "views", "sessions", "time zone", "longest transaction", "note")
    rows = [
        (
            role.name,
            f"{role.views} of {role.all_views}",
            role.sessions,
            role.time_zone,
            role.longest_transaction,
            "not made by `syncer bi-user`" if not role.is_ours else None if role.can_login else "no login",
        )
        for role in roles
    ]
    return TextTable(columns, rows, wrapped=frozenset({columns.index("note")}))


def removal_lines(name: str, removal: BiRoleRemoval) -> Iterator[str]:
    """What was done to drop a role, and why the role itself remains."""
    ended = f"ended sessions: {removal.ended_sessions}"
    if not removal.remains:
        yield f"dropped {name}; {ended}"
        return
    yield f"{name} can no longer log in or read this database ({ended}), but the role remains:"
    for reason in removal.remains:
        yield f"  {reason}"
    yield f"Then type `syncer bi-user drop {name}` again."


def connection_lines(role: BiRole, url: str, password: Password | None) -> Iterator[str]:
    """The password, and a connection string for each tool.

    `url` is the one by which syncer connects. `password` is None where the role keeps the one it has.
    """
    from syncer.reporting.connection_strings import PASSWORD, ConnectionInfo
    from syncer.storage.database_urls import parse_url

    parsed = parse_url(url)
    sslmode = parsed.query.get("sslmode")
    connection_info = ConnectionInfo(
        host=parsed.host or "localhost",
        port=parsed.port or 5432,
        database=role.database,
        user=role.name,
        sslmode=sslmode if isinstance(sslmode, str) else None,
    )
    yield ""
    for name, line in {"password": _password_text(password), **connection_info.connection_strings()}.items():
        yield f"{name:<11} {line}"
    yield f"Replace {PASSWORD} with the password. psql and JDBC ask for it, or read it from ~/.pgpass."


def _password_text(password: Password | None) -> str:
    if password is None:
        return "unchanged; --rotate creates a new one"
    return "the one you gave" if password.is_given else f"{password.text}   (shown only this time)"
