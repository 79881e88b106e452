"""Parquet through pyarrow. No other module may import pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from syncer.reporting.export.types import ExportColumn

#: Arrow types for the column types of the reporting views; instants are in UTC, with the time zone stated.
_TYPES = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "double precision": pa.float64(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}

#: Rows buffered, as Arrow batches, for one row group: readers skip whole row groups, so they must be large.
_ROW_GROUP = 50_000


def open_writer(file: IO[bytes], columns: Sequence[ExportColumn]) -> _ParquetWriter:
    """Return a writer to `file`. A file without rows has the columns too."""
    return _ParquetWriter(file, pa.schema([pa.field(column.name, _TYPES[column.type]) for column in columns]))


class _ParquetWriter:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = ParquetWriter(file, schema, compression="zstd")
        self._buffer: list[pa.RecordBatch] = []

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)
        ]
        self._buffer.append(pa.record_batch(arrays, schema=self._schema))
        if sum(batch.num_rows for batch in self._buffer) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._buffer:
            self._writer.write_table(pa.Table.from_batches(self._buffer, schema=self._schema))
            self._buffer.clear()
