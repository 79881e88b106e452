"""Alibaba Cloud aiccs: ListTask (robot call campaigns), version 2019-10-15.

Sources: docs/providers/alibaba_aiccs.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syncer.errors import (
    ConfigurationError,
    CredentialsError,
    CursorRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
)
from syncer.model import (
    PLANNED,
    Envelope,
    Facts,
    Listing,
    PageNumbers,
    ProviderExample,
    Query,
    Request,
    Response,
    Role,
    Status,
    Task,
    count_rows,
)
from syncer.providers import alibaba
from syncer.providers.base import NoOptions
from syncer.providers.endpoints import query_string, read_endpoint
from syncer.providers.fields import epoch_instant, identifier, integer, task_id, text
from syncer.providers.responses import (
    Rules,
    check_requested_id,
    read_object,
    record_list,
    required_field,
)

_TITLE = "Alibaba aiccs"
_ALL = "ALL"
#: Open statuses come first, in the order of a campaign's lifecycle.
_STATUSES = {
    "INIT": Status.WAITING,
    "RELEASE": Status.WAITING,
    "READY": Status.WAITING,
    "STOP": Status.PAUSED,
    "SYSTEM_STOP": Status.PAUSED,
    "RUNNING": Status.RUNNING,
    "DONE": Status.SUCCEEDED,
    "CANCEL": Status.CANCELLED,
    "SYSTEM_CANCEL": Status.CANCELLED,
}
_OPEN = tuple(Listing(name=word, role=Role.OPEN) for word, status in _STATUSES.items() if status.is_open)
_FIELDS = {
    "Status": "provider_status",
    "TaskName": "name",
    "GmtCreate": "created_at",
    "FireTime": "started_at",
    "CompleteCount": "progress_done",
    "TotalCount": "progress_total",
    "RobotId": "resource_id",
}
_PAGING = PageNumbers()
_FACTS = Facts(
    # Paused campaigns resume: one that moved between the open lists is in the last list, which has no filter.
    lists=(*_OPEN, Listing(name=_ALL, role=Role.PRIMARY)),
    paging=_PAGING,
    # No maximum is documented; that of similar calls is 50 or 100.
    page_size=50,
    # The documented 500 per second are shared with every other user of the API.
    requests_per_second=5,
    ids_per_request=1,
    known_paths=frozenset({"Id", "RobotName", *_FIELDS}),
    known_values={"Status": frozenset(_STATUSES)},
    fields=_FIELDS,
    environment=(
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ),
)
_NO_RIGHT = "grant the key the RAM action aiccs:ListTask"
_WRONG_PLACE = "check that `endpoint` belongs to aiccs"
_RULES: Rules = (
    ("*LIMIT_CONTROL*", Throttled, "trying again more slowly"),
    ("*FlowControl*", Throttled, "trying again more slowly"),
    *alibaba.RULES,
    ("Forbidden*", CredentialsError, _NO_RIGHT),
    ("NoPermission*", CredentialsError, _NO_RIGHT),
    ("Permission*", CredentialsError, _NO_RIGHT),
    ("*Region*", ConfigurationError, "omit `endpoint`, or write https://aiccs.aliyuncs.com"),
    ("SystemError*", Retryable, "trying again"),
    ("InvalidApi*", ProtocolError, _WRONG_PLACE),
    ("InvalidAction*", ProtocolError, _WRONG_PLACE),
)


_EXAMPLE = ProviderExample(
    configuration="""\
# Its quota is shared with every other user of that API.
[[sources]]
name = "robot-calls"
provider = "alibaba_aiccs"
""",
    response={
        "Code": "OK",
        "Success": True,
        "RequestId": "req-1",
        "Data": {"PageNo": 1, "PageSize": 50, "Total": 1, "Record": [{"Id": 1, "Status": "RELEASE"}]},
    },
    records=1,
)


class AlibabaAiccs(alibaba.AlibabaProvider):
    """The robot call campaigns of one account."""

    name = "alibaba_aiccs"
    title = _TITLE
    example = _EXAMPLE
    facts = _FACTS

    def __init__(self, *, options: NoOptions, endpoint: str | None = None) -> None:
        super().__init__(endpoint)
        self.service = alibaba.AlibabaService(
            "aiccs", "2019-10-15", read_endpoint(endpoint, "aiccs.aliyuncs.com")
        )

    def request(self, query: Query) -> Request:
        parameters: dict[str, object] = {"PageNo": _PAGING.number(query.cursor), "PageSize": query.limit}
        if query.ids:
            parameters = {"PageNo": 1, "PageSize": 10, "TaskId": query.ids[0]}
        elif query.list_name != _ALL:
            parameters["Status"] = query.list_name
        return self.service.request("ListTask", query_string(parameters))

    def parse(self, query: Query, response: Response) -> Envelope:
        body = read_object(_TITLE, response)
        request_id = text(body.get("RequestId")) or ""
        if not alibaba.is_good(response, body):
            raise _error(query, response, body)
        content = required_field(body, "Data", dict, where=f"{_TITLE}'s response", request_id=request_id)
        total = integer(content.get("Total"))
        where = f"{_TITLE}'s Data"
        records = record_list(content, "Record", total=total, where=where, request_id=request_id)
        if query.ids:
            check_requested_id(query, records, "Id", where=where, request_id=request_id)
            return Envelope(records=tuple(records), next_cursor=None, total=total, request_id=request_id)
        served_size = integer(content.get("PageSize"))
        rows = count_rows(records, "Id")
        return Envelope(
            records=tuple(records),
            next_cursor=_PAGING.next_cursor(query, rows, total, served_size=served_size),
            total=total,
            request_id=request_id,
        )

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        word = text(record.get("Status"))
        return Task(
            task_id=task_id(record, "Id"),
            status=_STATUSES.get(word or "", Status.UNKNOWN),
            provider_status=word,
            name=text(record.get("TaskName")),
            created_at=epoch_instant(record.get("GmtCreate"), observed_at),
            started_at=epoch_instant(record.get("FireTime"), observed_at, PLANNED),
            progress_done=integer(record.get("CompleteCount")),
            progress_total=integer(record.get("TotalCount")),
            resource_id=identifier(record.get("RobotId")),
        )


def _error(query: Query, response: Response, body: Mapping[str, Any]) -> SyncerError:
    error = alibaba.error_response(_TITLE, response, body)
    if error.code == "ParameterError" and not query.ids:
        # The request has two parameters, page number and page size. A later page has the size of the first.
        if query.cursor is not None:
            return error.to_error(CursorRefused, "the place in the list is refused")
        return error.to_error(PageRefused, "requesting smaller pages")
    return error.error_by(_RULES)
