"""Incremental loads by `changed_in`: each state is loaded once, whatever the order of the commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine

from syncer.model import Batch, RunStatus, Sighting, Stream
from syncer.storage import PgStore, PgStreamStore
from syncer.storage.connections import transaction
from syncer.storage.write.commit import commit_batch
from tests.integration.storage.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store
from tests.support.waiting import eventually

_LOAD = (
    " WHERE changed_in > %s AND changed_in < (SELECT changed_before FROM reporting.load_bound)"
    " ORDER BY task_key"
)
#: Transactions of other databases of the server delay the bound, too: those of tests that run meanwhile.
_OTHERS_HAVE_ENDED = """
SELECT 1 FROM reporting.load_bound WHERE NOT EXISTS (
    SELECT FROM pg_stat_activity WHERE datname <> current_database()
        AND backend_xid::text::bigint <= (SELECT max(changed_in) FROM reporting.tasks))
"""


@dataclass
class Loader:
    """A copy of `reporting.tasks`, as dbt or Airbyte keep one: it knows only its own largest changed_in."""

    look: Look
    statuses: dict[str, str] = field(default_factory=dict)
    largest: int = 0

    def load(self) -> list[str]:
        """Load what is new; return the ids of the tasks."""
        eventually(lambda: self.look(_OTHERS_HAVE_ENDED), "the transactions of other databases")
        rows = self.look("SELECT task_id, status, changed_in FROM reporting.tasks" + _LOAD, self.largest)
        self.statuses |= {row["task_id"]: row["status"] for row in rows}
        self.largest = max([self.largest, *(row["changed_in"] for row in rows)])
        return [row["task_id"] for row in rows]


@contextmanager
def open_batch(engine: Engine, ours: PgStreamStore, *sightings: Sighting) -> Iterator[None]:
    """Write a batch, and commit it at the end of the block."""
    run = begin(ours)
    with transaction(engine) as connection:
        commit_batch(connection, ours.lease, Batch(run=run, sightings=sightings))
        yield


@pytest.fixture
def other(pg: PgStore) -> Iterator[PgStreamStore]:
    with pg.claim(Stream(make_source(name="other", account="2"))) as claimed:
        yield claimed


def test_row_that_is_committed_later_is_loaded_later(
    ours: PgStreamStore, other: PgStreamStore, engine: Engine, look: Look
) -> None:
    loader, run = Loader(look), begin(other)
    store(other, run, see("a"), see("b"), see("c"))
    store(ours, begin(ours), see("slow"))
    assert loader.load() == ["a", "b", "c", "slow"]
    with open_batch(engine, ours, see("slow", "running", at=5), see("late", at=5)):
        store(other, run, see("a", "running", at=9), see("new", at=9))
        # Their transaction began later, so nothing of it is loaded before the other one has ended.
        assert loader.load() == []
        store(other, run, see("b", "running", at=10))
    assert sorted(loader.load()) == ["a", "b", "late", "new", "slow"]
    store(other, begin(other), lost=("c",), status=RunStatus.SUCCEEDED)
    store(other, run, see("unchanged", at=11), see("b", "running", at=12))
    assert loader.load() == ["c", "unchanged"]
    assert loader.load() == []
    current = {row["task_id"]: row["status"] for row in look("SELECT task_id, status FROM reporting.tasks")}
    assert loader.statuses == current


def test_versions_are_loaded_again_when_they_become_former(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", at=1))
    query = "SELECT version, is_current, changed_in FROM reporting.task_versions" + _LOAD + ", version"
    (first,) = look(query, 0)
    store(ours, run, see("t", "running", at=2))
    rows = look(query, first["changed_in"])
    assert [(row["version"], row["is_current"]) for row in rows] == [(1, False), (2, True)]
    assert rows[0]["changed_in"] == rows[1]["changed_in"] > first["changed_in"]


def test_load_reads_the_index(ours: PgStreamStore, look: Look) -> None:
    look("SET enable_seqscan = off")
    plan = look("EXPLAIN SELECT status FROM reporting.tasks" + _LOAD.replace("%s", "7"))
    look("RESET enable_seqscan")
    assert "ix_tasks_changed_in" in "".join(row["QUERY PLAN"] for row in plan)
