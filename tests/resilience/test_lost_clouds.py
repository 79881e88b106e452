"""The daemon goes on by itself when a cloud, or the way to it, comes back; until then it claims nothing."""

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
#: In the middle of an answer.
_BODY = 400


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches a daemon from the moment in which something went wrong."""

    scene: Scenario
    daemon: Process
    begun_at: datetime
    #: How many events there were.
    events: int

    @classmethod
    def begin(cls, scene: Scenario, daemon: Process) -> Watch:
        return cls(scene, daemon, scene.ledger.now(), len(daemon.events()))

    def see_failures(self, text: str = "", *, streams: int) -> None:
        """Wait until so many streams failed because of `text`: no run may succeed, and nothing be claimed."""
        self.daemon.until(lambda: len(self._failed(text)) == streams, f"failures because of “{text}”")
        assert self.scene.ledger.value(_SUCCEEDED, self.begun_at) == 0
        self.scene.check_claims()

    def _failed(self, text: str) -> set[str]:
        """The streams of which a run failed because of `text`."""
        events = [each for each in self.daemon.events()[self.events :] if each["event"] in _FAILED]
        return {each["stream"] for each in events if text in str(each["error"])}


# The way to a cloud


@contextmanager
def spoilt(ways: Mapping[str, FaultProxy], dose: FaultRule) -> Iterator[None]:
    """All ways spoilt for the length of the block, in which the toxic acts on each."""
    for way in ways.values():
        way.fired.clear()
        way.inject(dose)
    yield
    for way in ways.values():
        assert way.fired[dose.fault]
        way.clear()


def test_broken_ways_are_waited_out(stage: ScenarioFactory) -> None:
    scene = stage(*TWO)
    with ExitStack() as stack:
        addresses = {name: scene.simulator.endpoints[name] for name in TWO}
        ways = {name: stack.enter_context(fault_proxy(url)) for name, url in addresses.items()}
        endpoints = {name: {"endpoint": way.proxied_url(addresses[name])} for name, way in ways.items()}
        scene.configure(lists=endpoints)
        daemon = scene.daemon()
        scene.goes_on(daemon)
        for dose, text in (
            (FaultRule(fault=ProxyFault.REFUSE), "connection refused"),
            (FaultRule(fault=ProxyFault.RESET), "connection reset by peer"),
            (FaultRule(fault=ProxyFault.CUT, after_bytes=_BODY), "it ended early"),
            (FaultRule(fault=ProxyFault.STALL, after_bytes=_BODY), "gave no complete answer"),
            (FaultRule(fault=ProxyFault.DRIP, after_bytes=_BODY), "gave no complete answer"),
        ):
            with spoilt(ways, dose):
                Watch.begin(scene, daemon).see_failures(text, streams=len(TWO))
            scene.goes_on(daemon)
        scene.assert_ends_well(daemon)


# The cloud itself

#: What each makes the daemon say.
_OUTAGES = {"throttle_rate": "more slowly", "down": "503", "denied": "grant", "html_rate": "text/html"}


def test_outages_are_waited_out(stage: ScenarioFactory) -> None:
    scene = stage(*LIST_NAMES)
    daemon = scene.daemon()
    scene.goes_on(daemon)
    streams = scene.ledger.value("select count(*) from sync.streams")
    for fault, text in _OUTAGES.items():
        scene.simulator.set_faults(**{fault: 1.0})
        Watch.begin(scene, daemon).see_failures(text, streams=streams)
        assert all(scene.simulator.faults_fired(name)[fault] for name in LIST_NAMES)
        scene.simulator.set_faults(**{fault: 0.0})
        scene.goes_on(daemon)
    scene.assert_ends_well(daemon)


def test_lists_that_lead_nowhere_prove_nothing(stage: ScenarioFactory) -> None:
    scene = stage(*TWO)
    # So small that no run can do with one page of each list.
    scene.configure(page_size=3)
    daemon = scene.daemon()
    scene.goes_on(daemon)
    for fault in ("endless", "expired_cursor_rate", "repeat_rate"):
        scene.simulator.set_faults(**{fault: 1.0})
        Watch.begin(scene, daemon).see_failures(streams=len(TWO))
        assert all(scene.simulator.faults_fired(name)[fault] for name in TWO)
        scene.simulator.set_faults(**{fault: 0.0})
        scene.goes_on(daemon)
    scene.assert_ends_well(daemon)


def test_page_that_always_fails_costs_what_is_behind_it(stage: ScenarioFactory) -> None:
    scene = stage(*TWO)
    oldest = {name: next(scene.simulator.true_tasks(name)).task_id for name in TWO}
    for name, task_id in oldest.items():
        scene.simulator.set_faults(name, poisoned_ids=[task_id])
    daemon = scene.daemon()
    daemon.until(lambda: scene.ledger.tasks() >= BACKLOG, "all tasks but two, and some new ones")
    Watch.begin(scene, daemon).see_failures(streams=len(TWO))
    assert scene.ledger.rows(_STORED, list(oldest.values())) == []
    assert scene.check_claims() == 0
    scene.simulator.set_faults(poisoned_ids=[])
    scene.assert_ends_well(daemon)
    assert len(scene.ledger.rows(_STORED, list(oldest.values()))) == len(TWO)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_clouds_time_counts(stage: ScenarioFactory, minutes: int) -> None:
    scene = stage(*LIST_NAMES, begin_at=datetime.now(UTC) + timedelta(minutes=minutes))
    daemon = scene.daemon()
    scene.goes_on(daemon)
    refused = {name: counts["errors"] for name, counts in scene.simulator.requests().items()}
    assert all(refused[name] == {"AuthFailure.SignatureExpire": 1} for name in ("mps-cn", "mps-intl"))
    assert scene.check_claims() > 0
    scene.assert_ends_well(daemon)


def test_token_may_expire_for_a_while(stage: ScenarioFactory) -> None:
    names = ("tat", "aiccs", "baidu")
    scene = stage(*names, credentials=replace(DEFAULT_CREDENTIALS, session_token="first-token"))
    file = scene.program.folder / "token"
    file.write_text("first-token", "ascii")
    scene.configure(session_token={"file": str(file)})
    daemon = scene.daemon()
    scene.goes_on(daemon)
    newer = scene.simulator.rotate_session_token().session_token
    Watch.begin(scene, daemon).see_failures("renew the session token", streams=5)
    file.write_text(str(newer), "ascii")
    scene.assert_ends_well(daemon)
    assert not any(token in daemon.err for token in ("first-token", str(newer)))
