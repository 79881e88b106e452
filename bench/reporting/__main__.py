"""Cost of reports and writes in a database with years of tasks.

`python -m bench.reporting [--tasks 10000000] [--folder FOLDER]` fills an embedded Postgres with so many tasks
of two years and twice as many former states. Then it times every query of the dashboards over ninety days,
every report, counts and a task's history; a refresh of the rollups; and the write of a batch, compared with
an empty database. It fails if a query or a write takes longer than promised. FOLDER is kept and used again.
`--explain NAME` prints the plans of the queries with NAME in their name instead.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.reporting import batch_writes, generated_tasks, timed_queries
from syncer.embedded import SUPERUSER, EmbeddedPostgres
from syncer.storage import make_engine, migrate, rollups

#: Promised limit of the time for a batch, as a ratio to that in an empty database.
_MAX_RATIO = 1.3
_ROUNDS = 3
_ROWS = 25_000


def main() -> int:
    """Fill, measure and print; return the exit code."""
    parser = argparse.ArgumentParser(
        "python -m bench.reporting", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--shared-buffers", default="6GB")
    parser.add_argument("--explain", metavar="NAME")
    args = parser.parse_args()
    with _data_folder(args.folder) as folder:
        settings = {"shared_buffers": args.shared_buffers, "max_wal_size": "4GB"}
        postgres = EmbeddedPostgres(folder, settings=settings)
        with postgres.running() as url:
            _fill_once(url, args.tasks)
            if args.explain:
                print(*timed_queries.explain(url, args.explain), sep="\n\n")
                return 0
            _print_size(url)
            is_within_limits = _print_queries(url)
            _print_refresh(url)
            admin = postgres.url(role=SUPERUSER, database="postgres")
            is_within_limits &= _print_writes(admin, url)
    return int(not is_within_limits)


@contextmanager
def _data_folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="syncer-bench-") as name:
        # The operating system's user of the embedded server must have access.
        os.chmod(name, 0o755)
        yield Path(name) / "data"


def _fill_once(url: str, tasks: int) -> None:
    with psycopg.connect(url) as connection:
        version = connection.info.parameter_status("server_version")
        row = connection.execute("SELECT to_regclass('sync.tasks')").fetchone()
    print(f"PostgreSQL {version}, {os.cpu_count()} processors")
    if row is None or row[0] is None:
        filled = generated_tasks.fill(url, tasks)
        print(
            f"filled in {filled.loading:.0f} s, vacuumed in {filled.vacuum:.0f} s,"
            f" rolled up in {filled.rollups:.0f} s"
        )


_SIZE = """
SELECT name, count, bytes, bytes::float8 / greatest(count, 1) FROM (
    SELECT 'tasks' AS name, (SELECT count(*) FROM sync.tasks), pg_total_relation_size('sync.tasks') AS bytes
    UNION ALL
    SELECT 'former states', (SELECT count(*) FROM sync.task_versions),
        (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('sync.task_versions'))
    UNION ALL
    SELECT name, (SELECT sum(tasks) FROM sync.arrivals_daily), pg_total_relation_size('sync.' || name)
    FROM unnest(
        '{arrivals_daily,arrivals_hourly,completions_daily,completions_hourly,slo_daily,'
        'durations_daily,failures_daily,runs_hourly}'::text[]) AS name
) sizes
"""


def _print_size(url: str) -> None:
    with psycopg.connect(url) as connection:
        for name, count, size, row_size in connection.execute(_SIZE):
            print(f"{name:20}{count:>14,}{size / (1 << 20):>10,.0f} MB{row_size:>8.1f} bytes each")


def _print_queries(url: str) -> bool:
    is_within_limits = True
    for timing in timed_queries.run_all(url):
        query, mark = timing.query, " TOO SLOW" if timing.is_too_slow else ""
        result = f"{timing.rows:>7} rows{timing.milliseconds:>10.1f} ms{mark}"
        print(f"{query.kind:10}{query.name:62}{result}", flush=True)
        is_within_limits &= not timing.is_too_slow
    return is_within_limits


def _print_refresh(url: str) -> None:
    """Time a refresh of the rollups after changes of one day, and of a week."""
    engine = make_engine(url)
    for days in (1, 7):
        mark = (
            "INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)"
            " SELECT stream_id, fact, now() - n * interval '1 day'"
            " FROM sync.streams, unnest('{arrivals,completions,runs}'::text[]) AS fact,"
            f" generate_series(0, {days - 1}) AS n"
        )
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(mark.encode())
        seconds = generated_tasks.timed(lambda: rollups.refresh(engine))
        print(f"refresh of {days} dirty days: {1000 * seconds:,.0f} ms")
    engine.dispose()


def _print_writes(admin: str, url: str) -> bool:
    """Write batches into each database in turn, so that other load on the machine affects all alike."""
    rounds: dict[str, list[dict[str, tuple[float, float]]]] = {"full": [], "empty": [], "bare": []}
    _warm(url)
    # A folder that is used again has the tasks of the last run, so the ids must differ.
    begun = time.time_ns()
    for number in range(_ROUNDS):
        for name in rounds:
            database_url = url if name == "full" else _create_database(admin, url, name)
            rounds[name].append(batch_writes.measure(database_url, _ROWS, f"{begun}/{number}"))
    best = {name: batch_writes.best(measurements) for name, measurements in rounds.items()}
    print(f"a batch of {batch_writes.BATCH:,}: milliseconds of the clock, and of the server's processor")
    page, lifetime = batch_writes.PAGE, batch_writes.LIFETIME
    print(f"{page}: a hundred tasks, ten of them new; {lifetime}: new, changed and ended")
    print("(bare: an empty database without rollups; ratio: full to empty, and full to bare)")
    print(f"{'':12}{'full':>16}{'empty':>16}{'bare':>16}{'ratio':>14}")
    worst = 0.0
    for kind in (*batch_writes.KINDS, lifetime, page):
        full, empty, bare = (best[name][kind][0] for name in rounds)
        cells = "".join(f"{best[name][kind][0]:>9.0f} /{best[name][kind][1]:>5.0f}" for name in rounds)
        print(f"{kind:12}{cells}{full / empty:>8.2f}{full / bare:>6.2f}")
        # A daemon writes batches of new tasks only on its first day; see docs/performance.md.
        worst = max(worst, full / empty if kind != "new" else 0)
    return worst <= _MAX_RATIO


def _warm(url: str) -> None:
    """Read all keys into memory, as after days of writing: keys are accessed at random."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        connection.execute("SELECT count(task_id) FROM sync.tasks WHERE stream_id >= 0")


def _create_database(admin: str, url: str, name: str) -> str:
    """Create an empty database, a `bare` one without the triggers and indexes of rollups; return its URL."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} OWNER syncer".encode())
    database_url = f"{url.rpartition('/')[0]}/{name}"
    migrate(database_url)
    if name == "bare":
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP FUNCTION sync.mark_hours_dirty, sync.mark_changed_hours_dirty CASCADE")
            connection.execute("DROP INDEX sync.ix_tasks_created_at, sync.ix_tasks_finished_at")
            connection.execute("CREATE INDEX ON sync.tasks USING brin (created_at)")
    return database_url


if __name__ == "__main__":
    raise SystemExit(main())
