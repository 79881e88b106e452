"""Checks of requests to the simulated Tencent API 3.0, and its error responses."""

from __future__ import annotations

import pytest

from syncer.simulator.http_messages import SimRequest
from tests.support.simulator_calls import (
    REGION,
    error_code,
    one_list,
    tat_page,
    tencent_request,
)


def test_tencent_invalid_request_gets_the_vendors_code() -> None:
    pipeline = one_list("tat")
    for request, code in (
        (tencent_request("DescribeInvocationTasks", "2017-01-01", region=REGION), "NoSuchVersion"),
        (tencent_request("Reboot", "2020-10-28", region=REGION), "InvalidAction"),
        (tencent_request("DescribeInvocationTasks", "2020-10-28"), "MissingParameter"),
        (
            SimRequest("POST", "/", "", {"x-tc-action": "x", "x-tc-version": "2020-10-28"}, b"{"),
            "InvalidAction",
        ),
    ):
        assert error_code(pipeline.api.execute, request) == code


def test_tencent_get_request_may_have_nested_parameters() -> None:
    pipeline = one_list("tat")
    row = tat_page(pipeline, REGION, Limit=1)["InvocationTaskSet"][0]
    headers = tencent_request("DescribeInvocationTasks", "2020-10-28", region=REGION).headers
    query = f"Limit=5&HideOutput=False&Filters.0.Name=instance-id&Filters.0.Values.0={row['InstanceId']}"

    page = pipeline.api.execute(SimRequest("GET", "/", query, headers)).body

    assert row["InvocationTaskId"] in [match["InvocationTaskId"] for match in page["InvocationTaskSet"]]
    assert page["TotalCount"] < 10


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"Limit": true}', b'{"Limit": 1.5}', b'{"HideOutput": "perhaps"}']
)
def test_tencent_body_of_the_wrong_type_is_refused(body: bytes) -> None:
    headers = tencent_request("DescribeInvocationTasks", "2020-10-28", region=REGION).headers
    pipeline = one_list("tat")

    assert error_code(pipeline.api.execute, SimRequest("POST", "/", "", headers, body)) == "InvalidParameter"


def test_tencent_common_headers_are_required() -> None:
    pipeline = one_list("tat")
    bare = SimRequest("POST", "/", "", {"x-tc-action": "DescribeInvocationTasks"})

    assert error_code(pipeline.api.authenticate, bare, 0) == "MissingParameter"
    assert error_code(pipeline.api.authenticate, SimRequest("POST", "/v2", "", {}), 0) == "InvalidAction"


def test_tencent_error_has_status_200() -> None:
    pipeline = one_list("tat")
    response = pipeline.api.error_response(pipeline.api.internal_error(), tencent_request("x", "y"))

    assert (response.status, response.headers["content-type"]) == (200, "application/json")
    assert b'"Code":"InternalError"' in response.body
    assert b'"RequestId":"' in response.body
