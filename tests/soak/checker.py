"""Holds the database against what the simulator has really shown, also of tasks that are long gone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, LiteralString

from syncer.planning.scans import shown_from
from syncer.simulator import LIST_NAMES
from tests.soak.driver import Driver
from tests.soak.simulator_client import ShownTask
from tests.soak.totals import Faulty
from tests.support.analyst_database import AnalystDatabase
from tests.support.expected_rows import expected_row
from tests.support.ground_truth_check import Tolerance, compare

Row = dict[str, Any]

#: How exactly the instants of the database and of the simulator can be compared.
_SLACK = timedelta(milliseconds=300)
#: So long after it left the list an open task must be marked: by what is known of the provider's clock.
_GONE = timedelta(seconds=5)
#: What tells one state of a task from the others.
_OF_A_STATE = ("provider_status", "started_at", "finished_at", "provider_updated_at", "progress_done")

_RUNS: LiteralString = """
select s.name, t.region, r.mode, r.begun_at, r.ended_at
from sync.runs r join sync.streams t using (stream_id) join sync.sources s using (source_id)
where r.status = 'succeeded' order by r.ended_at
"""
_STREAMS: LiteralString = """
select s.name, t.region, t.polled, t.swept from sync.streams t join sync.sources s using (source_id)
"""
_DOUBLES: LiteralString = """
select source, task_id, count(*) as rows from reporting.tasks group by source, task_id having count(*) > 1
"""
#: When the run that marked a task as lost ended, by task.
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
#: Tasks that stand there in more than one state, marks aside.
_MOVED: LiteralString = """
select count(distinct task_key) from reporting.task_versions where version > 1 and changed_fields <> 'lost_at'
"""
_COUNTERS: LiteralString = """
select sum(inserted) as inserted, sum(updated) as updated, sum(rejected) as rejected,
    sum(lost) as marked, count(*) filter (where ended_at is null or ended_at < begun_at) as endless,
    count(*) filter (where status = 'running') as running,
    count(*) filter (where status = 'succeeded') as good
from sync.runs
"""


class Unmarked:
    """The ledger, without the versions that tell of a task only that it left unseen, or was seen again."""

    def __init__(self, ledger: AnalystDatabase) -> None:
        self._ledger = ledger

    def rows(self, query: LiteralString, *values: object) -> list[Row]:
        rows = self._ledger.rows(query, *values)
        return list(_unmarked(rows)) if "task_versions" in query else rows


def _unmarked(versions: list[Row]) -> Iterator[Row]:
    """`versions` of many tasks, each task's one after the other, numbered as if marks were none."""
    for _, group in groupby(versions, key=lambda row: row["task_key"]):
        each = list(group)
        kept = [row for row in each if row["changed_fields"] != "lost_at"]
        is_whole = [row["version"] for row in each] == list(range(1, len(each) + 1))
        for number, row in enumerate(kept, start=1):
            is_current = row is kept[-1] and each[-1]["is_current"]
            yield {**row, "version": number if is_whole else row["version"], "is_current": is_current}


@dataclass(frozen=True, slots=True)
class Window:
    """A run that ended well, on the simulator's clock."""

    begun_at: datetime
    ended_at: datetime
    is_sweep: bool

    def lies_in(self, task: ShownTask) -> bool:
        """Whether the list showed `task` from before the run until after it."""
        until = task.visible_until
        return task.visible_from + _SLACK <= self.begun_at and (
            until is None or self.ended_at <= until - _SLACK
        )


class Checker:
    """Judges one settled world."""

    def __init__(self, driver: Driver) -> None:
        self.world, self.remote, self.ledger = driver.world, driver.remote, driver.ledger
        self.tally, self.timeline = driver.tally, driver.timeline
        self.faulty = Faulty()
        self.now = self.remote.clock.now()

    def judge(self) -> Faulty:
        """Everything that is not as promised."""
        self._compare()
        self._check_counters()
        self._check_tasks()
        self.tally.count(self.faulty)
        return self.faulty

    def _compare(self) -> None:
        """What is visible now stands there as it is; every version was true once, in order."""
        retention = self.world.retention
        leaving = shown_from(retention, self.now) - (self.now - retention) + _SLACK
        tolerance = Tolerance(unknown_outcomes=self.world.untold, leaving_within=leaving)
        verdict = compare(self.remote, Unmarked(self.ledger), tolerance)  # type: ignore[arg-type]
        for difference in verdict.differences:
            (self.faulty.lost if " is missing: " in difference else self.faulty.wrong).append(difference)
        self.tally.tasks += verdict.tasks
        self.tally.moved += self.ledger.value(_MOVED)

    def _check_counters(self) -> None:
        """What runs say that they did is what was done, and none is left over."""
        self.faulty.duplicated += [f"{row} stands there more than once" for row in self.ledger.rows(_DOUBLES)]
        [counted] = self.ledger.rows(_COUNTERS)
        versions = self.ledger.value("select count(*) from sync.task_versions")
        if counted["inserted"] != self.ledger.count_tasks():
            self.faulty.wrong.append(
                f"{self.ledger.count_tasks()} tasks, but {counted['inserted']} were inserted"
            )
        changes = counted["updated"] + counted["marked"]
        if changes < versions:
            self.faulty.wrong.append(f"{versions} versions, but {changes} updates and marks")
        if counted["rejected"] or counted["endless"] or counted["running"]:
            self.faulty.wrong.append(f"runs: {counted}")
        self.tally.runs += counted["good"]
        self.tally.versions += versions

    def _check_tasks(self) -> None:
        rows = {(row["source"], row["region"], row["task_id"]): row for row in self._rows()}
        streams = {(row["name"], row["region"]): row for row in self.ledger.rows(_STREAMS)}
        windows = self._windows()
        gaps = self.ledger.rows("select * from reporting.coverage_gaps")
        marks = {
            (row["name"], row["region"], row["task_id"]): row["ended_at"] for row in self.ledger.rows(_MARKS)
        }
        for name in LIST_NAMES:
            for task in self.remote.true_tasks(name):
                if task.visible_from > self.now:
                    # The world stood still before the list could show it; syncer's clock went on.
                    continue
                place = (name, task.region or "global")
                row = rows.get((*place, task.task_id))
                self._check_shown(name, task, row, windows.get(place, []))
                self._check_coverage(name, task, row, streams[place])
                if row is None:
                    self._check_gap(name, task, streams[place], gaps)
                else:
                    self._check_mark(name, task, row, marks.get((*place, task.task_id)))

    def _rows(self) -> list[Row]:
        return self.ledger.rows("select * from reporting.tasks")

    def _windows(self) -> dict[tuple[str, str], list[Window]]:
        windows: dict[tuple[str, str], list[Window]] = {}
        simulated = self.timeline.simulated
        for row in self.ledger.rows(_RUNS):
            window = Window(simulated(row["begun_at"]), simulated(row["ended_at"]), row["mode"] == "sweep")
            windows.setdefault((row["name"], row["region"]), []).append(window)
        return windows

    # One task

    def _check_shown(self, name: str, task: ShownTask, row: Row | None, windows: list[Window]) -> None:
        """What was on show during a whole run was read, no less far than it had come when the run began."""
        window = next(reversed(list(self._telling(name, task, windows))), None)
        if window is None:
            return
        self.tally.shown += 1
        state = bisect_left([state.at for state in task.states], window.begun_at) - 1
        if row is None:
            self.faulty.lost.append(
                f"{name} {task.task_id} was shown from {task.visible_from} and during {window}"
            )
            return
        left = [expected_row(name, task, each) for each in task.states[max(state, 0) :]]  # type: ignore[arg-type]
        if not any(all(row[column] == each[column] for column in _OF_A_STATE) for each in left):
            was = {column: row[column] for column in _OF_A_STATE}
            self.faulty.wrong.append(
                f"{name} {task.task_id} stands as {was}, and was beyond that in {window}"
            )

    def _telling(self, name: str, task: ShownTask, windows: list[Window]) -> Iterator[Window]:
        """The runs that had to show `task`: polls, too, unless they could not know."""
        polls_tell = self.world.is_punctual and not (name == "aiccs" and self.world.change_after_end_rate)
        return (each for each in windows if (each.is_sweep or polls_tell) and each.lies_in(task))

    def _check_coverage(self, name: str, task: ShownTask, row: Row | None, stream: Row) -> None:
        """What counts as read is there."""
        is_swept = any(task.created_at in interval for interval in stream["swept"])
        is_polled = any(task.created_at in interval for interval in stream["polled"])
        self.tally.confirmed += is_swept
        if row is None and (is_swept or (is_polled and self.world.is_punctual)):
            grade = "swept" if is_swept else "polled"
            shown = f"{task.visible_from} to {task.visible_until}"
            self.faulty.lost.append(
                f"{name} {task.task_id} of {task.created_at} is {grade} and missing ({shown})"
            )

    def _check_gap(self, name: str, task: ShownTask, stream: Row, gaps: list[Row]) -> None:
        """What came and went unread is in a hole that is told, once there is any coverage."""
        is_after = bool(stream["polled"]) and task.created_at >= stream["polled"][0].lower
        if task.is_visible(self.now) or not is_after or not self.world.is_punctual:
            return
        for gap in gaps:
            at = (gap["source"], gap["region"])
            is_within = gap["started_at"] <= task.created_at < gap["ended_at"]
            if at == (name, task.region or "global") and is_within:
                self.tally.in_gaps += 1
                return
        self.faulty.lost.append(f"{name} {task.task_id} of {task.created_at} is missing, and in no gap")

    def _check_mark(self, name: str, task: ShownTask, row: Row, marked_at: datetime | None) -> None:
        """An open task that left unseen is marked, and no other."""
        until = task.visible_until
        self.tally.marked += row["is_lost"]
        if row["is_open"] and not row["is_lost"] and until is not None and until < self.now - _GONE:
            self.faulty.wrong.append(f"{name} {task.task_id} left at {until}, is open and not marked as lost")
        if marked_at is not None:
            known_at = self.timeline.simulated(marked_at)
            if until is None or known_at + _SLACK < until:
                self.faulty.wrong.append(
                    f"{name} {task.task_id} was marked by {known_at}, and left at {until}"
                )
