"""The generated passwords, in the file format of libpq, so that `PGPASSFILE=… psql` works.

https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from syncer.errors import ConfigurationError

#: The ordinary role that owns the database; syncer connects as it.
ROLE = "syncer"
DATABASE = "syncer"
#: For administration only: further roles, extensions.
SUPERUSER = "postgres"

HOST = "127.0.0.1"


def generate_passwords(path: Path) -> None:
    """Write new passwords of both roles to `path`, readable only by its owner. Keeps an existing file."""
    if path.exists():
        return
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    lines = [f"{HOST}:*:*:{role}:{secrets.token_urlsafe(24)}\n" for role in (ROLE, SUPERUSER)]
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.writelines(lines)
    draft.rename(path)


def read_password(path: Path, role: str) -> str:
    """The password of `role`. Raises ConfigurationError if the file does not hold it."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        lines = []
    for line in lines:
        *_, name, password = line.split(":")
        if name == role:
            return password
    raise ConfigurationError(
        f"{path} holds no password for {role}: put the file back, or move its folder away"
    )
