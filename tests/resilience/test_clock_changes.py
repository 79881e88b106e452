"""The clock of the machine is set back, and years ahead, while the daemon runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.resilience.conftest import ScenarioFactory
from tests.support.program import Process

#: Debian's package `libfaketime`.
_LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def set_clocks(daemon: Process) -> int:
    """How often the daemon has seen its clock set."""
    return [entry["event"] for entry in daemon.events()].count("clock.set")


@pytest.mark.skipif(_LIBRARY is None, reason="needs libfaketime")
def test_daemon_polls_on_while_its_clock_is_set(make_scenario: ScenarioFactory, tmp_path: Path) -> None:
    scenario = make_scenario("mps-cn")
    configuration = tmp_path / "syncer.toml"
    configuration.write_text('[history]\nkeep = "60d"\n' + configuration.read_text("utf-8"), "utf-8")
    offset = tmp_path / "offset"
    offset.write_text("+0d", "utf-8")
    daemon = scenario.program.start(
        *("run", "--log-format", "json", "--log-level", "DEBUG"),
        LD_PRELOAD=str(_LIBRARY),
        FAKETIME_TIMESTAMP_FILE=str(offset),
        FAKETIME_NO_CACHE="1",
        DONT_FAKE_MONOTONIC="1",
    )
    scenario.wait_for_progress(daemon)
    for number, step in enumerate(("-2h", "+7300d"), 1):
        offset.write_text(step, "utf-8")
        daemon.wait_until(lambda number=number: set_clocks(daemon) == number, f"the clock to be set {step}")
        scenario.wait_for_progress(daemon)
    assert daemon.terminate().code == 0
    assert set_clocks(daemon) == 2
    # The stamps of what was read meanwhile are those of the providers' clocks.
    stamps = "select count(*) from sync.tasks where abs(extract(epoch from first_seen_at - now())) > 600"
    assert scenario.database.value(stamps) == 0
