"""One simulated list: how a request is counted, disturbed, checked and executed, in this order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from syncer.model import Response
from syncer.simulator.fault_injection import FaultInjector
from syncer.simulator.http_messages import ApiError, ConnectionFault, SimRequest, SimResponse
from syncer.simulator.quotas import RateLimit
from syncer.simulator.request_log import RequestLog
from syncer.simulator.task_index import TaskIndex
from syncer.simulator.vendor_api import ApiResult, PageFailure, VendorApi

_HTML = {"content-type": "text/html; charset=utf-8"}
_BAD_GATEWAY = Response(502, _HTML, b"<html><body><center><h1>502 Bad Gateway</h1></center></body></html>")
_UNAVAILABLE = Response(503, _HTML, b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")
_LOGIN_PAGE = Response(200, _HTML, b"<!DOCTYPE html><html><title>Sign in to continue</title></html>")


class RequestPipeline:
    """Responds to the requests of one list. Safe for several threads."""

    def __init__(
        self,
        api: VendorApi,
        task_index: TaskIndex,
        injector: FaultInjector,
        rate_limit: RateLimit,
        now_ms: Callable[[], int],
    ) -> None:
        self.api = api
        self.task_index = task_index
        self.injector = injector
        self.request_log = RequestLog()
        #: Held while the task index is read or advanced.
        self.lock = threading.Lock()
        self._rate_limit = rate_limit
        self._now_ms = now_ms

    def respond(self, request: SimRequest, signature_time_ms: int) -> SimResponse:
        """Count the request and return the response; signatures are checked against `signature_time_ms`."""
        self.request_log.count_request(self.api.action(request))
        delay = self.injector.faults.slow_seconds if self.injector.fires("slow_rate") else 0.0
        if self.injector.fires("reset_rate"):
            return SimResponse(_BAD_GATEWAY, ConnectionFault.RESET, delay)
        fault = ConnectionFault.TRUNCATED if self.injector.fires("cut_rate") else ConnectionFault.NONE
        return SimResponse(self._through_gateway(request, signature_time_ms), fault, delay)

    def _through_gateway(self, request: SimRequest, signature_time_ms: int) -> Response:
        """The API's response, or that of a gateway or proxy in front of it if such a fault fires."""
        if self.injector.fires("down"):
            return self._with_wait(_UNAVAILABLE)
        if self.injector.fires("gateway_rate"):
            return self._with_wait(_BAD_GATEWAY)
        if self.injector.fires("html_rate"):
            return _LOGIN_PAGE
        action = self.api.action(request)
        try:
            result = self._execute(request, signature_time_ms)
        except ApiError as error:
            self.request_log.count_error(action, error.code)
            response = self.api.error_response(error, request)
            return self._with_wait(response) if error.is_throttling else response
        self.request_log.count_page(action, result.rows)
        return self.api.response(result, request)

    def _with_wait(self, response: Response) -> Response:
        """`response` with the header Retry-After of the faults, if they have one."""
        wait = self.injector.faults.retry_after
        return replace(response, headers={**response.headers, "retry-after": wait}) if wait else response

    def _execute(self, request: SimRequest, signature_time_ms: int) -> ApiResult:
        self.api.authenticate(request, signature_time_ms)
        if self.injector.fires("denied"):
            raise self.api.permission_denied()
        action = self.api.action(request)
        if self.injector.fires("throttle_rate") or not self._is_within_quota(action):
            error = self.api.throttled(self._rate_limit.quota(action))
            error.is_throttling = True
            raise error
        if self.injector.fires("error_rate"):
            raise self.api.internal_error()
        try:
            with self.lock:
                self.task_index.advance(self._now_ms())
                return self.api.execute(request)
        except PageFailure:
            raise self.api.internal_error() from None

    def _is_within_quota(self, action: str) -> bool:
        acquired = self._rate_limit.try_acquire(action)
        if not acquired:
            self.injector.count("rate_limit")
        return acquired
