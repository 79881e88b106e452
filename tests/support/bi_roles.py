"""A role that may read `reporting`, and the ways into its database, as fixtures."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine

from syncer.model import Query
from syncer.records import parse_page
from syncer.reporting.bi_role_grants import ReadOnlyRole
from syncer.storage import PgStore, make_engine
from syncer.storage.roles import create_role, load_role
from tests.support.fakes import after, make_stream
from tests.support.postgres_servers import Server
from tests.support.provider_responses import made, tencent
from tests.support.sightings import begin, see, store

PASSWORD = "correct horse battery"
Enter = Callable[..., "psycopg.Connection[Any]"]


def elsewhere(url: str, *, user: str, password: str) -> str:
    at = conninfo_to_dict(url)
    return f"postgresql://{user}:{password}@{at['host']}:{at['port']}/{at['dbname']}"


@pytest.fixture
def place(postgres: Server, migrated_url: str) -> Iterator[str]:
    """A database of its own, as a superuser sees it."""
    with psycopg.connect(postgres.admin_url) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create roles")
        user, password = admin.info.user, admin.info.password
    yield elsewhere(migrated_url, user=user, password=password)


@pytest.fixture
def root(place: str) -> Iterator[Engine]:
    engine = make_engine(place)
    yield engine
    engine.dispose()


@pytest.fixture
def reader(root: Engine, place: str) -> Iterator[ReadOnlyRole]:
    """A reader who was made; it is gone afterwards, whatever became of it."""
    name = f"reader_{secrets.token_hex(4)}"
    made = load_role(root, name, time_zone="Asia/Shanghai", patience=timedelta(seconds=90))
    assert create_role(root, made, PASSWORD)
    yield made
    with psycopg.connect(place, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def enter(reader: ReadOnlyRole, place: str) -> Iterator[Enter]:
    """Connects as the reader."""
    opened = []

    def connect(password: str = PASSWORD, **more: Any) -> psycopg.Connection[Any]:
        url = elsewhere(place, user=reader.name, password=password.replace(" ", "%20"))
        opened.append(psycopg.connect(url, autocommit=True, **more))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def filled(migrated_url: str) -> None:
    """A row in every view that is about tasks."""
    engine = make_engine(migrated_url)
    record = {"InvocationTaskId": "i", "TaskStatus": "SUCCESS", "TaskResult": {"ExitCode": 7}}
    listed = tencent(InvocationTaskSet=[record], TotalCount=1)
    page = parse_page(made("tencent_tat"), Query(list_name="tasks"), listed, observed_at=after(0))
    with PgStore(engine, holder="test").claim(make_stream(provider="tencent_tat")) as ours:
        run = begin(ours)
        store(ours, run, see("t"), *page.sightings)
        store(ours, run, see("t", "running", at=9))
    engine.dispose()
