"""The rules by which a sighting becomes a task, a version, or nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncer.model import INT64, LONGEST_ID, Interval, Quirk, RunStatus, StreamState
from syncer.storage import PgStreamStore
from tests.integration.storage.conftest import Look
from tests.support.sightings import T0, after, begin, detail, outcome, see, store

#: Random characters of four bytes each, so that no index can compress them.
LONGEST = "".join(map(chr, random.Random(1).choices(range(0x1F300, 0x1F600), k=LONGEST_ID)))


def task(look: Look, task_id: str = "t") -> dict[str, Any]:
    (row,) = look("SELECT * FROM sync.tasks WHERE task_id = %s", task_id)
    return row


def versions(look: Look, task_id: str = "t") -> list[dict[str, Any]]:
    query = "SELECT * FROM reporting.task_versions WHERE task_id = %s ORDER BY version"
    return look(query, task_id)


def states(look: Look, task_id: str = "t") -> list[str]:
    return [row["status"] for row in versions(look, task_id)]


# New, unchanged, changed


def test_new_task_is_stored_once(ours: PgStreamStore, look: Look) -> None:
    counts = store(ours, begin(ours), see("t", "running", at=5, name="n", created_at=T0))
    assert (counts.inserted, counts.updated, counts.unchanged) == (1, 0, 0)
    row = task(look)
    assert (row["status"], row["name"], row["version"], row["raw"]["id"]) == ("running", "n", 1, "t")
    assert row["first_seen_at"] == row["requested_at"] == row["observed_at"] == after(5)
    assert look("SELECT * FROM sync.task_versions") == []


def test_unchanged_task_is_not_written(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    before = look("SELECT xmin::text, ctid::text, * FROM sync.tasks")
    counts = store(ours, run, see("t", at=60))
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 0, 1)
    assert look("SELECT xmin::text, ctid::text, * FROM sync.tasks") == before


def test_changed_task_keeps_its_former_state(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "waiting", name="one"))
    counts = store(ours, run, see("t", "running", at=60, name="two", started_at=after(50)))
    assert (counts.inserted, counts.updated) == (0, 1)
    former, current = versions(look)
    assert (former["version"], former["status"], former["name"]) == (1, "waiting", "one")
    assert (current["version"], current["status"], current["name"]) == (2, "running", "two")
    assert (former["is_current"], current["is_current"]) == (False, True)
    assert former["fingerprint"] != current["fingerprint"]
    assert former["changed_fields"] is None
    assert current["changed_fields"] == "name, started_at, status"


def test_change_without_a_changed_column_is_named_record(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    other = see("t", at=60, name="n")
    store(ours, run, replace(other, task=see("t").task))
    assert versions(look)[1]["changed_fields"] == "record"


def test_first_seen_stays_and_changed_moves(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "waiting"))
    store(ours, run, see("t", "running", at=60))
    row = task(look)
    assert (row["first_seen_at"], row["observed_at"]) == (T0, after(60))


# Never backwards


def test_older_observation_changes_nothing(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "succeeded", at=60))
    counts = store(ours, run, see("t", "running", at=30))
    assert counts.unchanged == 1
    assert states(look) == ["succeeded"]


@pytest.mark.parametrize(
    ("rank", "at", "stored"),
    [
        (1, 90, "paused"),
        (2, 90, "running"),
        (2, 30, "paused"),
        (3, 30, "running"),
        (None, 90, "running"),
    ],
    ids=["lower rank", "same rank later", "same rank earlier", "higher rank earlier", "unknown rank later"],
)
def test_newer_is_rank_then_time(
    ours: PgStreamStore, look: Look, rank: int | None, at: float, stored: str
) -> None:
    run = begin(ours)
    store(ours, run, see("t", "paused", at=60, rank=2))
    store(ours, run, see("t", "running", at=at, rank=rank))
    row = task(look)
    assert row["status"] == stored
    assert row["observed_at"] >= after(60)


def test_finished_does_not_replace_an_outcome(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "failed"))
    later = begin(ours, at=60)
    store(ours, later, see("t", "finished", at=60))
    assert states(look) == ["failed"]
    store(ours, later, see("t", "finished", at=90, name="renamed"))
    assert states(look) == ["failed", "failed"]
    assert task(look)["name"] == "renamed"


# Outcomes


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_outcome_in_the_same_run_completes_the_state(ours: PgStreamStore, look: Look, status: str) -> None:
    run = begin(ours)
    first = store(ours, run, see("t", "finished"))
    counts = store(ours, run, outcome("t", status, at=5))
    assert (first.without_outcome, counts.without_outcome) == (("t",), ())
    assert (counts.updated, counts.unchanged) == (0, 0)
    (only,) = versions(look)
    assert (only["status"], only["version"], only["observed_at"]) == (status, 1, T0)


def test_outcome_completes_with_the_same_record(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "finished"))
    store(ours, run, see("t", "failed", at=5))
    assert states(look) == ["failed"]


def test_detail_completes_the_state_and_names_its_fields(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running"))
    store(ours, run, see("t", "finished", at=60))
    store(ours, run, detail("t", "failed", at=61, error_code="E1"))
    first, second = versions(look)
    assert (first["status"], second["status"], second["version"]) == ("running", "failed", 2)
    assert second["changed_fields"] == "error_code, status"


def test_outcome_in_a_later_run_is_a_version(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "finished"), status=RunStatus.SUCCEEDED)
    store(ours, begin(ours, at=60), outcome("t", "failed", at=60))
    assert states(look) == ["finished", "failed"]


def test_other_record_in_the_same_run_is_a_version(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "finished"))
    store(ours, run, see("t", "succeeded", at=5, name="n"))
    assert states(look) == ["finished", "succeeded"]


def test_tasks_without_outcome_are_those_of_the_run(ours: PgStreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("a", "finished"), see("b", "finished"))
    store(ours, run, outcome("a", "failed", at=1))
    assert list(ours.without_outcome(run)) == ["b"]
    store(ours, run, status=RunStatus.SUCCEEDED)
    assert ours.without_outcome(begin(ours, at=60)) == {}


# Partial sightings


def test_partial_sighting_creates_no_task(ours: PgStreamStore, look: Look) -> None:
    counts = store(ours, begin(ours), outcome("t", "failed"), detail("u", "failed"))
    assert (counts.inserted, counts.unchanged) == (0, 2)
    assert look("SELECT * FROM sync.tasks") == []


def test_detail_fills_fields_and_clears_none(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", name="n", created_at=T0))
    store(ours, run, detail("t", "running", at=5, started_at=after(1)))
    row = task(look)
    assert (row["name"], row["created_at"], row["started_at"]) == ("n", T0, after(1))
    assert row["raw"] == {"id": "t", "name": "n", "created_at": str(T0)}
    assert row["detail"] == {"answer": {"started_at": str(after(1))}}


def test_list_does_not_clear_fields_of_a_detail(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", name="n"))
    store(ours, run, detail("t", "running", at=5, error_code="E1"))
    store(ours, run, see("t", "failed", at=9, resource_id="r"))
    row = task(look)
    assert (row["name"], row["error_code"], row["resource_id"]) == ("n", "E1", "r")
    assert row["raw"] == {"id": "t", "resource_id": "r"}
    assert row["detail"] is not None


def test_list_adds_its_record_to_a_state_first_shown_by_a_detail(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running"))
    store(ours, run, detail("t", "succeeded", at=5, finished_at=after(3)), status=RunStatus.SUCCEEDED)
    counts = store(ours, begin(ours, at=60), see("t", "succeeded", at=60, finished_at=after(3)))
    assert (counts.updated, states(look)) == (0, ["running", "succeeded"])
    assert task(look)["raw"] == {"id": "t", "finished_at": str(after(3))}
    assert versions(look)[1]["observed_at"] == after(5)
    # Now a different record is a new state.
    store(ours, run, replace(see("t", "succeeded", at=70, finished_at=after(3)), fingerprint=b"other"))
    assert versions(look)[2]["changed_fields"] == "record"


def test_detail_adds_fields_to_an_end_first_shown_by_the_list(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running"))
    store(ours, run, see("t", "failed", at=5, finished_at=after(3)), status=RunStatus.SUCCEEDED)
    by_id = detail("t", "failed", at=60, finished_at=after(3), error_code="E1")
    counts = store(ours, begin(ours, at=60), by_id)
    assert (counts.updated, states(look)) == (0, ["running", "failed"])
    assert (task(look)["error_code"], task(look)["detail"] is None) == ("E1", False)
    assert versions(look)[1]["observed_at"] == after(5)
    # A different response by id is a new state.
    store(ours, run, detail("t", "failed", at=70, finished_at=after(3), error_code="E2"))
    assert versions(look)[2]["changed_fields"] == "error_code"


def test_list_replaces_fields_with_nulls(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "paused", error_code="E1", sub_types=("a", "b")))
    store(ours, run, see("t", "running", at=5))
    row = task(look)
    assert (row["error_code"], row["sub_types"]) == (None, None)
    assert versions(look)[1]["changed_fields"] == "error_code, status, sub_types"


def test_ended_task_shown_as_open_is_reported_as_reopened(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "succeeded"))
    counts = store(ours, run, see("t", "running", at=5))
    assert (counts.reopened, counts.updated, counts.unchanged) == (("t",), 0, 1)
    assert states(look) == ["succeeded"]


def test_ended_task_confirmed_to_be_open_is_a_version(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "succeeded"))
    counts = store(ours, run, replace(see("t", "running", at=5), is_confirmed=True))
    assert (counts.reopened, counts.updated) == ((), 1)
    assert states(look) == ["succeeded", "running"]


def test_ended_task_of_a_ranked_provider_needs_no_confirmation(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "succeeded", rank=1))
    assert store(ours, run, see("t", "running", at=5, rank=2)).reopened == ()
    assert states(look) == ["succeeded", "running"]


def test_end_is_newer_than_an_open_state_of_the_same_rank(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", rank=7))
    store(ours, run, see("t", "succeeded", rank=7))
    for moment in (5, 9):
        counts = store(ours, run, see("t", "running", at=moment, rank=7))
        assert (counts.updated, counts.reopened) == (0, ())
    assert states(look) == ["running", "succeeded"]


def test_same_detail_again_changes_nothing(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running"))
    store(ours, run, detail("t", "running", at=1, answer='{"a": 1, "b": 2}'))
    counts = store(ours, run, detail("t", "running", at=9, answer='{"b": 2, "a": 1}'))
    assert counts.unchanged == 1
    assert len(versions(look)) == 2


# Lost and found


def test_lost_task_is_marked_and_no_longer_open(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", at=5), see("u", "waiting", at=5))
    store(ours, run, status=RunStatus.SUCCEEDED)
    assert set(ours.open_tasks()) == {"t", "u"}
    counts = store(ours, begin(ours, at=60), lost=("t",))
    assert counts.lost == 1
    assert set(ours.open_tasks()) == {"u"}
    (row,) = look("SELECT * FROM reporting.tasks WHERE task_id = 't'")
    assert (row["status"], row["is_open"], row["is_lost"]) == ("running", False, True)
    assert row["lost_at"] == row["changed_at"] == after(60)
    assert [v["changed_fields"] for v in versions(look)] == [None, "lost_at"]


def test_lost_task_shown_again_is_a_version(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running"), lost=())
    store(ours, run, lost=("t",))
    counts = store(ours, run, see("t", "running", at=90))
    assert counts.updated == 1
    assert task(look)["lost_at"] is None
    assert [v["changed_fields"] for v in versions(look)] == [None, "lost_at", "lost_at"]
    assert len({v["fingerprint"] for v in versions(look)}) == 2


@pytest.mark.parametrize("status", ["succeeded", "finished", "cancelled"])
def test_ended_task_is_never_lost(ours: PgStreamStore, look: Look, status: str) -> None:
    run = begin(ours)
    store(ours, run, see("t", status))
    assert store(ours, run, lost=("t", "no such")).lost == 0
    assert states(look) == [status]


def test_lost_is_counted_once(ours: PgStreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    assert store(ours, run, lost=("t", "t")).lost == 1
    assert store(ours, run, lost=("t",)).lost == 0


# Several states in one run


def test_states_of_one_run_all_become_versions(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    assert store(ours, run, see("t", "waiting", at=1), see("u")).inserted == 2
    assert store(ours, run, see("t", "running", at=5)).updated == 1
    assert store(ours, run, see("t", "succeeded", at=9)).updated == 1
    assert states(look) == ["waiting", "running", "succeeded"]
    assert [v["observed_at"] for v in versions(look)] == [after(1), after(5), after(9)]


# When it came about


def test_state_is_bounded_by_its_request_and_its_answer(ours: PgStreamStore, look: Look) -> None:
    """Requests order observations, answers date them: an answer of an early request may come late."""
    run = begin(ours)
    store(ours, run, see("t", "waiting", asked=10, at=15, created_at=after(12)))
    assert task(look)["first_seen_at"] == after(15)
    store(ours, run, see("t", "paused", asked=5, at=40))
    assert task(look)["status"] == "waiting"
    store(ours, run, see("t", "running", asked=11, at=14))
    (first,) = look("SELECT requested_at, observed_at, next_observed_at FROM sync.task_versions")
    # No version ends before it begins.
    assert list(first.values()) == [after(10), after(15), after(15)]
    second = task(look)
    # The state began after the request that still showed the former one.
    assert (second["observed_after"], second["requested_at"]) == (after(10), after(11))
    assert (second["observed_at"], second["status_seen_at"]) == (after(15), after(15))


def test_lost_task_is_dated_by_the_last_page(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours, at=20)
    store(ours, run, see("t", asked=20, at=22))
    store(ours, run, lost=("t",), lost_requested_at=after(30), lost_at=after(33))
    row = task(look)
    assert (row["lost_at"], row["observed_at"], row["requested_at"]) == (after(33), after(33), after(30))
    assert row["observed_after"] == after(20)
    # An answer that was asked for before it, by another process, does not find it again.
    assert store(ours, run, see("t", asked=29, at=34)).updated == 0
    assert store(ours, run, see("t", asked=31, at=32)).updated == 1
    assert versions(look)[2]["observed_at"] == after(33)


def test_observed_after_is_the_last_run_that_had_to_show_the_state(ours: PgStreamStore, look: Look) -> None:
    first = begin(ours)
    store(ours, first, see("open"), see("ended", "failed"))
    state = StreamState(last_run_at=after(100), last_sweep_at=after(50))
    store(ours, first, status=RunStatus.SUCCEEDED, state=state)
    changes = [see("open", "running", at=200), see("ended", "succeeded", at=200), see("new", at=200)]
    store(ours, begin(ours, at=190), *changes)
    assert versions(look, "open")[0]["observed_after"] is None
    assert versions(look, "open")[1]["observed_after"] == after(100)
    # A poll does not read ended tasks; only the sweep did.
    assert versions(look, "ended")[1]["observed_after"] == after(50)
    assert versions(look, "new")[0]["observed_after"] == after(100)


def test_observation_never_begins_after_it_ends(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", at=100, rank=1))
    store(ours, run, see("t", "succeeded", at=50, rank=2))
    last = versions(look)[1]
    assert (last["observed_after"], last["observed_at"]) == (after(50), after(100))
    # By another process, whose estimate of the provider's clock was ahead of ours.
    store(ours, run, state=StreamState(last_run_at=after(300)), status=RunStatus.SUCCEEDED)
    store(ours, begin(ours), see("new", at=299))
    assert versions(look, "new")[0]["observed_after"] == after(299)


# Late


def test_late_task_is_new_inside_the_coverage(ours: PgStreamStore) -> None:
    run = begin(ours)
    covered = StreamState(polled=(Interval(after(-100), after(0)),), last_run_at=after(10))
    store(ours, run, status=RunStatus.SUCCEEDED, state=covered)
    counts = store(
        ours,
        begin(ours, at=60),
        see("late", created_at=after(-30)),
        see("later", created_at=after(-1)),
        see("in time", created_at=after(0)),
        see("older than the retention", created_at=after(-101)),
        see("unknown"),
    )
    assert (counts.inserted, counts.late, counts.late_by) == (5, 2, timedelta(seconds=40))


def test_late_task_is_judged_by_the_coverage_before_the_batch(ours: PgStreamStore) -> None:
    covered = StreamState(polled=(Interval(after(-100), after(0)),), last_run_at=after(0))
    run = begin(ours)
    counts = store(ours, run, see("t", created_at=after(-5)), status=RunStatus.SUCCEEDED, state=covered)
    assert counts.late == 0
    again = store(ours, begin(ours, at=60), see("t", created_at=after(-5), at=60))
    assert (again.late, again.unchanged) == (0, 1)


# What records may hold


@pytest.mark.parametrize(
    "created_at",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
    ids=["year 1", "before 1970", "year 9999"],
)
def test_any_date_is_stored(ours: PgStreamStore, look: Look, created_at: datetime) -> None:
    store(ours, begin(ours), see("t", created_at=created_at))
    assert task(look)["created_at"] == created_at
    assert ours.open_tasks()["t"].created_at == created_at


@pytest.mark.parametrize(
    "task_id",
    [
        *("9007199254740993", "18446744073709551617", "任务-一"),
        *("a\tb\\n\\.\n", "'; --", '{"x"}', LONGEST),
    ],
    ids=["2^53+1", "2^64+1", "chinese", "copy's own signs", "quotes", "json", "long"],
)
def test_any_id_is_stored_as_text(ours: PgStreamStore, look: Look, task_id: str) -> None:
    run = begin(ours)
    store(ours, run, see(task_id))
    assert store(ours, run, see(task_id, at=5)).unchanged == 1
    assert [row["task_id"] for row in look("SELECT task_id FROM reporting.tasks")] == [task_id]


def test_any_bigint_is_stored(ours: PgStreamStore, look: Look) -> None:
    lowest, highest = INT64[0], INT64[-1]
    store(ours, begin(ours), see("t", progress_done=lowest, progress_total=highest, rank=highest))
    row = task(look)
    assert (row["progress_done"], row["progress_total"], row["rank"]) == (lowest, highest, highest)


def test_large_record_is_stored(ours: PgStreamStore, look: Look) -> None:
    text = "好" * 2_000_000
    store(ours, begin(ours), see("t", error_message=text))
    assert task(look)["error_message"] == text


def test_altered_record_is_flagged_until_it_is_replaced(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, replace(see("t"), raw_altered=True))
    store(ours, run, outcome("t", "running", at=1))
    assert task(look)["raw_altered"] is True
    store(ours, run, see("t", "running", at=2, name="clean"))
    assert task(look)["raw_altered"] is False


def test_quirk_may_be_longer_than_an_index_entry(ours: PgStreamStore, look: Look) -> None:
    quirk = Quirk(path="Status", value="x" * 100_000, sample="x")
    store(ours, begin(ours), quirks=(quirk,))
    assert [row["length"] for row in look("SELECT length(value) FROM sync.quirks")] == [100_000]
