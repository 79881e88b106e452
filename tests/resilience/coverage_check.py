"""Whether the database holds what it claims to have read."""

from __future__ import annotations

from collections.abc import Iterable

from syncer.simulator import Simulator
from tests.support.analyst_database import AnalystDatabase

#: By stream: what it claims, and the ids it has; one statement, so that they fit together.
_CLAIMS = """
select s.name, t.region, t.polled + t.swept as claimed,
    array(select k.task_id from sync.tasks k where k.stream_id = t.stream_id) as task_ids
from sync.streams t join sync.sources s using (source_id)
"""


def check_claims(simulator: Simulator, ledger: AnalystDatabase, names: Iterable[str]) -> int:
    """Fail where a task is missing although its creation time is covered; how many are covered.

    It holds at any moment, however the daemon stands, as long as lists show their tasks at once and nothing
    is old enough to have left them.
    """
    streams = {(row["name"], row["region"]): row for row in ledger.rows(_CLAIMS)}
    covered, missing = 0, []
    for name in names:
        for task in simulator.true_tasks(name):
            stream = streams.get((name, task.region or "global"))
            if stream is None or not any(task.created_at in interval for interval in stream["claimed"]):
                continue
            covered += 1
            if task.task_id not in stream["task_ids"]:
                missing.append((name, task.task_id, task.created_at))
    assert not missing, f"{len(missing)} of {covered} tasks are covered and missing: {missing[:5]}"
    return covered
