"""CSV output: the result of a report with `--csv`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, TextIO

from syncer.cli.views.json_output import json_value

if TYPE_CHECKING:
    from syncer.storage.read.reports import ReportResult


def write_csv(result: ReportResult, to: TextIO) -> None:
    """Write a header and one line for each row: nothing rounded, instants in ISO 8601, null as nothing."""
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([_csv_value(value) for value in row] for row in result.rows)


def _csv_value(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else json_value(value)
