"""Alibaba aiccs: requests, responses, errors and mapping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    CursorRefused,
    NonceRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
)
from syncer.model import Query, Response, Role, Status, Task
from tests.support.provider_queries import NOW, account_request
from tests.support.provider_responses import documented_responses, json_response, make_provider

_AICCS = make_provider("alibaba_aiccs")
_ALL = Query(list_name="ALL", limit=50)
_FIRED = datetime(2021, 4, 15, 9, 0, 32, tzinfo=UTC)


def parameters(query: Query) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(_AICCS.request(query).url).query))


def listed(found: int, total: object, size: object = 50, **fields: Any) -> Response:
    content = {"PageNo": 1, "PageSize": size, "Total": total, "Record": [{"Id": n} for n in range(found)]}
    return json_response(
        {"RequestId": "r-1", "Code": "OK", "Message": "OK", "Success": True, "Data": content, **fields}
    )


def refused(code: str, status: int = 400, **headers: str) -> Response:
    return json_response(
        {"RequestId": "r-1", "HostId": "aiccs", "Code": code, "Message": "no"}, status, **headers
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (_ALL, {"PageNo": "1", "PageSize": "50"}),
        (
            Query(list_name="SYSTEM_STOP", cursor="3~1", limit=20),
            {"PageNo": "3", "PageSize": "20", "Status": "SYSTEM_STOP"},
        ),
        (Query(ids=("9007199254740993",)), {"PageNo": "1", "PageSize": "10", "TaskId": "9007199254740993"}),
    ],
)
def test_parameters_of_the_request(query: Query, expected: dict[str, str]) -> None:
    assert parameters(query) == expected


def test_request_is_a_post_without_a_body() -> None:
    request = _AICCS.request(_ALL)
    assert (request.method, request.body) == ("POST", b"")
    assert request.url.startswith("https://aiccs.aliyuncs.com/?")
    assert request.headers["x-acs-version"] == "2019-10-15"


def test_lists_are_one_per_open_status_and_then_all() -> None:
    opened = [one.name for one in _AICCS.facts.lists if one.role is Role.OPEN]
    assert opened == ["INIT", "RELEASE", "READY", "STOP", "SYSTEM_STOP", "RUNNING"]
    assert _AICCS.facts.lists[-1].name == "ALL"


def test_documented_response_is_parsed() -> None:
    (response,) = documented_responses("alibaba_aiccs")
    envelope = _AICCS.parse(Query(list_name="ALL", limit=20), response)
    assert (envelope.total, envelope.next_cursor) == (50, "2")
    assert envelope.request_id == "D9CB3933-9FE3-4870-BA8E-2BEE91B69D23"
    assert _AICCS.task(_ALL, envelope.records[0], NOW) == Task(
        task_id="0",
        status=Status.WAITING,
        provider_status="RELEASE",
        name="测试任务",
        created_at=_FIRED,
        started_at=_FIRED,
        progress_done=1,
        progress_total=1,
        resource_id="0",
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("INIT", Status.WAITING),
        ("RELEASE", Status.WAITING),
        ("READY", Status.WAITING),
        ("RUNNING", Status.RUNNING),
        ("STOP", Status.PAUSED),
        ("SYSTEM_STOP", Status.PAUSED),
        ("DONE", Status.SUCCEEDED),
        ("CANCEL", Status.CANCELLED),
        ("SYSTEM_CANCEL", Status.CANCELLED),
        ("DREAMING", Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_status_is_mapped(word: str | None, status: Status) -> None:
    assert _AICCS.task(_ALL, {"Id": 1, "Status": word}, NOW).status is status


@pytest.mark.parametrize("fired", ["", "0", 0, None])
def test_campaign_without_a_fire_time_has_no_start(fired: object) -> None:
    assert _AICCS.task(_ALL, {"Id": 1, "FireTime": fired}, NOW).started_at is None


def test_long_id_is_exact_text() -> None:
    assert _AICCS.task(_ALL, {"Id": 9007199254740993}, NOW).task_id == "9007199254740993"


@pytest.mark.parametrize(
    ("cursor", "response", "after"),
    [
        pytest.param(None, listed(50, 120), "2", id="full page"),
        pytest.param("3", listed(20, 120), None, id="last page"),
        pytest.param("2", listed(50, 100), "3", id="full page that reaches the total"),
        pytest.param(None, listed(0, 0), None, id="empty list"),
        pytest.param(None, listed(20, 70, 20), "2", id="shorter pages than asked"),
        pytest.param("4", listed(10, 70, 20), None, id="last of the shorter pages"),
        pytest.param(None, listed(20, 45), "2", id="shorter than it says"),
        pytest.param("2", listed(20, 45), "3", id="shorter than it says, again"),
        pytest.param("4", listed(0, 45), None, id="empty past the end"),
        pytest.param("2", listed(0, 120), "2~1", id="empty before the end"),
        pytest.param("2~3", listed(0, 120), None, id="empty too often"),
        pytest.param("2", listed(20, None), "3", id="no total"),
        pytest.param("3", listed(0, None), None, id="no total, empty"),
        pytest.param("2", listed(50, 100, -1), "3", id="odd page size"),
        pytest.param("2", listed(50, 100, 100), "3", id="larger page size"),
    ],
)
def test_next_cursor(cursor: str | None, response: Response, after: str | None) -> None:
    assert _AICCS.parse(Query(list_name="ALL", limit=50, cursor=cursor), response).next_cursor == after


def test_repeated_row_does_not_end_the_list() -> None:
    shown = [{"Id": n} for n in (1, 2, 3, 4, 5, 3)]
    twice = listed(0, 0, Data={"PageNo": 1, "PageSize": 5, "Total": 6, "Record": shown})
    assert _AICCS.parse(Query(list_name="ALL", limit=5), twice).next_cursor == "2"


def test_response_by_id_has_no_next_page() -> None:
    envelope = _AICCS.parse(Query(ids=("0",)), listed(1, 1))
    assert (len(envelope.records), envelope.next_cursor) == (1, None)
    assert _AICCS.parse(Query(ids=("0",)), listed(0, 0)).records == ()


def test_ignored_id_filter_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="other tasks"):
        _AICCS.parse(Query(ids=("77",)), listed(3, 3))


@pytest.mark.parametrize(
    ("code", "status", "error_class"),
    [
        ("Throttling", 400, Throttled),
        ("Throttling.User", 400, Throttled),
        ("Throttling.Api", 503, Throttled),
        ("isv.BUSINESS_LIMIT_CONTROL", 400, Throttled),
        ("Odd", 429, Throttled),
        ("ServiceUnavailable", 503, Retryable),
        ("InternalError", 500, Retryable),
        ("SystemError", 500, Retryable),
        ("SystemError", 200, Retryable),
        ("Odd", 500, Retryable),
        ("SignatureNonceUsed", 400, NonceRefused),
        ("InvalidTimeStamp.Expired", 400, ClockSkewed),
        ("InvalidSecurityToken.Expired", 400, CredentialsExpired),
        ("InvalidAccessKeyId.NotFound", 404, CredentialsError),
        ("SignatureDoesNotMatch", 400, CredentialsError),
        ("IncompleteSignature", 400, CredentialsError),
        ("Forbidden.RAM", 403, CredentialsError),
        ("NoPermission", 403, CredentialsError),
        ("PermissionInsufficient", 400, CredentialsError),
        ("PermissionInsufficient", 200, CredentialsError),
        ("InvalidRegionId", 400, ConfigurationError),
        ("ParameterError", 400, PageRefused),
        ("ParameterError", 200, PageRefused),
        ("InvalidApi.NotFound", 404, ProtocolError),
        ("Odd", 400, ProtocolError),
    ],
)
def test_error_names_the_reaction(code: str, status: int, error_class: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        _AICCS.parse(_ALL, refused(code, status))
    assert type(caught.value) is error_class
    assert (caught.value.code, caught.value.request_id) == (code, "r-1")


def test_parameter_error_by_id_does_not_shrink_the_page() -> None:
    with pytest.raises(ProtocolError) as caught:
        _AICCS.parse(Query(ids=("1",)), refused("ParameterError"))
    with pytest.raises(CursorRefused):
        _AICCS.parse(Query(list_name="ALL", cursor="201"), refused("ParameterError"))
    assert type(caught.value) is ProtocolError


def test_throttling_has_the_vendors_wait() -> None:
    with pytest.raises(Throttled) as caught:
        _AICCS.parse(_ALL, refused("Throttling.User", x_acs_retry_after="2500"))
    assert caught.value.retry_after == timedelta(seconds=2.5)


@pytest.mark.parametrize("success", [False, "false"])
def test_success_false_is_an_error_with_200(success: object) -> None:
    with pytest.raises(SyncerError):
        _AICCS.parse(_ALL, listed(1, 1, Success=success))


@pytest.mark.parametrize("fields", [{"Success": None, "Code": None}, {"Success": "true"}, {"Code": ""}])
def test_missing_success_field_is_success(fields: dict[str, Any]) -> None:
    assert len(_AICCS.parse(_ALL, listed(1, 1, **fields)).records) == 1


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "Data is null"),
        ([], "Data is an array"),
        ({"Total": 5}, "Record is missing"),
        ({"Total": 5, "Record": None}, "Record is null"),
        ({"Total": 5, "Record": {"Id": 1}}, "Record is an object"),
    ],
)
def test_unexpected_envelope_is_named(content: object, named: str) -> None:
    with pytest.raises(UnexpectedResponse, match=named):
        _AICCS.parse(_ALL, listed(0, 0, Data=content))


def test_null_instead_of_an_empty_list() -> None:
    assert _AICCS.parse(_ALL, listed(0, 0, Data={"Total": 0, "Record": None})).records == ()


# The account


def test_account_is_requested_from_the_token_service() -> None:
    request = account_request(_AICCS)
    assert (request.url, request.action) == ("https://sts.aliyuncs.com/", "sts.GetCallerIdentity")
    assert request.headers["x-acs-version"] == "2015-04-01"
    elsewhere = make_provider("alibaba_aiccs", endpoint="https://vpc.example")
    assert account_request(elsewhere).url == "https://vpc.example/"


def test_account_is_that_of_all_users() -> None:
    # https://help.aliyun.com/document_detail/43767.html
    body = {
        "IdentityType": "RAMUser",
        "AccountId": "196813200012",
        "UserId": "216959339000",
        "RequestId": "r",
    }
    assert _AICCS.parse_identity(json_response(body)) == "196813200012"


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        ("InvalidSecurityToken.Expired", CredentialsExpired),
        ("InvalidAccessKeyId.NotFound", CredentialsError),
        ("Throttling.User", Throttled),
        ("InvalidAction.NotFound", ProtocolError),
    ],
)
def test_error_of_the_account_names_the_reaction(code: str, error_class: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        _AICCS.parse_identity(json_response({"Code": code, "Message": "no", "RequestId": "r"}, 400))
    assert type(caught.value) is error_class


def test_missing_account_is_named() -> None:
    with pytest.raises(UnexpectedResponse, match="AccountId is missing"):
        _AICCS.parse_identity(json_response({"RequestId": "r"}))
