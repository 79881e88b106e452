"""Fixtures: a BI role, and connections to its database as this role and as a superuser."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine

from syncer.model import Query
from syncer.records import parse_page
from syncer.storage import PgStore, make_engine
from syncer.storage.roles import create_bi_role, describe_bi_role
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.fakes import after, make_stream
from tests.support.postgres_servers import Server
from tests.support.provider_responses import make_provider, tencent_response
from tests.support.sightings import begin, see, store

PASSWORD = "correct horse battery"
ConnectBiRole = Callable[..., "psycopg.Connection[Any]"]
RunStatements = Callable[["psycopg.Connection[Any]", list[LiteralString]], None]


def url_as(url: str, *, user: str, password: str) -> str:
    """`url` with another user and password."""
    parts = conninfo_to_dict(url)
    return f"postgresql://{user}:{password}@{parts['host']}:{parts['port']}/{parts['dbname']}"


def count_roles(url: str, name: str) -> int:
    """The number of roles called `name`: 0 or 1."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount


def run_script(url: str, script: str) -> None:
    """Run a script for psql, one statement after the other."""
    with psycopg.connect(url, autocommit=True) as administrator:
        for statement in re.sub(r"^\\.*$", "", script, flags=re.M).split(";\n"):
            administrator.execute(statement.encode())


@pytest.fixture
def superuser_url(postgres: Server, migrated_url: str) -> Iterator[str]:
    """URL of a fresh migrated database, as a superuser."""
    with psycopg.connect(postgres.admin_url) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create roles")
        user, password = admin.info.user, admin.info.password
    yield url_as(migrated_url, user=user, password=password)


@pytest.fixture
def superuser_engine(superuser_url: str) -> Iterator[Engine]:
    engine = make_engine(superuser_url)
    yield engine
    engine.dispose()


@pytest.fixture
def bi_role(superuser_engine: Engine, superuser_url: str) -> Iterator[BiRole]:
    """A BI role that exists; it is dropped after the test, unless the test has dropped it."""
    name = f"bi_{secrets.token_hex(4)}"
    role = describe_bi_role(
        superuser_engine, name, time_zone="Asia/Shanghai", statement_timeout=timedelta(seconds=90)
    )
    assert create_bi_role(superuser_engine, role, PASSWORD)
    yield role
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def connect_bi_role(bi_role: BiRole, superuser_url: str) -> Iterator[ConnectBiRole]:
    """Opens connections as the BI role; they are closed after the test."""
    opened = []

    def connect(password: str = PASSWORD, **more: Any) -> psycopg.Connection[Any]:
        url = url_as(superuser_url, user=bi_role.name, password=password.replace(" ", "%20"))
        opened.append(psycopg.connect(url, autocommit=True, **more))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def run_statements(bi_role: BiRole) -> RunStatements:
    """Runs statements with the names of the role, its database and its owner."""

    def execute(connection: psycopg.Connection[Any], statements: list[LiteralString]) -> None:
        names = {"role": bi_role.name, "database": bi_role.database, "owner": bi_role.owner}
        for statement in statements:
            identifiers = {name: sql.Identifier(value) for name, value in names.items()}
            connection.execute(sql.SQL(statement).format(**identifiers))

    return execute


@pytest.fixture
def filled_views(migrated_url: str) -> None:
    """At least one row in every view that shows tasks."""
    engine = make_engine(migrated_url)
    record = {"InvocationTaskId": "i", "TaskStatus": "SUCCESS", "TaskResult": {"ExitCode": 7}}
    body = tencent_response(InvocationTaskSet=[record], TotalCount=1)
    page = parse_page(make_provider("tencent_tat"), Query(list_name="tasks"), body, observed_at=after(0))
    with PgStore(engine, holder="test").claim(make_stream(provider="tencent_tat")) as stream_store:
        run = begin(stream_store)
        store(stream_store, run, see("t"), *page.sightings)
        store(stream_store, run, see("t", "running", at=9))
    engine.dispose()
