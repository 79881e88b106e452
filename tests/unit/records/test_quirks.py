"""Quirks: unknown fields, unknown enumeration values, and values that the mapping cannot read."""

from __future__ import annotations

import json

import pytest

from syncer.model import Quirk
from tests.support.parsed_pages import mps, mps_json, tat


def test_unknown_field_is_noted_once_a_page() -> None:
    page = mps({"TaskId": "a", "New": {"Deep": 1}}, {"TaskId": "b", "New": 2})
    assert page.quirks == (Quirk(path="New", sample='{"Deep":1}'),)


def test_unknown_field_inside_a_known_field_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "CommandDocument": {"Timeout": 1, "New": "x"}})
    assert page.quirks == (Quirk(path="CommandDocument.New", sample='"x"'),)


def test_unknown_field_inside_a_list_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "TaskResult": ["text", {"ExitCode": 0, "New": "x"}]})
    assert Quirk(path="TaskResult.New", sample='"x"') in page.quirks


def test_unknown_value_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "TaskStatus": "HIBERNATING", "InvocationSource": "user"})
    assert page.quirks == (Quirk(path="TaskStatus", value="HIBERNATING", sample='"HIBERNATING"'),)


def test_unknown_value_inside_a_list_is_noted() -> None:
    page = tat({"InvocationTaskId": "a", "TaskStatus": ["SUCCESS", "HIBERNATING"]})
    assert Quirk(path="TaskStatus", value="HIBERNATING", sample='"HIBERNATING"') in page.quirks


def test_unknown_value_in_an_object_inside_a_list_is_noted() -> None:
    parts = [{"CommandType": "COBOL"}, {"CommandType": "SHELL"}, "text"]
    page = tat({"InvocationTaskId": "a", "CommandDocument": parts}, command_content=True)
    assert Quirk(path="CommandDocument.CommandType", value="COBOL", sample='"COBOL"') in page.quirks


@pytest.mark.parametrize(
    ("field", "value", "json_type"),
    [("CreateTime", [1], "(array)"), ("FinishTime", "never", "(string)"), ("TaskType", 5, "(number)")],
)
def test_unreadable_value_is_noted_with_its_type(field: str, value: object, json_type: str) -> None:
    page = mps({"TaskId": "a", field: value})
    assert page.quirks == (Quirk(path=field, value=json_type, sample=json.dumps(value)),)


@pytest.mark.parametrize("value", [None, "", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", 0, [], {}])
def test_empty_value_is_no_quirk(value: object) -> None:
    assert mps({"TaskId": "a", "FinishTime": value}).quirks == ()


def test_decimal_number_is_noted_exactly() -> None:
    page = mps_json(
        '{"TaskId": "a", "TaskType": 12345678901234567.89, "New": {"Deep": 0.10000000000000000001}}'
    )
    assert set(page.quirks) == {
        Quirk(path="TaskType", value="(number)", sample="12345678901234567.89"),
        Quirk(path="New", sample='{"Deep":0.10000000000000000001}'),
    }


@pytest.mark.parametrize("written", ["1970-01-01T08:00:00+08:00", "9999-12-31T23:59:59Z", "soon", 1])
def test_instant_of_a_view_that_no_task_can_have_is_noted(written: object) -> None:
    """The view shows null, as for a field of the task."""
    page = tat({"InvocationTaskId": "a", "TaskResult": {"ExecStartTime": written, "ExecEndTime": ""}})
    json_type = "(number)" if written == 1 else "(string)"
    assert page.quirks == (
        Quirk(path="TaskResult.ExecStartTime", value=json_type, sample=json.dumps(written)),
    )


def test_documented_record_has_no_quirks() -> None:
    executed = {"ExecStartTime": "2023-12-31T12:00:00Z", "ExecEndTime": None}
    page = tat(
        {
            "InvocationTaskId": "a",
            "TaskStatus": "SUCCESS",
            "TaskResult": {"ExitCode": 0, "Output": "eA==", "Dropped": 0, "OutputUrl": "", **executed},
            "CommandDocument": {"Content": "eA==", "CommandType": "SHELL", "Timeout": 60},
            "StartTime": None,
            "ErrorInfo": "",
        }
    )
    assert page.quirks == ()


def test_path_and_sample_are_truncated() -> None:
    (quirk,) = mps({"TaskId": "a", "N" * 1000: "x" * 1000}).quirks
    assert (len(quirk.path), len(quirk.sample)) == (200, 200)


def test_number_of_quirks_of_a_page_is_limited() -> None:
    page = mps({"TaskId": "a", **{f"field-{n}": n for n in range(1000)}})
    assert len(page.quirks) == 50


def test_quirk_never_shows_a_redacted_value() -> None:
    page = mps({"TaskId": "a", "New": {"Word": "hush"}}, redact=("New.Word",))
    assert page.quirks == (Quirk(path="New", sample="{}"),)
