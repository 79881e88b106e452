"""One list behind its address: which call is counted, tripped, refused or answered, in this order."""

from __future__ import annotations

import threading
from collections.abc import Callable

from syncer.model import Answer
from syncer.simulator.catalogue import Catalogue
from syncer.simulator.exchange import Call, Ending, Refusal, Reply
from syncer.simulator.faults import Mischief
from syncer.simulator.ledger import Ledger
from syncer.simulator.rates import RateLimit
from syncer.simulator.wire.api import Api, Broken, Page

_HTML = {"content-type": "text/html; charset=utf-8"}
_BAD_GATEWAY = Answer(502, _HTML, b"<html><body><center><h1>502 Bad Gateway</h1></center></body></html>")
_UNAVAILABLE = Answer(503, _HTML, b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")
_LOGIN_PAGE = Answer(200, _HTML, b"<!DOCTYPE html><html><title>Sign in to continue</title></html>")


class Service:
    """Answers the calls of one list. Safe for several threads."""

    def __init__(
        self, api: Api, catalogue: Catalogue, mischief: Mischief, limit: RateLimit, now_ms: Callable[[], int]
    ) -> None:
        self.api = api
        self.catalogue = catalogue
        self.mischief = mischief
        self.ledger = Ledger()
        #: Held while the catalogue is read or moved on.
        self.lock = threading.Lock()
        self._limit = limit
        self._now_ms = now_ms

    def __call__(self, call: Call, signed_ms: int) -> Reply:
        """The reply to a call; its signature is held against the time `signed_ms`."""
        self.ledger.request(self.api.action(call))
        delay = self.mischief.faults.slow_seconds if self.mischief.strikes("slow_rate") else 0.0
        if self.mischief.strikes("reset_rate"):
            return Reply(_BAD_GATEWAY, Ending.RESET, delay)
        ending = Ending.CUT if self.mischief.strikes("cut_rate") else Ending.WHOLE
        return Reply(self._on_the_way(call, signed_ms), ending, delay)

    def _on_the_way(self, call: Call, signed_ms: int) -> Answer:
        """What a gateway or a proxy makes of the call before the vendor sees it."""
        if self.mischief.strikes("down"):
            return _UNAVAILABLE
        if self.mischief.strikes("gateway_rate"):
            return _BAD_GATEWAY
        if self.mischief.strikes("html_rate"):
            return _LOGIN_PAGE
        action = self.api.action(call)
        try:
            page = self._answer(call, signed_ms)
        except Refusal as refusal:
            self.ledger.error(action, refusal.code)
            return self.api.refuse(refusal, call)
        self.ledger.page(action, page.rows)
        return self.api.render(page, call)

    def _answer(self, call: Call, signed_ms: int) -> Page:
        self.api.authenticate(call, signed_ms)
        if self.mischief.strikes("denied"):
            raise self.api.denied()
        action = self.api.action(call)
        if self.mischief.strikes("throttle_rate") or not self._admits(action):
            raise self.api.throttled(self._limit.quota(action))
        if self.mischief.strikes("error_rate"):
            raise self.api.broken()
        try:
            with self.lock:
                self.catalogue.advance(self._now_ms())
                return self.api.answer(call)
        except Broken:
            raise self.api.broken() from None

    def _admits(self, action: str) -> bool:
        admitted = self._limit.admits(action)
        if not admitted:
            self.mischief.note("rate_limit")
        return admitted
