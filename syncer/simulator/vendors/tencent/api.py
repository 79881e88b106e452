"""What Tencent's API 3.0 asks of every request, and the envelope of its answers.

Errors come with HTTP 200, in `Response.Error`; the content type is exactly `application/json`, since the
official SDK looks for errors in nothing else.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from syncer.model import Response
from syncer.simulator.http_messages import ApiError, SimRequest, json_answer
from syncer.simulator.vendors.api import ApiContext, ApiPage, Record
from syncer.simulator.vendors.tencent.signature import check_tc3

Params = dict[str, Any]
Action = Callable[[Params], ApiPage]


class TencentApi:
    """What all Tencent services share; `actions` and `parameters` are each service's own."""

    service: str
    version: str
    #: By action: the parameters it knows.
    parameters: ClassVar[Mapping[str, frozenset[str]]]
    quotas: ClassVar[Mapping[str, float]]
    #: Actions that must be told a region.
    regional: frozenset[str] = frozenset()

    def __init__(self, context: ApiContext) -> None:
        self.context = context
        self.task_index = context.task_index
        self.injector = context.injector
        self.actions: dict[str, Action] = {}

    def action(self, call: SimRequest) -> str:
        return call.headers.get("x-tc-action", "?")

    def authenticate(self, call: SimRequest, now_ms: int) -> None:
        if call.path != "/":
            raise ApiError("InvalidAction", "The requested path is not valid.")
        for header in ("X-TC-Action", "X-TC-Version", "X-TC-Timestamp"):
            if header.lower() not in call.headers:
                raise missing(header.removeprefix("X-TC-"))
        check_tc3(call, self.context.accepted_credentials, self.service, now_ms)

    def answer(self, call: SimRequest) -> ApiPage:
        action = self.action(call)
        if call.headers["x-tc-version"] != self.version:
            raise ApiError("NoSuchVersion", f"The version of the API `{self.service}` does not exist.")
        if action not in self.actions:
            raise ApiError("InvalidAction", f"The action `{action}` is not found.")
        params = _parameters(call)
        for name in params:
            if name not in self.parameters[action]:
                raise unrecognized(name)
        region = call.headers.get("x-tc-region", "")
        if action in self.regional:
            self._check_region(region)
        return self.actions[action]({**params, "Region": region})

    def _check_region(self, region: str) -> None:
        if not region:
            raise missing("Region")
        if region not in self.context.regions:
            raise ApiError("UnsupportedRegion", f"The region `{region}` is not supported.")

    def render(self, page: ApiPage, call: SimRequest) -> Response:
        return _envelope(page.body)

    def refuse(self, refusal: ApiError, call: SimRequest) -> Response:
        return _envelope({"Error": {"Code": refusal.code, "Message": refusal.message}})

    def throttled(self, quota: float) -> ApiError:
        return ApiError(
            "RequestLimitExceeded",
            f"Your current request times exceeds the frequency limit `{quota:g}` for a second. "
            "Please reduce the frequency of calls.",
        )

    def broken(self) -> ApiError:
        return ApiError("InternalError", "An internal error has occurred. Retry your request.")

    def denied(self) -> ApiError:
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
    """A parameter as a whole number. Digits in a string count, as in the vendor's own examples."""
    value = params.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(name, "InvalidParameter")
    return value


def boolean(params: Params, name: str, default: bool | None) -> bool | None:
    value = params.get(name, default)
    if value is None or isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise invalid(name, "InvalidParameter")


def _envelope(body: Record) -> Response:
    return json_answer(
        {"Response": {**body, "RequestId": str(uuid.uuid4())}}, content_type="application/json"
    )


def _parameters(call: SimRequest) -> Params:
    if call.method == "GET":
        return _nested(call.params())
    try:
        params = json.loads(call.body or b"{}")
    except ValueError:
        raise ApiError("InvalidParameter", "The request body is not valid JSON.") from None
    if not isinstance(params, dict):
        raise ApiError("InvalidParameter", "The request body is not a JSON object.")
    return {name: value for name, value in params.items() if value is not None}


def _nested(flat: Mapping[str, str]) -> Params:
    """`{"Filters.0.Name": x}`, as a GET request writes it, to `{"Filters": [{"Name": x}]}`."""
    nested: Params = {}
    for path, value in flat.items():
        place = nested
        *parents, last = path.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return {name: _lists(value) for name, value in nested.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(re.fullmatch(r"\d+", name) for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(part) for name, part in value.items()}
