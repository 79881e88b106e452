from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    CursorRefused,
    FilterRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
)
from syncer.model import Query, Status, Task
from tests.support.provider_responses import (
    documented_responses,
    json_response,
    make_provider,
    tencent_error,
    tencent_response,
)

_MPS = make_provider("tencent_mps")
_CREATED = datetime(2018, 12, 27, 13, 57, 15, tzinfo=UTC)
_FINISH = Query(list_name="FINISH")
_DETAIL = Query(ids=("24-WorkflowTask-1",))


def body(query: Query) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_MPS.request(query).body)
    return found


def detail(**fields: Any) -> Task:
    envelope = _MPS.parse(_DETAIL, tencent_response(Status="FINISH", TaskType="WorkflowTask", **fields))
    return _MPS.task(_DETAIL, envelope.records[0])


def workflow(*results: dict[str, Any], code: int = 0) -> Task:
    """The task behind a workflow's detail with these results of transcoding."""
    shown = [{"Type": "Transcode", "TranscodeTask": result} for result in results]
    return detail(
        WorkflowTask={"Status": "FINISH", "ErrCode": code, "Message": "", "MediaProcessResultSet": shown}
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(list_name="WAITING"), {"Status": "WAITING", "Limit": 100}),
        (Query(list_name="PROCESSING", limit=7), {"Status": "PROCESSING", "Limit": 7}),
        (
            Query(list_name="FINISH", cursor="taskId6"),
            {"Status": "FINISH", "Limit": 100, "ScrollToken": "taskId6"},
        ),
        (Query(list_name="FINISH.failed"), {"Status": "FINISH", "Limit": 100, "SubTaskHasFailed": True}),
        (_DETAIL, {"TaskId": "24-WorkflowTask-1"}),
    ],
)
def test_request_asks(query: Query, expected: dict[str, Any]) -> None:
    assert body(query) == expected


@pytest.mark.parametrize(
    ("site", "host", "kept"),
    [("cn", "mps.tencentcloudapi.com", 7), ("intl", "mps.intl.tencentcloudapi.com", 3)],
)
def test_sites_have_hosts_and_retentions(site: str, host: str, kept: int) -> None:
    provider = make_provider("tencent_mps", site=site)
    request = provider.request(_FINISH)
    assert request.url == f"https://{host}/"
    assert request.headers["Host"] == host
    assert request.headers["X-TC-Version"] == "2019-06-12"
    assert "X-TC-Region" not in request.headers
    assert provider.facts.detail_retention == timedelta(days=kept)
    assert provider.facts.retention == timedelta(days=7)


def test_list_and_detail_are_paced_apart() -> None:
    assert _MPS.request(_FINISH).action != _MPS.request(_DETAIL).action


@pytest.mark.parametrize("site", ["cn", "intl"])
def test_examples_of_the_documentation_are_read(site: str) -> None:
    first, second, third = (_MPS.parse(_FINISH, one) for one in documented_responses(f"tencent_mps_{site}"))
    assert (len(first.records), first.next_cursor, first.total) == (5, "taskId6", 12)
    assert (len(second.records), second.next_cursor, second.total) == (1, None, 1)
    assert third.next_cursor is None
    assert first.request_id == "46311b39-10ce-47eb-b2b6-7ce82bb4476d"
    task = _MPS.task(_FINISH, first.records[0])
    assert task == Task(
        task_id="taskId1",
        status=Status.FINISHED,
        provider_status="FINISH",
        task_type="WorkflowTask",
        sub_types=("action-trans",),
        created_at=_CREATED,
        started_at=_CREATED,
        finished_at=_CREATED,
        rank=2,
    )


def test_example_that_contradicts_itself_is_kept_as_it_is() -> None:
    """The international page shows a FINISH row without, and a PROCESSING row with, a finish time."""
    _, finish, processing = documented_responses("tencent_mps_intl")
    unfinished = _MPS.task(_FINISH, _MPS.parse(_FINISH, finish).records[0])
    query = Query(list_name="PROCESSING")
    finished = _MPS.task(query, _MPS.parse(query, processing).records[0])
    assert (unfinished.status, unfinished.finished_at) == (Status.FINISHED, None)
    assert (finished.status, finished.finished_at) == (Status.RUNNING, _CREATED)


@pytest.mark.parametrize(
    ("list_name", "status", "word", "rank"),
    [
        ("WAITING", Status.WAITING, "WAITING", 0),
        ("PROCESSING", Status.RUNNING, "PROCESSING", 1),
        ("FINISH", Status.FINISHED, "FINISH", 2),
        ("FINISH.failed", Status.FAILED, "FINISH", 2),
    ],
)
def test_list_tells_the_status(list_name: str, status: Status, word: str, rank: int) -> None:
    task = _MPS.task(Query(list_name=list_name), {"TaskId": "a"})
    assert (task.status, task.provider_status, task.rank) == (status, word, rank)


@pytest.mark.parametrize(
    ("query", "code", "message", "kind"),
    [
        (_FINISH, "RequestLimitExceeded", "", Throttled),
        (_FINISH, "RequestLimitExceeded.UinLimitExceeded", "", Throttled),
        (_FINISH, "InternalError", "", Retryable),
        (_FINISH, "InternalError.AccessDBError", "", Retryable),
        (_FINISH, "FailedOperation.NetWorkError", "", Retryable),
        (_FINISH, "AuthFailure.SignatureExpire", "", ClockSkewed),
        (_FINISH, "AuthFailure.TokenFailure", "", CredentialsExpired),
        (_FINISH, "AuthFailure.SecretIdNotFound", "", CredentialsError),
        (_FINISH, "AuthFailure.SignatureFailure", "", CredentialsError),
        (_FINISH, "AuthFailure.UnauthorizedOperation", "", CredentialsError),
        (_FINISH, "UnauthorizedOperation", "", CredentialsError),
        (_FINISH, "FailedOperation.InvalidMpsUser", "", CredentialsError),
        (_FINISH, "ResourceNotFound.UserUnregister", "", CredentialsError),
        (_FINISH, "InvalidParameterValue.UserUnRegister", "", CredentialsError),
        (_FINISH, "UnsupportedRegion", "", ConfigurationError),
        (_FINISH, "InvalidParameterValue", "Region is wrong", ConfigurationError),
        (_FINISH, "InvalidParameterValue", "", ProtocolError),
        (_FINISH, "InvalidParameterValue.Limit", "", PageRefused),
        (Query(list_name="FINISH", limit=101), "InvalidParameterValue.Limit", "", ConfigurationError),
        (_FINISH, "ResponseSizeExceeded", "", PageRefused),
        (_FINISH, "NoSuchVersion", "", ProtocolError),
        (_FINISH, "ActionOffline", "", ProtocolError),
        (_FINISH, "SomethingNew", "", ProtocolError),
        (_FINISH, "", "", ProtocolError),
        (Query(list_name="FINISH", cursor="x"), "InvalidParameterValue", "", CursorRefused),
        (Query(list_name="FINISH", cursor="x"), "InvalidParameterValue.ScrollToken", "", CursorRefused),
        (Query(list_name="FINISH", cursor="x"), "ResourceNotFound.TaskNotFound", "", CursorRefused),
        (Query(list_name="FINISH", cursor="x"), "InvalidParameterValue.Limit", "", PageRefused),
        (Query(list_name="FINISH", cursor="x"), "AuthFailure.SignatureExpire", "", ClockSkewed),
        (Query(list_name="FINISH.failed"), "InvalidParameterValue.SubTaskHasFailed", "", FilterRefused),
        (Query(list_name="FINISH.failed"), "UnknownParameter", "", FilterRefused),
        (Query(list_name="FINISH.failed"), "UnsupportedOperation", "", FilterRefused),
        (Query(list_name="FINISH.failed", cursor="x"), "InvalidParameterValue", "", CursorRefused),
        (Query(list_name="FINISH.failed"), "InternalError", "", Retryable),
        (_DETAIL, "InternalError", "", Retryable),
        (_DETAIL, "ResourceNotFound.UserUnregister", "", CredentialsError),
        (_DETAIL, "AuthFailure.SecretIdNotFound", "", CredentialsError),
    ],
)
def test_error_names_the_reaction(query: Query, code: str, message: str, kind: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        _MPS.parse(query, tencent_error(code, message))
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.request_id) == (code, "req-1")


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Retryable), (429, Throttled), (404, ProtocolError), (403, ProtocolError)]
)
def test_http_status_is_an_error_too(status: int, kind: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        _MPS.parse(_FINISH, json_response({"message": "no route"}, status))
    assert type(caught.value) is kind


def test_code_counts_more_than_http_status() -> None:
    value = {"Response": {"RequestId": "r", "Error": {"Code": "AuthFailure.SignatureExpire"}}}
    with pytest.raises(ClockSkewed):
        _MPS.parse(_FINISH, json_response(value, 403))
    with pytest.raises(Retryable):
        _MPS.parse(_FINISH, json_response({"Response": {"RequestId": "r"}}, 502))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({}, "Response is missing"),
        ({"Response": []}, "Response is an array"),
        ({"Response": {}}, "TaskSet is missing"),
        ({"Response": {"TaskSet": {}}}, "TaskSet is an object"),
    ],
)
def test_wrong_envelope_is_named(value: object, named: str) -> None:
    with pytest.raises(ProtocolError, match=named):
        _MPS.parse(_FINISH, json_response(value))


def test_error_of_another_shape_is_an_error() -> None:
    with pytest.raises(ProtocolError):
        _MPS.parse(_FINISH, tencent_response(Error="boom"))


# Details


@pytest.mark.parametrize(
    "code",
    [
        "ResourceNotFound",
        "ResourceNotFound.TaskNotFound",
        "FailedOperation.TaskNotFound",
        "InvalidParameterValue",
        "InvalidParameterValue.TaskId",
        "InvalidParameter.NotFound",
        "InvalidParameterValue.TaskNotExist",
    ],
)
def test_unknown_task_is_an_empty_answer(code: str) -> None:
    envelope = _MPS.parse(_DETAIL, tencent_error(code))
    assert (envelope.records, envelope.next_cursor, envelope.request_id) == ((), None, "req-1")


def test_detail_without_anything_is_an_empty_answer() -> None:
    assert _MPS.parse(_DETAIL, tencent_response(Status="", TaskType="")).records == ()


def test_detail_record_leaves_the_request_id_out() -> None:
    assert _MPS.parse(_DETAIL, tencent_response(Status="WAITING")).records == ({"Status": "WAITING"},)


@pytest.mark.parametrize(
    ("word", "status", "rank"),
    [("WAITING", Status.WAITING, 0), ("PROCESSING", Status.RUNNING, 1), ("ODD", Status.UNKNOWN, None)],
)
def test_detail_tells_the_status(word: str, status: Status, rank: int | None) -> None:
    record = {"Status": word, "CreateTime": "2018-12-27T13:57:15Z", "FinishTime": "0000-00-00T00:00:00Z"}
    task = _MPS.task(_DETAIL, record)
    assert (task.task_id, task.status, task.rank) == ("24-WorkflowTask-1", status, rank)
    assert (task.provider_status, task.created_at, task.finished_at) == (word, _CREATED, None)


def test_good_results_are_a_success() -> None:
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
def test_failed_result_is_a_failure(result: dict[str, Any], code: str | None) -> None:
    task = workflow({"Status": "SUCCESS", "ErrCode": 0}, result)
    assert (task.status, task.error_code, task.error_message) == (Status.FAILED, code, "bad")


def test_failed_source_is_a_failure() -> None:
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


def test_code_inside_of_media_is_no_outcome() -> None:
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


def test_detail_renames_no_task_type() -> None:
    """The list's LiveProcessTask is a LiveStreamProcessTask in its detail."""
    task = _MPS.task(_DETAIL, {"TaskType": "LiveStreamProcessTask", "Status": "FINISH"})
    assert task.task_type is None


def test_detail_keeps_no_foreign_keys() -> None:
    record = {
        "TaskNotifyConfig": {"NotifyType": "URL", "NotifyKey": "hush", "AwsSQS": {"S3SecretKey": "hush"}},
        "WorkflowTask": {"Results": [{"S3SecretId": "hush", "Bucket": "b"}]},
    }
    reduced = _MPS.reduce(record)
    assert "hush" not in json.dumps(reduced)
    assert reduced["WorkflowTask"] == {"Results": [{"Bucket": "b"}]}
    assert record["TaskNotifyConfig"]["NotifyKey"] == "hush"


def test_list_record_is_kept_whole() -> None:
    record = {"TaskId": "a", "SubTaskTypes": ["b"], "New": 1}
    assert _MPS.reduce(record) is record
