"""API of Alibaba Cloud aiccs: ListTask, version 2019-10-15, in the RPC style.

Parameters are in the query string or in a form. Errors have an HTTP error status, or 200 with Success=false.
A client that does not request JSON gets XML, as from every RPC gateway.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from syncer.model import Response
from syncer.simulator.accepted_credentials import NonceCache
from syncer.simulator.http_messages import ApiError, SimRequest, json_response
from syncer.simulator.lifecycle import pick
from syncer.simulator.simulated_tasks import SimState, SimTask
from syncer.simulator.vendor_api import (
    ApiContext,
    ApiResult,
    JsonObject,
    is_too_deep,
    with_page_faults,
    with_total_faults,
)
from syncer.simulator.vendors.alibaba_aiccs.signature import TOLERANCE_MS, check_acs

#: Of the token service, which the address of the list serves too.
_IDENTITY = "GetCallerIdentity"
_VERSIONS = {"ListTask": "2019-10-15", _IDENTITY: "2015-04-01"}
_STATUSES = ("INIT", "RELEASE", "READY", "RUNNING", "STOP", "SYSTEM_STOP", "DONE", "CANCEL", "SYSTEM_CANCEL")
_FILTER_KEYS = {status: ("", status) for status in _STATUSES}
_ROBOTS = ("催收机器人", "满意度回访", "活动通知", "survey-bot", "会员续费")
_CAMPAIGNS = ("双十一回访", "新用户关怀", "还款提醒", "event-invite", "满意度调查", "流失召回")


def filter_keys(task: SimTask, state: SimState) -> tuple[str, ...]:
    """No filter, and the status."""
    return _FILTER_KEYS[state.status]


class AiccsApi:
    """ListTask: the robot-call tasks of an account."""

    quotas: ClassVar[Mapping[str, float]] = {"ListTask": 500}

    def __init__(self, context: ApiContext) -> None:
        self.context = context
        self.task_index = context.task_index
        self.injector = context.injector
        self._nonces = NonceCache(2 * TOLERANCE_MS)

    def action(self, request: SimRequest) -> str:
        return request.headers.get("x-acs-action") or _params(request).get("Action") or "?"

    def authenticate(self, request: SimRequest, signature_time_ms: int) -> None:
        params = _params(request)
        check_acs(request, params, self.context.accepted_credentials, self._nonces, signature_time_ms)
        version = request.headers.get("x-acs-version") or params.get("Version")
        if _VERSIONS.get(self.action(request)) != version or request.path != "/":
            raise ApiError(
                "InvalidAction.NotFound", "Specified api is not found, please check your url and method.", 404
            )

    def execute(self, request: SimRequest) -> ApiResult:
        if self.action(request) == _IDENTITY:
            return ApiResult(self._identity(), 0)
        params = _params(request)
        number, size = _positive(params, "PageNo", 1), self._page_size(params)
        if is_too_deep(self.injector, (number - 1) * size):
            raise _parameter_error()
        if self.injector.fires("unsuccessful_rate"):
            return ApiResult({"Code": "SystemError", "Message": "系统错误", "Success": False}, 0)
        if number > 1 and self.injector.fires("repeat_rate"):
            number -= 1
        tasks, total = self._select(params, (number - 1) * size, size)
        if tasks and self.injector.fires("blank_rate"):
            tasks = []
        now_ms = self.task_index.now_ms
        rows = [
            self.record(task, task.index_at(now_ms)) for task in with_page_faults(self.injector, tasks, size)
        ]
        data: JsonObject = {"PageNo": number, "PageSize": size, "Total": total, "Record": rows}
        if not params.get("TaskId"):
            data = with_total_faults(self.injector, data, "Total")
        return ApiResult({"Data": data, "Code": "OK", "Message": "OK", "Success": True}, len(rows))

    def _identity(self) -> JsonObject:
        account = self.context.accepted_credentials.account
        if self.context.accepted_credentials.credentials.session_token:
            arn = f"acs:ram::{account}:assumed-role/reader/session"
            return {"IdentityType": "AssumedRoleUser", "AccountId": account, "RoleId": "33537620", "Arn": arn}
        return {
            "IdentityType": "Account",
            "AccountId": account,
            "UserId": account,
            "Arn": f"acs:ram::{account}:root",
        }

    def _page_size(self, params: dict[str, str]) -> int:
        """The requested page size, or the injected cap if it is smaller."""
        size = _positive(params, "PageSize", 20)
        cap = self.injector.faults.page_cap
        if cap is None or size <= cap:
            return size
        self.injector.count("page_cap")
        return cap

    def _select(self, params: dict[str, str], start: int, size: int) -> tuple[list[SimTask], int]:
        """The tasks of the page, and the number of tasks on all pages."""
        task_index = self.task_index
        status = params.get("Status", "")
        if status and status not in _STATUSES:
            raise _parameter_error()
        if params.get("TaskId"):
            task = task_index.find(params["TaskId"])
            matches = [task] if task is not None and task_index.contains(status, task) else []
        elif params.get("TaskName") or params.get("RobotName"):
            matches = [task for task in task_index.scan(status) if _is_named(task, params)]
        else:
            return task_index.page(status, start, size), task_index.size(status)
        return matches[start : start + size], len(matches)

    def response(self, result: ApiResult, request: SimRequest) -> Response:
        return _response({"RequestId": _request_id(), **result.body}, request)

    def error_response(self, error: ApiError, request: SimRequest) -> Response:
        body = {
            "RequestId": _request_id(),
            "HostId": request.headers.get("host", ""),
            "Code": error.code,
            "Message": error.message,
            "Recommend": f"https://api.example.com/troubleshoot?q={error.code}",
        }
        return _response(body, request, error.status, error.headers)

    def throttled(self, quota: float) -> ApiError:
        return ApiError(
            "Throttling.User",
            "Request was denied due to user flow control.",
            400,
            {"x-acs-retry-after": "200"},
        )

    def internal_error(self) -> ApiError:
        return ApiError("SystemError", "A system error occurred.", 500)

    def permission_denied(self) -> ApiError:
        return ApiError(
            "PermissionInsufficient",
            "Insufficient permissions. Please contact the Alibaba Cloud account administrator.",
        )

    def record(self, task: SimTask, index: int) -> JsonObject:
        snapshot = task.snapshot(index)
        started = {} if snapshot.started_ms is None else {"FireTime": str(snapshot.started_ms)}
        return {
            "Status": snapshot.state.status,
            "GmtCreate": str(snapshot.created_ms),
            "TotalCount": snapshot.state.total,
            **started,
            "TaskName": _name(task),
            "RobotId": 10_000_000 + _ROBOTS.index(_robot(task)),
            "RobotName": _robot(task),
            "Id": int(task.task_id),
            "CompleteCount": snapshot.state.done,
        }

    def detail(self, task: SimTask, index: int) -> JsonObject:
        """The same row: a call by id is the list with a filter."""
        return self.record(task, index)


def _name(task: SimTask) -> str:
    return f"{pick(_CAMPAIGNS, task.salt, 8)}-{task.number:04d}"


def _robot(task: SimTask) -> str:
    return pick(_ROBOTS, task.salt, 20)


def _is_named(task: SimTask, params: dict[str, str]) -> bool:
    """Whether the names match: TaskName as a substring (undocumented), RobotName as a whole."""
    robot = params.get("RobotName")
    return params.get("TaskName", "") in _name(task) and (not robot or robot == _robot(task))


def _params(request: SimRequest) -> dict[str, str]:
    form = "form-urlencoded" in request.headers.get("content-type", "")
    body = dict(parse_qsl(request.body.decode(), keep_blank_values=True)) if form else {}
    return {**request.params(), **body}


def _positive(params: dict[str, str], name: str, default: int) -> int:
    text = params.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 1 << 31:
        raise _parameter_error()
    return int(text)


def _parameter_error() -> ApiError:
    return ApiError("ParameterError", "The parameter is invalid.")


def _request_id() -> str:
    return str(uuid.uuid4()).upper()


def _response(
    body: JsonObject, request: SimRequest, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    all_headers = {"x-acs-request-id": body["RequestId"], **(headers or {})}
    formats = request.headers.get("accept", "") + _params(request).get("Format", "")
    if "json" in formats.lower():
        return json_response(
            body, status=status, content_type="application/json;charset=utf-8", headers=all_headers
        )
    root = "ListTaskResponse" if status == 200 else "Error"
    text = f'<?xml version="1.0" encoding="UTF-8"?>{_xml(root, body)}'
    return Response(status, {"content-type": "text/xml;charset=utf-8", **all_headers}, text.encode())


def _xml(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_xml(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_xml(key, part) for key, part in value.items())}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
