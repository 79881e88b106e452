"""CSV output: the result of a report with `--csv`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, TextIO

from syncer.cli.views.json_output import json_value
from syncer.reporting.spreadsheet_formulas import escape_formula

if TYPE_CHECKING:
    from syncer.storage.read.reports import ReportResult


def write_csv(result: ReportResult, to: TextIO, *, escape_formulas: bool = False) -> None:
    """Write a header and one line for each row: nothing rounded, instants in ISO 8601, null as nothing.

    `escape_formulas`: write texts so that no spreadsheet runs them.
    """
    value_of = _escaped_value if escape_formulas else _csv_value
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([value_of(value) for value in row] for row in result.rows)


def _csv_value(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else json_value(value)


def _escaped_value(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else _csv_value(value)
