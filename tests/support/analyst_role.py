"""A role for analysts in a test's database, made as `syncer bi-user create` makes it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from syncer.storage import make_engine
from syncer.storage.roles import create_role, drop_role, load_role
from tests.support.postgres_servers import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystAccess:
    """Where a client finds the database, and as whom."""

    host: str
    port: str
    database: str
    user: str
    password: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.database}"


@contextmanager
def analyst(postgres: Server, url: str, time_zone: str) -> Iterator[AnalystAccess]:
    """A role that may read `reporting` in the database at `url`, and nothing else."""
    at = conninfo_to_dict(url)
    with psycopg.connect(postgres.admin_url) as admin:
        if admin.info.parameter_status("is_superuser") == "off":
            pytest.skip("the server's role may not create roles")
        powerful = AnalystAccess(
            host=str(at["host"]),
            port=str(at.get("port", 5432)),
            database=str(at["dbname"]),
            user=admin.info.user,
            password=admin.info.password,
        )
    name, password = f"analyst_{secrets.token_hex(4)}", secrets.token_hex(8)
    engine = make_engine(powerful.url)
    try:
        create_role(
            engine, load_role(engine, name, time_zone=time_zone, patience=timedelta(minutes=2)), password
        )
        yield replace(powerful, user=name, password=password)
        drop_role(engine, name)
    finally:
        engine.dispose()
