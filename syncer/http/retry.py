"""What to do after a failed attempt: which remedy, how long a pause, when to give up. No I/O."""

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
    Retryable,
    SyncerError,
)
from syncer.model import Credentials

_NO_PAUSE = timedelta(0)
#: How often one call may be signed again at once, with a corrected time or another nonce.
_SIGN_AGAIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long one call may go on trying."""

    attempts: int = 6
    #: For the whole call, its pauses included: no attempt begins later.
    overall: timedelta = timedelta(minutes=2)
    #: For one attempt, from connecting to the last byte of the answer.
    per_attempt: timedelta = timedelta(seconds=30)
    #: The first pause is at most this long, each further one twice as long, up to `longest_pause`.
    first_pause: timedelta = timedelta(milliseconds=500)
    longest_pause: timedelta = timedelta(seconds=30)


@dataclass(slots=True)
class RetryState:
    """One call's course through its failures. `renew` reads the credentials again, given the refused ones."""

    retry_policy: RetryPolicy
    renew: Callable[[Credentials], Credentials]
    credentials: Credentials
    #: How far the machine's clock is ahead of the provider's, once an answer told.
    offset: Callable[[], timedelta | None]
    random: Callable[[], float] = random.random
    attempts: int = 0
    _renewals: int = 0
    _signings: int = 0

    def after(self, error: SyncerError, elapsed: timedelta) -> timedelta:
        """How long to wait before the next attempt. Raises what is final.

        `elapsed` is the time since the first attempt began.
        """
        self.attempts += 1
        match error:
            case CredentialsExpired() | CredentialsError():
                return self._with_new_credentials(error)
            case ClockSkewed():
                return self._signed_again(error, self._clock_error(error))
            case NonceRefused() if self._signings < _SIGN_AGAIN:
                return self._signed_again(error, error)
            case Retryable():
                return self._later(error, elapsed)
        raise error

    def _with_new_credentials(self, error: SyncerError) -> timedelta:
        self._renewals += 1
        if self._renewals == 1:
            refused, self.credentials = self.credentials, self.renew(self.credentials)
            if self.credentials != refused:
                return _NO_PAUSE
        if isinstance(error, CredentialsError):
            raise error
        raise CredentialsError(
            f"{error.message}; read again, the credentials are no newer: renew the session token",
            code=error.code,
            request_id=error.request_id,
        ) from error

    def _signed_again(self, error: SyncerError, final: SyncerError) -> timedelta:
        self._signings += 1
        if self._signings > _SIGN_AGAIN:
            raise final from error
        return _NO_PAUSE

    def _clock_error(self, error: SyncerError) -> ConfigurationError:
        return ConfigurationError(
            f"{error.message}; {_told(self.offset())}: set the machine's clock (NTP)",
            code=error.code,
            request_id=error.request_id,
        )

    def _later(self, error: Retryable, elapsed: timedelta) -> timedelta:
        # Full jitter: callers that failed together do not come back together.
        doubled = self.retry_policy.first_pause * float(2 ** (self.attempts - 1))
        ceiling = min(doubled, self.retry_policy.longest_pause)
        pause = max(ceiling * self.random(), error.retry_after or _NO_PAUSE)
        if self.attempts >= self.retry_policy.attempts or elapsed + pause >= self.retry_policy.overall:
            raise _exhausted(error, self.attempts, elapsed)
        return pause


def _exhausted(error: Retryable, attempts: int, elapsed: timedelta) -> Retryable:
    times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return error.with_context(outcome=f"gave up after {times} in {elapsed.total_seconds():.0f} s")


def _told(offset: timedelta | None) -> str:
    if offset is None:
        return "its answers do not tell its time"
    side = "ahead of" if offset > _NO_PAUSE else "behind"
    return f"this machine's clock is {abs(offset.total_seconds()):.0f} s {side} the provider's"
