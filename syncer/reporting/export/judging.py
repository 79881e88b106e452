"""Whether a day can still change, and why. Pure: what is known of the day is passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syncer.model import Interval
from syncer.reporting.export.days import Day
from syncer.reporting.export.values import By, Cover, DayFacts, Selection

#: How long after it was observed a row may be stored: batches are committed by their age, and a database
#: that was away is waited for.
_SETTLING = timedelta(minutes=15)
#: So many streams are named; the status tells of the others.
_NAMES = 3


class State(StrEnum):
    """What may be expected of a day's rows."""

    #: Nothing known can change them any more.
    COMPLETE = "complete"
    #: The same, but some tasks may never have been seen, and nothing can be read any more.
    GAP = "gap"
    #: They may still change, or become more.
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a day can be relied on, and for people: what it lacks."""

    state: State
    reason: str = ""


def judge(selection: Selection, day: Day, facts: DayFacts) -> Verdict:
    """What may be expected of the rows of `day` that `selection` names."""
    is_by_creation = selection.by is By.CREATED
    if facts.now_at < day.ended_at + (timedelta(0) if is_by_creation else _SETTLING):
        return Verdict(State.PROVISIONAL, "not over yet")
    # What was observed on a day does not depend on what was read of that day's creations.
    covers = _concerned(facts.covers, day) if is_by_creation else []
    if is_by_creation and not covers:
        return Verdict(State.GAP, "before anything was read")
    is_moving = facts.open_tasks > 0 and not selection.has_final_rows
    awaited = _named(covers, lambda cover: _awaited(cover, facts.now_at))
    lost = _named(covers, lambda cover: _forgotten(cover, cover.unread, facts.now_at))
    doubtful = _named(covers, lambda cover: _forgotten(cover, cover.unconfirmed, facts.now_at)) - lost
    begun = _named(covers, _begins_within)
    told = {"not swept yet": awaited, "lost": lost, "never confirmed": doubtful, "read from within it": begun}
    reasons = [f"{word}: {_some(names)}" for word, names in told.items() if names]
    state = State.PROVISIONAL if is_moving or awaited else State.GAP if reasons else State.COMPLETE
    return Verdict(state, "; ".join([*(["tasks are open"] if is_moving else []), *reasons]))


def _concerned(covers: Iterable[Cover], day: Day) -> list[Cover]:
    """Without the streams that begin only after `day` or ended before it: nobody promised to read it."""
    return [
        cover
        for cover in covers
        if (cover.begins_at is None or cover.begins_at < day.ended_at)
        and (cover.retired_at is None or cover.retired_at > day.started_at)
    ]


def _named(covers: Iterable[Cover], is_meant: Callable[[Cover], bool]) -> set[str]:
    return {cover.stream for cover in covers if is_meant(cover)}


def _some(names: Collection[str]) -> str:
    first, rest = sorted(names)[:_NAMES], len(names) - _NAMES
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


def _awaited(cover: Cover, now_at: datetime) -> bool:
    """Whether a later run may still tell something of the day."""
    horizon = _horizon(cover, now_at)
    return any(horizon is None or part.end > horizon for part in cover.unconfirmed)


def _forgotten(cover: Cover, parts: Iterable[Interval], now_at: datetime) -> bool:
    """Whether any of `parts`, since the stream's coverage begins, can never be read again."""
    horizon, begins_at = _horizon(cover, now_at), cover.begins_at
    return horizon is not None and any(
        part.start < horizon and (begins_at is None or part.end > begins_at) for part in parts
    )


def _begins_within(cover: Cover) -> bool:
    """Whether a part of the day was before anything that was promised to be read."""
    return cover.begins_at is not None and any(part.start < cover.begins_at for part in cover.unread)


def _horizon(cover: Cover, now_at: datetime) -> datetime | None:
    """Creation times before it are out of reach; None where nobody knows of any."""
    shown_since = None if cover.retention is None else now_at - cover.retention
    return max(filter(None, (shown_since, cover.begins_at)), default=None)
