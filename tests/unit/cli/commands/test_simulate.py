"""Command line of `syncer simulate`: options, errors and the printed configuration."""

from __future__ import annotations

import argparse
import tomllib
from datetime import timedelta

import pytest

from syncer.cli.commands.simulate import add_arguments, announcement, duration, options_from, run
from syncer.simulator import LIST_NAMES, Faults, ListOrder, Simulator, SimulatorOptions


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(arguments)


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
    assert options.faults_of("mps-cn") == Faults().with_changes(
        {"throttle_rate": 0.1, "moved_token": "empty"}
    )
    assert options.faults_of("tat").down is True
    assert options.list_options("aiccs").port == 9000
    assert not options.has_rate_limits


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--fault", "vod:down=true"), "no list 'vod'"),
        (("--order", "vod=by-id"), "no list 'vod'"),
        (("--fault", "nonsense=1"), "no fault 'nonsense'"),
        (("--order", "sideways"), "sideways"),
    ],
)
def test_error_for_an_invalid_option_is_one_line(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parsed(*arguments)) == 2

    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(("text", "seconds"), [("500ms", 0.5), ("2s", 2), ("1.5h", 5400), ("7d", 604_800)])
def test_duration_is_parsed(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


def test_duration_without_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="write a duration such as"):
        duration("90")


def test_announcement_is_a_configuration() -> None:
    simulator = Simulator(SimulatorOptions(backlog=0))
    simulator.endpoints.update(dict.fromkeys(LIST_NAMES, "http://127.0.0.1:9000"))

    text = announcement(simulator)

    assert len(tomllib.loads(text)["sources"]) == len(LIST_NAMES)
    assert simulator.credentials.secret_key in text
