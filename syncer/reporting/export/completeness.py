"""Whether the exported rows of a day can still change, and why. Pure: all facts are passed in.

Whether a source covers the day is decided by the database alone: the view `sync.stream_coverage`, through
`SourceCoverage.is_covered`. This module answers the next question: whether an incomplete day can still become
complete, and what it lacks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from syncer.model import Interval
from syncer.reporting.export.days import Day
from syncer.reporting.export.types import (
    DayFacts,
    PartitionBy,
    Selection,
    SourceCoverage,
    StreamCoverage,
)

#: A row may be stored this long after its observation: batches are committed by age, and runs retry while
#: the database is unavailable.
_MAX_STORE_DELAY = timedelta(minutes=15)
#: Number of streams or sources that a reason names; `syncer status` lists all of them.
_NAMED = 3
_NOT_SWEPT = "not swept yet"


class DayState(StrEnum):
    """How final the rows of a day are."""

    #: Nothing known can change them.
    COMPLETE = "complete"
    #: Nothing known can change them, but tasks may be missing that can no longer be read.
    GAP = "gap"
    #: Rows may still change or be added.
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class DayCompleteness:
    """The state of a day, and the reason in words; empty for a complete day."""

    state: DayState
    reason: str = ""


def day_completeness(selection: Selection, day: Day, facts: DayFacts) -> DayCompleteness:
    """How final the rows of `selection` on `day` are."""
    is_by_creation = selection.by is PartitionBy.CREATED
    if facts.now_at < day.ended_at + (timedelta(0) if is_by_creation else _MAX_STORE_DELAY):
        return DayCompleteness(DayState.PROVISIONAL, "the day is not over")
    has_open_tasks = facts.open_tasks > 0 and not selection.has_final_rows
    reasons = {"tasks are open": ""} if has_open_tasks else {}
    # Rows by observation do not depend on the coverage of creation times.
    if is_by_creation:
        reasons |= _coverage_reasons(facts.coverage)
    text = "; ".join(f"{reason}: {names}" if names else reason for reason, names in reasons.items())
    if has_open_tasks or _NOT_SWEPT in reasons:
        return DayCompleteness(DayState.PROVISIONAL, text)
    return DayCompleteness(DayState.GAP if reasons else DayState.COMPLETE, text)


def _coverage_reasons(coverage: Collection[SourceCoverage]) -> dict[str, str]:
    """Why sources do not cover the day: the names of the streams or sources, by reason."""
    if not coverage:
        return {"before the coverage begins": ""}
    incomplete = [source for source in coverage if not source.is_covered]
    streams = [stream for source in incomplete for stream in source.streams]
    lost = {stream.stream for stream in streams if _has_expired(stream, stream.unread)}
    unconfirmed = {stream.stream for stream in streams if _has_expired(stream, stream.unconfirmed)}
    retired = {stream.stream for stream in streams if stream.is_retired and _is_shown(stream)}
    names_by_reason = {
        _NOT_SWEPT: {stream.stream for stream in streams if _can_be_swept(stream)},
        "no longer configured": retired,
        "lost": lost,
        "never confirmed": unconfirmed - lost,
        "coverage begins or ends on that day": {source.source for source in incomplete if source.is_partial},
    }
    return {reason: _some(names) for reason, names in names_by_reason.items() if names}


def _some(names: Collection[str]) -> str:
    first, rest = sorted(names)[:_NAMED], len(names) - _NAMED
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


def _can_be_swept(stream: StreamCoverage) -> bool:
    """Whether a later sweep can still confirm an unconfirmed part of the day."""
    return not stream.is_retired and _is_shown(stream)


def _is_shown(stream: StreamCoverage) -> bool:
    """Whether the provider may still show tasks of an unconfirmed part of the day."""
    since = stream.shown_since
    return any(since is None or part.end > since for part in stream.unconfirmed)


def _has_expired(stream: StreamCoverage, parts: Iterable[Interval]) -> bool:
    """Whether the provider no longer shows the tasks of any of `parts`."""
    since = stream.shown_since
    return since is not None and any(part.start < since for part in parts)
