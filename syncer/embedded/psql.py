"""The line to type for a look into the database."""

from __future__ import annotations

import os
import shlex
import shutil
from urllib.parse import urlsplit

from syncer.embedded.binaries import installed_binaries
from syncer.embedded.postgres import EmbeddedPostgres


def psql_line(postgres: EmbeddedPostgres) -> str:
    """A shell command that connects as the ordinary role, without showing the password to other users.

    It names psql by its path where it is not on PATH, but came with the server's binaries.
    """
    url = urlsplit(postgres.url())
    open_url = url._replace(netloc=f"{url.username}@{url.hostname}:{url.port}").geturl()
    return f"PGPASSFILE={shlex.quote(str(postgres.password_file))} {shlex.quote(_psql())} {open_url}"


def _psql() -> str:
    if not shutil.which("psql"):
        for binaries in installed_binaries():
            if os.access(binaries.folder / "psql", os.X_OK):
                return binaries.program("psql")
    return "psql"
