"""How long a stream is not read because the vendor asked for a pause (Retry-After)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from syncer.model import OpenTask, Source, StreamState
from syncer.planning.run_plan import covered_end


def allowed_pause(
    requested: timedelta, state: StreamState, source: Source, open_tasks: Iterable[OpenTask], now: datetime
) -> timedelta:
    """The part of the `requested` pause that can be obeyed: at most half of the headroom.

    The headroom is the time until the oldest unread or open task leaves the list. Tasks that have outlived
    the retention do not count: no request can be early enough for them.
    """
    if source.retention is None:
        return requested
    forgotten = now - source.retention
    oldest = [task.created_at or task.first_seen_at for task in open_tasks]
    if end := covered_end(state, source):
        oldest.append(end)
    leaving = min((instant for instant in oldest if instant > forgotten), default=now)
    return min(requested, (leaving - forgotten) / 2)


def is_paused(state: StreamState, now: datetime) -> bool:
    """Whether the stream must not be read at `now`."""
    return state.paused_until is not None and now < state.paused_until
