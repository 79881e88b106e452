"""A Postgres of our own, for whoever has none: started on loopback, shared by all syncer processes of a user.

    with EmbeddedPostgres(default_data_dir()).running() as url:
        ...  # postgresql://syncer:…@127.0.0.1:25432/syncer

This room knows nothing of what is stored; it may not import the rest of syncer but its errors.
"""

from syncer.embedded.binaries import Binaries, find_binaries
from syncer.embedded.data_dir import default_data_dir
from syncer.embedded.password_file import DATABASE, ROLE, SUPERUSER
from syncer.embedded.postgres import EmbeddedPostgres
from syncer.embedded.psql import psql_line

__all__ = [
    "DATABASE",
    "ROLE",
    "SUPERUSER",
    "Binaries",
    "EmbeddedPostgres",
    "default_data_dir",
    "find_binaries",
    "psql_line",
]
