"""Summary of a BI role: its privileges, its password, and a connection string for each tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.passwords import Password
from syncer.cli.views.formatting import duration_text

if TYPE_CHECKING:
    from syncer.storage.roles import PublicPrivilege
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
