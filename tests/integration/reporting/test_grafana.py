"""Everything that the Grafana dashboards ask, asked as Grafana would, on data whose numbers are known."""

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
from tests.support.grafana_queries import DASHBOARDS, Asked, Range, constants, filled, queries
from tests.support.known_tasks import NOW, ZONE, local
from tests.support.postgres_servers import Server

QUERIES = list(queries())
EACH = pytest.mark.parametrize("asked", QUERIES, ids=str)
PANELS = pytest.mark.parametrize("asked", [each for each in QUERIES if each.panel], ids=str)
SERIES = pytest.mark.parametrize("asked", [each for each in QUERIES if each.form == "time_series"], ids=str)
#: The dashboards' own range: thirty local days, today's included.
# Runs begin on the clock of the database, while the tests are under way.
SHOWN = Range(local(29), NOW + timedelta(hours=1))
NUMBERS = {"int8", "float8", "numeric", "int4"}

Row = dict[str, Any]


class Answers:
    """Asks as Grafana does, in a session of any time zone."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def __call__(self, asked: Asked, **how: Any) -> list[Row]:
        return self.typed(asked, **how)[1]

    def typed(
        self, asked: Asked, *, shown: Range = SHOWN, sources: list[str] | None = None
    ) -> tuple[dict[str, str], list[Row]]:
        """The names of the columns' types by their names, and the rows."""
        values: dict[str, Any] = constants(asked.dashboard)
        if asked.kind != "variable":
            values["source"] = self.sources(asked.dashboard) if sources is None else sources
        cursor = self._connection.execute(filled(asked.sql, shown, interval="1m", values=values).encode())
        assert cursor.description
        names = [column.name for column in cursor.description]
        assert len(set(names)) == len(names), "a frame's columns have names of their own"
        kinds = [types[column.type_code].name for column in cursor.description]
        return dict(zip(names, kinds, strict=True)), [
            dict(zip(names, row, strict=True)) for row in cursor.fetchall()
        ]

    def sources(self, dashboard: str) -> list[str]:
        """All that the dashboard's variable offers."""
        (variable,) = (each for each in QUERIES if each.dashboard == dashboard and each.kind == "variable")
        return [row["source"] for row in self(variable)]


@pytest.fixture
def ask(known_url: str) -> Iterator[Answers]:
    """In a time zone that is nobody's: what the dashboards show must not depend on it."""
    with psycopg.connect(known_url, autocommit=True) as connection:
        connection.execute("SET search_path = pg_catalog")
        connection.execute("SET timezone = 'America/New_York'")
        yield Answers(connection)


def query(dashboard: str, name: str, kind: str | None = None) -> Asked:
    found = [each for each in QUERIES if (each.dashboard, each.name) == (dashboard, name)]
    (only,) = (each for each in found if kind in (None, each.kind))
    return only


# Each of them


@EACH
def test_query_answers_with_rows(asked: Asked, ask: Answers) -> None:
    assert ask(asked)


@EACH
def test_query_answers_where_there_is_nothing(asked: Asked, ask: Answers) -> None:
    """No source, and a time of which nobody knows anything."""
    before = Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 2, 1, tzinfo=UTC))
    rows = ask(asked, shown=before, sources=[])
    assert rows == [] or asked.form == "table"


@SERIES
def test_series_are_of_types_that_grafana_draws(asked: Asked, ask: Answers) -> None:
    kinds, _ = ask.typed(asked)
    assert kinds.pop("time") in {"timestamptz", "float8", "numeric"}
    words = [name for name, kind in kinds.items() if kind == "text"]
    assert {kind for name, kind in kinds.items() if name not in words} <= NUMBERS
    # Three columns, one of them `metric`, make a series that is called by its value.
    assert len(words) <= 1
    assert "metric" not in words or len(kinds) == 2


@SERIES
def test_series_go_forward_in_time_once(asked: Asked, ask: Answers) -> None:
    rows = ask(asked)
    times = [row["time"] for row in rows]
    assert None not in times
    assert times == sorted(times)
    points = [(row["time"], row.get("metric", row.get("source"))) for row in rows]
    assert len(set(points)) == len(points)


@EACH
def test_query_asks_for_no_more_than_is_shown(asked: Asked, ask: Answers) -> None:
    for row in ask(asked) if asked.form == "time_series" else ():
        at = row["time"]
        at = at if isinstance(at, datetime) else datetime.fromtimestamp(float(at), UTC)
        # Groups begin before what is in them.
        assert SHOWN.begins_at - timedelta(minutes=1) <= at <= SHOWN.ends_at


@PANELS
def test_table_shows_no_bare_day_nor_array(asked: Asked, ask: Answers) -> None:
    """A date is midnight in UTC to Grafana, and so the day before to half of the world."""
    kinds, _ = ask.typed(asked)
    assert set(kinds.values()) <= {*NUMBERS, "text", "timestamptz", "bool"}


@PANELS
def test_panel_speaks_of_columns_that_there_are(asked: Asked, ask: Answers) -> None:
    kinds, _ = ask.typed(asked)
    assert asked.panel
    for override in asked.panel["fieldConfig"]["overrides"]:
        (told,) = override["properties"]
        if told["id"] == "unit":
            assert kinds[override["matcher"]["options"]] in NUMBERS
    if "xField" in asked.panel["options"]:
        assert kinds[asked.panel["options"]["xField"]] == "text"


@PANELS
def test_statuses_have_their_colours(asked: Asked, ask: Answers) -> None:
    assert asked.panel
    overrides = asked.panel["fieldConfig"]["overrides"]
    coloured = {
        override["matcher"]["options"] for override in overrides if override["properties"][0]["id"] == "color"
    }
    assert not coloured or {row["metric"] for row in ask(asked)} <= coloured


def test_queries_of_days_do_not_depend_on_the_session(known_url: str) -> None:
    """Nor on what the role's time zone is; its own is that of the reports, but tools may set another."""
    answers = []
    for zone in ("UTC", "Asia/Shanghai", "Pacific/Auckland"):
        with psycopg.connect(known_url, autocommit=True) as connection:
            connection.execute(f"SET timezone = '{zone}'".encode())
            ask = Answers(connection)
            days = [each for each in QUERIES if "calendar" in each.sql]
            answers.append([ask(each) for each in days])
    assert answers[0] == answers[1] == answers[2]


def test_reader_may_ask_everything(known_url: str, postgres: Server) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create roles")
        place = url_as(known_url, user=admin.info.user, password=admin.info.password)
        name, password = f"bi_{secrets.token_hex(4)}", secrets.token_hex(8)
        engine = make_engine(place)
        try:
            role = describe_bi_role(engine, name, time_zone=ZONE.key, statement_timeout=timedelta(seconds=90))
            create_bi_role(engine, role, password)
            with psycopg.connect(url_as(known_url, user=name, password=password)) as connection:
                ask = Answers(connection)
                assert all(ask(each) for each in QUERIES)
        finally:
            engine.dispose()
            with psycopg.connect(place, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


# What some of them tell


@pytest.mark.parametrize(
    ("dashboard", "name", "told"),
    [
        ("overview", "Created", 14),
        ("overview", "Ended", 10),
        ("overview", "Failed", 1 / 3),
        ("overview", "Open now", 3),
        ("overview", "Holes in the coverage", 5),
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
def test_stat_tells_what_is_known(dashboard: str, name: str, told: float, ask: Answers) -> None:
    (row,) = ask(query(dashboard, name))
    assert list(row.values()) == [pytest.approx(told)]


def test_stat_counts_only_the_sources_chosen(ask: Answers) -> None:
    (row,) = ask(query("overview", "Created"), sources=["tat", "vod"])
    assert row == {"created": 4}


def test_stat_counts_only_the_days_shown(ask: Answers) -> None:
    (row,) = ask(query("overview", "Created"), shown=Range(local(1), NOW))
    assert row == {"created": 7}


def test_days_stand_at_local_midnight(ask: Answers) -> None:
    found = {
        (row["time"], row["metric"]): row["tasks"] for row in ask(query("overview", "Created and ended"))
    }
    assert found == {
        (local(2), "created"): 7,
        (local(2), "ended"): 5,
        (local(1), "created"): 7,
        (local(1), "ended"): 5,
    }


def test_shading_is_where_days_are_not_confirmed(ask: Answers) -> None:
    found = [(row["time"], row["timeend"]) for row in ask(query("overview", "Not confirmed"))]
    assert found == [
        (local(29), local(20)),
        (local(19), local(18)),
        (local(10), local(9)),
        (local(5), local(4)),
        (local(1), local(-1)),
    ]
    (tail,) = ask(query("overview", "Not confirmed"), sources=["tat"], shown=Range(local(9), NOW))
    assert (tail["time"], tail["timeend"]) == (local(0), local(-1))


def test_holes_are_marked_while_they_last(ask: Answers) -> None:
    found = [
        (row["time"], row["timeend"], row["text"], row["tags"])
        for row in ask(query("coverage", "Holes", "annotation"))
    ]
    assert found == [
        (local(19), local(18), "vod was not read: lost", "lost"),
        (local(10), local(9), "robot-calls was not read: unknown", "unknown"),
        (local(10), local(9), "tat / ap-guangzhou was not read: unknown", "unknown"),
        (local(10), local(9), "tat / ap-singapore was not read: unknown", "unknown"),
        (local(5), local(5, 6), "mps-cn was not read: fillable", "fillable"),
    ]


def test_states_tell_the_worst_of_each_day(ask: Answers) -> None:
    rows = ask(query("coverage", "Each list, day by day"))
    assert len(rows) == 30 * 5
    found = {(row["metric"], row["time"]): row["state"] for row in rows}
    lists = Counter(name for name, _ in found)
    assert set(lists) == {"mps-cn", "robot-calls", "tat / ap-guangzhou", "tat / ap-singapore", "vod"}
    assert [found["mps-cn", local(ago)] for ago in (21, 20, 5, 4, 1, 0)] == [0, 5, 2, 5, 4, 4]
    assert [found["vod", local(ago)] for ago in (19, 18, 0)] == [1, 5, 0]
    assert found["robot-calls", local(10)] == 3


def test_hours_of_the_day_are_local(ask: Answers) -> None:
    found = {row["hour"]: row["tasks"] for row in ask(query("tencent_mps", "Created, by hour of the day"))}
    assert found == {
        "00": 1,
        "08": 2,
        "09": 1,
        "10": 1,
        "11": 1,
        "12": 1,
        "13": 1,
        "23": 1,
    }


def test_commands_are_counted_with_their_exit_codes(ask: Answers) -> None:
    found = ask(query("tencent_tat", "Commands of the last thousand tasks"))
    assert [(row["command"], row["tasks"], row["instances"], row["exit codes"]) for row in found] == [
        ("备份", 2, 1, None),
        ("清理", 1, 1, "127"),
    ]


def test_dashboards_of_providers_offer_their_sources(ask: Answers) -> None:
    offered = {name: ask.sources(name) for name in DASHBOARDS}
    assert offered.pop("tencent_mps") == ["mps-cn"]
    assert offered.pop("tencent_tat") == ["tat"]
    assert offered.pop("alibaba_aiccs") == ["robot-calls"]
    assert offered.pop("baidu_vod") == ["vod"]
    assert set(map(tuple, offered.values())) == {("mps-cn", "robot-calls", "tat", "vod")}
