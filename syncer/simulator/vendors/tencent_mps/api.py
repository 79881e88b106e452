"""API of Tencent MPS: DescribeTasks and DescribeTaskDetail, version 2019-06-12.

The scroll token is the id of the next record, and "" at the end. Without Limit a page has ten rows.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, ClassVar

from syncer.simulator.fault_injection import FailedFilter, MovedToken
from syncer.simulator.http_messages import ApiError
from syncer.simulator.simulated_tasks import Phase, SimState, SimTask, TaskSnapshot
from syncer.simulator.timestamps import iso_z, parse_iso_z
from syncer.simulator.vendor_api import (
    ApiContext,
    ApiResult,
    JsonObject,
    with_page_faults,
    with_total_faults,
)
from syncer.simulator.vendors.tencent.api import TencentApi, boolean, invalid, missing, number, unrecognized
from syncer.simulator.vendors.tencent_mps import detail
from syncer.simulator.vendors.tencent_mps.lifecycle import sub_types, task_type

ZERO_DATE = "0000-00-00T00:00:00Z"

_STATUSES = ("WAITING", "PROCESSING", "FINISH")
_FAILED = ("FINISH", "FINISH/failed")
_CLEAN = ("FINISH", "FINISH/clean")
_OPEN = {"WAITING": ("WAITING",), "PROCESSING": ("PROCESSING",)}


def filter_keys(task: SimTask, state: SimState) -> tuple[str, ...]:
    """The status, and for finished tasks also the status with the outcome."""
    if state.phase is Phase.ENDED:
        return _FAILED if state.failed else _CLEAN
    return _OPEN[state.status]


class MpsApi(TencentApi):
    """DescribeTasks and DescribeTaskDetail of one site."""

    service = "mps"
    version = "2019-06-12"
    parameters: ClassVar = {
        "DescribeTasks": frozenset(
            ("Status", "SubTaskHasFailed", "Limit", "ScrollToken", "StartTime", "EndTime")
        ),
        "DescribeTaskDetail": frozenset(("TaskId",)),
    }
    quotas: ClassVar = {"DescribeTasks": 100, "DescribeTaskDetail": 100}

    def __init__(self, context: ApiContext) -> None:
        super().__init__(context)
        self.actions = {"DescribeTasks": self._tasks, "DescribeTaskDetail": self._task_detail}

    def record(self, task: SimTask, index: int) -> JsonObject:
        snapshot = task.snapshot(index)
        return {
            "TaskId": task.task_id,
            "TaskType": task_type(task.salt),
            "SubTaskTypes": list(sub_types(task.salt)),
            **_times(snapshot),
        }

    def detail(self, task: SimTask, index: int) -> JsonObject:
        return {**detail.detail(task, index), **_times(task.snapshot(index))}

    def _tasks(self, params: dict[str, Any]) -> ApiResult:
        limit = number(params, "Limit", 10)
        if not 1 <= limit <= 100:
            raise invalid("Limit", "InvalidParameterValue.Limit")
        filter_key = self._filter_key(params)
        start = self._start(filter_key, params.get("ScrollToken") or "")
        if start is None:
            return self._page(filter_key, [], "")
        tasks = self._collect(filter_key, start, limit + 1, params)
        following = tasks[limit].task_id if len(tasks) > limit else ""
        tasks = tasks[:limit]
        if tasks and self.injector.fires("blank_rate"):
            return self._page(filter_key, [], tasks[0].task_id)
        return self._page(
            filter_key, with_page_faults(self.injector, tasks, limit), self._token(tasks, following)
        )

    def _page(self, filter_key: str, tasks: list[SimTask], token: str) -> ApiResult:
        now_ms = self.task_index.now_ms
        rows = [self.record(task, task.index_at(now_ms)) for task in tasks]
        total = self.task_index.size(filter_key)
        page: JsonObject = {"TaskSet": rows, "ScrollToken": token, "TotalCount": total}
        return ApiResult(with_total_faults(self.injector, page, "TotalCount"), len(rows))

    def _token(self, tasks: list[SimTask], following: str) -> str:
        """The id of the next record, or the id of this page's first record if a fault fires."""
        repeats = bool(following and self.injector.fires("repeat_rate"))
        if tasks and not following and self.injector.faults.endless:
            self.injector.count("endless")
            repeats = True
        return tasks[0].task_id if repeats else following

    def _filter_key(self, params: dict[str, Any]) -> str:
        status = params.get("Status")
        if status is None:
            raise missing("Status")
        if status not in _STATUSES:
            raise invalid("Status")
        failed = boolean(params, "SubTaskHasFailed", None)
        if failed is None or not self._filter_works():
            return str(status)
        return f"{status}/{'failed' if failed else 'clean'}" if status == "FINISH" else str(status)

    def _filter_works(self) -> bool:
        """Whether SubTaskHasFailed has an effect. Raises ApiError where it is rejected."""
        mode = self.injector.faults.failed_filter
        if mode is FailedFilter.WORKS:
            return True
        self.injector.count(f"failed_filter_{mode.value}")
        if mode is FailedFilter.REJECTED:
            raise unrecognized("SubTaskHasFailed")
        return False

    def _start(self, filter_key: str, token: str) -> int | None:
        """The position of the token's record; None where the token means the end of the list."""
        if not token:
            return 0
        task = self.task_index.find_created(token)
        if task is None or self.injector.fires("expired_cursor_rate"):
            raise invalid("ScrollToken")
        if not self.task_index.contains(filter_key, task):
            mode = self.injector.faults.moved_token
            self.injector.count(f"moved_token_{mode.value}")
            if mode is MovedToken.REFUSED:
                raise invalid("ScrollToken")
            if mode is MovedToken.EMPTY:
                return None
        return self.task_index.position(filter_key, task)

    def _collect(self, filter_key: str, start: int, limit: int, params: dict[str, Any]) -> list[SimTask]:
        """Up to `limit` tasks. StartTime and EndTime, of undocumented meaning, limit the creation time."""
        begin, end = _instant(params, "StartTime"), _instant(params, "EndTime")
        if begin is None and end is None:
            return self.task_index.page(filter_key, start, limit)
        last = end + 999 if end is not None else None
        return list(islice(self.task_index.created_between(filter_key, begin, last, start), limit))

    def _task_detail(self, params: dict[str, Any]) -> ApiResult:
        task_id = params.get("TaskId")
        if not task_id:
            raise missing("TaskId")
        task = self.task_index.find(str(task_id))
        keep_ms = self.context.detail_retention_ms
        now_ms = self.task_index.now_ms
        if task is None or (keep_ms is not None and now_ms >= task.created_ms + keep_ms):
            raise ApiError("InvalidParameterValue.TaskId", "The task does not exist.")
        return ApiResult(self.detail(task, task.index_at(now_ms)), 1)


def _times(snapshot: TaskSnapshot) -> JsonObject:
    return {
        "CreateTime": iso_z(snapshot.created_ms),
        "BeginProcessTime": iso_z(snapshot.started_ms) if snapshot.started_ms else ZERO_DATE,
        "FinishTime": iso_z(snapshot.finished_ms) if snapshot.finished_ms else ZERO_DATE,
    }


def _instant(params: dict[str, Any], name: str) -> int | None:
    if name not in params:
        return None
    try:
        return parse_iso_z(str(params[name]))
    except ValueError:
        raise invalid(name) from None
