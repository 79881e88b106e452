"""Baidu VOD: requests, responses, errors and mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from syncer.errors import (
    ClockSkewed,
    CredentialsError,
    CredentialsExpired,
    CursorRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
)
from syncer.model import Query, Response, Status, Task
from tests.support.provider_responses import documented_responses, json_response, make_provider

_VOD = make_provider("baidu_vod")
_PAGE = Query(list_name="tasks")
_ID = Query(ids=("tsk-1",))


def parameters(query: Query) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(_VOD.request(query).url).query))


def listed(**fields: Any) -> Response:
    return json_response(
        {"data": [{"taskId": "tsk-1"}], "isTruncated": False, **fields}, x_bce_request_id="r-1"
    )


_SEEN = datetime(2024, 12, 6, tzinfo=UTC)


def refused(code: str, status: int = 400) -> Response:
    return json_response({"requestId": "r-1", "code": code, "message": "no"}, status)


def status_of(word: object, finished: object = None) -> Status:
    return _VOD.task(_PAGE, {"taskId": "tsk-1", "status": word, "finishTime": finished}, _SEEN).status


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (_PAGE, {"maxSize": "100"}),
        (Query(list_name="tasks", limit=10, cursor="tsk-9"), {"maxSize": "10", "marker": "tsk-9"}),
        (_ID, {"maxSize": "10", "taskId": "tsk-1"}),
        (
            Query(
                list_name="tasks",
                created_from=datetime(2024, 12, 5, 6, 0, 0, 900_000, tzinfo=UTC),
                created_to=datetime(2024, 12, 5, 7, 0, 0, 100_000, tzinfo=UTC),
            ),
            {"maxSize": "100", "beginTime": "2024-12-05T06:00:00Z", "endTime": "2024-12-05T07:00:01Z"},
        ),
        (
            Query(list_name="tasks", created_to=datetime(2024, 12, 5, 7, 0, 0, tzinfo=UTC)),
            {"maxSize": "100", "endTime": "2024-12-05T07:00:00Z"},
        ),
    ],
)
def test_parameters_of_the_request(query: Query, expected: dict[str, str]) -> None:
    assert parameters(query) == expected


def test_request_is_a_get_of_the_list() -> None:
    request = _VOD.request(_PAGE)
    assert request.method == "GET"
    assert request.url.startswith("https://vod.bj.baidubce.com/v2/tasks?")


def test_documented_response_is_parsed() -> None:
    """Its last page has a marker for a next one."""
    (response,) = documented_responses("baidu_vod")
    envelope = _VOD.parse(_PAGE, response)
    assert (len(envelope.records), envelope.next_cursor) == (2, None)
    assert _VOD.task(_PAGE, envelope.records[0], _SEEN) == Task(
        task_id="tsk-emeqb9c1kmdd7rns",
        status=Status.FAILED,
        provider_status="FAILED",
        task_type="WORKFLOW",
        created_at=datetime(2024, 12, 5, 6, 8, 41, tzinfo=UTC),
        finished_at=datetime(2024, 12, 5, 6, 8, 43, tzinfo=UTC),
        resource_id="mda-emcventhizk2yfbz",
    )


@pytest.mark.parametrize(
    ("word", "finished", "status"),
    [
        ("FINISHED", "2024-12-05T06:08:43Z", Status.SUCCEEDED),
        ("FINISHED", None, Status.SUCCEEDED),
        ("FAILED", None, Status.FAILED),
        ("CANCELLED", None, Status.CANCELLED),
        ("READY", None, Status.WAITING),
        ("PENDING", "", Status.WAITING),
        ("RUNNING", None, Status.RUNNING),
        ("processing", "0000-00-00T00:00:00Z", Status.RUNNING),
        ("PAUSED", None, Status.PAUSED),
        ("RUNNING", "2024-12-05T06:08:43Z", Status.RUNNING),
        ("ODD", "2099-01-01T00:00:00Z", Status.UNKNOWN),
        ("ODD", "1970-01-01T08:00:00+08:00", Status.UNKNOWN),
        ("ODD", None, Status.UNKNOWN),
        ("ODD", "2024-12-05T06:08:43Z", Status.FINISHED),
        (None, None, Status.UNKNOWN),
        (3, None, Status.UNKNOWN),
    ],
)
def test_status_is_mapped(word: object, finished: object, status: Status) -> None:
    assert status_of(word, finished) is status


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"isTruncated": False, "nextMarker": "tsk-9"}, None),
        ({"isTruncated": True, "nextMarker": "tsk-9"}, "tsk-9"),
        ({"isTruncated": "true", "nextMarker": 9}, "9"),
        ({"isTruncated": True, "nextMarker": "tsk-9", "data": []}, "tsk-9"),
    ],
)
def test_only_is_truncated_ends_the_list(fields: dict[str, Any], after: str | None) -> None:
    assert _VOD.parse(_PAGE, listed(**fields)).next_cursor == after


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"isTruncated": True}, "nextMarker is missing"),
        ({"isTruncated": True, "nextMarker": ""}, "nextMarker is missing"),
        ({"isTruncated": None}, "isTruncated is missing"),
        ({"data": {}}, "data is an object"),
    ],
)
def test_unexpected_envelope_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(UnexpectedResponse, match=named) as caught:
        _VOD.parse(_PAGE, listed(**fields))
    assert caught.value.request_id == "r-1"


def test_missing_list_is_named() -> None:
    with pytest.raises(UnexpectedResponse, match="data is missing"):
        _VOD.parse(_PAGE, json_response({"isTruncated": False}))


def test_response_by_id_has_no_next_page() -> None:
    envelope = _VOD.parse(_ID, listed(isTruncated=True, nextMarker="tsk-1"))
    assert (len(envelope.records), envelope.next_cursor) == (1, None)
    assert _VOD.parse(_ID, listed(data=[])).records == ()


def test_ignored_id_filter_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="other tasks"):
        _VOD.parse(Query(ids=("tsk-77",)), listed())


@pytest.mark.parametrize("code", ["MediaException.TaskNotFound", "NoSuchTask", "VodExceptions.TaskNotExist"])
def test_unknown_id_is_an_empty_envelope(code: str) -> None:
    envelope = _VOD.parse(_ID, refused(code, 404))
    assert (envelope.records, envelope.request_id) == ((), "r-1")


@pytest.mark.parametrize(
    ("query", "code", "status", "error_class"),
    [
        (_PAGE, "RequestExpired", 400, ClockSkewed),
        (_PAGE, "AccessDenied", 403, CredentialsExpired),
        (_PAGE, "InvalidAccessKeyId", 403, CredentialsExpired),
        (_PAGE, "SignatureDoesNotMatch", 403, CredentialsError),
        (_PAGE, "InvalidHTTPAuthHeader", 400, CredentialsError),
        (_PAGE, "MediaException.QualifyNotPass", 403, CredentialsError),
        (_PAGE, "OptInRequired", 403, CredentialsError),
        (_PAGE, "InternalError", 500, Retryable),
        (_PAGE, "Odd", 502, Retryable),
        (_PAGE, "Odd", 429, Throttled),
        (_PAGE, "RequestRateLimitExceeded", 400, Throttled),
        (_PAGE, "TooManyRequests", 403, Throttled),
        (_PAGE, "InvalidParameter", 400, ProtocolError),
        (_PAGE, "MediaException.MediaNotFound", 404, ProtocolError),
        (_PAGE, "", 404, UnexpectedResponse),
        (_PAGE, "Odd", 200, ProtocolError),
        (Query(list_name="tasks", cursor="m"), "InvalidParameter", 400, CursorRefused),
        (Query(list_name="tasks", cursor="m"), "MediaException.InvalidMarker", 400, CursorRefused),
        (Query(list_name="tasks", cursor="m"), "InternalError", 500, Retryable),
        (_ID, "InvalidURI", 400, ProtocolError),
    ],
)
def test_error_names_the_reaction(
    query: Query, code: str, status: int, error_class: type[SyncerError]
) -> None:
    with pytest.raises(SyncerError) as caught:
        _VOD.parse(query, refused(code, status))
    assert type(caught.value) is error_class
    assert caught.value.code == code.rpartition(".")[2]
    assert caught.value.request_id == "r-1"
