"""Transitions tell each state that was observed, beside the one before it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from syncer.model import Status, Stream
from syncer.storage import PgStreamStore
from syncer.storage.read.transitions import load_transitions
from tests.support.sightings import T0, after, begin, see, store


def test_transitions_begin_with_the_first_state(engine: Engine, ours: PgStreamStore) -> None:
    store(ours, begin(ours), see("t", "waiting", at=1, provider_status="INIT"))
    [seen] = load_transitions(engine, T0)
    assert (seen.task_id, seen.version, seen.observed_at) == ("t", 1, after(1))
    assert (seen.former_status, seen.former_word) == (None, None)
    assert (seen.status, seen.provider_status) == (Status.WAITING, "INIT")


def test_transitions_stand_beside_the_state_before(engine: Engine, ours: PgStreamStore) -> None:
    run = begin(ours)
    told = {"progress_total": 9, "provider_status": "RUN"}
    store(ours, run, see("t", "running", at=1, progress_done=3, **told))
    store(ours, run, see("t", "running", at=2, progress_done=5, **told))
    store(ours, run, see("t", "succeeded", at=3, progress_done=9, **{**told, "provider_status": "DONE"}))
    seen = load_transitions(engine, T0)
    moves = [(each.former_status, each.status) for each in seen]
    counts = [(each.former_done, each.progress_done, each.progress_total) for each in seen]
    words = [(each.former_word, each.provider_status) for each in seen]
    assert moves == [(None, "running"), ("running", "running"), ("running", "succeeded")]
    assert counts == [(None, 3, 9), (3, 5, 9), (5, 9, 9)]
    assert words == [(None, "RUN"), ("RUN", "RUN"), ("RUN", "DONE")]


def test_transitions_leave_out_what_was_observed_before(engine: Engine, ours: PgStreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("a", "waiting", at=1), see("b", "waiting", at=2))
    store(ours, run, see("a", "running", at=3))
    seen = [(each.task_id, each.version) for each in load_transitions(engine, T0 + timedelta(seconds=1))]
    assert seen == [("b", 1), ("a", 2)]


def test_transitions_name_the_stream(engine: Engine, ours: PgStreamStore, stream: Stream) -> None:
    store(ours, begin(ours), see("t", at=1))
    [seen] = load_transitions(engine, T0)
    assert seen.label == stream.label
