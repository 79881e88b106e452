"""One list behind its address: which call is counted, tripped, refused or answered, in this order."""

from __future__ import annotations

import threading
from collections.abc import Callable

from syncer.model import Response
from syncer.simulator.fault_injection import FaultInjector
from syncer.simulator.http_messages import ApiError, ConnectionFault, SimRequest, SimResponse
from syncer.simulator.quotas import RateLimit
from syncer.simulator.request_log import RequestLog
from syncer.simulator.task_index import TaskIndex
from syncer.simulator.vendors.api import ApiPage, InternalApiError, VendorApi

_HTML = {"content-type": "text/html; charset=utf-8"}
_BAD_GATEWAY = Response(502, _HTML, b"<html><body><center><h1>502 Bad Gateway</h1></center></body></html>")
_UNAVAILABLE = Response(503, _HTML, b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")
_LOGIN_PAGE = Response(200, _HTML, b"<!DOCTYPE html><html><title>Sign in to continue</title></html>")


class RequestPipeline:
    """Answers the calls of one list. Safe for several threads."""

    def __init__(
        self,
        api: VendorApi,
        task_index: TaskIndex,
        injector: FaultInjector,
        limit: RateLimit,
        now_ms: Callable[[], int],
    ) -> None:
        self.api = api
        self.task_index = task_index
        self.injector = injector
        self.request_log = RequestLog()
        #: Held while the catalogue is read or moved on.
        self.lock = threading.Lock()
        self._limit = limit
        self._now_ms = now_ms

    def __call__(self, call: SimRequest, signed_ms: int) -> SimResponse:
        """The reply to a call; its signature is held against the time `signed_ms`."""
        self.request_log.request(self.api.action(call))
        delay = self.injector.faults.slow_seconds if self.injector.fires("slow_rate") else 0.0
        if self.injector.fires("reset_rate"):
            return SimResponse(_BAD_GATEWAY, ConnectionFault.RESET, delay)
        ending = ConnectionFault.CUT if self.injector.fires("cut_rate") else ConnectionFault.WHOLE
        return SimResponse(self._on_the_way(call, signed_ms), ending, delay)

    def _on_the_way(self, call: SimRequest, signed_ms: int) -> Response:
        """What a gateway or a proxy makes of the call before the vendor sees it."""
        if self.injector.fires("down"):
            return _UNAVAILABLE
        if self.injector.fires("gateway_rate"):
            return _BAD_GATEWAY
        if self.injector.fires("html_rate"):
            return _LOGIN_PAGE
        action = self.api.action(call)
        try:
            page = self._answer(call, signed_ms)
        except ApiError as refusal:
            self.request_log.error(action, refusal.code)
            return self.api.refuse(refusal, call)
        self.request_log.page(action, page.rows)
        return self.api.render(page, call)

    def _answer(self, call: SimRequest, signed_ms: int) -> ApiPage:
        self.api.authenticate(call, signed_ms)
        if self.injector.fires("denied"):
            raise self.api.denied()
        action = self.api.action(call)
        if self.injector.fires("throttle_rate") or not self._admits(action):
            raise self.api.throttled(self._limit.quota(action))
        if self.injector.fires("error_rate"):
            raise self.api.broken()
        try:
            with self.lock:
                self.task_index.advance(self._now_ms())
                return self.api.answer(call)
        except InternalApiError:
            raise self.api.broken() from None

    def _admits(self, action: str) -> bool:
        admitted = self._limit.admits(action)
        if not admitted:
            self.injector.note("rate_limit")
        return admitted
