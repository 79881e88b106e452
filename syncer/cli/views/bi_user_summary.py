"""What a BI role may do, and how its tools connect, for people to copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.passwords import Password
from syncer.cli.views.text_table import duration_text

if TYPE_CHECKING:
    from syncer.reporting.bi_role_grants import BiRole
    from syncer.storage.roles import PublicPrivilege


def privilege_lines(
    role: BiRole, closed: Sequence[PublicPrivilege], open_: Sequence[PublicPrivilege]
) -> Iterator[str]:
    """What the role may read, and what PUBLIC may do and therefore this role too."""
    yield f"{role.name} may read the schema reporting of the database {role.database}."
    patience = duration_text(role.statement_timeout)
    yield f"Sessions: read-only, time zone {role.time_zone}, no statement over {patience}."
    if closed:
        yield f"No longer open to everybody: to {', '.join(each.action for each in closed)}."
    if open_:
        yield "Postgres lets everybody do this, and so this role. If that is too much, end it for all:"
    for loophole in open_:
        who = "a superuser" if loophole.needs_superuser else "its owner"
        yield f"  {loophole.action} ({who}: {'; '.join(loophole.revoke_statements)})"


def connection_lines(role: BiRole, url: str, password: Password | None) -> Iterator[str]:
    """The password, where it was made now, and a line for each tool. `url` is how we reach the database."""
    from syncer.reporting.connection_strings import PASSWORD, ConnectionInfo
    from syncer.storage.database_urls import parse_url

    at = parse_url(url)
    sslmode = at.query.get("sslmode")
    place = ConnectionInfo(
        host=at.host or "localhost",
        port=at.port or 5432,
        database=role.database,
        user=role.name,
        sslmode=sslmode if isinstance(sslmode, str) else None,
    )
    if password is None:
        told = "as it was; --rotate makes another"
    else:
        told = "as you gave it" if password.is_given else f"{password.text}   (shown this once)"
    yield ""
    for name, line in {"password": told, **place.connection_strings()}.items():
        yield f"{name:<11} {line}"
    yield f"Write the password where it says {PASSWORD}; psql and JDBC ask for it, or look into ~/.pgpass."
