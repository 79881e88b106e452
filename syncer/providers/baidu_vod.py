"""Baidu VOD: GET /v2/tasks.

Sources: docs/providers/baidu_vod.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from syncer.errors import (
    ClockSkewed,
    CredentialsError,
    CredentialsExpired,
    CursorRefused,
    Retryable,
    Throttled,
    UnexpectedResponse,
)
from syncer.model import (
    Credentials,
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
from syncer.providers import baidu_signature
from syncer.providers.baidu_signature import timestamp
from syncer.providers.base import BaseProvider, NoOptions
from syncer.providers.endpoints import query_string, read_endpoint
from syncer.providers.fields import boolean, identifier, iso_instant, task_id, text
from syncer.providers.responses import ErrorResponse, Rules, check_requested_id, read_object, record_list

_TITLE = "Baidu VOD"
_SECOND = timedelta(seconds=1)

#: FINISHED and FAILED are documented; the other words are those of Baidu's other media APIs.
_STATUSES = {
    "FINISHED": Status.SUCCEEDED,
    "SUCCESS": Status.SUCCEEDED,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.CANCELLED,
    "CANCELED": Status.CANCELLED,
    "INIT": Status.WAITING,
    "QUEUED": Status.WAITING,
    "WAITING": Status.WAITING,
    "READY": Status.WAITING,
    "PENDING": Status.WAITING,
    "RUNNING": Status.RUNNING,
    "PROCESSING": Status.RUNNING,
    "PAUSED": Status.PAUSED,
}
_FIELDS = {
    "type": "task_type",
    "status": "provider_status",
    "createTime": "created_at",
    "finishTime": "finished_at",
    "mediaId": "resource_id",
}
_FACTS = Facts(
    lists=(Listing(name="tasks", role=Role.PRIMARY),),
    paging=Tokens(is_resumable=True),
    page_size=100,
    # No limit is documented.
    requests_per_second=5,
    retention=timedelta(days=7),
    ids_per_request=1,
    has_windows=True,
    known_paths=frozenset({"taskId", *_FIELDS}),
    known_values={"type": frozenset({"WORKFLOW", "PRESET"}), "status": frozenset({"FINISHED", "FAILED"})},
    fields=_FIELDS,
    environment=(
        ("BAIDUCLOUD_ACCESS_KEY", "BAIDUCLOUD_SECRET_KEY", None),
        ("BAIDUCLOUD_ACCESS_KEY_ID", "BAIDUCLOUD_SECRET_ACCESS_KEY", None),
    ),
)
_BAD_KEY = "check access_key, secret_key and session_token"
#: Of codes without the prefix that some of Baidu's pages show: `MediaException.`, `VodExceptions.`.
_RULES: Rules = (
    ("*Limit*", Throttled, "trying again more slowly"),
    ("*Throttl*", Throttled, "trying again more slowly"),
    ("*TooMany*", Throttled, "trying again more slowly"),
    ("RequestExpired", ClockSkewed, "trying again with the vendor's time; check the clock of this machine"),
    # An expired session token has the codes of a wrong key and of a missing permission.
    ("InvalidAccessKeyId", CredentialsExpired, _BAD_KEY),
    (
        "AccessDenied",
        CredentialsExpired,
        "grant the key permission to read VOD tasks, or renew session_token",
    ),
    ("InvalidSessionToken", CredentialsExpired, "the session token has expired or is wrong; renew it"),
    ("SignatureDoesNotMatch", CredentialsError, _BAD_KEY),
    ("InvalidHTTPAuthHeader", CredentialsError, _BAD_KEY),
    ("QualifyNotPass", CredentialsError, "the account must pass Baidu's real-name check"),
    ("OptInRequired", CredentialsError, "enable VOD for the account in Baidu's console"),
    ("Account*", CredentialsError, "check the account in Baidu's console"),
    ("InternalError", Retryable, "trying again"),
    ("ServiceUnavailable", Retryable, "trying again"),
)


_EXAMPLE = ProviderExample(
    configuration="""\
[[sources]]
name = "baidu-vod"
provider = "baidu_vod"
""",
    response={"data": [{"taskId": "tsk-emeqb9c1kmdd7rns", "status": "FAILED"}], "isTruncated": False},
    records=1,
)


class BaiduVod(BaseProvider):
    """The media tasks of one account."""

    name = "baidu_vod"
    title = _TITLE
    example = _EXAMPLE
    facts = _FACTS

    def __init__(self, *, options: NoOptions, endpoint: str | None = None) -> None:
        self.endpoint = read_endpoint(endpoint, "vod.bj.baidubce.com")

    def request(self, query: Query) -> Request:
        parameters: dict[str, object] = {"maxSize": query.limit}
        if query.ids:
            parameters = {"maxSize": 10, "taskId": query.ids[0]}
        if query.created_from:
            parameters["beginTime"] = timestamp(query.created_from)
        if query.created_to:
            # The filter has whole seconds: a fraction is rounded up, so that no task is left out.
            parameters["endTime"] = timestamp(query.created_to + _SECOND - timedelta(microseconds=1))
        if query.cursor is not None:
            parameters["marker"] = query.cursor
        url = f"{self.endpoint.origin}/v2/tasks?{query_string(parameters)}"
        return Request(method="GET", url=url, action="vod.ListTasks", headers={"host": self.endpoint.host})

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        return baidu_signature.sign(request, credentials, now)

    def parse(self, query: Query, response: Response) -> Envelope:
        body = read_object(_TITLE, response)
        request_id = text(body.get("requestId")) or response.headers.get("x-bce-request-id", "")
        if not 200 <= response.status < 300 or ("code" in body and "data" not in body):
            return _envelope_of_error(query, _error_response(response, body, request_id))
        where = f"{_TITLE}'s response"
        records = record_list(body, "data", total=None, where=where, request_id=request_id)
        if query.ids:
            check_requested_id(query, records, "taskId", where=where, request_id=request_id)
            return Envelope(records=tuple(records), next_cursor=None, request_id=request_id)
        marker = _next_marker(body, request_id)
        return Envelope(records=tuple(records), next_cursor=marker, request_id=request_id)

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        word = text(record.get("status"))
        finished_at = iso_instant(record.get("finishTime"), observed_at)
        return Task(
            task_id=task_id(record, "taskId"),
            status=_status(word, has_finished=finished_at is not None),
            provider_status=word,
            task_type=text(record.get("type")),
            created_at=iso_instant(record.get("createTime"), observed_at),
            finished_at=finished_at,
            resource_id=identifier(record.get("mediaId")),
        )


def _status(word: str | None, *, has_finished: bool) -> Status:
    """The status that `word` means; a finish time counts only where the word is not known."""
    known = _STATUSES.get((word or "").upper())
    return known or (Status.FINISHED if has_finished else Status.UNKNOWN)


def _next_marker(body: Mapping[str, Any], request_id: str) -> str | None:
    """The cursor of the next page. Only `isTruncated` marks the end: the last page has a marker too."""
    more = boolean(body.get("isTruncated"))
    marker = identifier(body.get("nextMarker"))
    if more is None:
        problem = "isTruncated is missing or no boolean"
    elif more and marker is None:
        problem = "isTruncated is true, and nextMarker is missing"
    else:
        return marker if more else None
    raise UnexpectedResponse(
        f"{_TITLE}'s response is not as documented: {problem}; has the API changed?", request_id=request_id
    )


def _error_response(response: Response, body: Mapping[str, Any], request_id: str) -> ErrorResponse:
    return ErrorResponse(
        vendor=_TITLE,
        response=response,
        code=(text(body.get("code")) or "").rpartition(".")[2],
        message=text(body.get("message")) or "",
        request_id=request_id,
    )


def _envelope_of_error(query: Query, error: ErrorResponse) -> Envelope:
    """An empty envelope where the requested id is unknown. Raises the error otherwise."""
    code = error.code
    if query.ids and (code.endswith(("NotFound", "NotExist")) or code.startswith("NoSuch")):
        return Envelope(records=(), next_cursor=None, request_id=error.request_id)
    if query.cursor is not None and ("Marker" in code or code == "InvalidParameter"):
        raise error.to_error(CursorRefused, "restarting the list")
    raise error.error_by(_RULES)
