"""Parquet through pyarrow, the only module that knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from syncer.reporting.export.types import ExportColumn

#: The types of the reporting views, as engines and data frames expect them: instants know their UTC.
_TYPES = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "double precision": pa.float64(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}

#: So many rows are held back, as Arrow, to make row groups worth skipping.
_ROW_GROUP = 50_000


def open_writer(file: IO[bytes], columns: Sequence[ExportColumn]) -> _ParquetWriter:
    """A writer of Parquet. An empty file has its columns, too."""
    return _ParquetWriter(file, pa.schema([pa.field(column.name, _TYPES[column.type]) for column in columns]))


class _ParquetWriter:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = ParquetWriter(file, schema, compression="zstd")
        self._held: list[pa.RecordBatch] = []

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        values = zip(*rows, strict=True)
        arrays = [pa.array(each, type=field.type) for each, field in zip(values, self._schema, strict=True)]
        self._held.append(pa.record_batch(arrays, schema=self._schema))
        if sum(batch.num_rows for batch in self._held) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_batches(self._held, schema=self._schema))
            self._held.clear()
