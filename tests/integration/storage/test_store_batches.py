"""A batch is one transaction: rows, progress, counters and rejected records together, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from syncer.model import (
    Checkpoint,
    Interval,
    Mode,
    Order,
    OutcomeFilter,
    Quirk,
    Rejected,
    RunStatus,
    Stream,
    StreamState,
)
from syncer.storage import PgStore, PgStreamStore
from tests.integration.storage.conftest import Look
from tests.support.sightings import T0, after, begin, see, store

CHECKPOINT = Checkpoint(
    started_at=T0,
    saved_at=after(30),
    done=("WAITING", "PROCESSING"),
    scan="FINISH",
    cursor="token",
    evidence={"orders": ["created newest first"], "seen": 3, "last": None},
)
STATE = StreamState(
    polled=(Interval(after(0), after(10)), Interval(after(20), after(30))),
    swept=(Interval(after(0), after(10)),),
    orders={"FINISH": frozenset({Order.CREATED_DESC, Order.FINISHED_DESC}), "ALL": frozenset()},
    lookback=timedelta(seconds=90),
    first_sweep_at=after(1),
    last_sweep_at=after(2),
    last_run_at=after(3),
    outcome_filter=OutcomeFilter.TRUSTED,
    outcome_filter_at=after(4),
    shown_age=timedelta(days=8, microseconds=1),
)


def rejected(record: str = '{"no": "id"}') -> Rejected:
    return Rejected(record=record, reason="it has no id", observed_at=T0, request_id="r")


# State


def test_state_of_a_new_stream_is_empty(ours: PgStreamStore) -> None:
    assert ours.state() == StreamState()


def test_state_comes_back_as_it_was_stored(ours: PgStreamStore) -> None:
    store(ours, begin(ours), state=STATE)
    assert ours.state() == STATE
    store(ours, begin(ours), see("t"))
    assert ours.state() == STATE


def test_open_tasks_are_those_that_can_still_change(ours: PgStreamStore) -> None:
    open_ones = ("waiting", "running", "paused", "unknown")
    ended = ("succeeded", "failed", "cancelled", "finished")
    sightings = [see(status, status, at=7, created_at=T0) for status in open_ones + ended]
    store(ours, begin(ours), *sightings)
    found = ours.open_tasks()
    assert set(found) == set(open_ones)
    assert (found["paused"].created_at, found["paused"].first_seen_at) == (T0, after(7))


# All or nothing


def test_failing_batch_leaves_nothing(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    broken = replace(see("broken"), record="{")
    with pytest.raises(DBAPIError):
        store(ours, run, see("t"), broken, rejected=(rejected(),), checkpoint=CHECKPOINT, state=STATE)
    for table in ("tasks", "rejected_records", "checkpoints"):
        assert look(f"SELECT * FROM sync.{table}") == []
    assert ours.state() == StreamState()
    assert store(ours, run, see("t")).inserted == 1


def test_batch_of_another_streams_run_is_refused(pg: PgStore, stream: Stream, ours: PgStreamStore) -> None:
    with pg.claim(replace(stream, region="elsewhere")) as other:
        run = begin(other)
    with pytest.raises(AssertionError):
        store(ours, run, see("t"))
    assert ours.open_tasks() == {}


# Runs


def test_run_sums_the_counts_of_its_batches(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("a"), see("b"), pages=2, requests=3, rejected=(rejected(),))
    store(ours, run, see("a", at=5), see("b", "running", at=5), pages=1, requests=1, lost=("a",))
    (row,) = look("SELECT * FROM sync.runs")
    counted = {name: row[name] for name in ("inserted", "updated", "unchanged", "rejected", "lost")}
    assert counted == {"inserted": 2, "updated": 1, "unchanged": 1, "rejected": 1, "lost": 1}
    assert (row["pages"], row["requests"]) == (3, 4)
    assert (row["status"], row["ended_at"], row["started_at"]) == ("running", None, T0)


@pytest.mark.parametrize("status", [RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.INTERRUPTED])
def test_run_ends_with_its_last_batch(ours: PgStreamStore, look: Look, status: RunStatus) -> None:
    error = "the list never ends\0" if status is RunStatus.FAILED else None
    store(ours, begin(ours), status=status, error=error)
    (row,) = look("SELECT * FROM sync.runs")
    assert row["status"] == status
    assert row["ended_at"] >= row["begun_at"]
    assert row["error"] == ("the list never ends�" if error else None)


def test_complete_run_keeps_the_ceiling_that_it_claimed(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("a"))
    assert look("SELECT ceiling_at FROM sync.runs") == [{"ceiling_at": None}]
    store(ours, run, state=STATE, ceiling_at=after(30), status=RunStatus.SUCCEEDED)
    assert look("SELECT ceiling_at FROM sync.runs") == [{"ceiling_at": after(30)}]


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.INTERRUPTED, RunStatus.FAILED])
def test_unfinished_run_resumes_from_its_checkpoint(
    pg: PgStore, stream: Stream, look: Look, status: RunStatus
) -> None:
    with pg.claim(stream) as ours:
        run = begin(ours, Mode.SWEEP)
        store(ours, run, see("t"), checkpoint=CHECKPOINT, status=status)
    with pg.claim(stream) as ours:
        resumed = begin(ours, Mode.SWEEP, at=600)
        assert resumed == replace(run, checkpoint=CHECKPOINT)
        store(ours, resumed, see("u"))
    (row,) = look("SELECT * FROM sync.runs")
    assert (row["status"], row["inserted"], row["ended_at"]) == ("running", 2, None)


def test_run_of_the_other_mode_does_not_take_the_checkpoint(ours: PgStreamStore) -> None:
    sweep = begin(ours, Mode.SWEEP)
    store(ours, sweep, checkpoint=CHECKPOINT)
    poll = begin(ours, Mode.POLL, at=60)
    assert (poll.checkpoint, poll.run_id == sweep.run_id) == (None, False)
    store(ours, poll, checkpoint=replace(CHECKPOINT, scan="other"), status=RunStatus.INTERRUPTED)
    assert begin(ours, Mode.SWEEP, at=90).checkpoint == CHECKPOINT


def test_sweep_stays_running_during_a_poll(ours: PgStreamStore, look: Look) -> None:
    sweep = begin(ours, Mode.SWEEP)
    store(ours, begin(ours, Mode.POLL, at=60), status=RunStatus.SUCCEEDED)
    assert look("SELECT status FROM sync.runs WHERE run_id = %s", sweep.run_id) == [{"status": "running"}]


def test_run_of_a_dead_process_is_marked_as_interrupted(pg: PgStore, stream: Stream, look: Look) -> None:
    with pg.claim(stream) as ours:
        begin(ours, Mode.SWEEP)
    with pg.claim(stream) as ours:
        begin(ours, Mode.POLL, at=60)
    sweep, poll = look("SELECT status, ended_at FROM sync.runs ORDER BY run_id")
    assert (sweep["status"], sweep["ended_at"] is None) == ("interrupted", False)
    assert (poll["status"], poll["ended_at"]) == ("running", None)


def test_checkpoint_is_replaced_by_a_new_one_only(ours: PgStreamStore) -> None:
    run = begin(ours)
    store(ours, run, checkpoint=CHECKPOINT)
    later = replace(CHECKPOINT, cursor="next", saved_at=after(60), evidence={})
    store(ours, run, checkpoint=later)
    store(ours, run, see("t"))
    store(ours, run, status=RunStatus.INTERRUPTED)
    assert begin(ours, at=90).checkpoint == later


@pytest.mark.parametrize("status", [RunStatus.SUCCEEDED, RunStatus.FAILED])
def test_checkpoint_is_deleted_at_the_end_of_the_run(ours: PgStreamStore, status: RunStatus) -> None:
    run = begin(ours)
    store(ours, run, checkpoint=CHECKPOINT)
    store(ours, run, status=status)
    fresh = begin(ours, at=90)
    assert (fresh.checkpoint, fresh.started_at) == (None, after(90))
    assert fresh.run_id != run.run_id


# Rejected records and quirks


def test_rejected_record_is_stored_once(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    assert store(ours, run, rejected=(rejected(), rejected(), rejected('"text"'))).rejected == 3
    assert store(ours, run, rejected=(rejected(),)).rejected == 1
    rows = look("SELECT record, reason, observed_at, run_id FROM sync.rejected_records ORDER BY record")
    kept = {"reason": "it has no id", "observed_at": T0, "run_id": run.run_id}
    assert rows == [{"record": '"text"', **kept}, {"record": '{"no": "id"}', **kept}]


def test_quirk_is_stored_once(ours: PgStreamStore, look: Look) -> None:
    field, value = Quirk(path="A.B", sample="1"), Quirk(path="A.B", value="", sample="2")
    run = begin(ours)
    store(ours, run, quirks=(field, value, field))
    before = look("SELECT xmin::text, * FROM sync.quirks ORDER BY sample")
    store(ours, run, quirks=(field, value))
    assert look("SELECT xmin::text, * FROM sync.quirks ORDER BY sample") == before
    assert [(row["path"], row["value"], row["sample"]) for row in before] == [
        ("A.B", None, "1"),
        ("A.B", "", "2"),
    ]


def test_quirk_seen_again_after_a_day_is_updated(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, quirks=(Quirk(path="A", sample="1"),))
    look(
        "UPDATE sync.quirks SET first_seen_at = now() - interval '3 days',"
        " last_seen_at = now() - interval '25 hours'"
    )
    store(ours, run, quirks=(Quirk(path="A", sample="2"),))
    (row,) = look(
        "SELECT sample, last_seen_at > now() - interval '1 hour' AS dated,"
        " first_seen_at < now() - interval '2 days' AS since FROM sync.quirks"
    )
    assert row == {"sample": "1", "dated": True, "since": True}


def test_quirk_belongs_to_the_source(pg: PgStore, stream: Stream, ours: PgStreamStore, look: Look) -> None:
    quirk = Quirk(path="A", sample="1")
    store(ours, begin(ours), quirks=(quirk,))
    with pg.claim(replace(stream, region="elsewhere")) as other:
        store(other, begin(other), quirks=(quirk,))
    assert look("SELECT count(*) FROM sync.quirks") == [{"count": 1}]
