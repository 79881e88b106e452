"""Speed of a sync: a backlog read from all simulated lists into Postgres.

`python -m bench.sync [--tasks 100000] [--order created-desc]` serves so many tasks from a simulator in its
own process, and times the command `syncer sync` into the embedded Postgres, then once more with no task
changed. The result is given as a ratio to a COPY of the same rows into an equal table with the same indexes,
since ratios differ less between machines than times. Fails if a task is missing, or if the program used more
memory than promised.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

import psycopg

from syncer.embedded import EmbeddedPostgres
from syncer.simulator import ListOrder

#: Promised limit of the program's memory, in bytes.
MEMORY_LIMIT = 150 << 20
_COPIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandCost:
    """Cost of one command: seconds of the clock and of the processor, bytes of memory and of WAL."""

    seconds: float
    cpu: float
    memory: int
    wal: int


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with a configuration, and a connection to its database."""

    folder: Path
    connection: psycopg.Connection[Any]

    def count_tasks(self) -> int:
        """The number of stored tasks."""
        return int(self._value("select count(*) from sync.tasks"))

    def run(self, *words: str) -> CommandCost:
        """Run `syncer WORDS` and return its cost; exit this program if the command fails."""
        output = self.folder / "output.txt"
        with output.open("wb") as out:
            wal, begun = self._wal(), time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-m", "syncer", *words], cwd=self.folder, stdout=out, stderr=out
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"syncer {' '.join(words)} failed:\n{output.read_text('utf-8')}")
        # Linux counts memory in kilobytes, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        cpu = usage.ru_utime + usage.ru_stime
        return CommandCost(seconds=seconds, cpu=cpu, memory=usage.ru_maxrss * unit, wal=self._wal() - wal)

    def copy_seconds(self) -> float:
        """Copy the rows of `sync.tasks` several times; return the median of the seconds that a COPY took."""
        with tempfile.TemporaryFile(dir=self.folder) as rows, self.connection.cursor() as cursor:
            with cursor.copy("COPY sync.tasks TO STDOUT (FORMAT binary)") as out:
                rows.writelines(out)
            return statistics.median(self._copy(rows) for _ in range(_COPIES))

    def _copy(self, rows: IO[bytes]) -> float:
        rows.seek(0)
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE sync.copied (LIKE sync.tasks INCLUDING ALL)")
            begun = time.monotonic()
            with cursor.copy("COPY sync.copied FROM STDIN (FORMAT binary)") as into:
                while block := rows.read(1 << 16):
                    into.write(block)
            seconds = time.monotonic() - begun
            cursor.execute("DROP TABLE sync.copied")
        return seconds

    def _wal(self) -> int:
        return int(self._value("select pg_current_wal_lsn() - '0/0'"))

    def _value(self, query: str) -> Any:
        row = self.connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


@contextmanager
def running_simulator(tasks: int, order: str) -> Iterator[str]:
    """Start a simulator with so many tasks and a frozen clock; yield its `[[sources]]`."""
    words = ["--backlog", str(tasks), "--span", "6d", "--arrivals", "0", "--order", order]
    process = subprocess.Popen(
        [sys.executable, "-m", "syncer", "simulate", "--no-rate-limits", "--json", *words],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        announcement = json.loads(process.stdout.readline())
        urlopen(Request(f"{announcement['endpoints']['admin']}/freeze", method="POST")).close()
        # The default rates would limit the sync to those of real clouds.
        yield announcement["config"].replace("[[sources]]\n", "[[sources]]\nrequests_per_second = 10000\n")
    finally:
        process.terminate()
        process.wait()


@contextmanager
def prepared(tasks: int, order: str) -> Iterator[Installation]:
    """Start a simulator and an embedded Postgres; yield a configuration for both with an empty database."""
    with tempfile.TemporaryDirectory(prefix="syncer-bench-") as name:
        folder = Path(name)
        # The operating system's user of the embedded server must have access.
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "data").running() as url, running_simulator(tasks, order) as sources:
            head = f"[database]\nurl = {json.dumps(url)}\n\n"
            (folder / "syncer.toml").write_text(head + sources, "utf-8")
            with psycopg.connect(url, autocommit=True) as connection:
                installation = Installation(folder, connection)
                installation.run("migrate")
                yield installation


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(
        "python -m bench.sync", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--order", default="created-desc", choices=[str(order) for order in ListOrder])
    args = parser.parse_args()
    with prepared(args.tasks, args.order) as installation:
        runs = {"first sync": installation.run("sync"), "unchanged": installation.run("sync", "--sweep")}
        stored, copy_rate = installation.count_tasks(), args.tasks / installation.copy_seconds()
    print(f"{args.tasks:,} tasks, {args.order}; COPY alone: {copy_rate:,.0f} rows/s")
    print(f"{'':18}{'tasks/s':>10}{'of COPY':>9}{'seconds':>9}{'CPU s':>8}{'memory MB':>11}{'WAL MB':>8}")
    for name, run in runs.items():
        rate = args.tasks / run.seconds
        print(
            f"{name:18}{rate:>10,.0f}{rate / copy_rate:>9.2f}{run.seconds:>9.1f}{run.cpu:>8.1f}"
            f"{run.memory / (1 << 20):>11.0f}{run.wal / (1 << 20):>8.1f}"
        )
    return _verdict(stored == args.tasks, max(run.memory for run in runs.values()))


def _verdict(is_complete: bool, memory: int) -> int:
    if not is_complete:
        print("FAILED: tasks are missing")
    if memory >= MEMORY_LIMIT:
        print(f"FAILED: more than {MEMORY_LIMIT >> 20} MB of memory")
    return int(not is_complete or memory >= MEMORY_LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
