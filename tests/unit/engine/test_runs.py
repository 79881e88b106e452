"""Stories of runs against a living cloud, with the database in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from unittest import mock

import pytest

from syncer.engine import RunReport, run_stream
from syncer.engine.batch_writer import BatchLimits
from syncer.errors import (
    CursorRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    Stopped,
    StoreUnavailable,
    Throttled,
)
from syncer.model import (
    Facts,
    Interval,
    Mode,
    Order,
    OutcomeFilter,
    Page,
    Query,
    Rejected,
    RunStatus,
    Status,
    StreamState,
)
from syncer.planning.intervals import union
from tests.support import fakes
from tests.support.fake_store import FakeStore
from tests.support.fakes import (
    AICCS_FACTS,
    MPS_FACTS,
    TAT_FACTS,
    VOD_FACTS,
    WINDOWED_PAGES_FACTS,
    Cloud,
    Kill,
    Trouble,
)

ALL_FACTS = [
    pytest.param(MPS_FACTS, id="mps"),
    pytest.param(TAT_FACTS, id="tat"),
    pytest.param(AICCS_FACTS, id="aiccs"),
    pytest.param(VOD_FACTS, id="vod"),
    pytest.param(WINDOWED_PAGES_FACTS, id="windows and page numbers"),
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
    cloud = Cloud(facts, fakes.make_tasks(240, ending=fakes.after(700)), sorting=sorting)
    store = FakeStore()
    for _ in range(10):
        cloud.pass_time(60)
        begun_at = cloud.clock
        assert run(cloud, store).status is RunStatus.SUCCEEDED, store.errors
        assert wrong_tasks(store, cloud, begun_at) == {}
    assert len(store.rows) > 200


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_poll_stops_where_the_order_is_known(facts: Facts) -> None:
    cloud = Cloud(facts, fakes.make_tasks(800))
    store = FakeStore()
    reads_to_end = run(cloud, store).requests
    cloud.pass_time(60)
    assert run(cloud, store).requests < reads_to_end / 4


def test_first_run_is_a_sweep() -> None:
    assert run(Cloud(VOD_FACTS, fakes.make_tasks(5)), FakeStore()).mode is Mode.SWEEP


def test_complete_run_records_the_ceiling_it_claims() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(60)), FakeStore()
    run(cloud, store, page_size=5)
    *earlier, last = store.batches
    assert last.state is not None
    assert last.ceiling_at == last.state.polled[-1].end
    assert {batch.ceiling_at for batch in earlier} <= {None}


def test_run_that_fails_records_no_ceiling() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(60)), FakeStore()
    with mock.patch.object(Cloud, "__call__", side_effect=Retryable("unreachable")):
        assert run(cloud, store).status is RunStatus.FAILED
    assert [batch.ceiling_at for batch in store.batches] == [None]


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
    assert "FINISH.failed" not in {query.list_name for query in cloud.calls}
    cloud.pass_time(86400)
    run(cloud, store)
    assert "FINISH.failed" in {query.list_name for query in cloud.calls}


def test_outcome_told_in_the_same_run_is_no_version() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    run(cloud, store)
    assert {row.task.status for row in store.rows.values()} == {Status.SUCCEEDED, Status.FAILED}
    assert store.versions == {}


def test_killed_sweep_goes_on_at_its_cursor() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(1200, every=1.0, ending=fakes.after(-9000))), FakeStore()
    cloud.call_takes = timedelta(seconds=1)
    cloud.trouble = Trouble(*[None] * 24, Kill())
    with pytest.raises(Kill):
        run(cloud, store)
    stored, asked = len(store.rows), len(cloud.calls)
    assert 0 < stored < 1200
    report = run(cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(store.rows) == 1200
    assert len(cloud.calls) - asked < 1200 / 20 - stored / 20 + 10


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


def test_cursor_refused_far_down_a_long_list_starts_it_again() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(400, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 70, CursorRefused("the token is unknown"))
    assert run(cloud, store, page_size=5).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 400


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


def test_cursor_that_leads_in_a_circle_starts_the_scan_again() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    answer, circled = cloud.__call__, []

    def circling(query: Query) -> Page:
        page = answer(query)
        if query.cursor and len(circled) < 2 and page.next_cursor:
            circled.append(query.cursor)
            return replace(page, next_cursor=query.cursor)
        return page

    report = run_with(circling, cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(circled) == 2
    assert len(store.rows) == 100


def test_cursor_that_always_leads_in_a_circle_is_an_error() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def circling(query: Query) -> Page:
        page = cloud(query)
        first = next((each.task.task_id for each in page.sightings), None)
        return replace(page, next_cursor=first)

    report = run_with(circling, cloud, store)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.error, CursorRefused)
    assert store.stream_state.polled == ()
    assert len(store.rows) > 0


def test_more_without_rows_for_ever_is_an_error() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(30, ending=fakes.after(-9000))), FakeStore()

    def endless(query: Query) -> Page:
        return replace(cloud(query), sightings=(), next_cursor=f"more{len(cloud.calls)}")

    report = run_with(endless, cloud, store)
    assert isinstance(report.error, ProtocolError)
    assert store.stream_state.polled == ()


def test_list_that_promises_more_than_it_shows_is_read_again() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000))), FakeStore()

    def promising(query: Query) -> Page:
        return replace(cloud(query), total=1000)

    report = run_with(promising, cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert [q.list_name for q in cloud.calls if q.cursor is None].count("FINISH") == 2


def test_page_skipped_by_the_api_is_found_by_the_second_pass() -> None:
    cloud, store = Cloud(AICCS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def skipping(query: Query) -> Page:
        page = cloud(query)
        is_first_pass = len(cloud.calls) < 5
        return replace(page, sightings=()) if query.cursor == "2" and is_first_pass else page

    assert run_with(skipping, cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 100


def test_list_of_open_tasks_that_fails_leaves_them_alone() -> None:
    open_tasks = [
        fakes.CloudTask(f"o{n}", fakes.after(-50), fakes.after(9999), fakes.after(99999)) for n in range(30)
    ]
    cloud, store = Cloud(MPS_FACTS, [*open_tasks, *fakes.make_tasks(50)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def broken(query: Query) -> None:
        if query.list_name == "WAITING" and query.cursor:
            raise ProtocolError("not JSON")

    cloud.trouble = broken
    report = run(cloud, store)
    assert report.status is RunStatus.FAILED
    assert not [query for query in cloud.calls if query.ids]
    assert report.counts.lost == 0
    assert "FINISH" in {query.list_name for query in cloud.calls}


def test_page_numbers_begin_again_when_a_page_must_be_halved() -> None:
    cloud, store = Cloud(AICCS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def too_large(query: Query) -> None:
        if query.limit > 10 and query.cursor == "3":
            raise PageRefused("too large")

    cloud.trouble = too_large
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 100


def test_error_that_is_no_pages_fault_is_not_halved() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 9, Throttled("slower", code="Throttling"))
    assert run(cloud, store).status is RunStatus.FAILED
    assert {query.limit for query in cloud.calls} == {20}


def test_many_open_tasks_are_refreshed_by_the_cheaper_way() -> None:
    ended_at = fakes.after(10**6)
    tasks = [
        fakes.CloudTask(f"o{n:03}", fakes.after(n - 90000), fakes.after(-80000), ended_at) for n in range(60)
    ]
    cloud = Cloud(AICCS_FACTS, [*tasks, *fakes.make_tasks(400)])
    store = FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()
    run(cloud, store)
    assert "running" in {query.list_name for query in cloud.calls}
    assert not [query for query in cloud.calls if query.ids]


def test_open_tasks_are_met_in_the_window_where_that_is_cheaper() -> None:
    ended_at = fakes.after(10**6)
    tasks = [fakes.CloudTask(f"o{n}", fakes.after(n - 400), fakes.after(-300), ended_at) for n in range(30)]
    cloud, store = Cloud(VOD_FACTS, [*tasks, *fakes.make_tasks(40)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()
    report = run(cloud, store)
    assert report.mode is Mode.POLL
    assert not [query for query in cloud.calls if query.ids]
    assert len(cloud.calls) <= 70 / 20 + 1


def test_many_finished_below_the_frontier_are_read_in_the_list() -> None:
    tasks = [
        fakes.CloudTask(f"o{n:03}", fakes.after(n - 90000), fakes.after(-80000), fakes.after(30), n % 5 == 0)
        for n in range(120)
    ]
    cloud = Cloud(MPS_FACTS, [*tasks, *fakes.make_tasks(400, ending=fakes.after(-600))])
    store = FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert not [query for query in cloud.calls if query.ids]
    told = {store.rows[task.task_id].task.status for task in tasks}
    assert told == {Status.SUCCEEDED, Status.FAILED}


def test_answers_by_id_that_contradict_their_own_count_prove_no_absence() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(5)]
    cloud, store = Cloud(TAT_FACTS, [*long, *fakes.make_tasks(300, every=5)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)

    def hiding(query: Query) -> Page:
        page = cloud(query)
        return replace(page, sightings=page.sightings[:-1]) if query.ids else page

    assert run_with(hiding, cloud, store).status is RunStatus.FAILED
    assert len(store.open_tasks()) >= 5


def test_row_that_stands_twice_in_an_answer_by_id_is_one() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(5)]
    cloud, store = Cloud(TAT_FACTS, [*long, *fakes.make_tasks(300, every=5)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def repeating(query: Query) -> Page:
        page = cloud(query)
        return replace(page, sightings=page.sightings + page.sightings[:1]) if query.ids else page

    assert run_with(repeating, cloud, store).status is RunStatus.SUCCEEDED
    assert [query for query in cloud.calls if query.ids]


def test_many_failing_calls_by_id_are_given_up_for_this_run() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(9)]
    cloud, store = Cloud(VOD_FACTS, [*long, *fakes.make_tasks(50)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def broken(query: Query) -> None:
        if query.ids:
            raise Retryable("broken", code="InternalError")

    cloud.trouble = broken
    assert run(cloud, store, page_size=2).status is RunStatus.FAILED
    assert len([query for query in cloud.calls if query.ids]) == 3


def test_unreachable_database_ends_the_run() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    store.trouble = Trouble(StoreUnavailable("away"), StoreUnavailable("still away"))
    assert run(cloud, store).status is RunStatus.FAILED
    assert store.rows == {}


def test_outcomes_of_an_unsteady_list_are_not_believed() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def unsteady(query: Query) -> Page:
        page = cloud(query)
        if query.list_name != "FINISH.failed":
            return page
        hidden = len(cloud.calls) % len(page.sightings) if page.sightings else 0
        shown = [each for at, each in enumerate(page.sightings) if at != hidden]
        return replace(page, sightings=tuple(shown), total=1000)

    assert run_with(unsteady, cloud, store).status is RunStatus.FAILED
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}


def test_outcomes_are_stored_in_batches() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()
    stream = fakes.make_stream(page_size=20)
    limits = BatchLimits(rows=30)
    with mock.patch("syncer.engine.batch_writer.BatchLimits", return_value=limits):
        run_stream(store, cloud, stream=stream, facts=MPS_FACTS, wanted=Mode.POLL)
    assert max(len(batch.sightings) for batch in store.batches) <= 40
    assert {row.task.status for row in store.rows.values()} == {Status.SUCCEEDED, Status.FAILED}


def test_two_states_of_a_task_on_one_page_are_two_versions() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(3, ending=fakes.after(-9000))), FakeStore()

    def twice(query: Query) -> Page:
        page = cloud(query)
        ended = page.sightings[:1]
        was = [
            replace(each, fingerprint=b"before", task=replace(each.task, status=Status.RUNNING, rank=1))
            for each in ended
        ]
        return replace(page, sightings=(*was, *page.sightings), total=None)

    run_with(twice, cloud, store)
    assert [len(states) for states in store.versions.values()] == [1]


def run_with(fetch: Callable[[Query], Page], cloud: Cloud, store: FakeStore) -> RunReport:
    """A run in which `fetch` stands between the engine and the cloud."""

    class Between:
        now = cloud.now

        def __call__(self, query: Query) -> Page:
            return fetch(query)

    stream = fakes.make_stream(retention=cloud.facts.retention, page_size=20)
    return run_stream(store, Between(), stream=stream, facts=cloud.facts, wanted=Mode.POLL)


class CutShort:
    """An MPS cloud that ends a list where the record its token named has moved on, the first few times."""

    def __init__(self, cloud: Cloud, list_name: str, times: int, *, total: int | None = None) -> None:
        self.cloud, self.list_name, self.times, self.total = cloud, list_name, times, total

    def __call__(self, query: Query) -> Page:
        page = self.cloud(query)
        if query.list_name == self.list_name and query.cursor and self.times:
            self.times -= 1
            return replace(page, sightings=(), next_cursor=None)
        return replace(page, total=self.total) if query.list_name == self.list_name else page


@pytest.mark.parametrize("list_name", ["WAITING", "FINISH", "FINISH.failed"])
@pytest.mark.parametrize("total", [None, 0])
def test_end_without_the_record_the_token_named_is_no_end(list_name: str, total: int | None) -> None:
    waiting = [
        fakes.CloudTask(f"w{n}", fakes.after(-60), fakes.after(900), fakes.after(999)) for n in range(50)
    ]
    cloud = Cloud(MPS_FACTS, [*waiting, *fakes.make_tasks(300, ending=fakes.after(-9000))])
    store = FakeStore()
    report = run_with(CutShort(cloud, list_name, times=2, total=total), cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(store.rows) == 350
    assert wrong_tasks(store, cloud, fakes.T0) == {}


def test_list_that_always_loses_its_place_proves_nothing_while_it_moves() -> None:
    cloud = Cloud(MPS_FACTS, fakes.make_tasks(300, ending=fakes.after(-9000)))
    store = FakeStore()
    cut = CutShort(cloud, "FINISH", times=0)

    def elsewhere(query: Query) -> Page:
        cut.times = 1 if len(cloud.calls) % 5 == 0 else 0
        return cut(query)

    assert run_with(elsewhere, cloud, store).status is RunStatus.FAILED
    assert store.stream_state.polled == ()


def test_list_that_always_ends_on_an_empty_page_is_believed_in_the_end() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000))), FakeStore()

    def trailing(query: Query) -> Page:
        if query.cursor == "more":
            return replace(cloud(replace(query, cursor=None)), sightings=(), next_cursor=None)
        page = cloud(query)
        is_last = page.next_cursor is None and page.sightings and query.list_name == "FINISH"
        return replace(page, next_cursor="more") if is_last else page

    assert run_with(trailing, cloud, store).status is RunStatus.SUCCEEDED


def test_filter_that_is_ignored_all_of_a_sudden_changes_no_outcome() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(300)), FakeStore()
    run(cloud, store, page_size=5)
    before = {i: row.task.status for i, row in store.rows.items() if not row.task.is_open}
    cloud.filter_is = "ignored"
    for _ in range(3):
        cloud.pass_time(60)
        run(cloud, store, page_size=5)
    assert store.stream_state.outcome_filter is OutcomeFilter.IGNORED
    assert {i: store.rows[i].task.status for i in before} == before


def test_heavy_page_that_a_gateway_gives_up_on_is_asked_for_in_parts() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()

    def heavy(query: Query) -> None:
        if query.limit > 5 and query.cursor == "t00119":
            raise Retryable("HTTP 504 brings text/html")

    cloud.trouble = heavy
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200


def test_page_that_cannot_be_had_is_named() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()

    def never(query: Query) -> None:
        if query.cursor == "t00119":
            raise Retryable("broken", code="InternalError")

    cloud.trouble = never
    report = run(cloud, store)
    assert report.status is RunStatus.FAILED
    assert "after" in str(report.error)
    assert "rows: broken" in str(report.error)
    assert store.stream_state.polled == ()


def test_record_without_an_id_is_no_missing_row() -> None:
    cloud, store = Cloud(TAT_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000))), FakeStore()
    odd = Rejected(record='{"no": "id"}', reason="no id", observed_at=fakes.T0)

    def with_odd(query: Query) -> Page:
        page = cloud(query)
        return replace(page, total=61, rejected=(odd,))

    assert run_with(with_odd, cloud, store).status is RunStatus.SUCCEEDED
    assert len([query for query in cloud.calls if query.cursor is None]) == 1


def test_jump_in_a_list_by_offset_is_stepped_back_over() -> None:
    """Rows that vanish at the top move others up, past where the next page begins."""
    cloud = Cloud(TAT_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000)), sorting=fakes.oldest_created)
    store = FakeStore()

    def forgetting(query: Query) -> None:
        if query.cursor == "54":
            del cloud.tasks[:50]

    cloud.trouble = forgetting
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert {task.task_id for task in cloud.tasks} <= store.rows.keys()


def test_outcome_of_what_was_stored_before_an_interruption_may_be_past_telling() -> None:
    tasks = fakes.make_tasks(300, every=20, ending=fakes.after(-100))
    cloud, store = Cloud(MPS_FACTS, tasks, retention=timedelta(hours=2)), FakeStore()
    run(cloud, store, retention=timedelta(hours=2))
    store = FakeStore(stream_state=StreamState(outcome_filter=OutcomeFilter.TRUSTED))
    cloud.trouble = Trouble(*[None] * 15, Kill())
    with pytest.raises(Kill):
        run(cloud, store, retention=timedelta(hours=2))
    cloud.pass_time(1500)
    cloud.trouble = Trouble()
    assert run(cloud, store, retention=timedelta(hours=2)).status is RunStatus.SUCCEEDED
    failed = {task.task_id for task in tasks if task.failed}
    called = {i for i, row in store.rows.items() if row.task.status is Status.SUCCEEDED}
    assert called
    assert not called & failed
