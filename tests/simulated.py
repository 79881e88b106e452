"""What tests ask a simulator, without and with sockets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from syncer.simulator import Faults, ListOptions, Simulator, SimulatorOptions
from syncer.simulator.exchange import Call
from syncer.simulator.service import Service


def frozen(seed: int = 5, backlog: int = 1_000, **options: Any) -> Simulator:
    """A simulator that is not started, and whose time stands still."""
    begin_at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    options = {"pace": 10.0, "begin_at": begin_at, **options}
    simulator = Simulator(SimulatorOptions(seed=seed, backlog=backlog, **options))
    simulator.freeze()
    return simulator


def one_list(name: str, *, backlog: int = 300, faults: Faults | None = None, **options: Any) -> Service:
    """The service of one list with `backlog` tasks, advanced to a time that stands still."""
    lists = {name: ListOptions(backlog=backlog, faults=faults)}
    simulator = frozen(backlog=0, lists=lists, **options)
    service = simulator.services[name]
    service.catalogue.advance(simulator.clock.now_ms())
    return service


def tencent_call(action: str, version: str, *, region: str = "", **params: Any) -> Call:
    """An unsigned call of Tencent's API 3.0."""
    headers = {"x-tc-action": action, "x-tc-version": version, "x-tc-timestamp": "0"}
    if region:
        headers["x-tc-region"] = region
    return Call("POST", "/", "", headers, json.dumps(params).encode())


def query_call(path: str, **params: Any) -> Call:
    """An unsigned GET with a query string."""
    return Call("GET", path, urlencode(params), {"accept": "application/json"})


def mps_page(service: Service, **params: Any) -> dict[str, Any]:
    return service.api.answer(tencent_call("DescribeTasks", "2019-06-12", **params)).body


def tat_page(service: Service, region: str, **params: Any) -> dict[str, Any]:
    call = tencent_call("DescribeInvocationTasks", "2020-10-28", region=region, **params)
    return service.api.answer(call).body


def aiccs_page(service: Service, **params: Any) -> dict[str, Any]:
    return service.api.answer(query_call("/", Action="ListTask", **params)).body


def baidu_page(service: Service, **params: Any) -> dict[str, Any]:
    return service.api.answer(query_call("/v2/tasks", **params)).body


def visible_ids(simulator: Simulator, name: str, *, region: str = "", status: str | None = None) -> list[str]:
    """The ids that the list shows now, sorted."""
    now = simulator.clock.now()
    return sorted(
        task.task_id
        for task in simulator.truth(name)
        if task.is_visible(now) and region in ("", task.region) and status in (None, task.states[-1].status)
    )
