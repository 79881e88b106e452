"""Logins: the connection itself, and the refusals of a server.

libpq passes on the text of a refusal, in the server's language (`lc_messages`), but not its SQLSTATE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

#: A message of a server begins with its severity, in any language; libpq's own messages have none.
_FROM_SERVER = re.compile(r"failed: [^:\n]{1,40}:  \S")
#: Arguments of `psycopg.connect` that are not libpq's.
_OF_PSYCOPG = frozenset({"prepare_threshold"})
#: The least that libpq accepts.
_PING_SECONDS = 2


class RefusedByServer(psycopg.OperationalError):
    """The server accepts connections, but not this one. Why is in its message only."""


def connect(parameters: Mapping[str, Any]) -> psycopg.Connection:
    """Connect; raise RefusedByServer for a refused login, another psycopg.Error for any other failure."""
    try:
        return psycopg.connect(**parameters)
    except psycopg.OperationalError as error:
        if _FROM_SERVER.search(str(error)) and _accepts_connections(parameters):
            raise RefusedByServer(str(error)) from None
        raise


def _accepts_connections(parameters: Mapping[str, Any]) -> bool:
    """Whether the server is up: it neither starts, nor stops, nor recovers.

    libpq decides by the SQLSTATE, and needs no password:
    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQPINGPARAMS
    """
    options = {name: value for name, value in parameters.items() if name not in {*_OF_PSYCOPG, "password"}}
    # The driver lets no other thread run meanwhile.
    options["connect_timeout"] = _PING_SECONDS
    with suppress(psycopg.Error):
        return pq.PGconn.ping(make_conninfo(**options).encode()) == pq.Ping.OK
    return False
