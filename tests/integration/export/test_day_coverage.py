"""Exports and `reporting.coverage_daily` agree on which days are complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import Engine

from syncer.model import Interval, RunStatus, Stream, StreamState
from syncer.reporting.export import (
    Dataset,
    DayState,
    PartitionBy,
    Selection,
    StreamCoverage,
    days_between,
)
from syncer.reporting.export.completeness import day_completeness
from syncer.storage import PgStore, make_engine
from syncer.storage.read.exports import PgExportDatabase
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store

UTC_ZONE = ZoneInfo("UTC")
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
TASKS = Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED)


def ago(days: float) -> datetime:
    return TODAY - timedelta(days=days)


@pytest.fixture
def pg(migrated_url: str) -> Iterator[PgStore]:
    engine = make_engine(migrated_url)
    pg = PgStore(engine, holder="test")
    yield pg
    pg.close()
    engine.dispose()


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    engine = make_engine(migrated_url)
    yield engine
    engine.dispose()


def cover(pg: PgStore, region: str, *swept: Interval, polled: tuple[Interval, ...] = ()) -> None:
    """Set the coverage of a region of the source `fake`."""
    with pg.claim(Stream(make_source(), region)) as stream_store:
        state = StreamState(swept=swept, polled=polled)
        store(stream_store, begin(stream_store), state=state, status=RunStatus.SUCCEEDED)


def states(engine: Engine, first: date, last: date) -> dict[date, tuple[DayState, str]]:
    """State and reason of each day, as an export would record them."""
    result = {}
    for day in days_between(first, last, UTC_ZONE):
        with PgExportDatabase(engine).snapshot(TASKS, day) as snapshot:
            completeness = day_completeness(TASKS, day, snapshot.facts)
        result[day.on] = (completeness.state, completeness.reason)
    return result


def covered_days(url: str) -> dict[date, bool]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT day, is_covered FROM reporting.coverage_daily").fetchall())


@pytest.mark.parametrize("seed", range(6))
def test_complete_days_are_the_covered_days(
    seed: int, pg: PgStore, engine: Engine, migrated_url: str
) -> None:
    random = Random(seed)

    def some_interval() -> Interval:
        start = random.choice([random.randint(3, 18), random.uniform(3, 18)])
        return Interval(ago(start), ago(start - random.choice([1, 4, 7.5, 14])))

    for region in ("one", "two", "three"):
        swept = tuple(some_interval() for _ in range(random.randint(0, 4)))
        cover(pg, region, *swept, polled=(some_interval(),) if random.random() < 0.5 else ())
    with psycopg.connect(migrated_url) as connection:
        connection.execute(
            "UPDATE sync.streams SET registered_at = %s, retention = %s, retired_at = %s"
            " WHERE region = 'two'",
            (
                ago(random.uniform(0, 15)),
                random.choice([None, timedelta(days=7)]),
                random.choice([None, ago(random.uniform(0, 15))]),
            ),
        )
    exported = states(engine, ago(20).date(), ago(1).date())
    is_covered = covered_days(migrated_url)
    assert {day for day, (state, _) in exported.items() if state is DayState.COMPLETE} == {
        day for day in exported if is_covered[day]
    }
    assert all((reason == "") is (state is DayState.COMPLETE) for state, reason in exported.values())


def test_region_added_later_does_not_count_for_earlier_days(pg: PgStore, engine: Engine) -> None:
    cover(pg, "old", Interval(ago(20), ago(2)))
    cover(pg, "new", Interval(ago(9.5), ago(2)))
    exported = states(engine, ago(12).date(), ago(3).date())
    assert set(exported.values()) == {(DayState.COMPLETE, "")}


def test_coverage_that_begins_within_a_day_makes_it_partial(pg: PgStore, engine: Engine) -> None:
    cover(pg, "global", Interval(ago(9.5), ago(8)))
    exported = states(engine, ago(11).date(), ago(9).date())
    assert list(exported.values()) == [
        (DayState.GAP, "before the coverage begins"),
        (DayState.GAP, "coverage begins or ends on that day: fake"),
        (DayState.COMPLETE, ""),
    ]


def test_retired_stream_does_not_count_for_later_days(pg: PgStore, engine: Engine, migrated_url: str) -> None:
    cover(pg, "kept", Interval(ago(20), ago(2)))
    cover(pg, "retired", Interval(ago(20), ago(10)))
    with psycopg.connect(migrated_url) as connection:
        connection.execute("UPDATE sync.streams SET retired_at = %s WHERE region = 'retired'", (ago(9.5),))
    assert list(states(engine, ago(10).date(), ago(9).date()).values()) == [
        (DayState.GAP, "lost: fake/retired"),
        (DayState.COMPLETE, ""),
    ]


def test_open_task_of_a_retired_stream_is_final(pg: PgStore, engine: Engine, migrated_url: str) -> None:
    cover(pg, "global", Interval(ago(20), ago(2)))
    with pg.claim(Stream(make_source(), "global")) as ours:
        store(ours, begin(ours), see("t", "running", created_at=ago(4.5)))
    day = ago(4.5).date()
    assert states(engine, day, day)[day] == (DayState.PROVISIONAL, "tasks are open")
    pg.retire({})
    assert states(engine, day, day)[day] == (DayState.COMPLETE, "")


def test_stream_before_its_first_run_counts_since_its_oldest_task(pg: PgStore, engine: Engine) -> None:
    cover(pg, "old", Interval(ago(20), ago(1)))
    with pg.claim(Stream(make_source(), "new")):
        pass
    [before, after] = [states(engine, day.date(), day.date())[day.date()] for day in (ago(9), ago(3))]
    # The fake shows tasks for seven days.
    assert before == (DayState.COMPLETE, "")
    assert after == (DayState.PROVISIONAL, "not swept yet: fake/new")


def test_expected_parts_of_the_day_are_loaded(pg: PgStore, engine: Engine) -> None:
    cover(pg, "global", Interval(ago(9.5), ago(8.75)), polled=(Interval(ago(8.75), ago(8.25)),))
    [day] = days_between(ago(9).date(), ago(9).date(), UTC_ZONE)
    with PgExportDatabase(engine).snapshot(TASKS, day) as snapshot:
        [source] = snapshot.facts.coverage
    [stream] = source.streams
    assert (source.source, source.is_covered, source.is_partial) == ("fake", False, False)
    assert isinstance(stream, StreamCoverage)
    assert stream.unconfirmed == (Interval(ago(8.75), ago(8)),)
    assert stream.unread == (Interval(ago(8.25), ago(8)),)
