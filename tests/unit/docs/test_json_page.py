"""docs/json-output.md lists the keys of every JSON document."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from syncer.cli.database import OpenDatabase
from syncer.cli.views.json_output import report_document, status_document
from syncer.config import load
from syncer.reporting.reports import shipped_reports
from syncer.storage.read import CoverageExplanation, Gap, InstallationState, StreamOverview
from syncer.storage.read.coverage_runs import RunSummary
from syncer.storage.read.incomplete_runs import IncompleteRunGroup
from syncer.storage.read.processes import OngoingError, ProcessOverview
from syncer.storage.read.reports import ReportResult
from syncer.storage.read.retired_streams import RetiredStream
from syncer.storage.read.task_history import TaskHistory, TaskVersion
from syncer.storage.roles.bi_role_status import BiRoleStatus
from tests.unit.docs.pages import ROOT

PAGE = (ROOT / "docs" / "json-output.md").read_text("utf-8")
#: The objects, by the heading of their table. The health is a property of the stream.
OBJECTS = {
    "### Daemon": ProcessOverview,
    "### Stream": StreamOverview,
    "### Stream that is no longer configured": RetiredStream,
    "### Gap": Gap,
    "### Task": TaskHistory,
    "### Version": TaskVersion,
    "### Coverage": CoverageExplanation,
    "## `bi-user list`": BiRoleStatus,
}


def documented(heading: str) -> list[str]:
    """The keys of the first table below `heading`."""
    section = PAGE.split(f"\n{heading}\n")[1].split("\n#")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.M)


@pytest.mark.parametrize(
    ("heading", "kind"), OBJECTS.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_every_key_of_an_object_is_documented(heading: str, kind: type) -> None:
    added = {"health"} if kind is StreamOverview else set()
    assert set(documented(heading)) == {field.name for field in fields(kind)} | added


def test_keys_of_inner_objects_are_documented() -> None:
    for kind in (OngoingError, RunSummary, IncompleteRunGroup):
        assert [field.name for field in fields(kind) if f"`{field.name}`" not in PAGE] == []


def test_keys_of_the_documents_are_documented(tmp_path: Path) -> None:
    configuration = tmp_path / "syncer.toml"
    configuration.touch()
    state = InstallationState(streams=[], retired=[], gaps=[], processes=[])
    database = OpenDatabase(url="postgresql://syncer@db.example:5432/syncer")
    assert documented("## `status`") == list(status_document(database, state, load(configuration)))
    report = shipped_reports()[0]
    result = ReportResult(columns=(), rows=[], time_zone="UTC", sources=(), is_all_sources=True, retired=())
    assert documented("## `report NAME`") == list(report_document(report, result, None))
