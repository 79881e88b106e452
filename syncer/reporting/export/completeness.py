"""Whether the exported rows of a day can still change, and why. Pure: all facts are passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syncer.model import Interval
from syncer.reporting.export.days import Day
from syncer.reporting.export.types import DayFacts, PartitionBy, Selection, StreamCoverage

#: A row may be stored this long after its observation: batches are committed by age, and runs retry while
#: the database is unavailable.
_MAX_STORE_DELAY = timedelta(minutes=15)
#: Number of streams that a reason names; `syncer status` lists all of them.
_NAMED_STREAMS = 3


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
    # Rows by observation do not depend on the coverage of creation times.
    coverage = _relevant(facts.coverage, day) if is_by_creation else []
    if is_by_creation and not coverage:
        return DayCompleteness(DayState.GAP, "before the coverage begins")
    has_open_tasks = facts.open_tasks > 0 and not selection.has_final_rows
    unswept = _streams(coverage, lambda stream: _can_be_swept(stream, facts.now_at))
    lost = _streams(coverage, lambda stream: _has_expired(stream, stream.unread, facts.now_at))
    unconfirmed = _streams(coverage, lambda stream: _has_expired(stream, stream.unconfirmed, facts.now_at))
    streams_by_reason = {
        "not swept yet": unswept,
        "lost": lost,
        "never confirmed": unconfirmed - lost,
        "coverage begins on that day": _streams(coverage, _begins_within_the_day),
    }
    reasons = [f"{reason}: {_names(streams)}" for reason, streams in streams_by_reason.items() if streams]
    if has_open_tasks or unswept:
        state = DayState.PROVISIONAL
    else:
        state = DayState.GAP if reasons else DayState.COMPLETE
    return DayCompleteness(state, "; ".join([*(["tasks are open"] if has_open_tasks else []), *reasons]))


def _relevant(coverage: Iterable[StreamCoverage], day: Day) -> list[StreamCoverage]:
    """Without the streams whose coverage begins after `day`, and those retired before it."""
    return [
        stream
        for stream in coverage
        if (stream.begins_at is None or stream.begins_at < day.ended_at)
        and (stream.retired_at is None or stream.retired_at > day.started_at)
    ]


def _streams(coverage: Iterable[StreamCoverage], has_property: Callable[[StreamCoverage], bool]) -> set[str]:
    return {stream.stream for stream in coverage if has_property(stream)}


def _names(streams: Collection[str]) -> str:
    first, rest = sorted(streams)[:_NAMED_STREAMS], len(streams) - _NAMED_STREAMS
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


def _can_be_swept(stream: StreamCoverage, now_at: datetime) -> bool:
    """Whether a later run can still confirm an unconfirmed part of the day."""
    readable_since = _readable_since(stream, now_at)
    return any(readable_since is None or part.end > readable_since for part in stream.unconfirmed)


def _has_expired(stream: StreamCoverage, parts: Iterable[Interval], now_at: datetime) -> bool:
    """Whether any of `parts`, after the stream's coverage begins, can no longer be read."""
    readable_since, begins_at = _readable_since(stream, now_at), stream.begins_at
    return readable_since is not None and any(
        part.start < readable_since and (begins_at is None or part.end > begins_at) for part in parts
    )


def _begins_within_the_day(stream: StreamCoverage) -> bool:
    """Whether an unread part of the day is before the stream's coverage begins."""
    return stream.begins_at is not None and any(part.start < stream.begins_at for part in stream.unread)


def _readable_since(stream: StreamCoverage, now_at: datetime) -> datetime | None:
    """Tasks created before this instant can no longer be read; None if there is no known limit."""
    limit = None if stream.retention is None else now_at - stream.retention
    return max(filter(None, (limit, stream.begins_at)), default=None)
