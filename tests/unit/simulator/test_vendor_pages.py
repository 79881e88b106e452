"""How each simulated list is paged, and the traps it lays for clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from syncer.simulator import FailedFilter, Faults, ListOptions, MovedToken
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.request_pipeline import RequestPipeline
from syncer.simulator.vendors.api import InternalApiError
from tests.support.simulator_calls import (
    aiccs_page,
    baidu_page,
    frozen,
    mps_page,
    one_list,
    query_call,
    tat_page,
    tencent_call,
)

REGION = "ap-guangzhou"


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ApiError) as caught:
        call()
    return caught.value.code


def mps_ids(service: RequestPipeline, **params: Any) -> list[str]:
    """The ids of one list, page by page, for at most 50 pages."""
    ids: list[str] = []
    token = ""
    for _ in range(50):
        page = mps_page(service, ScrollToken=token, **params)
        ids += [row["TaskId"] for row in page["TaskSet"]]
        token = page["ScrollToken"]
        if not token:
            break
    return ids


# Tencent MPS


def test_mps_limit_may_be_digits_in_a_string() -> None:
    assert len(mps_page(one_list("mps-cn"), Status="FINISH", Limit="5")["TaskSet"]) == 5


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_mps_limit_has_bounds(limit: int) -> None:
    service = one_list("mps-cn")

    assert code_of(lambda: mps_page(service, Status="FINISH", Limit=limit)) == "InvalidParameterValue.Limit"


def test_mps_unknown_parameter_is_refused() -> None:
    service = one_list("mps-cn")

    assert code_of(lambda: mps_page(service, Status="FINISH", Sort="asc")) == "UnknownParameter"


def moved(service: RequestPipeline) -> tuple[str, list[str]]:
    """The token of a running task that has just finished, and the ids that ran behind it."""
    running = mps_page(service, Status="PROCESSING", Limit=100)["TaskSet"]
    index = min(
        range(1, len(running) - 2),
        key=lambda position: service.task_index.find(running[position]["TaskId"]).times[-1],  # type: ignore[union-attr]
    )
    token = running[index]["TaskId"]
    task = service.task_index.find(token)
    assert task is not None
    service.task_index.advance(task.times[-1])
    return token, [row["TaskId"] for row in running[index + 1 :]]


def running_list(mode: MovedToken) -> RequestPipeline:
    return one_list("mps-cn", backlog=600, faults=Faults(moved_token=mode), backlog_span=timedelta(hours=12))


def test_mps_token_of_a_moved_record_goes_on_behind_it() -> None:
    service = running_list(MovedToken.CONTINUE)
    token, behind = moved(service)

    page = mps_page(service, Status="PROCESSING", Limit=100, ScrollToken=token)

    assert [row["TaskId"] for row in page["TaskSet"]] == [i for i in behind if i in _running(service)]
    assert service.injector.fired() == {"moved_token_continue": 1}


def _running(service: RequestPipeline) -> set[str]:
    return {task.task_id for task in service.task_index.page("PROCESSING", 0, 1_000)}


def test_mps_token_of_a_moved_record_may_end_the_scan() -> None:
    service = running_list(MovedToken.EMPTY)
    token, behind = moved(service)

    page = mps_page(service, Status="PROCESSING", Limit=100, ScrollToken=token)

    assert behind
    assert (page["TaskSet"], page["ScrollToken"]) == ([], "")
    assert service.injector.fired() == {"moved_token_empty": 1}


def test_mps_token_of_a_moved_record_may_be_refused() -> None:
    service = running_list(MovedToken.REFUSED)
    token, _ = moved(service)

    assert (
        code_of(lambda: mps_page(service, Status="PROCESSING", ScrollToken=token)) == "InvalidParameterValue"
    )


def test_mps_failed_filter_may_be_rejected() -> None:
    service = one_list("mps-cn", faults=Faults(failed_filter=FailedFilter.REJECTED))

    assert mps_page(service, Status="FINISH")["TaskSet"]
    assert code_of(lambda: mps_page(service, Status="FINISH", SubTaskHasFailed=True)) == "UnknownParameter"
    assert service.injector.fired() == {"failed_filter_rejected": 1}


def test_mps_failed_filter_may_be_ignored() -> None:
    service = one_list("mps-cn", faults=Faults(failed_filter=FailedFilter.IGNORED))

    assert mps_ids(service, Status="FINISH", SubTaskHasFailed=True) == mps_ids(service, Status="FINISH")


def test_mps_valid_token_may_have_expired() -> None:
    service = one_list("mps-cn", faults=Faults(expired_cursor_rate=1.0))
    token = mps_page(service, Status="FINISH")["ScrollToken"]

    assert code_of(lambda: mps_page(service, Status="FINISH", ScrollToken=token)) == "InvalidParameterValue"


def test_mps_end_may_never_come() -> None:
    service = one_list("mps-cn", backlog=30, faults=Faults(endless=True))

    ids = mps_ids(service, Status="FINISH", Limit=100)

    assert len(ids) > len(set(ids)) > 0
    assert service.injector.fired()["endless"] == 50


def test_mps_blank_page_leads_on() -> None:
    service = one_list("mps-cn", faults=Faults(blank_rate=1.0))
    page = mps_page(service, Status="FINISH")
    service.injector.faults = Faults()

    assert page["TaskSet"] == []
    following = mps_page(service, Status="FINISH", ScrollToken=page["ScrollToken"])
    assert following["TaskSet"] == mps_page(service, Status="FINISH")["TaskSet"]


def test_mps_page_may_come_twice() -> None:
    service = one_list("mps-cn", faults=Faults(repeat_rate=1.0))
    page = mps_page(service, Status="FINISH", Limit=5)

    again = mps_page(service, Status="FINISH", Limit=5, ScrollToken=page["ScrollToken"])

    assert again["TaskSet"] == page["TaskSet"]


def test_mps_window_filters_by_creation() -> None:
    service = one_list("mps-cn")
    times = [row["CreateTime"] for row in mps_page(service, Status="FINISH", Limit=100)["TaskSet"]]
    begin, end = times[60], times[30]

    page = mps_page(service, Status="FINISH", Limit=100, StartTime=begin, EndTime=end)

    assert [row["CreateTime"] for row in page["TaskSet"]] == [at for at in times if begin <= at <= end]


def test_mps_detail_is_kept_shorter_than_the_list() -> None:
    service = one_list("mps-intl", backlog_span=timedelta(days=6))
    old, new = mps_ids(service, Status="FINISH", Limit=100)[-1], mps_ids(service, Status="FINISH")[0]

    def detail(task_id: str) -> dict[str, Any]:
        return service.api.answer(tencent_call("DescribeTaskDetail", "2019-06-12", TaskId=task_id)).body

    assert detail(new)["Status"] == "FINISH"
    assert code_of(lambda: detail(old)) == "InvalidParameterValue.TaskId"


def test_tencent_envelope_names_what_is_wrong() -> None:
    service = one_list("tat")
    for call, code in (
        (tencent_call("DescribeInvocationTasks", "2017-01-01", region=REGION), "NoSuchVersion"),
        (tencent_call("Reboot", "2020-10-28", region=REGION), "InvalidAction"),
        (tencent_call("DescribeInvocationTasks", "2020-10-28"), "MissingParameter"),
        (
            SimRequest("POST", "/", "", {"x-tc-action": "x", "x-tc-version": "2020-10-28"}, b"{"),
            "InvalidAction",
        ),
    ):
        assert code_of(lambda call=call: service.api.answer(call)) == code  # type: ignore[misc]


def test_tencent_get_request_may_nest_its_parameters() -> None:
    service = one_list("tat")
    row = tat_page(service, REGION, Limit=1)["InvocationTaskSet"][0]
    headers = tencent_call("DescribeInvocationTasks", "2020-10-28", region=REGION).headers
    query = f"Limit=5&HideOutput=False&Filters.0.Name=instance-id&Filters.0.Values.0={row['InstanceId']}"

    page = service.api.answer(SimRequest("GET", "/", query, headers)).body

    assert row["InvocationTaskId"] in [found["InvocationTaskId"] for found in page["InvocationTaskSet"]]
    assert page["TotalCount"] < 10


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"Limit": true}', b'{"Limit": 1.5}', b'{"HideOutput": "perhaps"}']
)
def test_tencent_ill_typed_body_is_refused(body: bytes) -> None:
    headers = tencent_call("DescribeInvocationTasks", "2020-10-28", region=REGION).headers
    service = one_list("tat")

    assert (
        code_of(lambda: service.api.answer(SimRequest("POST", "/", "", headers, body))) == "InvalidParameter"
    )


def test_tencent_common_headers_are_required() -> None:
    service = one_list("tat")
    bare = SimRequest("POST", "/", "", {"x-tc-action": "DescribeInvocationTasks"})

    assert code_of(lambda: service.api.authenticate(bare, 0)) == "MissingParameter"
    assert code_of(lambda: service.api.authenticate(SimRequest("POST", "/v2", "", {}), 0)) == "InvalidAction"


def test_tencent_error_comes_with_status_200() -> None:
    service = one_list("tat")
    answer = service.api.refuse(service.api.broken(), tencent_call("x", "y"))

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert b'"Code":"InternalError"' in answer.body
    assert b'"RequestId":"' in answer.body


# Tencent TAT


def test_tat_offset_beyond_the_end_is_empty() -> None:
    page = tat_page(one_list("tat"), REGION, Offset=10_000)

    assert page["InvocationTaskSet"] == []
    assert page["TotalCount"] > 0


def test_tat_ids_of_another_region_are_unknown() -> None:
    service = one_list("tat")
    row = tat_page(service, REGION, Limit=1)["InvocationTaskSet"][0]

    assert tat_page(service, "ap-shanghai", InvocationTaskIds=[row["InvocationTaskId"]])["TotalCount"] == 0


def test_tat_too_many_ids_are_refused() -> None:
    service = one_list("tat")

    assert code_of(lambda: tat_page(service, REGION, InvocationTaskIds=["invt-00000000"] * 101))


def test_tat_page_may_be_transiently_empty() -> None:
    service = one_list("tat", faults=Faults(blank_rate=1.0))

    page = tat_page(service, REGION)

    assert page["InvocationTaskSet"] == []
    assert page["TotalCount"] > 0


def test_tat_filter_limits_are_kept() -> None:
    service = one_list("tat")
    many = [{"Name": "instance-id", "Values": [f"ins-{n}" for n in range(6)]}]
    unknown = [{"Name": "status", "Values": ["SUCCESS"]}]

    assert code_of(lambda: tat_page(service, REGION, Filters=many)) == "LimitExceeded.FilterValueExceeded"
    assert (
        code_of(lambda: tat_page(service, REGION, Filters=unknown)) == "InvalidParameterValue.InvalidFilter"
    )


def test_tat_update_stamp_follows_the_state() -> None:
    service = one_list("tat")
    for row in tat_page(service, REGION, Limit=100)["InvocationTaskSet"]:
        assert row["UpdatedTime"] >= (row["EndTime"] or row["StartTime"] or row["CreatedTime"])
        assert row["UpdatedTime"].endswith("+00:00")


# Alibaba aiccs


def test_aiccs_server_may_honour_fewer_rows() -> None:
    service = one_list("aiccs", faults=Faults(page_cap=7))

    data = aiccs_page(service, PageSize=50)["Data"]

    assert (len(data["Record"]), data["PageSize"], data["Total"]) == (7, 7, 300)
    assert service.injector.fired() == {"page_cap": 1}


def test_aiccs_may_fail_with_status_200() -> None:
    service = one_list("aiccs", faults=Faults(unsuccessful_rate=1.0))

    body = aiccs_page(service)

    assert body["Success"] is False
    assert "Data" not in body


def test_aiccs_page_past_the_end_is_empty() -> None:
    assert aiccs_page(one_list("aiccs"), PageNo=99)["Data"]["Record"] == []


def test_aiccs_answers_in_xml_unless_asked_for_json() -> None:
    service = one_list("aiccs")
    call = query_call("/", Action="ListTask", PageSize=1)
    page = service.api.answer(call)

    wild = service.api.render(page, SimRequest("GET", "/", "", {"accept": "*/*"}))
    asked = service.api.render(page, SimRequest("GET", "/", "Format=JSON", {}))

    assert wild.headers["content-type"].startswith("text/xml")
    assert b"<TaskName>" in wild.body
    assert asked.headers["content-type"].startswith("application/json")


def test_aiccs_campaign_not_yet_started_has_no_fire_time() -> None:
    service = one_list("aiccs", backlog=2_000)
    for status, started in (("INIT", False), ("READY", False), ("RUNNING", True)):
        rows = aiccs_page(service, Status=status, PageSize=100)["Data"]["Record"]
        assert rows and all(("FireTime" in row) is started for row in rows)


# Baidu VOD


def test_baidu_marker_may_include_its_row() -> None:
    service = one_list("baidu", faults=Faults(inclusive_marker=True))
    first = baidu_page(service, maxSize=5)

    second = baidu_page(service, maxSize=5, marker=first["nextMarker"])

    assert second["data"][0] == first["data"][-1]


def test_baidu_end_may_never_come() -> None:
    service = one_list("baidu", backlog=20, faults=Faults(endless=True))

    page = baidu_page(service, maxSize=100)
    beyond = baidu_page(service, maxSize=100, marker=page["nextMarker"])

    assert len(page["data"]) < 100
    assert page["isTruncated"] is beyond["isTruncated"] is True
    assert (beyond["data"], beyond["nextMarker"]) == ([], page["nextMarker"])


def test_baidu_blank_page_keeps_its_marker() -> None:
    service = one_list("baidu", faults=Faults(blank_rate=1.0))
    marker = baidu_page(service)["nextMarker"]

    page = baidu_page(service, marker=marker)

    assert (page["data"], page["nextMarker"], page["isTruncated"]) == ([], marker, True)


def test_baidu_expired_marker_is_refused() -> None:
    service = one_list("baidu", faults=Faults(expired_cursor_rate=1.0))
    marker = baidu_page(service)["nextMarker"]

    assert code_of(lambda: baidu_page(service, marker=marker)) == "InvalidParameter"


def test_baidu_marker_of_an_expired_row_goes_on_behind_it() -> None:
    simulator = frozen(backlog=0, lists={"baidu": ListOptions(backlog=100, retention=timedelta(days=7))})
    service = simulator.services["baidu"]
    service.task_index.advance(simulator.clock.now_ms())
    oldest = service.task_index.page("", 99, 1)[0]
    service.task_index.advance(oldest.created_ms + 7 * 86_400_000)

    assert service.task_index.find(oldest.task_id) is None
    assert baidu_page(service, marker=oldest.task_id)["data"] == []


# All


def ask(name: str, service: RequestPipeline, limit: int) -> list[dict[str, Any]]:
    """The first page of a list, asked with a limit."""
    rows: list[dict[str, Any]] = {
        "mps-cn": lambda: mps_page(service, Status="FINISH", Limit=limit)["TaskSet"],
        "tat": lambda: tat_page(service, REGION, Limit=limit)["InvocationTaskSet"],
        "aiccs": lambda: aiccs_page(service, PageSize=limit)["Data"]["Record"],
        "baidu": lambda: baidu_page(service, maxSize=limit)["data"],
    }[name]()
    return rows


NAMES = ["mps-cn", "tat", "aiccs", "baidu"]


@pytest.mark.parametrize("name", NAMES)
def test_large_page_fails_and_small_one_does_not(name: str) -> None:
    service = one_list(name, faults=Faults(largest_page=25))

    assert len(ask(name, service, 25)) == 25
    with pytest.raises(InternalApiError):
        ask(name, service, 26)
    assert service.injector.fired() == {"largest_page": 1}


@pytest.mark.parametrize("name", NAMES)
def test_page_with_a_poisoned_task_fails(name: str) -> None:
    service = one_list(name)
    partition = {"mps-cn": "FINISH", "tat": REGION}.get(name, "")
    poisoned = service.task_index.page(partition, 8, 1)[0].task_id
    service.injector.faults = Faults(poisoned_ids=(poisoned,))

    assert len(ask(name, service, 8)) == 8
    with pytest.raises(InternalApiError):
        ask(name, service, 9)


@pytest.mark.parametrize("name", NAMES)
def test_row_may_stand_on_its_page_twice(name: str) -> None:
    service = one_list(name, faults=Faults(duplicate_rate=1.0))
    rows = ask(name, service, 10)

    assert len(rows) == 11
    assert rows[-1] in rows[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_list_shows_a_task_only_after_the_lag(name: str) -> None:
    simulator = frozen(arrivals_per_minute=6_000, visibility_lag=timedelta(seconds=30))
    simulator.advance(timedelta(seconds=60))
    service = simulator.services[name]
    now = simulator.clock.now()
    tasks = list(simulator.truth(name))
    hidden = [task for task in tasks if now - task.created_at < timedelta(seconds=30)]

    assert hidden and not any(task.is_visible(now) for task in hidden)
    assert all(service.task_index.find(task.task_id) is None for task in hidden)
    late = [task for task in tasks if timedelta(seconds=30) <= now - task.created_at < timedelta(hours=1)]
    assert late and all(service.task_index.find(task.task_id) for task in late)
