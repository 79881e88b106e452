"""Tencent MPS: the task in a detail response, and how it ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syncer.model import Query, Status, Task
from tests.support.provider_queries import NOW
from tests.support.provider_responses import make_provider, tencent_response

_MPS = make_provider("tencent_mps")
_CREATED = datetime(2018, 12, 27, 13, 57, 15, tzinfo=UTC)
_DETAIL = Query(ids=("24-WorkflowTask-1",))


def detail(**fields: Any) -> Task:
    envelope = _MPS.parse(_DETAIL, tencent_response(Status="FINISH", TaskType="WorkflowTask", **fields))
    return _MPS.task(_DETAIL, envelope.records[0], NOW)


def workflow(*results: dict[str, Any], code: int = 0) -> Task:
    """The task behind a workflow's detail with these results of transcoding."""
    shown = [{"Type": "Transcode", "TranscodeTask": result} for result in results]
    return detail(
        WorkflowTask={"Status": "FINISH", "ErrCode": code, "Message": "", "MediaProcessResultSet": shown}
    )


@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [("WAITING", Status.WAITING, 0), ("PROCESSING", Status.RUNNING, 1), ("ODD", Status.UNKNOWN, None)],
)
def test_detail_has_the_status(word: str, status: Status, rank: int | None) -> None:
    record = {"Status": word, "CreateTime": "2018-12-27T13:57:15Z", "FinishTime": "0000-00-00T00:00:00Z"}
    task = _MPS.task(_DETAIL, record, NOW)
    assert (task.task_id, task.status, task.rank) == ("24-WorkflowTask-1", status, rank)
    assert (task.provider_status, task.created_at, task.finished_at) == (word, _CREATED, None)


def test_successful_results_mean_success() -> None:
    task = workflow(
        {"Status": "SUCCESS", "ErrCode": 0, "ErrCodeExt": ""}, {"Status": "SUCCESS", "ErrCode": 0}
    )
    assert (task.status, task.error_code, task.error_message) == (Status.SUCCEEDED, None, None)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"Status": "FAIL", "ErrCode": 70000, "ErrCodeExt": "", "Message": "bad"}, "70000"),
        ({"Status": "FAIL", "ErrCode": 1, "ErrCodeExt": "InvalidSource", "Message": "bad"}, "InvalidSource"),
        ({"Status": "FAIL", "Message": "bad"}, None),
        ({"ErrCodeExt": "InvalidSource", "Message": "bad"}, "InvalidSource"),
    ],
)
def test_failed_result_means_failure(result: dict[str, Any], code: str | None) -> None:
    task = workflow({"Status": "SUCCESS", "ErrCode": 0}, result)
    assert (task.status, task.error_code, task.error_message) == (Status.FAILED, code, "bad")


def test_failed_source_means_failure() -> None:
    assert workflow(code=30000).error_code == "30000"
    assert workflow(code=30000).status is Status.FAILED


def test_results_nested_in_activities_are_found() -> None:
    result = {"Status": "FAIL", "ErrCode": 70000, "Message": "bad", "Output": {"ErrCode": 1}}
    task = detail(
        ScheduleTask={
            "ErrCode": 0,
            "Status": "FINISH",
            "ActivityResultSet": [{"ActivityResItem": {"TranscodeTask": result}}],
        }
    )
    assert (task.status, task.error_code) == (Status.FAILED, "70000")


def test_code_inside_media_is_no_outcome() -> None:
    assert workflow({"Status": "SUCCESS", "ErrCode": 0, "Output": {"ErrCode": 5}}).status is Status.SUCCEEDED


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"WorkflowTask": None},
        {"WorkflowTask": {"Status": "FINISH"}},
        {
            "WorkflowTask": {
                "Status": "FINISH",
                "ErrCode": 0,
                "AiAnalysisResultSet": [{"Status": "PROCESSING"}],
            }
        },
    ],
    ids=["no part", "null", "no code", "still processing"],
)
def test_undecidable_outcome_is_finished(fields: dict[str, Any]) -> None:
    assert detail(**fields).status is Status.FINISHED


def test_editing_succeeds_by_its_own_code() -> None:
    assert detail(EditMediaTask={"Status": "FINISH", "ErrCode": 0}).status is Status.SUCCEEDED


def test_detail_does_not_change_the_task_type() -> None:
    """The list's LiveProcessTask is a LiveStreamProcessTask in its detail."""
    task = _MPS.task(_DETAIL, {"TaskType": "LiveStreamProcessTask", "Status": "FINISH"}, NOW)
    assert task.task_type is None
