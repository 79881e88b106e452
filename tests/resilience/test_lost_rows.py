"""A daemon whose rows or tables vanish, as after a failover that lost commits, or a restore, goes on."""

from __future__ import annotations

from syncer.storage import migrate
from tests.resilience.conftest import ScenarioFactory
from tests.support.database_checks import execute


def test_daemon_registers_again_what_was_lost(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario("mps-cn", "tat")
    daemon = scenario.daemon()
    scenario.wait_for_progress(daemon)
    execute(
        scenario.database_url,
        "TRUNCATE sync.sources, sync.streams, sync.leases, sync.runs, sync.checkpoints, sync.quirks,"
        " sync.rejected_records, sync.tasks, sync.task_versions",
    )
    scenario.wait_for_progress(daemon)
    execute(scenario.database_url, "DROP SCHEMA sync, sync_history, reporting CASCADE")
    daemon.wait_until(
        lambda: any("type `syncer migrate`, or" in str(event.get("error")) for event in daemon.events()),
        "a warning that names the command",
    )
    migrate(scenario.database_url)
    scenario.assert_recovers(daemon)
    assert "job.failed" not in {event["event"] for event in daemon.events()}
    assert "Traceback" not in daemon.err
