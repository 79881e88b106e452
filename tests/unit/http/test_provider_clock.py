"""The estimate of the provider's clock from Date headers, which have a resolution of one second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.http.provider_clock import ClockSample, ProviderClock
from tests.support.clocks import FakeClock


class ClockPair:
    """A machine's clock, a provider's clock that differs from it, and responses between the two."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.machine = FakeClock()
        self.ahead = ahead  # the provider's time minus the machine's, without the machine's later steps
        self.start = (self.machine.now(), self.machine.monotonic())
        self.clock = ProviderClock(self.machine)

    def true_time(self) -> datetime:
        """The real time on the provider's clock."""
        now, monotonic = self.start
        return now + timedelta(seconds=self.machine.monotonic() - monotonic) + self.ahead

    def sample(self, there: float = 0.0, back: float = 0.0) -> ClockSample:
        sent = self.machine.monotonic()
        self.machine.advance(there)
        date = format_datetime(self.true_time().replace(microsecond=0), usegmt=True)
        self.machine.advance(back)
        return ClockSample(sent, self.machine.monotonic(), date)

    def respond(self, there: float = 0.0, back: float = 0.0, *, is_certain: bool = False) -> None:
        self.clock.update(self.sample(there, back), is_certain=is_certain)


def test_machine_time_is_used_before_the_first_response() -> None:
    clocks = ClockPair(timedelta(minutes=10))
    assert clocks.clock.now() == clocks.machine.now()
    assert clocks.clock.offset is None
    assert not clocks.clock.is_known


def test_time_before_the_first_response_is_the_machines() -> None:
    clocks = ClockPair()
    monotonic, now = clocks.machine.monotonic(), clocks.machine.now()
    clocks.machine.advance(5)
    assert clocks.clock.time_at(monotonic) == now


@pytest.mark.parametrize("minutes", [-10, 10])
def test_first_response_corrects_a_wrong_machine(minutes: int) -> None:
    clocks = ClockPair(timedelta(minutes=minutes))
    clocks.respond(0.2, 0.3)
    behind = clocks.true_time() - clocks.clock.now()
    assert timedelta(seconds=1) <= behind <= timedelta(seconds=3)
    assert clocks.clock.offset is not None
    assert abs(clocks.clock.offset + clocks.ahead) <= timedelta(seconds=1)


def test_time_of_sending_is_never_ahead_of_the_real_one() -> None:
    clocks = ClockPair(timedelta(minutes=10))
    sent, true_time = clocks.machine.monotonic(), clocks.true_time()
    clocks.respond(2, 2)
    assert true_time - timedelta(seconds=7) <= clocks.clock.time_at(sent) <= true_time


ROUND_TRIPS = st.lists(
    st.tuples(*[st.floats(min_value=0, max_value=5)] * 2, st.floats(min_value=0, max_value=900)),
    min_size=1,
    max_size=30,
)


@given(st.integers(min_value=-(10**9), max_value=10**9), ROUND_TRIPS)
def test_clock_is_never_ahead_and_never_steps_backwards(
    offset_us: int, round_trips: list[tuple[float, float, float]]
) -> None:
    clocks = ClockPair(timedelta(microseconds=offset_us))
    times: list[datetime] = []
    for there, back, idle in round_trips:
        clocks.respond(there, back)
        clocks.machine.advance(idle)
        times.append(clocks.clock.now())
        assert times[-1] <= clocks.true_time()
    assert times == sorted(times)


@given(st.integers(min_value=-(10**9), max_value=10**9), ROUND_TRIPS)
def test_answer_is_never_dated_before_the_real_time(
    offset_us: int, round_trips: list[tuple[float, float, float]]
) -> None:
    clocks = ClockPair(timedelta(microseconds=offset_us))
    clocks.respond()
    for there, back, idle in round_trips:
        sample = clocks.sample(there, back)
        late = clocks.clock.answered_at(sample) - clocks.true_time()
        assert timedelta(0) <= late <= timedelta(seconds=there + back + 2)
        clocks.clock.update(sample)
        assert clocks.clock.answered_at(sample) >= clocks.true_time() >= clocks.clock.now()
        clocks.machine.advance(idle)


def test_answer_is_dated_more_exactly_the_more_responses_there_were() -> None:
    clocks = ClockPair()
    for _ in range(20):
        clocks.machine.advance(0.95)
        clocks.respond()
    late = clocks.clock.answered_at(clocks.sample()) - clocks.true_time()
    assert late <= timedelta(seconds=0.3)


def test_answer_is_dated_by_the_machine_before_the_first_date() -> None:
    clocks = ClockPair(timedelta(hours=1))
    sample = clocks.sample(2, 3)
    assert clocks.clock.answered_at(sample) == clocks.machine.now()


@pytest.mark.parametrize("seconds", [5, 3600])
def test_answers_follow_a_clock_that_was_set_forward(seconds: int) -> None:
    clocks = ClockPair()
    clocks.respond()
    clocks.ahead += timedelta(seconds=seconds)
    for _ in range(2):
        sample = clocks.sample()
        clocks.clock.update(sample)
    assert timedelta(0) <= clocks.clock.answered_at(sample) - clocks.true_time() <= timedelta(seconds=2)


def test_small_step_forward_is_seen_in_the_answer_itself() -> None:
    clocks = ClockPair()
    clocks.respond()
    clocks.ahead += timedelta(seconds=5)
    assert clocks.clock.answered_at(clocks.sample()) >= clocks.true_time()


def test_answer_with_an_implausible_date_is_dated_by_the_others() -> None:
    clocks = ClockPair()
    clocks.respond()
    clocks.ahead += timedelta(hours=1)
    late = clocks.clock.answered_at(clocks.sample()) + timedelta(hours=1) - clocks.true_time()
    assert timedelta(0) <= late <= timedelta(seconds=2)


def test_step_of_the_machine_changes_nothing() -> None:
    clocks = ClockPair()
    clocks.respond()
    before = clocks.clock.now()
    for hours in (1, -2):
        clocks.machine.step(timedelta(hours=hours))
        assert clocks.clock.now() == before


def test_single_contradicting_response_is_ignored() -> None:
    clocks = ClockPair()
    clocks.respond()
    before = clocks.clock.now()
    clocks.ahead += timedelta(hours=1)
    clocks.respond()
    assert clocks.clock.now() == before
    clocks.ahead -= timedelta(hours=1)
    clocks.respond()
    assert clocks.clock.now() - before < timedelta(seconds=1)


def test_second_response_confirms_a_new_time() -> None:
    clocks = ClockPair()
    clocks.respond()
    clocks.ahead += timedelta(hours=1)
    clocks.respond()
    clocks.respond()
    assert timedelta(0) <= clocks.true_time() - clocks.clock.now() <= timedelta(seconds=2)


def test_clock_stays_constant_after_the_provider_steps_backwards() -> None:
    clocks = ClockPair()
    clocks.respond()
    before = clocks.clock.now()
    clocks.ahead -= timedelta(minutes=1)
    clocks.respond()
    clocks.respond()
    assert clocks.clock.now() == before
    clocks.machine.advance(30)
    assert clocks.clock.now() == before
    clocks.machine.advance(60)
    assert before < clocks.clock.now() <= clocks.true_time()


def test_clock_follows_drift() -> None:
    clocks = ClockPair()
    for _ in range(200):  # the machine's second is a thousandth too short
        clocks.machine.advance(60)
        clocks.ahead -= timedelta(milliseconds=60)
        clocks.respond()
        assert clocks.clock.now() <= clocks.true_time()


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Sun, 01 Mar 1970 12:00:00 GMT", "Sun, 01 Mar 2126 12:00:00 GMT", "0"]
)
def test_unusable_date_is_ignored(date: str | None) -> None:
    clocks = ClockPair()
    assert not clocks.clock.update(ClockSample(0, 0, date))
    assert not clocks.clock.is_known


def test_date_without_a_zone_is_utc() -> None:
    clocks = ClockPair()
    assert clocks.clock.update(ClockSample(1000, 1000, "Sun, 01 Mar 2026 12:00:00"))
    assert clocks.clock.now() == datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC)


# Signing


def test_correct_machine_signs_with_its_own_time() -> None:
    clocks = ClockPair(timedelta(seconds=5))
    clocks.respond()
    assert clocks.clock.signing_time() == clocks.machine.now()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_wrong_machine_signs_with_the_providers_time(minutes: int) -> None:
    clocks = ClockPair(timedelta(minutes=minutes))
    assert clocks.clock.signing_time() == clocks.machine.now()
    clocks.respond()
    assert abs(clocks.clock.signing_time() - clocks.true_time()) <= timedelta(seconds=3)


def test_refused_time_is_replaced_at_once() -> None:
    clocks = ClockPair(timedelta(seconds=-20))
    clocks.respond()
    assert clocks.clock.signing_time() == clocks.machine.now()
    clocks.respond(is_certain=True)
    assert abs(clocks.clock.signing_time() - clocks.true_time()) <= timedelta(seconds=3)


def test_refused_time_needs_no_confirmation() -> None:
    clocks = ClockPair()
    clocks.respond()
    clocks.ahead -= timedelta(hours=1)
    clocks.respond(is_certain=True)
    assert abs(clocks.clock.signing_time() - clocks.true_time()) <= timedelta(seconds=3)


def test_step_of_the_machine_does_not_change_the_signing_time() -> None:
    clocks = ClockPair()
    clocks.respond()
    clocks.machine.step(timedelta(hours=1))
    assert abs(clocks.clock.signing_time() - clocks.true_time()) <= timedelta(seconds=3)
