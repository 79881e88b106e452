"""Tasks and stream states with defaults, for the tests of planning."""

from __future__ import annotations

from syncer.model import Interval, Status, StreamState, Task
from tests.support.fakes import after


def make_task(created: float | None, finished: float | None = None, updated: float | None = None) -> Task:
    """A task with the given times, in seconds after T0; it has ended if `finished` is given."""
    instants = [None if seconds is None else after(seconds) for seconds in (created, finished, updated)]
    return Task(
        task_id=f"{created}-{finished}-{updated}",
        status=Status.FINISHED if finished is not None else Status.RUNNING,
        created_at=instants[0],
        finished_at=instants[1],
        updated_at=instants[2],
    )


def make_state(**changes: object) -> StreamState:
    """The state of a stream that is polled regularly: last at T0 - 55 s, with a day of coverage."""
    values: dict[str, object] = {
        "polled": (Interval(after(-86400), after(-60)),),
        "first_sweep_at": after(-86400),
        "last_sweep_at": after(-3600),
        "last_run_at": after(-55),
    }
    return StreamState(**(values | changes))  # type: ignore[arg-type]
