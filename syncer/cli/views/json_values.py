"""Values that JSON can hold: the one rule of every command's `--json`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(value: DataclassInstance) -> dict[str, Any]:
    """The fields of `value`, by name, as JSON values."""
    return {name: json_value(field) for name, field in asdict(value).items()}


def json_value(value: Any) -> Any:
    """`value` with instants and days in ISO 8601 and durations in seconds, inside lists and dicts too."""
    match value:
        case date():  # a datetime is a date, too
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case dict():
            return {name: json_value(each) for name, each in value.items()}
        case list() | tuple():
            return [json_value(each) for each in value]
        case _:
            return value
