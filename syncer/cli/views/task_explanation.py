"""What became of a task, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.coverage_explanation import coverage_lines
from syncer.cli.views.text_table import cell_text, duration_text

if TYPE_CHECKING:
    from syncer.storage.read import TaskHistory, TaskVersion


def task_history_lines(story: TaskHistory) -> list[str]:
    """One task: where it stands, how the time it was created at was read, and each state it was seen in."""
    states = [f"  {line}" for state in story.states for line in _state(state)]
    return [
        f"task {story.task_id}",
        *(f"  {line}" for line in _facts(story)),
        "states, the oldest first:",
        *states,
    ]


def _facts(story: TaskHistory) -> Iterator[str]:
    yield f"stream      {story.label} ({story.provider})"
    what = ", ".join(filter(None, (story.task_type, story.name)))
    if what:
        yield f"what        {what}"
    yield f"status      {_status(story.now)}; its last change was seen at {cell_text(story.now.observed_at)}"
    if story.now.lost_at:
        yield f"lost        it had left the list unfinished by {cell_text(story.now.lost_at)}"
    created = cell_text(story.created_at) if story.created_at else "the provider does not tell when"
    yield f"created     {created}"
    yield f"first seen  {cell_text(story.first_seen_at)}{_delay(story)}"
    if story.finished_at:
        yield f"finished    {cell_text(story.finished_at)}"
    if story.reading:
        yield f"coverage    the time it was created at is {story.reading.grade or 'not covered'}"
        yield from (f"            {line}" for line in coverage_lines(story.reading))


def _delay(story: TaskHistory) -> str:
    if story.created_at is None or story.first_seen_at < story.created_at:
        return ""
    return f", {duration_text(story.first_seen_at - story.created_at)} after it was created"


def _status(state: TaskVersion) -> str:
    """Our word and, where it is another, the provider's."""
    told = state.provider_status
    return state.status if told in (None, state.status) else f"{state.status} ({told})"


def _state(state: TaskVersion) -> Iterator[str]:
    status = "lost" if state.lost_at else _status(state)
    after = f"came about after {cell_text(state.observed_after)}, " if state.observed_after else ""
    yield f"{state.version:>3}  {status}: {after}seen at {cell_text(state.observed_at)}"
    began = f", begun at {cell_text(state.run_started_at)}" if state.run_started_at else ""
    silence = "no answer showed it any more" if state.lost_at else "told by several answers together"
    answer = f"request {state.request_id}" if state.request_id else silence
    yield f"     {state.mode or 'run'} {state.run_id}{began}; {answer}"
    if state.changed_fields:
        yield f"     changed: {', '.join(state.changed_fields)}"


def unknown_lines(task_id: str, sources: Sequence[str]) -> list[str]:
    """What to say, and to ask next, where no task has the id."""
    if task_id in sources:
        return [f"{task_id} is a source: add a time, as in `syncer explain {task_id} 2026-01-31T12:00:00Z`"]
    known = f"; the sources are {', '.join(sources)}" if sources else "; no source was read yet"
    return [
        f"no task has the id {task_id}: no list has shown it while it was read",
        f"whether the time it was created at was read: `syncer explain SOURCE TIME`{known}",
    ]
