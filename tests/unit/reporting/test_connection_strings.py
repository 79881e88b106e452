"""Connection strings for each tool."""

from __future__ import annotations

from syncer.reporting.connection_strings import ConnectionInfo


def test_each_tool_has_its_connection_string() -> None:
    info = ConnectionInfo(host="db.example", port=5433, database="syncer", user="bi")
    assert info.connection_strings() == {
        "psql": 'psql "host=db.example port=5433 dbname=syncer user=bi"',
        "JDBC": "jdbc:postgresql://db.example:5433/syncer?user=bi",
        "ODBC": "Driver={PostgreSQL Unicode};Server=db.example;Port=5433;Database=syncer;Uid=bi;Pwd=PASSWORD",
        "SQLAlchemy": "postgresql+psycopg://bi:PASSWORD@db.example:5433/syncer",
    }


def test_connection_strings_keep_the_sslmode() -> None:
    info = ConnectionInfo(host="db", port=5432, database="syncer", user="bi", sslmode="verify-full")
    strings = info.connection_strings()
    assert strings["psql"].endswith(' sslmode=verify-full"')
    assert strings["JDBC"].endswith("&sslmode=verify-full")
    assert strings["ODBC"].endswith(";SSLmode=verify-full")
    assert strings["SQLAlchemy"].endswith("?sslmode=verify-full")
