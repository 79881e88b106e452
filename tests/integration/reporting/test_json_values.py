"""SQL functions that read a value from vendor JSON: results as in the providers, and never an error."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from syncer.providers.fields import identifier, integer, iso_instant

STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXTS = st.text(STORABLE, max_size=40)
NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(min_value=-(2**70), max_value=2**70)
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
_DAY, _TIME = "[0-9]{4}-[01][0-9]-[0-3][0-9]", r"[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,6})?"
STAMPS = st.from_regex(f"{_DAY}[T ]{_TIME}(Z|[+-][01][0-9]:[0-5][0-9])?", fullmatch=True)
#: All examples of a test share one connection.
RELAXED = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'America/New_York'")
        yield connection


_OBSERVED = datetime(2020, 11, 5, tzinfo=UTC)


def call(connection: psycopg.Connection[Any], function: str, value: object, **arguments: object) -> Any:
    placeholders = ", ".join(("%s::jsonb", *("%s" for _ in arguments)))
    row = connection.execute(
        f"SELECT sync.{function}({placeholders})", (json.dumps(value), *arguments.values())
    ).fetchone()
    assert row is not None
    return row[0]


@RELAXED
@given(JSON)
@example("9223372036854775807")
@example("9223372036854775808")
@example(2**63 - 1)
@example(-(2**63))
@example(2**63)
@example(1e300)
@example(4.072403508875129e16)
@example("１２")
@example(" 1")
@example("1\n")
def test_integers_equal_the_providers(connection: psycopg.Connection[Any], value: Any) -> None:
    # JSON has one number type: 1.0 is an integer.
    asked = int(Decimal(json.dumps(value))) if isinstance(value, float) and value.is_integer() else value
    assert call(connection, "json_bigint", value) == integer(asked)


@RELAXED
@given(JSON)
def test_texts_equal_the_providers(connection: psycopg.Connection[Any], value: Any) -> None:
    expected = json.dumps(value) if isinstance(value, float) else identifier(value)
    value_from_sql = call(connection, "json_text", value)
    assert value_from_sql == expected or (isinstance(value, float) and float(value_from_sql) == value)


@RELAXED
@given(STAMPS | JSON)
@example("2024-02-29T00:00:00Z")
@example("2023-02-29T00:00:00Z")
@example("1900-02-29T00:00:00Z")
@example("2000-02-29T23:59:59.999999+14:00")
@example("2026-04-31T00:00:00Z")
@example("2026-13-01T00:00:00Z")
@example("2026-00-10T00:00:00Z")
@example("2026-01-01T24:00:00Z")
@example("2026-01-01T00:00:60Z")
@example("0000-00-00T00:00:00Z")
@example("0001-01-01T00:00:00Z")
@example("2020-11-05T07:49:58+00:00")
@example("2020-11-05 07:49:58")
@example("2005-12-31T23:59:59Z")
@example("2020-11-06T00:00:00Z")
@example("2020-11-06T00:00:01Z")
@example("9999-12-31T23:59:59Z")
def test_instants_equal_the_providers(connection: psycopg.Connection[Any], value: Any) -> None:
    value_from_sql = call(connection, "json_timestamp", value, observed_at=_OBSERVED)
    expected = iso_instant(value, _OBSERVED)
    if isinstance(value, str) and not _is_plain(value):
        # Python parses more formats than any vendor writes.
        assert value_from_sql is None or value_from_sql == expected
    else:
        assert value_from_sql == expected


def _is_plain(value: str) -> bool:
    return len(value) > 18 and value.isascii() and value[4] == "-" and value[10] in "T " and value[13] == ":"


@RELAXED
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(0, 3))
def test_output_is_decoded(connection: psycopg.Connection[Any], text: str, cut: int) -> None:
    raw = text.encode()
    raw = raw[: len(raw) - cut]
    expected = raw.decode("utf-8", "ignore") if raw and b"\x00" not in raw else None
    assert call(connection, "json_base64_text", b64encode(raw).decode()) == expected


@RELAXED
@given(st.binary(max_size=40))
def test_binary_output_is_null(connection: psycopg.Connection[Any], raw: bytes) -> None:
    value_from_sql = call(connection, "json_base64_text", b64encode(raw).decode())
    if value_from_sql is not None:
        assert raw.startswith(value_from_sql.encode())
        assert len(raw) - len(value_from_sql.encode()) < 4


@RELAXED
@given(JSON | st.text("ABab01+/=", max_size=12))
@example("=")
@example("====")
@example("A===")
@example("AB==")
@example("QQ==\n")
def test_invalid_base64_is_null(connection: psycopg.Connection[Any], value: Any) -> None:
    value_from_sql = call(connection, "json_base64_text", value)
    assert value_from_sql is None or isinstance(value_from_sql, str)


def test_long_output_is_decoded(connection: psycopg.Connection[Any]) -> None:
    text = "行 line\n" * 3000
    assert call(connection, "json_base64_text", b64encode(text.encode()).decode()) == text
