"""The simulator's clock, limits, counts, faults, truth and options."""

from __future__ import annotations

import argparse
import tomllib
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from syncer.cli.commands.simulate import add_arguments, announcement, duration, options_from, run
from syncer.simulator import (
    LIST_NAMES,
    FailedFilter,
    Faults,
    ListOptions,
    ListOrder,
    Simulator,
    SimulatorOptions,
    config_toml,
)
from syncer.simulator.fault_injection import FaultInjector
from syncer.simulator.quotas import RateLimit
from syncer.simulator.request_log import RequestLog
from syncer.simulator.simulated_clock import SimulatedClock, from_ms, to_ms
from syncer.simulator.vendors.times import iso_offset, iso_z, parse_iso_z
from tests.support.simulator_calls import frozen

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's monotonic clock, as a list whose only item is the time."""
    now = [1_000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


# Clock


def test_clock_passes_at_its_speed(seconds: list[float]) -> None:
    clock = SimulatedClock(begin_at=BEGIN, speed=60.0)
    seconds[0] += 2

    assert clock.now() == BEGIN + timedelta(minutes=2)


def test_frozen_clock_moves_only_when_told(seconds: list[float]) -> None:
    clock = SimulatedClock(begin_at=BEGIN)
    clock.freeze()
    seconds[0] += 100
    assert clock.now() == BEGIN

    clock.advance(timedelta(hours=1))
    clock.thaw()
    seconds[0] += 5

    assert clock.now() == BEGIN + timedelta(hours=1, seconds=5)


def test_clock_cannot_go_back() -> None:
    with pytest.raises(ValueError, match="back"):
        SimulatedClock().advance(timedelta(seconds=-1))


def test_world_is_the_same_however_slowly_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def ids() -> list[str]:
        simulator = Simulator(SimulatorOptions(begin_at=BEGIN, backlog=20))
        return [each.task_id for name in LIST_NAMES for each in simulator.truth(name, now=BEGIN)]

    monkeypatch.setattr("time.monotonic", count().__next__)
    first = ids()
    monkeypatch.setattr("time.monotonic", count(step=0.25).__next__)
    assert ids() == first


def test_milliseconds_round_trip() -> None:
    instant = BEGIN + timedelta(milliseconds=789)

    assert from_ms(to_ms(instant)) == instant
    assert iso_z(to_ms(instant)) == "2026-03-01T12:00:00Z"
    assert iso_offset(to_ms(instant)) == "2026-03-01T12:00:00+00:00"
    assert parse_iso_z("2026-03-01T12:00:00Z") == to_ms(BEGIN)


# Limits, counts, faults


def test_rate_limit_admits_so_many_in_any_second(seconds: list[float]) -> None:
    limit = RateLimit({"List": 3})
    first = [limit.admits("List") for _ in range(4)]
    seconds[0] += 0.5
    between = limit.admits("List")
    seconds[0] += 0.5

    assert (first, between, limit.admits("List")) == ([True, True, True, False], False, True)
    assert all(limit.admits("Other") for _ in range(100))


def test_ledger_counts_by_action() -> None:
    ledger = RequestLog()
    ledger.request("List")
    ledger.request("List")
    ledger.page("List", 20)
    ledger.error("List", "Throttling")

    assert ledger.counts() == {"List": {"requests": 2, "pages": 1, "rows": 20, "errors": 1}}
    assert ledger.errors() == {"Throttling": 1}


def test_mischief_strikes_at_its_rate_and_counts() -> None:
    injector = FaultInjector(Faults(error_rate=0.25), "seed")
    struck = sum(injector.fires("error_rate") for _ in range(2_000))

    assert 400 < struck < 600
    assert not injector.fires("cut_rate")
    assert injector.fired() == {"error_rate": struck}


def test_faults_change_from_json() -> None:
    faults = Faults().changed({"throttle_rate": 0.5, "failed_filter": "ignored", "poisoned_ids": ["a"]})

    assert (faults.throttle_rate, faults.failed_filter) == (0.5, FailedFilter.IGNORED)
    assert faults.poisoned_ids == ("a",)


def test_unknown_fault_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no fault 'typo_rate'.*throttle_rate"):
        Faults().changed({"typo_rate": 1})


def test_faults_of_one_list_leave_the_others_alone() -> None:
    simulator = frozen(backlog=10)
    simulator.set_faults("tat", error_rate=1.0)

    report = simulator.fault_report()

    assert report["tat"]["settings"]["error_rate"] == 1.0
    assert report["baidu"]["settings"]["error_rate"] == 0.0
    with pytest.raises(ValueError, match="no list"):
        simulator.set_faults("vod", error_rate=1.0)


# Truth


def test_truth_tells_what_was_and_no_more() -> None:
    simulator = frozen(backlog=500, arrivals_per_minute=600)
    simulator.advance(timedelta(minutes=1))
    now = simulator.clock.now()

    for name in LIST_NAMES:
        tasks = list(simulator.truth(name))
        assert len(tasks) > simulator.options.backlog_of(name)
        for task in tasks:
            assert task.states[0].at == task.created_at
            assert task.states[-1].at <= now
            assert all(a.at < b.at for a, b in zip(task.states, task.states[1:], strict=False))


def test_future_truth_continues_the_past() -> None:
    simulator = frozen(backlog=500)
    past = {task.task_id: task.states for task in simulator.truth("mps-cn")}
    future = {task.task_id: task.states for task in simulator.truth("mps-cn", future=True)}

    assert past.keys() == future.keys()
    assert all(future[task_id][: len(states)] == states for task_id, states in past.items())
    assert sum(map(len, future.values())) > sum(map(len, past.values()))


def test_truth_knows_the_last_state_a_list_showed() -> None:
    simulator = frozen(backlog=500, retention=timedelta(hours=2))
    end = simulator.clock.now() + timedelta(days=30)
    late = next(
        task
        for task in simulator.truth("mps-cn", future=True)
        if task.visible_until and task.states[-1].at > task.visible_until
    )

    assert late.visible_until is not None
    last = late.last_visible(end)
    assert last is not None and last.is_open
    assert last.at < late.visible_until
    assert late.last_visible(late.visible_from - timedelta(seconds=1)) is None
    assert late.state_at(end) == late.states[-1]
    assert not late.is_visible(late.visible_until)


def test_every_record_is_what_the_list_shows() -> None:
    simulator = frozen(backlog=300)
    service = simulator.services["baidu"]
    for task in simulator.truth("baidu"):
        shown = service.task_index.find(task.task_id)
        if shown is not None:
            index = shown.index_at(simulator.clock.now_ms())
            assert task.states[-1].record == service.api.record(shown, index)
            assert task.as_json()["states"][-1]["record"]["taskId"] == task.task_id


# Options


def test_options_of_a_list_win() -> None:
    options = SimulatorOptions(
        order=ListOrder.SHUFFLED,
        retention=timedelta(hours=1),
        lists={"tat": ListOptions(order=ListOrder.BY_ID, backlog=3, requests_per_second=0)},
    )

    assert (options.order_of("tat"), options.order_of("aiccs")) == (ListOrder.BY_ID, ListOrder.SHUFFLED)
    assert options.backlog_of("tat") == 3
    assert options.quotas_of("tat", {"List": 20}) == {}
    assert options.quotas_of("aiccs", {"List": 20}) == {"List": 20}
    assert options.detail_retention_of("mps-intl") == timedelta(hours=1)


def test_documented_retentions_are_the_default() -> None:
    options = SimulatorOptions()

    assert [options.retention_of(name) for name in LIST_NAMES] == [
        timedelta(days=7),
        timedelta(days=7),
        None,
        None,
        timedelta(days=7),
    ]
    assert options.detail_retention_of("mps-intl") == timedelta(days=3)


def test_options_of_an_unknown_list_are_refused() -> None:
    with pytest.raises(ValueError, match="no list"):
        SimulatorOptions(lists={"mps": ListOptions()})


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_command_line_becomes_options() -> None:
    options = options_from(
        parsed(
            *("--seed", "9", "--order", "shuffled", "--order", "tat=by-id", "--retention", "90s"),
            *("--fault", "throttle_rate=0.1", "--fault", "mps-cn:moved_token=empty", "--fault", "tat:down"),
            *("--port", "aiccs=9000", "--port", "admin=9001", "--no-rate-limits", "--pace", "0.5"),
        )
    )

    assert (options.seed, options.pace, options.admin_port) == (9, 0.5, 9001)
    assert (options.order_of("tat"), options.order_of("baidu")) == (ListOrder.BY_ID, ListOrder.SHUFFLED)
    assert options.retention_of("aiccs") == timedelta(seconds=90)
    assert options.faults_of("mps-cn") == Faults().changed({"throttle_rate": 0.1, "moved_token": "empty"})
    assert options.faults_of("tat").down is True
    assert options.of("aiccs").port == 9000
    assert not options.has_rate_limits


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--fault", "vod:down=true"), "no list 'vod'"),
        (("--order", "vod=by-id"), "no list 'vod'"),
        (("--fault", "nonsense=1"), "no fault 'nonsense'"),
        (("--order", "sideways"), "sideways"),
    ],
)
def test_command_line_mistake_is_one_line(
    words: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parsed(*words)) == 2

    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(("text", "seconds_"), [("500ms", 0.5), ("2s", 2), ("1.5h", 5400), ("7d", 604_800)])
def test_duration_is_read(text: str, seconds_: float) -> None:
    assert duration(text) == timedelta(seconds=seconds_)


def test_duration_without_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="write 500ms"):
        duration("90")


def test_announcement_is_a_configuration() -> None:
    simulator = Simulator(SimulatorOptions(backlog=0))
    simulator.endpoints.update(dict.fromkeys(LIST_NAMES, "http://127.0.0.1:9000"))

    text = announcement(simulator)

    assert len(tomllib.loads(text)["sources"]) == len(LIST_NAMES)
    assert simulator.credentials.secret_key in text


def test_configuration_reads_all_five_lists() -> None:
    lists: dict[str, Any] = {"tat": ListOptions(retention=timedelta(minutes=1))}
    simulator = Simulator(SimulatorOptions(backlog=0, lists=lists))
    simulator.endpoints.update({name: f"http://127.0.0.1:{9000 + n}" for n, name in enumerate(LIST_NAMES)})
    simulator.rotate_session_token()

    sources = tomllib.loads(config_toml(simulator, poll_every="1s"))["sources"]

    assert [source["name"] for source in sources] == list(LIST_NAMES)
    assert [source["provider"] for source in sources] == [
        *("tencent_mps", "tencent_mps", "tencent_tat", "alibaba_aiccs", "baidu_vod")
    ]
    assert {source["poll_every"] for source in sources} == {"1s"}
    assert sources[2]["regions"] == list(simulator.options.regions)
    assert sources[2]["retention"] == "60000ms"
    assert "retention" not in sources[0]
    assert sources[4]["session_token"] == simulator.credentials.session_token
