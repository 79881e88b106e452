"""Plan of one run: its mode, its boundary, its scans, and the calls by id for open tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncer.model import Checkpoint, Facts, Listing, Mode, OpenTask, Role, Run, Source, StreamState
from syncer.planning.coverage import ceiling
from syncer.planning.order import Boundary
from syncer.planning.scans import Scan

#: The span of creation times that one scan reads, where the API can filter on them.
WINDOW = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: How many times a failed sweep may be retried before the next one is due.
SWEEP_RETRIES = 12
#: A checkpoint older than this is dropped: its cursor may have expired.
CURSOR_AGE = timedelta(minutes=30)


def lookback(state: StreamState, source: Source) -> timedelta:
    """How far before the end of coverage a poll reads again, to find tasks that were listed late."""
    return min(max(state.lookback or source.lookback_min, source.lookback_min), source.lookback_max)


def next_mode(wanted: Mode, state: StreamState) -> Mode:
    """`wanted`, or a sweep if no sweep was ever complete.

    A late poll stays a poll: it reads back to the end of the coverage, and claims no more than it can prove.
    A sweep would multiply the requests just when the provider is available again.
    """
    return Mode.SWEEP if state.first_sweep_at is None or state.last_run_at is None else wanted


def is_late(state: StreamState, source: Source, now: datetime) -> bool:
    """Whether the last complete run was longer ago than the lookback and two poll intervals."""
    return state.last_run_at is None or now - state.last_run_at > (
        lookback(state, source) + 2 * source.poll_every
    )


def is_sweep_due(state: StreamState, source: Source, now: datetime, failed_at: datetime | None) -> bool:
    """Whether a sweep is due at `now`. After a failed sweep, some polls come before the next attempt."""
    if failed_at is not None and now - failed_at < source.sweep_every / SWEEP_RETRIES:
        return False
    return state.last_sweep_at is None or now - state.last_sweep_at >= source.sweep_every


def drop_stale_checkpoint(run: Run, now: datetime) -> Run:
    """`run`, without its checkpoint and with the start `now` if the checkpoint is older than CURSOR_AGE."""
    if run.checkpoint is None or now - run.checkpoint.saved_at <= CURSOR_AGE:
        return run
    return replace(run, started_at=now, checkpoint=None)


def can_resume(scan: Scan, checkpoint: Checkpoint, facts: Facts) -> bool:
    """Whether `scan` may go on at the checkpoint's cursor.

    Offsets and page numbers mean other rows after a pause. Lists of open tasks are short-lived: a task may
    have moved on into one that was read already.
    """
    return (
        checkpoint.scan == scan.name
        and checkpoint.cursor is not None
        and facts.paging.is_resumable
        and scan.listing.role is Role.PRIMARY
    )


def claimed_frontier(state: StreamState, source: Source) -> datetime | None:
    """The creation time back to which a run has read that has read every list back to the boundary.

    None before the first complete sweep.
    """
    limit = boundary(state, source)
    if limit is None:
        return None
    if source.retention is None:
        # The coverage may end long before the last run, if that run could not prove how far back it read.
        return max(limit.created_at, limit.changed_at)
    return limit.created_at


def covered_end(state: StreamState, source: Source) -> datetime | None:
    """The end of the coverage; None before the first complete sweep."""
    if state.polled:
        return state.polled[-1].end
    return state.first_sweep_at and ceiling(state.first_sweep_at, source.visibility_lag)


def boundary(state: StreamState, source: Source) -> Boundary | None:
    """How far back a poll must read; None before the first complete sweep."""
    end = covered_end(state, source)
    if end is None or state.last_run_at is None:
        return None
    back = lookback(state, source)
    return Boundary(created_at=end - back, changed_at=state.last_run_at - back - source.visibility_lag)


def plan_scans(
    facts: Facts, mode: Mode, limit: Boundary | None, started_at: datetime, retention: timedelta | None
) -> tuple[Scan, ...]:
    """The scans of a run, in the order in which they must be made.

    Where the PRIMARY list shows ended tasks only, the OPEN lists come before it, in lifecycle order: else a
    task that changes its list during the run may be missed. Where it shows all tasks, the OPEN lists are only
    one way to find open tasks, see `open_scans`.
    """
    reads_to_end = mode is Mode.SWEEP or limit is None
    scans: list[Scan] = []
    for listing in facts.lists:
        if listing.role is Role.OPEN and primary_shows_open(facts):
            continue
        if listing.role is Role.PRIMARY and facts.has_windows:
            since = _window_start(limit, started_at, retention, reads_to_end=reads_to_end)
            scans += _windows(listing, since, started_at, is_open_start=reads_to_end)
        else:
            scans.append(Scan(listing=listing, reads_to_end=reads_to_end or listing.role is Role.OPEN))
    return tuple(scans)


def primary_shows_open(facts: Facts) -> bool:
    """Whether the PRIMARY list shows tasks that are still open."""
    return any(listing.role is Role.PRIMARY and not listing.terminal for listing in facts.lists)


def last_open_list(facts: Facts) -> Listing | None:
    """The last OPEN list: open tasks that no list has shown after it have ended. None without OPEN lists."""
    return next((listing for listing in reversed(facts.lists) if listing.role is Role.OPEN), None)


def _window_start(
    limit: Boundary | None, now: datetime, retention: timedelta | None, *, reads_to_end: bool
) -> datetime | None:
    if reads_to_end or limit is None:
        return now - retention if retention else None
    return limit.created_at


def _windows(
    listing: Listing, since: datetime | None, now: datetime, *, is_open_start: bool
) -> Iterable[Scan]:
    """Windows from `since` on; the last has no end, and the first one of a sweep has no start.

    Both ends of a window are inclusive, so adjacent windows share one second. The edges between windows are
    whole multiples of WINDOW, so that a resumed run has the same windows.
    """
    edges = [] if since is None else _multiples(since, now)
    starts = [None if is_open_start else since, *edges]
    for start, end in zip(starts, [*edges, None], strict=True):
        yield Scan(listing=listing, reads_to_end=True, created_from=start, created_to=end)


def _multiples(since: datetime, now: datetime) -> list[datetime]:
    first = since - (since - _EPOCH) % WINDOW + WINDOW
    return [first + n * WINDOW for n in range(max(0, -((first - now) // WINDOW)))]


def open_scans(facts: Facts) -> tuple[Scan, ...]:
    """The scans that show every open task by its status, where `plan_scans` does not contain them."""
    if not primary_shows_open(facts):
        return ()
    return tuple(
        Scan(listing=listing, reads_to_end=True) for listing in facts.lists if listing.role is Role.OPEN
    )


def ended_scans(facts: Facts) -> tuple[Scan, ...]:
    """The scans that show every ended task and its outcome."""
    return tuple(
        Scan(listing=listing, reads_to_end=True) for listing in facts.lists if listing.role is not Role.OPEN
    )


def ids_by_age(tasks: Iterable[OpenTask]) -> list[str]:
    """Ids of open tasks, oldest first: these leave the provider's window first."""
    return [t.task_id for t in sorted(tasks, key=lambda t: (t.created_at or t.first_seen_at, t.task_id))]


def can_ask_by_id(task: OpenTask, facts: Facts, retention: timedelta | None, now: datetime) -> bool:
    """Whether a call by id can still return `task`."""
    if not facts.ids_per_request:
        return False
    return retention is None or (task.created_at or task.first_seen_at) > now - retention
