"""What tests ask a simulator's truth."""

from __future__ import annotations

from syncer.simulator import Simulator


def visible_ids(simulator: Simulator, name: str, *, region: str = "", status: str | None = None) -> list[str]:
    """The ids that the list shows now, sorted."""
    now = simulator.clock.now()
    return sorted(
        task.task_id
        for task in simulator.truth(name)
        if task.is_visible(now) and region in ("", task.region) and status in (None, task.states[-1].status)
    )
