"""Compares the database with the ground truth of the simulator, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncer.simulator import LIST_NAMES, Simulator, TrueTask
from tests.support.analyst_database import AnalystDatabase
from tests.support.expected_rows import Row, expected_row

Key = tuple[str, str, str]

#: The number of differences that a failure shows.
_SHOWN = 12
#: Columns of a version that are compared with its true state.
_VERSION_COLUMNS = (
    *("name", "task_type", "status", "provider_status", "started_at", "finished_at"),
    *("provider_updated_at", "progress_done", "progress_total", "resource_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Differences that are allowed, because the API makes the truth impossible to know."""

    #: Lists whose ended tasks may have the status `finished`, because their outcome is unknown.
    unknown_outcomes: frozenset[str] = frozenset()
    #: A task that ends, or is first listed, less than this before it leaves its list may be `finished`, too:
    #: the list of failed tasks may no longer have shown it.
    leaving_within: timedelta = timedelta(0)


@dataclass(slots=True)
class Comparison:
    """The result of a comparison: the number of tasks, and the differences, of which there must be none."""

    tasks: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, difference: str) -> None:
        self.differences.append(difference)

    def assert_equal(self) -> None:
        shown = "\n".join(self.differences[:_SHOWN])
        assert not self.differences, f"{len(self.differences)} differences:\n{shown}"


def compare(
    simulator: Simulator, database: AnalystDatabase, tolerance: Tolerance | None = None
) -> Comparison:
    """Compare the database with what the lists show; return the differences. The simulator must be frozen."""
    assert simulator.clock.is_frozen
    now = simulator.clock.now()
    allowed = tolerance or Tolerance()
    comparison = Comparison()
    rows = {_key(row): row for row in database.rows("select * from reporting.tasks")}
    versions = _versions(database)
    for name in LIST_NAMES:
        tasks = list(simulator.true_tasks(name, now=now))
        has_outcomes = name not in allowed.unknown_outcomes and _shows_a_failure(name, tasks, now)
        for task in tasks:
            key = (name, task.region or "global", task.task_id)
            row = rows.pop(key, None)
            if task.is_visible(now):
                has_outcome = has_outcomes and not _is_leaving(task, now, allowed)
                _compare_task(comparison, name, task, row, has_outcome=has_outcome)
            if row is not None:
                _compare_versions(comparison, name, task, versions.pop(key, []))
                comparison.tasks += 1
    for key in rows:
        comparison.add(f"{key} is not a task of the simulator")
    for key in versions:
        comparison.add(f"{key} has versions, but no task")
    return comparison


def _key(row: Row) -> Key:
    return row["source"], row["region"], row["task_id"]


def _versions(database: AnalystDatabase) -> dict[Key, list[Row]]:
    versions: dict[Key, list[Row]] = {}
    for row in database.rows("select * from reporting.task_versions order by task_key, version"):
        versions.setdefault(_key(row), []).append(row)
    return versions


# Current states


def _shows_a_failure(name: str, tasks: list[TrueTask], now: datetime) -> bool:
    """Whether the list shows a failed task: the filter for failures is trusted only once it has found one."""
    shown = (expected_row(name, task, task.states[-1]) for task in tasks if task.is_visible(now))
    return any(row["status"] == "failed" for row in shown)


def _is_leaving(task: TrueTask, now: datetime, allowed: Tolerance) -> bool:
    return task.visible_until is not None and task.visible_until - now < allowed.leaving_within


def _compare_task(
    comparison: Comparison, name: str, task: TrueTask, row: Row | None, *, has_outcome: bool
) -> None:
    state = task.states[-1]
    if row is None:
        comparison.add(f"{name} {task.task_id} is missing: created {task.created_at}, {state.status}")
        return
    expected = expected_row(name, task, state)
    if not has_outcome and row["status"] == "finished" and not state.is_open:
        expected["status"] = "finished"
    if name.startswith("mps") and row["status"] == "failed":
        _expect_error(expected, state.detail, row)
    if row["first_seen_at"] < task.created_at:
        comparison.add(f"{name} {task.task_id} was seen at {row['first_seen_at']}, before it was created")
    for column, value in expected.items():
        if row[column] != value:
            comparison.add(f"{name} {task.task_id}: {column} is {row[column]!r}, expected {value!r}")


def _expect_error(expected: Row, detail: Row, row: Row) -> None:
    """Expect the error of the detail response, where a detail call was made: the list shows no error."""
    if row["error_code"] is not None:
        expected["error_code"], expected["error_message"] = first_error(detail)


def first_error(detail: object) -> tuple[str | None, str | None]:
    """Code and message of the first failed part of a response of DescribeTaskDetail."""
    for part in _objects(detail):
        code = part.get("ErrCodeExt") or part.get("ErrCode")
        if code:
            return str(code), part["Message"]
    return None, None


def _objects(part: object) -> Iterator[Row]:
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


# History


def _compare_versions(comparison: Comparison, name: str, task: TrueTask, versions: list[Row]) -> None:
    """Check that the versions are true states, in their order, each once."""
    label = f"{name} {task.task_id}"
    if [row["version"] for row in versions] != list(range(1, len(versions) + 1)):
        comparison.add(f"{label}: its versions are {[row['version'] for row in versions]}")
    if [row["is_current"] for row in versions] != [False] * (len(versions) - 1) + [True]:
        comparison.add(f"{label}: the current version is not the last one")
    _compare_instants(comparison, label, versions)
    states = [expected_row(name, task, state) for state in task.states]
    next_state = 0
    for before, row in zip([None, *versions], versions, strict=False):
        if before is not None and _visible(before) == _visible(row):
            comparison.add(f"{label}: version {row['version']} repeats {_visible(row)}")
        matches = [at for at, state in enumerate(states) if at >= next_state and _is_of(row, state)]
        if not matches:
            comparison.add(
                f"{label}: version {row['version']} was not a true state at that point: {_visible(row)}"
            )
            return
        if row["observed_at"] < task.states[matches[0]].at:
            comparison.add(f"{label}: version {row['version']} was observed before it began")
        # Only a state without an outcome may occur again: with its outcome.
        next_state = matches[0] if row["status"] == "finished" else matches[0] + 1


def _compare_instants(comparison: Comparison, label: str, versions: list[Row]) -> None:
    last: datetime | None = None
    for row in versions:
        after, at = row["observed_after"], row["observed_at"]
        if (after is not None and after > at) or (last is not None and at < last):
            comparison.add(f"{label}: version {row['version']} was observed in ({after}, {at}], after {last}")
        last = at


def _visible(row: Row) -> Row:
    return {column: row[column] for column in (*_VERSION_COLUMNS, "error_code", "error_message")}


def _is_of(row: Row, state: Row) -> bool:
    if row["status"] == "finished":
        state = {**state, "status": "finished" if state["status"] in ("succeeded", "failed") else "?"}
    return all(row[column] == state[column] for column in _VERSION_COLUMNS)
