"""Durations of a source: defaults that fit any poll interval and retention, and conflicts between them."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from syncer.config.durations import write_duration
from syncer.config.problems import Problem
from syncer.config.toml_schema import SourceTable
from syncer.model import Facts

_POLL_EVERY = timedelta(minutes=1)
_SWEEP_EVERY = timedelta(hours=6)
_VISIBILITY_LAG = timedelta(seconds=5)
_LOOKBACK_MIN = timedelta(seconds=10)
_LOOKBACK_MAX = timedelta(days=1)


class Timing(TypedDict):
    """The durations of a model.Source."""

    poll_every: timedelta
    sweep_every: timedelta
    retention: timedelta | None
    detail_retention: timedelta | None
    visibility_lag: timedelta
    lookback_min: timedelta
    lookback_max: timedelta


def timing_of(table: SourceTable, facts: Facts) -> Timing:
    """The durations of a source: as configured, otherwise defaults that fit its other durations."""
    retention = table.retention or facts.retention
    poll_every = table.poll_every or _within(_POLL_EVERY, retention, 4)
    visibility_lag = _within(_VISIBILITY_LAG, retention, 10)
    lookback_max = table.lookback.max or _within(_LOOKBACK_MAX, retention, 2)
    lookback_min = min(_LOOKBACK_MIN, lookback_max)
    lookback_max = max(lookback_max, table.lookback.min or lookback_min)
    return Timing(
        poll_every=poll_every,
        # Several sweeps within the retention, so that tasks that polls missed are found in time.
        sweep_every=table.sweep_every or max(poll_every, _within(_SWEEP_EVERY, retention, 4)),
        retention=retention,
        detail_retention=table.detail_retention or _shorter(facts.detail_retention, retention),
        visibility_lag=visibility_lag if table.visibility_lag is None else table.visibility_lag,
        lookback_min=lookback_min if table.lookback.min is None else table.lookback.min,
        lookback_max=lookback_max,
    )


def timing_problems(table: SourceTable, facts: Facts, place: str) -> list[Problem]:
    """Conflicts between the durations of a source."""
    timing = timing_of(table, facts)
    problems = []
    if timing["sweep_every"] < timing["poll_every"]:
        least = write_duration(timing["poll_every"])
        problems.append(Problem(f"{place}.sweep_every", f'write "{least}" (poll_every) or more'))
    if table.lookback.min and table.lookback.max and table.lookback.min > table.lookback.max:
        problems.append(Problem(f"{place}.lookback", "write a min that is not longer than max"))
    return problems + _retention_problems(timing, place)


def _retention_problems(timing: Timing, place: str) -> list[Problem]:
    retention = timing["retention"]
    if retention is None:
        return []
    shown = write_duration(retention)
    problems = []
    if timing["poll_every"] * 2 > retention:
        most = write_duration(retention / 2)
        message = f'write "{most}" or less: two polls must fit into {shown} (retention)'
        problems.append(Problem(f"{place}.poll_every", message))
    if timing["visibility_lag"] >= retention:
        message = f"write less than {shown}, for which the list shows a task (retention)"
        problems.append(Problem(f"{place}.visibility_lag", message))
    return problems


def _within(default: timedelta, retention: timedelta | None, share: int) -> timedelta:
    return default if retention is None else min(default, retention / share)


def _shorter(detail: timedelta | None, retention: timedelta | None) -> timedelta | None:
    if detail is None or retention is None:
        return detail
    return min(detail, retention)
