"""The BI role: a database role that may read the schema `reporting` and nothing else. Its SQL statements.

The grants are the security boundary. The settings are defaults: a session can change them, and every role may
change or reset its own. So they mark nothing: a BI role is known by its comment and by its grants, which it
cannot change (`syncer.storage.roles.bi_role_status`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from syncer.errors import ConfigurationError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RESERVED = frozenset({"public", "none", "current_user", "current_role", "session_user"})
#: BI tools keep connection pools; more connections would leave none for the daemon on an ordinary server.
CONNECTION_LIMIT = 20
#: The comment of a BI role. Only a role that may create roles can change it, never the BI role itself.
MARK = "BI role made by `syncer bi-user`: it may read the schema reporting, nothing else"
#: The most that one session may write into temporary files, such as those of a large sort.
TEMP_FILE_LIMIT = "2GB"
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
        """SQL that changes the password, also of a role that may not log in; see `create_statements`."""
        options = f"LOGIN PASSWORD {quote_literal(verifier)} VALID UNTIL 'infinity'"
        return [f"ALTER ROLE {quote_identifier(self.name)} {options}"]

    def mark_statements(self, comment: str | None = None) -> list[str]:
        """SQL that marks the role as a BI role, after the comment that it has."""
        mark = MARK if not comment else comment if MARK in comment else f"{comment} ({MARK})"
        return [f"COMMENT ON ROLE {quote_identifier(self.name)} IS {quote_literal(mark)}"]

    def owner_statements(self) -> list[str]:
        """SQL that lets the owner of the views see and end the sessions of the role."""
        return [f"GRANT {quote_identifier(self.name)} TO {quote_identifier(self.owner)}"]

    def reset_statements(self) -> list[str]:
        """SQL that removes every setting of the role, such as one by which no login succeeds."""
        role = f"ALTER ROLE {quote_identifier(self.name)}"
        return [f"{role} RESET ALL", f"{role} IN DATABASE {quote_identifier(self.database)} RESET ALL"]

    def leftover_statements(self, settings: Collection[tuple[str, bool]]) -> list[str]:
        """SQL that removes those of `settings`, (name, only in this database), that are not the role's."""
        role = f"ALTER ROLE {quote_identifier(self.name)}"
        here = f"{role} IN DATABASE {quote_identifier(self.database)}"
        own = {name.lower() for name in (*self._settings(), "temp_file_limit")}
        return [
            f"{here if is_local else role} RESET {quote_identifier(name)}"
            for name, is_local in sorted(settings)
            if not (is_local and name.lower() in own)
        ]

    def temp_file_statement(self) -> str:
        """SQL that limits temporary files. For a superuser, or after `GRANT SET ON PARAMETER`."""
        role = f"ALTER ROLE {quote_identifier(self.name)} IN DATABASE {quote_identifier(self.database)}"
        return f"{role} SET temp_file_limit = {quote_literal(TEMP_FILE_LIMIT)}"

    def setting_statements(self) -> list[str]:
        """SQL that sets the defaults of the role's sessions in this database."""
        role = f"ALTER ROLE {quote_identifier(self.name)} IN DATABASE {quote_identifier(self.database)}"
        return [f"{role} SET {setting} = {value}" for setting, value in self._settings().items()]

    def _settings(self) -> dict[str, str]:
        """The defaults of the role's sessions, as SQL."""
        return {
            "search_path": "reporting",
            "timezone": quote_literal(self.time_zone),
            "statement_timeout": f"{self.statement_timeout // timedelta(milliseconds=1)}",
            "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT // timedelta(milliseconds=1)}",
            "default_transaction_read_only": "on",
            # The views consist of many small expressions, which take longer to compile than to run.
            "jit": "off",
        }

    def grant_statements(self) -> list[str]:
        """SQL that grants the privileges, on views of later versions too. For the owner or a superuser."""
        return [f"{privilege} TO {quote_identifier(self.name)}" for privilege in self._privileges("GRANT")]

    def disable_statements(self) -> list[str]:
        """SQL that disables logins as the role."""
        return [f"ALTER ROLE {quote_identifier(self.name)} NOLOGIN PASSWORD NULL"]

    def revoke_statements(self) -> list[str]:
        """SQL that revokes the privileges, and what the role passed on. For the owner or a superuser."""
        return [
            f"{privilege} FROM {quote_identifier(self.name)}"
            + ("" if privilege.startswith("ALTER DEFAULT") else " CASCADE")
            for privilege in reversed(self._privileges("REVOKE"))
        ]

    def drop_statements(self) -> list[str]:
        """SQL that drops the role with what it owns in this database, such as large objects."""
        role = quote_identifier(self.name)
        return [f"DROP OWNED BY {role}", f"DROP ROLE {role}"]

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
