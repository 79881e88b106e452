"""Tencent MPS on the wire: DescribeTasks and DescribeTaskDetail, version 2019-06-12.

The scroll token is the id of the next record and "" at the end; without Limit a page holds ten rows.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, ClassVar

from syncer.simulator.exchange import Refusal
from syncer.simulator.faults import FailedFilter, MovedToken
from syncer.simulator.lives.mps import sub_types, task_type
from syncer.simulator.tasks import Moment, Phase, SimTask, State
from syncer.simulator.wire import mps_detail
from syncer.simulator.wire.api import Page, Record, Stage, checked
from syncer.simulator.wire.tencent import TencentApi, boolean, invalid, missing, number, unrecognized
from syncer.simulator.wire.times import iso_z, parse_iso_z

ZERO_DATE = "0000-00-00T00:00:00Z"

_STATUSES = ("WAITING", "PROCESSING", "FINISH")
_FAILED = ("FINISH", "FINISH/failed")
_CLEAN = ("FINISH", "FINISH/clean")
_OPEN = {"WAITING": ("WAITING",), "PROCESSING": ("PROCESSING",)}


def shelves(task: SimTask, state: State) -> tuple[str, ...]:
    """The status, and of finished tasks also the outcome."""
    if state.phase is Phase.ENDED:
        return _FAILED if state.failed else _CLEAN
    return _OPEN[state.status]


class MpsApi(TencentApi):
    """One site of MPS."""

    service = "mps"
    version = "2019-06-12"
    parameters: ClassVar = {
        "DescribeTasks": frozenset(
            ("Status", "SubTaskHasFailed", "Limit", "ScrollToken", "StartTime", "EndTime")
        ),
        "DescribeTaskDetail": frozenset(("TaskId",)),
    }
    quotas: ClassVar = {"DescribeTasks": 100, "DescribeTaskDetail": 100}

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.actions = {"DescribeTasks": self._tasks, "DescribeTaskDetail": self._task_detail}

    def record(self, task: SimTask, index: int) -> Record:
        moment = task.moment(index)
        return {
            "TaskId": task.task_id,
            "TaskType": task_type(task.salt),
            "SubTaskTypes": list(sub_types(task.salt)),
            **_times(moment),
        }

    def detail(self, task: SimTask, index: int) -> Record:
        return {**mps_detail.detail(task, index), **_times(task.moment(index))}

    def _tasks(self, params: dict[str, Any]) -> Page:
        limit = number(params, "Limit", 10)
        if not 1 <= limit <= 100:
            raise invalid("Limit", "InvalidParameterValue.Limit")
        shelf = self._shelf(params)
        start = self._start(shelf, params.get("ScrollToken") or "")
        if start is None:
            return self._page(shelf, [], "")
        tasks = self._collect(shelf, start, limit + 1, params)
        following = tasks[limit].task_id if len(tasks) > limit else ""
        tasks = tasks[:limit]
        if tasks and self.mischief.strikes("blank_rate"):
            return self._page(shelf, [], tasks[0].task_id)
        return self._page(shelf, checked(self.mischief, tasks, limit), self._token(tasks, following))

    def _page(self, shelf: str, tasks: list[SimTask], token: str) -> Page:
        now_ms = self.catalogue.now_ms
        rows = [self.record(task, task.index_at(now_ms)) for task in tasks]
        total = self.catalogue.size(shelf)
        return Page({"TaskSet": rows, "ScrollToken": token, "TotalCount": total}, len(rows))

    def _token(self, tasks: list[SimTask], following: str) -> str:
        """The id of the next record, unless a fault leads back to this page."""
        back = bool(following and self.mischief.strikes("repeat_rate"))
        if tasks and not following and self.mischief.faults.endless:
            self.mischief.note("endless")
            back = True
        return tasks[0].task_id if back else following

    def _shelf(self, params: dict[str, Any]) -> str:
        status = params.get("Status")
        if status is None:
            raise missing("Status")
        if status not in _STATUSES:
            raise invalid("Status")
        failed = boolean(params, "SubTaskHasFailed", None)
        if failed is None or not self._filters():
            return str(status)
        return f"{status}/{'failed' if failed else 'clean'}" if status == "FINISH" else str(status)

    def _filters(self) -> bool:
        """Whether SubTaskHasFailed works. Raises Refusal where it is rejected."""
        mode = self.mischief.faults.failed_filter
        if mode is FailedFilter.WORKS:
            return True
        self.mischief.note(f"failed_filter_{mode.value}")
        if mode is FailedFilter.REJECTED:
            raise unrecognized("SubTaskHasFailed")
        return False

    def _start(self, shelf: str, token: str) -> int | None:
        """The position the token points to; None where it says that the list is over."""
        if not token:
            return 0
        task = self.catalogue.find_ever(token)
        if task is None or self.mischief.strikes("expired_cursor_rate"):
            raise invalid("ScrollToken")
        if not self.catalogue.holds(shelf, task):
            mode = self.mischief.faults.moved_token
            self.mischief.note(f"moved_token_{mode.value}")
            if mode is MovedToken.REFUSED:
                raise invalid("ScrollToken")
            if mode is MovedToken.EMPTY:
                return None
        return self.catalogue.position(shelf, task)

    def _collect(self, shelf: str, start: int, limit: int, params: dict[str, Any]) -> list[SimTask]:
        """Up to `limit` tasks; StartTime and EndTime, whose meaning is undocumented, are creation times."""
        begin, end = _instant(params, "StartTime"), _instant(params, "EndTime")
        if begin is None and end is None:
            return self.catalogue.page(shelf, start, limit)
        last = end + 999 if end is not None else None
        return list(islice(self.catalogue.created_between(shelf, begin, last, start), limit))

    def _task_detail(self, params: dict[str, Any]) -> Page:
        task_id = params.get("TaskId")
        if not task_id:
            raise missing("TaskId")
        task = self.catalogue.find(str(task_id))
        keep_ms = self.stage.detail_retention_ms
        now_ms = self.catalogue.now_ms
        if task is None or (keep_ms is not None and now_ms >= task.created_ms + keep_ms):
            raise Refusal("InvalidParameterValue.TaskId", "The task does not exist.")
        return Page(self.detail(task, task.index_at(now_ms)), 1)


def _times(moment: Moment) -> Record:
    return {
        "CreateTime": iso_z(moment.created_ms),
        "BeginProcessTime": iso_z(moment.started_ms) if moment.started_ms else ZERO_DATE,
        "FinishTime": iso_z(moment.finished_ms) if moment.finished_ms else ZERO_DATE,
    }


def _instant(params: dict[str, Any], name: str) -> int | None:
    if name not in params:
        return None
    try:
        return parse_iso_z(str(params[name]))
    except ValueError:
        raise invalid(name) from None
