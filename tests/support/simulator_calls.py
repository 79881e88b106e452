"""Simulators for tests, requests to their lists, and the providers that read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from syncer.ports import Provider
from syncer.providers import PROVIDERS, create_provider
from syncer.simulator import LISTS, Faults, ListOptions, Simulator, SimulatorOptions
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.request_pipeline import RequestPipeline

#: The region that tests read of a list with regions.
REGION = "ap-guangzhou"


def frozen_simulator(seed: int = 5, backlog: int = 1_000, **options: Any) -> Simulator:
    """A simulator that is not started and whose clock is frozen."""
    begin_at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    options = {"pace": 10.0, "begin_at": begin_at, **options}
    simulator = Simulator(SimulatorOptions(seed=seed, backlog=backlog, **options))
    simulator.freeze()
    return simulator


def one_list(
    name: str, *, backlog: int = 300, faults: Faults | None = None, **options: Any
) -> RequestPipeline:
    """The pipeline of a list with `backlog` tasks, advanced to the time of a frozen clock."""
    lists = {name: ListOptions(backlog=backlog, faults=faults)}
    simulator = frozen_simulator(backlog=0, lists=lists, **options)
    pipeline = simulator.pipelines[name]
    pipeline.task_index.advance(simulator.clock.now_ms())
    return pipeline


def provider_for(name: str, *, endpoint: str | None = None) -> Provider:
    """The provider that reads a simulated list, at `endpoint` if given; of a list with regions, `REGION`."""
    spec = LISTS[name]
    provider_class = PROVIDERS[spec.provider]
    settings: dict[str, Any] = {"site": spec.site, "regions": (REGION,)}
    known = {field.name for field in fields(provider_class.options_class)}
    options = provider_class.options_class(**{key: value for key, value in settings.items() if key in known})
    return create_provider(spec.provider, endpoint=endpoint, options=options)


# Requests without a signature


def tencent_request(action: str, version: str, *, region: str = "", **params: Any) -> SimRequest:
    """A request to Tencent's API 3.0."""
    headers = {"x-tc-action": action, "x-tc-version": version, "x-tc-timestamp": "0"}
    if region:
        headers["x-tc-region"] = region
    return SimRequest("POST", "/", "", headers, json.dumps(params).encode())


def get_request(path: str, **params: Any) -> SimRequest:
    """A GET request with a query string."""
    return SimRequest("GET", path, urlencode(params), {"accept": "application/json"})


def mps_page(pipeline: RequestPipeline, **params: Any) -> dict[str, Any]:
    """The body of a response of MPS's DescribeTasks."""
    return pipeline.api.execute(tencent_request("DescribeTasks", "2019-06-12", **params)).body


def tat_page(pipeline: RequestPipeline, region: str, **params: Any) -> dict[str, Any]:
    """The body of a response of TAT's DescribeInvocationTasks."""
    request = tencent_request("DescribeInvocationTasks", "2020-10-28", region=region, **params)
    return pipeline.api.execute(request).body


def aiccs_page(pipeline: RequestPipeline, **params: Any) -> dict[str, Any]:
    """The body of a response of aiccs's ListTask."""
    return pipeline.api.execute(get_request("/", Action="ListTask", **params)).body


def baidu_page(pipeline: RequestPipeline, **params: Any) -> dict[str, Any]:
    """The body of a response of Baidu's task list."""
    return pipeline.api.execute(get_request("/v2/tasks", **params)).body


def visible_ids(simulator: Simulator, name: str, *, region: str = "", status: str | None = None) -> list[str]:
    """The sorted ids of the tasks that the list shows now."""
    now = simulator.clock.now()
    return sorted(
        task.task_id
        for task in simulator.true_tasks(name)
        if task.is_visible(now) and region in ("", task.region) and status in (None, task.states[-1].status)
    )


def error_code(call: Callable[..., object], *args: object, **params: Any) -> str:
    """The code of the ApiError that `call` raises; fails if it raises none."""
    with pytest.raises(ApiError) as caught:
        call(*args, **params)
    return caught.value.code
