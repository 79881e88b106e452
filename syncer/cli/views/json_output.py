"""Answers to the shipped reports for programs: CSV and JSON, every column, nothing rounded."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, TextIO

from syncer.cli.views.json_values import json_value

if TYPE_CHECKING:
    from syncer.reporting.reports import ShippedReport
    from syncer.storage.read.reports import ReportResult


def write_csv(answer: ReportResult, to: TextIO) -> None:
    """A heading and a line a row; instants in ISO 8601 with their offset, nothing for null."""
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_written(value) for value in row] for row in answer.rows)


def report_json(report: ShippedReport, answer: ReportResult, days: int | None) -> str:
    """One object: what was asked, and the rows as objects."""
    rows = [
        {name: json_value(value) for name, value in zip(answer.columns, row, strict=True)}
        for row in answer.rows
    ]
    asked = {"report": report.name, "title": report.title, "description": report.description}
    scope = {"days": days, "time_zone": answer.time_zone, "sources": list(answer.sources)}
    return json.dumps({**asked, **scope, "rows": rows}, indent=2)


def _written(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else json_value(value)
