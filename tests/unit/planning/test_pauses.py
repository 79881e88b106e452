"""Pauses that a vendor asks for, and the headroom that bounds them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.model import Interval, OpenTask, StreamState
from syncer.planning.pauses import allowed_pause, is_paused
from tests.support.fakes import T0, after, make_source
from tests.support.planning_values import make_state

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def open_task(age: timedelta, *, is_dated: bool = True) -> OpenTask:
    at = T0 - age
    return OpenTask(task_id="a", created_at=at if is_dated else None, first_seen_at=at)


def allowed(
    *tasks: OpenTask,
    requested: timedelta = HOUR,
    retention: timedelta | None = 7 * DAY,
    state: StreamState | None = None,
) -> timedelta:
    return allowed_pause(requested, state or make_state(), make_source(retention=retention), tasks, T0)


def test_pause_is_obeyed_while_nothing_leaves_the_list() -> None:
    assert allowed() == HOUR
    assert allowed(open_task(3 * DAY)) == HOUR
    assert allowed(state=StreamState()) == HOUR
    assert allowed(open_task(7 * DAY - HOUR), retention=None) == HOUR


@pytest.mark.parametrize("is_dated", [True, False])
def test_pause_takes_half_of_the_time_until_an_open_task_is_forgotten(is_dated: bool) -> None:
    assert allowed(open_task(7 * DAY - HOUR, is_dated=is_dated)) == HOUR / 2


def test_pause_takes_half_of_the_time_until_an_unread_task_is_forgotten() -> None:
    behind = make_state(polled=(Interval(after(-9 * 86400), T0 - 7 * DAY + HOUR),))
    assert allowed(state=behind) == HOUR / 2
    short = make_state(polled=(Interval(after(-9000), after(-40)),))
    assert allowed(retention=timedelta(seconds=60), state=short) == timedelta(seconds=10)


def test_task_that_has_outlived_the_retention_ends_no_pause() -> None:
    assert allowed(open_task(8 * DAY)) == HOUR


def test_stream_is_paused_until_the_pause_ends() -> None:
    assert not is_paused(StreamState(), T0)
    assert is_paused(StreamState(paused_until=after(1)), T0)
    assert not is_paused(StreamState(paused_until=T0), T0)
