"""Every task and every time of creation can be explained: by which runs it was read, or why it was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from syncer.model import Interval, Mode, RunStatus, Sighting, Stream
from syncer.planning.coverage import CompletedRun, advance_state, ceiling
from syncer.planning.run_plan import claimed_frontier, lookback
from syncer.storage import PgStore, PgStreamStore
from syncer.storage.read import (
    CoverageAnswer,
    UncoveredReason,
    explain_coverage,
    load_source_names,
    load_task_histories,
)
from tests.integration.storage.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import T0, begin, outcome, see, store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """Runs that claim what real ones would, some seconds into the story."""

    ours: PgStreamStore
    stream: Stream

    def complete(self, mode: Mode, at: float, *sightings: Sighting, late_by: float = 0) -> int:
        """A complete run; its number."""
        run = begin(self.ours, mode, at=at)
        state, source = self.ours.state(), self.stream.source
        proof = CompletedRun(
            mode=mode,
            started_at=run.started_at,
            frontier=claimed_frontier(state, source, run.started_at),
            last_page_at=run.started_at + timedelta(seconds=2),
            shown_for=None,
            late_by=timedelta(seconds=late_by),
        )
        proven = advance_state(state, source, proof, lookback(state, source))
        claimed_to = ceiling(run.started_at, source.visibility_lag)
        store(self.ours, run, *sightings, state=proven, ceiling_at=claimed_to, status=RunStatus.SUCCEEDED)
        return run.run_id

    def break_off(self, at: float, error: str, mode: Mode = Mode.POLL) -> int:
        """A run that failed; its number."""
        run = begin(self.ours, mode, at=at)
        store(self.ours, run, status=RunStatus.FAILED, error=error)
        return run.run_id


@pytest.fixture
def story(ours: PgStreamStore, stream: Stream) -> Story:
    return Story(ours, stream)


@pytest.fixture
def read_at(engine: Engine) -> Callable[[float], CoverageAnswer]:
    """How the tasks created so many seconds into the story were read."""

    def read(seconds: float) -> CoverageAnswer:
        (reading,) = explain_coverage(engine, "fake", T0 + timedelta(seconds=seconds))
        return reading

    return read


Read = Callable[[float], CoverageAnswer]


def test_time_names_the_runs_that_read_and_confirmed_it(story: Story, read_at: Read) -> None:
    first = story.complete(Mode.SWEEP, 0)
    poll = story.complete(Mode.POLL, 60)
    sweep = story.complete(Mode.SWEEP, 120)
    reading = read_at(-3600)
    assert (reading.grade, reading.reason, reading.gap) == ("swept", None, None)
    assert reading.last_before is None
    assert reading.first_after is not None
    assert (reading.first_after.run_id, reading.first_after.started_at) == (first, T0)
    assert reading.confirmed_by is not None
    assert reading.confirmed_by.run_id == sweep
    between = read_at(30)
    assert (between.grade, between.confirmed_by) == ("polled", None)
    assert between.last_before is not None
    assert between.first_after is not None
    assert (between.last_before.run_id, between.first_after.run_id) == (first, poll)


def test_time_ends_with_what_the_newest_run_may_claim(story: Story, read_at: Read) -> None:
    story.complete(Mode.SWEEP, 0)
    newest = story.complete(Mode.POLL, 60)
    # The visibility lag is five seconds.
    assert read_at(54.9).grade == "polled"
    reading = read_at(55)
    assert (reading.grade, reading.reason, reading.first_after) == (None, UncoveredReason.AFTER, None)
    assert reading.last_before is not None
    assert reading.last_before.run_id == newest
    assert reading.covered_to == T0 + timedelta(seconds=55)


def test_late_task_needs_another_sweep_to_confirm(story: Story, read_at: Read) -> None:
    story.complete(Mode.SWEEP, 0)
    story.complete(Mode.SWEEP, 600)
    assert read_at(-60).grade == "swept"
    story.complete(Mode.SWEEP, 1200, late_by=1000)
    assert (read_at(-60).grade, read_at(-60).confirmed_by) == ("polled", None)
    again = story.complete(Mode.SWEEP, 3600)
    reading = read_at(-60)
    assert reading.grade == "swept"
    assert reading.confirmed_by is not None
    assert reading.confirmed_by.run_id == again


def test_time_before_the_coverage_says_so(story: Story, read_at: Read) -> None:
    story.break_off(-60, "the key is refused", Mode.SWEEP)
    first = story.complete(Mode.SWEEP, 0)
    reading = read_at(-8 * DAY.total_seconds())
    assert (reading.grade, reading.reason, reading.last_before) == (None, UncoveredReason.BEFORE, None)
    assert reading.first_after is not None
    assert reading.first_after.run_id == first
    assert reading.shown_until == T0 - DAY
    assert [setback.error for setback in reading.incomplete_runs] == ["the key is refused"]


def test_time_in_a_gap_tells_its_state_and_the_failures(story: Story, read_at: Read) -> None:
    story.complete(Mode.SWEEP, 0)
    for n in range(3):
        story.break_off(60 + n, f"unreachable (request {n})")
    last = story.break_off(100, "the key is refused (request 9)")
    days = 9 * DAY.total_seconds()
    story.complete(Mode.SWEEP, days)
    story.break_off(days + 60, "after it")
    reading = read_at(3600)
    assert (reading.grade, reading.reason) == (None, UncoveredReason.GAP)
    assert reading.gap is not None
    assert (reading.gap.state, reading.gap.started_at) == ("lost", T0 - timedelta(seconds=5))
    refused, unreachable = reading.incomplete_runs
    assert (refused.run_id, refused.count, refused.error) == (last, 1, "the key is refused (request 9)")
    assert (unreachable.count, unreachable.status, unreachable.error) == (
        3,
        "failed",
        "unreachable (request 2)",
    )
    assert (unreachable.first_at, unreachable.last_at) == (
        T0 + timedelta(seconds=60),
        T0 + timedelta(seconds=62),
    )


def test_time_in_a_fillable_gap_tells_until_when(pg: PgStore, engine: Engine) -> None:
    source = make_source()
    now = datetime.now(UTC).replace(microsecond=0)
    spans = (Interval(now - 6 * DAY, now - 4 * DAY), Interval(now - 2 * DAY, now - HOUR))
    with pg.claim(Stream(source)) as ours:
        run = ours.start(Mode.POLL, now)
        state = ours.state()
        store(ours, run, state=replace(state, polled=spans), status=RunStatus.SUCCEEDED)
    (reading,) = explain_coverage(engine, "fake", now - 3 * DAY)
    assert reading.gap is not None
    assert (reading.reason, reading.gap.state, reading.gap.ended_at) == (
        UncoveredReason.GAP,
        "fillable",
        now - 2 * DAY,
    )
    assert reading.shown_until == now + 4 * DAY
    assert abs(reading.asked_at - now) < HOUR


def test_time_of_a_stream_without_complete_runs(story: Story, read_at: Read) -> None:
    story.break_off(0, "unreachable")
    run = begin(story.ours, Mode.SWEEP, at=60)
    reading = read_at(30)
    assert (reading.reason, reading.last_before, reading.first_after) == (UncoveredReason.NOTHING, None, None)
    assert [(each.run_id, each.status) for each in reading.incomplete_runs] == [
        (run.run_id, "running"),
        (run.run_id - 1, "failed"),
    ]


def test_every_time_names_the_run_that_claimed_it(story: Story, read_at: Read) -> None:
    starts = (
        *((0, "sweep"), (60, "poll"), (121.7, "poll"), (180, "sweep"), (240.2, "poll"), (300, "sweep")),
        (360.9, "poll"),
    )
    ends = {story.complete(Mode(mode), at): story.ours.state().polled[-1].end for at, mode in starts}
    state = story.ours.state()
    for seconds in range(-20, 370):
        reading = read_at(seconds)
        is_swept, is_polled = (
            any(span.start <= reading.at < span.end for span in spans)
            for spans in (state.swept, state.polled)
        )
        assert reading.grade == ("swept" if is_swept else "polled" if is_polled else None)
        assert (reading.confirmed_by is not None) == is_swept
        by = next((run_id for run_id, end in ends.items() if end > reading.at), None)
        assert (reading.first_after and reading.first_after.run_id) == by


def test_regions_are_told_apart(pg: PgStore, engine: Engine) -> None:
    source = make_source()
    for region in ("b", "a"):
        with pg.claim(Stream(source, region)) as ours:
            store(ours, begin(ours), see("same", created_at=T0))
    assert [each.region for each in explain_coverage(engine, "fake", T0)] == ["a", "b"]
    assert [each.label for each in explain_coverage(engine, "fake", T0, region="b")] == ["fake/b"]
    assert explain_coverage(engine, "fake", T0, region="c") == []
    assert explain_coverage(engine, "other", T0) == []
    assert [each.region for each in load_task_histories(engine, "same")] == ["a", "b"]
    assert [each.label for each in load_task_histories(engine, "same", region="a")] == ["fake/a"]


def test_task_is_told_state_by_state(story: Story, engine: Engine) -> None:
    created_at = T0 - timedelta(seconds=30)
    sweep = story.complete(Mode.SWEEP, 0, see("one", at=0, created_at=created_at))
    poll = story.complete(Mode.POLL, 60, see("one", "running", at=61, created_at=created_at))
    (told,) = load_task_histories(engine, "one")
    assert (told.label, told.provider, told.created_at, told.first_seen_at) == (
        "fake",
        "fake",
        created_at,
        T0,
    )
    waiting, running = told.states
    assert (waiting.version, waiting.status, waiting.observed_after) == (1, "waiting", None)
    assert (waiting.run_id, waiting.mode, waiting.run_started_at) == (sweep, "sweep", T0)
    assert (waiting.request_id, running.request_id) == ("request-0", "request-61")
    assert (running.run_id, running.observed_after) == (poll, T0)
    assert running.observed_at == T0 + timedelta(seconds=61)
    assert running.changed_fields == ["status"]
    assert told.now is running
    assert told.reading is not None
    assert (told.reading.grade, told.reading.at) == ("polled", created_at)


def test_lost_task_keeps_its_mark_in_the_story(ours: PgStreamStore, engine: Engine) -> None:
    store(ours, begin(ours), see("one", "running"))
    store(ours, begin(ours, at=60), lost=("one",))
    store(ours, begin(ours, at=120), see("one", "running", at=120))
    (told,) = load_task_histories(engine, "one")
    _, lost, again = told.states
    assert lost.lost_at == T0 + timedelta(seconds=60)
    assert (lost.changed_fields, lost.request_id) == (["lost_at"], "")
    assert again.lost_at is None
    assert told.reading is None


def test_outcome_without_a_request_keeps_the_one_that_showed_the_end(
    ours: PgStreamStore, engine: Engine
) -> None:
    run = begin(ours)
    store(ours, run, see("one", "finished", at=1))
    store(ours, run, outcome("one", "succeeded", at=2))
    (told,) = load_task_histories(engine, "one")
    assert [(each.status, each.request_id) for each in told.states] == [("succeeded", "request-1")]


def test_unknown_task_has_no_story(ours: PgStreamStore, engine: Engine) -> None:
    assert load_task_histories(engine, "none") == []
    assert load_source_names(engine) == ["fake"]


def test_state_outlives_the_record_of_its_run(ours: PgStreamStore, engine: Engine, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("one"))
    look("DELETE FROM sync.checkpoints RETURNING 1")
    look("DELETE FROM sync.runs RETURNING 1")
    (told,) = load_task_histories(engine, "one")
    assert (told.now.run_id, told.now.mode, told.now.run_started_at) == (run.run_id, None, None)


@pytest.mark.parametrize("mode", list(Mode))
def test_run_begins_when_its_claims_count_from(
    mode: Mode, story: Story, look: Look, ours: PgStreamStore, stream: Stream
) -> None:
    story.complete(Mode.SWEEP, -600)
    run = begin(ours, mode, at=0)
    state = ours.state()
    # The first answer has told that our clock was ahead.
    begun_at = T0 - timedelta(seconds=40)
    proof = CompletedRun(mode=mode, started_at=begun_at, frontier=None, last_page_at=begun_at, shown_for=None)
    proven = advance_state(state, stream.source, proof, timedelta(0))
    store(ours, run, state=proven, status=RunStatus.SUCCEEDED)
    (row,) = look("SELECT started_at FROM sync.runs WHERE run_id = %s", run.run_id)
    assert row["started_at"] == begun_at
