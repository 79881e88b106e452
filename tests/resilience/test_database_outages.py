"""The daemon waits for a database that is unavailable or refuses to work, and then continues."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.resilience.conftest import Scenario, ScenarioFactory
from tests.resilience.databases import ServerDatabase, migrated_database, prepare
from tests.resilience.postgres_server import FaultyPostgres, faulty_postgres, filled, small_disk
from tests.resilience.sigstop import resume, wait_until_stopped
from tests.support import postgres_servers
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.fault_proxy import FaultProxy, FaultRule, ProxyFault, fault_proxy
from tests.support.program import Process

LISTS = ("mps-cn", "baidu")
_LEASE = 1.0


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyPostgres]:
    """The server that these tests disturb."""
    binaries = postgres_servers.wheel_binaries() or postgres_servers.system_binaries()
    if binaries is None:
        pytest.skip("no Postgres for these tests: install the extra `embedded`")
    with faulty_postgres(binaries) as server:
        prepare(server)
        yield server


@pytest.fixture
def database(server: FaultyPostgres) -> Iterator[ServerDatabase]:
    """A migrated database for one test."""
    with migrated_database(server) as database:
        yield database


def warnings(daemon: Process) -> str:
    """The errors of all warnings that the daemon has logged."""
    return "\n".join(str(event.get("error")) for event in daemon.events() if event["level"] == "WARNING")


def wait_for_warning(daemon: Process, text: str) -> None:
    """Wait until the daemon has logged a warning with `text` in its error."""
    daemon.wait_until(lambda: text in warnings(daemon), f"a warning with “{text}”")


def wait_and_check(scenario: Scenario, daemon: Process, text: str) -> None:
    """Wait for a warning with `text`; assert that what is claimed to be read is stored."""
    wait_for_warning(daemon, text)
    scenario.check_covered_tasks()


@pytest.mark.parametrize("crashes", [False, True], ids=["terminated", "crashed"])
def test_aborted_transaction_is_repeated(
    make_scenario_in: ScenarioFactory, database: ServerDatabase, crashes: bool
) -> None:
    scenario = make_scenario_in(*LISTS, url=database.url, database=database.connection)
    daemon = scenario.daemon(trap_setting(CrashPoint.COMMITTING, 3, signal.SIGSTOP))
    wait_until_stopped(daemon)
    if crashes:
        with database.server.down():
            resume(daemon)
            wait_for_warning(daemon, "is not available")
    else:
        assert database.server.terminate(database.name)
        resume(daemon)
        wait_and_check(scenario, daemon, "is not available")
    scenario.assert_recovers(daemon)


def test_daemon_recovers_from_a_stopped_database(
    make_scenario_in: ScenarioFactory, database: ServerDatabase
) -> None:
    scenario = make_scenario_in(*LISTS, url=database.url, database=database.connection)
    # So that a lease is held while the server is stopped and cannot renew it.
    daemon = scenario.daemon(trap_setting(CrashPoint.COMMITTING, 9, signal.SIGSTOP))
    wait_until_stopped(daemon)
    with database.server.stopped():
        resume(daemon)
        daemon.assert_runs_for(2 * _LEASE)
    daemon.wait_until(lambda: "nothing was written" in str(daemon.events()), "a lost lease")
    scenario.assert_recovers(daemon)


def test_daemon_recovers_from_a_refusing_database(
    make_scenario_in: ScenarioFactory, database: ServerDatabase
) -> None:
    scenario = make_scenario_in(*LISTS, url=database.url, database=database.connection)
    daemon = scenario.daemon()
    scenario.wait_for_progress(daemon)
    with database.server.setting("default_transaction_read_only", "on"):
        wait_and_check(scenario, daemon, "read-only transaction")
    scenario.wait_for_progress(daemon)
    with database.server.connection_limit(database.name, 1):
        wait_and_check(scenario, daemon, "too many connections")
    scenario.assert_recovers(daemon)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_daemon_recovers_from_a_full_disk(make_scenario_in: ScenarioFactory, server: FaultyPostgres) -> None:
    with small_disk(server, "small") as disk, migrated_database(server, tablespace="small") as database:
        scenario = make_scenario_in(*LISTS, url=database.url, database=database.connection)
        daemon = scenario.daemon()
        scenario.wait_for_progress(daemon)
        with filled(disk):
            wait_and_check(scenario, daemon, "No space left on device")
        scenario.assert_recovers(daemon)


def test_daemon_may_start_before_the_database(
    make_scenario_in: ScenarioFactory, database: ServerDatabase
) -> None:
    scenario = make_scenario_in(*LISTS, url=database.url, database=database.connection)
    with database.server.down():
        daemon, other = scenario.daemon(), scenario.daemon()
        for process in (daemon, other):
            wait_for_warning(process, "is not available")
        assert other.terminate().code == 0
    scenario.assert_recovers(daemon)


@pytest.mark.parametrize("is_committed", [False, True], ids=["not-committed", "committed"])
def test_commit_of_unknown_outcome_loses_nothing(
    make_scenario_in: ScenarioFactory, database: ServerDatabase, is_committed: bool
) -> None:
    with fault_proxy(database.url) as proxy:
        scenario = make_scenario_in(*LISTS, url=proxy.proxied_url(database.url), database=database.connection)
        commit = b"COMMIT\0"
        rule = (
            FaultRule(fault=ProxyFault.CUT, response_contains=commit)
            if is_committed
            else FaultRule(fault=ProxyFault.CUT, request_contains=commit)
        )
        daemon = scenario.daemon()
        for total in (3, 6):
            scenario.wait_for_progress(daemon)
            proxy.inject(rule)
            wait_for_cuts(daemon, proxy, total)
            proxy.clear()
            scenario.check_covered_tasks()
        scenario.assert_recovers(daemon)


def wait_for_cuts(daemon: Process, proxy: FaultProxy, total: int) -> None:
    daemon.wait_until(lambda: proxy.fired[ProxyFault.CUT] >= total, "connections cut at COMMIT")
