"""Tencent TAT: requests, responses, errors and regions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syncer.errors import (
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    CursorRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
)
from syncer.model import Credentials, Query, Status, Task
from tests.support.provider_queries import NOW, account_request
from tests.support.provider_responses import (
    documented_responses,
    json_response,
    make_provider,
    tencent_error,
    tencent_response,
)

_TAT = make_provider("tencent_tat")
_PAGE = Query(list_name="tasks", region="ap-guangzhou")
_IDS = Query(ids=("invt-1", "invt-2"), region="ap-guangzhou", limit=2)


def record(**fields: Any) -> dict[str, Any]:
    return {"InvocationTaskId": "invt-1", "TaskStatus": "SUCCESS", **fields}


def task(**fields: Any) -> Task:
    return _TAT.task(_PAGE, record(**fields), NOW)


def test_request_has_offset_and_region() -> None:
    request = _TAT.request(Query(list_name="tasks", region="ap-guangzhou", cursor="90", limit=50))
    assert json.loads(request.body) == {"Offset": 90, "Limit": 50, "HideOutput": True}
    assert request.headers["X-TC-Region"] == "ap-guangzhou"
    assert request.headers["X-TC-Version"] == "2020-10-28"


def test_request_by_ids_has_their_number_as_limit() -> None:
    expected = {"InvocationTaskIds": ["invt-1", "invt-2"], "Limit": 2, "HideOutput": True}
    assert json.loads(_TAT.request(_IDS).body) == expected


def test_outputs_are_requested_if_configured() -> None:
    request = make_provider("tencent_tat", outputs=True).request(_PAGE)
    assert json.loads(request.body)["HideOutput"] is False


def test_sites_have_hosts() -> None:
    assert _TAT.request(_PAGE).url == "https://tat.tencentcloudapi.com/"
    international = make_provider("tencent_tat", site="intl")
    assert international.request(_PAGE).url == "https://tat.intl.tencentcloudapi.com/"


def test_documented_response_is_parsed() -> None:
    (response,) = documented_responses("tencent_tat")
    envelope = _TAT.parse(_PAGE, response)
    assert (envelope.total, envelope.next_cursor, envelope.back_cursor) == (1, None, None)
    assert _TAT.task(_PAGE, envelope.records[0], NOW) == Task(
        task_id="invt-08oe5fe2",
        status=Status.SUCCEEDED,
        provider_status="SUCCESS",
        name="cmd-13axrtuq",
        task_type="SHELL",
        created_at=datetime(2020, 11, 5, 7, 49, 56, tzinfo=UTC),
        started_at=datetime(2020, 11, 5, 7, 49, 58, tzinfo=UTC),
        finished_at=datetime(2020, 11, 5, 7, 50, 4, tzinfo=UTC),
        updated_at=datetime(2020, 11, 5, 7, 50, 6, tzinfo=UTC),
        parent_id="inv-1vll7hda",
        resource_id="ins-zj0f57ex",
        rank=1_604_562_606_000_000,
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PENDING", Status.WAITING),
        ("DELIVERING", Status.WAITING),
        ("DELIVER_DELAYED", Status.WAITING),
        ("RUNNING", Status.RUNNING),
        ("CANCELLING", Status.RUNNING),
        ("SUCCESS", Status.SUCCEEDED),
        ("DELIVER_FAILED", Status.FAILED),
        ("START_FAILED", Status.FAILED),
        ("FAILED", Status.FAILED),
        ("TIMEOUT", Status.FAILED),
        ("TASK_TIMEOUT", Status.FAILED),
        ("CANCELLED", Status.CANCELLED),
        ("TERMINATED", Status.CANCELLED),
        ("HIBERNATING", Status.UNKNOWN),
        (None, Status.UNKNOWN),
        (5, Status.UNKNOWN),
    ],
)
def test_status_is_mapped(word: object, status: Status) -> None:
    assert task(TaskStatus=word).status is status


def test_all_documented_statuses_are_known() -> None:
    assert len(_TAT.facts.known_values["TaskStatus"]) == 13


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"TaskStatus": "FAILED", "TaskResult": {"ExitCode": 127}, "ErrorInfo": "oh"}, "127", "oh"),
        ({"TaskStatus": "FAILED", "TaskResult": None, "ErrorInfo": ""}, "FAILED", None),
        ({"TaskStatus": "TIMEOUT", "TaskResult": {"ExitCode": -1}}, "TIMEOUT", None),
        ({"TaskStatus": "CANCELLED", "TaskResult": {"ExitCode": 9}}, None, None),
        ({"TaskStatus": "SUCCESS", "TaskResult": {"ExitCode": 0}}, None, None),
    ],
)
def test_error_is_mapped(fields: dict[str, Any], code: str | None, message: str | None) -> None:
    mapped = task(**fields)
    assert (mapped.error_code, mapped.error_message) == (code, message)


def test_name_is_that_of_the_command_or_its_id() -> None:
    assert task(CommandName="tidy up", CommandId="cmd-1").name == "tidy up"
    assert task(CommandName="", CommandId="cmd-1").name == "cmd-1"
    assert task(CommandId="").name is None


def test_later_update_has_the_higher_rank() -> None:
    ranks = [task(UpdatedTime=f"2020-11-05T07:50:06{part}").rank for part in ("Z", ".5Z")]
    assert ranks == [1_604_562_606_000_000, 1_604_562_606_500_000]
    assert task(UpdatedTime=None).rank is None


# Pages


def test_next_page_overlaps() -> None:
    shown = [record(InvocationTaskId=f"invt-{n}") for n in range(100)]
    envelope = _TAT.parse(
        Query(list_name="tasks", cursor="90"), tencent_response(TotalCount=500, InvocationTaskSet=shown)
    )
    assert (envelope.next_cursor, envelope.back_cursor) == ("180", "0")


def test_repeated_row_does_not_end_the_list() -> None:
    shown = [record(InvocationTaskId=f"invt-{n}") for n in range(5)]
    page = tencent_response(TotalCount=6, InvocationTaskSet=[*shown, shown[2]])
    envelope = _TAT.parse(Query(list_name="tasks", limit=5), page)
    assert envelope.next_cursor == "3"


def test_response_by_ids_has_no_next_page() -> None:
    envelope = _TAT.parse(_IDS, tencent_response(TotalCount=2, InvocationTaskSet=[record()]))
    assert (envelope.next_cursor, envelope.back_cursor, envelope.total) == (None, None, 2)


@pytest.mark.parametrize("code", ["ResourceNotFound", "InvalidParameterValue.InvalidInvocationTaskId"])
def test_unknown_id_is_an_empty_envelope(code: str) -> None:
    envelope = _TAT.parse(Query(ids=("invt-1",)), tencent_error(code))
    assert (envelope.records, envelope.request_id) == ((), "req-1")


def test_unknown_id_among_others_reduces_the_request() -> None:
    with pytest.raises(PageRefused):
        _TAT.parse(_IDS, tencent_error("InvalidParameterValue.InvalidInvocationTaskId"))


@pytest.mark.parametrize(
    ("query", "code", "error_class"),
    [
        (_PAGE, "UnauthorizedOperation.InvalidToken", CredentialsExpired),
        (_PAGE, "UnauthorizedOperation.CamAuthFailed", CredentialsError),
        (_PAGE, "UnauthorizedOperation.MFANotFound", CredentialsError),
        (_IDS, "UnauthorizedOperation.MFAExpired", CredentialsError),
        (_PAGE, "RequestLimitExceeded.GlobalRegionUinLimitExceeded", Throttled),
        (_PAGE, "UnsupportedRegion", ConfigurationError),
        (_PAGE, "MissingParameter.Region", ConfigurationError),
        (_PAGE, "InvalidParameterValue.TooLarge", PageRefused),
        (Query(list_name="tasks", cursor="90"), "InvalidParameterValue.Range", CursorRefused),
        (_PAGE, "UnsupportedOperation", ProtocolError),
    ],
)
def test_error_names_the_reaction(query: Query, code: str, error_class: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        _TAT.parse(query, tencent_error(code))
    assert type(caught.value) is error_class


def test_missing_list_is_named() -> None:
    with pytest.raises(UnexpectedResponse, match="InvocationTaskSet is missing"):
        _TAT.parse(_PAGE, tencent_response(TotalCount=0))


# The account


@pytest.mark.parametrize(
    ("site", "host", "region"),
    [
        ("cn", "sts.tencentcloudapi.com", "ap-guangzhou"),
        ("intl", "sts.intl.tencentcloudapi.com", "ap-singapore"),
    ],
)
def test_account_is_requested_from_the_token_service_of_the_site(site: str, host: str, region: str) -> None:
    provider = make_provider("tencent_tat", site=site)
    request = account_request(provider)
    assert (request.url, request.action) == (f"https://{host}/", "sts.GetCallerIdentity")
    assert (request.headers["X-TC-Version"], request.headers["X-TC-Region"]) == ("2018-08-13", region)
    signed = provider.sign(request, Credentials("AK", "sk", "token"), NOW, "")
    assert "/sts/tc3_request, " in signed.headers["Authorization"]
    assert signed.headers["X-TC-Token"] == "token"


def test_request_for_the_account_stays_at_a_configured_endpoint() -> None:
    provider = make_provider("tencent_tat", endpoint="https://vpc.example")
    assert account_request(provider).url == "https://vpc.example/"


def test_account_is_that_of_all_users() -> None:
    # https://cloud.tencent.com/document/api/1312/66098
    response = tencent_response(
        Type="CAMUser", AccountId="1000262000", UserId="1000261000", PrincipalId="1000261000"
    )
    assert _TAT.parse_identity(response) == "1000262000"


@pytest.mark.parametrize(
    ("code", "error_class", "advice"),
    [
        (
            "UnauthorizedOperation.CamNoAuth",
            CredentialsError,
            "grant the key the action sts:GetCallerIdentity",
        ),
        (
            "AuthFailure.UnauthorizedOperation",
            CredentialsError,
            "grant the key the action sts:GetCallerIdentity",
        ),
        ("UnauthorizedOperation.InvalidToken", CredentialsExpired, "renew it"),
        ("AuthFailure.TokenFailure", CredentialsExpired, "renew it"),
        ("InternalError", Retryable, "trying again"),
        ("UnsupportedRegion", ProtocolError, "unknown to this version"),
        ("NoSuchVersion", ProtocolError, "check that `endpoint`"),
    ],
)
def test_error_of_the_account_names_the_reaction(
    code: str, error_class: type[SyncerError], advice: str
) -> None:
    with pytest.raises(SyncerError, match=advice) as caught:
        _TAT.parse_identity(tencent_error(code))
    assert type(caught.value) is error_class


def test_missing_account_is_named() -> None:
    with pytest.raises(UnexpectedResponse, match="AccountId is missing"):
        _TAT.parse_identity(tencent_response(Arn="qcs::cam"))


# Regions


def test_regions_are_requested_and_parsed() -> None:
    request = _TAT.regions_request()
    assert request.headers["X-TC-Action"] == "DescribeRegions"
    assert json.loads(request.body) == {}
    shown = [
        {"Region": "ap-guangzhou", "RegionName": "广州", "RegionState": "AVAILABLE"},
        {"Region": "ap-moon", "RegionState": "UNAVAILABLE"},
        {"Region": "ap-seoul"},
        {"RegionName": "nameless"},
        "odd",
    ]
    found = _TAT.parse_regions(tencent_response(TotalCount=12, RegionSet=shown))
    assert found == ("ap-guangzhou", "ap-seoul")


def test_error_of_the_regions_names_the_reaction() -> None:
    with pytest.raises(CredentialsError):
        _TAT.parse_regions(tencent_error("UnauthorizedOperation"))
    with pytest.raises(UnexpectedResponse, match="RegionSet is missing"):
        _TAT.parse_regions(tencent_response())
    with pytest.raises(UnexpectedResponse):
        _TAT.parse_regions(json_response([]))
