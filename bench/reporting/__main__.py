"""What reports and writing cost where there are years of tasks.

`python -m bench.reporting [--tasks 10000000] [--folder FOLDER]` fills an embedded Postgres with so many tasks
of two years and twice as many former states. Then it times every query of the dashboards at ninety days,
every report, counts and a task's history; a refresh of the rollups; and writing a batch, against the same in
an empty database. It fails where something takes longer than promised. A FOLDER that is named is kept, and
used again.
`--explain NAME` shows the plans of the questions with that in their name instead.
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

from bench.reporting import asked, upserts, world
from syncer.embedded import SUPERUSER, EmbeddedPostgres
from syncer.storage import make_engine, migrate, rollups

#: How much more a batch may cost than in an empty database.
_RATIO = 1.3
_ROUNDS = 3
_ROWS = 25_000


def main() -> int:
    """Fill, measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--shared-buffers", default="6GB")
    parser.add_argument("--explain", metavar="NAME")
    args = parser.parse_args()
    with _opened(args.folder) as folder:
        settings = {"shared_buffers": args.shared_buffers, "max_wal_size": "4GB"}
        postgres = EmbeddedPostgres(folder, settings=settings)
        with postgres.running() as url:
            _fill_once(url, args.tasks)
            if args.explain:
                print(*asked.explain(url, args.explain), sep="\n\n")
                return 0
            _print_size(url)
            is_good = _print_questions(url)
            _print_refresh(url)
            admin = postgres.url(role=SUPERUSER, database="postgres")
            is_good &= _print_upserts(admin, url)
    return int(not is_good)


@contextmanager
def _opened(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="syncer-bench-") as name:
        # The embedded server's user has to pass.
        os.chmod(name, 0o755)
        yield Path(name) / "data"


def _fill_once(url: str, tasks: int) -> None:
    with psycopg.connect(url) as connection:
        version = connection.info.parameter_status("server_version")
        row = connection.execute("SELECT to_regclass('sync.tasks')").fetchone()
    print(f"PostgreSQL {version}, {os.cpu_count()} processors")
    if row is None or row[0] is None:
        filled = world.fill(url, tasks)
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
        for name, count, size, each in connection.execute(_SIZE):
            print(f"{name:20}{count:>14,}{size / (1 << 20):>10,.0f} MB{each:>8.1f} bytes each")


def _print_questions(url: str) -> bool:
    is_good = True
    for answered in asked.ask_all(url):
        question, late = answered.question, " LATE" if answered.is_late else ""
        told = f"{answered.rows:>7} rows{answered.milliseconds:>10.1f} ms{late}"
        print(f"{question.kind:10}{question.name:62}{told}", flush=True)
        is_good &= not answered.is_late
    return is_good


def _print_refresh(url: str) -> None:
    """How long the daemon is at it after some tasks of today, and of a week, have changed."""
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
        seconds = world.timed(lambda: rollups.refresh(engine))
        print(f"refresh of {days} dirty days: {1000 * seconds:,.0f} ms")
    engine.dispose()


def _print_upserts(admin: str, url: str) -> bool:
    """Rounds take turns between the databases, so that all have the same weather."""
    rounds: dict[str, list[dict[str, tuple[float, float]]]] = {"full": [], "empty": [], "bare": []}
    _warm(url)
    # A folder that is used again has the tasks of the last time.
    began = time.time_ns()
    for number in range(_ROUNDS):
        for name in rounds:
            place = url if name == "full" else _made(admin, url, name)
            rounds[name].append(upserts.measure(place, _ROWS, f"{began}/{number}"))
    best = {name: upserts.best(each) for name, each in rounds.items()}
    print(f"a batch of {upserts.BATCH:,}: milliseconds of the clock, and of the server's processor")
    print(f"{upserts.PAGE}: a hundred tasks, ten of them new; {upserts.LIFE}: new, goes on and ends")
    print("(bare: an empty database without rollups; ratio: full to empty, and full to bare)")
    print(f"{'':12}{'full':>16}{'empty':>16}{'bare':>16}{'ratio':>14}")
    worst = 0.0
    for kind in (*upserts.KINDS, upserts.LIFE, upserts.PAGE):
        full, least, sheer = (best[name][kind][0] for name in rounds)
        cells = "".join(f"{best[name][kind][0]:>9.0f} /{best[name][kind][1]:>5.0f}" for name in rounds)
        print(f"{kind:12}{cells}{full / least:>8.2f}{full / sheer:>6.2f}")
        # A batch of nothing but new tasks is what a daemon writes on its first day only; docs/performance.md.
        worst = max(worst, full / least if kind != "new" else 0)
    return worst <= _RATIO


def _warm(url: str) -> None:
    """Have the keys in memory, as they are once a daemon has written for days: they are met at random."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        connection.execute("SELECT count(task_id) FROM sync.tasks WHERE stream_id >= 0")


def _made(admin: str, url: str, name: str) -> str:
    """A new database with nothing in it; without what keeps rollups where it is to be bare."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} OWNER syncer".encode())
    place = f"{url.rpartition('/')[0]}/{name}"
    migrate(place)
    if name == "bare":
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("DROP FUNCTION sync.mark_hours_dirty, sync.mark_changed_hours_dirty CASCADE")
            connection.execute("DROP INDEX sync.ix_tasks_created_at, sync.ix_tasks_finished_at")
            connection.execute("CREATE INDEX ON sync.tasks USING brin (created_at)")
    return place


if __name__ == "__main__":
    raise SystemExit(main())
