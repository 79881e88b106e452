"""Tencent MPS: DescribeTasks and DescribeTaskDetail, version 2019-06-12.

Sources: docs/providers/tencent_mps.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from syncer.model import (
    Credentials,
    Envelope,
    Facts,
    Listing,
    Query,
    Request,
    Response,
    Role,
    Status,
    Task,
    Tokens,
)
from syncer.providers import tencent
from syncer.providers.base import BaseProvider
from syncer.providers.endpoints import read_endpoint
from syncer.providers.fields import identifier, integer, iso_instant, task_id, text, texts
from syncer.providers.responses import record_list

_HOSTS = {"cn": "mps.tencentcloudapi.com", "intl": "mps.intl.tencentcloudapi.com"}
#: The vendor keeps details shorter than the list on its international site.
_DETAIL_RETENTION = {"cn": timedelta(days=7), "intl": timedelta(days=3)}

_FAILED_LIST = "FINISH.failed"
_LISTS = (
    Listing(name="WAITING", role=Role.OPEN),
    Listing(name="PROCESSING", role=Role.OPEN),
    Listing(name="FINISH", role=Role.PRIMARY, terminal=True),
    Listing(name=_FAILED_LIST, role=Role.FAILED, terminal=True),
)
#: By list: the status it proves, the vendor's word, the place in the lifecycle.
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
#: Three are documented for the list, the others for its detail call.
_TASK_TYPES = frozenset(
    (
        *("WorkflowTask", "EditMediaTask", "LiveProcessTask"),
        *("LiveStreamProcessTask", "ScheduleTask", "LiveScheduleTask"),
        *("EvaluationTask", "ExtractBlindWatermark"),
    )
)
#: Keys of foreign storage, callbacks and players, which a detail answer repeats from the order.
_SECRETS = frozenset({"S3SecretId", "S3SecretKey", "NotifyKey", "SimpleAesDrm"})
#: Beneath these a detail answer holds media, not outcomes.
_MEDIA = frozenset({"Input", "InputInfo", "MetaData", "Output", "TaskNotifyConfig"})
_RESULT_KEYS = frozenset({"Status", "ErrCode", "ErrCodeExt"})
_GOOD_CODES = frozenset({"0", "OK", "SUCCESS"})
_FAILED_WORDS = ("FAIL", "FAILED")
_ENDED_WORDS = (None, "", "SUCCESS", "FINISH")


class TencentMps(BaseProvider):
    """The tasks of one account on one of MPS's two sites, which have separate accounts."""

    name = "tencent_mps"

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options:
        site: Literal["cn", "intl"]

    def __init__(self, *, options: Options, endpoint: str | None = None) -> None:
        self.site = options.site
        place = read_endpoint(endpoint, _HOSTS[options.site])
        self.endpoint = place.origin
        self.service = tencent.TencentService("Tencent MPS", "mps", "2019-06-12", place)
        self.facts = Facts(
            lists=_LISTS,
            # A scroll token is the id of the record that the next page begins with.
            paging=Tokens(is_resumable=True, names_next_record=True),
            page_size=100,
            requests_per_second=20,
            retention=timedelta(days=7),
            detail_retention=_DETAIL_RETENTION[options.site],
            ids_per_request=1,
            answers_detail=True,
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

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        return self.service.sign(request, credentials, now)

    def parse(self, query: Query, answer: Response) -> Envelope:
        response, refusal = self.service.read(answer)
        request_id = tencent.request_id(response)
        if refusal:
            if query.ids and _is_unknown(refusal.code):
                return Envelope(records=(), next_cursor=None, request_id=request_id)
            is_filtered = query.list_name == _FAILED_LIST
            raise tencent.error_of(refusal, query, self.facts.page_size, is_filtered)
        if query.ids:
            detail = {name: value for name, value in response.items() if name != "RequestId"}
            found = (detail,) if detail.get("Status") or detail.get("TaskType") else ()
            return Envelope(records=found, next_cursor=None, request_id=request_id)
        total = integer(response.get("TotalCount"))
        where = f"{self.service.title}'s DescribeTasks"
        return Envelope(
            records=tuple(record_list(response, "TaskSet", total=total, where=where, request_id=request_id)),
            next_cursor=identifier(response.get("ScrollToken")),
            total=total,
            request_id=request_id,
        )

    def task(self, query: Query, record: Mapping[str, Any]) -> Task:
        if query.ids:
            return _detailed(query.ids[0], record)
        status, word, rank = _MEANINGS[query.list_name]
        return Task(
            task_id=task_id(record, "TaskId"),
            status=status,
            provider_status=word,
            task_type=text(record.get("TaskType")),
            sub_types=texts(record.get("SubTaskTypes")),
            created_at=iso_instant(record.get("CreateTime")),
            started_at=iso_instant(record.get("BeginProcessTime")),
            finished_at=iso_instant(record.get("FinishTime")),
            rank=rank,
        )

    def reduce(self, record: dict[str, Any]) -> dict[str, Any]:
        """`record` without the keys to other systems that a detail answer may repeat."""
        # The rows of the list are flat and hold none.
        if dict not in map(type, record.values()):
            return record
        reduced: dict[str, Any] = _without_secrets(record)
        return reduced


def _is_unknown(code: str) -> bool:
    """Whether `code` says that there is no such task, or no longer; the id is all that was asked."""
    if code in ("InvalidParameterValue", "InvalidParameterValue.TaskId", "InvalidParameter.Id"):
        return True
    return code.startswith(("ResourceNotFound", "FailedOperation", "InvalidParameter")) and (
        "NotFound" in code.removeprefix("ResourceNotFound.") or "NotExist" in code
    )


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(part) for name, part in value.items() if name not in _SECRETS}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value


# Details


def _detailed(asked: str, record: Mapping[str, Any]) -> Task:
    """The task in a detail answer, which names no id at its top and tells the outcome of an ended task.

    Its TaskType is left out: what the list calls LiveProcessTask is a LiveStreamProcessTask here.
    """
    word = text(record.get("Status"))
    status, _, rank = _MEANINGS.get(word or "", (Status.UNKNOWN, None, None))
    failure: Mapping[str, Any] = {}
    if status is Status.FINISHED:
        status, failure = _outcome(record)
    return Task(
        task_id=asked,
        status=status,
        provider_status=word,
        created_at=iso_instant(record.get("CreateTime")),
        started_at=iso_instant(record.get("BeginProcessTime")),
        finished_at=iso_instant(record.get("FinishTime")),
        error_code=_error_code(failure),
        error_message=text(failure.get("Message")),
        rank=rank,
    )


def _outcome(record: Mapping[str, Any]) -> tuple[Status, Mapping[str, Any]]:
    """How an ended task ended, and the first result in it that failed.

    Its parts tell: each has a code, or is still said to be processing, and then nothing is certain.
    """
    results = list(_results(record))
    for result in results:
        if _error_code(result) or result.get("Status") in _FAILED_WORDS:
            return Status.FAILED, result
    is_over = all(result.get("Status") in _ENDED_WORDS for result in results)
    if is_over and any(_has_passed(result) for result in results):
        return Status.SUCCEEDED, {}
    return Status.FINISHED, {}


def _results(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in `part` that bears a status or an error code."""
    if isinstance(part, list):
        for one in part:
            yield from _results(one)
    elif isinstance(part, dict):
        if not _RESULT_KEYS.isdisjoint(part):
            yield part
        for name, value in part.items():
            if name not in _MEDIA:
                yield from _results(value)


def _error_code(result: Mapping[str, Any]) -> str | None:
    """The code of a failure, the newer kind first; None where it is one of success."""
    word = text(result.get("ErrCodeExt"))
    if word and word.upper() not in _GOOD_CODES:
        return word
    number = integer(result.get("ErrCode"))
    return str(number) if number else None


def _has_passed(result: Mapping[str, Any]) -> bool:
    codes = (result.get("ErrCode"), result.get("ErrCodeExt"))
    return result.get("Status") == "SUCCESS" or any(code is not None for code in codes)
