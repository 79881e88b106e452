"""The reaction to each kind of failure, without a network."""

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
    UnexpectedResponse,
)
from syncer.http import RetryPolicy
from syncer.http.retry import RetryState
from syncer.model import Credentials

OLD, NEW = Credentials("AK", "old", "t1"), Credentials("AK", "new", "t2")
NOW = timedelta(0)
POLICY = RetryPolicy(
    max_attempts=4,
    total_timeout=timedelta(seconds=60),
    first_pause=timedelta(seconds=1),
    max_pause=timedelta(seconds=3),
)


def make_state(
    *,
    renew: Callable[[Credentials], Credentials] = lambda refused: refused,
    offset: timedelta | None = None,
    random: float = 1.0,
) -> RetryState:
    return RetryState(
        retry_policy=POLICY,
        renew_credentials=renew,
        credentials=OLD,
        clock_offset=lambda: offset,
        random=lambda: random,
    )


def test_pauses_double_up_to_the_longest() -> None:
    state = make_state()
    pauses = [state.record_failure(Retryable("away"), NOW).total_seconds() for _ in range(3)]
    assert pauses == [1, 2, 3]


def test_jitter_starts_at_zero() -> None:
    assert make_state(random=0.0).record_failure(Retryable("away"), NOW) == timedelta(0)


def test_error_after_the_last_attempt_states_attempts_and_time() -> None:
    state = make_state(random=0.0)
    for _ in range(3):
        state.record_failure(Retryable("away"), NOW)
    with pytest.raises(Retryable, match=r"^away; gave up after 4 attempts in 43 s$"):
        state.record_failure(Retryable("away"), timedelta(seconds=43))


def test_total_timeout_ends_the_retries_before_the_attempts_do() -> None:
    with pytest.raises(Retryable, match="gave up after 1 attempt in 60 s"):
        make_state().record_failure(Retryable("away"), timedelta(seconds=59.9))


def test_last_error_keeps_its_class_code_and_request_id() -> None:
    error = Throttled("slow down", retry_after=timedelta(hours=1), code="Throttling", request_id="r-1")
    with pytest.raises(Throttled) as failure:
        make_state().record_failure(error, NOW)
    assert (failure.value.code, failure.value.retry_after) == ("Throttling", timedelta(hours=1))
    assert str(failure.value).endswith("gave up after 1 attempt in 0 s (request r-1)")


def test_foreign_response_is_a_protocol_error_only_after_all_attempts() -> None:
    state = make_state(random=0.0)
    error = UnexpectedResponse("HTTP 200 with text/html", code="Odd", request_id="r-1")
    for _ in range(3):
        assert state.record_failure(error, NOW) == timedelta(0)
    with pytest.raises(ProtocolError, match=r"^HTTP 200 with text/html; gave up after 4 attempts") as failure:
        state.record_failure(error, NOW)
    assert (failure.value.code, failure.value.request_id) == ("Odd", "r-1")


def test_retry_after_is_obeyed() -> None:
    error = Throttled("slow down", retry_after=timedelta(seconds=20))
    assert make_state().record_failure(error, NOW) == timedelta(seconds=20)


@pytest.mark.parametrize("error_class", [ProtocolError, PageRefused, ConfigurationError, Stopped])
def test_error_that_retries_cannot_resolve_is_raised(error_class: type[SyncerError]) -> None:
    error = error_class("no")
    with pytest.raises(error_class) as failure:
        make_state().record_failure(error, NOW)
    assert failure.value is error


# Credentials


@pytest.mark.parametrize("error_class", [CredentialsExpired, CredentialsError])
def test_refused_credentials_are_read_again_once(error_class: type[SyncerError]) -> None:
    renewed: list[Credentials] = []

    def renew(refused: Credentials) -> Credentials:
        renewed.append(refused)
        return NEW

    state = make_state(renew=renew)
    assert state.record_failure(error_class("refused"), NOW) == timedelta(0)
    assert state.credentials == NEW
    with pytest.raises(CredentialsError):
        state.record_failure(error_class("refused"), NOW)
    assert renewed == [OLD]


def test_expired_token_without_a_newer_one_names_the_token() -> None:
    with pytest.raises(CredentialsError, match=r"expired; read again.*renew the session token") as failure:
        make_state().record_failure(CredentialsExpired("expired", code="TokenFailure", request_id="r-1"), NOW)
    assert (failure.value.code, failure.value.request_id) == ("TokenFailure", "r-1")


def test_refused_key_without_a_newer_one_is_raised_unchanged() -> None:
    error = CredentialsError("no such key")
    with pytest.raises(CredentialsError) as failure:
        make_state().record_failure(error, NOW)
    assert failure.value is error


# Signatures


def test_refused_nonce_is_replaced_twice_at_once_then_with_pauses() -> None:
    state = make_state()
    pauses = [state.record_failure(NonceRefused("seen"), NOW).total_seconds() for _ in range(3)]
    assert pauses == [0, 0, 3]
    with pytest.raises(NonceRefused, match="gave up"):
        state.record_failure(NonceRefused("seen"), NOW)


@pytest.mark.parametrize(
    ("offset", "message"),
    [
        (timedelta(minutes=10), "600 s ahead of the provider's"),
        (timedelta(minutes=-10), "600 s behind the provider's"),
        (None, "the provider's responses do not state its time"),
    ],
)
def test_refused_time_is_corrected_twice_then_explained(offset: timedelta | None, message: str) -> None:
    state = make_state(offset=offset)
    assert [state.record_failure(ClockSkewed("expired"), NOW) for _ in range(2)] == [timedelta(0)] * 2
    with pytest.raises(ConfigurationError, match=message):
        state.record_failure(ClockSkewed("expired"), NOW)
