"""JSON output: the documents of `--json`."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from syncer.cli.database import OpenDatabase
from syncer.cli.views.json_output import (
    json_object,
    json_objects,
    print_json,
    report_document,
    report_list_document,
    status_document,
)
from syncer.storage.read import InstallationState
from tests.unit.cli.views.test_gap_table import make_gap
from tests.unit.cli.views.test_health import DAEMON, make_settings
from tests.unit.cli.views.test_report_output import REPORT, RESULT
from tests.unit.cli.views.test_status_table import BUSY, STREAM
from tests.unit.cli.views.test_task_explanation import HISTORY


def test_instants_are_iso_8601_and_durations_are_seconds() -> None:
    gap, stream = json.loads(json.dumps(json_objects([make_gap(), STREAM])))
    assert gap["started_at"] == "2026-01-02T03:04:05+00:00"
    assert gap["headroom"] == timedelta(hours=5).total_seconds()
    assert stream["error"] == "wrong key"
    busy = json_object(BUSY)
    assert busy["orders"] == {"FINISH": ["finished newest first", "created newest first"], "WAITING": []}
    assert busy["lookback"] == 90


def test_nested_values_are_json_too() -> None:
    document = json.loads(json.dumps(json_object(HISTORY)))
    assert document["versions"][0]["observed_at"] == "2026-01-02T03:04:05+00:00"
    assert document["coverage"]["first_after"]["run_id"] == 12


def test_status_document_hides_the_url_of_a_configured_server() -> None:
    database = OpenDatabase(url="postgresql://syncer:hush-hush@db.example:5432/syncer")
    state = InstallationState(streams=[STREAM], retired=[], gaps=[make_gap()], processes=[DAEMON])
    document = json.loads(json.dumps(status_document(database, state, make_settings())))
    assert document["database"] == {
        "location": "db.example:5432/syncer",
        "connection": None,
        "is_running": True,
    }
    assert [len(document[key]) for key in ("streams", "gaps", "differences")] == [1, 1, 1]
    assert (document["has_problem"], document["streams"][0]["health"]) == (True, "failing")
    assert document["processes"][0] == {
        "host": "a",
        "pid": 7,
        "version": "0.1.0",
        "configuration": "c0ffee",
        "started_at": "2026-01-02T03:04:05+00:00",
        "heartbeat_at": "2026-01-02T03:04:05+00:00",
        "silent_for": 12,
        "is_alive": True,
        "errors": [],
    }


def test_report_document_has_the_scope_and_one_object_per_row() -> None:
    document = report_document(REPORT, RESULT, 7)
    assert (document["report"], document["days"], document["time_zone"]) == ("r", 7, "Asia/Shanghai")
    assert document["sources"] == ["mps", "vod"]
    assert document["rows"][1] == {
        "source": "点播",
        "tasks": 600,
        "failed_rate": None,
        "last_at": None,
        "error": None,
    }


def test_report_list_document_has_no_sql(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(report_list_document([REPORT]))
    assert json.loads(capsys.readouterr().out) == [
        {"name": "r", "title": "Why tasks fail", "description": "Failed tasks by code.", "days": 7}
    ]
