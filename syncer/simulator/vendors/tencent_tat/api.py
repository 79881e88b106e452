"""API of Tencent TAT: DescribeInvocationTasks and DescribeRegions, version 2020-10-28.

All regions have the same address; the header X-TC-Region selects one. Without Limit a page has 20 rows, even
if the request names a hundred ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from syncer.simulator.http_messages import ApiError
from syncer.simulator.simulated_tasks import SimState, SimTask
from syncer.simulator.vendor_api import (
    ApiContext,
    ApiResult,
    JsonObject,
    is_too_deep,
    with_page_faults,
    with_total_faults,
)
from syncer.simulator.vendors.tencent.api import TencentApi, boolean, invalid, number
from syncer.simulator.vendors.tencent_tat import record

#: By filter of DescribeInvocationTasks: the field of a row that it compares.
_FILTERS = {
    "invocation-task-id": "InvocationTaskId",
    "invocation-id": "InvocationId",
    "instance-id": "InstanceId",
    "command-id": "CommandId",
}
_REGION_NAMES = {
    "ap-guangzhou": "华南地区(广州)",
    "ap-shanghai": "华东地区(上海)",
    "ap-beijing": "华北地区(北京)",
    "ap-singapore": "亚太东南(新加坡)",
    "ap-hongkong": "港澳台地区(中国香港)",
}
#: DescribeRegions lists it as unavailable.
CLOSED_REGION = "ap-chongqing"


def filter_keys(task: SimTask, state: SimState) -> tuple[str, ...]:
    """The region."""
    return (task.region,)


class TatApi(TencentApi):
    """DescribeInvocationTasks and DescribeRegions, in all regions of an account."""

    service = "tat"
    version = "2020-10-28"
    parameters: ClassVar = {
        "DescribeInvocationTasks": frozenset(
            ("InvocationTaskIds", "Filters", "Limit", "Offset", "HideOutput")
        ),
        "DescribeRegions": frozenset(),
    }
    quotas: ClassVar = {"DescribeInvocationTasks": 20, "DescribeRegions": 20}
    regional = frozenset({"DescribeInvocationTasks"})

    def __init__(self, context: ApiContext) -> None:
        super().__init__(context)
        self.actions = {"DescribeInvocationTasks": self._tasks, "DescribeRegions": self._regions}

    def record(self, task: SimTask, index: int) -> JsonObject:
        return record.record(task, index, hide_output=True)

    def detail(self, task: SimTask, index: int) -> JsonObject:
        """The row with output."""
        return record.record(task, index, hide_output=False)

    def _tasks(self, params: dict[str, Any]) -> ApiResult:
        limit, offset = number(params, "Limit", 20), number(params, "Offset", 0)
        if not 1 <= limit <= 100:
            raise invalid("Limit")
        if is_too_deep(self.injector, offset):
            raise invalid("Offset")
        hide_output = boolean(params, "HideOutput", True) is not False
        tasks, total = self._select(params, offset, limit)
        if tasks and self.injector.fires("blank_rate"):
            tasks = []
        now_ms = self.task_index.now_ms
        rows = [
            record.record(task, task.index_at(now_ms), hide_output=hide_output)
            for task in with_page_faults(self.injector, tasks, limit)
        ]
        page: JsonObject = {"TotalCount": total, "InvocationTaskSet": rows}
        if not params.get("InvocationTaskIds"):
            page = with_total_faults(self.injector, page, "TotalCount")
        return ApiResult(page, len(rows))

    def _select(self, params: dict[str, Any], offset: int, limit: int) -> tuple[list[SimTask], int]:
        """The tasks of the page, and the number of tasks on all pages."""
        region, ids, filters = params["Region"], params.get("InvocationTaskIds"), params.get("Filters")
        if ids and filters:
            raise ApiError(
                "InvalidParameter.ConflictParameter",
                "InvocationTaskIds and Filters cannot be given at the same time.",
            )
        if offset and self.injector.fires("repeat_rate"):
            offset = max(0, offset - limit)
        if ids:
            matches = self._by_ids(region, ids)
        elif filters:
            matches = list(_filtered(self.task_index.scan(region), filters))
        else:
            return self.task_index.page(region, offset, limit), self.task_index.size(region)
        return matches[offset : offset + limit], len(matches)

    def _by_ids(self, region: str, ids: Any) -> list[SimTask]:
        if not isinstance(ids, list) or len(ids) > 100:
            raise invalid("InvocationTaskIds")
        for task_id in ids:
            if not re.fullmatch(r"invt-[0-9a-z]{8}", str(task_id)):
                raise invalid("InvocationTaskIds", "InvalidParameterValue.InvalidInvocationTaskId")
        matches = {
            task for task in map(self.task_index.find, ids) if task is not None and task.region == region
        }
        return sorted(matches, key=lambda task: self.task_index.position(region, task))

    def _regions(self, params: dict[str, Any]) -> ApiResult:
        rows = [_region(name, "AVAILABLE") for name in self.context.regions]
        if CLOSED_REGION not in self.context.regions:
            rows.append(_region(CLOSED_REGION, "UNAVAILABLE"))
        return ApiResult({"TotalCount": len(rows), "RegionSet": rows}, len(rows))


def _region(name: str, state: str) -> JsonObject:
    return {"Region": name, "RegionName": _REGION_NAMES.get(name, name), "RegionState": state}


def _filtered(tasks: Iterable[SimTask], filters: Any) -> Iterable[SimTask]:
    """The tasks that match every filter. Raises ApiError for unknown or too many filters and values."""
    if not isinstance(filters, list) or len(filters) > 10:
        raise invalid("Filters", "InvalidParameterValue.InvalidFilter")
    wanted: list[tuple[str, set[str]]] = []
    for entry in filters:
        name, values = entry.get("Name"), entry.get("Values", [])
        if name not in _FILTERS:
            raise invalid("Filters", "InvalidParameterValue.InvalidFilter")
        if len(values) > 5:
            raise ApiError("LimitExceeded.FilterValueExceeded", "A filter may have at most 5 values.")
        wanted.append((_FILTERS[name], set(values)))
    for task in tasks:
        row = record.identity(task)
        if all(row[field] in values for field, values in wanted):
            yield task
