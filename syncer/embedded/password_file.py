"""The generated passwords, in libpq's own file format, so that `PGPASSFILE=… psql` just works."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from syncer.errors import ConfigurationError

#: The ordinary role that owns the database; the one syncer connects as.
ROLE = "syncer"
DATABASE = "syncer"
#: For the operator alone: making further roles, extensions.
SUPERUSER = "postgres"

HOST = "127.0.0.1"


def generate_passwords(path: Path) -> None:
    """Write new passwords for both roles to `path`, readable to ourselves alone; keep those that exist."""
    if path.exists():
        return
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    lines = [f"{HOST}:*:*:{role}:{secrets.token_urlsafe(24)}\n" for role in (ROLE, SUPERUSER)]
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.writelines(lines)
    draft.rename(path)


def read_password(path: Path, role: str) -> str:
    """The password of `role`. Raises ConfigurationError where the file does not tell it."""
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
