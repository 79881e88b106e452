"""The psql command that connects to the embedded database."""

from __future__ import annotations

import os
import shlex
import shutil
from urllib.parse import urlsplit

from syncer.embedded.binaries import installed_binaries
from syncer.embedded.postgres import EmbeddedPostgres


def psql_command(postgres: EmbeddedPostgres) -> str:
    """A shell command that connects as the ordinary role, without the password in the process list.

    It names psql by its path if psql is not on PATH but came with the server's binaries, and removes the
    variables of libpq that the user's environment sets for another server.
    """
    url = urlsplit(postgres.url())
    url_without_password = url._replace(netloc=f"{url.username}@{url.hostname}:{url.port}").geturl()
    password_file = shlex.quote(str(postgres.password_file))
    others = [name for name in postgres.libpq_variables if name != "PGPASSFILE"]
    unset = "".join(f"-u {name} " for name in others)
    return (
        f"{f'env {unset}' if unset else ''}PGPASSFILE={password_file} {shlex.quote(_psql())} "
        f"{url_without_password}"
    )


def _psql() -> str:
    if not shutil.which("psql"):
        for binaries in installed_binaries():
            if os.access(binaries.folder / "psql", os.X_OK):
                return binaries.program("psql")
    return "psql"
