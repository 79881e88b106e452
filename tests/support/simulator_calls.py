"""What tests ask a simulator, without and with sockets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from syncer.simulator import Faults, ListOptions, Simulator, SimulatorOptions
from syncer.simulator.http_messages import SimRequest
from syncer.simulator.request_pipeline import RequestPipeline


def frozen(seed: int = 5, backlog: int = 1_000, **options: Any) -> Simulator:
    """A simulator that is not started, and whose time stands still."""
    begin_at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    options = {"pace": 10.0, "begin_at": begin_at, **options}
    simulator = Simulator(SimulatorOptions(seed=seed, backlog=backlog, **options))
    simulator.freeze()
    return simulator


def one_list(
    name: str, *, backlog: int = 300, faults: Faults | None = None, **options: Any
) -> RequestPipeline:
    """The service of one list with `backlog` tasks, advanced to a time that stands still."""
    lists = {name: ListOptions(backlog=backlog, faults=faults)}
    simulator = frozen(backlog=0, lists=lists, **options)
    service = simulator.services[name]
    service.task_index.advance(simulator.clock.now_ms())
    return service


def tencent_call(action: str, version: str, *, region: str = "", **params: Any) -> SimRequest:
    """An unsigned call of Tencent's API 3.0."""
    headers = {"x-tc-action": action, "x-tc-version": version, "x-tc-timestamp": "0"}
    if region:
        headers["x-tc-region"] = region
    return SimRequest("POST", "/", "", headers, json.dumps(params).encode())


def query_call(path: str, **params: Any) -> SimRequest:
    """An unsigned GET with a query string."""
    return SimRequest("GET", path, urlencode(params), {"accept": "application/json"})


def mps_page(service: RequestPipeline, **params: Any) -> dict[str, Any]:
    return service.api.answer(tencent_call("DescribeTasks", "2019-06-12", **params)).body


def tat_page(service: RequestPipeline, region: str, **params: Any) -> dict[str, Any]:
    call = tencent_call("DescribeInvocationTasks", "2020-10-28", region=region, **params)
    return service.api.answer(call).body


def aiccs_page(service: RequestPipeline, **params: Any) -> dict[str, Any]:
    return service.api.answer(query_call("/", Action="ListTask", **params)).body


def baidu_page(service: RequestPipeline, **params: Any) -> dict[str, Any]:
    return service.api.answer(query_call("/v2/tasks", **params)).body


def visible_ids(simulator: Simulator, name: str, *, region: str = "", status: str | None = None) -> list[str]:
    """The ids that the list shows now, sorted."""
    now = simulator.clock.now()
    return sorted(
        task.task_id
        for task in simulator.truth(name)
        if task.is_visible(now) and region in ("", task.region) and status in (None, task.states[-1].status)
    )
