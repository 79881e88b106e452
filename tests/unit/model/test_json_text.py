"""Parsing of JSON text: one type for equal numbers, and marks for what a Python value cannot hold."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from syncer.model import REPEATED_NAMES, OversizedNumber, parse_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-0", 0),
        ("1.0", 1),
        ("1E5", 100_000),
        ("1e23", 10**23),
        ("1e599", 10**599),
        ("0.5", 0.5),
        ("0.50", 0.5),
        ("5e-324", 5e-324),
        ("4e-324", Decimal("4e-324")),
        ("0.1000000000000000055511151231257827", Decimal("0.1000000000000000055511151231257827")),
        ("9007199254740993.0", 9007199254740993),
        ("9007199254740992.5", Decimal("9007199254740992.5")),
        ("1e600", OversizedNumber("1e600")),
        ("1e-600", OversizedNumber("1e-600")),
        ("0e-99", 0),
        ("1." + "1" * 600, OversizedNumber("1." + "1" * 600)),
        ("7" * 5000, OversizedNumber("7" * 5000)),
        ("-" + "7" * 4300, int("-" + "7" * 4300)),
    ],
    ids=lambda part: part[:24] if isinstance(part, str) else "",
)
def test_number(text: str, value: object) -> None:
    parsed = parse_json(f"[{text}]")
    assert parsed == [value]
    assert type(parsed[0]) is type(value)


def test_whole_number_does_not_depend_on_a_very_long_one_beside_it() -> None:
    assert parse_json(f"[{'1' * 1000}, {'9' * 5000}, 0.5]")[0] == int("1" * 1000)


def test_repeated_name_is_marked_where_it_occurs() -> None:
    parsed: dict[Any, Any] = parse_json('{"a": {"b": 1, "b": 2}, "c": {"b": 1}}')
    assert parsed == {"a": {"b": 2, REPEATED_NAMES: True}, "c": {"b": 1}}


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(json.JSONDecodeError):
        parse_json('{"a": 1.}')
