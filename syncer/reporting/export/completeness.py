"""Whether a day can still change, and why. Pure: what is known of the day is passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syncer.model import Interval
from syncer.reporting.export.days import Day
from syncer.reporting.export.types import DayBasis, DayFacts, Selection, StreamCoverage

#: How long after it was observed a row may be stored: batches are committed by their age, and a database
#: that was away is waited for.
_SETTLING = timedelta(minutes=15)
#: So many streams are named; the status tells of the others.
_NAMES = 3


class Finality(StrEnum):
    """What may be expected of a day's rows."""

    #: Nothing known can change them any more.
    COMPLETE = "complete"
    #: The same, but some tasks may never have been seen, and nothing can be read any more.
    GAP = "gap"
    #: They may still change, or become more.
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class DayState:
    """How far a day can be relied on, and for people: what it lacks."""

    state: Finality
    reason: str = ""


def day_state(selection: Selection, day: Day, facts: DayFacts) -> DayState:
    """What may be expected of the rows of `day` that `selection` names."""
    is_by_creation = selection.by is DayBasis.CREATED
    if facts.now_at < day.ended_at + (timedelta(0) if is_by_creation else _SETTLING):
        return DayState(Finality.PROVISIONAL, "not over yet")
    # What was observed on a day does not depend on what was read of that day's creations.
    coverage = _concerned(facts.coverage, day) if is_by_creation else []
    if is_by_creation and not coverage:
        return DayState(Finality.GAP, "before anything was read")
    is_moving = facts.open_tasks > 0 and not selection.has_final_rows
    awaited = _named(coverage, lambda stream_coverage: _awaited(stream_coverage, facts.now_at))
    lost = _named(
        coverage, lambda stream_coverage: _forgotten(stream_coverage, stream_coverage.unread, facts.now_at)
    )
    doubtful = (
        _named(
            coverage,
            lambda stream_coverage: _forgotten(stream_coverage, stream_coverage.unconfirmed, facts.now_at),
        )
        - lost
    )
    begun = _named(coverage, _begins_within)
    told = {"not swept yet": awaited, "lost": lost, "never confirmed": doubtful, "read from within it": begun}
    reasons = [f"{word}: {_some(names)}" for word, names in told.items() if names]
    state = Finality.PROVISIONAL if is_moving or awaited else Finality.GAP if reasons else Finality.COMPLETE
    return DayState(state, "; ".join([*(["tasks are open"] if is_moving else []), *reasons]))


def _concerned(coverage: Iterable[StreamCoverage], day: Day) -> list[StreamCoverage]:
    """Without the streams that begin only after `day` or ended before it: nobody promised to read it."""
    return [
        stream_coverage
        for stream_coverage in coverage
        if (stream_coverage.begins_at is None or stream_coverage.begins_at < day.ended_at)
        and (stream_coverage.retired_at is None or stream_coverage.retired_at > day.started_at)
    ]


def _named(coverage: Iterable[StreamCoverage], is_meant: Callable[[StreamCoverage], bool]) -> set[str]:
    return {stream_coverage.stream for stream_coverage in coverage if is_meant(stream_coverage)}


def _some(names: Collection[str]) -> str:
    first, rest = sorted(names)[:_NAMES], len(names) - _NAMES
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


def _awaited(stream_coverage: StreamCoverage, now_at: datetime) -> bool:
    """Whether a later run may still tell something of the day."""
    horizon = _horizon(stream_coverage, now_at)
    return any(horizon is None or part.end > horizon for part in stream_coverage.unconfirmed)


def _forgotten(stream_coverage: StreamCoverage, parts: Iterable[Interval], now_at: datetime) -> bool:
    """Whether any of `parts`, since the stream's coverage begins, can never be read again."""
    horizon, begins_at = _horizon(stream_coverage, now_at), stream_coverage.begins_at
    return horizon is not None and any(
        part.start < horizon and (begins_at is None or part.end > begins_at) for part in parts
    )


def _begins_within(stream_coverage: StreamCoverage) -> bool:
    """Whether a part of the day was before anything that was promised to be read."""
    return stream_coverage.begins_at is not None and any(
        part.start < stream_coverage.begins_at for part in stream_coverage.unread
    )


def _horizon(stream_coverage: StreamCoverage, now_at: datetime) -> datetime | None:
    """Creation times before it are out of reach; None where nobody knows of any."""
    shown_since = None if stream_coverage.retention is None else now_at - stream_coverage.retention
    return max(filter(None, (shown_since, stream_coverage.begins_at)), default=None)
