"""Tencent's API 3.0: common checks of requests, and the envelope of responses.

Errors have HTTP status 200 and are in `Response.Error`. The content type is exactly `application/json`: the
official SDK reads errors from no other type.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from syncer.model import Response
from syncer.simulator.http_messages import ApiError, SimRequest, json_response
from syncer.simulator.vendor_api import ApiContext, ApiResult, JsonObject
from syncer.simulator.vendors.tencent.signature import check_tc3

#: Of the token service, which every list's address serves too: its name and version.
_IDENTITY = "GetCallerIdentity"
_TOKEN_SERVICE = ("sts", "2018-08-13")

Params = dict[str, Any]
Action = Callable[[Params], ApiResult]


class TencentApi:
    """Base of all Tencent services; each service sets `actions` and `parameters`."""

    service: str
    version: str
    #: By action: its known parameters.
    parameters: ClassVar[Mapping[str, frozenset[str]]]
    quotas: ClassVar[Mapping[str, float]]
    #: Actions that require a region.
    regional: frozenset[str] = frozenset()

    def __init__(self, context: ApiContext) -> None:
        self.context = context
        self.task_index = context.task_index
        self.injector = context.injector
        self.actions: dict[str, Action] = {}

    def action(self, request: SimRequest) -> str:
        return request.headers.get("x-tc-action", "?")

    def authenticate(self, request: SimRequest, signature_time_ms: int) -> None:
        if request.path != "/":
            raise ApiError("InvalidAction", "The requested path is not valid.")
        for header in ("X-TC-Action", "X-TC-Version", "X-TC-Timestamp"):
            if header.lower() not in request.headers:
                raise missing(header.removeprefix("X-TC-"))
        service, _ = self._service(request)
        check_tc3(request, self.context.accepted_credentials, service, signature_time_ms)

    def _service(self, request: SimRequest) -> tuple[str, str]:
        """The service and the version to which the requested action belongs."""
        return _TOKEN_SERVICE if self.action(request) == _IDENTITY else (self.service, self.version)

    def execute(self, request: SimRequest) -> ApiResult:
        action = self.action(request)
        service, version = self._service(request)
        if request.headers["x-tc-version"] != version:
            raise ApiError("NoSuchVersion", f"The version of the API `{service}` does not exist.")
        if action == _IDENTITY:
            return self._identity(request)
        if action not in self.actions:
            raise ApiError("InvalidAction", f"The action `{action}` is not found.")
        params = _parameters(request)
        for name in params:
            if name not in self.parameters[action]:
                raise unrecognized(name)
        region = request.headers.get("x-tc-region", "")
        if action in self.regional:
            self._check_region(region)
        return self.actions[action]({**params, "Region": region})

    def _identity(self, request: SimRequest) -> ApiResult:
        """The answer to a user's permanent key, or to the session of a role."""
        if not request.headers.get("x-tc-region"):
            raise missing("Region")
        account = self.context.accepted_credentials.account
        if request.headers.get("x-tc-token"):
            arn = f"qcs::sts:{account}:assumed-role/4611686018427"
            body = {"Type": "CAMRole", "UserId": "4611686018427:reader", "Arn": arn}
        else:
            body = {"Type": "CAMUser", "UserId": account, "Arn": f"qcs::cam::uin/{account}:uin/{account}"}
        return ApiResult({**body, "AccountId": account, "PrincipalId": account}, 0)

    def _check_region(self, region: str) -> None:
        if not region:
            raise missing("Region")
        if region not in self.context.regions:
            raise ApiError("UnsupportedRegion", f"The region `{region}` is not supported.")

    def response(self, result: ApiResult, request: SimRequest) -> Response:
        return _envelope(result.body)

    def error_response(self, error: ApiError, request: SimRequest) -> Response:
        return _envelope({"Error": {"Code": error.code, "Message": error.message}})

    def throttled(self, quota: float) -> ApiError:
        return ApiError(
            "RequestLimitExceeded",
            f"Your current request times exceeds the frequency limit `{quota:g}` for a second. "
            "Please reduce the frequency of calls.",
        )

    def internal_error(self) -> ApiError:
        return ApiError("InternalError", "An internal error has occurred. Retry your request.")

    def permission_denied(self) -> ApiError:
        return ApiError(
            "AuthFailure.UnauthorizedOperation", "You are not authorized to perform the operation."
        )


def missing(name: str) -> ApiError:
    return ApiError("MissingParameter", f"The request is missing a required parameter `{name}`.")


def unrecognized(name: str) -> ApiError:
    return ApiError("UnknownParameter", f"The parameter `{name}` is not recognized.")


def invalid(name: str, code: str = "InvalidParameterValue") -> ApiError:
    return ApiError(code, f"The value of the parameter `{name}` is not valid.")


def number(params: Params, name: str, default: int) -> int:
    """A parameter as an int. Digits in a string are accepted, as in the vendor's own examples."""
    value = params.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(name, "InvalidParameter")
    return value


def boolean(params: Params, name: str, default: bool | None) -> bool | None:
    """A parameter as a bool; the strings "true" and "false" are accepted."""
    value = params.get(name, default)
    if value is None or isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise invalid(name, "InvalidParameter")


def _envelope(body: JsonObject) -> Response:
    return json_response(
        {"Response": {**body, "RequestId": str(uuid.uuid4())}}, content_type="application/json"
    )


def _parameters(request: SimRequest) -> Params:
    if request.method == "GET":
        return _nested(request.params())
    try:
        params = json.loads(request.body or b"{}")
    except ValueError:
        raise ApiError("InvalidParameter", "The request body is not valid JSON.") from None
    if not isinstance(params, dict):
        raise ApiError("InvalidParameter", "The request body is not a JSON object.")
    return {name: value for name, value in params.items() if value is not None}


def _nested(flat: Mapping[str, str]) -> Params:
    """The parameters of a GET request: `{"Filters.0.Name": x}` becomes `{"Filters": [{"Name": x}]}`."""
    nested: Params = {}
    for path, value in flat.items():
        target = nested
        *parents, last = path.split(".")
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    return {name: _lists(value) for name, value in nested.items()}


def _lists(value: Any) -> Any:
    """`value` with each object whose keys are numbers as a list."""
    if not isinstance(value, dict):
        return value
    if all(re.fullmatch(r"\d+", name) for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(part) for name, part in value.items()}
