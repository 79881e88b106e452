"""The environment variables of libpq, which must not reach the connections to the embedded server.

They describe another server. Some cannot be overridden by a parameter of the connection: libpq looks the
service of PGSERVICE up even where all other parameters are given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.pq import Conninfo

#: Variables without a connection parameter: https://www.postgresql.org/docs/current/libpq-envars.html
_WITHOUT_PARAMETER = frozenset(
    {"PGSERVICEFILE", "PGSYSCONFDIR", "PGLOCALEDIR", "PGDATESTYLE", "PGTZ", "PGGEQO", "PGREQUIRESSL"}
)


def libpq_variables() -> frozenset[str]:
    """The names of all variables that this machine's libpq reads."""
    parameters = Conninfo.get_defaults()
    return _WITHOUT_PARAMETER.union(each.envvar.decode() for each in parameters if each.envvar)


@contextmanager
def without_libpq_variables() -> Iterator[list[str]]:
    """Remove libpq's variables from the environment of this process until the end of the block.

    Yields the names of those that were set.
    """
    removed = {name: os.environ.pop(name) for name in sorted(libpq_variables()) if name in os.environ}
    try:
        yield list(removed)
    finally:
        os.environ.update(removed)
