"""Compares the database with the simulator's truth, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncer.simulator import LIST_NAMES, Simulator, TrueTask
from tests.support.analyst_database import AnalystDatabase
from tests.support.expected_rows import Row, expected_row

Key = tuple[str, str, str]

#: So many differences are shown.
_SHOWN = 12
#: What a version tells of its state.
_OF_A_VERSION = (
    *("name", "task_type", "status", "provider_status", "started_at", "finished_at"),
    *("provider_updated_at", "progress_done", "progress_total", "resource_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What the API itself makes impossible to know."""

    #: Lists whose ended tasks may stand as `finished`, because nothing tells how they ended.
    untold: frozenset[str] = frozenset()
    #: How long before it leaves its list a task may end, or be met for the first time, too late for anyone to
    #: be sure that a list of the failed would still have shown it.
    leaving: timedelta = timedelta(0)


@dataclass(slots=True)
class Verdict:
    """What a comparison of so many tasks found: `differences` must be empty."""

    tasks: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, difference: str) -> None:
        self.differences.append(difference)

    def check(self) -> None:
        shown = "\n".join(self.differences[:_SHOWN])
        assert not self.differences, f"{len(self.differences)} differences:\n{shown}"


def compare(simulator: Simulator, ledger: AnalystDatabase, tolerance: Tolerance | None = None) -> Verdict:
    """How the database differs from what the lists show; the simulator must be frozen."""
    assert simulator.clock.is_frozen
    now = simulator.clock.now()
    allowed = tolerance or Tolerance()
    verdict = Verdict()
    found = {_key(row): row for row in ledger.rows("select * from reporting.tasks")}
    versions = _versions(ledger)
    for name in LIST_NAMES:
        tasks = list(simulator.true_tasks(name, now=now))
        tells = name not in allowed.untold and _shows_a_failure(name, tasks, now)
        for task in tasks:
            key = (name, task.region or "global", task.task_id)
            row = found.pop(key, None)
            if task.is_visible(now):
                is_told = tells and not _is_leaving(task, now, allowed)
                _compare_task(verdict, name, task, row, is_told=is_told)
            if row is not None:
                _compare_versions(verdict, name, task, versions.pop(key, []))
                verdict.tasks += 1
    for key in found:
        verdict.add(f"{key} is no task that there ever was")
    for key in versions:
        verdict.add(f"{key} has versions and is no task")
    return verdict


def _key(row: Row) -> Key:
    return row["source"], row["region"], row["task_id"]


def _versions(ledger: AnalystDatabase) -> dict[Key, list[Row]]:
    versions: dict[Key, list[Row]] = {}
    for row in ledger.rows("select * from reporting.task_versions order by task_key, version"):
        versions.setdefault(_key(row), []).append(row)
    return versions


# Current states


def _shows_a_failure(name: str, tasks: list[TrueTask], now: datetime) -> bool:
    """Whether the list shows a failed task: a filter that never finds one has not proved itself."""
    shown = (expected_row(name, task, task.states[-1]) for task in tasks if task.is_visible(now))
    return any(row["status"] == "failed" for row in shown)


def _is_leaving(task: TrueTask, now: datetime, allowed: Tolerance) -> bool:
    return task.visible_until is not None and task.visible_until - now < allowed.leaving


def _compare_task(verdict: Verdict, name: str, task: TrueTask, row: Row | None, *, is_told: bool) -> None:
    state = task.states[-1]
    if row is None:
        verdict.add(f"{name} {task.task_id} is missing: created {task.created_at}, {state.status}")
        return
    wanted = expected_row(name, task, state)
    if not is_told and row["status"] == "finished" and not state.is_open:
        wanted["status"] = "finished"
    if name.startswith("mps") and row["status"] == "failed":
        _expect_error(wanted, state.detail, row)
    for column, value in wanted.items():
        if row[column] != value:
            verdict.add(f"{name} {task.task_id}: {column} is {row[column]!r} and was {value!r}")


def _expect_error(wanted: Row, detail: Row, row: Row) -> None:
    """A call by id tells more than the list, where there was one."""
    if row["error_code"] is not None:
        wanted["error_code"], wanted["error_message"] = first_error(detail)


def first_error(detail: object) -> tuple[str | None, str | None]:
    """Code and message of the first failed part of an answer of DescribeTaskDetail."""
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


def _compare_versions(verdict: Verdict, name: str, task: TrueTask, versions: list[Row]) -> None:
    """Each observed state stands once and in order, and was true once."""
    label = f"{name} {task.task_id}"
    if [row["version"] for row in versions] != list(range(1, len(versions) + 1)):
        verdict.add(f"{label}: its versions are {[row['version'] for row in versions]}")
    if [row["is_current"] for row in versions] != [False] * (len(versions) - 1) + [True]:
        verdict.add(f"{label}: not its last version is the current one")
    _compare_instants(verdict, label, versions)
    states = [expected_row(name, task, state) for state in task.states]
    place = 0
    for before, row in zip([None, *versions], versions, strict=False):
        if before is not None and _visible(before) == _visible(row):
            verdict.add(f"{label}: version {row['version']} repeats {_visible(row)}")
        fits = [at for at, state in enumerate(states) if at >= place and _is_of(row, state)]
        if not fits:
            verdict.add(f"{label}: version {row['version']} was never true, or not then: {_visible(row)}")
            return
        # Only a state that was not told whole can stand once more: when it was.
        place = fits[0] if row["status"] == "finished" else fits[0] + 1


def _compare_instants(verdict: Verdict, label: str, versions: list[Row]) -> None:
    last: datetime | None = None
    for row in versions:
        after, at = row["observed_after"], row["observed_at"]
        if (after is not None and after > at) or (last is not None and at < last):
            verdict.add(f"{label}: version {row['version']} was observed in ({after}, {at}], after {last}")
        last = at


def _visible(row: Row) -> Row:
    return {column: row[column] for column in (*_OF_A_VERSION, "error_code", "error_message")}


def _is_of(row: Row, state: Row) -> bool:
    if row["status"] == "finished":
        state = {**state, "status": "finished" if state["status"] in ("succeeded", "failed") else "?"}
    return all(row[column] == state[column] for column in _OF_A_VERSION)
