"""Fixtures: a database with edge-case rows, a BI role, its expected schema, and client programs."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.bi_clients import edge_case_rows
from tests.support.analyst_role import AnalystAccess, analyst_access
from tests.support.postgres_servers import Server, wheel_binaries

_HERE = Path(__file__).parent
_JARS = ("/usr/share/java/postgresql.jar", "/usr/share/java/postgresql-jdbc4.jar")
_COLUMNS = """
SELECT c.relname AS view, obj_description(c.oid, 'pg_class') AS view_comment, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS comment
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
ORDER BY c.relname, a.attnum
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == _HERE:
            item.add_marker(pytest.mark.bi_clients)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as in the system catalogue of the database."""

    view: str
    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The views and columns of the schema `reporting`."""

    #: Comments by view name.
    views: dict[str, str]
    columns: tuple[Column, ...]

    @property
    def types(self) -> dict[tuple[str, str], str]:
        return {(column.view, column.name): column.type for column in self.columns}

    @property
    def comments(self) -> dict[tuple[str, str], str]:
        return {(column.view, column.name): column.comment for column in self.columns}


@pytest.fixture(scope="session")
def access(postgres: Server, template: str) -> Iterator[AnalystAccess]:
    """Access as a BI role to a database with edge-case rows."""
    name = f"test_{secrets.token_hex(6)}"
    url = postgres.create(name, template=template)
    edge_case_rows.fill(url)
    with analyst_access(postgres, url, edge_case_rows.ZONE.key) as bi_access:
        yield bi_access
    postgres.drop(name)


@pytest.fixture(scope="session")
def schema(access: AnalystAccess) -> Schema:
    """Exactly the views and columns that every client must list."""
    with psycopg.connect(access.url) as connection:
        rows = connection.execute(_COLUMNS).fetchall()
    views = {view: comment for view, comment, *_ in rows}
    columns = (Column(view, name, kind, comment) for view, _, name, kind, comment in rows)
    return Schema(views, tuple(columns))


@pytest.fixture(scope="session")
def java(access: AnalystAccess) -> Callable[..., str]:
    """Runs `Client.java` with the JDBC driver of the system; returns its output."""
    jar = next((path for path in _JARS if Path(path).exists()), None)
    program = shutil.which("java")
    if program is None or jar is None:
        pytest.skip("needs java (a JDK) and Debian's libpostgresql-jdbc-java")
    url = f"jdbc:postgresql://{access.host}:{access.port}/{access.database}"

    def run(*arguments: str, zone: str = "UTC", parameters: str = "") -> str:
        # Class data sharing and only the first compiler: enough for a JVM that runs some seconds.
        options = [
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            f"-Duser.timezone={zone}",
            "-Dfile.encoding=UTF-8",
        ]
        command = [program, *options, "-cp", jar, str(_HERE / "Client.java"), url + parameters, *arguments]
        environment = {**os.environ, "PGUSER": access.user, "PGPASSWORD": access.password}
        process = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8")
        assert process.returncode == 0, process.stderr
        return process.stdout

    return run


@pytest.fixture(scope="session")
def psql(access: AnalystAccess) -> Callable[..., str]:
    """Runs psql; returns its output."""
    binaries = wheel_binaries()
    program = binaries.program("psql") if binaries else shutil.which("psql")
    if program is None:
        pytest.skip("needs psql (Debian's postgresql-client)")

    def run(*arguments: str) -> str:
        command = [program, "--no-psqlrc", "--dbname", access.url, *arguments]
        process = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        assert process.returncode == 0, process.stderr
        return process.stdout

    return run
