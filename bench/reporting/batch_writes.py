"""Cost of writing a batch: of new, changed, ended and unchanged tasks, and of pages with some of them."""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from syncer.model import Batch, Mode, RunStatus, Sighting, Source, Status, Stream, Task
from syncer.storage import PgStore, make_engine

#: Tasks in a batch, as the engine commits them.
BATCH = 2_500
_HOUR = timedelta(hours=1)
#: The largest of the generated sources; new tasks are inserted at random among millions.
_SOURCE = Source(
    name="mps-cn",
    provider="tencent_mps",
    site="cn",
    account="100001234567",
    key_hash="a",
    poll_every=timedelta(minutes=1),
    sweep_every=6 * _HOUR,
    retention=timedelta(days=7),
    detail_retention=None,
    visibility_lag=timedelta(seconds=5),
    lookback_min=timedelta(seconds=10),
    lookback_max=timedelta(days=1),
    page_size=100,
)
_STATES = (Status.WAITING, Status.RUNNING, Status.SUCCEEDED)
KINDS = ("new", "changed", "ended", "unchanged")
#: The sum over the states of a task: new, changed, ended.
LIFETIME = "lifetime"
#: A typical page of a poll, with a few new tasks.
PAGE = "page"
_ON_A_PAGE, _NEW_ON_A_PAGE = 100, 10


def measure(url: str, tasks: int, seed: str) -> dict[str, tuple[float, float]]:
    """Write batches; return by kind the milliseconds a batch: clock (median) and server CPU (mean).

    Each `seed` has its own tasks, which stay in the database.
    """
    engine = make_engine(url)
    store = PgStore(engine, holder="bench")
    with psycopg.connect(url, autocommit=True) as connection, store.claim(Stream(_SOURCE)) as stream_store:
        run = stream_store.start(Mode.SWEEP, datetime.now(UTC))
        costs = {}
        for kind, batches in _batches(tasks, seed):
            clock, cpu = [], _server_cpu(connection)
            for batch in batches:
                begun = time.perf_counter()
                stream_store.commit(Batch(run=run, sightings=batch))
                clock.append(1000 * (time.perf_counter() - begun))
            used = (_server_cpu(connection) - cpu) / len(batches)
            costs[kind] = statistics.median(clock), used
        stream_store.commit(Batch(run=run, status=RunStatus.SUCCEEDED))
    store.close()
    engine.dispose()
    return costs


def best(rounds: list[dict[str, tuple[float, float]]]) -> Mapping[str, tuple[float, float]]:
    """The minimum of each measure, since other load on the machine only adds to it."""
    best_costs = {
        kind: (min(costs[kind][0] for costs in rounds), min(costs[kind][1] for costs in rounds))
        for kind in (*KINDS, PAGE)
    }
    states = [best_costs[kind] for kind in KINDS[: len(_STATES)]]
    return {**best_costs, LIFETIME: (sum(clock for clock, _ in states), sum(cpu for _, cpu in states))}


def _batches(tasks: int, seed: str) -> Iterator[tuple[str, list[tuple[Sighting, ...]]]]:
    """By kind, in the order of writing: the same tasks in each state, then pages."""
    for number, kind in enumerate(KINDS):
        rows = tuple(_sightings(min(number, 2), tasks, seed, later=number * _HOUR))
        yield kind, [rows[at : at + BATCH] for at in range(0, tasks, BATCH)]
    known = _ON_A_PAGE - _NEW_ON_A_PAGE
    new = tuple(_sightings(2, tasks // 100, f"{seed}/page", later=len(KINDS) * _HOUR))
    pages = [new[at : at + _NEW_ON_A_PAGE] for at in range(0, len(new), _NEW_ON_A_PAGE)]
    yield PAGE, [(*page, *rows[at * known : (at + 1) * known]) for at, page in enumerate(pages)]


def _sightings(state: int, tasks: int, seed: str, *, later: timedelta) -> Iterator[Sighting]:
    """Sightings of so many tasks of the last six days in one state, newest first."""
    rng = random.Random(seed)
    now = datetime.now(UTC).replace(microsecond=0)
    ages = sorted(rng.randrange(6 * 86_400) for _ in range(tasks))
    for number, age in enumerate(ages):
        created_at = now - timedelta(seconds=age)
        task = Task(
            task_id=f"2600000000-WorkflowTask-{hashlib.md5(f'{seed}/{number}'.encode()).hexdigest()}tt0",
            status=_STATES[state],
            provider_status=("WAITING", "PROCESSING", "FINISH")[state],
            task_type="WorkflowTask",
            sub_types=("Transcode", "AiAnalysis"),
            created_at=created_at,
            started_at=created_at + timedelta(seconds=10) if state else None,
            finished_at=created_at + timedelta(seconds=100) if state == 2 else None,
            rank=state,
        )
        record = json.dumps({"TaskId": task.task_id, "TaskType": task.task_type, "State": state, "Age": age})
        yield Sighting(
            task=task,
            requested_at=now + later,
            observed_at=now + later,
            request_id="b7f1c0de-0000-4000-8000-000000000000",
            record=record,
            fingerprint=hashlib.blake2b(record.encode(), digest_size=16).digest(),
        )


def _server_cpu(connection: psycopg.Connection[Any]) -> float:
    """CPU milliseconds used by the database's server processes; 0 where the system does not report them."""
    if not sys.platform.startswith("linux"):
        return 0.0
    pids = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    paths = [Path(f"/proc/{pid}/schedstat") for (pid,) in pids]
    return sum(int(path.read_text().split()[0]) for path in paths if path.exists()) / 1e6
