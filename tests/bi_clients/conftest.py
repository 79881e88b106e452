"""A filled ledger, a role that reads it as BI tools do, and what its catalogue says it holds."""

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
_CATALOGUE = """
SELECT c.relname AS view, obj_description(c.oid, 'pg_class') AS about, a.attname AS name,
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
    """A column as the database's own catalogue describes it."""

    view: str
    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to be found in the schema `reporting`."""

    #: By name, with their comments.
    views: dict[str, str]
    columns: tuple[Column, ...]

    @property
    def types(self) -> dict[tuple[str, str], str]:
        return {(column.view, column.name): column.type for column in self.columns}

    @property
    def comments(self) -> dict[tuple[str, str], str]:
        return {(column.view, column.name): column.comment for column in self.columns}


@pytest.fixture(scope="session")
def place(postgres: Server, template: str) -> Iterator[AnalystAccess]:
    """A filled ledger, as a role for BI tools finds it."""
    name = f"test_{secrets.token_hex(6)}"
    url = postgres.create(name, template=template)
    edge_case_rows.fill(url)
    with analyst_access(postgres, url, edge_case_rows.ZONE.key) as access:
        yield access
    postgres.drop(name)


@pytest.fixture(scope="session")
def catalogue(place: AnalystAccess) -> Catalogue:
    """What every client that looks around must find: no more, no less."""
    with psycopg.connect(place.url) as connection:
        rows = connection.execute(_CATALOGUE).fetchall()
    views = {view: about for view, about, *_ in rows}
    return Catalogue(views, tuple(Column(view, name, kind, comment) for view, _, name, kind, comment in rows))


@pytest.fixture(scope="session")
def java(place: AnalystAccess) -> Callable[..., str]:
    """Runs `Client.java` with the JDBC driver of the system; the words it prints."""
    jar = next((path for path in _JARS if Path(path).exists()), None)
    program = shutil.which("java")
    if program is None or jar is None:
        pytest.skip("needs java (a JDK) and Debian's libpostgresql-jdbc-java")
    url = f"jdbc:postgresql://{place.host}:{place.port}/{place.database}"

    def run(*words: str, zone: str = "UTC", parameters: str = "") -> str:
        # Data share and the first compiler only: a JVM of some seconds needs no more.
        options = [
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            f"-Duser.timezone={zone}",
            "-Dfile.encoding=UTF-8",
        ]
        command = [program, *options, "-cp", jar, str(_HERE / "Client.java"), url + parameters, *words]
        environment = {**os.environ, "PGUSER": place.user, "PGPASSWORD": place.password}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def psql(place: AnalystAccess) -> Callable[..., str]:
    """Runs psql; what it prints."""
    binaries = wheel_binaries()
    program = binaries.program("psql") if binaries else shutil.which("psql")
    if program is None:
        pytest.skip("needs psql (Debian's postgresql-client)")

    def run(*words: str) -> str:
        command = [program, "--no-psqlrc", "--dbname", place.url, *words]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
