"""Stories of runs against a living cloud, with the database in memory."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syncer.engine import RunReport, run_stream
from syncer.errors import CursorRefused, PageRefused, Retryable, Stopped
from syncer.model import Facts, Interval, Mode, Order, OutcomeFilter, Query, RunStatus, Status
from syncer.planning.intervals import union
from tests import fakes
from tests.fakes import AICCS_FACTS, MPS_FACTS, TAT_FACTS, VOD_FACTS, Cloud, FakeStore, Kill, Trouble

ALL_FACTS = [
    pytest.param(MPS_FACTS, id="mps"),
    pytest.param(TAT_FACTS, id="tat"),
    pytest.param(AICCS_FACTS, id="aiccs"),
    pytest.param(VOD_FACTS, id="vod"),
]
ORDERS = [
    fakes.newest_created,
    fakes.newest_finished,
    fakes.newest_updated,
    fakes.oldest_created,
    fakes.shuffled,
]


def run(cloud: Cloud, store: FakeStore, mode: Mode = Mode.POLL, **source: object) -> RunReport:
    source.setdefault("retention", cloud.facts.retention)
    source.setdefault("page_size", 20)
    stream = fakes.make_stream(**source)
    return run_stream(store, cloud, stream=stream, facts=cloud.facts, wanted=mode)


def wrong_tasks(store: FakeStore, cloud: Cloud, begun_at: datetime) -> dict[str, object]:
    """What is not stored as the cloud shows it, save tasks that moved on since the last run began."""
    return {
        task.task_id: (task, store.rows.get(task.task_id))
        for task in cloud.visible(begun_at)
        if task.status(begun_at) is task.status(cloud.clock)
        and not _is_right(store, task.task_id, task.status(begun_at))
    }


def _is_right(store: FakeStore, task_id: str, status: Status) -> bool:
    row = store.rows.get(task_id)
    return row is not None and row.task.status is status and row.lost_at is None


@pytest.mark.parametrize("facts", ALL_FACTS)
@pytest.mark.parametrize("sorting", ORDERS)
def test_run_follows_a_living_cloud(facts: Facts, sorting: fakes.Sorting) -> None:
    cloud = Cloud(facts, fakes.make_tasks(400, ending=fakes.after(1800)), sorting=sorting)
    store = FakeStore()
    for _ in range(20):
        cloud.pass_time(60)
        begun_at = cloud.clock
        assert run(cloud, store).status is RunStatus.SUCCEEDED, store.errors
        assert wrong_tasks(store, cloud, begun_at) == {}
    assert len(store.rows) > 330


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_poll_stops_where_the_order_is_known(facts: Facts) -> None:
    cloud = Cloud(facts, fakes.make_tasks(2000))
    store = FakeStore()
    whole = run(cloud, store).requests
    cloud.pass_time(60)
    assert run(cloud, store).requests < whole / 4


def test_first_run_is_a_sweep() -> None:
    assert run(Cloud(VOD_FACTS, fakes.make_tasks(5)), FakeStore()).mode is Mode.SWEEP


def test_run_after_downtime_is_a_sweep() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(5)), FakeStore()
    run(cloud, store)
    cloud.pass_time(3600)
    assert run(cloud, store).mode is Mode.SWEEP


def test_second_sweep_of_a_still_cloud_writes_nothing() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(300, ending=fakes.after(-9000))), FakeStore()
    run(cloud, store)
    report = run(cloud, store, Mode.SWEEP)
    assert (report.counts.inserted, report.counts.updated) == (0, 0)
    assert store.versions == {}


def test_coverage_of_sweeps_and_polls_is_one_interval_up_to_the_ceiling() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    for _ in range(3):
        run(cloud, store)
        cloud.pass_time(60)
    begun_at = fakes.after(0)
    (polled,) = store.stream_state.polled
    assert begun_at <= polled.start + timedelta(days=7) <= begun_at + timedelta(seconds=60)
    assert polled.end <= cloud.clock - timedelta(seconds=60 + 5)
    assert union(store.stream_state.polled, store.stream_state.swept) == store.stream_state.polled


def test_failed_run_moves_no_coverage() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100)), FakeStore()
    run(cloud, store)
    before = store.stream_state
    cloud.pass_time(60)
    cloud.trouble = Trouble(None, Retryable("the API is away"))
    assert run(cloud, store).status is RunStatus.FAILED
    assert store.stream_state == before
    assert store.errors == ["the API is away"]


def test_outcome_is_not_told_before_the_filter_proved_itself() -> None:
    tasks = [t for t in fakes.make_tasks(100, ending=fakes.after(-9000)) if not t.failed]
    cloud, store = Cloud(MPS_FACTS, tasks), FakeStore()
    run(cloud, store)
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}
    assert store.stream_state.outcome_filter is OutcomeFilter.UNPROVEN


@pytest.mark.parametrize(
    ("filter_is", "verdict"),
    [("ignored", OutcomeFilter.IGNORED), ("refused", OutcomeFilter.REJECTED)],
)
def test_useless_filter_is_noticed_and_left_alone(filter_is: str, verdict: OutcomeFilter) -> None:
    cloud = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000)), filter_is=filter_is)
    store = FakeStore()
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert store.stream_state.outcome_filter is verdict
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}
    cloud.calls.clear()
    cloud.pass_time(60)
    run(cloud, store)
    assert "FINISH.failed" not in {query.listing for query in cloud.calls}
    cloud.pass_time(86400)
    run(cloud, store)
    assert "FINISH.failed" in {query.listing for query in cloud.calls}


def test_outcome_told_in_the_same_run_is_no_version() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    run(cloud, store)
    assert {row.task.status for row in store.rows.values()} == {Status.SUCCEEDED, Status.FAILED}
    assert store.versions == {}


def test_killed_sweep_goes_on_at_its_cursor() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(3000, every=1.0, ending=fakes.after(-9000))), FakeStore()
    cloud.call_takes = timedelta(seconds=1)
    cloud.trouble = Trouble(*[None] * 40, Kill())
    with pytest.raises(Kill):
        run(cloud, store)
    stored, asked = len(store.rows), len(cloud.calls)
    assert 0 < stored < 3000
    report = run(cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(store.rows) == 3000
    assert len(cloud.calls) - asked < 3000 / 20 - stored / 20 + 10


def test_interrupted_run_keeps_what_it_read() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(500, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 10, Stopped("told to stop"))
    assert run(cloud, store).status is RunStatus.INTERRUPTED
    assert len(store.rows) >= 100
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 500
    assert Status.FINISHED not in {row.task.status for row in store.rows.values()}


def test_refused_cursor_starts_the_scan_again() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 6, CursorRefused("the token is unknown"))
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200


def test_failing_page_is_asked_for_in_halves() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 9, *[Retryable("broken", code="InternalError")] * 2)
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200
    assert [q.limit for q in cloud.calls[9:12]] == [20, 10, 5]


def test_open_task_is_followed_to_its_end_below_the_frontier() -> None:
    late = fakes.CloudTask("late", fakes.after(-90000), fakes.after(-80000), fakes.after(300), True)
    cloud = Cloud(MPS_FACTS, [*fakes.make_tasks(900, every=60, ending=fakes.after(600)), late])
    store = FakeStore()
    for _ in range(8):
        run(cloud, store)
        cloud.pass_time(60)
    assert store.rows["late"].task.status is Status.FAILED
    assert store.stream_state.orders["FINISH"] >= {Order.CREATED_DESC}


def test_open_task_that_left_the_window_is_lost_and_comes_back() -> None:
    long = fakes.CloudTask("long", fakes.after(-86400 * 7 + 600), fakes.after(0), fakes.after(10**6))
    cloud, store = Cloud(VOD_FACTS, [long, *fakes.make_tasks(50)]), FakeStore()
    run(cloud, store)
    assert store.rows["long"].lost_at is None
    cloud.pass_time(700)
    assert run(cloud, store).counts.lost == 1
    assert store.rows["long"].lost_at is not None
    cloud.retention = timedelta(days=8)
    run(cloud, store, Mode.SWEEP)
    assert store.rows["long"].lost_at is None
    assert len(store.versions["long"]) == 2


def test_id_that_the_api_refuses_does_not_hide_the_others() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(90)) for n in range(40)]
    cloud, store = Cloud(TAT_FACTS, [*long, *fakes.make_tasks(300, every=5)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(100)

    def refuse(query: Query) -> None:
        if "l7" in query.ids:
            raise PageRefused("one of the ids is invalid")

    cloud.trouble = refuse
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    still_open = {i for i in store.open_tasks() if i.startswith("l")}
    assert still_open == {"l7"}


def test_ended_task_seen_open_again_is_asked_for_before_it_is_believed() -> None:
    cloud = Cloud(AICCS_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000)), is_ranked=False)
    store = FakeStore()
    run(cloud, store)
    cloud.stale.add("t00050")
    cloud.pass_time(60)
    cloud.calls.clear()
    run(cloud, store, Mode.SWEEP)
    assert ("t00050",) in [query.ids for query in cloud.calls]
    assert not store.rows["t00050"].task.is_open
    assert "t00050" not in store.versions


def test_ended_task_that_really_runs_again_is_a_version() -> None:
    again = fakes.CloudTask(
        "again", fakes.after(-99), fakes.after(-90), fakes.after(-50), reopened_at=fakes.after(30)
    )
    cloud = Cloud(AICCS_FACTS, [again, *fakes.make_tasks(60)], is_ranked=False)
    store = FakeStore()
    run(cloud, store)
    assert store.rows["again"].task.status is Status.SUCCEEDED
    cloud.pass_time(60)
    run(cloud, store, Mode.SWEEP)
    assert store.rows["again"].task.status is Status.RUNNING
    assert [task.status for task in store.versions["again"]] == [Status.SUCCEEDED]


def test_late_task_widens_the_lookback_and_is_counted() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    run(cloud, store)
    hidden_at = cloud.clock - timedelta(seconds=50)
    cloud.tasks.append(fakes.CloudTask("hidden", hidden_at, hidden_at, hidden_at))
    cloud.pass_time(60)
    assert run(cloud, store, Mode.SWEEP).counts.late == 1
    assert store.stream_state.lookback is not None
    assert store.stream_state.lookback > timedelta(seconds=60)


def test_future_dated_task_moves_nothing() -> None:
    cloud, store = Cloud(TAT_FACTS, fakes.make_tasks(50)), FakeStore()
    run(cloud, store)
    end = store.stream_state.polled[-1].end if store.stream_state.polled else fakes.T0
    future = fakes.after(10**7)
    cloud.tasks.append(fakes.CloudTask("future", future, future, future))
    cloud.pass_time(60)
    run(cloud, store)
    assert store.stream_state.polled[-1].end < cloud.clock
    assert end < cloud.clock


def test_clock_ahead_of_the_provider_claims_no_more() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    really = cloud.clock
    cloud.now = lambda: really + timedelta(minutes=10)  # type: ignore[method-assign]
    run(cloud, store)
    assert store.stream_state.polled[-1] == Interval(
        store.stream_state.polled[-1].start, really - timedelta(seconds=5)
    )
