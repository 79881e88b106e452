"""Fixtures: a migrated database, and the documented responses of the vendors."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncer.model import GLOBAL, Query, Sighting, Stream
from syncer.records import parse_page
from syncer.storage import PgStore
from tests.integration.storage.conftest import Look, engine, look, module_url, ours, pg, stream, url
from tests.support import known_tasks
from tests.support.bi_roles import (
    bi_role,
    connect_bi_role,
    filled_views,
    run_statements,
    superuser_engine,
    superuser_url,
)
from tests.support.fakes import after, make_source
from tests.support.postgres_servers import Server
from tests.support.provider_responses import make_provider, response_with
from tests.support.sightings import begin, store

__all__ = [
    "Look",
    "ViewRows",
    "bi_role",
    "connect_bi_role",
    "engine",
    "example",
    "filled_views",
    "look",
    "module_url",
    "ours",
    "pg",
    "read",
    "run_statements",
    "stream",
    "superuser_engine",
    "superuser_url",
    "url",
    "view_rows",
]

_EXAMPLES = Path(__file__).parents[2] / "data"


def example(name: str) -> Any:
    """The documented responses of the API `name`."""
    return json.loads((_EXAMPLES / f"{name}_examples.json").read_text("utf-8"))


def read(
    provider_name: str, *records: dict[str, Any], list_name: str = "tasks", at: float = 0, **options: Any
) -> tuple[Sighting, ...]:
    """The sightings that a provider parses from a response with these records."""
    query = Query(list_name=list_name, region=GLOBAL)
    response = response_with(provider_name, list(records))
    return parse_page(
        make_provider(provider_name, **options), query, response, observed_at=after(at)
    ).sightings


class ViewRows:
    """Stores a provider's records; returns the rows of the provider's view."""

    def __init__(self, pg: PgStore, look: Look) -> None:
        self._pg, self._look = pg, look

    def __call__(self, provider_name: str, *records: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
        """Store `records`; return the rows of the provider's view, sorted by task id."""
        with self._pg.claim(Stream(make_source(name=provider_name, provider=provider_name))) as ours:
            store(ours, begin(ours), *read(provider_name, *records, **how))
        return self._look(f"SELECT * FROM reporting.{provider_name}_tasks ORDER BY task_id")


@pytest.fixture
def view_rows(pg: PgStore, look: Look) -> ViewRows:
    return ViewRows(pg, look)


@pytest.fixture(scope="module")
def known_url(postgres: Server, template: str) -> Iterator[str]:
    """A database with `tests.support.known_tasks`, shared by the tests of a module, which only read."""
    name = f"test_{secrets.token_hex(6)}"
    url = postgres.create(name, template=template)
    known_tasks.fill(url)
    yield url
    postgres.drop(name)
