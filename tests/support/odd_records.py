"""Records of any provider in which one documented field has an odd value, for every field and value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from syncer.errors import RecordError
from syncer.ports import Provider
from tests.support.provider_queries import list_query

#: A field with this value is left out.
ABSENT = object()
#: The text between the marks is written into the JSON as it is.
_LITERAL = re.compile(r'"@@(.*?)@@"')

ODD_INSTANTS = (
    *(
        "1970-01-01T08:00:00+08:00",
        "0001-01-01T08:05:43+08:05",
        "9999-12-31T23:59:59Z",
        "2099-01-01T00:00:00Z",
    ),
    *("9999-12-31T23:59:59-08:00", "10000-01-01T00:00:00Z", "2005-12-31T23:59:59Z", "0044-03-15 BC"),
    *("-62135596800", "253402300799000", "1604577600", "infinity", "-infinity", "epoch", "now", "today"),
    *("2020-W45-4", "20201105", "2020-11-05T12:00:00+05:59", "2020-02-30T00:00:00Z", "2020-11-05T24:00:00Z"),
)
_TEXTS = (
    *(
        "",
        " ",
        " padded ",
        "a\x00b",
        "\x00",
        "a\ud800b",
        "\udfff",
        "\U0001f600",
        "\u202eabc\u202c",
        "\x01\x1f\x7f",
    ),
    *("0", "-1", "123", "1e5", "0x10", "１２３", "true", "null", "NaN", "A" * 20_000, "=1+1", "' OR 1=1; --"),
    *('a,"b"\r\nc', "%s {x} \\ $1", "2020-11-05T12:00:00Z", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z"),
)
_NUMBERS = (0, -1, 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.5, -0.0, 1e300, 5e-324)
ODD_LITERALS = (
    "12345678901234567.89",
    "1e400",
    "1e99999",
    "-1e-99999",
    "NaN",
    "-Infinity",
    '{"a": 1, "a": 2}',
    "1E5",
)
_OTHERS = (
    ABSENT,
    None,
    True,
    False,
    [],
    [None, "x", 1, ["y"]],
    {},
    {"a": {"b": [1]}, "": None, "\x00": "\x00"},
)
ODD_VALUES: tuple[Any, ...] = (
    *(*_OTHERS, *_NUMBERS, *_TEXTS, *ODD_INSTANTS),
    *(f"@@{literal}@@" for literal in ODD_LITERALS),
)


def id_field(provider: Provider) -> str:
    """The field of a list record that holds the id."""
    try:
        provider.task(list_query(provider), {}, datetime.min)
    except RecordError as error:
        return error.message.split(" ")[0]
    raise AssertionError("a record without fields has an id")


def good_record(provider: Provider, task_id: str, at: datetime) -> dict[str, Any]:
    """A record with every documented field; its times are half an hour before `at`."""
    facts = provider.facts
    record: dict[str, Any] = {}
    for path in sorted(facts.known_paths):
        field = facts.fields.get(path, "")
        value: Any = sorted(facts.known_values[path])[0] if path in facts.known_values else "word"
        if field.endswith("_at") or path in facts.view_instants:
            value = (at - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        elif field.startswith("progress") or path.endswith(("Code", "Timeout", "Dropped")):
            value = 1
        if path not in {other.rpartition(".")[0] for other in facts.known_paths}:
            put(record, path, value)
    return {**record, id_field(provider): task_id}


def odd_records(provider: Provider, at: datetime) -> Iterator[dict[str, Any]]:
    """Records with ids of their own, each of which has one odd value."""
    number = 0
    for path in sorted(provider.facts.known_paths - {id_field(provider)}):
        for value in ODD_VALUES:
            number += 1
            record = good_record(provider, f"task-{number}", at)
            put(record, path, value)
            yield record
    for value in ODD_VALUES:
        record = good_record(provider, "", at)
        put(record, id_field(provider), value)
        yield record


def to_json(value: Any) -> bytes:
    """The JSON of a response with odd values."""
    text = json.dumps(value)
    return _LITERAL.sub(lambda match: str(json.loads(f'"{match[1]}"')), text).encode()


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Set the field at a dotted path to `value`, or remove it if that is ABSENT."""
    *parents, name = path.split(".")
    for parent in parents:
        record = record.setdefault(parent, {})
    if value is ABSENT:
        record.pop(name, None)
    else:
        record[name] = value
