"""The simulated clock and the vendors' timestamps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncer.simulator.simulated_clock import SimulatedClock, from_ms, to_ms
from syncer.simulator.timestamps import iso_offset, iso_z, parse_iso_z

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's monotonic clock: a list whose only item is its reading."""
    reading = [1_000.0]
    monkeypatch.setattr("time.monotonic", lambda: reading[0])
    return reading


def test_clock_runs_at_its_speed(monotonic: list[float]) -> None:
    clock = SimulatedClock(begin_at=BEGIN, speed=60.0)
    monotonic[0] += 2

    assert clock.now() == BEGIN + timedelta(minutes=2)


def test_frozen_clock_moves_only_by_advance(monotonic: list[float]) -> None:
    clock = SimulatedClock(begin_at=BEGIN)
    clock.freeze()
    monotonic[0] += 100
    assert clock.now() == BEGIN

    clock.advance(timedelta(hours=1))
    clock.thaw()
    monotonic[0] += 5

    assert clock.now() == BEGIN + timedelta(hours=1, seconds=5)


def test_clock_cannot_go_back() -> None:
    with pytest.raises(ValueError, match="back"):
        SimulatedClock().advance(timedelta(seconds=-1))


def test_milliseconds_round_trip() -> None:
    instant = BEGIN + timedelta(milliseconds=789)

    assert from_ms(to_ms(instant)) == instant


def test_timestamps_are_cut_to_the_second() -> None:
    instant_ms = to_ms(BEGIN + timedelta(milliseconds=789))

    assert iso_z(instant_ms) == "2026-03-01T12:00:00Z"
    assert iso_offset(instant_ms) == "2026-03-01T12:00:00+00:00"
    assert parse_iso_z("2026-03-01T12:00:00Z") == to_ms(BEGIN)
