"""Single values of vendors' JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syncer.errors import RecordError
from syncer.model import EARLIEST, HAPPENED, PLANNED
from syncer.providers import fields

_NOON = datetime(2020, 11, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-11-05T12:00:00Z", _NOON),
        ("2020-11-05T12:00:00+00:00", _NOON),
        ("2020-11-05T20:00:00+08:00", _NOON),
        ("2020-11-05T12:00:00", _NOON),
        ("2020-11-05 12:00:00", _NOON),
        (" 2020-11-05T12:00:00Z ", _NOON),
        ("2020-11-05T12:00:00.250Z", _NOON.replace(microsecond=250_000)),
        ("2020-11-05T12:00:00.123456789Z", _NOON.replace(microsecond=123_456)),
        ("1969-12-31T23:59:59Z", None),
        ("2999-01-01T00:00:00Z", None),
        ("0000-00-00T00:00:00Z", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T01:00:00+08:00", None),
        ("9999-12-31T23:59:59-08:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("1970-01-01T08:00:00+08:00", None),
        ("0001-01-01T08:05:43+08:05", None),
        ("-62135596800", None),
        ("2005-12-31T23:59:59Z", None),
        ("2006-01-01T00:00:00Z", EARLIEST),
        ("2020-11-06T12:00:00Z", _NOON + HAPPENED),
        ("2020-11-06T12:00:00.000001Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1618477232000, None),
        (True, None),
        ([], None),
    ],
)
def test_iso_instant(written: object, meant: datetime | None) -> None:
    assert fields.iso_instant(written, _NOON) == meant


def test_iso_instant_is_in_utc() -> None:
    moment = fields.iso_instant("2020-11-05T20:00:00+08:00", _NOON)
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1604577600000", _NOON),
        (1604577600000, _NOON),
        ("1604577600250", _NOON.replace(microsecond=250_000)),
        ("-1000", None),
        ("2020-11-05T12:00:00Z", _NOON),
        ("0", None),
        (0, None),
        ("", None),
        (None, None),
        (True, None),
        (1.5, None),
        (-62135596800, None),
        (1604577600, None),
        (253402300799000, None),
        ("9" * 30, None),
        (10**30, None),
        ({}, None),
    ],
)
def test_epoch_instant(written: object, meant: datetime | None) -> None:
    assert fields.epoch_instant(written, _NOON) == meant


def test_planned_instant_may_be_a_year_ahead() -> None:
    assert fields.epoch_instant(1_635_000_000_000, _NOON) is None
    assert fields.epoch_instant(1_635_000_000_000, _NOON, PLANNED) is not None
    assert fields.epoch_instant(1_640_000_000_000, _NOON, PLANNED) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (7, 7),
        ("7", 7),
        (-7, -7),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-(2**63) - 1, None),
        ("9" * 19, None),
        ("9" * 40, None),
        (7.0, None),
        (True, None),
        ("seven", None),
        ("", None),
        (None, None),
        ([7], None),
    ],
)
def test_integer(written: object, meant: int | None) -> None:
    assert fields.integer(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [(True, True), (False, False), ("true", True), ("False", False), ("no", None), (1, None), (None, None)],
)
def test_boolean(written: object, meant: bool | None) -> None:
    assert fields.boolean(written) is meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("a", "a"), (9007199254740993, "9007199254740993"), (0, "0"), ("", None), (True, None), (1.5, None)],
)
def test_identifier_is_text(written: object, meant: str | None) -> None:
    assert fields.identifier(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [(["a", "b"], ("a", "b")), (["a", 1, "", None], ("a",)), ("a", ("a",)), ("", ()), (None, ()), ({}, ())],
)
def test_texts(written: object, meant: tuple[str, ...]) -> None:
    assert fields.texts(written) == meant


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "id is missing"),
        ({"id": None}, "id is missing"),
        ({"id": ""}, "id is missing"),
        ({"id": ["a"]}, "id is an array"),
        ({"id": {"a": 1}}, "id is an object"),
        ({"id": True}, "id is a boolean"),
        ({"id": 1.5}, "id is a number"),
        ({"id": "x" * 513}, "id is longer than 512 characters"),
    ],
)
def test_missing_or_unusable_task_id_is_explained(record: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        fields.task_id(record, "id")
    assert str(caught.value) == reason


def test_microseconds_are_exact() -> None:
    assert fields.microseconds(_NOON.replace(microsecond=1)) == 1_604_577_600_000_001
    assert fields.microseconds(None) is None


@pytest.mark.parametrize("value", [None, "", "0", 0, [], {}, "0000-00-00T00:00:00Z"])
def test_absent_values_are_recognised(value: object) -> None:
    assert fields.is_absent(value)


@pytest.mark.parametrize("value", ["a", 1, False, [0], {"a": 1}, 0.5])
def test_present_values_are_recognised(value: object) -> None:
    assert not fields.is_absent(value)


@pytest.mark.parametrize(("value", "name"), [("a", "a string"), (None, "null"), (1, "a number")])
def test_json_type_is_named(value: object, name: str) -> None:
    assert fields.json_type(value) == name
