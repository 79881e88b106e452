"""The status of the streams in the database, also of streams without runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Engine

from syncer.storage import make_engine
from syncer.storage.read import StreamOverview, load_gaps, load_streams

_SOURCE = "insert into sync.sources (name, provider, site, account, key_hash) values (%s, 'p', 's', 'a', '')"
_STREAM = """
insert into sync.streams (source_id, region, poll_every, sweep_every, retention, polled, swept)
select source_id, %s, '1m', '6h', %s, %s, %s from sync.sources where name = %s
"""
_RUN = """
insert into sync.runs (stream_id, mode, status, epoch, started_at, ended_at, error)
select stream_id, 'poll', %s, 1, %s, %s, %s from sync.streams where region = %s
"""
_TASK = """
insert into sync.tasks (stream_id, task_id, status, created_at, raw, fingerprint, raw_altered, version,
    observed_at, run_id, request_id, first_seen_at, requested_at)
select stream_id, 'one', 'running', %s, '{}', '', false, 1, now(), 1, '', now(), now() from sync.streams
"""
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    engine = make_engine(migrated_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(migrated_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        yield connection


def add_stream(
    connection: psycopg.Connection, region: str, polled: str = "{}", retention: timedelta | None = None
) -> None:
    connection.execute(_STREAM, [region, retention, polled, "{}", "tat"])


def span(start: timedelta, end: timedelta) -> str:
    return f"[{NOW - start},{NOW - end})"


def test_empty_database_has_no_overview(engine: Engine) -> None:
    assert load_streams(engine) == []
    assert load_gaps(engine) == []


def test_overview_shows_the_last_run_of_each_stream(engine: Engine, connection: psycopg.Connection) -> None:
    connection.execute(_SOURCE, ["tat"])
    add_stream(connection, "b", "{" + span(timedelta(days=2), timedelta(hours=1)) + "}")
    add_stream(connection, "a")
    connection.execute(_RUN, ["succeeded", NOW, NOW, None, "b"])
    connection.execute(_RUN, ["failed", NOW, NOW, "wrong key", "b"])
    connection.execute("update sync.streams set failure = 'wrong key' where region = 'b'")
    never_run, failed = load_streams(engine)
    assert never_run == StreamOverview(
        source="tat",
        region="a",
        provider="p",
        mode=None,
        result=None,
        ended_at=None,
        succeeded_at=None,
        since_success=None,
        error=None,
        failing_since=None,
        is_overdue=False,
        open_tasks=0,
        covered_from=None,
        covered_to=None,
        headroom=None,
        paused_until=None,
        retention=None,
        shown_age=None,
        holder=None,
        orders={},
        lookback=None,
        outcome_filter="unproven",
        outcome_filter_at=None,
        late=0,
    )
    assert (failed.region, failed.mode, failed.result, failed.error) == ("b", "poll", "failed", "wrong key")
    assert (failed.covered_from, failed.covered_to) == (NOW - timedelta(days=2), NOW - timedelta(hours=1))


def test_overview_shows_learned_properties(engine: Engine, connection: psycopg.Connection) -> None:
    connection.execute(_SOURCE, ["tat"])
    add_stream(connection, "a")
    add_stream(connection, "b")
    connection.execute(
        "update sync.streams set orders = %s, lookback = '90s', outcome_filter = 'trusted',"
        " shown_age = '8d', paused_until = now() + interval '1h' where region = 'a'",
        [json.dumps({"tasks": ["created newest first"], "others": []})],
    )
    for late in (2, 0, 3):
        connection.execute(_RUN, ["succeeded", NOW, NOW, None, "a"])
        connection.execute(
            "update sync.runs set late = %s where run_id = (select max(run_id) from sync.runs)", [late]
        )
    learned, other = load_streams(engine)
    assert learned.orders == {"tasks": ["created newest first"], "others": []}
    assert (learned.lookback, learned.outcome_filter) == (timedelta(seconds=90), "trusted")
    assert (learned.late, other.late) == (5, 0)
    assert (learned.shown_age, other.shown_age) == (timedelta(days=8), None)
    assert learned.paused_until is not None
    assert other.paused_until is None
    connection.execute("update sync.streams set paused_until = now() - interval '1s' where region = 'a'")
    assert load_streams(engine)[0].paused_until is None


DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("spans", "open_since", "headroom"),
    [
        ([(6 * DAY, HOUR)], None, 7 * DAY - HOUR),
        ([(6 * DAY, HOUR)], 2 * DAY, 5 * DAY),
        ([(6 * DAY, HOUR)], 9 * DAY, timedelta(0)),
        ([(6 * DAY, 3 * DAY), (DAY, HOUR)], 2 * DAY, 4 * DAY),
        ([(9 * DAY, 8 * DAY), (6 * DAY, HOUR)], None, timedelta(0)),
        ([(12 * DAY, 11 * DAY), (10 * DAY, HOUR)], None, 7 * DAY - HOUR),
    ],
    ids=["unread", "open", "overdue", "gap", "gap that expires", "lost"],
)
def test_headroom_ends_with_the_first_to_expire(
    engine: Engine,
    connection: psycopg.Connection,
    spans: list[tuple[timedelta, timedelta]],
    open_since: timedelta | None,
    headroom: timedelta,
) -> None:
    connection.execute(_SOURCE, ["tat"])
    add_stream(connection, "a", "{" + ",".join(span(*ages) for ages in spans) + "}", retention=7 * DAY)
    if open_since is not None:
        connection.execute(_TASK, [NOW - open_since])
    (stream,) = load_streams(engine)
    assert stream.headroom is not None
    assert headroom - HOUR < stream.headroom <= headroom


def test_headroom_is_unknown_without_a_retention(engine: Engine, connection: psycopg.Connection) -> None:
    connection.execute(_SOURCE, ["tat"])
    add_stream(connection, "a", "{" + span(2 * DAY, HOUR) + "}")
    connection.execute(_TASK, [NOW - DAY])
    (stream,) = load_streams(engine)
    assert (stream.open_tasks, stream.headroom) == (1, None)


def test_gaps_state_how_long_they_can_be_filled(engine: Engine, connection: psycopg.Connection) -> None:
    connection.execute(_SOURCE, ["tat"])
    days = [timedelta(days=number) for number in range(10)]
    spans = [span(days[9], days[8]), span(days[4], days[3]), span(days[1], days[0])]
    add_stream(connection, "a", "{" + ",".join(spans) + "}", retention=timedelta(days=7))
    lost, fillable, later = sorted(load_gaps(engine), key=lambda gap: gap.ended_at)
    assert (lost.state, lost.started_at, lost.headroom) == ("lost", NOW - days[8], None)
    assert (fillable.state, fillable.ended_at) == ("fillable", NOW - days[4])
    assert (later.started_at, later.ended_at) == (NOW - days[3], NOW - days[1])
    assert later.headroom is not None
    assert timedelta(days=3, hours=23) < later.headroom < timedelta(days=4, minutes=1)
