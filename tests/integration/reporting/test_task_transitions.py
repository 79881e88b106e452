"""`reporting.task_transitions`: former and new status, instant and duration."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from syncer.model import Mode, RunStatus, Stream, StreamState
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import T0, after, begin, detail, outcome, see, store


def transitions(look: Look) -> list[dict[str, Any]]:
    return look("SELECT * FROM reporting.task_transitions ORDER BY task_id, version")


def test_first_version_is_no_transition(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "running"), see("u", "failed"))
    assert transitions(look) == []


def test_transition_has_both_statuses_and_provider_statuses(pg: PgStore, look: Look) -> None:
    with pg.claim(Stream(make_source(provider="tencent_tat"), "ap-guangzhou")) as ours:
        run = begin(ours)
        store(ours, run, see("好", provider_status="PENDING", task_type="SHELL"))
        store(ours, run, see("好", "failed", at=30, provider_status="TIMEOUT", task_type="SHELL"))
    (row,) = transitions(look)
    assert (row["task_id"], row["task_type"], row["version"]) == ("好", "SHELL", 2)
    assert (row["from_status"], row["to_status"]) == ("waiting", "failed")
    assert (row["from_provider_status"], row["to_provider_status"]) == ("PENDING", "TIMEOUT")
    assert (row["provider"], row["region"]) == ("tencent_tat", "ap-guangzhou")
    assert look("SELECT task_key, source_key, source FROM reporting.tasks") == [
        {name: row[name] for name in ("task_key", "source_key", "source")}
    ]


def test_transition_is_between_two_observations(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    state = StreamState(last_run_at=after(25))
    store(ours, run, see("t"), state=state, status=RunStatus.SUCCEEDED)
    store(ours, begin(ours, at=30), see("t", "running", at=40))
    (row,) = transitions(look)
    assert (row["observed_after"], row["observed_at"], row["uncertain_seconds"]) == (
        after(25),
        after(40),
        15.0,
    )
    assert (row["former_observed_at"], row["former_seconds"]) == (after(0), 40.0)


def test_changes_within_a_status_extend_its_duration(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    for done in range(1, 5):
        store(ours, run, see("t", "running", at=10 * done, progress_done=done))
    store(ours, run, see("t", "paused", at=70))
    store(ours, run, see("t", "running", at=90))
    store(ours, run, see("t", "succeeded", at=91))
    rows = transitions(look)
    assert [(row["from_status"], row["to_status"], row["former_seconds"]) for row in rows] == [
        ("waiting", "running", 10.0),
        ("running", "paused", 60.0),
        ("paused", "running", 20.0),
        ("running", "succeeded", 1.0),
    ]
    assert [row["version"] for row in rows] == [2, 6, 7, 8]


def test_loss_is_no_transition(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "running"))
    store(ours, begin(ours, at=50), lost=("t",))
    assert transitions(look) == []
    store(ours, begin(ours, at=80), see("t", "failed", at=80))
    (row,) = transitions(look)
    assert (row["from_status"], row["to_status"], row["former_seconds"]) == ("running", "failed", 80.0)


def test_transition_leads_to_the_outcome_of_the_run(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "running"))
    run = begin(ours, at=60)
    store(ours, run, see("t", "finished", at=60))
    store(ours, run, outcome("t", "failed", at=61))
    (row,) = transitions(look)
    assert (row["from_status"], row["to_status"], row["observed_at"]) == ("running", "failed", after(60))


def test_last_transition_leads_to_the_current_status(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours, Mode.SWEEP)
    for number in range(20):
        store(ours, run, see(f"t{number}"))
        for step, status in enumerate(("running", "paused", "running", "failed")[: number % 5], start=1):
            store(ours, run, see(f"t{number}", status, at=step))
            store(ours, run, detail(f"t{number}", status, at=step, resource_id=f"r{step}"))
    ends = look(
        "SELECT count(*) AS n FROM reporting.tasks t JOIN reporting.task_transitions x USING (task_key)"
        " WHERE x.observed_at = (SELECT max(observed_at) FROM reporting.task_transitions y"
        " WHERE y.task_key = t.task_key) AND x.to_status = t.status"
    )
    assert ends == [{"n": 16}]
    (total,) = look("SELECT sum(former_seconds) AS s, count(*) AS n FROM reporting.task_transitions")
    assert total == {"s": 40.0, "n": 40}


def test_day_is_in_the_reporting_time_zone(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    late = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert late == T0 + timedelta(hours=4)
    run = begin(ours)
    store(ours, run, see("t"))
    store(ours, run, see("t", "running", at=4 * 3600))
    days = [transitions(look)[0]["day"]]
    pg.configure("Asia/Shanghai")
    days.append(transitions(look)[0]["day"])
    assert days == [date(2026, 3, 1), date(2026, 3, 2)]


def test_last_transition_survives_deleted_history(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", provider_status="PENDING"))
    store(ours, run, see("t", "running", at=10, provider_status="RUNNING"))
    store(ours, run, see("t", "failed", at=30, provider_status="FAILED"))
    assert [row["from_provider_status"] for row in transitions(look)] == ["PENDING", "RUNNING"]
    look("DELETE FROM sync.task_versions")
    (row,) = transitions(look)
    assert (row["from_status"], row["to_status"], row["former_seconds"]) == ("running", "failed", 20.0)
    assert (row["from_provider_status"], row["to_provider_status"]) == (None, "FAILED")
