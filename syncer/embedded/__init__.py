"""An embedded Postgres server on the loopback address, shared by all syncer processes that use its folder.

    with EmbeddedPostgres(default_data_dir()).running() as url:
        ...  # postgresql://syncer:…@127.0.0.1:25432/syncer

This package is independent of what the database holds. Of syncer it may import only the errors and the
number of threads, each of which can use a connection.
"""

from syncer.embedded.binaries import Binaries, find_binaries
from syncer.embedded.data_dir import default_data_dir
from syncer.embedded.password_file import DATABASE, ROLE, SUPERUSER
from syncer.embedded.postgres import EmbeddedPostgres
from syncer.embedded.psql import psql_command

__all__ = [
    "DATABASE",
    "ROLE",
    "SUPERUSER",
    "Binaries",
    "EmbeddedPostgres",
    "default_data_dir",
    "find_binaries",
    "psql_command",
]
