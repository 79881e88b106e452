"""A database whose role and environment give each session other settings than the defaults."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.support.postgres_servers import Server

#: A value that is not the default, for each pinned setting that a role may have.
OTHER_VALUES = {
    "array_nulls": "off",
    "backslash_quote": "off",
    "bytea_output": "escape",
    "check_function_bodies": "off",
    "client_encoding": "GBK",
    "client_min_messages": "error",
    "createrole_self_grant": "set",
    "datestyle": "SQL, DMY",
    "default_transaction_deferrable": "on",
    "default_transaction_isolation": "serializable",
    "exit_on_error": "on",
    "extra_float_digits": "-15",
    "gin_fuzzy_search_limit": "1",
    "idle_in_transaction_session_timeout": "1h",
    "idle_session_timeout": "1h",
    "intervalstyle": "sql_standard",
    "jit": "on",
    "lc_monetary": "POSIX",
    "lc_numeric": "POSIX",
    "lc_time": "POSIX",
    "lock_timeout": "1ms",
    "quote_all_identifiers": "on",
    "restrict_nonsystem_relation_kind": "view, foreign-table",
    "row_security": "off",
    "search_path": "pg_temp, public",
    "standard_conforming_strings": "off",
    "statement_timeout": "1s",
    "timezone": "America/New_York",
    "timezone_abbreviations": "India",
    "transaction_timeout": "1h",
    "transform_null_equals": "on",
    "xmlbinary": "hex",
    "xmloption": "document",
}
_ENVIRONMENT = {
    "PGDATESTYLE": "German",
    "PGTZ": "Asia/Tokyo",
    "PGCLIENTENCODING": "GBK",
    "PGOPTIONS": "-c intervalstyle=iso_8601 -c extra_float_digits=-10",
}


def change_settings(server: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set OTHER_VALUES for the owner in `database`, and libpq's variables for this process."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        known = {row[0].lower() for row in admin.execute("SELECT name FROM pg_settings")}
        for setting, value in OTHER_VALUES.items():
            if setting in known:
                statement = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = ").format(
                    *map(sql.Identifier, (server.owner, database, setting))
                )
                words = [sql.Literal(word.strip()) for word in value.split(",")]
                admin.execute(statement + sql.SQL(", ").join(words))
    for variable, value in _ENVIRONMENT.items():
        monkeypatch.setenv(variable, value)
