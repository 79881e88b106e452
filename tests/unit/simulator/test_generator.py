"""Generated tasks: reproducible by seed, complete timelines, lookup by id."""

from __future__ import annotations

from itertools import pairwise

import pytest

from syncer.simulator.generator import GeneratorConfig, TaskGenerator
from syncer.simulator.lifecycle import Lifecycle
from syncer.simulator.simulated_tasks import Phase, SimTask
from syncer.simulator.vendors.alibaba_aiccs import lifecycle as aiccs
from syncer.simulator.vendors.baidu_vod import lifecycle as baidu
from syncer.simulator.vendors.tencent_mps import lifecycle as mps
from syncer.simulator.vendors.tencent_tat import lifecycle as tat

BEGIN_MS = 1_700_000_000_000
DAY_MS = 86_400_000
LIFECYCLES = {"mps": mps.LIFECYCLE, "tat": tat.LIFECYCLE, "aiccs": aiccs.LIFECYCLE, "baidu": baidu.LIFECYCLE}


def generator(lifecycle: Lifecycle, *, backlog: int = 400, seed: str = "1", **config: float) -> TaskGenerator:
    return TaskGenerator(
        lifecycle,
        GeneratorConfig(
            seed=seed,
            backlog=backlog,
            span_ms=7 * DAY_MS,
            arrivals_per_minute=config.get("arrivals_per_minute", 60.0),
            pace=config.get("pace", 1.0),
            regions=("north", "south"),
        ),
        BEGIN_MS,
    )


def traits(task: SimTask) -> tuple[object, ...]:
    return task.task_id, task.region, task.salt, task.batch, task.times, task.states


@pytest.fixture(params=LIFECYCLES.values(), ids=LIFECYCLES)
def lifecycle(request: pytest.FixtureRequest) -> Lifecycle:
    lifecycle: Lifecycle = request.param
    return lifecycle


def test_same_seed_makes_same_tasks(lifecycle: Lifecycle) -> None:
    first, second, other = generator(lifecycle), generator(lifecycle), generator(lifecycle, seed="2")

    assert [traits(task) for task in first.tasks] == [traits(task) for task in second.tasks]
    assert {task.task_id for task in first.tasks}.isdisjoint(task.task_id for task in other.tasks)


def test_backlog_lies_in_its_span(lifecycle: Lifecycle) -> None:
    tasks = generator(lifecycle, backlog=1_234).tasks

    assert len(tasks) == 1_234
    assert all(BEGIN_MS - 7 * DAY_MS <= task.created_ms < BEGIN_MS for task in tasks)
    assert tasks[0].created_ms < BEGIN_MS - 6 * DAY_MS
    assert tasks[-1].created_ms > BEGIN_MS - DAY_MS


def test_task_numbers_follow_creation(lifecycle: Lifecycle) -> None:
    list_generator = generator(lifecycle)
    list_generator.generate_until(BEGIN_MS + DAY_MS // 24)

    assert [task.number for task in list_generator.tasks] == list(range(len(list_generator.tasks)))
    assert all(a.created_ms <= b.created_ms for a, b in pairwise(list_generator.tasks))


def test_arrivals_do_not_depend_on_the_steps_of_time(lifecycle: Lifecycle) -> None:
    one_step, many_steps = generator(lifecycle), generator(lifecycle)
    arrived = list(one_step.generate_until(BEGIN_MS + 600_000))
    for second in range(601):
        many_steps.generate_until(BEGIN_MS + second * 1_000)

    assert arrived
    assert [traits(task) for task in one_step.tasks] == [traits(task) for task in many_steps.tasks]


def test_nothing_arrives_at_rate_zero(lifecycle: Lifecycle) -> None:
    list_generator = generator(lifecycle, arrivals_per_minute=0)

    assert not list_generator.generate_until(BEGIN_MS + 365 * DAY_MS)


def test_timeline_begins_waiting_and_ends_once(lifecycle: Lifecycle) -> None:
    for task in generator(lifecycle).tasks:
        assert all(a < b for a, b in pairwise(task.times))
        phases = [state.phase for state in task.states]
        assert phases[0] is Phase.WAITING
        assert [phase for phase in phases if phase is Phase.ENDED] == phases[-1:]


def test_pace_multiplies_durations(lifecycle: Lifecycle) -> None:
    fast, slow = generator(lifecycle), generator(lifecycle, pace=10.0)
    lengths = [
        (a.times[-1] - a.times[0], b.times[-1] - b.times[0])
        for a, b in zip(fast.tasks, slow.tasks, strict=True)
    ]

    assert all(abs(10 * short - long) <= 100 for short, long in lengths)


def test_ids_are_unique_and_found(lifecycle: Lifecycle) -> None:
    list_generator = generator(lifecycle)

    assert len({task.task_id for task in list_generator.tasks}) == len(list_generator.tasks)
    assert all(list_generator.find(task.task_id) is task for task in list_generator.tasks)
    assert list_generator.find("unknown") is None


def test_tasks_of_a_batch_share_instant_and_region() -> None:
    tasks = generator(tat.LIFECYCLE).tasks
    batches = [(a, b) for a, b in pairwise(tasks) if a.batch == b.batch]

    assert batches
    assert all(a.created_ms == b.created_ms and a.region == b.region for a, b in batches)


def test_every_documented_end_state_occurs() -> None:
    def end_states(lifecycle: Lifecycle) -> set[tuple[str, bool]]:
        tasks = generator(lifecycle, backlog=6_000).tasks
        return {(task.states[-1].status, task.states[-1].failed) for task in tasks}

    assert end_states(mps.LIFECYCLE) == {("FINISH", True), ("FINISH", False)}
    assert {status for status, _ in end_states(tat.LIFECYCLE)} == {
        "SUCCESS",
        "FAILED",
        "TIMEOUT",
        "TASK_TIMEOUT",
        "DELIVER_FAILED",
        "START_FAILED",
        "CANCELLED",
        "TERMINATED",
    }
    assert {status for status, _ in end_states(aiccs.LIFECYCLE)} == {"DONE", "CANCEL", "SYSTEM_CANCEL"}
    assert {status for status, _ in end_states(baidu.LIFECYCLE)} == {"FINISHED", "FAILED"}


def test_some_tasks_run_longer_than_the_retention() -> None:
    tasks = generator(mps.LIFECYCLE, backlog=6_000).tasks

    assert any(task.times[-1] - task.times[0] > 7 * DAY_MS for task in tasks)


def test_campaigns_pause_resume_and_count() -> None:
    tasks = generator(aiccs.LIFECYCLE, backlog=500).tasks
    paused = [task for task in tasks if any(state.phase is Phase.PAUSED for state in task.states)]

    assert paused
    for task in paused:
        index = [state.phase for state in task.states].index(Phase.PAUSED)
        assert task.states[index + 1].status == "RUNNING"
    for task in tasks:
        done = [state.done for state in task.states]
        assert done == sorted(done)
        assert all(state.done <= state.total for state in task.states)


def test_campaign_changes_after_its_end() -> None:
    config = GeneratorConfig(
        seed="1", backlog=300, span_ms=DAY_MS, arrivals_per_minute=0, change_after_end_rate=1.0, regions=("",)
    )
    tasks = TaskGenerator(aiccs.LIFECYCLE, config, BEGIN_MS).tasks
    last_phases = [[state.phase for state in task.states[-3:]] for task in tasks]

    assert any(phases == [Phase.ENDED, Phase.RUNNING, Phase.ENDED] for phases in last_phases)
    corrected = [task for task in tasks if task.states[-2].phase is Phase.ENDED]
    assert corrected and all(
        task.states[-1].total == task.states[-2].total + 1
        and task.snapshot(len(task.times) - 1).finished_ms == task.times[-2]
        for task in corrected
    )


def test_snapshot_has_only_times_of_the_past() -> None:
    task = next(task for task in generator(mps.LIFECYCLE).tasks if len(task.times) == 3)
    waiting, running, ended = (task.snapshot(task.index_at(at_ms)) for at_ms in task.times)

    assert (waiting.started_ms, waiting.finished_ms) == (None, None)
    assert (running.started_ms, running.finished_ms) == (task.times[1], None)
    assert (ended.started_ms, ended.finished_ms) == (task.times[1], task.times[2])
    assert task.snapshot(task.index_at(task.times[1] - 1)).state is waiting.state
    assert task.next_change(task.times[0]) == task.times[1]
    assert task.next_change(task.times[2]) is None
