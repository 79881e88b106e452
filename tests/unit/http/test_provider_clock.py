"""The provider's clock, told by Date headers cut to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.http.provider_clock import Exchange, ProviderClock
from tests.support.clocks import StoryClock


class World:
    """A machine and a provider whose clocks differ, and the answers between them."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.machine = StoryClock()
        self.ahead = ahead  # of the provider, over the machine as it began
        self.began = (self.machine.now(), self.machine.monotonic())
        self.clock = ProviderClock(self.machine)

    def truth(self) -> datetime:
        """The time on the provider's clock."""
        now, monotonic = self.began
        return now + timedelta(seconds=self.machine.monotonic() - monotonic) + self.ahead

    def exchange(self, there: float = 0.0, back: float = 0.0) -> Exchange:
        sent = self.machine.monotonic()
        self.machine.pass_time(there)
        date = format_datetime(self.truth().replace(microsecond=0), usegmt=True)
        self.machine.pass_time(back)
        return Exchange(sent, self.machine.monotonic(), date)

    def answer(self, there: float = 0.0, back: float = 0.0, *, is_certain: bool = False) -> None:
        self.clock.learn(self.exchange(there, back), is_certain=is_certain)


def test_machine_counts_until_the_provider_answers() -> None:
    world = World(timedelta(minutes=10))
    assert world.clock.now() == world.machine.now()
    assert world.clock.offset is None
    assert not world.clock.is_known


def test_moment_before_the_first_answer_is_the_machines() -> None:
    world = World()
    moment, now = world.machine.monotonic(), world.machine.now()
    world.machine.pass_time(5)
    assert world.clock.at(moment) == now


@pytest.mark.parametrize("minutes", [-10, 10])
def test_first_answer_corrects_a_wrong_machine(minutes: int) -> None:
    world = World(timedelta(minutes=minutes))
    world.answer(0.2, 0.3)
    behind = world.truth() - world.clock.now()
    assert timedelta(seconds=1) <= behind <= timedelta(seconds=3)
    assert world.clock.offset is not None
    assert abs(world.clock.offset + world.ahead) <= timedelta(seconds=1)


def test_request_is_dated_when_it_was_sent() -> None:
    world = World(timedelta(minutes=10))
    sent, truth = world.machine.monotonic(), world.truth()
    world.answer(2, 2)
    assert truth - timedelta(seconds=7) <= world.clock.at(sent) <= truth


TRIPS = st.lists(
    st.tuples(*[st.floats(min_value=0, max_value=5)] * 2, st.floats(min_value=0, max_value=900)),
    min_size=1,
    max_size=30,
)


@given(st.integers(min_value=-(10**9), max_value=10**9), TRIPS)
def test_clock_is_never_ahead_and_never_turns_back(
    offset_us: int, trips: list[tuple[float, float, float]]
) -> None:
    world = World(timedelta(microseconds=offset_us))
    read: list[datetime] = []
    for there, back, idle in trips:
        world.answer(there, back)
        world.machine.pass_time(idle)
        read.append(world.clock.now())
        assert read[-1] <= world.truth()
    assert read == sorted(read)


def test_step_of_the_machine_does_not_matter() -> None:
    world = World()
    world.answer()
    before = world.clock.now()
    for hours in (1, -2):
        world.machine.step(timedelta(hours=hours))
        assert world.clock.now() == before


def test_single_answer_that_contradicts_is_not_believed() -> None:
    world = World()
    world.answer()
    before = world.clock.now()
    world.ahead += timedelta(hours=1)
    world.answer()
    assert world.clock.now() == before
    world.ahead -= timedelta(hours=1)
    world.answer()
    assert world.clock.now() - before < timedelta(seconds=1)


def test_second_answer_confirms_a_new_time() -> None:
    world = World()
    world.answer()
    world.ahead += timedelta(hours=1)
    world.answer()
    world.answer()
    assert timedelta(0) <= world.truth() - world.clock.now() <= timedelta(seconds=2)


def test_clock_stands_where_the_provider_turned_back() -> None:
    world = World()
    world.answer()
    before = world.clock.now()
    world.ahead -= timedelta(minutes=1)
    world.answer()
    world.answer()
    assert world.clock.now() == before
    world.machine.pass_time(30)
    assert world.clock.now() == before
    world.machine.pass_time(60)
    assert before < world.clock.now() <= world.truth()


def test_drift_is_followed() -> None:
    world = World()
    for _ in range(200):  # the machine's second is a thousandth too short
        world.machine.pass_time(60)
        world.ahead -= timedelta(milliseconds=60)
        world.answer()
        assert world.clock.now() <= world.truth()


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Sun, 01 Mar 1970 12:00:00 GMT", "Sun, 01 Mar 2126 12:00:00 GMT", "0"]
)
def test_unusable_date_teaches_nothing(date: str | None) -> None:
    world = World()
    assert not world.clock.learn(Exchange(0, 0, date))
    assert not world.clock.is_known


def test_date_without_a_zone_is_utc() -> None:
    world = World()
    assert world.clock.learn(Exchange(1000, 1000, "Sun, 01 Mar 2026 12:00:00"))
    assert world.clock.now() == datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC)


# Signing


def test_right_machine_signs_with_its_own_time() -> None:
    world = World(timedelta(seconds=5))
    world.answer()
    assert world.clock.signing_time() == world.machine.now()


@pytest.mark.parametrize("minutes", [-10, 10])
def test_wrong_machine_signs_with_the_providers_time(minutes: int) -> None:
    world = World(timedelta(minutes=minutes))
    assert world.clock.signing_time() == world.machine.now()
    world.answer()
    assert abs(world.clock.signing_time() - world.truth()) <= timedelta(seconds=3)


def test_refused_time_is_replaced_at_once() -> None:
    world = World(timedelta(seconds=-20))
    world.answer()
    assert world.clock.signing_time() == world.machine.now()
    world.answer(is_certain=True)
    assert abs(world.clock.signing_time() - world.truth()) <= timedelta(seconds=3)


def test_refused_time_needs_no_confirmation() -> None:
    world = World()
    world.answer()
    world.ahead -= timedelta(hours=1)
    world.answer(is_certain=True)
    assert abs(world.clock.signing_time() - world.truth()) <= timedelta(seconds=3)


def test_machine_that_steps_is_noticed() -> None:
    world = World()
    world.answer()
    world.machine.step(timedelta(hours=1))
    assert abs(world.clock.signing_time() - world.truth()) <= timedelta(seconds=3)
