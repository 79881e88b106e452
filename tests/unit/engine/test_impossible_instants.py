"""Rows with times that no task can have: they widen no coverage and teach no order, age or lookback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncer.model import Mode, Order, Page, Query, RunStatus, StreamState
from syncer.records import parse_page
from tests.support import fakes
from tests.support.engine_runs import run_with
from tests.support.fake_store import FakeStore
from tests.support.fakes import Cloud
from tests.support.provider_responses import make_provider, tencent_response

TAT = make_provider("tencent_tat")
ODD = ("1970-01-01T00:00:00Z", "0001-01-01T08:05:43+08:05", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
MODES = (Mode.SWEEP, Mode.SWEEP, Mode.POLL)


def record(number: int, **changes: str) -> dict[str, Any]:
    """A task that was created `number` minutes before T0 and ended ten seconds later."""
    created_at = fakes.T0 - timedelta(minutes=number)
    ended_at = created_at + timedelta(seconds=10)
    stamps = {"CreatedTime": created_at, "EndTime": ended_at, "UpdatedTime": ended_at}
    times = {name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in stamps.items()}
    return {"InvocationTaskId": f"task-{number:03}", "TaskStatus": "SUCCESS", **times, **changes}


def live(records: list[dict[str, Any]]) -> tuple[StreamState, FakeStore, int]:
    """Sweep twice and poll a list of `records`; return the state, the store, and the calls of the poll."""
    cloud, store = Cloud(TAT.facts, []), FakeStore()
    calls = 0

    def fetch(query: Query) -> Page:
        nonlocal calls
        calls += 1
        offset = int(query.cursor or 0)
        rows = records[offset : offset + query.limit]
        response = tencent_response(InvocationTaskSet=rows, TotalCount=len(records))
        return parse_page(TAT, query, response, observed_at=cloud.now())

    for mode in MODES:
        calls = 0
        report = run_with(fetch, cloud, store, mode)
        assert report.status is RunStatus.SUCCEEDED
        cloud.pass_time(60)
    return store.stream_state, store, calls


@pytest.mark.parametrize("written", ODD)
def test_creation_that_is_impossible_widens_no_coverage(written: str) -> None:
    sane = [record(number) for number in range(1, 101)]
    state, _, _ = live(sane)
    odd_state, store, _ = live(
        [*sane[:50], record(50, InvocationTaskId="odd", CreatedTime=written), *sane[50:]]
    )
    assert odd_state.polled == state.polled
    assert odd_state.swept == state.swept
    assert odd_state.shown_age == state.shown_age
    assert odd_state.lookback == state.lookback
    assert "odd" in store.rows


@pytest.mark.parametrize("written", ODD)
@pytest.mark.parametrize(
    ("field", "order"), [("CreatedTime", Order.CREATED_DESC), ("UpdatedTime", Order.UPDATED_DESC)]
)
def test_impossible_time_teaches_no_order(written: str, field: str, order: Order) -> None:
    sane = [record(number) for number in range(1, 101)]
    state, _, few_calls = live(sane)
    assert order in state.orders["tasks"]
    assert few_calls < 5
    odd_state, _, _ = live([*sane[:95], record(96, **{field: written}), *sane[96:]])
    assert order not in odd_state.orders["tasks"]


@pytest.mark.parametrize("written", ODD)
def test_list_without_a_proven_order_is_read_to_its_end(written: str) -> None:
    sane = [record(number) for number in range(1, 101)]
    odd = record(96, CreatedTime=written, UpdatedTime=written, EndTime=written)
    _, _, calls = live([*sane[:95], odd, *sane[96:]])
    assert calls >= 10


def test_end_in_the_far_future_does_not_end_a_running_task() -> None:
    running = record(5, EndTime="2099-01-01T00:00:00Z") | {"TaskStatus": "RUNNING"}
    _, store, _ = live([record(number) for number in range(1, 5)] + [running])
    row = store.rows["task-005"]
    assert row.task.status.is_open
    assert row.task.finished_at is None
