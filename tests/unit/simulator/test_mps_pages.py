"""Pages, tokens and details of the simulated MPS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncer.simulator import FailedFilter, Faults, MovedToken
from syncer.simulator.request_pipeline import RequestPipeline
from tests.support.simulator_calls import (
    error_code,
    mps_page,
    one_list,
    tencent_request,
)


def mps_ids(pipeline: RequestPipeline, **params: Any) -> list[str]:
    """The ids on the pages of a list, on at most 50 pages."""
    ids: list[str] = []
    token = ""
    for _ in range(50):
        page = mps_page(pipeline, ScrollToken=token, **params)
        ids += [row["TaskId"] for row in page["TaskSet"]]
        token = page["ScrollToken"]
        if not token:
            break
    return ids


def test_mps_limit_may_be_digits_in_a_string() -> None:
    assert len(mps_page(one_list("mps-cn"), Status="FINISH", Limit="5")["TaskSet"]) == 5


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_mps_limit_has_bounds(limit: int) -> None:
    pipeline = one_list("mps-cn")

    assert error_code(mps_page, pipeline, Status="FINISH", Limit=limit) == "InvalidParameterValue.Limit"


def test_mps_unknown_parameter_is_refused() -> None:
    pipeline = one_list("mps-cn")

    assert error_code(mps_page, pipeline, Status="FINISH", Sort="asc") == "UnknownParameter"


def finish_running_task(pipeline: RequestPipeline) -> tuple[str, list[str]]:
    """Advance until a running task finishes; return its id and the running ids behind it."""
    running = mps_page(pipeline, Status="PROCESSING", Limit=100)["TaskSet"]
    index = min(
        range(1, len(running) - 2),
        key=lambda position: pipeline.task_index.find(running[position]["TaskId"]).times[-1],  # type: ignore[union-attr]
    )
    token = running[index]["TaskId"]
    task = pipeline.task_index.find(token)
    assert task is not None
    pipeline.task_index.advance(task.times[-1])
    return token, [row["TaskId"] for row in running[index + 1 :]]


def pipeline_with(mode: MovedToken) -> RequestPipeline:
    return one_list("mps-cn", backlog=600, faults=Faults(moved_token=mode), backlog_span=timedelta(hours=12))


def test_mps_token_of_a_moved_record_continues_behind_it() -> None:
    pipeline = pipeline_with(MovedToken.CONTINUE)
    token, behind = finish_running_task(pipeline)

    page = mps_page(pipeline, Status="PROCESSING", Limit=100, ScrollToken=token)

    assert [row["TaskId"] for row in page["TaskSet"]] == [
        id_ for id_ in behind if id_ in running_ids(pipeline)
    ]
    assert pipeline.injector.fired() == {"moved_token_continue": 1}


def running_ids(pipeline: RequestPipeline) -> set[str]:
    return {task.task_id for task in pipeline.task_index.page("PROCESSING", 0, 1_000)}


def test_mps_token_of_a_moved_record_may_end_the_scan() -> None:
    pipeline = pipeline_with(MovedToken.EMPTY)
    token, behind = finish_running_task(pipeline)

    page = mps_page(pipeline, Status="PROCESSING", Limit=100, ScrollToken=token)

    assert behind
    assert (page["TaskSet"], page["ScrollToken"]) == ([], "")
    assert pipeline.injector.fired() == {"moved_token_empty": 1}


def test_mps_token_of_a_moved_record_may_be_refused() -> None:
    pipeline = pipeline_with(MovedToken.REFUSED)
    token, _ = finish_running_task(pipeline)

    assert error_code(mps_page, pipeline, Status="PROCESSING", ScrollToken=token) == "InvalidParameterValue"


def test_mps_failed_filter_may_be_rejected() -> None:
    pipeline = one_list("mps-cn", faults=Faults(failed_filter=FailedFilter.REJECTED))

    assert mps_page(pipeline, Status="FINISH")["TaskSet"]
    assert error_code(mps_page, pipeline, Status="FINISH", SubTaskHasFailed=True) == "UnknownParameter"
    assert pipeline.injector.fired() == {"failed_filter_rejected": 1}


def test_mps_failed_filter_may_be_ignored() -> None:
    pipeline = one_list("mps-cn", faults=Faults(failed_filter=FailedFilter.IGNORED))

    assert mps_ids(pipeline, Status="FINISH", SubTaskHasFailed=True) == mps_ids(pipeline, Status="FINISH")


def test_mps_valid_token_may_have_expired() -> None:
    pipeline = one_list("mps-cn", faults=Faults(expired_cursor_rate=1.0))
    token = mps_page(pipeline, Status="FINISH")["ScrollToken"]

    assert error_code(mps_page, pipeline, Status="FINISH", ScrollToken=token) == "InvalidParameterValue"


def test_mps_list_may_be_endless() -> None:
    pipeline = one_list("mps-cn", backlog=30, faults=Faults(endless=True))

    ids = mps_ids(pipeline, Status="FINISH", Limit=100)

    assert len(ids) > len(set(ids)) > 0
    assert pipeline.injector.fired()["endless"] == 50


def test_mps_blank_page_has_a_token() -> None:
    pipeline = one_list("mps-cn", faults=Faults(blank_rate=1.0))
    page = mps_page(pipeline, Status="FINISH")
    pipeline.injector.faults = Faults()

    assert page["TaskSet"] == []
    following = mps_page(pipeline, Status="FINISH", ScrollToken=page["ScrollToken"])
    assert following["TaskSet"] == mps_page(pipeline, Status="FINISH")["TaskSet"]


def test_mps_page_may_repeat() -> None:
    pipeline = one_list("mps-cn", faults=Faults(repeat_rate=1.0))
    page = mps_page(pipeline, Status="FINISH", Limit=5)

    again = mps_page(pipeline, Status="FINISH", Limit=5, ScrollToken=page["ScrollToken"])

    assert again["TaskSet"] == page["TaskSet"]


def test_mps_window_limits_the_creation() -> None:
    pipeline = one_list("mps-cn")
    times = [row["CreateTime"] for row in mps_page(pipeline, Status="FINISH", Limit=100)["TaskSet"]]
    begin, end = times[60], times[30]

    page = mps_page(pipeline, Status="FINISH", Limit=100, StartTime=begin, EndTime=end)

    assert [row["CreateTime"] for row in page["TaskSet"]] == [at for at in times if begin <= at <= end]


def test_mps_detail_expires_before_the_row() -> None:
    pipeline = one_list("mps-intl", backlog_span=timedelta(days=6))
    old, new = mps_ids(pipeline, Status="FINISH", Limit=100)[-1], mps_ids(pipeline, Status="FINISH")[0]

    def detail(task_id: str) -> dict[str, Any]:
        return pipeline.api.execute(tencent_request("DescribeTaskDetail", "2019-06-12", TaskId=task_id)).body

    assert detail(new)["Status"] == "FINISH"
    assert error_code(detail, old) == "InvalidParameterValue.TaskId"
