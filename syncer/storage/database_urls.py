"""Database URLs: all usual spellings of a Postgres URL are converted to the one that SQLAlchemy needs."""

from __future__ import annotations

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from syncer.errors import ConfigurationError

_DRIVER = "postgresql+psycopg"
#: Characters that occur in no host or database name.
_MISPLACED = frozenset("@#/\\ ")


def parse_url(url: str) -> URL:
    """`url` for SQLAlchemy and psycopg 3. Raises ConfigurationError, whose message contains no part of it."""
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise ConfigurationError(_ADVICE.format("cannot be read")) from None
    if parsed.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise ConfigurationError(_ADVICE.format(f"begins with {parsed.drivername}://"))
    if _MISPLACED & {*(parsed.host or ""), *(parsed.database or "")}:
        # The rest of a password behind such a character was parsed as the host: it must not be shown.
        raise ConfigurationError(_ADVICE.format("has a character in its password that ends it") + _ENCODE)
    if not parsed.database:
        raise ConfigurationError(_ADVICE.format("names no database"))
    return parsed.set(drivername=_DRIVER)


def normalise_url(url: str) -> str:
    """`url` as `postgresql+psycopg://…`, with its password. Raises ConfigurationError."""
    return parse_url(url).render_as_string(hide_password=False)


def describe_url(url: URL) -> str:
    """Host, port and database name of `url`, for messages; without user, password or options."""
    return f"{url.host or 'local socket'}:{url.port or 5432}/{url.database}"


_ADVICE = "the database URL {}: write postgresql://user:password@host:5432/database"
_ENCODE = ", with @ as %40, : as %3A, / as %2F, # as %23"
