"""The Superset bundle against the views: every column exists, every chart's query returns rows."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from deploy.superset.refresh import refresh
from tests.support import postgres_servers
from tests.support.ninety_days import fill
from tests.support.superset_queries import parts, query_of, source_of

CHARTS, DATASETS, DASHBOARDS = parts("charts"), parts("datasets"), parts("dashboards")
BY_UUID = {dataset["uuid"]: dataset for dataset in DATASETS.values()}


@pytest.fixture(scope="module")
def ninety_days_url(postgres: postgres_servers.Server, template: str) -> Iterator[str]:
    """URL of a database with a few tasks on each of ninety days."""
    name = f"alive_{secrets.token_hex(6)}"
    url = postgres.create(name, template=template)
    fill(url, share=0.1)
    yield url
    postgres.drop(name)


@pytest.fixture(scope="module")
def session(ninety_days_url: str) -> Iterator[psycopg.Connection]:
    """A session with the settings of the bundle's connection."""
    (database,) = parts("databases").values()
    with psycopg.connect(ninety_days_url, **database["extra"]["engine_params"]["connect_args"]) as connection:
        connection.read_only = True
        yield connection


def test_datasets_have_the_columns_and_comments_of_the_views(ninety_days_url: str) -> None:
    stale = refresh(ninety_days_url, writes=False)
    assert not stale, "bring them to a migrated database: python deploy/superset/refresh.py URL"


def test_datasets_are_the_views_and_one_query(session: psycopg.Connection) -> None:
    views = session.execute(
        "SELECT table_name FROM information_schema.views WHERE table_schema = 'reporting'"
    )
    view_datasets = {dataset["table_name"] for dataset in DATASETS.values() if not dataset["sql"]}
    assert {name for (name,) in views} == view_datasets
    assert sorted(set(DATASETS) - view_datasets) == ["coverage_timeline"]


@pytest.mark.parametrize("name", DATASETS)
def test_dataset_computes_its_metrics_and_columns(session: psycopg.Connection, name: str) -> None:
    dataset = DATASETS[name]
    calculated = [column["expression"] for column in dataset["columns"] if column.get("expression")]
    for expression in calculated + [metric["expression"] for metric in dataset["metrics"]]:
        assert session.execute(f"SELECT {expression} FROM {source_of(dataset)} LIMIT 1").fetchall()


@pytest.mark.parametrize("name", CHARTS)
def test_chart_query_returns_rows(session: psycopg.Connection, name: str) -> None:
    chart = CHARTS[name]
    rows = session.execute(query_of(chart, BY_UUID[chart["dataset_uuid"]])).fetchall()
    assert rows
    assert any(value is not None for value in rows[-1])


def test_days_are_unchanged_by_superset_truncation(session: psycopg.Connection) -> None:
    # Superset selects DATE_TRUNC('day', day), an instant, and reads it in UTC.
    cut = session.execute("SELECT day, date_trunc('day', day) FROM reporting.arrivals_daily ORDER BY day")
    assert all(day == at.date() and at.utcoffset().total_seconds() == 0 for day, at in cut)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_dashboard_colours_every_status(session: psycopg.Connection, name: str) -> None:
    colours = DASHBOARDS[name]["metadata"]["label_colors"]
    assert {status for (status,) in session.execute("SELECT status FROM reporting.statuses")} <= set(colours)


def test_each_chart_is_on_one_dashboard() -> None:
    placed = Counter(
        cell["meta"]["uuid"]
        for board in DASHBOARDS.values()
        for cell in board["position"].values()
        if isinstance(cell, dict) and cell["type"] == "CHART"
    )
    assert placed == Counter({chart["uuid"]: 1 for chart in CHARTS.values()})


def test_filters_name_their_datasets_and_excluded_charts() -> None:
    for board in DASHBOARDS.values():
        cells = [
            cell for cell in board["position"].values() if isinstance(cell, dict) and cell["type"] == "CHART"
        ]
        for each in board["metadata"]["native_filter_configuration"]:
            assert {target["datasetUuid"] for target in each["targets"] if target} <= set(BY_UUID)
            assert set(each["scope"]["excluded"]) <= {cell["meta"]["chartId"] for cell in cells}


def test_parts_have_unique_ids() -> None:
    known = [
        part["uuid"] for kind in (CHARTS, DATASETS, DASHBOARDS, parts("databases")) for part in kind.values()
    ]
    assert len(known) == len(set(known))
