"""Every query of the Grafana dashboards, interpolate in as Grafana does, on tasks with known results."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.postgres import types

from syncer.storage import make_engine
from syncer.storage.roles import create_bi_role, describe_bi_role
from tests.support.bi_roles import url_as
from tests.support.grafana_queries import DASHBOARDS, GrafanaQuery, TimeRange, constants, interpolate, queries
from tests.support.known_tasks import NOW, ZONE, local
from tests.support.postgres_servers import Server

QUERIES = list(queries())
EACH = pytest.mark.parametrize("grafana_query", QUERIES, ids=str)
#: The default time range of the dashboards: 30 local days, today included.
# Runs start on the database's clock, during the tests.
SHOWN = TimeRange(local(29), NOW + timedelta(hours=1))
NUMBERS = {"int8", "float8", "numeric", "int4"}

Row = dict[str, Any]


class GrafanaSession:
    """Runs queries as Grafana does, in a session with another time zone."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def __call__(self, grafana_query: GrafanaQuery, **how: Any) -> list[Row]:
        return self.query_with_types(grafana_query, **how)[1]

    def query_with_types(
        self, grafana_query: GrafanaQuery, *, time_range: TimeRange = SHOWN, sources: list[str] | None = None
    ) -> tuple[dict[str, str], list[Row]]:
        """The type of each column by its name, and the rows."""
        values: dict[str, Any] = constants(grafana_query.dashboard)
        if grafana_query.kind != "variable":
            values["source"] = self.sources(grafana_query.dashboard) if sources is None else sources
        cursor = self._connection.execute(
            interpolate(grafana_query.sql, time_range, interval="1m", values=values).encode()
        )
        assert cursor.description
        names = [column.name for column in cursor.description]
        assert len(set(names)) == len(names), "the columns of a frame must have unique names"
        kinds = [types[column.type_code].name for column in cursor.description]
        return dict(zip(names, kinds, strict=True)), [
            dict(zip(names, row, strict=True)) for row in cursor.fetchall()
        ]

    def sources(self, dashboard: str) -> list[str]:
        """The values of the dashboard's variable."""
        (variable,) = (each for each in QUERIES if each.dashboard == dashboard and each.kind == "variable")
        return [row["source"] for row in self(variable)]


@pytest.fixture
def ask(known_url: str) -> Iterator[GrafanaSession]:
    """A session in a time zone that no test uses: the results must not depend on it."""
    with psycopg.connect(known_url, autocommit=True) as connection:
        connection.execute("SET search_path = pg_catalog")
        connection.execute("SET timezone = 'America/New_York'")
        yield GrafanaSession(connection)


def query(dashboard: str, name: str, kind: str | None = None) -> GrafanaQuery:
    matches = [query for query in QUERIES if (query.dashboard, query.name) == (dashboard, name)]
    (only,) = (query for query in matches if kind in (None, query.kind))
    return only


# Every query


@EACH
def test_query_answers_as_its_panel_needs(grafana_query: GrafanaQuery, ask: GrafanaSession) -> None:
    kinds, rows = ask.query_with_types(grafana_query)
    assert rows
    if grafana_query.form == "time_series":
        check_series(kinds, rows)
    if grafana_query.panel:
        check_panel(grafana_query.panel, kinds, rows)


def check_series(kinds: dict[str, str], rows: list[Row]) -> None:
    """The types, the order and the time range of the points are those that Grafana draws."""
    words = [name for name, kind in kinds.items() if kind == "text"]
    assert kinds["time"] in {"timestamptz", "float8", "numeric"}
    assert {kind for name, kind in kinds.items() if name not in {*words, "time"}} <= NUMBERS
    # With three columns, one of them `metric`, Grafana names each series by the value of `metric`.
    assert len(words) <= 1
    assert "metric" not in words or len(kinds) == 3
    times = [row["time"] for row in rows]
    assert None not in times
    assert times == sorted(times)
    points = [(row["time"], row.get("metric", row.get("source"))) for row in rows]
    assert len(set(points)) == len(points)
    for at in times:
        instant = at if isinstance(at, datetime) else datetime.fromtimestamp(float(at), UTC)
        # A group begins before its rows.
        assert SHOWN.begins_at - timedelta(minutes=1) <= instant <= SHOWN.ends_at


def check_panel(panel: dict[str, Any], kinds: dict[str, str], rows: list[Row]) -> None:
    """The panel's options fit the columns.

    Grafana takes a date as midnight UTC, which is the day before in the time zones west of it.
    """
    assert set(kinds.values()) <= {*NUMBERS, "text", "timestamptz", "bool"}
    coloured = set()
    for override in panel["fieldConfig"]["overrides"]:
        prop, column = override["properties"][0], override["matcher"]["options"]
        if prop["id"] == "color":
            coloured.add(column)
            continue
        assert len(override["properties"]) == 1
        if prop["id"] == "unit":
            assert kinds[column] in NUMBERS
    assert not coloured or {row["metric"] for row in rows} <= coloured
    if "xField" in panel["options"]:
        assert kinds[panel["options"]["xField"]] == "text"


@EACH
def test_query_runs_without_data(grafana_query: GrafanaQuery, ask: GrafanaSession) -> None:
    """Without sources, and in a time range without data."""
    before = TimeRange(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 2, 1, tzinfo=UTC))
    rows = ask(grafana_query, time_range=before, sources=[])
    assert rows == [] or grafana_query.form == "table"


def test_results_do_not_depend_on_the_session_time_zone(known_url: str) -> None:
    """A BI role has the reporting time zone by default, but a tool can set another."""
    answers = []
    for zone in ("UTC", "Asia/Shanghai", "Pacific/Auckland"):
        with psycopg.connect(known_url, autocommit=True) as connection:
            connection.execute(f"SET timezone = '{zone}'".encode())
            ask = GrafanaSession(connection)
            days = [each for each in QUERIES if "calendar" in each.sql]
            answers.append([ask(each) for each in days])
    assert answers[0] == answers[1] == answers[2]


def test_bi_role_may_run_every_query(known_url: str, postgres: Server) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create roles")
        superuser_url = url_as(known_url, user=admin.info.user, password=admin.info.password)
        name, password = f"bi_{secrets.token_hex(4)}", secrets.token_hex(8)
        engine = make_engine(superuser_url)
        try:
            role = describe_bi_role(engine, name, time_zone=ZONE.key, statement_timeout=timedelta(seconds=90))
            create_bi_role(engine, role, password)
            with psycopg.connect(url_as(known_url, user=name, password=password)) as connection:
                ask = GrafanaSession(connection)
                assert all(ask(each) for each in QUERIES)
        finally:
            engine.dispose()
            with psycopg.connect(superuser_url, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


# Results


@pytest.mark.parametrize(
    ("dashboard", "name", "expected"),
    [
        ("overview", "Created", 14),
        ("overview", "Ended", 10),
        ("overview", "Failed", 1 / 3),
        ("overview", "Open now", 3),
        ("overview", "Gaps in the coverage", 5),
        ("tencent_mps", "Created", 9),
        ("tencent_mps", "Failed", 0.2),
        ("tencent_mps", "Lost", 1),
        ("tencent_tat", "Created", 3),
        ("alibaba_aiccs", "Created", 1),
        ("baidu_vod", "Failed", 1.0),
        ("operations", "Runs", 7),
        ("operations", "Failed runs", 1),
        ("operations", "Lost tasks", 1),
        ("coverage", "Lost", 86400.0),
        ("coverage", "Can still be filled", 1),
    ],
)
def test_stat_shows_the_known_number(dashboard: str, name: str, expected: float, ask: GrafanaSession) -> None:
    (row,) = ask(query(dashboard, name))
    assert list(row.values()) == [pytest.approx(expected)]


def test_stat_counts_only_the_selected_sources(ask: GrafanaSession) -> None:
    (row,) = ask(query("overview", "Created"), sources=["tat", "vod"])
    assert row == {"created": 4}


def test_stat_counts_only_the_time_range(ask: GrafanaSession) -> None:
    (row,) = ask(query("overview", "Created"), time_range=TimeRange(local(1), NOW))
    assert row == {"created": 7}


def test_days_are_at_local_midnight(ask: GrafanaSession) -> None:
    rows = {(row["time"], row["metric"]): row["tasks"] for row in ask(query("overview", "Created and ended"))}
    assert rows == {
        (local(2), "created"): 7,
        (local(2), "ended"): 5,
        (local(1), "created"): 7,
        (local(1), "ended"): 5,
    }


def test_lost_tasks_are_apart_in_the_panel_of_statuses(ask: GrafanaSession) -> None:
    rows = ask(query("tencent_mps", "Created, by current status"))
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row["metric"]] += row["tasks"]
    # Of the two tasks that were last seen running, one is lost.
    assert (counted["running"], counted["lost"], counted.total()) == (1, 1, 9)


def test_unconfirmed_days_are_shaded(ask: GrafanaSession) -> None:
    rows = [(row["time"], row["timeend"]) for row in ask(query("overview", "Not confirmed"))]
    assert rows == [
        (local(29), local(20)),
        (local(19), local(18)),
        (local(10), local(9)),
        (local(5), local(4)),
        (local(1), local(-1)),
    ]
    (tail,) = ask(query("overview", "Not confirmed"), sources=["tat"], time_range=TimeRange(local(9), NOW))
    assert (tail["time"], tail["timeend"]) == (local(0), local(-1))


def test_gaps_are_annotated(ask: GrafanaSession) -> None:
    rows = [
        (row["time"], row["timeend"], row["text"], row["tags"])
        for row in ask(query("coverage", "Gaps", "annotation"))
    ]
    assert rows == [
        (local(19), local(18), "vod was not read: lost", "lost"),
        (local(10), local(9), "robot-calls was not read: unknown", "unknown"),
        (local(10), local(9), "tat / ap-guangzhou was not read: unknown", "unknown"),
        (local(10), local(9), "tat / ap-singapore was not read: unknown", "unknown"),
        (local(5), local(5, 6), "mps-cn was not read: fillable", "fillable"),
    ]


def test_state_timeline_has_the_worst_state_of_each_day(ask: GrafanaSession) -> None:
    rows = ask(query("coverage", "Each list, day by day"))
    assert len(rows) == 30 * 5
    rows = {(row["metric"], row["time"]): row["state"] for row in rows}
    lists = Counter(name for name, _ in rows)
    assert set(lists) == {"mps-cn", "robot-calls", "tat / ap-guangzhou", "tat / ap-singapore", "vod"}
    assert [rows["mps-cn", local(ago)] for ago in (21, 20, 5, 4, 1, 0)] == [0, 5, 2, 5, 4, 4]
    assert [rows["vod", local(ago)] for ago in (19, 18, 0)] == [1, 5, 0]
    assert rows["robot-calls", local(10)] == 3


def test_hours_of_the_day_are_local(ask: GrafanaSession) -> None:
    rows = {row["hour"]: row["tasks"] for row in ask(query("tencent_mps", "Created, by hour of the day"))}
    assert rows == {
        "00": 1,
        "08": 2,
        "09": 1,
        "10": 1,
        "11": 1,
        "12": 1,
        "13": 1,
        "23": 1,
    }


def test_commands_are_counted_with_their_exit_codes(ask: GrafanaSession) -> None:
    rows = ask(query("tencent_tat", "Commands of the last thousand tasks"))
    assert [(row["command"], row["tasks"], row["instances"], row["exit codes"]) for row in rows] == [
        ("备份", 2, 1, None),
        ("清理", 1, 1, "127"),
    ]


def test_dashboards_of_providers_offer_their_sources(ask: GrafanaSession) -> None:
    offered = {name: ask.sources(name) for name in DASHBOARDS}
    assert offered.pop("tencent_mps") == ["mps-cn"]
    assert offered.pop("tencent_tat") == ["tat"]
    assert offered.pop("alibaba_aiccs") == ["robot-calls"]
    assert offered.pop("baidu_vod") == ["vod"]
    assert set(map(tuple, offered.values())) == {("mps-cn", "robot-calls", "tat", "vod")}
