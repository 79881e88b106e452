"""The daemon waits for a database that is away or refuses to work, and goes on by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.resilience.conftest import Scenario, ScenarioFactory
from tests.resilience.databases import ServerDatabase, migrated_place, prepare
from tests.resilience.postgres_server import FaultyPostgres, faulty_postgres, filled, small_disk
from tests.resilience.sigstop import go_on, wait_for_standstill
from tests.support import postgres_servers
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.fault_proxy import FaultProxy, FaultRule, ProxyFault, fault_proxy
from tests.support.program import Process

LISTS = ("mps-cn", "baidu")
_LEASE = 1.0


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyPostgres]:
    """The server that these tests ill-treat."""
    binaries = postgres_servers.wheel_binaries() or postgres_servers.system_binaries()
    if binaries is None:
        pytest.skip("no Postgres to ill-treat: install the extra `embedded`")
    with faulty_postgres(binaries) as server:
        prepare(server)
        yield server


@pytest.fixture
def place(server: FaultyPostgres) -> Iterator[ServerDatabase]:
    """A migrated database of the test's own."""
    with migrated_place(server) as place:
        yield place


def complaints(daemon: Process) -> str:
    """All that the daemon has complained about."""
    return "\n".join(str(event.get("error")) for event in daemon.events() if event["level"] == "WARNING")


def wait_for_complaint(daemon: Process, text: str) -> None:
    daemon.until(lambda: text in complaints(daemon), f"a complaint of “{text}”")


def assert_complains(scene: Scenario, daemon: Process, text: str) -> None:
    """Wait for the daemon to complain of `text`; it must claim nothing that it could not store."""
    wait_for_complaint(daemon, text)
    scene.check_claims()


@pytest.mark.parametrize("crashes", [False, True], ids=["terminated", "crashed"])
def test_transaction_that_was_cut_off_is_made_again(
    stages: ScenarioFactory, place: ServerDatabase, crashes: bool
) -> None:
    scene = stages(*LISTS, url=place.url, ledger=place.ledger)
    daemon = scene.daemon(trap_setting(CrashPoint.COMMITTING, 3, signal.SIGSTOP))
    wait_for_standstill(daemon)
    if crashes:
        with place.server.down():
            go_on(daemon)
            wait_for_complaint(daemon, "is not available")
    else:
        assert place.server.terminate(place.name)
        go_on(daemon)
        assert_complains(scene, daemon, "is not available")
    scene.assert_ends_well(daemon)


def test_frozen_database_is_waited_for(stages: ScenarioFactory, place: ServerDatabase) -> None:
    scene = stages(*LISTS, url=place.url, ledger=place.ledger)
    # So that a lease is held, and cannot be renewed, while the server stands still.
    daemon = scene.daemon(trap_setting(CrashPoint.COMMITTING, 9, signal.SIGSTOP))
    wait_for_standstill(daemon)
    with place.server.frozen():
        go_on(daemon)
        daemon.runs_for(2 * _LEASE)
    daemon.until(lambda: "nothing was written" in str(daemon.events()), "a lease to be lost")
    scene.assert_ends_well(daemon)


def test_refusing_database_is_waited_for(stages: ScenarioFactory, place: ServerDatabase) -> None:
    scene = stages(*LISTS, url=place.url, ledger=place.ledger)
    daemon = scene.daemon()
    scene.goes_on(daemon)
    with place.server.setting("default_transaction_read_only", "on"):
        assert_complains(scene, daemon, "read-only transaction")
    scene.goes_on(daemon)
    with place.server.setting("statement_timeout", "1ms"):
        assert_complains(scene, daemon, "statement timeout")
    scene.goes_on(daemon)
    with place.server.connection_limit(place.name, 1):
        assert_complains(scene, daemon, "too many connections")
    scene.assert_ends_well(daemon)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk that is full soon")
def test_full_disk_is_waited_for(stages: ScenarioFactory, server: FaultyPostgres) -> None:
    with small_disk(server, "small") as disk, migrated_place(server, tablespace="small") as place:
        scene = stages(*LISTS, url=place.url, ledger=place.ledger)
        daemon = scene.daemon()
        scene.goes_on(daemon)
        with filled(disk):
            assert_complains(scene, daemon, "No space left on device")
        scene.assert_ends_well(daemon)


def test_database_may_come_after_the_daemon(stages: ScenarioFactory, place: ServerDatabase) -> None:
    scene = stages(*LISTS, url=place.url, ledger=place.ledger)
    with place.server.down():
        daemon, other = scene.daemon(), scene.daemon()
        for each in (daemon, other):
            wait_for_complaint(each, "is not available")
        assert other.terminate().code == 0
    scene.assert_ends_well(daemon)


@pytest.mark.parametrize("is_committed", [False, True], ids=["not-committed", "committed"])
def test_nobody_knows_whether_it_was_committed(
    stages: ScenarioFactory, place: ServerDatabase, is_committed: bool
) -> None:
    with fault_proxy(place.url) as way:
        scene = stages(*LISTS, url=way.proxied_url(place.url), ledger=place.ledger)
        words = b"COMMIT\0"
        dose = (
            FaultRule(fault=ProxyFault.CUT, response_contains=words)
            if is_committed
            else FaultRule(fault=ProxyFault.CUT, request_contains=words)
        )
        daemon = scene.daemon()
        for total in (3, 6):
            scene.goes_on(daemon)
            way.inject(dose)
            wait_for_cuts(daemon, way, total)
            way.clear()
            scene.check_claims()
        scene.assert_ends_well(daemon)


def wait_for_cuts(daemon: Process, way: FaultProxy, total: int) -> None:
    daemon.until(lambda: way.fired[ProxyFault.CUT] >= total, "connections cut at COMMIT")
