"""Cleaning of records: replacement of what Postgres cannot hold, and redaction."""

from __future__ import annotations

import json

import pytest

from syncer.errors import ProtocolError
from syncer.records import parse_page
from tests.support.parsed_pages import FINISH, NOW, mps, mps_json, stored_record, tat
from tests.support.provider_responses import make_provider, tencent_response

# Replacement


@pytest.mark.parametrize(
    ("json_text", "stored"),
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
def test_values_that_postgres_cannot_hold_are_replaced_and_flagged(json_text: str, stored: object) -> None:
    page = mps_json(f'{{"TaskId": "a", "Odd": {json_text}}}')
    assert stored_record(page)["Odd"] == stored
    assert page.sightings[0].raw_altered


def test_field_names_are_cleaned() -> None:
    page = mps_json(r'{"TaskId": "a", "O\u0000dd": 1}')
    assert stored_record(page) == {"TaskId": "a", "O\ufffddd": 1}
    assert page.sightings[0].raw_altered


def test_id_is_cleaned() -> None:
    page = mps_json(r'{"TaskId": "a\u0000"}')
    assert page.sightings[0].task.task_id == "a\ufffd"


@pytest.mark.parametrize(
    "json_text", ['"\U0001f600"', r'"\ud83d\ude00"', r'"\\u0000"', r'"\u0001"', "1.5", "1" * 400, '"\\n"']
)
def test_values_that_postgres_can_hold_are_unchanged(json_text: str) -> None:
    page = mps_json(f'{{"TaskId": "a", "Odd": {json_text}}}')
    assert stored_record(page)["Odd"] == json.loads(json_text)
    assert not page.sightings[0].raw_altered


def test_rejected_record_is_cleaned() -> None:
    page = mps_json(r'{"Odd": "\u0000"}, "\ud800"')
    assert [rejected.record for rejected in page.rejected] == ['{"Odd":"\ufffd"}', '"\ufffd"']


def test_very_deep_response_is_refused() -> None:
    with pytest.raises(ProtocolError, match="nested too deeply"):
        mps_json('{"TaskId": "a", "Odd": ' + "[" * 100_000 + "]" * 100_000 + "}")


def test_deep_record_is_stored_or_refused() -> None:
    """The depth that Python can parse depends on the depth of the caller's stack."""
    for depth in range(20, 1000, 70):
        nested = '[{"\\u0000": ' * depth + "0" + "}]" * depth
        try:
            page = mps_json(f'{{"TaskId": "a", "Odd": {nested}}}')
        except ProtocolError as error:
            assert "nested too deeply" in error.message
        else:
            assert page.sightings[0].raw_altered


def test_large_field_is_stored_whole() -> None:
    assert len(stored_record(mps({"TaskId": "a", "Odd": "x" * 5_000_000}))["Odd"]) == 5_000_000


# Redaction


def test_redacted_paths_are_removed_before_parsing() -> None:
    record = {"TaskId": "a", "TaskType": "hush", "Deep": {"Word": "hush", "Kept": 1}}
    page = mps(record, redact=("TaskType", "Deep.Word", "Absent.Word", "Deep.Absent"))
    assert stored_record(page) == {"TaskId": "a", "Deep": {"Kept": 1}}
    assert page.sightings[0].task.task_type is None
    assert "hush" not in repr(page)


def test_redacted_paths_reach_into_lists() -> None:
    record = {"TaskId": "a", "Deep": [{"Word": "hush"}, {"Word": "hush", "Kept": 1}, "text"]}
    assert stored_record(mps(record, redact=("Deep.Word",)))["Deep"] == [{}, {"Kept": 1}, "text"]


def test_rejected_record_is_redacted_and_reduced() -> None:
    page = tat(
        {"CommandDocument": {"Content": "aHVzaA==", "Username": "hush"}}, redact=("CommandDocument.Username",)
    )
    (rejected,) = page.rejected
    assert set(json.loads(rejected.record)["CommandDocument"]) == {"ContentLength", "ContentSha256"}


def test_record_with_a_redacted_id_is_rejected() -> None:
    assert mps({"TaskId": "a"}, redact=("TaskId",)).rejected[0].reason == "TaskId is missing"


def test_redaction_does_not_change_the_response() -> None:
    provider = make_provider("tencent_mps")
    response = tencent_response(TaskSet=[{"TaskId": "a", "Odd": 1}])
    redacted = parse_page(provider, FINISH, response, observed_at=NOW, redact=("Odd",))
    complete = parse_page(provider, FINISH, response, observed_at=NOW)
    assert (stored_record(redacted), stored_record(complete)) == ({"TaskId": "a"}, {"TaskId": "a", "Odd": 1})
