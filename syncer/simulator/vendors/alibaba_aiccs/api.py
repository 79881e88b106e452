"""Alibaba Cloud aiccs on the wire: ListTask, version 2019-10-15, in the RPC style.

Parameters travel in the query string or a form. Errors are HTTP statuses, or 200 with Success=false. A client
that asks for no JSON gets XML, as from every RPC gateway.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from syncer.model import Response
from syncer.simulator.credentials import NonceBook
from syncer.simulator.http_messages import ApiError, SimRequest, json_answer
from syncer.simulator.simulated_tasks import SimState, SimTask
from syncer.simulator.vendors.alibaba_aiccs.signature import TOLERANCE_MS, check_acs
from syncer.simulator.vendors.api import ApiContext, ApiPage, Record, checked
from syncer.simulator.vendors.lifecycle import pick

_STATUSES = ("INIT", "RELEASE", "READY", "RUNNING", "STOP", "SYSTEM_STOP", "DONE", "CANCEL", "SYSTEM_CANCEL")
_SHELVES = {status: ("", status) for status in _STATUSES}
_ROBOTS = ("催收机器人", "满意度回访", "活动通知", "survey-bot", "会员续费")
_CAMPAIGNS = ("双十一回访", "新用户关怀", "还款提醒", "event-invite", "满意度调查", "流失召回")


def partitions(task: SimTask, state: SimState) -> tuple[str, ...]:
    return _SHELVES[state.status]


class AiccsApi:
    """The robot-call task list of an account."""

    quotas: ClassVar[Mapping[str, float]] = {"ListTask": 500}

    def __init__(self, context: ApiContext) -> None:
        self.context = context
        self.task_index = context.task_index
        self.injector = context.injector
        self._nonces = NonceBook(2 * TOLERANCE_MS)

    def action(self, call: SimRequest) -> str:
        return call.headers.get("x-acs-action") or _params(call).get("Action") or "?"

    def authenticate(self, call: SimRequest, now_ms: int) -> None:
        params = _params(call)
        check_acs(call, params, self.context.accepted_credentials, self._nonces, now_ms)
        version = call.headers.get("x-acs-version") or params.get("Version")
        if self.action(call) != "ListTask" or version != "2019-10-15" or call.path != "/":
            raise ApiError(
                "InvalidAction.NotFound", "Specified api is not found, please check your url and method.", 404
            )

    def answer(self, call: SimRequest) -> ApiPage:
        params = _params(call)
        number, size = _positive(params, "PageNo", 1), self._page_size(params)
        if self.injector.fires("unsuccessful_rate"):
            return ApiPage({"Code": "SystemError", "Message": "系统错误", "Success": False}, 0)
        if number > 1 and self.injector.fires("repeat_rate"):
            number -= 1
        tasks, total = self._select(params, (number - 1) * size, size)
        if tasks and self.injector.fires("blank_rate"):
            tasks = []
        now_ms = self.task_index.now_ms
        rows = [self.record(task, task.index_at(now_ms)) for task in checked(self.injector, tasks, size)]
        listed = {"PageNo": number, "PageSize": size, "Total": total, "Record": rows}
        return ApiPage({"Data": listed, "Code": "OK", "Message": "OK", "Success": True}, len(rows))

    def _page_size(self, params: dict[str, str]) -> int:
        """What was asked for, or the most that the server is willing to give."""
        asked = _positive(params, "PageSize", 20)
        cap = self.injector.faults.page_cap
        if cap is None or asked <= cap:
            return asked
        self.injector.note("page_cap")
        return cap

    def _select(self, params: dict[str, str], start: int, size: int) -> tuple[list[SimTask], int]:
        """The tasks of the page, and how many there are without paging."""
        task_index = self.task_index
        status = params.get("Status", "")
        if status and status not in _STATUSES:
            raise _parameter_error()
        if params.get("TaskId"):
            task = task_index.find(params["TaskId"])
            found = [task] if task is not None and task_index.holds(status, task) else []
        elif params.get("TaskName") or params.get("RobotName"):
            found = [task for task in task_index.scan(status) if _is_named(task, params)]
        else:
            return task_index.page(status, start, size), task_index.size(status)
        return found[start : start + size], len(found)

    def render(self, page: ApiPage, call: SimRequest) -> Response:
        return _answer({"RequestId": _request_id(), **page.body}, call)

    def refuse(self, refusal: ApiError, call: SimRequest) -> Response:
        body = {
            "RequestId": _request_id(),
            "HostId": call.headers.get("host", ""),
            "Code": refusal.code,
            "Message": refusal.message,
            "Recommend": f"https://api.example.com/troubleshoot?q={refusal.code}",
        }
        return _answer(body, call, refusal.status, refusal.headers)

    def throttled(self, quota: float) -> ApiError:
        return ApiError(
            "Throttling.User",
            "Request was denied due to user flow control.",
            400,
            {"x-acs-retry-after": "200"},
        )

    def broken(self) -> ApiError:
        return ApiError("SystemError", "A system error occurred.", 500)

    def denied(self) -> ApiError:
        return ApiError(
            "PermissionInsufficient",
            "Insufficient permissions. Please contact the Alibaba Cloud account administrator.",
        )

    def record(self, task: SimTask, index: int) -> Record:
        moment = task.moment(index)
        started = {} if moment.started_ms is None else {"FireTime": str(moment.started_ms)}
        return {
            "Status": moment.state.status,
            "GmtCreate": str(moment.created_ms),
            "TotalCount": moment.state.total,
            **started,
            "TaskName": _name(task),
            "RobotId": 10_000_000 + _ROBOTS.index(_robot(task)),
            "RobotName": _robot(task),
            "Id": int(task.task_id),
            "CompleteCount": moment.state.done,
        }

    def detail(self, task: SimTask, index: int) -> Record:
        """There is no other shape: a call by id is the list with a filter."""
        return self.record(task, index)


def _name(task: SimTask) -> str:
    return f"{pick(_CAMPAIGNS, task.salt, 8)}-{task.number:04d}"


def _robot(task: SimTask) -> str:
    return pick(_ROBOTS, task.salt, 20)


def _is_named(task: SimTask, params: dict[str, str]) -> bool:
    """TaskName matches in part (whether it does is undocumented), RobotName as a whole."""
    robot = params.get("RobotName")
    return params.get("TaskName", "") in _name(task) and (not robot or robot == _robot(task))


def _params(call: SimRequest) -> dict[str, str]:
    form = "form-urlencoded" in call.headers.get("content-type", "")
    body = dict(parse_qsl(call.body.decode(), keep_blank_values=True)) if form else {}
    return {**call.params(), **body}


def _positive(params: dict[str, str], name: str, default: int) -> int:
    text = params.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 1 << 31:
        raise _parameter_error()
    return int(text)


def _parameter_error() -> ApiError:
    return ApiError("ParameterError", "The parameter is invalid.")


def _request_id() -> str:
    return str(uuid.uuid4()).upper()


def _answer(
    body: Record, call: SimRequest, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    named = {"x-acs-request-id": body["RequestId"], **(headers or {})}
    wants = call.headers.get("accept", "") + _params(call).get("Format", "")
    if "json" in wants.lower():
        return json_answer(body, status=status, content_type="application/json;charset=utf-8", headers=named)
    root = "ListTaskResponse" if status == 200 else "Error"
    text = f'<?xml version="1.0" encoding="UTF-8"?>{_xml(root, body)}'
    return Response(status, {"content-type": "text/xml;charset=utf-8", **named}, text.encode())


def _xml(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_xml(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_xml(key, part) for key, part in value.items())}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
