"""Records with an odd value in any field: parsed, stored as versions, counted, reported and exported."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import Engine

from syncer.model import EARLIEST, PLANNED, Interval, Mode, Page, Query, RunStatus, Stream, StreamState
from syncer.ports import Provider
from syncer.providers import PROVIDERS
from syncer.records import parse_page
from syncer.reporting.export import (
    Dataset,
    ExportFolder,
    ExportSpec,
    Format,
    PartitionBy,
    Selection,
    days_between,
    export_days,
)
from syncer.reporting.reports import NAMES, shipped_report
from syncer.storage import PgStore, make_engine
from syncer.storage.read.exports import PgExportDatabase
from syncer.storage.read.reports import run_report
from syncer.storage.rollups import refresh
from tests.support.fakes import make_source
from tests.support.odd_records import ABSENT, ODD_VALUES, good_record, odd_records, to_json
from tests.support.postgres_servers import Server
from tests.support.provider_queries import list_query
from tests.support.provider_responses import json_response, make_provider, response_with
from tests.support.sightings import store

Connection = psycopg.Connection[dict[str, Any]]
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
VIEWS = "SELECT viewname FROM pg_views WHERE schemaname = 'reporting' AND viewname <> 'calendar' ORDER BY 1"


def page_of(provider: Provider, records: list[dict[str, Any]], at: datetime) -> Page:
    """The page of a list that shows `records` at `at`."""
    body = response_with(provider.name, ["records"]).body
    response = json_response(body.replace(b'["records"]', to_json(records)))
    return parse_page(provider, list_query(provider), response, observed_at=at)


def details_of(provider: Provider, ids: list[str], at: datetime) -> Iterator[Page]:
    """The pages of detail calls, each with an odd value in one field."""
    task = {"ErrCode": 1, "Message": "m"}
    good = {**good_record(provider, "", at), "Status": "FINISH", "WorkflowTask": task}
    odd = [{**good, field: value} for field in good for value in ODD_VALUES if value is not ABSENT]
    for task_id, record in zip(ids, odd, strict=False):
        response = json_response(b'{"Response": ' + to_json(record) + b"}")
        yield parse_page(provider, Query(ids=(task_id,)), response, observed_at=at)


def fill(pg: PgStore, name: str) -> None:
    """Store an odd state of each task of a provider, and then a good state of half of the tasks."""
    provider = make_provider(name)
    odd = list(odd_records(provider, NOW - timedelta(minutes=5)))
    last = len(odd) - len(ODD_VALUES)
    good = [good_record(provider, f"task-{number}", NOW) for number in range(1, last, 2)]
    with pg.claim(Stream(make_source(name=name, provider=name, site=provider.site))) as ours:
        for records, at in ((odd, NOW - timedelta(minutes=2)), (good, NOW)):
            page = page_of(provider, records, at)
            assert len(page.sightings) + len(page.rejected) == len(records)
            run = ours.start(Mode.SWEEP, at)
            # Two spellings of one id are one task; a batch holds it once.
            sightings = {sighting.task.task_id: sighting for sighting in page.sightings}
            store(ours, run, *sightings.values(), rejected=page.rejected, quirks=page.quirks)
            if provider.facts.has_details:
                details = [page.sightings for page in details_of(provider, list(sightings), at)]
                store(ours, run, *chain.from_iterable(details))
            swept = (Interval(NOW - 3 * DAY, NOW - 2 * DAY), Interval(NOW - DAY, at))
            store(ours, run, state=StreamState(swept=swept, last_sweep_at=at), status=RunStatus.SUCCEEDED)


@pytest.fixture(scope="module")
def odd_url(postgres: Server, template: str) -> Iterator[str]:
    """A database with the odd records of all providers."""
    url = postgres.create(name := f"test_{secrets.token_hex(6)}", template=template)
    engine = make_engine(url)
    pg = PgStore(engine, holder="test")
    pg.configure(ZONE.key)
    for provider_name in PROVIDERS:
        fill(pg, provider_name)
    refresh(engine)
    pg.close()
    engine.dispose()
    yield url
    postgres.drop(name)


@pytest.fixture
def engine(odd_url: str) -> Iterator[Engine]:
    engine = make_engine(odd_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(odd_url: str) -> Iterator[Connection]:
    with psycopg.connect(odd_url, row_factory=dict_row) as connection:
        connection.execute("SET timezone = 'UTC'")
        yield connection


def test_every_record_is_stored(connection: Connection) -> None:
    counts = connection.execute(
        "SELECT source, count(*) AS tasks, max(versions) AS versions FROM reporting.tasks"
        " WHERE task_id LIKE 'task-%' GROUP BY 1"
    ).fetchall()
    assert {row["source"]: row["tasks"] for row in counts} == {
        name: len(ODD_VALUES) * (len(make_provider(name).facts.known_paths) - 1) for name in PROVIDERS
    }
    assert min(row["versions"] for row in counts) > 1


def test_no_view_shows_an_instant_that_no_task_can_have(connection: Connection) -> None:
    latest = NOW + PLANNED
    for view in [row["viewname"] for row in connection.execute(VIEWS)]:
        rows = connection.execute(
            sql.SQL("SELECT * FROM reporting.{}").format(sql.Identifier(view))
        ).fetchall()
        for row in rows:
            for name, value in row.items():
                if isinstance(value, datetime):
                    assert EARLIEST <= value <= latest, (view, name, value)
                elif isinstance(value, date):
                    assert EARLIEST.date() <= value <= latest.date(), (view, name, value)
        assert rows, view


@pytest.mark.parametrize("name", NAMES)
def test_reports_run(engine: Engine, name: str) -> None:
    assert run_report(engine, shipped_report(name)).columns


@pytest.mark.parametrize(
    ("dataset", "format"),
    [(Dataset.TASKS, Format.CSV), (Dataset.VERSIONS, Format.NDJSON), (Dataset.TASKS, Format.PARQUET)],
)
def test_rows_are_exported(engine: Engine, tmp_path: Path, dataset: Dataset, format: Format) -> None:
    if format is Format.PARQUET:
        pytest.importorskip("pyarrow", reason="needs pyarrow (extra `export`)")
    database = PgExportDatabase(engine)
    today = NOW.astimezone(ZONE).date()
    days = days_between(today - timedelta(days=2), today + timedelta(days=2), ZONE)
    selection = Selection(dataset=dataset, by=PartitionBy.OBSERVED)
    folder = ExportFolder(tmp_path, ExportSpec(selection, format, ZONE.key))
    reports = list(export_days(database, folder, days))
    assert sum(report.rows for report in reports) > 1000
