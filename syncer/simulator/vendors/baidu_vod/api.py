"""API of Baidu VOD: GET /v2/tasks and GET /v2/tasks/{taskId}.

A marker names the last row of the previous page. Only `isTruncated` states whether more rows follow; the last
page has a `nextMarker` too. Without maxSize a page has ten rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import unquote

from syncer.model import Response
from syncer.simulator.http_messages import ApiError, SimRequest, json_response
from syncer.simulator.simulated_tasks import SimState, SimTask, TaskSnapshot
from syncer.simulator.timestamps import iso_z, parse_iso_z
from syncer.simulator.vendor_api import ApiContext, ApiResult, JsonObject, with_page_faults
from syncer.simulator.vendors.baidu_vod.lifecycle import media_id, task_type
from syncer.simulator.vendors.baidu_vod.signature import check_bce

_LIST = "/v2/tasks"
_FILTER_KEYS: dict[str, tuple[str, ...]] = {}


def filter_keys(task: SimTask, state: SimState) -> tuple[str, ...]:
    """No filter, and the status."""
    return _FILTER_KEYS.setdefault(state.status, ("", state.status))


class BaiduApi:
    """The task list of a VOD account."""

    #: No rate is documented.
    quotas: ClassVar[Mapping[str, float]] = {}

    def __init__(self, context: ApiContext) -> None:
        self.context = context
        self.task_index = context.task_index
        self.injector = context.injector

    def action(self, request: SimRequest) -> str:
        if request.path == _LIST:
            return "ListTasks"
        return "GetTask" if request.path.startswith(f"{_LIST}/") else "?"

    def authenticate(self, request: SimRequest, signature_time_ms: int) -> None:
        check_bce(request, self.context.accepted_credentials, signature_time_ms)
        if self.action(request) == "?" or request.method != "GET":
            raise ApiError("InvalidURI", "Could not parse the specified URI.")

    def execute(self, request: SimRequest) -> ApiResult:
        if self.action(request) == "GetTask":
            return self._task(unquote(request.path.removeprefix(f"{_LIST}/")))
        return self._tasks({name: value for name, value in request.params().items() if value})

    def _tasks(self, params: dict[str, str]) -> ApiResult:
        limit = _limit(params)
        marker = params.get("marker", "")
        start = self._start(params.get("status", ""), marker)
        tasks = self._collect(params, start, limit + 1)
        truncated = len(tasks) > limit
        tasks = tasks[:limit]
        if marker and tasks and self.injector.fires("blank_rate"):
            return _page([], marker, marker, True)
        if not truncated and self.injector.faults.endless:
            self.injector.count("endless")
            truncated = True
        following = tasks[-1].task_id if tasks else marker
        if marker and truncated and self.injector.fires("repeat_rate"):
            following = marker
        now_ms = self.task_index.now_ms
        rows = [
            self.record(task, task.index_at(now_ms)) for task in with_page_faults(self.injector, tasks, limit)
        ]
        return _page(rows, marker or (rows[0]["taskId"] if rows else ""), following, truncated)

    def _start(self, status: str, marker: str) -> int:
        """The position after the marker's row, or of that row if markers are inclusive."""
        if not marker:
            return 0
        task = self.task_index.find_created(marker)
        if task is None or self.injector.fires("expired_cursor_rate"):
            raise _invalid("marker")
        if self.injector.faults.inclusive_marker:
            self.injector.count("inclusive_marker")
            return self.task_index.position(status, task)
        return self.task_index.position(status, task) + self.task_index.contains(status, task)

    def _collect(self, params: dict[str, str], start: int, limit: int) -> list[SimTask]:
        begin, end = _instant(params, "beginTime"), _instant(params, "endTime")
        last = end + 999 if end is not None else None
        if "taskId" in params:
            return self._by_id(params) if start == 0 else []
        tasks = self.task_index.created_between(params.get("status", ""), begin, last, start)
        return list(islice((task for task in tasks if _matches(task, params)), limit))

    def _by_id(self, params: dict[str, str]) -> list[SimTask]:
        task = self.task_index.find(params["taskId"])
        is_listed = task is not None and self.task_index.contains(params.get("status", ""), task)
        return [task] if task is not None and is_listed and _matches(task, params) else []

    def _task(self, task_id: str) -> ApiResult:
        task = self.task_index.find(task_id)
        keep_ms = self.context.detail_retention_ms
        now_ms = self.task_index.now_ms
        if task is None or (keep_ms is not None and now_ms >= task.created_ms + keep_ms):
            raise ApiError("TaskNotFound", "The requested task does not exist.", 404)
        return ApiResult(self.detail(task, task.index_at(now_ms)), 1)

    def response(self, result: ApiResult, request: SimRequest) -> Response:
        return _response(result.body, 200, request)

    def error_response(self, error: ApiError, request: SimRequest) -> Response:
        body = {"requestId": _request_id(request), "code": error.code, "message": error.message}
        return _response(body, error.status, request, error.headers)

    def throttled(self, quota: float) -> ApiError:
        return ApiError("RequestLimitExceeded", "Too many requests.", 429, {"retry-after": "1"})

    def internal_error(self) -> ApiError:
        return ApiError("InternalError", "We encountered an internal error. Please try again.", 500)

    def permission_denied(self) -> ApiError:
        return ApiError("AccessDenied", "Access denied.", 403)

    def record(self, task: SimTask, index: int) -> JsonObject:
        return {"taskId": task.task_id, "mediaId": media_id(task.batch), **_state(task, task.snapshot(index))}

    def detail(self, task: SimTask, index: int) -> JsonObject:
        """Another format than the row's: the media is inside the object of the task's type."""
        snapshot = task.snapshot(index)
        kind = "mediaWorkflowTaskInfo" if task_type(task.salt) == "WORKFLOW" else "mediaPresetTaskInfo"
        part: dict[str, Any] = {"mediaId": media_id(task.batch), "status": snapshot.state.status}
        if snapshot.state.failed:
            part["errorCode"] = "MediaException.TranscodeFailed"
            part["errorMessage"] = "视频转码失败"
        return {"taskId": task.task_id, **_state(task, snapshot), kind: part}


def _state(task: SimTask, snapshot: TaskSnapshot) -> JsonObject:
    finished = {} if snapshot.finished_ms is None else {"finishTime": iso_z(snapshot.finished_ms)}
    return {
        "type": task_type(task.salt),
        "status": snapshot.state.status,
        "createTime": iso_z(snapshot.created_ms),
        **finished,
    }


def _page(rows: list[JsonObject], marker: str, following: str, truncated: bool) -> ApiResult:
    body = {"data": rows, "marker": marker, "nextMarker": following, "isTruncated": truncated}
    return ApiResult(body, len(rows))


def _limit(params: dict[str, str]) -> int:
    text = params.get("maxSize", "10")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise _invalid("maxSize")
    return int(text)


def _instant(params: dict[str, str], name: str) -> int | None:
    if name not in params:
        return None
    try:
        return parse_iso_z(params[name])
    except ValueError:
        raise _invalid(name) from None


def _matches(task: SimTask, params: dict[str, str]) -> bool:
    return "mediaId" not in params or params["mediaId"] == media_id(task.batch)


def _invalid(name: str) -> ApiError:
    return ApiError("InvalidParameter", f"The parameter {name} is not valid.")


def _request_id(request: SimRequest) -> str:
    return request.headers.get("x-bce-request-id") or str(uuid.uuid4())


def _response(
    body: JsonObject, status: int, request: SimRequest, headers: Mapping[str, str] | None = None
) -> Response:
    all_headers = {
        "x-bce-request-id": body.get("requestId") or _request_id(request),
        "cache-control": "no-cache",
    }
    return json_response(
        body,
        status=status,
        content_type="application/json;charset=UTF-8",
        headers={**all_headers, **(headers or {}), "transfer-encoding": "chunked"},
    )
