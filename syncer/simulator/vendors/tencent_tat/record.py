"""A row of TAT's DescribeInvocationTasks."""

from __future__ import annotations

import base64
from functools import cache

from syncer.simulator.lifecycle import base36, pick
from syncer.simulator.simulated_tasks import Phase, SimTask, TaskSnapshot
from syncer.simulator.timestamps import iso_offset
from syncer.simulator.vendor_api import JsonObject
from syncer.simulator.vendors.tencent_tat.lifecycle import (
    DELIVER_FAILED,
    FAILED,
    START_FAILED,
    TASK_TIMEOUT,
    TERMINATED,
    TIMEOUT,
)

_COMMANDS = (
    ("清理磁盘", "SHELL", "df -h /\nfind /var/log -name '*.gz' -mtime +7 -delete\n"),
    ("restart-nginx", "SHELL", "systemctl restart nginx\nsystemctl is-active nginx\n"),
    ("数据库备份", "SHELL", "mysqldump -uroot -p'S3cret!pw' shop | gzip > /data/backup/shop.sql.gz\n"),
    ("collect-metrics", "SHELL", "vmstat 1 5\niostat -x 1 2\n"),
    ("更新补丁", "POWERSHELL", "Install-WindowsUpdate -AcceptAll -AutoReboot\n"),
    ("deploy-release", "SHELL", 'cd /srv/app && ./deploy.sh "$VERSION"\n'),
)
_ERRORS = {
    DELIVER_FAILED.status: "Command delivery failed: the agent is not online.",
    START_FAILED.status: "启动失败：工作目录不存在",
    TASK_TIMEOUT.status: "The agent has not reported for too long.",
}
_KILLED = -1


def identity(task: SimTask) -> JsonObject:
    """The fields of the row that filters compare."""
    return {
        "InvocationTaskId": task.task_id,
        "InvocationId": f"inv-{base36(task.batch, 8)}",
        "InstanceId": f"ins-{base36(task.salt >> 20, 8)}",
        "CommandId": _command_id(task.batch % len(_COMMANDS)),
    }


@cache
def _command_id(number: int) -> str:
    return f"cmd-{base36(0x9E3779B9 * (1 + number), 8)}"


def record(task: SimTask, index: int, *, hide_output: bool) -> JsonObject:
    """The row of the task in its state number `index`."""
    snapshot = task.snapshot(index)
    name, kind, content = pick(_COMMANDS, task.batch, 0)
    return {
        **identity(task),
        "CommandName": name,
        "CommandDocument": _document(kind, content),
        "TaskStatus": snapshot.state.status,
        "TaskResult": _result(task, snapshot, hide_output),
        "StartTime": _time(snapshot.started_ms),
        "EndTime": _time(snapshot.finished_ms),
        "CreatedTime": iso_offset(snapshot.created_ms),
        "UpdatedTime": iso_offset(snapshot.updated_ms),
        "ErrorInfo": _ERRORS.get(snapshot.state.status, ""),
        "InvocationSource": "INVOKER" if task.batch >> 60 == 0 else "USER",
    }


@cache
def _document(kind: str, content: str) -> JsonObject:
    """The command as JSON. All rows of the command share the object, so it must not be changed."""
    windows = kind == "POWERSHELL"
    return {
        "Content": base64.b64encode(content.encode()).decode(),
        "CommandType": kind,
        "Timeout": 60,
        "WorkingDirectory": "C:\\Program Files" if windows else "/root",
        "Username": "System" if windows else "root",
        "OutputCOSBucketUrl": "",
        "OutputCOSKeyPrefix": "",
    }


def _result(task: SimTask, snapshot: TaskSnapshot, hide_output: bool) -> JsonObject:
    ran = snapshot.started_ms is not None and snapshot.state.phase is Phase.ENDED
    output = "" if hide_output or not ran else base64.b64encode(_output(task, snapshot).encode()).decode()
    return {
        "ExitCode": _exit_code(task, snapshot),
        "Output": output,
        "Dropped": 0,
        "OutputUrl": "",
        "OutputUploadCOSErrorInfo": "",
        "ExecStartTime": _time(snapshot.started_ms),
        "ExecEndTime": _time(snapshot.finished_ms if ran else None),
    }


def _exit_code(task: SimTask, snapshot: TaskSnapshot) -> int:
    if snapshot.state == FAILED:
        return pick((1, 2, 126, 127, 255), task.salt, 12)
    return _KILLED if snapshot.state in (TIMEOUT, TASK_TIMEOUT, TERMINATED) else 0


def _output(task: SimTask, snapshot: TaskSnapshot) -> str:
    if snapshot.state == FAILED:
        return pick(("bash: command not found\n", "错误：磁盘空间不足\n"), task.salt, 12)
    return f"ok {task.number}\n完成\n"


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso_offset(at_ms)
