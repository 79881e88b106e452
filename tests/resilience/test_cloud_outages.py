"""The daemon recovers when a cloud, or the network to it, does; until then it claims nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from syncer.simulator import LIST_NAMES
from syncer.simulator.simulator_options import DEFAULT_CREDENTIALS
from tests.resilience.conftest import BACKLOG, Scenario, ScenarioFactory
from tests.support.fault_proxy import FaultProxy, FaultRule, ProxyFault, fault_proxy
from tests.support.program import Process

TWO = ("mps-cn", "baidu")
_FAILED = {"run.failed", "run.deferred"}
_SUCCEEDED = "select count(*) from sync.runs where status = 'succeeded' and begun_at > %s"
_STORED = "select task_id from sync.tasks where task_id = any(%s)"
#: A number of bytes in the middle of a response.
_IN_BODY = 400


@dataclass(frozen=True, slots=True)
class FailureWatch:
    """Observes a daemon from the begin of a fault."""

    scenario: Scenario
    daemon: Process
    begun_at: datetime
    #: Number of log entries at the begin.
    events: int

    @classmethod
    def begin(cls, scenario: Scenario, daemon: Process) -> FailureWatch:
        return cls(scenario, daemon, scenario.database.now(), len(daemon.events()))

    def wait_for_failures(self, text: str = "", *, streams: int) -> None:
        """Wait until runs of so many streams have failed with `text` in their error.

        Meanwhile no run may succeed, and what is claimed to be read must be stored.
        """
        self.daemon.wait_until(lambda: len(self._failed(text)) == streams, f"failures with “{text}”")
        assert self.scenario.database.value(_SUCCEEDED, self.begun_at) == 0
        self.scenario.check_covered_tasks()

    def _failed(self, text: str) -> set[str]:
        """The streams that have a failed run with `text` in its error."""
        entries = [entry for entry in self.daemon.events()[self.events :] if entry["event"] in _FAILED]
        return {entry["stream"] for entry in entries if text in str(entry["error"])}


# The network


@contextmanager
def network_fault(proxies: Mapping[str, FaultProxy], rule: FaultRule) -> Iterator[None]:
    """Inject a fault into all proxies during the block, and assert that it fires in each."""
    for proxy in proxies.values():
        proxy.fired.clear()
        proxy.inject(rule)
    yield
    for proxy in proxies.values():
        assert proxy.fired[rule.fault]
        proxy.clear()


def test_daemon_recovers_from_network_faults(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario(*TWO)
    with ExitStack() as stack:
        addresses = {name: scenario.simulator.endpoints[name] for name in TWO}
        proxies = {name: stack.enter_context(fault_proxy(url)) for name, url in addresses.items()}
        endpoints = {
            name: {"endpoint": proxy.proxied_url(addresses[name])} for name, proxy in proxies.items()
        }
        scenario.configure(lists=endpoints)
        daemon = scenario.daemon()
        scenario.wait_for_progress(daemon)
        for rule, text in (
            (FaultRule(fault=ProxyFault.REFUSE), "connection refused"),
            (FaultRule(fault=ProxyFault.RESET), "connection reset by peer"),
            (FaultRule(fault=ProxyFault.CUT, after_bytes=_IN_BODY), "it ended early"),
            (FaultRule(fault=ProxyFault.STALL, after_bytes=_IN_BODY), "gave no complete answer"),
            (FaultRule(fault=ProxyFault.DRIP, after_bytes=_IN_BODY), "gave no complete answer"),
        ):
            with network_fault(proxies, rule):
                FailureWatch.begin(scenario, daemon).wait_for_failures(text, streams=len(TWO))
            scenario.wait_for_progress(daemon)
        scenario.assert_recovers(daemon)


# The cloud

#: By fault: a part of the daemon's error.
_OUTAGES = {"throttle_rate": "more slowly", "down": "503", "denied": "grant", "html_rate": "text/html"}


def test_daemon_recovers_from_outages_of_the_cloud(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario(*LIST_NAMES)
    daemon = scenario.daemon()
    scenario.wait_for_progress(daemon)
    streams = scenario.database.value("select count(*) from sync.streams")
    for fault, text in _OUTAGES.items():
        scenario.simulator.set_faults(**{fault: 1.0})
        FailureWatch.begin(scenario, daemon).wait_for_failures(text, streams=streams)
        assert all(scenario.simulator.faults_fired(name)[fault] for name in LIST_NAMES)
        scenario.simulator.set_faults(**{fault: 0.0})
        scenario.wait_for_progress(daemon)
    scenario.assert_recovers(daemon)


def test_endless_lists_prove_nothing(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario(*TWO)
    # So small that each run needs several pages of each list.
    scenario.configure(page_size=3)
    daemon = scenario.daemon()
    scenario.wait_for_progress(daemon)
    for fault in ("endless", "expired_cursor_rate", "repeat_rate"):
        scenario.simulator.set_faults(**{fault: 1.0})
        FailureWatch.begin(scenario, daemon).wait_for_failures(streams=len(TWO))
        assert all(scenario.simulator.faults_fired(name)[fault] for name in TWO)
        scenario.simulator.set_faults(**{fault: 0.0})
        scenario.wait_for_progress(daemon)
    scenario.assert_recovers(daemon)


def test_page_that_always_fails_hides_only_its_task(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario(*TWO)
    oldest = {name: next(scenario.simulator.true_tasks(name)).task_id for name in TWO}
    for name, task_id in oldest.items():
        scenario.simulator.set_faults(name, poisoned_ids=[task_id])
    daemon = scenario.daemon()
    daemon.wait_until(
        lambda: scenario.database.count_tasks() >= BACKLOG, "all tasks but two, and some new tasks"
    )
    FailureWatch.begin(scenario, daemon).wait_for_failures(streams=len(TWO))
    assert scenario.database.rows(_STORED, list(oldest.values())) == []
    assert scenario.check_covered_tasks() == 0
    scenario.simulator.set_faults(poisoned_ids=[])
    scenario.assert_recovers(daemon)
    assert len(scenario.database.rows(_STORED, list(oldest.values()))) == len(TWO)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_coverage_uses_the_clouds_time(make_scenario: ScenarioFactory, minutes: int) -> None:
    scenario = make_scenario(*LIST_NAMES, begin_at=datetime.now(UTC) + timedelta(minutes=minutes))
    daemon = scenario.daemon()
    scenario.wait_for_progress(daemon)
    refused = {name: counts["errors"] for name, counts in scenario.simulator.requests().items()}
    assert all(refused[name] == {"AuthFailure.SignatureExpire": 1} for name in ("mps-cn", "mps-intl"))
    assert scenario.check_covered_tasks() > 0
    scenario.assert_recovers(daemon)


def test_daemon_recovers_from_an_expired_token(make_scenario: ScenarioFactory) -> None:
    names = ("tat", "aiccs", "baidu")
    scenario = make_scenario(*names, credentials=replace(DEFAULT_CREDENTIALS, session_token="first-token"))
    file = scenario.program.folder / "token"
    file.write_text("first-token", "ascii")
    scenario.configure(session_token={"file": str(file)}, lists={"baidu": {"account": "media"}})
    daemon = scenario.daemon()
    scenario.wait_for_progress(daemon)
    new_token = scenario.simulator.rotate_session_token().session_token
    FailureWatch.begin(scenario, daemon).wait_for_failures("renew the session token", streams=5)
    file.write_text(str(new_token), "ascii")
    scenario.assert_recovers(daemon)
    assert not any(token in daemon.err for token in ("first-token", str(new_token)))
