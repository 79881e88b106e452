"""Database URLs: what psql understands, converted to the URL that SQLAlchemy needs.

libpq parses them: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from syncer.errors import ConfigurationError, one_line

_DRIVER = "postgresql+psycopg"
_SCHEME = re.compile(r"^([A-Za-z][\w+.-]*)://")
#: Characters that occur in no host name, and those that show that a database name is the rest of a password.
_MISPLACED, _MISPLACED_IN_DATABASE = frozenset("@#/\\ "), frozenset("@/")
_UNKNOWN_WORD = re.compile(r'invalid (?:URI query parameter: |connection option )"(\w{1,40})"')
#: Parameters that libpq and psycopg check only when they connect.
_INTEGERS = frozenset({"connect_timeout", "tcp_user_timeout", "keepalives"}) | {
    f"keepalives_{suffix}" for suffix in ("idle", "interval", "count")
}
#: A folder without a socket: libpq checks all parameters before it looks for one.
_NO_SOCKET = "/nonexistent"


def parse_url(url: str) -> URL:
    """`url`, or a connection string such as `host=db dbname=syncer`, for SQLAlchemy and psycopg 3.

    Raises ConfigurationError; its message contains no part of the URL but the name of a misspelt parameter.
    """
    values = _values(url.strip())
    hosts, ports = values.get("host", ""), values.get("port", "")
    if not re.fullmatch(r"[\d,]*", ports):
        raise ConfigurationError(_ADVICE.format("has a port that is no number"))
    names = [name for name in hosts.split(",") if not name.startswith("/")]
    if _MISPLACED & {*"".join(names)} or _MISPLACED_IN_DATABASE & {*values.get("dbname", "")}:
        # The rest of a password behind such a character was parsed as the host: it must not be shown.
        raise ConfigurationError(_ADVICE.format("has a character in its password that ends it") + _ENCODE)
    if not values.get("dbname") and "service" not in values and not _environment_names_database():
        raise ConfigurationError(_ADVICE.format("names no database"))
    is_simple = bool(hosts) and not set(hosts + ports) & set(",/")
    own = ("user", "password", "dbname", *(("host", "port") if is_simple else ()))
    return URL.create(
        _DRIVER,
        username=values.get("user"),
        password=values.get("password"),
        host=hosts if is_simple else None,
        port=int(ports) if is_simple and ports else None,
        database=values.get("dbname"),
        query={name: value for name, value in values.items() if name not in own},
    )


def connection_parameters(url: URL) -> dict[str, str]:
    """The parameters of `url` for libpq."""
    own = {"user": url.username, "password": url.password, "host": url.host, "dbname": url.database}
    values = {name: str(value) for name, value in own.items() if value}
    port = {"port": str(url.port)} if url.port else {}
    return {name: str(value) for name, value in url.query.items()} | values | port


def check_parameters(url: URL) -> None:
    """Check the values of all parameters, of the service and of the PG* variables, without a connection.

    Raises ConfigurationError that names the invalid value, such as `sslmode=bogus`.
    """
    values = connection_parameters(url)
    for name in _INTEGERS & values.keys():
        if not re.fullmatch(r"\s*[+-]?\d+\s*", values[name]):
            raise ConfigurationError(f"the database URL has a {name} that is no number: {values[name]}")
    count = values.get("host", values.get("hostaddr", "")).count(",") + 1
    # An empty address also replaces that of the environment or of a service: no connection is begun.
    replaced = {"host": ",".join([_NO_SOCKET] * count), "hostaddr": ""}
    try:
        offline = make_conninfo(**values | replaced)
        connection = pq.PGconn.connect_start(offline.encode())
        message = one_line(connection.error_message.decode(errors="replace"))
        connection.finish()
    except psycopg.Error as error:
        message = one_line(str(error))
    # GSSAPI is impossible over a local socket, and may be required for the real server.
    if message and _NO_SOCKET not in message and "over a local socket" not in message:
        secret = values.get("password")
        shown = message.replace(secret, "…") if secret else message
        raise ConfigurationError(
            f"the database at {describe_url(url)}: {shown}; correct this in the database URL, or in the"
            " environment where a PG* variable sets it"
        )


def describe_url(url: URL) -> str:
    """Hosts, ports and database name of `url`, for messages; without user, password or options."""
    values = _with_defaults(connection_parameters(url))
    service = values.get("service")
    if service and not values.get("host"):
        return f"service {service}" + (f"/{values['dbname']}" if values.get("dbname") else "")
    hosts = (values.get("host") or values.get("hostaddr") or "local socket").split(",")
    ports = (values.get("port") or "5432").split(",")
    ports = ports if len(ports) == len(hosts) else ports * len(hosts)
    named = [
        f"[{host}]:{port or 5432}" if ":" in host else f"{host}:{port or 5432}"
        for host, port in zip(hosts, ports, strict=False)
    ]
    return f"{','.join(named)}/{values.get('dbname', '')}"


def _values(url: str) -> dict[str, str]:
    scheme = _SCHEME.match(url)
    if scheme:
        if scheme[1].partition("+")[0] not in ("postgresql", "postgres"):
            raise ConfigurationError(_ADVICE.format(f"begins with {scheme[1]}://"))
        url = f"postgresql://{url[scheme.end() :]}"
    elif not re.match(r"\w+\s*=", url):
        raise ConfigurationError(_ADVICE.format("cannot be read"))
    try:
        parsed = conninfo_to_dict(url)
    except psycopg.Error as error:
        # Behind an unencoded ? in a password, its rest looks like a parameter: it must not be shown.
        is_password = "@" in url.partition("?")[2] and "@" not in url.partition("?")[0]
        word = None if is_password else _UNKNOWN_WORD.search(str(error))
        reason = f"has an unknown parameter {word[1]}" if word else "cannot be read"
        hint = "" if word else ", with special characters in it percent-encoded"
        raise ConfigurationError(_ADVICE.format(reason) + hint) from None
    return {name: str(value) for name, value in parsed.items() if value}


def _environment_names_database() -> bool:
    return bool(os.environ.get("PGDATABASE") or os.environ.get("PGSERVICE"))


def _with_defaults(values: Mapping[str, str]) -> dict[str, str]:
    """`values` with those that libpq takes from the environment."""
    variables = {
        "host": "PGHOST",
        "hostaddr": "PGHOSTADDR",
        "port": "PGPORT",
        "dbname": "PGDATABASE",
        "service": "PGSERVICE",
    }
    found = {name: os.environ.get(variable, "") for name, variable in variables.items()}
    if "service" in values or (found["service"] and "host" not in values):
        return {"service": found["service"]} | dict(values)
    found.pop("service")
    return {name: value for name, value in found.items() if value} | dict(values)


_ADVICE = "the database URL {}: write postgresql://user:password@host:5432/database"
_ENCODE = ", with @ as %40, : as %3A, / as %2F, # as %23"
