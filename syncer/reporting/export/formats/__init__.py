"""How rows become bytes: one module a format, and only the one that is asked for is imported."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import IO, Any, Protocol

from syncer.errors import ConfigurationError
from syncer.reporting.export.types import ExportColumn, Format


class RowWriter(Protocol):
    """Writes rows into a file that somebody else opened and will close."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add `rows`, whose values are in the order of the columns."""

    def close(self) -> None:
        """Write what is still held back, and the end."""


def open_writer(form: Format, file: IO[bytes], columns: Sequence[ExportColumn]) -> RowWriter:
    """A writer of `columns` into `file`. Raises ConfigurationError where a package is missing."""
    check_format(form)
    module = import_module(f"{__name__}.{form}")
    make: Callable[[IO[bytes], Sequence[ExportColumn]], RowWriter] = module.open_writer
    return make(file, columns)


def check_format(form: Format) -> None:
    """Return where `form` can be written. Raises ConfigurationError with the command to type."""
    if form is not Format.PARQUET:
        return
    try:
        import_module("pyarrow")
    except ImportError as error:
        raise ConfigurationError(
            f"Parquet needs pyarrow ({error}): type `{shlex.quote(sys.executable)} -m pip install"
            " 'syncer[export]'`, or take --format csv"
        ) from error
