"""Steps of the machine's clock during runs change nothing that is stored or claimed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import cycle

import pytest

from syncer.engine import Worker
from syncer.http.provider_clock import ClockSample, ProviderClock
from syncer.model import Facts, Page, Query, RunStatus, StreamState
from tests.support import fakes
from tests.support.clocks import FakeClock
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, TAT_FACTS, VOD_FACTS, Cloud

HOUR = timedelta(hours=1)
_NO_STEP = timedelta(0)
_TICKS = 25


class Machine:
    """Fetches from a cloud (`ports.Fetch`); the responses have their time in whole seconds, as in a Date."""

    def __init__(self, cloud: Cloud, steps: Iterator[timedelta]) -> None:
        self.cloud, self.steps = cloud, steps
        self.clock = FakeClock(cloud.clock)
        self.time = ProviderClock(self.clock)

    def now(self) -> datetime:
        return self.time.now()

    def __call__(self, query: Query) -> Page:
        sent, asked_at = self.clock.monotonic(), self.cloud.clock
        page = self.cloud(query)
        if self.time.is_known:
            self.clock.step(next(self.steps))
        self.clock.advance((self.cloud.clock - asked_at).total_seconds())
        date = format_datetime(self.cloud.clock.replace(microsecond=0), usegmt=True)
        sample = ClockSample(sent, self.clock.monotonic(), date)
        self.time.update(sample)
        times = {"requested_at": self.time.time_at(sent), "observed_at": self.time.answered_at(sample)}
        sightings = tuple(replace(sighting, **times) for sighting in page.sightings)
        return replace(page, sightings=sightings, **times)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.cloud.pass_time(seconds)


def life(facts: Facts, *steps: timedelta) -> tuple[StreamState, dict[str, object], int]:
    """State, tasks and number of calls after some runs; each call steps the clock by one of `steps`."""
    cloud = Cloud(facts, fakes.make_tasks(200, ending=fakes.after(1_200)))
    machine, store = Machine(cloud, cycle(steps)), FakeStore()
    stream = fakes.make_stream(retention=facts.retention, sweep_every=timedelta(minutes=8), page_size=20)
    worker = Worker(stream, facts, store=store, fetch=machine, clock=machine.clock)
    for _ in range(_TICKS):
        report = worker.tick()
        assert report is not None and report.status is RunStatus.SUCCEEDED
        machine.pass_time(60)
    seen = {task_id: (row.task, row.sighting.observed_at) for task_id, row in store.rows.items()}
    return store.stream_state, {**seen, "versions": store.versions}, len(cloud.calls)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(MPS_FACTS, id="mps"),
        pytest.param(TAT_FACTS, id="tat"),
        pytest.param(AICCS_FACTS, id="aiccs"),
        pytest.param(VOD_FACTS, id="vod"),
    ],
)
@pytest.mark.parametrize(
    "steps", [(HOUR,), (-HOUR,), (HOUR, _NO_STEP, -HOUR)], ids=["ahead", "back", "to-and-fro"]
)
def test_clock_step_changes_nothing(facts: Facts, steps: tuple[timedelta, ...]) -> None:
    state, seen, calls = life(facts, *steps)
    assert (state, seen, calls) == life(facts, _NO_STEP)
    assert len(seen) > 150
    assert state.polled[-1].end > fakes.after(1_200)
    assert state.swept[-1].end > fakes.after(400)
