"""The common parts of Alibaba Cloud's RPC services: requests, error codes, the account of a key.

Sources: the vendor's pages "V3 request structure and signature" and "Common error codes".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncer.errors import (
    ClockSkewed,
    CredentialsError,
    CredentialsExpired,
    NonceRefused,
    Retryable,
    Throttled,
)
from syncer.model import Credentials, Request, Response
from syncer.providers import alibaba_signature
from syncer.providers.base import BaseProvider
from syncer.providers.endpoints import Endpoint, read_endpoint
from syncer.providers.fields import boolean, identifier, text
from syncer.providers.responses import ErrorResponse, Rules, read_object, required_field

_BAD_KEY = "check access_key and secret_key"
_CLOCK = "trying again with the vendor's time; check the clock of this machine"
RULES: Rules = (
    ("*Throttl*", Throttled, "trying again more slowly"),
    ("SignatureNonceUsed", NonceRefused, "signing again"),
    ("InvalidTimeStamp*", ClockSkewed, _CLOCK),
    ("IllegalTimestamp", ClockSkewed, _CLOCK),
    ("*SecurityToken*", CredentialsExpired, "the session token has expired or is wrong; renew it"),
    ("InvalidAccessKeyId*", CredentialsError, _BAD_KEY),
    ("*Signature*", CredentialsError, _BAD_KEY),
    ("MissingAccessKeyId", CredentialsError, _BAD_KEY),
    ("ServiceUnavailable*", Retryable, "trying again"),
    ("InternalError*", Retryable, "trying again"),
)
_TOKEN_SERVICE = "Alibaba STS"


@dataclass(frozen=True, slots=True)
class AlibabaService:
    """One of Alibaba Cloud's services."""

    #: Its name in `Request.action`.
    code: str
    version: str
    endpoint: Endpoint

    def request(self, action: str, query: str = "") -> Request:
        """The unsigned request for `action`; `query` has its parameters, encoded and sorted."""
        headers = {
            "host": self.endpoint.host,
            "accept": "application/json",
            "x-acs-action": action,
            "x-acs-version": self.version,
        }
        url = f"{self.endpoint.origin}/?{query}" if query else f"{self.endpoint.origin}/"
        return Request(method="POST", url=url, action=f"{self.code}.{action}", headers=headers)


def is_good(response: Response, body: Mapping[str, Any]) -> bool:
    """Whether the response is no error. Errors come as an HTTP status, or as 200 with Success or Code."""
    is_success = boolean(body.get("Success")) is not False and body.get("Code") in (None, "", "OK")
    return response.status == 200 and is_success


def error_response(vendor: str, response: Response, body: Mapping[str, Any]) -> ErrorResponse:
    """The error in `body`; `vendor` is the name of the service in its message."""
    return ErrorResponse(
        vendor=vendor,
        response=response,
        code=identifier(body.get("Code")) or "",
        message=text(body.get("Message")) or "",
        request_id=text(body.get("RequestId")) or "",
    )


class AlibabaProvider(BaseProvider):
    """Base of the providers of Alibaba Cloud's services: the signature, and the account of the key."""

    def __init__(self, endpoint: str | None) -> None:
        # With an endpoint of its own, a source sends nothing to other hosts.
        self._token_service = AlibabaService("sts", "2015-04-01", read_endpoint(endpoint, "sts.aliyuncs.com"))

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        return alibaba_signature.sign(request, credentials, now, nonce)

    def identity_request(self) -> Request:
        """The token service's GetCallerIdentity, which needs no permission.

        https://help.aliyun.com/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity
        """
        return self._token_service.request("GetCallerIdentity")

    def parse_identity(self, response: Response) -> str:
        """The number of the main account: its lists show the tasks of all its users."""
        body = read_object(_TOKEN_SERVICE, response)
        if not is_good(response, body):
            raise error_response(_TOKEN_SERVICE, response, body).error_by(RULES)
        request_id = text(body.get("RequestId")) or ""
        where = f"{_TOKEN_SERVICE}'s GetCallerIdentity"
        account: str = required_field(body, "AccountId", str, where=where, request_id=request_id)
        return account
