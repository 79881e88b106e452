"""What a reader may do, and how its tools connect, for people to copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.bi_password import Password
from syncer.cli.tables import duration

if TYPE_CHECKING:
    from syncer.reporting.roles import Reader
    from syncer.storage.readers import Loophole


def right_lines(reader: Reader, closed: Sequence[Loophole], open_: Sequence[Loophole]) -> Iterator[str]:
    """What the reader may read, and what everybody may do and so it may too."""
    yield f"{reader.name} may read the schema reporting of the database {reader.database}."
    patience = duration(reader.patience)
    yield f"Sessions: read-only, time zone {reader.time_zone}, no statement over {patience}."
    if closed:
        yield f"No longer open to everybody: to {', '.join(each.what for each in closed)}."
    if open_:
        yield "Postgres lets everybody do this, and so this reader. If that is too much, end it for all:"
    for loophole in open_:
        who = "a superuser" if loophole.needs_superuser else "its owner"
        yield f"  {loophole.what} ({who}: {'; '.join(loophole.remedy)})"


def access_lines(reader: Reader, url: str, password: Password | None) -> Iterator[str]:
    """The password, where it was made now, and a line for each tool. `url` is how we reach the database."""
    from syncer.reporting.connecting import PASSWORD, Place
    from syncer.storage.urls import parse_url

    at = parse_url(url)
    sslmode = at.query.get("sslmode")
    place = Place(
        host=at.host or "localhost",
        port=at.port or 5432,
        database=reader.database,
        user=reader.name,
        sslmode=sslmode if isinstance(sslmode, str) else None,
    )
    if password is None:
        told = "as it was; --rotate makes another"
    else:
        told = "as you gave it" if password.is_given else f"{password.text}   (shown this once)"
    yield ""
    for name, line in {"password": told, **place.lines()}.items():
        yield f"{name:<11} {line}"
    yield f"Write the password where it says {PASSWORD}; psql and JDBC ask for it, or look into ~/.pgpass."
