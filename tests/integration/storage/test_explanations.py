"""`explain`: the runs that read a task or a creation time, or why it was not read."""

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
    CoverageExplanation,
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
class RunRecorder:
    """Stores runs with the coverage that real runs would claim; times are seconds after T0."""

    stream_store: PgStreamStore
    stream: Stream

    def complete(self, mode: Mode, at: float, *sightings: Sighting, late_by: float = 0) -> int:
        """Store a complete run; return its id."""
        run = begin(self.stream_store, mode, at=at)
        state, source = self.stream_store.state(), self.stream.source
        completed = CompletedRun(
            mode=mode,
            started_at=run.started_at,
            frontier=claimed_frontier(state, source),
            last_answer_at=run.started_at + timedelta(seconds=2),
            shown_for=None,
            late_by=timedelta(seconds=late_by),
        )
        new_state = advance_state(state, source, completed, lookback(state, source))
        claimed_to = ceiling(run.started_at, source.visibility_lag)
        store(
            self.stream_store,
            run,
            *sightings,
            state=new_state,
            ceiling_at=claimed_to,
            status=RunStatus.SUCCEEDED,
        )
        return run.run_id

    def fail(self, at: float, error: str, mode: Mode = Mode.POLL) -> int:
        """Store a failed run; return its id."""
        run = begin(self.stream_store, mode, at=at)
        store(self.stream_store, run, status=RunStatus.FAILED, error=error)
        return run.run_id


@pytest.fixture
def recorder(ours: PgStreamStore, stream: Stream) -> RunRecorder:
    return RunRecorder(ours, stream)


@pytest.fixture
def coverage_at(engine: Engine) -> Callable[[float], CoverageExplanation]:
    """The coverage at a creation time, in seconds after T0."""

    def explain(seconds: float) -> CoverageExplanation:
        (coverage,) = explain_coverage(engine, "fake", T0 + timedelta(seconds=seconds))
        return coverage

    return explain


CoverageAt = Callable[[float], CoverageExplanation]


def test_covered_time_has_the_runs_that_read_and_confirmed_it(
    recorder: RunRecorder, coverage_at: CoverageAt
) -> None:
    first = recorder.complete(Mode.SWEEP, 0)
    poll = recorder.complete(Mode.POLL, 60)
    sweep = recorder.complete(Mode.SWEEP, 120)
    coverage = coverage_at(-3600)
    assert (coverage.grade, coverage.reason, coverage.gap) == ("swept", None, None)
    assert coverage.last_before is None
    assert coverage.first_after is not None
    assert (coverage.first_after.run_id, coverage.first_after.started_at) == (first, T0)
    assert coverage.confirmed_by is not None
    assert coverage.confirmed_by.run_id == sweep
    between = coverage_at(30)
    assert (between.grade, between.confirmed_by) == ("polled", None)
    assert between.last_before is not None
    assert between.first_after is not None
    assert (between.last_before.run_id, between.first_after.run_id) == (first, poll)


def test_coverage_ends_at_the_ceiling_of_the_newest_run(
    recorder: RunRecorder, coverage_at: CoverageAt
) -> None:
    recorder.complete(Mode.SWEEP, 0)
    newest = recorder.complete(Mode.POLL, 60)
    # The visibility lag is five seconds.
    assert coverage_at(54.9).grade == "polled"
    coverage = coverage_at(55)
    assert (coverage.grade, coverage.reason, coverage.first_after) == (
        None,
        UncoveredReason.AFTER,
        None,
    )
    assert coverage.last_before is not None
    assert coverage.last_before.run_id == newest
    assert coverage.covered_to == T0 + timedelta(seconds=55)


def test_late_task_requires_another_sweep(recorder: RunRecorder, coverage_at: CoverageAt) -> None:
    recorder.complete(Mode.SWEEP, 0)
    recorder.complete(Mode.SWEEP, 600)
    assert coverage_at(-60).grade == "swept"
    recorder.complete(Mode.SWEEP, 1200, late_by=1000)
    assert (coverage_at(-60).grade, coverage_at(-60).confirmed_by) == ("polled", None)
    again = recorder.complete(Mode.SWEEP, 3600)
    coverage = coverage_at(-60)
    assert coverage.grade == "swept"
    assert coverage.confirmed_by is not None
    assert coverage.confirmed_by.run_id == again


def test_time_before_the_coverage_has_its_reason(recorder: RunRecorder, coverage_at: CoverageAt) -> None:
    recorder.fail(-60, "the key is refused", Mode.SWEEP)
    first = recorder.complete(Mode.SWEEP, 0)
    coverage = coverage_at(-8 * DAY.total_seconds())
    assert (coverage.grade, coverage.reason, coverage.last_before) == (
        None,
        UncoveredReason.BEFORE,
        None,
    )
    assert coverage.first_after is not None
    assert coverage.first_after.run_id == first
    assert coverage.shown_until == T0 - DAY
    assert [group.error for group in coverage.incomplete_runs] == ["the key is refused"]


def test_time_in_a_gap_has_its_state_and_failed_runs(recorder: RunRecorder, coverage_at: CoverageAt) -> None:
    recorder.complete(Mode.SWEEP, 0)
    for n in range(3):
        recorder.fail(60 + n, f"unreachable (request {n})")
    last = recorder.fail(100, "the key is refused (request 9)")
    days = 9 * DAY.total_seconds()
    recorder.complete(Mode.SWEEP, days)
    recorder.fail(days + 60, "after it")
    coverage = coverage_at(3600)
    assert (coverage.grade, coverage.reason) == (None, UncoveredReason.GAP)
    assert coverage.gap is not None
    assert (coverage.gap.state, coverage.gap.started_at) == ("lost", T0 - timedelta(seconds=5))
    refused, unreachable = coverage.incomplete_runs
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


def test_fillable_gap_states_until_when_it_is_shown(pg: PgStore, engine: Engine) -> None:
    source = make_source()
    now = datetime.now(UTC).replace(microsecond=0)
    intervals = (Interval(now - 6 * DAY, now - 4 * DAY), Interval(now - 2 * DAY, now - HOUR))
    with pg.claim(Stream(source)) as ours:
        run = ours.start(Mode.POLL, now)
        state = ours.state()
        store(ours, run, state=replace(state, polled=intervals), status=RunStatus.SUCCEEDED)
    (coverage,) = explain_coverage(engine, "fake", now - 3 * DAY)
    assert coverage.gap is not None
    assert (coverage.reason, coverage.gap.state, coverage.gap.ended_at) == (
        UncoveredReason.GAP,
        "fillable",
        now - 2 * DAY,
    )
    assert coverage.shown_until == now + 4 * DAY
    assert abs(coverage.asked_at - now) < HOUR


def test_stream_without_complete_runs_covers_nothing(recorder: RunRecorder, coverage_at: CoverageAt) -> None:
    recorder.fail(0, "unreachable")
    run = begin(recorder.stream_store, Mode.SWEEP, at=60)
    coverage = coverage_at(30)
    assert (coverage.reason, coverage.last_before, coverage.first_after) == (
        UncoveredReason.NOTHING,
        None,
        None,
    )
    assert [(group.run_id, group.status) for group in coverage.incomplete_runs] == [
        (run.run_id, "running"),
        (run.run_id - 1, "failed"),
    ]


def test_first_run_is_the_run_that_claimed_the_time(recorder: RunRecorder, coverage_at: CoverageAt) -> None:
    starts = (
        *((0, "sweep"), (60, "poll"), (121.7, "poll"), (180, "sweep"), (240.2, "poll"), (300, "sweep")),
        (360.9, "poll"),
    )
    ends = {
        recorder.complete(Mode(mode), at): recorder.stream_store.state().polled[-1].end for at, mode in starts
    }
    state = recorder.stream_store.state()
    for seconds in range(-20, 370):
        coverage = coverage_at(seconds)
        is_swept, is_polled = (
            any(span.start <= coverage.at < span.end for span in spans)
            for spans in (state.swept, state.polled)
        )
        assert coverage.grade == ("swept" if is_swept else "polled" if is_polled else None)
        assert (coverage.confirmed_by is not None) == is_swept
        first_run_id = next((run_id for run_id, end in ends.items() if end > coverage.at), None)
        assert (coverage.first_after and coverage.first_after.run_id) == first_run_id


def test_regions_are_explained_separately(pg: PgStore, engine: Engine) -> None:
    source = make_source()
    for region in ("b", "a"):
        with pg.claim(Stream(source, region)) as ours:
            store(ours, begin(ours), see("same", created_at=T0))
    assert [result.region for result in explain_coverage(engine, "fake", T0)] == ["a", "b"]
    assert [result.label for result in explain_coverage(engine, "fake", T0, region="b")] == ["fake/b"]
    assert explain_coverage(engine, "fake", T0, region="c") == []
    assert explain_coverage(engine, "other", T0) == []
    assert [result.region for result in load_task_histories(engine, "same")] == ["a", "b"]
    assert [result.label for result in load_task_histories(engine, "same", region="a")] == ["fake/a"]


def test_task_history_has_each_version(recorder: RunRecorder, engine: Engine) -> None:
    created_at = T0 - timedelta(seconds=30)
    sweep = recorder.complete(Mode.SWEEP, 0, see("one", at=0, created_at=created_at))
    poll = recorder.complete(Mode.POLL, 60, see("one", "running", at=61, created_at=created_at))
    (history,) = load_task_histories(engine, "one")
    assert (history.label, history.provider, history.created_at, history.first_seen_at) == (
        "fake",
        "fake",
        created_at,
        T0,
    )
    waiting, running = history.versions
    assert (waiting.version, waiting.status, waiting.observed_after) == (1, "waiting", None)
    assert (waiting.run_id, waiting.mode, waiting.run_started_at) == (sweep, "sweep", T0)
    assert (waiting.request_id, running.request_id) == ("request-0", "request-61")
    assert (running.run_id, running.observed_after) == (poll, T0)
    assert running.observed_at == T0 + timedelta(seconds=61)
    assert running.changed_fields == ["status"]
    assert history.current is running
    assert history.coverage is not None
    assert (history.coverage.grade, history.coverage.at) == ("polled", created_at)


def test_history_keeps_the_loss_of_a_task(ours: PgStreamStore, engine: Engine) -> None:
    store(ours, begin(ours), see("one", "running"))
    store(ours, begin(ours, at=60), lost=("one",))
    store(ours, begin(ours, at=120), see("one", "running", at=120))
    (history,) = load_task_histories(engine, "one")
    _, lost, found_again = history.versions
    assert lost.lost_at == T0 + timedelta(seconds=60)
    assert (lost.changed_fields, lost.request_id) == (["lost_at"], "")
    assert found_again.lost_at is None
    assert history.coverage is None


def test_outcome_without_a_request_keeps_the_former_request_id(ours: PgStreamStore, engine: Engine) -> None:
    run = begin(ours)
    store(ours, run, see("one", "finished", at=1))
    store(ours, run, outcome("one", "succeeded", at=2))
    (history,) = load_task_histories(engine, "one")
    assert [(version.status, version.request_id) for version in history.versions] == [
        ("succeeded", "request-1")
    ]


def test_unknown_task_has_no_history(ours: PgStreamStore, engine: Engine) -> None:
    assert load_task_histories(engine, "none") == []
    assert load_source_names(engine) == ["fake"]


def test_version_survives_the_deletion_of_its_run(ours: PgStreamStore, engine: Engine, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("one"))
    look("DELETE FROM sync.checkpoints RETURNING 1")
    look("DELETE FROM sync.runs RETURNING 1")
    (history,) = load_task_histories(engine, "one")
    assert (history.current.run_id, history.current.mode, history.current.run_started_at) == (
        run.run_id,
        None,
        None,
    )


@pytest.mark.parametrize("mode", list(Mode))
def test_corrected_start_of_a_run_is_stored(
    mode: Mode, recorder: RunRecorder, look: Look, ours: PgStreamStore, stream: Stream
) -> None:
    recorder.complete(Mode.SWEEP, -600)
    run = begin(ours, mode, at=0)
    state = ours.state()
    # The first response showed that the local clock was ahead.
    begun_at = T0 - timedelta(seconds=40)
    completed = CompletedRun(
        mode=mode, started_at=begun_at, frontier=None, last_answer_at=begun_at, shown_for=None
    )
    new_state = advance_state(state, stream.source, completed, timedelta(0))
    store(ours, run, state=new_state, status=RunStatus.SUCCEEDED)
    (row,) = look("SELECT started_at FROM sync.runs WHERE run_id = %s", run.run_id)
    assert row["started_at"] == begun_at
