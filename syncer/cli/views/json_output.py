"""JSON output: the documents that the commands print with `--json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from syncer.cli.views.health import difference_lines, has_problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from syncer.cli.database import OpenDatabase
    from syncer.config import Settings
    from syncer.reporting.reports import ShippedReport
    from syncer.simulator import Simulator
    from syncer.storage.read import InstallationState
    from syncer.storage.read.reports import ReportResult

_REPORT_KEYS = ("name", "title", "description", "days")


def print_json(document: object) -> None:
    """Print `document`, indented, on standard output."""
    print(json.dumps(document, indent=2))


def json_value(value: Any) -> Any:
    """`value` with dates and instants in ISO 8601 and durations in seconds, inside lists and dicts too."""
    match value:
        case date():  # A datetime is a date, too.
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case dict():
            return {name: json_value(item) for name, item in value.items()}
        case list() | tuple():
            return [json_value(item) for item in value]
        case _:
            return value


def json_object(value: DataclassInstance) -> dict[str, Any]:
    """The fields of `value`, by name, as JSON values."""
    return {name: json_value(field) for name, field in asdict(value).items()}


def json_objects(values: Iterable[DataclassInstance]) -> list[dict[str, Any]]:
    """The document of `gaps`, `explain` and `bi-user list`: one object for each value."""
    return [json_object(value) for value in values]


def status_document(
    database: OpenDatabase, state: InstallationState, settings: Settings, *, shows_password: bool = False
) -> dict[str, Any]:
    """The document of `status`: the database, the daemons, the streams and the gaps."""
    return {
        "database": {
            "location": database.location,
            "connection": database.connection(shows_password=shows_password) if database.embedded else None,
            "is_running": database.was_running,
        },
        "has_problem": has_problem(state.streams, state.processes),
        "processes": json_objects(state.processes),
        "differences": difference_lines(state.processes, settings, state.report_settings),
        "streams": [{**json_object(stream), "health": str(stream.health)} for stream in state.streams],
        "no_longer_configured": json_objects(state.retired),
        "gaps": json_objects(state.gaps),
    }


def report_document(report: ShippedReport, result: ReportResult, days: int | None) -> dict[str, Any]:
    """The document of `report NAME`: the report and its scope, and one object for each row."""
    rows = [dict(zip(result.columns, map(json_value, row), strict=True)) for row in result.rows]
    head = {"report": report.name, "title": report.title, "description": report.description}
    scope = {"days": days, "time_zone": result.time_zone, "sources": list(result.sources)}
    scope["no_longer_configured"] = list(result.retired)
    return {**head, **scope, "rows": rows}


def report_list_document(reports: Iterable[ShippedReport]) -> list[dict[str, Any]]:
    """The document of `report list`: one object for each report, without its SQL."""
    return [{key: json_value(getattr(report, key)) for key in _REPORT_KEYS} for report in reports]


def simulator_document(simulator: Simulator, configuration: str) -> dict[str, Any]:
    """The document of `simulate`: addresses, credentials, and a `configuration` that reads the lists."""
    credentials = simulator.credentials
    return {
        "endpoints": simulator.endpoints,
        "access_key": credentials.access_key,
        "secret_key": credentials.secret_key,
        "session_token": credentials.session_token,
        "config": configuration,
    }
