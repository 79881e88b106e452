"""One source's way to its provider: sign, pace, send, read, and try again where that can help."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, TypeVar

from syncer.errors import ClockSkewed, SyncerError, Throttled
from syncer.http.provider_clock import Exchange, ProviderClock
from syncer.http.rate_limiter import RateLimiters
from syncer.http.retry import RetryPolicy, RetryState
from syncer.http.transport import Transport, TransportConfig
from syncer.model import Credentials, Page, Query, Request, Response
from syncer.ports import Clock, Provider
from syncer.records import parse_page

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
#: Makes what was asked for of an answer, of when the request was sent, and of how many were sent for it.
ReadResponse = Callable[[Response, datetime, int], _T]

_NO_PAUSE = timedelta(0)
#: A vendor that asks for a longer silence is asked again after this.
_LONGEST_SILENCE = timedelta(minutes=1)


class CredentialsProvider(Protocol):
    """Gives credentials, and newer ones after they were refused."""

    def current(self) -> Credentials:
        """The credentials to sign with."""

    def renewed(self, refused: Credentials) -> Credentials:
        """The credentials to try after `refused`; equal to it where there are no newer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """How one source is asked."""

    #: What its rate limits are shared by: everything that asks one account of one provider.
    account: str
    requests_per_second: float
    #: Paths dropped from every record before anybody else sees it.
    redact: tuple[str, ...] = ()
    transport: TransportConfig = field(default_factory=TransportConfig)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


class Client:
    """Asks one source's provider (`ports.Fetch`). Safe to share between the threads of its streams."""

    def __init__(
        self,
        provider: Provider,
        keys: CredentialsProvider,
        limiters: RateLimiters,
        clock: Clock,
        *,
        config: ClientConfig,
    ) -> None:
        """Raises ConfigurationError where the certificate authorities cannot be loaded."""
        self._provider = provider
        self._keys = keys
        self._limiters = limiters
        self._clock = clock
        self._config = config
        self._transport = Transport(config.transport)
        self._time = ProviderClock(clock)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._transport.close()

    def __call__(self, query: Query) -> Page:
        """The answered page. Raises what could not be mended by trying again."""
        provider, redact = self._provider, self._config.redact

        def read(answer: Response, observed_at: datetime, requests: int) -> Page:
            return parse_page(
                provider, query, answer, observed_at=observed_at, redact=redact, requests=requests
            )

        return self._ask(provider.request(query), read)

    def regions(self) -> tuple[str, ...]:
        """The regions of the account that can be used. Raises like a call."""
        provider = self._provider
        return self._ask(provider.regions_request(), lambda answer, *_: provider.parse_regions(answer))

    def now(self) -> datetime:
        """The time on the provider's clock: never ahead of its real one, never stepping backwards.

        Until its first answer it is the machine's; whoever relies on it looks at the first page's time too.
        """
        return self._time.now()

    @property
    def offset(self) -> timedelta | None:
        """How far the machine's clock is ahead of the provider's, to about a second; None if not told yet."""
        return self._time.offset

    def _ask(self, request: Request, read: ReadResponse[_T]) -> _T:
        limiter = self._limiters.of(self._config.account, request.action, self._config.requests_per_second)
        retry = RetryState(
            retry_policy=self._config.retry_policy,
            credentials=self._keys.current(),
            renew=self._keys.renewed,
            offset=lambda: self.offset,
        )
        limiter.wait()
        began = self._clock.monotonic()
        while True:
            try:
                return self._attempt(request, read, retry)
            except SyncerError as error:
                if isinstance(error, Throttled):
                    limiter.slow_down(min(error.retry_after or _NO_PAUSE, _LONGEST_SILENCE))
                pause = retry.after(error, timedelta(seconds=self._clock.monotonic() - began))
                self._note(request, error, pause)
            self._clock.sleep(pause)
            limiter.wait()

    def _attempt(self, request: Request, read: ReadResponse[_T], retry: RetryState) -> _T:
        now, nonce = self._time.signing_time(), uuid.uuid4().hex
        signed = self._provider.sign(request, retry.credentials, now, nonce)
        sent = self._clock.monotonic()
        answer = self._transport.send(signed, self._config.retry_policy.per_attempt)
        exchange = Exchange(sent, self._clock.monotonic(), answer.headers.get("date"))

        def read_at(observed_at: datetime) -> _T:
            return read(answer, observed_at, retry.attempts + 1)

        return self._read(exchange, read_at)

    def _read(self, exchange: Exchange, read_at: Callable[[datetime], _T]) -> _T:
        was_known = self._time.is_known
        try:
            result = read_at(self._time.at(exchange.sent))
        except SyncerError as error:
            # Only the vendor itself has codes and request ids; a proxy's Date is not the vendor's time.
            if error.code or error.request_id:
                self._time.learn(exchange, is_certain=isinstance(error, ClockSkewed))
            raise
        if self._time.learn(exchange) and not was_known:
            # Until now the machine's clock said when it was observed.
            return read_at(self._time.at(exchange.sent))
        return result

    def _note(self, request: Request, error: SyncerError, pause: timedelta) -> None:
        facts = {
            "action": request.action,
            "pause": round(pause.total_seconds(), 3),
            "reason": type(error).__name__,
            "error": str(error),
        }
        _log.info("request.retried", extra=facts)
