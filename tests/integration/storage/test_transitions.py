"""Transitions hold each observed version and the version before it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from syncer.model import Status, Stream
from syncer.storage import PgStreamStore
from syncer.storage.read.transitions import load_transitions
from tests.support.sightings import T0, after, begin, see, store


def test_first_version_is_a_transition(engine: Engine, ours: PgStreamStore) -> None:
    store(ours, begin(ours), see("t", "waiting", at=1, provider_status="INIT"))
    [transition] = load_transitions(engine, T0)
    assert (transition.task_id, transition.version, transition.observed_at) == ("t", 1, after(1))
    assert (transition.former_status, transition.former_provider_status) == (None, None)
    assert (transition.status, transition.provider_status) == (Status.WAITING, "INIT")


def test_transition_holds_the_version_before(engine: Engine, ours: PgStreamStore) -> None:
    run = begin(ours)
    fields = {"progress_total": 9, "provider_status": "RUN"}
    store(ours, run, see("t", "running", at=1, progress_done=3, **fields))
    store(ours, run, see("t", "running", at=2, progress_done=5, **fields))
    store(ours, run, see("t", "succeeded", at=3, progress_done=9, **{**fields, "provider_status": "DONE"}))
    transitions = load_transitions(engine, T0)
    statuses = [(transition.former_status, transition.status) for transition in transitions]
    counts = [
        (transition.former_progress_done, transition.progress_done, transition.progress_total)
        for transition in transitions
    ]
    provider_statuses = [
        (transition.former_provider_status, transition.provider_status) for transition in transitions
    ]
    assert statuses == [(None, "running"), ("running", "running"), ("running", "succeeded")]
    assert counts == [(None, 3, 9), (3, 5, 9), (5, 9, 9)]
    assert provider_statuses == [(None, "RUN"), ("RUN", "RUN"), ("RUN", "DONE")]


def test_transitions_begin_after_the_given_instant(engine: Engine, ours: PgStreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("a", "waiting", at=1), see("b", "waiting", at=2))
    store(ours, run, see("a", "running", at=3))
    transitions = load_transitions(engine, T0 + timedelta(seconds=1))
    assert [(transition.task_id, transition.version) for transition in transitions] == [("b", 1), ("a", 2)]


def test_transition_has_the_label_of_the_stream(engine: Engine, ours: PgStreamStore, stream: Stream) -> None:
    store(ours, begin(ours), see("t", at=1))
    [transition] = load_transitions(engine, T0)
    assert transition.label == stream.label
