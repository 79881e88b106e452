"""The writer's batches: one sighting of a task in each, and where one ends."""

from __future__ import annotations

from dataclasses import replace

from syncer.engine.batch_writer import BatchWriter
from syncer.model import Mode, Page, Sighting
from tests.support.fake_store import FakeStore
from tests.support.fakes import T0, after
from tests.support.sightings import see


def batches_of(*sightings: Sighting) -> list[tuple[Sighting, ...]]:
    """The sightings of each batch that is committed for one page with `sightings`."""
    store = FakeStore()
    writer = BatchWriter(store, store.start(Mode.SWEEP, T0))
    writer.add(Page(sightings=sightings, next_cursor=None, requested_at=T0, observed_at=T0), None, sightings)
    writer.flush()
    return [batch.sightings for batch in store.batches]


def test_states_of_a_task_are_batches_of_their_own() -> None:
    waiting, running, again = see("t"), see("t", "running", at=1), see("t", at=2)
    assert batches_of(waiting, see("u"), running, again) == [(waiting, see("u")), (running,), (again,)]


def test_same_state_again_is_left_out() -> None:
    """It was so from the first sighting on."""
    first = see("t", at=1)
    assert batches_of(first, see("u"), see("t", at=2), see("t", at=3)) == [(first, see("u"))]


def test_confirmation_is_not_left_out() -> None:
    listed = see("t", "running")
    confirmed = replace(listed, observed_at=after(1), is_confirmed=True)
    assert batches_of(listed, confirmed) == [(listed,), (confirmed,)]
