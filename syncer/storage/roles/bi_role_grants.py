"""The BI role: a database role that may read the schema `reporting` and nothing else. Its SQL statements.

The grants are the security boundary. The settings are defaults: a session can change them. They also mark a
role as created by syncer: a role without them belongs to another application and is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from syncer.errors import ConfigurationError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RESERVED = frozenset({"public", "none", "current_user", "current_role", "session_user"})
#: BI tools keep connection pools; more connections would leave none for the daemon on an ordinary server.
CONNECTION_LIMIT = 20
#: An open transaction keeps the server from removing dead rows, also when its client no longer fetches.
IDLE_TIMEOUT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class BiRole:
    """The description of a BI role in one database."""

    name: str
    database: str
    #: The role that owns the views, those of later versions included.
    owner: str
    #: The reporting time zone.
    time_zone: str
    statement_timeout: timedelta

    def create_statements(self, verifier: str) -> list[str]:
        """SQL that creates the role.

        `verifier` is the password as the server stores it (SCRAM), so that no log can show the password.
        """
        options = f"LOGIN CONNECTION LIMIT {CONNECTION_LIMIT} PASSWORD {quote_literal(verifier)}"
        return [f"CREATE ROLE {quote_identifier(self.name)} {options}"]

    def password_statements(self, verifier: str) -> list[str]:
        """SQL that changes the password; `verifier` as in `create_statements`."""
        return [f"ALTER ROLE {quote_identifier(self.name)} PASSWORD {quote_literal(verifier)}"]

    def setting_statements(self) -> list[str]:
        """SQL that sets the defaults of the role's sessions in this database."""
        values = {
            "search_path": "reporting",
            "timezone": quote_literal(self.time_zone),
            "statement_timeout": f"{self.statement_timeout // timedelta(milliseconds=1)}",
            "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT // timedelta(milliseconds=1)}",
            "default_transaction_read_only": "on",
            # The views consist of many small expressions, which take longer to compile than to run.
            "jit": "off",
        }
        role = f"ALTER ROLE {quote_identifier(self.name)} IN DATABASE {quote_identifier(self.database)}"
        return [f"{role} SET {setting} = {value}" for setting, value in values.items()]

    def grant_statements(self) -> list[str]:
        """SQL that grants the privileges, on views of later versions too. For the owner or a superuser."""
        return [f"{privilege} TO {quote_identifier(self.name)}" for privilege in self._privileges("GRANT")]

    def drop_statements(self) -> list[str]:
        """SQL that revokes the privileges and drops the role."""
        revokes = [
            f"{privilege} FROM {quote_identifier(self.name)}"
            for privilege in reversed(self._privileges("REVOKE"))
        ]
        return [*revokes, f"DROP ROLE {quote_identifier(self.name)}"]

    def _privileges(self, verb: str) -> list[str]:
        defaults = (
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote_identifier(self.owner)} IN SCHEMA reporting {verb}"
        )
        return [
            f"{verb} CONNECT ON DATABASE {quote_identifier(self.database)}",
            f"{verb} USAGE ON SCHEMA reporting",
            f"{verb} SELECT ON ALL TABLES IN SCHEMA reporting",
            f"{verb} EXECUTE ON ALL FUNCTIONS IN SCHEMA reporting",
            f"{defaults} SELECT ON TABLES",
            f"{defaults} EXECUTE ON FUNCTIONS",
        ]

    def script(self, verifier: str) -> str:
        """All statements that create the role, as a psql script for an administrator."""
        head = (
            f"-- Creates the BI role {self.name}:"
            f" it may read the schema reporting of the database {self.database}, nothing else.\n"
        )
        parts = [
            _section(
                "1. By a role that may create roles",
                [*self.create_statements(verifier), *self.setting_statements()],
            ),
            _section(
                f"2. By {self.owner}, the owner of the views, or by a superuser", self.grant_statements()
            ),
        ]
        return head + "\\set ON_ERROR_STOP on\nBEGIN;\n" + "".join(parts) + "COMMIT;\n"


def check_role_name(name: str) -> str:
    """Return `name` if it is a role name that needs no quotes. Raises ConfigurationError otherwise."""
    if not _NAME.fullmatch(name) or name.startswith("pg_") or name in _RESERVED:
        raise ConfigurationError(
            f"{name!r} is not allowed as a role name: use lower-case letters, digits and _, such as bi_team"
        )
    return name


def quote_identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _section(title: str, statements: Iterable[str]) -> str:
    return f"\n-- {title}:\n" + "".join(f"{statement};\n" for statement in statements) + "\n"
