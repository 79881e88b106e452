"""Lives through a world: starts daemons, kills them, lets time pass, and lets the last one finish."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta
from random import Random
from typing import LiteralString

from tests.soak.fault_schedule import change_weather, clear_up
from tests.soak.scenarios import SoakScenario
from tests.soak.simulator_client import SimulatorClient
from tests.soak.totals import Totals
from tests.support import crash_points
from tests.support.analyst_database import AnalystDatabase
from tests.support.program import Process, Program

#: Points that are within a transaction.
_INSIDE = {"copying", "staged", "upserted", "committing"}
#: How long a daemon lives after it has its first stream, in seconds: mostly short, now and then long.
_LIVES = (0.0, 1.0)
_LONG_LIVES = (2.0, 4.0)
#: Seconds within which a trap must spring; otherwise the daemon is killed wherever it is.
_TRAPPED = 4.0

_HELD: LiteralString = """
select count(*) from sync.leases where holder like '%%:' || %s and expires_at > clock_timestamp()
"""
_RUNNING: LiteralString = """
select count(*) from sync.runs r join sync.leases l using (stream_id, epoch)
where r.status = 'running' and l.holder like '%%:' || %s
"""
_IN_TRANSACTION: LiteralString = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and backend_type = 'client backend' and xact_start is not null
"""


class Timeline:
    """What the simulator's clock showed when; it only jumps while no daemon is there to see it."""

    def __init__(self, remote: SimulatorClient) -> None:
        self._remote = remote
        self._steps: list[tuple[datetime, timedelta]] = []
        self.read()

    def read(self) -> None:
        """Note how far the simulator's clock is ahead."""
        before = datetime.now(UTC)
        told = self._remote.clock.now()
        after = datetime.now(UTC)
        self._steps.append((before, told - before - (after - before) / 2))

    def simulated(self, instant: datetime) -> datetime:
        """The simulator's time at `instant`."""
        ahead = [ahead for since, ahead in self._steps if since <= instant] or [self._steps[0][1]]
        return instant + ahead[-1]


class Driver:
    """One world under way. Everything it decides follows from the seed; when it happens does not."""

    def __init__(
        self, world: SoakScenario, remote: SimulatorClient, program: Program, ledger: AnalystDatabase
    ) -> None:
        self.world, self.remote = world, remote
        self.program, self.ledger = program, ledger
        self.timeline = Timeline(remote)
        self.tally = Totals(worlds=1)
        self._began_at = remote.clock.now()
        self._chance = Random(f"{world.seed}/driver")

    def live(self, kills: int) -> None:
        """Go through rounds until so many processes were killed."""
        kinds = [self._kill, self._kill, self._kill_one_of_two, self._spring_trap, self._spring_trap]
        while self.tally.kills < kills:
            change_weather(self._chance, self.remote)
            if self._chance.random() < 0.1:
                self._terminate()
            else:
                self._chance.choice(kinds)()
            self.tally.rounds += 1
            self._rest()

    def settle(self) -> None:
        """Let the weather clear up, and the last daemon read everything; then the world stands still."""
        clear_up(self.remote)
        daemon = self.program.start_daemon()
        # The second sweep confirms what the first one has read.
        for _ in range(2):
            self._await_sweep(daemon)
        self.remote.freeze()
        self._await_sweep(daemon)
        ended = daemon.terminate()
        assert ended.code == 0, ended.err[-3000:]
        elapsed = self.remote.clock.now() - self._began_at
        self.tally.windows += elapsed / self.world.retention
        self.tally.count_faults(self.remote.fired())

    def _await_sweep(self, daemon: Process) -> None:
        instant = self.ledger.now()
        daemon.wait_until(lambda: self.ledger.is_swept_since(instant), "a sweep of every stream", seconds=120)

    # Rounds

    def _kill(self) -> None:
        """A daemon is killed at any moment of its life."""
        daemon = self._started()
        daemon.assert_runs_for(self._lifetime())
        self._end(daemon)

    def _kill_one_of_two(self) -> None:
        """One of two daemons is killed, the other takes over, and is killed as well."""
        daemons = [self._started(), self.program.start_daemon()]
        daemons[1].assert_runs_for(self._chance.uniform(*_LIVES))
        self._chance.shuffle(daemons)
        self._end(daemons[0])
        daemons[1].wait_until(lambda: self._holds_a_stream(daemons[1]), "its first lease")
        daemons[1].assert_runs_for(self._lifetime())
        self._end(daemons[1])

    def _spring_trap(self) -> None:
        """A daemon dies at a place that was chosen for it."""
        point = self._chance.choice(list(crash_points.CrashPoint))
        passes = self._chance.randint(1, 40 if point is crash_points.CrashPoint.COPYING else 6)
        environment = {crash_points.IMPATIENCE_VARIABLE: "1", **crash_points.trap_setting(point, passes)}
        daemon = self.program.start(
            "run", "--log-format", "json", module=crash_points.__name__, **environment
        )
        deadline = time.monotonic() + _TRAPPED
        while daemon.is_running and time.monotonic() < deadline:
            time.sleep(0.02)
        if daemon.is_running:
            self._end(daemon)
            return
        assert daemon.wait().code == -signal.SIGKILL, daemon.err[-3000:]
        self._count_kill(daemon, is_amid_transaction=point in _INSIDE)

    def _terminate(self) -> None:
        """A daemon is told to stop; now and then it is not given the time to."""
        daemon = self._started()
        daemon.assert_runs_for(self._lifetime())
        ended = daemon.terminate()
        assert ended.code == 0, ended.err[-3000:]
        assert "Traceback" not in ended.err, ended.err[-3000:]
        self.tally.terminations += 1

    def _rest(self) -> None:
        """Time passes while no daemon is there: seconds, or longer than lists remember."""
        if self._chance.random() < 0.5:
            share = self._chance.choice([0.02, 0.05, 0.1, 0.1, 0.3, 1.2])
            self.remote.advance(self.world.retention.total_seconds() * share)
            self.timeline.read()

    def _lifetime(self) -> float:
        return self._chance.uniform(*(_LONG_LIVES if self._chance.random() < 0.1 else _LIVES))

    def _started(self) -> Process:
        """A daemon that has its first stream."""
        daemon = self.program.start_daemon()
        daemon.wait_until(lambda: self._holds_a_stream(daemon), "its first lease")
        return daemon

    def _holds_a_stream(self, daemon: Process) -> bool:
        return bool(self.ledger.value(_HELD, str(daemon.pid)))

    def _end(self, daemon: Process) -> None:
        is_amid_transaction = bool(self.ledger.value(_IN_TRANSACTION))
        daemon.kill()
        self._count_kill(daemon, is_amid_transaction=is_amid_transaction)

    def _count_kill(self, daemon: Process, *, is_amid_transaction: bool) -> None:
        self.tally.kills += 1
        self.tally.kills_amid_runs += bool(self.ledger.value(_RUNNING, str(daemon.pid)))
        self.tally.kills_amid_transactions += is_amid_transaction
