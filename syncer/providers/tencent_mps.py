"""Tencent MPS: DescribeTasks and DescribeTaskDetail, version 2019-06-12.

Sources: docs/providers/tencent_mps.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from syncer.model import (
    Envelope,
    Facts,
    Listing,
    ProviderExample,
    Query,
    Request,
    Response,
    Role,
    Status,
    Task,
    Tokens,
)
from syncer.providers import tencent
from syncer.providers.endpoints import read_endpoint
from syncer.providers.fields import identifier, integer, iso_instant, task_id, text, texts
from syncer.providers.redaction import without_keys
from syncer.providers.responses import record_list
from syncer.providers.tencent_identity import TencentProvider
from syncer.providers.tencent_mps_outcome import error_code, outcome

_HOSTS = {"cn": "mps.tencentcloudapi.com", "intl": "mps.intl.tencentcloudapi.com"}
#: On the international site, details are available for a shorter time than the list.
_DETAIL_RETENTION = {"cn": timedelta(days=7), "intl": timedelta(days=3)}

_FAILED_LIST = "FINISH.failed"
_LISTS = (
    Listing(name="WAITING", role=Role.OPEN),
    Listing(name="PROCESSING", role=Role.OPEN),
    Listing(name="FINISH", role=Role.PRIMARY, terminal=True),
    Listing(name=_FAILED_LIST, role=Role.FAILED, terminal=True),
)
#: By list: the status of its tasks, the vendor's word, the rank in the lifecycle.
_MEANINGS = {
    "WAITING": (Status.WAITING, "WAITING", 0),
    "PROCESSING": (Status.RUNNING, "PROCESSING", 1),
    "FINISH": (Status.FINISHED, "FINISH", 2),
    _FAILED_LIST: (Status.FAILED, "FINISH", 2),
}

_FIELDS = {
    "TaskType": "task_type",
    "SubTaskTypes": "sub_types",
    "CreateTime": "created_at",
    "BeginProcessTime": "started_at",
    "FinishTime": "finished_at",
}
#: Three are documented for the list, the others for the detail call.
_TASK_TYPES = frozenset(
    (
        *("WorkflowTask", "EditMediaTask", "LiveProcessTask"),
        *("LiveStreamProcessTask", "ScheduleTask", "LiveScheduleTask"),
        *("EvaluationTask", "ExtractBlindWatermark"),
    )
)
#: Keys of foreign storage, callbacks and players, which a detail response repeats from the order.
_SECRETS = frozenset({"S3SecretId", "S3SecretKey", "NotifyKey", "SimpleAesDrm"})
_EXAMPLE = ProviderExample(
    configuration="""\
[[sources]]
name = "mps-cn"
provider = "tencent_mps"
# "cn" or "intl": two clouds with separate accounts.
site = "cn"
""",
    response={
        "Response": {
            "TotalCount": 1,
            "TaskSet": [{"TaskId": "24-WorkflowTask-1", "CreateTime": "2018-12-27T13:57:15Z"}],
            "ScrollToken": "",
            "RequestId": "req-1",
        }
    },
    records=1,
    options={"site": "cn"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentMpsOptions:
    site: Literal["cn", "intl"]


class TencentMps(TencentProvider):
    """The tasks of one account on one of MPS's two sites, which have separate accounts."""

    name = "tencent_mps"
    title = "Tencent MPS"
    example = _EXAMPLE
    options_class = TencentMpsOptions

    def __init__(self, *, options: TencentMpsOptions, endpoint: str | None = None) -> None:
        target = read_endpoint(endpoint, _HOSTS[options.site])
        service = tencent.TencentService(self.title, "mps", "2019-06-12", target)
        super().__init__(service, options.site, endpoint)
        self.facts = Facts(
            lists=_LISTS,
            # A scroll token is the id of the record that the next page begins with.
            paging=Tokens(is_resumable=True, names_next_record=True),
            page_size=100,
            requests_per_second=20,
            retention=timedelta(days=7),
            detail_retention=_DETAIL_RETENTION[options.site],
            ids_per_request=1,
            has_details=True,
            known_paths=frozenset({"TaskId", *_FIELDS}),
            known_values={"TaskType": _TASK_TYPES},
            fields=_FIELDS,
            environment=tencent.ENVIRONMENT,
        )

    def request(self, query: Query) -> Request:
        if query.ids:
            return self.service.request("DescribeTaskDetail", {"TaskId": query.ids[0]})
        parameters: dict[str, Any] = {"Status": _MEANINGS[query.list_name][1], "Limit": query.limit}
        if query.list_name == _FAILED_LIST:
            parameters["SubTaskHasFailed"] = True
        if query.cursor is not None:
            parameters["ScrollToken"] = query.cursor
        return self.service.request("DescribeTasks", parameters)

    def parse(self, query: Query, response: Response) -> Envelope:
        content, error = self.service.read(response)
        request_id = tencent.request_id(content)
        if error:
            if query.ids and _is_unknown(error.code):
                return Envelope(records=(), next_cursor=None, request_id=request_id)
            is_filtered = query.list_name == _FAILED_LIST
            raise tencent.error_of(error, query, self.facts.page_size, is_filtered)
        if query.ids:
            detail = {name: value for name, value in content.items() if name != "RequestId"}
            is_task = detail.get("Status") or detail.get("TaskType")
            return Envelope(records=(detail,) if is_task else (), next_cursor=None, request_id=request_id)
        total = integer(content.get("TotalCount"))
        where = f"{self.service.title}'s DescribeTasks"
        return Envelope(
            records=tuple(record_list(content, "TaskSet", total=total, where=where, request_id=request_id)),
            next_cursor=identifier(content.get("ScrollToken")),
            total=total,
            request_id=request_id,
        )

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        if query.ids:
            return _detail_task(query.ids[0], record, observed_at)
        status, word, rank = _MEANINGS[query.list_name]
        return Task(
            task_id=task_id(record, "TaskId"),
            status=status,
            provider_status=word,
            task_type=text(record.get("TaskType")),
            sub_types=texts(record.get("SubTaskTypes")),
            created_at=iso_instant(record.get("CreateTime"), observed_at),
            started_at=iso_instant(record.get("BeginProcessTime"), observed_at),
            finished_at=iso_instant(record.get("FinishTime"), observed_at),
            rank=rank,
        )

    def reduce(self, record: dict[str, Any]) -> dict[str, Any]:
        """`record` without the keys of other systems that a detail response may repeat."""
        # The rows of the list are flat and contain none.
        if dict not in map(type, record.values()):
            return record
        reduced: dict[str, Any] = without_keys(record, _SECRETS)
        return reduced


def _is_unknown(code: str) -> bool:
    """Whether `code` means that there is no such task, or no longer; the id is the only parameter."""
    if code in ("InvalidParameterValue", "InvalidParameterValue.TaskId", "InvalidParameter.Id"):
        return True
    return code.startswith(("ResourceNotFound", "FailedOperation", "InvalidParameter")) and (
        "NotFound" in code.removeprefix("ResourceNotFound.") or "NotExist" in code
    )


# Details


def _detail_task(requested_id: str, record: Mapping[str, Any], observed_at: datetime) -> Task:
    """The task in a detail response, which has no id of its own, but the outcome of an ended task.

    Its TaskType is not used: the LiveProcessTask of a list is a LiveStreamProcessTask here.
    """
    word = text(record.get("Status"))
    status, _, rank = _MEANINGS.get(word or "", (Status.UNKNOWN, None, None))
    failure: Mapping[str, Any] = {}
    if status is Status.FINISHED:
        status, failure = outcome(record)
    return Task(
        task_id=requested_id,
        status=status,
        provider_status=word,
        created_at=iso_instant(record.get("CreateTime"), observed_at),
        started_at=iso_instant(record.get("BeginProcessTime"), observed_at),
        finished_at=iso_instant(record.get("FinishTime"), observed_at),
        error_code=error_code(failure),
        error_message=text(failure.get("Message")),
        rank=rank,
    )
