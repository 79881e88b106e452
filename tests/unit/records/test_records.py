from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syncer.errors import ProtocolError, Retryable
from syncer.model import Page, Query, Quirk, Response, Sighting, Status
from syncer.records import parse_page
from tests.support.provider_responses import answer, made, tencent, tencent_error

_NOW = datetime(2024, 1, 1, tzinfo=UTC)
_FINISH = Query(list_name="FINISH")
_TAT_PAGE = Query(list_name="tasks", region="ap-guangzhou")


def mps(*records: Any, query: Query = _FINISH, redact: tuple[str, ...] = ()) -> Page:
    """The page of MPS's list that holds `records`."""
    given = tencent(TaskSet=list(records), TotalCount=len(records), ScrollToken="next")
    return parse_page(made("tencent_mps"), query, given, observed_at=_NOW, redact=redact)


def tat(*records: Any, redact: tuple[str, ...] = (), **options: Any) -> Page:
    """The page of TAT's list that holds `records`."""
    given = tencent(InvocationTaskSet=list(records), TotalCount=len(records))
    provider = made("tencent_tat", **options)
    return parse_page(provider, _TAT_PAGE, given, observed_at=_NOW, redact=redact)


def aiccs(**fields: Any) -> Sighting:
    """A campaign with `fields` beside its id."""
    content = {"PageNo": 1, "PageSize": 50, "Total": 1, "Record": [{"Id": 1, **fields}]}
    given = answer({"Code": "OK", "Success": True, "Data": content})
    (one,) = parse_page(made("alibaba_aiccs"), Query(list_name="ALL"), given, observed_at=_NOW).sightings
    return one


def raw(body: str) -> Page:
    """The page of MPS's list whose records are written as `body`."""
    given = answer(b'{"Response": {"TaskSet": [' + body.encode("utf-8", "surrogateescape") + b"]}}")
    return parse_page(made("tencent_mps"), _FINISH, given, observed_at=_NOW)


def stored(page: Page) -> dict[str, Any]:
    """The one record of the page, as it will be stored."""
    (one,) = page.sightings
    assert one.record is not None
    found: dict[str, Any] = json.loads(one.record)
    return found


# The page


def test_page_carries_what_the_answer_says() -> None:
    given = tencent(TaskSet=[{"TaskId": "a"}], TotalCount=12, ScrollToken="b")
    page = parse_page(made("tencent_mps"), _FINISH, given, observed_at=_NOW, requests=3)
    assert (page.next_cursor, page.total, page.request_id) == ("b", 12, "req-1")
    assert (page.observed_at, page.requests) == (_NOW, 3)
    (one,) = page.sightings
    assert (one.task.task_id, one.observed_at, one.request_id) == ("a", _NOW, "req-1")
    assert (one.record, one.detail, one.raw_altered) == ('{"TaskId":"a"}', None, False)


def test_page_carries_where_to_step_back() -> None:
    given = tencent(InvocationTaskSet=[{"InvocationTaskId": "a"}], TotalCount=500)
    query = Query(list_name="tasks", cursor="90")
    page = parse_page(made("tencent_tat"), query, given, observed_at=_NOW)
    assert page.back_cursor == "0"


def test_page_carries_the_servers_page_size() -> None:
    content = {"PageNo": 1, "PageSize": 20, "Total": 0, "Record": []}
    given = answer({"Code": "OK", "Success": True, "Data": content})
    page = parse_page(made("alibaba_aiccs"), Query(list_name="ALL", limit=50), given, observed_at=_NOW)
    assert page.page_size == 20


def test_error_of_the_provider_is_raised() -> None:
    with pytest.raises(Retryable):
        parse_page(made("tencent_mps"), _FINISH, tencent_error("InternalError"), observed_at=_NOW)


# Ids


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"TaskType": "WorkflowTask"}, "TaskId is missing"),
        ({"TaskId": None}, "TaskId is missing"),
        ({"TaskId": {"deep": 1}}, "TaskId is an object"),
        (None, "the record is no object"),
        ("text", "the record is no object"),
        ([1], "the record is no object"),
    ],
)
def test_record_without_id_is_put_aside(record: Any, reason: str) -> None:
    page = mps({"TaskId": "a"}, record, {"TaskId": "b"})
    assert [one.task.task_id for one in page.sightings] == ["a", "b"]
    (rejected,) = page.rejected
    assert (rejected.reason, rejected.observed_at, rejected.request_id) == (reason, _NOW, "req-1")
    assert json.loads(rejected.record) == record


def test_long_number_is_an_exact_id() -> None:
    assert aiccs(Id=9007199254740993).task.task_id == "9007199254740993"


def test_same_id_twice_is_seen_twice() -> None:
    page = mps({"TaskId": "a"}, {"TaskId": "a", "TaskType": "EditMediaTask"})
    assert [one.task.task_type for one in page.sightings] == [None, "EditMediaTask"]


# Cleaning


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r'"a\u0000b"', "a\ufffdb"),
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"a\udc00"', "a\ufffd"),
        ('"a\udcffb"', "a\ufffdb"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        ("1e400", "Infinity"),
        (r'["\u0000", {"x": NaN}]', ["\ufffd", {"x": "NaN"}]),
    ],
)
def test_what_postgres_cannot_hold_is_replaced_and_flagged(written: str, kept: object) -> None:
    page = raw(f'{{"TaskId": "a", "Odd": {written}}}')
    assert stored(page)["Odd"] == kept
    assert page.sightings[0].raw_altered


def test_keys_are_cleaned_too() -> None:
    page = raw(r'{"TaskId": "a", "O\u0000dd": 1}')
    assert stored(page) == {"TaskId": "a", "O\ufffddd": 1}
    assert page.sightings[0].raw_altered


def test_id_is_cleaned() -> None:
    page = raw(r'{"TaskId": "a\u0000"}')
    assert page.sightings[0].task.task_id == "a\ufffd"


@pytest.mark.parametrize(
    "written", ['"\U0001f600"', r'"\ud83d\ude00"', r'"\\u0000"', r'"\u0001"', "1.5", "1" * 400, '"\\n"']
)
def test_what_postgres_holds_is_left_alone(written: str) -> None:
    page = raw(f'{{"TaskId": "a", "Odd": {written}}}')
    assert stored(page)["Odd"] == json.loads(written)
    assert not page.sightings[0].raw_altered


def test_rejected_record_is_cleaned() -> None:
    page = raw(r'{"Odd": "\u0000"}, "\ud800"')
    assert [one.record for one in page.rejected] == ['{"Odd":"\ufffd"}', '"\ufffd"']


def test_very_deep_answer_is_refused() -> None:
    with pytest.raises(ProtocolError, match="nested too deeply"):
        raw('{"TaskId": "a", "Odd": ' + "[" * 100_000 + "]" * 100_000 + "}")


def test_deep_record_is_kept_or_refused() -> None:
    """Whether Python still reads it depends on how deep the caller's own stack is."""
    for depth in range(20, 1000, 70):
        try:
            page = raw('{"TaskId": "a", "Odd": ' + '[{"\\u0000": ' * depth + "0" + "}]" * depth + "}")
        except ProtocolError as error:
            assert "nested too deeply" in error.message
        else:
            assert page.sightings[0].raw_altered


def test_large_field_is_kept_whole() -> None:
    assert len(stored(mps({"TaskId": "a", "Odd": "x" * 5_000_000}))["Odd"]) == 5_000_000


# Redaction


def test_redacted_paths_are_gone_before_anything_is_read() -> None:
    record = {"TaskId": "a", "TaskType": "hush", "Deep": {"Word": "hush", "Kept": 1}}
    page = mps(record, redact=("TaskType", "Deep.Word", "Absent.Word", "Deep.Absent"))
    assert stored(page) == {"TaskId": "a", "Deep": {"Kept": 1}}
    assert page.sightings[0].task.task_type is None
    assert "hush" not in repr(page)


def test_redaction_reaches_into_lists() -> None:
    record = {"TaskId": "a", "Deep": [{"Word": "hush"}, {"Word": "hush", "Kept": 1}, "text"]}
    assert stored(mps(record, redact=("Deep.Word",)))["Deep"] == [{}, {"Kept": 1}, "text"]


def test_rejected_record_is_redacted_and_reduced() -> None:
    page = tat(
        {"CommandDocument": {"Content": "aHVzaA==", "Username": "hush"}}, redact=("CommandDocument.Username",)
    )
    (rejected,) = page.rejected
    assert set(json.loads(rejected.record)["CommandDocument"]) == {"ContentLength", "ContentSha256"}


def test_redacted_id_puts_the_record_aside() -> None:
    assert mps({"TaskId": "a"}, redact=("TaskId",)).rejected[0].reason == "TaskId is missing"


def test_answer_itself_is_not_changed_by_redaction() -> None:
    provider = made("tencent_mps")
    given = tencent(TaskSet=[{"TaskId": "a", "Odd": 1}])
    first = parse_page(provider, _FINISH, given, observed_at=_NOW, redact=("Odd",))
    second = parse_page(provider, _FINISH, given, observed_at=_NOW)
    assert (stored(first), stored(second)) == ({"TaskId": "a"}, {"TaskId": "a", "Odd": 1})


# Mapping


@pytest.mark.parametrize("value", [7, True, [], {}, "never", 1.5, [["deep"]]])
@pytest.mark.parametrize("field", ["CreateTime", "BeginProcessTime", "FinishTime"])
def test_unreadable_time_is_kept_in_raw_alone(field: str, value: object) -> None:
    page = mps({"TaskId": "a", field: value})
    task = page.sightings[0].task
    assert (task.created_at, task.started_at, task.finished_at) == (None, None, None)
    assert stored(page)[field] == value


def test_counters_beyond_64_bits_are_kept_in_raw_alone() -> None:
    one = aiccs(TotalCount=2**63, CompleteCount=2**63 - 1)
    assert (one.task.progress_total, one.task.progress_done) == (None, 2**63 - 1)
    assert one.record is not None
    assert json.loads(one.record)["TotalCount"] == 2**63


@pytest.mark.parametrize(("written", "year"), [("-2208988800000", 1900), ("32503680000000", 3000)])
def test_far_dates_are_read(written: str, year: int) -> None:
    assert aiccs(GmtCreate=written).task.created_at == datetime(year, 1, 1, tzinfo=UTC)


# Details


def test_detail_fills_no_record() -> None:
    given = tencent(Status="FINISH", TaskType="EditMediaTask", EditMediaTask={"ErrCode": 0, "Odd": "hush"})
    page = parse_page(
        made("tencent_mps"),
        Query(ids=("24-a",)),
        given,
        observed_at=_NOW,
        redact=("EditMediaTask.Odd",),
    )
    (one,) = page.sightings
    assert (one.task.task_id, one.task.status) == ("24-a", Status.SUCCEEDED)
    assert (one.record, one.fingerprint, page.quirks) == (None, None, ())
    assert one.detail == '{"EditMediaTask":{"ErrCode":0},"Status":"FINISH","TaskType":"EditMediaTask"}'


def test_answer_by_ids_in_the_lists_shape_is_a_record() -> None:
    given = tencent(InvocationTaskSet=[{"InvocationTaskId": "a"}], TotalCount=1)
    page = parse_page(made("tencent_tat"), Query(ids=("a",)), given, observed_at=_NOW)
    assert page.sightings[0].record == '{"InvocationTaskId":"a"}'
    assert page.sightings[0].fingerprint is not None


# Fingerprint


def fingerprint(page: Page) -> bytes:
    (one,) = page.sightings
    assert one.fingerprint is not None
    assert len(one.fingerprint) == 16
    return one.fingerprint


def test_fingerprint_is_the_same_for_the_same_values() -> None:
    first = mps({"TaskId": "a", "TaskType": "WorkflowTask"})
    assert fingerprint(first) == fingerprint(mps({"TaskType": "WorkflowTask", "TaskId": "a"}))


def test_fingerprint_leaves_the_status_out() -> None:
    pages = [
        mps({"TaskId": "a"}, query=Query(list_name=one)) for one in ("WAITING", "FINISH", "FINISH.failed")
    ]
    assert len({fingerprint(page) for page in pages}) == 1


def test_fingerprint_changes_with_any_field() -> None:
    pages = [mps({"TaskId": "a"}), mps({"TaskId": "a", "New": 1}), mps({"TaskId": "a", "New": 2})]
    assert len({fingerprint(page) for page in pages}) == 3


def test_fingerprint_leaves_volatile_paths_out() -> None:
    pages = [
        tat({"InvocationTaskId": "a", "TaskResult": {"ExitCode": 0, "OutputUrl": f"https://cos/{n}"}})
        for n in range(2)
    ]
    assert fingerprint(pages[0]) == fingerprint(pages[1])
    assert stored(pages[0]) != stored(pages[1])


# Quirks


def test_unknown_field_is_noted_once_a_page() -> None:
    page = mps({"TaskId": "a", "New": {"Deep": 1}}, {"TaskId": "b", "New": 2})
    assert page.quirks == (Quirk(path="New", sample='{"Deep":1}'),)


def test_unknown_field_inside_of_known_ones_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "CommandDocument": {"Timeout": 1, "New": "x"}})
    assert page.quirks == (Quirk(path="CommandDocument.New", sample='"x"'),)


def test_unknown_field_inside_of_lists_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "TaskResult": ["text", {"ExitCode": 0, "New": "x"}]})
    assert Quirk(path="TaskResult.New", sample='"x"') in page.quirks


def test_unknown_value_inside_of_lists_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "TaskStatus": ["SUCCESS", "HIBERNATING"]})
    assert Quirk(path="TaskStatus", value="HIBERNATING", sample='"HIBERNATING"') in page.quirks


def test_value_beneath_lists_is_noted() -> None:
    parts = [{"CommandType": "COBOL"}, {"CommandType": "SHELL"}, "text"]
    page = tat({"InvocationTaskId": "a", "CommandDocument": parts}, command_content=True)
    assert Quirk(path="CommandDocument.CommandType", value="COBOL", sample='"COBOL"') in page.quirks


def test_unknown_value_of_an_enumeration_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "TaskStatus": "HIBERNATING", "InvocationSource": "user"})
    assert page.quirks == (Quirk(path="TaskStatus", value="HIBERNATING", sample='"HIBERNATING"'),)


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [("CreateTime", [1], "(array)"), ("FinishTime", "never", "(string)"), ("TaskType", 5, "(number)")],
)
def test_unreadable_value_is_noted(field: str, value: object, kind: str) -> None:
    page = mps({"TaskId": "a", field: value})
    assert page.quirks == (Quirk(path=field, value=kind, sample=json.dumps(value)),)


@pytest.mark.parametrize("value", [None, "", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", 0, [], {}])
def test_absent_value_is_no_quirk(value: object) -> None:
    assert mps({"TaskId": "a", "FinishTime": value}).quirks == ()


def test_documented_records_have_no_quirks() -> None:
    page = tat(
        {
            "InvocationTaskId": "a",
            "TaskStatus": "SUCCESS",
            "TaskResult": {"ExitCode": 0, "Output": "eA==", "Dropped": 0, "OutputUrl": ""},
            "CommandDocument": {"Content": "eA==", "CommandType": "SHELL", "Timeout": 60},
            "StartTime": None,
            "ErrorInfo": "",
        }
    )
    assert page.quirks == ()


def test_samples_are_short() -> None:
    (quirk,) = mps({"TaskId": "a", "N" * 1000: "x" * 1000}).quirks
    assert (len(quirk.path), len(quirk.sample)) == (200, 200)


def test_quirks_of_a_page_are_few() -> None:
    page = mps({"TaskId": "a", **{f"field-{n}": n for n in range(1000)}})
    assert len(page.quirks) == 50


def test_quirks_never_show_what_is_redacted() -> None:
    page = mps({"TaskId": "a", "New": {"Word": "hush"}}, redact=("New.Word",))
    assert page.quirks == (Quirk(path="New", sample="{}"),)


def test_unreadable_body_is_no_page() -> None:
    with pytest.raises(ProtocolError):
        parse_page(made("tencent_mps"), _FINISH, Response(200, {}, b"<html>"), observed_at=_NOW)
