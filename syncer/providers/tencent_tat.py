"""Tencent TAT: DescribeInvocationTasks and DescribeRegions, version 2020-10-28.

Sources: docs/providers/tencent_tat.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from syncer.errors import PageRefused
from syncer.model import (
    Envelope,
    Facts,
    Listing,
    Offsets,
    ProviderExample,
    Query,
    Request,
    Response,
    Role,
    Status,
    Task,
    count_rows,
)
from syncer.providers import tencent
from syncer.providers.endpoints import read_endpoint
from syncer.providers.fields import identifier, integer, iso_instant, microseconds, task_id, text
from syncer.providers.redaction import hash_command
from syncer.providers.responses import ErrorResponse, record_list
from syncer.providers.tencent_identity import TencentProvider

_HOSTS = {"cn": "tat.tencentcloudapi.com", "intl": "tat.intl.tencentcloudapi.com"}
_STATUSES = {
    "PENDING": Status.WAITING,
    "DELIVERING": Status.WAITING,
    "DELIVER_DELAYED": Status.WAITING,
    "RUNNING": Status.RUNNING,
    "CANCELLING": Status.RUNNING,
    "SUCCESS": Status.SUCCEEDED,
    "DELIVER_FAILED": Status.FAILED,
    "START_FAILED": Status.FAILED,
    "FAILED": Status.FAILED,
    "TIMEOUT": Status.FAILED,
    "TASK_TIMEOUT": Status.FAILED,
    "CANCELLED": Status.CANCELLED,
    "TERMINATED": Status.CANCELLED,
}
_FIELDS = {
    "TaskStatus": "provider_status",
    "CommandDocument.CommandType": "task_type",
    "CreatedTime": "created_at",
    "StartTime": "started_at",
    "EndTime": "finished_at",
    "UpdatedTime": "updated_at",
    "InvocationId": "parent_id",
    "InstanceId": "resource_id",
    "ErrorInfo": "error_message",
}
_PARTS = {
    "TaskResult": (
        *("ExitCode", "Output", "Dropped", "OutputUrl", "OutputUploadCOSErrorInfo"),
        *("ExecStartTime", "ExecEndTime"),
    ),
    "CommandDocument": (
        *("Content", "CommandType", "Timeout", "WorkingDirectory", "Username"),
        *("OutputCOSBucketUrl", "OutputCOSKeyPrefix"),
        # Stored in place of Content.
        *("ContentLength", "ContentSha256"),
    ),
}
_PATHS = frozenset(f"{part}.{name}" for part, names in _PARTS.items() for name in names).union(
    _PARTS, ("InvocationTaskId", "CommandId", "CommandName", "InvocationSource")
)
_KNOWN_VALUES = {
    "TaskStatus": frozenset(_STATUSES),
    "CommandDocument.CommandType": frozenset({"SHELL", "POWERSHELL", "BAT"}),
    # Documented in capitals; the example has small letters.
    "InvocationSource": frozenset({"USER", "INVOKER", "user", "invoker"}),
}
_PAGING = Offsets()
_FACTS = Facts(
    lists=(Listing(name="tasks", role=Role.PRIMARY),),
    paging=_PAGING,
    page_size=100,
    requests_per_second=10,
    ids_per_request=100,
    # Signed again for every response.
    volatile=frozenset({"TaskResult.OutputUrl"}),
    known_paths=_PATHS | _FIELDS.keys(),
    known_values=_KNOWN_VALUES,
    fields=_FIELDS,
    view_instants=frozenset({"TaskResult.ExecStartTime", "TaskResult.ExecEndTime"}),
    environment=tencent.ENVIRONMENT,
)


_EXAMPLE = ProviderExample(
    configuration="""\
[[sources]]
name = "tat"
provider = "tencent_tat"
# A list, or "all" that the account has; each region has its own list of tasks.
regions = ["ap-guangzhou", "ap-singapore"]
# "cn" or "intl": two clouds with separate accounts.
site = "cn"
# true: store what finished commands printed; it may hold secrets.
outputs = false
# true: store what was run; it holds passwords. false: only its length and hash.
command_content = false
""",
    response={
        "Response": {
            "TotalCount": 1,
            "InvocationTaskSet": [{"InvocationTaskId": "invt-08oe5fe2", "TaskStatus": "SUCCESS"}],
            "RequestId": "req-1",
        }
    },
    records=1,
    options={"regions": "all"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentTatOptions:
    #: The regions to read, or all that the account has.
    regions: tuple[str, ...] | Literal["all"]
    site: Literal["cn", "intl"] = "cn"
    #: Store what finished commands printed. It may hold secrets.
    outputs: bool = False
    #: Store what was run. It holds passwords; without it, only its length and hash are stored.
    command_content: bool = False


class TencentTat(TencentProvider):
    """The invocation tasks of one account, each region a list of its own."""

    name = "tencent_tat"
    title = "Tencent TAT"
    example = _EXAMPLE
    options_class = TencentTatOptions
    facts = _FACTS

    def __init__(self, *, options: TencentTatOptions, endpoint: str | None = None) -> None:
        self.options = options
        self.regions = None if options.regions == "all" else options.regions
        target = read_endpoint(endpoint, _HOSTS[options.site])
        service = tencent.TencentService(self.title, "tat", "2020-10-28", target)
        super().__init__(service, options.site, endpoint)

    def request(self, query: Query) -> Request:
        parameters: dict[str, Any]
        if query.ids:
            # Without a limit, the response would hold only twenty.
            parameters = {"InvocationTaskIds": list(query.ids), "Limit": len(query.ids)}
        else:
            parameters = {"Offset": _PAGING.number(query.cursor), "Limit": query.limit}
        parameters["HideOutput"] = not self.options.outputs
        return self.service.request("DescribeInvocationTasks", parameters, query.region)

    def parse(self, query: Query, response: Response) -> Envelope:
        content, error = self.service.read(response)
        request_id = tencent.request_id(content)
        if error:
            return self._envelope_of_error(query, error)
        total = integer(content.get("TotalCount"))
        where = f"{self.service.title}'s DescribeInvocationTasks"
        records = tuple(
            record_list(content, "InvocationTaskSet", total=total, where=where, request_id=request_id)
        )
        if query.ids:
            return Envelope(records=records, next_cursor=None, total=total, request_id=request_id)
        return Envelope(
            records=records,
            next_cursor=_PAGING.next_cursor(query, count_rows(records, "InvocationTaskId"), total),
            back_cursor=_PAGING.back_cursor(query, len(records)),
            total=total,
            request_id=request_id,
        )

    def _envelope_of_error(self, query: Query, error: ErrorResponse) -> Envelope:
        """An empty envelope where the requested id is unknown. Raises the error otherwise."""
        if query.ids and ("NotFound" in error.code or error.code.endswith(".InvalidInvocationTaskId")):
            if len(query.ids) > 1:
                raise error.to_error(PageRefused, "requesting fewer ids at once")
            return Envelope(records=(), next_cursor=None, request_id=error.request_id)
        raise tencent.error_of(error, query, self.facts.page_size)

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        word = text(record.get("TaskStatus"))
        status = _STATUSES.get(word or "", Status.UNKNOWN)
        updated_at = iso_instant(record.get("UpdatedTime"), observed_at)
        return Task(
            task_id=task_id(record, "InvocationTaskId"),
            status=status,
            provider_status=word,
            name=text(record.get("CommandName")) or text(record.get("CommandId")),
            task_type=text(_part(record, "CommandDocument").get("CommandType")),
            created_at=iso_instant(record.get("CreatedTime"), observed_at),
            started_at=iso_instant(record.get("StartTime"), observed_at),
            finished_at=iso_instant(record.get("EndTime"), observed_at),
            updated_at=updated_at,
            parent_id=identifier(record.get("InvocationId")),
            resource_id=identifier(record.get("InstanceId")),
            error_code=_error_code(record, word) if status is Status.FAILED else None,
            error_message=text(record.get("ErrorInfo")),
            rank=microseconds(updated_at),
        )

    def reduce(self, record: dict[str, Any]) -> dict[str, Any]:
        """`record` without the command's content and output, depending on the options.

        The output of a running task still grows; it is never stored.
        """
        result = record.get("TaskResult")
        if isinstance(result, dict) and result.get("Output") and not self._keeps_output(record):
            kept = {name: value for name, value in result.items() if name != "Output"}
            record = {**record, "TaskResult": kept}
        document = record.get("CommandDocument")
        if document and not self.options.command_content:
            record = {**record, "CommandDocument": hash_command(document)}
        return record

    def _keeps_output(self, record: Mapping[str, Any]) -> bool:
        status = _STATUSES.get(text(record.get("TaskStatus")) or "", Status.UNKNOWN)
        return self.options.outputs and not status.is_open

    def regions_request(self) -> Request:
        return self.service.regions_request()

    def parse_regions(self, response: Response) -> tuple[str, ...]:
        return self.service.parse_regions(response)


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = record.get(name)
    return part if isinstance(part, dict) else {}


def _error_code(record: Mapping[str, Any], word: str | None) -> str | None:
    """The exit code of a command that ran and failed, otherwise the vendor's status word."""
    exit_code = integer(_part(record, "TaskResult").get("ExitCode"))
    return str(exit_code) if word == "FAILED" and exit_code else word
