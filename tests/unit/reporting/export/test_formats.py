"""Every format keeps types and values."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from syncer.errors import ConfigurationError
from syncer.reporting.export import ExportColumn, Format, check_format
from syncer.reporting.export.formats import open_writer

COLUMNS = [
    ExportColumn("id", "text"),
    ExportColumn("count", "bigint"),
    ExportColumn("is_open", "boolean"),
    ExportColumn("seconds", "double precision"),
    ExportColumn("day", "date"),
    ExportColumn("at", "timestamp with time zone"),
]
AT = datetime(2026, 11, 1, 7, 30, tzinfo=timezone(timedelta(hours=8)))
ROWS: list[tuple[Any, ...]] = [
    ("9007199254740993", 2**62, True, 0.1, date(2026, 11, 1), AT),
    ('甲,"乙"\r\n丙', -1, False, 1e300, date(1969, 12, 31), datetime(1969, 12, 31, 23, 59, 59, 1, UTC)),
    ("", 0, None, None, None, None),
    (None, None, None, None, None, None),
]


def written(format: Format) -> bytes:
    file = io.BytesIO()
    writer = open_writer(format, file, COLUMNS)
    writer.write(ROWS[:2])
    writer.write(ROWS[2:])
    writer.close()
    return file.getvalue()


def test_csv_distinguishes_null_and_empty_text() -> None:
    lines = written(Format.CSV).decode().removesuffix("\r\n").split("\r\n")
    assert lines[0] == "id,count,is_open,seconds,day,at"
    assert lines[1] == "9007199254740993,4611686018427387904,true,0.1,2026-11-01,2026-10-31T23:30:00.000000Z"
    assert lines[-2:] == ['"",0,,,,', ",,,,,"]


def test_csv_module_reads_the_values_back() -> None:
    rows = list(csv.reader(io.StringIO(written(Format.CSV).decode(), newline="")))
    assert rows[2] == ['甲,"乙"\r\n丙', "-1", "false", "1e+300", "1969-12-31", "1969-12-31T23:59:59.000001Z"]


def test_csv_escapes_formulas_on_request() -> None:
    rows = [("=1+1", -5, False, -1.5, None, None), ("-5", 0, None, None, None, None)]
    lines = []
    for escape in (False, True):
        file = io.BytesIO()
        open_writer(Format.CSV, file, COLUMNS, escape_formulas=escape).write(rows)
        lines += file.getvalue().decode().split("\r\n")[1:3]
    assert lines == ["=1+1,-5,false,-1.5,,", "-5,0,,,,", "'=1+1,-5,false,-1.5,,", "-5,0,,,,"]


def test_ndjson_has_every_key_in_every_line() -> None:
    lines = [json.loads(line) for line in written(Format.NDJSON).decode().splitlines()]
    assert {tuple(line) for line in lines} == {tuple(column.name for column in COLUMNS)}
    assert lines[0]["id"] == "9007199254740993"
    assert (lines[0]["count"], lines[0]["is_open"], lines[0]["seconds"]) == (2**62, True, 0.1)
    assert (lines[1]["id"], lines[1]["day"]) == (ROWS[1][0], "1969-12-31")
    assert lines[0]["at"] == "2026-10-31T23:30:00.000000Z"
    assert set(lines[3].values()) == {None}


@pytest.mark.parquet
def test_parquet_has_the_types_of_the_views() -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow (extra `export`)")
    table = pq.read_table(io.BytesIO(written(Format.PARQUET)))
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "id": "string",
        "count": "int64",
        "is_open": "bool",
        "seconds": "double",
        "day": "date32[day]",
        "at": "timestamp[us, tz=UTC]",
    }
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS


@pytest.mark.parquet
def test_parquet_buffers_one_row_group_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow (extra `export`)")
    monkeypatch.setattr("syncer.reporting.export.formats.parquet._ROW_GROUP", 100)
    file = io.BytesIO()
    writer = open_writer(Format.PARQUET, file, COLUMNS)
    for _ in range(25):
        writer.write([ROWS[0]] * 10)
    writer.close()
    metadata = pq.ParquetFile(file).metadata
    assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == [100, 100, 50]


def test_missing_pyarrow_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    advice = (
        r"needs pyarrow .* -m pip install 'task-syncer\[export\]'` \(in a checkout: `-e '\.\[export\]'`\)"
    )
    with pytest.raises(ConfigurationError, match=advice):
        check_format(Format.PARQUET)
    check_format(Format.CSV)
