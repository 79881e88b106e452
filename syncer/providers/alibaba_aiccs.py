"""Alibaba Cloud aiccs: ListTask (robot call campaigns), version 2019-10-15.

Sources: docs/providers/alibaba_aiccs.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    NonceRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
)
from syncer.model import (
    PLANNED,
    Credentials,
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
from syncer.providers import alibaba_signature
from syncer.providers.base import BaseProvider, NoOptions
from syncer.providers.endpoints import query_string, read_endpoint
from syncer.providers.fields import boolean, epoch_instant, identifier, integer, task_id, text
from syncer.providers.responses import (
    ErrorResponse,
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
_BAD_KEY = "check access_key and secret_key"
_NO_RIGHT = "grant the key the RAM action aiccs:ListTask"
_RULES: Rules = (
    ("*Throttl*", Throttled, "trying again more slowly"),
    ("*LIMIT_CONTROL*", Throttled, "trying again more slowly"),
    ("*FlowControl*", Throttled, "trying again more slowly"),
    ("SignatureNonceUsed", NonceRefused, "signing again"),
    (
        "InvalidTimeStamp*",
        ClockSkewed,
        "trying again with the vendor's time; check the clock of this machine",
    ),
    ("IllegalTimestamp", ClockSkewed, "trying again with the vendor's time; check the clock of this machine"),
    ("*SecurityToken*", CredentialsExpired, "the session token has expired or is wrong; renew it"),
    ("InvalidAccessKeyId*", CredentialsError, _BAD_KEY),
    ("*Signature*", CredentialsError, _BAD_KEY),
    ("MissingAccessKeyId", CredentialsError, _BAD_KEY),
    ("Forbidden*", CredentialsError, _NO_RIGHT),
    ("NoPermission*", CredentialsError, _NO_RIGHT),
    ("Permission*", CredentialsError, _NO_RIGHT),
    ("*Region*", ConfigurationError, "omit `endpoint`, or write https://aiccs.aliyuncs.com"),
    ("ServiceUnavailable*", Retryable, "trying again"),
    ("InternalError*", Retryable, "trying again"),
    ("SystemError*", Retryable, "trying again"),
    ("InvalidApi*", ProtocolError, "check that `endpoint` belongs to aiccs"),
    ("InvalidAction*", ProtocolError, "check that `endpoint` belongs to aiccs"),
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


class AlibabaAiccs(BaseProvider):
    """The robot call campaigns of one account."""

    name = "alibaba_aiccs"
    title = _TITLE
    example = _EXAMPLE
    facts = _FACTS

    def __init__(self, *, options: NoOptions, endpoint: str | None = None) -> None:
        self.endpoint = read_endpoint(endpoint, "aiccs.aliyuncs.com")

    def request(self, query: Query) -> Request:
        parameters: dict[str, object] = {"PageNo": _PAGING.number(query.cursor), "PageSize": query.limit}
        if query.ids:
            parameters = {"PageNo": 1, "PageSize": 10, "TaskId": query.ids[0]}
        elif query.list_name != _ALL:
            parameters["Status"] = query.list_name
        headers = {
            "host": self.endpoint.host,
            "accept": "application/json",
            "x-acs-action": "ListTask",
            "x-acs-version": "2019-10-15",
        }
        url = f"{self.endpoint.origin}/?{query_string(parameters)}"
        return Request(method="POST", url=url, action="aiccs.ListTask", headers=headers)

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        return alibaba_signature.sign(request, credentials, now, nonce)

    def parse(self, query: Query, response: Response) -> Envelope:
        body = read_object(_TITLE, response)
        request_id = text(body.get("RequestId")) or ""
        if not _is_good(response, body):
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


def _is_good(response: Response, body: Mapping[str, Any]) -> bool:
    """Whether the response is no error. Errors come as an HTTP status, or as 200 with Success or Code."""
    is_success = boolean(body.get("Success")) is not False and body.get("Code") in (None, "", "OK")
    return response.status == 200 and is_success


def _error(query: Query, response: Response, body: Mapping[str, Any]) -> SyncerError:
    error = ErrorResponse(
        vendor=_TITLE,
        response=response,
        code=identifier(body.get("Code")) or "",
        message=text(body.get("Message")) or "",
        request_id=text(body.get("RequestId")) or "",
    )
    if error.code == "ParameterError" and not query.ids:
        # The request has two parameters, page number and page size; only the size can be out of bounds.
        return error.to_error(PageRefused, "requesting smaller pages")
    return error.error_by(_RULES)
