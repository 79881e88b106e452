"""The row of `reporting.tasks` that is expected for each true state of a task.

Written from the vendors' pages. It shares no code with the providers, so that one error cannot be in both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from syncer.simulator import TrueState, TrueTask
from tests.support.simulator_config import PROVIDERS

Row = dict[str, Any]

_ALL_NULL: Row = {
    "name": None,
    "task_type": None,
    "sub_types": None,
    "started_at": None,
    "finished_at": None,
    "provider_updated_at": None,
    "progress_done": None,
    "progress_total": None,
    "parent_id": None,
    "resource_id": None,
    "error_code": None,
    "error_message": None,
}
_TAT = {
    "PENDING": "waiting",
    "DELIVERING": "waiting",
    "DELIVER_DELAYED": "waiting",
    "RUNNING": "running",
    "CANCELLING": "running",
    "SUCCESS": "succeeded",
    "FAILED": "failed",
    "TIMEOUT": "failed",
    "TASK_TIMEOUT": "failed",
    "DELIVER_FAILED": "failed",
    "START_FAILED": "failed",
    "CANCELLED": "cancelled",
    "TERMINATED": "cancelled",
}
_AICCS = {
    "INIT": "waiting",
    "RELEASE": "waiting",
    "READY": "waiting",
    "RUNNING": "running",
    "STOP": "paused",
    "SYSTEM_STOP": "paused",
    "DONE": "succeeded",
    "CANCEL": "cancelled",
    "SYSTEM_CANCEL": "cancelled",
}
_BAIDU = {"PENDING": "waiting", "RUNNING": "running", "FINISHED": "succeeded", "FAILED": "failed"}


def expected_row(name: str, task: TrueTask, state: TrueState) -> Row:
    """The expected columns of `reporting.tasks` while `task` of the list `name` is in `state`."""
    provider, site = PROVIDERS[name]
    return {
        **_ALL_NULL,
        "source": name,
        "provider": provider,
        "site": site or "",
        "region": task.region or "global",
        "task_id": task.task_id,
        "provider_status": state.status,
        "is_open": state.is_open,
        "is_lost": False,
        **_MAPPINGS[name](state),
    }


def _mps(state: TrueState) -> Row:
    """The list has no outcome and no error: they come from the filtered list and from detail calls."""
    record = state.record
    outcome = "failed" if state.has_failed else "succeeded"
    return {
        "status": {"WAITING": "waiting", "PROCESSING": "running", "FINISH": outcome}[state.status],
        "task_type": record["TaskType"],
        "sub_types": ", ".join(record["SubTaskTypes"]) or None,
        "created_at": _iso(record["CreateTime"]),
        "started_at": _iso(record["BeginProcessTime"]),
        "finished_at": _iso(record["FinishTime"]),
    }


def _tat(state: TrueState) -> Row:
    record = state.record
    has_failed = _TAT[state.status] == "failed"
    exit_code = record["TaskResult"]["ExitCode"] if state.status == "FAILED" else 0
    return {
        "status": _TAT[state.status],
        "name": record["CommandName"],
        "task_type": record["CommandDocument"]["CommandType"],
        "created_at": _iso(record["CreatedTime"]),
        "started_at": _iso(record["StartTime"]),
        "finished_at": _iso(record["EndTime"]),
        "provider_updated_at": _iso(record["UpdatedTime"]),
        "parent_id": record["InvocationId"],
        "resource_id": record["InstanceId"],
        "error_code": (str(exit_code) if exit_code else state.status) if has_failed else None,
        "error_message": record["ErrorInfo"] or None,
    }


def _aiccs(state: TrueState) -> Row:
    record = state.record
    return {
        "status": _AICCS[state.status],
        "name": record["TaskName"],
        "created_at": _epoch(record["GmtCreate"]),
        "started_at": _epoch(record.get("FireTime")),
        "progress_done": record["CompleteCount"],
        "progress_total": record["TotalCount"],
        "resource_id": str(record["RobotId"]),
    }


def _baidu(state: TrueState) -> Row:
    record = state.record
    return {
        "status": _BAIDU[state.status],
        "task_type": record["type"],
        "created_at": _iso(record["createTime"]),
        "finished_at": _iso(record.get("finishTime")),
        "resource_id": record["mediaId"],
    }


_MAPPINGS: dict[str, Callable[[TrueState], Row]] = {
    "mps-cn": _mps,
    "mps-intl": _mps,
    "tat": _tat,
    "aiccs": _aiccs,
    "baidu": _baidu,
}


def _iso(text: str | None) -> datetime | None:
    if not text or text.startswith("0000"):
        return None
    return datetime.strptime(text.removesuffix("+00:00").removesuffix("Z"), "%Y-%m-%dT%H:%M:%S").replace(
        tzinfo=UTC
    )


def _epoch(text: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text else None
