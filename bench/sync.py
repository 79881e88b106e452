"""How fast a backlog comes from the five lists into Postgres, end to end.

`python -m bench.sync [--tasks 100000] [--order created-desc]` serves so many tasks from a simulator in a
process of its own, and times `syncer sync`, as anybody would type it, into the embedded Postgres; then once
more with nothing changed. A COPY of the same rows into an equal table with the same indexes, timed in the
same run, is the measure: machines differ, ratios less. Fails if a task is missing, or if the program needed
more memory than it promises.
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

#: What the program promises to stay below, in bytes.
MEMORY = 150 << 20
_COPIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one command took: seconds of the clock and of the processor, bytes of memory and of WAL."""

    seconds: float
    cpu: float
    memory: int
    wal: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Where it is measured: a folder with a configuration, and the database that it names."""

    folder: Path
    connection: psycopg.Connection[Any]

    def tasks(self) -> int:
        return int(self._value("select count(*) from sync.tasks"))

    def run(self, *words: str) -> Measured:
        """What `syncer WORDS` took; ends this program if it fails."""
        said = self.folder / "said.txt"
        with said.open("wb") as out:
            wal, began = self._wal(), time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-m", "syncer", *words], cwd=self.folder, stdout=out, stderr=out
            )
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"syncer {' '.join(words)} failed:\n{said.read_text('utf-8')}")
        # Linux counts memory in kilobytes, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        cpu = used.ru_utime + used.ru_stime
        return Measured(seconds=seconds, cpu=cpu, memory=used.ru_maxrss * unit, wal=self._wal() - wal)

    def copy_seconds(self) -> float:
        """How long the rows of `sync.tasks` take by COPY alone; the median of a few times."""
        with tempfile.TemporaryFile(dir=self.folder) as rows, self.connection.cursor() as cursor:
            with cursor.copy("COPY sync.tasks TO STDOUT (FORMAT binary)") as out:
                rows.writelines(out)
            return statistics.median(self._copy(rows) for _ in range(_COPIES))

    def _copy(self, rows: IO[bytes]) -> float:
        rows.seek(0)
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE sync.copied (LIKE sync.tasks INCLUDING ALL)")
            began = time.monotonic()
            with cursor.copy("COPY sync.copied FROM STDIN (FORMAT binary)") as into:
                while block := rows.read(1 << 16):
                    into.write(block)
            seconds = time.monotonic() - began
            cursor.execute("DROP TABLE sync.copied")
        return seconds

    def _wal(self) -> int:
        return int(self._value("select pg_current_wal_lsn() - '0/0'"))

    def _value(self, query: str) -> Any:
        row = self.connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


@contextmanager
def simulated(tasks: int, order: str) -> Iterator[str]:
    """The `[[sources]]` of a simulator with so many tasks, whose time stands still."""
    words = ["--backlog", str(tasks), "--span", "6d", "--arrivals", "0", "--order", order]
    process = subprocess.Popen(
        [sys.executable, "-m", "syncer", "simulate", "--no-rate-limits", "--json", *words],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        urlopen(Request(f"{told['endpoints']['admin']}/freeze", method="POST")).close()
        # The default rates are those of real clouds.
        yield told["config"].replace("[[sources]]\n", "[[sources]]\nrequests_per_second = 10000\n")
    finally:
        process.terminate()
        process.wait()


@contextmanager
def prepared(tasks: int, order: str) -> Iterator[Ground]:
    """An empty database and a configuration of everything that is to be read."""
    with tempfile.TemporaryDirectory(prefix="syncer-bench-") as name:
        folder = Path(name)
        # The embedded server's user has to pass.
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "data").running() as url, simulated(tasks, order) as sources:
            head = f"[database]\nurl = {json.dumps(url)}\n\n"
            (folder / "syncer.toml").write_text(head + sources, "utf-8")
            with psycopg.connect(url, autocommit=True) as connection:
                ground = Ground(folder, connection)
                ground.run("migrate")
                yield ground


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--order", default="created-desc", choices=[str(order) for order in ListOrder])
    args = parser.parse_args()
    with prepared(args.tasks, args.order) as ground:
        runs = {"first sync": ground.run("sync"), "again, unchanged": ground.run("sync", "--sweep")}
        stored, copy = ground.tasks(), args.tasks / ground.copy_seconds()
    print(f"{args.tasks:,} tasks, {args.order}; COPY alone: {copy:,.0f} rows/s")
    print(f"{'':18}{'tasks/s':>10}{'of COPY':>9}{'seconds':>9}{'CPU s':>8}{'memory MB':>11}{'WAL MB':>8}")
    for name, run in runs.items():
        rate = args.tasks / run.seconds
        print(
            f"{name:18}{rate:>10,.0f}{rate / copy:>9.2f}{run.seconds:>9.1f}{run.cpu:>8.1f}"
            f"{run.memory / (1 << 20):>11.0f}{run.wal / (1 << 20):>8.1f}"
        )
    return _verdict(stored == args.tasks, max(run.memory for run in runs.values()))


def _verdict(is_complete: bool, memory: int) -> int:
    if not is_complete:
        print("FAILED: tasks are missing")
    if memory >= MEMORY:
        print(f"FAILED: more than {MEMORY >> 20} MB of memory")
    return int(not is_complete or memory >= MEMORY)


if __name__ == "__main__":
    raise SystemExit(main())
