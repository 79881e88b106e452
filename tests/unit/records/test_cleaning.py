"""Cleaning of records: replacement of what Postgres cannot hold, and redaction."""

from __future__ import annotations

import json

import pytest

from syncer.errors import ProtocolError
from syncer.records import parse_page
from tests.support.parsed_pages import FINISH, NOW, TAT_PAGE, mps, mps_json, stored_record, tat
from tests.support.provider_responses import json_response, make_provider, tencent_response

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
        ("1e5000", "1e5000"),
        ("-1e-5000", "-1e-5000"),
        ("1e99999999999999999999", "1e99999999999999999999"),
        ("9" * 5000, "9" * 5000),
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        ('[{"a": {"b": 1, "b": 1}}]', [{"a": {"b": 1}}]),
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


@pytest.mark.parametrize(
    ("json_text", "stored"),
    [
        ("12345678901234567.89", "12345678901234567.89"),
        ("-0.12345678901234567890", "-0.1234567890123456789"),
        ("1e400", "1" + "0" * 400),
        ("1.25E-400", "0." + "0" * 399 + "125"),
        ("12345678901234567890123456789012345678901.5e1", "123456789012345678901234567890123456789015"),
        ("[1.00, 0.1000, 1E5, -0.0]", "[1,0.1,100000,0]"),
        ('{"b": 0.30000000000000000001, "a": "é"}', '{"a":"é","b":0.30000000000000000001}'),
    ],
)
def test_numbers_are_stored_without_loss(json_text: str, stored: str) -> None:
    (sighting,) = mps_json(f'{{"TaskId": "a", "Odd": {json_text}}}').sightings
    assert sighting.record == f'{{"Odd":{stored},"TaskId":"a"}}'
    assert not sighting.raw_altered


@pytest.mark.parametrize(
    "spellings",
    [
        ("100000", "1E5", "1e+5", "100000.0", "10000000e-2"),
        ("0", "0.0", "-0.0", "0e10"),
        ("0.1", "0.1000", "1e-1", "1E-01"),
        ("12345678901234567.89", "1234567890123456789E-2", "12345678901234567.890"),
        ("100000000000000000000000", "1e23", "1E+23"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_fingerprint_does_not_depend_on_the_spelling_of_a_number(spellings: tuple[str, ...]) -> None:
    pages = [mps_json(f'{{"TaskId": "a", "Odd": [{number}]}}') for number in spellings]
    assert len({page.sightings[0].fingerprint for page in pages}) == 1
    assert not any(page.sightings[0].raw_altered for page in pages)


def test_neighbouring_decimals_have_different_fingerprints() -> None:
    pages = [mps_json(f'{{"TaskId": "a", "Odd": 12345678901234567.{n}}}') for n in range(80, 90)]
    assert len({page.sightings[0].fingerprint for page in pages}) == 10


def test_repeated_name_does_not_escape_redaction() -> None:
    records = '{"TaskId": "a", "Deep": {"Word": "hush", "Word": "hush", "Kept": 1}, "Deep": {"Word": "hush"}}'
    response = json_response(f'{{"Response": {{"TaskSet": [{records}]}}}}'.encode())
    page = parse_page(make_provider("tencent_mps"), FINISH, response, observed_at=NOW, redact=("Deep.Word",))
    assert stored_record(page) == {"TaskId": "a", "Deep": {}}
    assert page.sightings[0].raw_altered


@pytest.mark.parametrize(
    "content", ['"eA==", "Content": "aHVzaA=="', '{"a": 1.00000000000000000001, "b": 1, "b": 2}']
)
def test_command_with_odd_values_is_hashed(content: str) -> None:
    document = f'{{"InvocationTaskId": "a", "CommandDocument": {{"Content": {content}}}}}'
    response = json_response(
        f'{{"Response": {{"TotalCount": 1, "InvocationTaskSet": [{document}]}}}}'.encode()
    )
    page = parse_page(make_provider("tencent_tat"), TAT_PAGE, response, observed_at=NOW)
    assert set(stored_record(page)["CommandDocument"]) == {"ContentLength", "ContentSha256"}


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
