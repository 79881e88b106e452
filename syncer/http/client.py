"""The HTTP client of one source: rate limit, signature, sending, parsing and retries."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Protocol, TypeVar

from syncer.errors import ClockSkewed, Retryable, SyncerError, Throttled
from syncer.http.provider_clock import ClockSample, ProviderClock
from syncer.http.rate_limiter import RateLimiter, RateLimiters
from syncer.http.retry import RetryPolicy, RetryState
from syncer.http.transport import Transport, TransportConfig
from syncer.model import Credentials, Page, Query, Request, Response
from syncer.ports import Clock, Provider
from syncer.records import parse_page

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
#: The parsed result of a response, given its times and the number of requests sent for it.
ParseResponse = Callable[[Response, "AnswerTimes", int], _T]

_NO_PAUSE = timedelta(0)
#: A longer Retry-After is a mistake.
_LONGEST_PAUSE = timedelta(days=1)


class AnswerTimes(NamedTuple):
    """When a request was sent and its answer had been received, on the provider's clock; see Sighting."""

    requested_at: datetime
    observed_at: datetime


class CredentialsProvider(Protocol):
    """Source of credentials that can be renewed after the vendor refused them."""

    def current(self) -> Credentials:
        """The credentials to sign with."""

    def renew(self, refused: Credentials) -> Credentials:
        """Read the credentials again; return those to try next, equal to `refused` if there are no newer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """Settings of one source's client."""

    #: Key of the shared rate limits: one account of one provider.
    account: str
    requests_per_second: float
    #: Paths removed from every record before it is parsed.
    redact: tuple[str, ...] = ()
    transport: TransportConfig = field(default_factory=TransportConfig)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


class Client:
    """HTTP client of one source (`ports.Fetch`). Thread-safe: the source's streams share it."""

    def __init__(
        self,
        provider: Provider,
        credentials: CredentialsProvider,
        limiters: RateLimiters,
        clock: Clock,
        *,
        config: ClientConfig,
    ) -> None:
        """Raises ConfigurationError if the CA certificates cannot be loaded."""
        self._provider = provider
        self._credentials = credentials
        self._limiters = limiters
        self._clock = clock
        self._config = config
        self._transport = Transport(config.transport)
        self._provider_clock = ProviderClock(clock)
        #: Whether the last call failed in spite of its retries.
        self._is_failing = False

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def __call__(self, query: Query) -> Page:
        """Fetch the page of `query`, with retries. Raises the SyncerError that retries did not resolve."""
        provider, redact = self._provider, self._config.redact

        def parse(response: Response, times: AnswerTimes, requests: int) -> Page:
            return parse_page(provider, query, response, **times._asdict(), redact=redact, requests=requests)

        return self._send(provider.request(query), parse)

    def regions(self) -> tuple[str, ...]:
        """Fetch the names of the account's available regions, with retries. Raises as `__call__` does."""
        provider = self._provider
        return self._send(provider.regions_request(), lambda response, *_: provider.parse_regions(response))

    def account(self) -> str | None:
        """Fetch the id of the credentials' account, with retries; None where the vendor has no such call.

        Raises as `__call__` does.
        """
        provider = self._provider
        request = provider.identity_request()
        if request is None:
            return None
        return self._send(request, lambda response, *_: provider.parse_identity(response))

    def now(self) -> datetime:
        """The time on the provider's clock: never ahead of the real one, never stepping backwards.

        Until the first response it is the machine's time; a caller that needs the provider's uses the
        `requested_at` of the first page.
        """
        return self._provider_clock.now()

    def resume(self) -> None:
        """Send requests again although a pause that the vendor asked for has not ended."""
        self._limiters.resume(self._config.account)

    @property
    def clock_offset(self) -> timedelta | None:
        """The machine's time minus the provider's, to about a second; None before the first response."""
        return self._provider_clock.offset

    def _send(self, request: Request, parse: ParseResponse[_T]) -> _T:
        limiter = self._limiters.get(self._config.account, request.action, self._config.requests_per_second)
        retry = RetryState(
            retry_policy=self._config.retry_policy,
            credentials=self._credentials.current(),
            renew_credentials=self._credentials.renew,
            clock_offset=lambda: self.clock_offset,
        )
        timeout = self._config.retry_policy.attempt_timeout
        longest_pause = self._config.retry_policy.total_timeout
        limiter.wait(longest_pause)
        started = self._clock.monotonic()
        while True:
            began = self._clock.monotonic()
            try:
                result = self._attempt(request, parse, retry)
                self._is_failing = False
                return result
            except SyncerError as error:
                if isinstance(error, Retryable):
                    self._apply_vendor_limits(error, limiter)
                if self._clock.monotonic() - began > 2 * timeout.total_seconds():
                    # The process was suspended; that time must not end the retries.
                    started = self._clock.monotonic()
                elapsed = timedelta(seconds=self._clock.monotonic() - started)
                try:
                    pause = retry.record_failure(error, elapsed)
                except Retryable:
                    self._is_failing = True
                    raise
                self._log_retry(request, error, pause)
            self._clock.sleep(pause)
            limiter.wait(longest_pause)

    def _apply_vendor_limits(self, error: Retryable, limiter: RateLimiter) -> None:
        """Slow down after throttling, and pause all requests of this limit for as long as the vendor asks."""
        if isinstance(error, Throttled):
            limiter.slow_down()
        if error.retry_at is not None:
            error.retry_after = max(_NO_PAUSE, error.retry_at - self.now())
        if error.retry_after:
            error.retry_after = min(error.retry_after, _LONGEST_PAUSE)
            limiter.pause(error.retry_after)

    def _attempt(self, request: Request, parse: ParseResponse[_T], retry: RetryState) -> _T:
        now, nonce = self._provider_clock.signing_time(), uuid.uuid4().hex
        signed = self._provider.sign(request, retry.credentials, now, nonce)
        sent = self._clock.monotonic()
        timeout = self._config.retry_policy.attempt_timeout
        response = self._transport.send(signed, timeout)
        sample = ClockSample(sent, self._clock.monotonic(), response.headers.get("date"))
        if sample.round_trip > timeout.total_seconds():
            # The deadline of the transport did not end the call, so the process was suspended meanwhile. The
            # answer may be as old as the request, and the time of the state that it shows is unknown.
            raise Retryable(f"the answer was read {sample.round_trip:.0f} s after the request was sent")

        def parse_at(times: AnswerTimes) -> _T:
            return parse(response, times, retry.attempts + 1)

        return self._parse(sample, parse_at)

    def _parse(self, sample: ClockSample, parse_at: Callable[[AnswerTimes], _T]) -> _T:
        clock = self._provider_clock
        was_known = clock.is_known
        try:
            result = parse_at(self._times(sample))
        except SyncerError as error:
            # A code or a request id proves that the vendor answered. Any other error response may come from
            # a proxy, whose Date is not the vendor's time.
            if error.code or error.request_id:
                clock.update(sample, is_certain=isinstance(error, ClockSkewed))
            raise
        if clock.update(sample) and not was_known:
            # The first result carries the machine's time; parse again with the provider's.
            return parse_at(self._times(sample))
        return result

    def _times(self, sample: ClockSample) -> AnswerTimes:
        clock = self._provider_clock
        return AnswerTimes(clock.time_at(sample.sent), clock.answered_at(sample))

    def _log_retry(self, request: Request, error: SyncerError, pause: timedelta) -> None:
        fields = {
            "action": request.action,
            "pause": round(pause.total_seconds(), 3),
            "reason": type(error).__name__,
            "error": str(error),
        }
        # The first call that fails is reported as it goes on; then, until one succeeds, only the runs are.
        _log.log(logging.DEBUG if self._is_failing else logging.INFO, "request.retried", extra=fields)
