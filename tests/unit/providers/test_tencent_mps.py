"""Tencent MPS: requests, responses and errors of the list and of the detail call."""

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
    UnexpectedResponse,
)
from syncer.model import Query, Status, Task
from tests.support.provider_queries import NOW
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
def test_parameters_of_the_request(query: Query, expected: dict[str, Any]) -> None:
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


def test_list_and_detail_have_separate_rate_limits() -> None:
    assert _MPS.request(_FINISH).action != _MPS.request(_DETAIL).action


@pytest.mark.parametrize("site", ["cn", "intl"])
def test_documented_responses_are_parsed(site: str) -> None:
    first, second, third = (_MPS.parse(_FINISH, one) for one in documented_responses(f"tencent_mps_{site}"))
    assert (len(first.records), first.next_cursor, first.total) == (5, "taskId6", 12)
    assert (len(second.records), second.next_cursor, second.total) == (1, None, 1)
    assert third.next_cursor is None
    assert first.request_id == "46311b39-10ce-47eb-b2b6-7ce82bb4476d"
    task = _MPS.task(_FINISH, first.records[0], NOW)
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


def test_contradictory_example_is_stored_as_it_is() -> None:
    """The international page shows a FINISH row without, and a PROCESSING row with, a finish time."""
    _, finish, processing = documented_responses("tencent_mps_intl")
    unfinished = _MPS.task(_FINISH, _MPS.parse(_FINISH, finish).records[0], NOW)
    query = Query(list_name="PROCESSING")
    finished = _MPS.task(query, _MPS.parse(query, processing).records[0], NOW)
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
def test_status_is_that_of_the_list(list_name: str, status: Status, word: str, rank: int) -> None:
    task = _MPS.task(Query(list_name=list_name), {"TaskId": "a"}, NOW)
    assert (task.status, task.provider_status, task.rank) == (status, word, rank)


@pytest.mark.parametrize(
    ("query", "code", "message", "error_class"),
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
        (_FINISH, "", "", UnexpectedResponse),
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
def test_error_names_the_reaction(
    query: Query, code: str, message: str, error_class: type[SyncerError]
) -> None:
    with pytest.raises(SyncerError) as caught:
        _MPS.parse(query, tencent_error(code, message))
    assert type(caught.value) is error_class
    assert (caught.value.code, caught.value.request_id) == (code, "req-1")


@pytest.mark.parametrize(
    ("status", "error_class"),
    [(500, Retryable), (429, Throttled), (404, UnexpectedResponse), (403, UnexpectedResponse)],
)
def test_http_status_is_an_error(status: int, error_class: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        _MPS.parse(_FINISH, json_response({"message": "no route"}, status))
    assert type(caught.value) is error_class


def test_code_precedes_the_http_status() -> None:
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
def test_unexpected_envelope_is_named(value: object, named: str) -> None:
    with pytest.raises(UnexpectedResponse, match=named):
        _MPS.parse(_FINISH, json_response(value))


def test_error_with_another_structure_is_an_error() -> None:
    with pytest.raises(UnexpectedResponse):
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
def test_unknown_task_is_an_empty_envelope(code: str) -> None:
    envelope = _MPS.parse(_DETAIL, tencent_error(code))
    assert (envelope.records, envelope.next_cursor, envelope.request_id) == ((), None, "req-1")


def test_empty_detail_is_an_empty_envelope() -> None:
    assert _MPS.parse(_DETAIL, tencent_response(Status="", TaskType="")).records == ()


def test_detail_record_has_no_request_id() -> None:
    assert _MPS.parse(_DETAIL, tencent_response(Status="WAITING")).records == ({"Status": "WAITING"},)


def test_list_record_is_not_reduced() -> None:
    record = {"TaskId": "a", "SubTaskTypes": ["b"], "New": 1}
    assert _MPS.reduce(record) is record
