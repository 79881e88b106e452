"""A BI role in a test database, created as `syncer bi-user create` does."""

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
from syncer.storage.roles import create_bi_role, describe_bi_role, drop_bi_role
from tests.support.postgres_servers import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalystAccess:
    """Address of the database, user and password."""

    host: str
    port: str
    database: str
    user: str
    password: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.database}"


@contextmanager
def analyst_access(postgres: Server, url: str, time_zone: str) -> Iterator[AnalystAccess]:
    """Create a BI role in the database at `url`; drop it at the end of the block."""
    parts = conninfo_to_dict(url)
    with psycopg.connect(postgres.admin_url) as admin:
        if admin.info.parameter_status("is_superuser") == "off":
            pytest.skip("the server's role may not create roles")
        superuser = AnalystAccess(
            host=str(parts["host"]),
            port=str(parts.get("port", 5432)),
            database=str(parts["dbname"]),
            user=admin.info.user,
            password=admin.info.password,
        )
    name, password = f"analyst_{secrets.token_hex(4)}", secrets.token_hex(8)
    engine = make_engine(superuser.url)
    try:
        role = describe_bi_role(engine, name, time_zone=time_zone, statement_timeout=timedelta(minutes=2))
        create_bi_role(engine, role, password)
        yield replace(superuser, user=name, password=password)
        drop_bi_role(engine, name)
    finally:
        engine.dispose()
