"""Single values of vendors' JSON. A value that cannot be parsed is None, never an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from syncer.errors import RecordError
from syncer.model import HAPPENED, INT64, LONGEST_ID, ZERO_DATES, OversizedNumber, in_bounds
from syncer.model import iso_instant as iso_instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def task_id(record: Any, field: str) -> str:
    """The id in `record[field]` as text, exact beyond 2^53 too.

    Raises RecordError where there is none, or one that the database cannot hold.
    """
    value = record.get(field)
    written = identifier(value)
    if written is None:
        raise RecordError(f"{field} is missing" if is_absent(value) else f"{field} is {json_type(value)}")
    if len(written) > LONGEST_ID:
        raise RecordError(f"{field} is longer than {LONGEST_ID} characters")
    return written


def text(value: object) -> str | None:
    """`value` if it is text and not empty."""
    return value if isinstance(value, str) and value else None


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list; a single text is a list of one."""
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str) and item)
    return (value,) if isinstance(value, str) and value else ()


def identifier(value: object) -> str | None:
    """An id as text; the vendor may write it as text or as a whole number."""
    if isinstance(value, str):
        return value or None
    return str(value) if type(value) is int else None


def integer(value: object) -> int | None:
    """A whole number that a bigint column can hold; the vendor may write it as text."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None
    return value if type(value) is int and value in INT64 else None


def boolean(value: object) -> bool | None:
    """A boolean; the vendor may write it as text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def epoch_instant(value: object, observed_at: datetime, ahead: timedelta = HAPPENED) -> datetime | None:
    """A time in milliseconds since 1970, as a number or as text; None as in `iso_instant`."""
    try:
        milliseconds = int(value) if isinstance(value, str) else value
        if type(milliseconds) is not int:
            return None
        return in_bounds(EPOCH + timedelta(milliseconds=milliseconds), observed_at, ahead)
    except (ValueError, OverflowError):
        return iso_instant(value, observed_at, ahead)


def microseconds(moment: datetime | None) -> int | None:
    """`moment` in microseconds since 1970; None stays None."""
    return None if moment is None else (moment - EPOCH) // _MICROSECOND


def is_absent(value: object) -> bool:
    """Whether `value` is one that vendors write for a missing value."""
    if isinstance(value, str):
        return value in ("", "0") or value.startswith(ZERO_DATES)
    return value is None or value == [] or value == {} or (type(value) is int and value == 0)


def json_type(value: object) -> str:
    """The name of the JSON type of `value`, with its article."""
    for python_type, name in _JSON_TYPES:
        if isinstance(value, python_type):
            return name
    return "null"


_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (str, "a string"),
    (bool, "a boolean"),
    (int, "a number"),
    (float, "a number"),
    (Decimal, "a number"),
    (OversizedNumber, "a number"),
    (list, "an array"),
    (dict, "an object"),
)
