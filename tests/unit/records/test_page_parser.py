"""Parsing of responses into pages: ids, rejected records, mapping, details and fingerprints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncer.errors import Retryable, UnexpectedResponse
from syncer.model import Page, Query, Quirk, Response, Status
from syncer.records import parse_page
from tests.support.parsed_pages import FINISH, NOW, aiccs, mps, mps_json, stored_record, tat
from tests.support.provider_responses import make_provider, tencent_error, tencent_response

# The page


def test_page_holds_the_content_of_the_response() -> None:
    response = tencent_response(TaskSet=[{"TaskId": "a"}], TotalCount=12, ScrollToken="b")
    page = parse_page(make_provider("tencent_mps"), FINISH, response, observed_at=NOW, requests=3)
    assert (page.next_cursor, page.total, page.request_id) == ("b", 12, "req-1")
    assert (page.observed_at, page.requests) == (NOW, 3)
    (sighting,) = page.sightings
    assert (sighting.task.task_id, sighting.observed_at, sighting.request_id) == ("a", NOW, "req-1")
    assert (sighting.record, sighting.detail, sighting.raw_altered) == ('{"TaskId":"a"}', None, False)


def test_page_holds_the_cursor_to_step_back_to() -> None:
    response = tencent_response(InvocationTaskSet=[{"InvocationTaskId": "a"}], TotalCount=500)
    query = Query(list_name="tasks", cursor="90")
    page = parse_page(make_provider("tencent_tat"), query, response, observed_at=NOW)
    assert page.back_cursor == "0"


def test_error_response_is_raised() -> None:
    with pytest.raises(Retryable):
        parse_page(make_provider("tencent_mps"), FINISH, tencent_error("InternalError"), observed_at=NOW)


def test_body_that_is_not_json_is_unexpected() -> None:
    with pytest.raises(UnexpectedResponse):
        parse_page(make_provider("tencent_mps"), FINISH, Response(200, {}, b"<html>"), observed_at=NOW)


# Ids


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"TaskType": "WorkflowTask"}, "TaskId is missing"),
        ({"TaskId": None}, "TaskId is missing"),
        ({"TaskId": {"deep": 1}}, "TaskId is an object"),
        (None, "the record is not a JSON object"),
        ("text", "the record is not a JSON object"),
        ([1], "the record is not a JSON object"),
    ],
)
def test_record_without_id_is_rejected(record: Any, reason: str) -> None:
    page = mps({"TaskId": "a"}, record, {"TaskId": "b"})
    assert [sighting.task.task_id for sighting in page.sightings] == ["a", "b"]
    (rejected,) = page.rejected
    assert (rejected.reason, rejected.observed_at, rejected.request_id) == (reason, NOW, "req-1")
    assert json.loads(rejected.record) == record


def test_long_number_is_an_exact_id() -> None:
    assert aiccs(Id=9007199254740993).task.task_id == "9007199254740993"


@pytest.mark.parametrize("number", ["9007199254740993.0", "9007199254740993.00", "9007199254740993e0"])
def test_id_is_the_same_however_the_number_is_written(number: str) -> None:
    page = mps_json(f'{{"TaskId": {number}}}, {{"TaskId": 1.5}}, {{"TaskId": 9007199254740993.5}}')
    assert [sighting.task.task_id for sighting in page.sightings] == ["9007199254740993"]
    assert [rejected.reason for rejected in page.rejected] == ["TaskId is a number"] * 2


def test_same_id_twice_gives_two_sightings() -> None:
    page = mps({"TaskId": "a"}, {"TaskId": "a", "TaskType": "EditMediaTask"})
    assert [sighting.task.task_type for sighting in page.sightings] == [None, "EditMediaTask"]


# Mapping


@pytest.mark.parametrize("value", [7, True, [], {}, "never", 1.5, [["deep"]]])
@pytest.mark.parametrize("field", ["CreateTime", "BeginProcessTime", "FinishTime"])
def test_unreadable_time_is_stored_in_the_record_alone(field: str, value: object) -> None:
    page = mps({"TaskId": "a", field: value})
    task = page.sightings[0].task
    assert (task.created_at, task.started_at, task.finished_at) == (None, None, None)
    assert stored_record(page)[field] == value


def test_counter_beyond_64_bits_is_stored_in_the_record_alone() -> None:
    sighting = aiccs(TotalCount=2**63, CompleteCount=2**63 - 1)
    assert (sighting.task.progress_total, sighting.task.progress_done) == (None, 2**63 - 1)
    assert sighting.record is not None
    assert json.loads(sighting.record)["TotalCount"] == 2**63


@pytest.mark.parametrize(
    "written", ["1970-01-01T08:00:00+08:00", "0001-01-01T08:05:43+08:05", "9999-12-31T23:59:59Z"]
)
@pytest.mark.parametrize("query", [FINISH, Query(ids=("a",))], ids=["list", "detail"])
def test_instant_that_no_task_can_have_is_null_and_noted(written: str, query: Query) -> None:
    record = {"TaskId": "a", "FinishTime": written}
    if query.ids:
        response = tencent_response(Status="PROCESSING", **record)
        page = parse_page(make_provider("tencent_mps"), query, response, observed_at=NOW)
    else:
        page = mps(record)
    (sighting,) = page.sightings
    assert sighting.task.finished_at is None
    assert page.quirks == (Quirk(path="FinishTime", value="(string)", sample=json.dumps(written)),)


def test_update_time_that_no_task_can_have_is_no_rank() -> None:
    (sighting,) = tat({"InvocationTaskId": "a", "UpdatedTime": "2099-01-01T00:00:00Z"}).sightings
    assert (sighting.task.updated_at, sighting.task.rank) == (None, None)


def test_number_that_is_no_instant_is_null() -> None:
    assert aiccs(GmtCreate=-62135596800).task.created_at is None
    assert aiccs(GmtCreate=253402300799000).task.created_at is None


# Details


def test_detail_response_fills_no_record() -> None:
    response = tencent_response(
        Status="FINISH", TaskType="EditMediaTask", EditMediaTask={"ErrCode": 0, "Odd": "hush"}
    )
    query = Query(ids=("24-a",))
    page = parse_page(
        make_provider("tencent_mps"), query, response, observed_at=NOW, redact=("EditMediaTask.Odd",)
    )
    (sighting,) = page.sightings
    assert (sighting.task.task_id, sighting.task.status) == ("24-a", Status.SUCCEEDED)
    assert (sighting.record, sighting.fingerprint, page.quirks) == (None, None, ())
    assert sighting.detail == '{"EditMediaTask":{"ErrCode":0},"Status":"FINISH","TaskType":"EditMediaTask"}'


def test_response_by_ids_in_the_shape_of_the_list_is_a_record() -> None:
    response = tencent_response(InvocationTaskSet=[{"InvocationTaskId": "a"}], TotalCount=1)
    page = parse_page(make_provider("tencent_tat"), Query(ids=("a",)), response, observed_at=NOW)
    assert page.sightings[0].record == '{"InvocationTaskId":"a"}'
    assert page.sightings[0].fingerprint is not None


# Fingerprints


def fingerprint(page: Page) -> bytes:
    (sighting,) = page.sightings
    assert sighting.fingerprint is not None
    assert len(sighting.fingerprint) == 16
    return sighting.fingerprint


def test_fingerprint_does_not_depend_on_the_order_of_fields() -> None:
    first = mps({"TaskId": "a", "TaskType": "WorkflowTask"})
    assert fingerprint(first) == fingerprint(mps({"TaskType": "WorkflowTask", "TaskId": "a"}))


def test_fingerprint_does_not_depend_on_the_status() -> None:
    pages = [
        mps({"TaskId": "a"}, query=Query(list_name=name)) for name in ("WAITING", "FINISH", "FINISH.failed")
    ]
    assert len({fingerprint(page) for page in pages}) == 1


def test_fingerprint_changes_with_any_field() -> None:
    pages = [mps({"TaskId": "a"}), mps({"TaskId": "a", "New": 1}), mps({"TaskId": "a", "New": 2})]
    assert len({fingerprint(page) for page in pages}) == 3


def test_fingerprint_does_not_depend_on_volatile_paths() -> None:
    pages = [
        tat({"InvocationTaskId": "a", "TaskResult": {"ExitCode": 0, "OutputUrl": f"https://cos/{n}"}})
        for n in range(2)
    ]
    assert fingerprint(pages[0]) == fingerprint(pages[1])
    assert stored_record(pages[0]) != stored_record(pages[1])
