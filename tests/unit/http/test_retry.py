"""What is done after each kind of failure, without a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    NonceRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    Stopped,
    SyncerError,
    Throttled,
)
from syncer.http import RetryPolicy
from syncer.http.retry import RetryState
from syncer.model import Credentials

OLD, NEW = Credentials("AK", "old", "t1"), Credentials("AK", "new", "t2")
NOW = timedelta(0)
PATIENCE = RetryPolicy(
    attempts=4,
    overall=timedelta(seconds=60),
    first_pause=timedelta(seconds=1),
    longest_pause=timedelta(seconds=3),
)


def make_recovery(
    *,
    renew: Callable[[Credentials], Credentials] = lambda refused: refused,
    offset: timedelta | None = None,
    random: float = 1.0,
) -> RetryState:
    return RetryState(
        retry_policy=PATIENCE, renew=renew, credentials=OLD, offset=lambda: offset, random=lambda: random
    )


def test_pauses_double_up_to_the_longest() -> None:
    retry = make_recovery()
    pauses = [retry.after(Retryable("away"), NOW).total_seconds() for _ in range(3)]
    assert pauses == [1, 2, 3]


def test_pause_is_jittered_from_nothing() -> None:
    assert make_recovery(random=0.0).after(Retryable("away"), NOW) == timedelta(0)


def test_exhausted_attempts_say_how_many_and_how_long() -> None:
    retry = make_recovery(random=0.0)
    for _ in range(3):
        retry.after(Retryable("away"), NOW)
    with pytest.raises(Retryable, match=r"^away; gave up after 4 attempts in 43 s$"):
        retry.after(Retryable("away"), timedelta(seconds=43))


def test_exhausted_time_ends_it_before_the_attempts() -> None:
    with pytest.raises(Retryable, match="gave up after 1 attempt in 60 s"):
        make_recovery().after(Retryable("away"), timedelta(seconds=59.9))


def test_last_error_keeps_its_class_and_request() -> None:
    error = Throttled("slow down", retry_after=timedelta(hours=1), code="Throttling", request_id="r-1")
    with pytest.raises(Throttled) as failure:
        make_recovery().after(error, NOW)
    assert (failure.value.code, failure.value.retry_after) == ("Throttling", timedelta(hours=1))
    assert str(failure.value).endswith("gave up after 1 attempt in 0 s (request r-1)")


def test_vendors_pause_is_obeyed() -> None:
    error = Throttled("slow down", retry_after=timedelta(seconds=20))
    assert make_recovery().after(error, NOW) == timedelta(seconds=20)


@pytest.mark.parametrize("kind", [ProtocolError, PageRefused, ConfigurationError, Stopped])
def test_what_trying_again_cannot_mend_is_raised(kind: type[SyncerError]) -> None:
    error = kind("no")
    with pytest.raises(kind) as failure:
        make_recovery().after(error, NOW)
    assert failure.value is error


# Credentials


@pytest.mark.parametrize("kind", [CredentialsExpired, CredentialsError])
def test_refused_credentials_are_read_again_once(kind: type[SyncerError]) -> None:
    asked: list[Credentials] = []

    def renew(refused: Credentials) -> Credentials:
        asked.append(refused)
        return NEW

    retry = make_recovery(renew=renew)
    assert retry.after(kind("refused"), NOW) == timedelta(0)
    assert retry.credentials == NEW
    with pytest.raises(CredentialsError):
        retry.after(kind("refused"), NOW)
    assert asked == [OLD]


def test_expired_token_without_a_newer_one_says_so() -> None:
    with pytest.raises(CredentialsError, match=r"expired; read again.*renew the session token") as failure:
        make_recovery().after(CredentialsExpired("expired", code="TokenFailure", request_id="r-1"), NOW)
    assert (failure.value.code, failure.value.request_id) == ("TokenFailure", "r-1")


def test_refused_key_without_another_is_raised_as_it_is() -> None:
    error = CredentialsError("no such key")
    with pytest.raises(CredentialsError) as failure:
        make_recovery().after(error, NOW)
    assert failure.value is error


# Signatures


def test_refused_nonce_is_replaced_at_once_and_later_with_pauses() -> None:
    retry = make_recovery()
    pauses = [retry.after(NonceRefused("seen"), NOW).total_seconds() for _ in range(3)]
    assert pauses == [0, 0, 3]
    with pytest.raises(NonceRefused, match="gave up"):
        retry.after(NonceRefused("seen"), NOW)


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (timedelta(minutes=10), "600 s ahead of the provider's"),
        (timedelta(minutes=-10), "600 s behind the provider's"),
        (None, "its answers do not tell its time"),
    ],
)
def test_refused_time_is_corrected_twice_and_then_explained(offset: timedelta | None, said: str) -> None:
    retry = make_recovery(offset=offset)
    assert [retry.after(ClockSkewed("expired"), NOW) for _ in range(2)] == [timedelta(0)] * 2
    with pytest.raises(ConfigurationError, match=said):
        retry.after(ClockSkewed("expired"), NOW)
