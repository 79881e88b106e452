"""Check that every task whose creation time is covered is stored."""

from __future__ import annotations

from collections.abc import Iterable

from syncer.simulator import Simulator
from tests.support.analyst_database import AnalystDatabase

#: By stream: its coverage and its task ids, in one statement, so that both are of the same instant.
_COVERAGE = """
select s.name, t.region, t.polled + t.swept as covered,
    array(select k.task_id from sync.tasks k where k.stream_id = t.stream_id) as task_ids
from sync.streams t join sync.sources s using (source_id)
"""


def check_covered_tasks(simulator: Simulator, database: AnalystDatabase, names: Iterable[str]) -> int:
    """Assert that no task is missing whose creation time is covered; return the number of covered tasks.

    This must be true at any instant, whatever the daemon does, provided that lists show their tasks at once
    and that no task has left its list.
    """
    streams = {(row["name"], row["region"]): row for row in database.rows(_COVERAGE)}
    count, missing = 0, []
    for name in names:
        for task in simulator.true_tasks(name):
            stream = streams.get((name, task.region or "global"))
            if stream is None or not any(task.created_at in interval for interval in stream["covered"]):
                continue
            count += 1
            if task.task_id not in stream["task_ids"]:
                missing.append((name, task.task_id, task.created_at))
    assert not missing, f"{len(missing)} of {count} covered tasks are missing: {missing[:5]}"
    return count
