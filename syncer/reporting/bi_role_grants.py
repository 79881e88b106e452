"""A reader: a database role that may read `reporting` and nothing else. Here are the statements that make it.

Grants are the boundary. The settings are a convenience, which whoever connects can change for himself. They
also mark a role as ours: one without them is somebody else's, and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from syncer.errors import ConfigurationError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RESERVED = frozenset({"public", "none", "current_user", "current_role", "session_user"})
#: BI tools keep pools; more than this would take the daemon's place on a server of ordinary size.
CONNECTIONS = 20
#: What stands open behind a query that nobody fetches keeps the server from cleaning up.
IDLE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnlyRole:
    """A role to be made, in one database."""

    name: str
    database: str
    #: The role that owns the views, and will own those of later versions.
    owner: str
    #: The zone whose days the views have.
    time_zone: str
    #: How long one statement may take.
    patience: timedelta

    def creation(self, verifier: str) -> list[str]:
        """Makes the role. `verifier` is the password as the server keeps it, so that no log can show it."""
        made = f"LOGIN CONNECTION LIMIT {CONNECTIONS} PASSWORD {literal(verifier)}"
        return [f"CREATE ROLE {quoted(self.name)} {made}"]

    def password(self, verifier: str) -> list[str]:
        """Gives it another password."""
        return [f"ALTER ROLE {quoted(self.name)} PASSWORD {literal(verifier)}"]

    def settings(self) -> list[str]:
        """What its sessions begin with."""
        values = {
            "search_path": "reporting",
            "timezone": literal(self.time_zone),
            "statement_timeout": f"{self.patience // timedelta(milliseconds=1)}",
            "idle_in_transaction_session_timeout": f"{IDLE // timedelta(milliseconds=1)}",
            "default_transaction_read_only": "on",
            # The views are made of many small expressions, which take longer to compile than to run.
            "jit": "off",
        }
        where = f"ALTER ROLE {quoted(self.name)} IN DATABASE {quoted(self.database)}"
        return [f"{where} SET {setting} = {value}" for setting, value in values.items()]

    def grants(self) -> list[str]:
        """What it may read, views of later versions included. For the owner, or a superuser."""
        return [f"{words} TO {quoted(self.name)}" for words in self._rights("GRANT")]

    def removal(self) -> list[str]:
        """Takes the rights away and removes the role."""
        taken = [f"{words} FROM {quoted(self.name)}" for words in reversed(self._rights("REVOKE"))]
        return [*taken, f"DROP ROLE {quoted(self.name)}"]

    def _rights(self, verb: str) -> list[str]:
        later = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(self.owner)} IN SCHEMA reporting {verb}"
        return [
            f"{verb} CONNECT ON DATABASE {quoted(self.database)}",
            f"{verb} USAGE ON SCHEMA reporting",
            f"{verb} SELECT ON ALL TABLES IN SCHEMA reporting",
            f"{verb} EXECUTE ON ALL FUNCTIONS IN SCHEMA reporting",
            f"{later} SELECT ON TABLES",
            f"{later} EXECUTE ON FUNCTIONS",
        ]

    def script(self, verifier: str) -> str:
        """The same for an administrator to run, as psql reads it."""
        head = (
            f"-- Makes the role {self.name}, which may read reporting in {self.database} and nothing else.\n"
        )
        parts = [
            _section("1. By a role that may create roles", [*self.creation(verifier), *self.settings()]),
            _section(f"2. By {self.owner}, who owns the views, or by a superuser", self.grants()),
        ]
        return head + "\\set ON_ERROR_STOP on\nBEGIN;\n" + "".join(parts) + "COMMIT;\n"


def check_name(name: str) -> str:
    """`name`, where a role can be called so without quotes. Raises ConfigurationError."""
    if not _NAME.fullmatch(name) or name.startswith("pg_") or name in _RESERVED:
        raise ConfigurationError(
            f"{name!r} is no name for a role: write small letters, digits and _, such as bi_team"
        )
    return name


def quoted(name: str) -> str:
    """`name` as SQL writes an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(word: str) -> str:
    """`word` as SQL writes a text."""
    return "'" + word.replace("'", "''") + "'"


def _section(title: str, statements: Iterable[str]) -> str:
    return f"\n-- {title}:\n" + "".join(f"{statement};\n" for statement in statements) + "\n"
