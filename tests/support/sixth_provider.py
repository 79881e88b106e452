"""A provider of a vendor that does not exist: Acme Render, jobs of a render farm.

It proves docs/adding-a-provider.md: everything that a provider consists of is in this file, and tests alone
register it. Its API has what no real provider has together: page numbers and windows of creation times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Any, Literal
from urllib.parse import urlsplit

from syncer.errors import ClockSkewed, CredentialsError, CredentialsExpired, PageRefused, Retryable, Throttled
from syncer.model import (
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
from syncer.providers.base import BaseProvider
from syncer.providers.endpoints import read_endpoint
from syncer.providers.fields import integer, iso_instant, microseconds, task_id, text
from syncer.providers.responses import ErrorResponse, Rules, read_object, record_list

_TITLE = "Acme Render"
_HOSTS = {"eu": "render.eu.acme.example", "us": "render.us.acme.example"}
_STATUSES = {
    "QUEUED": Status.WAITING,
    "RENDERING": Status.RUNNING,
    "DONE": Status.SUCCEEDED,
    "ERROR": Status.FAILED,
    "STOPPED": Status.CANCELLED,
}
_FIELDS = {
    "preset": "task_type",
    "state": "provider_status",
    "createdAt": "created_at",
    "startedAt": "started_at",
    "endedAt": "finished_at",
    "updatedAt": "updated_at",
    "framesDone": "progress_done",
    "framesTotal": "progress_total",
    "errorCode": "error_code",
}
_PAGING = PageNumbers()
_FACTS = Facts(
    lists=(Listing(name="jobs", role=Role.PRIMARY),),
    paging=_PAGING,
    page_size=50,
    requests_per_second=10,
    retention=timedelta(days=7),
    ids_per_request=20,
    has_windows=True,
    known_paths=frozenset({"jobId", "title", *_FIELDS}),
    known_values={"state": frozenset(_STATUSES)},
    fields=_FIELDS,
    environment=(("ACME_ACCESS_KEY", "ACME_SECRET_KEY", "ACME_TOKEN"),),
)
_EXAMPLE = ProviderExample(
    configuration="""\
[[sources]]
name = "render"
provider = "acme_render"
# "eu" or "us": where the farm is.
site = "eu"
""",
    response={
        "code": "OK",
        "requestId": "req-1",
        "totalCount": 1,
        "jobs": [{"jobId": "job-1", "state": "RENDERING", "framesDone": 12, "framesTotal": 240}],
    },
    records=1,
    options={"site": "eu"},
)
_RULES: Rules = (
    ("Throttled", Throttled, "trying again more slowly"),
    ("ClockSkewed", ClockSkewed, "trying again with the vendor's time; check the clock of this machine"),
    ("TokenExpired", CredentialsExpired, "renew the session token"),
    ("BadSignature", CredentialsError, "check access_key and secret_key"),
    ("PageTooLarge", PageRefused, "requesting smaller pages"),
    ("Internal", Retryable, "trying again"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcmeRenderOptions:
    site: Literal["eu", "us"]


class AcmeRender(BaseProvider):
    """The render jobs of one account."""

    name = "acme_render"
    title = _TITLE
    example = _EXAMPLE
    options_class = AcmeRenderOptions
    facts = _FACTS

    def __init__(self, *, options: AcmeRenderOptions, endpoint: str | None = None) -> None:
        self.site = options.site
        self.endpoint = read_endpoint(endpoint, _HOSTS[options.site])

    def request(self, query: Query) -> Request:
        parameters: dict[str, Any] = {"page": _PAGING.number(query.cursor), "pageSize": query.limit}
        if query.ids:
            parameters = {"jobIds": list(query.ids), "page": 1, "pageSize": len(query.ids)}
        if query.created_from:
            parameters["createdFrom"] = query.created_from.isoformat()
        if query.created_to:
            parameters["createdTo"] = query.created_to.isoformat()
        return Request(
            method="POST",
            url=f"{self.endpoint.origin}/v1/jobs/list",
            action="render.ListJobs",
            headers={"Host": self.endpoint.host, "Content-Type": "application/json"},
            body=json.dumps(parameters).encode(),
        )

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        date = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        proof = signature(credentials.secret_key, urlsplit(request.url).path, date, nonce, request.body)
        added = {
            "X-Acme-Date": date,
            "X-Acme-Nonce": nonce,
            "Authorization": f"ACME-HMAC-SHA256 {credentials.access_key}:{proof}",
        }
        if credentials.session_token:
            added["X-Acme-Token"] = credentials.session_token
        return replace(request, headers={**request.headers, **added})

    def parse(self, query: Query, response: Response) -> Envelope:
        body = read_object(_TITLE, response)
        request_id = text(body.get("requestId")) or ""
        if response.status != 200 or text(body.get("code")) not in ("OK", None):
            raise _error_response(response, body, request_id).error_by(_RULES)
        total = integer(body.get("totalCount"))
        jobs = record_list(body, "jobs", total=total, where=f"{_TITLE}'s response", request_id=request_id)
        cursor = None if query.ids else _PAGING.next_cursor(query, count_rows(jobs, "jobId"), total)
        return Envelope(records=tuple(jobs), next_cursor=cursor, total=total, request_id=request_id)

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        word = text(record.get("state"))
        updated_at = iso_instant(record.get("updatedAt"), observed_at)
        return Task(
            task_id=task_id(record, "jobId"),
            status=_STATUSES.get(word or "", Status.UNKNOWN),
            provider_status=word,
            name=text(record.get("title")),
            task_type=text(record.get("preset")),
            created_at=iso_instant(record.get("createdAt"), observed_at),
            started_at=iso_instant(record.get("startedAt"), observed_at),
            finished_at=iso_instant(record.get("endedAt"), observed_at),
            updated_at=updated_at,
            progress_done=integer(record.get("framesDone")),
            progress_total=integer(record.get("framesTotal")),
            error_code=text(record.get("errorCode")),
            rank=microseconds(updated_at),
        )


def _error_response(response: Response, body: Mapping[str, Any], request_id: str) -> ErrorResponse:
    return ErrorResponse(
        vendor=_TITLE,
        response=response,
        code=text(body.get("code")) or "",
        message=text(body.get("message")) or "",
        request_id=request_id,
    )


def signature(secret_key: str, path: str, date: str, nonce: str, body: bytes) -> str:
    """The signature of a request in lower hex."""
    string = "\n".join(("POST", path, date, nonce, sha256(body).hexdigest()))
    return digest(secret_key.encode(), string.encode(), "sha256").hex()
