"""The account of a Tencent key, and the parts that Tencent's providers share.

Source: GetCallerIdentity of the token service, https://cloud.tencent.com/document/api/1312/66098 and, for the
international site, https://www.tencentcloud.com/document/product/1150/49453.
"""

from __future__ import annotations

from datetime import datetime

from syncer.errors import CredentialsError, CredentialsExpired, ProtocolError
from syncer.model import Credentials, Request, Response
from syncer.providers.base import BaseProvider
from syncer.providers.endpoints import read_endpoint
from syncer.providers.responses import Rules, required_field
from syncer.providers.tencent import RULES, TencentService, request_id

#: By site: the host of the token service, and one of its regions. The call requires a region; the answer is
#: the same in each. https://www.tencentcloud.com/document/product/1150/49445
_TOKEN_SERVICES = {
    "cn": ("sts.tencentcloudapi.com", "ap-guangzhou"),
    "intl": ("sts.intl.tencentcloudapi.com", "ap-singapore"),
}
_RULES: Rules = (
    ("UnauthorizedOperation.InvalidToken", CredentialsExpired, "the session token is wrong; renew it"),
    (
        "*UnauthorizedOperation*",
        CredentialsError,
        "grant the key the action sts:GetCallerIdentity, or write `account`",
    ),
    ("*Region*", ProtocolError, "unknown to this version"),
    *RULES,
)


class TencentProvider(BaseProvider):
    """Base of the providers of Tencent's services: the signature, and the account of the key."""

    def __init__(self, service: TencentService, site: str, endpoint: str | None) -> None:
        self.service = service
        self.site = site
        host, self._token_region = _TOKEN_SERVICES[site]
        # With an endpoint of its own, a source sends nothing to other hosts.
        target = read_endpoint(endpoint, host)
        self._token_service = TencentService("Tencent STS", "sts", "2018-08-13", target)

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        return self.service.sign(request, credentials, now)

    def identity_request(self) -> Request:
        return self._token_service.request("GetCallerIdentity", {}, self._token_region)

    def parse_identity(self, response: Response) -> str:
        """The number (Uin) of the main account: its lists show the tasks of all its users."""
        content, error = self._token_service.read(response)
        if error:
            raise error.error_by(_RULES)
        where = f"{self._token_service.title}'s GetCallerIdentity"
        account: str = required_field(content, "AccountId", str, where=where, request_id=request_id(content))
        return account
