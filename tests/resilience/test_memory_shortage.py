"""The daemon gets no memory for some seconds, as on a machine that runs out of it."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.resilience.conftest import ScenarioFactory
from tests.support.program import Process

#: Seconds without memory: several polls of each stream.
_SHORTAGE = 2.0


@contextmanager
def without_memory(process: Process) -> Iterator[None]:
    """Let the process map no further memory until the end of the block: no stack of a thread, no buffer."""
    used = int(Path(f"/proc/{process.pid}/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    former = resource.prlimit(process.pid, resource.RLIMIT_AS)
    resource.prlimit(process.pid, resource.RLIMIT_AS, (used, former[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # The block may end the process.
            resource.prlimit(process.pid, resource.RLIMIT_AS, former)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")
def test_daemon_polls_on_after_a_lack_of_memory(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario("mps-cn", "aiccs")
    daemon = scenario.daemon()
    # In the start, where threads and connections are new.
    daemon.wait_until(lambda: "daemon.started" in daemon.err, "its start")
    with without_memory(daemon):
        daemon.assert_runs_for(_SHORTAGE)
    scenario.wait_for_progress(daemon)
    with without_memory(daemon):
        # It ends, at worst with the error that closing the connections took memory.
        assert daemon.terminate().code in (0, 1)
