"""Retry policy and state: the reaction to a failed attempt, the pause before the next one. No I/O."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    NonceRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    UnexpectedResponse,
)
from syncer.model import Credentials

_NO_PAUSE = timedelta(0)
#: How often one call is signed again without a pause, with a corrected time or another nonce.
_MAX_IMMEDIATE_RESIGNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Limits of one call's retries."""

    max_attempts: int = 6
    #: For the whole call, its pauses included: no attempt starts later.
    total_timeout: timedelta = timedelta(minutes=2)
    #: For one attempt, from connecting to the last byte of the response.
    attempt_timeout: timedelta = timedelta(seconds=30)
    #: The first pause is at most this long, each further one twice as long, up to `max_pause`.
    first_pause: timedelta = timedelta(milliseconds=500)
    max_pause: timedelta = timedelta(seconds=30)


@dataclass(slots=True)
class RetryState:
    """Attempts and credentials of one call."""

    retry_policy: RetryPolicy
    #: Reads the credentials again, given the refused ones.
    renew_credentials: Callable[[Credentials], Credentials]
    credentials: Credentials
    #: The machine's time minus the provider's; None before the first response.
    clock_offset: Callable[[], timedelta | None]
    random: Callable[[], float] = random.random
    attempts: int = 0
    _renewals: int = 0
    _resigns: int = 0

    def record_failure(self, error: SyncerError, elapsed: timedelta) -> timedelta:
        """Count a failed attempt; return the pause before the next one. Raises the error if it is final.

        `elapsed` is the time since the start of the first attempt.
        """
        self.attempts += 1
        match error:
            case CredentialsExpired() | CredentialsError():
                return self._retry_with_new_credentials(error)
            case ClockSkewed():
                return self._retry_with_new_signature(error, self._clock_error(error))
            case NonceRefused() if self._resigns < _MAX_IMMEDIATE_RESIGNS:
                return self._retry_with_new_signature(error, error)
            case Retryable():
                return self._back_off(error, elapsed)
        raise error

    def _retry_with_new_credentials(self, error: SyncerError) -> timedelta:
        self._renewals += 1
        if self._renewals == 1:
            refused, self.credentials = self.credentials, self.renew_credentials(self.credentials)
            if self.credentials != refused:
                return _NO_PAUSE
        if isinstance(error, CredentialsError):
            raise error
        raise CredentialsError(
            f"{error.message}; read again, the credentials are no newer: renew the session token",
            code=error.code,
            request_id=error.request_id,
        ) from error

    def _retry_with_new_signature(self, error: SyncerError, final_error: SyncerError) -> timedelta:
        self._resigns += 1
        if self._resigns > _MAX_IMMEDIATE_RESIGNS:
            raise final_error from error
        return _NO_PAUSE

    def _clock_error(self, error: SyncerError) -> ConfigurationError:
        return ConfigurationError(
            f"{error.message}; {_describe_offset(self.clock_offset())}: set the machine's clock (NTP)",
            code=error.code,
            request_id=error.request_id,
        )

    def _back_off(self, error: Retryable, elapsed: timedelta) -> timedelta:
        # Full jitter: callers that failed together do not retry together.
        # https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        doubled = self.retry_policy.first_pause * float(2 ** (self.attempts - 1))
        ceiling = min(doubled, self.retry_policy.max_pause)
        pause = max(ceiling * self.random(), error.retry_after or _NO_PAUSE)
        is_last_attempt = self.attempts >= self.retry_policy.max_attempts
        if is_last_attempt or elapsed + pause >= self.retry_policy.total_timeout:
            raise _exhausted(error, self.attempts, elapsed)
        return pause


def _exhausted(error: Retryable, attempts: int, elapsed: timedelta) -> SyncerError:
    """`error` with its attempts and their time; a ProtocolError where the API itself may have changed."""
    times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    error = error.with_context(outcome=f"gave up after {times} in {elapsed.total_seconds():.0f} s")
    if isinstance(error, UnexpectedResponse):
        return ProtocolError(error.message, code=error.code, request_id=error.request_id)
    return error


def _describe_offset(offset: timedelta | None) -> str:
    if offset is None:
        return "the provider's responses do not state its time"
    side = "ahead of" if offset > _NO_PAUSE else "behind"
    return f"this machine's clock is {abs(offset.total_seconds()):.0f} s {side} the provider's"
