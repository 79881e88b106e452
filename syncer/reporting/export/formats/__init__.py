"""File formats: one module per format. Only the requested module is imported."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import IO, Any, Protocol

from syncer.errors import ConfigurationError
from syncer.reporting.export.types import ExportColumn, Format


class RowWriter(Protocol):
    """Writes rows to an open file; the caller closes the file."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write `rows`, whose values are in the order of the columns."""

    def close(self) -> None:
        """Write buffered rows and the end of the file."""


def open_writer(
    format: Format, file: IO[bytes], columns: Sequence[ExportColumn], *, escape_formulas: bool = False
) -> RowWriter:
    """Return a writer of `columns` to `file`. Raises ConfigurationError if a package is missing.

    `escape_formulas`: write the texts of CSV so that no spreadsheet runs them.
    """
    check_format(format)
    module = import_module(f"{__name__}.{format}")
    open_format: Callable[..., RowWriter] = module.open_writer
    return open_format(file, columns, **({"escape_formulas": True} if escape_formulas else {}))


def check_format(format: Format) -> None:
    """Raise ConfigurationError, with the command to install it, if the package for `format` is missing."""
    if format is not Format.PARQUET:
        return
    try:
        import_module("pyarrow")
    except ImportError as error:
        raise ConfigurationError(
            f"Parquet needs pyarrow ({error}): run `{shlex.quote(sys.executable)} -m pip install"
            " 'task-syncer[export]'` (in a checkout: `-e '.[export]'`), or use --format csv"
        ) from error
