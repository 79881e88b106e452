"""Driver of a scenario: starts daemons, kills them, moves the clock, and lets the last daemon finish."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta
from random import Random
from typing import LiteralString

from tests.soak.fault_schedule import end_round_faults, start_round_faults
from tests.soak.scenarios import SoakScenario
from tests.soak.simulator_client import SimulatorClient
from tests.soak.totals import Totals
from tests.support import crash_points
from tests.support.analyst_database import AnalystDatabase
from tests.support.program import Process, Program

#: Crash points within a transaction.
_IN_TRANSACTION_POINTS = {"copying", "staged", "upserted", "committing"}
#: Seconds from a daemon's first lease to its end: mostly short, sometimes long.
_LIFETIMES = (0.0, 1.0)
_LONG_LIFETIMES = (2.0, 4.0)
#: Seconds to wait for a crash trap; after them the daemon is killed wherever it is.
_TRAP_TIMEOUT = 4.0

_HELD: LiteralString = """
select count(*) from sync.leases where holder like '%%:' || %s and expires_at > clock_timestamp()
"""
_RUNNING: LiteralString = """
select count(*) from sync.runs r join sync.leases l using (stream_id, epoch)
where r.status = 'running' and l.holder like '%%:' || %s
"""
#: Number of runs begun under leases that a process holds or has held last.
_BEGUN: LiteralString = """
select count(*) from sync.runs r join sync.leases l using (stream_id, epoch) where l.holder like '%%:' || %s
"""
_IN_TRANSACTION: LiteralString = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and backend_type = 'client backend' and xact_start is not null
"""


class ClockOffsets:
    """How far the simulator's clock was ahead, by time; it jumps only while no daemon runs."""

    def __init__(self, simulator: SimulatorClient) -> None:
        self._simulator = simulator
        self._offsets: list[tuple[datetime, timedelta]] = []
        self.measure()

    def measure(self) -> None:
        """Measure how far the simulator's clock is ahead now."""
        before = datetime.now(UTC)
        now = self._simulator.clock.now()
        after = datetime.now(UTC)
        self._offsets.append((before, now - before - (after - before) / 2))

    def simulated(self, instant: datetime) -> datetime:
        """The simulator's time at `instant`."""
        offsets = [offset for since, offset in self._offsets if since <= instant] or [self._offsets[0][1]]
        return instant + offsets[-1]


class Driver:
    """Runs one scenario. The seed determines all decisions, but not the instants at which they happen."""

    def __init__(
        self,
        scenario: SoakScenario,
        simulator: SimulatorClient,
        program: Program,
        database: AnalystDatabase,
    ) -> None:
        self.scenario, self.simulator = scenario, simulator
        self.program, self.database = program, database
        self.clock_offsets = ClockOffsets(simulator)
        self.totals = Totals(scenarios=1)
        self._began_at = simulator.clock.now()
        self._random = Random(f"{scenario.seed}/driver")

    def run(self, kills: int) -> None:
        """Run rounds until so many processes have been killed."""
        kinds = [self._kill, self._kill, self._kill_one_of_two, self._kill_at_point, self._kill_at_point]
        while self.totals.kills < kills:
            start_round_faults(self._random, self.simulator)
            if self._random.random() < 0.1:
                self._terminate()
            else:
                self._random.choice(kinds)()
            self.totals.rounds += 1
            self._advance_time()

    def settle(self) -> None:
        """End all faults, let a last daemon read everything, and freeze the clock."""
        end_round_faults(self.simulator)
        daemon = self.program.start_daemon()
        # The second sweep confirms the first.
        for _ in range(2):
            self._wait_for_sweep(daemon)
        self.simulator.freeze()
        self._wait_for_sweep(daemon)
        ended = daemon.terminate()
        assert ended.code == 0, ended.err[-3000:]
        elapsed = self.simulator.clock.now() - self._began_at
        self.totals.retentions += elapsed / self.scenario.retention
        self.totals.count_faults(self.simulator.fired())

    def _wait_for_sweep(self, daemon: Process) -> None:
        instant = self.database.now()
        daemon.wait_until(
            lambda: self.database.is_swept_since(instant), "a sweep of every stream", seconds=120
        )

    # Rounds

    def _kill(self) -> None:
        """Kill a daemon at a random time."""
        daemon = self._started()
        # Counted from its first run, since a loaded machine may need longer than the lifetime to begin one.
        daemon.wait_until(lambda: self.database.value(_BEGUN, str(daemon.pid)), "its first run")
        daemon.assert_runs_for(self._lifetime())
        self._kill_now(daemon)

    def _kill_one_of_two(self) -> None:
        """Kill one of two daemons, wait until the other takes over, and kill that too."""
        daemons = [self._started(), self.program.start_daemon()]
        daemons[1].assert_runs_for(self._random.uniform(*_LIFETIMES))
        self._random.shuffle(daemons)
        self._kill_now(daemons[0])
        daemons[1].wait_until(lambda: self._holds_a_lease(daemons[1]), "its first lease")
        daemons[1].assert_runs_for(self._lifetime())
        self._kill_now(daemons[1])

    def _kill_at_point(self) -> None:
        """Kill a daemon at a random crash point."""
        point = self._random.choice(list(crash_points.CrashPoint))
        passes = self._random.randint(1, 40 if point is crash_points.CrashPoint.COPYING else 6)
        environment = {crash_points.IMPATIENCE_VARIABLE: "1", **crash_points.trap_setting(point, passes)}
        daemon = self.program.start(
            "run", "--log-format", "json", "--log-level", "DEBUG", module=crash_points.__name__, **environment
        )
        deadline = time.monotonic() + _TRAP_TIMEOUT
        while daemon.is_running and time.monotonic() < deadline:
            time.sleep(0.02)
        if daemon.is_running:
            self._kill_now(daemon)
            return
        assert daemon.wait().code == -signal.SIGKILL, daemon.err[-3000:]
        self._count_kill(daemon, is_in_transaction=point in _IN_TRANSACTION_POINTS)

    def _terminate(self) -> None:
        """Stop a daemon by SIGTERM at a random time."""
        daemon = self._started()
        daemon.assert_runs_for(self._lifetime())
        ended = daemon.terminate()
        assert ended.code == 0, ended.err[-3000:]
        assert "Traceback" not in ended.err, ended.err[-3000:]
        self.totals.terminations += 1

    def _advance_time(self) -> None:
        """In half of the rounds move the clock ahead, by seconds or by more than the retention."""
        if self._random.random() < 0.5:
            share = self._random.choice([0.02, 0.05, 0.1, 0.1, 0.3, 1.2])
            self.simulator.advance(self.scenario.retention.total_seconds() * share)
            self.clock_offsets.measure()

    def _lifetime(self) -> float:
        return self._random.uniform(*(_LONG_LIFETIMES if self._random.random() < 0.1 else _LIFETIMES))

    def _started(self) -> Process:
        """Start a daemon and wait for its first lease."""
        daemon = self.program.start_daemon()
        daemon.wait_until(lambda: self._holds_a_lease(daemon), "its first lease")
        return daemon

    def _holds_a_lease(self, daemon: Process) -> bool:
        return bool(self.database.value(_HELD, str(daemon.pid)))

    def _is_in_run(self, daemon: Process) -> bool:
        return bool(self.database.value(_RUNNING, str(daemon.pid)))

    def _kill_now(self, daemon: Process) -> None:
        is_in_transaction = bool(self.database.value(_IN_TRANSACTION))
        daemon.kill()
        self._count_kill(daemon, is_in_transaction=is_in_transaction)

    def _count_kill(self, daemon: Process, *, is_in_transaction: bool) -> None:
        self.totals.kills += 1
        self.totals.kills_in_runs += self._is_in_run(daemon)
        self.totals.kills_in_transactions += is_in_transaction
