"""Explanation of a task: its source and status, how its creation time was read, and each of its versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.coverage_explanation import coverage_lines, retired_text
from syncer.cli.views.formatting import cell_text, duration_text

if TYPE_CHECKING:
    from syncer.storage.read import TaskHistory, TaskVersion


def task_explanation(history: TaskHistory) -> list[str]:
    """One task: its facts, the coverage of its creation time, and its versions, oldest first."""
    versions = [f"  {line}" for version in history.versions for line in _version_lines(version)]
    return [
        f"task {history.task_id}",
        *(f"  {line}" for line in _fact_lines(history)),
        "versions, oldest first:",
        *versions,
    ]


def _fact_lines(history: TaskHistory) -> Iterator[str]:
    retired = f", {retired_text(history.retired_at)}" if history.retired_at else ""
    yield f"stream      {history.label} ({history.provider}){retired}"
    what = ", ".join(filter(None, (history.task_type, history.name)))
    if what:
        yield f"what        {what}"
    current = history.current
    yield f"status      {_status_text(current)}; last change seen at {cell_text(current.observed_at)}"
    if current.lost_at:
        yield f"lost        left the list before it ended; noticed at {cell_text(current.lost_at)}"
    created = cell_text(history.created_at) if history.created_at else "not reported by the provider"
    yield f"created     {created}"
    yield f"first seen  {cell_text(history.first_seen_at)}{_delay_text(history)}"
    if history.finished_at:
        yield f"finished    {cell_text(history.finished_at)}"
    if history.coverage:
        yield f"coverage    the creation time is {history.coverage.grade or 'not covered'}"
        yield from (f"            {line}" for line in coverage_lines(history.coverage))


def _delay_text(history: TaskHistory) -> str:
    if history.created_at is None or history.first_seen_at < history.created_at:
        return ""
    return f", {duration_text(history.first_seen_at - history.created_at)} after the creation"


def _status_text(version: TaskVersion) -> str:
    """The normalised status and, where it differs, the provider's own."""
    own = version.provider_status
    return version.status if own in (None, version.status) else f"{version.status} ({own})"


def _version_lines(version: TaskVersion) -> Iterator[str]:
    status = "lost" if version.lost_at else _status_text(version)
    after = f"reached after {cell_text(version.observed_after)}, " if version.observed_after else ""
    yield f"{version.version:>3}  {status}: {after}seen at {cell_text(version.observed_at)}"
    started = f", started at {cell_text(version.run_started_at)}" if version.run_started_at else ""
    yield f"     {version.mode or 'run'} {version.run_id}{started}; {_evidence_text(version)}"
    if version.changed_fields:
        yield f"     changed: {', '.join(version.changed_fields)}"


def _evidence_text(version: TaskVersion) -> str:
    """The request whose response showed the version, where it was a single one."""
    if version.request_id:
        return f"request {version.request_id}"
    return "no response listed the task" if version.lost_at else "concluded from several responses"


def unknown_task_lines(task_id: str, sources: Sequence[str]) -> list[str]:
    """The answer where no task has the id, and the command to try next."""
    if task_id in sources:
        return [f"{task_id} is a source: add a time, as in `syncer explain {task_id} 2026-01-31T12:00:00Z`"]
    known = f"; the sources are {', '.join(sources)}" if sources else "; no source has been read yet"
    return [
        f"no task has the id {task_id}: no list that was read contained it",
        f"to see whether its creation time was read: `syncer explain SOURCE TIME`{known}",
    ]
