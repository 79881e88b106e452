"""Checks of the database against the ground truth, including tasks that have left their lists."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from syncer.planning.scans import shown_from
from syncer.simulator import LIST_NAMES
from tests.soak.driver import Driver
from tests.soak.simulator_client import RemoteTask
from tests.soak.totals import Violations
from tests.soak.unmarked_versions import WithoutMarks
from tests.support.expected_rows import expected_row
from tests.support.ground_truth_check import Tolerance, compare

Row = dict[str, Any]

#: Precision of comparisons between instants of the database and of the simulator.
_PRECISION = timedelta(milliseconds=300)
#: Time after a task left its list by which it must be marked; the provider's clock is known to seconds.
_MARK_DELAY = timedelta(seconds=5)
#: Columns that differ between the states of a task.
_STATE_COLUMNS = ("provider_status", "started_at", "finished_at", "provider_updated_at", "progress_done")

_RUNS: LiteralString = """
select s.name, t.region, r.mode, r.begun_at, r.ended_at
from sync.runs r join sync.streams t using (stream_id) join sync.sources s using (source_id)
where r.status = 'succeeded' order by r.ended_at
"""
_STREAMS: LiteralString = """
select s.name, t.region, t.polled, t.swept from sync.streams t join sync.sources s using (source_id)
"""
_DUPLICATES: LiteralString = """
select source, task_id, count(*) as rows from reporting.tasks group by source, task_id having count(*) > 1
"""
#: By task: the end of the run that marked it as lost.
_MARKS: LiteralString = """
select s.name, t.region, v.task_id, r.ended_at
from (
    select stream_id, task_id, run_id, lost_at, changed_fields from sync.tasks
    union all select stream_id, task_id, run_id, lost_at, changed_fields from sync.task_versions
) v
join sync.runs r using (run_id) join sync.streams t on t.stream_id = v.stream_id
join sync.sources s using (source_id)
where v.lost_at is not null and 'lost_at' = any(v.changed_fields)
"""
#: Number of tasks stored in more than one state, marks aside.
_CHANGED: LiteralString = """
select count(distinct task_key) from reporting.task_versions where version > 1 and changed_fields <> 'lost_at'
"""
_COUNTERS: LiteralString = """
select sum(inserted) as inserted, sum(updated) as updated, sum(rejected) as rejected,
    sum(lost) as marked, count(*) filter (where ended_at is null or ended_at < begun_at) as unended,
    count(*) filter (where status = 'running') as running,
    count(*) filter (where status = 'succeeded') as succeeded
from sync.runs
"""


@dataclass(frozen=True, slots=True)
class SuccessfulRun:
    """A successful run, by the simulator's clock."""

    begun_at: datetime
    ended_at: datetime
    is_sweep: bool

    def is_visible_throughout(self, task: RemoteTask) -> bool:
        """Whether the list showed `task` from before the run until after it."""
        until = task.visible_until
        return task.visible_from + _PRECISION <= self.begun_at and (
            until is None or self.ended_at <= until - _PRECISION
        )


class Checker:
    """Checks the database at the end of a scenario, while the simulator's clock is frozen."""

    def __init__(self, driver: Driver) -> None:
        self.scenario, self.simulator, self.database = driver.scenario, driver.simulator, driver.database
        self.totals, self.clock_offsets = driver.totals, driver.clock_offsets
        self.violations = Violations()
        self.now = self.simulator.clock.now()

    def check(self) -> Violations:
        """Run all checks, add their counts to the totals, and return the violations."""
        self._compare()
        self._check_counters()
        self._check_tasks()
        self.totals.count_violations(self.violations)
        return self.violations

    def _compare(self) -> None:
        """Check that visible tasks are stored in their state, and that each version was true once."""
        retention = self.scenario.retention
        leaving = shown_from(retention, self.now) - (self.now - retention) + _PRECISION
        tolerance = Tolerance(unknown_outcomes=self.scenario.lists_without_outcome, leaving_within=leaving)
        verdict = compare(self.simulator, WithoutMarks(self.database), tolerance)  # type: ignore[arg-type]
        for difference in verdict.differences:
            is_lost = " is missing: " in difference
            (self.violations.lost if is_lost else self.violations.wrong).append(difference)
        self.totals.tasks += verdict.tasks
        self.totals.changed += self.database.value(_CHANGED)

    def _check_counters(self) -> None:
        """Check that the counters of the runs equal the rows, and that no run is left unfinished."""
        self.violations.duplicated += [
            f"{row} is stored more than once" for row in self.database.rows(_DUPLICATES)
        ]
        [counts] = self.database.rows(_COUNTERS)
        versions = self.database.value("select count(*) from sync.task_versions")
        if counts["inserted"] != self.database.count_tasks():
            self.violations.wrong.append(
                f"{self.database.count_tasks()} tasks, but {counts['inserted']} were inserted"
            )
        changes = counts["updated"] + counts["marked"]
        if changes < versions:
            self.violations.wrong.append(f"{versions} versions, but {changes} updates and marks")
        if counts["rejected"] or counts["unended"] or counts["running"]:
            self.violations.wrong.append(f"runs: {counts}")
        self.totals.runs += counts["succeeded"]
        self.totals.versions += versions

    def _check_tasks(self) -> None:
        rows = {(row["source"], row["region"], row["task_id"]): row for row in self._rows()}
        streams = {(row["name"], row["region"]): row for row in self.database.rows(_STREAMS)}
        runs = self._successful_runs()
        gaps = self.database.rows("select * from reporting.coverage_gaps")
        marks = {
            (row["name"], row["region"], row["task_id"]): row["ended_at"]
            for row in self.database.rows(_MARKS)
        }
        for name in LIST_NAMES:
            for task in self.simulator.true_tasks(name):
                if task.visible_from > self.now:
                    # The simulator's clock was frozen before the list could show the task.
                    continue
                stream = (name, task.region or "global")
                row = rows.get((*stream, task.task_id))
                self._check_shown(name, task, row, runs.get(stream, []))
                self._check_coverage(name, task, row, streams[stream])
                if row is None:
                    self._check_gap(name, task, streams[stream], gaps)
                else:
                    self._check_mark(name, task, row, marks.get((*stream, task.task_id)))

    def _rows(self) -> list[Row]:
        return self.database.rows("select * from reporting.tasks")

    def _successful_runs(self) -> dict[tuple[str, str], list[SuccessfulRun]]:
        runs: dict[tuple[str, str], list[SuccessfulRun]] = {}
        simulated = self.clock_offsets.simulated
        for row in self.database.rows(_RUNS):
            run = SuccessfulRun(
                simulated(row["begun_at"]), simulated(row["ended_at"]), row["mode"] == "sweep"
            )
            runs.setdefault((row["name"], row["region"]), []).append(run)
        return runs

    # One task

    def _check_shown(self, name: str, task: RemoteTask, row: Row | None, runs: list[SuccessfulRun]) -> None:
        """Check that a task visible during a whole run is stored, in its state at the begin or later."""
        run = next(reversed(list(self._runs_that_show(name, task, runs))), None)
        if run is None:
            return
        self.totals.shown += 1
        index = bisect_left([state.at for state in task.states], run.begun_at) - 1
        if row is None:
            self.violations.lost.append(
                f"{name} {task.task_id} was shown from {task.visible_from} and during {run}"
            )
            return
        possible = [expected_row(name, task, state) for state in task.states[max(index, 0) :]]  # type: ignore[arg-type]
        if not any(all(row[column] == state[column] for column in _STATE_COLUMNS) for state in possible):
            stored = {column: row[column] for column in _STATE_COLUMNS}
            self.violations.wrong.append(
                f"{name} {task.task_id} is stored as {stored}, and was beyond that in {run}"
            )

    def _runs_that_show(
        self, name: str, task: RemoteTask, runs: list[SuccessfulRun]
    ) -> Iterator[SuccessfulRun]:
        """The runs that had to read `task`: sweeps, and polls unless their list hid it or its change."""
        polls_count = self.scenario.is_lag_within_limit and not (
            name == "aiccs" and self.scenario.change_after_end_rate
        )
        return (run for run in runs if (run.is_sweep or polls_count) and run.is_visible_throughout(task))

    def _check_coverage(self, name: str, task: RemoteTask, row: Row | None, stream: Row) -> None:
        """Check that a covered task is stored."""
        is_swept = any(task.created_at in interval for interval in stream["swept"])
        is_polled = any(task.created_at in interval for interval in stream["polled"])
        self.totals.confirmed += is_swept
        if row is None and (is_swept or (is_polled and self.scenario.is_lag_within_limit)):
            grade = "swept" if is_swept else "polled"
            shown = f"{task.visible_from} to {task.visible_until}"
            self.violations.lost.append(
                f"{name} {task.task_id} of {task.created_at} is {grade} and missing ({shown})"
            )

    def _check_gap(self, name: str, task: RemoteTask, stream: Row, gaps: list[Row]) -> None:
        """Check that a task that left its list unread is in a gap, after the begin of the coverage."""
        is_after = bool(stream["polled"]) and task.created_at >= stream["polled"][0].lower
        if task.is_visible(self.now) or not is_after or not self.scenario.is_lag_within_limit:
            return
        for gap in gaps:
            stream_of_gap = (gap["source"], gap["region"])
            is_within = gap["started_at"] <= task.created_at < gap["ended_at"]
            if stream_of_gap == (name, task.region or "global") and is_within:
                self.totals.in_gaps += 1
                return
        self.violations.lost.append(f"{name} {task.task_id} of {task.created_at} is missing, and in no gap")

    def _check_mark(self, name: str, task: RemoteTask, row: Row, marked_at: datetime | None) -> None:
        """Check that an open task that left its list unobserved is marked, and no other task."""
        until = task.visible_until
        self.totals.marked += row["is_lost"]
        if row["is_open"] and not row["is_lost"] and until is not None and until < self.now - _MARK_DELAY:
            self.violations.wrong.append(
                f"{name} {task.task_id} left at {until}, is open and not marked as lost"
            )
        if marked_at is not None:
            marked_by = self.clock_offsets.simulated(marked_at)
            if until is None or marked_by + _PRECISION < until:
                self.violations.wrong.append(
                    f"{name} {task.task_id} was marked by {marked_by}, and left at {until}"
                )
